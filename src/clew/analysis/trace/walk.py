"""One policy, walked through the ledger window by window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clew.analysis.trace.policies import POLICIES
from clew.analysis.trace.room import Part, Space
from clew.analysis.trace.sources import Sources, coins_spent_by
from clew.analysis.trace.stops import Stops
from clew.kernels import taint, taint_state
from clew.ledger.columns import Array, PiecedColumn, RareColumn, WideColumn
from clew.ledger.ledger import Ledger, expand
from clew.schema import MAX_TRANSACTIONS, NO_OUTPUT, OVERWRITTEN, POISON, UNSPENDABLE, UNSPENT

NO_LIMIT = 1 << 33
"""A transaction that never comes."""

SEEDS = (1 << 31) - 2


@dataclass(frozen=True)
class Limits:
    """Where a trace stops by itself: after so many hops (None: never), at a transaction id (forward: spent by
    it or a later one; backward: made before it), and below so many satoshi."""

    hops: int | None = None
    transaction: int | None = None
    least: int = 0


@dataclass
class Progress:
    """How far a walk is."""

    stage: str
    done: int
    total: int
    unit: str = "transactions"
    height: int | None = None


@dataclass
class Walk:
    """A policy on its way through a ledger from some sources."""

    ledger: Ledger
    sources: Sources
    policy: str
    backward: bool
    limits: Limits
    stops: Stops
    space: Space
    seed: int = 0
    tell: Callable[[Progress], None] | None = None
    source_ends: Array = field(init=False)

    def __post_init__(self) -> None:
        limit = self.limits.transaction
        self._rule = taint_state.Rule(
            POLICIES[self.policy],
            self.backward,
            -1 if self.limits.hops is None else self.limits.hops,
            self.limits.least,
            (0 if self.backward else NO_LIMIT) if limit is None else limit,
            self.seed,
        )
        self._values = values_of(self.ledger)
        self._source_rows = self._rows_of_sources()

    def run(self, take: Callable[[Part], None]) -> None:
        """Walk to the end, and hand on what is found, part by part."""
        self.source_ends = self._start()
        total = self.ledger.counts["outputs" if self.backward else "transactions"]
        while (number := self.space.next_due(self.backward)) is not None:
            window = self._window(number)
            while True:
                answer = taint.walk(self._rule, self._values, window, self.space.room)
                if answer == taint_state.DONE:
                    break
                if answer == taint_state.ASK:
                    self._look(window)
                elif answer == taint_state.ROOM_FOR_COINS:
                    self.space.empty(take)
                else:
                    self.space.grow(answer)
            if self.tell:
                passed = min(total, number << self.space.shift)
                done = total - passed if self.backward else passed
                unit = "outputs" if self.backward else "transactions"
                self.tell(Progress(f"following by {self.policy}", done, total, unit))
        self.space.empty(take)

    def _rows_of_sources(self) -> Array:
        """Rows of the parts out that are sources: outputs; backward the inputs that spend them."""
        if not self.backward:
            return self.sources.outputs
        spent_by = self.ledger.column("spends.spent_by")[self.sources.outputs]
        spenders = np.unique(spent_by[spent_by < MAX_TRANSACTIONS]).astype(np.int64)
        rows, spent = coins_spent_by(self.ledger, spenders)
        found: Array = rows[np.isin(spent, self.sources.outputs)]
        return found

    def _start(self) -> Array:
        """Set the sources on their way; returns how each ends at once, or 0."""
        outputs, values, rule = self.sources.outputs, self.sources.values, self._rule
        spent_by = self.ledger.column("spends.spent_by")[outputs].astype(np.int64)
        ends = np.zeros(len(outputs), np.int8)
        tests = [(spent_by == OVERWRITTEN, taint_state.REPLACED), (values < rule.least, taint_state.AT_VALUE)]
        if rule.hops == 0:
            tests.insert(1, (values >= 0, taint_state.AT_HOPS))
        if not self.backward:
            tests.insert(0, (spent_by == UNSPENDABLE, taint_state.DEAD))
            tests += [(spent_by == UNSPENT, taint_state.HELD), (spent_by >= rule.limit, taint_state.TOO_LATE)]
        for is_so, end in reversed(tests):
            ends[is_so] = end
        on = np.flatnonzero(ends == taint_state.GOES_ON)
        places = outputs[on] if self.backward else spent_by[on]
        amounts = np.ones(len(on), np.int64) if rule.policy == POISON else values[on]
        self.space.start(outputs[on], amounts, on, places)
        return ends

    def _window(self, number: int) -> taint_state.Window:
        ledger, shift = self.ledger, self.space.shift
        counts = ledger.counts
        total = counts["outputs" if self.backward else "transactions"]
        start, stop = number << shift, min((number + 1) << shift, total)
        first, last = start, stop
        if self.backward:
            first, last = (int(ledger.transaction_of_output(edge)) for edge in (start, stop - 1))
            last += 1
        edges = []
        for name in ("output", "input"):
            column = ledger.column(f"transactions.first_{name}")
            rows = column[first : last + 1]
            if last == counts["transactions"]:
                rows = np.append(rows, counts[f"{name}s"])
            edges.append(np.ascontiguousarray(rows, np.int64))
        outputs, inputs = edges
        spent = ledger.column("inputs.spent_output")
        low, high = (fixed(half[int(inputs[0]) : int(inputs[-1])]) for half in (spent.low, spent.high))
        spent_by = np.empty(0, np.uint32)
        if not self.backward:
            spent_by = ledger.column("spends.spent_by")[int(outputs[0]) : int(outputs[-1])]
        parts = inputs if self.backward else outputs
        kinds = np.zeros(int(parts[-1] - parts[0]), np.int8)
        known = np.full(last - first, taint_state.UNSEEN if self.stops.asks else taint_state.SEEN, np.int8)
        self._mark_sources(kinds, int(parts[0]))
        return taint_state.Window(
            first=first,
            first_output=outputs,
            first_input=inputs,
            spent_low=low,
            spent_high=high,
            spent_by=fixed(spent_by),
            known=known,
            kinds=kinds,
            start=start,
            stop=stop,
        )

    def _mark_sources(self, kinds: Array, first: int) -> None:
        rows = self._source_rows
        low, high = np.searchsorted(rows, [first, first + len(kinds)]).tolist()
        kinds[rows[low:high] - first] = taint_state.SOURCE

    def _look(self, window: taint_state.Window) -> None:
        """Tell the kernel what the transactions are that are due in a window."""
        places = self.space.due_places(window.start, window.stop)
        if self.backward:
            rows = distinct_rows(np.searchsorted(window.first_output, places, "right") - 1)
        else:
            rows = places - window.first
        rows = rows[window.known[rows] == taint_state.UNSEEN]
        joins = self.stops.coinjoins(rows + window.first)
        window.known[rows] = np.where(joins, taint_state.COINJOIN, taint_state.SEEN)
        rows = rows[~joins]
        parts = window.first_input if self.backward else window.first_output
        starts, counts = parts[rows] - parts[0], parts[rows + 1] - parts[rows]
        wanted = expand(starts, counts)
        outputs = wanted + int(parts[0])
        if self.backward:
            outputs = window.spent_high[wanted].astype(np.int64) << 32 | window.spent_low[wanted]
            real = outputs != NO_OUTPUT
            wanted, outputs = wanted[real], outputs[real]
        window.kinds[wanted] = self.stops.kinds(outputs)
        self._mark_sources(window.kinds, int(parts[0]))


def distinct_rows(rows: Array) -> Array:
    """Rows that ascend, each once."""
    if not len(rows):
        return rows
    found: Array = rows[np.append(True, rows[1:] != rows[:-1])]
    return found


def fixed(array: Any) -> Array:
    """An array as kernels take it: contiguous, and not to be written, so that each is compiled once."""
    whole: Array = np.ascontiguousarray(array)
    if whole.flags.writeable:
        whole = whole.view()
        whole.flags.writeable = False
    return whole


def in_two(column: Any) -> tuple[Array, Array]:
    """A column as its first piece, and all others joined."""
    if isinstance(column, PiecedColumn):
        first, *rest = column.parts
        return fixed(first), fixed(rest[0] if len(rest) == 1 else np.concatenate(rest or [first[:0]]))
    whole = np.asarray(column)
    return fixed(whole), fixed(whole[:0])


def values_of(ledger: Ledger) -> taint_state.Values:
    """``outputs.value`` as kernels read it, at any row."""
    column: RareColumn = ledger.column("outputs.value")
    wide, rows, values = column.narrow()
    assert isinstance(wide, WideColumn)
    low, more_low = in_two(wide.low)
    high, more_high = in_two(wide.high)
    rare = (fixed(np.asarray(each).astype(np.int64)) for each in (rows, values))
    return taint_state.Values(low, high, more_low, more_high, len(low), *rare)


__all__ = ["NO_LIMIT", "SEEDS", "Limits", "Progress", "Walk", "values_of"]
