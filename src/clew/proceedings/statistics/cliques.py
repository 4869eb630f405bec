"""Which columns must be thought of together: the joint table cut into the smallest tables that say the same.

Tables that share columns are linked through the joint table of all columns. Where the graph of columns that
stand in one table has no open circle, that joint table exists exactly if its parts agree where they overlap
(decomposable models: Dobra and Fienberg, 2000), also in whole numbers: two parts are put together along what
they share like a transport. So tables over the graph's cliques, after circles are closed, are as good
as the joint table and far smaller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

Clique = tuple[str, ...]
Edge = tuple[int, int, tuple[str, ...]]
"""Two cliques by position, and the columns that they share."""


def cliques(
    sizes: Mapping[str, int], groups: Iterable[Iterable[str]]
) -> tuple[tuple[Clique, ...], list[Edge]]:
    """Cliques of columns that hold each group, and the tree along which they must agree.

    ``sizes`` is how many categories each column has. Columns of no group are left out. Circles are closed by
    eliminating the column first whose elimination makes the smallest table.
    """
    near: dict[str, set[str]] = {}
    for group in groups:
        members = sorted(set(group))
        for name in members:
            near.setdefault(name, set()).update(each for each in members if each != name)
    found: list[frozenset[str]] = []
    left = {name: set(others) for name, others in near.items()}
    while left:
        name = min(left, key=lambda each: (_open(left, each), _cells(sizes, left[each] | {each}), each))
        around = left.pop(name)
        found.append(frozenset(around | {name}))
        for a, b in combinations(sorted(around), 2):
            left[a].add(b)
            left[b].add(a)
        for each in around:
            left[each].discard(name)
    largest = [each for each in found if not any(each < other for other in found)]
    ordered = tuple(sorted({tuple(sorted(each)) for each in largest}))
    return ordered, _tree(ordered, sizes)


def _open(left: Mapping[str, set[str]], name: str) -> int:
    """How many pairs of neighbours are not neighbours themselves."""
    return sum(b not in left[a] for a, b in combinations(sorted(left[name]), 2))


def _cells(sizes: Mapping[str, int], names: Iterable[str]) -> int:
    product = 1
    for name in names:
        product *= sizes[name]
    return product


def _tree(ordered: tuple[Clique, ...], sizes: Mapping[str, int]) -> list[Edge]:
    """A spanning tree with the most shared columns, by which agreement of neighbours is agreement of all."""
    edges: list[Edge] = []
    joined, waiting = [0], list(range(1, len(ordered)))
    while waiting:
        pairs = [(len(set(ordered[a]) & set(ordered[b])), -a, -b) for a in joined for b in waiting]
        _, a, b = max(pairs)
        shared = tuple(sorted(set(ordered[-a]) & set(ordered[-b])))
        edges.append((-a, -b, shared))
        joined.append(-b)
        waiting.remove(-b)
    return edges
