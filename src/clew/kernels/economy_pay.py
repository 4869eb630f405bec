"""Transactions of a simulated economy: payments by a wallet's own habits, and those put together by hand."""

from __future__ import annotations

import numpy as np

from clew.kernels.economy_coins import choose
from clew.kernels.economy_state import (
    A_KIND,
    ACTOR,
    ADDRESS,
    AS_PAID,
    BASE_WEIGHT,
    BIP69,
    CHANGE,
    CHANGE_FIRST,
    CHANGE_REUSE,
    CHANGE_ROLE,
    CHOSEN,
    COINS,
    DATA,
    FACTOR,
    FAILED,
    FEES,
    FIRST,
    FIXED_FEE,
    HELD,
    INPUT_WEIGHT,
    INPUTS,
    KIND,
    MODEL,
    NEXT,
    NONE,
    O_ADDRESS,
    O_COIN,
    O_PURPOSE,
    O_ROLE,
    O_USER,
    O_VALUE,
    O_WALLET,
    O_WHO,
    ORDERING,
    OUTPUT_BYTES,
    OWN,
    P2PKH,
    P2TR,
    P2WPKH,
    RATE,
    SELECTION,
    SHUFFLED,
    SMALLEST_CHANGE,
    SPENT,
    T_LOCK,
    T_SEQUENCE,
    T_VERSION,
    TX,
    TXS,
    VALUE,
    WHOLE_RATE,
    Economy,
    add_coin,
    add_input,
    below,
    close_transaction,
    draw,
    happens,
    link,
    new_address,
    receive_address,
)
from clew.kernels.jit import folded, kernel

ALL = 1
"""Signature hash type: all inputs and outputs."""

LEAST_OUTPUT = 330
"""Satoshi below which an output would not be passed on by nodes (dust)."""


@kernel
def put_order(
    e: Economy, row: int, address: int, wallet: int, value: int, purpose: int, who: int, role: int, user: int
) -> None:
    """Write a payment to be made to a row of ``order``."""
    order = e.order
    order[row, O_ADDRESS], order[row, O_WALLET], order[row, O_VALUE] = address, wallet, value
    order[row, O_PURPOSE], order[row, O_WHO], order[row, O_ROLE] = purpose, who, role
    order[row, O_USER], order[row, O_COIN] = user, NONE


@kernel
def fee_rate(e: Economy, wallet: int) -> int:
    """The fee rate that a wallet's software takes now, in thousandths of a satoshi per virtual byte."""
    model = e.model[e.wallet[wallet, MODEL]]
    word = draw(e.count) >> 12
    step, rest = word >> 16, word & 65535
    low, high = model[FACTOR + step], model[FACTOR + step + 1]
    rate = e.count[RATE] * (low + ((high - low) * rest >> 16)) >> 10
    if model[WHOLE_RATE]:
        rate = (rate + 500) // 1000 * 1000
    return max(1000, int(rate))


