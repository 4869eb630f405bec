"""What the operator does with the proceeds: recorded act by act, and the books close to the satoshi."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from clew.kernels.economy_state import (
    ACCOUNT_ROLE,
    CASH_OUT,
    DEPOSIT_ROLE,
    EXPENSE,
    FORWARD_ROLE,
    NONE,
    PEEL_ROLE,
    SPLIT_ROLE,
    SWAP,
    TILL_ROLE,
    WITHDRAWAL,
)
from clew.simulate.economy.actors.service import Service
from clew.simulate.economy.books import books
from clew.simulate.economy.concealment import KINDS, ConcealmentAct
from clew.simulate.economy.course import Course
from simulate.economy.view import View


@pytest.fixture(scope="module")
def view(case: Course) -> View:
    return View(case)


@pytest.fixture(scope="module")
def operator(case: Course) -> int:
    [service] = [each for each in case.actors if isinstance(each, Service)]
    return service.actor


def acts(course: Course, *kinds: str) -> list[ConcealmentAct]:
    """Acts of these kinds; there must be some."""
    found = [each for each in course.acts if each.kind in kinds]
    assert found
    return found


def test_the_books_close(case: Course, view: View, operator: int) -> None:
    found = books(case, operator)
    assert found.received + found.mixed_out == found.paid + found.fees + found.mixed_in + found.held
    # What came in is what was recorded: payments of others, and what custodians paid the operator back.
    recorded = {each.coin for each in case.payments if each.source != operator}
    others = [
        coin
        for coin, owner in enumerate(view.owner)
        if owner == operator and operator not in view.payers(coin) and coin not in recorded
    ]
    assert {view.purpose[coin] for coin in others} <= {WITHDRAWAL, SWAP}
    assert found.received == sum(view.value[coin] for coin in [*recorded, *others])
    # What went out is what the acts say.
    outside = [
        coin
        for act in case.acts
        for coin in (*act.made, *act.rest)
        if act.tx != NONE and view.owner[coin] != operator
    ]
    assert found.paid == sum(view.value[coin] for coin in set(outside))
    assert {view.purpose[coin] for coin in outside} <= {CASH_OUT, EXPENSE, SWAP}
    assert found.fees == sum(case.society.state.fee(tx) for tx in {each.tx for each in case.acts} - {NONE})


def test_every_transaction_of_the_operator_is_an_act(case: Course, view: View, operator: int) -> None:
    alone = {
        tx
        for tx, coins in enumerate(view.inputs)
        if coins and {view.owner[each] for each in coins} == {operator}
    }
    assert alone == {each.tx for each in case.acts} - {NONE}


def test_acts_of_a_transaction_share_its_outputs_out(case: Course, view: View) -> None:
    outputs = defaultdict(list)
    for act in case.acts:
        assert act.kind in KINDS
        assert act.amount == sum(view.value[each] for each in act.made)
        if act.tx != NONE:
            assert list(act.spent) == view.inputs[act.tx]
            assert act.height == view.height[act.tx]
            assert act.time == case.calendar.times[act.height]
            outputs[act.tx] += [*act.made, *act.rest]
    for tx, coins in outputs.items():
        assert sorted(coins) == view.outputs[tx]


def test_acts_come_of_earlier_ones(case: Course, view: View) -> None:
    made: dict[int, int] = {}
    for place, act in enumerate(case.acts):
        assert all(each < place for each in act.earlier)
        for coin in act.spent:
            if coin in made:
                assert made[coin] in act.earlier
            elif not act.earlier:
                assert view.role[coin] == ACCOUNT_ROLE or view.purpose[coin] in (WITHDRAWAL, SWAP)
        made.update(dict.fromkeys((*act.made, *act.rest), place))
    # Nearly all that is cashed out leads back to sweeps or forwards.
    assert sum(bool(each.earlier) for each in acts(case, "peel", "split", "wait")) > 0.9 * len(
        acts(case, "peel", "split", "wait")
    )


def test_sweeps_bring_accounts_together(case: Course, view: View) -> None:
    most = int(case.world.operator.sweep_inputs)
    for act in acts(case, "sweep"):
        assert 2 <= len(act.spent) <= most
        [coin] = act.made
        assert view.role[coin] == TILL_ROLE
        assert any(view.role[each] == ACCOUNT_ROLE for each in act.spent)


def test_forwards_move_one_payment(case: Course, view: View) -> None:
    for act in acts(case, "forward"):
        assert [view.role[each] for each in act.spent] == [ACCOUNT_ROLE]
        assert [view.role[each] for each in act.made] == [FORWARD_ROLE]
        assert not act.rest


def test_a_peel_is_a_slice_and_a_fresh_address(case: Course, view: View) -> None:
    paid = Counter(view.address)
    for act in acts(case, "peel"):
        assert len(act.spent) == 1
        [rest] = act.made
        assert view.role[rest] == PEEL_ROLE
        assert paid[view.address[rest]] == 1
        [piece] = [each for each in view.outputs[act.tx] if each != rest]
        assert view.role[piece] == DEPOSIT_ROLE
        share = view.value[piece] / view.value[act.spent[0]]
        assert 0.04 < share < 0.25


def test_peels_follow_one_another_in_chains(case: Course) -> None:
    """Each peel spends what the one before left, but the first of a chain and those that end early."""
    peels = acts(case, "peel")
    left = {each.made[0] for each in peels}
    follow = [each for each in peels if each.spent[0] in left]
    assert len(follow) > 0.6 * len(peels)
    lengths = Counter[int]()
    for act in peels:
        lengths[act.made[0]] = lengths.get(act.spent[0], 0) + 1
    assert max(lengths.values()) >= int(case.world.operator.peel_hops) // 2
    assert max(lengths.values()) <= int(case.world.operator.peel_hops) * 3 // 2


def test_splits_go_to_fresh_addresses(case: Course, view: View) -> None:
    paid = Counter(view.address)
    for act in acts(case, "split"):
        assert len(act.spent) == 1
        assert len(act.made) >= 2
        assert {view.role[each] for each in act.made} == {SPLIT_ROLE}
        assert all(paid[view.address[each]] == 1 for each in act.made)


def test_cash_outs_land_in_the_holders_accounts(case: Course, view: View, operator: int) -> None:
    names = Counter()
    for act in acts(case, "own cash-out", "nominee cash-out"):
        [coin] = act.made
        custodian = case.society.custodians[act.custodian]
        assert view.owner[coin] == custodian.actor
        assert view.role[coin] == DEPOSIT_ROLE
        assert view.user[coin] == act.holder
        assert (act.holder == operator) == (act.kind == "own cash-out")
        holder = "own" if act.holder == operator else case.society.actors[act.holder].name
        names[custodian.model.name, holder] += 1
    accounts = {(each.custodian, each.holder) for each in case.world.operator.accounts}
    assert set(names) <= accounts
    assert len(names) >= len(accounts) - 1
    nominees = [each for each in case.society.actors if each.kind == "nominee"]
    assert len({each.country for each in nominees}) > 1


def test_every_cash_out_is_an_act(case: Course, view: View) -> None:
    recorded = {coin for act in acts(case, "own cash-out", "nominee cash-out") for coin in act.made}
    assert recorded == {coin for coin, purpose in enumerate(view.purpose) if purpose == CASH_OUT}


def test_waits_end_after_they_begin(case: Course, view: View) -> None:
    for act in acts(case, "wait"):
        [coin] = act.made
        assert act.since < act.time
        assert act.tx == NONE
        assert view.height[view.made_by[coin]] <= act.height
        assert act.amount == view.value[coin]


def test_what_is_swapped_comes_back(case: Course, view: View, operator: int) -> None:
    for act in acts(case, "swap"):
        assert case.society.custodians[act.custodian].model.kind in ("swap", "web-wallet")
        [coin] = act.made
        assert view.owner[coin] == case.society.custodians[act.custodian].actor
        assert view.user[coin] == operator


def test_every_year_keeps_its_books(course: Course) -> None:
    [service] = [each for each in course.actors if isinstance(each, Service)]
    found = books(course, service.actor)
    assert found.received + found.mixed_out == found.paid + found.fees + found.mixed_in + found.held
    assert found.received > 0
    assert found.paid > 0
