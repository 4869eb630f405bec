"""Both parsers on generated blocks: every field, and the same answer to every malformation."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.bitcoin.block import (
    COMMITMENT_HEAD,
    NULL_HASH,
    NULL_INDEX,
    Block,
    Input,
    Output,
    Transaction,
    parse_block,
)
from clew.bitcoin.wire import compact_size
from clew.kernels import structure
from clew.kernels.jit import JIT
from clew.schema import MAX_MONEY
from kernels.blocks import (
    RESERVED,
    WRONG_SIZES,
    block_of,
    broken,
    coinbase,
    commitment,
    committed,
    complete,
    random_block,
    sizes_of,
    spell,
    wide,
    with_size,
)
from kernels.fuzzing import fuzz
from kernels.running import (
    EXAMPLES,
    HASHES,
    SOUND,
    STRUCTURE,
    count,
    plain_verdict,
    read,
    require_agreement,
    require_same_columns,
)
from kernels.scripts import SIZES, long, scripts, with_bytes

ROOT = Path(__file__).resolve().parents[2]
KERNELS = ROOT / "src" / "clew" / "kernels"
PAY = Output(1, b"\x51")

u32 = st.one_of(st.integers(0, 0xFFFFFFFF), st.sampled_from([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]))
hashes = st.binary(min_size=32, max_size=32)
inputs = st.builds(
    Input,
    st.one_of(hashes, st.just(NULL_HASH)),
    u32,
    st.binary(max_size=30),
    u32,
    st.lists(st.binary(max_size=40), max_size=3).map(tuple),
).filter(lambda each: not each.spends_nothing)
values = st.one_of(st.integers(0, MAX_MONEY), st.sampled_from([0, MAX_MONEY, 1 << 32, (1 << 32) - 1]))
outputs = st.builds(Output, values, st.one_of(scripts, scripts, scripts, long))
transactions = st.builds(
    Transaction.build,
    st.lists(inputs, min_size=1, max_size=3),
    st.lists(outputs, min_size=1, max_size=4),
    version=u32,
    lock_time=u32,
)
blocks = st.builds(
    complete,
    # The same one twice is the same Merkle root as once: refused, and tested below.
    st.lists(transactions, max_size=4, unique_by=lambda each: each.txid),
    st.lists(outputs, min_size=1, max_size=3),
)


def spend(number: int, witness: tuple[bytes, ...] = ()) -> Transaction:
    return Transaction.build([Input(bytes([number]) * 32, number, witness=witness)], [PAY])


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(blocks, min_size=1, max_size=3), st.integers(1, 3))
def test_every_field_of_generated_blocks(some: list[Block], pieces: int) -> None:
    found = read([each.serialise() for each in some], [True] * len(some), pieces)
    assert found.faults == [structure.SOUND] * len(some)
    assert found.columns is not None
    require_same_columns(found.columns, some)


@settings(max_examples=EXAMPLES, deadline=None)
@given(blocks, st.booleans(), st.data())
def test_generated_blocks_with_other_bytes(block: Block, segwit: bool, data: st.DataObject) -> None:
    raw = block.serialise()
    at = data.draw(st.integers(80, len(raw)))
    gone = data.draw(st.integers(0, 3))
    put = data.draw(st.binary(max_size=3))
    require_agreement(raw[:at] + put + raw[at + gone :], segwit)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_blocks_with_one_thing_wrong(rng: random.Random, segwit: bool) -> None:
    require_agreement(broken(rng, random_block(rng)), segwit)


def test_many_broken_blocks() -> None:
    total = 4_000 if JIT else 150
    verdicts = fuzz(20_250_101, total)
    # Each kind of verdict is a fair part, so the agreement is about something.
    assert min(verdicts[kind] for kind in (STRUCTURE, HASHES, SOUND)) > total // 10


@pytest.mark.jit_only
def test_no_kernel_reads_beyond_an_array(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Bounds checks are compiled in, so the machine code is kept apart, by the sources it is of."""
    sources = sha256(b"".join(file.read_bytes() for file in sorted(KERNELS.glob("*.py")))).hexdigest()
    cache = getattr(request.config, "cache", None)
    code = cache.mkdir(f"clew-bounds-{sources[:16]}") if cache else tmp_path
    environment = {
        **os.environ,
        "NUMBA_BOUNDSCHECK": "1",
        "NUMBA_CACHE_DIR": str(code),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "kernels.fuzzing", "--seed", "2", "--blocks", "3000"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"bounds checked: True\nhashes: \d+\nsound: \d+\nstructure: \d+\n", done.stdout)


# Sizes where a number takes another form


def many_inputs(number: int) -> Block:
    return block_of(
        [coinbase([PAY]), Transaction.build([Input(b"\7" * 32, i) for i in range(number)], [PAY])]
    )


