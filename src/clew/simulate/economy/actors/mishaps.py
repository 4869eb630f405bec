"""What reaches the service by chance or mistake: dust, refunds, change, and a wrong address from a list."""

from __future__ import annotations

from clew.kernels.economy_state import (
    A_KIND,
    A_WALLET,
    ACTOR,
    ADDRESS,
    COINS,
    DATA,
    DUST,
    DUSTING,
    GOODS,
    INVOICE_ROLE,
    NONE,
    PURPOSE,
    REFUND,
    REST,
    SERVICE_CHANGE,
    TYPING_ERROR,
    WITHDRAWAL,
)
from clew.simulate.economy.actors.operator import Operator
from clew.simulate.economy.actors.payers import Payer, Payers
from clew.simulate.economy.actors.paying import Paying
from clew.simulate.economy.actors.people import is_spent, ripe
from clew.simulate.economy.actors.purchases import EXACT, Plans, Purchase, Tariff
from clew.simulate.economy.actors.service import Account, Service
from clew.simulate.economy.course import Course
from clew.simulate.economy.errands import Errand, withdrawn
from clew.simulate.economy.hours import Hours
from clew.simulate.economy.settings import draw_from, table
from clew.simulate.economy.state import Order

_ROUTE = "look-alike"
_DUST = (546, 1100)
"""Satoshi of an attacker's outputs: the least that nodes pass on to old scripts, and somewhat more."""
_DUSTED, _DUSTED_OTHERS = (4, 8), (15, 60)
"""Addresses of the service among those that one attack reaches, and others."""
_SEEN = 500
"""An attacker, or a list, knows so many accounts of late."""
_RECENT = 20_000
"""An attacker picks others among so many outputs of late."""
_FEE_PART = 50
"""A refund is less by a fee: one part in so many."""
_BY_MERCHANT = 0.3
"""Share of refunds that a merchant makes; the others are deposits that an exchange rejects."""
_MERCHANT_WAITS = 20
_OWN_CHANGE = 0.5
"""Share of change that comes from the operator's purse; the rest is a payer's mistake."""
_MOST_OVER = 6
"""A payer's mistake happens with a coin of at most so many times what it takes."""


