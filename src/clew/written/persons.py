"""Whether a text speaks of a natural person, by rules that can be explained.

Each rule says what it found. None of them knows all names: a text that passes can still name a person, so
somebody has to read it as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clew.written import names

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.])(\+\d{1,3}[\s().-]*(\d[\s().-]*){7,12}|0\d{1,2}[\s.-]\d{3,4}[\s.-]\d{4})(?![\w.])"
)
_HANDLE = re.compile(
    r"(?<![\w/@.])(@[A-Za-z_]\w{2,}|/?u/\w{3,}|(?:user(?:name)?|nick(?:name)?|handle|id)\s*[:=]\s*\S+)",
    re.IGNORECASE,
)
_HANGUL = re.compile(r"[가-힣]+")
_HAN = re.compile(r"[一-鿿]{2,4}")
_COMMA_NAME = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ' -]+, [A-ZÀ-Þ][a-zß-ÿ]+( [A-ZÀ-Þ][\w.-]*)*")
_WORD = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ'’]+(?:-[A-Za-zß-ÿ]+)?|[A-ZÀ-Þ]\.?")
_KOREAN_ENDS = ("씨", "님", "군", "양")
_MOST_WORDS = 4
_LONGEST = 60


def in_text(text: str | None, where: str) -> Iterator[str]:
    """Why a text of any length may lead to a person: an e-mail address, a telephone number."""
    if not text:
        return
    if _EMAIL.search(text):
        yield f"the {where} {shown(text)} holds an e-mail address"
    if _PHONE.search(text):
        yield f"the {where} {shown(text)} holds a telephone number"


def in_label(label: str) -> Iterator[str]:
    """Why a label names a person, whatever else is said of it, a reason each."""
    small = [word.casefold() for word in words_of(label)]
    if len(small) > 1 and small[0] in names.HONORIFICS:
        yield f"the label {shown(label)} begins with a title of persons"
    for matter, known in names.PERSONAL_MATTERS.items():
        if not known.isdisjoint(small):
            yield f"the label {shown(label)} speaks of {matter}"
    if is_surname_first(label):
        yield f"the label {shown(label)} is formed like a surname and given names"


def form_of_a_name(label: str) -> str | None:
    """Why a label is formed like a person's name; None where it is not. Companies have such names, too."""
    return _of_asia(label) or _of_words(words_of(label))


def holds_account(label: str) -> bool:
    """Whether a label holds the name of an account."""
    return bool(_HANDLE.search(label))


def is_surname_first(label: str) -> bool:
    """Whether a label is a surname in capitals, a comma, and given names."""
    return bool(_COMMA_NAME.fullmatch(label))


def words_of(label: str) -> list[str]:
    """The words of a label without what stands around them."""
    return [word.strip(".,;:()'\"") for word in label.split()]


def _of_words(words: Sequence[str]) -> str | None:
    """Two to four capitalised words, a given name or a Korean surname among them, none of a company's."""
    small = [word.casefold() for word in words]
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


def shown(text: str) -> str:
    """A text in quotes, cut where it is long."""
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
