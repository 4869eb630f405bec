"""Blocks: a plain parser, and the checks a block must pass.

Slow and readable on purpose. The fast parser is tested against this one, and evidence is verified
again with it. Hashes are bytes in wire order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import Network
from clew.bitcoin.transaction import (
    NULL_HASH,
    NULL_INDEX,
    Input,
    Output,
    Transaction,
    parse_transaction,
    read_transaction,
)
from clew.bitcoin.wire import Reader, compact_size
from clew.errors import BadBlockError

__all__ = [
    "COMMITMENT_HEAD",
    "HEADER_SIZE",
    "NULL_HASH",
    "NULL_INDEX",
    "Block",
    "Header",
    "Input",
    "Output",
    "Transaction",
    "check_block",
    "check_merkle_root",
    "check_proof_of_work",
    "check_witness",
    "merkle_root",
    "parse_block",
    "parse_header",
    "parse_transaction",
    "target",
    "witness_commitment",
    "work",
]

HEADER_SIZE = 80
COMMITMENT_HEAD = bytes.fromhex("6a24aa21a9ed")
"""First bytes of the coinbase output that commits to the witnesses (BIP 141)."""


@dataclass(frozen=True, slots=True)
class Header:
    """A block header. ``time`` is in Unix seconds, ``bits`` the compact target."""

    version: int
    previous: bytes
    merkle_root: bytes
    time: int
    bits: int
    nonce: int
    hash: bytes

    @classmethod
    def build(
        cls,
        previous: bytes,
        merkle_root: bytes,
        time: int,
        bits: int,
        nonce: int,
        *,
        version: int = 0x20000000,
    ) -> Header:
        """A header of these parts, its hash computed. Checks nothing."""
        parts = (version, previous, merkle_root, time, bits, nonce)
        return cls(*parts, sha256d(_serialise_header(*parts)))

    def serialise(self) -> bytes:
        """Its 80 bytes."""
        return _serialise_header(
            self.version, self.previous, self.merkle_root, self.time, self.bits, self.nonce
        )


def _serialise_header(
    version: int, previous: bytes, merkle_root: bytes, time: int, bits: int, nonce: int
) -> bytes:
    numbers = (number.to_bytes(4, "little") for number in (time, bits, nonce))
    return version.to_bytes(4, "little", signed=True) + previous + merkle_root + b"".join(numbers)


@dataclass(frozen=True, slots=True)
class Block:
    """A block. ``size`` counts witnesses, ``base_size`` does not; both in bytes."""

    header: Header
    transactions: tuple[Transaction, ...]
    size: int
    base_size: int

    @classmethod
    def build(cls, header: Header, transactions: Sequence[Transaction]) -> Block:
        """A block of these parts, offsets and sizes computed. Checks nothing."""
        position = base_size = HEADER_SIZE + len(compact_size(len(transactions)))
        placed = []
        for each in transactions:
            placed.append(replace(each, offset=position))
            position += each.size
            base_size += each.base_size
        return cls(header, tuple(placed), position, base_size)

    def serialise(self) -> bytes:
        """Its bytes, witnesses included."""
        count = compact_size(len(self.transactions))
        return self.header.serialise() + count + b"".join(each.serialise() for each in self.transactions)


def parse_header(data: bytes, *, where: str = "") -> Header:
    """The header of exactly 80 bytes. Raises ParseError."""
    reader = Reader(data, "block header", where)
    header = _read_header(reader)
    reader.finish()
    return header


def parse_block(data: bytes, *, where: str = "") -> Block:
    """The block that ``data`` is, from its first byte to its last.

    ``where`` says in messages where the bytes came from. Refused, with the byte offset, as
    ParseError: sizes that are not in shortest form or above 0x02000000, a witness flag other than
    1, a witness with nothing in it, no transaction, input or output, an amount outside 0 to
    21,000,000 BTC, a first transaction that is no coinbase, a later input that spends nothing.
    """
    reader = Reader(data, "block", where)
    header = _read_header(reader)
    count = reader.compact_size("number of transactions")
    if not count:
        raise reader.error("at least one transaction", "none")
    transactions = []
    for index in range(count):
        reader.part = f"transaction {index}"
        transaction = read_transaction(reader)
        _require_place(reader, transaction, index)
        transactions.append(transaction)
    reader.part = ""
    reader.finish()
    without = sum(each.size - each.base_size for each in transactions)
    return Block(header, tuple(transactions), len(data), len(data) - without)


def _read_header(reader: Reader) -> Header:
    start = reader.position
    fields = (
        reader.signed(4, "header version"),
        reader.take(32, "previous block's hash"),
        reader.take(32, "Merkle root"),
        reader.unsigned(4, "header time"),
        reader.unsigned(4, "target"),
        reader.unsigned(4, "nonce"),
    )
    return Header(*fields, sha256d(reader.data[start : reader.position]))


def _require_place(reader: Reader, transaction: Transaction, index: int) -> None:
    if index == 0 and not transaction.is_coinbase:
        raise reader.error("a coinbase first", "another transaction", transaction.offset)
    if index and any(each.spends_nothing for each in transaction.inputs):
        raise reader.error("inputs that spend an output", "one that spends nothing", transaction.offset)


def merkle_root(hashes: Sequence[bytes]) -> tuple[bytes, bool]:
    """Merkle root of at least one hash, and whether the list is mutated.

    An odd row repeats its last hash, so some lists with repetitions have the root of a shorter one
    (CVE-2012-2459). Such a list has two equal hashes side by side in some row: mutated.
    Raises ValueError for no hash at all.
    """
    if not hashes:
        raise ValueError("no hashes: a block has at least one transaction")
    row = list(hashes)
    mutated = False
    while len(row) > 1:
        mutated |= any(row[left] == row[left + 1] for left in range(0, len(row) - 1, 2))
        if len(row) % 2:
            row.append(row[-1])
        row = [sha256d(row[left] + row[left + 1]) for left in range(0, len(row), 2)]
    return row[0], mutated


def target(bits: int) -> int:
    """The number that a block's hash must not exceed, from its compact form.

    The top byte is a length in bytes, the rest sign and leading digits, as in Bitcoin Core's
    ``SetCompact``. Raises BadBlockError if it is negative, zero, or wider than 256 bits.
    """
    length, digits = bits >> 24, bits & 0x7FFFFF
    number = digits << 8 * (length - 3) if length >= 3 else digits >> 8 * (3 - length)
    if not number or bits & 0x800000 or number >= 1 << 256:
        raise BadBlockError(
            f"bad block: expected a target from 1 to 2^256 - 1, found compact form {bits:08x};"
            " take the block from another copy"
        )
    return number


def work(bits: int) -> int:
    """Hashes that a block with this target takes on average. Raises BadBlockError as ``target``."""
    return (1 << 256) // (target(bits) + 1)


def check_block(block: Block, network: Network, *, height: int | None = None) -> None:
    """Proof of work, Merkle root, witness commitment. Raises BadBlockError.

    Not checked: that the target is the one the chain asks for, scripts, signatures, fees, and on
    signet the block's signature.
    """
    check_proof_of_work(block.header, network)
    check_merkle_root(block)
    check_witness(block, None if height is None else height >= network.segwit_height)


def check_proof_of_work(header: Header, network: Network) -> None:
    """That the hash meets the claimed target, and the target the network's. Raises BadBlockError."""
    try:
        limit = target(header.bits)
    except BadBlockError:
        raise _bad(header, "a target from 1 to 2^256 - 1", f"compact form {header.bits:08x}") from None
    if limit > network.pow_limit:
        raise _bad(header, f"a target of at most {network.pow_limit:064x} ({network.name})", f"{limit:064x}")
    if int.from_bytes(header.hash, "little") > limit:
        raise _bad(header, f"a hash of at most {limit:064x}", "a higher one")


