"""The slow twins of accuracy: every pair, every address and every output by itself."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import log


def pairs(entities: Sequence[int], owners: Sequence[int]) -> tuple[int, int, int]:
    """Pairs of addresses together in both, in an entity, in truth: each looked at."""
    both = together = true = 0
    for i, j in combinations(range(len(entities)), 2):
        same_entity, same_owner = entities[i] == entities[j], owners[i] == owners[j]
        both += same_entity and same_owner
        together += same_entity
        true += same_owner
    return both, together, true


def bcubed(entities: Sequence[int], owners: Sequence[int]) -> tuple[list[Fraction], list[Fraction]]:
    """Precision and recall of each address, by its definition."""
    precision, recall = [], []
    for i in range(len(entities)):
        mine = [j for j in range(len(entities)) if entities[j] == entities[i]]
        own = [j for j in range(len(entities)) if owners[j] == owners[i]]
        both = len(set(mine) & set(own))
        precision.append(Fraction(both, len(mine)))
        recall.append(Fraction(both, len(own)))
    return precision, recall


def joined(entities: Sequence[int], owners: Sequence[int]) -> tuple[int, int, int, int]:
    """Entities of several owners, owners that share one, owners in pieces, and all pieces."""
    by_entity: dict[int, set[int]] = {}
    by_owner: dict[int, set[int]] = {}
    for entity, owner in zip(entities, owners, strict=True):
        by_entity.setdefault(entity, set()).add(owner)
        by_owner.setdefault(owner, set()).add(entity)
    several = [each for each in by_entity.values() if len(each) > 1]
    return (
        len(several),
        len(set().union(*several)) if several else 0,
        sum(len(each) > 1 for each in by_owner.values()),
        sum(len(each) for each in by_owner.values()),
    )


def draws(worlds: Sequence[str], count: int, numbers: Sequence[int]) -> list[list[int]]:
    """Resamples, one after the other, by ``numbers``: first those that choose worlds, then seeds."""
    order = list(dict.fromkeys(worlds))
    members = {each: [i for i, world in enumerate(worlds) if world == each] for each in order}
    longest = max(map(len, members.values()))
    feed = iter(numbers)
    chosen = [[order[next(feed) % len(order)] for _ in order] for _ in range(count)]
    found = []
    for row in chosen:
        weights = [0] * len(worlds)
        for world in row:
            taken = [members[world][next(feed) % len(members[world])] for _ in range(longest)]
            for each in taken[: len(members[world])]:
                weights[each] += 1
        found.append(weights)
    return found


def log_loss(probabilities: Sequence[float], right: Sequence[bool], least: float) -> float:
    """Sum of losses, output by output."""
    total = 0.0
    for probability, is_right in zip(probabilities, right, strict=True):
        held = min(max(probability, least), 1 - least)
        total -= log(held if is_right else 1 - held)
    return total


def brier(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """Sum of squared differences."""
    return sum(
        (probability - is_right) ** 2 for probability, is_right in zip(probabilities, right, strict=True)
    )
