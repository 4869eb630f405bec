"""Sums of maxima, and a state's rule on several offences judged together: hypothetical, no forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from clew.errors import UsageError
from clew.proceedings.days import LIFE, Term
from clew.proceedings.load import Law
from clew.proceedings.penalty import worded
from clew.proceedings.provisions import Book, Several
from clew.proceedings.steps import Reasoned
from clew.proceedings.trail import Trail

ONE_OFFENCE = "One comprehensive offence: the heaviest maximum, {one}"
LIFE_ABSORBS = "A maximum of life absorbs the others"
TIMES = "The heaviest maximum, {heaviest}, times {factor} is {product}"
AT_MOST_SUM = "At most the sum of the maxima, {total}"
AT_MOST_CAP = "At most {cap}, the cap for a term of years"
ADDED = "The maxima are added: {total}"
NO_RULE = "The book has no statutory rule on several offences judged together"
ROUNDED = "Rounded down to whole months"
CONCURRENT = "Several concurrent offences: a hypothetical maximum of {concurrent}"
NO_FORECAST = "This is a hypothetical maximum, no forecast of what a court would impose"
BEFORE = "Before the rule on offences judged one after another, which is not applied here: {rule}"
BEFORE_UNSAID = "No rule on offences judged one after another is entered, and none is applied"
JUDGED_TOGETHER = "That the offences are judged together and stand in no other relation to each other"
WHICH = "Whether the acts are one comprehensive offence or several is not decided here"
HELD = "That the rule on several offences and its caps, as entered, held at the act, too"
MONTHS = "Terms in days and in months are compared with a month of 30 days"


@dataclass(frozen=True)
class Aggregate(Reasoned):
    """The highest term that could be imposed in law for several offences; hypothetical."""

    jurisdiction: str
    maxima: tuple[Term, ...]
    one_offence: Term
    """If all acts are one comprehensive offence: the heaviest maximum."""
    concurrent: Term | None
    """If they are as many concurrent offences as there are maxima; None where the book has no rule."""
    total: Term
    """The sum of the maxima."""
    method: str
    factor: float | None
    cap: Term | None
    """The cap that was applied to the concurrent offences, whether or not it was reached."""
    limited_by: Literal["factor", "sum", "cap", "life", "one offence"] | None
    """Which of the limits gave the figure for concurrent offences."""
    before: str | None
    """Name of the rule that would come after this one and is not applied."""
    hypothetical: bool
    """Always true."""
    state: Literal["determined", "undetermined"]

    @property
    def one_offence_years(self) -> float | None:
        """In years; None for life."""
        return self.one_offence.years

    @property
    def concurrent_years(self) -> float | None:
        """In years; None for life and where it is undetermined."""
        return None if self.concurrent is None else self.concurrent.years


def aggregate(law: Law, jurisdiction: str, maxima: Sequence[Term]) -> Aggregate:
    """What a state's rule on several offences makes of their maxima (Korea: Criminal Act, Art. 38 and 42).

    ``jurisdiction`` is a country's code; its book says by which method. Months are exact and rounded down.
    Raises UsageError where no maximum is given or no book is of that country.
    """
    book = _book(law, jurisdiction)
    if not maxima:
        raise UsageError(
            "expected at least one maximum to put together, found none; give the maximum of each offence"
        )
    trail = Trail(law)
    several = book.several
    for rule in several.rules if several else ():
        trail.rule(rule)
    if len({bool(each.days) for each in maxima if not each.is_life}) > 1:
        trail.assume(MONTHS)
    heaviest = max(maxima, key=lambda each: each.rank)
    total = added(maxima)
    one = _at_most(heaviest, several.cap if several else None)
    trail.say(ONE_OFFENCE.format(one=worded(one)))
    concurrent, limited_by = _concurrent(trail, several, heaviest, total, len(maxima))
    if concurrent is not None:
        trail.say(CONCURRENT.format(concurrent=worded(concurrent)))
    if several is not None and several.apart is not None:
        trail.rule(several.apart, BEFORE.format(rule=law.rule(several.apart).says))
    else:
        trail.say(BEFORE_UNSAID)
    for assumed in (NO_FORECAST, JUDGED_TOGETHER, WHICH, HELD):
        trail.assume(assumed)
    return Aggregate(
        jurisdiction=jurisdiction,
        maxima=tuple(maxima),
        one_offence=one,
        concurrent=concurrent,
        total=total,
        method=several.method if several else "no statutory rule",
        factor=several.factor if several else None,
        cap=_cap(several, len(maxima)),
        limited_by=limited_by,
        before=several.apart if several else None,
        hypothetical=True,
        state="undetermined" if concurrent is None else "determined",
        **trail.gathered,
    )


def added(terms: Sequence[Term]) -> Term:
    """The sum of terms; life where one is life."""
    total = Term()
    for each in terms:
        total = total.plus(each)
    return total


_Limit = Literal["factor", "sum", "cap", "life", "one offence"]


def _concurrent(
    trail: Trail, several: Several | None, heaviest: Term, total: Term, number: int
) -> tuple[Term | None, _Limit | None]:
    cap = _cap(several, number)
    if several is None or several.method == "no statutory rule":
        trail.say(NO_RULE)
        return None, None
    if heaviest.is_life:
        trail.say(LIFE_ABSORBS)
        return LIFE, "life"
    limits: list[tuple[Term, _Limit]] = []
    if several.method == "sum":
        trail.say(ADDED.format(total=worded(total)))
        limits.append((total, "sum"))
    elif number == 1:
        limits.append((heaviest, "one offence"))
    else:
        product = _times(trail, heaviest, several.factor or 1.0)
        limits.append((product, "factor"))
        if several.at_most_sum:
            trail.say(AT_MOST_SUM.format(total=worded(total)))
            limits.append((total, "sum"))
    if cap is not None:
        trail.say(AT_MOST_CAP.format(cap=worded(cap)))
        limits.append((cap, "cap"))
    return min(limits, key=lambda each: each[0].rank)


def _times(trail: Trail, heaviest: Term, factor: float) -> Term:
    product = heaviest.times(factor)
    said = TIMES.format(heaviest=worded(heaviest), factor=f"{factor:g}", product=worded(product))
    trail.say(said)
    exact = Fraction(str(factor))
    if heaviest.months * exact != product.months or heaviest.days * exact != product.days:
        trail.say(ROUNDED)
    return product


def _cap(several: Several | None, number: int) -> Term | None:
    """The cap of a term of years; the higher one where several offences aggravate the sentence."""
    if several is None:
        return None
    return several.cap if number == 1 else several.cap_aggravated or several.cap


def _at_most(term: Term, cap: Term | None) -> Term:
    return term if cap is None or term.is_life or term.rank <= cap.rank else cap


def _book(law: Law, jurisdiction: str) -> Book:
    for book in law.books:
        if book.jurisdiction == jurisdiction:
            return book
    known = ", ".join(sorted({each.jurisdiction for each in law.books if each.jurisdiction}))
    raise UsageError(
        f"expected a country with a book of law, found {jurisdiction!r}; known: {known or 'none'}"
    )
