"""Writes undo records and ``rev*.dat`` files: the way back of ``clew.bitcoin.undo``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from clew.bitcoin.block import Block
from clew.bitcoin.undo import SPECIAL_SCRIPTS, Spent, SpentCoin, decompress_key, undo_checksum
from clew.bitcoin.wire import compact_size
from clew.simulate.blockfile import obfuscate


def varint(number: int) -> bytes:
    """Seven bits a byte, highest first; each byte but the last counts one more than it says."""
    groups = [number & 0x7F]
    while number > 0x7F:
        number = (number >> 7) - 1
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def compress_amount(value: int) -> int:
    """An amount with its decimal zeros at the end counted instead of written."""
    if value == 0:
        return 0
    zeros = 0
    while value % 10 == 0 and zeros < 9:
        value //= 10
        zeros += 1
    if zeros == 9:
        return 1 + 10 * (value - 1) + 9
    return 1 + 10 * (9 * (value // 10) + value % 10 - 1) + zeros


def compress_script(script: bytes) -> bytes:
    """Its short form where there is one, else its size and itself."""
    if len(script) == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return b"\x00" + script[3:23]
    if len(script) == 23 and script[:2] == b"\xa9\x14" and script[22:] == b"\x87":
        return b"\x01" + script[2:22]
    if len(script) == 35 and script[0] == 33 and script[34] == 0xAC and script[1] in (2, 3):
        return script[1:34]
    if len(script) == 67 and script[:2] == b"\x41\x04" and script[66] == 0xAC:
        odd = script[65] & 1
        if decompress_key(bool(odd), script[2:34]) == script[1:66]:
            return bytes([4 + odd]) + script[2:34]
    return varint(len(script) + SPECIAL_SCRIPTS) + script


def write_coin(coin: SpentCoin) -> bytes:
    """One coin of a record."""
    code = varint(2 * coin.height + coin.coinbase)
    version = b"\0" if coin.height else b""
    return code + version + varint(compress_amount(coin.value)) + compress_script(coin.script)


def write_undo(spent: Iterable[Sequence[SpentCoin]]) -> bytes:
    """The data of a record."""
    parts = [compact_size(len(coins)) + b"".join(map(write_coin, coins)) for coins in spent]
    return compact_size(len(parts)) + b"".join(parts)


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
