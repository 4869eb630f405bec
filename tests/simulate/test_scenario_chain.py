"""Chains for scenarios: valid when they should be, hostile when a test wants them so."""

from __future__ import annotations

import pytest

from clew.bitcoin.block import check_block, merkle_root, parse_block
from clew.bitcoin.networks import network
from clew.errors import BadBlockError, UsageError
from clew.simulate.chain import COIN, Chain, Coin, subsidy
from clew.simulate.locks import lock
from clew.simulate.mining import push_height, remine, work_off

MINER = lock("miner")


@pytest.fixture
def chain() -> Chain:
    """A chain on which the first coinbase may be spent."""
    made = Chain()
    made.mine(MINER, count=100)
    return made


def rich(chain: Chain) -> Coin:
    return chain.ripe(MINER)[0]


def check_all(chain: Chain) -> None:
    for height, raw in enumerate(chain.raw_blocks):
        check_block(parse_block(raw), chain.network, height=height)


def test_it_starts_from_the_genesis_block_of_regtest() -> None:
    assert Chain().tip.header.hash == network("regtest").genesis_hash
    with pytest.raises(UsageError, match="regtest only"):
        Chain(network("main"))


def test_the_scenario_in_the_documentation(chain: Chain) -> None:
    [coin] = chain.ripe(MINER)
    paid = chain.pay([coin], [(lock("alice"), 10 * COIN), (MINER, 39 * COIN)])
    chain.mine(MINER)
    chain.pay([paid.outputs[0]], [(lock("bob", "p2tr"), 10 * COIN - 500)])
    chain.mine(MINER)
    check_all(chain)
    assert chain.height == 102
    assert [coin.value for coin in chain.ripe(lock("bob", "p2tr"))] == [10 * COIN - 500]
    assert chain.ripe(lock("alice")) == []
    block = parse_block(chain.blocks[101].raw)
    assert block.transactions[0].outputs[0].value == 51 * COIN
    assert block.transactions[1].inputs[0].previous_txid == coin.txid


def test_blocks_name_their_parents_heights_and_times(chain: Chain) -> None:
    for height, block in enumerate(chain.blocks[1:], 1):
        assert block.header.previous == chain.blocks[height - 1].header.hash
        assert block.transfers[0].transaction.inputs[0].script.startswith(push_height(height))
        assert block.header.time > chain.blocks[height - 1].header.time


@pytest.mark.parametrize(
    ("height", "pushed"), [(0, "00"), (1, "51"), (16, "60"), (17, "0111"), (128, "028000"), (500, "02f401")]
)
def test_heights_are_pushed_as_bip_34_wants(height: int, pushed: str) -> None:
    assert push_height(height).hex() == pushed


def test_the_subsidy_halves_every_150_blocks() -> None:
    assert [subsidy(height) // 1000 for height in (1, 149, 150, 300)] == [5_000_000] * 2 + [
        2_500_000,
        1_250_000,
    ]
    assert subsidy(150 * 64) == 0


def test_coins_that_cannot_be_spent_are_refused(chain: Chain) -> None:
    coin = rich(chain)
    young = chain.tip.transfers[0].outputs[0]
    with pytest.raises(UsageError, match="too young"):
        chain.pay([young], [(lock("a"), COIN)])
    with pytest.raises(UsageError, match="more than the inputs"):
        chain.pay([coin], [(lock("a"), coin.value + 1)])
    with pytest.raises(UsageError, match="twice"):
        chain.pay([coin, coin], [(lock("a"), COIN)])
    chain.pay([coin], [(lock("a"), COIN)])
    with pytest.raises(UsageError, match="spent"):
        chain.pay([coin], [(lock("a"), COIN)])


def test_a_block_may_not_be_older_than_the_median(chain: Chain) -> None:
    with pytest.raises(UsageError, match="median"):
        chain.mine(MINER, time=chain.median_time)
    chain.mine(MINER, time=chain.median_time + 1)
    assert chain.tip.header.time < chain.blocks[-2].header.time


def test_a_bad_merkle_root(chain: Chain) -> None:
    raw = remine(chain.tip.raw, merkle_root=bytes(32))
    with pytest.raises(BadBlockError, match="Merkle root"):
        check_block(parse_block(raw), chain.network)


def test_repeated_transactions_under_the_same_root(chain: Chain) -> None:
    paid = chain.draft([rich(chain)], [(lock("a"), COIN), (lock("b"), COIN)])
    more = chain.draft([paid.outputs[0]], [(lock("c"), COIN)])
    block = chain.mine(MINER, transfers=[paid, more])
    raw = block.raw
    repeated = raw[:80] + b"\x04" + raw[81:] + more.transaction.serialise()
    assert merkle_root([each.txid for each in parse_block(repeated).transactions]) == (
        block.header.merkle_root,
        True,
    )
    with pytest.raises(BadBlockError, match="once"):
        check_block(parse_block(repeated), chain.network)


