"""Chains of other currencies, made by hand on their test networks, with real proofs of work."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from clew.bitcoin.address import encode
from clew.bitcoin.auxpow import MERGED_MINING, AuxPow, branch_root, expected_index
from clew.bitcoin.block import COMMITMENT_HEAD, Block, Header, merkle_root, witness_commitment
from clew.bitcoin.header import scrypt_hash, target
from clew.bitcoin.networks import Network, network
from clew.bitcoin.script import address_script, pubkey_script, push
from clew.bitcoin.transaction import Input, Output, Transaction
from clew.build import Summary, index
from clew.ledger.ledger import Ledger
from clew.schema import PUBKEYHASH
from clew.simulate.blockfile import write_block_files
from naive.ledger import build_ledger

BITS = 0x207FFFFF
NULL = bytes(32)
COIN = 100_000_000
TIMES = b"The Times 03/Jan/2009 Chancellor on brink of second bailout for banks"
TIMES_KEY = bytes.fromhex(
    "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
    "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f"
)
JOBS = "NY Times 05/Oct/2011 Steve Jobs, Apple’s Visionary, Dies at 56".encode()
JOBS_KEY = bytes.fromhex(
    "040184710fa689ad5023690c80f3a49c8f13f8d45b8c857fbcbc8bc4a8e4d3eb4b"
    "10f4d4604fa08dce601aaf0f470216fe1b51850b4acf21b179c45070ac7b03a9"
)
GENESIS = {
    "regtest": (TIMES, TIMES_KEY, 50, 2),
    "bitcoincash-regtest": (TIMES, TIMES_KEY, 50, 2),
    "litecoin-regtest": (JOBS, JOBS_KEY, 50, 0),
    "dogecoin-regtest": (b"Nintondo", JOBS_KEY, 88, 2),
}
GENESIS_TIME = 1_296_688_602
DOGE_VERSION = 0x0062_0004
MERGED_VERSION = 0x0062_0104

Pay = tuple["str | bytes", int]
"""To whom (a name, or a script) and how many satoshi."""


def key_hash(name: str) -> bytes:
    return sha256(name.encode()).digest()[:20]


def script_of(name: str) -> bytes:
    return address_script(PUBKEYHASH, key_hash(name))


def output(to: str | bytes, value: int) -> Output:
    return Output(value, script_of(to) if isinstance(to, str) else to)


def pay(spends: Sequence[tuple[bytes, int]], outputs: Sequence[Pay], witness: bytes = b"") -> Transaction:
    """A transaction that spends outputs and pays people; the first input may have a witness."""
    inputs = [Input(*point) for point in spends]
    if witness:
        inputs[0] = replace(inputs[0], witness=(witness,))
    return Transaction.build(inputs, [output(*each) for each in outputs])


def genesis(on: Network) -> Block:
    message, key, reward, nonce = GENESIS[on.name]
    script = push(bytes.fromhex("ffff001d")) + push(b"\x04") + push(message)
    first = Transaction.build(
        [Input(NULL, 0xFFFFFFFF, script)], [Output(reward * COIN, pubkey_script(key))], version=1
    )
    return Block.build(Header.build(NULL, first.txid, GENESIS_TIME, BITS, nonce, version=1), [first])


def worked(on: Network, header: Header, *, enough: bool = True) -> Header:
    """The header with the first nonce whose hash meets its target, or fails to."""
    nonce = 0
    while True:
        made = Header.build(
            header.previous, header.merkle_root, header.time, header.bits, nonce, version=header.version
        )
        hashed = scrypt_hash(made.serialise()) if on.scrypt else made.hash
        if (int.from_bytes(hashed, "little") <= target(made.bits)) is enough:
            return made
        nonce += 1


@dataclass(frozen=True)
class Merging:
    """How a block is mined with its parent; the defaults are right."""

    chain: int = 0x62
    height: int = 3
    nonce: int = 7
    mark: bytes = MERGED_MINING
    before: bytes = b"\x03abc"
    size: int | None = None
    place: int | None = None
    index: int = 0
    parent_version: int = 0x20000000
    parent_root: bytes | None = None
    worked: bool = True


def merge_mined(on: Network, header: Header, how: Merging = Merging()) -> AuxPow:
    """An AuxPoW for a header, with a parent of its own."""
    rng = random.Random(header.hash)
    others = tuple(rng.randbytes(32) for _ in range(how.height))
    place = expected_index(how.nonce, how.chain, how.height) if how.place is None else how.place
    root = branch_root(header.hash, others, place)
    size = 1 << how.height if how.size is None else how.size
    numbers = size.to_bytes(4, "little") + how.nonce.to_bytes(4, "little")
    script = how.before + how.mark + root[::-1] + numbers
    coinbase = Transaction.build(
        [Input(NULL, 0xFFFFFFFF, script, witness=(bytes(32),))],
        [output("a miner of the parent", 7)],
        offset=80,
    )
    branch = (rng.randbytes(32), rng.randbytes(32))
    parent_root = branch_root(coinbase.txid, branch, 0) if how.parent_root is None else how.parent_root
    parent = Header.build(rng.randbytes(32), parent_root, header.time, BITS, 0, version=how.parent_version)
    # The stated hash of the parent means nothing.
    parent = worked(on, parent, enough=how.worked)
    return AuxPow(coinbase, bytes(32), branch, how.index, others, place, parent)


class ForkChain:
    """Blocks from a test network's genesis block on."""

    def __init__(self, name: str) -> None:
        self.network = network(name)
        self.blocks = [genesis(self.network)]

    @property
    def raw(self) -> list[bytes]:
        return [block.serialise() for block in self.blocks]

    def draft(
        self,
        outputs: Sequence[Pay],
        transactions: Sequence[Transaction] = (),
        *,
        merging: Merging | None = None,
        extension: bytes = b"",
        enough: bool = True,
        version: int | None = None,
        bits: int = BITS,
    ) -> Block:
        """The next block, not yet in the chain; ``enough`` work, or too little."""
        height = len(self.blocks)
        made = [output(*each) for each in outputs]
        witness: tuple[bytes, ...] = ()
        first = self._coinbase(height, made, witness)
        if any(each.has_witness for each in transactions):
            sealed = COMMITMENT_HEAD + witness_commitment([first, *transactions])
            first = self._coinbase(height, [*made, Output(0, sealed)], (NULL,))
        root, _ = merkle_root([first.txid, *(each.txid for each in transactions)])
        usual = DOGE_VERSION if self.network.auxpow_chain else 0x20000000
        if merging is not None:
            usual = MERGED_VERSION
        last = self.blocks[-1].header
        header = Header.build(last.hash, root, last.time + 60, bits, 0, version=version or usual)
        if merging is None:
            header, auxpow = worked(self.network, header, enough=enough), None
        else:
            auxpow = merge_mined(self.network, header, merging)
        return Block.build(header, [first, *transactions], auxpow=auxpow, extension=extension)

    def mine(
        self,
        outputs: Sequence[Pay],
        transactions: Sequence[Transaction] = (),
        *,
        merging: Merging | None = None,
        extension: bytes = b"",
    ) -> Block:
        """Append the next block."""
        self.blocks.append(self.draft(outputs, transactions, merging=merging, extension=extension))
        return self.blocks[-1]

    def address(self, name: str) -> str:
        return encode(PUBKEYHASH, key_hash(name), self.network)

    @staticmethod
    def _coinbase(height: int, outputs: Sequence[Output], witness: tuple[bytes, ...]) -> Transaction:
        script = push(height.to_bytes(4, "little"))
        return Transaction.build([Input(NULL, 0xFFFFFFFF, script, witness=witness)], outputs)


def files_of(folder: Path, chain: ForkChain, raw: Sequence[bytes] | None = None) -> Path:
    write_block_files(folder, chain.raw if raw is None else raw, network=chain.network)
    return folder


def indexed(room: Path, chain: ForkChain, *, check_work: bool = False) -> tuple[Ledger, Summary]:
    """The chain's ledger, made from block files, and the same as its slow twin makes it."""
    folder = files_of(room / "blocks", chain)
    summary = index(room / "ledger", folder, network=chain.network.name, threads=1, check_work=check_work)
    ledger = Ledger(room / "ledger")
    naive = build_ledger(room / "naive", chain.raw, chain.network.name)
    try:
        for field in ("digest", "sums"):
            assert getattr(ledger.manifest, field) == getattr(naive.manifest, field), field
    finally:
        naive.close()
    return ledger, summary
