"""Constrained merging: entities are joined one candidate at a time, unless something speaks against it.

After Möser and Narayanan, Resurrecting Address Clustering in Bitcoin (2022). Items are numbered densely.
What constrains an entity hangs on its root in a list, and the lists of two entities that are joined
become one, so that every later candidate meets all of it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, kernel
from clew.kernels.unionfind import root as root_of
from clew.schema import CONSTRAINED, LARGE, SERVICES

NONE = -1


class Forest(NamedTuple):
    """Entities under way, by item: ``parents`` uint32; for roots ``sizes`` int64 (addresses), ``labels``
    int32 (which service, or -1), ``heads`` and ``tails`` int64 (first and last constraint, or -1) and
    ``counts`` int64 (how many constraints)."""

    parents: Any
    sizes: Any
    labels: Any
    heads: Any
    tails: Any
    counts: Any


def forest_of(sizes: Any, labels: Any, constraints: int) -> tuple[Forest, Any, Any]:
    """Items that stand alone, of so many addresses (int64) and with labels (int32); and room for so many
    constraints: ``following`` int64 and ``other`` uint32, two places each."""
    items = len(sizes)
    empty = np.full((2, items), NONE, np.int64)
    forest = Forest(
        np.arange(items, dtype=np.uint32), sizes, labels, empty[0], empty[1], np.zeros(items, np.int64)
    )
    return forest, np.full(2 * constraints, NONE, np.int64), np.empty(2 * constraints, np.uint32)


@kernel
def _hang(forest: Forest, following: Any, place: int, root: int) -> None:
    if forest.heads[root] == NONE:
        forest.heads[root] = place
    else:
        following[forest.tails[root]] = place
    forest.tails[root] = place
    forest.counts[root] += 1


@kernel
def constrain(forest: Forest, following: Any, other: Any, a: Any, b: Any) -> None:
    """Hang cannot-links between items ``a[i]`` and ``b[i]`` (uint32), all of which stand alone."""
    forest = borrowed(forest)
    for row in range(len(a)):
        other[2 * row] = b[row]
        _hang(forest, following, 2 * row, np.int64(a[row]))
        other[2 * row + 1] = a[row]
        _hang(forest, following, 2 * row + 1, np.int64(b[row]))


@kernel
def _conflict(forest: Forest, following: Any, other: Any, left: int, right: int) -> bool:
    """Does a constraint of one entity name the other? The shorter list is gone through."""
    if forest.counts[right] < forest.counts[left]:
        left, right = right, left
    place = forest.heads[left]
    while place != NONE:
        if root_of(forest.parents, other[place]) == right:
            return True
        place = following[place]
    return False


@kernel
def _join(forest: Forest, following: Any, low: int, high: int) -> None:
    forest.parents[high] = low
    forest.sizes[low] += forest.sizes[high]
    if forest.labels[low] == NONE:
        forest.labels[low] = forest.labels[high]
    if forest.heads[high] != NONE:
        if forest.heads[low] == NONE:
            forest.heads[low] = forest.heads[high]
        else:
            following[forest.tails[low]] = forest.heads[high]
        forest.tails[low] = forest.tails[high]
        forest.counts[low] += forest.counts[high]


@kernel
def merge(forest: Forest, following: Any, other: Any, a: Any, b: Any, large: int, reasons: Any) -> int:
    """Join items ``a[i]`` and ``b[i]`` (uint32) in order, unless their entities may not be one.

    ``reasons`` (uint8) becomes 0 where they are one then, else why not: CONSTRAINED, SERVICES (both have
    labels, and not the same), or LARGE (both have ``large`` addresses or more). Returns how many joins
    there were.
    """
    forest = borrowed(forest)
    joins = 0
    for row in range(len(a)):
        left, right = np.int64(root_of(forest.parents, a[row])), np.int64(root_of(forest.parents, b[row]))
        reasons[row] = 0
        if left == right:
            continue
        if (
            forest.labels[left] != NONE
            and forest.labels[right] != NONE
            and (forest.labels[left] != forest.labels[right])
        ):
            reasons[row] = SERVICES
        elif forest.sizes[left] >= large and forest.sizes[right] >= large:
            reasons[row] = LARGE
        elif _conflict(forest, following, other, left, right):
            reasons[row] = CONSTRAINED
        else:
            _join(forest, following, min(left, right), max(left, right))
            joins += 1
    return joins


@kernel
def mark(bits: Any, items: Any) -> None:
    """Set the bit of each item (uint32) in a bitmap (uint64)."""
    for row in range(len(items)):
        bits[items[row] >> 6] |= np.uint64(1) << np.uint64(items[row] & 63)


@kernel
def count_marks(bits: Any, before: Any) -> int:
    """How many bits are set before each word (``before`` uint32); returns how many in all."""
    total = 0
    for word in range(len(bits)):
        before[word] = total
        total += _ones(bits[word])
    return total


@kernel
def _ones(word: Any) -> int:
    """Set bits of a word of 64, after Warren, Hacker's Delight (2002), 5-1."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    count = 0
    for byte in range(8):
        count += np.int64((word >> np.uint64(8 * byte)) & np.uint64(0xFF))
    return count


@kernel
def number(bits: Any, before: Any, items: Any, out: Any) -> None:
    """The number (uint32) of each item (uint32) among those marked, all of which are."""
    for row in range(len(items)):
        word = items[row] >> 6
        low = (np.uint64(1) << np.uint64(items[row] & 63)) - np.uint64(1)
        out[row] = before[word] + _ones(bits[word] & low)


@kernel
def list_marks(bits: Any, out: Any) -> None:
    """Which items are marked, ascending (uint32)."""
    count = 0
    for word in range(len(bits)):
        if bits[word]:
            for bit in range(64):
                if bits[word] >> np.uint64(bit) & np.uint64(1):
                    out[count] = 64 * word + bit
                    count += 1


@kernel
def count_outputs(addresses: Any, entities: Any, counts: Any) -> None:
    """Add each output (``addresses`` uint32, all below the length of ``entities``) to those of its
    entity (``counts`` uint32); an address that is none is passed over."""
    for row in range(len(addresses)):
        address = np.int64(addresses[row])
        if address < len(entities):
            counts[entities[address]] += 1


@kernel
def size_of_items(parents: Any, bits: Any, before: Any, sizes: Any) -> None:
    """Count the addresses of each marked root (``sizes`` int64, by number); ``parents`` are flat."""
    for item in range(len(parents)):
        root = parents[item]
        word = bits[root >> 6]
        bit = np.uint64(root & 63)
        if word >> bit & np.uint64(1):
            low = (np.uint64(1) << bit) - np.uint64(1)
            sizes[before[root >> 6] + _ones(word & low)] += 1


@kernel
def join_roots(parents: Any, items: Any, roots: Any) -> None:
    """Point each root ``items[i]`` (uint32, ascending) at the root that it is part of now; then every
    item that points at it, too, in one ascending pass."""
    for row in range(len(items)):
        parents[items[row]] = items[roots[row]]
    for item in range(len(parents)):
        parents[item] = parents[parents[item]]