@kernel
def _fee(weight: int, rate: int, fixed: int) -> int:
    if fixed:
        return fixed * ((weight + 3999) // 4000)
    return (weight * rate + 3999) // 4000


@folded
def _give_addresses(e: Economy, first: int, last: int) -> int:
    """Ask each payee for an address where none is set; returns the outputs' weight, -1 with a bad value."""
    order = e.order
    weight = 0
    for row in range(first, last):
        if order[row, O_ADDRESS] == NONE:
            order[row, O_ADDRESS] = receive_address(
                e, order[row, O_WALLET], order[row, O_ROLE], order[row, O_USER]
            )
        weight += 4 * OUTPUT_BYTES[e.address[order[row, O_ADDRESS], A_KIND]]
    return weight


@folded
def _change_address(e: Economy, wallet: int, paid: int) -> int:
    """Where the change goes: back to the first input's address, or to a fresh one."""
    model = e.model[e.wallet[wallet, MODEL]]
    if happens(e.count, model[CHANGE_REUSE]):
        return int(e.coin[e.chosen[0], ADDRESS])
    kind = e.wallet[wallet, KIND]
    # Whoever pays to a script of several keys, or of nobody's, has no such script for change.
    if P2PKH < kind and P2PKH < paid < DATA and happens(e.count, model[AS_PAID]):
        kind = paid if paid == P2WPKH or paid == P2TR else kind
    return int(new_address(e, wallet, kind, CHANGE_ROLE, np.int64(NONE)))


@kernel
def _shuffle_chosen(e: Economy, number: int) -> None:
    chosen = e.chosen
    for each in range(number - 1, 0, -1):
        other = below(e.count, each + 1)
        here, there = chosen[each], chosen[other]
        chosen[each], chosen[other] = there, here


@kernel
def _add_up(e: Economy, number: int) -> tuple[int, int]:
    """Value and weight of the first ``number`` chosen coins."""
    coin, chosen = e.coin, e.chosen
    total, weight = 0, 0
    for each in range(number):
        total += coin[chosen[each], VALUE]
        weight += INPUT_WEIGHT[e.address[coin[chosen[each], ADDRESS], A_KIND]]
    return total, weight


@kernel
def _choose(e: Economy, wallet: int, value: int, weight: int, rate: int) -> tuple[int, int]:
    """Let a wallet choose coins for ``value`` and the fee; returns how many, and what is left.

    A fee by begun kilobyte is known only with the coins, so the wallet tries again if it was short.
    """
    model = e.model[e.wallet[wallet, MODEL]]
    fixed = model[FIXED_FEE]
    own = np.int64(0) if fixed else rate
    target = value + _fee(weight, rate, fixed)
    for _ in range(4):
        slack = max(model[SMALLEST_CHANGE], 31 * rate // 500)
        given = choose(e, wallet, model[SELECTION], target, slack, own)
        if given == 0:
            return 0, 0
        total, whole = _add_up(e, given)
        left = total - value - _fee(weight + whole, rate, fixed)
        if left >= 0:
            return given, left
        target -= left
    return 0, 0


@kernel
def _permute(e: Economy, start: int, number: int) -> None:
    """Fill ``chosen[start:]`` with 0 to ``number`` - 1 in random order."""
    chosen = e.chosen
    for each in range(number):
        chosen[start + each] = each
    for each in range(number - 1, 0, -1):
        other = below(e.count, each + 1)
        here, there = chosen[start + each], chosen[start + other]
        chosen[start + each], chosen[start + other] = there, here


@kernel
def pay(e: Economy, wallet: int, first: int, last: int, change_to: int, rate: int, form: int) -> int:
    """One transaction of ``wallet`` that makes the payments ``order[first:last]``; returns it, or NONE.

    If ``count[CHOSEN]`` is above 0, the coins in ``chosen`` are spent, all of them, of whosever they are;
    otherwise the wallet chooses. None of them may be spent already. The last payment's value may be
    REST. ``change_to``: an address, or NONE for what the wallet's software does. ``rate``: 0 for what
    it takes.
    """
    count, order = e.count, e.order
    model = e.model[e.wallet[wallet, MODEL]]
    given = count[CHOSEN]
    count[CHOSEN] = 0
    rate = rate if rate else fee_rate(e, wallet)
    fixed = model[FIXED_FEE]
    value = 0
    rest = order[last - 1, O_VALUE] < 0
    for row in range(first, last):
        value += max(np.int64(0), order[row, O_VALUE])
    if not given and e.wallet[wallet, HELD] == 0:
        count[FAILED] += 1
        return NONE
    weight = BASE_WEIGHT + _give_addresses(e, first, last)
    for each in range(given):
        if e.coin[e.chosen[each], SPENT] != NONE:
            count[FAILED] += 1
            return NONE
    if given:
        total, whole = _add_up(e, given)
        left = total - value - _fee(weight + whole, rate, fixed)
    else:
        given, left = _choose(e, wallet, value, weight, rate)
    if given == 0 or left < (LEAST_OUTPUT if rest else 0):
        count[FAILED] += 1
        return NONE
    return int(_make(e, wallet, first, last, change_to, rate, form, given, left))


@folded
def _make(
    e: Economy,
    wallet: int,
    first: int,
    last: int,
    change_to: int,
    rate: int,
    form: int,
    given: int,
    left: int,
) -> int:
    """Enter a transaction whose coins are chosen; ``left``: satoshi above payments and fee."""
    count, order, coin, chosen = e.count, e.order, e.coin, e.chosen
    model = e.model[e.wallet[wallet, MODEL]]
    ordering = model[ORDERING]
    if ordering == SHUFFLED:
        _shuffle_chosen(e, given)
    change, target = 0, NONE
    if order[last - 1, O_VALUE] < 0:
        order[last - 1, O_VALUE] = left
        left = 0
    else:
        kind = e.wallet[wallet, KIND]
        cost = 0 if model[FIXED_FEE] else OUTPUT_BYTES[kind] * rate // 1000
        if left - cost >= max(model[SMALLEST_CHANGE], LEAST_OUTPUT):
            change = left - cost
            paid = e.address[order[first, O_ADDRESS], A_KIND]
            target = change_to if change_to != NONE else _change_address(e, wallet, paid)
    outputs = last - first
    place = outputs
    if ordering == CHANGE_FIRST:
        place = 0
    elif ordering == SHUFFLED or ordering == BIP69:
        place = below(count, outputs + 1)
    first_input, first_output = count[INPUTS], count[COINS]
    spent = 0
    for each in range(given):
        spent += coin[chosen[each], VALUE]
        add_input(e, chosen[each], np.int64(ALL))
    made = 0
    if ordering == SHUFFLED:
        _permute(e, given, outputs)
    for number in range(outputs):
        if number == place and change:
            add_coin(e, target, change, np.int64(CHANGE), e.wallet[wallet, ACTOR])
            made += change
        row = first + (chosen[given + number] if ordering == SHUFFLED else number)
        who = order[row, O_WHO]
        order[row, O_COIN] = add_coin(
            e, order[row, O_ADDRESS], order[row, O_VALUE], order[row, O_PURPOSE], who
        )
        made += order[row, O_VALUE]
    if place == outputs and change:
        add_coin(e, target, change, np.int64(CHANGE), e.wallet[wallet, ACTOR])
        made += change
    at = close_transaction(e, first_input, first_output, wallet, form, ordering, spent - made)
    for number in range(first_output, count[COINS]):
        if e.address[coin[number, ADDRESS], A_KIND] != DATA:
            link(e, number)
    return at


@kernel
def choose_all(e: Economy, wallet: int, most: int, smallest: int, ripe: int) -> int:
    """Choose up to ``most`` coins of a wallet, oldest first, of at least ``smallest`` satoshi each.

    ``ripe``: only coins of transactions before this one. Returns how many; ``pay`` takes them next.
    """
    coin = e.coin
    number = 0
    at = e.wallet[wallet, FIRST]
    while at != NONE and number < most:
        if coin[at, VALUE] >= smallest and coin[at, TX] < ripe:
            e.chosen[number] = at
            number += 1
        at = coin[at, NEXT]
    e.count[CHOSEN] = number
    return number


@kernel
def merge(e: Economy, wallet: int, most: int, form: int, room: int) -> int:
    """Move a wallet's coins into one of its own; ``room``: a free row of ``order``."""
    order = e.order
    if choose_all(e, wallet, most, np.int64(LEAST_OUTPUT), e.count[TXS]) < 2:
        e.count[CHOSEN] = 0
        return NONE
    order[room, O_ADDRESS], order[room, O_WALLET], order[room, O_VALUE] = NONE, wallet, -1
    order[room, O_PURPOSE], order[room, O_WHO] = OWN, e.wallet[wallet, ACTOR]
    order[room, O_ROLE], order[room, O_USER] = 0, NONE
    return int(pay(e, wallet, room, room + 1, np.int64(NONE), np.int64(0), form))


@kernel
def compose(
    e: Economy, wallet: int, inputs: int, first: int, last: int, form: int, ordering: int, how: int
) -> int:
    """A transaction put together by hand: ``chosen[:inputs]`` into ``order[first:last]``; returns it.

    Nothing is added; what is left is the fee, which must not be negative. ``wallet``: whose software
    makes it. ``ordering``: SHUFFLED, BIP69, AS_GIVEN or DESCENDING. ``how``: the hash type of all
    signatures; 0: those in ``chosen`` from place ``inputs`` on.
    """
    count, order, coin, chosen = e.count, e.order, e.coin, e.chosen
    total = 0
    for each in range(inputs):
        total += coin[chosen[each], VALUE]
        if coin[chosen[each], SPENT] != NONE:
            return NONE
    for row in range(first, last):
        total -= order[row, O_VALUE]
    if total < 0:
        return NONE
    _give_addresses(e, first, last)
    if ordering == SHUFFLED:
        _shuffle_chosen(e, inputs)
        _permute(e, 2 * inputs, last - first)
    first_input, first_output = count[INPUTS], count[COINS]
    for each in range(inputs):
        add_input(e, chosen[each], how if how else chosen[inputs + each])
    for number in range(last - first):
        row = first + (chosen[2 * inputs + number] if ordering == SHUFFLED else number)
        order[row, O_COIN] = add_coin(
            e, order[row, O_ADDRESS], order[row, O_VALUE], order[row, O_PURPOSE], order[row, O_WHO]
        )
    at = close_transaction(e, first_input, first_output, wallet, form, ordering, total)
    for number in range(first_output, count[COINS]):
        if e.address[coin[number, ADDRESS], A_KIND] != DATA:
            link(e, number)
    return at


@kernel
def dress(e: Economy, at: int, version: int, lock: int, sequence: int) -> None:
    """Set a transaction's version, lock time and sequence, where a protocol says what they are."""
    e.tx[at, T_VERSION], e.tx[at, T_LOCK], e.tx[at, T_SEQUENCE] = version, lock, sequence


@kernel
def mint(e: Economy, wallet: int, role: int, purpose: int, value: int, form: int) -> int:
    """The block's coinbase, whose coin is in no list yet; returns the coin."""
    count = e.count
    first_input, first_output = count[INPUTS], count[COINS]
    address = receive_address(e, wallet, role, np.int64(NONE))
    made = add_coin(e, address, value, purpose, e.wallet[wallet, ACTOR])
    fees = count[FEES]
    at = close_transaction(e, first_input, first_output, wallet, form, np.int64(0), np.int64(0))
    dress(e, at, np.int64(1), np.int64(0), np.int64(0xFFFFFFFF))
    count[FEES] = fees
    return int(made)


@kernel
def ripen(e: Economy, at: int) -> None:
    """Put a coinbase's coin into its wallet: it may be spent from the next transaction on."""
    link(e, at)


@kernel
def make_address(e: Economy, wallet: int, kind: int, role: int, user: int) -> int:
    """A fresh address of a wallet."""
    return int(new_address(e, wallet, kind, role, user))


@kernel
def ask_address(e: Economy, wallet: int, role: int, user: int) -> int:
    """The address at which a wallet wants to be paid."""
    return int(receive_address(e, wallet, role, user))
