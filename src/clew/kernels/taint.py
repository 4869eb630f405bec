"""Taint, taken from transaction to transaction in the order of the chain, or against it.

A window of transactions is walked at a time, and only those that are due are looked at: forward the
spenders of tainted coins, backward the makers. Live coins stand in one table; what becomes of each tainted
coin goes to arrays that the caller empties. The kernel returns where it needs something: room, or word of
what the window's transactions are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import borrowed, inlined, kernel
from clew.kernels.portions import share_out
from clew.kernels.taint_coins import (
    PIECES,
    SHAPE,
    TAINT,
    WORD,
    ask_for,
    find,
    highest,
    lowest,
    mark,
    put,
    take,
    take_row,
    unmark,
)
from clew.kernels.taint_state import (
    ASK,
    AT_HOLDER,
    AT_HOPS,
    AT_SERVICE,
    AT_SOURCE,
    AT_VALUE,
    CLEAN,
    COINJOIN,
    COINS,
    DEAD,
    DONE,
    GOES_ON,
    HELD,
    HOLDER,
    IN_COINJOIN,
    LATE,
    LIVE,
    NEEDED,
    NEW_COINS,
    REPLACED,
    ROOM_FOR_COINS,
    ROOM_FOR_LINE,
    ROOM_FOR_LIVE,
    ROOM_FOR_PARTS,
    ROOM_FOR_SEGMENTS,
    SEGMENTS,
    SERVICE,
    SOURCE,
    STEPS,
    TOO_LATE,
    UNSEEN,
    Room,
    Rule,
    Values,
    Window,
)
from clew.kernels.words import fetch
from clew.schema import FIFO, LIFO, NO_OUTPUT, OVERWRITTEN, POISON, TIHO, UNSPENDABLE, UNSPENT, WIDE_MARK


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
    """Add to the segments of a part, which begin at ``first``: to its last one, if the label is the same."""
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
    at, left = np.int64(0), np.int64(0)
    if pieces:
        left = room.line[0]
    for place in range(count):
        part = room.part_order[place]
        need, first, tainted = room.part_value[part], room.counters[SEGMENTS], np.int64(0)
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
        room.part_share[part] = tainted
        room.part_first[part] = first
        room.part_count[part] = room.counters[SEGMENTS] - first


@inlined
def _lay(room: Room, used: int, row: int, value: int) -> int:
    """Lay a part in at the end of the line: its segments, or where it is clean (row -1), one; how long it
    is then."""
    if row < 0:
        room.line[used] = value
        room.marks[used] = CLEAN
        return used + 1
    first, count = room.table[row + PIECES], room.table[row + SHAPE] >> 32
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
    counters, table = room.counters, room.table
    parts_in = outputs if rule.backward else inputs
    if max(inputs, outputs) + 1 > len(room.part_value):
        counters[NEEDED] = max(inputs, outputs) + 1
        return ROOM_FOR_PARTS
    if counters[COINS] + outputs + inputs > len(room.coin) or counters[STEPS] >= len(room.step):
        counters[NEEDED] = outputs + inputs
        return ROOM_FOR_COINS
    if counters[LATE] + parts_in > len(room.late):
        counters[NEEDED] = parts_in
        return ROOM_FOR_COINS
    if 2 * (counters[LIVE] + outputs + inputs) > len(table) >> 2:
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

    is_cut = rule.policy == FIFO or rule.policy == LIFO
    # What comes in; a row of the table for each part in stands in the room for remainders.
    whole, amount, hop, pieces = np.int64(0), np.int64(0), np.int64(1 << 31), np.int64(0)
    for part in range(parts_in):
        output = first_output + part if rule.backward else _spent(window, input_row + part)
        row = find(table, output)
        room.part_output[part] = output
        room.part_rest[part] = row
        if not rule.backward:
            room.part_value[part] = _value(values, output)
            whole += room.part_value[part]
        elif late == GOES_ON:
            room.part_value[part] = _value(values, output)
        if row >= 0:
            amount += table[row + TAINT]
            hop = min(hop, table[row + SHAPE] & 0x7FFFFFFF)
            pieces += table[row + SHAPE] >> 32
            if not is_cut and late == GOES_ON:
                take_row(table, row)
                counters[LIVE] -= 1
        else:
            pieces += 1
    if late != GOES_ON:
        for part in range(parts_in):
            if room.part_rest[part] >= 0:
                room.late[counters[LATE], 0] = room.part_output[part]
                room.late[counters[LATE], 1] = late
                room.late[counters[LATE], 2] = table[find(table, room.part_output[part]) + TAINT]
                take(table, room.part_output[part])
                counters[LIVE] -= 1
                counters[LATE] += 1
            if rule.backward:
                unmark(room.bits, room.due, room.shift, room.part_output[part])
        if not rule.backward:
            unmark(room.bits, room.due, room.shift, window.first + at)
        return DONE
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
            room.part_order[part] = part
        if rule.backward and rule.seed:
            _permute(room.part_order, parts_in, rule.seed, window.first + at)
        # Backward the fee is the last part in; what it is, the line need not know where it comes last.
        if rule.policy == LIFO:
            if rule.backward:
                for part in range(inputs):
                    whole += _value(values, _spent(window, input_row + part))
                for part in range(parts_in):
                    whole -= room.part_value[part]
                used = _lay(room, used, -1, whole)
            for place in range(parts_in - 1, -1, -1):
                part = room.part_order[place]
                used = _lay(room, used, room.part_rest[part], room.part_value[part])
        else:
            for place in range(parts_in):
                part = room.part_order[place]
                used = _lay(room, used, room.part_rest[part], room.part_value[part])
            if rule.backward:
                room.line[used] = np.int64(1 << 62)
                room.marks[used] = CLEAN
                used += 1
    for part in range(parts_in):
        if is_cut and room.part_rest[part] >= 0:
            take(table, room.part_output[part])
            counters[LIVE] -= 1
        if rule.backward:
            unmark(room.bits, room.due, room.shift, room.part_output[part])
    if not rule.backward:
        unmark(room.bits, room.due, room.shift, window.first + at)

    # What goes out: outputs and fee, or the coins spent.
    count = inputs if rule.backward else outputs
    total = np.int64(0)
    for part in range(count):
        output = _spent(window, input_row + part) if rule.backward else first_output + part
        room.part_output[part] = output
        room.part_value[part] = _value(values, output)
        room.part_order[part] = part
        total += room.part_value[part]
    with_fee = count
    if rule.backward:
        whole = total
    else:
        room.part_value[count] = whole - total
        room.part_order[count] = count
        with_fee += 1
        if rule.seed and rule.policy != TIHO:
            _permute(room.part_order, count, rule.seed, window.first + at)
    if is_cut:
        _cut(room, with_fee, used)
    else:
        share_out(
            rule.policy, amount, room.part_value, room.part_order, with_fee, whole, room.part_share,
            room.part_rest,
        )  # fmt: skip

    kind_row = input_row if rule.backward else output_row
    begun, live = counters[COINS], counters[LIVE]
    row = begun
    for part in range(count):
        share = room.part_share[part]
        if share == 0:
            continue
        value, kind = room.part_value[part], window.kinds[kind_row + part]
        end = _end_of(rule, window, kind_row + part, kind, hop + 1, share, value)
        output, first, many = room.part_output[part], np.int64(0), np.int64(0)
        room.coin[row] = output
        room.taint[row] = share
        room.hop[row] = hop + 1
        room.end[row] = end
        if is_cut:
            first, many = room.part_first[part], room.part_count[part]
            room.pieces[row] = first
            room.many[row] = many
        row += 1
        if end == GOES_ON:
            put(table, output, share, first, many << 32 | (hop + 1))
            live += 1
            place = output if rule.backward else np.int64(window.spent_by[kind_row + part])
            mark(room.bits, room.due, room.shift, place)
    tainted = row - begun
    counters[COINS] = row
    counters[LIVE] = live
    fee = np.int64(0)
    if not rule.backward and rule.policy != POISON:
        fee = room.part_share[count]
    row = counters[STEPS]
    room.step[row, 0] = window.first + at
    room.step[row, 1] = hop
    room.step[row, 2] = tainted
    room.step[row, 3] = fee
    with_segments = is_cut and not rule.backward
    room.step[row, 4] = room.part_first[count] if with_segments else 0
    room.step[row, 5] = room.part_count[count] if with_segments else 0
    counters[STEPS] = row + 1
    return DONE


@inlined
def _ask_ahead(rule: Rule, values: Values, window: Window, room: Room, at: int) -> None:
    """Ask memory for what the window's transaction number ``at`` will need."""
    for row in range(
        window.first_input[at] - window.first_input[0], window.first_input[at + 1] - window.first_input[0]
    ):
        output = _spent(window, row)
        if output != NO_OUTPUT:
            ask_for(room.table, output)
            if output < values.edge and rule.policy != POISON:
                fetch(values.low, output)
                fetch(values.high, output)
    for output in range(window.first_output[at], window.first_output[at + 1]):
        ask_for(room.table, output)
        if not rule.backward:
            spender = np.int64(window.spent_by[output - window.first_output[0]])
            if spender < UNSPENDABLE:
                fetch(room.bits, spender >> WORD)


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
        # The next one, too, if it stands in the same word: what it needs comes while this one is taken.
        ahead = np.int64(room.bits[place >> WORD]) >> (place & 31) >> 1
        ahead_at = place + 1
        if not ahead:
            ahead_at = (place >> WORD << WORD) + 32
            if ahead_at < window.stop:
                ahead = np.int64(room.bits[ahead_at >> WORD])
        if ahead:
            ahead_at += lowest(ahead)
            if ahead_at < window.stop:
                _ask_ahead(rule, values, window, room, ahead_at - window.first)
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
