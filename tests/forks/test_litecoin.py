"""Litecoin: scrypt, and an extension block behind a marked last transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.analysis.inquiry import Inquiry
from clew.bitcoin.address import base58check_encode, decode, encode
from clew.bitcoin.block import Block, check_block, parse_block
from clew.bitcoin.networks import network
from clew.bitcoin.script import address_script, push
from clew.bitcoin.transaction import Transaction, parse_transaction
from clew.build import index
from clew.errors import BadBlockError, ParseError
from clew.schema import SCRIPTHASH, WITNESS_V0_KEYHASH
from forks.chains import COIN, ForkChain, Pay, files_of, indexed, key_hash, pay

LITECOIN = network("litecoin-regtest")
BECH32 = address_script(WITNESS_V0_KEYHASH, key_hash("segwit"))


def hog_address(number: int) -> bytes:
    return b"\x58" + push(bytes([number]) * 32)


PEG_IN = b"\x59" + push(b"\x07" * 32)


def hogex(spends: list[tuple[bytes, int]], outputs: list[Pay], witness: bytes = b"") -> Transaction:
    plain = pay(spends, outputs, witness)
    return Transaction.build(plain.inputs, plain.outputs, is_hogex=True)


def litecoin(witness: bytes = b"") -> ForkChain:
    """Two extension blocks: one that coins enter, one that they leave."""
    chain = ForkChain("litecoin-regtest")
    coin = chain.mine([("miner", 50 * COIN)]).transactions[0]
    entering = pay([(coin.txid, 0)], [(PEG_IN, 30 * COIN), (BECH32, 20 * COIN)], b"signature")
    first = hogex([(entering.txid, 0)], [(hog_address(1), 30 * COIN)])
    chain.mine([("miner", 50 * COIN)], [entering, first], extension=b"\x01" + bytes(range(1, 250)))
    leaving = hogex([(first.txid, 0)], [(hog_address(2), 25 * COIN), ("out", 5 * COIN)], witness)
    chain.mine([("miner", 50 * COIN)], [leaving], extension=b"\x01" + b"\xfb\xc0\xb6\xdb" * 9)
    chain.mine([("miner", 50 * COIN)], [pay([(leaving.txid, 1)], [("later", 5 * COIN)])])
    return chain


@pytest.mark.parametrize("witness", [b"", b"signature"])
def test_a_chain_end_to_end(room: Path, witness: bytes) -> None:
    chain = litecoin(witness)
    ledger, _ = indexed(room, chain, check_work=True)
    with Inquiry(ledger) as inquiry:
        out = inquiry.address(chain.address("out")).result
        assert (out["received"], out["sent"]) == (5 * COIN, 5 * COIN)
        segwit = encode(WITNESS_V0_KEYHASH, key_hash("segwit"), LITECOIN)
        assert segwit.startswith("rltc1q")
        assert inquiry.address(segwit).result["balance"] == 20 * COIN
        found = inquiry.tx(chain.blocks[3].transactions[-1].txid[::-1].hex()).result
        assert [each["value"] for each in found["outputs"]] == [25 * COIN, 5 * COIN]
        block = inquiry.block(3).result
        assert block["size"] == len(chain.raw[3])
        stripped = sum(len(each.serialise(witness=False)) for each in chain.blocks[3].transactions)
        assert block["base_size"] == 80 + 1 + stripped


def test_the_mark_is_in_no_id() -> None:
    plain = pay([(bytes(32), 0)], [(hog_address(1), 1)])
    marked = hogex([(bytes(32), 0)], [(hog_address(1), 1)])
    assert (marked.txid, marked.wtxid) == (plain.txid, plain.txid)
    # Marker, flag, and the byte that says that there is no part of the extension.
    assert marked.serialise() == plain.serialise()[:4] + b"\0\x08" + plain.serialise()[4:-4] + bytes(5)
    signed = hogex([(bytes(32), 0)], [(hog_address(1), 1)], b"signature")
    assert signed.serialise()[4:6] == b"\0\x09"
    assert signed.wtxid == pay([(bytes(32), 0)], [(hog_address(1), 1)], b"signature").wtxid != signed.txid
    assert marked.size == marked.base_size + 3


@pytest.mark.parametrize("witness", [b"", b"signature"])
def test_blocks_are_read_and_written_back(witness: bytes) -> None:
    for height, block in enumerate(litecoin(witness).blocks):
        again = parse_block(block.serialise(), network=LITECOIN)
        assert again == block
        check_block(again, LITECOIN, height=height)


def wrong_blocks() -> dict[str, bytes]:
    block = litecoin().blocks[2]
    first, entering, last = block.transactions

    def made(transactions: list[Transaction], extension: bytes = block.extension) -> bytes:
        return Block.build(block.header, transactions, extension=extension).serialise()

    raw = block.serialise()
    end = len(raw) - len(block.extension)
    return {
        "no extension": raw[:end],
        "no extension after its mark": raw[: end + 1],
        "bytes after no extension": raw[:end] + b"\0" + raw[end + 1 :],
        "another mark": raw[:end] + b"\x02" + raw[end + 1 :],
        "an extension that no transaction is marked for": made(
            [first, entering, pay([(entering.txid, 0)], [(hog_address(1), 30 * COIN)])]
        ),
        "marked, and not the last": made([first, last, pay([(last.txid, 0)], [("x", 1)])], b""),
        "a part of the extension in the transaction": raw[: end - 5] + b"\x01" + raw[end - 4 :],
        "another flag": raw[: last.offset + 5] + b"\x0a" + raw[last.offset + 6 :],
    }


WRONG = wrong_blocks()


@pytest.mark.parametrize("name", WRONG)
def test_wrong_blocks_are_refused(room: Path, name: str) -> None:
    with pytest.raises(ParseError):
        parse_block(WRONG[name], network=LITECOIN)
    chain = litecoin()
    raw = chain.raw
    raw[2] = WRONG[name]
    with pytest.raises(BadBlockError, match="height 2 is damaged"):
        index(room / "ledger", files_of(room / "blocks", chain, raw), network=LITECOIN.name, threads=1)


def test_an_extension_that_is_absent_may_be_said(room: Path) -> None:
    block = litecoin().blocks[2]
    stripped = Block.build(block.header, block.transactions, extension=b"\0")
    check_block(parse_block(stripped.serialise(), network=LITECOIN), LITECOIN, height=2)


def test_the_extension_is_litecoins_alone() -> None:
    raw = litecoin().raw[2]
    for name in ("regtest", "dogecoin-regtest", "bitcoincash-regtest"):
        with pytest.raises(ParseError, match="witness flag 1"):
            parse_block(raw, network=network(name))
    with pytest.raises(ParseError, match="witness flag 1"):
        parse_transaction(litecoin().blocks[2].transactions[-1].serialise())


def test_addresses() -> None:
    main = network("litecoin")
    new, old = (base58check_encode(bytes([prefix]) + bytes(20)) for prefix in (50, 5))
    assert (new[0], old[0]) == ("M", "3")
    assert decode(new, main) == decode(old, main) == (SCRIPTHASH, bytes(20))
    assert encode(SCRIPTHASH, bytes(20), main) == new
    # BIP 173's key, as Litecoin writes it.
    text = "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"
    payload = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
    assert decode(text, main) == (WITNESS_V0_KEYHASH, payload)
    assert encode(WITNESS_V0_KEYHASH, payload, main) == text
