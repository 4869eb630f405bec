"""The ledger's tables as other programs see them: named columns, row ranges, the state at the tip.

Every table of the schema that says something stands here under its name. What is stored in two files or
as a code is a plain number, who spent an output and who owns an address are as of the tip, and ids and
heights, which the ledger does not store, are columns. Nothing is read before it is asked for, and then
a batch at a time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from clew.interop.overlay import Overlay
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import LINK_TABLES, ROW_TABLES, Column, Table, table

ROWS_AT_ONCE = 1 << 17
"""Rows of a batch: large enough that a batch costs little, small enough that a decoded one is cheap."""

Spans: TypeAlias = Sequence[tuple[int, int]]
"""Ranges of whole numbers, each from its first to one past its last."""

_IDS = {"blocks": "height", "block_digests": "height"}
_IDS |= dict.fromkeys(("transactions", "outputs", "inputs", "addresses"), "id")
_ASCENDING = {"links": "transaction", "address_tails": "address", "address_ends": "address"}
_ASCENDING |= {"overwritten": "by", "unspendable": "output", "known_keys": "address"}
_HIDDEN = ("large_values", "rare_versions", "rare_sequences")
"""Tables whose numbers stand in the columns that they belong to."""


@dataclass(frozen=True)
class Field:
    """A column: name, NumPy dtype, items per row, meaning, and how rows ``first`` to ``last`` are read."""

    name: str
    dtype: np.dtype[Any]
    width: int
    doc: str
    unit: str
    read: Callable[[int, int], Array]


@dataclass(frozen=True)
class Relation:
    """A table: its fields, its rows, and how to get them.

    ``ascending``: fields that ascend with the rows, each with a function from a value to the first row
    that has it or a greater one. ``keep``: which of some rows count, all where it is None. ``more``: a
    last batch, of what segments add, all fields in it.
    """

    name: str
    doc: str
    rows: int
    fields: tuple[Field, ...]
    ascending: Mapping[str, Callable[[int], int]]
    keep: Callable[[int, int], Array] | None = None
    more: Callable[[], Mapping[str, Array]] | None = None

    def batches(
        self, names: Sequence[str], bounds: Mapping[str, Spans] | None = None
    ) -> Iterator[list[Array]]:
        """The columns ``names``, in that order, some rows at a time.

        ``bounds``: values of ascending fields that are wanted; other rows may be left out.
        """
        fields = {field.name: field for field in self.fields}
        for first, last in self._rows_within(bounds or {}):
            for start in range(first, last, ROWS_AT_ONCE):
                end = min(start + ROWS_AT_ONCE, last)
                batch = [fields[name].read(start, end) for name in names]
                if self.keep is not None:
                    kept = self.keep(start, end)
                    batch = batch if kept.all() else [column[kept] for column in batch]
                yield batch
        if self.more is not None:
            added = self.more()
            batch = [np.ascontiguousarray(added[name], fields[name].dtype) for name in names]
            for start in range(0, len(batch[0]), ROWS_AT_ONCE):
                yield [column[start : start + ROWS_AT_ONCE] for column in batch]

    def _rows_within(self, bounds: Mapping[str, Spans]) -> Spans:
        spans: Spans = [(0, self.rows)]
        for name, values in bounds.items():
            if name in self.ascending:
                row = self.ascending[name]
                spans = _both(spans, [(row(first), row(last)) for first, last in values])
        return spans


def _both(one: Spans, other: Spans) -> Spans:
    met = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return sorted({(first, last) for first, last in met if first < last})


def relations(ledger: Ledger) -> dict[str, Relation]:
    """All relations of a ledger, by name, in the order of the schema."""
    overlay = Overlay(ledger)
    found = [_stored(ledger, each) for each in (*ROW_TABLES, *LINK_TABLES) if each.name not in _HIDDEN]
    found += [_spends(ledger), _postings(ledger, overlay), _entities(ledger)]
    found += [_members(ledger, overlay), _entity_list(ledger, overlay), _totals(ledger, overlay)]
    return {relation.name: relation for relation in found}


def _stored(ledger: Ledger, source: Table) -> Relation:
    """A table of rows or links, with ids and what follows from where a row stands."""
    rows = len(ledger.column(f"{source.name}.{source.columns[0].name}"))
    fields = [_field(ledger, source, column) for column in source.columns]
    ascending: dict[str, Callable[[int], int]] = {}
    if name := _IDS.get(source.name):
        fields.insert(0, _row_number(name, f"The row number: the {source.order}."))
        ascending[name] = lambda value: min(max(value, 0), rows)
    if name := _ASCENDING.get(source.name):
        ascending[name] = _row_of(ledger.column(f"{source.name}.{name}"))
    if source.name in _OWNERS:
        name, starts = _OWNERS[source.name]
        column = ledger.column(starts)
        fields.insert(1, Field(name, np.dtype(np.uint32), 1, _OWNER_DOC[name], f"{name} id", _owners(column)))
        ascending[name] = lambda value: _start_of(column, value, rows)
    if joined := _JOINED.get(source.name):
        # Beside what has the same rows, since to join them would hash every row.
        other = table(joined)
        fields += [_field(ledger, other, column) for column in other.columns]
    if source.name == "transactions":
        sizes = ledger.column("transactions.size")
        read = lambda first, last: sizes[first:last].astype(np.uint32, copy=False)  # noqa: E731
        fields.append(Field("size", np.dtype(np.uint32), 1, "Serialised size with witness.", "bytes", read))
    return Relation(source.name, source.doc, rows, tuple(fields), ascending)


_JOINED = {"outputs": "spends", "addresses": "entities"}
_OWNERS = {
    "transactions": ("height", "blocks.first_transaction"),
    "outputs": ("transaction", "transactions.first_output"),
    "inputs": ("transaction", "transactions.first_input"),
}
_OWNER_DOC = {"height": "Height of its block.", "transaction": "Its transaction."}


def _field(ledger: Ledger, source: Table, column: Column) -> Field:
    data = ledger.column(f"{source.name}.{column.name}")
    return _over(data, column.name, np.dtype(column.dtype), column.width, column.doc, column.unit)


def _over(data: Any, name: str, dtype: np.dtype[Any], width: int, doc: str, unit: str) -> Field:
    def read(first: int, last: int) -> Array:
        return np.asarray(data[first:last], dtype)

    return Field(name, dtype, width, doc, unit, read)


def _row_number(name: str, doc: str) -> Field:
    dtype = np.dtype(np.int64)
    return Field(name, dtype, 1, doc, "", lambda first, last: np.arange(first, last, dtype=dtype))


def _row_of(column: Any) -> Callable[[int], int]:
    return lambda value: bisect_left(column, value)


def _start_of(starts: Any, owner: int, rows: int) -> int:
    """First row of an owner, of whom row ``starts[owner]`` is the first; ``rows`` beyond the last."""
    if owner < 0:
        return 0
    return int(starts[owner]) if owner < len(starts) else rows


def _owners(starts: Any) -> Callable[[int, int], Array]:
    """Who owns rows ``first`` to ``last``, where owner ``n`` has those from ``starts[n]`` on; u4."""

    def read(first: int, last: int) -> Array:
        low = bisect_right(starts, first) - 1
        high = bisect_right(starts, last - 1) - 1
        edges = np.asarray(starts[low : high + 1], np.int64)
        edges[:1] = first
        lengths = np.diff(edges, append=last)
        return np.repeat(np.arange(low, high + 1, dtype=np.uint32), lengths)

    return read


def _spends(ledger: Ledger) -> Relation:
    source, rows = table("spends"), ledger.counts["outputs"]
    fields = (_row_number("id", "The output."), _field(ledger, source, source.columns[0]))
    return Relation("spends", source.doc, rows, fields, {"id": lambda value: min(max(value, 0), rows)})


def _entities(ledger: Ledger) -> Relation:
    source, rows = table("entities"), ledger.counts["addresses"]
    fields = (_row_number("id", "The address."), _field(ledger, source, source.columns[0]))
    return Relation("entities", source.doc, rows, fields, {"id": lambda value: min(max(value, 0), rows)})


def _postings(ledger: Ledger, overlay: Overlay) -> Relation:
    source = table("postings")
    starts = ledger.column("posting_starts.start")
    outputs = ledger.column("postings.output")
    address = Field(
        "address", np.dtype(np.uint32), 1, "What the output pays to.", "address id", _owners(starts)
    )
    fields = (address, _over(outputs, "output", np.dtype(np.int64), 1, source.columns[0].doc, "output id"))
    ascending = {"address": lambda value: _start_of(starts, value, len(outputs))}
    return Relation("postings", source.doc, len(outputs), fields, ascending, more=overlay.postings)


def _members(ledger: Ledger, overlay: Overlay) -> Relation:
    source = table("members")
    listed, starts = ledger.column("entity_list.entity"), ledger.column("entity_list.start")
    addresses = ledger.column("members.address")
    place = _owners(starts)

    def entity(first: int, last: int) -> Array:
        return np.asarray(listed[place(first, last).astype(np.int64)], np.uint32)

    def row(value: int) -> int:
        return _start_of(starts, bisect_left(listed, value), len(addresses))

    fields = (
        Field("entity", np.dtype(np.uint32), 1, "The entity.", "address id", entity),
        _over(addresses, "address", np.dtype(np.uint32), 1, source.columns[0].doc, "address id"),
    )
    keep = overlay.untouched(entity)
    return Relation("members", source.doc, len(addresses), fields, {"entity": row}, keep, overlay.members)


def _entity_list(ledger: Ledger, overlay: Overlay) -> Relation:
    source = table("entity_list")
    fields = tuple(_field(ledger, source, source.column(name)) for name in ("entity", "size"))
    listed = ledger.column("entity_list.entity")
    keep = overlay.untouched(fields[0].read)
    ascending = {"entity": _row_of(listed)}
    return Relation("entity_list", source.doc, len(listed), fields, ascending, keep, overlay.entity_list)


def _totals(ledger: Ledger, overlay: Overlay) -> Relation:
    source = table("totals")
    fields = tuple(_field(ledger, source, column) for column in source.columns)
    keep = overlay.unchanged(fields[0].read)
    rows = len(ledger.column("totals.entity"))
    return Relation("totals", source.doc, rows, fields, {}, keep, overlay.totals)


__all__ = ["ROWS_AT_ONCE", "Field", "Relation", "Spans", "relations"]
