"""A bulk chain, made block by block.

The transactions of a block follow from those before it; its roots, frame and writing do not, and
are done beside the making of the next one. Only what has been made decides what is made next, so
that the bytes are the same for any number of threads.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clew.bitcoin.hashes import sha256d
from clew.folders import whole_folder
from clew.kernels.made_blocks import DUST_OWNER, FIRST_OWNERS, MAKE_DUST, PLAIN, SPEND_DUST, fill_block
from clew.kernels.made_coins import FEES, HEIGHT, INPUTS, RANDOM, STREAM, TRANSACTIONS
from clew.kernels.made_roots import enter_coinbase
from clew.kernels.made_scripts import CODE_BITS, KEY_65, KEY_HASH, NOISE, NOISE_PIECE, WITNESS_KEY, put_script
from clew.kernels.made_transactions import HEAD, Room
from clew.simulate.bulk.composition import Composition, Tally
from clew.simulate.bulk.files import BlockFolder
from clew.simulate.bulk.mix import LARGEST_BLOCK, RECENT, WHOLE, Recipe, block_bytes, mix, place
from clew.simulate.bulk.stock import new_coins, new_room, with_room
from clew.simulate.chain import Chain
from clew.simulate.frames import MAGIC, Coinbase, Draft, close, frame_size

MATURITY = 100
"""Blocks after which a coinbase can be spent."""

DEPTH = 3
"""Blocks that are under way at once."""

FIRST_TIME = 1_296_688_602
SUBSIDY = 5_000_000_000
HALVINGS = 4
FEWEST_OUTPUT_BYTES = 20
CROWDED_EVERY = 500_000_000
MOST_CROWDED = 8
POOLS = FIRST_OWNERS - DUST_OWNER - 1


@dataclass(frozen=True)
class Progress:
    """How far the making is."""

    stage: str
    done: int
    total: int
    unit: str
    height: int | None


GENESIS = Chain().raw_blocks[0]


class BulkChain:
    """Makes the transactions of one block after the other."""

    def __init__(self, size: int, seed: int, recipe: Recipe, crowded: int) -> None:
        self._size, self._seed, self._recipe = size, seed, recipe
        random = np.random.PCG64(seed)
        noise = random.random_raw((NOISE + NOISE_PIECE) // 8).astype("<u8").view(np.uint8)
        salts = (random.random_raw(32) >> np.uint64(32)).astype(np.int64)
        self._rooms = [new_room(noise, salts) for _ in range(DEPTH + 1)]
        self._coins = new_coins()
        self._crowded = deque(size * (0.06 + 0.9 * (each + 0.5) / crowded) for each in range(crowded))
        self._mode = PLAIN
        self._coinbases: dict[int, tuple[int, int, int]] = {}
        self.made = len(GENESIS) + 8
        self.time = FIRST_TIME
        self.tally = Tally()
        self.height = 0

    def next_block(self, mature: bytes | None) -> Draft:
        """Make a block. ``mature``: id of the coinbase MATURITY blocks before, None where there is none."""
        self.height += 1
        words = np.frombuffer(hashlib.sha256(f"{self._seed}/{self.height}".encode()).digest(), "<u4").astype(
            int
        )
        coins = self._coins = with_room(self._coins, self._room_needed())
        coins.count[RANDOM], coins.count[STREAM], coins.count[HEIGHT] = words[0], words[1] | 1, self.height
        if mature is not None:
            born = self.height - MATURITY
            enter_coinbase(coins, np.frombuffer(mature, np.uint8), *self._coinbases.pop(born), born)
        progress = self.made / self._size
        room = self._rooms[self.height % len(self._rooms)]
        coins.count[FEES] = 0
        inputs = int(coins.count[INPUTS])
        rows = self._fill(room, progress, int(words[2]))
        at = place(progress, self._recipe)
        self.time += 300 + int(words[3]) % 600
        code, owner = _pool(at, int(words[4]), int(words[5]))
        coinbase = self._coinbase(room, at, code, bool(room.has_witness[1:rows].any()))
        self._coinbases[self.height] = coinbase.value, code, owner
        self.made += frame_size(coinbase, rows, int(room.starts[rows]) - HEAD)
        self.tally.add(coinbase, code, int(coins.count[INPUTS]) - inputs)
        return Draft(room, rows, self.time, coinbase)

    def _room_needed(self) -> int:
        return LARGEST_BLOCK // FEWEST_OUTPUT_BYTES

    def _fill(self, room: Room, progress: float, word: int) -> int:
        recipe, coins = self._recipe, self._coins
        made = mix(progress, recipe, self._size, self.made, int(coins.count[TRANSACTIONS]) + self.height)
        mean = block_bytes(place(progress, recipe))
        target = min(mean * (50 + word % 101) // 100, LARGEST_BLOCK)
        if word >> 8 & 255 == 0:
            target = 0
        if self._mode == MAKE_DUST:
            self._mode = SPEND_DUST
        elif self._crowded and self.made >= self._crowded[0]:
            self._crowded.popleft()
            self._mode = MAKE_DUST
        else:
            self._mode = PLAIN
        target = min(target, max(self._size - self.made - 400, 0))
        return int(fill_block(coins, room, made, target, self._mode))

    def _coinbase(self, room: Room, at: float, code: int, has_witness: bool) -> Coinbase:
        value = (SUBSIDY >> int(HALVINGS * at)) + int(self._coins.count[FEES])
        script = np.zeros(128, np.uint8)
        end = put_script(script, 0, code, room.salts)
        return Coinbase(self.height, value, script[:end].tobytes(), has_witness)

    def composition(self, files: int) -> Composition:
        """What has been made so far, in so many files."""
        return self.tally.composition(self._coins, self.height, self.made, files)


def _pool(at: float, pool: int, word: int) -> tuple[int, int]:
    """Address and owner that a coinbase pays, at a place in the eras; by two random words."""
    owner = DUST_OWNER + 1 + pool % POOLS
    kind, which = (KEY_65, 0) if at < 0.02 else (KEY_HASH, 1) if at < 0.5 or word & 1 else (WITNESS_KEY, 2)
    return (8 + 3 * (owner - DUST_OWNER - 1) + which) << CODE_BITS | kind, owner


def make(
    folder: Path,
    size: int,
    *,
    seed: int,
    recent: bool = False,
    obfuscated: bool = True,
    threads: int | None = None,
    crowded: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Composition:
    """Write a regtest chain of about ``size`` bytes of block files to ``folder``; returns what it is made of.

    ``folder`` must be missing or empty. The same ``size``, ``seed`` and ``recent`` give the same
    bytes. ``obfuscated``: False for a key of zeros. ``threads``: 1, or more, of which two are of use.
    ``crowded``: how many blocks have over 20,000 inputs (None: one for each 500 MB, up to 8).
    Raises UsageError if ``folder`` is in use, StorageError if it cannot be written; then nothing stays.
    """
    key = hashlib.sha256(f"{seed}/xor".encode()).digest()[:8] if obfuscated else bytes(8)
    blocks = min(size // CROWDED_EVERY, MOST_CROWDED) if crowded is None else crowded
    with whole_folder(folder) as making, BlockFolder(making, key) as files:
        chain = BulkChain(size, seed, RECENT if recent else WHOLE, blocks)
        for draft in _closed(chain, files, size, threads != 1):
            if progress is not None:
                progress(Progress("make blocks", min(chain.made, size), size, "bytes", draft))
        assert files.bytes == chain.made
    return chain.composition(files.files)


def _closed(chain: BulkChain, files: BlockFolder, size: int, beside: bool) -> Iterator[int]:
    """Make all blocks, and close and write each, in another thread if ``beside``; yields heights."""
    closing = _Closing(files)
    pool = ThreadPoolExecutor(1) if beside else None
    open_blocks: deque[Future[None]] = deque()
    try:
        while chain.made < size:
            while len(open_blocks) >= DEPTH:
                open_blocks.popleft().result()
            draft = chain.next_block(closing.coinbases.pop(chain.height + 1 - MATURITY, None))
            if pool is None:
                closing.close(draft)
            else:
                open_blocks.append(pool.submit(closing.close, draft))
            yield chain.height
        for each in open_blocks:
            each.result()
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


class _Closing:
    """Closes and writes drafts in their order."""

    def __init__(self, files: BlockFolder) -> None:
        self._files = files
        self._previous = sha256d(GENESIS[:80])
        self._level = np.zeros(32 * ((1 << 16) + 1), np.uint8)
        self.coinbases: dict[int, bytes] = {}
        framed = MAGIC + len(GENESIS).to_bytes(4, "little") + GENESIS
        files.write(np.frombuffer(framed, np.uint8).copy())

    def close(self, draft: Draft) -> None:
        """Close a draft and write it."""
        frame, self._previous, txid = close(draft, self._previous, self._level)
        self.coinbases[draft.coinbase.height] = txid
        self._files.write(frame)
