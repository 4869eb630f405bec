"""Graphs of places and joints, the slow way: sets, and every joint taken away in turn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

Joints = Sequence[Collection[int]]
"""The places of each joint."""


def distances(joints: Joints, source: int, without: Collection[int] = ()) -> dict[int, int]:
    """Joints on the way from a place to each that can be reached."""
    found, edge = {source: 0}, {source}
    while edge:
        near = {
            place
            for number, places in enumerate(joints)
            if number not in without and edge & set(places)
            for place in places
        }
        edge = near - found.keys()
        step = max(found.values()) + 1
        found.update(dict.fromkeys(edge, step))
    return found


def fewest_to_cut(joints: Joints, source: int, target: int) -> int:
    """How many joints must be taken away before no way leads from one place to the other (Menger 1927)."""
    for count in range(len(joints) + 1):
        for taken in combinations(range(len(joints)), count):
            if target not in distances(joints, source, taken):
                return count
    raise AssertionError("without joints there is no way")


def hanging(joints: Joints, source: int) -> set[tuple[int, frozenset[int]]]:
    """Each joint and each part that falls away from a place without it."""
    everything = set(distances(joints, source))
    found = set()
    for number in range(len(joints)):
        rest = everything - distances(joints, source, [number]).keys()
        while rest:
            part = distances(joints, min(rest), [number]).keys()
            found.add((number, frozenset(part)))
            rest -= part
    return found


def components(pairs: Sequence[tuple[int, int]], items: Collection[int]) -> dict[int, int]:
    """The smallest item that each is joined to by pairs."""
    root = {item: item for item in items}
    for _ in range(len(root)):
        for a, b in pairs:
            root[a] = root[b] = min(root[a], root[b])
    return root
