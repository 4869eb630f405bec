"""Blocks that no chain may hold, and blocks that are odd but allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from build.nodes import built, digest, framed, lively, node, raw_node, refused, truth
from clew.bitcoin.block import Block, merkle_root, parse_block
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.script import nulldata_script
from clew.bitcoin.transaction import Input, Output, Transaction
from clew.build import index
from clew.errors import BadBlockError, ClewError, MissingBlockError
from clew.ledger.ledger import Ledger
from clew.schema import MAX_MONEY, OVERWRITTEN, UNSPENDABLE
from clew.simulate.chain import COIN, Chain, Coin, Transfer
from clew.simulate.locks import anything, lock, pay_to_nobody
from clew.simulate.mining import remine
from naive.frames import read_frames


@pytest.fixture
def chain() -> Chain:
    return lively(8)


def block_of(chain: Chain, transactions: Sequence[Transaction], **header: bytes) -> bytes:
    """A block with just these transactions as the chain's next, mined."""
    root, _ = merkle_root([each.txid for each in transactions])
    empty = chain.fork(chain.height).mine(lock("miner")).raw
    block = Block.build(parse_block(empty).header, transactions).serialise()
    return remine(block, **{"merkle_root": root, **header})


def coinbase(chain: Chain, *outputs: Output, tag: bytes = b"\x01") -> Transaction:
    entry = Input(bytes(32), 0xFFFFFFFF, bytes([len(tag)]) + tag)
    return Transaction.build([entry], outputs or [Output(50 * COIN, b"\x51")])


def check(chain: Chain, room: Path, bad: bytes, *words: str, kind: type[ClewError] = BadBlockError) -> None:
    """Refused when fresh, in a batch and alone; on a ledger that goes on; and with blocks on top."""
    height = chain.height + 1
    above = chain.fork(chain.height)
    above.append(bad)
    above.mine(lock("miner"), count=2)
    said = ("blk00000.dat", f"height {height}", *words)
    for name, blocks in (("tip", [*chain.raw_blocks, bad]), ("middle", above.raw_blocks)):
        folder = node(room / name, blocks)
        offset = sum(len(raw) + 8 for raw in chain.raw_blocks) + 8
        for batch_bytes in (None, 1):
            refused(kind, room / "fresh", folder, f"offset {offset}", *said, batch_bytes=batch_bytes)
            (room / "empty").mkdir(exist_ok=True)
            refused(kind, room / "empty", folder, *said, batch_bytes=batch_bytes)
            assert list((room / "empty").iterdir()) == []
    ledger = room / "ledger"
    built(ledger, node(room / "good", chain.raw_blocks))
    refused(kind, ledger, room / "middle", *said)
    refused(kind, ledger, room / "middle", *said, batch_bytes=1)
    # The good blocks below it are still to be had.
    built(room / "below", room / "middle", until=chain.height)
    assert digest(room / "below") == digest(ledger)


def test_a_wrong_merkle_root(chain: Chain, room: Path) -> None:
    good = chain.fork(8).mine(lock("miner")).raw
    check(chain, room, remine(good, merkle_root=bytes(32)), "Merkle root")


@pytest.mark.parametrize("where", ["transaction", "witness", "count", "last byte"])
@pytest.mark.parametrize("height", [3, 5, 9, 10])
def test_a_flipped_bit(room: Path, where: str, height: int) -> None:
    blocks = list(lively(10).raw_blocks)
    raw = blocks[height]
    last = parse_block(raw).transactions[-1]
    at = {
        "transaction": last.offset + last.base_size // 2,
        "witness": len(raw) - 8,
        "count": 80,
        "last byte": len(raw) - 1,
    }[where]
    blocks[height] = raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :]
    folder = node(room / "blocks", blocks)
    offset = sum(len(each) + 8 for each in blocks[:height]) + 8
    said = refused(
        BadBlockError, room / "ledger", folder, f"offset {offset}", f"height {height}", "blk00000.dat"
    )
    assert "copy the file" in said
    built(room / "older", folder, until=height - 1)
    refused(BadBlockError, room / "older", folder, f"offset {offset}", f"height {height}")