def many_outputs(number: int) -> Block:
    return block_of([coinbase([Output(i, b"\x6a") for i in range(number)])])


def many_transactions(number: int) -> Block:
    later = [Transaction.build([Input(b"\7" * 32, i)], [PAY]) for i in range(number - 1)]
    return block_of([coinbase([PAY]), *later])


def many_witness_items(number: int) -> Block:
    return committed([spend(1, (b"",) * (number - 1) + (b"a",))])


def long_scripts(size: int) -> Block:
    first = coinbase([Output(3, with_bytes(size, b"\x51"))], bytes(size))
    later = Transaction.build(
        [Input(b"\7" * 32, 1, bytes(size))], [Output(5, with_bytes(size, b"\x6a")), PAY]
    )
    return block_of([first, later])


def long_witness_item(size: int) -> Block:
    return committed([spend(1, (bytes(size), b"x")), spend(2)])


EDGES = [252, 253, 254, 65_535, 65_536]


LONG_LISTS = (many_inputs, many_outputs, many_witness_items)


@pytest.mark.parametrize("make", [*LONG_LISTS, many_transactions, long_scripts, long_witness_item])
@pytest.mark.parametrize("number", EDGES)
def test_compact_sizes_at_their_edges(make: Callable[[int], Block], number: int) -> None:
    if number > 254 and (make is many_transactions or (make in LONG_LISTS and not JIT)):
        number = 1_000
    block = make(number)
    raw = block.serialise()
    assert require_agreement(raw, True) == SOUND
    assert require_agreement(raw[:-1], True) == STRUCTURE


@pytest.mark.parametrize("size", SIZES)
def test_scripts_too_long_to_be_spent(size: int) -> None:
    block = block_of([coinbase([Output(1, with_bytes(size, b"\x51")), PAY, Output(0, b"\x6a")])])
    found = read([block.serialise()], [True])
    assert found.columns is not None
    assert found.columns.oversize.tolist() == [size > 10_000, False, False]
    assert found.columns.spendable.tolist() == [1 + (size <= 10_000)]


@pytest.mark.parametrize("write", range(len(WRONG_SIZES)))
def test_every_compact_size_of_a_block_written_otherwise(write: int) -> None:
    block = committed([spend(1, (b"abc", bytes(300))), spend(2)], [Output(1, bytes(253))])
    assert spell(block, compact_size) == block.serialise()
    for which in range(sizes_of(block)):
        raw = with_size(block, which, WRONG_SIZES[write])
        if raw != block.serialise():
            require_agreement(raw, True)


def test_every_longer_form_of_a_compact_size_is_refused_as_such() -> None:
    block = committed([spend(1, (b"abc",)), spend(2)])
    for which in range(sizes_of(block)):
        for mark, width in ((0xFD, 2), (0xFE, 4), (0xFF, 8)):
            *_, faults = count([with_size(block, which, wide(mark, width))])
            assert faults[0, 0] == structure.LONG_LENGTH


@pytest.mark.parametrize("size", [0, 1, *EDGES])
def test_the_longer_forms_of_a_size_at_its_edges(size: int) -> None:
    block = block_of([coinbase([PAY, Output(0, with_bytes(size, b"\x6a" if size else b""))])])
    last = sizes_of(block) - 1
    shortest = with_size(block, last, compact_size)
    assert require_agreement(shortest, True) == SOUND
    for mark, width in ((0xFD, 2), (0xFE, 4), (0xFF, 8)):
        if size < 1 << 8 * width:
            raw = with_size(block, last, wide(mark, width))
            if raw != shortest:
                assert read([raw], [True]).faults == [structure.LONG_LENGTH]
                assert require_agreement(raw, True) == STRUCTURE


