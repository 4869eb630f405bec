"""Taint, taken from transaction to transaction in the order of the chain, or against it.

A window of transactions is walked at a time, and only those that are due are looked at: forward the
spenders of tainted coins, backward the makers. Live coins stand in one table; what becomes of each tainted
coin goes to arrays that the caller empties. The kernel returns where it needs something: room, or word of
what the window's transactions are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, inlined, kernel
from clew.kernels.portions import FIFO, LIFO, POISON, TIHO, share_out
from clew.kernels.taint_coins import PIECES, SHAPE, TAINT, WORD, find, highest, lowest, mark, put, take, unmark
from clew.schema import NO_OUTPUT, OVERWRITTEN, UNSPENDABLE, UNSPENT, WIDE_MARK

(
    GOES_ON, AT_SOURCE, DEAD, REPLACED, AT_SERVICE, AT_HOLDER, AT_HOPS, AT_VALUE, HELD, NEW_COINS, TOO_LATE,
    IN_COINJOIN,
) = range(12)  # fmt: skip
"""Why a coin ends, by number, in the order of ``docs/trace.md``."""

PLAIN, SERVICE, HOLDER, SOURCE = range(4)
"""What a part out is given as."""

UNSEEN, SEEN, COINJOIN = range(3)
"""What is known of a transaction: nothing yet, its parts out are given, it is given as a coinjoin."""

DONE, ASK, ROOM_FOR_PARTS, ROOM_FOR_LINE, ROOM_FOR_COINS, ROOM_FOR_SEGMENTS, ROOM_FOR_LIVE = range(7)
"""Why the walk stopped: the window is done; transactions in it are UNSEEN; or some array is too small."""

LIVE, SEGMENTS, COINS, STEPS, LATE, NEEDED, SEEN_COINS, FEE = range(8)
"""Places in ``Room.counters``: rows used of each array, how much is needed; coins tainted so far, and the
taint of all fees."""

CLEAN = -1
"""Label of a segment that is not tainted."""


class Values(NamedTuple):
    """``outputs.value`` of the whole chain in two parts, the second from row ``edge`` on: uint32 and uint8
    halves; and the rare values that have no room there: ``rare_row`` and ``rare_value`` int64."""

    low: Any
    high: Any
    more_low: Any
    more_high: Any
    edge: int
    rare_row: Any
    rare_value: Any


class Window(NamedTuple):
    """Transactions from ``first`` on: ``first_output`` and ``first_input`` int64 (one more), the outputs that
    their inputs spend (``spent_low`` uint32, ``spent_high`` uint8, from ``first_input[0]`` on), who spent
    their outputs (``spent_by`` uint32, from ``first_output[0]`` on); ``known`` int8 by transaction, and
    ``kinds`` int8 by part out, from the first on. Due are ``places`` of the flags from ``start`` to ``stop``.
    """

    first: int
    first_output: Any
    first_input: Any
    spent_low: Any
    spent_high: Any
    spent_by: Any
    known: Any
    kinds: Any
    start: int
    stop: int


class Rule(NamedTuple):
    """Policy; whether against the chain; limits: hops (-1: none), satoshi, and the transaction from which on
    (backward: before which) it is too late; and a seed that permutes the outputs of each transaction (0: they
    keep their order)."""

    policy: int
    backward: bool
    hops: int
    least: int
    limit: int
    seed: int


class Room(NamedTuple):
    """What the walk writes to.

    ``bits`` (uint32), ``due`` (int64) and ``shift``: what is due, see ``taint_coins.mark``; ``table`` the
    live coins; ``lengths`` (int64) and ``labels`` (int32): segments; ``counters`` int64. Of each tainted coin
    ``coin`` (int64), ``taint`` (int64), ``hop`` (int32), ``end`` (int8), ``pieces`` and ``many`` (int64,
    int32: its segments). Of each step ``step`` int64 rows of transaction, hop, how many coins it tainted, the
    taint of its fee, and the fee's segments (first, count). ``late`` int64 rows of coin and end: what ends
    where its transaction is looked at. ``parts`` int64, seven rows, and ``line`` (int64, int32 ``marks``):
    for one transaction.
    """

    bits: Any
    due: Any
    shift: int
    table: Any
    lengths: Any
    labels: Any
    counters: Any
    coin: Any
    taint: Any
    hop: Any
    end: Any
    pieces: Any
    many: Any
    step: Any
    late: Any
    parts: Any
    line: Any
    marks: Any


_OUTPUT, _VALUE, _ORDER, _SHARE, _FIRST, _COUNT, _REST = range(7)
"""Rows of ``Room.parts``; the last is room for twice as many."""


@inlined
def _value(values: Values, output: int) -> int:
    if output < values.edge:
        value = np.int64(values.low[output]) | np.int64(values.high[output]) << 32
    else:
        row = output - values.edge
        value = np.int64(values.more_low[row]) | np.int64(values.more_high[row]) << 32
    if value == WIDE_MARK:
        value = values.rare_value[np.searchsorted(values.rare_row, output)]
    return value


@inlined
def _spent(window: Window, row: int) -> int:
    return np.int64(window.spent_low[row]) | np.int64(window.spent_high[row]) << 32


@inlined
def _permute(order: Any, count: int, seed: int, transaction: int) -> None:
    """Put the first ``count`` parts in an order drawn for this transaction (Park and Miller 1988)."""
    state = (seed * 1_000_003 + transaction * 7_919) % 2147483646 + 1
    for _ in range(3):
        state = (state * 48271) % 2147483647
    for at in range(count - 1, 0, -1):
        state = (state * 48271) % 2147483647
        other = state % (at + 1)
        order[at], order[other] = order[other], order[at]


@inlined
def _push(room: Room, length: int, label: int, first: int) -> None:
    """Add to the segments of a part, which begin at ``first``; to its last one where the label is the same."""
    used = room.counters[SEGMENTS]
    if used > first and room.labels[used - 1] == label:
        room.lengths[used - 1] += length
        return
    room.lengths[used] = length
    room.labels[used] = label
    room.counters[SEGMENTS] = used + 1


@kernel
def _cut(room: Room, count: int, pieces: int) -> None:
    """Cut the line of ``pieces`` segments at the parts out, in their order; see FIFO in ``docs/trace.md``."""
    room = borrowed(room)
    parts = room.parts
    at, left = np.int64(0), np.int64(0)
    if pieces:
        left = room.line[0]
    for place in range(count):
        part = parts[_ORDER, place]
        need, first, tainted = parts[_VALUE, part], room.counters[SEGMENTS], np.int64(0)
        while need > 0:
            while left == 0:
                at += 1
                left = room.line[at]
            length = min(need, left)
            label = room.marks[at]
            if label != CLEAN:
                tainted += length
            _push(room, length, label, first)
            need -= length
            left -= length
        if tainted == 0:
            room.counters[SEGMENTS] = first
        parts[_SHARE, part] = tainted
        parts[_FIRST, part] = first
        parts[_COUNT, part] = room.counters[SEGMENTS] - first


@inlined
def _lay(room: Room, used: int, row: int, value: int) -> int:
    """Lay a part in at the end of the line: its segments, or where it is clean (row -1), one; how long it
    is then."""
    if row < 0:
        room.line[used] = value
        room.marks[used] = CLEAN
        return used + 1
    first, count = room.table[row, PIECES], room.table[row, SHAPE] >> 32
    for at in range(first, first + count):
        room.line[used] = room.lengths[at]
        room.marks[used] = room.labels[at]
        used += 1
    return used


@inlined
def _end_of(rule: Rule, window: Window, part: int, kind: int, hop: int, share: int, value: int) -> int:
    """What becomes of a tainted part out, the ``part``-th of the window's; GOES_ON where nothing ends it."""
    if kind == SOURCE:
        return AT_SOURCE
    spender = np.int64(UNSPENT) if rule.backward else np.int64(window.spent_by[part])
    if not rule.backward and spender == UNSPENDABLE:
        return DEAD
    if not rule.backward and spender == OVERWRITTEN:
        return REPLACED
    if kind == SERVICE:
        return AT_SERVICE
    if kind == HOLDER:
        return AT_HOLDER
    if hop == rule.hops:
        return AT_HOPS
    if (value if rule.policy == POISON else share) < rule.least:
        return AT_VALUE
    if rule.backward:
        return GOES_ON
    if spender == UNSPENT:
        return HELD
    if spender >= rule.limit:
        return TOO_LATE
    return GOES_ON


