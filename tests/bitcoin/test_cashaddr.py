"""CashAddr: published addresses, round trips, and what refusals say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.bitcoin import cashaddr
from clew.bitcoin.address import decode, encode, one_letter_away
from clew.bitcoin.networks import network
from clew.errors import AddressError
from clew.schema import PUBKEYHASH, SCRIPTHASH, SCRIPTHASH32

CASH = network("bitcoincash")

# The specification's "Larger test vectors", and those of CHIP-2022-02-CashTokens.
LARGE = "F5BF48B397DAE70BE82B3CCA4793F8EB2B6CDAC9"
PUBLISHED = [
    ("bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2", 0, LARGE),
    ("bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t", 1, LARGE),
    (
        "bitcoincash:qr7fzmep8g7h7ymfxy74lgc0v950j3r2959lhtxxsl",
        0,
        "fc916f213a3d7f1369313d5fa30f6168f9446a2d",
    ),
    (
        "bitcoincash:zr7fzmep8g7h7ymfxy74lgc0v950j3r295z4y4gq0v",
        2,
        "fc916f213a3d7f1369313d5fa30f6168f9446a2d",
    ),
    ("bchtest:qr7fzmep8g7h7ymfxy74lgc0v950j3r295pdnvy3hr", 0, "fc916f213a3d7f1369313d5fa30f6168f9446a2d"),
    ("bchtest:zr7fzmep8g7h7ymfxy74lgc0v950j3r295x8qj2hgs", 2, "fc916f213a3d7f1369313d5fa30f6168f9446a2d"),
]


@pytest.mark.parametrize(("text", "kind", "digest"), PUBLISHED)
def test_published_addresses(text: str, kind: int, digest: str) -> None:
    prefix = text.partition(":")[0]
    assert cashaddr.decode(text, prefix) == (kind, bytes.fromhex(digest))
    assert cashaddr.decode(text.upper(), prefix) == (kind, bytes.fromhex(digest))
    assert cashaddr.decode(text.partition(":")[2], prefix) == (kind, bytes.fromhex(digest))
    assert cashaddr.encode(prefix, kind, bytes.fromhex(digest)) == text


@given(
    st.sampled_from(["bitcoincash", "bchreg", "pref"]),
    st.integers(0, 15),
    st.sampled_from(cashaddr.HASH_SIZES).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
)
def test_round_trip(prefix: str, kind: int, digest: bytes) -> None:
    text = cashaddr.encode(prefix, kind, digest)
    assert cashaddr.decode(text, prefix) == (kind, digest)
    with pytest.raises(ValueError):
        cashaddr.decode(text, prefix + "x")


@given(st.binary(min_size=20, max_size=20), st.data())
def test_one_wrong_character_is_noticed(digest: bytes, data: st.DataObject) -> None:
    text = encode(PUBKEYHASH, digest, CASH)
    place = data.draw(st.integers(len("bitcoincash:"), len(text) - 1))
    other = data.draw(st.sampled_from(cashaddr.ALPHABET.replace(text[place], "")))
    wrong = text[:place] + other + text[place + 1 :]
    with pytest.raises(AddressError, match="mistyped address"):
        decode(wrong, CASH)
    assert one_letter_away(wrong, CASH) == [text]


def test_types_of_addresses() -> None:
    for kind, size, expected in [
        (0, 20, PUBKEYHASH),
        (1, 20, SCRIPTHASH),
        (1, 32, SCRIPTHASH32),
        (2, 20, PUBKEYHASH),
        (3, 20, SCRIPTHASH),
        (3, 32, SCRIPTHASH32),
    ]:
        digest = bytes(range(size))
        text = cashaddr.encode("bitcoincash", kind, digest)
        assert decode(text, CASH) == (expected, digest)
        assert decode(text.partition(":")[2], CASH) == (expected, digest)
        # Those that take tokens are written as those that need not.
        assert encode(expected, digest, CASH) == cashaddr.encode("bitcoincash", kind & 1, digest)
    for kind, size in ((0, 32), (2, 32), (4, 20), (1, 24)):
        with pytest.raises(AddressError, match="expected a key hash of 20 bytes"):
            decode(cashaddr.encode("bitcoincash", kind, bytes(size)), CASH)


def test_other_networks_addresses() -> None:
    text = "bchtest:qr7fzmep8g7h7ymfxy74lgc0v950j3r295pdnvy3hr"
    with pytest.raises(AddressError, match="not an address"):
        decode(text, CASH)
    mine = encode(PUBKEYHASH, bytes(20), CASH)
    with pytest.raises(AddressError, match="which belongs to bitcoincash; open the ledger"):
        decode(mine, network("main"))
    with pytest.raises(AddressError, match="which belongs to bitcoincash; open the ledger"):
        decode(mine, network("bitcoincash-regtest"))
    assert decode("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", CASH)[0] == PUBKEYHASH
    with pytest.raises(AddressError, match="which belongs to main; open the ledger"):
        decode("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", CASH)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("bitcoincash:Qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2", "mixes upper and lower case"),
        ("bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekgb", "'b', a character that does not occur"),
        ("bitcoincash:qr6m7j9", "too short"),
        ("bitcoincash:", "too short"),
        ("bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg", "its checksum does not fit"),
    ],
)
def test_mistyped(text: str, reason: str) -> None:
    with pytest.raises(AddressError, match=reason):
        decode(text, CASH)


def test_payloads_that_break_the_rules() -> None:
    def made(data: bytes, padding: str = "") -> str:
        bits = "".join(f"{byte:08b}" for byte in data)
        bits += padding.ljust(-len(bits) % 5, "0")
        values = [int(bits[start : start + 5], 2) for start in range(0, len(bits), 5)]
        remainder = cashaddr._polymod([*cashaddr._spread("bitcoincash"), *values, *bytes(8)])
        return "".join(
            cashaddr.ALPHABET[each]
            for each in [*values, *(remainder >> 5 * (7 - at) & 31 for at in range(8))]
        )

    assert cashaddr.decode(made(bytes(21)), "bitcoincash") == (0, bytes(20))
    for text, reason in (
        (made(b"\x80" + bytes(20)), "reserved bit"),
        (made(bytes(20)), "expected a hash of 20 bytes, found 19"),
        (made(bytes(21), "01"), "padding"),
        (made(b""), "too short"),
    ):
        with pytest.raises(ValueError, match=reason):
            cashaddr.decode(text, "bitcoincash")
