"""A sentence of the register beside the range that the law threatens: shown, and never a reason to refuse.

An entry is put as the smallest matter that says the same, one count for each provision entered, so that it
is judged by the very rules of ``outcome_range``. How many counts there were is not in the register: a term
above the maximum of one count is shown as a conflict, for a person to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from clew.proceedings.aggregate import aggregate
from clew.proceedings.days import Term
from clew.proceedings.load import Law
from clew.proceedings.matter import Matter
from clew.proceedings.outcome_range import AgainstRange as OutcomeRange
from clew.proceedings.outcome_range import against_range as outcome_range
from clew.proceedings.registry.registered import Registered
from clew.proceedings.steps import Reasoned

State = Literal["within the range", "above the maximum", "below the minimum", "undetermined", "no term"]

_INSTANCES = {"appeal": "appeal", "final instance": "final"}
_SOURCE = {"source": "register", "mark": "read"}
_KINDS = {"court record": "judgment", "press": "press", "government": "government"}
_STATES: dict[str, State] = {
    "within": "within the range",
    "above the maximum": "above the maximum",
    "below the minimum": "below the minimum",
    "undetermined": "undetermined",
}
_WHY: dict[State, str] = {
    "within the range": "The term lies within the range of the provisions entered.",
    "above the maximum": "The term is above the maximum of the provisions entered, one count each.",
    "below the minimum": "The term is below the minimum of the provisions entered.",
    "undetermined": "The days of the acts, a version or its range are not entered, or do not decide it.",
    "no term": "No term of imprisonment is entered.",
}
_MORE = " More counts of them judged together can reach {aggregate} by statute."
_LAWFUL = " It can be lawful by: {ways}."


@dataclass(frozen=True)
class EntryRange(Reasoned):
    """One proceeding's sentence beside the range of its provisions, one count for each."""

    proceeding: str
    imposed: Term | None
    minimum: Term | None
    maximum: Term | None
    """None where none is set, or it is undetermined."""
    aggregate: Term | None
    """What any number of such counts judged together can reach, where the law multiplies the heaviest."""
    state: State
    why: str

    @property
    def is_conflict(self) -> bool:
        """Whether a person has to look at it: above the maximum."""
        return self.state == "above the maximum"


def against_range(law: Law, entry: Registered) -> EntryRange:
    """An entry's sentence beside the range of its provisions.

    Undetermined where the days of the acts are not entered, or the law entered does not decide.
    """
    found = outcome_range(law, _matter(entry), "outcome-1") if entry.decided and entry.outcome else None
    imposed = entry.sentence.imprisonment if entry.sentence else None
    state: State = "no term"
    if imposed is not None:
        state = _STATES[found.term_state] if found and found.term_state else "undetermined"
    together = _together(law, entry, found)
    why = _WHY[state]
    if found and imposed and together and state == "above the maximum" and imposed.rank <= together.rank:
        why += _MORE.format(aggregate=together)
    if found and imposed and found.may_be_lawful_by:
        why += _LAWFUL.format(ways="; ".join(found.may_be_lawful_by))
    return EntryRange(
        steps=found.steps if found else (),
        assumptions=found.assumptions if found else (),
        unverified=found.unverified if found else (),
        proceeding=entry.id,
        imposed=imposed,
        minimum=found.minimum if found else None,
        maximum=found.maximum if found else None,
        aggregate=together,
        state=state,
        why=why,
    )


def _together(law: Law, entry: Registered, found: OutcomeRange | None) -> Term | None:
    """The highest term that a rule which multiplies the heaviest maximum can lead to."""
    maxima = [each.maximum for each in found.counts if each.maximum is not None] if found else []
    several = next((book.several for book in law.books if book.jurisdiction == entry.jurisdiction), None)
    if not maxima or several is None or several.method != "heaviest times factor":
        return None
    return aggregate(law, entry.jurisdiction, [max(maxima, key=lambda term: term.rank)] * 9).concurrent


def _matter(entry: Registered) -> Matter:
    said = entry.model_dump(mode="json", exclude_none=True)
    begins, ends = said.get("acts_from"), said.get("acts_to")
    has_days = begins is not None and ends is not None
    episode: dict[str, Any] = {
        "name": "episode-1", "person": "person-1", "begins": begins, "ends": ends, "conduct": ["other"],
        "facts": ["As entered in the register."], **_SOURCE,
    }  # fmt: skip
    return Matter.model_validate(
        {
            "name": "entry",
            "title": "An entry of the register",
            "about": "An entry of the register.",
            "as_of": said["decided"],
            "books": ["register"],
            "sources": {"register": {"kind": _KINDS[entry.source.kind], "title": entry.source.title}},
            "persons": [
                {"name": "person-1", "role": entry.role, "case_number": entry.case_number,
                 "jurisdiction": entry.jurisdiction}
            ],
            "episodes": [episode] if has_days else [],
            "proceedings": [
                {"name": "proceeding-1", "person": "person-1", "kind": "criminal", "court": entry.court,
                 "instance": _INSTANCES.get(entry.stage, "first"), "decided": said["decided"],
                 "finality": "unknown", **_SOURCE}
            ],
            "charges": [
                {"name": f"charge-{number}", "person": "person-1", "proceeding": "proceeding-1",
                 "number": number, "provision": each, "kind": "As entered.",
                 "episodes": ["episode-1"] if has_days else [], **_SOURCE}
                for number, each in enumerate(entry.offences, 1)
            ],
            "outcomes": [
                {"name": "outcome-1", "proceeding": "proceeding-1", "date": said["decided"],
                 "result": entry.outcome, "sentence": said.get("sentence"), **_SOURCE}
            ],
        }
    )  # fmt: skip


__all__ = ["EntryRange", "State", "against_range"]
