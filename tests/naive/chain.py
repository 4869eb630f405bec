"""Small chains made by hand, on regtest, with real proofs of work."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from clew.bitcoin.address import encode
from clew.bitcoin.block import Block, Header, merkle_root
from clew.bitcoin.networks import network
from clew.bitcoin.script import address_script, classify, pubkey_script, push
from clew.bitcoin.transaction import Input, Output, Transaction
from clew.schema import PUBKEYHASH

REGTEST = network("regtest")
BITS = 0x207FFFFF
NULL = bytes(32)
SUBSIDY = 50 * 100_000_000
GENESIS_TIME = 1_296_688_602
GENESIS_TEXT = b"The Times 03/Jan/2009 Chancellor on brink of second bailout for banks"
GENESIS_KEY = bytes.fromhex(
    "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
    "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f"
)

Point = tuple[bytes, int]
"""An output, as an input names it: transaction id in wire order, and index."""


def genesis() -> Block:
    """The genesis block of regtest."""
    script = bytes.fromhex("04ffff001d010445") + GENESIS_TEXT
    coinbase = Transaction.build(
        [Input(NULL, 0xFFFFFFFF, script)], [Output(SUBSIDY, pubkey_script(GENESIS_KEY))], version=1
    )
    return Block.build(Header.build(NULL, coinbase.txid, GENESIS_TIME, BITS, 2, version=1), [coinbase])


def key_hash(name: str) -> bytes:
    """A made-up key hash for somebody called ``name``."""
    return sha256(name.encode()).digest()[:20]


def script_of(name: str) -> bytes:
    """Pay-to-pubkey-hash script of somebody called ``name``."""
    return address_script(PUBKEYHASH, key_hash(name))


def address_of(name: str) -> str:
    """Address of somebody called ``name``."""
    return encode(PUBKEYHASH, key_hash(name), REGTEST)


def address_of_script(script: bytes) -> str:
    """Address that a script pays to, on regtest."""
    _, address_type, payload = classify(script)
    return encode(address_type, payload, REGTEST)


Pay = tuple["str | bytes", int]
"""To whom (a name, or a script) and how many satoshi."""


SIGNED = push(bytes.fromhex("3006020101020101") + b"\x01") + push(bytes([2]) + bytes(31) + b"\x01")
"""What an input of one key shows: the shortest signature of strict form (BIP 66), over everything (ALL), and
a key. Nobody checks either here."""


def pay(spends: Sequence[Point], outputs: Sequence[Pay]) -> Transaction:
    """A transaction that spends outputs, each input signed over all of it, and pays people."""
    return Transaction.build(
        [Input(*point, script=SIGNED) for point in spends], [_output(*each) for each in outputs]
    )


def _output(to: str | bytes, value: int) -> Output:
    return Output(value, script_of(to) if isinstance(to, str) else to)


class Chain:
    """Blocks from regtest's genesis block on."""

    def __init__(self) -> None:
        self.blocks = [genesis()]

    @property
    def raw(self) -> list[bytes]:
        """Each block's bytes."""
        return [block.serialise() for block in self.blocks]

    def mine(
        self,
        coinbase: Sequence[Pay],
        transactions: Sequence[Transaction] = (),
        *,
        time: int | None = None,
        tag: bytes | None = None,
    ) -> Block:
        """Append a block. ``tag`` makes coinbases with the same outputs differ, by default the height."""
        previous = self.blocks[-1].header
        tag = len(self.blocks).to_bytes(4, "little") if tag is None else tag
        first = Transaction.build(
            [Input(NULL, 0xFFFFFFFF, bytes([len(tag)]) + tag)], [_output(*each) for each in coinbase]
        )
        root, _ = merkle_root([first.txid, *(each.txid for each in transactions)])
        nonce = 0
        while True:
            header = Header.build(
                previous.hash, root, previous.time + 600 if time is None else time, BITS, nonce
            )
            if int.from_bytes(header.hash, "little") < REGTEST.pow_limit:
                break
            nonce += 1
        self.blocks.append(Block.build(header, [first, *transactions]))
        return self.blocks[-1]
