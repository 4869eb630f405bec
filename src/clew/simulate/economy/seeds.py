"""What an investigator knows of the service at the start: some of its addresses."""

from __future__ import annotations

from clew.errors import UsageError
from clew.kernels.economy_state import A_SPENT, ADDRESS, NONE
from clew.simulate.economy.actors.investigator import INVESTIGATOR
from clew.simulate.economy.course import Course


def seed_addresses(course: Course, number: int) -> list[int]:
    """Addresses of the service that were paid and later swept; the first is the investigator's own.

    There are fewer than ``number`` if no more were. Raises UsageError if there is none.
    """
    e, actors = course.society.state.e, course.society.actors
    found: dict[int, None] = {}
    for payment in sorted(
        course.payments, key=lambda each: (actors[each.payer].kind != INVESTIGATOR, each.coin)
    ):
        address = int(e.coin[payment.coin, ADDRESS])
        if payment.account != NONE and e.address[address, A_SPENT]:
            found[address] = None
    if not found:
        raise UsageError(
            f"no address of the service to start from: expected accounts that were paid and swept, found"
            f" {len(course.payments)} payments and no sweep of any; make more blocks or more payments"
        )
    first, *others = found
    return [first, *course.dice.separate("seeds").some(others, max(0, number - 1))]
