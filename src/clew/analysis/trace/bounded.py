"""What could have arrived at each destination, and what must have, whatever the policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clew.analysis.amounts import grouped_sums
from clew.analysis.bounds import EDGES, LOOKS, Reach, bounds
from clew.analysis.trace.policies import ENDS, FEE, POISON
from clew.analysis.trace.sources import coins_spent_by
from clew.analysis.trace.traced import Traced, follow
from clew.analysis.trace.traces import Traces
from clew.analysis.trace.walk import Limits, Progress
from clew.ledger.columns import Array
from clew.ledger.ledger import expand


def bounded(
    found: Traces,
    limits: Limits,
    *,
    memory: int | None = None,
    edges: int = EDGES,
    looks: int = LOOKS,
    tell: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """For each service, and each other end, the least that must and the most that could have arrived.

    They hold for what poison reaches within the same limits. ``edges`` and ``looks`` bound the work: what
    would take more is not searched, and None. Raises UsageError where ``memory`` (bytes) does not suffice.
    """
    trace = next((each for each in found.traces if each.is_set), None)
    if trace is None:
        trace = follow(
            found.ledger,
            found.sources,
            POISON,
            backward=found.question.backward,
            limits=limits,
            stops=found.stops,
            memory=memory,
            tell=tell,
        )
    reach = _reach(found, trace)
    keys, groups = _groups(found, trace)
    known = bounds(reach, groups, len(keys), edges=edges, looks=looks)
    rows = [
        {"end": ENDS[end], "entity": owner if owner >= 0 else None, "least": least, "most": most}
        for (end, owner), least, most in zip(keys, known.least, known.most, strict=False)
    ]
    if reach.fee.any():
        rows.append({"end": FEE, "entity": None, "least": known.least[-1], "most": known.most[-1]})
    missing = sum(row["most"] is None for row in rows)
    return {
        "status": "complete" if not missing else "not searched" if missing == len(rows) else "cut",
        "coins": len(trace.coin),
        "total": known.total,
        "destinations": rows,
    }


def _reach(found: Traces, trace: Traced) -> Reach:
    count = len(trace.coin)
    steps = np.arange(len(trace.transactions))
    maker, taker = np.full(count, -1), np.full(count, -1)
    maker[len(trace.sources.outputs) :] = np.repeat(steps, np.diff(trace.first_out))
    taker[trace.coin_in] = np.repeat(steps, np.diff(trace.first_in))
    values = found.ledger.column("outputs.value")[trace.coin].astype(np.int64)
    fees = np.zeros(len(steps), np.int64) if trace.backward else _fees(found, trace.transactions)
    return Reach(values, maker, taker, fees)


def _fees(found: Traces, transactions: Array) -> Array:
    """What each transaction left to its miner."""
    ledger, steps = found.ledger, np.arange(len(transactions))
    values = ledger.column("outputs.value")
    starts, ends = ledger.input_ranges(transactions)
    _, spent = coins_spent_by(ledger, transactions)
    came = grouped_sums(np.repeat(steps, ends - starts), values[spent], len(steps))
    starts, ends = ledger.output_ranges(transactions)
    went = grouped_sums(np.repeat(steps, ends - starts), values[expand(starts, ends - starts)], len(steps))
    fees: Array = (came - went).astype(np.int64)
    return fees


def _groups(found: Traces, trace: Traced) -> tuple[list[tuple[int, int]], Array]:
    """Ends in the order of the table, with the entity of a service, else -1; and which one each coin has."""
    ended = trace.end.astype(np.int64)
    owners = np.where(ended == ENDS.index("service"), found.owners(trace.coin), -1)
    goes_on = ended == 0
    pairs, places = np.unique(np.stack([ended, owners], axis=1)[~goes_on], axis=0, return_inverse=True)
    groups = np.zeros(len(ended), np.int64)
    groups[~goes_on] = places.reshape(-1)
    return [(int(end), int(owner)) for end, owner in pairs], groups


__all__ = ["bounded"]
