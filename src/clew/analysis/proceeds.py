"""What entities took from outside, sent outside, and held, by month."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from clew.analysis.amounts import grouped_sums
from clew.analysis.answer import NOTICE, Answer
from clew.analysis.caveats import BLOCK_TIME
from clew.analysis.flows import Flows, flows_of
from clew.analysis.rows import Rows, answer
from clew.analysis.together import about, between, mixed
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import OVERWRITTEN, UNSPENDABLE

_SUMS = ("received", "spent", "fee", "overwritten", "unspendable")


def proceeds(
    ledger: Ledger, entities: Array, *, parameters: dict[str, Any], tz: str | tzinfo = "UTC"
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
    months = _months(flows, zone)
    total = {name: sum(month[name] for month in months) for name in _SUMS}
    rows = Rows(ledger)
    result: dict[str, Any] = {
        "entities": rows.cards(entities),
        "months": months,
        "total": total | {"held": flows.held},
        "between": between(flows),
        "notice": NOTICE,
    }
    stated = {**parameters, "tz": "UTC" if zone is UTC else str(zone)}
    caveats = (*about(flows), *mixed(flows.kinds), *rows.tags.caveats, BLOCK_TIME)
    return answer(ledger, "proceeds", stated, result, caveats)


def time_zone(tz: str | tzinfo) -> tzinfo:
    """The zone called ``tz``, by its IANA name. Raises UsageError."""
    if isinstance(tz, tzinfo):
        return tz
    if tz == "UTC":
        return UTC
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"time zone {tz!r}: expected an IANA name, such as Asia/Seoul or UTC") from None


def _months(flows: Flows, zone: tzinfo) -> list[dict[str, Any]]:
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
    times = {name: _times(ledger, transactions) for name, (transactions, _) in moves.items()}
    names, edges = _calendar(np.concatenate([times["fee"], times["overwritten"]]), zone)
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
    return months


def _overwritten(flows: Flows) -> tuple[Array, Array]:
    """Satoshi of each overwritten output, and the transaction that took its place."""
    lost = flows.spent_by == OVERWRITTEN
    column = flows.ledger.column
    later = dict(
        zip(column("overwritten.transaction").tolist(), column("overwritten.by").tolist(), strict=True)
    )
    by = [later[transaction] for transaction in flows.made_in[lost].tolist()]
    return flows.values[lost], np.array(by, np.int64)


def _times(ledger: Ledger, transactions: Array) -> Array:
    times: Array = ledger.column("blocks.time")[ledger.blocks_of_transactions(transactions)]
    return times.astype(np.int64)


def _calendar(times: Array, zone: tzinfo) -> tuple[list[str], Array]:
    """Names of the months from the first of ``times`` to the last, and when each begins."""
    first, last = (datetime.fromtimestamp(int(edge), zone) for edge in (times.min(), times.max()))
    months = [
        divmod(number, 12) for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]
    starts = [datetime(year, month + 1, 1, tzinfo=zone).timestamp() for year, month in months]
    return [f"{year}-{month + 1:02d}" for year, month in months], np.array(starts)


__all__ = ["proceeds", "time_zone"]
