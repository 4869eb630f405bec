"""Payments to the service: on chain as recorded, as many as the world says, each what its label says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from clew.errors import UsageError
from clew.kernels.economy_state import (
    A_KIND,
    ACCOUNT_ROLE,
    CASH,
    DUST,
    FRIEND,
    GIFT,
    KINDS,
    NONE,
    PURCHASE,
    PURPOSES,
    REFUND,
    RESOLD,
    SERVICE_CHANGE,
    SERVICE_SWEEP,
    SHARED_WALLET,
    TAKEN_OVER,
    TILL_ROLE,
    TYPING_ERROR,
)
from clew.simulate.chain import COIN
from clew.simulate.economy.actors.case import found_service
from clew.simulate.economy.actors.service import Service
from clew.simulate.economy.course import Course, begin
from clew.simulate.economy.make import Size
from clew.simulate.economy.payments import LABELS, LOOK_ALIKES, ServicePayment
from clew.simulate.worlds.load import load
from simulate.economy.conftest import CASE, lived
from simulate.economy.view import View

OWN_ROUTES = ("wallet", "hops", "coinjoin")


@pytest.fixture(scope="module")
def view(case: Course) -> View:
    return View(case)


def service_of(course: Course) -> Service:
    [service] = [each for each in course.actors if isinstance(each, Service)]
    return service


def of(course: Course, *purposes: int) -> list[ServicePayment]:
    """Payments of these purposes; there must be some."""
    found = [each for each in course.payments if each.purpose in purposes]
    assert found
    return found


def kind(course: Course, actor: int) -> str:
    return course.society.actors[actor].kind


# What is recorded is on chain


def test_every_payment_is_a_coin_at_an_address_of_the_service(case: Course, view: View) -> None:
    operator = service_of(case).actor
    numbers = {each.number: each for each in service_of(case).accounts}
    assert len({each.coin for each in case.payments}) == len(case.payments)
    for payment in case.payments:
        coin = payment.coin
        assert view.owner[coin] == operator
        assert view.purpose[coin] == payment.purpose
        assert view.value[coin] > 0
        if payment.account == NONE:
            assert view.role[coin] == TILL_ROLE
            continue
        account = numbers[payment.account]
        assert view.role[coin] == ACCOUNT_ROLE
        assert view.address[coin] == account.address
        assert view.user[coin] == payment.account
        assert payment.member == account.member


def test_every_coin_at_an_account_is_recorded(case: Course, view: View) -> None:
    """But dust of attackers who know nothing of the service."""
    at_accounts = {coin for coin, role in enumerate(view.role) if role == ACCOUNT_ROLE}
    recorded = {each.coin for each in case.payments if each.account != NONE}
    assert recorded <= at_accounts
    assert {view.purpose[coin] for coin in at_accounts - recorded} <= {DUST}


def test_the_source_is_who_signed(case: Course, view: View) -> None:
    for payment in case.payments:
        assert view.payers(payment.coin) == {payment.source}


# How many, how much, when


def test_as_many_as_the_world_says(case: Course) -> None:
    """Each planned payment, unless its coins were still under way at the end; and the investigator's."""
    found = Counter(each.purpose for each in case.payments)
    bought = found[PURCHASE] + found[FRIEND] + found[CASH] - 1
    assert 0.95 * 200 <= bought <= 200
    shares = case.world.lookalikes
    for purpose, share in (
        (TAKEN_OVER, shares.taken_over),
        (RESOLD, shares.resold),
        (SHARED_WALLET, shares.shared_wallet),
        (GIFT, shares.gift),
        (TYPING_ERROR, shares.typing_error),
        (DUST, shares.dust),
        (REFUND, shares.refund),
    ):
        planned = round(200 * float(share))
        assert planned - 1 <= found[purpose] <= planned, PURPOSES[purpose]
    assert abs(found[SERVICE_CHANGE] - 200 * float(shares.change)) <= 1


def test_routes_in_their_shares() -> None:
    """Payers mostly keep to one way, so that the spread is wider than that of single draws."""
    course = lived("2015", 5, replace(CASE, payments=600, people=150))
    found = Counter(each.route for each in course.payments if each.purpose in (PURCHASE, FRIEND, CASH))
    shares = course.world.payers.routes.shares
    whole, number = sum(shares.values()), sum(found.values())
    for route, share in shares.items():
        expected = number * share / whole
        # Coins that no coinjoin takes go through hops.
        assert abs(found[route] - expected) < 8 + 6 * expected**0.5, route
    assert set(found) == set(shares)


