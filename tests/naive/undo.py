"""What the blocks of a chain spend, and their undo records one after another in a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from clew.bitcoin.block import Block
from clew.bitcoin.undo import Spent, SpentCoin, undo_checksum, write_undo
from clew.simulate.blockfile import obfuscate


def spent_coins(blocks: Sequence[Block]) -> list[Spent]:
    """What each block of a chain spends, from the genesis block on."""
    coins: dict[tuple[bytes, int], SpentCoin] = {}
    found = []
    for height, block in enumerate(blocks):
        record = []
        for number, each in enumerate(block.transactions):
            if number:
                record.append(tuple(coins.pop((i.previous_txid, i.previous_index)) for i in each.inputs))
            for index, output in enumerate(each.outputs):
                coins[each.txid, index] = SpentCoin(height, number == 0, output.value, output.script)
        found.append(tuple(record))
    return found


def record(block: Block, spent: Iterable[Sequence[SpentCoin]], magic: bytes) -> bytes:
    """A record as it lies in a file."""
    data = write_undo(spent)
    return magic + len(data).to_bytes(4, "little") + data + undo_checksum(block.header.previous, data)


def write_undo_file(folder: Path, blocks: Sequence[Block], magic: bytes, *, key: bytes | None = None) -> Path:
    """``rev00000.dat`` of a chain: its records from height 1 on, and space that is allocated ahead."""
    spent = spent_coins(blocks)
    data = b"".join(record(blocks[height], spent[height], magic) for height in range(1, len(blocks)))
    path = folder / "rev00000.dat"
    path.write_bytes(obfuscate(data, key or bytes(8)) + bytes(5_000))
    return path
