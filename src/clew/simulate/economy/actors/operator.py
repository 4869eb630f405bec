"""The operator of the service: brings the accounts' coins together, moves some alone, and lives on them."""

from __future__ import annotations

from clew.kernels.economy_state import (
    A_KIND,
    A_PAID,
    A_ROLE,
    ACCOUNT_ROLE,
    ADDRESS,
    BEFORE,
    EXPENSE,
    FORWARD_ROLE,
    FORWARDED,
    FORWARDING,
    INPUT_WEIGHT,
    INVOICE_ROLE,
    LAST,
    NONE,
    OWN,
    OWN_ROLE,
    PURPOSE,
    REST,
    SERVICE_CHANGE,
    SERVICE_SWEEP,
    SWEEPING,
    T_HEIGHT,
    TILL_ROLE,
    TX,
    WITHDRAWAL,
)
from clew.simulate.economy.actors.cashouts import CashOuts
from clew.simulate.economy.actors.fates import Fates
from clew.simulate.economy.actors.laundering import Laundering
from clew.simulate.economy.actors.mixing import Mixing
from clew.simulate.economy.actors.people import is_spent, ripe
from clew.simulate.economy.actors.service import Account, Service
from clew.simulate.economy.concealment import Diary
from clew.simulate.economy.course import Course
from clew.simulate.economy.errands import Errand, until, withdrawn
from clew.simulate.economy.settings import DAY
from clew.simulate.economy.state import Made, Order

_TILL_PAID = 4
"""Sweeps that go to one address before there is a new one."""
_DIRECT = 0.25
"""Chance that a sweep pays into an account at once, with coins of the till among it."""
_FROM_TILL = 3
_WORTH = 3
"""A coin is worth moving if it is worth so many times its own fee."""
_OWN_ACCOUNTS = 3
_EXPENSES = (10, 80)
"""Dollars of a purchase of the operator's."""
_PURSE = 300
"""Dollars that the purse is filled with."""


