"""What a bulk chain's transactions are made of, and their bytes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.hashes import Work, sha256d
from clew.kernels.jit import inlined
from clew.kernels.made_coins import (
    CODE,
    HEIGHT,
    INDEX,
    LETTERS,
    NEED_BYTES,
    NEXT_LETTER,
    WITNESS,
    Coins,
    below,
    draw,
    spread,
)
from clew.kernels.made_scripts import (
    FIRST_WITNESS,
    LAST_WITNESS,
    TAPROOT,
    copy,
    put_number,
    put_script,
    put_size,
    put_unlock,
    put_witness,
)

HEAD = 1024
"""Room before a block's transactions, for its frame, header and coinbase."""

SMALL_LETTER, LARGE_LETTER = 100, 16_000
LARGEST_TRANSACTION = 1 << 19
"""Bytes that a transaction may have, above the most there is."""

TO, WHO, AMOUNT = range(3)


class Mix(NamedTuple):
    """What a block's transactions are made of; chances in 65536ths, means in thousandths.

    ``inputs``, ``paid``: int64 (8,), chances of 1 to 8 inputs and paid outputs, added up; ``kinds``:
    int64 (12,), of new addresses; ``busy``: int64 (7,), of the busy addresses and of all others.
    Numbers: mean inputs and paid outputs a transaction, bytes a transaction (0: as they come), new
    addresses in a thousand outputs; chances of an OP_RETURN and a coinjoin; version, sequence;
    ``fewest``: coins below which transactions only fan out; ``most_paid`` and ``most_spent`` bound the
    large ones.
    """

    inputs: Any
    paid: Any
    kinds: Any
    busy: Any
    mean_inputs: int
    mean_paid: int
    mean_bytes: int
    fresh: int
    returns: int
    coinjoins: int
    version: int
    sequence: int
    fewest: int
    most_paid: int
    most_spent: int


class Room(NamedTuple):
    """Where a block is made. ``out`` (uint8): transactions from HEAD on; ``starts`` (int64): where
    each begins, and the end; ``has_witness`` (uint8); ``txids`` (uint8, flat), the coinbase's first.
    ``taken`` (int64): the coins a transaction spends; ``paid`` (int64, (n, 3)): address, owner and value
    of what it pays.
    ``base`` (uint8): a transaction without its witness. ``noise`` (uint8), ``salts`` (int64)."""

    out: Any
    starts: Any
    has_witness: Any
    txids: Any
    taken: Any
    paid: Any
    base: Any
    noise: Any
    salts: Any


@inlined
def _put_inputs(coins: Coins, room: Room, mix: Mix, at: int, number: int) -> int:
    out, taken, noise = room.out, room.taken, room.noise
    txid, coin, count = coins.txid, coins.coin, coins.count
    at = put_size(out, at, number)
    for each in range(number):
        slot = taken[each]
        copy(out, at, txid, 32 * slot, np.int64(32))
        at = put_number(out, at + 32, coin[slot, INDEX], np.int64(4))
        at = put_unlock(out, at, coin[slot, CODE] & 15, noise, draw(count))
        at = put_number(out, at, mix.sequence, np.int64(4))
    return at


@inlined
def _put_outputs(room: Room, at: int, number: int) -> int:
    out, payees, salts = room.out, room.paid, room.salts
    at = put_size(out, at, number)
    for each in range(number):
        at = put_number(out, at, payees[each, AMOUNT], np.int64(8))
        at = put_script(out, at, payees[each, TO], salts)
    return at


@inlined
def _put_witnesses(coins: Coins, room: Room, mix: Mix, at: int, number: int) -> int:
    """The witnesses of all inputs; one of them carries a letter if bytes are wanting."""
    out, taken, noise = room.out, room.taken, room.noise
    coin, count = coins.coin, coins.count
    done = not mix.mean_bytes
    for each in range(number):
        kind, letter = coin[taken[each], CODE] & 15, 0
        if not done and kind == TAPROOT and count[NEED_BYTES] >= count[NEXT_LETTER]:
            letter = count[NEXT_LETTER]
            count[NEXT_LETTER] = spread(count, SMALL_LETTER, LARGE_LETTER)
            count[LETTERS] += 1
            done = True
        at = put_witness(out, at, kind, letter, noise, draw(count))
    return at


@inlined
def _identify(room: Room, work: Work, start: int, witness: int, end: int, at: int) -> None:
    """The id of the transaction ``out[start:end]`` into ``txids``; ``witness``: where that begins, or 0."""
    out, txids, base = room.out, room.txids, room.base
    if witness == 0:
        sha256d(out, start, end - start, work, txids, at)
        return
    length = witness - start - 2
    copy(base, np.int64(0), out, start, np.int64(4))
    copy(base, np.int64(4), out, start + 6, length - 4)
    copy(base, length, out, end - 4, np.int64(4))
    sha256d(base, np.int64(0), length + 4, work, txids, at)


@inlined
def put_transaction(
    coins: Coins, room: Room, mix: Mix, work: Work, start: int, row: int, inputs: int, outputs: int
) -> int:
    """Write a transaction to ``out[start:]``, with its id; returns where it ends."""
    out, has_witness, taken = room.out, room.has_witness, room.taken
    coin, count = coins.coin, coins.count
    witness = False
    for each in range(inputs):
        witness |= FIRST_WITNESS <= coin[taken[each], CODE] & 15 <= LAST_WITNESS
    at = put_number(out, start, mix.version, np.int64(4))
    if witness:
        out[at], out[at + 1] = 0, 1
        at += 2
    at = _put_inputs(coins, room, mix, at, inputs)
    at = _put_outputs(room, at, outputs)
    split = at if witness else 0
    if witness:
        at = _put_witnesses(coins, room, mix, at, inputs)
        count[WITNESS] += at - split + 2
    lock = count[HEIGHT] - 1 if mix.version > 1 and below(count, 4) == 0 else 0
    at = put_number(out, at, lock, np.int64(4))
    _identify(room, work, start, split, at, 32 * row)
    has_witness[row] = witness
    return at
