"""Addresses as text: the BIPs' test vectors, known addresses, and what refusals say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clew.bitcoin.address import (
    BASE58_ALPHABET,
    BECH32,
    BECH32_ALPHABET,
    BECH32M,
    base58check_decode,
    base58check_encode,
    bech32_decode,
    bech32_encode,
    decode,
    encode,
    one_letter_away,
)
from clew.bitcoin.networks import NETWORKS, Network, network
from clew.bitcoin.script import address_script, classify, program_type, pubkey_script
from clew.errors import AddressError
from clew.schema import (
    ANCHOR,
    MULTISIG,
    NONSTANDARD,
    NULLDATA,
    PAYLOAD_LENGTH,
    PUBKEY,
    PUBKEYHASH,
    SCRIPTHASH,
    SCRIPTHASH32,
    WITNESS_UNKNOWN,
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
)

MAIN = network("main")
WITNESS_TYPES = {
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
    ANCHOR,
    WITNESS_UNKNOWN,
}
GENESIS_ADDRESS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"

# BIP 173 and BIP 350, "Test vectors".
VALID_BECH32 = [
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "1" + "1" + "q" * 82 + "c8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl",
]
VALID_BECH32M = [
    "A1LQFN3A",
    "a1lqfn3a",
    "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "1" + "1" + "l" * 82 + "ludsr8",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
    "?1v759aa",
]
INVALID_BECH32 = {
    "\x201nwldj5": "no visible ASCII",
    "\x7f1axkwrx": "no visible ASCII",
    "\x801eym55h": "no visible ASCII",
    "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx": "91",
    "pzry9x0s0muk": "no prefix",
    "1pzry9x0s0muk": "no prefix",
    "x1b4n0q5v": "'b'",
    "li1dgmt3": "too short",
    "de1lg7wt\xff": "no visible ASCII",
    "A1G7SGD8": "checksum",
    "10a06t8": "no prefix",
    "1qzzfhee": "no prefix",
    "\x201xj0phk": "no visible ASCII",
    "\x7f1g6xzxy": "no visible ASCII",
    "\x801vctc34": "no visible ASCII",
    "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4": "91",
    "qyrz8wqd2c9m": "no prefix",
    "1qyrz8wqd2c9m": "no prefix",
    "y1b0jsk6g": "'b'",
    "lt1igcx5c0": "'i'",
    "in1muywd": "too short",
    "mm1crxm3i": "'i'",
    "au1s5cgom": "'o'",
    "M1VUXWEZ": "checksum",
    "16plkw9": "no prefix",
    "1p2gdwpf": "no prefix",
}
VALID_SEGWIT = {
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7": (
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"
    ),
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y": (
        "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6"
    ),
    "BC1SW50QGDZ25J": "6002751e",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs": "5210751e76e8199196d454941c45d1b3a323",
    "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy": (
        "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"
    ),
    "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c": (
        "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"
    ),
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": (
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    ),
    "bc1pfeessrawgf": "51024e73",
}
INVALID_SEGWIT = {
    "tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty": "not an address",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5": "mistyped address: its checksum",
    "BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2": "version from 0 to 16, found 17",
    "bc1rw5uspcuh": "found Bech32",
    "bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90": "found Bech32",
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P": "20 or 32 bytes for version 0, found 16",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7": "mixes upper and lower case",
    "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du": "padding",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv": "padding",
    "bc1gmk9yu": "version from 0 to 16, found none",
    "tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut": "not an address",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd": "Bech32m checksum for .* version 1,",
    "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf": "Bech32m checksum for .* version 2,",
    "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL": "Bech32m checksum for .* version 16,",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh": "Bech32 checksum for witness version 0",
    "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47": "Bech32 checksum for witness version 0",
    "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4": "'o'",
    "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R": "version from 0 to 16, found 17",
    "bc1pw5dgrnzv": "2 to 40 bytes, found 1",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav": "found 41",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq": "mixes upper and lower case",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf": "padding",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j": "padding",
}


def home(text: str) -> Network:
    """The network an address of the BIPs' examples is for."""
    return network("testnet3" if text.startswith("tb") else "main")


@pytest.mark.parametrize("text", [*VALID_BECH32, *VALID_BECH32M])
def test_valid_bech32(text: str) -> None:
    prefix, values, constant = bech32_decode(text)
    assert constant == (BECH32 if text in VALID_BECH32 else BECH32M)
    assert bech32_encode(prefix, values, constant) == text.lower()


