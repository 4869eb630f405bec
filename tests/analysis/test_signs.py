"""Signs that an entity holds the coins of many: the sentences and the mask say the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clew.analysis import signs
from clew.analysis.signs import Signs

LEAST = {
    "addresses": signs.MANY_ADDRESSES,
    "transactions": signs.MANY_TRANSACTIONS,
    "payers": signs.MANY_PAYERS,
    "batches": signs.MANY_BATCHES,
    "reused": signs.REUSED,
    "sweeps": 1,
}


def near(name: str) -> st.SearchStrategy[int]:
    edges = [0, LEAST[name] - 1, LEAST[name]]
    if name == "payers":
        edges += [signs.SWEEP_PAYERS - 1, signs.SWEEP_PAYERS]
    return st.sampled_from(edges)


@given(st.lists(st.fixed_dictionaries({name: near(name) for name in LEAST}), min_size=1, max_size=8))
def test_what_shows_a_sign_is_said_why(rows: list[dict[str, int]]) -> None:
    counted = {name: np.array([row[name] for row in rows], np.int64) for name in LEAST}
    found = Signs(np.arange(len(rows)), **counted)
    assert found.shown.tolist() == [bool(found.why(place)) for place in range(len(rows))]
