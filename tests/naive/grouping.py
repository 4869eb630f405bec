"""The slow twins of what turns tables round: groups, look-ups, postings, entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clew.ledger.keys import bucket_of


def partition(groups: Sequence[int], count: int) -> tuple[list[int], list[int]]:
    """Rows grouped, in their order within a group; and where each of ``count`` groups starts, and the end."""
    order = sorted(range(len(groups)), key=lambda row: (groups[row], row))
    starts = [sum(group < bound for group in groups) for bound in range(count + 1)]
    return order, starts


def buckets(keys: Sequence[int], bits: int) -> tuple[list[int], list[int], list[int]]:
    """A look-up over ``keys``: bucket starts, row ids, fingerprints."""
    found = [bucket_of(key, bits) for key in keys]
    ids, starts = partition([bucket for bucket, _ in found], 1 << bits)
    return starts, ids, [found[row][1] for row in ids]


def merge(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """For each item of ``range(count)``, the smallest item that it is joined with."""
    groups = {item: {item} for item in range(count)}
    for a, b in pairs:
        joined = groups[a] | groups[b]
        for item in joined:
            groups[item] = joined
    return [min(groups[item]) for item in range(count)]


def members(roots: Sequence[int]) -> dict[int, list[int]]:
    """Items by root, both ascending."""
    return {root: [item for item, of in enumerate(roots) if of == root] for root in sorted(set(roots))}


def postings(addresses: Sequence[int], count: int) -> list[list[int]]:
    """Outputs, ascending, by address; ``addresses``: what each output pays to."""
    return [[output for output, paid in enumerate(addresses) if paid == address] for address in range(count)]


def sums(
    addresses: Sequence[int], values: Sequence[int], unspent: Sequence[bool], entities: Sequence[int]
) -> dict[int, tuple[int, int, int]]:
    """By entity that received anything: outputs, what they add up to, and what is unspent of it."""
    found: dict[int, tuple[int, int, int]] = {}
    for paid, value, kept in zip(addresses, values, unspent, strict=True):
        if paid < len(entities):
            outputs, received, balance = found.get(entities[paid], (0, 0, 0))
            found[entities[paid]] = outputs + 1, received + value, balance + kept * value
    return found