def test_duplicated_pairs(chain: Chain, room: Path) -> None:
    """CVE-2012-2459: a list with its end repeated has the same Merkle root."""
    coins = bare(chain)[:2]
    pays = [chain.draft([coin], [(lock("bob"), coin.value)]).transaction for coin in coins]
    three = [coinbase(chain), *pays]
    block = block_of(chain, three)
    repeated = Block.build(parse_block(block).header, [*three, three[2]]).serialise()
    assert (
        merkle_root([each.txid for each in [*three, three[2]]])[0]
        == merkle_root([each.txid for each in three])[0]
    )
    check(chain, room, repeated, "CVE-2012-2459")
    # The sound form of the same block, with the same header, may lie elsewhere.
    raw_node(room / "both", b"".join(framed([*chain.raw_blocks, repeated, block])))
    built(room / "both-ledger", room / "both")
    assert digest(room / "both-ledger") == truth(room / "naive", [*chain.raw_blocks, block])


def test_a_witness_without_commitment(chain: Chain, room: Path) -> None:
    coin = next(coin for coin in chain.coins.values() if coin.coinbase and coin.height > 3)
    bad = chain.fork(8)
    bad.mine(lock("miner"), transfers=[chain.draft([coin], [(lock("bob"), 1)])], commit=False)
    check(chain, room, bad.tip.raw, "no commitment")


def test_a_wrong_commitment(chain: Chain, room: Path) -> None:
    good = chain.fork(8).mine(lock("miner"))
    made = parse_block(good.raw)
    first = made.transactions[0]
    outputs = [first.outputs[0], Output(0, first.outputs[1].script[:-1] + b"\xff")]
    broken = Transaction.build(first.inputs, outputs, version=first.version, lock_time=first.lock_time)
    check(chain, room, block_of(chain, [broken]), "witness commitment differs")


def test_a_commitment_without_its_reserved_value(chain: Chain, room: Path) -> None:
    first = parse_block(chain.fork(8).mine(lock("miner")).raw).transactions[0]
    bare = [Input(each.previous_txid, each.previous_index, each.script) for each in first.inputs]
    check(chain, room, block_of(chain, [Transaction.build(bare, first.outputs)]), "32-byte reserved value")


def spending(chain: Chain, *coins: Coin) -> bytes:
    made = [chain.draft([coin], [(lock("bob"), 1)]).transaction for coin in coins]
    return block_of(chain, [coinbase(chain), *made])


def bare(chain: Chain) -> list[Coin]:
    """Coins whose spending takes no witness."""
    return [coin for coin in chain.coins.values() if coin.lock.script_type == lock("a").script_type]


def test_a_double_spend(chain: Chain, room: Path) -> None:
    coin = bare(chain)[0]
    double = chain.draft([coin], [(lock("carol"), 1)]).transaction
    once = chain.draft([coin], [(lock("bob"), 1)]).transaction
    bad = block_of(chain, [coinbase(chain), once, double])
    check(chain, room, bad, coin.txid[::-1].hex(), f"output {coin.vout}", double.txid[::-1].hex())


def test_of_two_faults_the_first_is_named(chain: Chain, room: Path) -> None:
    """A double spend can take the last output that a later, good input needs."""
    made = chain.mine(lock("miner"), transfers=[
        chain.draft([bare(chain)[0]], [(lock("bob"), 1), (lock("bob"), 2)])
    ], commit=False).transfers[1]  # fmt: skip
    spends = [
        Transaction.build([Input(made.txid, vout, b"")], [Output(1, bytes([0x51, number]))])
        for number, vout in enumerate((0, 0, 1))
    ]
    check(chain, room, block_of(chain, [coinbase(chain), *spends]), spends[1].txid[::-1].hex(), "output 0")


