"""The memory that a walk uses: live coins, segments, and what is handed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.errors import UsageError
from clew.kernels import taint, taint_coins, taint_state
from clew.ledger.columns import Array

SHIFT = 13
"""Two to the power of it transactions (backward: outputs) are walked at a time, if not said otherwise."""

GIB = 1 << 30
_TOLD = taint_state.LIVE, taint_state.SEEN_COINS
_HANDED_ON = taint_state.COINS, taint_state.STEPS, taint_state.LATE
_ROW_BYTES = 32
_SEGMENT_BYTES = 12
_COIN_BYTES = 33
_STEP_BYTES = 48


@dataclass
class Part:
    """What one stretch of a walk found; arrays of one length each.

    Of each tainted coin in the order tainted, sources left out: ``coin`` (output id), ``taint`` (satoshi;
    poison: 1), ``hop``, ``end`` (a number of ``policies.ENDS``), ``pieces`` and ``many``: its segments, among
    those of the space. Of each step ``step``: transaction, lowest hop in, coins tainted, taint of the fee,
    the fee's segments. ``late``: coins that ended after they were listed, how, and their taint.
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
        self,
        places: int,
        *,
        memory: int | None = None,
        keeps: bool = True,
        shift: int = SHIFT,
        coins: int = 1 << 12,
    ) -> None:
        self.memory, self.keeps, self.shift = memory, keeps, shift
        self._out = coins
        self._bytes_kept = 0
        words = (places >> taint_coins.WORD) + 1
        self.room = taint_state.Room(
            bits=np.zeros(words, np.uint32),
            due=np.zeros((places >> shift) + 1, np.int64),
            shift=shift,
            table=_table(1 << 12),
            lengths=np.zeros(1 << 12, np.int64),
            labels=np.zeros(1 << 12, np.int32),
            counters=np.zeros(8, np.int64),
            line=np.zeros(1 << 10, np.int64),
            marks=np.zeros(1 << 10, np.int32),
            **_parts(1 << 10),
            **_outlets(coins),
        )

    def _set(self, **arrays: Any) -> None:
        self.room = self.room._replace(**arrays)

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
            live, coins = (int(self.room.counters[each]) for each in _TOLD)
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
        self.room.counters[taint_state.SEGMENTS] = count
        self.room.counters[taint_state.LIVE] = count
        taint.begin(self.room, outputs, amounts, places)

    def next_due(self, backward: bool) -> int | None:
        """The next window in which something is due, in the order of the walk; None where nothing is."""
        found = np.flatnonzero(self.room.due)
        return int(found[-1 if backward else 0]) if len(found) else None

    def due_places(self, start: int, stop: int) -> Array:
        """The places that are due from ``start`` to ``stop``; ascending, int64."""
        first = start >> taint_coins.WORD
        words = self.room.bits[first : (stop >> taint_coins.WORD) + 1].astype("<u4")
        places = np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little")) + (
            first << taint_coins.WORD
        )
        found: Array = places[(places >= start) & (places < stop)].astype(np.int64)
        return found

    def grow(self, what: int) -> None:
        """Make more of what a kernel ran out of."""
        needed = int(self.room.counters[taint_state.NEEDED])
        if what == taint_state.ROOM_FOR_PARTS:
            self._set(**_parts(2 * needed))
        elif what == taint_state.ROOM_FOR_LINE:
            self._set(line=np.zeros(2 * needed, np.int64), marks=np.zeros(2 * needed, np.int32))
        elif what == taint_state.ROOM_FOR_SEGMENTS:
            self._need_segments(needed)
        else:
            self._need_live(needed)

    def _need_live(self, more: int) -> None:
        rows = len(self.room.table) // 4
        while rows < 3 * (int(self.room.counters[taint_state.LIVE]) + more):
            rows *= 2
        if 4 * rows > len(self.room.table):
            self._check(rows * _ROW_BYTES)
            table = _table(rows)
            taint_coins.move(self.room.table, table)
            self._set(table=table)

    def _need_segments(self, more: int) -> None:
        used = int(self.room.counters[taint_state.SEGMENTS])
        size = len(self.room.lengths)
        if not self.keeps and used:
            alive = self._close_up(size)
            if alive + more < size // 4:
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
        self.room.counters[taint_state.SEGMENTS] = used
        return int(used)

    def empty(self, take: Callable[[Part], None]) -> None:
        """Hand on what was found, and make room for more; for as much as the kernel said it needs.

        What is handed on lies in arrays that are used again: who keeps it copies it.
        """
        room, counters = self.room, self.room.counters
        coins, steps, late = (int(counters[each]) for each in _HANDED_ON)
        take(
            Part(
                coin=room.coin[:coins],
                taint=room.taint[:coins],
                hop=room.hop[:coins],
                end=room.end[:coins],
                pieces=room.pieces[:coins],
                many=room.many[:coins],
                step=room.step[:steps],
                late=room.late[:late],
            )
        )
        counters[taint_state.SEEN_COINS] += coins
        counters[[*_HANDED_ON]] = 0
        needed = int(counters[taint_state.NEEDED])
        if needed > self._out:
            self._out = 2 * needed
            self._check(self._out * (_COIN_BYTES + _STEP_BYTES + 24))
            self._set(**_outlets(self._out))
        counters[taint_state.NEEDED] = 0


def _table(rows: int) -> Array:
    # A row must not lie in two lines of the caches.
    line = 64
    room = np.empty(4 * rows + line // 8, np.int64)
    skipped = -room.ctypes.data % line // 8
    table: Array = room[skipped : skipped + 4 * rows]
    table[:] = taint_coins.NOBODY
    return table


def _parts(count: int) -> dict[str, Array]:
    names = ("output", "value", "order", "share", "first", "count")
    return {f"part_{name}": np.zeros(count, np.int64) for name in names} | {
        "part_rest": np.zeros(2 * count, np.int64)
    }


def _outlets(coins: int) -> dict[str, Array]:
    return {
        "coin": np.zeros(coins, np.int64),
        "taint": np.zeros(coins, np.int64),
        "hop": np.zeros(coins, np.int32),
        "end": np.zeros(coins, np.int8),
        "pieces": np.zeros(coins, np.int64),
        "many": np.zeros(coins, np.int32),
        "step": np.zeros((coins, 6), np.int64),
        "late": np.zeros((coins, 3), np.int64),
    }


__all__ = ["SHIFT", "Part", "Space"]