def test_most_amounts_are_the_price_to_the_satoshi(case: Course, view: View) -> None:
    prices = {float(each) for each in case.world.service.prices.shares}
    payments = [each for each in of(case, PURCHASE) if each.dollars in prices]
    exact = 0
    for payment in payments:
        height = view.height[view.made_by[payment.coin]]
        days = {case.calendar.day(each) for each in range(height - 40, height + 1)}
        quotes = {round(payment.dollars * 100) * COIN // case.calendar.prices[day] for day in days}
        exact += view.value[payment.coin] in quotes
        # Others are near: quoted some days ago, or rounded.
        assert any(abs(view.value[payment.coin] - quote) < quote // 4 for quote in quotes)
    assert 0.4 < exact / len(case.payments) < 0.85


def test_more_and_more_pay(case: Course, view: View) -> None:
    times = sorted(case.calendar.times[view.height[view.made_by[each.coin]]] for each in of(case, PURCHASE))
    service = service_of(case)
    middle = (service.opens + service.closes) // 2
    early = sum(each < middle for each in times)
    assert early < 0.48 * len(times)
    assert times[0] >= service.opens


def test_accounts_are_numbered_by_sign_up_among_those_never_paid(case: Course, view: View) -> None:
    service = service_of(case)
    accounts = sorted(service.accounts, key=lambda each: each.number)
    assert len({each.number for each in accounts}) == len(accounts)
    assert service.given == 1_000 + len(accounts) > accounts[-1].number
    assert [each.signs_up for each in accounts] == sorted(each.signs_up for each in accounts)
    assert service.grown(service.opens) == 0
    assert service.grown(service.closes) == 1


def test_later_accounts_have_the_later_script() -> None:
    course = lived("2021")
    service, world = service_of(course), course.world.service
    middle = (service.opens + service.closes) // 2
    kinds = course.society.state.e.address[:, A_KIND]
    for late, script in ((False, world.script), (True, world.later_script)):
        accounts = [each.address for each in service.accounts if (each.signs_up > middle) == late]
        assert set(kinds[accounts].tolist()) == {KINDS.index(script.value)}
    assert world.script.value != world.later_script.value


def test_payers_come_from_the_countries_of_the_world(case: Course) -> None:
    shares = case.world.payers.countries.shares
    payers = {each.payer: each.country for each in of(case, PURCHASE) if kind(case, each.payer) == "person"}
    assert set(payers.values()) <= set(shares)
    koreans = sum(country == "KR" for country in payers.values())
    assert 0.05 < koreans / len(payers) < 0.4
    people = {each.actor for each in case.society.people}
    # Some do innocent things too, some are newcomers.
    assert 0.2 < len(people & set(payers)) / len(payers) < 0.8


# Routes


def test_the_exchange_pays_in_its_own_transaction(case: Course, view: View) -> None:
    custodians = {each.actor: each for each in case.society.custodians}
    for payment in of(case, PURCHASE):
        if payment.route in ("exchange", "second-exchange"):
            assert custodians[payment.source].model.kind == "exchange"
            assert payment.origin[0].coin == payment.coin
            assert payment.origin[0].customer == payment.payer
            assert payment.origin[0].hops == 0


def test_own_wallets_spend_nothing_foreign(case: Course, view: View) -> None:
    own = [each for each in of(case, PURCHASE) if each.route in OWN_ROUTES]
    assert {each.route for each in own} == set(OWN_ROUTES)
    for payment in own:
        assert payment.source == payment.payer
        assert view.payers(payment.coin) == {payment.payer}


def test_hops_lead_from_the_withdrawal_to_the_payment(case: Course, view: View) -> None:
    for payment in of(case, PURCHASE):
        if payment.route == "hops":
            [funding] = payment.origin
            assert view.payers(funding.coin) == {case.society.custodians[funding.custodian].actor}
            reached = dict(view.onward(funding.coin, payment.payer))
            assert reached[payment.coin] == funding.hops >= 2


def test_unnamed_services_are_between(case: Course, view: View) -> None:
    found = [each for each in of(case, PURCHASE) if each.route == "unnamed-service"]
    assert found
    for payment in found:
        paid, *before = payment.origin
        between = case.society.custodians[paid.custodian]
        assert between.model.kind != "exchange"
        assert not between.model.tagged
        assert before
        for each in before:
            if each.through != NONE:
                assert each.through == between.number
                assert case.society.custodians[each.custodian].model.kind == "exchange"
                assert view.owner[each.coin] == between.actor
                assert view.user[each.coin] == each.customer == payment.payer


def test_friends_and_traders_pay_from_their_own(case: Course) -> None:
    for payment in of(case, FRIEND, CASH):
        assert payment.source != payment.payer
        assert kind(case, payment.source) == "person"
        assert payment.member == payment.payer


# Look-alikes


def test_every_purpose_is_explained_and_labelled() -> None:
    visible = {DUST, REFUND, SHARED_WALLET, SERVICE_CHANGE, SERVICE_SWEEP}
    invisible = {TAKEN_OVER, RESOLD, GIFT, FRIEND, CASH, TYPING_ERROR}
    assert {purpose for purpose, each in LABELS.items() if each.label == "visible"} == visible
    assert {purpose for purpose, each in LABELS.items() if each.label == "invisible"} == invisible
    assert LABELS[PURCHASE].label == ""
    assert set(LOOK_ALIKES) == (visible | invisible) - {FRIEND, CASH}
    assert all(each.explanation for each in LABELS.values())


def test_what_is_taken_over_is_somebody_elses(case: Course, view: View) -> None:
    for payment in of(case, TAKEN_OVER):
        assert kind(case, payment.payer) == "intruder"
        assert payment.member == payment.payer != payment.source
        assert payment.payer not in {each.customer for each in payment.origin}


def test_gifts_and_resold_accounts_are_used_by_another(case: Course) -> None:
    for payment in of(case, GIFT, RESOLD):
        assert payment.member not in (payment.payer, NONE)


def test_shared_wallets_pay_for_their_users(case: Course) -> None:
    for payment in of(case, SHARED_WALLET):
        assert kind(case, payment.source) == "web-wallet"
        assert payment.origin[0].customer == payment.payer


def test_dust_reaches_others_too(case: Course, view: View) -> None:
    operator = service_of(case).actor
    for payment in of(case, DUST):
        assert view.value[payment.coin] < 2_000
        outputs = view.outputs[view.made_by[payment.coin]]
        others = [each for each in outputs if view.owner[each] != operator and view.purpose[each] == DUST]
        assert len(others) > 5


def test_a_refund_goes_back_to_where_the_operators_coins_were(case: Course, view: View) -> None:
    course = lived("2015", 6, replace(CASE, payments=400))
    view, operator = View(course), service_of(course).actor
    for payment in of(course, REFUND):
        assert payment.payer == operator
        rejected = [
            tx
            for tx, coins in enumerate(view.inputs)
            if coins
            and tx < view.made_by[payment.coin]
            and view.address[payment.coin] in [view.address[each] for each in coins]
            and any(view.owner[each] == payment.source for each in view.outputs[tx])
        ]
        assert rejected
        assert any(
            view.value[each] > view.value[payment.coin] for tx in rejected for each in view.outputs[tx]
        )


def test_change_stands_beside_a_payment_to_somebody_else(case: Course, view: View) -> None:
    operator = service_of(case).actor
    sources = set()
    for payment in of(case, SERVICE_CHANGE):
        tx = view.made_by[payment.coin]
        assert any(view.owner[each] not in (operator, payment.source) for each in view.outputs[tx])
        assert payment.source == payment.payer
        sources.add(payment.source == operator)
    assert sources == {True, False}


# The whole


def test_the_same_seed_gives_the_same_case() -> None:
    small = Size(blocks=230, people=60, payments=30, accounts=10)
    once, again = lived("2015", 9, small), lived("2015", 9, small)
    assert once.payments == again.payments
    assert once.acts == again.acts
    assert lived("2015", 10, small).payments != once.payments


def test_all_years_have_a_case(course: Course) -> None:
    assert len(course.payments) > 50
    assert any(each.kind == "sweep" for each in course.acts)


@pytest.mark.parametrize(("payments", "payers"), [(0, None), (5, 6), (5, 0)])
def test_numbers_that_cannot_be(payments: int, payers: int | None) -> None:
    course = begin(load("2015"), 1, 400, people=50)
    with pytest.raises(UsageError, match="numbers that cannot be"):
        found_service(course, payments=payments, payers=payers)


def test_too_few_blocks() -> None:
    course = begin(load("2015"), 1, 150, people=50)
    with pytest.raises(UsageError, match="too few blocks for a service"):
        found_service(course, payments=5)


def test_an_account_at_no_custodian() -> None:
    world = load("2015")
    [first, *rest] = world.operator.accounts
    accounts = [first.model_copy(update={"custodian": "nowhere"}), *rest]
    operator = world.operator.model_copy(update={"accounts": accounts})
    course = begin(world.model_copy(update={"operator": operator}), 1, 400, people=50)
    with pytest.raises(UsageError, match="no custodian 'nowhere' for an account of the operator"):
        found_service(course, payments=5)
