"""Truth about the service: payments to it, where their coins came from, and what became of the proceeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clew.kernels.economy_state import (
    A_BORN,
    A_ROLE,
    ACCOUNT_ROLE,
    ADDRESS,
    NONE,
    PURPOSE,
    PURPOSES,
    TILL_ROLE,
    TX,
    VALUE,
    WHO,
)
from clew.simulate.economy.customers import Customer
from clew.simulate.economy.customers import customers as known_customers
from clew.simulate.economy.origins import origins as payment_origins
from clew.simulate.economy.payments import LABELS as MEANINGS
from clew.simulate.economy.payments import ServicePayment
from clew.simulate.economy.truth.order import Ints, Laid
from clew.simulate.economy.truth.prices import worth
from clew.simulate.economy.truth.service_dictionary import ACT_KINDS, COIN_SIDES, LABELS
from clew.simulate.economy.truth.sources import Source, Texts, Words, listed

if TYPE_CHECKING:
    from clew.simulate.economy.actors.service import Account, Service
    from clew.simulate.economy.concealment import ConcealmentAct
    from clew.simulate.economy.course import Course

SERVICE_ROLES = (ACCOUNT_ROLE, TILL_ROLE)
"""Roles of the addresses at which the service is paid."""


def payments_in_order(course: Course, laid: Laid, service: Service) -> list[ServicePayment]:
    """What reached the service, in chain order.

    Nobody recorded what the operator swept together, or what a stranger sent to an address seen on the
    ledger. To whoever does not know all of the operator's addresses it looks like payments: it is among them.
    """
    recorded = {each.coin for each in course.payments}
    at_service = np.isin(laid.address[laid.coin[:, ADDRESS], A_ROLE], SERVICE_ROLES)
    at_service &= laid.owner == service.actor
    accounts = {each.address: each for each in service.accounts}
    rows = list(course.payments)
    for coin in np.flatnonzero(at_service).tolist():
        if coin not in recorded:
            rows.append(_unrecorded(course, laid, coin, accounts.get(int(laid.coin[coin, ADDRESS]))))
    return [rows[at] for at in _in_chain(laid, _ints(each.coin for each in rows)).tolist()]


def _unrecorded(course: Course, laid: Laid, coin: int, account: Account | None) -> ServicePayment:
    source, who = int(laid.source[laid.coin[coin, TX]]), int(laid.coin[coin, WHO])
    payer = source if who == NONE else who
    return ServicePayment(
        coin=coin,
        purpose=int(laid.coin[coin, PURPOSE]),
        payer=payer,
        source=source,
        account=NONE if account is None else account.number,
        member=NONE if account is None else account.member,
        country=course.society.actors[payer].country,
        route="look-alike",
        dollars=0.0,
    )


def label_of(payment: ServicePayment) -> str:
    """Whether the ledger can show that it is no purchase: ``visible``, ``invisible``, or empty."""
    return MEANINGS[payment.purpose].label if payment.purpose in MEANINGS else "visible"


def _in_chain(laid: Laid, coins: Ints) -> Ints:
    """The order of coins in the chain."""
    place = laid.tx_number[laid.coin[coins, TX]] << 32 | laid.record.vouts[coins].astype(np.int64)
    return np.argsort(place, kind="stable")


def payments(
    course: Course, laid: Laid, txids: Any, texts: Texts, rows: Sequence[ServicePayment], operator: int
) -> dict[str, Source]:
    """Columns of the table of payments; ``rows`` in chain order."""
    coins = _ints(each.coin for each in rows)
    sources = _ints(each.source for each in rows)
    labels = [label_of(each) for each in rows]
    meant = [round(each.dollars * 100) for each in rows]
    return {
        "payment": np.arange(len(rows)),
        **_output(course, laid, coins, txids, texts),
        "purpose": Words(_ints(each.purpose for each in rows), PURPOSES),
        "label": Words(_ints(LABELS.index(label) if label else NONE for label in labels), LABELS),
        "is_own": sources == operator,
        "payer": _ints(each.payer for each in rows),
        "source": sources,
        "account": _ints(each.account for each in rows),
        "member": _ints(each.member for each in rows),
        "country": listed([each.country or None for each in rows]),
        "route": listed([each.route for each in rows]),
        **_fiat(course, laid, coins),
        "meant_usd": _ints(cents or NONE for cents in meant),
    }


def origins(course: Course, laid: Laid, txids: Any, rows: Sequence[ServicePayment]) -> dict[str, Source]:
    """Columns of the table of origins: the coins at which the way back of each payment leaves its payer."""
    numbers = {each.coin: number for number, each in enumerate(rows)}
    found = sorted(payment_origins(course), key=lambda each: numbers[each.payment])
    actors = [each.actor for each in course.society.custodians]
    # What a custodian paid out of its own account is nobody's withdrawal.
    asked = [each.custodian != NONE and each.customer not in (NONE, actors[each.custodian]) for each in found]
    coins = _ints(each.coin for each in found)
    tx = laid.coin[coins, TX]
    return {
        "payment": _ints(numbers[each.payment] for each in found),
        "tx": laid.tx_number[tx],
        "txid": Texts(txids, tx),
        "vout": laid.record.vouts[coins],
        "height": laid.height[tx],
        "value": _ints(each.value for each in found),
        "sender": _ints(each.sender for each in found),
        "purpose": Words(_ints(each.purpose for each in found), PURPOSES),
        "custodian": np.where(asked, _banks(course, (each.custodian for each in found)), NONE),
        "customer": np.where(asked, _ints(each.customer for each in found), NONE),
        "hops": _ints(each.hops for each in found),
        "is_joined": np.array([each.coinjoin for each in found], np.bool_),
        "through": _banks(course, (each.through for each in found)),
    }


def customers(course: Course, laid: Laid) -> dict[str, Source]:
    """Columns of the table of customers, by custodian and actor."""
    found = known_customers(course)
    firsts = [_first_height(laid, each) for each in found]
    return {
        "custodian": _banks(course, (each.custodian for each in found)),
        "customer": _ints(each.actor for each in found),
        "number": listed([each.number for each in found]),
        "name": listed([each.name or None for each in found]),
        "country": listed([each.country or None for each in found]),
        "height": _ints(firsts),
        "deposit_addresses": _ints(len(each.deposits) for each in found),
        "withdrawals": _ints(len(each.withdrawals) for each in found),
    }


def _first_height(laid: Laid, customer: Customer) -> int:
    """The height of a customer's first deposit address or withdrawal, or NONE. Ids ascend with the height."""
    heights = [int(laid.address[each, A_BORN]) for each in customer.deposits[:1]]
    heights += [int(laid.height[laid.coin[each, TX]]) for each in customer.withdrawals[:1]]
    return min(heights, default=NONE)


