"""Facts of a matter as steps of a result, with their sources and marks."""

from __future__ import annotations

from collections.abc import Iterable

from clew.proceedings.claims import Sourced
from clew.proceedings.load import Law
from clew.proceedings.matter import Charge, Matter
from clew.proceedings.steps import Step
from clew.proceedings.trail import Trail, doubts


class Facts(Trail):
    """A trail on which facts of a matter may stand beside law."""

    def __init__(self, law: Law, matter: Matter) -> None:
        super().__init__(law)
        self._matter = matter

    def fact(self, entry: Sourced, what: str, said: str) -> None:
        """A step that rests on an entry of the matter; ``what`` it is called where it is unverified."""
        self._steps[Step(said, None, self._matter.sources[entry.source].title, entry.mark)] = None
        for each in doubts(entry, what):
            self.doubt(each)

    def forget(self, assumed: str) -> None:
        """Drop an assumption that this result does not need."""
        self._assumptions.pop(assumed, None)


def count_of(matter: Matter, name: str) -> Charge:
    """A count of the matter, whose names were checked when it was read."""
    return next(each for each in matter.charges if each.name == name)


def numbers(matter: Matter, names: Iterable[str]) -> str:
    """Counts by their numbers, in order: ``counts 1 to 6``, ``count 7``, ``no count``."""
    known = {count_of(matter, name).number for name in names}
    if not known:
        return "no count"
    said = [
        f"{run[0]} to {run[-1]}" if len(run) > 2 else " and ".join(str(each) for each in run)
        for run in runs(known)
    ]
    return f"{'count' if len(known) == 1 else 'counts'} {', '.join(said)}"


def runs(numbers: Iterable[int]) -> list[list[int]]:
    """Numbers in order, those that follow each other together."""
    found: list[list[int]] = []
    for each in sorted(set(numbers)):
        if found and each == found[-1][-1] + 1:
            found[-1].append(each)
        else:
            found.append([each])
    return found