def test_a_spend_of_what_an_earlier_block_spent(chain: Chain, room: Path) -> None:
    coin = next(
        spent for block in chain.blocks for each in block.transfers[1:] for spent in each.inputs
        if spent.lock.script_type == lock("a").script_type
    )  # fmt: skip
    check(chain, room, spending(chain, coin), coin.txid[::-1].hex())


def test_a_spend_of_nothing_there(chain: Chain, room: Path) -> None:
    coin = bare(chain)[0]
    missing = coin._replace(txid=b"\x42" * 32)
    check(chain, room, spending(chain, missing), "42" * 32, "no earlier transaction")
    beyond = coin._replace(vout=4_000_000_000)
    check(chain, room / "two", spending(chain, beyond), "output 4000000000", "fewer outputs")


@pytest.mark.parametrize("script", [nulldata_script(b"x"), b"\x6a", bytes(10_001)])
def test_a_spend_of_what_nobody_can_spend(chain: Chain, room: Path, script: bytes) -> None:
    coin = bare(chain)[0]
    made = chain.draft([coin], [(script, 5), (lock("bob"), 6)])
    chain.mine(lock("miner"), transfers=[made])
    dead = Coin(made.txid, 0, 5, anything(b"\x51"), 9)
    check(chain, room, spending(chain, dead), made.txid[::-1].hex(), "cannot be spent")


def test_a_spend_of_the_genesis_output(chain: Chain, room: Path) -> None:
    genesis = chain.blocks[0].transfers[0].outputs[0]
    check(chain, room, spending(chain, genesis._replace(lock=anything(b"\x51"))), genesis.txid[::-1].hex())


def test_a_spend_of_a_later_transaction_of_the_same_block(chain: Chain, room: Path) -> None:
    coin = bare(chain)[0]
    first = chain.draft([coin], [(lock("bob"), 100)])
    second = chain.draft([first.outputs[0]], [(lock("carol"), 100)])
    bad = block_of(chain, [coinbase(chain), second.transaction, first.transaction])
    check(chain, room, bad, second.txid[::-1].hex())
    good = block_of(chain, [coinbase(chain), first.transaction, second.transaction])
    built(room / "good-ledger", node(room / "good-blocks", [*chain.raw_blocks, good]))
    assert digest(room / "good-ledger") == truth(room / "naive", [*chain.raw_blocks, good])


def _no_coinbase(chain: Chain) -> list[Transaction]:
    return [chain.draft([bare(chain)[0]], [(lock("bob"), 1)]).transaction]


STRUCTURE: dict[str, tuple[Callable[[Chain], list[Transaction]], str]] = {
    "no coinbase": (_no_coinbase, "not a coinbase"),
    "two coinbases": (lambda chain: [coinbase(chain), coinbase(chain, tag=b"\x02")], "null output"),
    "too much money": (lambda chain: [coinbase(chain, Output(MAX_MONEY + 1, b"\x51"))], "output value"),
}


@pytest.mark.parametrize("name", STRUCTURE)
def test_blocks_that_are_none(chain: Chain, room: Path, name: str) -> None:
    make, word = STRUCTURE[name]
    check(chain, room, block_of(chain, make(chain)), word)


def test_no_transactions_and_bytes_left_over(chain: Chain, room: Path) -> None:
    good = block_of(chain, [coinbase(chain)])
    # A nonce of 0 and a count of 0 look like space that is not written yet.
    header = next(made for n in range(99) if (made := remine(good, time=2**31 + n)[:80])[76])
    check(chain, room / "none", header + b"\0", "no transactions")
    check(chain, room / "over", good + b"\1", "left over")
    check(chain, room / "long", good[:80] + b"\xfd\x01\x00" + good[81:], "longer than it need be")


