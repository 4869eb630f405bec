"""Bounds of a reach by a general program for flows, and a reach out of a whole trace by poison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx

Coin = tuple[int, int, int, int]
"""Value, maker, taker, group; -1 as in ``clew.analysis.bounds``."""


def bounds(coins: Sequence[Coin], fees: Sequence[int], count: int) -> tuple[list[int], list[int]]:
    """The most and the least of each group, the fees last."""
    edges = [*coins, *((fee, step, -1, count) for step, fee in enumerate(fees))]
    total = sum(value for value, maker, _, _ in edges if maker < 0)
    most = [_flow(edges, {group}) for group in range(count + 1)]
    others = [_flow(edges, set(range(count + 1)) - {group}) for group in range(count + 1)]
    return most, [total - each for each in others]


def _flow(edges: Sequence[Coin], wanted: set[int]) -> int:
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for value, maker, taker, group in edges:
        head = taker if taker >= 0 else "sink" if group in wanted else "elsewhere"
        tail = maker if maker >= 0 else "source"
        known = graph.get_edge_data(tail, head, {"capacity": 0})
        graph.add_edge(tail, head, capacity=known["capacity"] + value)
    return int(nx.maximum_flow_value(graph, "source", "sink"))


def reach_of(
    told: dict[str, Any], values: dict[str, int], fees: dict[str, int], group_of: dict[str, int]
) -> tuple[list[Coin], list[int]]:
    """Coins and fees of a trace by poison, as its file tells it; ``group_of`` an end."""
    number = {row["txid"]: place for place, row in enumerate(told["steps"])}
    takes = {row["coin"]: number[step["txid"]] for step in told["steps"] for row in step["in"]}
    coins: list[Coin] = []
    for row in told["sources"]:
        coins.append(_coin(row, values, -1, takes, group_of))
    for step in told["steps"]:
        coins += [_coin(row, values, number[step["txid"]], takes, group_of) for row in step["out"]]
    return coins, [fees[row["txid"]] for row in told["steps"]]


def _coin(
    row: dict[str, Any], values: dict[str, int], maker: int, takes: dict[str, int], group_of: dict[str, int]
) -> Coin:
    if row["end"]:
        return values[row["coin"]], maker, -1, group_of[row["end"]]
    return values[row["coin"]], maker, takes[row["coin"]], -1
