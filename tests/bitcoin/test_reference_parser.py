"""The plain parser and the block checks, on small blocks made here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.bitcoin.block import (
    COMMITMENT_HEAD,
    NULL_HASH,
    NULL_INDEX,
    Block,
    Header,
    Input,
    Output,
    Transaction,
    check_block,
    check_merkle_root,
    check_proof_of_work,
    check_witness,
    merkle_root,
    parse_block,
    parse_header,
    parse_transaction,
    target,
    witness_commitment,
    work,
)
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import network
from clew.bitcoin.wire import MAX_SIZE, Reader, compact_size
from clew.errors import BadBlockError, ParseError
from clew.schema import MAX_MONEY

REGTEST = network("regtest")
PAY = Output(1, b"\x51")


def coinbase(*outputs: Output, witness: tuple[bytes, ...] = ()) -> Transaction:
    return Transaction.build([Input(NULL_HASH, NULL_INDEX, b"\x01\x02", witness=witness)], outputs or [PAY])


def spend(number: int, witness: tuple[bytes, ...] = ()) -> Transaction:
    return Transaction.build([Input(bytes([number]) * 32, number, witness=witness)], [PAY])


def mined(*transactions: Transaction, bits: int = 0x207FFFFF) -> Block:
    root, _ = merkle_root([each.txid for each in transactions])
    nonce = 0
    while True:
        header = Header.build(NULL_HASH, root, 1_300_000_000, bits, nonce)
        if int.from_bytes(header.hash, "little") <= target(bits):
            return Block.build(header, transactions)
        nonce += 1


def committed(*transactions: Transaction, reserved: bytes = bytes(32)) -> Block:
    commitment = witness_commitment([coinbase(), *transactions], reserved)
    first = coinbase(PAY, Output(0, COMMITMENT_HEAD + commitment), witness=(reserved,))
    return mined(first, *transactions)


u32 = st.integers(0, 0xFFFFFFFF)
scripts = st.one_of(st.binary(max_size=20), st.sampled_from([0xFC, 0xFD, 0x100]).map(bytes))
hashes = st.binary(min_size=32, max_size=32)
inputs = st.builds(Input, hashes, u32, scripts, u32, st.lists(scripts, max_size=3).map(tuple)).filter(
    lambda each: not each.spends_nothing
)
outputs = st.builds(Output, st.integers(0, MAX_MONEY), scripts)
transactions = st.builds(
    Transaction.build,
    st.lists(inputs, min_size=1, max_size=3),
    st.lists(outputs, min_size=1, max_size=3),
    version=u32,
    lock_time=u32,
)


@given(transactions)
def test_transaction_round_trip(transaction: Transaction) -> None:
    data = transaction.serialise()
    parsed = parse_transaction(data)
    assert parsed == transaction
    assert parsed.size == len(data)
    base = transaction.serialise(witness=False)
    assert parsed.base_size == len(base)
    assert parsed.txid == sha256d(base)
    assert parsed.wtxid == sha256d(data)
    assert (parsed.txid == parsed.wtxid) is not parsed.has_witness


@given(
    st.lists(transactions, max_size=4),
    st.integers(-(1 << 31), (1 << 31) - 1),
    hashes,
    hashes,
    u32,
    u32,
    u32,
)
def test_block_round_trip(
    later: list[Transaction], version: int, previous: bytes, root: bytes, time: int, bits: int, nonce: int
) -> None:
    header = Header.build(previous, root, time, bits, nonce, version=version)
    block = Block.build(header, [coinbase(), *later])
    data = block.serialise()
    assert parse_block(data) == block
    assert parse_header(data[:80]) == header
    assert block.size == len(data)
    assert block.base_size == len(data) - sum(len(t.serialise()) - len(t.serialise(False)) for t in later)
    for each in block.transactions:
        assert data[each.offset : each.offset + each.size] == each.serialise()


@given(st.binary(max_size=300))
def test_any_bytes_parse_and_come_back_or_are_refused(data: bytes) -> None:
    try:
        transaction = parse_transaction(data)
    except ParseError:
        return
    assert transaction.serialise() == data


def test_every_cut_is_refused() -> None:
    data = committed(spend(7, (b"abc",))).serialise()
    for end in range(len(data)):
        with pytest.raises(ParseError):
            parse_block(data[:end])


def test_what_follows_is_refused() -> None:
    data = mined(coinbase()).serialise()
    with pytest.raises(ParseError, match=f"its end, found 2 more bytes, at byte {len(data)} of the block"):
        parse_block(data + b"\0\0")


def test_a_refusal_says_what_was_found_where_and_what_to_do() -> None:
    data = mined(coinbase(), spend(7)).serialise()
    with pytest.raises(ParseError) as caught:
        parse_block(data[:-2], where="blk00000.dat, byte 8")
    assert str(caught.value) == (
        "not a block: expected 4 bytes of lock time, found the end after 2, in transaction 1 at byte"
        f" {len(data) - 4} of the block (blk00000.dat, byte 8); take it from another copy"
    )


@pytest.mark.parametrize("number", [0, 0xFC, 0xFD, 0xFFFF, 0x10000, MAX_SIZE])
def test_compact_size_only_in_its_shortest_form(number: int) -> None:
    assert Reader(compact_size(number), "size").compact_size("size") == number
    for mark, width in ((0xFD, 2), (0xFE, 4), (0xFF, 8)):
        if number < 1 << 8 * width:
            longer = bytes([mark]) + number.to_bytes(width, "little")
            if len(longer) > len(compact_size(number)):
                with pytest.raises(ParseError, match="shortest form"):
                    Reader(longer, "size").compact_size("size")


@pytest.mark.parametrize("number", [MAX_SIZE + 1, 0xFFFFFFFF, 1 << 32, (1 << 64) - 1])
def test_compact_size_has_a_limit(number: int) -> None:
    with pytest.raises(ParseError, match="at most 33554432"):
        Reader(compact_size(number), "size").compact_size("size")


ONE_INPUT = "01" + "07" * 32 + "00000000" + "00" + "ffffffff"
ONE_OUTPUT = "01" + "0100000000000000" + "0151"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("0002" + ONE_INPUT + ONE_OUTPUT + "0101aa", "witness flag 1, found 2, at byte 5"),
        ("0000" + ONE_INPUT + ONE_OUTPUT, "witness flag 1, found 0"),
        ("0003" + ONE_INPUT + ONE_OUTPUT + "0101aa", "witness flag 1, found 3"),
        ("0001" + ONE_INPUT + ONE_OUTPUT + "00", "at least one witness item, found none"),
        ("0001" + "00" + ONE_OUTPUT, "at least one input, found none"),
        (ONE_INPUT + "00", "at least one output, found none"),
        (ONE_INPUT + "01" + "ffffffffffffffff" + "00", "satoshi, found -1"),
        (ONE_INPUT + "01" + (MAX_MONEY + 1).to_bytes(8, "little").hex() + "00", "found 2100000000000001"),
        ("fd0100" + ONE_INPUT[2:] + ONE_OUTPUT, "number of inputs in its shortest form"),
        (ONE_INPUT[:-10] + "fd0000" + "ffffffff" + ONE_OUTPUT, "input script size in its shortest form"),
        (ONE_INPUT + "01" + "0100000000000000" + "fd010051", "output script size in its shortest form"),
        ("0001" + ONE_INPUT + ONE_OUTPUT + "fd0100" + "01aa", "number of witness items in its shortest"),
        ("0001" + ONE_INPUT + ONE_OUTPUT + "01" + "fd0100aa", "witness item size in its shortest form"),
    ],
)
def test_malformed_transactions(body: str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        parse_transaction(bytes.fromhex("02000000" + body + "00000000"))


def test_well_formed_neighbours_of_the_malformed() -> None:
    for body in (ONE_INPUT + ONE_OUTPUT, "0001" + ONE_INPUT + ONE_OUTPUT + "0101aa"):
        data = bytes.fromhex("02000000" + body + "00000000")
        assert parse_transaction(data).serialise() == data
    rich = Transaction.build([Input(b"\7" * 32, 0)], [Output(MAX_MONEY, b"")])
    assert parse_transaction(rich.serialise()) == rich
    # Each of these holds the form without a witness, or an input that spends nothing, in part only.
    half_null = Transaction.build([Input(NULL_HASH, 0), Input(b"\7" * 32, NULL_INDEX)], [PAY])
    assert parse_block(mined(coinbase(), half_null).serialise()).transactions[1].inputs == half_null.inputs


def test_coinbase_first_and_only_there() -> None:
    null = Input(NULL_HASH, NULL_INDEX)
    two = Transaction.build([null, Input(b"\1" * 32, 0)], [PAY])
    with pytest.raises(ParseError, match="at least one transaction"):
        parse_block(mined(coinbase()).serialise()[:80] + b"\0")
    for first in (spend(1), two):
        with pytest.raises(ParseError, match="a coinbase first"):
            parse_block(mined(first).serialise())
    for later in (coinbase(), two):
        with pytest.raises(ParseError, match="one that spends nothing, in transaction 1"):
            parse_block(mined(coinbase(), later).serialise())


def test_merkle_root_by_hand() -> None:
    a, b, c = (bytes([number]) * 32 for number in range(3))
    assert merkle_root([a]) == (a, False)
    assert merkle_root([a, b]) == (sha256d(a + b), False)
    assert merkle_root([a, b, c]) == (sha256d(sha256d(a + b) + sha256d(c + c)), False)
    with pytest.raises(ValueError, match="at least one"):
        merkle_root([])


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True))
def test_every_repetition_that_keeps_the_root_is_seen(row: list[bytes]) -> None:
    root, mutated = merkle_root(row)
    assert not mutated
    width = 1
    while width < len(row):
        groups = -(-len(row) // width)
        if groups % 2 and groups > 1:
            repeated = row + row[(groups - 1) * width :]
            if len(row) % width == 0:
                assert merkle_root(repeated) == (root, True)
        width *= 2


def test_a_block_with_repeated_transactions_is_refused() -> None:
    block = mined(coinbase(), spend(1), spend(2))
    check_block(block, REGTEST)
    repeated = parse_block(
        Block.build(block.header, [*block.transactions, block.transactions[2]]).serialise()
    )
    with pytest.raises(BadBlockError, match="repeated under the same Merkle root"):
        check_block(repeated, REGTEST)


@pytest.mark.parametrize(
    ("bits", "number"),
    [
        (0x01123456, 0x12),
        (0x02123456, 0x1234),
        (0x03123456, 0x123456),
        (0x04123456, 0x12345600),
        (0x05009234, 0x92340000),
        (0x1D00FFFF, 0xFFFF << 208),
        (0x207FFFFF, 0x7FFFFF << 232),
        (0x2100FFFF, 0xFFFF << 240),
        (0x220000FF, 0xFF << 248),
    ],
)
def test_targets(bits: int, number: int) -> None:
    assert target(bits) == number


@pytest.mark.parametrize(
    "bits",
    [
        *(0, 0x00123456, 0x01003456, 0x02000056, 0x04000000, 0xFF000000),  # zero
        *(0x01FEDCBA, 0x04923456, 0x1D80FFFF, 0x04800001),  # negative
        *(0x23000001, 0x22000100, 0x21010000, 0xFF123456),  # above 256 bits
    ],
)
def test_no_targets(bits: int) -> None:
    with pytest.raises(BadBlockError, match=f"compact form {bits:08x}"):
        target(bits)
    header = Header.build(NULL_HASH, NULL_HASH, 0, bits, 0)
    with pytest.raises(BadBlockError, match=f"compact form {bits:08x}, in block {header.hash[::-1].hex()}"):
        check_proof_of_work(header, REGTEST)


def test_work_of_the_easiest_and_the_first_target() -> None:
    assert work(0x207FFFFF) == 2
    assert work(0x1D00FFFF) == 0x100010001


def test_proof_of_work_limits() -> None:
    block = mined(coinbase())
    check_proof_of_work(block.header, REGTEST)
    with pytest.raises(BadBlockError, match=r"a target of at most 0{8}f{56} \(main\)"):
        check_proof_of_work(block.header, network("main"))
    nonce = block.header.nonce
    while True:
        nonce += 1
        header = Header.build(NULL_HASH, block.header.merkle_root, 1_300_000_000, 0x207FFFFF, nonce)
        if int.from_bytes(header.hash, "little") > target(0x207FFFFF):
            break
    with pytest.raises(BadBlockError, match="found a higher one"):
        check_proof_of_work(header, REGTEST)


def test_order_and_presence_of_transactions() -> None:
    block = mined(coinbase(), spend(1), spend(2))
    first, second, third = block.transactions
    for other in ([first, third, second], [first, second], [first]):
        with pytest.raises(BadBlockError, match="Merkle root"):
            check_merkle_root(Block.build(block.header, other))


def test_witness_commitment_is_checked() -> None:
    block = committed(spend(1, (b"abc", b"")), spend(2), reserved=b"\5" * 32)
    for active in (None, True):
        check_witness(parse_block(block.serialise()), active)
    changed = Block.build(block.header, [block.transactions[0], spend(1, (b"abd", b"")), spend(2)])
    check_merkle_root(changed)
    with pytest.raises(BadBlockError, match="witness commitment"):
        check_witness(changed)
    with pytest.raises(BadBlockError, match=r"no witness before BIP 141"):
        check_witness(block, False)


def test_witness_without_commitment_is_refused() -> None:
    for block in (mined(coinbase(), spend(1, (b"abc",))), mined(coinbase(witness=(bytes(32),)))):
        with pytest.raises(BadBlockError, match="a commitment to the witnesses in the coinbase, found none"):
            check_witness(block)


@pytest.mark.parametrize("reserved", [(), (bytes(31),), (bytes(32), bytes(32)), (b"", b"")])
def test_the_coinbase_needs_its_own_witness(reserved: tuple[bytes, ...]) -> None:
    block = committed(spend(1, (b"abc",)))
    first = block.transactions[0]
    bare = Transaction.build([replace(first.inputs[0], witness=reserved)], first.outputs)
    with pytest.raises(BadBlockError, match="one coinbase witness item of 32 bytes"):
        check_witness(Block.build(block.header, [bare, *block.transactions[1:]]))


def test_stripped_witnesses_are_seen_where_the_height_is_known() -> None:
    block = committed(spend(1, (b"abc",)))
    bare = [parse_transaction(each.serialise(witness=False)) for each in block.transactions]
    stripped = Block.build(block.header, bare)
    check_block(stripped, REGTEST)
    with pytest.raises(BadBlockError, match="one coinbase witness item of 32 bytes, found sizes none"):
        check_block(stripped, REGTEST, height=1)


def test_the_last_commitment_counts() -> None:
    right = Output(0, COMMITMENT_HEAD + witness_commitment([coinbase(), spend(1, (b"abc",))]))
    wrong = Output(0, COMMITMENT_HEAD + bytes(32))
    short = Output(0, COMMITMENT_HEAD + bytes(31))

    def block(*outputs: Output) -> Block:
        return mined(coinbase(*outputs, witness=(bytes(32),)), spend(1, (b"abc",)))

    check_witness(block(wrong, right, short))
    check_witness(block(Output(0, right.script + b"more")))
    with pytest.raises(BadBlockError, match="witness commitment"):
        check_witness(block(right, wrong))


@pytest.mark.parametrize("make", [lambda: mined(coinbase(), spend(1)), lambda: committed(spend(1, (b"a",)))])
def test_every_bit_of_a_block_is_guarded(make: Callable[[], Block]) -> None:
    # From the end of the header on: half of all headers meet the target of regtest.
    block = make()
    data = block.serialise()
    for bit in range(80 * 8, len(data) * 8):
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadBlockError):
            check_block(parse_block(bytes(wrong)), REGTEST)
