"""A regtest chain in bulk, to measure on: valid in everything that an index checks.

Transactions have the main chain's mean composition (about 600 bytes, 2.6 inputs, 2.8 outputs),
pay-to-pubkey-hash and pay-to-witness-pubkey-hash, with filler for signatures and keys.
"""

from __future__ import annotations

import hashlib
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clew.kernels.hashes import merkle_root, new_work, sha256d_rows

MAGIC = bytes.fromhex("fabfb5da")
GENESIS = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e"
    "67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f20020000000101000000010000000000000000000000"
    "000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a61"
    "6e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f7220"
    "62616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea"
    "1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"
)
SHAPES = ((1, 2, 0.4), (2, 2, 0.2), (1, 1, 0.06), (3, 2, 0.1), (2, 6, 0.09), (12, 2, 0.1), (1, 14, 0.05))
"""Inputs, outputs, share of transactions."""

FAN_OUT = ((1, 100, 0.5),)
"""What turns the first coinbases into coins enough to go on with."""

FEWEST_COINS = 50_000

FILE_BYTES = 128 << 20
COINBASES = 200


@dataclass(frozen=True)
class Shape:
    """Where the fields of a transaction of one shape stand."""

    inputs: int
    outputs: int
    witness: bool

    def template(self) -> np.ndarray:
        """One transaction with zeros where its own fields go."""
        script = b"" if self.witness else b"\x48" + b"\x30" * 72 + b"\x21" + b"\x02" * 33
        parts = [struct.pack("<i", 2), b"\0\1" if self.witness else b"", bytes([self.inputs])]
        parts += [bytes(36) + bytes([len(script)]) + script + b"\xfd\xff\xff\xff"] * self.inputs
        parts += [bytes([self.outputs])]
        parts += [bytes(8) + self.script()] * self.outputs
        if self.witness:
            parts += [b"\2\x47" + b"\x30" * 71 + b"\x21" + b"\2" * 33] * self.inputs
        return np.frombuffer(b"".join(parts) + bytes(4), np.uint8)

    def script(self) -> bytes:
        """An output script with its length, its payload zero."""
        return b"\x16\0\x14" + bytes(20) if self.witness else b"\x19\x76\xa9\x14" + bytes(20) + b"\x88\xac"

    def input_at(self, number: int) -> int:
        """Where an input begins."""
        each = 41 if self.witness else 41 + 107
        return (7 if self.witness else 5) + each * number

    def output_at(self, number: int) -> int:
        """Where an output begins."""
        return self.input_at(self.inputs) + 1 + (8 + len(self.script())) * number

    def witness_at(self) -> int:
        """Where the witnesses begin."""
        return self.output_at(self.outputs)


