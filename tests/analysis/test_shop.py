"""Each definition, on a chain whose numbers are worked out by hand (naive/shop.py)."""

from __future__ import annotations

from typing import Any

import pytest

from clew.analysis.answer import NOTICE
from clew.analysis.caveats import COINJOIN, MIXED, PAYERS
from clew.analysis.inquiry import Inquiry
from naive.chain import address_of, address_of_script
from naive.shop import BTC, NONSTANDARD_SCRIPT, seconds
from naive.tags import UNTAGGED

SHOP = address_of("shop1")


def txid(shop: Inquiry, height: int, index: int = 1) -> str:
    return str(shop.block(height).result["transactions"][index])


def entity_id(shop: Inquiry, name: str) -> int:
    return int(shop.address(address_of(name)).result["entity"])


def test_the_register_of_payments(shop: Inquiry) -> None:
    result = shop.payments(SHOP).result
    rows = [
        (each["height"], each["value"], each["mixed"], each["coinbase"], each["coinjoin"])
        for each in result["payments"]
    ]
    assert rows == [
        (6, 10 * BTC, False, False, False),
        (7, 20 * BTC, False, False, False),
        (10, 5 * BTC, True, False, False),
        (11, 50 * BTC, False, True, False),
    ]
    # The payers are miner; alice1 with alice2; and the script that anybody may spend.
    assert result["total"] == {"payments": 4, "value": 85 * BTC, "coinbase": 1, "mixed": 1, "payers": 3}
    assert (result["status"], result["shown"], result["found"]) == ("complete", 4, 4)
    assert result["notice"] == NOTICE
    assert result["entities"] == [
        {"entity": entity_id(shop, "shop1"), "size": 2, "address": SHOP, **UNTAGGED}
    ]


def test_a_payment_names_outputs_and_payers(shop: Inquiry) -> None:
    second = shop.payments(SHOP).result["payments"][1]
    assert second["txid"] == txid(shop, 7)
    assert second["time"] == seconds(2020, 2, 1)
    assert second["outputs"] == [
        {"vout": 0, "address": address_of("shop2"), "value": 12 * BTC},
        {"vout": 2, "address": address_of("shop2"), "value": 8 * BTC},
    ]
    assert second["payers"] == [
        {
            "entity": entity_id(shop, "alice1"),
            "size": 2,
            "addresses": [address_of("alice1"), address_of("alice2")],
            **UNTAGGED,
        }
    ]


def test_a_coinbase_has_no_payer(shop: Inquiry) -> None:
    assert shop.payments(SHOP).result["payments"][3]["payers"] == []


def test_a_mixed_payment_does_not_name_the_entity_as_its_own_payer(shop: Inquiry) -> None:
    mixed = shop.payments(SHOP).result["payments"][2]
    assert [payer["entity"] for payer in mixed["payers"]] != [entity_id(shop, "shop1")]
    assert len(mixed["payers"]) == 1
    assert mixed["payers"][0]["addresses"][0].startswith("script:")


def test_payments_through_a_coinjoin_have_several_payers(shop: Inquiry) -> None:
    result = shop.payments(address_of("carol2")).result
    (payment,) = result["payments"]
    assert payment["coinjoin"] is True
    assert [payer["entity"] for payer in payment["payers"]] == sorted(
        entity_id(shop, name) for name in ("shop1", "carol", "dave")
    )


