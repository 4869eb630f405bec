"""A ledger, opened for reading: its columns, and how to find a row.

Everything here runs on NumPy alone. Ids are positions in the chain, hashes are wire order inside
and reversed hex outside, amounts are satoshi.
"""

from __future__ import annotations

import copy
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from string import hexdigits
from typing import Any

import numpy as np

from clew.bitcoin import address as address_form
from clew.bitcoin.networks import NETWORKS, Network
from clew.errors import AddressError, NotALedgerError, NotFoundError, UsageError
from clew.ledger import manifest as manifests
from clew.ledger.columns import Array, Data, map_tables, search
from clew.ledger.control import STRICT, Control, EntityColumn, Strict
from clew.ledger.derived import AddressSums, Derived, EntityOf, SpentBy, exact_sum, expand
from clew.ledger.digest import BEFORE_GENESIS, block_digest, content_digest, ledger_digest
from clew.ledger.keys import address_key, transaction_key
from clew.ledger.manifest import Manifest, Piece, Rule, Tip
from clew.ledger.past import Past, cut_columns
from clew.ledger.seek import seek_addresses
from clew.ledger.segments import Counts, Sums
from clew.ledger.segments import read as read_segment
from clew.ledger.sizes import Sizes
from clew.schema import (
    BASE_TABLES,
    HEAD_BYTES,
    LINK_TABLES,
    MULTISIG,
    NO_ADDRESS,
    NONSTANDARD,
    PAYLOAD_LENGTH,
    ROW_TABLES,
    UNSPENT,
    VERSION,
    WITNESS_UNKNOWN,
    Table,
)

_HASH_DIGITS = 64
_COMPARE = "compare it with its source, and see clew status for how far the ledger goes"
_FIRST_ROW = {"transactions": "first_transaction", "outputs": "first_output", "inputs": "first_input"}
_FIRST_ROW["addresses"] = "first_address"
_SPARSE = (
    ("address_tails", "address", "addresses"),
    ("address_ends", "address", "addresses"),
    ("overwritten", "by", "transactions"),
    ("unspendable", "output", "outputs"),
)
"""Row tables whose rows belong to the block of the address, transaction or output they name."""

_ORDERED_BY = {table: (key, counted) for table, key, counted in _SPARSE}
_ORDERED_BY["links"] = ("transaction", "transactions")
_ORDERED_BY["known_keys"] = ("address", "addresses")
_ROWS_AT_ONCE = 1 << 22

_COUNTED = ("blocks", "transactions", "outputs", "inputs", "addresses")

NO_TIP = Tip(-1, "00" * 32, "00" * 32)
"""The tip of a state without blocks, which only a writer sees."""


def open_ledger(path: str | Path) -> Ledger:
    """Open the ledger in folder ``path``; see ``Ledger``."""
    return Ledger(path)


