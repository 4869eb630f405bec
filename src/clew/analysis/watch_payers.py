"""How many pay an entity who never did before: numbers, and no addresses."""

from __future__ import annotations

import numpy as np

from clew.analysis.amounts import exact_sum
from clew.analysis.caveats import COINJOIN, PAYERS
from clew.analysis.detectors import any_coinjoin
from clew.analysis.flows import contains, flows_of, input_addresses
from clew.analysis.watch_block import Block, Event

_DAY = 86_400
_MONDAY = 4 * _DAY
"""Unix time began on a Thursday; the Monday after it."""


def period_of(seconds: int, every: str) -> tuple[int, int]:
    """The day or week (from Monday on) in UTC that a time falls in: its first second, and the next one's."""
    length, zero = (_DAY, 0) if every == "day" else (7 * _DAY, _MONDAY)
    first = (seconds - zero) // length * length + zero
    return first, first + length


def counted(block: Block, address: int, every: str) -> list[Event]:
    """The count for a day or week that ended with the block before ``block``, by median time, which never
    runs backwards; nothing where none ended, or nobody new paid in it."""
    times = block.ledger.column("blocks.median_time")
    if not block.height:
        return []
    first, end = period_of(int(times[block.height - 1]), every)
    if block.median_time < end:
        return []
    view = block.view
    entity = np.array([view.entity_of(address)])
    flows = flows_of(view, entity)
    paying = flows.transactions[flows.payment_rows]
    when = times[view.blocks_of_transactions(paying)].astype(np.int64)
    paying, when, net = paying[when < end], when[when < end], flows.net[flows.payment_rows][when < end]
    places, addresses = input_addresses(view, paying)
    owners = view.column("entities.entity")[addresses].astype(np.int64)
    outside = ~contains(entity, owners)
    places, owners = places[outside], owners[outside]
    # Payments stand in chain order, so that the first of each payer is the one that counts.
    payers, places_of = np.unique(owners, return_index=True)
    new = int(np.count_nonzero(when[places[places_of]] >= first))
    if not new:
        return []
    inside = when >= first
    what = {
        "new_payers": new,
        "payers": len(np.unique(owners[when[places] >= first])),
        "payers_before": len(payers) - new,
        "payments": int(np.count_nonzero(inside)),
        "value": exact_sum(net[inside]),
        "period": every,
        "period_start": first,
        "period_end": end,
    }
    entities = "1 entity" if new == 1 else f"{new:,} entities"
    says = f"{entities} paid in this {every} that had not paid before."
    caveats = (PAYERS, COINJOIN) if any_coinjoin(view, paying[inside]) else (PAYERS,)
    return [Event("payers", None, what, says, caveats)]


__all__ = ["counted", "period_of"]
