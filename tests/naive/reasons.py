"""Why addresses are one entity, the slow way: rows of links, sets, and everything taken away in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from clew.ledger.ledger import Ledger
from naive.graphs import distances

Row = tuple[int, int, int, int]
"""a, b, transaction, rule."""


def rows_of(ledger: Ledger, until: int | None = None) -> list[Row]:
    """All links of a ledger, or those of the transactions before one."""
    columns = (ledger.column(f"links.{name}")[:].tolist() for name in ("a", "b", "transaction", "rule"))
    return [row for row in zip(*columns, strict=True) if until is None or row[2] < until]


def joints(rows: Sequence[Row], *, by_rule: bool = False) -> list[tuple[int, int, set[int]]]:
    """Transaction, rule (or -1) and addresses of everything that joins several."""
    pairs: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for a, b, transaction, rule in rows:
        pairs[transaction, rule if by_rule else -1].append((a, b))
    found = []
    for (transaction, rule), some in sorted(pairs.items()):
        groups: list[set[int]] = []
        for pair in some:
            touched = [group for group in groups if group & set(pair)]
            groups = [group for group in groups if group not in touched]
            groups.append(set(pair).union(*touched))
        found += [(transaction, rule, group) for group in sorted(groups, key=min)]
    return found


def shortest(rows: Sequence[Row], a: int, b: int) -> list[tuple[int, int, int, int]]:
    """Transaction, rule, address before and after of each step, the earliest transactions first."""
    known = joints(rows, by_rule=True)
    far = distances([places for *_, places in known], b)
    steps, here = [], a
    while here != b:
        options = [
            (transaction, rule, min(places), here, there)
            for transaction, rule, places in known
            if here in places
            for there in places
            if far[there] == far[here] - 1
        ]
        transaction, rule, _, _, there = min(options)
        steps.append((transaction, rule, here, there))
        here = there
    return steps


def stays(rows: Sequence[Row], address: int, without: Collection[int]) -> set[int]:
    """Addresses that hold together with one when transactions are taken away."""
    kept = [row for row in rows if row[2] not in without]
    return set(distances([{a, b} for a, b, *_ in kept], address))