class Ledger:
    """The committed state of a ledger folder, as it was when opened.

    A build that goes on meanwhile is not seen. A writer gives the ``manifest`` of a state that it has
    not committed. Raises NotALedgerError where the folder holds no
    finished ledger, LedgerVersionError where another version of Clew wrote it.
    """

    path: Path
    manifest: Manifest
    network: Network
    tip: Tip
    counts: Mapping[str, int]
    """Blocks, transactions, outputs, inputs, addresses and entities."""
    is_past: bool
    """True for what ``at`` gives."""

    def __init__(self, path: str | Path, manifest: Manifest | None = None) -> None:
        self.path = Path(path)
        self.manifest = manifest or manifests.read(self.path)
        while True:
            self.tip = NO_TIP if manifest and not manifest.tip else _finished(self.path, self.manifest)
            try:
                self._open_files()
                break
            except NotALedgerError:
                if manifest:
                    raise
                # A writer that just committed may have removed the files of the state before.
                latest = manifests.read(self.path)
                if latest == self.manifest:
                    raise
                self.manifest = latest
        if self.manifest.network not in NETWORKS:
            raise NotALedgerError(
                f"{self.path}: expected a ledger of one of {', '.join(NETWORKS)}, "
                f"found network {self.manifest.network!r}; build the ledger again"
            )
        self.network = NETWORKS[self.manifest.network]
        self.is_past = False
        self._control: Control | None = None
        rows = {name: self.manifest.counts[name] for name in _COUNTED}
        self.counts = {**rows, "entities": self.manifest.sums.entities}

    def _open_files(self) -> None:
        manifest, base = self.manifest, self.manifest.base
        if base is None or not manifest.rows or not manifest.links:
            raise NotALedgerError(f"{self.path}: the manifest names no tables; build the ledger again")
        columns = map_pieces(self.path, manifest.rows, manifest.counts, ROW_TABLES)
        columns |= map_pieces(self.path, manifest.links, manifest.counts, LINK_TABLES)
        columns |= map_tables([(self.path / base.folder, base.counts)], BASE_TABLES)
        covered = Counts(*(base.counts[name] for name in ("transaction_lookup", "spends", "entities")))
        segments = [read_segment(self.path, segment) for segment in manifest.segments]
        self._derived = Derived(columns, covered, segments)
        self._columns: dict[str, Data] = {
            **columns,
            "spends.spent_by": SpentBy(self._derived),
            "entities.entity": EntityOf(self._derived),
            "transactions.size": Sizes(columns),
        }

    @property
    def derived(self) -> Derived:
        """What follows from the rows. Raises UsageError once closed."""
        if not self._columns:
            raise self._is_closed()
        return self._derived

    def _is_closed(self) -> UsageError:
        return UsageError(f"{self.path}: the ledger is closed; open it again to ask")

    @property
    def control(self) -> Control:
        """Who controls what; see ``seen_by``."""
        # One that is kept would hold this ledger, and its files would stay open until cycles are collected.
        return self._control or Strict(self)

    def _see(self, control: Control, rows: Mapping[str, int]) -> None:
        self._control = control
        self.counts = _Counts(rows, control)

    def seen_by(self, control: Control) -> Ledger:
        """This ledger through another control: what it says of entities, and the rules that it names.

        It shares the files; closing one closes neither the other.
        """
        view = copy.copy(self)
        view._see(control, {name: self.counts[name] for name in _COUNTED})
        entities = EntityColumn(control, self.counts["addresses"])
        view._columns = {**self._columns, "entities.entity": entities}
        return view

    def at(self, height: int) -> Ledger:
        """This ledger as it was when the block at ``height`` was its tip.

        Raises UsageError where it does not reach that far, or its control cannot say.
        """
        if not 0 <= height <= self.tip.height:
            raise UsageError(
                f"height {height}: the ledger holds heights 0 to {self.tip.height}; ask for one of these, or "
                "let clew index read what the node has written since"
            )
        if height == self.tip.height:
            return self
        counts = {"blocks": height + 1}
        counts |= {name: int(self.column(f"blocks.{_FIRST_ROW[name]}")[height + 1]) for name in _COUNTED[1:]}
        view = copy.copy(self)
        work = self.column("blocks.work")[height].tobytes().hex()
        view.tip, view.is_past = Tip(height, self.block_hash(height), work), True
        columns = cut_columns(self._columns, {**counts, "block_digests": height + 1}, _ORDERED_BY)
        end = Counts(*(counts[name] for name in ("transactions", "outputs", "addresses")))
        view._derived = Past(self.derived, columns, end)
        columns["spends.spent_by"] = SpentBy(view._derived)
        columns["transactions.size"] = Sizes(columns)
        view._columns = columns
        # The control may ask for any of this.
        view.counts = _Counts(counts, None)
        view._see(self.control.at(view), counts)
        columns["entities.entity"] = EntityColumn(view.control, counts["addresses"])
        return view

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that its entities rest on; a link's rule number counts here."""
        return self.control.rules

    @property
    def rolling_digest(self) -> str:
        """The rolling digest of all rows up to the tip, as hex."""
        if not self.is_past:
            return self.manifest.digest
        digest: bytes = self.column("block_digests.digest")[self.tip.height].tobytes()
        return digest.hex()

    def sums(self) -> Sums:
        """Entities, unspent outputs and their value at the tip. Of the past, reads all outputs."""
        if not self.is_past:
            return Sums(
                self.control.count, self.manifest.sums.unspent_outputs, self.manifest.sums.unspent_value
            )
        outputs = value = 0
        for first in range(0, self.counts["outputs"], _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            left = np.flatnonzero(self.column("spends.spent_by")[rows] == UNSPENT)
            outputs += len(left)
            value += exact_sum(self.column("outputs.value")[rows][left])
        return Sums(self.control.count, outputs, value)

    def column(self, name: str) -> Any:
        """The column called ``table.column``: an array, or something that gives arrays.

        It has a length, and gives values by index, slice or index array; ``np.asarray`` of it is the
        whole. Base tables reach as far as the base does (see ``derived``), except ``spends.spent_by``
        and ``entities.entity``, which are those at the tip. Raises KeyError, or UsageError once closed.
        """
        try:
            return self._columns[name]
        except KeyError:
            if self._columns:
                raise
            raise self._is_closed() from None

    def close(self) -> None:
        """Let go of the files. Arrays that were handed out stay good."""
        self._columns = {}

    # Blocks

    def height_of(self, block: str | bytes | int) -> int:
        """Height of the block with this height or hash (hex, or bytes in wire order).

        Raises UsageError where it is neither, NotFoundError where the best chain has no such block.
        """
        if isinstance(block, str) and len(block) < _HASH_DIGITS and block.isascii() and block.isdigit():
            block = int(block)
        if isinstance(block, int):
            if 0 <= block <= self.tip.height:
                return block
            raise NotFoundError(
                f"block {block}: the ledger holds heights 0 to {self.tip.height}; "
                "clew index reads what the node has written since"
            )
        wire = (
            block
            if isinstance(block, bytes)
            else _wire_hash(block, "a block height, such as 170, or a block hash")
        )
        hashes = np.asarray(self.column("blocks.hash"))
        # The first bytes in wire order are the ones that proof of work leaves random.
        starts = hashes.view("<u8")[:, 0]
        for height in np.flatnonzero(starts == int.from_bytes(wire[:8], "little")).tolist():
            if hashes[height].tobytes() == wire:
                return int(height)
        raise NotFoundError(
            f"block {wire[::-1].hex()}: not on the best chain of {self.network.name} "
            f"up to height {self.tip.height}; {_COMPARE}"
        )

    def block_hash(self, height: int) -> str:
        """Hash of the block at ``height``, as shown."""
        return _shown(self.column("blocks.hash")[height])

    # Transactions

    def find_transaction(self, txid: str | bytes) -> int:
        """Id of a transaction (hex, or bytes in wire order); the latest where several share the hash.

        Raises UsageError where the text is no hash, NotFoundError where the chain has no such one.
        """
        wire = txid if isinstance(txid, bytes) else _wire_hash(txid, "a transaction id")
        txids = self.column("transactions.txid")
        found = -1
        for transaction in self.derived.candidates("transaction", transaction_key(wire)):
            if txids[transaction].tobytes() == wire:
                found = max(found, transaction)
        if found < 0:
            raise NotFoundError(
                f"transaction {wire[::-1].hex()}: never seen on {self.network.name} "
                f"up to height {self.tip.height}; {_COMPARE}"
            )
        return found

    def txid(self, transaction: int) -> str:
        """Id of a transaction, as shown."""
        return _shown(self.column("transactions.txid")[transaction])

    def block_of_transaction(self, transaction: int) -> int:
        """Height of the block that holds a transaction."""
        return bisect_right(self.column("blocks.first_transaction"), transaction) - 1

    def blocks_of_transactions(self, transactions: Array) -> Array:
        """Heights of the blocks that hold transactions; int64, same shape."""
        return search(self.column("blocks.first_transaction"), transactions, "right") - 1

    def outputs_in(self, transaction: int) -> range:
        """Ids of the outputs of a transaction."""
        return self._rows_of_transaction("outputs", transaction)

    def inputs_in(self, transaction: int) -> range:
        """Ids of the inputs of a transaction."""
        return self._rows_of_transaction("inputs", transaction)

    def _rows_of_transaction(self, rows: str, transaction: int) -> range:
        first = self.column(f"transactions.{_FIRST_ROW[rows]}")
        is_last = transaction + 1 == self.counts["transactions"]
        return range(first[transaction], self.counts[rows] if is_last else first[transaction + 1])

    def output_ranges(self, transactions: Array) -> tuple[Array, Array]:
        """First output id of each transaction, and one past its last; int64."""
        return self._rows_of_transactions("outputs", transactions)

    def input_ranges(self, transactions: Array) -> tuple[Array, Array]:
        """First input id of each transaction, and one past its last; int64."""
        return self._rows_of_transactions("inputs", transactions)

    def _rows_of_transactions(self, rows: str, transactions: Array) -> tuple[Array, Array]:
        first = self.column(f"transactions.{_FIRST_ROW[rows]}")
        following = transactions.astype(np.int64) + 1
        last = following == self.counts["transactions"]
        ends = first[np.where(last, 0, following)]
        return first[transactions], np.where(last, self.counts[rows], ends)

    def transaction_of_output(self, output: int) -> int:
        """The transaction that made an output."""
        return bisect_right(self.column("transactions.first_output"), output) - 1

    def transactions_of_outputs(self, outputs: Array) -> Array:
        """The transactions that made outputs; int64, same shape. Quickest where outputs ascend."""
        first = self.column("transactions.first_output")
        if not len(outputs):
            return np.empty(0, np.int64)
        low = np.full(len(outputs), self.transaction_of_output(int(outputs.min())), np.int64)
        high = np.full(len(outputs), self.transaction_of_output(int(outputs.max())), np.int64)
        while (low < high).any():
            middle = (low + high + 1) >> 1
            before = first[middle] <= outputs
            low = np.where(before, middle, low)
            high = np.where(before, high, middle - 1)
        return low

    def find_output(self, txid: str | bytes, index: int) -> int:
        """Id of output number ``index`` of a transaction. Raises UsageError and NotFoundError."""
        outputs = self.outputs_in(self.find_transaction(txid))
        if not 0 <= index < len(outputs):
            shown = txid[::-1].hex() if isinstance(txid, bytes) else txid
            raise NotFoundError(
                f"output {shown}:{index}: the transaction has outputs 0 to {len(outputs) - 1}"
            )
        return outputs[index]

    # Addresses

    def find_address(self, text: str) -> int:
        """Id of an address, given as people write it.

        Raises AddressError where it is mistyped or of another network, NotFoundError where no
        output up to the tip pays to it.
        """
        try:
            address = self._seek_address(text)
        except AddressError as error:
            for near in address_form.one_letter_away(text, self.network):
                if self._seek_address(near) is not None:
                    raise AddressError(
                        f"{error}; {near} differs in one letter and is on this chain"
                    ) from None
            raise
        if address is None:
            raise NotFoundError(
                f"address {text}: never seen on {self.network.name} up to height {self.tip.height}; "
                f"{_COMPARE}"
            )
        return address

    def _seek_address(self, text: str) -> int | None:
        """Id of a well-formed address, or None if no output pays to it. Raises AddressError."""
        address_type, payload = address_form.decode(text, self.network)
        types = (NONSTANDARD, MULTISIG) if address_type in (NONSTANDARD, MULTISIG) else (address_type,)
        for candidate_type in types:
            for address in self.derived.candidates("address", address_key(candidate_type, payload)):
                if self.address_payload(address) == (candidate_type, payload):
                    return address
        return None

    def find_payloads(self, types: Array, payloads: Array) -> Array:
        """Ids of many addresses by type and payload; see ``clew.ledger.seek``."""
        return seek_addresses(self, types, payloads)

    def address_payload(self, address: int) -> tuple[int, bytes]:
        """Type and payload of an address. Raises NotALedgerError where a part of it is missing."""
        address_type = int(self.column("addresses.type")[address])
        payload = self.column("addresses.head")[address].tobytes()
        length = PAYLOAD_LENGTH.get(address_type, 0)
        if address_type == WITNESS_UNKNOWN:
            row = self._row_of_address("address_ends", address)
            length = int(self.column("address_ends.length")[row])
            end = self.column("address_ends.end")[row].tobytes()
            if length > HEAD_BYTES:
                payload += self._tail(address) + end
        elif length > HEAD_BYTES:
            payload += self._tail(address)
        return address_type, payload[:length]

    def _tail(self, address: int) -> bytes:
        tail: bytes = self.column("address_tails.tail")[
            self._row_of_address("address_tails", address)
        ].tobytes()
        return tail

    def _row_of_address(self, table: str, address: int) -> int:
        owners = self.column(f"{table}.address")
        row = bisect_left(owners, address)
        if row == len(owners) or owners[row] != address:
            raise NotALedgerError(
                f"{self.path}: address {address} has no row in {table}; the ledger is damaged, build it again"
            )
        return row

    def address_text(self, address: int) -> str | None:
        """An address as people write it; None for NO_ADDRESS."""
        if address == NO_ADDRESS:
            return None
        return address_form.encode(*self.address_payload(address), self.network)

    def outputs_of(self, address: int) -> Array:
        """Ids of all outputs that pay to an address, ascending; int64."""
        return self.outputs_of_addresses(np.array([address]))

    def outputs_of_addresses(self, addresses: Array) -> Array:
        """Ids of all outputs that pay to any of some distinct addresses, ascending; int64."""
        return self.derived.outputs_of(addresses)

    def address_sums(self, address: int, outputs: Array) -> AddressSums:
        """What the ``outputs`` of an address (all of them) add up to."""
        return self.derived.sums_of_address(address, outputs)

    # Entities

    def entity_of(self, address: int) -> int:
        """Entity of an address."""
        return int(self.column("entities.entity")[address])

    def members(self, entity: int) -> Array:
        """Addresses of an entity, ascending; u4. Raises NotFoundError."""
        return self.members_of(np.array([entity]))

    def members_of(self, entities: Array) -> Array:
        """Addresses of distinct entities, ascending; u4. Raises NotFoundError."""
        return self.control.members_of(entities)

    def entity_sizes(self, entities: Array) -> Array:
        """How many addresses entities have; int64, same shape. Raises NotFoundError."""
        return self.control.sizes_of(entities)

    def entity_totals(self, entity: int) -> tuple[int, int, int]:
        """Outputs that an entity received, their sum, and the sum of those unspent, in satoshi.

        Raises NotFoundError.
        """
        kept = self.control.totals_of(entity)
        if kept is not None:
            return kept
        outputs = self.outputs_of_addresses(self.members(entity))
        values = self.column("outputs.value")[outputs]
        unspent = self.column("spends.spent_by")[outputs] == UNSPENT
        return len(outputs), exact_sum(values), exact_sum(values[unspent])

    # What the ledger is

    def snapshot(self, attributions: str | None = None, prices: str | None = None) -> str:
        """SHA-256 over everything an answer depends on, as hex.

        ``attributions``: digest of the tags in force, ``prices``: that of the tables of prices; None where
        there are none.
        """
        stated: dict[str, Any] = {
            "attributions": attributions,
            "digest": self.rolling_digest,
            "prices": prices,
            "rules": [[rule.name, rule.version, rule.source] for rule in self.rules],
            "schema": VERSION,
            "tip": self.tip.hash,
        }
        if self.control.name != STRICT:
            stated["rule_set"] = [self.control.name, self.control.digest]
        return sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()

    def digest(self) -> str:
        """Digest of the whole content, computed from the files, as hex.

        Reads everything. Raises NotALedgerError where the rows are not those that were committed.
        """
        rolling = BEFORE_GENESIS
        for rows in self._blocks_of_rows():
            rolling = block_digest(rolling, content_digest(rows), rows)
        if rolling.hex() != self.rolling_digest:
            raise NotALedgerError(
                f"{self.path}: expected rolling digest {self.rolling_digest}, found {rolling.hex()}; "
                "the ledger is damaged, build it again"
            )
        derived: dict[str, dict[str, Any]] = {}
        for name, column in self._columns.items():
            table, _, column_name = name.partition(".")
            derived.setdefault(table, {})[column_name] = column
        return ledger_digest(rolling, self.network.name, derived).hex()

    def _blocks_of_rows(self) -> Iterator[dict[str, dict[str, Array]]]:
        """The logical rows of each block, by table and column."""
        edges = {"blocks": np.arange(self.counts["blocks"] + 1)}
        for name, first in _FIRST_ROW.items():
            edges[name] = np.append(np.asarray(self.column(f"blocks.{first}")), self.counts[name])
        for name, key, counted in _SPARSE:
            inside = np.asarray(self.column(f"{name}.{key}"))
            edges[name] = np.searchsorted(inside, edges[counted].astype(inside.dtype))
        tables = [table for table in ROW_TABLES if table.logical]
        for height in range(self.counts["blocks"]):
            yield {
                table.name: {
                    column.name: self.column(f"{table.name}.{column.name}")[
                        int(edges[table.name][height]) : int(edges[table.name][height + 1])
                    ]
                    for column in table.columns
                }
                for table in tables
            }


class _Counts(Mapping[str, int]):
    """Rows by name, and ``entities``, which some controls must count first."""

    def __init__(self, rows: Mapping[str, int], control: Control | None) -> None:
        self._rows = rows
        self._control = control

    def __getitem__(self, name: str) -> int:
        if name == "entities" and self._control:
            return self._control.count
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        yield from (*self._rows, "entities")

    def __len__(self) -> int:
        return len(self._rows) + 1

    def __repr__(self) -> str:
        return repr(dict(self))


def _finished(path: Path, manifest: Manifest) -> Tip:
    if manifest.tip is None:
        height = manifest.building.blocks - 1 if manifest.building else -1
        state = f"indexed to height {height}" if height >= 0 else "nothing is indexed yet"
        do = "clew index is running" if manifests.is_held(path) else "run clew index again"
        raise NotALedgerError(f"{path}: the ledger is not finished: {state}; {do}")
    return manifest.tip


def map_pieces(
    path: Path, pieces: tuple[Piece, ...], counts: Mapping[str, int], tables: tuple[Table, ...]
) -> dict[str, Data]:
    """Map the columns of row or link tables that lie in pieces, ``counts`` rows in all."""
    ends = [*(piece.first for piece in pieces[1:]), counts]
    places = []
    for piece, end in zip(pieces, ends, strict=True):
        rows = {table.name: int(end[table.name]) - int(piece.first[table.name]) for table in tables}
        places.append((path / piece.folder, rows))
    return map_tables(places, tables)


def _wire_hash(text: str, expected: str) -> bytes:
    if len(text) == _HASH_DIGITS and set(text) <= set(hexdigits):
        return bytes.fromhex(text)[::-1]
    raise UsageError(f"{text!r}: expected {expected} ({_HASH_DIGITS} hexadecimal digits)")


def _shown(wire: Array) -> str:
    return wire.tobytes()[::-1].hex()


__all__ = ["Ledger", "expand", "map_pieces", "open_ledger"]
