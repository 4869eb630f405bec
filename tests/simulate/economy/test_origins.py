"""The way back of each payment: it adds up, it is on the ledger, and a slow twin finds the same."""

from __future__ import annotations

from collections import defaultdict

import pytest

from clew.kernels.economy_state import FORMS, NONE, PURCHASE
from clew.simulate.economy.course import Course
from clew.simulate.economy.origins import Origin, origins
from naive.origins import made_of
from simulate.economy.view import View


@pytest.fixture(scope="module")
def view(case: Course) -> View:
    return View(case)


@pytest.fixture(scope="module")
def found(case: Course) -> dict[int, list[Origin]]:
    """Origins by the payment's coin."""
    by_payment = defaultdict(list)
    for origin in origins(case):
        by_payment[origin.payment].append(origin)
    return by_payment


def on_ledger(found: list[Origin]) -> list[Origin]:
    """Those from which coins lead to the payment."""
    return [each for each in found if each.through == NONE]


def test_origins_add_up_to_the_payment(case: Course, view: View, found: dict[int, list[Origin]]) -> None:
    assert set(found) == {each.coin for each in case.payments}
    for payment in case.payments:
        parts = on_ledger(found[payment.coin])
        assert sum(each.value for each in parts) == view.value[payment.coin]
        assert all(each.value >= 0 for each in found[payment.coin])
        behind = [each for each in found[payment.coin] if each.through != NONE]
        for custodian in {each.through for each in behind}:
            came = sum(each.value for each in parts if each.custodian == custodian)
            assert sum(each.value for each in behind if each.through == custodian) == came > 0


def test_a_slow_twin_finds_the_same(case: Course, view: View, found: dict[int, list[Origin]]) -> None:
    custodians = {each.actor for each in case.society.custodians}
    looked_at = [each for each in case.payments if each.source not in custodians][::4]
    assert len(looked_at) > 15
    for payment in looked_at:
        twin = made_of(view, payment.source, payment.coin)
        mine = {each.coin: each.value for each in on_ledger(found[payment.coin])}
        assert set(mine) == {coin for coin, value in twin.items() if value > 0}
        for coin, value in twin.items():
            # Each transaction on the way may round by a satoshi.
            assert abs(mine[coin] - value) < 100


def test_every_origin_reaches_the_payment_through_the_payers_own_coins(
    case: Course, view: View, found: dict[int, list[Origin]]
) -> None:
    custodians = {each.actor: each.number for each in case.society.custodians}
    for payment in case.payments:
        for origin in on_ledger(found[payment.coin]):
            if origin.coin == payment.coin:
                assert origin.hops == 0
                assert origin.custodian == custodians.get(payment.source, NONE)
                continue
            assert view.owner[origin.coin] == payment.source
            # Somebody else sent it, or took part in sending it.
            assert view.payers(origin.coin) != {payment.source}
            reached = dict(view.onward(origin.coin, payment.source))
            assert reached[payment.coin] == origin.hops
            assert (origin.custodian != NONE) == (origin.sender in custodians)


def test_what_an_exchange_pays_is_the_withdrawal(case: Course, found: dict[int, list[Origin]]) -> None:
    for payment in case.payments:
        if payment.route in ("exchange", "second-exchange") and payment.purpose == PURCHASE:
            [origin] = on_ledger(found[payment.coin])
            assert (origin.coin, origin.hops, origin.coinjoin) == (payment.coin, 0, False)
            assert origin.customer == payment.payer
            assert case.society.custodians[origin.custodian].actor == payment.source


def test_what_was_bought_for_a_payment_is_among_its_origins(
    case: Course, view: View, found: dict[int, list[Origin]]
) -> None:
    """A wallet may choose other coins than those that were bought, but mostly there are no others."""
    named = [each for each in case.payments if each.route in ("wallet", "hops", "coinjoin") and each.origin]
    hit = 0
    for payment in named:
        coins = {each.coin for each in found[payment.coin]}
        hit += any(each.coin in coins for each in payment.origin)
    assert hit > 0.7 * len(named)
    for payment in named:
        if payment.route == "hops":
            assert [each.coin for each in found[payment.coin]] == [each.coin for each in payment.origin]
            assert found[payment.coin][0].hops == payment.origin[0].hops


def test_coinjoins_on_the_way_are_said(case: Course, view: View, found: dict[int, list[Origin]]) -> None:
    joins = {FORMS.index(each) for each in ("joinmarket", "wasabi-1", "wasabi-1.1", "wabisabi", "whirlpool")}
    mixed = [each for each in case.payments if each.route == "coinjoin" and each.purpose == PURCHASE]
    for payment in mixed:
        assert any(each.coinjoin for each in found[payment.coin])
    plain = [each for each in case.payments if each.route in ("exchange", "hops")]
    for payment in plain:
        assert not any(each.coinjoin for each in found[payment.coin])
        assert all(view.form[view.made_by[each]] not in joins for each in (payment.coin,))


def test_unnamed_services_hide_the_exchange(case: Course, found: dict[int, list[Origin]]) -> None:
    payments = [each for each in case.payments if each.route == "unnamed-service"]
    hidden = [each for payment in payments for each in found[payment.coin] if each.through != NONE]
    assert hidden
    for origin in hidden:
        assert case.society.custodians[origin.through].model.kind != "exchange"
        assert case.society.custodians[origin.custodian].model.kind == "exchange"


def test_origins_of_every_year_add_up(course: Course) -> None:
    sums: dict[int, int] = defaultdict(int)
    for origin in origins(course):
        if origin.through == NONE:
            sums[origin.payment] += origin.value
    assert sums == {each.coin: course.society.state.value(each.coin) for each in course.payments}