def test_witnesses_without_commitment(chain: Chain) -> None:
    paid = chain.pay([rich(chain)], [(lock("a", "p2wpkh"), COIN)])
    chain.mine(MINER)
    chain.pay([paid.outputs[0]], [(lock("b"), COIN // 2)])
    bad = chain.fork(chain.height).mine(MINER, transfers=chain.waiting, commit=False)
    good = chain.mine(MINER)
    check_block(parse_block(good.raw), chain.network)
    with pytest.raises(BadBlockError, match="commitment"):
        check_block(parse_block(bad.raw), chain.network)


def test_a_double_spend_can_be_mined(chain: Chain) -> None:
    coin = rich(chain)
    first, second = (chain.draft([coin], [(lock(name), COIN)]) for name in "ab")
    chain.mine(MINER, transfers=[first])
    chain.mine(MINER, transfers=[second])
    check_all(chain)
    spent = [each.inputs[0].outpoint for block in chain.blocks[-2:] for each in block.transfers[1:]]
    assert spent == [coin.outpoint] * 2


def test_two_coinbases_of_one_id() -> None:
    chain = Chain()
    chain.mine(MINER, count=2, coinbase_script=b"the same")
    first, second = (block.transfers[0].txid for block in chain.blocks[1:])
    assert first == second
    assert len(chain.coins) == 1


def test_any_bytes_can_be_appended_and_built_on(chain: Chain) -> None:
    raw = remine(chain.tip.raw, previous=chain.tip.header.hash, time=chain.tip.header.time + 1)
    appended = chain.append(raw)
    chain.mine(MINER)
    assert chain.tip.header.previous == appended.header.hash
    assert chain.raw_blocks[-2] == raw


def test_a_fork_shares_the_past_and_nothing_else(chain: Chain) -> None:
    coin = rich(chain)
    paid = chain.pay([coin], [(lock("alice"), COIN)])
    chain.mine(MINER, count=3)
    tip = chain.tip
    chain.pay([chain.ripe(MINER)[0]], [(lock("bob"), COIN)])

    rival = chain.fork(100)
    assert rival.tip == chain.blocks[100]
    assert rival.waiting == []
    assert coin in rival.ripe(MINER)
    assert paid.outputs[0].outpoint not in rival.coins
    rival.pay([coin], [(lock("carol"), COIN)])
    rival.mine(lock("other miner"), count=4)
    check_all(rival)
    assert chain.tip is tip
    assert rival.blocks[101].header.hash != chain.blocks[101].header.hash
    with pytest.raises(UsageError, match="cannot fork"):
        chain.fork(chain.height + 1)


def test_a_fork_holds_the_coins_of_its_own_history(chain: Chain) -> None:
    before = dict(chain.coins)
    paid = chain.pay([rich(chain)], [(lock("alice"), COIN), (lock("bob"), COIN)])
    chain.pay([paid.outputs[1]], [(lock("carol"), COIN)])
    chain.mine(MINER, count=5)
    assert chain.fork(100).coins == before


def test_the_same_calls_give_the_same_bytes(chain: Chain) -> None:
    again = Chain()
    again.mine(MINER, count=100)
    for each in (chain, again):
        each.pay([rich(each)], [(lock("alice", "p2sh-p2wpkh"), COIN)])
        each.mine(MINER)
    assert chain.raw_blocks == again.raw_blocks


def test_work_meets_the_target_with_the_first_nonce_that_does() -> None:
    header = work_off(Chain().tip.raw[:80])
    assert header[:76] == Chain().tip.raw[:76]
    assert int.from_bytes(header[76:], "little") <= 2


def test_bytes_pay_a_script_of_any_kind(chain: Chain) -> None:
    anchor = bytes.fromhex("51024e73")
    paid = chain.pay([rich(chain)], [(anchor, 240), (b"\x6a\x01x", 0), (lock("a"), COIN)])
    chain.mine(MINER)
    check_all(chain)
    assert paid.outputs[0].outpoint in chain.coins
    assert paid.outputs[1].outpoint not in chain.coins
    chain.pay([paid.outputs[0], paid.outputs[2]], [(lock("b"), COIN)])
    chain.mine(MINER)
    check_all(chain)


def test_each_input_may_sign_another_hash_type(chain: Chain) -> None:
    chain.mine(MINER)
    first, second = chain.ripe(MINER)[:2]
    with pytest.raises(ValueError):
        chain.pay([first, second], [(lock("a"), COIN)], hash_types=[0x83])
    paid = chain.pay([first, second], [(lock("a"), COIN)], hash_types=[0x83, None])
    chain.mine(MINER)
    check_all(chain)
    assert [entry.script[entry.script[0]] for entry in paid.transaction.inputs] == [0x83, 0x01]
