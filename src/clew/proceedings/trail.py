"""How the steps of a result are gathered while it is computed."""

from __future__ import annotations

from typing import TypedDict

from clew.proceedings.claims import Sourced
from clew.proceedings.load import Law
from clew.proceedings.provisions import Version
from clew.proceedings.steps import MARKS, Reasoned, Step

FROM_MEMORY = "unverified: from memory"


class Gathered(TypedDict):
    """The three things that every result carries."""

    steps: tuple[Step, ...]
    assumptions: tuple[str, ...]
    unverified: tuple[str, ...]


class Trail:
    """Steps, assumptions and what is unverified, in the order in which they came up, each once."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self._steps: dict[Step, None] = {}
        self._assumptions: dict[str, None] = {}
        self._unverified: dict[str, None] = {}

    def say(self, said: str, provision: str | None = None) -> None:
        """A step that only computes, or says that something is missing."""
        self._steps[Step(said, provision)] = None

    def version(self, name: str, version: Version, said: str) -> None:
        """A step that rests on a version of a provision."""
        cited = self._law.provision(name).cited
        self._rests(said, cited, name, version, f"{cited}, version from {version.in_force_from}")

    def rule(self, name: str, said: str | None = None) -> None:
        """A step that rests on a rule; what the rule says, unless said otherwise."""
        rule = self._law.rule(name)
        self._rests(said or rule.says, rule.cited, name, rule, rule.cited)

    def entry(self, home: str, entry: Sourced, cited: str, said: str) -> None:
        """A step that rests on another entry of the book in which ``home`` stands."""
        self._rests(said, cited, home, entry, cited)

    def assume(self, said: str) -> None:
        """Something that is taken to be so and may be otherwise."""
        self._assumptions[said] = None

    def doubt(self, said: str) -> None:
        """Something that was not read in a source."""
        self._unverified[said] = None

    def take(self, other: Reasoned) -> None:
        """Everything that another result rests on."""
        self._steps.update(dict.fromkeys(other.steps))
        self._assumptions.update(dict.fromkeys(other.assumptions))
        self._unverified.update(dict.fromkeys(other.unverified))

    @property
    def gathered(self) -> Gathered:
        """What a result is made with."""
        return {
            "steps": tuple(self._steps),
            "assumptions": tuple(self._assumptions),
            "unverified": tuple(self._unverified),
        }

    def _rests(self, said: str, cited: str, home: str, entry: Sourced, what: str) -> None:
        source = self._law.source(home, entry.source)
        self._steps[Step(said, cited, source.title, entry.mark)] = None
        for each in doubts(entry, what):
            self.doubt(each)


def doubts(entry: Sourced, what: str) -> tuple[str, ...]:
    """What of an entry was not read in its source, a sentence each."""
    if entry.mark != "read":
        return (f"{what}: {MARKS[entry.mark]}",)
    if entry.unverified:
        return (f"{what}: {', '.join(entry.unverified)}: {FROM_MEMORY}",)
    return ()
