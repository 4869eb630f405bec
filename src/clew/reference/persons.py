"""Whether a tag or an actor speaks of a natural person, by rules that can be explained.

A pack that is given to others must name no person: an address of somebody who was robbed, gave to a church
or sold a bicycle would follow that person wherever the pack goes. Each rule below says what it found. None
of them knows all names: a pack that passes can still name a person, so somebody has to read it as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from clew.reference.concepts import is_within
from clew.reference.tags import PERSON, Finding, Pack, Tag
from clew.written.persons import form_of_a_name, holds_account, in_label, in_text, is_surname_first, shown

_PERSONAL = ("user", "victim", "perpetrator", "donation")
_LISTED = ("miner",)
"""Within ``user``, and yet no person as a rule: pools are tagged so."""

_ORGANISED = ("service", "organization", "miner", "abuse", "mixing", "coinjoin", "defi", "mining_service")
"""Concepts under which a label that is formed like a name is taken for that of a company, malware or the
like."""
_HOLDERS = ("service", "organization", "defi", "mining_service")

_PROFILE = re.compile(
    r"(facebook\.com|instagram\.com|linkedin\.com/in|t\.me|vk\.com|(?:twitter|x)\.com|reddit\.com/u(ser)?|"
    r"bitcointalk\.org/\S*action=profile)[/;?]\S+",
    re.IGNORECASE,
)


def of_pack(pack: Pack) -> list[Finding]:
    """What in a pack speaks of a natural person, with its line; by line."""
    found: list[tuple[int, str]] = []
    for tag in pack.tags:
        found += [(tag.line, reason) for reason in of_tag(tag)]
    for actor in pack.actors:
        concepts = actor.categories
        texts = (actor.label, *actor.aliases)
        found += [(actor.line, reason) for text in texts for reason in of_label(text, concepts)]
        found += [(actor.line, reason) for reason in _of_concepts(concepts)]
        found += [(actor.line, reason) for reason in in_text(actor.context, "context")]
    known = dict.fromkeys(found)
    return [Finding(pack.file, line, PERSON, f"{reason}; not for export") for line, reason in sorted(known)]


def of_tag(tag: Tag) -> Iterator[str]:
    """Why a tag may speak of a natural person, a reason each."""
    yield from _of_concepts(tag.told)
    yield from of_label(tag.label, tag.told)
    yield from in_text(tag.context, "context")
    if _PROFILE.search(tag.source) and not _is_within(tag.told, _HOLDERS):
        yield f"its source is the page of an account ({shown(tag.source)})"


def _of_concepts(concepts: Iterable[str]) -> Iterator[str]:
    for each in concepts:
        if any(is_within(each, personal) for personal in _PERSONAL) and each not in _LISTED:
            yield f"the concept {each} speaks of a person"


def of_label(label: str, concepts: Sequence[str] = ()) -> Iterator[str]:
    """Why a label may name a natural person, a reason each.

    A label that is only formed like a name is let pass beside a concept of services and organisations:
    companies are called after people. What names a person in any case is never let pass.
    """
    yield from in_text(label, "label")
    yield from in_label(label)
    if is_surname_first(label) or _is_within(concepts, _HOLDERS):
        return
    if reason := form_of_a_name(label):
        yield f"the label {shown(label)} {reason}"
    elif holds_account(label) and not any(
        is_within(each, broader) for each in concepts for broader in _ORGANISED
    ):
        yield f"the label {shown(label)} holds the name of an account"


def _is_within(concepts: Iterable[str], broader: Sequence[str]) -> bool:
    """Whether one of the concepts is one of the broader ones, or lies within it."""
    return any(is_within(each, wide) for each in concepts for wide in broader)


__all__ = ["of_label", "of_pack", "of_tag"]