class Operator:
    """Who runs the service. ``diary`` holds what is done to hide the proceeds."""

    def __init__(self, course: Course, service: Service, mixing: Mixing | None) -> None:
        society, model = course.society, course.world.operator
        software, script = course.world.service.wallet, course.world.service.script.value
        self.actor, self._service = service.actor, service
        self.diary = Diary(course)
        self._dice = course.dice.separate("operator")
        self.cashouts = CashOuts(course, self.actor, self._dice)
        self.fates = Fates(course, service.agenda, self.diary, self.cashouts, self.actor, mixing)
        self.till, self._forward, self._purse = (
            society.wallet(self.actor, software, script) for _ in range(3)
        )
        self._till = NONE
        self.fates.take_up(Laundering(course, self, service).habits)
        self.accounts = [service.sign_up(self.actor, service.opens) for _ in range(_OWN_ACCOUNTS)]
        self._seen = NONE
        start = course.calendar.height_at(service.opens)
        service.agenda.add(start, self._sweeping(course))
        if float(model.forwards):
            service.agenda.add(start, self._forwarding(course))
        if float(model.expenses):
            service.agenda.add(start, self._spending(course))

    # What is done again and again

    def _sweeping(self, course: Course) -> Errand[None]:
        """Every so many days, when the operator is awake."""
        every = round(float(course.world.operator.sweep_days) * DAY)
        while True:
            due = course.now + every * self._dice.between(50, 150) // 100
            yield course.height + 1
            yield from until(course, self.fates.hours.after(self._dice, due))
            self._sweep(course)

    def _forwarding(self, course: Course) -> Errand[None]:
        """Look at each payment as it comes, and choose some."""
        share = float(course.world.operator.forwards)
        while True:
            for coin in self._newcomers(course):
                if self._dice.happens(share):
                    self._service.agenda.add(course.height + 1, self._move_alone(course, coin))
            yield course.height + 1

    def _spending(self, course: Course) -> Errand[None]:
        """Some purchases a month, out of the purse."""
        every = round(30 * DAY / float(course.world.operator.expenses))
        while True:
            due = course.now + every * self._dice.between(30, 170) // 100
            yield course.height + 1
            yield from until(course, self.fates.hours.after(self._dice, due))
            yield from self.spend(course)

    # Sweeps

    def account_coins(self, course: Course) -> list[int]:
        """Coins of the accounts that are worth moving now, oldest first."""
        state = course.society.state
        coins = sorted([*ripe(course, self._service.first), *ripe(course, self._service.later)])
        return [coin for coin in coins if self._is_worth_it(course, coin, state.value(coin))]

    def _is_worth_it(self, course: Course, coin: int, value: int) -> bool:
        e = course.society.state.e
        weight = int(INPUT_WEIGHT[e.address[e.coin[coin, ADDRESS], A_KIND]])
        return value > _WORTH * weight * course.society.state.rate // 4000

    def _sweep(self, course: Course) -> None:
        """Take all that has come to the accounts."""
        coins, most = self.account_coins(course), int(course.world.operator.sweep_inputs)
        if len(coins) < 2:
            return
        for start in range(0, len(coins), most):
            batch = coins[start : start + most]
            if self._dice.happens(_DIRECT):
                self._sweep_out(course, batch)
            else:
                self._sweep_in(course, batch)

    def _sweep_in(self, course: Course, coins: list[int]) -> None:
        order = Order(REST, SERVICE_SWEEP, address=self.till_address(course), who=self.actor)
        made = course.society.state.send(self._service.first, coins, order, SWEEPING)
        if made is not None:
            self.diary.moved("sweep", made.tx, made.coins)
            self.fates.begin(course, made.coins[0])

    def _sweep_out(self, course: Course, coins: list[int]) -> None:
        """Pay into an account straight from the service's addresses, its till's among them."""
        state, held = course.society.state, self.cashouts.pick()
        coins = coins + ripe(course, self.till)[:_FROM_TILL]
        value = sum(map(state.value, coins)) * self._dice.between(30, 80) // 100
        target = self._own_address(course)
        order = self.cashouts.order(course, held, value)
        made = state.pay(self._service.first, [order], coins=coins, change=target, form=SWEEPING)
        if made is None:
            return
        self.fates.cashed(made.tx, made.coins[0], held.own, held.holder, held.custodian.number)
        self._settle_change(course, made, SERVICE_SWEEP)

    def _own_address(self, course: Course) -> int | None:
        """Where change goes: what the wallet does, the till, or an account of the operator's own."""
        which = self._dice.below(3)
        if which == 0:
            return None
        return (
            self.till_address(course)
            if which == 1
            else self._service.address(course, self._dice.pick(self.accounts))
        )

    def _settle_change(self, course: Course, made: Made, purpose: int) -> bool:
        """Say what change to an address of the service is, and record it; whether there was any."""
        state = course.society.state
        own = {account.address: account for account in self.accounts}
        found = False
        for coin in state.outputs(made.tx):
            address = int(state.e.coin[coin, ADDRESS])
            account = own.get(address)
            if coin in made.coins or (account is None and address != self._till):
                continue
            found = True
            state.e.coin[coin, PURPOSE] = purpose
            if account is None:
                self.fates.begin(course, coin)
            if account is not None or purpose == SERVICE_CHANGE:
                self._service.enter(
                    course,
                    coin,
                    purpose,
                    payer=self.actor,
                    source=self.actor,
                    account=account,
                    route="look-alike",
                )
        return found

    def till_address(self, course: Course) -> int:
        """Where sweeps go: the same address for some of them."""
        state = course.society.state
        if self._till == NONE or int(state.e.address[self._till, A_PAID]) >= _TILL_PAID:
            self._till = state.address(self.till, TILL_ROLE)
        return self._till

    # Payments that are moved by themselves

    def _newcomers(self, course: Course) -> list[int]:
        """Coins that have come to the accounts since this was last asked, in earlier blocks."""
        e, found, seen = course.society.state.e, [], self._seen
        for wallet in (self._service.first, self._service.later):
            coin = int(e.wallet[wallet, LAST])
            while coin > seen:
                if e.tx[e.coin[coin, TX], T_HEIGHT] < course.height:
                    found.append(coin)
                coin = int(e.coin[coin, BEFORE])
        self._seen = max([seen, *found])
        return sorted(each for each in found if e.address[e.coin[each, ADDRESS], A_ROLE] == ACCOUNT_ROLE)

    def _move_alone(self, course: Course, coin: int) -> Errand[None]:
        yield from until(course, self.fates.hours.after(self._dice, course.now))
        state = course.society.state
        if is_spent(course, coin) or not self._is_worth_it(course, coin, state.value(coin)):
            return
        order = Order(REST, FORWARDED, address=state.address(self._forward, FORWARD_ROLE), who=self.actor)
        made = state.send(self._service.first, [coin], order, FORWARDING)
        if made is not None:
            self.diary.moved("forward", made.tx, made.coins)
            self.fates.begin(course, made.coins[0])

    # What the operator buys

    def spend(
        self, course: Course, account: Account | None = None, *, to_service: bool = False
    ) -> Errand[None]:
        """Buy something from a merchant out of the purse.

        ``to_service``: the change goes to ``account``, or to the till if there is none.
        """
        state = course.society.state
        value = state.satoshi(self._dice.between(*_EXPENSES))
        if state.balance(self._purse) < 2 * value + state.rate * 500 // 1000:
            yield from self._fill(course)
            yield course.height + 1
        change = None
        if to_service:
            change = self.till_address(course) if account is None else self._service.address(course, account)
        made = state.pay(self._purse, [self.invoice(course, value)], change=change)
        if made is None:
            return
        self.diary.moved("expense", made.tx, made.coins)
        if to_service:
            self._settle_change(course, made, SERVICE_CHANGE)

    def invoice(self, course: Course, value: int) -> Order:
        """A payment to some merchant."""
        merchant = self._dice.pick(course.society.merchants)
        address = course.society.state.address(merchant, INVOICE_ROLE, self.actor)
        return Order(value, EXPENSE, address=address, who=self.actor)

    def _fill(self, course: Course) -> Errand[None]:
        """Fill the purse: out of the operator's own account at an exchange, or out of the till."""
        state, held = course.society.state, self.cashouts.own()
        value = state.satoshi(_PURSE)
        cashed = any(act.kind == "own cash-out" for act in course.acts[:1000])
        address = state.address(self._purse, OWN_ROLE)
        if held is not None and cashed and self._dice.happens(0.5):
            yield from withdrawn(
                course, held.custodian, Order(value, WITHDRAWAL, address=address, who=self.actor)
            )
            return
        coins = ripe(course, self.till)
        if not coins:
            return
        coin = max(coins, key=lambda each: (state.value(each), each))
        order = Order(min(value, state.value(coin) // 2), OWN, address=address, who=self.actor)
        made = state.pay(self.till, [order], coins=[coin], change=self.till_address(course))
        if made is not None:
            self.diary.moved("own transfer", made.tx, made.coins)
            self._settle_change(course, made, SERVICE_SWEEP)
