"""Blocks: a plain parser, and the checks a block must pass.

Slow and readable on purpose. The fast parser is tested against this one, and evidence is verified
again with it. Hashes are bytes in wire order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clew.bitcoin.auxpow import AuxPow, has_auxpow, read_auxpow
from clew.bitcoin.auxpow import fault as auxpow_fault
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.header import (
    HEADER_SIZE,
    Header,
    parse_header,
    read_header,
    scrypt_hash,
    target,
    work,
)
from clew.bitcoin.networks import BITCOIN, Network
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
    "read_head",
    "target",
    "witness_commitment",
    "work",
]

COMMITMENT_HEAD = bytes.fromhex("6a24aa21a9ed")
"""First bytes of the coinbase output that commits to the witnesses (BIP 141)."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block. ``size`` counts all its bytes, ``base_size`` neither witnesses nor ``extension``.

    ``extension`` is what stands after the transactions: on Litecoin the MWEB block, with the byte
    before it that says whether there is one.
    """

    header: Header
    transactions: tuple[Transaction, ...]
    size: int
    base_size: int
    auxpow: AuxPow | None = None
    extension: bytes = b""

    @classmethod
    def build(
        cls,
        header: Header,
        transactions: Sequence[Transaction],
        *,
        auxpow: AuxPow | None = None,
        extension: bytes = b"",
    ) -> Block:
        """A block of these parts, offsets and sizes computed. Checks nothing."""
        head = len(auxpow.serialise()) if auxpow else 0
        position = base_size = HEADER_SIZE + head + len(compact_size(len(transactions)))
        placed = []
        for each in transactions:
            placed.append(replace(each, offset=position))
            position += each.size
            base_size += each.base_size
        return cls(header, tuple(placed), position + len(extension), base_size, auxpow, extension)

    def serialise(self) -> bytes:
        """Its bytes, witnesses included."""
        head = self.header.serialise() + (self.auxpow.serialise() if self.auxpow else b"")
        count = compact_size(len(self.transactions))
        return head + count + b"".join(each.serialise() for each in self.transactions) + self.extension


def parse_block(data: bytes, *, where: str = "", network: Network = BITCOIN) -> Block:
    """The block that ``data`` is, from its first byte to its last, in the form of ``network``.

    ``where`` says in messages where the bytes came from. Refused, with the byte offset, as
    ParseError: sizes that are not in shortest form or above 0x02000000, a witness flag other than
    1, a witness with nothing in it, no transaction, input or output, an amount outside 0 to
    what the network has, a first transaction that is no coinbase, a later input that spends nothing.
    Litecoin's extension block is stepped over unread.
    """
    reader = Reader(data, "block", where)
    header, auxpow = read_head(reader, network)
    count = reader.compact_size("number of transactions")
    if not count:
        raise reader.error("at least one transaction", "none")
    transactions = []
    for index in range(count):
        reader.part = f"transaction {index}"
        last = network.mweb and 0 < index == count - 1
        transaction = read_transaction(reader, max_money=network.max_money, mweb=last)
        _require_place(reader, transaction, index)
        transactions.append(transaction)
    reader.part = ""
    extension = _read_extension(reader) if transactions[-1].is_hogex else b""
    reader.finish()
    without = sum(each.size - each.base_size for each in transactions) + len(extension)
    return Block(header, tuple(transactions), len(data), len(data) - without, auxpow, extension)


def read_head(reader: Reader, network: Network) -> tuple[Header, AuxPow | None]:
    """What stands before a block's transactions. Raises ParseError with the byte offset."""
    header = read_header(reader)
    has = network.auxpow_chain is not None and has_auxpow(header.version)
    return header, read_auxpow(reader) if has else None


def _read_extension(reader: Reader) -> bytes:
    """The rest of a block whose last transaction says that an extension block follows."""
    start = reader.position
    mark = reader.unsigned(1, "mark of the extension block")
    rest = len(reader.data) - reader.position
    if mark > 1 or bool(mark) != bool(rest):
        raise reader.error("an extension block after mark 1, or mark 0", f"mark {mark}, {rest} bytes", start)
    reader.take(rest, "extension block")
    return reader.data[start:]


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


def check_block(block: Block, network: Network, *, height: int | None = None) -> None:
    """Proof of work, Merkle root, witness commitment. Raises BadBlockError.

    Not checked: that the target is the one the chain asks for, scripts, signatures, fees, on
    signet the block's signature, and on Litecoin the extension block.
    """
    check_proof_of_work(block.header, network, block.auxpow)
    check_merkle_root(block)
    check_witness(block, None if height is None else height >= network.segwit_height)


def check_proof_of_work(header: Header, network: Network, auxpow: AuxPow | None = None) -> None:
    """That the hash meets the claimed target, and the target the network's. Raises BadBlockError.

    Which hash: the header's own, on a network that works on scrypt its scrypt hash, and in a
    merge-mined block that of the parent, which must name this block. The genesis block is known by its
    hash and needs no work.
    """
    try:
        limit = target(header.bits)
    except BadBlockError:
        raise _bad(header, "a target from 1 to 2^256 - 1", f"compact form {header.bits:08x}") from None
    if limit > network.pow_limit:
        raise _bad(header, f"a target of at most {network.pow_limit:064x} ({network.name})", f"{limit:064x}")
    if header.hash == network.genesis_hash:
        return
    worked = header
    if network.auxpow_chain is not None and has_auxpow(header.version):
        if auxpow is None:
            raise _bad(header, "an AuxPoW, as its version says", "none")
        if wrong := auxpow_fault(header, auxpow, network.auxpow_chain):
            raise _bad(header, "an AuxPoW that proves this block's work", wrong)
        worked = auxpow.parent
    hashed = scrypt_hash(worked.serialise()) if network.scrypt else worked.hash
    if int.from_bytes(hashed, "little") > limit:
        raise _bad(
            header, f"a {'scrypt ' if network.scrypt else ''}hash of at most {limit:064x}", "a higher one"
        )


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