def test_a_target_easier_than_the_network_allows(chain: Chain, room: Path) -> None:
    """Such a block is none: what builds on it has no parent."""
    good = chain.fork(8).mine(lock("miner")).raw
    easy = remine(good[:72] + (0x2100FFFF).to_bytes(4, "little") + good[76:])
    folder = node(room / "blocks", [*chain.raw_blocks, easy])
    summary = built(room / "ledger", folder)
    assert summary.tip.height == 8
    assert "does not meet its target" in summary.notices[0]


# Odd, but allowed


def test_a_coinbase_that_comes_twice(room: Path) -> None:
    """As in blocks 91722 and 91880: the later one overwrites the earlier."""
    chain = Chain()
    twice = [Output(25 * COIN, lock("miner").script), Output(25 * COIN, b"\x51")]
    first = coinbase(chain, *twice)
    for _ in range(2):
        chain.append(block_of(chain, [first]))
    spend = Transaction.build([Input(first.txid, 0, b"")], [Output(1, b"\x52")])
    chain.append(block_of(chain, [coinbase(chain, tag=b"\x03"), spend]))
    chain.append(block_of(chain, [first]))
    chain.append(block_of(chain, [first]))
    folder = node(room / "blocks", chain.raw_blocks)
    expected = truth(room / "naive", chain.raw_blocks)
    for batch_bytes in (None, 1):
        built(room / f"ledger-{batch_bytes}", folder, batch_bytes=batch_bytes)
        assert digest(room / f"ledger-{batch_bytes}") == expected
    for until in range(6):
        built(room / "steps", folder, until=until)
    ledger = Ledger(room / "steps")
    assert ledger.digest() == expected
    spent_by = ledger.column("spends.spent_by")[:].tolist()
    # Genesis, the first, the second (half of it spent), the other coinbase, the spend, and again.
    assert spent_by == [UNSPENDABLE, *[OVERWRITTEN] * 2, 4, OVERWRITTEN, *spent_by[5:7], *[OVERWRITTEN] * 2,
                        *spent_by[9:]]  # fmt: skip
    assert len(spent_by) == 11
    # The overwritten half cannot be spent any more, the newest one can, once.
    last = [Transaction.build([Input(first.txid, 1, b"")], [Output(n, b"\x51")]) for n in range(2)]
    chain.append(block_of(chain, [coinbase(chain, tag=b"\x04"), last[0]]))
    built(room / "steps", node(folder, chain.raw_blocks))
    assert digest(room / "steps") == truth(room / "naive-2", chain.raw_blocks)
    chain.append(block_of(chain, [coinbase(chain, tag=b"\x05"), last[1]]))
    refused(BadBlockError, room / "steps", node(folder, chain.raw_blocks), "height 7", first.txid[::-1].hex())


def test_the_genesis_coinbase_again(room: Path) -> None:
    """Its output was never there to be overwritten; the copy's can be spent."""
    chain = Chain()
    first = chain.blocks[0].transfers[0].transaction
    chain.append(block_of(chain, [first]))
    chain.append(block_of(chain, [first]))
    spend = Transaction.build([Input(first.txid, 0, b"")], [Output(1, b"\x52")])
    chain.append(block_of(chain, [coinbase(chain), spend]))
    folder, expected = node(room / "blocks", chain.raw_blocks), truth(room / "naive", chain.raw_blocks)
    for until in range(4):
        built(room / "steps", folder, until=until)
    built(room / "once", folder)
    assert (digest(room / "steps"), digest(room / "once")) == (expected, expected)


@pytest.mark.parametrize("length", [9_999, 10_000, 10_001, 70_000])
def test_long_scripts(room: Path, length: int) -> None:
    chain = Chain()
    chain.append(block_of(chain, [coinbase(chain, Output(1, bytes(length)), Output(2, b"\x51" * length))]))
    built(room / "ledger", node(room / "blocks", chain.raw_blocks))
    assert digest(room / "ledger") == truth(room / "naive", chain.raw_blocks)
    dead = length > 10_000
    spent_by = Ledger(room / "ledger").column("spends.spent_by")[1:].tolist()
    assert (UNSPENDABLE in spent_by) == dead


