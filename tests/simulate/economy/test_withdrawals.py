"""Withdrawals: what a custodian can pay is paid, whatever it cannot."""

from __future__ import annotations

from clew.kernels.economy_state import BALANCE, WITHDRAWAL
from clew.simulate.economy.actors.business import found_businesses
from clew.simulate.economy.actors.pools import found_pools
from clew.simulate.economy.course import begin
from clew.simulate.economy.state import Order
from clew.simulate.worlds.load import load


def test_a_withdrawal_that_is_too_large_keeps_no_smaller_one_waiting() -> None:
    course = begin(load("2015"), 4, 240, people=80)
    course.actors.extend(found_pools(course))
    course.actors.extend(found_businesses(course))
    society, state = course.society, course.society.state
    [payee] = [society.wallet(society.actor("payee", "person"), "core", "p2pkh")]
    tickets: dict[int, tuple[int, int]] = {}
    for height in course.run():
        if height != 200:
            continue
        for bank in society.exchanges:
            whole = sum(state.balance(each) for each in (bank.hot, bank.deposits, bank.cold))
            large, small = state.ticket(), state.ticket()
            for value, ticket in ((20 * whole, large), (whole // 1_000, small)):
                order = Order(value, WITHDRAWAL, wallet=payee, who=society.people[0].actor)
                state.ask(bank.number, order, due=201, ticket=ticket)
            tickets[bank.number] = large, small
    made = [small for large, small in tickets.values() if state.collected(small) is not None]
    assert len(made) == len(society.exchanges)
    assert all(state.collected(large) is None for large, _ in tickets.values())
    assert int(state.e.wallet[payee, BALANCE]) > 0
