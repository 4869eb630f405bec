"""One side of exposure: what was sent, or what was received, by category, under one policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from clew.analysis.detectors import coinjoins_among
from clew.analysis.exposure.categories import (
    COINJOIN,
    FEES,
    MINING,
    MIXED,
    RETURNED,
    UNATTRIBUTED,
    Categories,
)
from clew.analysis.flows import MIXED as MIXED_KIND
from clew.analysis.flows import NO_ROW, RECEIVING, Flows, contains
from clew.analysis.holders import PLAIN, SERVICE
from clew.analysis.patterns.scene import NOBODY, owners_of
from clew.analysis.trace.policies import ENDS
from clew.analysis.trace.sources import Sources, coins_spent_by
from clew.analysis.trace.stops import Stops
from clew.analysis.trace.traced import Traced, follow
from clew.analysis.trace.walk import Limits, Progress
from clew.ledger.columns import Array
from clew.ledger.ledger import expand
from clew.schema import MAX_TRANSACTIONS, NO_OUTPUT

Tell = Callable[[Progress], None]


@dataclass
class Sums:
    """Satoshi: by category, direct and indirect; by service, direct and indirect; of what is unattributed by
    why its way ends."""

    direct: Counter[str] = field(default_factory=Counter)
    indirect: Counter[str] = field(default_factory=Counter)
    services: dict[str, list[int]] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)

    def add(self, category: str, value: int, *, direct: bool, service: str | None = None) -> None:
        """Count an amount."""
        (self.direct if direct else self.indirect)[category] += value
        if service is not None:
            self.services.setdefault(service, [0, 0])[0 if direct else 1] += value

    def leave(self, end: str, value: int, *, direct: bool) -> None:
        """Count an amount that no service is named for."""
        self.add(UNATTRIBUTED, value, direct=direct)
        self.ends[end] += value

    @property
    def total(self) -> int:
        """Everything."""
        return self.direct.total() + self.indirect.total()


class Closed(Stops):
    """The stops of a trace, and the entities asked about: what comes back to them has arrived."""

    def __init__(self, flows: Flows) -> None:
        super().__init__(flows.ledger)
        self._asked = flows.entities.astype(np.int64)
        self._ahead: set[bool] = set()

    def kinds(self, outputs: Array) -> Array:
        """As ``Stops.kinds``; a coin of those asked about is SERVICE."""
        kinds = super().kinds(outputs)
        kinds[contains(self._asked, owners_of(self.ledger, outputs))] = SERVICE
        return kinds

    def look_ahead(self, coins: Array, hops: int, *, backward: bool) -> None:
        """Find what walks over ``hops`` transactions from ``coins`` (int64) will ask, a hop at once.

        It only saves time: a walk asks block by block, often for few, and each asking has its cost. All
        policies have the same coins, so that each direction is looked at once.
        """
        if backward in self._ahead:
            return
        self._ahead.add(backward)
        ledger, passed = self.ledger, np.empty(0, np.int64)
        for _ in range(hops):
            if backward:
                found = np.unique(ledger.transactions_of_outputs(np.unique(coins)))
            else:
                spent_by = ledger.column("spends.spent_by")[coins]
                found = np.unique(spent_by[spent_by < MAX_TRANSACTIONS])
            fresh = np.setdiff1d(found.astype(np.int64), passed, assume_unique=True)
            if not len(fresh):
                return
            passed = np.union1d(passed, fresh)
            fresh = fresh[~self.coinjoins(fresh)]
            if backward:
                coins = coins_spent_by(ledger, fresh)[1]
                coins = coins[coins != NO_OUTPUT]
            else:
                starts, ends = ledger.output_ranges(fresh)
                coins = expand(starts, ends - starts)
            coins = coins[self.kinds(coins) == PLAIN]


@dataclass(frozen=True)
class Ways:
    """What is needed to follow: the movements, the stops, the categories, and how far.

    ``passes_all``: whether a policy goes wherever it may go, as haircut does without a least value.
    """

    flows: Flows
    stops: Closed
    categories: Categories
    limits: Limits
    memory: int | None = None
    tell: Tell | None = None
    passes_all: bool = False


def _mixed(ways: Ways, sums: Sums, *, sent: bool) -> None:
    """What mixed transactions cost the entities, or brought them."""
    flows = ways.flows
    rows = np.flatnonzero((flows.kinds == MIXED_KIND) & ((flows.net < 0) if sent else (flows.net > 0)))
    joins = coinjoins_among(flows.ledger, flows.transactions[rows].astype(np.int64))
    for row in rows.tolist():
        joined = bool(contains(joins, flows.transactions[row : row + 1].astype(np.int64))[0])
        sums.add(COINJOIN if joined else MIXED, abs(int(flows.net[row])), direct=True)


def sent(ways: Ways, policy: str) -> Sums:
    """Where what the entities sent went: straight to a service, or over other hands, by ``policy``."""
    sums, ledger = Sums(), ways.flows.ledger
    _mixed(ways, sums, sent=True)
    _, coins, values = ways.flows.outflows
    real = coins != NO_ROW
    coins, values = coins[real].astype(np.int64), values[real].astype(np.int64)
    owners = owners_of(ledger, coins)
    kinds = ways.stops.kinds(coins)
    for owner, value in _grouped(owners[kinds != PLAIN], values[kinds != PLAIN]):
        _to(ways, sums, owner, value, direct=True)
    nobody = owners == NOBODY
    burnt = sum(values[nobody].tolist())
    if burnt:
        sums.leave("unspendable", burnt, direct=True)
    onward = (kinds == PLAIN) & ~nobody & (values > 0)
    _follow(ways, sums, policy, coins[onward], values[onward], backward=False)
    return sums


def received(ways: Ways, policy: str) -> Sums:
    """Where what the entities received came from, by ``policy``; straight means by whoever paid them."""
    sums, flows = Sums(), ways.flows
    _mixed(ways, sums, sent=False)
    rows = np.searchsorted(flows.transactions, flows.made_in)
    paid = (flows.kinds[rows] == RECEIVING) & (flows.values > 0)
    coins, values = flows.outputs[paid].astype(np.int64), flows.values[paid].astype(np.int64)
    _follow(ways, sums, policy, coins, values, backward=True)
    return sums


def _follow(ways: Ways, sums: Sums, policy: str, coins: Array, values: Array, *, backward: bool) -> None:
    """Follow coins (ascending) and count what becomes of them."""
    if not len(coins):
        return
    order = np.argsort(coins)
    if ways.passes_all and ways.limits.hops:
        ways.stops.look_ahead(coins, ways.limits.hops, backward=backward)
    traced = follow(
        ways.flows.ledger, Sources(coins[order], values[order], (), 0), policy, backward=backward,
        limits=ways.limits, stops=ways.stops, memory=ways.memory, tell=ways.tell,
    )  # fmt: skip
    count_ends(ways, sums, traced)


def count_ends(ways: Ways, sums: Sums, traced: Traced) -> None:
    """Count where the ways of a trace end.

    Backward the first hop are the coins of whoever paid: a service there is direct, and so is what the coins
    received come of by themselves, as new coins do. Forward the coins sent are the sources: what becomes of
    them is beyond whoever was paid, and so indirect, but for those that still lie there.
    """
    fees = sum(traced.fee.tolist())
    if fees:
        sums.add(FEES, fees, direct=False)
    ended = np.flatnonzero(traced.end)
    hops = traced.hop[ended]
    ends, values = traced.end[ended], traced.taint[ended]
    owners = owners_of(ways.flows.ledger, traced.coin[ended])
    for end, hop in sorted({*zip(ends.tolist(), np.minimum(hops, 2).tolist(), strict=True)}):
        mine = (ends == end) & (np.minimum(hops, 2) == hop)
        name = str(ENDS[end])
        direct = _is_direct(name, hop, traced.backward)
        if name in ("service", "holder"):
            for owner, value in _grouped(owners[mine], values[mine]):
                _to(ways, sums, owner, value, direct=direct)
        elif name in ("coinjoin", "coinbase"):
            category = COINJOIN if name == "coinjoin" else MINING
            sums.add(category, sum(values[mine].tolist()), direct=direct)
        elif name == "source":
            sums.add(RETURNED, sum(values[mine].tolist()), direct=direct)
        else:
            sums.leave(name, sum(values[mine].tolist()), direct=direct)


def _is_direct(end: str, hop: int, backward: bool) -> bool:
    """Whether an end so many hops from a source is the business of whoever was paid, or paid."""
    if end in ("coinjoin", "coinbase"):
        return backward and hop == 0
    return hop <= (1 if backward else 0)


def _to(ways: Ways, sums: Sums, owner: int, value: int, *, direct: bool) -> None:
    """Count what arrived at a holder, or back at those asked about."""
    if contains(ways.flows.entities.astype(np.int64), np.array([owner]))[0]:
        sums.add(RETURNED, value, direct=direct)
    else:
        sums.add(ways.categories.of(owner), value, direct=direct, service=ways.categories.service(owner))


def _grouped(owners: Array, values: Array) -> list[tuple[int, int]]:
    """Each owner with the sum of its values, exact."""
    found: Counter[int] = Counter()
    for owner, value in zip(owners.tolist(), values.tolist(), strict=True):
        found[owner] += value
    return sorted(found.items())


__all__ = ["Closed", "Sums", "Tell", "Ways", "count_ends", "received", "sent"]
