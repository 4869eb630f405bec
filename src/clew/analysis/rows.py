"""How rows of the ledger are named and placed in an answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.analysis import estimates
from clew.analysis.answer import Answer
from clew.analysis.attribution import Tags, snapshot_of
from clew.analysis.caveats import as_of, not_strict
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.control import STRICT
from clew.ledger.ledger import Ledger
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS, OVERWRITTEN, SCRIPT_TYPES, UNSPENDABLE

SPENT_WORDS = {UNSPENDABLE: "unspendable", OVERWRITTEN: "overwritten"}


class Rows:
    """Turns ids into what people read; remembers what it has turned."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._addresses: dict[int, str | None] = {NO_ADDRESS: None}
        self._cards: dict[int, dict[str, Any]] = {}
        self.tags = Tags(ledger)

    def address(self, address: int) -> str | None:
        """An address as people write it; None for nobody."""
        if address not in self._addresses:
            self._addresses[address] = self.ledger.address_text(address)
        return self._addresses[address]

    def entity_of(self, address: int) -> int | None:
        """Entity of an address; None for nobody."""
        return None if address == NO_ADDRESS else self.ledger.entity_of(address)

    def card(self, entity: int) -> dict[str, Any]:
        """An entity's id, its size in addresses, its first address, and some of its tags."""
        if entity not in self._cards:
            self._cards[entity] = self.named(entity) | self.tags.card(entity)
        return self._cards[entity]

    def named(self, entity: int) -> dict[str, Any]:
        """An entity's id, its size in addresses, and its first address."""
        size = int(self.ledger.entity_sizes(np.array([entity]))[0])
        return {"entity": entity, "size": size, "address": self.address(entity)}

    def cards(self, entities: Array) -> list[dict[str, Any]]:
        """The cards of several entities."""
        self.tags.fetch(entities)
        return [self.card(entity) for entity in entities.tolist()]

    def place(self, transaction: int) -> dict[str, Any]:
        """Where a transaction stands: id, height, block time, median time past."""
        height = self.ledger.block_of_transaction(transaction)
        return {
            "txid": self.ledger.txid(transaction),
            "height": height,
            "time": int(self.ledger.column("blocks.time")[height]),
            "median_time": int(self.ledger.column("blocks.median_time")[height]),
        }

    def moment(self, transaction: int) -> dict[str, Any]:
        """Where a transaction stands, in short: height, block time, id."""
        place = self.place(transaction)
        return {name: place[name] for name in ("height", "time", "txid")}

    def index(self, output: int, transaction: int) -> int:
        """Number of an output within its transaction."""
        return output - int(self.ledger.column("transactions.first_output")[transaction])

    def spend(self, output: int) -> dict[str, Any]:
        """Who spent an output: transaction id or None, and the state in a word."""
        by = int(self.ledger.column("spends.spent_by")[output])
        if by < MAX_TRANSACTIONS:
            return {"spent_by": self.ledger.txid(by), "spent": "spent"}
        return {"spent_by": None, "spent": SPENT_WORDS.get(by, "unspent")}

    def script_type(self, output: int) -> str:
        """Script type of an output, by name."""
        return SCRIPT_TYPES[int(self.ledger.column("outputs.script_type")[output])]


def page(found: int, limit: int, offset: int) -> slice:
    """The part of a list of ``found`` rows to show; a limit of 0 is none.

    Raises UsageError for a negative number.
    """
    if offset < 0 or limit < 0:
        raise UsageError(f"expected a limit and an offset of 0 or more, found {limit} and {offset}")
    start = min(offset, found)
    return slice(start, min(start + limit, found) if limit else found)


def answer(
    ledger: Ledger,
    question: str,
    parameters: dict[str, Any],
    result: dict[str, Any],
    caveats: tuple[str, ...] = (),
    error_estimate: str | None = None,
) -> Answer:
    """An answer that states the ledger it was found in, and as of which block and by which set of rules.

    Without an ``error_estimate`` it carries the one of its question; see ``estimates``.
    """
    tip = {"height": ledger.tip.height, "hash": ledger.tip.hash, "work": ledger.tip.work}
    rules = [{"name": rule.name, "version": rule.version} for rule in ledger.rules]
    stated = {"network": ledger.network.name, "tip": tip, "rule_set": ledger.control.name, "rules": rules}
    if ledger.control.name != STRICT:
        caveats = (not_strict(ledger.control.name), *caveats)
    if ledger.is_past:
        caveats = (as_of(ledger.tip.height), *caveats)
    if error_estimate is None:
        basis = estimates.Basis(ledger.control.name, ledger.rules, estimates.stated_of(ledger.control))
        error_estimate = estimates.for_question(question, basis, result, caveats)
    return Answer(question, parameters, stated, snapshot_of(ledger), result, caveats, error_estimate)


__all__ = ["Rows", "answer", "page"]
