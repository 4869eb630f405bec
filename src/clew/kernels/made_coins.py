"""The unspent outputs of a bulk chain while it is made, and what its owners remember.

An unspent output (a *coin*) has a slot, which another takes over once it is spent. Coins are found
by age, through a list in order of creation, and by owner, through a doubly linked list.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import inlined, kernel
from clew.kernels.made_scripts import MASK, MIX, STEP

(
    RANDOM, STREAM, HEIGHT, FREE, ORDER, LIVE, OWNERS, NUMBERS, RECALL, TRANSACTIONS, INPUTS, OUTPUTS, BYTES,
    WITNESS, NEED_IN, NEED_OUT, NEED_BYTES, NEXT_IN, NEXT_OUT, NEXT_LETTER, FEES, COINJOINS, LETTERS, BUSY,
) = range(24)  # fmt: skip
"""Places in ``count``. NEED_*: asked less made, in thousandths (bytes: whole); NEXT_*: the size of the
next large transaction. BUSY: a bit for each busy address that was paid."""

COUNTS = 24
AGES = 32
NONE = -1

YOUNGEST, YOUNG = 12, 190
"""Of 256 coins that are looked for by age, those from the last BLOCKFUL, and those from there on with
each power of two as likely; all others may be of any age."""
BLOCKFUL = 2_048


INDEX, VALUE, CODE, BORN, OWNER, AFTER, BEFORE, PLACE = range(8)
"""A coin's fields: output index, satoshi, address, height, owner, neighbours in the owner's list, place
in ``order``. They fill one cache line."""
FIELDS = 8

FIRST, LAST, HELD = range(3)
"""An owner's fields: first and last coin, and how many."""


class Coins(NamedTuple):
    """Coins by slot, lists over them, owners, and counters.

    ``txid``: uint8, flat, 32 bytes a slot. ``coin``: int64 (slots, FIELDS). ``free``: slots without a
    coin, a stack of count[FREE]. ``order``: slots by age, NONE where spent, count[ORDER] of them (both
    int32). ``owners``: int32 (owners, 3). ``recall``: int64 (n, 2), address and owner paid before, half
    of them the latest, half from all times. ``count``: int64 (COUNTS,). ``by_kind``: int64 (32,),
    outputs of each kind, from 16 on inputs. ``ages``: int64 (AGES,), inputs by the bits of their age in
    blocks.
    """

    txid: Any
    coin: Any
    free: Any
    order: Any
    owners: Any
    recall: Any
    count: Any
    by_kind: Any
    ages: Any


@inlined
def draw(count: Any) -> int:
    """The next random 32-bit word (PCG, RXS M XS)."""
    state = count[RANDOM]
    count[RANDOM] = (state * STEP + count[STREAM]) & MASK
    word = (((state >> ((state >> 28) + 4)) ^ state) * MIX) & MASK
    return int((word >> 22) ^ word)


@inlined
def below(count: Any, limit: int) -> int:
    """A random number from 0 to ``limit`` - 1, of at most 2^31."""
    return (draw(count) * limit) >> 32


@inlined
def spread(count: Any, low: int, high: int) -> int:
    """A random number from ``low`` to ``high``, each power of two of them about as likely as the next."""
    bits = 0
    while (low << (bits + 1)) <= high:
        bits += 1
    least = low << below(count, bits + 1)
    return min(high, least + below(count, least))


@inlined
def add_coin(coins: Coins, index: int, value: int, code: int, owner: int) -> int:
    """Enter a coin; returns its slot, whose txid is still to be written."""
    coin, unused, order, owners, count = coins.coin, coins.free, coins.order, coins.owners, coins.count
    count[FREE] -= 1
    slot = unused[count[FREE]]
    coin[slot, INDEX], coin[slot, VALUE], coin[slot, CODE] = index, value, code
    coin[slot, BORN], coin[slot, OWNER] = count[HEIGHT], owner
    tail = owners[owner, LAST]
    coin[slot, AFTER], coin[slot, BEFORE] = NONE, tail
    if tail == NONE:
        owners[owner, FIRST] = slot
    else:
        coin[tail, AFTER] = slot
    owners[owner, LAST] = slot
    owners[owner, HELD] += 1
    order[count[ORDER]] = slot
    coin[slot, PLACE] = count[ORDER]
    count[ORDER] += 1
    count[LIVE] += 1
    return int(slot)


@inlined
def take_coin(coins: Coins, slot: int) -> None:
    """Take a coin out of the lists. Its slot keeps what it holds until ``free_coin``."""
    coin, order, owners, count = coins.coin, coins.order, coins.owners, coins.count
    owner = coin[slot, OWNER]
    after, before = coin[slot, AFTER], coin[slot, BEFORE]
    if before == NONE:
        owners[owner, FIRST] = after
    else:
        coin[before, AFTER] = after
    if after == NONE:
        owners[owner, LAST] = before
    else:
        coin[after, BEFORE] = before
    owners[owner, HELD] -= 1
    order[coin[slot, PLACE]] = NONE
    count[LIVE] -= 1


@inlined
def free_coin(coins: Coins, slot: int) -> None:
    """Give a slot back."""
    unused, count = coins.free, coins.count
    unused[count[FREE]] = slot
    count[FREE] += 1


@inlined
def find_coin(coins: Coins) -> int:
    """A coin to spend, mostly a young one; the caller knows that there is one."""
    order, count = coins.order, coins.count
    length = count[ORDER]
    chance = draw(count) >> 24
    if chance < YOUNGEST:
        depth = spread(count, np.int64(1), np.int64(BLOCKFUL))
    elif chance < YOUNG:
        depth = spread(count, np.int64(BLOCKFUL), length)
    else:
        depth = below(count, length)
    place = max(0, length - 1 - min(depth, length - 1))
    while place >= 0 and order[place] == NONE:
        place -= 1
    if place < 0:
        place = 0
        while order[place] == NONE:
            place += 1
    return int(order[place])


@inlined
def remember(coins: Coins, code: int, owner: int) -> None:
    """Let an address that was paid be paid again."""
    known_addresses, count = coins.recall, coins.count
    half = len(known_addresses) // 2
    seen = count[RECALL]
    count[RECALL] = seen + 1
    recent = seen % half
    known_addresses[recent, 0], known_addresses[recent, 1] = code, owner
    # A sample of all so far, as in Vitter 1985; above 2^31 every address has the last chance.
    place = seen if seen < half else below(count, min(seen, 1 << 31))
    if place < half:
        known_addresses[half + place, 0], known_addresses[half + place, 1] = code, owner


@inlined
def recall(coins: Coins) -> int:
    """A place in ``recall_code`` and ``recall_owner``; the caller knows that something was remembered."""
    known_addresses, count = coins.recall, coins.count
    half = len(known_addresses) // 2
    place = below(count, min(half, count[RECALL]))
    return place + half * (0 if draw(count) & 7 else 1)


@kernel
def compact(coins: Coins) -> None:
    """Close the gaps in the order of age."""
    coin, order, count = coins.coin, coins.order, coins.count
    kept = 0
    for place in range(count[ORDER]):
        slot = order[place]
        if slot != NONE:
            order[kept] = slot
            coin[slot, PLACE] = kept
            kept += 1
    count[ORDER] = kept
