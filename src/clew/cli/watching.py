"""What ``clew index`` and ``clew follow`` do for watches after each commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from clew.cli import options
from clew.cli.progress import Display


@dataclass(frozen=True)
class _Step:
    """How many blocks are judged."""

    done: int
    total: int
    stage: str = "watches"
    unit: str = "blocks"
    height: int | None = None


def judge(folder: Path, tell: Callable[[Sequence[str]], None]) -> None:
    """Judge what was appended to a ledger since, and deliver the alerts: to their files, or to ``tell``.

    Does nothing where nothing is watched. Raises NotALedgerError and StorageError; no alert is lost then.
    """
    from clew.case.alerts import deliver
    from clew.case.watches import Watches
    from clew.case.watching import catch_up
    from clew.ledger.ledger import open_ledger

    watches = Watches(folder)
    if not watches.exists:
        return
    with Display() as display, closing(open_ledger(folder)) as ledger:
        catch_up(ledger, watches, options.made(), shown(display))
    deliver(watches, tell)


def shown(display: Display) -> Callable[[int, int], None]:
    """A display of blocks that are judged."""
    return lambda done, total: display(_Step(done, total))


__all__ = ["judge", "shown"]
