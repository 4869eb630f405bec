"""What could have arrived at each destination of a trace, and what must have: bounds, by maximum flow.

A policy is a convention. What holds under every one is this: each transaction passes on just what it gets,
and no coin carries more than its value. Among all ways to share the money out so, one brings a destination
the most, another the least; each is a maximum flow through the coins that ``poison`` reaches. Every policy
that stops where this reach stops lies between. A policy that goes on where it stops, or stops where it goes
on (limits of hops and of value count by policy), need not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from clew.kernels import maxflow
from clew.ledger.columns import Array

EDGES = 20_000_000
"""The most coins and fees of a reach that is searched."""

LOOKS = 2_000_000_000
"""How often the edges of a reach may be looked at, for all groups together."""

_EXACT = 1 << 63


class Reach(NamedTuple):
    """What a trace under ``poison`` reaches, as arrays of int64.

    By coin, a source's own and each that a step tainted: ``value`` (satoshi), ``maker`` (the step that
    tainted it, -1: it is a source's own), ``taker`` (the step into which it goes on, -1: it ends). By step:
    ``fee``, the satoshi of its fee (backward: 0). Steps are numbered from 0 in the order they were taken in.
    """

    value: Array
    maker: Array
    taker: Array
    fee: Array


@dataclass(frozen=True)
class Bounds:
    """By group, the fees last: the ``most`` that could have arrived and the ``least`` that must have, of
    ``total`` satoshi. None where that was not searched, since it would have taken too long."""

    total: int
    most: tuple[int | None, ...]
    least: tuple[int | None, ...]


def bounds(reach: Reach, groups: Array, count: int, *, edges: int = EDGES, looks: int = LOOKS) -> Bounds:
    """Bounds for each of ``count`` groups of ends, and for the fees as one group more.

    ``groups`` int64 by coin: the group of a coin that ends, of others anything. Beyond ``edges`` coins and
    fees nothing is searched; groups are searched in their order until the edges were looked at ``looks``
    times. Raises ValueError for arrays that are no reach: of other lengths, a coin that goes back to an
    earlier step, a step that makes less than it gets.
    """
    coins, steps = len(reach.value), len(reach.fee)
    _require(reach, groups, count)
    total = sum(reach.value[reach.maker < 0].tolist())
    value = np.concatenate([reach.value, reach.fee])
    if len(value) > edges or sum(value.tolist()) >= _EXACT:
        return Bounds(total, (None,) * (count + 1), (None,) * (count + 1))
    rows = np.arange(steps)
    maker = np.concatenate([reach.maker, rows])
    taker = np.concatenate([reach.taker, np.full(steps, -1)])
    group = np.concatenate([np.where(reach.taker < 0, groups, -1), np.full(steps, count)])
    net = _net(maker, taker, group, steps, count + 1)
    flow = np.zeros(len(value), np.int64)
    short = maxflow.fill(net, steps, value, flow)
    if short >= 0:
        raise ValueError(f"step {short} of {steps} gets more than it makes: its coins or its fee are wrong")
    more, less = value - flow, flow
    # A source's own coin carries all of its value, in every full flow.
    more[:coins][reach.maker < 0] = 0
    room = np.full((maxflow.ROOM, max(steps, 1)), -1, np.int64)
    most: list[int | None] = []
    least: list[int | None] = []
    for number in range(count + 1):
        ends = net.edges[net.first[2 * steps + number] : net.first[2 * steps + number + 1]]
        arrived: list[int | None] = []
        for up, down in ((more, less), (less, more)):
            if looks >= 0:
                looks -= int(maxflow.turn(net, steps, number, up, down, room, looks)[1])
            arrived.append(sum(less[ends].tolist()) if looks >= 0 else None)
        most.append(arrived[0])
        least.append(arrived[1])
    return Bounds(total, tuple(most), tuple(least))


def _require(reach: Reach, groups: Array, count: int) -> None:
    steps = len(reach.fee)
    if not len(reach.value) == len(reach.maker) == len(reach.taker) == len(groups):
        raise ValueError("value, maker, taker and groups have different lengths")
    if (reach.value < 0).any() or (reach.fee < 0).any():
        raise ValueError("a value or a fee is below 0")
    goes_on = reach.taker >= 0
    if (reach.maker >= steps).any() or (reach.taker >= steps).any():
        raise ValueError(f"a coin names a step above the last, {steps - 1}")
    if (reach.maker[goes_on] >= reach.taker[goes_on]).any():
        raise ValueError("a coin goes into a step that was taken before it was made")
    if ((groups < 0) | (groups >= count))[~goes_on].any():
        raise ValueError(f"a coin that ends has a group outside 0 to {count - 1}")


def _net(maker: Array, taker: Array, group: Array, steps: int, groups: int) -> maxflow.Net:
    """The edges of each step and group, by number of edge."""
    row = np.concatenate(
        [maker, np.where(taker >= 0, taker + steps, -1), np.where(group >= 0, group + 2 * steps, -1)]
    )
    edge = np.tile(np.arange(len(maker)), 3)
    edge, row = edge[row >= 0], row[row >= 0]
    order = np.argsort(row, kind="stable")
    first = np.zeros(2 * steps + groups + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=2 * steps + groups), out=first[1:])
    maker, taker, group = (np.ascontiguousarray(each, np.int64) for each in (maker, taker, group))
    return maxflow.Net(maker, taker, group, edge[order], first)


__all__ = ["EDGES", "LOOKS", "Bounds", "Reach", "bounds"]
