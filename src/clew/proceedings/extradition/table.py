"""A request for extradition: the table count by ground, the threshold, specialty, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass

from clew.errors import UsageError
from clew.proceedings.days import Day
from clew.proceedings.extradition.decided import Refusal, decided
from clew.proceedings.extradition.dual_criminality import DualCriminality, dual_criminality
from clew.proceedings.extradition.grounds import Cell, Question
from clew.proceedings.extradition.prevailing import Prevailing, prevailing
from clew.proceedings.extradition.specialty import Specialty, specialty
from clew.proceedings.facts import Facts, count_of
from clew.proceedings.load import Law
from clew.proceedings.matter import Matter, Request
from clew.proceedings.steps import Reasoned
from clew.written.spelling import instead

DEFAULT = "A ground is undetermined unless a court or authority that decides on it has found on it"
FLAGS = "A flag says that a person mapped the count to judged or pending conduct; it decides nothing"
BASIS = "The decision of {when} is entered as {result}, on grounds that are {basis}"


@dataclass(frozen=True)
class Extradition(Reasoned):
    """All that can be said of a request."""

    matter: str
    request: str
    requesting: str
    requested: str
    made: Day
    counts_charged: tuple[str, ...]
    counts_put_to_court: tuple[str, ...]
    confined_by: str | None
    confined_why: str | None
    rows: tuple[Cell, ...]
    """By count, then by regime, then by ground, in the order of the request and the books."""
    dual_criminality: tuple[DualCriminality, ...]
    """By count, then by regime."""
    specialty: Specialty
    prevailing: tuple[Prevailing, ...]
    refusal: Refusal | None
    """On which kind of ground it was refused; None where it was not."""

    def of_count(self, count: str) -> tuple[Cell, ...]:
        """All grounds of one count. Raises UsageError for a count that the request has not."""
        if count not in self.counts_charged:
            raise UsageError(
                f"expected a count of the request, found {count!r}; {instead(count, self.counts_charged)}"
            )
        return tuple(each for each in self.rows if each.count == count)

    def cell(self, count: str, ground: str) -> Cell:
        """One cell. Raises UsageError for a count or a ground that is not in the table."""
        found = [each for each in self.rows if each.count == count and each.ground == ground]
        if not found:
            known = [each.ground for each in self.rows if each.count == count]
            counts = dict.fromkeys(each.count for each in self.rows)
            word, names = (ground, known) if known else (count, list(counts))
            raise UsageError(
                f"expected a count and a ground of the request, found {word!r}; {instead(word, names)}"
            )
        return found[0]


def extradite(law: Law, matter: Matter, request: str | None = None) -> Extradition:
    """The table of a request. ``request`` names it; it may be left out where the matter has only one.

    Raises UsageError where the matter has no such request, none, or several and none is named.
    """
    asked = chosen(matter, request)
    facts = Facts(law, matter)
    facts.say(DEFAULT)
    facts.say(FLAGS)
    last = decided(matter, asked)
    tests: dict[tuple[str, str], DualCriminality] = {}
    cells: list[Cell] = []
    for name in asked.charges:
        charge = count_of(matter, name)
        for regime in (law.regime(each) for each in asked.regimes):
            tests[name, regime.name] = dual_criminality(law, matter, asked, charge, regime)
            for ground in regime.grounds:
                question = Question(
                    law, matter, asked, charge, regime, ground, last, tests[name, regime.name]
                )
                cells.append(question.cell())
    covered = specialty(law, matter, asked, last)
    both = prevailing(law, asked)
    for outcome in last.refusals:
        said = BASIS.format(when=outcome.date, result=outcome.result, basis=outcome.basis or "not known")
        facts.fact(outcome, f"Decision of {outcome.date}", said)
    for each in (*cells, covered, *both):
        for line in each.unverified:
            facts.doubt(line)
        for line in each.assumptions:
            facts.assume(line)
    return Extradition(
        matter=matter.name,
        request=asked.name,
        requesting=asked.requesting,
        requested=asked.requested,
        made=asked.made,
        counts_charged=tuple(asked.charges),
        counts_put_to_court=tuple(asked.put_to_court),
        confined_by=asked.confined_by,
        confined_why=asked.confined_why,
        rows=tuple(cells),
        dual_criminality=tuple(tests.values()),
        specialty=covered,
        prevailing=both,
        refusal=last.refusal,
        **facts.gathered,
    )


def chosen(matter: Matter, request: str | None = None) -> Request:
    """A request of a matter by name, or its only one. Raises UsageError, naming what there is."""
    known = {each.name: each for each in matter.requests}
    if not known:
        raise UsageError(
            f"{matter.name}: expected a request for extradition, found none; add one under requests"
        )
    if request is None:
        if len(known) > 1:
            raise UsageError(
                f"{matter.name}: expected the name of one request, found {len(known)} requests and no name; "
                f"name one of {', '.join(known)}"
            )
        return next(iter(known.values()))
    if request not in known:
        raise UsageError(
            f"{matter.name}: expected the name of a request, found {request!r}; {instead(request, known)}"
        )
    return known[request]


__all__ = ["Extradition", "chosen", "extradite"]
