"""Lapse of time as a ground of refusal: dates by both states' limitation; nothing is decided."""

from __future__ import annotations

from clew.proceedings.counts import dates_of
from clew.proceedings.days import Day
from clew.proceedings.facts import Facts
from clew.proceedings.limitation import limitation
from clew.proceedings.load import Law
from clew.proceedings.matter import Charge, Matter, Request

ENDS = (
    "By {cited}, prosecution could begin until {day}, under assumptions that are stated; had that passed on "
    "{asked}, when the request was made: {passed}"
)
NONE = "By {cited}, there is no limitation, under assumptions that are stated"
OPEN = "By {cited}, limitation is undetermined"
NO_DATES = "No dated episode is entered, so that no date of limitation can be computed"


def lapse_of_time(law: Law, matter: Matter, request: Request, charge: Charge, facts: Facts) -> list[str]:
    """A sentence for the count's provision and for each counterpart in the requested state."""
    names = [charge.provision] if charge.provision else []
    names += [
        each.provision
        for each in matter.counterparts
        if each.charge == charge.name and law.book_of(each.provision).jurisdiction == request.requested
    ]
    dates = dates_of(matter, charge)
    if dates is None:
        return [NO_DATES] if names else []
    said = []
    for name in dict.fromkeys(names):
        found = limitation(law, name, *dates, asked_on=request.made)
        facts.take(found)
        worded = {"ends": ENDS, "none": NONE, "undetermined": OPEN}[found.state]
        said.append(
            worded.format(
                cited=law.provision(name).cited,
                day=_worded(found.last_day),
                asked=request.made,
                passed=found.has_passed,
            )
        )
    return said


def _worded(day: Day | None) -> str:
    return f"{day}" if day is None or day.is_exact else f"a day within {day}"
