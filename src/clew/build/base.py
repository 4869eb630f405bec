"""The base tables, from rows: links, entities, spends, postings, look-ups, sums.

All are pure functions of the rows and the rules. Each table is filled in as many passes over the
rows as it takes for the part under way to fit into memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import numpy as np

from clew.build.links import links_of
from clew.build.memory import give_back
from clew.build.payers import OUTPUT_BYTES, Payers
from clew.build.same_keys import NONE, KeyHashes, known_among, nested_keys, of_chain
from clew.build.segments import address_keys
from clew.build.soundness import damaged, require_ids, require_starts
from clew.build.spends import starts_of
from clew.build.timings import Timings
from clew.engine.local import LocalEngine
from clew.engine.outbox import Outbox
from clew.kernels import lookup, postings, samekeys, unionfind
from clew.ledger.columns import Array
from clew.ledger.keys import bucket_bits
from clew.ledger.segments import Sums
from clew.ledger.tables import Split, TableWriter
from clew.schema import MANY_OUTPUTS, NO_ADDRESS, NO_OUTPUT, OVERWRITTEN, UNSPENDABLE, UNSPENT

_RANGE = 1 << 16
"""Transactions per range in which links are looked for."""
_CHUNK = 1 << 20
"""Rows per step of a pass over one column."""
_AMPLE = 1 << 30
"""Bytes from which on tables may wait to be written while the next ones are made."""
PER_ADDRESS = 20
"""Bytes per address that entities and postings take together, when they are made at one time."""
SPENDS_SHARE, LISTS_SHARE, MEMBERS_SHARE = 2, 3, 6
"""Parts of the memory that a table under way takes: alone, beside counts, beside entities."""
LOOKUPS_SHARE, _LOOKUP_BYTES = 6, 6
"""Parts of the memory that a look-up under way takes, and bytes of an entry with its bucket's start."""
_SMALLEST_PART = 1 << 16
"""Rows that a part of a table has at least, however little memory there is."""


class StopError(Exception):
    """Raised inside where the run has ended for another reason."""


