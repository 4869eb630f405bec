"""The frame around a block's transactions: coinbase, header, magic and size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from clew.bitcoin.block import COMMITMENT_HEAD
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import NETWORKS
from clew.bitcoin.wire import compact_size
from clew.kernels.made_roots import transaction_root, witness_root
from clew.kernels.made_transactions import HEAD
from clew.simulate.bulk.files import Bytes
from clew.simulate.mining import EASIEST_BITS, push_height, work_off

MAGIC = NETWORKS["regtest"].magic
MARK = b"/clew bulk/"
RESERVED = bytes(32)
FRAME, HEADER = 8, 80


@dataclass(frozen=True)
class Coinbase:
    """What a coinbase pays: ``value`` satoshi to ``script`` (its length before it)."""

    height: int
    value: int
    script: bytes
    has_witness: bool
    name: bytes = MARK

    def serialise(self, commitment: bytes = bytes(32)) -> tuple[bytes, bytes]:
        """Its bytes, and those that its id is made of. ``commitment``: to the block's witnesses."""
        mark = push_height(self.height) + self.name
        outputs = self.value.to_bytes(8, "little") + self.script
        if self.has_witness:
            committed = COMMITMENT_HEAD + commitment
            outputs += bytes(8) + bytes([len(committed)]) + committed
        body = (
            b"\1" + bytes(32) + b"\xff" * 4 + bytes([len(mark)]) + mark + b"\xff" * 4
            + bytes([1 + self.has_witness]) + outputs
        )  # fmt: skip
        version, lock = (1).to_bytes(4, "little"), bytes(4)
        base = version + body + lock
        if not self.has_witness:
            return base, base
        return version + b"\0\1" + body + b"\1\x20" + RESERVED + lock, base


def frame_size(coinbase: Coinbase, rows: int, transactions: int) -> int:
    """Bytes of a block's frame; ``rows`` with the coinbase, ``transactions``: bytes without it."""
    return FRAME + HEADER + len(compact_size(rows)) + len(coinbase.serialise()[0]) + transactions


class Written(Protocol):
    """Where a block's transactions are written, from HEAD of ``out`` on; see ``made_transactions.Room``."""

    @property
    def out(self) -> Any:
        """The transactions' bytes."""

    @property
    def starts(self) -> Any:
        """Where each begins, and the end."""

    @property
    def has_witness(self) -> Any:
        """Which have one."""

    @property
    def txids(self) -> Any:
        """Their ids."""


@dataclass(frozen=True)
class Draft:
    """A block whose transactions are made, and which is not yet framed."""

    room: Written
    rows: int
    time: int
    coinbase: Coinbase


def close(draft: Draft, previous: bytes, level: Bytes) -> tuple[Bytes, bytes, bytes]:
    """Roots, coinbase, header and frame of a block; its frame, hash and coinbase's id.

    ``level``: room for a hash more than a block has transactions.
    """
    room, rows = draft.room, draft.rows
    commitment = b""
    if draft.coinbase.has_witness:
        witness_root(room.out, room.starts, room.has_witness, room.txids, rows, level)
        commitment = sha256d(level[:32].tobytes() + RESERVED)
    coinbase, base = draft.coinbase.serialise(commitment)
    txid = sha256d(base)
    room.txids[:32] = np.frombuffer(txid, np.uint8)
    transaction_root(room.txids, rows)
    header = work_off(
        (0x20000000).to_bytes(4, "little") + previous + room.txids[:32].tobytes()
        + draft.time.to_bytes(4, "little") + EASIEST_BITS.to_bytes(4, "little") + bytes(4)
    )  # fmt: skip
    front = header + compact_size(rows) + coinbase
    end = int(room.starts[rows])
    size = len(front) + end - HEAD
    front = MAGIC + size.to_bytes(4, "little") + front
    start = HEAD - len(front)
    room.out[start:HEAD] = np.frombuffer(front, np.uint8)
    return room.out[start:end], sha256d(header), txid
