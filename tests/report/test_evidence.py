from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clew.report.evidence import evidence


def link(n: int, a: str, b: str, rule: str = "multi_input") -> dict[str, Any]:
    return {"a": a, "b": b, "txid": f"{n:064x}", "height": n, "time": n, "rule": rule, "version": 1}


def order(links: list[dict[str, Any]], *asked: str) -> list[int]:
    return [row.height for row in evidence(links, asked)]


CHAIN = [link(1, "x", "y"), link(2, "x", "c"), link(3, "c", "d"), link(4, "d", "e"), link(5, "e", "x")]


def test_a_transaction_stands_once_with_all_that_it_joins() -> None:
    found = evidence([link(1, "a", "b"), link(1, "a", "c"), link(2, "a", "d")], ["a"])
    assert [(row.height, row.addresses) for row in found] == [(1, ("a", "b", "c")), (2, ("a", "d"))]


def test_two_rules_are_two_reasons() -> None:
    assert len(evidence([link(1, "a", "b"), link(1, "a", "c", "other")], ["a"])) == 2


def test_what_names_the_address_asked_about_comes_first() -> None:
    assert order(CHAIN, "d") == [3, 4, 1, 2, 5]
    assert evidence([link(1, "a", "b"), link(1, "a", "z")], ["z"])[0].addresses == ("z", "a", "b")


def test_the_shortest_chain_between_two_addresses_comes_first_of_all() -> None:
    assert order(CHAIN, "y", "d") == [1, 2, 3, 4, 5]
    assert order([*CHAIN, link(6, "y", "d")], "y", "d")[0] == 6
    longer = [link(0, "y", "q"), *CHAIN]
    assert order(longer, "y", "d") == [1, 2, 3, 0, 4, 5]
    middle = evidence(longer, ["y", "d"])[1]
    assert middle.addresses == ("x", "c")


def test_addresses_that_no_link_names_change_nothing() -> None:
    assert order(CHAIN, "nowhere", "d") == [3, 4, 1, 2, 5]
    assert order([], "a", "b") == []


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 8), st.integers(0, 8)), max_size=20),
    st.lists(st.integers(0, 8), min_size=1, max_size=4, unique=True),
)
def test_nothing_is_lost_and_nothing_is_added(drawn: list[tuple[int, int, int]], asked: list[int]) -> None:
    links = [link(n, str(a), str(b)) for n, a, b in drawn]
    found = evidence(links, [str(n) for n in asked])
    assert sorted(row.height for row in found) == sorted({n for n, _, _ in drawn})
    for row in found:
        joined = {str(end) for n, *ends in drawn if n == row.height for end in ends}
        assert len(row.addresses) == len(joined)
        assert set(row.addresses) == joined
