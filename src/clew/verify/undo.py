"""A node's undo files: the record of each block found again, and compared with the ledger.

Records lie in order of connection and name no block. One is known by its file, its number of
transactions, and its checksum, which covers the hash of the block's parent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

import numpy as np

from clew.bitcoin.block import Block
from clew.bitcoin.script import classify
from clew.bitcoin.undo import (
    CHECKSUM_BYTES,
    Spent,
    SpentCoin,
    parse_undo,
    transaction_count,
    undo_checksum,
)
from clew.errors import BlockFileError, ParseError
from clew.ledger.frames import FRAME_BYTES, WINDOW
from clew.schema import FLAG_COINBASE, NULLDATA
from clew.verify.blocks import BROKEN, BlockCheck, named_outputs, script_type, spent_outputs
from clew.verify.layout import Layout

_COUNT_BYTES = 9
_SMALLEST = 1


@dataclass
class _Records:
    """Records that speak of one number of transactions: where each starts, and its length."""

    places: list[tuple[int, int]] = field(default_factory=list)
    following: int = 0
    """Where to look first: records lie about in the order of the blocks."""


class UndoFile:
    """One ``rev*.dat``, opened for reading; un-obfuscated as it is read."""

    def __init__(self, path: Path, magic: bytes, key: bytes) -> None:
        self.path = path
        self.magic = magic
        self.key = key
        self._file: BufferedReader | None = None
        self._by_count: dict[int, _Records] = defaultdict(_Records)
        self._idle: set[bytes] = set()
        try:
            self.size = path.stat().st_size
            self._file = open(path, "rb")  # noqa: SIM115 (kept open for later reads)
            self._scan()
        except OSError as error:
            self.close()
            raise BlockFileError(
                f"{path}: the file cannot be read ({error.strerror}); check the drive, and who may read it"
            ) from error

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def find(self, block: Block) -> Spent | None:
        """What the block spends, by the record that was made for it; None where there is none."""
        count = len(block.transactions) - 1
        if not count:
            # Nearly all early blocks: their records differ in the checksum alone.
            return () if undo_checksum(block.header.previous, b"\0") in self._idle else None
        records = self._by_count.get(count)
        if records is None:
            return None
        for step in range(len(records.places)):
            at = (records.following + step) % len(records.places)
            offset, length = records.places[at]
            data = self._read(offset, length + CHECKSUM_BYTES)
            if undo_checksum(block.header.previous, data[:length]) == data[length:]:
                records.following = at + 1
                return parse_undo(data[:length], where=f"{self.path}: offset {offset}")
        return None

    def _read(self, offset: int, length: int) -> bytes:
        assert self._file is not None
        self._file.seek(offset)
        data = self._file.read(length)
        turn = offset % len(self.key)
        stream = (self.key[turn:] + self.key[:turn]) * (len(data) // len(self.key) + 1)
        revealed = int.from_bytes(data, "big") ^ int.from_bytes(stream[: len(data)], "big")
        return revealed.to_bytes(len(data), "big")

    def _scan(self) -> None:
        position = 0
        while position < self.size:
            head = self._read(position, FRAME_BYTES + _COUNT_BYTES)
            length = int.from_bytes(head[4:FRAME_BYTES], "little")
            end = position + FRAME_BYTES + length + CHECKSUM_BYTES
            if head[:4] != self.magic or length < _SMALLEST or end > self.size:
                position = self._next_magic(position + 1)
                continue
            self._note(position + FRAME_BYTES, length, head[FRAME_BYTES:])
            follows = end == self.size or self._read(end, 4) == self.magic or self._ends(end)
            # Where nothing proper follows, the length may be wrong, and records may lie inside.
            position = end if follows else self._next_magic(position + 1)

    def _ends(self, position: int) -> bool:
        """True where only space follows that the node has allocated ahead."""
        assert self._file is not None
        self._file.seek(position)
        return not self._file.read(64).strip(b"\0")

    def _note(self, offset: int, length: int, start: bytes) -> None:
        try:
            count = transaction_count(start[:length])
        except ParseError:
            return
        if count:
            self._by_count[count].places.append((offset, length))
        elif length == 1:
            self._idle.add(self._read(offset + length, CHECKSUM_BYTES))

    def _next_magic(self, position: int) -> int:
        while position < self.size:
            window = self._read(position, WINDOW)
            at = window.find(self.magic)
            if at >= 0:
                return position + at
            position += max(1, len(window) - len(self.magic) + 1) if len(window) == WINDOW else WINDOW
        return self.size


class UndoFiles:
    """The undo files of a blocks folder; one at a time is open."""

    def __init__(self, folder: Path, magic: bytes, key: bytes) -> None:
        self.folder = folder
        self.magic = magic
        self.key = key
        self._number: int | None = None
        self._open: UndoFile | None = None

    def find(self, number: int, block: Block) -> Spent | None:
        """The record of a block that lies in block file ``number``. Raises BlockFileError."""
        if number != self._number:
            self.close()
            path = self.folder / f"rev{number:05d}.dat"
            self._open = UndoFile(path, self.magic, self.key) if path.is_file() else None
            self._number = number
        return self._open.find(block) if self._open else None

    def close(self) -> None:
        """Close the file that is open."""
        if self._open:
            self._open.close()
        self._open, self._number = None, None


class UndoCheck:
    """Compares what a ledger says of a block's inputs with the node's undo record."""

    def __init__(self, check: BlockCheck) -> None:
        self.check = check
        self.ledger = check.ledger

    def compare(self, block: Block, layout: Layout, spent: Spent) -> int:
        """Compare every input; returns how many there were."""
        shape = [len(each.inputs) for each in block.transactions[1:]]
        if [len(coins) for coins in spent] != shape:
            self.check.differs("undo record", None, f"inputs {shape}", f"{[len(coins) for coins in spent]}")
            return 0
        try:
            return self._compare(block, layout, spent)
        except BROKEN as error:
            found = f"{type(error).__name__}: {error}"
            self.check.differs("ledger file", None, "rows that can be read", found)
            return 0

    def _compare(self, block: Block, layout: Layout, spent: Spent) -> int:
        outputs = spent_outputs(self.ledger, layout)
        good, _ = named_outputs(self.ledger, outputs, layout)
        ids = outputs[good]
        makers = self.ledger.transactions_of_outputs(ids)
        heights = self.ledger.blocks_of_transactions(makers).tolist()
        flags = np.asarray(self.ledger.column("transactions.flags")[makers]).tolist()
        values = np.asarray(self.ledger.column("outputs.value")[ids]).tolist()
        types = np.asarray(self.ledger.column("outputs.script_type")[ids]).tolist()
        addresses = np.asarray(self.ledger.column("outputs.address")[ids]).tolist()
        rows = zip(ids.tolist(), values, types, addresses, heights, flags, strict=True)
        by_input = dict(zip(good.tolist(), rows, strict=True))
        compared = 0
        for at, (txid, coin) in enumerate(_coins(block, spent), 1):
            # An input that names no output of the ledger is a finding already.
            if at in by_input:
                self._coin(txid, coin, *by_input[at])
                compared += 1
        return compared

    def _coin(
        self,
        txid: bytes,
        coin: SpentCoin,
        row: int,
        value: int,
        kind: int,
        address: int,
        height: int,
        flags: int,
    ) -> None:
        def differs(column: str, expected: str, found: str) -> None:
            self.check.differs(column, row, f"{expected} (undo record)", found, txid)

        if coin.value != value:
            differs("outputs.value", str(coin.value), str(value))
        wanted, *_ = form = classify(coin.script)
        if wanted != kind:
            differs("outputs.script_type", script_type(wanted), script_type(kind))
        elif wanted != NULLDATA and (found := self.check.payload(address)) != form[1:]:
            differs("outputs.address", self.check.text(form[1:]), self.check.text(found))
        if coin.height:
            coinbase = bool(flags & FLAG_COINBASE)
            if coin.height != height:
                differs("blocks.first_transaction", f"made at height {coin.height}", f"at {height}")
            if coin.coinbase != coinbase:
                differs("transactions.flags", f"coinbase: {coin.coinbase}", f"coinbase: {coinbase}")


def _coins(block: Block, spent: Spent) -> Iterator[tuple[bytes, SpentCoin]]:
    for transaction, coins in zip(block.transactions[1:], spent, strict=True):
        for coin in coins:
            yield transaction.txid, coin
