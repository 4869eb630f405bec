"""The transactions of one block of a bulk chain: who spends what, whom it pays, and all their bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.hashes import new_work
from clew.kernels.jit import inlined, kernel
from clew.kernels.made_coins import (
    BORN,
    BUSY,
    BYTES,
    CODE,
    COINJOINS,
    FEES,
    FIRST,
    HEIGHT,
    HELD,
    INPUTS,
    LAST,
    LIVE,
    NEED_BYTES,
    NEED_IN,
    NEED_OUT,
    NEXT_IN,
    NEXT_OUT,
    NONE,
    NUMBERS,
    OUTPUTS,
    OWNER,
    OWNERS,
    RECALL,
    TRANSACTIONS,
    VALUE,
    Coins,
    add_coin,
    below,
    draw,
    find_coin,
    free_coin,
    recall,
    remember,
    spread,
    take_coin,
)
from clew.kernels.made_scripts import (
    CODE_BITS,
    KEY_HASH,
    ODD,
    RETURN,
    TAPROOT,
    copy,
)
from clew.kernels.made_transactions import AMOUNT, HEAD, TO, WHO, Mix, Room, put_transaction

ONE = 65536
"""A chance of one."""

PLAIN, MAKE_DUST, SPEND_DUST = range(3)
DUST_OWNER, FIRST_OWNERS = 8, 32
"""Owners below DUST_OWNER have one busy address each; those from there to FIRST_OWNERS mine."""

DUST_COINS, DUST_PAID, DUST_SPENT = 22_000, 500, 400
DUST_LIMIT = 10_000
LEAST_LARGE = 6
ALIKE = 30
"""Of a hundred new addresses of somebody who has some, those that are of the kind of one of them."""
NEW_OWNERS = 18
"""Of a hundred new addresses that are paid, those whose owner is new too."""
MOST_JOINED, MOST_INPUTS, MOST_PAID = 12, 1_000, 1_500


@inlined
def new_code(coins: Coins, kind: int) -> int:
    """A new address of ``kind``."""
    count = coins.count
    number = count[NUMBERS]
    count[NUMBERS] = number + 1
    return int((number << CODE_BITS) | kind)


@inlined
def new_owner(coins: Coins) -> int:
    """Somebody who owns nothing yet."""
    count = coins.count
    owner = count[OWNERS]
    count[OWNERS] = owner + 1
    return int(owner)


@inlined
def _choose(count: Any, chances: Any) -> int:
    chance = draw(count) >> 16
    choice = 0
    while choice < len(chances) - 1 and chance >= chances[choice]:
        choice += 1
    return choice


@inlined
def _new_address(coins: Coins, mix: Mix, like: int) -> int:
    """A new address, often of the kind of ``like``, of the same owner (NONE: of nobody)."""
    count = coins.count
    kind = like & 15
    if like != NONE and KEY_HASH <= kind <= TAPROOT and below(count, 100) < ALIKE:
        return new_code(coins, kind)
    return new_code(coins, _choose(count, mix.kinds))


@inlined
def _wants_new(coins: Coins, mix: Mix) -> bool:
    count = coins.count
    behind = count[NUMBERS] * 1000 < count[OUTPUTS] * mix.fresh
    return below(count, 100) < (65 if behind else 15)


@inlined
def _spend(coins: Coins, room: Room, slot: int, number: int) -> int:
    taken = room.taken
    coin = coins.coin
    take_coin(coins, slot)
    taken[number] = slot
    return int(coin[slot, VALUE])


@inlined
def _choose_inputs(coins: Coins, room: Room, mix: Mix, mode: int) -> tuple[int, int]:
    """Fill ``taken``; returns how many, and their value."""
    coin, owners, count = coins.coin, coins.owners, coins.count
    wanted = _choose(count, mix.inputs) + 1
    if mode == SPEND_DUST:
        slot, wanted = owners[DUST_OWNER, FIRST], DUST_SPENT
    else:
        slot = find_coin(coins)
    owner = coin[slot, OWNER]
    if mode == PLAIN and count[NEED_IN] >= 1000 * count[NEXT_IN]:
        if 2 * owners[owner, HELD] >= count[NEXT_IN]:
            wanted = count[NEXT_IN]
            count[NEXT_IN] = spread(count, np.int64(LEAST_LARGE), mix.most_spent)
        else:
            # Nobody may hold as many: ask for fewer each time, and take all of every second owner, or
            # of each where that is not enough.
            count[NEXT_IN] -= (count[NEXT_IN] - LEAST_LARGE) >> 4
            if draw(count) & 1 or count[NEED_IN] > 2000 * mix.most_spent:
                wanted = MOST_INPUTS
    total = _spend(coins, room, slot, np.int64(0))
    number = 1
    while number < wanted and owners[owner, FIRST] != NONE:
        next_one = owners[owner, LAST] if draw(count) & 7 == 0 else owners[owner, FIRST]
        total += _spend(coins, room, np.int64(next_one), number)
        number += 1
    return number, total


@inlined
def _pay(room: Room, number: int, code: int, owner: int, value: int) -> None:
    payees = room.paid
    payees[number, TO], payees[number, WHO], payees[number, AMOUNT] = code, owner, value


@inlined
def _choose_payee(coins: Coins, room: Room, mix: Mix, number: int) -> None:
    known_addresses, count = coins.recall, coins.count
    busy = _choose(count, mix.busy)
    if busy < len(mix.busy) - 1:
        count[BUSY] |= 1 << busy
        _pay(room, number, busy << CODE_BITS | KEY_HASH, busy, np.int64(0))
        return
    known = recall(coins) if count[RECALL] else NONE
    if known != NONE and not _wants_new(coins, mix):
        _pay(room, number, known_addresses[known, 0], known_addresses[known, 1], np.int64(0))
    elif known == NONE or below(count, 100) < NEW_OWNERS or known_addresses[known, 1] < FIRST_OWNERS:
        _pay(room, number, _new_address(coins, mix, np.int64(NONE)), new_owner(coins), np.int64(0))
    else:
        code = _new_address(coins, mix, known_addresses[known, 0])
        _pay(room, number, code, known_addresses[known, 1], np.int64(0))


@inlined
def _choose_change(coins: Coins, room: Room, mix: Mix, number: int) -> None:
    taken = room.taken
    coin, count = coins.coin, coins.count
    slot = taken[0]
    code, owner = coin[slot, CODE], np.int64(coin[slot, OWNER])
    if owner >= FIRST_OWNERS and (below(count, 100) < 25 or _wants_new(coins, mix)):
        code = _new_address(coins, mix, code)
    _pay(room, number, code, owner, np.int64(0))


@inlined
def _choose_outputs(coins: Coins, room: Room, mix: Mix, mode: int) -> int:
    """Fill ``code`` and ``owner`` of what is paid; returns how many outputs."""
    payees = room.paid
    count = coins.count
    number = _choose(count, mix.paid) + 1
    if mode == MAKE_DUST:
        for each in range(DUST_PAID):
            _pay(room, each, new_code(coins, ODD), np.int64(DUST_OWNER), np.int64(0))
        return DUST_PAID
    if count[LIVE] < mix.fewest:
        number = 20 + below(count, 80)
    elif count[NEED_OUT] >= 1000 * count[NEXT_OUT]:
        number += count[NEXT_OUT]
        count[NEXT_OUT] = spread(count, np.int64(LEAST_LARGE), mix.most_paid)
    for each in range(number - 1):
        _choose_payee(coins, room, mix, each)
    if number == 1:
        _choose_payee(coins, room, mix, np.int64(0))
        return number
    _choose_change(coins, room, mix, number - 1)
    other = below(count, number)
    for field in (TO, WHO):
        here, there = payees[number - 1, field], payees[other, field]
        payees[number - 1, field], payees[other, field] = there, here
    return number


@inlined
def _part(value: int, chance: int) -> int:
    return (value >> 16) * chance + (((value & 65535) * chance) >> 16)


@inlined
def _share_out(coins: Coins, room: Room, inputs: int, outputs: int, total: int) -> None:
    """Divide what is spent among the outputs, less a fee."""
    payees = room.paid
    count = coins.count
    left = total - min(total >> 3, (100 * inputs + 40 * outputs) * (1 + below(count, 20)))
    count[FEES] += total - left
    for each in range(outputs - 1):
        value = _part(2 * left // (outputs - each), draw(count) >> 16)
        payees[each, AMOUNT] = value
        left -= value
    payees[outputs - 1, AMOUNT] = left


@kernel
def _join(coins: Coins, room: Room, mix: Mix) -> tuple[int, int]:
    """Coins of several owners, who get equal outputs and their change; returns how many of both."""
    taken = room.taken
    coin, count = coins.coin, coins.count
    wanted = 2 + below(count, MOST_JOINED - 1)
    number, least = 0, 0
    for _ in range(4 * wanted):
        slot = find_coin(coins)
        apart = coin[slot, VALUE] >= DUST_LIMIT and coin[slot, OWNER] >= FIRST_OWNERS
        for each in range(number):
            apart = apart and coin[taken[each], OWNER] != coin[slot, OWNER]
        if apart:
            value = _spend(coins, room, slot, number)
            least = value if number == 0 else min(least, value)
            number += 1
        if number == wanted or count[LIVE] < 2:
            break
    equal = least - least // 10
    for each in range(number):
        slot = taken[each]
        owner, value = np.int64(coin[slot, OWNER]), coin[slot, VALUE]
        _pay(room, 2 * each, _new_address(coins, mix, coin[slot, CODE]), owner, equal)
        fee = (value - equal) >> 3
        _pay(room, 2 * each + 1, _new_address(coins, mix, coin[slot, CODE]), owner, value - equal - fee)
        count[FEES] += fee
    count[COINJOINS] += 1 if number > 1 else 0
    return number, 2 * number


@inlined
def _data_length(count: Any) -> int:
    choice = below(count, 8)
    if choice < 3:
        return 20
    if choice < 5:
        return 32
    return 4 + below(count, 77)


@inlined
def _age(coins: Coins, slot: int) -> int:
    """Bits of the age in blocks of a coin that is spent now."""
    coin, count = coins.coin, coins.count
    age = count[HEIGHT] - coin[slot, BORN]
    bits = 0
    while age >> bits:
        bits += 1
    return bits


@inlined
def _enter(coins: Coins, room: Room, row: int, inputs: int, outputs: int) -> None:
    """Give back what a transaction spent, and enter what it made."""
    txids, taken, payees = room.txids, room.taken, room.paid
    txid, coin, by_kind, ages = coins.txid, coins.coin, coins.by_kind, coins.ages
    for each in range(inputs):
        slot = taken[each]
        by_kind[16 + (coin[slot, CODE] & 15)] += 1
        ages[_age(coins, slot)] += 1
        free_coin(coins, slot)
    for each in range(outputs):
        code, owner = payees[each, TO], payees[each, WHO]
        kind = code & 15
        by_kind[kind] += 1
        if kind == RETURN:
            continue
        slot = add_coin(coins, each, payees[each, AMOUNT], code, owner)
        copy(txid, 32 * slot, txids, 32 * row, np.int64(32))
        if owner >= FIRST_OWNERS:
            remember(coins, code, owner)


@inlined
def _reckon(count: Any, mix: Mix, inputs: int, outputs: int, paid: int, length: int) -> None:
    """Keep the books of what was asked and made."""
    count[TRANSACTIONS] += 1
    count[INPUTS] += inputs
    count[OUTPUTS] += outputs
    count[BYTES] += length
    count[NEED_IN] += mix.mean_inputs - 1000 * inputs
    count[NEED_OUT] += mix.mean_paid - 1000 * paid
    if mix.mean_bytes:
        count[NEED_BYTES] += mix.mean_bytes - length


@kernel
def fill_block(coins: Coins, room: Room, mix: Mix, target: int, mode: int) -> int:
    """Make transactions up to ``target`` bytes, or what ``mode`` asks for; returns how many.

    The caller sees to room: in ``coins`` for as many outputs as ``target`` bytes can hold (9 bytes
    each at least) and in ``room`` for one transaction more. The coinbase has row 0 and is not made here.
    """
    starts = room.starts
    owners, count = coins.owners, coins.count
    work = new_work()
    row, at, made = 1, HEAD, 0
    while count[LIVE] > MOST_JOINED and row < len(starts) - 2:
        if (mode == PLAIN and at - HEAD >= target) or (mode == MAKE_DUST and made >= DUST_COINS):
            break
        if mode == SPEND_DUST and owners[DUST_OWNER, FIRST] == NONE:
            break
        if mode == PLAIN and draw(count) >> 16 < mix.coinjoins:
            inputs, outputs = _join(coins, room, mix)
        else:
            inputs = 0
        if inputs == 0:
            inputs, total = _choose_inputs(coins, room, mix, mode)
            outputs = _choose_outputs(coins, room, mix, mode)
            _share_out(coins, room, inputs, outputs, total)
        paid = outputs
        if draw(count) >> 16 < mix.returns:
            _pay(room, outputs, _data_length(count) << CODE_BITS | RETURN, np.int64(0), np.int64(0))
            outputs += 1
        starts[row] = at
        end = put_transaction(coins, room, mix, work, at, row, inputs, outputs)
        _enter(coins, room, row, inputs, outputs)
        _reckon(count, mix, inputs, outputs, paid, end - at)
        row, at, made = row + 1, end, made + outputs
    starts[row] = at
    return row
