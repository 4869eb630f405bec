"""Graphs of places and joints: the kernels against sets and every joint taken away in turn."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from clew.kernels import graphs
from clew.ledger.columns import Array
from naive import graphs as naive


def grouped(pairs: Sequence[tuple[int, int]], count: int) -> tuple[Array, Array]:
    starts, edges = np.zeros(count + 1, np.int64), np.empty(len(pairs), np.int32)
    own = np.array([pair[0] for pair in pairs], np.int32)
    graphs.adjacency(own, np.array([pair[1] for pair in pairs], np.int32), starts, edges)
    return starts, edges


def graph_of(joints: naive.Joints, places: int) -> graphs.Graph:
    by_joint = [(joint, place) for joint, some in enumerate(joints) for place in sorted(some)]
    by_place = sorted((place, joint) for joint, place in by_joint)
    return graphs.Graph(*grouped(by_place, places), *grouped(by_joint, len(joints)))


def flow_of(graph: graphs.Graph) -> graphs.Flow:
    places, joints = len(graph.place_starts) - 1, len(graph.joint_starts) - 1
    return graphs.Flow(
        *(np.full(joints, -1, np.int32) for _ in range(2)),
        *(np.empty(places + 2 * joints, np.int32) for _ in range(2)),
    )


def some_graph(chance: random.Random) -> tuple[list[list[int]], int]:
    places = chance.randrange(2, 9)
    joints = [
        chance.sample(range(places), chance.randrange(2, min(places, 4) + 1))
        for _ in range(chance.randrange(1, 8))
    ]
    return joints, places


@pytest.mark.parametrize("seed", range(60))
def test_neighbours_and_distances(seed: int) -> None:
    joints, places = some_graph(random.Random(seed))
    graph = graph_of(joints, places)
    for place in range(places):
        mine = graph.place_edges[graph.place_starts[place] : graph.place_starts[place + 1]]
        assert mine.tolist() == [number for number, some in enumerate(joints) if place in some]
        found, queue = np.full(places, -1, np.int32), np.empty(places, np.int32)
        count = graphs.distances(graph, place, found, queue)
        expected = naive.distances(joints, place)
        assert {at: far for at, far in enumerate(found.tolist()) if far >= 0} == expected
        assert sorted(queue[:count].tolist()) == sorted(expected)


@pytest.mark.parametrize("seed", range(60))
def test_disjoint_paths_and_what_cuts_them(seed: int) -> None:
    joints, places = some_graph(random.Random(seed))
    graph = graph_of(joints, places)
    flow = flow_of(graph)
    for source in range(places):
        others = np.array([place for place in range(places) if place != source], np.int32)
        all_at_once = np.empty(len(others), np.int32)
        graphs.strengths(graph, source, others, 99, flow, all_at_once)
        for target, found in zip(others.tolist(), all_at_once.tolist(), strict=True):
            expected = naive.fewest_to_cut(joints, source, target)
            assert found == graphs.disjoint_paths(graph, source, target, 99, flow) == expected
            entered, left = flow.reached[places : places + len(joints)], flow.reached[places + len(joints) :]
            cut = np.flatnonzero((entered >= 0) & (left < 0)).tolist()
            assert len(cut) == expected
            assert target not in naive.distances(joints, source, cut)
            require_paths(joints, source, target, flow, expected)
            assert graphs.disjoint_paths(graph, source, target, 1, flow) == min(expected, 1)


def require_paths(joints: naive.Joints, source: int, target: int, flow: graphs.Flow, count: int) -> None:
    """The joints that are taken make so many paths, each joint in one of them."""
    steps = [
        (came, goes) for came, goes in zip(flow.came.tolist(), flow.goes.tolist(), strict=True) if came >= 0
    ]
    for number, (came, goes) in enumerate(zip(flow.came.tolist(), flow.goes.tolist(), strict=True)):
        assert (came >= 0) == (goes >= 0)
        assert came < 0 or {came, goes} <= set(joints[number])
    for place in {place for step in steps for place in step}:
        balance = sum(came == place for came, _ in steps) - sum(goes == place for _, goes in steps)
        assert balance == (count if place == source else -count if place == target else 0)


@pytest.mark.parametrize("seed", range(80))
def test_what_hangs_on_one_joint(seed: int) -> None:
    joints, places = some_graph(random.Random(seed))
    graph = graph_of(joints, places)
    for source in range(places):
        order = np.empty(places, np.int32)
        out = tuple(np.empty(len(graph.place_edges), np.int32) for _ in range(3))
        reached, parts = graphs.hanging_parts(graph, source, order, out)
        assert set(order[:reached].tolist()) == set(naive.distances(joints, source))
        assert order[0] == source
        rows = zip(*(column[:parts].tolist() for column in out), strict=True)
        found = [(joint, frozenset(order[first:last].tolist())) for joint, first, last in rows]
        assert len(set(found)) == len(found)
        assert set(found) == naive.hanging(joints, source)


@pytest.mark.parametrize("seed", range(40))
def test_the_first_link_that_absorbs(seed: int) -> None:
    chance = random.Random(seed)
    count = chance.randrange(2, 9)
    pairs = [(chance.randrange(count), chance.randrange(count)) for _ in range(chance.randrange(9))]
    a, b = (np.array([pair[side] for pair in pairs], np.uint32) for side in (0, 1))
    for item in range(count):
        found = graphs.first_joined(np.arange(count, dtype=np.uint32), a, b, item)
        smaller = [
            number
            for number in range(len(pairs))
            if naive.components(pairs[: number + 1], range(count))[item] != item
        ]
        assert found == (smaller[0] if smaller else len(pairs))


@pytest.mark.parametrize("seed", range(40))
def test_ends_of_links(seed: int) -> None:
    """Within each key the ends that links connect, and no others, are one joint."""
    chance = random.Random(seed)
    places = chance.randrange(2, 9)
    rows = sorted(
        (chance.randrange(4), *chance.sample(range(places), 2)) for _ in range(chance.randrange(15))
    )
    keys, a, b = (np.array([row[at] for row in rows], "i8") for at in range(3))
    ends = graphs.Ends(
        *(np.empty(2 * len(rows), dtype) for dtype in (np.int32, np.int64, np.uint32)),
        *(np.full(places, -1, dtype) for dtype in (np.int64, np.int32)),
    )
    count = graphs.ends_of(keys, a.astype(np.int32), b.astype(np.int32), ends)
    found: dict[int, set[tuple[int, int]]] = {}
    for place, key, joint in zip(*(column[:count].tolist() for column in ends[:3]), strict=True):
        found.setdefault(joint, set()).add((key, place))
    expected = set()
    for key in set(keys.tolist()):
        pairs = [(left, right) for each, left, right in rows if each == key]
        joined = naive.components(pairs, {place for pair in pairs for place in pair})
        for root in set(joined.values()):
            expected.add(frozenset((key, place) for place, least in joined.items() if least == root))
    assert {frozenset(group) for group in found.values()} == expected
    assert all(ends.joint[joint] == joint for joint in found)


@pytest.mark.jit_only
def test_a_chain_of_a_hundred_thousand_is_no_deep_recursion() -> None:
    """A path of joints, each of two places: every joint cuts off all that comes after it."""
    size = 100_000
    place = np.arange(size, dtype=np.int32)
    own, other = np.concatenate([place[:-1], place[1:]]), np.concatenate([place[:-1], place[:-1]])
    order = np.lexsort((other, own))
    starts, edges = np.zeros(size + 1, np.int64), np.empty(len(own), np.int32)
    graphs.adjacency(own[order], other[order], starts, edges)
    joint_starts, joint_edges = np.zeros(size, np.int64), np.empty(len(own), np.int32)
    order = np.lexsort((own, other))
    graphs.adjacency(other[order], own[order], joint_starts, joint_edges)
    graph = graphs.Graph(starts, edges, joint_starts, joint_edges)
    out = tuple(np.empty(len(edges), np.int32) for _ in range(3))
    reached, parts = graphs.hanging_parts(graph, 0, np.empty(size, np.int32), out)
    assert (reached, parts) == (size, size - 1)
    found, queue = np.full(size, -1, np.int32), np.empty(size, np.int32)
    assert graphs.distances(graph, 0, found, queue) == size
    assert found[-1] == size - 1
