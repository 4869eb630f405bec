"""What one version of a provision threatens, with the general cap where its text sets no maximum."""

from __future__ import annotations

from dataclasses import dataclass

from clew.proceedings.claims import Mark
from clew.proceedings.days import Day, Term
from clew.proceedings.load import Law
from clew.proceedings.milder import range_of
from clew.proceedings.money import Money
from clew.proceedings.provisions import FineRelation, Version
from clew.proceedings.trail import Trail

CAPPED = "The text sets a minimum and no maximum; the highest term of years for any sentence is {cap}"
HELD = "That the highest term of years for any sentence was {cap} at the act, too"
THREATENS = "The version from {begins} threatens {said}"
NOTHING = "no penalty that is entered"


@dataclass(frozen=True)
class Penalty:
    """Minimum and maximum of imprisonment and the fine under one version."""

    in_force_from: Day
    in_force_to: Day | None
    minimum: Term | None
    maximum: Term | None
    """None where the text sets none and the book has no general cap, or nothing is entered."""
    is_general_cap: bool
    """Whether the maximum is the general cap rather than the text's own."""
    fine: Money | None
    fine_times_value: int | None
    fine_relation: FineRelation | None
    mark: Mark

    @property
    def figures(self) -> tuple[object, ...]:
        """What two penalties are the same in."""
        return self.minimum, self.maximum, self.fine, self.fine_times_value, self.fine_relation

    def __str__(self) -> str:
        parts = []
        if self.minimum:
            parts.append(f"a minimum of {worded(self.minimum)}")
        if self.maximum:
            parts.append(f"a maximum of {worded(self.maximum)}")
        if self.fine:
            parts.append(f"a fine of at most {self.fine}")
        if self.fine_times_value:
            parts.append(f"a fine of at most {self.fine_times_value} times the value")
        if self.fine_relation:
            parts.append(f"fine and imprisonment: {self.fine_relation}")
        return ", ".join(parts) or NOTHING


def penalty(law: Law, provision: str, version: Version, trail: Trail | None = None) -> Penalty:
    """The penalty of a version; where its text has only a minimum, the book's cap is the maximum."""
    several = law.book_of(provision).several
    cap = several.cap if several else None
    most = range_of(version, several)[1]
    is_capped = version.maximum is None and most is not None
    found = Penalty(
        in_force_from=version.in_force_from,
        in_force_to=version.in_force_to,
        minimum=version.minimum,
        maximum=most,
        is_general_cap=is_capped,
        fine=version.fine,
        fine_times_value=version.fine_times_value,
        fine_relation=version.fine_relation,
        mark=version.mark,
    )
    if trail is not None:
        said = THREATENS.format(begins=version.in_force_from, said=found)
        trail.version(provision, version, said)
        if is_capped and several is not None:
            for rule in several.rules:
                trail.rule(rule)
            trail.say(CAPPED.format(cap=cap))
            trail.assume(HELD.format(cap=cap))
    return found


def worded(term: Term | None) -> str:
    """A term as it is read: ``7.5 years (7 years 6 months)``, ``5 years``, ``life``."""
    if term is None:
        return "undetermined"
    years, months = divmod(term.months, 12)
    if term.is_life or term.days or not years or not months:
        return _plain(term)
    decimal = f"{term.months / 12:.2f}".rstrip("0")
    about = "" if term.months % 3 == 0 else "about "
    return f"{about}{decimal} years ({_counted(years, 'year')} {_counted(months, 'month')})"


def _plain(term: Term) -> str:
    if not (term.months and term.days):
        return str(term)
    return f"{_plain(Term(months=term.months))} {_counted(term.days, 'day')}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
