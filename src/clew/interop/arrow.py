"""The ledger's tables as Arrow: batches over the mapped files, and scans that read what is asked for.

A batch of a plain column is a view of its file. One that is stored in parts or as a code, and one that
is not stored at all, takes a buffer for the time of its batch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import dataset

from clew.interop.relations import Relation, Spans
from clew.ledger.columns import Array

_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


def schema_of(relation: Relation, metadata: Mapping[str, str] | None = None) -> Any:
    """The Arrow schema of a relation; every field's metadata has its meaning and its unit."""
    fields = []
    for field in relation.fields:
        kind = pa.binary(field.width) if field.width > 1 else pa.from_numpy_dtype(field.dtype)
        told = {"meaning": field.doc, **({"unit": field.unit} if field.unit else {})}
        fields.append(pa.field(field.name, kind, nullable=False, metadata=told))
    return pa.schema(fields, metadata={"meaning": relation.doc, **(metadata or {})})


def record_batches(
    relation: Relation, schema: Any, bounds: Mapping[str, Spans] | None = None
) -> Iterator[Any]:
    """A relation's columns that ``schema`` names, as record batches."""
    kinds = schema.types
    for columns in relation.batches(schema.names, bounds):
        arrays = [_array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(column: Array, kind: Any) -> Any:
    """An Arrow array over a column's memory."""
    return pa.Array.from_buffers(kind, len(column), [None, pa.py_buffer(np.ascontiguousarray(column))])


class Scanned(dataset.Dataset):  # type: ignore[misc]
    """A relation that is read anew by every scan, only the columns and the rows that it asks for."""

    def __init__(self, relation: Relation) -> None:
        self._relation = relation
        self._schema = schema_of(relation)

    @property
    def schema(self) -> Any:
        """The Arrow schema of all columns."""
        return self._schema

    def scanner(self, columns: Sequence[str] | None = None, filter: Any = None, **options: Any) -> Any:
        """A scan of ``columns`` (None: all) of the rows that fulfil ``filter``, an Arrow expression."""
        wanted = list(self._schema.names if columns is None else columns)
        condition = "" if filter is None else str(filter)
        # A filter may speak of columns that nobody else wants.
        needed = wanted + [
            name for name in self._schema.names if name not in wanted and re.search(rf"\b{name}\b", condition)
        ]
        bounds = {name: bounds_of(condition, name) for name in self._relation.ascending} if condition else {}
        schema = pa.schema([self._schema.field(name) for name in needed])
        batches = record_batches(self._relation, schema, bounds)
        return dataset.Scanner.from_batches(
            batches, schema=schema, columns=wanted, filter=filter, use_threads=False
        )


def bounds_of(condition: str, name: str) -> Spans:
    """Which values of field ``name`` an Arrow expression, as text, can be true for; at the most all.

    Only what surely bounds is used: comparisons with whole numbers and lists of them, and those joined
    by ``and`` and ``or``. Anything else leaves the field unbounded.
    """
    if '"' in condition or "'" in condition:
        return [(_LEAST, _MOST)]
    return _bounds(" ".join(condition.split()), name)


def _bounds(text: str, name: str) -> Spans:
    text = _without_brackets(text)
    for word in ("and", "or"):
        parts = _parts(text, word)
        if len(parts) > 1:
            each = [_bounds(part, name) for part in parts]
            return _all_of(each) if word == "and" else sorted({span for spans in each for span in spans})
    if found := re.fullmatch(rf"{name} (==|>=|>|<=|<) (-?\d+)", text):
        value = int(found[2])
        ranges = {
            "==": (value, value + 1),
            ">=": (value, _MOST),
            ">": (value + 1, _MOST),
            "<=": (_LEAST, value + 1),
            "<": (_LEAST, value),
        }
        return [ranges[found[1]]]
    listed = rf"is_in\({name}, \{{value_set=u?int\d+:\[([-\d, ]*)\], null_matching_behavior=\w+\}}\)"
    if found := re.fullmatch(rf"(?:if_else\(is_valid\({name}\), )?{listed}(?:, null\[bool\]\))?", text):
        return [(value, value + 1) for value in sorted({int(each) for each in found[1].split(",")})]
    return [(_LEAST, _MOST)]


def _without_brackets(text: str) -> str:
    """A text without the brackets around all of it."""
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str) -> int:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return place
    return -1


def _parts(text: str, word: str) -> list[str]:
    """What stands between the occurrences of ``word`` outside of all brackets."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "({[") - (letter in ")}]")
        if not depth and text.startswith(f" {word} ", place):
            parts.append(text[start:place])
            start = place + len(word) + 2
    return [*parts, text[start:]]


def _all_of(each: Sequence[Spans]) -> Spans:
    met = each[0]
    for spans in each[1:]:
        both = {(max(a, c), min(b, d)) for a, b in met for c, d in spans}
        met = sorted((first, last) for first, last in both if first < last)
    return met


__all__ = ["Scanned", "bounds_of", "record_batches", "schema_of"]
