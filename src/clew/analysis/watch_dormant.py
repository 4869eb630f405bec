"""Coins that have lain long, and move."""

from __future__ import annotations

import numpy as np

from clew.analysis.amounts import exact_sum
from clew.analysis.caveats import CONTROL
from clew.analysis.watch_block import Block, Event

_DAY = 86_400


def moved(block: Block, address: int, days: int | None, blocks: int | None) -> list[Event]:
    """The transactions of ``block`` that spend coins of the entity which lay long enough, in chain order.

    A coin's age is counted in blocks, or in days of median time, from the block that made it to this one.
    """
    own = block.own(address)
    if not own.any():
        return []
    view = block.view
    spenders, spent = block.spenders[own], block.spent[own]
    heights = view.blocks_of_transactions(view.transactions_of_outputs(spent))
    seconds = block.median_time - view.column("blocks.median_time")[heights].astype(np.int64)
    old = seconds >= days * _DAY if days is not None else block.height - heights >= (blocks or 0)
    events = []
    for transaction in np.unique(spenders[old]).tolist():
        mine = old & (spenders == transaction)
        value = exact_sum(view.column("outputs.value")[spent[mine]])
        what = {
            "value": value,
            "coins": int(np.count_nonzero(mine)),
            "oldest_days": int(seconds[mine].max()) // _DAY,
            "oldest_height": int(heights[mine].min()),
        }
        coins = "1 coin" if what["coins"] == 1 else f"{what['coins']:,} coins"
        says = f"{coins} of {value:,} satoshi moved that had lain for up to {what['oldest_days']:,} days."
        events.append(Event("dormant", view.txid(transaction), what, says, (CONTROL,)))
    return events


__all__ = ["moved"]
