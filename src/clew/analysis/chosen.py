"""Which payments of a register are asked for: by day, amount, payer and kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

import numpy as np

from clew.analysis.detectors import coinjoins_among
from clew.analysis.flows import MIXED, Flows, contains, input_addresses
from clew.analysis.months import span, times_of
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.schema import FLAG_COINBASE

COINBASE_KIND, COINJOIN_KIND, MIXED_KIND, ORDINARY = KINDS = ("coinbase", "coinjoin", "mixed", "ordinary")
"""Kinds of payments: of new coins, in a coinjoin, by a mixed transaction, and those that are none of them."""

BY_TIME, BY_VALUE = SORTS = ("time", "value")
"""Orders of a register: that of the chain, or the largest amount first."""


@dataclass(frozen=True)
class Choice:
    """What payments must be to be listed and summed; None and empty mean any.

    ``first`` and ``last``: days in the zone of the answer, both within. ``least`` and ``most``: satoshi,
    both within. ``payers``: entities, one of which must stand among the inputs; ``named``: as they were
    named. ``kinds``: of KINDS, one of which it must be.
    """

    first: str | date | None = None
    last: str | date | None = None
    least: int | None = None
    most: int | None = None
    payers: Array | None = None
    named: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise UsageError(f"kind {kind!r}: expected one of {', '.join(KINDS)}")
        if self.least is not None and self.most is not None and self.most < self.least:
            raise UsageError(
                f"expected an amount at most that is not below the one at least, found {self.most} satoshi "
                f"below {self.least}"
            )

    @property
    def parameters(self) -> dict[str, Any]:
        """What was asked, for an answer; what is not set is left out."""
        stated = {
            "from": None if self.first is None else str(self.first),
            "to": None if self.last is None else str(self.last),
            "least": self.least,
            "most": self.most,
            "payer": [*self.named] or None,
            "kind": [*self.kinds] or None,
        }
        return {name: value for name, value in stated.items() if value is not None}

    def of(self, flows: Flows, zone: tzinfo) -> Array:
        """Rows of ``flows.transactions`` that are payments and chosen; ascending. Raises UsageError."""
        rows = flows.payment_rows
        begin, end = span(self.first, self.last, zone)
        if begin is not None or end is not None:
            times = times_of(flows.ledger, flows.transactions[rows])
            kept = np.ones(len(rows), bool)
            kept &= True if begin is None else times >= begin
            kept &= True if end is None else times < end
            rows = rows[kept]
        if self.least is not None:
            rows = rows[flows.net[rows] >= self.least]
        if self.most is not None:
            rows = rows[flows.net[rows] <= self.most]
        if self.payers is not None:
            rows = rows[_paid_by(flows, rows, self.payers)]
        return rows[_of_kinds(flows, rows, self.kinds)] if self.kinds else rows


EVERY = Choice()
"""Every payment."""


def _paid_by(flows: Flows, rows: Array, payers: Array) -> Array:
    places, addresses = input_addresses(flows.ledger, flows.transactions[rows])
    owners = flows.ledger.column("entities.entity")[addresses]
    found = contains(np.unique(payers), owners) & ~contains(flows.entities, owners)
    kept = np.zeros(len(rows), bool)
    kept[places[found]] = True
    return kept


def _of_kinds(flows: Flows, rows: Array, kinds: Sequence[str]) -> Array:
    transactions = flows.transactions[rows]
    known = {
        COINBASE_KIND: (flows.ledger.column("transactions.flags")[transactions] & FLAG_COINBASE) != 0,
        COINJOIN_KIND: np.isin(transactions, coinjoins_among(flows.ledger, transactions)),
        MIXED_KIND: flows.kinds[rows] == MIXED,
    }
    known[ORDINARY] = ~np.logical_or.reduce([*known.values()])
    kept: Array = np.logical_or.reduce([known[kind] for kind in kinds])
    return kept


__all__ = ["BY_TIME", "BY_VALUE", "EVERY", "KINDS", "SORTS", "Choice"]
