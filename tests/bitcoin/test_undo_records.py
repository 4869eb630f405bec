"""Undo records: one of a real node with every form of output, the main network's first, made ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitcoin.undo_record import CHECKSUM, COINS, DATA, INPUTS, PREVIOUS
from clew.bitcoin.block import parse_block
from clew.bitcoin.script import classify
from clew.bitcoin.undo import (
    CHECKSUM_BYTES,
    SpentCoin,
    compress_amount,
    decompress_amount,
    decompress_key,
    parse_undo,
    read_varint,
    transaction_count,
    undo_checksum,
    write_undo,
    write_varint,
)
from clew.bitcoin.wire import Reader
from clew.errors import ParseError
from clew.schema import MAX_MONEY, NULLDATA, SCRIPT_TYPES, SCRIPTHASH32
from clew.simulate.blockfile import obfuscate
from naive.frames import read_frames
from naive.undo import spent_coins

MAIN_MAGIC = bytes.fromhex("f9beb4d9")


def test_a_record_of_a_real_node() -> None:
    assert undo_checksum(PREVIOUS, DATA) == CHECKSUM
    spent = parse_undo(DATA)
    assert tuple(map(len, spent)) == INPUTS
    assert transaction_count(DATA[:1]) == len(INPUTS)
    flat = [coin for coins in spent for coin in coins]
    for coin, (name, height, coinbase, value, script) in zip(flat, COINS, strict=True):
        assert coin == SpentCoin(height, coinbase, value, bytes.fromhex(script)), name
    all_forms = set(range(len(SCRIPT_TYPES))) - {NULLDATA, SCRIPTHASH32}
    assert {classify(coin.script)[0] for coin in flat} == all_forms, "all but OP_RETURN and Bitcoin Cash's"
    assert write_undo(spent) == DATA


def test_every_record_of_the_main_networks_first_blocks(shared_data: Path) -> None:
    folder = shared_data / "blocks" / "mainnet-0-4312-xor"
    data = obfuscate((folder / "rev00000.dat").read_bytes(), (folder / "xor.dat").read_bytes())
    raw = read_frames(shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat")
    blocks = [parse_block(each) for each in raw]
    position = 0
    for block, expected in zip(blocks[1:], spent_coins(blocks)[1:], strict=True):
        assert data[position : position + 4] == MAIN_MAGIC
        end = position + 8 + int.from_bytes(data[position + 4 : position + 8], "little")
        record, position = data[position + 8 : end], end + CHECKSUM_BYTES
        assert parse_undo(record) == expected
        assert undo_checksum(block.header.previous, record) == data[end:position]


@given(st.integers(0, MAX_MONEY))
def test_amounts(value: int) -> None:
    assert decompress_amount(compress_amount(value)) == value


def test_amounts_as_bitcoin_core_states_them() -> None:
    """The pairs of Bitcoin Core's ``compress_tests.cpp``."""
    pairs = [(0, 0x0), (1, 0x1), (1_000_000, 0x7), (100_000_000, 0x9), (5_000_000_000, 0x32)]
    pairs.append((21_000_000 * 100_000_000, 0x1406F40))
    for value, compressed in pairs:
        assert (decompress_amount(compressed), compress_amount(value)) == (value, compressed)


@given(st.integers(0, 2**64 - 1))
def test_numbers(number: int) -> None:
    reader = Reader(write_varint(number), "number")
    assert read_varint(reader, "number") == number
    reader.finish()


@pytest.mark.parametrize(("number", "data"), [(0, "00"), (127, "7f"), (128, "8000"), (16_511, "ff7f")])
def test_numbers_as_bitcoin_core_states_them(number: int, data: str) -> None:
    assert read_varint(Reader(bytes.fromhex(data), "number"), "number") == number
    assert write_varint(number).hex() == data


coins = st.builds(
    SpentCoin, st.integers(1, 2**31 - 1), st.booleans(), st.integers(0, MAX_MONEY), st.binary(max_size=300)
)


@given(st.lists(st.lists(coins, max_size=4).map(tuple), max_size=4).map(tuple))
def test_records_written_and_read_again(spent: tuple[tuple[SpentCoin, ...], ...]) -> None:
    assert parse_undo(write_undo(spent)) == spent


def test_a_record_without_height() -> None:
    """As versions before 0.15 wrote it for all but the last output of a transaction to be spent."""
    coin = SpentCoin(0, False, 50, b"\x51")
    assert parse_undo(write_undo([[coin]])) == ((coin,),)


def test_a_key_that_is_no_point_is_no_key() -> None:
    assert decompress_key(True, (5).to_bytes(32, "big")) is None
    assert decompress_key(False, b"\xff" * 32) is None
    with pytest.raises(ParseError, match="x coordinate"):
        parse_undo(b"\x01\x01\x04\x00\x00\x05" + (5).to_bytes(32, "big"))


@pytest.mark.parametrize("end", range(0, len(DATA), 7))
def test_a_record_cut_short(end: int) -> None:
    with pytest.raises(ParseError, match="undo record"):
        parse_undo(DATA[:end])


def test_a_record_with_more_behind_it() -> None:
    with pytest.raises(ParseError, match="1 more byte"):
        parse_undo(DATA + b"\0")


def test_a_number_without_end() -> None:
    with pytest.raises(ParseError, match="64 bits"):
        parse_undo(b"\x01\x01" + b"\xff" * 1_000)
