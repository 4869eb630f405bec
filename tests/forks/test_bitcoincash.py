"""Bitcoin Cash: tokens before locking scripts, large blocks, addresses of its own, and the split."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clew.analysis.inquiry import Inquiry
from clew.bitcoin.address import base58check_encode, encode
from clew.bitcoin.networks import NETWORKS, Fork, Network, network
from clew.bitcoin.script import address_script, pubkey_script
from clew.build import index
from clew.errors import BadBlockError, WrongNetworkError
from clew.ledger.frames import LARGEST_BLOCK
from clew.schema import (
    NONSTANDARD,
    NULLDATA,
    PUBKEY,
    PUBKEYHASH,
    SCRIPTHASH,
    SCRIPTHASH32,
    WITNESS_V0_KEYHASH,
)
from forks.chains import COIN, ForkChain, files_of, indexed, key_hash, pay, script_of

CASH = network("bitcoincash-regtest")
CATEGORY = bytes(range(32))
KEY = bytes([2]) + bytes(range(32))
TOKENS = {
    "fungible": b"\x10\x05",
    "most": b"\x10\xff" + b"\xff" * 7 + b"\x7f",
    "an object": b"\x20",
    "an object that says something": b"\x62\x04abcd",
    "both": b"\x71\x28" + bytes(40) + b"\xfd\xfd\x00",
}
MALFORMED = {
    "no token": b"\x00\x05",
    "reserved": b"\x90\x05",
    "a power that is none": b"\x23",
    "a power of nothing": b"\x11\x05",
    "a saying of nothing": b"\x50\x01a\x05",
    "an empty saying": b"\x60\x00",
    "no amount": b"\x10\x00",
    "an amount too long written": b"\x10\xfd\x05\x00",
    "an amount too large": b"\x10\xff" + b"\xff" * 8,
    "cut": b"\x10\xfe\x01",
}


def with_tokens(tokens: bytes, script: bytes) -> bytes:
    return b"\xef" + CATEGORY + tokens + script


def bitcoincash() -> ForkChain:
    """Every kind of token before every kind of script, and a block larger than Bitcoin's largest."""
    chain = ForkChain("bitcoincash-regtest")
    scripts = [
        script_of("owner"),
        address_script(SCRIPTHASH, key_hash("script")),
        address_script(SCRIPTHASH32, bytes(range(32))),
        pubkey_script(KEY),
        b"\x6atext",
        b"\x51",
        address_script(WITNESS_V0_KEYHASH, key_hash("segwit")),
        bytes(10_000),
        bytes(10_001),
        b"",
    ]
    outputs = [(with_tokens(each, script), 546) for each in TOKENS.values() for script in scripts]
    outputs += [(with_tokens(each, script_of("owner")), 546) for each in MALFORMED.values()]
    outputs += [(script, 700) for script in scripts]
    outputs += [(b"\xef", 1), (b"\xef" + bytes(32), 1)]
    coin = chain.mine([("miner", 50 * COIN)]).transactions[0]
    made = pay([(coin.txid, 0)], outputs)
    large = [
        pay([(made.txid, number)], [(b"\x6a" + bytes(1_100_000), 0), ("large", 100)])
        for number in (0, 1, 2, 3)
    ]
    chain.mine([("miner", 50 * COIN)], [made, *large])
    chain.mine([("miner", 50 * COIN)], [pay([(made.txid, len(TOKENS) * 10 + 10)], [("owner", 600)])])
    return chain


def test_a_chain_end_to_end(room: Path) -> None:
    chain = bitcoincash()
    assert LARGEST_BLOCK < len(chain.raw[2]) < CASH.largest_block
    ledger, _ = indexed(room, chain)
    text = chain.address("owner")
    assert text.startswith("bchreg:q")
    with Inquiry(ledger) as inquiry:
        # With each kind of token and without; the malformed are no address's.
        for name in (text, text.removeprefix("bchreg:"), text.upper(), f"{text}?amount=1"):
            found = inquiry.address(name).result
            assert found["received"] == 546 * len(TOKENS) + 700 + 600
        legacy = base58check_encode(bytes([111]) + key_hash("owner"))
        assert inquiry.address(legacy).result == found
        long = encode(SCRIPTHASH32, bytes(range(32)), CASH)
        assert long.startswith("bchreg:p")
        assert inquiry.address(long).result["script_type"] == "scripthash32"
        assert inquiry.address(long).result["received"] == 546 * len(TOKENS) + 700
        outputs = inquiry.tx(chain.blocks[2].transactions[1].txid[::-1].hex()).result["outputs"]
        kinds = [each["script_type"] for each in outputs]
        assert kinds[:10] == [
            *("pubkeyhash", "scripthash", "scripthash32", "pubkey", "nulldata", "nonstandard"),
            *("nonstandard", "nonstandard", "nonstandard", "nonstandard"),
        ]
        assert set(kinds[50:60]) == {"nonstandard"}


