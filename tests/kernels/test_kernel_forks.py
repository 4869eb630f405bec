"""The parser's kernels on blocks of other currencies, against the plain parser."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.bitcoin.networks import network
from clew.bitcoin.script import classify as plain_classify
from clew.bitcoin.tokens import locking_script
from clew.kernels.hashes import new_work
from clew.kernels.jit import JIT
from clew.kernels.scripts import classify, classify_unlike, token_prefix
from clew.schema import PAYLOAD_STRIDE, SCRIPTHASH32
from forks.chains import ForkChain, Merging, pay
from forks.test_bitcoincash import MALFORMED, TOKENS, with_tokens
from forks.test_litecoin import litecoin
from kernels.running import EXAMPLES, SOUND, STRUCTURE, require_agreement
from kernels.scripts import scripts

ROUNDS = 400 if JIT else 60


def dogecoin_blocks() -> list[bytes]:
    chain = ForkChain("dogecoin-regtest")
    for height in range(3):
        chain.mine([("rich", 10**18), ("miner", height)], merging=Merging(height=height))
    point = chain.blocks[1].transactions[0].txid, 0
    chain.mine([("miner", 1)], [pay([point], [("other", 10**18)])])
    return chain.raw


def cash_blocks() -> list[bytes]:
    chain = ForkChain("bitcoincash-regtest")
    locks = [
        bytes.fromhex("76a914") + bytes(20) + bytes.fromhex("88ac"),
        b"\x6a",
        b"\xaa\x20" + bytes(32) + b"\x87",
    ]
    outputs = [
        (with_tokens(tokens, script), 1)
        for tokens in [*TOKENS.values(), *MALFORMED.values()]
        for script in [*locks, b"", b"\x00\x14" + bytes(20)]
    ]
    chain.mine(outputs)
    return chain.raw


BLOCKS = {
    "litecoin-regtest": lambda: [*litecoin().raw, *litecoin(b"signature").raw[2:4]],
    "dogecoin-regtest": dogecoin_blocks,
    "bitcoincash-regtest": cash_blocks,
}


def is_segwit(name: str) -> bool:
    return network(name).segwit_height == 0


@pytest.mark.parametrize("name", BLOCKS)
def test_sound_blocks(name: str) -> None:
    for raw in BLOCKS[name]():
        assert require_agreement(raw, is_segwit(name), network(name)) == SOUND


@pytest.mark.parametrize("name", BLOCKS)
def test_every_cut(name: str) -> None:
    raw = max(BLOCKS[name](), key=len)
    for end in range(80, len(raw), 1 if JIT else 23):
        # What is left of an extension block may be cut unseen: nobody reads it.
        require_agreement(raw[:end], is_segwit(name), network(name))


@pytest.mark.parametrize("name", BLOCKS)
def test_changed_blocks(name: str) -> None:
    rng = random.Random(name)
    blocks = BLOCKS[name]()
    found: Counter[str] = Counter()
    for _ in range(ROUNDS):
        raw = bytearray(rng.choice(blocks))
        for _ in range(rng.choice([1, 1, 2])):
            at = rng.randrange(len(raw))
            kind = rng.randrange(4)
            if kind == 0:
                raw[at] ^= 1 << rng.randrange(8)
            elif kind == 1:
                raw[at] = rng.choice([0, 1, 8, 9, 0xEF, 0xFD, 0xFE, 0xFF])
            elif kind == 2:
                del raw[at : at + rng.randint(1, 8)]
            else:
                raw[at:at] = rng.randbytes(rng.randint(1, 4))
        found[require_agreement(bytes(raw), is_segwit(name), network(name))] += 1
    assert found[STRUCTURE] > ROUNDS / 20
    assert len(found) >= 2


def test_blocks_of_another_network() -> None:
    for name, blocks in BLOCKS.items():
        for other in ("regtest", *BLOCKS):
            for raw in blocks():
                require_agreement(raw, is_segwit(name), network(other))


# Token prefixes and scripts


def kernel_prefix(script: bytes) -> int:
    data = np.frombuffer(b"\xef\x10" + script + b"\x05" * 9, np.uint8)
    return int(token_prefix(data, 2, len(script)))


prefixes = st.builds(
    lambda category, tokens, script: b"\xef" + category + tokens + script,
    st.binary(min_size=32, max_size=32),
    st.one_of(st.sampled_from([*TOKENS.values(), *MALFORMED.values()]), st.binary(max_size=14)),
    st.binary(max_size=12),
)


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(st.one_of(prefixes, st.binary(max_size=60)))
def test_token_prefixes(script: bytes) -> None:
    assert kernel_prefix(script) == len(script) - len(locking_script(script))


@pytest.mark.parametrize("name", [*TOKENS, *MALFORMED])
def test_every_change_of_a_token_prefix(name: str) -> None:
    whole = with_tokens({**TOKENS, **MALFORMED}[name], b"\x51")
    assert (kernel_prefix(whole) == len(whole) - 1) is (name in TOKENS)
    for at in range(33, len(whole)):
        for byte in range(0, 256, 1 if JIT else 5):
            script = whole[:at] + bytes([byte]) + whole[at + 1 :]
            assert kernel_prefix(script) == len(script) - len(locking_script(script))
    for end in range(len(whole)):
        assert kernel_prefix(whole[:end]) == end - len(locking_script(whole[:end]))


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(
    st.one_of(scripts, st.binary(min_size=32, max_size=32).map(lambda each: b"\xaa\x20" + each + b"\x87")),
    st.sampled_from(["dogecoin", "bitcoincash"]),
)
def test_scripts_where_there_are_no_witness_programs(script: bytes, name: str) -> None:
    on = network(name)
    data = np.frombuffer(b"\x51" + script + b"\xae", np.uint8)
    out = np.zeros(PAYLOAD_STRIDE, np.uint8)
    if script[:1] != b"\xef":
        kind, address, length = classify_unlike(data, 1, len(script), on.tokens, new_work(), out, 0)
        if kind < 0:
            kind, address, length = classify(data, 1, len(script), new_work(), out, 0)
        assert (kind, address, out.tobytes()[:length]) == plain_classify(script, on)
        assert not any(out[length:])
        assert kind != SCRIPTHASH32 or on.tokens
