"""Why addresses are one entity: its links, grouped by the transaction that they stand in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """One transaction that joins ``addresses`` by one rule: it stands for one link less than these."""

    txid: str
    height: int
    time: int
    rule: str
    version: int
    addresses: tuple[str, ...]


def evidence(links: Iterable[Mapping[str, Any]], asked: Sequence[str]) -> list[Evidence]:
    """The transactions of ``links``, those that say most about the addresses ``asked`` first.

    First stand the transactions through which the asked addresses hang together, by as few steps
    as possible; then those that name one of them; then the others; each part in chain order.
    Within a transaction, too, the addresses asked about come first, and those that lead to them.
    """
    rows = _by_transaction(links)
    wanted = set(asked)
    joining, on_the_way = _chains(rows, asked)
    first = wanted | on_the_way

    def rank(i: int) -> int:
        return 0 if i in joining else 1 + wanted.isdisjoint(rows[i].addresses)

    order = sorted(range(len(rows)), key=rank)
    return [
        replace(
            rows[i],
            addresses=tuple(sorted(rows[i].addresses, key=lambda one: (one not in wanted, one not in first))),
        )
        for i in order
    ]


def _by_transaction(links: Iterable[Mapping[str, Any]]) -> list[Evidence]:
    found: dict[tuple[str, int, int, str, int], dict[str, None]] = {}
    for link in links:
        place = (link["txid"], link["height"], link["time"], link["rule"], link["version"])
        found.setdefault(place, {}).update(dict.fromkeys((str(link["a"]), str(link["b"]))))
    return [Evidence(*place, tuple(addresses)) for place, addresses in found.items()]


def _chains(rows: Sequence[Evidence], asked: Sequence[str]) -> tuple[set[int], set[str]]:
    """Rows and addresses on the shortest ways from the first address asked about to each other one."""
    before = _reached(rows, asked[0]) if len(asked) > 1 else {}
    joining: set[int] = set()
    on_the_way: set[str] = set()
    for address in asked[1:]:
        here = address
        while here in before and here not in on_the_way:
            on_the_way.add(here)
            row, here = before[here]
            joining.add(row)
    return joining, on_the_way


def _reached(rows: Sequence[Evidence], start: str) -> dict[str, tuple[int, str]]:
    """For each address that hangs together with ``start``: the row and the address it is reached by."""
    standing: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        for address in row.addresses:
            standing.setdefault(address, []).append(i)
    before: dict[str, tuple[int, str]] = {}
    used: set[int] = set()
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for i in standing.get(here, ()):
            if i in used:
                continue
            used.add(i)
            for there in rows[i].addresses:
                if there != start and there not in before:
                    before[there] = (i, here)
                    queue.append(there)
    return before