@pytest.mark.parametrize("text", INVALID_BECH32)
def test_invalid_bech32(text: str) -> None:
    with pytest.raises(ValueError, match=INVALID_BECH32[text]):
        bech32_decode(text)


@pytest.mark.parametrize("text", VALID_SEGWIT)
def test_valid_segwit_addresses(text: str) -> None:
    address_type, payload = decode(text, home(text))
    assert address_script(address_type, payload).hex() == VALID_SEGWIT[text]
    assert encode(address_type, payload, home(text)) == text.lower()


@pytest.mark.parametrize("text", INVALID_SEGWIT)
def test_invalid_segwit_addresses(text: str) -> None:
    with pytest.raises(AddressError, match=INVALID_SEGWIT[text]):
        decode(text, home(text))


def test_pay_to_anchor() -> None:
    assert decode("bc1pfeessrawgf", MAIN) == (ANCHOR, b"\x4e\x73")
    assert encode(ANCHOR, b"\x4e\x73", network("regtest")).startswith("bcrt1pfees")


def test_base58_zeros_and_digits() -> None:
    assert encode(PUBKEYHASH, bytes(20), MAIN) == "1111111111111111111114oLvT2"
    assert decode("1111111111111111111114oLvT2", MAIN) == (PUBKEYHASH, bytes(20))


def test_genesis_key_address() -> None:
    key = bytes.fromhex(
        "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
        "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f"
    )
    _, address_type, payload = classify(pubkey_script(key))
    assert encode(address_type, payload, MAIN) == GENESIS_ADDRESS


@st.composite
def addresses(draw: st.DrawFn) -> tuple[int, bytes]:
    address_type = draw(st.sampled_from(sorted({*PAYLOAD_LENGTH, WITNESS_UNKNOWN} - {SCRIPTHASH32})))
    if address_type == ANCHOR:
        return ANCHOR, b"\x4e\x73"
    if address_type == WITNESS_UNKNOWN:
        version, program = draw(st.integers(1, 16)), draw(st.binary(min_size=2, max_size=40))
        assume(program_type(version, program) == WITNESS_UNKNOWN)
        return address_type, bytes([version]) + program
    size = PAYLOAD_LENGTH[address_type]
    return address_type, draw(st.binary(min_size=size, max_size=size))


@given(addresses(), st.sampled_from(list(NETWORKS.values())))
def test_addresses_round_trip(address: tuple[int, bytes], on: Network) -> None:
    address_type, payload = address
    if not on.has_witness_programs and address_type in WITNESS_TYPES:
        with pytest.raises(ValueError, match="no address"):
            encode(address_type, payload, on)
        return
    text = encode(address_type, payload, on)
    shown_type = NONSTANDARD if address_type == MULTISIG else address_type
    assert decode(text, on) == (shown_type, payload)
    if text.startswith((on.bech32_prefix or ":", on.cashaddr_prefix or ":")):
        assert decode(text.upper(), on) == (address_type, payload)


@given(st.binary(min_size=1, max_size=80))
def test_base58check_round_trip(data: bytes) -> None:
    assert base58check_decode(base58check_encode(data)) == data


@given(addresses(), st.data())
def test_one_wrong_character_is_noticed(address: tuple[int, bytes], data: st.DataObject) -> None:
    text = encode(*address, MAIN)
    assume(not text.startswith("script:"))
    first = 1 if text[0] in "13" else 3
    place = data.draw(st.integers(first, len(text) - 1))
    alphabet = BASE58_ALPHABET if first == 1 else BECH32_ALPHABET
    wrong = text[:place] + data.draw(st.sampled_from(alphabet)) + text[place + 1 :]
    assume(wrong != text)
    with pytest.raises(AddressError, match=r"mistyped address|not an address: expected a Bech32"):
        decode(wrong, MAIN)


@given(st.text(max_size=130))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = decode(text, MAIN)
    except AddressError as refused:
        message = str(refused)
    else:
        message = ""
        assert decode(encode(*address, MAIN), MAIN) == address
    assert "\n" not in message