def test_the_register_of_outflows(shop: Inquiry) -> None:
    result = shop.outflows(address_of("shop2")).result
    rows = [
        (each["height"], each["vout"], each["value"], each["mixed"], each["address"], each["script_type"])
        for each in result["outflows"]
    ]
    assert rows == [
        (8, 0, 15 * BTC, False, address_of("exchange"), "pubkeyhash"),
        (8, 2, 29 * BTC // 10, False, address_of("cafe"), "pubkeyhash"),
        (8, 3, 0, False, None, "nulldata"),
        (9, None, BTC, True, None, None),
    ]
    assert result["total"] == {"outflows": 4, "value": 189 * BTC // 10, "fee": 6 * BTC // 10, "mixed": 1}


def test_outflows_by_receiving_entity(shop: Inquiry) -> None:
    rows = shop.outflows(SHOP).result["by_entity"]
    assert [(each["address"], each["value"], each["payments"]) for each in rows] == [
        (address_of("exchange"), 15 * BTC, 1),
        (address_of("cafe"), 29 * BTC // 10, 1),
        (None, BTC, 2),
    ]


@pytest.mark.parametrize(
    ("limit", "offset", "outflows", "receivers"),
    [(0, 0, ("complete", 4, 4), ("complete", 3, 3)), (2, 1, ("cut", 2, 4), ("cut", 2, 3)),
     (5, 3, ("cut", 1, 4), ("cut", 0, 3))],
)  # fmt: skip
def test_both_lists_of_outflows_are_paged(
    shop: Inquiry, limit: int, offset: int, outflows: tuple[object, ...], receivers: tuple[object, ...]
) -> None:
    whole, result = shop.outflows(SHOP).result, shop.outflows(SHOP, limit=limit, offset=offset).result
    lists = result["lists"]
    assert tuple(lists["outflows"].values()) == outflows
    assert tuple(lists["by_entity"].values()) == receivers
    part = slice(offset, offset + limit if limit else None)
    assert result["outflows"] == whole["outflows"][part]
    assert result["by_entity"] == whole["by_entity"][part]
    assert result["total"] == whole["total"]
    assert {name: result[name] for name in lists["outflows"]} == lists["outflows"]


def test_proceeds_by_month_with_the_empty_month_between(shop: Inquiry) -> None:
    result = shop.proceeds(SHOP).result
    keys = ("month", "received", "spent", "fee", "held", "payments", "outflows")
    rows = [tuple(month[key] for key in keys) for month in result["months"]]
    tenth = BTC // 10
    assert rows == [
        ("2020-01", 100 * tenth, 0, 0, 100 * tenth, 1, 0),
        ("2020-02", 200 * tenth, 179 * tenth, 1 * tenth, 120 * tenth, 1, 3),
        ("2020-03", 0, 0, 0, 120 * tenth, 0, 0),
        ("2020-04", 550 * tenth, 10 * tenth, 5 * tenth, 655 * tenth, 2, 1),
    ]
    assert result["total"] == {
        "received": 85 * BTC,
        "spent": 189 * tenth,
        "fee": 6 * tenth,
        "overwritten": 0,
        "unspendable": 0,
        "held": 655 * tenth,
    }


@pytest.mark.parametrize(
    ("zone", "received"),
    [("UTC", [10, 20, 0, 55]), ("Asia/Seoul", [30, 0, 55]), ("America/New_York", [30, 0, 0, 55])],
)
def test_months_turn_at_midnight_of_the_zone(shop: Inquiry, zone: str, received: list[int]) -> None:
    answer = shop.proceeds(SHOP, tz=zone)
    assert [month["received"] for month in answer.result["months"]] == [value * BTC for value in received]
    assert answer.parameters["tz"] == zone


def test_an_entity_shows_sums_addresses_and_links(shop: Inquiry) -> None:
    result = shop.entity(address_of("shop2")).result
    tenth = BTC // 10
    # Gross: also the 4 and 3 that came back to shop1, the 8 of the mixed one, the 7.5 moved inside.
    expected = {
        "size": 2,
        "lower_bound": True,
        "address": SHOP,
        "received": (100 + 200 + 40 + 30 + 80 + 500 + 75) * tenth,
        "sent": (100 + 120 + 40 + 30 + 80) * tenth,
        "balance": 655 * tenth,
        "from_outside": 850 * tenth,
        "to_outside": 189 * tenth,
        "fee": 6 * tenth,
    }
    assert {key: result[key] for key in expected} == expected
    assert result["first"]["height"] == 6
    assert result["last"] == {"height": 12, "time": seconds(2020, 4, 18), "txid": txid(shop, 12)}
    rows = [(each["address"], each["received"], each["balance"]) for each in result["addresses"]]
    assert rows == [
        (SHOP, (100 + 40 + 30 + 75) * tenth, 75 * tenth),
        (address_of("shop2"), (200 + 80 + 500) * tenth, 580 * tenth),
    ]
    assert result["links"] == [
        {
            "a": SHOP,
            "b": address_of("shop2"),
            "txid": txid(shop, 8),
            "height": 8,
            "time": seconds(2020, 2, 20),
            "rule": "multi_input",
            "version": 1,
        }
    ]


def test_a_transaction_with_all_its_parts(shop: Inquiry) -> None:
    result = shop.tx(txid(shop, 8)).result
    tenth = BTC // 10
    assert (result["value_in"], result["value_out"], result["fee"]) == (220 * tenth, 219 * tenth, tenth)
    assert result["rules"].pop("multi_input") == result["rules"].pop("strict") == "yes"
    assert set(result["rules"].values()) == {"no"}
    assert {"coinjoin", "equal_output_coinjoin", "joinmarket", "payjoin"} < result["rules"].keys()
    assert result["own_rules"] == []
    assert [(each["txid"], each["vout"], each["value"]) for each in result["inputs"]] == [
        (txid(shop, 6), 0, 100 * tenth),
        (txid(shop, 7), 0, 120 * tenth),
    ]
    assert [each["spent"] for each in result["outputs"]] == ["unspent", "spent", "unspent", "unspendable"]
    assert result["outputs"][1]["spent_by"] == txid(shop, 9)
    assert result["outputs"][3]["entity"] is None
    assert (result["height"], result["confirmations"]) == (8, 5)
    assert result["weight"] == 4 * result["size"]


@pytest.mark.parametrize(
    ("height", "index", "rules"),
    [
        (6, 0, ("no", "no", "no")),
        (6, 1, ("no", "no", "no")),
        (7, 1, ("yes", "no", "yes")),
        (9, 1, ("yes", "yes", "no")),
        (10, 1, ("unknown", "no", "unknown")),
    ],
)
def test_what_the_rules_say(shop: Inquiry, height: int, index: int, rules: tuple[str, str, str]) -> None:
    said = shop.tx(txid(shop, height, index)).result["rules"]
    assert (said["multi_input"], said["coinjoin"], said["strict"]) == rules


def test_a_coinbase_has_no_fee_and_spends_nothing(shop: Inquiry) -> None:
    result = shop.tx(txid(shop, 11, 0)).result
    assert (result["coinbase"], result["value_in"], result["fee"]) == (True, None, None)
    (only,) = result["inputs"]
    assert {only[key] for key in ("txid", "vout", "value", "address", "script_type", "entity")} == {None}


def test_a_block_sums_its_fees(shop: Inquiry) -> None:
    assert shop.block(8).result["fee"] == BTC // 10
    assert shop.block(11).result["fee"] == 0
    assert shop.block(7).result["fee"] == 5 * BTC // 10


def test_an_address_lists_what_was_paid_to_it(shop: Inquiry) -> None:
    result = shop.address(SHOP).result
    tenth = BTC // 10
    rows = [(each["height"], each["vout"], each["value"], each["spent"]) for each in result["outputs"]]
    assert rows == [
        (6, 0, 100 * tenth, "spent"),
        (8, 1, 40 * tenth, "spent"),
        (9, 1, 30 * tenth, "spent"),
        (12, 0, 75 * tenth, "unspent"),
    ]
    assert (result["received"], result["sent"], result["balance"]) == (245 * tenth, 170 * tenth, 75 * tenth)
    assert result["first"]["height"] == 6
    assert result["last"]["height"] == 12
    # The cafe was last paid in block 10, and never spent.
    assert shop.address(address_of("cafe")).result["last"]["height"] == 10
    # The exchange's only payment is also the last that is known of it.
    exchange = shop.address(address_of("exchange")).result
    assert exchange["first"] == exchange["last"]


def test_an_address_was_last_seen_when_it_spent(shop: Inquiry) -> None:
    result = shop.address(address_of("carol")).result
    assert (result["first"]["height"], result["last"]["height"]) == (4, 9)


def test_entities_by_size(shop: Inquiry) -> None:
    result = shop.entities(limit=3).result
    people = ["miner", "alice1", "alice2", "carol", "dave", "shop1", "miner2", "pool", "shop2", "alice3"]
    people += ["exchange", "cafe", "carol2", "dave2", "carol3", "dave3"]
    addresses = len(people) + 2
    assert shop.status().result["counts"]["addresses"] == addresses
    assert result["entities"] == addresses - 2
    assert result["by_size"] == [
        {"size_from": 1, "size_to": 1, "entities": addresses - 4, "addresses": addresses - 4},
        {"size_from": 2, "size_to": 9, "entities": 2, "addresses": 4},
    ]
    rows = [(each["address"], each["size"], each["balance"]) for each in result["largest"]]
    assert rows[:2] == [(address_of("alice1"), 2, 0), (SHOP, 2, 655 * BTC // 10)]
    assert (result["status"], result["shown"], result["found"]) == ("cut", 3, addresses - 2)
    assert shop.entities(limit=1, offset=1).result["largest"] == result["largest"][1:2]


@pytest.mark.parametrize(
    ("limit", "offset", "heights", "status"),
    [
        (2, 0, [6, 7], "cut"),
        (2, 3, [11], "cut"),
        (0, 0, [6, 7, 10, 11], "complete"),
        (9, 9, [], "cut"),
    ],
)
def test_a_page_cuts_rows_but_never_totals(
    shop: Inquiry, limit: int, offset: int, heights: list[int], status: str
) -> None:
    result = shop.payments(SHOP, limit=limit, offset=offset).result
    assert [each["height"] for each in result["payments"]] == heights
    assert (result["status"], result["shown"], result["found"]) == (status, len(heights), 4)
    assert result["total"]["value"] == 85 * BTC


def test_none_found_is_said_in_words(shop: Inquiry) -> None:
    result = shop.outflows(address_of("exchange")).result
    assert (result["outflows"], result["status"], result["found"]) == ([], "none found", 0)
    assert result["total"] == {"outflows": 0, "value": 0, "fee": 0, "mixed": 0}
    assert shop.entity(address_of("exchange")).result["lists"]["links"]["status"] == "none found"


def test_several_entities_are_taken_as_one(shop: Inquiry) -> None:
    # What the shop pays the cafe is inside, once both are asked about.
    result = shop.outflows([SHOP, address_of("cafe")]).result
    assert [each["address"] for each in result["outflows"]][:1] == [address_of("exchange")]
    assert result["total"]["value"] == 15 * BTC + 0 + 1 * BTC
    assert len(result["entities"]) == 2
    both = shop.proceeds([address_of("cafe"), SHOP]).result["total"]
    assert both["received"] - both["spent"] - both["fee"] == both["held"] == 655 * BTC // 10 + 38 * BTC // 10


@pytest.mark.parametrize(
    ("names", "payments", "value"),
    [
        # Block 8: the shop pays the cafe 2.9. Block 10 is mixed: what it pays the cafe is nobody's.
        (["shop1", "cafe"], 1, 29 * BTC // 10),
        # Block 6 and block 8.
        (["miner", "shop1", "cafe"], 2, 129 * BTC // 10),
        # Block 7 pays the shop in two outputs; one transaction.
        (["alice1", "shop2"], 1, 20 * BTC),
        # Block 9: shop, carol and dave fund it together, so what goes back to the shop is not between.
        (["shop1", "carol", "dave"], 0, 0),
        (["shop1", "carol", "dave", "carol2"], 1, 3 * BTC),
        (["shop1", "carol", "dave", "carol2", "dave3"], 1, 50 * BTC),
        # With carol alone beside the shop it is mixed.
        (["shop1", "carol", "carol2"], 0, 0),
        (["shop1", "shop2"], 0, 0),
    ],
)
def test_what_moves_between_the_entities_asked_about(
    shop: Inquiry, names: list[str], payments: int, value: int
) -> None:
    sources = [address_of(name) for name in names]
    answers = [shop.payments(sources), shop.proceeds(sources), shop.outflows(sources)]
    assert [each.result["between"] for each in answers] == [{"payments": payments, "value": value}] * 3


def test_what_moves_between_is_told_in_a_caveat(shop: Inquiry) -> None:
    for sources, said in [
        (["shop1", "cafe"], "1 payment (2.90000000 BTC) between them is not counted"),
        (["miner", "shop1", "cafe"], "2 payments (12.90000000 BTC) between them are not counted"),
        (["miner", "cafe"], "No payment between them was found"),
    ]:
        names = [address_of(name) for name in sources]
        for answer in (shop.payments(names), shop.proceeds(names), shop.outflows(names)):
            assert said in answer.caveats[0]
            assert f"No rule joins these {len(sources)} entities" in answer.caveats[0]
    assert "No rule joins" not in " ".join(shop.payments([SHOP, address_of("shop2")]).caveats)


def test_a_caveat_is_given_where_it_applies(shop: Inquiry) -> None:
    # The shop is paid and pays in mixed transactions; its payments are no coinjoins.
    about_shop = [shop.payments(SHOP), shop.proceeds(SHOP), shop.outflows(SHOP), shop.entity(SHOP)]
    assert all(MIXED in answer.caveats for answer in about_shop)
    assert not any(COINJOIN in answer.caveats for answer in about_shop)
    cafe = address_of("cafe")
    for answer in (shop.payments(cafe), shop.proceeds(cafe), shop.outflows(cafe), shop.entity(cafe)):
        assert MIXED not in answer.caveats
    # Carol's other address is paid by the coinjoin, and is no part of it.
    assert COINJOIN in shop.payments(address_of("carol2")).caveats
    # Also where the row is not shown.
    assert MIXED in shop.payments(SHOP, limit=1).caveats
    assert COINJOIN in shop.payments(address_of("carol2"), offset=1).caveats
    assert PAYERS in shop.payments(SHOP).caveats
    assert PAYERS not in shop.payments(address_of("pool")).caveats


def test_each_entity_is_answered_alone(shop: Inquiry) -> None:
    answers = shop.each_entity([SHOP, address_of("alice2"), address_of("shop2")])
    assert [answer.result["address"] for answer in answers] == [address_of("alice1"), SHOP]


def test_every_answer_states_where_it_was_found(shop: Inquiry) -> None:
    answers = [shop.status(), shop.block(1), shop.entities(), shop.payments(SHOP), shop.proceeds(SHOP)]
    stated: list[dict[str, Any]] = [answer.as_dict() for answer in answers]
    assert {each["snapshot"] for each in stated} == {shop.ledger.snapshot()}
    assert {each["network"] for each in stated} == {"regtest"}
    assert all(each["tip"] == {"height": 12, **_tip(shop)} for each in stated)
    assert [each["question"] for each in stated] == ["status", "block", "entities", "payments", "proceeds"]


def _tip(shop: Inquiry) -> dict[str, str]:
    last = shop.block(12).result
    return {"hash": last["hash"], "work": last["work"]}


def test_scripts_without_an_address_form_can_be_asked_about(shop: Inquiry) -> None:
    text = address_of_script(NONSTANDARD_SCRIPT)
    assert shop.address(text).result["received"] == 6 * BTC
    assert shop.address(text).result["script_type"] == "nonstandard"
