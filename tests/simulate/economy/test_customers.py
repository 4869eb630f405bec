"""What custodians know of their customers, and what an investigator knows at the start."""

from __future__ import annotations

from collections import defaultdict

import pytest

from clew.errors import UsageError
from clew.kernels.economy_state import ACCOUNT_ROLE, DEPOSIT_ROLE, WITHDRAWAL
from clew.simulate.economy.course import Course
from clew.simulate.economy.customers import Customer, customers
from clew.simulate.economy.seeds import seed_addresses
from simulate.economy.view import View


@pytest.fixture(scope="module")
def view(case: Course) -> View:
    return View(case)


@pytest.fixture(scope="module")
def found(case: Course) -> dict[tuple[int, int], Customer]:
    everybody = customers(case)
    by_account = {(each.custodian, each.actor): each for each in everybody}
    assert len(by_account) == len({each.number for each in everybody}) == len(everybody)
    return by_account


def test_every_withdrawal_for_a_payment_is_its_customers(
    case: Course, found: dict[tuple[int, int], Customer]
) -> None:
    for payment in case.payments:
        for each in payment.origin:
            assert each.coin in found[each.custodian, each.customer].withdrawals


def test_coins_and_addresses_are_the_custodians(
    case: Course, view: View, found: dict[tuple[int, int], Customer]
) -> None:
    address = case.society.state.e.address
    wallets = case.society.state.e.wallet
    for customer in found.values():
        custodian = case.society.custodians[customer.custodian].actor
        for coin in customer.withdrawals:
            assert view.payers(coin) == {custodian}
        for at in customer.deposits:
            assert address[at, 2] == DEPOSIT_ROLE
            assert address[at, 3] == customer.actor
            assert wallets[address[at, 0], 1] == custodian
    withdrawn = {coin for each in found.values() for coin in each.withdrawals}
    custodians = {each.actor for each in case.society.custodians}
    for coin, purpose in enumerate(view.purpose):
        if purpose == WITHDRAWAL and view.payers(coin) <= custodians:
            # A custodian that stocks another one up is no customer's withdrawal.
            assert coin in withdrawn or view.owner[coin] in custodians


def test_people_and_nominees_are_customers(case: Course, found: dict[tuple[int, int], Customer]) -> None:
    for person in case.society.people:
        assert (person.custodian, person.actor) in found
    used = {(each.custodian, each.holder) for each in case.acts if each.kind.endswith("cash-out")}
    assert used
    assert used <= set(found)


def test_names_are_made_up_and_the_same_everywhere(
    case: Course, found: dict[tuple[int, int], Customer]
) -> None:
    names = defaultdict(set)
    for customer in found.values():
        identifies = case.society.custodians[customer.custodian].model.identifies
        assert bool(customer.name) == identifies
        if identifies:
            names[customer.actor].add(customer.name)
            first, last = customer.name.split(" ")
            assert first.isalpha()
            assert last.isalpha()
    assert all(len(each) == 1 for each in names.values())
    assert len({name for each in names.values() for name in each}) == len(names)


def test_seeds_were_paid_and_swept(case: Course, view: View) -> None:
    seeds = seed_addresses(case, 5)
    assert len(set(seeds)) == 5
    paid = {view.address[each.coin]: each for each in case.payments}
    swept = {view.address[coin] for coin in view.spent_by}
    for at in seeds:
        assert at in paid
        assert at in swept
        assert view.role[paid[at].coin] == ACCOUNT_ROLE
    assert case.society.actors[paid[seeds[0]].payer].kind == "investigator"
    assert seed_addresses(case, 1) == seeds[:1]
    assert seed_addresses(case, 5) == seeds


def test_no_seed_without_a_sweep(case: Course) -> None:
    payments, case.payments = case.payments, []
    try:
        with pytest.raises(UsageError, match="no address of the service to start from"):
            seed_addresses(case, 5)
    finally:
        case.payments = payments
