"""What entities took from outside, sent outside, and held, by month."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

import numpy as np

from clew.analysis.amounts import grouped_sums
from clew.analysis.answer import NOTICE, Answer
from clew.analysis.caveats import BLOCK_TIME
from clew.analysis.flows import Flows, flows_of
from clew.analysis.months import calendar, time_zone, times_of, zone_name
from clew.analysis.prices import Values
from clew.analysis.rows import Rows, answer
from clew.analysis.together import about, between, mixed
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import OVERWRITTEN, UNSPENDABLE

_SUMS = ("received", "spent", "fee", "overwritten", "unspendable")


def proceeds(
    ledger: Ledger,
    entities: Array,
    *,
    parameters: dict[str, Any],
    tz: str | tzinfo = "UTC",
    values: Values | None = None,
) -> Answer:
    """What ``entities`` (distinct ascending ids), taken as one, received, spent and held.

    A month is a calendar month of block time in the zone ``tz``; all months from the first movement
    to the last are listed. What moves inside is not income. ``held`` is at the month's end: all that
    was received until then, less spent, fee, overwritten and unspendable. Raises UsageError for an
    unknown zone. ``between`` is what moved
    from one of the entities to another; see ``clew.analysis.together``.
    """
    zone = time_zone(tz)
    flows = flows_of(ledger, entities)
    months = _months(flows, zone, values)
    total = {name: sum(month[name] for month in months) for name in _SUMS}
    rows = Rows(ledger)
    result: dict[str, Any] = {
        "entities": rows.cards(entities),
        "months": months,
        "total": total | {"held": flows.held} | _values(flows, values),
        "between": between(flows),
        "notice": NOTICE,
    }
    stated = {**parameters, "tz": zone_name(zone), **(values.parameters if values else {})}
    priced = values.caveats if values else ()
    caveats = (*about(flows), *mixed(flows.kinds), *rows.tags.caveats, *priced, BLOCK_TIME)
    return answer(ledger, "proceeds", stated, result, caveats)


def _months(flows: Flows, zone: tzinfo, values: Values | None) -> list[dict[str, Any]]:
    ledger = flows.ledger
    lost, lost_in = _overwritten(flows)
    dead = flows.spent_by == UNSPENDABLE
    outflow_rows, _, outflow_values = flows.outflows
    payment_rows = flows.payment_rows
    # Each kind of movement: the transactions it happened in, and satoshi.
    moves = {
        "received": (flows.transactions[payment_rows], flows.net[payment_rows]),
        "spent": (flows.transactions[outflow_rows], outflow_values),
        "fee": (flows.transactions, flows.fees),
        "overwritten": (lost_in, lost),
        "unspendable": (flows.made_in[dead], flows.values[dead]),
    }
    times = {name: times_of(ledger, transactions) for name, (transactions, _) in moves.items()}
    names, edges = calendar(np.concatenate([times["fee"], times["overwritten"]]), zone)
    places = {name: np.searchsorted(edges, when, "right") - 1 for name, when in times.items()}
    sums = {name: grouped_sums(places[name], moves[name][1], len(names)).tolist() for name in _SUMS}
    counts = {
        "payments": np.bincount(places["received"], minlength=len(names)).tolist(),
        "outflows": np.bincount(places["spent"], minlength=len(names)).tolist(),
    }
    months: list[dict[str, Any]] = []
    held = 0
    for row, name in enumerate(names):
        month = {key: column[row] for key, column in {**sums, **counts}.items()}
        held += month["received"] - sum(month[key] for key in _SUMS[1:])
        months.append({"month": name, **month, "held": held})
    if values:
        for name, key in (("received", "received_values"), ("spent", "spent_values")):
            amounts = _by_place(places[name], times[name], moves[name][1], len(names))
            for month, own in zip(months, amounts, strict=True):
                month[key] = values.totals(own)
    return months


def _by_place(places: Array, times: Array, amounts: Array, count: int) -> list[list[tuple[int, int]]]:
    """Time and satoshi of each movement, by month."""
    found: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for place, time, satoshi in zip(places.tolist(), times.tolist(), amounts.tolist(), strict=True):
        found[place].append((time, satoshi))
    return found


def _values(flows: Flows, values: Values | None) -> dict[str, Any]:
    """Totals of what was received and spent, valued movement by movement; nothing where not asked for."""
    if not values:
        return {}
    outflow_rows, _, spent = flows.outflows
    received = flows.payment_rows
    moves = {"received_values": (received, flows.net[received]), "spent_values": (outflow_rows, spent)}
    return {
        key: values.totals(
            [*zip(times_of(flows.ledger, flows.transactions[rows]).tolist(), amounts.tolist(), strict=True)]
        )
        for key, (rows, amounts) in moves.items()
    }


def _overwritten(flows: Flows) -> tuple[Array, Array]:
    """Satoshi of each overwritten output, and the transaction that took its place."""
    lost = flows.spent_by == OVERWRITTEN
    column = flows.ledger.column
    later = dict(
        zip(column("overwritten.transaction").tolist(), column("overwritten.by").tolist(), strict=True)
    )
    by = [later[transaction] for transaction in flows.made_in[lost].tolist()]
    return flows.values[lost], np.array(by, np.int64)


__all__ = ["proceeds", "time_zone"]
