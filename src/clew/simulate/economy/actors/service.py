"""The service: an address for each account, and a record of what was paid to them.

Only the flow of money is modelled. What the service sells is no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from clew.errors import UsageError
from clew.kernels.economy_state import ACCOUNT_ROLE, NONE
from clew.simulate.chain import MATURITY
from clew.simulate.economy.course import Course
from clew.simulate.economy.errands import Agenda, Errand
from clew.simulate.economy.payments import Funding, ServicePayment

_COINS_ABOUT = 30
"""Blocks after the first coins ripen until people have some."""
_LEAST_BLOCKS = 40
"""Blocks for which the service is open, at the least."""


@dataclass(slots=True, eq=False)
class Account:
    """An account: its number in order of sign-up, who uses it, when it was opened, and its address."""

    member: int
    signs_up: int
    number: int = NONE
    address: int = NONE


class Service:
    """The accounts of the service, and the errands of all who deal with it.

    ``actor`` is the operator: accounts, tills and whatever the operator has besides are one actor's.
    """

    def __init__(self, course: Course) -> None:
        model = course.world.service
        self.agenda = Agenda()
        society = course.society
        self.actor, self.first = society.open("operator", "operator", model.wallet, model.script.value)
        self.later = society.wallet(self.actor, model.wallet, model.later_script.value)
        """Wallets of the accounts of the first half and of the second."""
        self.given = 0
        """Accounts in all, when they are numbered."""
        self.accounts: list[Account] = []
        self.paid: list[Account] = []
        """Accounts as they were paid for the first time, in that order."""
        self._seen: set[int] = set()
        self.opens, self.closes = _span(course)
        self._growth = float(model.growth)

    # Accounts

    def sign_up(self, member: int, time: int) -> Account:
        """Enter that somebody opens an account at a time; its address is made then."""
        account = Account(member, max(self.opens, min(time, self.closes)))
        self.accounts.append(account)
        return account

    def number_accounts(self, course: Course, unpaid: int) -> None:
        """Number all accounts in order of sign-up, and let each be opened in time.

        The ``unpaid`` that nobody ever pays are numbered among them. They have no addresses here: their
        numbers are those below ``given`` that no account has.
        """
        self.given = unpaid + len(self.accounts)
        order = sorted(range(len(self.accounts)), key=lambda at: (self.accounts[at].signs_up, at))
        for rank, at in enumerate(order):
            account = self.accounts[at]
            account.number = rank + int(unpaid * self.grown(account.signs_up))
            self.agenda.add(course.calendar.height_at(account.signs_up), self._open(course, account))

    def grown(self, time: int) -> float:
        """The share of all sign-ups that comes before a time: each day there are a little more."""
        passed = min(1.0, max(0.0, (time - self.opens) / (self.closes - self.opens)))
        rise = self._growth - 1
        return (passed + rise * passed * passed / 2) / (1 + rise / 2)

    def _open(self, course: Course, account: Account) -> Errand[None]:
        self.address(course, account)
        yield from ()

    def address(self, course: Course, account: Account) -> int:
        """The address of an account, which is opened now if it was not before."""
        if account.address == NONE:
            wallet = self.first if 2 * account.signs_up < self.opens + self.closes else self.later
            account.address = course.society.state.address(wallet, ACCOUNT_ROLE, account.number)
        return account.address

    # Payments

    def enter(
        self,
        course: Course,
        coin: int,
        purpose: int,
        *,
        payer: int,
        source: int,
        account: Account | None,
        route: str,
        dollars: float = 0.0,
        origin: tuple[Funding, ...] = (),
    ) -> None:
        """Record what an output to the service was."""
        actors = course.society.actors
        course.payments.append(
            ServicePayment(
                coin=coin,
                purpose=purpose,
                payer=payer,
                source=source,
                account=NONE if account is None else account.number,
                member=NONE if account is None else account.member,
                country=actors[payer].country,
                route=route,
                dollars=dollars,
                origin=origin,
            )
        )
        if account is not None and account.number not in self._seen:
            self._seen.add(account.number)
            self.paid.append(account)

    def step(self, course: Course) -> None:
        """Let everybody go on with what they are about."""
        self.agenda.step(course)


def _span(course: Course) -> tuple[int, int]:
    """When the service opens and closes; it cannot open before people have coins. Raises UsageError."""
    times, model = course.calendar.times, course.world.service
    first, last = times[0], times[-1]
    opens = first + round((last - first) * float(model.opens))
    closes = first + round((last - first) * float(model.closes))
    ready = MATURITY + _COINS_ABOUT
    if len(times) > ready:
        opens = max(opens, times[ready])
    if (
        len(times) <= ready
        or course.calendar.height_at(closes) - course.calendar.height_at(opens) < _LEAST_BLOCKS
    ):
        raise UsageError(
            f"too few blocks for a service: expected at least {_LEAST_BLOCKS} between its opening, block"
            f" {ready} at the earliest, and its closing, found {len(times)} blocks in all; make more blocks"
        )
    return opens, closes