@kernel
def step(rule: Rule, values: Values, window: Window, room: Room, at: int) -> int:
    """Take the window's transaction number ``at``: DONE, or why it could not be; then nothing is changed."""
    values, window, room = borrowed(values), borrowed(window), borrowed(room)
    if window.known[at] == UNSEEN:
        return ASK
    first_output, outputs = window.first_output[at], window.first_output[at + 1] - window.first_output[at]
    first_input, inputs = window.first_input[at], window.first_input[at + 1] - window.first_input[at]
    input_row = first_input - window.first_input[0]
    output_row = first_output - window.first_output[0]
    counters, table, parts = room.counters, room.table, room.parts
    parts_in = outputs if rule.backward else inputs
    if max(inputs, outputs) + 1 > parts.shape[1] // 2:
        counters[NEEDED] = max(inputs, outputs) + 1
        return ROOM_FOR_PARTS
    if counters[COINS] + outputs + inputs > len(room.coin) or counters[STEPS] >= len(room.step):
        counters[NEEDED] = outputs + inputs
        return ROOM_FOR_COINS
    if counters[LATE] + parts_in > len(room.late):
        counters[NEEDED] = parts_in
        return ROOM_FOR_COINS
    if 2 * (counters[LIVE] + outputs + inputs) > len(table):
        counters[NEEDED] = outputs + inputs
        return ROOM_FOR_LIVE

    is_coinbase = inputs == 1 and _spent(window, input_row) == NO_OUTPUT
    late = GOES_ON
    if rule.backward and is_coinbase:
        late = NEW_COINS
    elif rule.backward and window.first + at < rule.limit:
        late = TOO_LATE
    elif window.known[at] == COINJOIN:
        late = IN_COINJOIN

    # What comes in; a row of the table for each part in stands in the room for remainders.
    whole, amount, hop, pieces = np.int64(0), np.int64(0), np.int64(1 << 31), np.int64(0)
    for part in range(parts_in):
        output = first_output + part if rule.backward else _spent(window, input_row + part)
        row = find(table, output)
        parts[_OUTPUT, part] = output
        parts[_REST, part] = row
        if not rule.backward:
            parts[_VALUE, part] = _value(values, output)
            whole += parts[_VALUE, part]
        elif late == GOES_ON:
            parts[_VALUE, part] = _value(values, output)
        if row >= 0:
            amount += table[row, TAINT]
            hop = min(hop, table[row, SHAPE] & 0x7FFFFFFF)
            pieces += table[row, SHAPE] >> 32
        else:
            pieces += 1
    if late != GOES_ON:
        for part in range(parts_in):
            if parts[_REST, part] >= 0:
                take(table, parts[_OUTPUT, part])
                counters[LIVE] -= 1
                room.late[counters[LATE], 0] = parts[_OUTPUT, part]
                room.late[counters[LATE], 1] = late
                counters[LATE] += 1
            if rule.backward:
                unmark(room.bits, room.due, room.shift, parts[_OUTPUT, part])
        if not rule.backward:
            unmark(room.bits, room.due, room.shift, window.first + at)
        return DONE
    is_cut = rule.policy == FIFO or rule.policy == LIFO
    if is_cut:
        if pieces + 1 > len(room.line):
            counters[NEEDED] = pieces + 1
            return ROOM_FOR_LINE
        if counters[SEGMENTS] + pieces + 1 + inputs + outputs > len(room.lengths):
            counters[NEEDED] = pieces + 1 + inputs + outputs
            return ROOM_FOR_SEGMENTS

    used = np.int64(0)
    if is_cut:
        for part in range(parts_in):
            parts[_ORDER, part] = part
        if rule.backward and rule.seed:
            _permute(parts[_ORDER], parts_in, rule.seed, window.first + at)
        # Backward the fee is the last part in; what it is, the line need not know where it comes last.
        if rule.policy == LIFO:
            if rule.backward:
                for part in range(inputs):
                    whole += _value(values, _spent(window, input_row + part))
                for part in range(parts_in):
                    whole -= parts[_VALUE, part]
                used = _lay(room, used, -1, whole)
            for place in range(parts_in - 1, -1, -1):
                part = parts[_ORDER, place]
                used = _lay(room, used, parts[_REST, part], parts[_VALUE, part])
        else:
            for place in range(parts_in):
                part = parts[_ORDER, place]
                used = _lay(room, used, parts[_REST, part], parts[_VALUE, part])
            if rule.backward:
                room.line[used] = np.int64(1 << 62)
                room.marks[used] = CLEAN
                used += 1
    for part in range(parts_in):
        if parts[_REST, part] >= 0:
            take(table, parts[_OUTPUT, part])
            counters[LIVE] -= 1
        if rule.backward:
            unmark(room.bits, room.due, room.shift, parts[_OUTPUT, part])
    if not rule.backward:
        unmark(room.bits, room.due, room.shift, window.first + at)

    # What goes out: outputs and fee, or the coins spent.
    count = inputs if rule.backward else outputs
    total = np.int64(0)
    for part in range(count):
        output = _spent(window, input_row + part) if rule.backward else first_output + part
        parts[_OUTPUT, part] = output
        parts[_VALUE, part] = _value(values, output)
        parts[_ORDER, part] = part
        parts[_FIRST, part] = 0
        parts[_COUNT, part] = 0
        total += parts[_VALUE, part]
    with_fee = count
    if rule.backward:
        whole = total
    else:
        parts[_VALUE, count] = whole - total
        parts[_ORDER, count] = count
        parts[_FIRST, count] = 0
        parts[_COUNT, count] = 0
        with_fee += 1
        if rule.seed and rule.policy != TIHO:
            _permute(parts[_ORDER], count, rule.seed, window.first + at)
    if is_cut:
        _cut(room, with_fee, used)
    else:
        share_out(
            rule.policy, amount, parts[_VALUE], parts[_ORDER], with_fee, whole, parts[_SHARE],
            room.parts[_REST],
        )  # fmt: skip

    tainted = np.int64(0)
    kind_row = input_row if rule.backward else output_row
    for part in range(count):
        share, value = parts[_SHARE, part], parts[_VALUE, part]
        if share == 0:
            continue
        end = _end_of(rule, window, kind_row + part, window.kinds[kind_row + part], hop + 1, share, value)
        output, row = parts[_OUTPUT, part], counters[COINS]
        first, many = parts[_FIRST, part], parts[_COUNT, part]
        room.coin[row] = output
        room.taint[row] = share
        room.hop[row] = hop + 1
        room.end[row] = end
        room.pieces[row] = first
        room.many[row] = many
        counters[COINS] = row + 1
        tainted += 1
        if end == GOES_ON:
            put(table, output, share, first, many << 32 | (hop + 1))
            counters[LIVE] += 1
            place = output if rule.backward else np.int64(window.spent_by[kind_row + part])
            mark(room.bits, room.due, room.shift, place)
    fee = np.int64(0)
    if not rule.backward and rule.policy != POISON:
        fee = parts[_SHARE, count]
    row = counters[STEPS]
    room.step[row, 0] = window.first + at
    room.step[row, 1] = hop
    room.step[row, 2] = tainted
    room.step[row, 3] = fee
    room.step[row, 4] = parts[_FIRST, count] if not rule.backward else 0
    room.step[row, 5] = parts[_COUNT, count] if not rule.backward else 0
    counters[STEPS] = row + 1
    return DONE


