"""Money of an entity that reaches a service which a tag names.

A walk forward, in chain order: from what the entity spends, coin by coin, through whoever nothing is known
of. It ends at services, at what looks like one, at coinjoins, at the entity itself, and at the last hop.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

import numpy as np

from clew.analysis.caveats import CONTROL
from clew.analysis.detectors import coinjoin_rule
from clew.analysis.flows import RECEIVING, flows_of
from clew.analysis.holders import PLAIN, SERVICE, Holders
from clew.analysis.watch_block import Block, Event
from clew.analysis.watch_reached import MOST_COINS, Coin, Reached
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS, NO_OUTPUT, UNSPENT

THROUGH_OTHERS = (
    "The money went through others on its way: at_most is the most of it that can be the entity's, and it "
    "may be none. Who held it between is not known: it may have been paid to somebody for something."
)
TAGGED = "That this is a service rests on a tag, which may be wrong or out of date."
CUT = (
    f"More than {MOST_COINS:,} coins are reached: the walk is cut here, and arrivals beyond it are not seen; "
    "use fewer hops, or clew trace."
)


class _Walk:
    """The walk through one view of a ledger."""

    def __init__(self, view: Ledger, address: int, reached: Reached, hops: int) -> None:
        self.view, self.reached, self.hops = view, reached, hops
        self.entity = view.entity_of(address)
        self.holders = Holders(view)
        self.events: list[Event] = []

    def go(self, transactions: Iterable[int]) -> None:
        """Follow the money from ``transactions`` on, each once, in chain order."""
        waiting = sorted({*transactions})
        seen = set(waiting)
        while waiting:
            for output in self._through(heapq.heappop(waiting)):
                by = int(self.view.column("spends.spent_by")[output])
                if by < MAX_TRANSACTIONS and by not in seen:
                    seen.add(by)
                    heapq.heappush(waiting, by)

    def _through(self, transaction: int) -> list[int]:
        """Take one transaction: note what arrives at services; returns the outputs that go on."""
        found = self._brought(transaction)
        if found is None or coinjoin_rule(self.view, transaction) is not None:
            return []
        hop, most = found
        span = self.view.outputs_in(transaction)
        outputs = np.arange(span.start, span.stop)
        addresses = self.view.column("outputs.address")[outputs]
        outputs = outputs[addresses != NO_ADDRESS]
        owners = self.view.column("entities.entity")[addresses[addresses != NO_ADDRESS]].astype(np.int64)
        outputs, owners = outputs[owners != self.entity], owners[owners != self.entity]
        kinds = self.holders.kinds(owners)
        at_services = kinds == SERVICE
        if at_services.any():
            self._note(transaction, outputs[at_services], owners[at_services], hop, most)
        if hop >= self.hops:
            return []
        values = self.view.column("outputs.value")[outputs]
        height = self.view.block_of_transaction(transaction)
        return [
            output
            for output, value in zip(
                outputs[kinds == PLAIN].tolist(), values[kinds == PLAIN].tolist(), strict=True
            )
            if value and self.reached.add(Coin(output, hop, min(value, most), height))
        ]

    def _brought(self, transaction: int) -> tuple[int, int] | None:
        """The hop of what comes out of a transaction, and how much (satoshi) of the entity's it is at most;
        None where nothing of it goes in."""
        span = self.view.inputs_in(transaction)
        spent = self.view.column("inputs.spent_output")[span.start : span.stop]
        spent = spent[spent != NO_OUTPUT]
        owners = self.view.column("entities.entity")[self.view.column("outputs.address")[spent]]
        values = self.view.column("outputs.value")[spent]
        hops, most = [], 0
        for output, owner, value in zip(spent.tolist(), owners.tolist(), values.tolist(), strict=True):
            coin = self.reached.get(output)
            if owner == self.entity:
                hops.append(0)
                most += value
            elif coin is not None:
                hops.append(coin.hop)
                most += coin.most
        return (min(hops) + 1, most) if hops else None

    def _note(self, transaction: int, outputs: Array, owners: Array, hop: int, most: int) -> None:
        values = self.view.column("outputs.value")[outputs]
        first = int(self.view.column("transactions.first_output")[transaction])
        services = []
        for owner in np.unique(owners).tolist():
            stated = self.holders.of(owner).stated[0]
            mine = owners == owner
            services.append(
                {
                    "label": stated.tag.label,
                    "actor": stated.tag.actor,
                    "tag": stated.id,
                    "value": sum(values[mine].tolist()),
                    "outputs": (outputs[mine] - first).tolist(),
                }
            )
        value = sum(values.tolist())
        what: dict[str, Any] = {"value": value, "at_most": min(value, most), "hop": hop, "services": services}
        names = ", ".join(dict.fromkeys(str(each["label"]) for each in services))
        hops = "directly" if hop == 1 else f"after {hop} hops"
        says = (
            f"{value:,} satoshi reached {names} {hops}; at most {what['at_most']:,} of them are the entity's."
        )
        caveats = (TAGGED, CONTROL) if hop == 1 else (TAGGED, THROUGH_OTHERS)
        self.events.append(Event("arrival", self.view.txid(transaction), what, says, caveats))


def seed(view: Ledger, address: int, reached: Reached, hops: int) -> None:
    """Find where the entity's money stands as of ``view``: unspent coins, up to the last hop but one."""
    flows = flows_of(view, np.array([view.entity_of(address)]))
    walk = _Walk(view, address, reached, hops)
    walk.go(flows.transactions[flows.kinds != RECEIVING].tolist())
    outputs = reached.outputs()
    is_left = view.column("spends.spent_by")[outputs] == UNSPENT
    reached.keep(outputs[is_left].tolist())


def arrived(block: Block, address: int, reached: Reached, hops: int) -> list[Event]:
    """The transactions of ``block`` that bring money of the entity to a service, in chain order."""
    begins = block.own(address) | reached.among(block.spent)
    if not begins.any():
        return []
    was_cut = reached.is_cut
    walk = _Walk(block.view, address, reached, hops)
    walk.go(block.spenders[begins].tolist())
    if reached.is_cut and not was_cut:
        walk.events.append(Event("cut", None, {"coins": len(reached)}, CUT))
    return walk.events


__all__ = ["arrived", "seed"]
