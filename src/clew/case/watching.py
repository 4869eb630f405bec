"""Judging what was appended since: alerts for new blocks, withdrawals for blocks that are gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from clew.analysis.watch import ARRIVAL, Block, Event, Terms, Watched, blocks_of, told
from clew.analysis.watch_reached import Reached
from clew.case.watches import Records, Watch, Watches
from clew.ledger.ledger import Ledger

AT_ONCE = 200
"""Blocks that are judged by one transaction at most."""

REMEMBERED = 1_000
"""Hashes of blocks that are kept at least, to find where a reorganisation begins."""

_LENGTH = 32

WITHDRAWN = (
    "The block of this alert is no longer on the best chain. Where its transaction stands in another block, "
    "a new alert tells so; where none does, what it told has not happened on this chain."
)

Step = Callable[[int, int], None]
"""Hears how many of how many blocks are judged."""


def catch_up(ledger: Ledger, watches: Watches, now: str, step: Step | None = None) -> None:
    """Judge every block that was appended since the last time, and withdraw what a reorganisation undid.

    ``now``: the time that alerts carry, ISO 8601. Nothing is written where there are no watches. Raises
    NotALedgerError and StorageError; what was judged by then stays judged.
    """
    if not watches.exists:
        return
    first = None
    while True:
        with watches.writing() as records:
            at = _Run(ledger, records, now).judge()
        first = at if first is None else first
        if step and ledger.tip.height > first:
            step(at - first, ledger.tip.height - first)
        if at >= ledger.tip.height:
            return


def reset(ledger: Ledger, records: Records) -> None:
    """Note the ledger's last blocks as judged, where none was; for the first watch of all."""
    if not records.hashes():
        first = max(0, ledger.tip.height + 1 - REMEMBERED)
        records.judged((h, ledger.block_hash(h)) for h in range(first, ledger.tip.height + 1))


class _Run:
    """One transaction's worth of judging."""

    def __init__(self, ledger: Ledger, records: Records, now: str) -> None:
        self.ledger, self.records, self.now = ledger, records, now

    def judge(self) -> int:
        """Judge the next blocks; returns the height that it came to."""
        reset(self.ledger, self.records)
        fork, was = self._fork()
        if fork < was:
            self._take_back(fork)
        last = min(fork + AT_ONCE, self.ledger.tip.height)
        live = [watch for watch in self.records.watches() if watch.removed is None]
        if live:
            self._look(live, fork + 1, last)
        else:
            last = self.ledger.tip.height
        known = max(fork + 1, last + 1 - REMEMBERED)
        self.records.judged((height, self.ledger.block_hash(height)) for height in range(known, last + 1))
        self.records.forget(min([last + 1 - REMEMBERED, *(watch.since for watch in live)]))
        return last

    def _fork(self) -> tuple[int, int]:
        """The highest judged block that is on the chain, and the highest that was judged."""
        hashes = self.records.hashes()
        tip = self.ledger.tip.height
        if tip < hashes[-1][0]:
            # Behind all that is remembered: what was undone shows once the ledger comes there again.
            return (hashes[0][0],) * 2
        for height, known in hashes:
            if height <= tip and self.ledger.block_hash(height) == known:
                # A ledger that is behind, as after a restored copy, has undone nothing.
                return (hashes[0][0],) * 2 if height == tip else (height, hashes[0][0])
        return min(tip, hashes[-1][0] - 1), hashes[0][0]

    def _take_back(self, fork: int) -> None:
        """Withdraw the alerts of blocks above ``fork``, and forget that these were judged."""
        for alert in self.records.standing(fork):
            self.records.withdraw(_withdrawal(alert, self.now), alert)
        deep = [each for each in self.records.watches() if each.removed is None and each.since > fork]
        self.records.undo(fork)
        for watch in deep:
            # What it knew of was found above the fork.
            self.records.reach_anew(watch.id, Watched(self.ledger, watch.terms).reached_at(fork).fresh)

    def _look(self, watches: list[Watch], first: int, last: int) -> None:
        looking = [_Looking(self.ledger, watch, self.records) for watch in watches]
        for block in blocks_of(self.ledger, first, last):
            for each in looking:
                if each.watch.judges(block.height, block.median_time):
                    for event in each.events(block):
                        self._say(each.watch, event, block)
        for each in looking:
            self.records.reach(each.watch.id, each.reached.fresh)

    def _say(self, watch: Watch, event: Event, block: Block) -> None:
        facts = told(event, watch.terms, block)
        key = _digest(watch.id, event.kind, facts["block"], event.txid or "")
        # A chain that came back after it had left alerts anew.
        name = _digest(key, str(self.records.times_said(key)))
        self.records.say(
            {"alert": name, "withdraws": None} | head(watch, self.now) | facts, watch, key, block.height
        )


class _Looking:
    """A watch while it looks."""

    def __init__(self, ledger: Ledger, watch: Watch, records: Records) -> None:
        self.watch, self.watched = watch, Watched(ledger, watch.terms)
        self.reached = Reached(records.reached(watch.id) if watch.terms.kind == ARRIVAL else ())

    def events(self, block: Block) -> list[Event]:
        """What a block says."""
        return self.watched.events(block, self.reached)


def head(watch: Watch, now: str) -> dict[str, Any]:
    """Whose alert it is, what for, and when it was made."""
    return {
        "watch": watch.id,
        "examiner": watch.examiner,
        "purpose": watch.purpose,
        "case": watch.stated_case,
        "made": now,
    }


def _withdrawal(alert: tuple[str, str, str, int, str | None, str], now: str) -> dict[str, Any]:
    line = json.loads(alert[5])
    kept = ("watch", "examiner", "purpose", "case")
    about = ("question", "network", "snapshot", "rule_set", "height", "block", "time", "median_time", "txid")
    return {
        "alert": _digest(alert[0], "withdrawn"),
        "withdraws": alert[0],
        **{key: line[key] for key in kept},
        "made": now,
        "kind": "withdrawn",
        **{key: line[key] for key in about},
        "what": {},
        "says": WITHDRAWN,
        "caveats": [],
        "error_estimate": None,
    }


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:_LENGTH]


__all__ = ["Terms", "catch_up", "head", "reset"]