@pytest.mark.parametrize("form", ["outputs", "inputs", "witness", "script"])
def test_a_block_of_four_million_bytes(room: Path, form: str) -> None:
    """One transaction as large as a block can be, then blocks that spend from it."""
    chain = Chain()
    chain.mine(lock("miner"))
    room_left = 4_000_000 - 600
    if form == "outputs":
        scripts = [b"\x51" + n.to_bytes(299, "big") for n in range(room_left // 311)]
        made = chain.draft(bare(chain)[:1], [(script, 1) for script in scripts])
        transfers = [made]
    elif form == "script":
        transfers = [chain.draft(bare(chain)[:1], [(b"\x51", 7), (bytes(room_left - 300), 1)])]
    elif form == "witness":
        chain.mine(lock("miner", "p2wpkh"))
        coin = next(coin for coin in chain.coins.values() if coin.height == 2)
        made = chain.draft([coin], [(b"\x51", 7)])
        [entry] = made.transaction.inputs
        heavy = Input(*coin.outpoint, entry.script, entry.sequence, (*entry.witness, bytes(room_left - 300)))
        transfers = [with_inputs(made, [heavy])]
    else:
        many = chain.draft(bare(chain)[:1], [(b"\x51", 1)] * (room_left // 42))
        chain.mine(lock("miner"), transfers=[many])
        transfers = [chain.draft(many.outputs, [(b"\x51", 7)])]
    block = chain.mine(lock("miner"), transfers=transfers)
    assert 3_900_000 < len(block.raw) <= 4_000_000
    chain.mine(lock("miner"), transfers=[chain.draft([transfers[-1].outputs[0]], [(b"\x53", 1)])])
    built(room / "ledger", node(room / "blocks", chain.raw_blocks))
    assert digest(room / "ledger") == truth(room / "naive", chain.raw_blocks)


def with_inputs(made: Transfer, inputs: Sequence[Input]) -> Transfer:
    was = made.transaction
    return replace(made, transaction=Transaction.build(inputs, was.outputs, version=was.version))


def test_many_outputs_that_nobody_can_spend(room: Path) -> None:
    chain = Chain()
    chain.mine(lock("miner"))
    nothing = chain.draft(bare(chain)[:1], [(pay_to_nobody(bytes([n])), 0) for n in range(200)])
    chain.mine(lock("miner"), transfers=[nothing])
    for batch_bytes in (None, 1):
        built(room / f"{batch_bytes}", node(room / "blocks", chain.raw_blocks), batch_bytes=batch_bytes)
        assert digest(room / f"{batch_bytes}") == truth(room / f"naive-{batch_bytes}", chain.raw_blocks)


# Real proof of work


@pytest.mark.parametrize("height", [1, 57, 98, 99])
@pytest.mark.parametrize("byte", [0, 5, 35, 36, 67, 68, 71, 72, 75, 76, 79])
def test_a_flipped_bit_in_a_real_header(shared_data: Path, room: Path, height: int, byte: int) -> None:
    """In the middle the chain breaks there; at the tip the block is none, and the rest is a chain."""
    blocks = read_frames(shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat")[:100]
    magic = bytes.fromhex("f9beb4d9")
    frames = [magic + len(raw).to_bytes(4, "little") + raw for raw in blocks]
    place = 8 + byte
    broken = frames[height]
    frames[height] = broken[:place] + bytes([broken[place] ^ 0x10]) + broken[place + 1 :]
    folder = raw_node(room / "blocks", b"".join(frames))
    offset = sum(map(len, frames[:height]))
    if height < 99:
        said = refused(
            MissingBlockError, room / "ledger", folder,
            f"first missing height {height}", f"offset {offset}", "blk00000.dat", network="main",
        )  # fmt: skip
        assert sha256d(blocks[height][:80])[::-1].hex() in said
    else:
        summary = index(room / "ledger", folder)
        assert summary.tip.height == 98
        assert f"offset {offset:,}" in summary.notices[0]
