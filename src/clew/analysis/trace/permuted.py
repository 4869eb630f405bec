"""How far results move when each transaction's outputs stood in another order.

Where outputs stand is up to the sender's program, so a policy that rests on their order rests on little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clew.analysis.trace.policies import ENDS, FEE
from clew.analysis.trace.traced import Traced, follow
from clew.analysis.trace.traces import Traces
from clew.analysis.trace.walk import SEEDS, Limits, Progress
from clew.errors import UsageError

BY_ORDER = ("fifo", "lifo", "seniority", "juniority")
"""Policies whose results rest on the order of outputs (for the others only single satoshi do)."""

MOST = 100_000

Key = tuple[str, int | None]
"""An end, and the entity where it is a service."""


def permuted(
    found: Traces,
    samples: int,
    seed: int,
    limits: Limits,
    *,
    memory: int | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> list[dict[str, Any]]:
    """For each policy that rests on the order: per destination what it got, and the least and the most that
    it got in ``samples`` samples, in each of which every transaction's outputs were put in an order drawn
    from ``seed``, the sample's number and the transaction's; the fee stays last."""
    told = []
    for trace in found.traces:
        if trace.policy not in BY_ORDER:
            continue
        sums = [_sums(found, trace)]
        for sample in range(samples):
            drawn = (seed * MOST + sample) % SEEDS + 1
            other = follow(
                found.ledger,
                found.sources,
                trace.policy,
                backward=trace.backward,
                limits=limits,
                stops=found.stops,
                memory=memory,
                seed=drawn,
            )
            sums.append(_sums(found, other))
            if tell:
                tell(Progress(f"permuting for {trace.policy}", sample + 1, samples, "samples"))
        keys = sorted({key for each in sums for key in each}, key=_place)
        told.append(
            {
                "policy": trace.policy,
                "destinations": [
                    {
                        "end": end,
                        "entity": entity,
                        "taint": sums[0].get((end, entity), 0),
                        "least": min(each.get((end, entity), 0) for each in sums),
                        "most": max(each.get((end, entity), 0) for each in sums),
                    }
                    for end, entity in keys
                ],
            }
        )
    return told


def checked(samples: int, seed: int) -> None:
    """Raises UsageError for numbers that cannot be."""
    if not 0 <= samples <= MOST:
        raise UsageError(f"permute: expected 0 to {MOST:,} samples, found {samples:,}")
    if not 0 <= seed < 1 << 31:
        raise UsageError(f"seed: expected 0 to {(1 << 31) - 1}, found {seed}")


def _place(key: Key) -> tuple[int, int]:
    end, entity = key
    return (ENDS.index(end) if end in ENDS else len(ENDS)), -1 if entity is None else entity


def _sums(found: Traces, trace: Traced) -> dict[Key, int]:
    """Taint by end, and by entity where that is a service."""
    sums: dict[Key, int] = {}
    ended = np.flatnonzero(trace.end)
    owners = found.owners(trace.coin[ended]).tolist()
    rows = zip(trace.end[ended].tolist(), owners, trace.taint[ended].tolist(), strict=True)
    for number, owner, taint in rows:
        end = str(ENDS[number])
        key = (end, owner if end == "service" else None)
        sums[key] = sums.get(key, 0) + taint
    fee = sum(trace.fee.tolist())
    if fee:
        sums[FEE, None] = fee
    return sums


__all__ = ["BY_ORDER", "checked", "permuted"]