@kernel
def walk(rule: Rule, values: Values, window: Window, room: Room) -> int:
    """Take all transactions of a window that are due, forward in order of the chain, backward against it.

    Returns DONE, or what is needed before the walk can go on with the same window.
    """
    values, window, room = borrowed(values), borrowed(window), borrowed(room)
    if rule.backward:
        at = np.int64(len(window.first_output) - 2)
        place = np.int64(window.stop - 1)
        while place >= window.start:
            word = np.int64(room.bits[place >> WORD]) & ((np.int64(2) << (place & 31)) - 1)
            if not word:
                place = (place >> WORD << WORD) - 1
                continue
            place = (place >> WORD << WORD) + highest(word)
            while window.first_output[at] > place:
                at -= 1
            answer = step(rule, values, window, room, at)
            if answer != DONE:
                return answer
        return DONE
    place = np.int64(window.start)
    while place < window.stop:
        word = np.int64(room.bits[place >> WORD]) >> (place & 31)
        if not word:
            place = (place >> WORD << WORD) + 32
            continue
        place += lowest(word)
        if place >= window.stop:
            return DONE
        answer = step(rule, values, window, room, place - window.first)
        if answer != DONE:
            return answer
    return DONE


@kernel
def begin(room: Room, outputs: Any, amounts: Any, places: Any) -> None:
    """Set coins on their way, one segment each, the first ones: ``outputs``, ``amounts`` and the ``places``
    where they are due, int64."""
    room = borrowed(room)
    for row in range(len(outputs)):
        put(room.table, outputs[row], amounts[row], row, 1 << 32)
        mark(room.bits, room.due, room.shift, places[row])
