"""Compares what a command printed as JSON with the documented keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from clew.cli.key import FLAG, INTEGER, LIST, NUMBER, OBJECT, OR_NULL, TEXT, VALUE, Key

FREE = {
    "parameters", "phases", "memory_by", "ledger_by", "output_kinds", "input_kinds", "ages", "rows[].value",
}  # fmt: skip
"""Objects whose keys depend on what was asked, or on how it was done."""

TYPES: dict[str, tuple[type, ...]] = {
    INTEGER: (int,),
    NUMBER: (int, float),
    TEXT: (str,),
    FLAG: (bool,),
    LIST: (list,),
    OBJECT: (dict,),
    VALUE: (int, float, str, bool, dict),
}


def check_keys(found: dict[str, Any], keys: Iterable[Key]) -> set[str]:
    """Fail unless every key found is documented with its type; returns the names that were found."""
    documented = {key.name: key for key in keys}
    met = set()
    for name, value in _named(found):
        assert name in documented, f"{name} is not documented"
        assert _fits(value, documented[name].type), f"{name} is {value!r}, not {documented[name].type}"
        met.add(name)
    top = {name for name in documented if "." not in name}
    assert top <= found.keys(), f"documented, but not there: {top - found.keys()}"
    return met


def _fits(value: Any, described: str) -> bool:
    if value is None:
        return described.endswith(OR_NULL)
    # True is an int too, so the exact type counts.
    return type(value) in TYPES[described.removesuffix(OR_NULL)]


def _named(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            inner = f"{name}.{key}" if name else key
            yield inner, each
            if inner not in FREE:
                yield from _named(each, inner)
    elif isinstance(value, list):
        for each in value:
            yield from _named(each, f"{name}[]")
