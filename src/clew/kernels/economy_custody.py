"""What custodians of a simulated economy do in a block: pay out, sweep deposits, fill and empty the store."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.economy_life import (
    COIN,
    U_ACTOR,
    U_BATCH,
    U_COLD,
    U_DEPOSITS,
    U_FROM_DEPOSITS,
    U_HOT,
    U_HOT_SHARE,
    U_SWEEP,
    Life,
)
from clew.kernels.economy_pay import choose_all, fee_rate, pay, put_order
from clew.kernels.economy_state import (
    BALANCE,
    BATCH,
    CHOSEN,
    COLD_ROLE,
    DROPPED,
    HEIGHT,
    HOT_ROLE,
    NONE,
    O_COIN,
    PLAIN,
    R_ADDRESS,
    R_CUSTODIAN,
    R_DUE,
    R_PURPOSE,
    R_TICKET,
    R_VALUE,
    R_WALLET,
    R_WHO,
    RECEIVE_ROLE,
    REFILL,
    REFILLING,
    REQUESTS,
    REST,
    STORE,
    STORING,
    SWEEP,
    SWEEPING,
    T_HEIGHT,
    TXS,
    Economy,
    happens,
    part,
)
from clew.kernels.jit import folded, kernel

PATIENCE = 40
"""Blocks after which a customer gives a withdrawal up."""
MOST_SWEEPS = 40
"""Sweeps of one custodian in one block."""
DUST_DEPOSIT = 5_000
"""Satoshi that a custodian leaves where they are."""


@folded
def _gather_requests(e: Economy, custodian: int, most: int, held: int) -> tuple[int, int, int]:
    """Put up to ``most`` due withdrawals of a custodian into ``order``; returns how many, and their sum.

    ``held``: satoshi that they may come to. The third number is the smallest of those left out for that
    reason, 0 for none. O_COIN holds the request's row meanwhile.
    """
    count, request, order = e.count, e.request, e.order
    number, total, short = 0, 0, 0
    for row in range(count[REQUESTS]):
        if number == most:
            break
        if request[row, R_CUSTODIAN] != custodian or request[row, R_DUE] > count[HEIGHT]:
            continue
        value = request[row, R_VALUE]
        if total + value > held:
            if short == 0 or value < short:
                short = value
            continue
        put_order(
            e, number, request[row, R_ADDRESS], request[row, R_WALLET], value,
            request[row, R_PURPOSE], request[row, R_WHO], np.int64(RECEIVE_ROLE), np.int64(NONE),
        )  # fmt: skip
        order[number, O_COIN] = row
        total += value
        number += 1
    return number, total, short


@folded
def _at_hand(e: Economy, fields: Any) -> int:
    """The most that one payout of a custodian may come to: from its hot wallet, or from deposits."""
    held = e.wallet[fields[U_HOT], BALANCE]
    if fields[U_FROM_DEPOSITS]:
        held = max(held, e.wallet[fields[U_DEPOSITS], BALANCE] // 2)
    return int(held)


@folded
def pay_out(e: Economy, life: Life, custodian: int) -> int:
    """Make the withdrawals that are due at a custodian, in batches; returns satoshi it was short of.

    One that cannot be made does not keep smaller ones waiting; the least of them is what was short.
    """
    count, request, order = e.count, e.request, e.order
    fields = life.custodian[custodian]
    most, least = fields[U_BATCH], np.int64(0)
    rows = len(order) // 2
    limit = _at_hand(e, fields)
    while True:
        number, total, short = _gather_requests(e, custodian, most, limit)
        if short and (least == 0 or short < least):
            least = short
        if number == 0:
            return int(least)
        for row in range(number):
            order[rows + row, 0] = order[row, O_COIN]
        wallet = fields[U_HOT]
        if happens(count, fields[U_FROM_DEPOSITS]) and e.wallet[fields[U_DEPOSITS], BALANCE] > 2 * total:
            wallet = fields[U_DEPOSITS]
        form = np.int64(BATCH if number > 1 else PLAIN)
        made = pay(e, wallet, np.int64(0), np.int64(number), np.int64(NONE), np.int64(0), form)
        if made == NONE:
            if number == 1:
                limit = total - 1
            most = max(np.int64(1), number // 2)
            continue
        limit = min(limit, _at_hand(e, fields))
        for row in range(number):
            asked = order[rows + row, 0]
            request[asked, R_CUSTODIAN] = NONE
            if request[asked, R_TICKET] != NONE:
                e.ticket[request[asked, R_TICKET]] = order[row, O_COIN]


@folded
def sweep(e: Economy, life: Life, custodian: int, most_times: int) -> int:
    """Move what customers paid in before this block into the hot wallet; returns how many transactions."""
    count = e.count
    fields = life.custodian[custodian]
    ripe = _first_of_block(e)
    done = 0
    for _ in range(most_times):
        if choose_all(e, fields[U_DEPOSITS], fields[U_SWEEP], np.int64(DUST_DEPOSIT), ripe) < 2:
            count[CHOSEN] = 0
            break
        put_order(
            e, np.int64(0), np.int64(NONE), fields[U_HOT], np.int64(REST), np.int64(SWEEP), fields[U_ACTOR],
            np.int64(HOT_ROLE), np.int64(NONE),
        )  # fmt: skip
        rate = fee_rate(e, fields[U_HOT])
        pay(e, fields[U_DEPOSITS], np.int64(0), np.int64(1), np.int64(NONE), rate, np.int64(SWEEPING))
        done += 1
    return done


@folded
def _first_of_block(e: Economy) -> int:
    """The first transaction of the block that is being made."""
    at = e.count[TXS]
    while at > 0 and e.tx[at - 1, T_HEIGHT] == e.count[HEIGHT]:
        at -= 1
    return int(at)


@folded
def balance_store(e: Economy, life: Life, custodian: int, short: int) -> int:
    """Move coins between hot wallet and store: what is ``short`` in, or what is too much out.

    Returns the transaction, or NONE.
    """
    fields = life.custodian[custodian]
    hot, cold = e.wallet[fields[U_HOT], BALANCE], e.wallet[fields[U_COLD], BALANCE]
    limit = part(hot + cold, fields[U_HOT_SHARE])
    none, actor = np.int64(NONE), fields[U_ACTOR]
    if short > 0 and cold > 0:
        value = min(short + limit, cold - cold // 10)
        if short > value:
            return NONE
        role, to, wallet = np.int64(HOT_ROLE), fields[U_HOT], fields[U_COLD]
        put_order(e, np.int64(0), none, to, value, np.int64(REFILL), actor, role, none)
        return int(pay(e, wallet, np.int64(0), np.int64(1), none, np.int64(0), np.int64(REFILLING)))
    if short == 0 and hot > 2 * limit and hot - limit > COIN // 100:
        role, to, wallet = np.int64(COLD_ROLE), fields[U_COLD], fields[U_HOT]
        put_order(e, np.int64(0), none, to, hot - limit, np.int64(STORE), actor, role, none)
        return int(pay(e, wallet, np.int64(0), np.int64(1), none, np.int64(0), np.int64(STORING)))
    return NONE


@folded
def tidy_requests(e: Economy) -> None:
    """Forget withdrawals that were made, and those that nobody waits for any longer."""
    count, request = e.count, e.request
    kept = 0
    for row in range(count[REQUESTS]):
        if request[row, R_CUSTODIAN] == NONE:
            continue
        if request[row, R_TICKET] == NONE and count[HEIGHT] - request[row, R_DUE] > PATIENCE:
            count[DROPPED] += 1
            continue
        if kept != row:
            for field in range(8):
                request[kept, field] = request[row, field]
        kept += 1
    count[REQUESTS] = kept


@kernel
def serve(e: Economy, life: Life, pays: Any, sweeps: Any) -> None:
    """Let every custodian make withdrawals, sweep deposits, and move coins to and from its store.

    ``pays``, ``sweeps`` (uint8): which of them pay out, and sweep, in this block.
    """
    for custodian in range(len(pays)):
        short = np.int64(0)
        if pays[custodian]:
            short = pay_out(e, life, custodian)
        if sweeps[custodian]:
            sweep(e, life, custodian, np.int64(MOST_SWEEPS))
        balance_store(e, life, custodian, short)
    tidy_requests(e)
