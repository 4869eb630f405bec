"""Keys of JSON read off the types that are printed: names, kinds, and the sentences in their source."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import types
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from clew.cli.key import FLAG, INTEGER, LIST, NUMBER, OBJECT, OR_NULL, TEXT, Key

_PLAIN = {bool: FLAG, int: INTEGER, float: NUMBER, str: TEXT, date: TEXT, Decimal: TEXT}
COMMON = {
    "name": "Its name in the file.",
    "title": "What it is called.",
    "cited": "Act and article.",
    "provision": "Name of the provision.",
    "provisions": "Provisions in it.",
    "rules": "Rules in it.",
    "about": "What it holds.",
    "conduct": "Kinds of acts that it is about.",
    "says": "What it says, in words of this project.",
    "in_force_from": "The first day.",
    "in_force_to": "The last day; null while no later version is entered.",
    "minimum": "Least imprisonment; null where the text sets none.",
    "maximum": "Most imprisonment; null where the text sets none.",
    "fine": "Highest fine; null where the text sets none.",
    "fine_relation": "Whether the fine comes instead of imprisonment, or with it.",
    "mark": "How it came here:",
    "note": "What to keep in mind.",
    "origin": "Where it comes from.",
    "steps": "The steps that led to it.",
    "assumptions": "What was assumed, and may be otherwise.",
    "unverified": "What in it was not read in a source.",
    "source": "Title of the source.",
    "said": "What was found or done.",
    "matter": "Name of the matter.",
    "request": "Name of the request.",
    "requesting": "The state that asks, ISO 3166-1 alpha-2.",
    "requested": "The state that is asked, ISO 3166-1 alpha-2.",
    "made": "When the request was made.",
    "counts_charged": "Names of all counts that the requesting state charged.",
    "counts_put_to_court": "Names of the counts that were put before the court.",
    "put_to_court": "The counts that were put before the court; of one count, whether it was.",
    "confined_by": "Who confined the request; null where nobody did.",
    "confined_why": "Why, as stated; null where nobody did.",
    "count": "Name of the count.",
    "counts": "The counts.",
    "number": "Number of the count in the indictment.",
    "regime": "Name of the extradition act or treaty.",
    "ground": "Name of the ground.",
    "title_ko": "The same in Korean.",
    "why": "Why, a sentence each.",
    "maxima": "The maxima that were put in, terms.",
    "specialty": "What a surrender would cover, and what needs consent.",
    "charged": "What the count charges; of specialty, all counts.",
    "asked": "Counts that a surrender was asked for.",
    "left_out": "Counts that were charged and not asked for.",
    "granted": "Counts granted.",
    "refused": "Counts refused.",
    "undecided": "Counts without a decision.",
    "prevailing": "Acts and treaties of which one prevails, and where they differ.",
    "over": "Name of the one that yields.",
    "over_title": "Its title.",
    "differences": "Where the two differ, a sentence each.",
    "begins": "The first day of the act; null where none is entered.",
    "ends": "The last day of the act; null where none is entered.",
    "versions": "The versions that can apply.",
    "fine_times_value": "The fine may be this many times the value, where that is more.",
    "requests": "Requests for extradition.",
    "jurisdiction": "The state, ISO 3166-1 alpha-2.",
    "method": "What its law does with several offences.",
    "factor": "By which the heaviest maximum is multiplied; null where it is not.",
    "where": "Where it stands.",
    "what": "What it is.",
    "day": "The day.",
    "state": "What was found.",
    "unit": "What is counted, or a currency.",
    "figure": "Name of the figure.",
    "claims": "All claims of it, side by side.",
    "by": "Who: an office or a role.",
    "when": "On which day.",
    "kind": "What kind it is.",
    "court": "The court.",
    "keys": "Which keys; none where it is the whole entry.",
    "date": "The day.",
    "value": "The figure that is claimed.",
    "scope": "What it covers.",
    "claim": "Name of the claim.",
    "proceeding": "Name of the proceeding.",
    "outcome": "Name of the outcome.",
    "rule": "Article and paragraph.",
    "since": "Since when.",
    "who": "Whose period it is.",
    "term": "How long it is; null where none is entered.",
    "first_day_counts": "Whether the first day counts; null where that is not entered.",
    "last_day": "The last day.",
    "is_moved": "Whether it moved from a holiday.",
    "today": "The day for which it is said what has passed; null where none was given.",
    "case_number": "The court's number of the case; null where it is not known.",
    "asked_on": "The day for which it is said what has passed; null where none was given.",
    "conflicts": "Figures of which published claims differ.",
    "lowest": "The lowest claim.",
    "highest": "The highest claim.",
    "takes": "Name of the claim that is taken; null where they stay side by side.",
    "chapters": "The walk, chapter by chapter.",
    "sentences": "What it says, a sentence each.",
    "person": "Name of the person in the file; in a register, which of several persons of one role.",
    "places": "Countries, ISO 3166-1 alpha-2.",
    "facts": "What is known of it, a sentence each.",
    "satoshi": "Its amount in satoshi; null where none is known.",
    "acts_to": "When the acts ended; null where it is not known.",
    "opened": "When it was opened.",
    "decided": "When it was decided; null where it was not.",
    "next_date": "The next date; null where none is known.",
    "sentence": "What was imposed; null where nothing was.",
    "imprisonment": "Imprisonment; null where there was none.",
    "suspended": "For how long it was suspended; null where it was not.",
    "other": "What else was imposed.",
    "entries": "Entries in it.",
    "proceedings": "Proceedings that stand.",
    "withdrawn": "Proceedings that were withdrawn.",
    "head": "Digest of the last entry, SHA-256 in hexadecimal.",
    "folder": "The folder that was made.",
    "expires": "After this day it counts no more.",
    "snapshot": "Digest of what the pages rest on, SHA-256 in hexadecimal.",
    "offence": "Name of the offence.",
    "list": "Name of the list of predicate offences; null where none is entered.",
    "files": "Files that were written.",
}
"""What a field means wherever its own class does not say."""

_UNITS = {"Day": "day", "Term": "term", "Money": "amount and currency", "date": "day", "Decimal": "decimal"}


def keys_of(kind: type, parent: str = "") -> tuple[Key, ...]:
    """The keys of a dataclass or model as JSON, those of what lies in it after each."""
    return tuple(_keys(kind, parent, ()))


def _keys(kind: type, parent: str, above: tuple[type, ...]) -> Iterator[Key]:
    if kind in above:
        return
    for name, annotation, doc in _fields(kind):
        path = f"{parent}.{name}" if parent else name
        yield from _key(path, annotation, doc, (*above, kind))


def _key(path: str, annotation: Any, doc: str, above: tuple[type, ...]) -> Iterator[Key]:
    inner, null = _given(annotation)
    origin = get_origin(inner)
    if origin is Literal:
        words = " or ".join(str(each) for each in get_args(inner))
        yield Key(path, TEXT + null, "", f"{doc} {words[:1].upper()}{words[1:]}.".strip())
    elif origin in {list, tuple, Sequence}:
        yield Key(path, LIST + null, "", doc)
        item, _ = _given(get_args(inner)[0])
        if _is_record(item):
            yield from _keys(item, f"{path}[]", above)
    elif origin in {dict, Mapping}:
        yield Key(path, OBJECT + null, "", doc)
    elif _is_record(inner):
        yield Key(path, OBJECT + null, "", doc)
        yield from _keys(inner, path, above)
    else:
        unit = _UNITS.get(getattr(inner, "__name__", ""), "")
        yield Key(path, _PLAIN.get(inner, TEXT) + null, unit, doc)


def _given(annotation: Any) -> tuple[Any, str]:
    """What a field holds that may be absent, and how that is said."""
    if get_origin(annotation) is Annotated:
        return _given(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        kinds = [each for each in get_args(annotation) if each is not type(None)]
        null = OR_NULL if len(kinds) < len(get_args(annotation)) else ""
        inner, more = _given(kinds[0])
        return inner, null or more
    return annotation, ""


def _is_record(kind: Any) -> bool:
    if not isinstance(kind, type) or kind.__name__ in _UNITS:
        return False
    return dataclasses.is_dataclass(kind) or hasattr(kind, "model_fields")


def _fields(kind: type) -> Iterator[tuple[str, Any, str]]:
    hints = get_type_hints(kind, include_extras=True)
    said = _said(kind)
    names = (
        [field.name for field in dataclasses.fields(kind)]
        if dataclasses.is_dataclass(kind)
        else list(getattr(kind, "model_fields", ()))
    )
    for name in names:
        yield name, hints[name], said.get(name) or COMMON.get(name, "")


@cache
def _said(kind: type) -> dict[str, str]:
    """The sentence under each field in the source of a class and of what it inherits from."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if not each.__module__.startswith("clew."):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(each))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, after in zip(body.body, [*body.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                found[field.target.id] = _text(after)
    return found


def _text(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return " ".join(str(statement.value.value).replace("``", "").split())
    return ""