def concealment(course: Course, laid: Laid, txids: Any) -> dict[str, Source]:
    """Columns of the table of acts that hide the proceeds or turn them into money."""
    acts = course.acts
    tx = _ints(each.tx for each in acts)
    return {
        "act": np.arange(len(acts)),
        "kind": Words(_ints(ACT_KINDS.index(each.kind) for each in acts), ACT_KINDS),
        "tx": np.where(tx >= 0, laid.tx_number[tx], NONE) if len(tx) else tx,
        "txid": Texts(txids, tx),
        "height": _ints(each.height for each in acts),
        "time": _ints(each.time for each in acts),
        "since": _ints(each.since for each in acts),
        "amount": _ints(each.amount for each in acts),
        "holder": _ints(each.holder for each in acts),
        "custodian": _banks(course, (each.custodian for each in acts)),
    }


def concealment_coins(course: Course, laid: Laid, txids: Any) -> dict[str, Source]:
    """Columns of the table of the coins of each act."""
    rows = [
        (act, side, coin)
        for act, each in enumerate(course.acts)
        for side, coins in enumerate((each.spent, each.made, each.rest))
        for coin in coins
    ]
    act, side, coin = np.array(rows, np.int64).reshape(-1, 3).T
    tx = laid.coin[coin, TX]
    return {
        "act": act,
        "side": Words(side, COIN_SIDES),
        "tx": laid.tx_number[tx],
        "txid": Texts(txids, tx),
        "vout": laid.record.vouts[coin],
        "value": laid.coin[coin, VALUE],
        "address_id": laid.coin[coin, ADDRESS],
    }


def is_cash_out(act: ConcealmentAct) -> bool:
    """Whether an act pays into an account at a custodian that is the operator's or a nominee's."""
    return act.kind in ("own cash-out", "nominee cash-out")


def cash_outs(course: Course, laid: Laid, txids: Any, texts: Texts) -> dict[str, Source]:
    """Columns of the table of cash-outs, in chain order."""
    found = [(coin, each) for each in course.acts if is_cash_out(each) for coin in each.made]
    coins = _ints(coin for coin, _ in found)
    order = _in_chain(laid, coins)
    found, coins = [found[at] for at in order.tolist()], coins[order]
    return {
        **_output(course, laid, coins, txids, texts),
        "custodian": _banks(course, (each.custodian for _, each in found)),
        "holder": _ints(each.holder for _, each in found),
        "is_own": np.array([each.kind == "own cash-out" for _, each in found], np.bool_),
        "is_direct": np.array([_is_direct(laid, each) for _, each in found], np.bool_),
        **_fiat(course, laid, coins),
    }


def _is_direct(laid: Laid, act: ConcealmentAct) -> bool:
    """Whether an act spends a coin that lies where the service is paid."""
    roles = laid.address[laid.coin[list(act.spent), ADDRESS], A_ROLE]
    return bool(np.isin(roles, SERVICE_ROLES).any())


def _output(course: Course, laid: Laid, coins: Ints, txids: Any, texts: Texts) -> dict[str, Source]:
    tx, address = laid.coin[coins, TX], laid.coin[coins, ADDRESS]
    height = laid.height[tx]
    return {
        "tx": laid.tx_number[tx],
        "txid": Texts(txids, tx),
        "vout": laid.record.vouts[coins],
        "height": height,
        "time": np.array(course.calendar.times, np.int64)[height],
        "value": laid.coin[coins, VALUE],
        "address": Texts(texts.values, address),
        "address_id": address,
    }


def _fiat(course: Course, laid: Laid, coins: Ints) -> dict[str, Source]:
    heights = laid.height[laid.coin[coins, TX]].tolist()
    values = laid.coin[coins, VALUE].tolist()
    pairs = [worth(course.calendar, value, height) for value, height in zip(values, heights, strict=True)]
    return {"usd": _ints(usd for usd, _ in pairs), "krw": _ints(krw for _, krw in pairs)}


def _banks(course: Course, numbers: Iterable[int]) -> Ints:
    """Custodians by number as actors; NONE stays."""
    actors = [each.actor for each in course.society.custodians]
    return _ints(NONE if each == NONE else actors[each] for each in numbers)


def _ints(values: Any) -> Ints:
    return np.array(list(values), np.int64)
