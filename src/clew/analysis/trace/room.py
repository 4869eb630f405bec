"""The memory that a walk uses: live coins, segments, and what is handed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clew.errors import UsageError
from clew.kernels import taint, taint_coins
from clew.ledger.columns import Array

SHIFT = 13
"""Two to the power of it transactions (backward: outputs) are walked at a time, if not said otherwise."""

GIB = 1 << 30
_ROW_BYTES = 32
_SEGMENT_BYTES = 12
_COIN_BYTES = 33
_STEP_BYTES = 48


@dataclass
class Part:
    """What one stretch of a walk found; arrays of one length each.

    Of each tainted coin in the order tainted, sources left out: ``coin`` (output id), ``taint`` (satoshi;
    poison: 1), ``hop``, ``end`` (a number of ``policies.ENDS``), ``pieces`` and ``many``: its segments, among
    those of the space. Of each step ``step``: transaction, lowest hop in, coins tainted, taint of the fee, the
    fee's segments. ``late``: coins that ended, and how, after they were listed.
    """

    coin: Array
    taint: Array
    hop: Array
    end: Array
    pieces: Array
    many: Array
    step: Array
    late: Array


class Space:
    """Arrays for one walk after the other, at most ``memory`` bytes of them (None: no bound).

    ``keeps`` says that all segments stay, which is needed to tell sources apart; else those of coins that
    live no more are thrown away. Raises UsageError where the bound does not suffice.
    """

    def __init__(
        self, places: int, *, memory: int | None = None, keeps: bool = True, shift: int = SHIFT, coins: int = 1 << 12
    ) -> None:
        self.memory, self.keeps, self.shift = memory, keeps, shift
        self._out = coins
        self._bytes_kept = 0
        words = (places >> taint_coins.WORD) + 1
        self._set(
            bits=np.zeros(words, np.uint32),
            due=np.zeros((places >> shift) + 1, np.int64),
            table=_table(1 << 12),
            lengths=np.zeros(1 << 12, np.int64),
            labels=np.zeros(1 << 12, np.int32),
            counters=np.zeros(8, np.int64),
            parts=np.zeros((7, 1 << 10), np.int64),
            line=np.zeros(1 << 10, np.int64),
            marks=np.zeros(1 << 10, np.int32),
            **_outlets(coins),
        )

    def _set(self, **arrays: Array) -> None:
        if hasattr(self, "room"):
            self.room = self.room._replace(**arrays)
        else:
            self.room = taint.Room(shift=self.shift, **arrays)

    @property
    def bytes(self) -> int:
        """Bytes that its arrays take. Flags are counted as if all were set."""
        return sum(each.nbytes for each in self.room if isinstance(each, np.ndarray)) + self._bytes_kept

    def hold(self, count: int) -> None:
        """Take ``count`` bytes into account that somebody else keeps of what was handed on."""
        self._bytes_kept += count
        self._check(0)

    def _check(self, more: int) -> None:
        if self.memory is not None and self.bytes + more > self.memory:
            live, coins = int(self.room.counters[taint.LIVE]), int(self.room.counters[taint.SEEN_COINS])
            raise UsageError(
                f"this trace needs more memory than the {self.memory / GIB:.1f} GiB it may use: "
                f"{live:,} coins are on their way after {coins:,} tainted; give --memory at least "
                f"{2 * (self.bytes + more) / GIB:.1f}, or less to follow: --hops, --until, --least"
            )

    def start(self, outputs: Array, amounts: Array, labels: Array, places: Array) -> None:
        """Put the first coins on their way: one segment each, labelled, and due at ``places``."""
        count = len(outputs)
        self.room.counters[:] = 0
        self._need_live(count)
        self._need_segments(count)
        self.room.lengths[:count] = amounts
        self.room.labels[:count] = labels
        self.room.counters[taint.SEGMENTS] = count
        self.room.counters[taint.LIVE] = count
        taint.begin(self.room, outputs, amounts, places)

    def next_due(self, backward: bool) -> int | None:
        """The next window in which something is due, in the order of the walk; None where nothing is."""
        found = np.flatnonzero(self.room.due)
        return int(found[-1 if backward else 0]) if len(found) else None

    def due_places(self, start: int, stop: int) -> Array:
        """The places that are due from ``start`` to ``stop``; ascending, int64."""
        first = start >> taint_coins.WORD
        words = self.room.bits[first : (stop >> taint_coins.WORD) + 1].astype("<u4")
        places = np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little")) + (first << taint_coins.WORD)
        found: Array = places[(places >= start) & (places < stop)].astype(np.int64)
        return found

    def grow(self, what: int) -> None:
        """Make more of what a kernel ran out of."""
        needed = int(self.room.counters[taint.NEEDED])
        if what == taint.ROOM_FOR_PARTS:
            self._set(parts=np.zeros((7, 4 * needed), np.int64))
        elif what == taint.ROOM_FOR_LINE:
            self._set(line=np.zeros(2 * needed, np.int64), marks=np.zeros(2 * needed, np.int32))
        elif what == taint.ROOM_FOR_SEGMENTS:
            self._need_segments(needed)
        else:
            self._need_live(needed)

    def _need_live(self, more: int) -> None:
        rows = len(self.room.table)
        while rows < 3 * (int(self.room.counters[taint.LIVE]) + more):
            rows *= 2
        if rows > len(self.room.table):
            self._check(rows * _ROW_BYTES)
            table = _table(rows)
            taint_coins.move(self.room.table, table)
            self._set(table=table)

    def _need_segments(self, more: int) -> None:
        used = int(self.room.counters[taint.SEGMENTS])
        size = len(self.room.lengths)
        if not self.keeps and used:
            alive = self._close_up(size)
            if alive + more < size // 2:
                return
            used = alive
        while size < 2 * (used + more):
            size *= 2
        if size > len(self.room.lengths):
            self._check(size * _SEGMENT_BYTES)
            lengths, labels = np.zeros(size, np.int64), np.zeros(size, np.int32)
            lengths[:used], labels[:used] = self.room.lengths[:used], self.room.labels[:used]
            self._set(lengths=lengths, labels=labels)

    def _close_up(self, size: int) -> int:
        lengths, labels = np.zeros(size, np.int64), np.zeros(size, np.int32)
        used = taint_coins.close_up(self.room.table, self.room.lengths, self.room.labels, lengths, labels)
        self._set(lengths=lengths, labels=labels)
        self.room.counters[taint.SEGMENTS] = used
        return int(used)

    def empty(self, take: Callable[[Part], None]) -> None:
        """Hand on what was found, and make room for more; for as much as the kernel said it needs."""
        room, counters = self.room, self.room.counters
        coins, steps, late = (int(counters[each]) for each in (taint.COINS, taint.STEPS, taint.LATE))
        take(
            Part(
                *(each[:coins].copy() for each in (room.coin, room.taint, room.hop, room.end, room.pieces, room.many)),
                room.step[:steps].copy(),
                room.late[:late].copy(),
            )
        )
        counters[taint.SEEN_COINS] += coins
        counters[[taint.COINS, taint.STEPS, taint.LATE]] = 0
        needed = int(counters[taint.NEEDED])
        if needed > self._out:
            self._out = 2 * needed
            self._check(self._out * (_COIN_BYTES + _STEP_BYTES + 16))
            self._set(**_outlets(self._out))
        counters[taint.NEEDED] = 0


def _table(rows: int) -> Array:
    return np.full((rows, 4), taint_coins.NOBODY, np.int64)


def _outlets(coins: int) -> dict[str, Array]:
    return {
        "coin": np.zeros(coins, np.int64),
        "taint": np.zeros(coins, np.int64),
        "hop": np.zeros(coins, np.int32),
        "end": np.zeros(coins, np.int8),
        "pieces": np.zeros(coins, np.int64),
        "many": np.zeros(coins, np.int32),
        "step": np.zeros((coins, 6), np.int64),
        "late": np.zeros((coins, 2), np.int64),
    }


__all__ = ["SHIFT", "Part", "Space"]
