"""A ledger as it was at an earlier block.

Ids are in chain order, so that the past is a matter of cutting: rows beyond some transaction, output or
address are not there, who spent later did not spend, and links of later transactions do not join.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from clew.errors import NotFoundError
from clew.ledger.columns import Array, distinct, first_rows, search
from clew.ledger.control import Control, Links
from clew.ledger.derived import AddressSums, Derived, exact_sum
from clew.ledger.segments import Counts
from clew.schema import LINK_TABLES, MAX_TRANSACTIONS, OVERWRITTEN, ROW_TABLES, UNSPENDABLE, UNSPENT

if TYPE_CHECKING:
    from clew.ledger.ledger import Ledger

_ROWS_AT_ONCE = 1 << 22


def cut_columns(
    columns: Mapping[str, Any], counts: Mapping[str, int], ordered_by: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    """Columns of rows and links up to ``counts`` blocks, transactions, outputs, inputs and addresses.

    ``ordered_by`` names, for tables with fewer rows, the ascending column to cut by and what it counts.
    """
    cut = dict(columns)
    for table in (*ROW_TABLES, *LINK_TABLES):
        if table.name in counts:
            rows = counts[table.name]
        elif table.name in ordered_by:
            column, counted = ordered_by[table.name]
            rows = int(search(columns[f"{table.name}.{column}"], np.array([counts[counted]]))[0])
        else:
            continue
        for column_ in table.columns:
            name = f"{table.name}.{column_.name}"
            cut[name] = first_rows(columns[name], rows)
    return cut


class Past(Derived):
    """What followed from the rows at an earlier block: of spends, outputs and look-ups.

    ``column`` gives the columns cut to ``end``. What it says of entities is the tip's.
    """

    def __init__(self, tip: Derived, columns: Mapping[str, Any], end: Counts) -> None:
        self._tip = tip
        self.column = columns.__getitem__
        self.base, self.segments = tip.base, tip.segments
        self.end = end

    def spent_by(self, outputs: Array) -> Array:
        """Who had spent each output; u4, same shape."""
        return self._then(self._tip.spent_by(outputs), lambda rows: outputs[rows])

    def spent_by_span(self, first: int, last: int) -> Array:
        """Who had spent outputs ``first`` to ``last``; u4."""
        return self._then(self._tip.spent_by_span(first, last), lambda rows: rows[0] + first)

    def _then(self, found: Array, outputs_at: Callable[[Any], Array]) -> Array:
        later = (found < MAX_TRANSACTIONS) & (found >= self.end.transactions)
        lost = np.nonzero(found == OVERWRITTEN)
        if not later.any() and not len(lost[0]):
            return found
        found = np.where(later, np.uint32(UNSPENT), found)
        if len(lost[0]):
            still = ~self._is_lost(outputs_at(lost))
            found[tuple(axis[still] for axis in lost)] = UNSPENT
        return found

    def _is_lost(self, outputs: Array) -> Array:
        """Which outputs were overwritten by then."""
        first = self.column("transactions.first_output")
        lost = np.asarray(self.column("overwritten.transaction"))
        mask = np.zeros(len(outputs), np.bool_)
        for transaction in lost.tolist():
            start, stop = first[transaction], self.end.outputs
            if transaction + 1 < self.end.transactions:
                stop = first[transaction + 1]
            mask |= (outputs >= start) & (outputs < stop)
        return mask

    def candidates(self, subject: str, key: int) -> list[int]:
        """Ids that may be of a transaction or an address with this key, ascending."""
        return [found for found in self._tip.candidates(subject, key) if found < self._count(subject)]

    def candidates_of(self, subject: str, keys: Array) -> tuple[Array, Array]:
        """Candidates for many keys."""
        places, ids = self._tip.candidates_of(subject, keys)
        mine = ids < self._count(subject)
        return places[mine], ids[mine]

    def _count(self, subject: str) -> int:
        return self.end.transactions if subject == "transaction" else self.end.addresses

    def outputs_of(self, addresses: Array) -> Array:
        """Ids of all outputs that had paid to any of some distinct addresses, ascending; int64."""
        outputs = self._tip.outputs_of(addresses)
        return outputs[: int(np.searchsorted(outputs, self.end.outputs))]

    def count_outputs(self, addresses: Array) -> int:
        """How many outputs had paid to any of some distinct addresses."""
        return len(self.outputs_of(addresses))

    def sums_of_address(self, address: int, outputs: Array) -> AddressSums:
        """What the ``outputs`` of an address added up to."""
        values, spent_by = self.column("outputs.value")[outputs], self.spent_by(outputs)
        spent = spent_by[spent_by < MAX_TRANSACTIONS]
        balance, overwritten, unspendable = (
            exact_sum(values[spent_by == mark]) for mark in (UNSPENT, OVERWRITTEN, UNSPENDABLE)
        )
        last = int(spent.max()) if len(spent) else -1
        return AddressSums(len(outputs), exact_sum(values), balance, overwritten, unspendable, last)


class Pieces:
    """Addresses whose entity is known, in sorted pieces that merge as they grow."""

    def __init__(self) -> None:
        self._pieces: list[tuple[Array, Array, Array, Array]] = []

    def add(self, addresses: Array, entities: Array) -> None:
        """Remember addresses, ascending and new, and their entities, all members of each."""
        while self._pieces and len(self._pieces[-1][0]) < 2 * len(addresses):
            known, of, *_ = self._pieces.pop()
            addresses, entities = np.concatenate([known, addresses]), np.concatenate([of, entities])
            order = np.argsort(addresses, kind="stable")
            addresses, entities = addresses[order], entities[order]
        order = np.argsort(entities, kind="stable")
        self._pieces.append((addresses, entities, entities[order], addresses[order]))

    def entity_of(self, addresses: Array) -> tuple[Array, Array]:
        """Entities of addresses (one axis), and which of them are known; of others something."""
        found, known = np.zeros(len(addresses), np.uint32), np.zeros(len(addresses), np.bool_)
        for ordered, entities, *_ in self._pieces:
            places = np.minimum(np.searchsorted(ordered, addresses), len(ordered) - 1)
            hit = ordered[places] == addresses
            found[hit] = entities[places[hit]]
            known |= hit
        return found, known

    def members_of(self, entity: int) -> Array:
        """Addresses of a known entity, ascending; u4."""
        for _, _, ordered, members in self._pieces:
            span = slice(*np.searchsorted(ordered, np.array([entity, entity + 1], np.int64)).tolist())
            if span.start < span.stop:
                found: Array = members[span]
                return found
        raise KeyError(entity)

    def sizes_of(self, entities: Array) -> Array:
        """How many addresses known entities have; int64."""
        sizes = np.zeros(len(entities), np.int64)
        for _, _, ordered, _ in self._pieces:
            sizes += np.searchsorted(ordered, entities, "right") - np.searchsorted(ordered, entities)
        return sizes


class Earlier:
    """The entities of another control as they were at an earlier block, by the links up to then.

    Entities only grow, so what an address belonged to is found within what it belongs to. Only for
    questions about all entities are all links read.
    """

    def __init__(self, whole: Control, then: Ledger) -> None:
        self.name, self.rules, self.digest = whole.name, whole.rules, whole.digest
        self.height = then.tip.height
        self._whole = whole
        self._addresses = then.counts["addresses"]
        self._transactions = then.counts["transactions"]
        self._known = Pieces()

    @property
    def count(self) -> int:
        """How many entities there were."""
        return self._addresses - sum(int((sizes - 1).sum()) for _, sizes in self._listed)

    def entity_of(self, addresses: Array) -> Array:
        """Entity of each address; u4, same shape."""
        flat = addresses.ravel().astype(np.uint32)
        found, known = self._known.entity_of(flat)
        if not known.all():
            self._learn(distinct(flat[~known]))
            found, _ = self._known.entity_of(flat)
        return found.reshape(addresses.shape)

    def _learn(self, addresses: Array) -> None:
        """Find the entities of addresses not known so far, and of all that now belong to the same ones."""
        from clew.kernels import unionfind

        now = distinct(self._whole.entity_of(addresses)).astype(np.int64)
        members = self._whole.members_of(now)
        members = members[: int(np.searchsorted(members, self._addresses))]
        # Most entities have one address, which no link can join to another.
        joined = members
        if len(now) < len(members):
            joined = self._whole.members_of(now[self._whole.sizes_of(now) > 1])
            joined = joined[: int(np.searchsorted(joined, self._addresses))]
        parents = np.arange(len(members), dtype=np.uint32)
        if len(now) < len(members):
            links = self.links_of(joined)
            at = np.minimum(np.searchsorted(members, links.a), len(members) - 1)
            mine = members[at] == links.a
            b = np.searchsorted(members, links.b[mine]).astype(np.uint32)
            unionfind.union(parents, at[mine].astype(np.uint32), b)
            unionfind.flatten(parents)
        self._known.add(members, members[parents])

    def members_of(self, entities: Array) -> Array:
        """Addresses of distinct entities, ascending; u4. Raises NotFoundError."""
        self._require(entities)
        members: Array = np.sort(
            np.concatenate(
                [np.empty(0, np.uint32), *(self._known.members_of(entity) for entity in entities.tolist())]
            )
        )
        return members

    def sizes_of(self, entities: Array) -> Array:
        """How many addresses entities had; int64, same shape. Raises NotFoundError."""
        self._require(entities)
        return self._known.sizes_of(entities.ravel().astype(np.uint32)).reshape(entities.shape)

    def _require(self, entities: Array) -> None:
        wrong = entities >= self._addresses
        wrong[~wrong] = self.entity_of(entities[~wrong]) != entities[~wrong]
        if wrong.any():
            raise NotFoundError(
                f"entity {int(entities[wrong][0])}: no entity had this id at height {self.height}"
            )

    def totals_of(self, entity: int) -> tuple[int, int, int] | None:
        """Nothing is kept of the past; None."""
        self._require(np.array([entity]))
        return None

    def several(self) -> Iterator[tuple[Array, Array]]:
        """Entities of several addresses, ascending, and their sizes; int64, in chunks."""
        yield from self._listed

    @cached_property
    def _listed(self) -> list[tuple[Array, Array]]:
        listed = []
        for first in range(0, self._addresses, _ROWS_AT_ONCE):
            sizes = self._sizes[first : first + _ROWS_AT_ONCE]
            ids = np.flatnonzero(sizes > 1)
            listed.append((ids + first, sizes[ids].astype(np.int64)))
        return listed

    @cached_property
    def _sizes(self) -> Array:
        """How many addresses the entity of each id had; u4, 0 for what was none."""
        from clew.kernels import unionfind

        parents, sizes = np.arange(self._addresses, dtype=np.uint32), np.zeros(self._addresses, np.uint32)
        for links in self._all_links():
            unionfind.union(parents, links.a.astype(np.uint32), links.b.astype(np.uint32))
        unionfind.flatten(parents)
        unionfind.count_members(parents, sizes)
        return sizes

    def _all_links(self) -> Iterator[Links]:
        for first in range(0, self._transactions, _ROWS_AT_ONCE):
            yield self.links_in(np.arange(first, min(first + _ROWS_AT_ONCE, self._transactions)))

    def links_in(self, transactions: Array) -> Links:
        """All links that stand in transactions up to then."""
        return self._whole.links_in(transactions[: int(np.searchsorted(transactions, self._transactions))])

    def links_of(self, addresses: Array) -> Links:
        """All links of addresses up to then."""
        links = self._whole.links_of(addresses)
        return links.some(np.arange(int(np.searchsorted(links.transaction, self._transactions))))

    def at(self, then: Ledger) -> Control:
        """The same as of an earlier block still."""
        return Earlier(self._whole, then)


__all__ = ["Earlier", "Past", "cut_columns"]
