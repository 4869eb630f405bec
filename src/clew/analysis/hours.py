"""At which hours and on which weekdays an entity signed, as far as block times tell."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

import numpy as np

from clew.analysis.flows import Flows
from clew.analysis.months import times_of, zone_name

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FEW = 100
"""Below this many transactions a histogram is mostly chance."""

CLOCK = (
    "Hours and weekdays are those of blocks, in the zone named, which was chosen by whoever asked: when a "
    "transaction was sent is not known; it came earlier, by minutes as a rule and by hours or days where its "
    "fee was low. Programs send at any hour, several people may sign, and many people keep the same hours. "
    "No zone, place or person follows from it."
)


def hours(flows: Flows, zone: tzinfo) -> dict[str, Any]:
    """Transactions with inputs of the entities by hour of day and weekday of block time in ``zone``."""
    signed = flows.transactions[flows.spent > 0]
    moments = [datetime.fromtimestamp(time, zone) for time in times_of(flows.ledger, signed).tolist()]
    by_hour = (
        np.bincount([each.hour for each in moments], minlength=24) if moments else np.zeros(24, np.int64)
    )
    by_day = (
        np.bincount([each.weekday() for each in moments], minlength=7) if moments else np.zeros(7, np.int64)
    )
    return {
        "tz": zone_name(zone),
        "transactions": len(signed),
        "is_few": len(signed) < FEW,
        "by_hour": by_hour.tolist(),
        "by_weekday": by_day.tolist(),
    }


__all__ = ["CLOCK", "FEW", "WEEKDAYS", "hours"]
