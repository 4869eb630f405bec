"""A sentence of the register beside the range that the law threatens: shown, and never a reason to refuse.

An entry is put as the smallest matter that says the same, one count for each provision entered, so that it
is judged by the very rules of ``outcome_range``. How many counts there were is not in the register: a term
above the maximum of one count is shown as a conflict, for a person to look at.
"""

from __future__ import annotations

from typing import Any, Literal

from clew.proceedings.load import Law
from clew.proceedings.matter import Matter
from clew.proceedings.outcome_range import AgainstRange, against_range
from clew.proceedings.registered import Registered

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


def range_state(law: Law, entry: Registered) -> State:
    """Where the term of imprisonment lies, as the public page and lists say it."""
    if entry.sentence is None or entry.sentence.imprisonment is None:
        return "no term"
    found = entry_range(law, entry)
    return _STATES[found.term_state] if found and found.term_state else "undetermined"


def entry_range(law: Law, entry: Registered) -> AgainstRange | None:
    """An entry's sentence beside the range of its provisions, with steps; None without an outcome.

    Undetermined where the days of the acts are not entered, or the law entered does not say.
    """
    if entry.decided is None or entry.outcome is None:
        return None
    return against_range(law, _matter(entry), "outcome-1")


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


__all__ = ["State", "entry_range", "range_state"]