def check_merkle_root(block: Block) -> None:
    """That the header names just these transactions, in this order. Raises BadBlockError."""
    root, mutated = merkle_root([each.txid for each in block.transactions])
    if root != block.header.merkle_root:
        expected, found = block.header.merkle_root[::-1].hex(), root[::-1].hex()
        raise _bad(block.header, f"Merkle root {expected}", found)
    if mutated:
        raise _bad(block.header, "each transaction once", "transactions repeated under the same Merkle root")


def check_witness(block: Block, segwit_active: bool | None = None) -> None:
    """That the coinbase commits to just these witnesses (BIP 141). Raises BadBlockError.

    Before BIP 141 held, miners wrote commitments that nobody checked. If it is not known whether it
    holds (None), a block with no witness at all passes: it may be old, or stripped of its witnesses.
    """
    commitment = _commitment(block.transactions[0])
    has_witness = any(each.has_witness for each in block.transactions)
    if has_witness and segwit_active is False:
        raise _bad(block.header, "no witness before BIP 141", "one")
    if has_witness and commitment is None:
        raise _bad(block.header, "a commitment to the witnesses in the coinbase", "none")
    if commitment is None or not (has_witness or segwit_active):
        return
    reserved = block.transactions[0].inputs[0].witness
    if len(reserved) != 1 or len(reserved[0]) != 32:
        sizes = ", ".join(str(len(item)) for item in reserved) or "none"
        raise _bad(block.header, "one coinbase witness item of 32 bytes", f"sizes {sizes}")
    computed = witness_commitment(block.transactions, reserved[0])
    if computed != commitment:
        raise _bad(block.header, f"witness commitment {commitment.hex()}", computed.hex())


def witness_commitment(transactions: Sequence[Transaction], reserved: bytes = NULL_HASH) -> bytes:
    """The 32 bytes by which a coinbase commits to the witnesses (BIP 141).

    The coinbase comes first and counts as zeros. ``reserved`` is its witness item, 32 bytes. The
    commitment goes into an output script after COMMITMENT_HEAD.
    """
    root, _ = merkle_root([NULL_HASH, *(each.wtxid for each in transactions[1:])])
    return sha256d(root + reserved)


def _commitment(coinbase: Transaction) -> bytes | None:
    found = None
    for output in coinbase.outputs:
        if len(output.script) >= 38 and output.script.startswith(COMMITMENT_HEAD):
            found = output.script[6:38]
    return found


def _bad(header: Header, expected: str, found: str) -> BadBlockError:
    return BadBlockError(
        f"bad block: expected {expected}, found {found}, in block {header.hash[::-1].hex()};"
        " take it from another copy"
    )