class Mishaps:
    """Plans them, and lets each happen as an errand of its own."""

    def __init__(
        self,
        course: Course,
        service: Service,
        operator: Operator,
        payers: Payers,
        paying: Paying,
        plans: Plans,
        tariff: Tariff,
    ) -> None:
        self._service, self._operator, self._payers, self._paying = service, operator, payers, paying
        self._plans, self._tariff = plans, tariff
        self._dice = course.dice.separate("mishaps")
        self._shops = table(course.world.people.amounts.shop)
        self._attacker = payers.newcomer("attacker", "duster")

    def _later(self, course: Course, hours: Hours, errand: Errand[None]) -> None:
        """Begin an errand at a time at which somebody is awake."""
        self._service.agenda.add(course.calendar.height_at(self._plans.time(hours)), errand)

    def _seen(self, course: Course) -> Errand[Account]:
        """Some account whose address is on the ledger; waits for the first one."""
        while not self._service.paid:
            yield course.height + 1
        return self._dice.pick(self._service.paid[-_SEEN:])

    def _enter(
        self, course: Course, coin: int, purpose: int, payer: int, source: int, account: Account | None
    ) -> None:
        self._service.enter(course, coin, purpose, payer=payer, source=source, account=account, route=_ROUTE)

    # A wrong address

    def plan_error(self, course: Course) -> None:
        """Somebody who has nothing to do with the service picks a wrong address from a list."""
        whose = self._payers.innocent(wallet=self._dice.happens(0.5))
        self._later(course, whose.hours, self._err(course, whose))

    def _err(self, course: Course, whose: Payer) -> Errand[None]:
        account = yield from self._seen(course)
        dollars = draw_from(self._dice, self._shops) / 100
        buy = Purchase(whose, account, course.now, dollars, EXACT, _ROUTE, TYPING_ERROR)
        if whose.wallet == NONE:
            yield from self._paying.paid_by(
                course, buy, whose.custodian, whose.actor, route=_ROUTE, purpose=TYPING_ERROR
            )
        else:
            yield from self._paying.pay_from(course, buy, whose, route=_ROUTE, purpose=TYPING_ERROR)

    # Dust

    def plan_dust(self, course: Course, outputs: int) -> None:
        """So many outputs to accounts, in attacks that reach some of them each, and other addresses too."""
        while outputs > 0:
            reached = min(outputs, self._dice.between(*_DUSTED))
            outputs -= reached
            self._later(course, self._attacker.hours, self._dust(course, reached))

    def _dust(self, course: Course, reached: int) -> Errand[None]:
        """Send next to nothing to addresses seen on the ledger, in one transaction."""
        state, attacker = course.society.state, self._attacker
        while len(self._service.paid) < reached:
            yield course.height + 1
        accounts = {each.address: each for each in self._dice.some(self._service.paid[-_SEEN:], reached)}
        addresses = [*accounts, *self._others(course)]
        cost = len(addresses) * (_DUST[1] + 50 * state.rate // 1000) + self._paying.cushion(course)
        wallet = self._payers.wallet(attacker)
        if state.balance(wallet) < cost:
            yield from self._paying.stock(course, attacker, 5 * cost, 1)
        orders = [
            Order(self._dice.between(*_DUST), DUST, address=each, who=attacker.actor)
            for each in self._dice.shuffled(addresses)
        ]
        made = state.pay(wallet, orders, form=DUSTING)
        for coin in made.coins if made is not None else ():
            account = accounts.get(int(state.e.coin[coin, ADDRESS]))
            if account is not None:
                self._enter(course, coin, DUST, attacker.actor, attacker.actor, account)

    def _others(self, course: Course) -> list[int]:
        """Addresses of other outputs of late, each once."""
        e = course.society.state.e
        last, found = int(e.count[COINS]), set()
        for _ in range(self._dice.between(*_DUSTED_OTHERS)):
            address = int(e.coin[last - 1 - self._dice.below(min(last, _RECENT)), ADDRESS])
            owner = int(e.wallet[e.address[address, A_WALLET], ACTOR])
            if e.address[address, A_KIND] != DATA and owner != self._operator.actor:
                found.add(address)
        return sorted(found)

    # Refunds

    def plan_refund(self, course: Course) -> None:
        """The operator pays from the accounts; the payee sends it back to where it came from."""
        by_merchant = self._dice.happens(_BY_MERCHANT)
        errand = self._merchant_refunds(course) if by_merchant else self._exchange_refunds(course)
        self._later(course, self._operator.fates.hours, errand)

    def _coins(self, course: Course) -> Errand[list[int]]:
        """One to three coins of the accounts; waits for the first one."""
        coins = self._operator.account_coins(course)
        while not coins:
            yield course.height + 1
            coins = self._operator.account_coins(course)
        return coins[: self._dice.between(1, 3)]

    def _exchange_refunds(self, course: Course) -> Errand[None]:
        state, operator = course.society.state, self._operator
        coins = yield from self._coins(course)
        held = operator.cashouts.pick()
        made = state.send(self._service.first, coins, operator.cashouts.order(course, held, REST))
        if made is None:
            return
        operator.fates.cashed(made.tx, made.coins[0], held.own, held.holder, held.custodian.number)
        yield course.height + 1
        back = self._back(course, coins[0], made.coins[0], held.holder)
        coin = yield from withdrawn(course, held.custodian, back)
        self._refunded(course, coin, held.custodian.actor)

    def _merchant_refunds(self, course: Course) -> Errand[None]:
        state, operator = course.society.state, self._operator
        coins = yield from self._coins(course)
        invoice = operator.invoice(course, REST)
        made = state.send(self._service.first, coins, invoice)
        if made is None:
            return
        operator.diary.moved("expense", made.tx, made.coins)
        merchant = int(state.e.address[invoice.address, A_WALLET])
        actor = int(state.e.wallet[merchant, ACTOR])
        back = self._back(course, coins[0], made.coins[0], actor)
        for _ in range(_MERCHANT_WAITS):
            yield course.height + 1
            paid = state.pay(merchant, [back])
            if paid is not None:
                self._refunded(course, paid.coins[0], actor)
                return

    def _back(self, course: Course, spent: int, paid: int, who: int) -> Order:
        """What comes of a rejected payment goes to the address of a coin that it spent."""
        state = course.society.state
        value = state.value(paid)
        address = int(state.e.coin[spent, ADDRESS])
        return Order(value - value // _FEE_PART, REFUND, address=address, who=who)

    def _refunded(self, course: Course, coin: int, source: int) -> None:
        address = int(course.society.state.e.coin[coin, ADDRESS])
        account = next((each for each in self._service.accounts if each.address == address), None)
        self._enter(course, coin, REFUND, self._operator.actor, source, account)

    # Change

    def plan_change(self, course: Course) -> None:
        """Change of a payment to somebody else: the operator's own, or a payer's mistake."""
        if self._dice.happens(_OWN_CHANGE):
            self._later(course, self._operator.fates.hours, self._own_change(course))
        else:
            whose = self._payers.find(wallet=True)
            self._later(course, whose.hours, self._mistake(course, whose))

    def _own_change(self, course: Course) -> Errand[None]:
        own = self._dice.pick(self._operator.accounts) if self._dice.happens(0.5) else None
        yield from self._operator.spend(course, own, to_service=True)

    def _mistake(self, course: Course, whose: Payer) -> Errand[None]:
        """A payer buys something else, with an account's address where the change should go."""
        state = course.society.state
        account = yield from self._seen(course)
        dollars, _ = self._tariff.draw()
        value, wallet = state.satoshi(dollars), self._payers.wallet(whose)
        need = 2 * value + self._paying.cushion(course)
        coin = self._coin(course, wallet, need)
        if coin is None:
            order = Order(need * 3 // 2, WITHDRAWAL, wallet=wallet, who=whose.actor)
            coin = yield from withdrawn(course, whose.custodian, order)
        merchant = self._dice.pick(course.society.merchants)
        invoice = state.address(merchant, INVOICE_ROLE, whose.actor)
        order = Order(value, GOODS, address=invoice, who=whose.actor)
        if is_spent(course, coin):
            return
        made = state.pay(wallet, [order], coins=[coin], change=account.address)
        for each in state.outputs(made.tx) if made is not None else ():
            if int(state.e.coin[each, ADDRESS]) == account.address:
                state.e.coin[each, PURPOSE] = SERVICE_CHANGE
                self._enter(course, each, SERVICE_CHANGE, whose.actor, whose.actor, account)

    def _coin(self, course: Course, wallet: int, need: int) -> int | None:
        """The smallest coin of a wallet that is enough, if it is not far too large."""
        state = course.society.state
        fit = [each for each in ripe(course, wallet) if need <= state.value(each) <= _MOST_OVER * need]
        return min(fit, key=lambda each: (state.value(each), each), default=None)
