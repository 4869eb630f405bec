"""The bytes of an economy whose chain is not signed, written block by block."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from clew.bitcoin.hashes import sha256, sha256d
from clew.bitcoin.networks import NETWORKS
from clew.errors import UsageError
from clew.kernels.economy_blocks import HEAD, Names, Page, block_bytes, write_transactions, write_undo
from clew.kernels.economy_scripts import ADDRESS_TYPES, HAS_WITNESS, Keys, fill_payloads, put_script
from clew.kernels.economy_state import (
    A_KIND,
    ADDRESS,
    ADDRESSES,
    COINS,
    I_COIN,
    INPUT_WEIGHT,
    INPUTS,
    KINDS,
    OUTPUT_BYTES,
    P2SH_P2WPKH,
    T_INPUT,
    T_OUTPUT,
    TXS,
    VALUE,
    Economy,
)
from clew.simulate.bulk.chain import GENESIS
from clew.simulate.dice import Dice
from clew.simulate.economy.course import Course
from clew.simulate.economy.files import NodeFiles
from clew.simulate.economy.known_keys import known_keys
from clew.simulate.economy.record import Record
from clew.simulate.frames import MAGIC, Coinbase, Draft, close

MARK = b"/clew economy/"
LARGEST = NETWORKS["regtest"].largest_block
MOST_WEIGHT = 4_000_000
"""Weight units of a block that nodes accept (BIP 141)."""
_FRAME, _TRANSACTION = 500, 16
"""Bytes of a header and what only a coinbase has; of a transaction without inputs and outputs. At most."""
_INPUT_BYTES = np.where(
    HAS_WITNESS != 0,
    INPUT_WEIGHT - 3 * np.where(np.arange(len(KINDS)) == P2SH_P2WPKH, 64, 41),
    INPUT_WEIGHT // 4,
)
"""Bytes of an input that spends each kind; what is not witness weighs four units a byte."""
_LATE_EVERY = 40
_MOST_LATE = 60


def filler_keys(dice: Dice) -> Keys:
    """The keys of an unsigned chain."""
    words = np.array([dice.below(1 << 32) for _ in range(64)], np.int64)
    return Keys(words, known_keys())


def payloads(e: Economy, keys: Keys) -> npt.NDArray[np.uint8]:
    """The payload of every address, flat, 32 bytes each."""
    count = int(e.count[ADDRESSES])
    found = np.zeros(32 * count, np.uint8)
    fill_payloads(e.address, 0, min(count, 1), keys, found)
    half = count // 2
    with ThreadPoolExecutor(2) as pool:
        parts = [
            pool.submit(fill_payloads, e.address, *part, keys, found) for part in ((1, half), (half, count))
        ]
        for each in parts:
            each.result()
    return found


class Measure(NamedTuple):
    """How large a block is at most: its bytes, and its weight units."""

    size: int
    weight: int


def measure(course: Course, height: int) -> Measure:
    """How large the block at a height is, if all its signatures have their full length."""
    e = course.society.state.e
    first, last = course.ends[height - 1 : height + 1]
    ends = e.tx[last] if last < e.count[TXS] else {T_INPUT: e.count[INPUTS], T_OUTPUT: e.count[COINS]}
    inputs = e.input[e.tx[first, T_INPUT] : ends[T_INPUT], I_COIN]
    spent = e.address[e.coin[inputs, ADDRESS], A_KIND]
    made = e.address[e.coin[e.tx[first, T_OUTPUT] : ends[T_OUTPUT], ADDRESS], A_KIND]
    rest = int(OUTPUT_BYTES[made].sum()) + _TRANSACTION * (last - first) + _FRAME
    return Measure(rest + int(_INPUT_BYTES[spent].sum()), 4 * rest + int(INPUT_WEIGHT[spent].sum()))


def require_room(course: Course, *, signed: bool) -> None:
    """See that the block just lived through is none that is refused for its size. Raises UsageError.

    ``signed``: nodes are to accept it, so its weight counts. Otherwise its bytes do, which a reader of
    block files must take.
    """
    size, weight = measure(course, course.height)
    found, most, what = (weight, MOST_WEIGHT, "weight units") if signed else (size, LARGEST, "bytes")
    if found > most:
        raise UsageError(
            f"expected blocks of at most {most:,} {what}, found {found:,} at height {course.height};"
            " ask for more blocks, or for fewer people or payments"
        )


class Writer(Protocol):
    """Writes one block after the other; ``hashes`` of those written, ``names`` that they gave."""

    hashes: list[bytes]
    names: Names

    def block(self, height: int) -> tuple[npt.NDArray[np.uint8], bytes]:
        """A framed block, and its undo data."""

    def rival(self, height: int) -> npt.NDArray[np.uint8]:
        """A block with the same payments that lost the race."""


def write_blocks(
    course: Course, writer: Writer, folder: Path, *, key: bytes, most: int, tell: Callable[[int], None]
) -> Record:
    """Write the blocks of an economy that has run; returns what they are called. Raises OSError.

    ``key``: of xor.dat. ``most``: bytes of a block file. ``tell`` hears of each height done. Some blocks
    arrive late, and one that lost the race lies among them, as in a node's files.
    """
    files = NodeFiles(folder, key, most=most)
    arrival = course.dice.separate("arrival")
    try:
        files.add(np.frombuffer(MAGIC + len(GENESIS).to_bytes(4, "little") + GENESIS, np.uint8))
        lost = course.blocks * 2 // 3
        for height in range(1, course.blocks):
            late = arrival.between(1, _MOST_LATE) if not arrival.below(_LATE_EVERY) else 0
            previous = writer.hashes[-1]
            frame, undo = writer.block(height)
            files.add(frame, undo, previous, late=0 if height in (1, lost) else late)
            if height == lost:
                files.add(writer.rival(height))
            tell(height)
        files.close()
    finally:
        files.abandon()
    return _record(course, writer, files.paths)


def _record(course: Course, writer: Writer, paths: list[Path]) -> Record:
    e, names = course.society.state.e, writer.names
    return Record(
        names.txids.reshape(-1, 32),
        names.vouts,
        names.vins[: e.count[INPUTS]],
        ADDRESS_TYPES[e.address[: e.count[ADDRESSES], A_KIND]],
        names.payload.reshape(-1, 32),
        tuple(writer.hashes),
        tuple(paths),
    )


class FillerWriter:
    """Writes a chain that is not signed, by kernels; ``hashes``: the genesis block's first."""

    def __init__(self, course: Course) -> None:
        e = course.society.state.e
        self._course = course
        self._keys = filler_keys(course.dice.separate("keys"))
        self.names = Names(
            np.zeros(32 * int(e.count[TXS]), np.uint8),
            np.zeros(int(e.count[COINS]), np.int32),
            np.zeros(max(1, int(e.count[INPUTS])), np.int32),
            payloads(e, self._keys),
        )
        self.hashes = [sha256d(GENESIS[:80])]
        self._page = _page(0, 0)

    def block(self, height: int) -> tuple[npt.NDArray[np.uint8], bytes]:
        """A framed block, and its undo data."""
        frame, block_hash, txid = self._close(height, self._course.calendar.times[height])
        first, last = self._course.ends[height - 1 : height + 1]
        self.hashes.append(block_hash)
        self.names.txids[32 * (last - 1) : 32 * last] = np.frombuffer(txid, np.uint8)
        e = self._course.society.state.e
        record = np.empty(len(frame) + 1024, np.uint8)
        end = write_undo(e, self.names, self._keys, first, last - 1, record, 0)
        return frame, record[:end].tobytes()

    def rival(self, height: int) -> npt.NDArray[np.uint8]:
        """A block with the same payments that lost the race: found a little later."""
        return self._close(height, self._course.calendar.times[height] + 1)[0].copy()

    def _close(self, height: int, time: int) -> tuple[npt.NDArray[np.uint8], bytes, bytes]:
        e = self._course.society.state.e
        first, last = self._course.ends[height - 1 : height + 1]
        size, rows = int(block_bytes(e, first, last - 1)), last - first
        if size > len(self._page.out) or rows + 2 > len(self._page.starts):
            self._page = _page(2 * size, 2 * rows)
        page = self._page
        made = int(write_transactions(e, self.names, self._keys, page, first, last - 1))
        coinbase = self._coinbase(height, last - 1, bool(page.has_witness[1:made].any()))
        level = np.empty(32 * (made + 1), np.uint8)
        return close(Draft(page, made, time, coinbase), self.hashes[height - 1], level)

    def _coinbase(self, height: int, at: int, has_witness: bool) -> Coinbase:
        e = self._course.society.state.e
        coin = int(e.tx[at, T_OUTPUT])
        address = int(e.coin[coin, ADDRESS])
        script = np.zeros(160, np.uint8)
        end = put_script(script, 0, e.address[address], address, self.names.payload, self._keys)
        return Coinbase(height, int(e.coin[coin, VALUE]), script[:end].tobytes(), has_witness, MARK)


def _page(size: int, rows: int) -> Page:
    return Page(
        out=np.zeros(size + HEAD, np.uint8),
        starts=np.zeros(rows + 2, np.int64),
        has_witness=np.zeros(rows + 2, np.uint8),
        txids=np.zeros(32 * (rows + 2), np.uint8),
        base=np.zeros(size + HEAD, np.uint8),
        order=np.zeros(1 << 16, np.int64),
        scripts=np.zeros(512, np.uint8),
    )


def obfuscation_key(seed: int) -> bytes:
    """The key of an economy's ``xor.dat``."""
    return sha256(f"xor key {seed}".encode())[:8]
