"""A small regtest economy from a seed, written as a node writes its blocks, its truth beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clew.errors import UsageError
from clew.simulate import truth as truth_tables
from clew.simulate.blockfile import NO_KEY, XOR_KEY_BYTES, write_block_files
from clew.simulate.chain import MATURITY, Chain
from clew.simulate.course import run
from clew.simulate.dice import Dice
from clew.simulate.folders import whole_folder
from clew.simulate.locks import lock
from clew.simulate.readme import describe
from clew.simulate.reckoning import gather
from clew.simulate.truth import Records, Truth

BLOCKS = 480
LEAST_BLOCKS = 200
FILE_BYTES = 640 << 10
"""Maximum size of a block file here, so that a small world has several."""

_MOST_OUT_OF_ORDER = 60


@dataclass(frozen=True)
class Economy:
    """A simulated economy, as blocks and as truth."""

    seed: int
    folder: Path
    files: tuple[Path, ...]
    """The block files."""
    chain: Chain
    stale: tuple[bytes, ...]
    """Blocks in the files that are on no best chain."""
    records: Records
    truth: Truth

    @property
    def blocks(self) -> int:
        """Blocks of the best chain, genesis included."""
        return len(self.chain.blocks)

    @property
    def transactions(self) -> int:
        """Transactions of the best chain, coinbases included."""
        return sum(len(block.transfers) for block in self.chain.blocks)


def simulate(
    folder: Path, *, seed: int, blocks: int = BLOCKS, max_file_size: int = FILE_BYTES, obfuscate: bool = True
) -> Economy:
    """Simulates ``blocks`` blocks (genesis included) and writes them, ``truth`` and a README.

    The same arguments give the same bytes. ``folder`` must be missing or empty; it is there whole
    or not at all. ``obfuscate=False`` writes an ``xor.dat`` of zeros, as an older node has.
    Raises UsageError for too few blocks and for a folder with something in it, StorageError if
    the disk refuses.
    """
    if blocks < LEAST_BLOCKS:
        raise UsageError(
            f"expected at least {LEAST_BLOCKS} blocks (the first {MATURITY} only mine), found {blocks};"
            " ask for more"
        )
    folder = folder.absolute()
    with whole_folder(folder) as making:
        world = run(seed, blocks)
        records = gather(world)
        stale = _stale_block(world.chain)
        key = world.dice.separate("xor key").data(XOR_KEY_BYTES) if obfuscate else NO_KEY
        paths = write_block_files(
            making / "blocks",
            [*world.chain.raw_blocks, stale],
            network=world.chain.network,
            xor_key=key,
            max_file_size=max_file_size,
            preallocate=max_file_size,
            order=_arrival(len(world.chain.blocks), world.dice.separate("arrival")),
        )
        (making / "truth").mkdir()
        truth_tables.write(making / "truth", records)
        (making / "README.md").write_bytes(describe(records.totals).encode())
    files = tuple(folder / "blocks" / path.name for path in paths)
    return Economy(seed, folder, files, world.chain, (stale,), records, truth_tables.summarise(records))


def _stale_block(chain: Chain) -> bytes:
    """A block that lost the race: the same payments as the block at its height, another miner."""
    height = chain.height * 2 // 3
    winner = chain.blocks[height]
    rival = chain.fork(height - 1)
    return rival.mine(
        lock("a miner who was late"), time=winner.header.time + 20, transfers=winner.transfers[1:]
    ).raw


def _arrival(blocks: int, dice: Dice) -> list[int]:
    """The order in which a node stores blocks: the chain's, but for some that came late.

    The index after the last block is the stale one's; it comes just before the block that won.
    """
    order = list(range(blocks))
    for _ in range(blocks // 40):
        place = dice.between(1, blocks - 2)
        late = order.pop(place)
        order.insert(min(place + dice.between(1, _MOST_OUT_OF_ORDER), blocks - 1), late)
    order.insert(order.index((blocks - 1) * 2 // 3), blocks)
    return order
