"""Every row that a ledger has of a block, compared with the block as the plain parser reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from clew.bitcoin import address as address_form
from clew.bitcoin.block import Block
from clew.bitcoin.script import classify
from clew.bitcoin.signatures import signing
from clew.errors import ClewError
from clew.ledger.ledger import Ledger
from clew.schema import (
    ANCHOR,
    END_BYTES,
    FLAG_COINBASE,
    FLAG_SORTED_INPUTS,
    FLAG_SORTED_OUTPUTS,
    FLAG_WITNESS,
    HEAD_BYTES,
    MAX_SCRIPT_SIZE,
    NO_ADDRESS,
    NO_OUTPUT,
    NULLDATA,
    OVERWRITTEN,
    PAYLOAD_BYTES,
    SCRIPT_TYPES,
    UNSPENDABLE,
    UNSPENT,
    WITNESS_UNKNOWN,
)
from clew.verify.findings import Finding, Findings
from clew.verify.headers import shown
from clew.verify.layout import TABLES, Array, Layout, edges, layout_of

MOST_INPUTS = 100_000
"""More than a transaction can have: an input takes 41 bytes or more of four million."""

_TRANSACTION_FIELDS = ("offset", "size", "base_size", "version", "lock_time")
_STATES = {UNSPENT: "unspent", OVERWRITTEN: "overwritten", UNSPENDABLE: "unspendable"}

_UNEVEN = (ANCHOR, WITNESS_UNKNOWN)
"""Address types with payloads that do not fill the columns they are stored in."""

BROKEN = (ClewError, IndexError, ValueError, OverflowError, MemoryError)
"""What asking a damaged ledger can end in."""


class BlockCheck:
    """Compares blocks of a ledger with the same blocks from elsewhere."""

    def __init__(self, ledger: Ledger, findings: Findings) -> None:
        self.ledger = ledger
        self.findings = findings
        lost = ledger.column("overwritten.transaction")[:].tolist()
        self.overwritten = set(lost)
        self.overwrites = list(zip(ledger.column("overwritten.by")[:].tolist(), lost, strict=True))
        self.unspendable = np.asarray(ledger.column("unspendable.output")[:], np.int64)
        self.height = 0
        self.hash = ""
        self._known: dict[int, tuple[int, bytes] | None] = {}

    def compare(self, height: int, block: Block) -> Layout | None:
        """Compare all rows of a block; returns where they lie, None where they cannot be found."""
        self.height, self.hash = height, shown(block.header.hash)
        self._known = {}
        sizes_of_block = {"size": block.size, "base_size": block.base_size, "trailing": len(block.extension)}
        for name, expected in sizes_of_block.items():
            found = int(self.ledger.column(f"blocks.{name}")[height])
            if expected != found:
                self.differs(f"blocks.{name}", height, str(expected), str(found))
        layout = layout_of(self.ledger, height, block)
        if layout is None:
            sizes = ", ".join(f"{self.ledger.counts[table]:,} {table}" for table in TABLES)
            self.differs("blocks.first_transaction", height, "rows of this block", f"only {sizes} in all")
            return None
        for column, row, expected_id, found_id in layout.wrong:
            self.differs(column, row, expected_id, found_id)
        try:
            self._transactions(block, layout)
            self._outputs(block, layout)
            self._inputs(block, layout)
        except BROKEN as error:
            self.differs("ledger file", None, "rows that can be read", f"{type(error).__name__}: {error}")
        return layout

    def differs(
        self, what: str, row: int | None, expected: str, found: str, transaction: bytes | None = None
    ) -> None:
        """Add a finding in the block under way."""
        txid = None if transaction is None else shown(transaction)
        self.findings.add(Finding(what, expected, found, self.height, self.hash, txid, row))

    def _column(
        self,
        name: str,
        rows: range,
        expected: Array,
        owner: Callable[[int], bytes],
        text: Callable[[Any], str] = str,
    ) -> None:
        """Compare rows of one column with what they must be."""
        found = np.asarray(self.ledger.column(name)[rows.start : rows.stop])
        unequal = found != expected
        for at in np.flatnonzero(unequal.any(axis=1) if unequal.ndim > 1 else unequal).tolist():
            self.differs(name, rows[at], text(expected[at]), text(found[at]), owner(rows[at]))

    # Transactions

    def _transactions(self, block: Block, layout: Layout) -> None:
        transactions, rows = block.transactions, layout.transactions

        def owner(row: int) -> bytes:
            return transactions[row - rows.start].txid

        txids = np.frombuffer(b"".join(each.txid for each in transactions), np.uint8).reshape(-1, 32)
        self._column("transactions.txid", rows, txids, owner, lambda value: shown(value.tobytes()))
        self._column("transactions.first_output", rows, layout.first_output[:-1], owner)
        self._column("transactions.first_input", rows, layout.first_input[:-1], owner)
        for name in _TRANSACTION_FIELDS:
            expected = np.array([getattr(each, name) for each in transactions], np.int64)
            self._column(f"transactions.{name}", rows, expected, owner)
        flags = [
            FLAG_COINBASE * (at == 0)
            + FLAG_WITNESS * each.has_witness
            + FLAG_SORTED_INPUTS * each.has_sorted_inputs
            + FLAG_SORTED_OUTPUTS * each.has_sorted_outputs
            for at, each in enumerate(transactions)
        ]
        self._column("transactions.flags", rows, np.array(flags, np.int64), owner)
        for by, lost in self.overwrites:
            if by in rows and not (lost < by and self._txid(lost) == transactions[by - rows.start].txid):
                self.differs("overwritten.transaction", None, "an earlier one of the same id", str(lost))
        for row, each in zip(rows, transactions, strict=True):
            found = self._asked(lambda txid=each.txid: self.ledger.find_transaction(txid))  # type: ignore[misc]
            if found != row and not (row in self.overwritten and isinstance(found, int) and found > row):
                self.differs("transaction_lookup.id", None, str(row), str(found), each.txid)

    def _txid(self, transaction: int) -> bytes:
        if not 0 <= transaction < self.ledger.counts["transactions"]:
            return b""
        txid: bytes = self.ledger.column("transactions.txid")[transaction].tobytes()
        return txid

    def _asked(self, question: Callable[[], int]) -> int | str:
        """What a look-up finds: an id, or what went wrong."""
        try:
            return question()
        except BROKEN as error:
            return str(error)

    # Outputs

    def _outputs(self, block: Block, layout: Layout) -> None:
        outputs = [output for each in block.transactions for output in each.outputs]
        kinds = [classify(output.script) for output in outputs]

        def owner(row: int) -> bytes:
            return block.transactions[layout.transaction_of("outputs", row)].txid

        values = np.array([output.value for output in outputs], np.int64)
        self._column("outputs.value", layout.outputs, values, owner)
        types = np.array([kind[0] for kind in kinds], np.int64)
        self._column("outputs.script_type", layout.outputs, types, owner, script_type)
        self._addresses(kinds, layout, owner)
        dead = [
            kind[0] == NULLDATA or len(output.script) > MAX_SCRIPT_SIZE or self.height == 0
            for kind, output in zip(kinds, outputs, strict=True)
        ]
        self._spent_by(dead, layout, owner)
        self._unspendable(
            {
                row
                for row, kind, is_dead in zip(layout.outputs, kinds, dead, strict=True)
                if is_dead and kind[0] != NULLDATA
            },
            layout,
        )

    def _unspendable(self, expected: set[int], layout: Layout) -> None:
        """Compare the list of outputs that nobody can spend though they are no OP_RETURN."""
        span = layout.outputs
        found = self.unspendable[(self.unspendable >= span.start) & (self.unspendable < span.stop)].tolist()
        for row in expected.symmetric_difference(found):
            there, should = ("listed", "not listed") if row in found else ("not listed", "listed")
            self.differs("unspendable.output", None, f"output {row} {should}", there)

    def _addresses(
        self, kinds: Sequence[tuple[int, int, bytes]], layout: Layout, owner: Callable[[int], bytes]
    ) -> None:
        span = layout.outputs
        ids = self.ledger.column("outputs.address")[span.start : span.stop].tolist()
        following, end = edges(self.ledger, "addresses", self.height)
        for row, address, kind in zip(span, ids, kinds, strict=True):
            if kind[0] == NULLDATA:
                if address != NO_ADDRESS:
                    self.differs("outputs.address", row, "none", str(address), owner(row))
                continue
            if address > following:
                # Addresses are numbered in the order in which they appear.
                self.differs("outputs.address", row, f"at most {following}", str(address), owner(row))
            else:
                following = max(following, address + 1)
            self._address(row, address, kind[1:], owner)
        if following != end:
            self.differs("blocks.first_address", self.height + 1, str(following), str(end))

    def _address(
        self, row: int, address: int, kind: tuple[int, bytes], owner: Callable[[int], bytes]
    ) -> None:
        found = self.payload(address)
        if found != kind:
            self.differs("outputs.address", row, self.text(kind), self.text(found), owner(row))
            return
        if kind[0] in _UNEVEN:
            self._stored(row, address, kind[1], owner, ends=kind[0] == WITNESS_UNKNOWN)
        text = address_form.encode(*kind, self.ledger.network)
        looked_up = self._asked(lambda: self.ledger.find_address(text))
        if looked_up != address:
            self.differs("address_lookup.id", None, f"{address} for {text}", str(looked_up), owner(row))

    def _stored(
        self, row: int, address: int, payload: bytes, owner: Callable[[int], bytes], *, ends: bool
    ) -> None:
        """Compare the parts of a payload as they are stored, with the zeros that fill them, and its length.

        Where types have payloads that fill all parts there is nothing more to compare than the payload.
        """
        padded = payload.ljust(PAYLOAD_BYTES, b"\0")
        parts = [("addresses.head", "", padded[:HEAD_BYTES])]
        if len(payload) > HEAD_BYTES:
            tail = padded[HEAD_BYTES : PAYLOAD_BYTES - END_BYTES]
            parts.append(("address_tails.tail", "address_tails.address", tail))
        if ends:
            parts.append(("address_ends.length", "address_ends.address", bytes([len(payload)])))
            parts.append(("address_ends.end", "address_ends.address", padded[-END_BYTES:]))
        for name, owners, expected in parts:
            at = int(np.searchsorted(self.ledger.column(owners)[:], address)) if owners else address
            found = self.ledger.column(name)[at].tobytes()
            if found != expected:
                self.differs(name, at, expected.hex(), found.hex(), owner(row))

    def payload(self, address: int) -> tuple[int, bytes] | None:
        """Type and payload of an address of the ledger; None where there is none of that id."""
        if address not in self._known:
            try:
                inside = 0 <= address < self.ledger.counts["addresses"]
                self._known[address] = self.ledger.address_payload(address) if inside else None
            except BROKEN:
                self._known[address] = None
        return self._known[address]

    def text(self, kind: tuple[int, bytes] | None) -> str:
        """An address as people write it, or what there is instead."""
        if kind is None:
            return "no address"
        try:
            return address_form.encode(*kind, self.ledger.network)
        except (ValueError, IndexError):
            return f"type {kind[0]}, payload {kind[1].hex()}"

    def _spent_by(self, dead: Sequence[bool], layout: Layout, owner: Callable[[int], bytes]) -> None:
        span = layout.outputs
        spenders = self.ledger.column("spends.spent_by")[span.start : span.stop].tolist()
        for row, spender, is_dead in zip(span, spenders, dead, strict=True):
            reason = self._spender_fault(row, spender, is_dead, layout)
            if reason is not None:
                found = _STATES.get(spender, f"transaction {spender}")
                self.differs("spends.spent_by", row, reason, found, owner(row))

    def _spender_fault(self, row: int, spender: int, dead: bool, layout: Layout) -> str | None:
        """What should stand there instead of ``spender``; None where nothing speaks against it."""
        if dead or spender == UNSPENDABLE:
            return None if dead and spender == UNSPENDABLE else "unspendable" if dead else "spendable"
        if spender == UNSPENT:
            return None
        own = layout.transactions.start + layout.transaction_of("outputs", row)
        if spender == OVERWRITTEN:
            return None if own in self.overwritten else "not overwritten"
        if not own < spender < self.ledger.counts["transactions"]:
            return "a later transaction"
        starts, ends = self.ledger.input_ranges(np.array([spender]))
        start, end = int(starts[0]), int(ends[0])
        if not 0 < end - start <= MOST_INPUTS:
            return "a transaction with inputs"
        spent = np.asarray(self.ledger.column("inputs.spent_output")[start:end])
        return None if (spent == row).any() else "a transaction that spends it"

    # Inputs

    def _inputs(self, block: Block, layout: Layout) -> None:
        inputs = [each for transaction in block.transactions for each in transaction.inputs]

        def owner(row: int) -> bytes:
            return block.transactions[layout.transaction_of("inputs", row)].txid

        sequences = np.array([each.sequence for each in inputs], np.int64)
        self._column("inputs.sequence", layout.inputs, sequences, owner)
        signed = np.array([signing(each, self.ledger.network) for each in inputs], np.int64)
        self._column("inputs.signing", layout.inputs, signed, owner)
        found = spent_outputs(self.ledger, layout)
        spent = [row for row, each in zip(layout.inputs, inputs, strict=True) if not each.spends_nothing]
        for row, each in zip(layout.inputs, inputs, strict=True):
            output = int(found[row - layout.inputs.start])
            if each.spends_nothing and output != NO_OUTPUT:
                self.differs("inputs.spent_output", row, "none", str(output), owner(row))
        good, named = named_outputs(self.ledger, found, layout)
        names = dict(zip(good.tolist(), named, strict=True))
        for row in spent:
            each = inputs[row - layout.inputs.start]
            expected = (each.previous_txid, each.previous_index)
            name = names.get(row - layout.inputs.start)
            output = int(found[row - layout.inputs.start])
            if name is None or name != expected:
                there = _point(*name) if name else f"output {output}"
                self.differs("inputs.spent_output", row, _point(*expected), there, owner(row))
                continue
            spender = int(self.ledger.column("spends.spent_by")[output])
            own = layout.transactions.start + layout.transaction_of("inputs", row)
            if spender != own:
                text = _STATES.get(spender, f"transaction {spender}")
                self.differs("spends.spent_by", output, f"transaction {own}", text, owner(row))


def spent_outputs(ledger: Ledger, layout: Layout) -> Array:
    """What a block's inputs spend, as the ledger states it; int64."""
    span = layout.inputs
    return np.asarray(ledger.column("inputs.spent_output")[span.start : span.stop], np.int64)


def named_outputs(ledger: Ledger, outputs: Array, layout: Layout) -> tuple[Array, list[tuple[bytes, int]]]:
    """Which of some output ids lie before the block's end, and the txid and index of each of those."""
    good = np.flatnonzero((outputs >= 0) & (outputs < layout.outputs.stop))
    ids = outputs[good]
    makers = ledger.transactions_of_outputs(ids)
    starts = np.asarray(ledger.column("transactions.first_output")[makers], np.int64)
    txids = np.asarray(ledger.column("transactions.txid")[makers])
    return good, list(_names(txids, ids - starts))


def _names(txids: Array, indices: Array) -> Iterator[tuple[bytes, int]]:
    for txid, index in zip(txids, indices.tolist(), strict=True):
        yield txid.tobytes(), index


def script_type(code: Any) -> str:
    """Name of a script type, or its code where there is none of that name."""
    number = int(code)
    return SCRIPT_TYPES[number] if number < len(SCRIPT_TYPES) else f"code {number}"


def _point(txid: bytes, index: int) -> str:
    return f"{shown(txid)}:{index}"
