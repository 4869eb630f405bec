"""What a file of law or a matter may hold, key by key, as tables for docs/law.md; read off the models."""

from __future__ import annotations

import types
from collections.abc import Iterator
from inspect import cleandoc
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from clew.proceedings.days import Day, Term
from clew.proceedings.money import Money
from clew.proceedings.references import Refers
from clew.written.entry import Entry

USUAL = {
    "name": "Its name, by which others refer to it.",
    "title": "What it is called, in English.",
    "title_ko": "The same in Korean.",
    "act_ko": "Title of the act in Korean.",
    "says_ko": "The same in Korean.",
    "what_ko": "The same in Korean.",
    "about": "What it is about.",
    "jurisdiction": "The state.",
    "sources": "Where its facts come from, by name.",
    "kind": "Of which kind it is.",
    "note": "What to keep in mind.",
    "level": "First instance, appeal, final instance, or an authority.",
    "in_force_from": "The first day.",
    "in_force_to": "The last day; none while it is in force.",
    "conduct": "Which kinds of acts it is about.",
    "person": "Whose it is.",
    "begins": "The first day.",
    "ends": "The last day.",
    "when": "The day.",
    "date": "The day.",
    "day": "The day on which it began.",
    "what": "What it is, in words.",
    "why": "The reason.",
    "by": "Who: a role and a case number, or an office.",
    "term": "How long it is.",
    "promulgated": "The day of promulgation.",
}
"""What keys mean that mean the same everywhere, where the model says nothing else."""


def sections(model: type[Entry]) -> Iterator[str]:
    """A table for the file, and one for each kind of entry in it, in the order in which they are met."""
    yield from _table(model)
    for kind in _below(model, []):
        yield from ("", f"### {_called(kind)}", "", _sentence(kind), "")
        yield from _table(kind)


def _below(model: type[Entry], met: list[type[Entry]]) -> list[type[Entry]]:
    for field in model.model_fields.values():
        for kind in _entries(field.annotation):
            if kind not in met:
                met.append(kind)
                _below(kind, met)
    return met


def _entries(annotation: Any) -> list[type[Entry]]:
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        return [annotation]
    return [found for each in get_args(annotation) for found in _entries(each)]


def _table(model: type[Entry]) -> Iterator[str]:
    yield from ("| key | must | holds | meaning |", "|---|---|---|---|")
    for name, field in model.model_fields.items():
        inner = _entries(field.annotation)
        said = field.description or USUAL.get(name) or (_sentence(inner[0]) if inner else "")
        meaning = " ".join(said.split()).replace("``", "`").replace("|", "\\|")
        refers = next((each for each in field.metadata if isinstance(each, Refers)), None)
        holds = f"a name among `{refers.to}`" if refers else _holds(field.annotation)
        yield f"| `{name}` | {'yes' if field.is_required() else ''} | {holds} | {meaning} |"


def _holds(annotation: Any) -> str:
    """What a value is, in a few words."""
    if get_origin(annotation) is Annotated:
        refers = next((each for each in get_args(annotation)[1:] if isinstance(each, Refers)), None)
        return f"a name among `{refers.to}`" if refers else _holds(get_args(annotation)[0])
    kind, inner = get_origin(annotation), get_args(annotation)
    if kind is list:
        return f"list: {_holds(inner[0])}"
    if kind is dict:
        return f"names with: {_holds(inner[1])}"
    if kind is Literal:
        return ", ".join(f"`{word}`" for word in inner)
    if kind in {Union, types.UnionType}:
        return " or ".join(_holds(each) for each in inner if each is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        return f"[{_called(annotation)}](#{_called(annotation).replace(' ', '-')})"
    plain = {
        Day: "day",
        Term: "term",
        Money: "amount",
        str: "text",
        bool: "`true` or `false`",
        int: "whole number",
    }
    return plain.get(annotation, "number")


def _called(model: type[Entry]) -> str:
    """The name of a kind of entry, as words."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in model.__name__).strip()


def _sentence(model: type[Entry]) -> str:
    return " ".join(cleandoc(model.__doc__ or "").split()).replace("``", "`")
