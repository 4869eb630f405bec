"""Entities beside owners: counted from a table, as counted one by one."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.accuracy.contingency import contingency
from naive import accuracy as naive

LABELS = st.lists(st.tuples(st.integers(0, 6), st.integers(-5, 5)), max_size=40)


@given(LABELS)
def test_the_table_tells_what_pairs_and_addresses_tell(rows: list[tuple[int, int]]) -> None:
    entities, owners = [a for a, _ in rows], [b for _, b in rows]
    table = contingency(np.array(entities, np.int64), np.array(owners, np.int64))
    assert table.pairs() == naive.pairs(entities, owners)
    precision, recall = naive.bcubed(entities, owners)
    assert table.precision().tolist() == [float(each) for each in precision]
    assert table.recall().tolist() == [float(each) for each in recall]
    several, together, in_pieces, pieces = naive.joined(entities, owners)
    assert int((table.owners_in() > 1).sum()) == several
    assert int(table.is_joined().sum()) == together
    assert int((table.pieces() > 1).sum()) == in_pieces
    assert int(table.pieces().sum()) == pieces
    assert table.is_mixed().tolist() == [each != 1 for each in precision]


def test_one_merge_of_a_large_owner_hides_in_pairs_and_shows_in_addresses() -> None:
    # 98 addresses of an exchange rightly together; two persons' single addresses wrongly together.
    entities, owners = [0] * 98 + [1, 1], [0] * 98 + [1, 2]
    table = contingency(np.array(entities), np.array(owners))
    both, together, _ = table.pairs()
    assert Fraction(both, together) == Fraction(98 * 97 // 2, 98 * 97 // 2 + 1)
    assert table.precision().sum() == 98 + 0.5 + 0.5


@pytest.mark.parametrize("count", [3_000_000_000])
def test_pairs_of_the_largest_ledgers_do_not_overflow(count: int) -> None:
    table = contingency(np.array([0, 1]), np.array([0, 0]))
    larger = np.array([count, 1], np.int64)
    whole = type(table)(
        table.entity,
        table.owner,
        larger,
        larger,
        np.array([count + 1]),
        table.cell,
        table.entities,
        table.owners,
    )
    assert whole.pairs() == (count * (count - 1) // 2, count * (count - 1) // 2, (count + 1) * count // 2)
