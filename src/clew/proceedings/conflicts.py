"""Figures of which published claims differ: they stand side by side until a person decides."""

from __future__ import annotations

from dataclasses import dataclass

from clew.proceedings.claims import Claim, Decision, Mark
from clew.proceedings.days import Day
from clew.proceedings.matter import Matter
from clew.proceedings.steps import Reasoned, Step
from clew.proceedings.trail import doubts

SIDE_BY_SIDE = "{number} claims differ and stand side by side; nobody has decided between them"
LEFT = "{by} left them side by side on {when}: {why}"
TAKEN = "{by} took {claim} on {when}: {why}; the others are kept"


@dataclass(frozen=True)
class Side:
    """One claim as a conflict shows it."""

    claim: str
    value: int
    unit: str
    date: Day
    scope: str
    source: str
    """Title of the source."""
    mark: Mark
    unverified: tuple[str, ...]
    """Keys of the claim that are from memory although the rest was read."""
    note: str | None
    is_taken: bool
    """Whether a person's decision uses it from now on."""


@dataclass(frozen=True)
class Decided:
    """A person's decision about a figure."""

    takes: str | None
    by: str
    when: Day
    why: str


@dataclass(frozen=True)
class Conflict(Reasoned):
    """A figure of which claims differ. Claims of one figure are in one unit; units are never compared."""

    figure: str
    title: str
    title_ko: str | None
    unit: str
    lowest: int
    highest: int
    claims: tuple[Side, ...]
    """In the order of the matter."""
    decision: Decided | None
    """The last decision; None where nobody has decided."""
    decisions: tuple[Decided, ...]
    """All of them, in the order in which they were appended."""
    is_settled: bool
    """Whether the last decision takes a claim."""
    said: str


def conflicts(matter: Matter) -> tuple[Conflict, ...]:
    """Every figure of which two claims differ, in the order of the figures.

    A decision is appended to the matter, and the last one counts; a conflict that was decided is shown with
    its decision, and with every claim.
    """
    found = []
    for name in matter.figures:
        claims = [each for each in matter.claims if each.figure == name]
        if len({each.value for each in claims}) > 1:
            found.append(_conflict(matter, name, claims))
    return tuple(found)


def _conflict(matter: Matter, name: str, claims: list[Claim]) -> Conflict:
    figure = matter.figures[name]
    decisions = tuple(_decided(each) for each in matter.decisions if each.figure == name)
    last = decisions[-1] if decisions else None
    steps: list[Step] = []
    unverified: list[str] = []
    for each in claims:
        said = f"{each.value:,} {figure.unit}: {each.scope} ({each.date})"
        steps.append(Step(said, None, matter.sources[each.source].title, each.mark))
        unverified += doubts(each, f"{figure.title}, {each.value:,}")
    return Conflict(
        figure=name,
        title=figure.title,
        title_ko=figure.title_ko,
        unit=figure.unit,
        lowest=min(each.value for each in claims),
        highest=max(each.value for each in claims),
        claims=tuple(_side(matter, each, last) for each in claims),
        decision=last,
        decisions=decisions,
        is_settled=last is not None and last.takes is not None,
        said=_said(len(claims), last),
        steps=tuple(steps),
        assumptions=(),
        unverified=tuple(unverified),
    )


def _side(matter: Matter, claim: Claim, last: Decided | None) -> Side:
    return Side(
        claim=claim.name,
        value=claim.value,
        unit=matter.figures[claim.figure].unit,
        date=claim.date,
        scope=claim.scope,
        source=matter.sources[claim.source].title,
        mark=claim.mark,
        unverified=tuple(claim.unverified),
        note=claim.note,
        is_taken=last is not None and last.takes == claim.name,
    )


def _decided(decision: Decision) -> Decided:
    return Decided(decision.takes, decision.by, decision.when, decision.why)


def _said(number: int, last: Decided | None) -> str:
    if last is None:
        return SIDE_BY_SIDE.format(number=number)
    worded = LEFT if last.takes is None else TAKEN
    return worded.format(by=last.by, when=last.when, why=last.why, claim=last.takes)


__all__ = ["Conflict", "Decided", "Side", "conflicts"]
