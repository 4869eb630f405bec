"""Union by smallest id, so that an entity's id is its smallest address and parents are smaller."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.jit import kernel


@kernel
def _root(parents: Any, item: Any) -> Any:
    while parents[item] != item:
        parents[item] = parents[parents[item]]
        item = parents[item]
    return item


@kernel
def union(parents: Any, a: Any, b: Any) -> None:
    """Join ``a[i]`` and ``b[i]`` (uint32) in a forest ``parents`` (uint32), for every i."""
    for link in range(len(a)):
        left, right = _root(parents, a[link]), _root(parents, b[link])
        if left < right:
            parents[right] = left
        elif right < left:
            parents[left] = right


@kernel
def flatten(parents: Any) -> int:
    """Point every item at its root, in one ascending pass. Returns how many roots there are."""
    roots = 0
    for item in range(len(parents)):
        parents[item] = parents[parents[item]]
        roots += parents[item] == item
    return roots


@kernel
def members(roots: Any, entities: Any, starts: Any, sizes: Any, grouped: Any) -> None:
    """Group items by root (uint32, flat): roots ascending in ``entities``, where each one's items
    start, how many they are, and all items in ``grouped``, ascending within a root."""
    count = np.zeros(len(roots), np.uint32)
    for item in range(len(roots)):
        count[roots[item]] += 1
    entity, start = 0, 0
    for item in range(len(roots)):
        size = count[item]
        if size:
            entities[entity] = item
            starts[entity] = start
            sizes[entity] = size
            entity += 1
            count[item] = start
            start += size
    for item in range(len(roots)):
        grouped[count[roots[item]]] = item
        count[roots[item]] += 1