def test_script_hashes() -> None:
    shown = "script:" + "0A" * 32
    assert decode(shown, MAIN) == (NONSTANDARD, b"\x0a" * 32)
    assert encode(NONSTANDARD, b"\x0a" * 32, MAIN) == shown.lower()[:7] + "0a" * 32
    for text in ("script:" + "0a" * 31, "script:" + "0g" * 32, shown + "\n", "script:"):
        with pytest.raises(AddressError, match="not an address"):
            decode(text, MAIN)


@pytest.mark.parametrize(
    ("text", "on", "owners"),
    [
        (GENESIS_ADDRESS, "testnet3", "belongs to main;"),
        ("3P14159f73E4gFr7JterCCQh9QjiTjiZrG", "regtest", "belongs to main;"),
        ("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "main", "testnet3 or testnet4 or signet or regtest;"),
        ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "main", "testnet3 or testnet4 or signet;"),
        ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "regtest", "testnet3 or testnet4 or signet;"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "signet", "belongs to main;"),
    ],
)
def test_another_networks_address_is_named(text: str, on: str, owners: str) -> None:
    with pytest.raises(AddressError, match=f"expected an address of {on}, found '{text}'.*{owners}"):
        decode(text, network(on))


def test_another_currencys_address() -> None:
    with pytest.raises(AddressError, match="another currency"):
        decode(base58check_encode(b"\x4c" + bytes(range(20))), MAIN)


@pytest.mark.parametrize(
    "text",
    [GENESIS_ADDRESS[:-1] + "b", GENESIS_ADDRESS[:-1], GENESIS_ADDRESS.replace("1A", "1B"), "3" * 34],
)
def test_mistyped_base58(text: str) -> None:
    with pytest.raises(AddressError, match="mistyped address: its checksum does not fit"):
        decode(text, MAIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        " " + GENESIS_ADDRESS,
        GENESIS_ADDRESS + "\n",
        GENESIS_ADDRESS.replace("z", "0"),
        "1" * 5000,
    ],
)
def test_no_address_at_all(text: str) -> None:
    with pytest.raises(AddressError, match=f"not an address: .*found {len(text)} characters"):
        decode(text, MAIN)


@pytest.mark.parametrize("prefix", [128, 239, 176, 158])
@pytest.mark.parametrize("tail", [b"", b"\x01"])
def test_a_private_key_is_refused_and_not_repeated(prefix: int, tail: bytes) -> None:
    key = base58check_encode(bytes([prefix]) + bytes(range(32)) + tail)
    with pytest.raises(AddressError, match="private key") as caught:
        decode(key, MAIN)
    assert key[:4] not in str(caught.value)
    with pytest.raises(AddressError, match="not an address") as caught:
        decode(key[:-1], MAIN)
    assert key[:9] not in str(caught.value)


def test_what_cannot_be_encoded() -> None:
    wrong = [
        (PUBKEY, bytes(20)),
        (NULLDATA, b""),
        (PUBKEYHASH, bytes(19)),
        (SCRIPTHASH, bytes(32)),
        (SCRIPTHASH32, bytes(32)),
        (ANCHOR, b"\x4e\x74"),
        (WITNESS_UNKNOWN, b""),
        (WITNESS_UNKNOWN, b"\x01" + bytes(32)),
        (WITNESS_UNKNOWN, b"\x00" + bytes(20)),
        (WITNESS_UNKNOWN, b"\x11" + bytes(20)),
        (WITNESS_UNKNOWN, b"\x02" + bytes(41)),
    ]
    for address_type, payload in wrong:
        with pytest.raises(ValueError, match="no address"):
            encode(address_type, payload, MAIN)


def test_published_addresses_are_read_and_written_back(shared_data: Path) -> None:
    listed = json.loads((shared_data / "tags" / "ofac-sdn-xbt-2025-12-04.json").read_bytes())
    refused = []
    for text in listed:
        try:
            assert encode(*decode(text, MAIN), MAIN) == text
        except AddressError:
            refused.append(text)
    assert len(listed) == 517
    # One entry of the list stands under the wrong currency: it is a TRON address.
    assert refused == ["TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"]


def test_a_mistyped_address_is_one_letter_from_the_one_meant() -> None:
    main = NETWORKS["main"]
    for meant in ("1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3", "bc1pfeessrawgf"):
        for at in (len(meant) - 4, len(meant) - 1):
            other = "q" if meant[at] != "q" else "p"
            typed = meant[:at] + other + meant[at + 1 :]
            assert meant in one_letter_away(typed, main)
    assert one_letter_away("no address at all", main) == []
