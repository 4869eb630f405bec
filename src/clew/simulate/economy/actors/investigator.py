"""The investigator: buys once from the service, so that one of its addresses is known at the start."""

from __future__ import annotations

from clew.simulate.economy.actors.payers import Payers
from clew.simulate.economy.actors.paying import Paying
from clew.simulate.economy.actors.purchases import EXACT, Purchase, Tariff
from clew.simulate.economy.actors.service import Service
from clew.simulate.economy.course import Course

INVESTIGATOR = "investigator"
_AFTER = 0.08
"""When the test purchase is made, as a share of the service's life."""


def plan_test_purchase(
    course: Course, service: Service, payers: Payers, paying: Paying, tariff: Tariff
) -> None:
    """Let the investigator pay for an account, straight from an exchange."""
    buyer = payers.newcomer(INVESTIGATOR, INVESTIGATOR)
    time = service.opens + round((service.closes - service.opens) * _AFTER)
    account = service.sign_up(buyer.actor, time)
    dollars, _ = tariff.draw()
    buy = Purchase(buyer, account, time, dollars, EXACT, "exchange")
    errand = paying.paid_by(course, buy, buyer.custodian, buyer.actor, route="exchange", purpose=buy.purpose)
    service.agenda.add(course.calendar.height_at(time), errand)
