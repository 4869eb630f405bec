"""What people of a simulated economy do in a block: buy, sell, shop, trade, bet, give."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.economy_pay import merge, pay, put_order
from clew.kernels.economy_state import (
    A_WALLET,
    ADDRESS,
    BALANCE,
    BETS,
    BETTING,
    DEPOSIT,
    DEPOSIT_ROLE,
    DONATION,
    DROPPED,
    GOODS,
    HEIGHT,
    HELD,
    I_COIN,
    INVOICE_ROLE,
    KIND,
    MERGE_AT,
    MERGING,
    MODEL,
    NONE,
    O_ADDRESS,
    O_COIN,
    O_PURPOSE,
    O_VALUE,
    O_WALLET,
    O_WHO,
    ONE,
    PLAIN,
    PRICE,
    R_ADDRESS,
    R_CUSTODIAN,
    R_DUE,
    R_PURPOSE,
    R_TICKET,
    R_VALUE,
    R_WALLET,
    R_WHO,
    RECEIVE_ROLE,
    REQUESTS,
    STAKE,
    T_INPUT,
    TRADED,
    VALUE,
    WINNINGS,
    WITHDRAWAL,
    Economy,
    below,
    draw,
    happens,
    new_address,
)
from clew.kernels.jit import folded, inlined, kernel

COIN = 100_000_000

# What people do, in the order of the shares.
BUY, SELL, SHOP, TRADE, BET, DONATE, MOVE = range(7)

# A person.
P_WALLET, P_CUSTODIAN, P_SECOND, P_ZONE, P_ACTOR, P_DEPOSIT, P_OTHER_DEPOSIT, P_ASKED = range(8)
"""P_WALLET: NONE for one whose exchange pays. P_DEPOSIT: the deposit address at the exchange, or NONE;
P_OTHER_DEPOSIT: at the second exchange. P_ASKED: height of the last withdrawal asked for."""

# A custodian.
(
    U_ACTOR, U_HOT, U_DEPOSITS, U_COLD, U_DEPOSIT_KIND, U_FRESH, U_BATCH, U_FROM_DEPOSITS, U_SWEEP,
    U_HOT_SHARE,
) = range(10)  # fmt: skip
"""U_FRESH: chance of a new deposit address. U_BATCH, U_SWEEP: most outputs, most inputs."""
CUSTODIAN_FIELDS = 12

B_HOUSE, B_ADDRESS, B_VALUE, B_WHO = range(4)
HALF = ONE // 2


class Life(NamedTuple):
    """Who lives here; int64.

    ``person`` (n, 8); ``custodian`` (n, CUSTODIAN_FIELDS); ``doing`` (7,): chances of each act, added up;
    ``amount`` (7, points, 2): for each act, chance in 2^20ths and cents; ``awake`` (zones,): chance that
    somebody there acts now; ``merchant``, ``charity`` (n,): wallets; ``house`` (n, 9): wallet and addresses
    for bets; ``bet`` (n, 4): bets that are not settled; ``habit`` (3,): chances of amounts round in bitcoin
    and in dollars, and of a win.
    """

    person: Any
    custodian: Any
    doing: Any
    amount: Any
    awake: Any
    merchant: Any
    charity: Any
    house: Any
    bet: Any
    habit: Any


@kernel
def quantile(count: Any, table: Any) -> int:
    """A value of the distribution ``table`` (points, 2): chance in 2^20ths and value, both ascending."""
    word = draw(count) >> 12
    at = 0
    while at < len(table) - 2 and word >= table[at + 1, 0]:
        at += 1
    low, high = table[at, 0], table[at + 1, 0]
    if high <= low:
        return int(table[at, 1])
    return int(table[at, 1] + (table[at + 1, 1] - table[at, 1]) * (word - low) // (high - low))


@inlined
def satoshi(cents: int, price: int) -> int:
    """Satoshi for an amount in cents, at ``price`` cents for a coin."""
    return cents * COIN // price


@kernel
def rounded(value: int, digits: int) -> int:
    """A value cut to its first ``digits`` digits."""
    scale = 1
    while value // scale >= 10**digits:
        scale *= 10
    return value // scale * scale


@folded
def _amount(e: Economy, life: Life, act: int) -> int:
    """How much, in satoshi: many amounts are round in bitcoin or in dollars."""
    count = e.count
    cents = max(1, quantile(count, life.amount[act]))
    if happens(count, life.habit[0]):
        return int(rounded(satoshi(cents, count[PRICE]), 1 + below(count, 2)))
    if happens(count, life.habit[1]):
        cents = max(1000, (cents + 500) // 1000 * 1000)
    return int(satoshi(cents, count[PRICE]))


@folded
def ask(
    e: Economy,
    custodian: int,
    address: int,
    wallet: int,
    value: int,
    purpose: int,
    who: int,
    due: int,
    ticket: int,
) -> None:
    """Ask a custodian for a withdrawal; see R_CUSTODIAN and so on."""
    count, request = e.count, e.request
    at = count[REQUESTS]
    if at >= len(request):
        count[DROPPED] += 1
        return
    count[REQUESTS] = at + 1
    request[at, R_CUSTODIAN], request[at, R_ADDRESS], request[at, R_WALLET] = custodian, address, wallet
    request[at, R_VALUE], request[at, R_PURPOSE], request[at, R_WHO] = value, purpose, who
    request[at, R_DUE], request[at, R_TICKET] = due, ticket


@kernel
def deposit_address(e: Economy, life: Life, person: int, second: bool) -> int:
    """Where a person pays in, at the first or the second exchange."""
    people = life.person
    field = P_OTHER_DEPOSIT if second else P_DEPOSIT
    at = people[person, field]
    custodian = people[person, P_SECOND if second else P_CUSTODIAN]
    fields = life.custodian[custodian]
    if at == NONE or happens(e.count, fields[U_FRESH]):
        at = new_address(
            e, fields[U_DEPOSITS], fields[U_DEPOSIT_KIND], np.int64(DEPOSIT_ROLE), people[person, P_ACTOR]
        )
        people[person, field] = at
    return int(at)


@folded
def _buy(e: Economy, life: Life, person: int, value: int) -> None:
    """Withdraw to the own wallet, unless that was asked for just before."""
    people, count = life.person, e.count
    if count[HEIGHT] - people[person, P_ASKED] < 3 or people[person, P_WALLET] == NONE:
        return
    people[person, P_ASKED] = count[HEIGHT]
    second = people[person, P_SECOND] != NONE and happens(count, np.int64(ONE // 3))
    custodian = people[person, P_SECOND if second else P_CUSTODIAN]
    ask(
        e, custodian, np.int64(NONE), people[person, P_WALLET], value, np.int64(WITHDRAWAL),
        people[person, P_ACTOR], count[HEIGHT], np.int64(NONE),
    )  # fmt: skip


@folded
def _payee(e: Economy, life: Life, person: int, act: int) -> bool:
    """Fill ``order[0]`` with whom a person pays in this act, without the value; False for nobody."""
    count, people = e.count, life.person
    who = people[person, P_ACTOR]
    none, role = np.int64(NONE), np.int64(RECEIVE_ROLE)
    if act == SELL:
        second = people[person, P_SECOND] != NONE and happens(count, np.int64(ONE // 3))
        to = deposit_address(e, life, person, second)
        put_order(e, np.int64(0), to, none, none, np.int64(DEPOSIT), who, role, none)
    elif act == SHOP and len(life.merchant):
        wallet = life.merchant[below(count, len(life.merchant))]
        to = new_address(e, wallet, e.wallet[wallet, KIND], np.int64(INVOICE_ROLE), who)
        put_order(e, np.int64(0), to, none, none, np.int64(GOODS), who, role, none)
    elif act == TRADE:
        other = people[below(count, len(people))]
        if other[P_WALLET] == NONE or other[P_ACTOR] == who:
            return False
        put_order(e, np.int64(0), none, other[P_WALLET], none, np.int64(TRADED), who, role, none)
    elif act == BET and len(life.house):
        house = below(count, len(life.house))
        to = life.house[house, 1 + below(count, 8)]
        put_order(e, np.int64(0), to, none, none, np.int64(STAKE), who, role, none)
    elif act == DONATE and len(life.charity):
        wallet = life.charity[below(count, len(life.charity))]
        put_order(e, np.int64(0), none, wallet, none, np.int64(DONATION), who, role, none)
    else:
        return False
    return True


@folded
def act(e: Economy, life: Life, person: int, what: int) -> None:
    """One person does one thing, or buys coins if there are too few for it."""
    count, people, order = e.count, life.person, e.order
    wallet = people[person, P_WALLET]
    if wallet == NONE and (what == BUY or what == SELL or what == MOVE or what == BET):
        return
    if what == MOVE:
        merge(e, wallet, np.int64(60), np.int64(MERGING), np.int64(0))
        return
    value = _amount(e, life, what)
    if what == BUY:
        _buy(e, life, person, value)
        return
    if wallet != NONE:
        held = e.wallet[wallet, BALANCE]
        if what == SELL and (value > held or (value < held // 8 and happens(count, np.int64(HALF)))):
            # Who has far more than what is usual to sell often sells most of it, or exchanges run dry.
            value = held * (50 + below(count, 45)) // 100
        if (value < 20_000 and what != BET) or value + value // 20 > held:
            _buy(e, life, person, max(value * (2 + below(count, 4)), _amount(e, life, np.int64(BUY))))
            return
    if value < 1_000 or not _payee(e, life, person, what):
        return
    order[0, O_VALUE] = value
    if wallet == NONE:
        ask(
            e, people[person, P_CUSTODIAN], order[0, O_ADDRESS], order[0, O_WALLET], value,
            order[0, O_PURPOSE], people[person, P_ACTOR], count[HEIGHT], np.int64(NONE),
        )  # fmt: skip
        return
    form = BETTING if what == BET else PLAIN
    made = pay(e, wallet, np.int64(0), np.int64(1), np.int64(NONE), np.int64(0), np.int64(form))
    if made != NONE and what == BET:
        _note_bet(e, life, made)
    limit = e.model[e.wallet[wallet, MODEL], MERGE_AT]
    if limit and e.wallet[wallet, HELD] >= limit:
        merge(e, wallet, np.int64(200), np.int64(MERGING), np.int64(0))


@folded
def _note_bet(e: Economy, life: Life, made: int) -> None:
    count, bet = e.count, life.bet
    at = count[BETS]
    if at >= len(bet):
        return
    count[BETS] = at + 1
    coin = e.order[0, O_COIN]
    payer = e.input[e.tx[made, T_INPUT], I_COIN]
    bet[at, B_HOUSE] = e.address[e.coin[coin, ADDRESS], A_WALLET]
    bet[at, B_ADDRESS] = e.coin[payer, ADDRESS]
    bet[at, B_VALUE], bet[at, B_WHO] = e.coin[coin, VALUE], e.order[0, O_WHO]


@kernel
def live(e: Economy, life: Life, acts: int, only: int) -> None:
    """Let people act ``acts`` times, fewer where they sleep. ``only``: an act for all, or NONE."""
    count, people = e.count, life.person
    for _ in range(acts):
        person = below(count, len(people))
        if not happens(count, life.awake[people[person, P_ZONE]]):
            continue
        what = only
        if only == NONE:
            chance = draw(count) >> 16
            what = 0
            while what < len(life.doing) - 1 and chance >= life.doing[what]:
                what += 1
        act(e, life, person, np.int64(what))


@folded
def settle_bets(e: Economy, life: Life, bets: int) -> None:
    """Pay out the first ``bets`` bets: a winner gets twice the stake, a loser next to nothing."""
    count, bet = e.count, life.bet
    for at in range(bets):
        won = happens(count, life.habit[2])
        value = 2 * bet[at, B_VALUE] if won else max(np.int64(600), bet[at, B_VALUE] // 200)
        put_order(
            e, np.int64(0), bet[at, B_ADDRESS], np.int64(NONE), value, np.int64(WINNINGS),
            e.wallet[bet[at, B_HOUSE], 1], np.int64(RECEIVE_ROLE), np.int64(NONE),
        )  # fmt: skip
        pay(e, bet[at, B_HOUSE], np.int64(0), np.int64(1), np.int64(NONE), np.int64(0), np.int64(BETTING))
    left = count[BETS] - bets
    for at in range(left):
        for field in range(4):
            bet[at, field] = bet[at + bets, field]
    count[BETS] = left


@kernel
def live_through(e: Economy, life: Life, earlier: int, acts: int, bets: int) -> None:
    """What people do in a block: ``earlier`` bets are settled, then there are acts, and more bets."""
    settle_bets(e, life, earlier)
    for turn in range(2):
        live(e, life, acts if turn == 0 else bets, np.int64(NONE if turn == 0 else BET))
