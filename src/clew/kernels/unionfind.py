"""Union by smallest id, so that an entity's id is its smallest address and parents are smaller."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import kernel
from clew.kernels.words import fetch

FAR, NEAR = 32, 16
"""So many links ahead items are asked for, and their parents."""


@kernel
def root(parents: Any, item: Any) -> Any:
    """The root of an item; the way to it becomes shorter."""
    while parents[item] != item:
        parents[item] = parents[parents[item]]
        item = parents[item]
    return item


@kernel
def union(parents: Any, a: Any, b: Any) -> None:
    """Join ``a[i]`` and ``b[i]`` (uint32) in a forest ``parents`` (uint32), for every i.

    Rem's algorithm with splicing (Patwary, Blair, Manne 2010): both paths are climbed at once, always on
    the side whose parent is larger, and what was passed is hung below the smaller parent.
    """
    last = len(a)
    for link in range(last):
        if link + FAR < last:
            fetch(parents, np.int64(a[link + FAR]))
            fetch(parents, np.int64(b[link + FAR]))
            fetch(parents, np.int64(parents[a[link + NEAR]]))
            fetch(parents, np.int64(parents[b[link + NEAR]]))
        left, right = a[link], b[link]
        while parents[left] != parents[right]:
            if parents[left] > parents[right]:
                left, right = right, left
            above = parents[right]
            parents[right] = parents[left]
            if above == right:
                break
            right = above


@kernel
def flatten(parents: Any) -> int:
    """Point every item at its root, in one ascending pass. Returns how many roots there are."""
    roots = 0
    for item in range(len(parents)):
        parents[item] = parents[parents[item]]
        roots += parents[item] == item
    return roots


@kernel
def count_members(roots: Any, counts: Any) -> tuple[int, int]:
    """Count the items of each root (``counts`` uint32, zeros before). Returns how many roots have
    several, and how many items those have together."""
    several, items = 0, 0
    for item in range(len(roots)):
        root = roots[item]
        counts[root] += 1
        if root != item:
            items += 1
            if counts[root] == 2:
                several += 1
                items += 1
    return several, items


@kernel
def list_roots(counts: Any, entities: Any, starts: Any, sizes: Any) -> None:
    """List roots of several items, ascending: each (uint32), where its items start, how many they are.

    Then ``counts`` holds for each root where its items start, and more than any start for others.
    """
    entity, start = 0, 0
    for item in range(len(counts)):
        size = counts[item]
        if size > 1:
            entities[entity] = item
            starts[entity] = start
            sizes[entity] = size
            entity += 1
            counts[item] = start
            start += size
        else:
            counts[item] = 0xFFFFFFFF


@kernel
def place_members(roots: Any, following: Any, first: int, grouped: Any) -> None:
    """Put items, ascending, where their root's next one belongs: places from ``first`` on, as many as
    ``grouped`` (uint32) has.

    ``following`` (uint32, by root) holds where its items start, see ``list_roots``; it moves on, and must
    hold the starts again before another part, since a part may begin amid the items of a root.
    """
    for item in range(len(roots)):
        place = np.int64(following[roots[item]])
        at = place - first
        if at < len(grouped) and place != 0xFFFFFFFF:
            if at >= 0:
                grouped[at] = item
            following[roots[item]] = place + 1
