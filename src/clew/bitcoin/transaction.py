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
    """A transaction. ``offset`` is where it starts in its block; sizes are in bytes."""

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

    @classmethod
    def build(
        cls,
        inputs: Sequence[Input],
        outputs: Sequence[Output],
        *,
        version: int = 2,
        lock_time: int = 0,
        offset: int = 0,
    ) -> Transaction:
        """A transaction of these parts, its ids and sizes computed. Checks nothing."""
        has_witness = any(each.witness for each in inputs)
        parts = (version, tuple(inputs), tuple(outputs), lock_time)
        base = _serialise_transaction(*parts, witness=False)
        full = _serialise_transaction(*parts, witness=has_witness)
        return cls(sha256d(base), sha256d(full), *parts, offset, len(full), len(base), has_witness)

    @property
    def is_coinbase(self) -> bool:
        """Whether it creates coins: one input, which spends nothing."""
        return len(self.inputs) == 1 and self.inputs[0].spends_nothing

    def serialise(self, witness: bool = True) -> bytes:
        """Its bytes; the witness is there only if wanted and not empty (BIP 144)."""
        parts = (self.version, self.inputs, self.outputs, self.lock_time)
        return _serialise_transaction(*parts, witness=witness and self.has_witness)


def _serialise_transaction(
    version: int, inputs: tuple[Input, ...], outputs: tuple[Output, ...], lock_time: int, *, witness: bool
) -> bytes:
    parts = [version.to_bytes(4, "little")]
    if witness:
        parts.append(b"\x00\x01")
    parts += [compact_size(len(inputs)), *(each.serialise() for each in inputs)]
    parts += [compact_size(len(outputs)), *(each.serialise() for each in outputs)]
    if witness:
        parts += [each.serialise_witness() for each in inputs]
    return b"".join([*parts, lock_time.to_bytes(4, "little")])


def parse_transaction(data: bytes, *, where: str = "") -> Transaction:
    """A transaction alone, outside a block. Raises ParseError with the byte offset."""
    reader = Reader(data, "transaction", where)
    transaction = read_transaction(reader)
    reader.finish()
    return transaction


def read_transaction(reader: Reader) -> Transaction:
    """The transaction that comes next. Raises ParseError with the byte offset."""
    start = reader.position
    version = reader.take(4, "transaction version")
    # BIP 144: no transaction has zero inputs, so a zero here marks the form with witnesses.
    has_witness = reader.data[reader.position : reader.position + 1] == b"\0"
    if has_witness:
        marked = reader.position
        flag = reader.take(2, "witness marker and flag")[1]
        if flag != 1:
            raise reader.error("witness flag 1", str(flag), marked + 1)
    body_start = reader.position
    inputs = [_read_input(reader) for _ in range(_read_count(reader, "input"))]
    outputs = [_read_output(reader) for _ in range(_read_count(reader, "output"))]
    body = reader.data[body_start : reader.position]
    if has_witness:
        inputs = _read_witnesses(reader, inputs)
    lock_time = reader.take(4, "lock time")
    base = version + body + lock_time
    full = reader.data[start : reader.position]
    return Transaction(
        txid=sha256d(base),
        wtxid=sha256d(full),
        version=int.from_bytes(version, "little"),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        lock_time=int.from_bytes(lock_time, "little"),
        offset=start,
        size=len(full),
        base_size=len(base),
        has_witness=has_witness,
    )


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


def _read_output(reader: Reader) -> Output:
    start = reader.position
    value = reader.signed(8, "amount")
    if not 0 <= value <= MAX_MONEY:
        raise reader.error(f"an amount of 0 to {MAX_MONEY} satoshi", str(value), start)
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
