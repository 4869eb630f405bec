"""The unspent outputs of a bulk chain while it is made, and what its owners remember.

An unspent output (a *coin*) has a slot, which another takes over once it is spent. Coins are found
by age, through a list in order of creation, and by owner, through a doubly linked list.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import kernel
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


class Coins(NamedTuple):
    """Coins by slot, lists over them, owners, and counters; all int64 but where it is said.

    By slot: ``txid`` (uint8, flat, 32 bytes a slot), ``index``, ``value`` (satoshi), ``code``, ``born``
    (height, int32), ``owner``, ``after``, ``before`` (the owner's list, int32), ``place`` (in ``order``).
    ``free``: slots without a coin, a stack of count[FREE]. ``order``: slots by age, NONE where spent,
    count[ORDER] of them (both int32). By owner: ``first`` and ``last`` coin, how many are ``held`` (int32). ``recall_code``,
    ``recall_owner`` (int32): addresses paid before, half of them the latest, half from all times.
    ``count``: (COUNTS,). ``by_kind``: outputs, then inputs, of each kind. ``ages``: inputs by the bits
    of their age in blocks.
    """

    txid: Any
    index: Any
    value: Any
    code: Any
    born: Any
    owner: Any
    after: Any
    before: Any
    place: Any
    free: Any
    order: Any
    first: Any
    last: Any
    held: Any
    recall_code: Any
    recall_owner: Any
    count: Any
    by_kind: Any
    ages: Any


@kernel
def draw(count: Any) -> int:
    """The next random 32-bit word (PCG, RXS M XS)."""
    state = count[RANDOM]
    count[RANDOM] = (state * STEP + count[STREAM]) & MASK
    word = (((state >> ((state >> 28) + 4)) ^ state) * MIX) & MASK
    return (word >> 22) ^ word


@kernel
def below(count: Any, limit: int) -> int:
    """A random number from 0 to ``limit`` - 1, of at most 2^31."""
    return (draw(count) * limit) >> 32


@kernel
def spread(count: Any, low: int, high: int) -> int:
    """A random number from ``low`` to ``high``, each power of two of them about as likely as the next."""
    bits = 0
    while (low << (bits + 1)) <= high:
        bits += 1
    least = low << below(count, bits + 1)
    return min(high, least + below(count, least))


@kernel
def add_coin(coins: Coins, index: int, value: int, code: int, owner: int) -> int:
    """Enter a coin; returns its slot, whose txid is still to be written."""
    count = coins.count
    count[FREE] -= 1
    slot = coins.free[count[FREE]]
    coins.index[slot], coins.value[slot], coins.code[slot] = index, value, code
    coins.born[slot], coins.owner[slot] = count[HEIGHT], owner
    tail = coins.last[owner]
    coins.after[slot], coins.before[slot] = NONE, tail
    if tail == NONE:
        coins.first[owner] = slot
    else:
        coins.after[tail] = slot
    coins.last[owner] = slot
    coins.held[owner] += 1
    coins.order[count[ORDER]] = slot
    coins.place[slot] = count[ORDER]
    count[ORDER] += 1
    count[LIVE] += 1
    return slot


@kernel
def take_coin(coins: Coins, slot: int) -> None:
    """Take a coin out of the lists. Its slot keeps what it holds until ``free_coin``."""
    count = coins.count
    owner = coins.owner[slot]
    after, before = coins.after[slot], coins.before[slot]
    if before == NONE:
        coins.first[owner] = after
    else:
        coins.after[before] = after
    if after == NONE:
        coins.last[owner] = before
    else:
        coins.before[after] = before
    coins.held[owner] -= 1
    coins.order[coins.place[slot]] = NONE
    count[LIVE] -= 1


@kernel
def free_coin(coins: Coins, slot: int) -> None:
    """Give a slot back."""
    coins.free[coins.count[FREE]] = slot
    coins.count[FREE] += 1


@kernel
def find_coin(coins: Coins) -> int:
    """A coin to spend, mostly a young one; the caller knows that there is one."""
    count = coins.count
    length = count[ORDER]
    chance = draw(count) >> 24
    if chance < YOUNGEST:
        depth = spread(count, np.int64(1), np.int64(BLOCKFUL))
    elif chance < YOUNG:
        depth = spread(count, np.int64(BLOCKFUL), length)
    else:
        depth = below(count, length)
    place = max(0, length - 1 - min(depth, length - 1))
    while place >= 0 and coins.order[place] == NONE:
        place -= 1
    if place < 0:
        place = 0
        while coins.order[place] == NONE:
            place += 1
    return coins.order[place]


@kernel
def remember(coins: Coins, code: int, owner: int) -> None:
    """Let an address that was paid be paid again."""
    count = coins.count
    half = len(coins.recall_code) // 2
    seen = count[RECALL]
    count[RECALL] = seen + 1
    recent = seen % half
    coins.recall_code[recent], coins.recall_owner[recent] = code, owner
    # A sample of all so far, as in Vitter 1985; above 2^31 every address has the last chance.
    place = seen if seen < half else below(count, min(seen, 1 << 31))
    if place < half:
        coins.recall_code[half + place], coins.recall_owner[half + place] = code, owner


@kernel
def recall(coins: Coins) -> int:
    """A place in ``recall_code`` and ``recall_owner``; the caller knows that something was remembered."""
    count = coins.count
    half = len(coins.recall_code) // 2
    place = below(count, min(half, count[RECALL]))
    return place + half * (draw(count) & 1)


@kernel
def compact(coins: Coins) -> None:
    """Close the gaps in the order of age."""
    count = coins.count
    kept = 0
    for place in range(count[ORDER]):
        slot = coins.order[place]
        if slot != NONE:
            coins.order[kept] = slot
            coins.place[slot] = kept
            kept += 1
    count[ORDER] = kept


