"""Who controls what: which addresses are one entity, by which rules, and up to which block.

A ledger answers through one ``Control``. That of its own tables is ``strict`` at the tip; other sets of
rules have tables of their own, and the past is seen through the links up to then.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from clew.ledger.columns import Array, Numbers, distinct, search
from clew.ledger.derived import expand
from clew.ledger.manifest import Rule
from clew.schema import MAX_TRANSACTIONS

if TYPE_CHECKING:
    from clew.ledger.ledger import Ledger

STRICT = "strict"
"""The set of rules that every ledger's own entities rest on, and the only one for exhibits."""

CHANGE_MODEL = "change_model"
"""The rule of links that a set's model of change makes; it is no registered rule, as each set may have its
own."""

_ROWS_AT_ONCE = 1 << 22


class Links(NamedTuple):
    """Reasons to put two addresses under one control, by transaction; arrays of one length.

    ``a``, ``b`` and ``transaction`` are ids (u4), ``rule`` (u1) counts in the control's ``rules``.
    ``chance`` (float64) is the stated probability that a link is right; None where the set states none,
    and not a number for a rule that states none.
    """

    a: Array
    b: Array
    transaction: Array
    rule: Array
    chance: Array | None = None

    def some(self, rows: Array) -> Links:
        """Those at ``rows`` (indices or a mask)."""
        return Links(*(None if column is None else column[rows] for column in self))  # type: ignore[arg-type]


class Control(Protocol):
    """A set of rules' view of who controls what, at one block.

    An entity's id is its smallest address id. Entities only grow from block to block.
    """

    name: str
    """Name of the set of rules."""
    rules: tuple[Rule, ...]
    """Name, version and source digest of each rule; links count in it."""
    height: int
    """The last block that it takes into account."""
    digest: str
    """SHA-256 (hex) of whatever else decides who is one: thresholds, models, tags; empty if nothing does."""

    @property
    def count(self) -> int:
        """How many entities there are, those of one address included."""

    def entity_of(self, addresses: Array) -> Array:
        """Entity of each address; u4, same shape."""

    def members_of(self, entities: Array) -> Array:
        """Addresses of distinct entities, ascending; u4. Raises NotFoundError where one is none."""

    def sizes_of(self, entities: Array) -> Array:
        """How many addresses entities have; int64, same shape. Raises NotFoundError."""

    def totals_of(self, entity: int) -> tuple[int, int, int] | None:
        """Outputs received, their sum, and the sum of those unspent (satoshi), where that is kept; None
        where it must be added up. Raises NotFoundError."""

    def several(self) -> Iterator[tuple[Array, Array]]:
        """Entities of several addresses, ascending, and their sizes; int64, in chunks."""

    def links_in(self, transactions: Array) -> Links:
        """All links that stand in distinct ascending transactions."""

    def links_of(self, addresses: Array) -> Links:
        """All links of distinct ascending addresses, and perhaps more that stand in the same transactions."""

    def at(self, then: Ledger) -> Control:
        """The same as of an earlier block: ``then`` is the ledger as it was. Raises UsageError where the
        set cannot say."""


class Strict:
    """The entities of the ledger's own tables, at its tip."""

    name = STRICT
    digest = ""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.rules = ledger.manifest.rules
        self.height = ledger.tip.height

    @property
    def count(self) -> int:
        """How many entities there are."""
        return self._ledger.manifest.sums.entities

    def entity_of(self, addresses: Array) -> Array:
        """Entity of each address."""
        return self._ledger.derived.entity_of(addresses)

    def members_of(self, entities: Array) -> Array:
        """Addresses of distinct entities."""
        return self._ledger.derived.members_of(entities)

    def sizes_of(self, entities: Array) -> Array:
        """How many addresses entities have."""
        return self._ledger.derived.sizes_of(entities)

    def totals_of(self, entity: int) -> tuple[int, int, int] | None:
        """Outputs received, their sum, and the sum of those unspent."""
        return self._ledger.derived.totals_of(entity)

    def several(self) -> Iterator[tuple[Array, Array]]:
        """Entities of several addresses, and their sizes."""
        derived = self._ledger.derived
        grown, grown_sizes = derived.grown_entities()
        # In the base they are others: part of another one, or with more addresses.
        gone = np.concatenate([derived.absorbed_entities(), grown])
        gone = np.unique(gone[gone < derived.base.addresses])
        listed, sizes = (derived.column(f"entity_list.{name}") for name in ("entity", "size"))
        done = 0
        for start in range(0, len(listed), _ROWS_AT_ONCE):
            ids = np.asarray(listed[start : start + _ROWS_AT_ONCE]).astype(np.int64)
            held = np.asarray(sizes[start : start + _ROWS_AT_ONCE]).astype(np.int64)
            keep = ~_marked(ids, gone)
            end = bisect_left(grown, int(ids[-1]) + 1)
            ids = np.concatenate([ids[keep], grown[done:end]])
            held = np.concatenate([held[keep], grown_sizes[done:end]])
            if end > done:
                order = np.argsort(ids, kind="stable")
                ids, held = ids[order], held[order]
            done = end
            yield ids, held
        yield grown[done:], grown_sizes[done:]

    def links_in(self, transactions: Array) -> Links:
        """All links that stand in transactions."""
        return links_in(self._ledger, transactions)

    def links_of(self, addresses: Array) -> Links:
        """All links of addresses.

        A link stands where one of both signs, or where the later of both is first paid.
        """
        return self.links_in(transactions_about(self._ledger, addresses))

    def at(self, then: Ledger) -> Control:
        """The same as of an earlier block."""
        from clew.ledger.past import Earlier

        return Earlier(self, then)


def transactions_about(ledger: Ledger, addresses: Array) -> Array:
    """The transactions that pay addresses or that these sign, each once, ascending; int64."""
    outputs = ledger.outputs_of_addresses(addresses)
    spent_by = ledger.column("spends.spent_by")[outputs]
    signed = spent_by[spent_by < MAX_TRANSACTIONS].astype(np.int64)
    return distinct(np.concatenate([signed, ledger.transactions_of_outputs(outputs)]))


def links_in(ledger: Ledger, transactions: Array) -> Links:
    """All links of the ledger's own table that stand in distinct ascending transactions."""
    where = ledger.column("links.transaction")
    start = search(where, transactions)
    rows = expand(start, search(where, transactions, "right") - start)
    return Links(*(ledger.column(f"links.{name}")[rows] for name in ("a", "b", "transaction", "rule")))


class EntityColumn(Numbers):
    """``entities.entity`` of every address, as a control has it."""

    dtype = np.dtype(np.uint32)

    def __init__(self, control: Control, addresses: int) -> None:
        self._control = control
        self._addresses = addresses

    def __len__(self) -> int:
        return self._addresses

    def some(self, rows: Array) -> Array:
        """The entities of the addresses ``rows``."""
        return self._control.entity_of(rows)


def _marked(ordered: Array, values: Array) -> Array:
    """Which of ``ordered``, which ascends without repeats, are among ``values``; a mask."""
    mask = np.zeros(len(ordered), np.bool_)
    within = values[bisect_left(values, int(ordered[0])) : bisect_left(values, int(ordered[-1]) + 1)]
    places = np.searchsorted(ordered, within)
    mask[places[ordered[places] == within]] = True
    return mask


__all__ = ["CHANGE_MODEL", "STRICT", "Control", "EntityColumn", "Links", "Strict", "links_in"]
