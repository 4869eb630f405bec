"""The sums of an economy and of the service in it: what ``totals.json`` says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from clew.kernels.economy_state import (
    A_KIND,
    A_PAID,
    A_ROLE,
    ACCOUNT_ROLE,
    ADDRESS,
    COINBASE,
    DATA,
    DROPPED,
    FAILED,
    FORMS,
    KINDS,
    NONE,
    PURPOSE,
    PURPOSES,
    SPENT,
    T_FEE,
    T_FORM,
    VALUE,
)
from clew.simulate.chain import subsidy
from clew.simulate.economy.truth.order import GENESIS, Ints, Laid
from clew.simulate.economy.truth.service_tables import SERVICE_ROLES, is_cash_out, label_of
from clew.simulate.economy.truth.sources import NETWORK

if TYPE_CHECKING:
    from clew.simulate.economy.actors.service import Service
    from clew.simulate.economy.course import Course
    from clew.simulate.economy.payments import ServicePayment


class Known(NamedTuple):
    """What totals are made of: an economy as it lies in its blocks, and what is known of its service."""

    course: Course
    laid: Laid
    service: Service
    payments: Sequence[ServicePayment]
    seeds: Sequence[str]
    unpaid: int


def totals(known: Known, *, seed: int, signed: bool) -> dict[str, Any]:
    """All of ``totals.json``. Values are satoshi."""
    course, laid = known.course, known.laid
    coin, tx = laid.coin, laid.tx
    heights = range(1, course.blocks)
    data = laid.address[coin[:, ADDRESS], A_KIND] == DATA
    return {
        "network": NETWORK,
        "seed": seed,
        "world": course.world.name,
        "era": course.world.era,
        "signed": signed,
        "blocks": course.blocks,
        "transactions": len(tx) + GENESIS,
        "tip": laid.record.hashes[-1][::-1].hex(),
        "inputs": len(laid.input),
        "outputs": len(coin),
        "addresses": len(laid.address),
        "addresses_used": int((laid.address[:, A_PAID] > 0).sum()),
        "minted": sum(subsidy(height) for height in heights),
        "unspent": int(coin[coin[:, SPENT] < 0, VALUE].sum()),
        "fees": int(tx[:, T_FEE].sum()),
        "op_returns": int(data.sum()),
        "payments_failed": int(course.society.state.e.count[FAILED]),
        "withdrawals_given_up": int(course.society.state.e.count[DROPPED]),
        "coinjoins": _counted(each.protocol for each in course.rounds),
        "actors": _counted(each.kind for each in course.society.actors),
        "forms": _named(np.bincount(tx[:, T_FORM], minlength=len(FORMS)), FORMS),
        "purposes": _named(np.bincount(coin[:, PURPOSE], minlength=len(PURPOSES)), PURPOSES),
        "scripts": _named(np.bincount(laid.address[coin[:, ADDRESS], A_KIND], minlength=len(KINDS)), KINDS),
        "service": _service(known),
    }


def _service(known: Known) -> dict[str, Any]:
    course, laid, coin = known.course, known.laid, known.laid.coin
    operator = known.service.actor
    given = [each for each in known.service.accounts if each.address != NONE]
    at_service = np.isin(laid.address[coin[:, ADDRESS], A_ROLE], SERVICE_ROLES) & (laid.owner == operator)
    is_spent = coin[:, SPENT] >= 0
    is_account = laid.address[coin[:, ADDRESS], A_ROLE] == ACCOUNT_ROLE
    outside = [each for each in known.payments if each.source != operator]
    values = coin[:, VALUE]
    return {
        "operator": course.society.actors[operator].name,
        "seed_addresses": list(known.seeds),
        "accounts_given": len(given) + known.unpaid,
        "accounts_paid": sum(bool(laid.address[each.address, A_PAID]) for each in given),
        "payers": len({each.payer for each in outside}),
        "payments": len(outside),
        "received": sum(int(values[each.coin]) for each in outside),
        "swept": int(values[at_service & is_account & is_spent].sum()),
        "held": int(values[at_service & ~is_spent].sum()),
        "fees": _fees(laid, operator),
        "own_transfers": len(known.payments) - len(outside),
        "cashed_out": _cashed_out(course, values),
        "acts": _counted(each.kind for each in course.acts),
        "by_purpose": _summed((PURPOSES[each.purpose], int(values[each.coin])) for each in known.payments),
        "by_label": _summed((label_of(each) or "purchase", int(values[each.coin])) for each in outside),
        "by_route": _summed((each.route, int(values[each.coin])) for each in outside),
    }


def _fees(laid: Laid, operator: int) -> int:
    """Fees of the transactions that spend only the operator's coins."""
    own = (laid.source == operator) & (laid.owners == 1) & (laid.tx[:, T_FORM] != COINBASE)
    return int(laid.tx[own, T_FEE].sum())


def _cashed_out(course: Course, values: Ints) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for act in course.acts:
        if is_cash_out(act):
            name = course.society.custodians[act.custodian].model.name
            sums[name] += sum(int(values[coin]) for coin in act.made)
    return dict(sorted(sums.items()))


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _named(counts: Ints, names: Sequence[str]) -> dict[str, int]:
    return {name: int(count) for name, count in zip(names, counts, strict=True) if count}


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, dict[str, int]]:
    """How many, and their sum, by name."""
    found: dict[str, dict[str, int]] = {}
    for name, value in pairs:
        entry = found.setdefault(name, {"payments": 0, "value": 0})
        entry["payments"] += 1
        entry["value"] += value
    return dict(sorted(found.items()))
