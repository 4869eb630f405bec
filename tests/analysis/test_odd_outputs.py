"""Coins lost to a repeated coinbase, burnt, or never spendable; and one key in two script forms."""

from __future__ import annotations

from collections.abc import Callable

from clew.analysis.inquiry import Inquiry
from clew.bitcoin.hashes import hash160
from clew.bitcoin.script import address_script, nulldata_script, pubkey_script
from clew.schema import PUBKEYHASH
from naive.chain import GENESIS_KEY, SUBSIDY, Chain, address_of, address_of_script, pay
from naive.shop import seconds

Ask = Callable[[Chain], Inquiry]


def repeated_coinbase() -> Chain:
    chain = Chain()
    chain.mine([("ann", 30), ("bob", 12)], tag=b"same", time=seconds(2020, 1, 5))
    first = chain.blocks[1].transactions[0].txid
    chain.mine([("cat", 1)], [pay([(first, 1)], [("dan", 12)])], time=seconds(2020, 1, 6))
    chain.mine([("ann", 30), ("bob", 12)], tag=b"same", time=seconds(2020, 3, 5))
    chain.mine([("ann", 7)], time=seconds(2020, 3, 6))
    return chain


def test_a_repeated_coinbase_takes_what_was_unspent(ask: Ask) -> None:
    inquiry = ask(repeated_coinbase())
    result = inquiry.address(address_of("ann")).result
    assert [each["spent"] for each in result["outputs"]] == ["overwritten", "unspent", "unspent"]
    assert (result["received"], result["balance"], result["overwritten"]) == (67, 37, 30)
    # What was spent before the repetition stays spent.
    bob = inquiry.address(address_of("bob")).result
    assert [each["spent"] for each in bob["outputs"]] == ["spent", "unspent"]


def test_the_loss_counts_in_the_month_of_the_repetition(ask: Ask) -> None:
    result = ask(repeated_coinbase()).proceeds(address_of("ann")).result
    rows = [(each["month"], each["received"], each["overwritten"], each["held"]) for each in result["months"]]
    assert rows == [("2020-01", 30, 0, 30), ("2020-02", 0, 0, 30), ("2020-03", 37, 30, 37)]
    assert result["total"]["overwritten"] == 30


def test_a_repeated_id_names_the_later_transaction(ask: Ask) -> None:
    inquiry = ask(repeated_coinbase())
    shared = inquiry.block(1).result["transactions"][0]
    assert inquiry.block(3).result["transactions"] == [shared]
    assert inquiry.tx(shared).result["height"] == 3


def test_the_first_coins_can_never_be_spent(ask: Ask) -> None:
    chain = Chain()
    chain.mine([(pubkey_script(GENESIS_KEY), 5)])
    inquiry = ask(chain)
    text = address_of_script(pubkey_script(GENESIS_KEY))
    result = inquiry.address(text).result
    assert (result["received"], result["balance"], result["unspendable"]) == (SUBSIDY + 5, 5, SUBSIDY)
    total = inquiry.proceeds(text).result["total"]
    assert (total["received"], total["held"], total["unspendable"]) == (SUBSIDY + 5, 5, SUBSIDY)
    assert inquiry.status().result["unspent"] == {"outputs": 1, "value": 5}


def test_burnt_coins_go_to_nobody(ask: Ask) -> None:
    chain = Chain()
    chain.mine([("ann", 100)])
    chain.mine(
        [("bob", 1)],
        [pay([(chain.blocks[1].transactions[0].txid, 0)], [(nulldata_script(b"ash"), 60), ("cat", 30)])],
    )
    inquiry = ask(chain)
    result = inquiry.outflows(address_of("ann")).result
    rows = [
        (each["value"], each["address"], each["script_type"], each["entity"]) for each in result["outflows"]
    ]
    cat = inquiry.address(address_of("cat")).result["entity"]
    assert rows == [(60, None, "nulldata", None), (30, address_of("cat"), "pubkeyhash", cat)]
    assert [(each["entity"], each["value"]) for each in result["by_entity"]] == [(None, 60), (cat, 30)]
    assert result["total"] == {"outflows": 2, "value": 90, "fee": 10, "mixed": 0}
    assert inquiry.proceeds(address_of("ann")).result["total"]["held"] == 0


def test_one_key_is_one_address_in_both_script_forms(ask: Ask) -> None:
    key = bytes([2]) + bytes(range(32))
    chain = Chain()
    chain.mine([(pubkey_script(key), 4), (address_script(PUBKEYHASH, hash160(key)), 5)])
    result = ask(chain).address(address_of_script(pubkey_script(key))).result
    assert result["count"] == 2
    assert result["script_type"] == "pubkeyhash"
    assert [each["script_type"] for each in result["outputs"]] == ["pubkey", "pubkeyhash"]


def test_a_mixed_transaction_that_changes_nothing_is_no_payment(ask: Ask) -> None:
    chain = Chain()
    chain.mine([("ann", 100), (b"\x51", 20)])
    coins = chain.blocks[1].transactions[0].txid
    chain.mine([("bob", 1)], [pay([(coins, 0), (coins, 1)], [("ann", 100), ("cat", 20)])])
    inquiry = ask(chain)
    assert inquiry.tx(inquiry.block(2).result["transactions"][1]).result["rules"]["multi_input"] == "unknown"
    assert [each["height"] for each in inquiry.payments(address_of("ann")).result["payments"]] == [1]
    assert inquiry.outflows(address_of("ann")).result["outflows"] == []
    assert inquiry.proceeds(address_of("ann")).result["total"]["held"] == 100


def test_two_outputs_to_one_entity_are_two_outflows_but_one_payment(ask: Ask) -> None:
    chain = Chain()
    chain.mine([("ann", 100)])
    paid = pay([(chain.blocks[1].transactions[0].txid, 0)], [("bob", 30), ("cat", 25), ("bob", 40)])
    chain.mine([("dan", 1)], [paid])
    result = ask(chain).outflows(address_of("ann")).result
    assert [each["value"] for each in result["outflows"]] == [30, 25, 40]
    rows = [(each["address"], each["value"], each["payments"]) for each in result["by_entity"]]
    assert rows == [(address_of("bob"), 70, 1), (address_of("cat"), 25, 1)]
