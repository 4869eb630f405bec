"""Keeps a ledger in step: looks again and again, and indexes whenever something is new."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clew.build.origin import open_origin
from clew.build.pipeline import index
from clew.build.summary import Summary
from clew.errors import (
    BlockFileError,
    LedgerInUseError,
    NodeAwayError,
    StoppedError,
    WrongNetworkError,
)
from clew.ledger import manifest as manifests
from clew.ledger.manifest import Tip
from clew.ledger.nodeaddress import NodeAddress

LONGEST_WAIT = 300.0
"""Most seconds between attempts while one trouble goes on."""


@dataclass(frozen=True)
class Advance:
    """A step of the ledger: its tip since then, blocks added and undone, and how many seconds it took."""

    tip: Tip
    blocks_added: int
    blocks_undone: int
    seconds: float


def follow(
    ledger: Path,
    blocks: Path | None = None,
    *,
    every: float,
    told: Callable[[Advance], None],
    trouble: Callable[[str], None],
    node: NodeAddress | None = None,
    **how: Any,
) -> None:
    """Index, and again whenever ``blocks`` or ``node`` have something new, looking each ``every`` seconds.

    ``told`` hears of each advance, ``trouble`` once of what is passed over or tried again: a block that
    is still being written, files that vanish, a node that is away, another run that holds the ledger.
    ``how`` are further parameters of ``index``. Ends by Ctrl-C alone, which may come at any time.
    Raises whatever the first run raises, and later what does not pass by itself.
    """
    follower = _Follower(Path(ledger), blocks, node, how, told, trouble)
    try:
        follower.index()
        while True:
            time.sleep(follower.wait(every))
            follower.look()
    except KeyboardInterrupt:
        return
    except StoppedError as error:
        trouble(str(error))


class _Follower:
    """What is remembered from one look to the next."""

    def __init__(
        self,
        ledger: Path,
        blocks: Path | None,
        node: NodeAddress | None,
        how: dict[str, Any],
        told: Callable[[Advance], None],
        trouble: Callable[[str], None],
    ) -> None:
        self.ledger = ledger
        self.blocks = blocks
        self.node = node
        self.how = how
        self.told = told
        self.trouble = trouble
        self.failures = 0
        self._seen: object = None
        self._said: frozenset[str] = frozenset()

    def wait(self, every: float) -> float:
        """Seconds until the next look: longer and longer while there is trouble."""
        return max(every, min(every * 2.0**self.failures, LONGEST_WAIT))

    def look(self) -> None:
        """Index if anything is new. Raises what no later attempt would mend."""
        try:
            mark = self._mark()
            if mark is None or mark != self._seen:
                self.index()
            # What came while the run went on has another mark, and is seen at the next look.
            self._seen = mark
        except WrongNetworkError:
            raise
        except (BlockFileError, NodeAwayError, LedgerInUseError) as error:
            self.failures = min(self.failures + 1, 32)
            self._seen = None
            self._say({str(error)})
        else:
            self.failures = 0

    def _mark(self) -> object:
        with closing(open_origin(manifests.read(self.ledger), self.blocks, self.node)) as source:
            return source.mark()

    def index(self) -> None:
        """Bring the ledger up to date, and tell what that changed."""
        summary = index(self.ledger, self.blocks, node=self.node, **self.how)
        self._say(set(summary.notices))
        if summary.added_blocks or summary.rolled_back:
            self.told(_advance(summary))

    def _say(self, messages: set[str]) -> None:
        """Tell each message once, as long as it goes on."""
        for message in sorted(messages - self._said):
            self.trouble(message)
        self._said = frozenset(messages)


def _advance(summary: Summary) -> Advance:
    return Advance(summary.tip, summary.added_blocks, summary.rolled_back, summary.seconds)
