"""Tables as other programs see them: the same from a base alone and from a base with segments."""

from __future__ import annotations

from operator import eq, ge, gt, le, lt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import compute as pc
from pyarrow import dataset

from clew.interop.arrow import Scanned, bounds_of
from clew.interop.relations import relations
from clew.ledger.ledger import Ledger
from clew.schema import MANY_OUTPUTS, NO_ADDRESS, TABLES

HIDDEN = {"large_values", "rare_versions", "rare_sequences", "posting_starts", "busy_addresses"}
SEARCHED = {
    f"{subject}_{kind}" for subject in ("transaction", "address", "nested") for kind in ("lookup", "buckets")
}
STORED = ("blocks", "transactions", "outputs", "inputs", "addresses", "address_tails", "address_ends")
STORED += ("overwritten", "unspendable", "block_digests", "links", "spends", "entities")
NAMES = tuple(table.name for table in TABLES if table.name not in HIDDEN | SEARCHED)


def rows_of(ledger: Ledger, name: str) -> list[tuple[Any, ...]]:
    """All rows of a relation, in the order of their values."""
    columns = Scanned(relations(ledger)[name]).to_table().to_pydict().values()
    return sorted(zip(*columns, strict=True))


def test_every_table_that_says_something_is_there(grown: Ledger) -> None:
    assert set(relations(grown)) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_segments_change_nothing_that_is_seen(whole: Ledger, grown: Ledger, name: str) -> None:
    assert rows_of(grown, name) == rows_of(whole, name)


@pytest.mark.parametrize("name", STORED)
def test_stored_columns_are_those_of_the_ledger(grown: Ledger, name: str) -> None:
    relation = relations(grown)[name]
    found = Scanned(relation).to_table()
    columns = next(table for table in TABLES if table.name == name).columns
    for column in columns:
        expected = np.asarray(grown.column(f"{name}.{column.name}"))
        values = found[column.name].to_pylist()
        assert values == ([row.tobytes() for row in expected] if column.width > 1 else expected.tolist())
        assert found.schema.field(column.name).metadata[b"meaning"].decode() == column.doc


def test_ids_and_owners(grown: Ledger) -> None:
    outputs = Scanned(relations(grown)["outputs"]).to_table().to_pydict()
    count = grown.counts["outputs"]
    assert outputs["id"] == list(range(count))
    assert outputs["transaction"] == [grown.transaction_of_output(row) for row in range(count)]
    assert outputs["spent_by"] == grown.column("spends.spent_by")[:].tolist()
    transactions = Scanned(relations(grown)["transactions"]).to_table().to_pydict()
    heights = [grown.block_of_transaction(row) for row in range(grown.counts["transactions"])]
    assert transactions["height"] == heights
    assert transactions["size"] == grown.column("transactions.size")[:].tolist()


def test_derived_tables_are_what_the_rows_add_up_to(grown: Ledger) -> None:
    owner = grown.column("outputs.address")[:]
    paid = np.flatnonzero(owner != NO_ADDRESS)
    expected = sorted(zip(owner[paid].tolist(), paid.tolist(), strict=True))
    assert rows_of(grown, "postings") == expected
    entity = grown.column("entities.entity")[:]
    sizes = np.bincount(entity)
    several = np.flatnonzero(sizes[entity] > 1)
    assert rows_of(grown, "members") == sorted(zip(entity[several].tolist(), several.tolist(), strict=True))
    outputs = np.bincount(entity[owner[paid]], minlength=len(entity))
    many = np.flatnonzero(outputs >= MANY_OUTPUTS)
    assert len(many) == 3
    found = {row[0]: (row[1], row[2] + (row[3] << 64), row[4]) for row in rows_of(grown, "totals")}
    assert found == {int(each): grown.entity_totals(int(each)) for each in many}


def test_spans_are_what_single_rows_are(grown: Ledger) -> None:
    """Reading a range patches it; reading rows looks each of them up."""
    derived = grown.derived
    for name, one, span in (
        ("outputs", derived.spent_by, derived.spent_by_span),
        ("addresses", derived.entity_of, derived.entity_span),
    ):
        count = grown.counts[name]
        edge = getattr(derived.base, name)
        for first, last in (
            (0, count),
            (0, edge),
            (edge - 3, edge + 3),
            (edge, count),
            (5, 5),
            (count, count),
        ):
            assert span(first, last).tolist() == one(np.arange(first, last)).tolist()


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("outputs", "id"),
        ("outputs", "transaction"),
        ("inputs", "transaction"),
        ("transactions", "height"),
        ("blocks", "height"),
        ("links", "transaction"),
        ("postings", "address"),
        ("members", "entity"),
        ("entity_list", "entity"),
        ("spends", "id"),
    ],
)
def test_a_condition_that_spares_rows_loses_none(grown: Ledger, name: str, field: str) -> None:
    scanned = Scanned(relations(grown)[name])
    everything = scanned.to_table()
    values = sorted(set(everything[field].to_pylist()))
    most = values[-1]
    for low, high in (
        (0, 0),
        (3, 7),
        (most // 2, most // 2 + 9),
        (most, most + 5),
        (most + 1, most + 9),
        (-9, -1),
    ):
        condition = (pc.field(field) >= low) & (pc.field(field) <= high)
        other = (
            next(each for each in everything.schema.names if each != field)
            if name != "unspendable"
            else field
        )
        found = scanned.scanner(columns=[other], filter=condition).to_table()
        assert found.equals(everything.filter(condition).select([other])), (low, high)


def test_a_condition_on_ids_reads_few_rows(grown: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    relation = relations(grown)["outputs"]
    read = [
        len(batch[0])
        for batch in relation.batches(["value"], {"id": bounds_of("((id >= 9) and (id < 14))", "id")})
    ]
    assert read == [5]


NUMBERS = st.integers(-5, 12)
LEAVES = st.one_of(
    st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([eq, ge, gt, le, lt]), NUMBERS).map(
        lambda each: each[1](pc.field(each[0]), each[2])
    ),
    st.tuples(st.sampled_from(["a", "b"]), st.lists(NUMBERS, min_size=1, max_size=14)).map(
        lambda each: pc.field(each[0]).isin(pa.array(each[1], pa.int64()))
    ),
    st.sampled_from(["a", "b"]).map(lambda each: pc.field(each).is_null()),
    NUMBERS.map(lambda each: pc.field("a") + pc.field("b") == each),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda each: each[0] & each[1]),
        st.tuples(inner, inner).map(lambda each: each[0] | each[1]),
        inner.map(lambda each: ~each),
    ),
    max_leaves=6,
)
PAIRS = pa.table({"a": [a for a in range(-6, 14) for _ in range(-6, 14)], "b": [*range(-6, 14)] * 20})


@given(EXPRESSIONS)
def test_bounds_hold_every_value_that_a_condition_allows(condition: Any) -> None:
    allowed = dataset.dataset(PAIRS).to_table(filter=condition)
    for name in ("a", "b"):
        bounds = bounds_of(str(condition), name)
        for value in set(allowed[name].to_pylist()):
            assert any(first <= value < last for first, last in bounds), (str(condition), name, value)


def test_bounds_are_found() -> None:
    assert bounds_of("((a >= 3) and (a < 9))", "a") == [(3, 9)]
    assert bounds_of("((a == 3) or (a == 7))", "a") == [(3, 4), (7, 8)]
    assert bounds_of(str(pc.field("a").isin([5, 7])), "a") == [(5, 6), (7, 8)]
    assert len(bounds_of('(a == 3) and (b == "c")', "a")) == 1
