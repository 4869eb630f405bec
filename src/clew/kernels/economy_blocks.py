"""The bytes of an economy's blocks that are not signed: transactions, their ids, and undo records."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.economy_scripts import (
    HAS_WITNESS,
    Keys,
    put_key,
    put_multisig,
    put_script,
    put_unlock,
    put_witness,
)
from clew.kernels.economy_state import (
    A_KEY,
    A_KIND,
    ADDRESS,
    BIP69,
    COINBASE,
    COINS,
    DESCENDING,
    I_COIN,
    I_HASH_TYPE,
    INPUTS,
    MULTISIG,
    P2PK,
    P2PKH,
    P2PKH_LONG,
    P2SH_MULTISIG,
    P2SH_P2WPKH,
    T_FORM,
    T_HEIGHT,
    T_INPUT,
    T_LOCK,
    T_LOW_R,
    T_ORDER,
    T_OUTPUT,
    T_SEQUENCE,
    T_VERSION,
    TX,
    TXS,
    VALUE,
    Economy,
)
from clew.kernels.hashes import Work, new_work, sha256d
from clew.kernels.jit import folded, kernel
from clew.kernels.made_scripts import copy, put_number, put_size

HEAD = 1024
"""Room before a block's transactions, for its frame, header and coinbase."""


class Names(NamedTuple):
    """What writing gives to what was made: ``txids`` uint8, flat, 32 bytes a transaction; ``vouts`` int32
    (coins,); ``vins`` int32 (inputs,); ``payload`` uint8, flat, 32 bytes an address."""

    txids: Any
    vouts: Any
    vins: Any
    payload: Any


class Page(NamedTuple):
    """Where a block is written: ``out`` uint8; ``starts`` int64 (rows + 1,), row 0 is the coinbase's;
    ``has_witness`` uint8 (rows,); ``txids`` uint8, flat, the rows' ids; ``base`` uint8, a transaction
    without its witness; ``order`` int64, inputs or outputs in order; ``scripts`` uint8, flat."""

    out: Any
    starts: Any
    has_witness: Any
    txids: Any
    base: Any
    order: Any
    scripts: Any


@kernel
def _ends(e: Economy, at: int) -> tuple[int, int]:
    """Where a transaction's inputs and its outputs end."""
    if at + 1 < e.count[TXS]:
        return e.tx[at + 1, T_INPUT], e.tx[at + 1, T_OUTPUT]
    return e.count[INPUTS], e.count[COINS]


@folded
def _after(e: Economy, names: Names, one: int, other: int) -> bool:
    """Whether input ``one`` stands after ``other`` by BIP 69: by id as people read it, then by place."""
    first, second = np.int64(e.input[one, I_COIN]), np.int64(e.input[other, I_COIN])
    a, b = 32 * e.coin[first, TX], 32 * e.coin[second, TX]
    if a != b:
        for i in range(31, -1, -1):
            here, there = names.txids[a + i], names.txids[b + i]
            if here != there:
                return bool(here > there)
    return bool(names.vouts[first] > names.vouts[second])


@folded
def _order_inputs(e: Economy, names: Names, page: Page, at: int, first: int, last: int) -> None:
    order = page.order
    how = e.tx[at, T_ORDER]
    for number in range(last - first):
        order[number] = first + number
    if how != BIP69 and how != DESCENDING:
        return
    for number in range(1, last - first):
        moving, place = order[number], number - 1
        while place >= 0:
            if how == BIP69:
                swap = _after(e, names, order[place], moving)
            else:
                here, there = e.input[order[place], I_COIN], e.input[moving, I_COIN]
                swap = e.coin[here, VALUE] < e.coin[there, VALUE]
            if not swap:
                break
            order[place + 1] = order[place]
            place -= 1
        order[place + 1] = moving