def test_the_same_scripts_on_bitcoin() -> None:
    from clew.bitcoin.script import classify

    main, cash = network("main"), network("bitcoincash")
    prefixed = with_tokens(TOKENS["both"], script_of("owner"))
    assert classify(prefixed, cash)[:2] == (PUBKEYHASH, PUBKEYHASH)
    assert classify(prefixed, main)[0] == NONSTANDARD
    long = address_script(SCRIPTHASH32, bytes(32))
    assert (classify(long, cash)[0], classify(long, main)[0]) == (SCRIPTHASH32, NONSTANDARD)
    program = address_script(WITNESS_V0_KEYHASH, bytes(20))
    assert (classify(program, cash)[0], classify(program, main)[0]) == (NONSTANDARD, WITNESS_V0_KEYHASH)
    assert classify(with_tokens(TOKENS["both"], b"\x6a"), cash) == (NULLDATA, NULLDATA, b"")
    assert classify(with_tokens(TOKENS["both"], pubkey_script(KEY)), cash)[0] == PUBKEY


def test_a_block_over_the_largest_is_none(room: Path) -> None:
    chain = ForkChain("bitcoincash-regtest")
    chain.mine([("miner", 1)])
    folder = files_of(room / "blocks", chain)
    with (folder / "blk00000.dat").open("ab") as file:
        file.write(CASH.magic + (CASH.largest_block + 1).to_bytes(4, "little") + bytes(200))
    summary = index(room / "ledger", folder, network=CASH.name, threads=1)
    assert any("impossible length of 32000001" in notice for notice in summary.notices)


def test_changed_blocks_are_refused(room: Path) -> None:
    chain = bitcoincash()
    for place in (120, len(chain.raw[2]) - 5):
        raw = chain.raw
        raw[2] = raw[2][:place] + bytes([raw[2][place] ^ 1]) + raw[2][place + 1 :]
        with pytest.raises(BadBlockError, match="height 2 is damaged"):
            index(room / "ledger", files_of(room / "blocks", chain, raw), network=CASH.name, threads=1)


# The split


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> tuple[ForkChain, ForkChain]:
    """Two chains that part at height 3, on two made networks that are told apart by that."""
    mine = ForkChain("regtest")
    for _ in range(2):
        mine.mine([("miner", 1)])
    theirs = ForkChain("bitcoincash-regtest")
    theirs.blocks = list(mine.blocks)
    for number in range(3):
        mine.mine([("mine", number)])
        theirs.mine([("theirs", number)])

    def made(on: str, name: str, chain: ForkChain, rival: str) -> Network:
        return replace(network(on), name=name, fork=Fork(3, chain.blocks[3].header.hash, rival))

    for each in (
        made("regtest", "made-main", mine, "made-cash"),
        made("bitcoincash-regtest", "made-cash", theirs, "made-main"),
    ):
        monkeypatch.setitem(NETWORKS, each.name, each)
    return mine, theirs


def test_files_of_the_other_chain_are_refused(room: Path, split: tuple[ForkChain, ForkChain]) -> None:
    mine, theirs = (files_of(room / name, chain) for name, chain in zip(("a", "b"), split, strict=True))
    for own, folder, other in (("made-main", theirs, "made-cash"), ("made-cash", mine, "made-main")):
        with pytest.raises(WrongNetworkError) as caught:
            index(room / "ledger", folder, network=own, threads=1)
        message = str(caught.value)
        assert f"of {own} at height 3" in message
        assert f"of {other}; use --network {other}" in message
        assert not (room / "ledger" / "manifest.json").exists()
    for own, folder in (("made-main", mine), ("made-cash", theirs)):
        assert index(room / own, folder, network=own, threads=1).tip.height == 5


def test_before_the_split_both_have_the_same_blocks(room: Path, split: tuple[ForkChain, ForkChain]) -> None:
    mine, theirs = split
    early = files_of(room / "early", mine, mine.raw[:3])
    assert index(room / "ledger", early, network="made-main", threads=1).tip.height == 2
    # Going on with the other chain's blocks is refused, and the ledger stays as it was.
    with pytest.raises(WrongNetworkError, match="made-cash"):
        index(room / "ledger", files_of(room / "late", theirs), threads=1)
    assert index(room / "ledger", files_of(room / "own", mine), threads=1).tip.height == 5


def test_a_third_chain_is_named_as_none(room: Path, split: tuple[ForkChain, ForkChain]) -> None:
    other = ForkChain("regtest")
    for _ in range(4):
        other.mine([("nobody", 9)])
    with pytest.raises(WrongNetworkError, match="name the network with --network"):
        index(room / "ledger", files_of(room / "c", other), network="made-main", threads=1)
