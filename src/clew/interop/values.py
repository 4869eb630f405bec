"""The values of tags and actors as files write them: read, checked, and what is wrong said with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from clew.interop.lines import Mapping as Lined
from clew.interop.lines import as_plain
from clew.reference.concepts import CONCEPTS
from clew.reference.confidence import CONFIDENCE
from clew.reference.tags import TAG_TYPES, Finding

_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_COUNTRY = re.compile(r"[A-Z]{2}")
_LONGEST = 60
"""Characters of a value that a message repeats."""


class FaultyError(ValueError):
    """A value that cannot be used; the text says what was expected and what was found."""


class Findings:
    """What is found about one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.listed: list[Finding] = []

    def add(self, line: int, kind: str, text: str) -> None:
        """Note something about a line."""
        self.listed.append(Finding(self.file, line, kind, text))


class Values:
    """Reads values by the name of their field. ``words``: concepts that are known besides the shipped."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.concepts = {*CONCEPTS, *words}
        self._readers: Mapping[str, Callable[[str, Any], Any]] = {
            **dict.fromkeys(("label", "source", "actor", "network", "currency", "asset"), _text),
            **dict.fromkeys(("title", "creator", "description", "owner", "uri", "id"), _text),
            **dict.fromkeys(("category", "abuse"), self._concept),
            **dict.fromkeys(("concepts", "categories"), self._concepts),
            "confidence": _confidence,
            "is_cluster_definer": _truth,
            "is_public": _truth,
            **dict.fromkeys(("lastmod", "created"), _day),
            "tag_type": _tag_type,
            "context": _context,
            "jurisdictions": _countries,
            "aliases": _texts,
        }

    def read(self, name: str, value: Any) -> Any:
        """The value of a field, None where it is absent. Raises FaultyError."""
        if value is None or value == "" or value == []:
            return None
        return self._readers[name](name, value)

    def _concept(self, name: str, value: Any) -> str:
        text = _text(name, value)
        if text not in self.concepts:
            raise FaultyError(f"unknown concept {shown(text)} in {name}{meant(text, self.concepts)}")
        return text

    def _concepts(self, name: str, value: Any) -> tuple[str, ...]:
        return tuple(self._concept(name, each) for each in _texts(name, value))


def shown(text: str) -> str:
    """A value as a message repeats it."""
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def meant(text: str, known: Iterable[str]) -> str:
    """A question whether the nearest of some known names is meant; empty where none is near."""
    near = get_close_matches(text, sorted(known), 1)
    return f"; is {near[0]} meant?" if near else ""


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        what = "a list" if isinstance(value, list) else "a mapping"
        raise FaultyError(f"expected a text for {name}, found {what}")
    return value.strip()


def _texts(name: str, value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(_text(name, each) for each in items if each not in (None, ""))


def _confidence(name: str, value: Any) -> str:
    text = _text(name, value)
    if text not in CONFIDENCE:
        raise FaultyError(f"unknown confidence {shown(text)}{meant(text, CONFIDENCE)}")
    return text


def _truth(name: str, value: Any) -> bool:
    text = _text(name, value)
    if text.lower() not in _TRUTH:
        raise FaultyError(f"expected true or false for {name}, found {shown(text)}")
    return _TRUTH[text.lower()]


def _day(name: str, value: Any) -> str:
    text = _text(name, value)
    for form in (date, datetime):
        try:
            form.fromisoformat(text)
        except ValueError:
            continue
        return text
    raise FaultyError(f"expected a day such as 2022-11-16 for {name}, found {shown(text)}")


def _tag_type(name: str, value: Any) -> str:
    text = _text(name, value)
    if text not in TAG_TYPES:
        raise FaultyError(f"expected one of {', '.join(TAG_TYPES)} for {name}, found {shown(text)}")
    return text


def _context(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(as_plain(value), ensure_ascii=False, sort_keys=True)


def _countries(name: str, value: Any) -> tuple[str, ...]:
    found = _texts(name, value)
    for each in found:
        if not _COUNTRY.fullmatch(each):
            raise FaultyError(f"expected codes of two capital letters for {name}, found {shown(each)}")
    return found


def line_of(mapping: Lined, key: str) -> int:
    """Where a key stands; where its mapping begins if it has none."""
    return mapping.lines.get(key, mapping.line)


__all__ = ["FaultyError", "Findings", "Values", "line_of", "meant", "shown"]
