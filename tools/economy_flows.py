"""The flows of money of one simulated economy, added up from its truth tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.simulate.economy.truth.read import Origin, Payment, Truth

GROUPS = {
    "pool": "miners",
    "exchange": "exchanges",
    "web-wallet": "unnamed services",
    "swap": "unnamed services",
    "merchant": "merchants",
    "charity": "merchants",
    "gambling": "gambling",
    "operator": "the service",
}
"""Kinds of actors as groups; everybody else is one of the people."""

WAYS = {
    "exchange": "straight from an exchange",
    "wallet": "through a wallet",
    "hops": "through several wallets",
    "second-exchange": "through a second exchange",
    "unnamed-service": "through an unnamed service",
    "coinjoin": "through coinjoins",
    "cash": "cash, or a friend",
    "friend": "cash, or a friend",
}
LOOK_ALIKES, OTHERS = "look-alikes", "no custodian"
SERVICE = "the service"
SWEPT, HELD = "swept together", "kept"
FATES = {"forward": "moved one by one", "split": "split", "peel": "peeled", "mix": "mixed", "swap": "mixed"}
"""What is said of a coin that an act was done to; of several, the last of these."""

RANKS = (SWEPT, *dict.fromkeys(FATES.values()))

Place = tuple[str, int]
"""An output: id of the transaction, and place."""

Coin = tuple[int, int]
"""An output: number of the transaction, and place."""

Parts = Counter[str]
"""How much of a coin came from the service, by what was done with it."""


@dataclass(frozen=True)
class Flow:
    """Satoshi that go from a node of one column to a node of the next."""

    column: int
    source: str
    target: str
    value: int


def economy_flows(truth: Truth) -> list[Flow]:
    """Satoshi from each group to each, change left out; fees and new coins go to miners, and are left out."""
    groups = [GROUPS.get(kind, "people") for kind in truth.table("actors", ["kind"])["kind"].to_pylist()]
    inputs, outputs = (
        truth.table("inputs", ["tx", "actor", "value"]),
        truth.table("outputs", ["tx", "actor", "value"]),
    )
    actors = len(groups)
    gained: Counter[int] = Counter()
    for table, sign in ((inputs, -1), (outputs, 1)):
        pairs = table["tx"].to_numpy().astype(np.int64) * actors + table["actor"].to_numpy()
        found, where = np.unique(pairs, return_inverse=True)
        sums = np.zeros(len(found), np.int64)
        np.add.at(sums, where, table["value"].to_numpy())
        for pair, value in zip(found.tolist(), sums.tolist(), strict=True):
            gained[pair] += sign * value
    by_tx: dict[int, list[tuple[str, int]]] = {}
    for pair, value in gained.items():
        by_tx.setdefault(pair // actors, []).append((groups[pair % actors], value))
    sums_of: Counter[tuple[str, str]] = Counter()
    for changes in by_tx.values():
        _share(changes, sums_of)
    return [Flow(0, *pair, value) for pair, value in sums_of.items()]


def _share(changes: Sequence[tuple[str, int]], sums: Counter[tuple[str, str]]) -> None:
    """What each payer of a transaction paid each payee: by their shares."""
    payers = [(group, -value) for group, value in changes if value < 0]
    paid = sum(value for _, value in payers)
    for payee, value in changes:
        if value > 0:
            for payer, part in payers:
                sums[payer, payee] += value * part // paid


def service_flows(truth: Truth) -> list[Flow]:
    """The way of the service's money, in five columns."""
    flows: Counter[tuple[int, str, str]] = Counter()
    origins: dict[Place, list[Origin]] = {}
    for each in truth.origins:
        origins.setdefault(each.payment, []).append(each)
    for payment in truth.payments:
        way = WAYS.get(payment.route or "", LOOK_ALIKES)
        flows[1, way, SERVICE] += payment.value
        flows.update({(0, name, way): value for name, value in _sources(payment, origins).items()})
    for (fate, end), value in Trail(truth).ends().items():
        flows[2, SERVICE, fate] += value
        flows[3, fate, end] += value
    return [Flow(*key, value) for key, value in flows.items() if value > 0]


def _sources(payment: Payment, origins: Mapping[Place, Sequence[Origin]]) -> Counter[str]:
    """Satoshi of a payment by the custodian who paid them out first, before another held them between."""
    found = origins.get((payment.txid, payment.vout), ())
    between = {each.through for each in found if each.through is not None}
    sums: Counter[str] = Counter()
    for each in found:
        if each.through is not None or each.custodian not in between:
            sums[each.custodian or OTHERS] += each.value
    sums[OTHERS] += payment.value - sums.total()
    return sums


