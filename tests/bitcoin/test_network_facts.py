"""The networks' constants, computed again from what defines them."""

from __future__ import annotations

import pytest

from clew.bitcoin.block import (
    NULL_HASH,
    NULL_INDEX,
    Block,
    Header,
    Input,
    Output,
    Transaction,
    check_block,
    target,
)
from clew.bitcoin.hashes import hash160, sha256, sha256d
from clew.bitcoin.header import scrypt_hash
from clew.bitcoin.networks import NETWORKS, network
from clew.bitcoin.script import pubkey_script, push
from clew.bitcoin.wire import compact_size
from clew.errors import UsageError

TIMES = b"The Times 03/Jan/2009 Chancellor on brink of second bailout for banks"
TIMES_KEY = bytes.fromhex(
    "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
    "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f"
)
# Litecoin's and Dogecoin's genesis blocks pay to the same key.
JOBS = "NY Times 05/Oct/2011 Steve Jobs, Apple’s Visionary, Dies at 56".encode()
JOBS_KEY = bytes.fromhex(
    "040184710fa689ad5023690c80f3a49c8f13f8d45b8c857fbcbc8bc4a8e4d3eb4b"
    "10f4d4604fa08dce601aaf0f470216fe1b51850b4acf21b179c45070ac7b03a9"
)
NINTONDO = b"Nintondo"
MAY_2024 = b"03/May/2024 000000000000000000001ebd58c244970b3aa9d783bb001011fbe8ea8e98e00e"

GENESIS = {
    "main": (TIMES, TIMES_KEY, 1231006505, 0x1D00FFFF, 2083236893),
    "testnet3": (TIMES, TIMES_KEY, 1296688602, 0x1D00FFFF, 414098458),
    "testnet4": (MAY_2024, bytes(33), 1714777860, 0x1D00FFFF, 393743547),
    "signet": (TIMES, TIMES_KEY, 1598918400, 0x1E0377AE, 52613770),
    "regtest": (TIMES, TIMES_KEY, 1296688602, 0x207FFFFF, 2),
    "litecoin": (JOBS, JOBS_KEY, 1317972665, 0x1E0FFFF0, 2084524493),
    "litecoin-regtest": (JOBS, JOBS_KEY, 1296688602, 0x207FFFFF, 0),
    "dogecoin": (NINTONDO, JOBS_KEY, 1386325540, 0x1E0FFFF0, 99943),
    "dogecoin-regtest": (NINTONDO, JOBS_KEY, 1296688602, 0x207FFFFF, 2),
    "bitcoincash": (TIMES, TIMES_KEY, 1231006505, 0x1D00FFFF, 2083236893),
    "bitcoincash-regtest": (TIMES, TIMES_KEY, 1296688602, 0x207FFFFF, 2),
}
FIRST_REWARD = {"Bitcoin": 50, "Bitcoin Cash": 50, "Litecoin": 50, "Dogecoin": 88}
BITCOIN_NAMES = ("main", "testnet3", "testnet4", "signet", "regtest")


def genesis_block(name: str) -> Block:
    message, key, time, bits, nonce = GENESIS[name]
    reward = FIRST_REWARD[network(name).currency]
    script = push(bytes.fromhex("ffff001d")) + push(b"\x04") + push(message)
    coinbase = Transaction.build(
        [Input(NULL_HASH, NULL_INDEX, script)], [Output(reward * 100_000_000, pubkey_script(key))], version=1
    )
    header = Header.build(NULL_HASH, coinbase.txid, time, bits, nonce, version=1)
    return Block.build(header, [coinbase])


@pytest.mark.parametrize("name", NETWORKS)
def test_genesis_hash_is_that_of_the_genesis_block(name: str) -> None:
    block = genesis_block(name)
    assert block.header.hash == network(name).genesis_hash
    check_block(block, network(name))


@pytest.mark.parametrize("name", NETWORKS)
def test_genesis_target_is_the_limit_in_compact_form(name: str) -> None:
    bits = GENESIS[name][3]
    dropped = 8 * ((bits >> 24) - 3)
    limit = network(name).pow_limit
    if bits == 0x1E0FFFF0:
        # Litecoin and Dogecoin began a little below their limit.
        assert target(bits) < limit == (1 << 236) - 1 < 1.001 * target(bits)
    else:
        assert limit >> dropped == target(bits) >> dropped == bits & 0x7FFFFF


@pytest.mark.parametrize("name", ["litecoin", "dogecoin"])
def test_scrypt_genesis_blocks_have_their_work(name: str) -> None:
    header = genesis_block(name).header
    assert int.from_bytes(scrypt_hash(header.serialise()), "little") <= target(header.bits)
    assert int.from_bytes(header.hash, "little") > target(header.bits)


def test_the_fork_of_bitcoin_cash_tells_it_from_bitcoin() -> None:
    main, cash = network("main"), network("bitcoincash")
    assert (main.magic, main.genesis_hash, main.node_folder) == (cash.magic, cash.genesis_hash, "Bitcoin")
    assert main.fork
    assert cash.fork
    assert main.fork.height == cash.fork.height == 478_559
    assert main.fork.hash != cash.fork.hash
    assert (main.fork.rival, cash.fork.rival) == ("bitcoincash", "main")


def test_signet_magic_comes_from_its_challenge() -> None:
    challenge = bytes.fromhex(
        "512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be430"
        "210359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae"
    )
    assert sha256d(compact_size(len(challenge)) + challenge)[:4] == network("signet").magic


def test_magics_genesis_hashes_and_folders_tell_networks_apart() -> None:
    for field in ("magic", "genesis_hash", "data_folder"):
        assert len({getattr(network(name), field) for name in BITCOIN_NAMES}) == len(BITCOIN_NAMES)
    # A test network of another currency has Bitcoin's magic: its genesis block tells.
    apart = {(each.magic, each.genesis_hash, each.currency) for each in NETWORKS.values()}
    assert len(apart) == len(NETWORKS)
    magics = {name: each.magic.hex() for name, each in NETWORKS.items()}
    assert magics == {
        "main": "f9beb4d9",
        "testnet3": "0b110907",
        "testnet4": "1c163f28",
        "signet": "0a03cf40",
        "regtest": "fabfb5da",
        "litecoin": "fbc0b6db",
        "litecoin-regtest": "fabfb5da",
        "dogecoin": "c0c0c0c0",
        "dogecoin-regtest": "fabfb5da",
        "bitcoincash": "f9beb4d9",
        "bitcoincash-regtest": "fabfb5da",
    }


def test_unknown_network_is_refused_with_the_names() -> None:
    with pytest.raises(
        UsageError, match=r"main, testnet3, testnet4, signet, regtest, litecoin, .*found 'namecoin'"
    ):
        network("namecoin")


def test_hashes_against_published_digests() -> None:
    # NIST's SHA-256 example, the RIPEMD-160 authors' chain through BIP 173's example key.
    assert sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    key = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    assert hash160(key).hex() == "751e76e8199196d454941c45d1b3a323f1433bd6"
    assert sha256d(b"").hex() == "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456"
