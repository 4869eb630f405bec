"""Dogecoin: AuxPoW between header and transactions, scrypt, and sums beyond 63 bits."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.analysis.inquiry import Inquiry
from clew.bitcoin.address import decode, encode
from clew.bitcoin.auxpow import expected_index
from clew.bitcoin.block import check_block, parse_block
from clew.bitcoin.networks import network
from clew.build import index
from clew.errors import BadBlockError
from clew.schema import PUBKEYHASH, SCRIPTHASH
from forks.chains import COIN, ForkChain, Merging, files_of, indexed, pay

DOGE = network("dogecoin-regtest")
MOST = 10_000_000_000 * COIN


def dogecoin() -> ForkChain:
    """Plain and merge-mined blocks in turn; one address is paid more than 2^63 in all."""
    chain = ForkChain("dogecoin-regtest")
    for number in range(12):
        merging = Merging(height=number % 4, nonce=number) if number % 2 else None
        chain.mine([("rich", MOST), (f"miner {number}", number + 1)], merging=merging)
    point = chain.blocks[3].transactions[0].txid, 0
    chain.mine([("miner", 1)], [pay([point], [("other", MOST - 5), ("rich", 4)])], merging=Merging())
    return chain


def test_a_chain_end_to_end(room: Path) -> None:
    chain = dogecoin()
    ledger, summary = indexed(room, chain)
    assert any("scrypt work of 14 of 14 new blocks" in notice for notice in summary.notices)
    assert summary.counts["transactions"] == 15
    assert ledger.manifest.sums.unspent_value == 12 * MOST + sum(range(1, 13)) > 1 << 63
    text = chain.address("rich")
    assert text[0] in "mn"
    offsets = ledger.column("transactions.offset")[-2:].tolist()
    assert [each.offset for each in parse_block(chain.raw[-1], network=DOGE).transactions] == offsets
    assert offsets[0] > 80 + 1
    with Inquiry(ledger) as inquiry:
        found = inquiry.address(text).result
        assert (found["received"], found["sent"]) == (12 * MOST + 4, MOST)
        assert found["balance"] == 11 * MOST + 4 > 1 << 63
        assert inquiry.payments([text]).result["total"]["value"] == 12 * MOST
        total = inquiry.proceeds([text]).result["total"]
        assert (total["received"], total["held"]) == (12 * MOST + 4 - 4, 11 * MOST + 4)
        spent = chain.blocks[-1].transactions[1]
        row = inquiry.tx(spent.txid[::-1].hex()).result
        assert row["fee"] == 1


def test_mainnet_addresses() -> None:
    main = network("dogecoin")
    assert encode(PUBKEYHASH, bytes(20), main) == "D596YFweJQuHY1BbjazZYmAbt8jJPbKehC"
    assert encode(SCRIPTHASH, bytes(20), main)[0] in "9A"
    assert decode("D596YFweJQuHY1BbjazZYmAbt8jJPbKehC", main) == (PUBKEYHASH, bytes(20))


def test_blocks_are_read_and_written_back() -> None:
    for block in dogecoin().blocks:
        again = parse_block(block.serialise(), network=DOGE)
        assert again == block
        check_block(again, DOGE, height=0)


WRONG = {
    "a parent without work": (Merging(worked=False), "scrypt hash"),
    "a parent of our own chain": (Merging(parent_version=0x0062_0004), "a parent of our own chain"),
    "not the parent's first transaction": (Merging(index=1), "not the first"),
    "a coinbase of another block": (Merging(parent_root=bytes(32)), "not in the parent"),
    "another mark": (Merging(mark=b"\xfa\xbemn", before=b"\x01" * 20), "too late"),
    "two marks": (Merging(before=b"\xfa\xbemm"), "several commitments"),
    "a mark elsewhere": (Merging(mark=b"\xfa\xbemm!"), "does not follow its mark"),
    "another size": (Merging(size=4), "another number of chains"),
    "another chain's place": (
        Merging(place=(expected_index(7, 0x62, 3) + 1) % 8),
        "another place among the chains",
    ),
    "a branch too long": (Merging(height=31, size=1 << 31), "more than 2.30 chains"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_an_auxpow_must_show(name: str) -> None:
    how, reason = WRONG[name]
    block = dogecoin().draft([("miner", 1)], merging=how)
    with pytest.raises(BadBlockError, match=reason):
        check_block(parse_block(block.serialise(), network=DOGE), DOGE)


def test_an_unmarked_commitment_may_stand_early() -> None:
    block = dogecoin().draft([("miner", 1)], merging=Merging(mark=b""))
    check_block(parse_block(block.serialise(), network=DOGE), DOGE)


def test_another_chain_id() -> None:
    block = dogecoin().draft([("miner", 1)], merging=Merging(), version=0x0061_0104)
    with pytest.raises(BadBlockError, match="chain id 0x61 instead of 0x62"):
        check_block(parse_block(block.serialise(), network=DOGE), DOGE)


def test_an_amount_over_the_most(room: Path) -> None:
    chain = dogecoin()
    chain.mine([("rich", MOST + 1)])
    with pytest.raises(BadBlockError, match="output value"):
        index(room / "ledger", files_of(room / "blocks", chain), network=DOGE.name, threads=1)
    with pytest.raises(BadBlockError, match=f"0 to {MOST} satoshi"):
        parse_block(chain.raw[-1], network=DOGE)


def test_a_damaged_auxpow_in_the_middle_is_refused(room: Path) -> None:
    chain = dogecoin()
    raw = chain.raw
    # In the parent's header, which nothing but the work stands on.
    at = 80 + len(chain.blocks[2].auxpow.serialise()) - 1  # type: ignore[union-attr]
    raw[2] = raw[2][: at - 30] + bytes([raw[2][at - 30] ^ 1]) + raw[2][at - 29 :]
    with pytest.raises(BadBlockError, match=r"at height 2, found that its scrypt hash, or the AuxPoW"):
        index(room / "ledger", files_of(room / "blocks", chain, raw), network=DOGE.name, threads=1)
    # Another copy of the block is sound.
    both = [*raw, chain.raw[2]]
    summary = index(room / "ledger", files_of(room / "blocks", chain, both), network=DOGE.name, threads=1)
    assert summary.tip.height == 13


def test_a_witness_is_refused(room: Path) -> None:
    chain = dogecoin()
    point = chain.blocks[5].transactions[0].txid, 0
    chain.mine([("miner", 1)], [pay([point], [("other", 5)], witness=b"w")])
    with pytest.raises(BadBlockError, match="witnesses below the height"):
        index(room / "ledger", files_of(room / "blocks", chain), network=DOGE.name, threads=1)
