"""Look-alikes: payments to the service that are no purchase by whoever's coins they are.

They are what a tool must not turn into accusations. ``payments.LABELS`` says of each whether the ledger
can show what it is; those that come of chance or mistake are in ``mishaps``.
"""

from __future__ import annotations

from collections.abc import Callable

from clew.kernels.economy_state import GIFT, RESOLD, SHARED_WALLET, TAKEN_OVER
from clew.simulate.economy.actors.mishaps import Mishaps
from clew.simulate.economy.actors.payers import Payer, Payers
from clew.simulate.economy.actors.paying import Paying
from clew.simulate.economy.actors.purchases import Plans, Purchase, Tariff
from clew.simulate.economy.actors.service import Account, Service
from clew.simulate.economy.actors.ways import Ways
from clew.simulate.economy.course import Course
from clew.simulate.economy.settings import DAY
from clew.simulate.economy.society import Custodian

_INTRUDER_EACH = 5
"""Accounts that one intruder takes over, on average."""
_FROM_WALLET = 0.25
"""Share of takeovers in which it is a wallet, and not an account at an exchange."""
_PLAIN_ROUTES = [("exchange", 6), ("wallet", 4)]


class LookAlikes:
    """Plans every look-alike of the world as an errand of its own."""

    def __init__(
        self,
        course: Course,
        service: Service,
        payers: Payers,
        paying: Paying,
        ways: Ways,
        plans: Plans,
        tariff: Tariff,
    ) -> None:
        self._service, self._payers, self._paying = service, payers, paying
        self._ways, self._plans, self._tariff = ways, plans, tariff
        self._dice = course.dice.separate("look-alikes")
        self._intruders: list[Payer] = []

    def plan(self, course: Course, payments: int, mishaps: Mishaps) -> None:
        """Enter all of them: each kind is a share of the number of payments."""
        model = course.world.lookalikes
        kinds: list[tuple[float, Callable[[Course], None]]] = [
            (float(model.taken_over), self._take_over),
            (float(model.resold), self._resell),
            (float(model.gift), self._give),
            (float(model.shared_wallet), self._share),
            (float(model.typing_error), mishaps.plan_error),
            (float(model.refund), mishaps.plan_refund),
            (float(model.change), mishaps.plan_change),
        ]
        for share, enter in kinds:
            for _ in range(round(share * payments)):
                enter(course)
        mishaps.plan_dust(course, round(float(model.dust) * payments))

    def _take_over(self, course: Course) -> None:
        """A stranger pays for an account of the stranger's own with somebody's coins."""
        if not self._intruders or self._dice.below(_INTRUDER_EACH) == 0:
            self._intruders.append(self._payers.newcomer("intruder", f"intruder-{len(self._intruders)}"))
        intruder = self._intruders[-1]
        from_wallet = self._dice.happens(_FROM_WALLET)
        victim = self._payers.innocent(wallet=from_wallet)
        buy = self._meant(intruder, intruder, "look-alike", TAKEN_OVER)
        if from_wallet:
            errand = self._paying.pay_from(course, buy, victim, route=buy.route, purpose=TAKEN_OVER)
        else:
            errand = self._paying.paid_by(
                course, buy, victim.custodian, victim.actor, route=buy.route, purpose=TAKEN_OVER
            )
        self._service.agenda.add(course.calendar.height_at(buy.time), errand)

    def _resell(self, course: Course) -> None:
        """Somebody pays for an account that another person uses later."""
        self._pay_for_another(course, RESOLD)

    def _give(self, course: Course) -> None:
        """Somebody pays for another person's account."""
        self._pay_for_another(course, GIFT)

    def _pay_for_another(self, course: Course, purpose: int) -> None:
        route = self._dice.pick_weighted(_PLAIN_ROUTES)
        payer, member = self._payers.find(wallet=route == "wallet"), self._payers.find(wallet=False)
        self._ways.plan(course, self._meant(payer, member, route, purpose))

    def _share(self, course: Course) -> None:
        """A user of a custodial wallet has it pay; the coins are those of all its users."""
        payer = self._payers.newcomer()
        buy = self._meant(payer, payer, "look-alike", SHARED_WALLET)
        errand = self._paying.paid_by(
            course, buy, self._custodian(payer), payer.actor, route=buy.route, purpose=SHARED_WALLET
        )
        self._service.agenda.add(course.calendar.height_at(buy.time), errand)

    def _custodian(self, payer: Payer) -> Custodian:
        """A web wallet, or whatever the world has that is most like one."""
        wallets = [each for each in self._ways.unnamed if each.model.kind == "web-wallet"]
        found = wallets or self._ways.unnamed
        return self._dice.pick(found) if found else payer.custodian

    def _meant(self, payer: Payer, member: Payer, route: str, purpose: int) -> Purchase:
        """A payment for a new account of ``member``'s."""
        time = self._plans.time(payer.hours)
        account: Account = self._service.sign_up(member.actor, time - self._dice.below(3 * DAY))
        return Purchase(payer, account, time, *self._tariff.draw(), route, purpose)
