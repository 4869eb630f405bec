"""Graphs of addresses and what joins them: neighbours, distances, disjoint paths, and what hangs on one.

A graph has two kinds of node: *places* (addresses) and *joints* (what joins several of them). Edges run
between a place and a joint. ``place_starts``, ``place_edges`` list the joints of each place, ascending,
and ``joint_starts``, ``joint_edges`` the places of each joint.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import kernel


class Graph(NamedTuple):
    """Starts are int64 (one more than nodes), edges int32 (rows of the other kind)."""

    place_starts: Any
    place_edges: Any
    joint_starts: Any
    joint_edges: Any


@kernel
def adjacency(own: Any, other: Any, starts: Any, edges: Any) -> None:
    """Group ``other`` (int32) by ``own`` (int32), in the order given; ``starts`` int64, zeros before."""
    for row in range(len(own)):
        starts[own[row] + 1] += 1
    for node in range(1, len(starts)):
        starts[node] += starts[node - 1]
    for row in range(len(own)):
        edges[starts[own[row]]] = other[row]
        starts[own[row]] += 1
    for node in range(len(starts) - 1, 0, -1):
        starts[node] = starts[node - 1]
    starts[0] = 0


class Ends(NamedTuple):
    """Ends of links, an address in one key each: its place (int32), key (int64) and joint (uint32, the
    number of the joint's first end), room for two by link. By place, int64 and int32, -1 before: the last
    key in which it was an end, and which end it was."""

    place: Any
    key: Any
    joint: Any
    last: Any
    latest: Any


@kernel
def ends_of(keys: Any, a: Any, b: Any, ends: Ends) -> int:
    """Find what links connect within each key. ``keys`` (int64) ascend; ``a`` and ``b`` (int32) are places.

    Returns how many ends there are.
    """
    place, key, joint, last, latest = ends
    count = np.int64(0)
    for link in range(len(keys)):
        for side in range(2):
            end = a[link] if side == 0 else b[link]
            if last[end] != keys[link]:
                last[end] = keys[link]
                latest[end] = count
                place[count], key[count], joint[count] = end, keys[link], count
                count += 1
        left, right = np.int64(latest[a[link]]), np.int64(latest[b[link]])
        while joint[left] != left:
            joint[left] = joint[joint[left]]
            left = np.int64(joint[left])
        while joint[right] != right:
            joint[right] = joint[joint[right]]
            right = np.int64(joint[right])
        if left < right:
            joint[right] = left
        elif right < left:
            joint[left] = right
    for end in range(count):
        joint[end] = joint[joint[end]]
    return count


@kernel
def distances(graph: Graph, source: int, distance: Any, queue: Any) -> int:
    """Joints on the way from ``source`` to each place (int32, -1 before and where there is no way).

    ``queue`` (int32) has room for all places; it holds those reached, nearest first. Returns how many.
    """
    place_starts, place_edges, joint_starts, joint_edges = graph
    seen = np.zeros(len(joint_starts) - 1, np.bool_)
    distance[source] = 0
    queue[0] = source
    head, count = 0, 1
    while head < count:
        place = queue[head]
        head += 1
        for at in range(place_starts[place], place_starts[place + 1]):
            joint = place_edges[at]
            if seen[joint]:
                continue
            seen[joint] = True
            for to in range(joint_starts[joint], joint_starts[joint + 1]):
                other = joint_edges[to]
                if distance[other] < 0:
                    distance[other] = distance[place] + 1
                    queue[count] = other
                    count += 1
    return count


class Flow(NamedTuple):
    """Paths that share no joint. By joint, int32: ``came`` and ``goes``, the places before and after it on
    the path that takes it, or -1; by node, int32, room for a search: places, then joints entered, then
    joints left."""

    came: Any
    goes: Any
    reached: Any
    queue: Any


@kernel
def _search(graph: Graph, flow: Flow, source: int, target: int) -> bool:
    """Look for one more path, which may take another course for those there are."""
    place_starts, place_edges, joint_starts, joint_edges = graph
    came, goes, reached, queue = flow
    places, joints = len(place_starts) - 1, len(joint_starts) - 1
    reached[:] = -1
    reached[source] = source
    queue[0] = source
    head, count = 0, 1
    while head < count:
        node = queue[head]
        head += 1
        if node < places:
            for at in range(place_starts[node], place_starts[node + 1]):
                joint = place_edges[at]
                entered, left = places + joint, places + joints + joint
                # A path that leaves the joint for this place can be told to leave it for another.
                if goes[joint] == node and reached[left] < 0:
                    reached[left] = node
                    queue[count] = left
                    count += 1
                if reached[entered] < 0:
                    reached[entered] = node
                    queue[count] = entered
                    count += 1
        elif node < places + joints:
            joint = node - places
            # A taken joint can only be entered instead of the path that takes it.
            if came[joint] >= 0:
                if reached[came[joint]] < 0:
                    reached[came[joint]] = node
                    queue[count] = came[joint]
                    count += 1
            elif reached[node + joints] < 0:
                reached[node + joints] = node
                queue[count] = node + joints
                count += 1
        else:
            joint = node - places - joints
            if came[joint] >= 0 and reached[node - joints] < 0:
                reached[node - joints] = node
                queue[count] = node - joints
                count += 1
            for to in range(joint_starts[joint], joint_starts[joint + 1]):
                other = joint_edges[to]
                if reached[other] < 0:
                    reached[other] = node
                    queue[count] = other
                    count += 1
                    if other == target:
                        return True
    return False


@kernel
def _augment(flow: Flow, places: int, joints: int, source: int, target: int) -> None:
    """Take the path that was found, from its end to its beginning."""
    came, goes, reached, _ = flow
    node = target
    while node != source:
        before = reached[node]
        if node < places:
            if before >= places + joints:
                goes[before - places - joints] = node
            elif reached[before] >= places + joints:
                # In through its way out: nobody takes the joint any more.
                came[before - places] = -1
                goes[before - places] = -1
                node = reached[before]
                before = reached[node]
            # Else the joint is entered from elsewhere, see below.
        elif node < places + joints and before < places:
            came[node - places] = before
        node = before


@kernel
def disjoint_paths(graph: Graph, source: int, target: int, most: int, flow: Flow) -> int:
    """How many paths lead from ``source`` to ``target`` without sharing a joint, up to ``most``.

    ``flow`` holds -1 before, and the paths after. Where fewer than ``most`` are found, ``flow.reached`` tells
    what the last search reached: joints entered (>= 0) and not left (-1) cut the two apart, as many as paths.
    """
    places, joints = len(graph.place_starts) - 1, len(graph.joint_starts) - 1
    flow.came[:] = -1
    flow.goes[:] = -1
    found = 0
    while found < most and _search(graph, flow, source, target):
        _augment(flow, places, joints, source, target)
        found += 1
    return found


@kernel
def strengths(graph: Graph, source: int, asked: Any, most: int, flow: Flow, found: Any) -> None:
    """``disjoint_paths`` from ``source`` to each of the places ``asked`` (int32), into ``found`` (int32)."""
    for row in range(len(asked)):
        found[row] = disjoint_paths(graph, source, asked[row], most, flow)


@kernel
def hanging_parts(graph: Graph, source: int, order: Any, out: tuple[Any, Any, Any]) -> tuple[int, int]:
    """What falls away from ``source`` where one joint is taken away (Hopcroft and Tarjan 1973).

    ``order`` (int32, room for all places) gets the places in the order of a search from ``source``.
    ``out`` (int32): each part's joint, where it begins in ``order`` and where it ends; room for all edges.
    Parts of parts are listed, too. Returns how many places were reached, and how many parts there are.
    """
    place_starts, place_edges, joint_starts, joint_edges = graph
    part_joint, part_first, part_last = out
    places, joints = len(place_starts) - 1, len(joint_starts) - 1
    # When each node was met, and the earliest that its part of the tree leads back to.
    met = np.full(places + joints, -1, np.int32)
    back = np.empty(places + joints, np.int32)
    parent = np.empty(places + joints, np.int32)
    at = np.empty(places + joints, np.int64)
    begins = np.empty(places, np.int32)
    met[source], back[source], parent[source], at[source] = 0, 0, -1, place_starts[source]
    begins[source] = 0
    order[0] = source
    node, clock, reached, parts = np.int64(source), 1, 1, 0
    while node >= 0:
        is_place = node < places
        row = node if is_place else node - places
        last = place_starts[row + 1] if is_place else joint_starts[row + 1]
        if at[node] < last:
            other = np.int64(place_edges[at[node]]) + places if is_place else np.int64(joint_edges[at[node]])
            at[node] += 1
            if met[other] < 0:
                met[other], back[other], parent[other] = clock, clock, node
                clock += 1
                if other < places:
                    at[other] = place_starts[other]
                    begins[other] = reached
                    order[reached] = other
                    reached += 1
                else:
                    at[other] = joint_starts[other - places]
                node = other
            elif other != parent[node]:
                back[node] = min(back[node], met[other])
            continue
        above = np.int64(parent[node])
        if above >= 0:
            back[above] = min(back[above], back[node])
            if is_place and back[node] >= met[above]:
                part_joint[parts] = above - places
                part_first[parts] = begins[node]
                part_last[parts] = reached
                parts += 1
        node = above
    return reached, parts


@kernel
def first_joined(parents: Any, a: Any, b: Any, item: int) -> int:
    """Join ``a[i]`` and ``b[i]`` (uint32) one after the other until ``item`` has a smaller root.

    ``parents`` (uint32) is a forest as for ``unionfind.union``. Returns that i, or the number of links.
    """
    for link in range(len(a)):
        left, right = a[link], b[link]
        while parents[left] != left:
            parents[left] = parents[parents[left]]
            left = parents[left]
        while parents[right] != right:
            parents[right] = parents[parents[right]]
            right = parents[right]
        if left < right:
            parents[right] = left
        elif right < left:
            parents[left] = right
        if parents[item] != item:
            return link
    return len(a)