class MadeChain:
    """Writes the chain block by block."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = np.random.Generator(np.random.PCG64(seed))
        self.folder = folder
        self.key = self.random.integers(0, 256, 8, dtype=np.uint8)
        self.work = new_work()
        self.txids = np.zeros((1 << 20, 32), np.uint8)
        self.transactions = 0
        self.pool = np.zeros((0, 3), np.int64)
        self.addresses = np.zeros((0, 20), np.uint8)
        self.previous = hashlib.sha256(hashlib.sha256(GENESIS[:80]).digest()).digest()
        self.time = 1_600_000_000
        self.file = 0
        self.buffer = bytearray()
        self.written = 0
        self.height = 0

    def run(self, size: int) -> int:
        """Write at least ``size`` bytes of block files; returns the transactions in them."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "xor.dat").write_bytes(self.key.tobytes())
        self._frame(GENESIS)
        while self.height < COINBASES:
            self._block()
        while self.written + len(self.buffer) < size:
            self._block()
        self._flush()
        return self.transactions

    def _group(self, inputs: int, outputs: int, share: float) -> tuple[np.ndarray, Shape]:
        shape = Shape(inputs, outputs, bool(self.random.random() < 0.5))
        wanted = int(share * min(2_000, 1 + len(self.pool) // 4))
        count = min(wanted, len(self.pool) // (inputs + 1))
        rows = np.tile(shape.template(), (count, 1))
        if not count:
            return rows, shape
        spent = self._take(count * inputs).reshape(count, inputs, 3)
        for number in range(inputs):
            at = shape.input_at(number)
            rows[:, at : at + 32] = self.txids[spent[:, number, 0]]
            rows[:, at + 32 : at + 36] = spent[:, number, 1].astype("<u4").view(np.uint8).reshape(-1, 4)
        value = np.maximum(spent[:, :, 2].sum(axis=1) // outputs - 200, 0)
        for number in range(outputs):
            at = shape.output_at(number)
            rows[:, at : at + 8] = value.astype("<i8").view(np.uint8).reshape(-1, 8)
            start = at + (11 if shape.witness else 12)
            rows[:, start : start + 20] = self._payees(count)
        base = np.concatenate(
            [rows[:, :4], rows[:, 6 : shape.witness_at()], rows[:, -4:]] if shape.witness else [rows], axis=1
        )
        ids = self._add(base)
        made = np.empty((count, outputs, 3), np.int64)
        made[:, :, 0] = ids[:, None]
        made[:, :, 1] = np.arange(outputs)
        made[:, :, 2] = value[:, None]
        self.coming.append(made.reshape(-1, 3))
        return rows, shape

    def _payees(self, count: int) -> np.ndarray:
        """New addresses, and one in two an old one."""
        new = self.random.integers(0, 256, (count, 20), dtype=np.uint8)
        if len(self.addresses):
            again = self.random.random(count) < 0.5
            new[again] = self.addresses[self.random.integers(0, len(self.addresses), int(again.sum()))]
        if len(self.addresses) < 2_000_000:
            self.addresses = np.concatenate([self.addresses, new[:64]])
        return new

    def _take(self, count: int) -> np.ndarray:
        """Unspent outputs, mostly young ones."""
        window = min(len(self.pool), max(2 * count, 20_000))
        young = self.random.random() < 0.9
        start = (
            len(self.pool) - window if young else int(self.random.integers(0, len(self.pool) - window + 1))
        )
        order = self.random.permutation(window) + start
        taken = self.pool[order[:count]]
        self.pool = np.concatenate(
            [self.pool[:start], self.pool[np.sort(order[count:])], self.pool[start + window :]]
        )
        return taken

    def _add(self, base: np.ndarray) -> np.ndarray:
        """Number transactions and keep their ids; returns the numbers."""
        count, length = base.shape
        while self.transactions + count > len(self.txids):
            self.txids = np.concatenate([self.txids, np.zeros_like(self.txids)])
        flat, out = np.ascontiguousarray(base).reshape(-1), self.txids.reshape(-1)
        sha256d_rows(flat, length, out[32 * self.transactions : 32 * (self.transactions + count)])
        numbers = np.arange(self.transactions, self.transactions + count)
        self.transactions += count
        return numbers

    def _block(self) -> None:
        self.height += 1
        place = self.transactions
        self.transactions += 1
        self.coming: list[np.ndarray] = []
        shapes = SHAPES if len(self.pool) > FEWEST_COINS else FAN_OUT
        groups = [self._group(*shape) for shape in shapes] if self.height > COINBASES else []
        wtxids = [np.zeros((1, 32), np.uint8)]
        row = place + 1
        for rows, shape in groups:
            if shape.witness:
                flat, out = np.ascontiguousarray(rows).reshape(-1), np.empty(32 * len(rows), np.uint8)
                sha256d_rows(flat, rows.shape[1], out)
                wtxids.append(out.reshape(-1, 32))
            else:
                wtxids.append(self.txids[row : row + len(rows)])
            row += len(rows)
        commitment = hashlib.sha256(
            hashlib.sha256(self._root(np.concatenate(wtxids)) + bytes(32)).digest()
        ).digest()
        coinbase, txid = self._coinbase(commitment)
        self.txids[place] = np.frombuffer(txid, np.uint8)
        root = self._root(self.txids[place : self.transactions])
        body = b"".join([coinbase, *(rows.tobytes() for rows, _ in groups)])
        count = self.transactions - place
        size = bytes([count]) if count < 253 else b"\xfd" + struct.pack("<H", count)
        self._frame(self._mine(root) + size + body)
        self.pool = np.concatenate([self.pool, *self.coming, np.array([[place, 0, 5_000_000_000]], np.int64)])

    def _coinbase(self, commitment: bytes) -> tuple[bytes, bytes]:
        script = b"\x04" + struct.pack("<i", self.height) + b"\x04made"
        pays = self.random.integers(0, 256, 20, dtype=np.uint8).tobytes()
        middle = (
            b"\x01" + bytes(32) + b"\xff" * 4 + bytes([len(script)]) + script + b"\xff" * 4 + b"\x02"
            + struct.pack("<q", 5_000_000_000) + b"\x16\0\x14" + pays
            + bytes(8) + b"\x26\x6a\x24\xaa\x21\xa9\xed" + commitment
        )  # fmt: skip
        head, tail = struct.pack("<i", 2), bytes(4)
        txid = hashlib.sha256(hashlib.sha256(head + middle + tail).digest()).digest()
        return head + b"\0\1" + middle + b"\1\x20" + bytes(32) + tail, txid

    def _root(self, hashes: np.ndarray) -> bytes:
        level = np.zeros(32 * (len(hashes) + 2), np.uint8)
        level[: 32 * len(hashes)] = hashes.reshape(-1)
        merkle_root(level, len(hashes), self.work)
        return level[:32].tobytes()

    def _mine(self, root: bytes) -> bytes:
        self.time += 600
        nonce = 0
        while True:
            header = struct.pack("<i", 0x20000000) + self.previous + root
            header += struct.pack("<III", self.time, 0x207FFFFF, nonce)
            hashed = hashlib.sha256(hashlib.sha256(header).digest()).digest()
            if hashed[31] < 0x7F:
                self.previous = hashed
                return header
            nonce += 1

    def _frame(self, block: bytes) -> None:
        if len(self.buffer) + len(block) + 8 > FILE_BYTES:
            self._flush()
        self.buffer += MAGIC + struct.pack("<I", len(block)) + block

    def _flush(self) -> None:
        data = np.frombuffer(bytes(self.buffer), np.uint8)
        hidden = data ^ np.tile(self.key, len(data) // 8 + 1)[: len(data)]
        hidden.tofile(self.folder / f"blk{self.file:05d}.dat")
        self.file += 1
        self.written += len(data)
        self.buffer.clear()


def made_chain(folder: Path, size: int, seed: int = 1) -> int:
    """Write a chain of at least ``size`` bytes of block files to ``folder``; returns its transactions."""
    return MadeChain(folder, seed).run(size)
