"""Questions about the main chain's first 4,313 blocks, with answers known from elsewhere."""

from __future__ import annotations

import pytest

from clew.analysis.inquiry import Inquiry
from clew.errors import AddressError, NotFoundError, UsageError
from naive.tags import UNTAGGED

SATOSHI_PAYS = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
PAYER = "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"
PAID = "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3"
BTC = 100_000_000


def test_status_counts_as_bitcoin_core_does(real: Inquiry) -> None:
    answer = real.status().as_dict()
    assert answer["counts"]["blocks"] == 4_313
    assert answer["counts"]["transactions"] == 4_371
    assert answer["unspent"] == {"outputs": 4_149, "value": 215_600 * BTC}
    assert answer["tip"]["hash"] == "00000000a9da635727dce622d78361b153ce3334e6a60d4377fad529abfc7863"
    assert answer["source"]["status"] == "not searched"


def test_the_first_payment_between_two_people(real: Inquiry) -> None:
    result = real.payments(PAID).result
    (payment,) = result["payments"]
    assert payment == {
        "txid": SATOSHI_PAYS,
        "height": 170,
        "time": 1231731025,
        "median_time": 1231716245,
        "value": 10 * BTC,
        "mixed": False,
        "coinbase": False,
        "coinjoin": False,
        "coinjoin_rule": None,
        "outputs": [{"vout": 0, "address": PAID, "value": 10 * BTC}],
        "payers": [
            {"entity": real.address(PAYER).result["entity"], "size": 1, "addresses": [PAYER], **UNTAGGED}
        ],
    }


def test_the_transaction_of_the_first_payment(real: Inquiry) -> None:
    result = real.tx(SATOSHI_PAYS).result
    assert (result["version"], result["lock_time"], result["size"], result["fee"]) == (1, 0, 275, 0)
    assert result["inputs"][0]["txid"] == "0437cd7f8525ceed2324359c2d0ba26006d92d856a9c20fa0241106ee5a597c9"
    assert result["inputs"][0]["sequence"] == 0xFFFFFFFF
    assert [(each["value"], each["address"]) for each in result["outputs"]] == [
        (10 * BTC, PAID),
        (40 * BTC, PAYER),
    ]
    assert {each["script_type"] for each in result["outputs"]} == {"pubkey"}
    assert result["confirmations"] == 4_312 - 170 + 1


def test_the_payer_spent_from_one_address_and_kept_the_change(real: Inquiry) -> None:
    result = real.entity(PAYER).result
    assert (result["size"], result["links"]) == (1, [])
    assert result["from_outside"] == 50 * BTC
    assert result["from_outside"] - result["to_outside"] == result["balance"] == 18 * BTC


def test_an_entity_of_many_addresses_shows_why(real: Inquiry) -> None:
    largest = real.entities(limit=1).result["largest"][0]
    result = real.entity(largest["address"]).result
    assert len(result["addresses"]) == result["size"] == largest["size"] == 44
    joined = {result["address"]}
    for link in result["links"]:
        assert link["rule"] == "multi_input"
        inputs = {each["address"] for each in real.tx(link["txid"]).result["inputs"]}
        assert {link["a"], link["b"]} <= inputs
        joined |= {link["a"], link["b"]}
    assert joined == {each["address"] for each in result["addresses"]}


def test_a_block_by_height_and_by_hash(real: Inquiry) -> None:
    by_height = real.block("170").result
    assert by_height["hash"] == "00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee"
    assert real.block(by_height["hash"]).result == by_height
    assert by_height["previous"] == real.block(169).result["hash"]
    assert (by_height["bits"], by_height["nonce"]) == ("1d00ffff", 1889418792)
    assert by_height["transactions"][1] == SATOSHI_PAYS
    genesis = real.block(0).result
    assert genesis["previous"] == "00" * 32
    assert genesis["merkle_root"] == "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
    assert (genesis["work"], genesis["size"], genesis["weight"]) == (f"{0x100010001:064x}", 285, 1140)


def test_all_entities_together_hold_what_is_unspent(real: Inquiry) -> None:
    counts = real.status().result["counts"]
    result = real.entities(limit=0).result
    assert sum(each["balance"] for each in result["largest"]) == 215_600 * BTC
    assert sum(each["entities"] for each in result["by_size"]) == counts["entities"]
    assert sum(each["addresses"] for each in result["by_size"]) == counts["addresses"]
    sizes = [each["size"] for each in result["largest"]]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("1Q2TWHE3GMdB6BZKafqwxXtWAWgFT5Jvm3", AddressError, "mistyped"),
        ("bcrt1q6z64a43mjgkcq0ul2znwneq3spghrlau9slefp", AddressError, "regtest"),
        ("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", NotFoundError, "never seen on main up to height 4312"),
        (SATOSHI_PAYS + ":2", NotFoundError, "outputs 0 to 1"),
        (SATOSHI_PAYS + ":x", UsageError, "txid:vout"),
        ("ab" * 32 + ":0", NotFoundError, "never seen"),
        ("-", UsageError, "lines"),
        ("@/nowhere/list.csv", UsageError, "/nowhere/list.csv"),
    ],
)
def test_a_source_that_cannot_be_asked_about(
    real: Inquiry, source: str, error: type[UsageError], words: str
) -> None:
    with pytest.raises(error, match=words) as raised:
        real.payments(source)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("block", "error"),
    [("4313", NotFoundError), (-1, NotFoundError), ("ab" * 32, NotFoundError), ("x", UsageError)],
)
def test_a_block_that_is_not_there(real: Inquiry, block: str | int, error: type[UsageError]) -> None:
    with pytest.raises(error, match=r"4312|expected"):
        real.block(block)


def test_an_unknown_time_zone_is_named(real: Inquiry) -> None:
    with pytest.raises(UsageError, match="Mars/Olympus"):
        real.proceeds(PAYER, tz="Mars/Olympus")


def test_negative_pages_are_refused(real: Inquiry) -> None:
    with pytest.raises(UsageError, match="0 or more"):
        real.payments(PAYER, offset=-1)