class Trail:
    """Follows what the service took in through the operator's transactions, coin by coin.

    A transaction shares what it spends of the service's money out over its outputs and its fee, by their
    values; in a coinjoin over the operator's own outputs. What a swap service takes comes back with its
    payment.
    """

    def __init__(self, truth: Truth) -> None:
        operator = truth.operator
        self._operator = operator
        spent = truth.table("inputs", ["tx", "prev_tx", "prev_vout", "value"], [("actor", "==", operator)])
        self._spends: dict[int, list[tuple[Coin, int]]] = {}
        for row in spent.to_pylist():
            coin = (row["prev_tx"], row["prev_vout"])
            self._spends.setdefault(row["tx"], []).append((coin, row["value"]))
        columns = ["tx", "vout", "value", "actor", "purpose"]
        own = truth.table("outputs", columns, [("actor", "==", operator)]).to_pylist()
        paid = truth.table("outputs", columns, [("tx", "in", list(self._spends) or [-1])]).to_pylist()
        self._outputs: dict[int, list[dict[str, Any]]] = {}
        for row in {(row["tx"], row["vout"]): row for row in (*own, *paid)}.values():
            self._outputs.setdefault(row["tx"], []).append(row)
        self._joint = {row["tx"] for row in truth.table("coinjoins", ["tx"]).to_pylist()}
        self._fates = _fates_of(truth)
        self._ends = _ends_of(truth)
        self._payments = {(row["tx"], row["vout"]): row["value"] for row in _paid(truth)}

    def ends(self) -> Counter[tuple[str, str]]:
        """Satoshi by what was done with them, and where they ended; in all what the service took in."""
        held: dict[Coin, Parts] = {}
        swapped: Parts = Counter()
        found: Counter[tuple[str, str]] = Counter()
        for tx in sorted(self._outputs):
            spends = self._spends.get(tx, [])
            parts: Parts = Counter()
            for coin, _ in spends:
                parts.update(held.pop(coin, {}))
            parts = _done(parts, self._fates.get(tx))
            for row, share in list(self._shares(tx, parts, spends)):
                coin, is_swap = (tx, row["vout"]), row["purpose"] == "swap"
                parts.subtract(share)
                if row["actor"] != self._operator and is_swap:
                    swapped.update(share)
                elif row["actor"] != self._operator:
                    _end(found, share, self._ends.get(coin, "others"))
                elif coin in self._payments:
                    held[coin] = Counter({SWEPT: self._payments[coin]})
                elif is_swap and not spends:
                    held[coin], swapped = swapped, Counter()
                else:
                    held[coin] = share
            _end(found, parts, "fees")
        for share in (*held.values(), swapped):
            _end(found, Counter({HELD: share.pop(SWEPT, 0), **share}), "still held")
        return +found

    def _shares(
        self, tx: int, parts: Parts, spends: Sequence[tuple[Coin, int]]
    ) -> Iterator[tuple[dict[str, Any], Parts]]:
        """Outputs of a transaction, and what of ``parts`` is in each."""
        outputs = self._outputs[tx]
        if tx in self._joint:
            outputs = [row for row in outputs if row["actor"] == self._operator]
        whole = sum(row["value"] for row in outputs)
        if tx not in self._joint:
            whole = max(whole, sum(value for _, value in spends))
        for row in outputs:
            share = {fate: part * row["value"] // whole for fate, part in parts.items()} if whole else {}
            yield row, Counter(share)


def _paid(truth: Truth) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = truth.table(
        "payments", ["tx", "vout", "value"], [("is_own", "==", False)]
    ).to_pylist()
    return found


def _fates_of(truth: Truth) -> dict[int, str]:
    """What each transaction of the operator did to its coins."""
    found: dict[int, str] = {}
    for row in truth.table("concealment", ["tx", "kind"]).to_pylist():
        if row["kind"] in FATES:
            found[row["tx"]] = FATES[row["kind"]]
    return found


def _ends_of(truth: Truth) -> dict[Coin, str]:
    """Where outputs that pay others end: in whose accounts, or at merchants."""
    found: dict[Coin, str] = {}
    for row in truth.table("cash_outs", ["tx", "vout", "holder", "is_own"]).to_pylist():
        holder = "operator's accounts" if row["is_own"] else f"{truth.actors[row['holder']]}'s accounts"
        found[row["tx"], row["vout"]] = holder
    expenses = {
        row["act"]
        for row in truth.table("concealment", ["act", "kind"]).to_pylist()
        if row["kind"] == "expense"
    }
    for row in truth.table("concealment_coins", ["act", "side", "tx", "vout"]).to_pylist():
        if row["act"] in expenses and row["side"] == "made":
            found[row["tx"], row["vout"]] = "purchases"
    return found


def _done(parts: Parts, fate: str | None) -> Parts:
    """Parts after something was done: what was said of them before counts if it is more."""
    if fate is None:
        return parts
    found: Parts = Counter()
    for before, value in parts.items():
        found[max(before, fate, key=RANKS.index)] += value
    return found


def _end(found: Counter[tuple[str, str]], share: Parts, end: str) -> None:
    for fate, value in share.items():
        found[fate, end] += value
