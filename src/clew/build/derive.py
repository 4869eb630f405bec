"""Tables derived from the rows: links, spends, postings, entities, look-ups.

All are pure functions of the rows and the rules; each is computed over the whole chain, in
ranges that bound what is held at once, and written as it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from clew.build.soundness import require_ids, require_starts
from clew.engine.local import LocalEngine
from clew.heuristics.rulesets import STRICT, STRICT_RULES
from clew.kernels import postings, rules, unionfind
from clew.kernels.lookup import SEED, address_keys, fill_buckets
from clew.kernels.spends import txid_keys
from clew.ledger.keys import bucket_bits
from clew.ledger.tables import Array, TableWriter
from clew.schema import (
    DERIVED_TABLES,
    NO_ADDRESS,
    NO_OUTPUT,
    OVERWRITTEN,
    UNSPENDABLE,
    UNSPENT,
)

_RANGE = 1 << 19
"""Transactions per range."""
_CHUNK = 1 << 22
"""Rows per chunk of a pass over one column."""


@dataclass(frozen=True)
class Totals:
    """What the derived tables add up to."""

    counts: dict[str, int]
    entities: int
    unspent_outputs: int
    unspent_value: int


class Derivation:
    """Builds every derived table of a ledger's rows into a new folder."""

    def __init__(
        self,
        rows: Callable[[str], Any],
        counts: dict[str, int],
        folder: Path,
        engine: LocalEngine,
        step: Callable[[str, int, int], None],
    ) -> None:
        self.rows = rows
        self.counts = counts
        self.engine = engine
        self.step = step
        self.writer = TableWriter(folder, DERIVED_TABLES, {})

    def run(self) -> Totals:
        """Build all tables. Raises StorageError, and NotALedgerError for rows damaged on disk."""
        try:
            self._require_sound()
            parents, entities = self._links()
            self._entities(parents, entities)
            unspent, value = self._spends()
            self._postings()
            self._lookups()
            self.writer.sync()
            return Totals(dict(self.writer.counts), entities, unspent, value)
        finally:
            self.writer.close()

    def _ranges(self, total: int, size: int, stage: str) -> list[tuple[int, int]]:
        self.step(stage, 0, total)
        return [(first, min(first + size, total)) for first in range(0, total, size)]

    def _starts(self, name: str, first: int, last: int, total: int) -> Array:
        """Where the rows of transactions begin, and where the last one's end; int64."""
        starts = np.empty(last - first + 1, np.int64)
        starts[:-1] = self.rows(name)[first:last]
        starts[-1] = total if last == self.counts["transactions"] else self.rows(name)[last]
        return starts

    def _require_sound(self) -> None:
        """Check every column that kernels index by, once. Raises NotALedgerError."""
        counts = self.counts
        for name, total in (
            ("transactions.first_input", counts["inputs"]),
            ("transactions.first_output", counts["outputs"]),
        ):
            for first, last in self._ranges(counts["transactions"], _CHUNK, "rows"):
                require_starts(self._starts(name, first, last, total), total, name)
        for name, length, limit, nothing in (
            ("inputs.spent_output", counts["inputs"], counts["outputs"], NO_OUTPUT),
            ("outputs.address", counts["outputs"], counts["addresses"], NO_ADDRESS),
            ("unspendable.output", counts["unspendable"], counts["outputs"], -1),
            ("overwritten.transaction", counts["overwritten"], counts["transactions"], -1),
        ):
            for first, last in self._ranges(length, _CHUNK, "rows"):
                require_ids(self.rows(name)[first:last], limit, nothing, name)

    def _links(self) -> tuple[Array, int]:
        """Write the links; returns each address's entity, and how many entities there are."""
        transactions = self.counts["transactions"]
        parents = np.arange(self.counts["addresses"], dtype=np.uint32)
        for first, last in self._ranges(transactions, _RANGE, "links"):
            for found in self._links_of(first, last):
                self.writer.append("links", found)
                unionfind.union(parents, found["a"], found["b"])
            self.step("links", last, transactions)
        entities = int(unionfind.flatten(parents))
        return parents, entities

    def _links_of(self, first: int, last: int) -> list[dict[str, Array]]:
        starts_in = self._starts("transactions.first_input", first, last, self.counts["inputs"])
        starts_out = self._starts("transactions.first_output", first, last, self.counts["outputs"])

        def part(begin: int, end: int) -> dict[str, Array]:
            inputs = slice(int(starts_in[begin]), int(starts_in[end]))
            outputs = slice(int(starts_out[begin]), int(starts_out[end]))
            spent = self.rows("inputs.spent_output")[inputs]
            none = spent == NO_OUTPUT
            spent[none] = 0
            payers = self.rows("outputs.address")[spent]
            payers[none] = NO_ADDRESS
            range_ = rules.Transactions(
                starts_in[begin : end + 1] - starts_in[begin],
                starts_out[begin : end + 1] - starts_out[begin],
                payers,
                self.rows("outputs.script_type")[spent],
                np.array(self.rows("outputs.value")[outputs]),
                np.array(self.rows("outputs.address")[outputs]),
            )
            a, b, where = (np.empty(len(payers), np.uint32) for _ in range(3))
            count = rules.links(range_, STRICT(range_), first + begin, (a, b, where))
            return {
                "a": a[:count],
                "b": b[:count],
                "transaction": where[:count],
                "rule": np.zeros(count, np.uint8),
            }

        return self.engine.over(part, last - first)

    def _entities(self, parents: Array, count: int) -> None:
        addresses = len(parents)
        self.step("entities", 0, addresses)
        entities, starts, sizes, grouped = (np.empty(addresses, np.uint32) for _ in range(4))
        unionfind.members(parents, entities, starts, sizes, grouped)
        self.writer.append("entities", {"entity": parents})
        self.writer.append("members", {"address": grouped})
        listed = {"entity": entities[:count], "start": starts[:count], "size": sizes[:count]}
        self.writer.append("entity_list", listed)
        self.step("entities", addresses, addresses)

    def _spends(self) -> tuple[int, int]:
        """Write who spent each output; returns how many are unspent, and their value in satoshi."""
        outputs = self.counts["outputs"]
        transactions = self.counts["transactions"]
        spent_by = np.full(outputs, UNSPENT, np.uint32)
        for first, last in self._ranges(outputs, _CHUNK, "spends"):
            postings.mark_types(np.array(self.rows("outputs.script_type")[first:last]), first, spent_by)
        dead = np.asarray(self.rows("unspendable.output")[:], np.int64)
        spent_by[dead] = UNSPENDABLE
        for first, last in self._ranges(transactions, _RANGE, "spends"):
            starts = self._starts("transactions.first_input", first, last, self.counts["inputs"])
            spent = self.rows("inputs.spent_output")[int(starts[0]) : int(starts[-1])]
            postings.place_spenders(spent, starts - starts[0], first, spent_by)
            self.step("spends", last, transactions)
        self._mark_overwritten(spent_by)
        self.writer.append("spends", {"spent_by": spent_by})
        return self._unspent(spent_by)

    def _mark_overwritten(self, spent_by: Array) -> None:
        overwritten = np.asarray(self.rows("overwritten.transaction")[:], np.int64)
        for lost in overwritten.tolist():
            first, last = self._starts("transactions.first_output", lost, lost + 1, self.counts["outputs"])
            own = spent_by[first:last]
            own[own == UNSPENT] = OVERWRITTEN

    def _unspent(self, spent_by: Array) -> tuple[int, int]:
        count, value = 0, 0
        for first in range(0, len(spent_by), _CHUNK):
            open_ = spent_by[first : first + _CHUNK] == UNSPENT
            values = self.rows("outputs.value")[first : first + _CHUNK][open_]
            count += len(values)
            # Two sums of 32 bits each, since one of 63 could run over on a hostile chain.
            value += int((values >> 32).sum()) << 32
            value += int((values & 0xFFFFFFFF).sum())
        return count, value

    def _postings(self) -> None:
        outputs, addresses = self.counts["outputs"], self.counts["addresses"]
        starts = np.zeros(addresses + 1, np.int64)
        for first, last in self._ranges(outputs, _CHUNK, "postings"):
            postings.count_by_address(np.array(self.rows("outputs.address")[first:last]), starts)
        postings.accumulate(starts)
        listed = np.empty(int(starts[-1]), np.int64)
        following = starts[:-1].copy()
        for first, last in self._ranges(outputs, _CHUNK, "postings"):
            paid = np.array(self.rows("outputs.address")[first:last])
            postings.place_by_address(paid, first, following, listed)
            self.step("postings", last, outputs)
        self.writer.append("postings", {"output": listed})
        self.writer.append("posting_starts", {"start": starts})

    def _lookups(self) -> None:
        self.step("look-ups", 0, 2)
        transactions, addresses = self.counts["transactions"], self.counts["addresses"]
        keys = np.empty(transactions, np.uint64)
        for first in range(0, transactions, _CHUNK):
            part = np.array(self.rows("transactions.txid")[first : first + _CHUNK]).reshape(-1)
            txid_keys(part, keys[first : first + _CHUNK])
        self._lookup("transaction", keys)
        self.step("look-ups", 1, 2)
        keys = np.empty(addresses, np.uint64)
        types, heads = self.rows("addresses.type"), self.rows("addresses.head")
        owners, tails = self.rows("address_tails.address"), self.rows("address_tails.tail")
        self.engine.over(
            lambda first, last: address_keys(
                types, heads, owners, tails, first, last, SEED, keys[first:last]
            ),
            addresses,
        )
        self._lookup("address", keys)
        self.step("look-ups", 2, 2)

    def _lookup(self, subject: str, keys: Array) -> None:
        bits = bucket_bits(len(keys))
        starts = np.empty((1 << bits) + 1, np.uint32)
        ids, fingerprints = np.empty(len(keys), np.uint32), np.empty(len(keys), np.uint8)
        fill_buckets(keys, bits, starts, ids, fingerprints)
        self.writer.append(f"{subject}_lookup", {"id": ids, "fingerprint": fingerprints})
        self.writer.append(f"{subject}_buckets", {"start": starts})


def rules_in_force() -> list[dict[str, Any]]:
    """The rules that links and entities rest on, as a manifest states them."""
    return [
        {
            "name": rule.name,
            "version": rule.version,
            # How the rules combine decides as much as what each of them says.
            "source": sha256(f"{STRICT.name} {rule.source}".encode()).hexdigest(),
        }
        for rule in STRICT_RULES
    ]
