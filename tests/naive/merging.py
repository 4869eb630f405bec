"""The slow twins of constrained merging, and of sums of trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clew.schema import CONSTRAINED, LARGE, SERVICES

Pair = tuple[int, int]


def merge(
    sizes: Sequence[int], labels: Sequence[int], apart: Sequence[Pair], pairs: Sequence[Pair], large: int
) -> tuple[list[int], list[int]]:
    """Each item's smallest companion, and why each pair was skipped (0: it was not).

    ``labels``: -1 where there is none. Every set is looked at whole, each time.
    """
    groups = {item: {item} for item in range(len(sizes))}
    reasons = []
    for a, b in pairs:
        one, other = groups[a], groups[b]
        named = {labels[item] for item in one | other} - {-1}
        if one is other:
            reasons.append(0)
        elif len(named) > 1:
            reasons.append(SERVICES)
        elif min(sum(sizes[item] for item in group) for group in (one, other)) >= large:
            reasons.append(LARGE)
        elif any((x in one and y in other) or (y in one and x in other) for x, y in apart):
            reasons.append(CONSTRAINED)
        else:
            reasons.append(0)
            joined = one | other
            for item in joined:
                groups[item] = joined
    return [min(groups[item]) for item in range(len(sizes))], reasons


def score(trees: Mapping[str, Sequence[int]], row: Sequence[int]) -> int:
    """The sum of leaves that a row comes to."""

    def leaf(node: int) -> int:
        if node < 0:
            return trees["leaf"][-1 - node]
        side = "left" if row[trees["feature"][node]] <= trees["threshold"][node] else "right"
        return leaf(trees[side][node])

    return sum(leaf(root) for root in trees["roots"])
