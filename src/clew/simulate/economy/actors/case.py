"""The case: the service, its operator, its payers, and the innocent look-alikes, founded together."""

from __future__ import annotations

from clew.simulate.economy.actors.investigator import plan_test_purchase
from clew.simulate.economy.actors.lookalikes import LookAlikes
from clew.simulate.economy.actors.mishaps import Mishaps
from clew.simulate.economy.actors.mixing import Mixing
from clew.simulate.economy.actors.operator import Operator
from clew.simulate.economy.actors.patrons import Patrons
from clew.simulate.economy.actors.payers import Payers
from clew.simulate.economy.actors.paying import Paying
from clew.simulate.economy.actors.purchases import Plans, Tariff, how_many, plan_purchases
from clew.simulate.economy.actors.service import Service
from clew.simulate.economy.actors.ways import Ways
from clew.simulate.economy.course import Acting, Course


def found_service(
    course: Course,
    *,
    payments: int | None = None,
    payers: int | None = None,
    accounts: int | None = None,
    mixing: Mixing | None = None,
) -> list[Acting]:
    """The service and everybody who deals with it, as actors for ``course.actors``.

    ``payments``, ``payers``, and ``accounts`` that are never paid: how many; the world's numbers if they
    are not given, and payers in proportion if only payments are. ``mixing``: the world's
    coinjoins; without them whoever wants to mix takes other ways. What happens is kept in
    ``course.payments`` and ``course.acts``. Raises UsageError for numbers that cannot be, and for too few
    blocks.
    """
    number, of = how_many(course, payments, payers)
    service = Service(course)
    operator = Operator(course, service, mixing)
    tariff = Tariff(course, course.dice.separate("tariff"))
    plans = Plans(course, service, course.dice.separate("plans"))
    everybody = Payers(course, of)
    paying = Paying(course, service, everybody, tariff)
    ways = Ways(course, service, everybody, paying, mixing)
    for purchase in plan_purchases(course, service, everybody, number, of, plans, tariff):
        ways.plan(course, purchase)
    mishaps = Mishaps(course, service, operator, everybody, paying, plans, tariff)
    LookAlikes(course, service, everybody, paying, ways, plans, tariff).plan(course, number, mishaps)
    plan_test_purchase(course, service, everybody, paying, tariff)
    service.number_accounts(course, int(course.world.service.accounts) if accounts is None else accounts)
    patrons = [Patrons(course, each, everybody, paying) for each in ways.unnamed]
    return [*patrons, service]