@folded
def _script_after(e: Economy, names: Names, keys: Keys, page: Page, one: int, other: int) -> bool:
    """Whether the script of coin ``one`` stands after that of ``other``."""
    scripts = page.scripts
    first, second = e.coin[one, ADDRESS], e.coin[other, ADDRESS]
    half = np.int64(len(scripts) // 2)
    end = put_script(scripts, np.int64(0), e.address[first], first, names.payload, keys)
    other_end = put_script(scripts, half, e.address[second], second, names.payload, keys)
    other_end -= half
    for i in range(1, end if end < other_end else other_end):
        if scripts[i] != scripts[half + i]:
            return bool(scripts[i] > scripts[half + i])
    return bool(end > other_end)


@folded
def _order_outputs(e: Economy, names: Names, keys: Keys, page: Page, at: int, first: int, last: int) -> None:
    order = page.order
    how = e.tx[at, T_ORDER]
    for number in range(last - first):
        order[number] = first + number
    if how == BIP69 or how == DESCENDING:
        for number in range(1, last - first):
            moving, place = order[number], number - 1
            while place >= 0:
                here, there = e.coin[order[place], VALUE], e.coin[moving, VALUE]
                if how == DESCENDING:
                    swap = here < there
                else:
                    swap = here > there or (
                        here == there and _script_after(e, names, keys, page, order[place], moving)
                    )
                if not swap:
                    break
                order[place + 1] = order[place]
                place -= 1
            order[place + 1] = moving
    for number in range(last - first):
        names.vouts[order[number]] = number


@folded
def _put_inputs(
    e: Economy, names: Names, keys: Keys, page: Page, work: Work, at: int, place: int, first: int, last: int
) -> int:
    out, order = page.out, page.order
    low_r = e.tx[at, T_LOW_R]
    place = put_size(out, place, last - first)
    for number in range(last - first):
        entry = order[number]
        names.vins[entry] = number
        spent = np.int64(e.input[entry, I_COIN])
        copy(out, place, names.txids, 32 * e.coin[spent, TX], np.int64(32))
        place = put_number(out, place + 32, np.int64(names.vouts[spent]), np.int64(4))
        row = e.address[e.coin[spent, ADDRESS]]
        place = put_unlock(out, place, row, entry, low_r, e.input[entry, I_HASH_TYPE], keys, work)
        place = put_number(out, place, e.tx[at, T_SEQUENCE], np.int64(4))
    return place


@folded
def _put_outputs(
    e: Economy, names: Names, keys: Keys, page: Page, at: int, place: int, first: int, last: int
) -> int:
    out, order = page.out, page.order
    _order_outputs(e, names, keys, page, at, first, last)
    place = put_size(out, place, last - first)
    for number in range(last - first):
        made = order[number]
        place = put_number(out, place, e.coin[made, VALUE], np.int64(8))
        address = e.coin[made, ADDRESS]
        place = put_script(out, place, e.address[address], address, names.payload, keys)
    return place


@folded
def _identify(page: Page, work: Work, start: int, witness: int, end: int, txids: Any, at: int) -> None:
    """The id of the transaction ``out[start:end]``; ``witness``: where that begins, or 0."""
    out, base = page.out, page.base
    if witness == 0:
        sha256d(out, start, end - start, work, txids, at)
        return
    length = witness - start - 2
    copy(base, np.int64(0), out, start, np.int64(4))
    copy(base, np.int64(4), out, start + 6, length - 4)
    copy(base, length, out, end - 4, np.int64(4))
    sha256d(base, np.int64(0), length + 4, work, txids, at)


@folded
def _put_transaction(
    e: Economy, names: Names, keys: Keys, page: Page, work: Work, at: int, row: int, start: int
) -> int:
    out = page.out
    first, first_output = e.tx[at, T_INPUT], e.tx[at, T_OUTPUT]
    last, last_output = _ends(e, at)
    witness = False
    for number in range(first, last):
        witness |= HAS_WITNESS[e.address[e.coin[e.input[number, I_COIN], ADDRESS], A_KIND]] != 0
    place = put_number(out, start, e.tx[at, T_VERSION], np.int64(4))
    if witness:
        out[place], out[place + 1] = 0, 1
        place += 2
    _order_inputs(e, names, page, at, first, last)
    place = _put_inputs(e, names, keys, page, work, at, place, first, last)
    # The outputs take the room that holds the inputs' order, which their places keep.
    place = _put_outputs(e, names, keys, page, at, place, first_output, last_output)
    split = place if witness else np.int64(0)
    if witness:
        for number in range(first, last):
            page.order[names.vins[number]] = number
        for number in range(last - first):
            entry = page.order[number]
            row_of = e.address[e.coin[e.input[entry, I_COIN], ADDRESS]]
            how = e.input[entry, I_HASH_TYPE]
            place = put_witness(out, place, row_of, entry, e.tx[at, T_LOW_R], how, keys)
    place = put_number(out, place, e.tx[at, T_LOCK], np.int64(4))
    _identify(page, work, start, split, place, names.txids, 32 * at)
    copy(page.txids, np.int64(32 * row), names.txids, 32 * at, np.int64(32))
    page.has_witness[row] = witness
    return place


@kernel
def write_transactions(e: Economy, names: Names, keys: Keys, page: Page, first: int, last: int) -> int:
    """Write transactions ``first`` to ``last`` of a block, from HEAD on, as its rows 1 and so on.

    Returns how many rows there are, the coinbase (row 0, not written here) included.
    """
    work = new_work()
    place = np.int64(HEAD)
    for at in range(first, last):
        row = at - first + 1
        page.starts[row] = place
        place = _put_transaction(e, names, keys, page, work, at, row, place)
    page.starts[last - first + 1] = place
    return last - first + 1


@kernel
def block_bytes(e: Economy, first: int, last: int) -> int:
    """At most so many bytes take the transactions ``first`` to ``last``."""
    inputs = _ends(e, last - 1)[0] - e.tx[first, T_INPUT] if last > first else 0
    outputs = _ends(e, last - 1)[1] - e.tx[first, T_OUTPUT] if last > first else 0
    return 2 * HEAD + 64 * (last - first) + 480 * inputs + 128 * outputs


@kernel
def _put_varint(out: Any, at: int, number: int) -> int:
    """A number as undo records have it: seven bits a byte, highest first; see ``bitcoin.undo``."""
    groups = 1
    rest = number
    while rest > 0x7F:
        rest = (rest >> 7) - 1
        groups += 1
    place = at + groups - 1
    out[place] = number & 0x7F
    while number > 0x7F:
        number = (number >> 7) - 1
        place -= 1
        out[place] = (number & 0x7F) | 0x80
    return at + groups


@kernel
def _compressed(value: int) -> int:
    """An amount with its decimal zeros at the end counted instead of written."""
    if value == 0:
        return 0
    zeros = 0
    while value % 10 == 0 and zeros < 9:
        value //= 10
        zeros += 1
    if zeros == 9:
        return 1 + 10 * (value - 1) + 9
    return 1 + 10 * (9 * (value // 10) + value % 10 - 1) + zeros


@folded
def _put_undo_script(out: Any, at: int, row: Any, number: int, names: Names, keys: Keys) -> int:
    kind = row[A_KIND]
    if kind == P2PKH or kind == P2PKH_LONG or kind == P2SH_MULTISIG or kind == P2SH_P2WPKH:
        out[at] = 1 if kind == P2SH_MULTISIG or kind == P2SH_P2WPKH else 0
        copy(out, at + 1, names.payload, 32 * number, np.int64(20))
        return at + 21
    if kind == P2PK:
        return put_key(out, at, np.int64(row[A_KEY]), False, keys)
    if kind == MULTISIG:
        return put_multisig(out, _put_varint(out, at, np.int64(111)), np.int64(row[A_KEY]), keys, np.int64(3))
    # Its length, which ``put_script`` writes first, counts six more: no script is longer than 121 bytes.
    end = put_script(out, at, row, number, names.payload, keys)
    out[at] += 6
    return end


@kernel
def write_undo(e: Economy, names: Names, keys: Keys, first: int, last: int, out: Any, start: int) -> int:
    """The undo record's data of transactions ``first`` to ``last`` to ``out[start:]``; returns its end."""
    at = put_size(out, start, last - first)
    for tx in range(first, last):
        begin = e.tx[tx, T_INPUT]
        end = _ends(e, tx)[0]
        at = put_size(out, at, end - begin)
        place = at
        for number in range(end - begin):
            # Undo records keep the inputs' order in the transaction.
            entry = begin
            while names.vins[entry] != number:
                entry += 1
            spent = np.int64(e.input[entry, I_COIN])
            maker = e.coin[spent, TX]
            code = 2 * e.tx[maker, T_HEIGHT] + (1 if e.tx[maker, T_FORM] == COINBASE else 0)
            place = _put_varint(out, place, code)
            out[place] = 0
            place = _put_varint(out, place + 1, _compressed(e.coin[spent, VALUE]))
            address = e.coin[spent, ADDRESS]
            place = _put_undo_script(out, place, e.address[address], address, names, keys)
        at = place
    return at
