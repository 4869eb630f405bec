"""Flows through transactions: a first one, and how far it can be turned towards one destination or away.

A step is a transaction, an edge a coin or a fee: it carries what a step made (``maker``) into a later step
(``taker``), or out, to a group of ends (``group``). A flow is *full* if every source's coin carries its whole
value and every step passes on all that it gets. Between two full flows lies a circulation, so the most that
can reach a group is what any full flow brings it and what can still be turned its way (Ford and Fulkerson
1956). It is turned along shortest ways, in phases (Dinic 1970). All amounts are whole satoshi.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import borrowed, kernel

ROOM = 5
"""Rows of the room that ``turn`` needs: levels, steps seen, places in lists, a way's edges, its steps."""

_NONE = -1
_DEAD = 0


class Net(NamedTuple):
    """Edges by number, and which belong to each step.

    ``maker``, ``taker``, ``group`` int64 by edge: the step that made it, or -1 for a source's coin; the step
    that it goes into, or -1; where it ends, or -1. ``edges`` int64: for each step its edges out, then for
    each step its edges in, then for each group the edges that end there. ``first`` int64 (two for each step,
    one for each group, and one more): where each of these begins.
    """

    maker: Any
    taker: Any
    group: Any
    edges: Any
    first: Any


@kernel
def fill(net: Net, steps: int, value: Any, flow: Any) -> int:
    """A first full flow (``flow`` int64 by edge, from ``value``): each step fills its edges out in order.

    Returns -1, or the first step whose edges out are worth less than what comes in. Steps make edges only for
    later steps.
    """
    net = borrowed(net)
    for edge in range(len(net.maker)):
        flow[edge] = value[edge] if net.maker[edge] < 0 else 0
    for step in range(steps):
        left = np.int64(0)
        for place in range(net.first[steps + step], net.first[steps + step + 1]):
            left += flow[net.edges[place]]
        for place in range(net.first[step], net.first[step + 1]):
            edge = net.edges[place]
            flow[edge] = min(left, value[edge])
            left -= flow[edge]
        if left:
            return step
    return _NONE


@kernel
def turn(net: Net, steps: int, group: int, more: Any, less: Any, room: Any, most: int) -> Any:
    """Turn as much of a full flow as can be towards ``group``; ``more`` and ``less`` swapped: away from it.

    ``more``, ``less`` int64 by edge: how much it can still take, and give up; both are changed. ``room``
    int64 (ROOM, steps), whose first row is -1 before and after. Returns how much was turned, or -1 where
    that would need a look at more than ``most`` edges; and how many were looked at.
    """
    net = borrowed(net)
    more, less, room = borrowed(more), borrowed(less), borrowed(room)
    total, looks = np.int64(0), np.int64(0)
    while True:
        seen, found, looked = _levels(net, steps, group, more, less, room)
        looks += looked
        if found and looks <= most:
            turned, looked = _phase(net, steps, group, seen, more, less, room, most - looks)
            total += turned
            looks += looked
        for place in range(seen):
            room[0, room[1, place]] = _NONE
        if looks > most:
            return np.int64(_NONE), looks
        if not found:
            return total, looks


@kernel
def _levels(net: Net, steps: int, group: int, more: Any, less: Any, room: Any) -> Any:
    """How far each step is from the group, up to the nearest that can take from another group's edge."""
    level, queue = room[0], room[1]
    seen, looks, found = np.int64(0), np.int64(0), False
    at, last = np.int64(0), np.int64(0)
    for place in range(net.first[2 * steps + group], net.first[2 * steps + group + 1]):
        edge = net.edges[place]
        step = net.maker[edge]
        looks += 1
        if step >= 0 and more[edge] > 0 and level[step] == _NONE:
            level[step] = 1
            queue[seen] = step
            seen += 1
    while at < seen:
        step = queue[at]
        at += 1
        if found and level[step] > last:
            break
        for side in range(2):
            row = side * steps + step
            for place in range(net.first[row], net.first[row + 1]):
                edge = net.edges[place]
                looks += 1
                if side == 0:
                    if less[edge] <= 0 or net.group[edge] == group:
                        continue
                    other = net.taker[edge]
                    if other < 0:
                        found = True
                        last = level[step]
                        continue
                else:
                    other = net.maker[edge]
                    if more[edge] <= 0 or other < 0:
                        continue
                if level[other] == _NONE:
                    level[other] = level[step] + 1
                    queue[seen] = other
                    seen += 1
    return seen, found, looks


@kernel
def _phase(net: Net, steps: int, group: int, seen: int, more: Any, less: Any, room: Any, most: int) -> Any:
    """Turn flow along all shortest ways that the levels show."""
    way = room[3]
    total, looks = np.int64(0), np.int64(0)
    for place in range(seen):
        room[2, room[1, place]] = 0
    for place in range(net.first[2 * steps + group], net.first[2 * steps + group + 1]):
        start = net.edges[place]
        step = net.maker[start]
        while step >= 0 and more[start] > 0 and room[0, step] == 1 and looks <= most:
            length, looked = _way(net, steps, group, step, more, less, room)
            looks += looked
            amount = more[start] if length else np.int64(0)
            for part in range(length):
                edge = way[part] >> 1
                amount = min(amount, more[edge] if way[part] & 1 else less[edge])
            more[start] -= amount
            less[start] += amount
            for part in range(length):
                edge = way[part] >> 1
                given = amount if way[part] & 1 else -amount
                more[edge] -= given
                less[edge] += given
            total += amount
    return total, looks


@kernel
def _way(net: Net, steps: int, group: int, step: int, more: Any, less: Any, room: Any) -> Any:
    """A shortest way from a step to another group's edge; how many edges it has (0: none), and looks.

    Each is noted as twice its number, and one more where it comes in, so that it gets more.
    """
    level, pointer, way, nodes = room[0], room[2], room[3], room[4]
    depth, looks = np.int64(0), np.int64(0)
    nodes[0] = step
    while True:
        step = nodes[depth]
        outs = net.first[step + 1] - net.first[step]
        both = outs + net.first[steps + step + 1] - net.first[steps + step]
        forward = np.int64(_NONE)
        while pointer[step] < both:
            place = pointer[step]
            looks += 1
            if place < outs:
                edge = net.edges[net.first[step] + place]
                if less[edge] > 0 and net.group[edge] != group:
                    way[depth] = 2 * edge
                    forward = net.taker[edge]
                    if forward < 0:
                        return depth + 1, looks
            else:
                edge = net.edges[net.first[steps + step] + place - outs]
                if more[edge] > 0 and net.maker[edge] >= 0:
                    way[depth] = 2 * edge + 1
                    forward = net.maker[edge]
            if forward >= 0 and level[forward] == level[step] + 1:
                break
            forward = np.int64(_NONE)
            pointer[step] += 1
        if forward >= 0:
            depth += 1
            nodes[depth] = forward
            continue
        level[step] = _DEAD
        if depth == 0:
            return np.int64(0), looks
        depth -= 1
        pointer[nodes[depth]] += 1