class BaseBuild:
    """Builds all base tables of the first ``counts`` rows in ``columns``.

    ``links``: where to write links that are looked for anew; without it those in ``columns`` count.
    ``memory``: bytes for tables under way; ``work``: a folder for what does not fit.
    """

    def __init__(
        self,
        columns: Mapping[str, Any],
        counts: Mapping[str, int],
        base: TableWriter,
        links: TableWriter | None,
        engine: LocalEngine,
        timings: Timings,
        memory: int,
        step: Callable[[str, int, int], None],
        work: Path,
    ) -> None:
        self.work = work
        self.columns = columns
        self.counts = counts
        self.base = base
        self.links = links
        self.engine = engine
        self.timings = timings
        self.memory = memory
        self.step = step
        self._stop = False
        self._payers: Payers | None = None
        # Tables that wait to be written take memory, too.
        self._outbox = Outbox(engine, 4 if memory > _AMPLE else 1)
        self._unspent = (0, 0)
        self._same, self._known = NONE, np.empty(0, np.uint32)
        self._running: list[Future[None]] = []

    def run(self) -> Sums:
        """Build all tables. Raises StorageError, and NotALedgerError for rows damaged on disk."""
        with self.timings.stage("check rows"):
            self._require_sound()
        try:
            if self.links is not None:
                # Which addresses are of one key is found in them.
                self._all_lookups()
                self._find_same_keys(self.links)
            return self._rest()
        finally:
            self._stop = True
            for each in self._running:
                each.cancel()
            wait(self._running)
            self._outbox.drain()

    def _rest(self) -> Sums:
        """Spends, postings and entities, once addresses of one key are known."""
        if PER_ADDRESS * self.counts["addresses"] > self.memory:
            # One after the other, since both do not fit.
            self._beside()
            self._outbox.settle()
            give_back()
        else:
            self._running.append(self.engine.start(self._beside))
        parents = self._united()
        self._outbox.settle()
        give_back()
        entities = self._entities(parents)
        self._await()
        self._outbox.settle()
        give_back()
        self._totals(parents)
        self._outbox.settle()
        return Sums(entities, *self._unspent)

    def _await(self) -> None:
        """Wait for what runs on threads of its own, and raise what it raised."""
        while not all(each.done() for each in self._running):
            # Ctrl-C is heard only between waits.
            wait(self._running, 0.2)
        for each in self._running:
            each.result()
        self._running.clear()

    def _beside(self) -> None:
        """What needs no entities, on a thread of its own."""
        self._spends()
        self._postings()
        if self.links is None:
            self._lookups()
            self._address_lookups()

    def _chunks(self, total: int, size: int = _CHUNK) -> Iterator[tuple[int, int]]:
        size = max(1, size)
        for first in range(0, total, size):
            if self._stop:
                raise StopError
            yield first, min(first + size, total)

    def _parts(self, rows: int, row_bytes: int, share: int) -> Iterator[tuple[int, int]]:
        """Parts of a table of ``rows`` of so many bytes each, as large as a share of the memory allows."""
        size = max(_SMALLEST_PART, self.memory // share // row_bytes)
        count = max(1, -(-rows // size))
        for part in range(count):
            yield rows * part // count, rows * (part + 1) // count

    def _put(self, writer: TableWriter, name: str, columns: Mapping[str, Array | Split]) -> None:
        def append() -> None:
            with self.timings.stage("write"):
                writer.append(name, columns)

        self._outbox.put(append)

    def _require_sound(self) -> None:
        """Check every column that kernels index by, once. Raises NotALedgerError."""
        counts, columns = self.counts, self.columns

        def starts(name: str, total: int) -> None:
            for first, last in self._chunks(counts["transactions"]):
                require_starts(
                    starts_of(columns[name], first, last, counts["transactions"], total), total, name
                )

        def ids(name: str, length: int, limit: int, nothing: int) -> None:
            for first, last in self._chunks(length):
                require_ids(columns[name][first:last], limit, nothing, name)

        self.engine.together(
            lambda: starts("transactions.first_input", counts["inputs"]),
            lambda: starts("transactions.first_output", counts["outputs"]),
            lambda: ids("inputs.spent_output", counts["inputs"], counts["outputs"], NO_OUTPUT),
            lambda: ids("outputs.address", counts["outputs"], counts["addresses"], NO_ADDRESS),
            lambda: ids("unspendable.output", counts["unspendable"], counts["outputs"], -1),
            lambda: ids("overwritten.transaction", counts["overwritten"], counts["transactions"], -1),
            lambda: ids("address_tails.address", counts["address_tails"], counts["addresses"], -1),
        )

    # Entities

    def _united(self) -> Array:
        """Each address's entity, from links found anew or those that are there."""
        parents = np.arange(self.counts["addresses"], dtype=np.uint32)
        if self.links is None:
            total = self.counts["links"]
            for first, last in self._chunks(total):
                a, b = (self.columns[f"links.{name}"][first:last] for name in "ab")
                require_ids(a, len(parents), -1, "links.a")
                require_ids(b, len(parents), -1, "links.b")
                with self.timings.stage("unite"):
                    unionfind.union(parents, a, b)
                self.step("links", last, total)
            return parents
        total = self.counts["transactions"]
        self._make_payers()
        self.step("links", 0, total)
        for last, found in self.engine.each(self._links, self._chunks(total, _RANGE)):
            self._put(self.links, "links", found)
            with self.timings.stage("unite"):
                unionfind.union(parents, found["a"], found["b"])
            self.step("links", last, total)
        return parents

    def _links(self, span: tuple[int, int]) -> tuple[int, dict[str, Array]]:
        with self.timings.stage("links"):
            columns = {**self.columns, "known_keys.address": self._known}
            return span[1], links_of(columns, self.counts, span, self._same, self._payers)

    def _make_payers(self) -> None:
        """Where the outputs' columns do not fit into memory, find whose each input spends beforehand."""
        outputs = self.counts["outputs"]
        if outputs * OUTPUT_BYTES > self.memory:
            self._payers = Payers(self.work)
            with self.timings.stage("payers"):
                parts = self._parts(outputs, OUTPUT_BYTES, SPENDS_SHARE)
                self._payers.make(
                    self.columns, self.counts, parts, lambda done, all_: self.step("payers", done, all_)
                )

    def _entities(self, parents: Array) -> int:
        """Flatten and write entities and their members; returns how many entities there are."""
        with self.timings.stage("entities"):
            entities = int(unionfind.flatten(parents))
            self._put(self.base, "entities", {"entity": parents})
            following = np.zeros(len(parents), np.uint32)
            several, items = (int(each) for each in unionfind.count_members(parents, following))
            listed, starts, sizes = (np.empty(several, np.uint32) for _ in range(3))
            unionfind.list_roots(following, listed, starts, sizes)
            self._put(self.base, "entity_list", {"entity": listed, "start": starts, "size": sizes})
            for first, last in self._parts(items, 4, MEMBERS_SHARE):
                grouped = np.empty(last - first, np.uint32)
                following[listed] = starts
                unionfind.place_members(parents, following, first, grouped)
                self._put(self.base, "members", {"address": grouped})
        return entities

    def _totals(self, parents: Array) -> None:
        """Write the sums of entities and addresses with many outputs."""
        addresses, outputs = self.counts["addresses"], self.counts["outputs"]
        with self.timings.stage("sums"):
            numbers = np.zeros(addresses, np.uint32)
            busy = np.zeros(addresses // 8 + 1, np.uint8)
            found = [np.empty(0, np.int64)]
            for first, last in self._chunks(addresses, _CHUNK // 8):
                posted = self._posted(first, last)
                postings.count_by_entity(parents[first:last], posted, numbers)
                if postings.mark_many(posted, MANY_OUTPUTS, first, busy):
                    found.append(np.flatnonzero(posted >= MANY_OUTPUTS) + first)
            many = np.concatenate(found).astype(np.uint32)
            listed = np.empty(outputs // MANY_OUTPUTS + 1, np.uint32)
            count = int(postings.number_large(numbers, MANY_OUTPUTS, listed))
            bits = np.zeros(addresses // 8 + 1, np.uint8)
            postings.mark_large(parents, numbers, bits)
        self.step("sums", 0, outputs)

        def part(span: tuple[int, int]) -> tuple[Array, Array]:
            with self.timings.stage("sums"):
                sums, own = np.zeros((count, 5), np.int64), np.zeros((len(many), 8), np.int64)
                for first in range(*span, max(1, _CHUNK // 8)):
                    last = min(first + max(1, _CHUNK // 8), span[1])
                    paid = self.columns["outputs.address"][first:last]
                    values, spent_by = self.columns["outputs.value"][first:last], self._spent_by(first, last)
                    postings.add_up(paid, values, spent_by, bits, parents, numbers, sums)
                    postings.add_up_busy(paid, values, spent_by, busy, many, own)
                return sums, own

        whole, each = np.zeros((count, 5), np.int64), np.zeros((len(many), 8), np.int64)
        if count:
            pieces = 4 * self.engine.threads
            spans = [(outputs * i // pieces, outputs * (i + 1) // pieces) for i in range(pieces)]
            for sums, own in self.engine.each(part, spans):
                whole += sums
                each[:, :7] += own[:, :7]
                each[:, 7] = np.maximum(each[:, 7], own[:, 7])
        self._put(self.base, "totals", {"entity": listed[:count], **sums_as_columns(whole)})
        spent = np.where(each[:, 7] > 0, each[:, 7] - 1, UNSPENT).astype(np.uint32)
        lost = {name: each[:, at].astype(np.uint64) for at, name in ((5, "overwritten"), (6, "unspendable"))}
        self._put(
            self.base, "busy_addresses", {"address": many, **sums_as_columns(each), **lost, "last": spent}
        )

    # Spends

    def _spent_by(self, first: int, last: int) -> Array:
        """Who spent outputs ``first`` to ``last``, read back from where it was written."""
        path = self.base.folder / "spends.spent_by"
        return np.fromfile(path, np.uint32, last - first, offset=4 * first)

    def _posted(self, first: int, last: int) -> Array:
        """How many outputs addresses ``first`` to ``last`` received; uint32."""
        low, high = (
            np.fromfile(
                self.base.folder / f"posting_starts.start.{part}",
                dtype,
                last - first + 1,
                offset=size * first,
            )
            for part, dtype, size in (("low", np.uint32, 4), ("high", np.uint8, 1))
        )
        return np.diff(low.astype(np.int64) | high.astype(np.int64) << 32).astype(np.uint32)

    def _spends(self) -> None:
        """Write who spent each output, part by part."""
        counts, columns = self.counts, self.columns
        outputs, transactions = counts["outputs"], counts["transactions"]
        first_output = columns["transactions.first_output"]
        dead = np.asarray(columns["unspendable.output"][: counts["unspendable"]], np.int64)
        unspent = value = 0
        for begin, end in self._parts(outputs, 4, SPENDS_SHARE):
            with self.timings.stage("spends"):
                spent_by = np.empty(end - begin, np.uint32)
                for first, last in self._chunks(end - begin):
                    types = columns["outputs.script_type"][begin + first : begin + last]
                    postings.mark_types(types, spent_by[first:last])
                mine = dead[(dead >= begin) & (dead < end)]
                spent_by[mine - begin] = UNSPENDABLE
                # Nothing is spent before it is made.
                start = max(0, _last_at_most(first_output, transactions, begin))
                for first, last in self._chunks(transactions - start, _RANGE):
                    self._place_spenders(start + first, start + last, begin, spent_by)
                self._mark_overwritten(begin, spent_by)
                for first, last in self._chunks(end - begin):
                    open_ = np.flatnonzero(spent_by[first:last] == UNSPENT)
                    values = columns["outputs.value"][begin + first + open_]
                    unspent += len(open_)
                    # Two sums, since one of 63 bits could run over.
                    value += (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())
            self._put(self.base, "spends", {"spent_by": spent_by})
        self._unspent = unspent, value

    def _place_spenders(self, first: int, last: int, begin: int, spent_by: Array) -> None:
        whole, inputs = self.counts["transactions"], self.counts["inputs"]
        starts = starts_of(self.columns["transactions.first_input"], first, last, whole, inputs)
        spent = self.columns["inputs.spent_output"]
        rows = slice(int(starts[0]), int(starts[-1]))
        wrong = postings.place_spenders(
            spent.low[rows], spent.high[rows], starts - starts[0], first, begin, spent_by
        )
        if wrong >= 0:
            output = int(spent[int(starts[0]) + int(wrong)])
            raise damaged("inputs.spent_output", "each output that can be spent, once", output)

    def _mark_overwritten(self, begin: int, spent_by: Array) -> None:
        whole, outputs = self.counts["transactions"], self.counts["outputs"]
        lost = np.asarray(self.columns["overwritten.transaction"][: self.counts["overwritten"]], np.int64)
        for each in lost.tolist():
            first, last = starts_of(self.columns["transactions.first_output"], each, each + 1, whole, outputs)
            own = spent_by[max(first - begin, 0) : max(last - begin, 0)]
            own[own == UNSPENT] = OVERWRITTEN

    # Postings

    def _postings(self) -> None:
        """Write the outputs of each address, part by part."""
        outputs, addresses = self.counts["outputs"], self.counts["addresses"]
        paid = self.columns["outputs.address"]
        with self.timings.stage("postings"):
            counts = np.zeros(addresses, np.uint32)
            for first, last in self._chunks(outputs):
                postings.count_by_address(paid[first:last], counts)
        total = 0
        for begin, end in self._address_parts(counts):
            with self.timings.stage("postings"):
                starts = np.empty(end - begin, np.int64)
                before, total = total, int(postings.starts_of(counts[begin:end], total, starts))
                following = (starts - before).astype(np.uint32)
                low, high = np.empty(total - before, np.uint32), np.empty(total - before, np.uint8)
                for first, last in self._chunks(outputs):
                    postings.place_by_address(paid[first:last], first, begin, following, low, high)
            self._put(self.base, "posting_starts", {"start": starts})
            self._put(self.base, "postings", {"output": Split(low, high)})
        self._put(self.base, "posting_starts", {"start": np.array([total], np.int64)})

    def _address_parts(self, counts: Array) -> Iterator[tuple[int, int]]:
        """Ranges of addresses whose postings fit into memory together."""
        most = max(_SMALLEST_PART, self.memory // LISTS_SHARE // 16)
        begin, held = 0, 0
        for first in range(0, len(counts), 1024):
            # An address takes room as well as each of its outputs.
            more = int(counts[first : first + 1024].sum(dtype=np.int64)) + 1024
            if held and held + more > most:
                yield begin, first
                begin, held = first, 0
            held += more
        if begin < len(counts):
            yield begin, len(counts)

    # Look-ups

    def _all_lookups(self) -> None:
        """Build the look-ups, those of transactions and of addresses side by side where memory allows."""
        if LOOKUPS_SHARE * _LOOKUP_BYTES * self.counts["transactions"] > self.memory:
            self._lookups()
            self._address_lookups()
        else:
            self._running = [self.engine.start(each) for each in (self._lookups, self._address_lookups)]
            self._await()

    def _lookups(self) -> None:
        txids = self.columns["transactions.txid"]

        def keys(first: int, last: int) -> tuple[Array, int]:
            return np.ascontiguousarray(txids[first:last]).reshape(-1).view(np.uint64), 4

        transactions = self.counts["transactions"]

        def place(bits: int, begin: int, following: Array, ids: Array, fingerprints: Array) -> None:
            for first, last in self._chunks(transactions):
                lookup.place_in_buckets(*keys(first, last), bits, first, begin, following, ids, fingerprints)

        bits = bucket_bits(transactions)
        self._lookup("transaction", bits, lambda: (keys(*span) for span in self._chunks(transactions)), place)

    def _address_lookups(self) -> None:
        addresses = self.counts["addresses"]

        def keys(first: int, last: int) -> tuple[Array, int]:
            return address_keys(self.columns, first, last), 1

        def place(bits: int, begin: int, following: Array, ids: Array, fingerprints: Array) -> None:
            for first, last in self._chunks(addresses):
                lookup.place_in_buckets(*keys(first, last), bits, first, begin, following, ids, fingerprints)

        wide = bucket_bits(addresses)
        self._lookup("address", wide, lambda: (keys(*span) for span in self._chunks(addresses)), place)
        hashes = KeyHashes(self.work)

        def place_listed(bits: int, begin: int, following: Array, ids: Array, fingerprints: Array) -> None:
            for listed, found in hashes.read():
                samekeys.place_listed(found, listed, bits, begin, following, ids, fingerprints)

        try:
            with self.timings.stage("nested keys"):
                for span in self._chunks(addresses, _CHUNK // 16):
                    hashes.add(*nested_keys(self.columns, *span))
            # In buckets of the same keys, so that both can be gone through side by side.
            self._lookup("nested", wide, lambda: ((found, 1) for _, found in hashes.read()), place_listed)
        finally:
            hashes.close()

    def _lookup(
        self,
        subject: str,
        bits: int,
        keys: Callable[[], Iterator[tuple[Array, int]]],
        place: Callable[[int, int, Array, Array, Array], None],
    ) -> None:
        with self.timings.stage("look-ups"):
            starts = np.zeros((1 << bits) + 1, np.uint32)
            for some in keys():
                lookup.count_buckets(*some, bits, starts)
            lookup.bucket_starts(starts)
            self._put(self.base, f"{subject}_buckets", {"start": starts})
        for begin, end in self._bucket_parts(starts):
            with self.timings.stage("look-ups"):
                first, past = int(starts[begin]), int(starts[end])
                following = starts[begin:end] - starts[begin]
                ids, fingerprints = np.empty(past - first, np.uint32), np.empty(past - first, np.uint8)
                place(bits, begin, following, ids, fingerprints)
            self._put(self.base, f"{subject}_lookup", {"id": ids, "fingerprint": fingerprints})

    def _find_same_keys(self, links: TableWriter) -> None:
        """Find addresses of known keys, and those that have the key of another."""
        addresses = self.counts["addresses"]
        with self.timings.stage("same keys"):
            spans = self._chunks(addresses, _CHUNK // 8)
            found = [known_among(self.columns, *span) for span in spans]
            self._known = np.concatenate([self._known, *found])
        self._put(links, "known_keys", {"address": self._known})
        # What is read back must have been written.
        self._outbox.settle()
        with self.timings.stage("same keys"):
            buckets = 1 << bucket_bits(addresses)
            self._same = of_chain(self.columns, self.base.folder, buckets, self._known, self._bucket_parts)

    def _bucket_parts(self, starts: Array) -> Iterator[tuple[int, int]]:
        most = max(_SMALLEST_PART, self.memory // LOOKUPS_SHARE // _LOOKUP_BYTES)
        begin, last = 0, len(starts) - 1
        while begin < last:
            end = int(np.searchsorted(starts, int(starts[begin]) + most, "right")) - 1
            end = min(max(end, begin + 1), last)
            yield begin, end
            begin = end


def _last_at_most(ordered: Any, length: int, value: int) -> int:
    """The last place of an ascending column, ``length`` long, that holds at most ``value``; -1 if none."""
    low, high = 0, length
    while low < high:
        middle = (low + high) // 2
        if int(ordered[middle]) <= value:
            low = middle + 1
        else:
            high = middle
    return low - 1


def sums_as_columns(sums: Array) -> dict[str, Array]:
    """Columns of ``totals`` from sums as ``postings.add_up`` leaves them; int64 (entities, 5)."""
    received = [int(low) + (int(high) << 32) for low, high in sums[:, 1:3]]
    balance = [int(low) + (int(high) << 32) for low, high in sums[:, 3:5]]
    return {
        "outputs": sums[:, 0].astype(np.uint32),
        "received": np.array([each & (1 << 64) - 1 for each in received], np.uint64),
        "received_high": np.array([each >> 64 for each in received], np.uint16),
        "balance": np.array(balance, np.uint64),
    }


__all__ = ["BaseBuild", "sums_as_columns"]