def test_every_cut_and_every_bit() -> None:
    raw = committed([spend(1, (b"abc",)), spend(2)]).serialise()
    for end in range(len(raw)):
        assert require_agreement(raw[:end], True) == STRUCTURE
    for bit in range(36 * 8, len(raw) * 8, 1 if JIT else 5):
        if bit < 68 * 8 or bit >= 80 * 8:
            wrong = bytearray(raw)
            wrong[bit // 8] ^= 1 << bit % 8
            assert require_agreement(bytes(wrong), True) != SOUND


# What is refused, and as what


NULL = Input(NULL_HASH, NULL_INDEX, b"\1\2")
TWO = Transaction.build([NULL, Input(b"\1" * 32, 0)], [PAY])
SOUND_BLOCK = block_of([coinbase([PAY]), spend(1), spend(2)])
WITNESS_BLOCK = committed([spend(1, (b"abc",)), spend(2)])


def with_transaction(block: Block, index: int, transaction: Transaction) -> Block:
    transactions = list(block.transactions)
    transactions[index] = transaction
    return Block.build(block.header, transactions)


def with_output(value: int) -> bytes:
    one = spend(1)
    changed = replace(one, outputs=(PAY, replace(PAY, value=value)))
    return spell(block_of([coinbase([PAY]), changed]), compact_size)


def with_length(length: int) -> bytes:
    return with_size(SOUND_BLOCK, 2, lambda _: compact_size(length))


def with_flag(flag: int) -> bytes:
    at = WITNESS_BLOCK.transactions[1].offset + 5
    raw = WITNESS_BLOCK.serialise()
    return raw[:at] + bytes([flag]) + raw[at + 1 :]


def with_reserved(*reserved: bytes) -> bytes:
    first = WITNESS_BLOCK.transactions[0]
    bare = Transaction.build([replace(first.inputs[0], witness=reserved)], first.outputs)
    return with_transaction(WITNESS_BLOCK, 0, bare).serialise()


def with_claims(*claims: bytes) -> bytes:
    first = coinbase([PAY, *(Output(0, claim) for claim in claims)], witness=(RESERVED,))
    return block_of([first, *WITNESS_BLOCK.transactions[1:]]).serialise()


RIGHT = commitment(WITNESS_BLOCK.transactions[1:])
WRONG = COMMITMENT_HEAD + bytes(32)
SHORT = COMMITMENT_HEAD + bytes(31)
RAW = SOUND_BLOCK.serialise()
STRIPPED = (
    RAW[:0]
    + Block.build(
        WITNESS_BLOCK.header,
        [replace(each, has_witness=False) for each in WITNESS_BLOCK.transactions],
    ).serialise()
)

CASES: dict[str, tuple[bytes, bool, int]] = {
    "sound": (RAW, True, structure.SOUND),
    "sound with witness": (WITNESS_BLOCK.serialise(), True, structure.SOUND),
    "no bytes": (b"", True, structure.CUT),
    "a header alone": (RAW[:80], True, structure.CUT),
    "cut in the last field": (RAW[:-1], True, structure.CUT),
    "length in a longer form": (with_size(SOUND_BLOCK, 0, wide(0xFD, 2)), True, structure.LONG_LENGTH),
    "length over the limit": (with_length(0x0200_0001), True, structure.HUGE_LENGTH),
    "length at the limit": (with_length(0x0200_0000), True, structure.CUT),
    "length of 64 bits": (with_length((1 << 64) - 1), True, structure.HUGE_LENGTH),
    "no inputs": (RAW[:85] + b"\0\0" + RAW[85:], True, structure.NO_INPUTS),
    "no inputs after the flag": (RAW[:85] + b"\0\1\0" + RAW[85:], True, structure.NO_INPUTS),
    "no outputs": (with_size(block_of([coinbase([PAY])]), 3, lambda _: b"\0"), True, structure.NO_OUTPUTS),
    "flag 2": (with_flag(2), True, structure.BAD_FLAG),
    "flag 255": (with_flag(255), True, structure.BAD_FLAG),
    "superfluous witness": (
        with_transaction(SOUND_BLOCK, 1, replace(spend(1), has_witness=True)).serialise(),
        True, structure.NO_WITNESS,
    ),
    "no transactions": (RAW[:80] + b"\0", True, structure.NO_TRANSACTIONS),
    "no coinbase": (block_of([spend(1)]).serialise(), True, structure.NO_COINBASE),
    "a coinbase of two inputs": (block_of([TWO]).serialise(), True, structure.NO_COINBASE),
    "a second coinbase": (
        block_of([coinbase([PAY]), coinbase([PAY], b"\3\4")]).serialise(), True, structure.NULL_INPUT,
    ),
    "a null input later": (block_of([coinbase([PAY]), TWO]).serialise(), True, structure.NULL_INPUT),
    "value -1": (with_output(-1), True, structure.BAD_VALUE),
    "value of sign alone": (with_output(-(1 << 63)), True, structure.BAD_VALUE),
    "value too high": (with_output(MAX_MONEY + 1), True, structure.BAD_VALUE),
    "value far too high": (with_output((1 << 63) - 1), True, structure.BAD_VALUE),
    "value highest": (with_output(MAX_MONEY), True, structure.BAD_ROOT),
    "bytes left over": (RAW + b"\0", True, structure.LEFT_OVER),
    "one transaction more": (RAW + spend(3).serialise(), True, structure.LEFT_OVER),
    "another root": (RAW[:36] + bytes([RAW[36] ^ 1]) + RAW[37:], True, structure.BAD_ROOT),
    "another order": (
        Block.build(SOUND_BLOCK.header, [SOUND_BLOCK.transactions[i] for i in (0, 2, 1)]).serialise(),
        True, structure.BAD_ROOT,
    ),
    "repeated": (
        Block.build(SOUND_BLOCK.header, [*SOUND_BLOCK.transactions, spend(2)]).serialise(),
        True, structure.MUTATED,
    ),
    "another witness": (
        with_transaction(WITNESS_BLOCK, 1, spend(1, (b"abd",))).serialise(), True, structure.BAD_COMMITMENT,
    ),
    "another reserved value": (with_reserved(bytes(32)), True, structure.BAD_COMMITMENT),
    "right claim last": (with_claims(WRONG, RIGHT, SHORT), True, structure.SOUND),
    "right claim longer": (with_claims(RIGHT + b"more"), True, structure.SOUND),
    "wrong claim last": (with_claims(RIGHT, WRONG), True, structure.BAD_COMMITMENT),
    "claim too short": (with_claims(SHORT), True, structure.NO_COMMITMENT),
    "claim with another opcode": (with_claims(b"\x6b" + RIGHT[1:]), True, structure.NO_COMMITMENT),
    "no claim": (block_of([coinbase([PAY]), spend(1, (b"abc",))]).serialise(), True, structure.NO_COMMITMENT),
    "witness of the coinbase alone": (
        block_of([coinbase([PAY], witness=(RESERVED,))]).serialise(), True, structure.NO_COMMITMENT,
    ),
    "no reserved value": (with_reserved(), True, structure.NO_RESERVED),
    "reserved value too short": (with_reserved(RESERVED[:31]), True, structure.NO_RESERVED),
    "reserved value too long": (with_reserved(RESERVED + b"\0"), True, structure.NO_RESERVED),
    "two reserved values": (with_reserved(RESERVED, RESERVED), True, structure.NO_RESERVED),
    "stripped": (STRIPPED, True, structure.NO_RESERVED),
    "stripped, or of before": (STRIPPED, False, structure.SOUND),
    "witness before its time": (WITNESS_BLOCK.serialise(), False, structure.EARLY_WITNESS),
    "an empty claim before its time": (
        block_of([coinbase([PAY, Output(0, WRONG)]), spend(1)]).serialise(), False, structure.SOUND,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_and_how_it_is_called(name: str) -> None:
    raw, segwit, fault = CASES[name]
    assert read([raw], [segwit]).faults == [fault]
    require_agreement(raw, segwit)


def test_every_fault_has_its_case() -> None:
    assert {fault for _, _, fault in CASES.values()} == set(range(len(structure.FAULTS)))
    assert all(structure.FAULTS[1:])


def test_the_place_of_a_fault_is_in_its_block() -> None:
    raws = [RAW, WITNESS_BLOCK.serialise(), RAW[:-1], RAW + b"\0"]
    *_, faults = count([RAW, *raws, RAW])
    assert faults[:, 0].tolist() == [
        structure.SOUND,
        structure.SOUND,
        structure.SOUND,
        structure.CUT,
        structure.LEFT_OVER,
        structure.SOUND,
    ]
    assert faults[4, 1] == len(RAW)
    assert len(RAW) - 5 <= faults[3, 1] <= len(RAW)


def test_one_bad_block_does_not_touch_the_others() -> None:
    bad = CASES["repeated"][0]
    found = read([RAW, bad, WITNESS_BLOCK.serialise(), RAW], [True, True, False, True])
    assert found.faults == [structure.SOUND, structure.MUTATED, structure.EARLY_WITNESS, structure.SOUND]
    assert found.columns is not None
    some = [parse_block(raw) for raw in (RAW, bad, WITNESS_BLOCK.serialise(), RAW)]
    require_same_columns(found.columns, some)


@pytest.mark.parametrize("total", range(1, 12))
@pytest.mark.parametrize("again", [1, 2, 3, 4])
def test_repeated_transactions_under_one_root(total: int, again: int) -> None:
    block = block_of([coinbase([PAY]), *(spend(number) for number in range(1, total))])
    repeated = [*block.transactions, *block.transactions[-again:]]
    raw = spell(Block.build(block.header, repeated), compact_size)
    if total >= again and not (total == again == len(repeated) // 2 and total == 1):
        verdict, _ = plain_verdict(raw, True)
        assert verdict != SOUND
    require_agreement(raw, True)


def test_counts() -> None:
    some = [SOUND_BLOCK, WITNESS_BLOCK, many_outputs(300)]
    _, _, _, counts, faults = count([each.serialise() for each in some])
    assert not faults[:, 0].any()
    assert counts.tolist() == [
        [
            len(each.transactions),
            sum(len(one.outputs) for one in each.transactions),
            sum(len(one.inputs) for one in each.transactions),
        ]
        for each in some
    ]
