"""What an index run tells while it runs, and at its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from clew.build.timings import Stage
from clew.ledger.manifest import Tip


@dataclass(frozen=True)
class Progress:
    """How far a stage is: ``done`` of ``total`` in ``unit``; ``height`` of the last block written."""

    stage: str
    done: int
    total: int
    unit: str
    height: int | None = None


@dataclass(frozen=True)
class Summary:
    """What an index run did. Sizes in bytes, times in seconds; ``counts`` are the ledger's.

    ``phases`` follow each other; ``stages`` run beside each other on several threads.
    """

    network: str
    folder: str
    tip: Tip
    counts: dict[str, int]
    added_blocks: int
    added_transactions: int
    bytes_read: int
    seconds: float
    resumed_from: int | None
    rolled_back: int
    stale_blocks: int
    duplicate_frames: int
    notices: tuple[str, ...]
    phases: dict[str, float] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
