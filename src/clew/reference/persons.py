"""Whether a tag or an actor speaks of a natural person, by rules that can be explained.

A pack that is given to others must name no person: an address of somebody who was robbed, gave to a church
or sold a bicycle would follow that person wherever the pack goes. Each rule below says what it found. None
of them knows all names: a pack that passes can still name a person, so somebody has to read it as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from clew.reference import names
from clew.reference.concepts import is_within
from clew.reference.tags import PERSON, Finding, Pack, Tag

_PERSONAL = ("user", "victim", "perpetrator", "donation")
_LISTED = ("miner",)
"""Within ``user``, and yet no person as a rule: pools are tagged so."""

_ORGANISED = ("service", "organization", "miner", "abuse", "mixing", "coinjoin", "defi", "mining_service")
"""Concepts under which a label that is formed like a name is taken for that of a company, malware or the
like."""
_HOLDERS = ("service", "organization", "defi", "mining_service")

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.])(\+\d{1,3}[\s().-]*(\d[\s().-]*){7,12}|0\d{1,2}[\s.-]\d{3,4}[\s.-]\d{4})(?![\w.])"
)
_HANDLE = re.compile(
    r"(?<![\w/@.])(@[A-Za-z_]\w{2,}|/?u/\w{3,}|(?:user(?:name)?|nick(?:name)?|handle|id)\s*[:=]\s*\S+)",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"(facebook\.com|instagram\.com|linkedin\.com/in|t\.me|vk\.com|(?:twitter|x)\.com|reddit\.com/u(ser)?|"
    r"bitcointalk\.org/\S*action=profile)[/;?]\S+",
    re.IGNORECASE,
)
_HANGUL = re.compile(r"[가-힣]+")
_HAN = re.compile(r"[一-鿿]{2,4}")
_COMMA_NAME = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ' -]+, [A-ZÀ-Þ][a-zß-ÿ]+( [A-ZÀ-Þ][\w.-]*)*")
_WORD = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ'’]+(?:-[A-Za-zß-ÿ]+)?|[A-ZÀ-Þ]\.?")
_KOREAN_ENDS = ("씨", "님", "군", "양")
_MOST_WORDS = 4
_LONGEST = 60


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
        found += [(actor.line, reason) for reason in _of_text(actor.context, "context")]
    known = dict.fromkeys(found)
    return [Finding(pack.file, line, PERSON, f"{reason}; not for export") for line, reason in sorted(known)]


def of_tag(tag: Tag) -> Iterator[str]:
    """Why a tag may speak of a natural person, a reason each."""
    yield from _of_concepts(tag.told)
    yield from of_label(tag.label, tag.told)
    yield from _of_text(tag.context, "context")
    if _PROFILE.search(tag.source) and not _is_held(tag.told):
        yield f"its source is the page of an account ({_shown(tag.source)})"


def _of_concepts(concepts: Iterable[str]) -> Iterator[str]:
    for each in concepts:
        if any(is_within(each, personal) for personal in _PERSONAL) and each not in _LISTED:
            yield f"the concept {each} speaks of a person"


def of_label(label: str, concepts: Sequence[str] = ()) -> Iterator[str]:
    """Why a label may name a natural person, a reason each.

    A label that is only formed like a name is let pass beside a concept of services and organisations:
    companies are called after people. What names a person in any case is never let pass.
    """
    yield from _of_text(label, "label")
    words = [word.strip(".,;:()'\"") for word in label.split()]
    small = [word.casefold() for word in words]
    if len(words) > 1 and small[0] in names.HONORIFICS:
        yield f"the label {_shown(label)} begins with a title of persons"
    for matter, known in names.PERSONAL_MATTERS.items():
        if not known.isdisjoint(small):
            yield f"the label {_shown(label)} speaks of {matter}"
    if _COMMA_NAME.fullmatch(label):
        yield f"the label {_shown(label)} is formed like a surname and given names"
        return
    held = _is_held(concepts)
    abused = any(is_within(each, broader) for each in concepts for broader in _ORGANISED)
    if (reason := _of_asia(label)) and not held:
        yield f"the label {_shown(label)} {reason}"
    if (reason := _of_words(words, small)) and not held:
        yield f"the label {_shown(label)} {reason}"
    elif _HANDLE.search(label) and not held and not abused:
        yield f"the label {_shown(label)} holds the name of an account"


def _is_held(concepts: Iterable[str]) -> bool:
    """Whether the label is said to be that of a service or an organisation."""
    return any(is_within(each, broader) for each in concepts for broader in _HOLDERS)


def _of_text(text: str | None, where: str) -> Iterator[str]:
    if not text:
        return
    if _EMAIL.search(text):
        yield f"the {where} {_shown(text)} holds an e-mail address"
    if _PHONE.search(text):
        yield f"the {where} {_shown(text)} holds a telephone number"


def _of_words(words: Sequence[str], small: Sequence[str]) -> str | None:
    """Two to four capitalised words, a given name or a Korean surname among them, none of a company's."""
    if not 2 <= len(words) <= _MOST_WORDS or not all(_WORD.fullmatch(word) for word in words):
        return None
    if not names.ORGANISATION_WORDS.isdisjoint(small):
        return None
    if any(part in names.GIVEN for word in (small[0], small[-1]) for part in word.split("-")):
        return "is formed like a given name and a surname"
    if small[0] in names.KOREAN_IN_LATIN or small[-1] in names.KOREAN_IN_LATIN:
        return "is formed like a Korean name"
    return None


def _of_asia(label: str) -> str | None:
    """Two to four syllables that begin with a Korean surname, or characters that begin with a Chinese one."""
    plain = label.replace(" ", "")
    for end in _KOREAN_ENDS:
        if len(plain) > len(end) + 1 and plain.endswith(end) and label.rstrip().endswith(f" {end}"):
            plain = plain.removesuffix(end)
    if _HANGUL.fullmatch(plain) and 2 <= len(plain) <= 5:
        for length in (2, 1):
            if plain[:length] in names.KOREAN and 1 <= len(plain) - length <= (3 if length == 2 else 2):
                return "is formed like a Korean name"
    if _HAN.fullmatch(plain) and plain[0] in names.CHINESE:
        return "is formed like a Chinese name"
    return None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")


__all__ = ["of_label", "of_pack", "of_tag"]
