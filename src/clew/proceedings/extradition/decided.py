"""What was decided on a request for extradition, count by count, and on which kind of ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clew.proceedings.matter import Matter, Outcome, Request

Refusal = Literal["mandatory", "discretionary", "both", "unknown"]

_DECISIONS = frozenset({"extradition granted", "extradition refused", "request withdrawn"})


@dataclass(frozen=True)
class Decided:
    """The last decision on each count that was put to the court; a count without one is open."""

    last: dict[str, Outcome]
    """None is chosen where decisions differ and their days do not tell which is the last."""
    put_to_court: tuple[str, ...]

    def of(self, count: str) -> Outcome | None:
        """The last decision on a count; None where there is none."""
        return self.last.get(count)

    def counts(self, result: str) -> tuple[str, ...]:
        """Counts whose last decision has this result, in the order of the request."""
        return tuple(
            each for each in self.put_to_court if each in self.last and self.last[each].result == result
        )

    @property
    def open(self) -> tuple[str, ...]:
        """Counts put to the court on which no decision is entered, or none that is surely the last."""
        return tuple(each for each in self.put_to_court if each not in self.last)

    @property
    def refusals(self) -> tuple[Outcome, ...]:
        """Decisions that refused, each once."""
        refused = self.counts("extradition refused")
        return tuple({self.last[each].name: self.last[each] for each in refused}.values())

    @property
    def refusal(self) -> Refusal | None:
        """The kind of ground that extradition was refused on; None where it was not refused."""
        bases: set[Refusal] = {each.basis or "unknown" for each in self.refusals}
        if len(bases) < 2:
            return next(iter(bases), None)
        return "unknown" if "unknown" in bases else "both"


def decided(matter: Matter, request: Request) -> Decided:
    """The last decisions on a request, in its own proceeding and those that follow it.

    An outcome that names no counts is about all that were put to the court.
    """
    follow = {request.proceeding}
    while more := {each.name for each in matter.proceedings if each.after in follow} - follow:
        follow |= more
    found: dict[str, list[Outcome]] = {}
    outcomes = [each for each in matter.outcomes if each.proceeding in follow and each.result in _DECISIONS]
    for outcome in sorted(outcomes, key=lambda each: (each.date.first, each.date.last)):
        for count in outcome.charges or request.put_to_court:
            found.setdefault(count, []).append(outcome)
    last = {count: one for count, some in found.items() if (one := _last(some)) is not None}
    return Decided(last, tuple(request.put_to_court))


def _last(outcomes: list[Outcome]) -> Outcome | None:
    """The last of decisions in the order of their days; None where rivals of it differ."""
    last = outcomes[-1]
    rivals = [each for each in outcomes if not each.date.surely_before(last.date)]
    said = {(each.result, each.basis, tuple(sorted(each.grounds))) for each in rivals}
    return last if len(said) == 1 else None
