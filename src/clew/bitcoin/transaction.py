"""Transactions: their parts, their bytes, and a plain parser. Layout: BIP 144.

Hashes are bytes in wire order, amounts satoshi.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clew.bitcoin.hashes import sha256d
from clew.bitcoin.wire import Reader, compact_size
from clew.schema import MAX_MONEY

NULL_HASH = bytes(32)
NULL_INDEX = 0xFFFFFFFF

WITNESS_FLAG = 1
MWEB_FLAG = 8
"""Flag of Litecoin's extension block (Litecoin Core, ``src/primitives/transaction.h``)."""


@dataclass(frozen=True, slots=True)
class Output:
    """An output: satoshi, and the script that says who may spend them."""

    value: int
    script: bytes

    def serialise(self) -> bytes:
        """The output's bytes."""
        return self.value.to_bytes(8, "little", signed=True) + compact_size(len(self.script)) + self.script


@dataclass(frozen=True, slots=True)
class Input:
    """An input: the output it spends, and what permits it."""

    previous_txid: bytes
    previous_index: int
    script: bytes = b""
    sequence: int = 0xFFFFFFFF
    witness: tuple[bytes, ...] = ()

    @property
    def spends_nothing(self) -> bool:
        """Whether it names no output, as only a coinbase's input may."""
        return self.previous_txid == NULL_HASH and self.previous_index == NULL_INDEX

    def serialise(self) -> bytes:
        """The input's bytes, without its witness."""
        previous = self.previous_txid + self.previous_index.to_bytes(4, "little")
        script = compact_size(len(self.script)) + self.script
        return previous + script + self.sequence.to_bytes(4, "little")

    def serialise_witness(self) -> bytes:
        """The witness's bytes: the number of items, and each with its length."""
        items = (compact_size(len(item)) + item for item in self.witness)
        return compact_size(len(self.witness)) + b"".join(items)


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction. ``offset`` is where it starts in its block; sizes are in bytes.

    ``is_hogex``: it is marked as the one that ties Litecoin's extension block to the chain. The mark
    counts in ``size`` and in nothing else.
    """

    txid: bytes
    wtxid: bytes
    version: int
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    lock_time: int
    offset: int
    size: int
    base_size: int
    has_witness: bool
    is_hogex: bool = False

    @classmethod
    def build(
        cls,
        inputs: Sequence[Input],
        outputs: Sequence[Output],
        *,
        version: int = 2,
        lock_time: int = 0,
        offset: int = 0,
        is_hogex: bool = False,
    ) -> Transaction:
        """A transaction of these parts, its ids and sizes computed. Checks nothing."""
        has_witness = any(each.witness for each in inputs)
        parts = (version, tuple(inputs), tuple(outputs), lock_time)
        base = _serialise_transaction(*parts, witness=False)
        full = _serialise_transaction(*parts, witness=has_witness)
        size = len(_serialise_transaction(*parts, witness=has_witness, hogex=is_hogex))
        return cls(sha256d(base), sha256d(full), *parts, offset, size, len(base), has_witness, is_hogex)

    @property
    def is_coinbase(self) -> bool:
        """Whether it creates coins: one input, which spends nothing."""
        return len(self.inputs) == 1 and self.inputs[0].spends_nothing

    @property
    def has_sorted_inputs(self) -> bool:
        """Whether its inputs stand in the order of BIP 69."""
        order = [(each.previous_txid[::-1], each.previous_index) for each in self.inputs]
        return order == sorted(order)

    @property
    def has_sorted_outputs(self) -> bool:
        """Whether its outputs stand in the order of BIP 69."""
        order = [(each.value, each.script) for each in self.outputs]
        return order == sorted(order)

    def serialise(self, witness: bool = True) -> bytes:
        """Its bytes; without ``witness`` those that its id is the hash of (BIP 144)."""
        parts = (self.version, self.inputs, self.outputs, self.lock_time)
        return _serialise_transaction(
            *parts, witness=witness and self.has_witness, hogex=witness and self.is_hogex
        )


def _serialise_transaction(
    version: int,
    inputs: tuple[Input, ...],
    outputs: tuple[Output, ...],
    lock_time: int,
    *,
    witness: bool,
    hogex: bool = False,
) -> bytes:
    parts = [version.to_bytes(4, "little")]
    if flag := WITNESS_FLAG * witness + MWEB_FLAG * hogex:
        parts.append(bytes([0, flag]))
    parts += [compact_size(len(inputs)), *(each.serialise() for each in inputs)]
    parts += [compact_size(len(outputs)), *(each.serialise() for each in outputs)]
    if witness:
        parts += [each.serialise_witness() for each in inputs]
    if hogex:
        parts.append(b"\0")
    return b"".join([*parts, lock_time.to_bytes(4, "little")])


def parse_transaction(data: bytes, *, where: str = "") -> Transaction:
    """A transaction alone, outside a block. Raises ParseError with the byte offset."""
    reader = Reader(data, "transaction", where)
    transaction = read_transaction(reader)
    reader.finish()
    return transaction


def read_transaction(reader: Reader, *, max_money: int = MAX_MONEY, mweb: bool = False) -> Transaction:
    """The transaction that comes next. Raises ParseError with the byte offset.

    ``mweb``: it may be marked as Litecoin's HogEx, by flag 8 and a zero byte before the lock time, where
    a transaction outside a block has its part of the extension.
    """
    start = reader.position
    version = reader.take(4, "transaction version")
    # BIP 144: no transaction has zero inputs, so a zero here marks the form with witnesses.
    flag = 0
    if reader.data[reader.position : reader.position + 1] == b"\0":
        flag = _read_flag(reader, mweb)
    body_start = reader.position
    inputs = [_read_input(reader) for _ in range(_read_count(reader, "input"))]
    outputs = [_read_output(reader, max_money) for _ in range(_read_count(reader, "output"))]
    body = reader.data[body_start : reader.position]
    witness_start = reader.position
    if flag & WITNESS_FLAG:
        inputs = _read_witnesses(reader, inputs)
    witness = reader.data[witness_start : reader.position]
    if flag & MWEB_FLAG:
        mark = reader.unsigned(1, "mark of the extension")
        if mark:
            raise reader.error("no part of the extension", f"mark {mark}", reader.position - 1)
    lock_time = reader.take(4, "lock time")
    base = version + body + lock_time
    full = version + b"\0\1" + body + witness + lock_time if flag & WITNESS_FLAG else base
    return Transaction(
        txid=sha256d(base),
        wtxid=sha256d(full),
        version=int.from_bytes(version, "little"),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        lock_time=int.from_bytes(lock_time, "little"),
        offset=start,
        size=reader.position - start,
        base_size=len(base),
        has_witness=bool(flag & WITNESS_FLAG),
        is_hogex=bool(flag & MWEB_FLAG),
    )


def _read_flag(reader: Reader, mweb: bool) -> int:
    marked = reader.position
    flag = reader.take(2, "witness marker and flag")[1]
    allowed = {WITNESS_FLAG, MWEB_FLAG, WITNESS_FLAG | MWEB_FLAG} if mweb else {WITNESS_FLAG}
    if flag not in allowed:
        raise reader.error("witness flag 1", str(flag), marked + 1)
    return flag


def _read_count(reader: Reader, what: str) -> int:
    start = reader.position
    count = reader.compact_size(f"number of {what}s")
    if not count:
        raise reader.error(f"at least one {what}", "none", start)
    return count


def _read_input(reader: Reader) -> Input:
    previous_txid = reader.take(32, "spent transaction's id")
    previous_index = reader.unsigned(4, "spent output's index")
    script = reader.take(reader.compact_size("input script size"), "input script")
    return Input(previous_txid, previous_index, script, reader.unsigned(4, "sequence"))


def _read_output(reader: Reader, max_money: int) -> Output:
    start = reader.position
    value = reader.signed(8, "amount")
    if not 0 <= value <= max_money:
        raise reader.error(f"an amount of 0 to {max_money} satoshi", str(value), start)
    return Output(value, reader.take(reader.compact_size("output script size"), "output script"))


def _read_witnesses(reader: Reader, inputs: Sequence[Input]) -> list[Input]:
    start = reader.position
    witnesses = [_read_witness(reader) for _ in inputs]
    if not any(witnesses):
        raise reader.error("at least one witness item", "none after a witness marker", start)
    return [replace(each, witness=witness) for each, witness in zip(inputs, witnesses, strict=True)]


def _read_witness(reader: Reader) -> tuple[bytes, ...]:
    count = reader.compact_size("number of witness items")
    return tuple(reader.take(reader.compact_size("witness item size"), "witness item") for _ in range(count))
