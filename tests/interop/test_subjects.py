"""Whose network an address is of."""

from __future__ import annotations

import pytest

from clew.bitcoin.networks import NETWORKS
from clew.interop.subjects import UNKNOWN, Mistyped, Other, Ours, Subjects
from clew.schema import PUBKEYHASH, WITNESS_V0_KEYHASH
from naive.chain import address_of, key_hash

MAIN = Subjects(NETWORKS["main"])
REGTEST = Subjects(NETWORKS["regtest"])
ANY = Subjects(None)
PAYER = "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
WIF = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"
"""The private key of everybody's first lesson; it holds nothing."""


def test_an_address_of_ours() -> None:
    judged = REGTEST.judge("BTC", address_of("a"))
    assert judged == Ours(PUBKEYHASH, key_hash("a"))
    assert REGTEST.judge(None, address_of("a")) == judged == REGTEST.judge("xbt", address_of("a"))
    segwit = MAIN.judge("BTC", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4")
    assert isinstance(segwit, Ours)
    assert segwit.type == WITNESS_V0_KEYHASH


@pytest.mark.parametrize(
    ("chain", "text", "network"),
    [
        ("ETH", "0xbe0eb53f46cd790cd13851d5eff43d12404d33e8", "ETH"),
        ("USDT", PAYER, "USDT"),
        ("LTC", "anything", "LTC"),
        ("regtest", address_of("a"), "regtest"),
        ("BTC", address_of("a"), "testnet3"),
        ("BTC", TRON, UNKNOWN),
    ],
)
def test_an_address_of_others(chain: str, text: str, network: str) -> None:
    judged = MAIN.judge(chain, text)
    assert isinstance(judged, Other)
    assert judged.network == network
    assert bool(judged.reason) == (chain == "BTC")


@pytest.mark.parametrize(
    "text",
    [PAYER[:-1] + "T", PAYER.lower(), "0xbe0eb53f46cd790cd13851d5eff43d12404d33e8", "", "x" * 200, WIF],
)
@pytest.mark.parametrize("subjects", [MAIN, ANY])
def test_an_address_of_nobody(subjects: Subjects, text: str) -> None:
    judged = subjects.judge("BTC", text)
    assert isinstance(judged, Mistyped)
    assert judged.reason
    assert WIF not in judged.reason


def test_without_a_network_any_of_the_currency_will_do() -> None:
    assert isinstance(ANY.judge("BTC", PAYER), Ours)
    assert isinstance(ANY.judge("BTC", address_of("a")), Ours)
    assert isinstance(ANY.judge("LTC", "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1"), Ours)
    assert isinstance(ANY.judge("LTC", "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc2"), Mistyped)
    assert isinstance(ANY.judge("main", address_of("a")), Other)
