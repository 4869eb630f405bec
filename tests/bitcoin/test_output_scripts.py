"""What kind an output script is, and whom it pays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.bitcoin import script as scripts
from clew.bitcoin.address import encode
from clew.bitcoin.hashes import hash160, sha256
from clew.bitcoin.networks import network
from clew.schema import (
    ANCHOR,
    MULTISIG,
    NONSTANDARD,
    NULLDATA,
    PUBKEY,
    PUBKEYHASH,
    SCRIPT_TYPES,
    SCRIPTHASH,
    WITNESS_UNKNOWN,
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
)

KEY = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
LONG_KEY = b"\x04" + bytes(range(64))
H20 = bytes(range(1, 21))
H32 = bytes(range(1, 33))

KNOWN = [
    ("76a914" + H20.hex() + "88ac", PUBKEYHASH, PUBKEYHASH, H20),
    ("a914" + H20.hex() + "87", SCRIPTHASH, SCRIPTHASH, H20),
    ("21" + KEY.hex() + "ac", PUBKEY, PUBKEYHASH, hash160(KEY)),
    ("2103" + KEY[1:].hex() + "ac", PUBKEY, PUBKEYHASH, hash160(b"\x03" + KEY[1:])),
    ("41" + LONG_KEY.hex() + "ac", PUBKEY, PUBKEYHASH, hash160(LONG_KEY)),
    ("4106" + LONG_KEY[1:].hex() + "ac", PUBKEY, PUBKEYHASH, hash160(b"\x06" + LONG_KEY[1:])),
    ("4107" + LONG_KEY[1:].hex() + "ac", PUBKEY, PUBKEYHASH, hash160(b"\x07" + LONG_KEY[1:])),
    ("0014" + H20.hex(), WITNESS_V0_KEYHASH, WITNESS_V0_KEYHASH, H20),
    ("0020" + H32.hex(), WITNESS_V0_SCRIPTHASH, WITNESS_V0_SCRIPTHASH, H32),
    ("5120" + H32.hex(), WITNESS_V1_TAPROOT, WITNESS_V1_TAPROOT, H32),
    ("51024e73", ANCHOR, ANCHOR, b"\x4e\x73"),
    ("51024e74", WITNESS_UNKNOWN, WITNESS_UNKNOWN, b"\x01\x4e\x74"),
    ("52024e73", WITNESS_UNKNOWN, WITNESS_UNKNOWN, b"\x02\x4e\x73"),
    ("5220" + H32.hex(), WITNESS_UNKNOWN, WITNESS_UNKNOWN, b"\x02" + H32),
    ("5114" + H20.hex(), WITNESS_UNKNOWN, WITNESS_UNKNOWN, b"\x01" + H20),
    ("6028" + "07" * 40, WITNESS_UNKNOWN, WITNESS_UNKNOWN, b"\x10" + b"\x07" * 40),
    ("6a", NULLDATA, NULLDATA, b""),
    ("6a0461626364", NULLDATA, NULLDATA, b""),
    ("6a4c", NULLDATA, NULLDATA, b""),
    ("6aac", NULLDATA, NULLDATA, b""),
]

ODD = {
    "empty": "",
    "version 0 program of 21 bytes": "0015" + "01" * 21,
    "version 0 program of 2 bytes": "00020102",
    "version 17 is none": "6114" + H20.hex(),
    "1NEGATE is no version": "4f14" + H20.hex(),
    "program of 1 byte": "510101",
    "program of 41 bytes": "5129" + "01" * 41,
    "program by PUSHDATA1": "514c14" + H20.hex(),
    "program cut off": "5120" + H32.hex()[:-2],
    "bytes after the program": "5120" + H32.hex() + "51",
    "pubkeyhash and a byte": "76a914" + H20.hex() + "88ac51",
    "pubkeyhash by PUSHDATA1": "76a94c14" + H20.hex() + "88ac",
    "pubkeyhash without its end": "76a914" + H20.hex() + "88",
    "scripthash with VERIFY": "a914" + H20.hex() + "88",
    "short key that begins 04": "2104" + KEY[1:].hex() + "ac",
    "long key that begins 02": "4102" + LONG_KEY[1:].hex() + "ac",
    "key that begins 05": "2105" + KEY[1:].hex() + "ac",
    "key by PUSHDATA1": "4c21" + KEY.hex() + "ac",
    "key with CHECKSIGVERIFY": "21" + KEY.hex() + "ad",
    "only CHECKSIG": "ac",
    "key after OP_RETURN elsewhere": "516a",
}


@pytest.mark.parametrize(("script", "kind", "address_type", "payload"), KNOWN)
def test_known_kinds(script: str, kind: int, address_type: int, payload: bytes) -> None:
    assert scripts.classify(bytes.fromhex(script)) == (kind, address_type, payload)


@pytest.mark.parametrize("name", ODD)
def test_one_byte_off_is_nonstandard(name: str) -> None:
    script = bytes.fromhex(ODD[name])
    assert scripts.classify(script) == (NONSTANDARD, NONSTANDARD, sha256(script))


@pytest.mark.parametrize("required", [1, 2, 16, 17, 20])
@pytest.mark.parametrize("total", [1, 3, 16, 17, 20])
def test_multisig_up_to_twenty_keys(required: int, total: int) -> None:
    keys = [KEY, LONG_KEY] * 10
    script = scripts.multisig_script(required, keys[:total])
    kind = MULTISIG if required <= total else NONSTANDARD
    assert scripts.classify(script) == (kind, kind, sha256(script))
    assert scripts.multisig(script) == ((required, tuple(keys[:total])) if kind == MULTISIG else None)


def test_multisig_accepts_any_push_of_a_key() -> None:
    for head in ("4c21", "4d2100", "4e21000000"):
        script = bytes.fromhex("51" + head) + KEY + bytes.fromhex("51ae")
        assert scripts.classify(script)[0] == MULTISIG


KEYS_21 = (b"\x21" + KEY) * 21
ODD_MULTISIG = {
    "no signature required": "0021" + KEY.hex() + "51ae",
    "fewer keys than said": "5121" + KEY.hex() + "52ae",
    "more keys than said": "51" + ("21" + KEY.hex()) * 2 + "51ae",
    "no key": "5151ae",
    "no key, zero": "0000ae",
    "key of 32 bytes": "5120" + KEY[1:].hex() + "51ae",
    "key of a wrong first byte": "5121ff" + KEY[1:].hex() + "51ae",
    "an opcode among keys": "5121" + KEY.hex() + "ac51ae",
    "1 as a push": "010121" + KEY.hex() + "51ae",
    "1 of 1 with the total as a push": "5121" + KEY.hex() + "0101ae",
    "16 as a push": "51" + KEYS_21[: 34 * 16].hex() + "0110ae",
    "17 by PUSHDATA1": "51" + KEYS_21[: 34 * 17].hex() + "4c0111ae",
    "17 in two bytes": "51" + KEYS_21[: 34 * 17].hex() + "021100ae",
    "minus 17": "51" + KEYS_21[: 34 * 17].hex() + "0191ae",
    "21 keys": "51" + KEYS_21.hex() + "0115ae",
    "CHECKMULTISIGVERIFY": "5121" + KEY.hex() + "51af",
    "something after": "5121" + KEY.hex() + "51ae51",
    "CHECKMULTISIG twice": "5121" + KEY.hex() + "51aeae",
    "CHECKMULTISIG inside a push": "5121" + KEY.hex() + "5101ae",
    "only CHECKMULTISIG": "ae",
}


@pytest.mark.parametrize("name", ODD_MULTISIG)
def test_nearly_multisig_is_nonstandard(name: str) -> None:
    assert scripts.classify(bytes.fromhex(ODD_MULTISIG[name]))[0] == NONSTANDARD


@given(st.binary(max_size=80))
def test_every_script_has_a_type_and_a_payload_of_its_length(script: bytes) -> None:
    kind, address_type, payload = scripts.classify(script)
    assert kind in range(len(SCRIPT_TYPES))
    if address_type not in (NULLDATA, NONSTANDARD, MULTISIG) and kind != PUBKEY:
        assert scripts.address_script(address_type, payload) == script


@given(st.integers(0, 16), st.binary(min_size=2, max_size=40))
def test_witness_program_round_trip(version: int, program: bytes) -> None:
    assert scripts.witness_program(scripts.witness_script(version, program)) == (version, program)


@given(st.sampled_from([0, 1, 75, 76, 255, 256, 65535, 65536]), st.binary(min_size=1, max_size=1))
def test_push_is_read_back(size: int, byte: bytes) -> None:
    steps = scripts.instructions(scripts.push(byte * size) + b"\xac")
    assert steps is not None
    assert [data for _, data in steps] == [byte * size, b""]


@pytest.mark.parametrize("cut_off", ["02ff", "4c", "4c02ff", "4d02", "4d0200ff", "4e020000", "4e02000000ff"])
def test_push_past_the_end(cut_off: str) -> None:
    assert scripts.instructions(bytes.fromhex("51" + cut_off)) is None


def test_scripts_that_cannot_be_made() -> None:
    for address_type, payload in ((NONSTANDARD, H32), (NULLDATA, b""), (PUBKEYHASH, H32), (PUBKEY, H20)):
        with pytest.raises(ValueError, match="no script"):
            scripts.address_script(address_type, payload)
    with pytest.raises(ValueError, match="no witness program"):
        scripts.witness_script(17, H20)


def test_nulldata_script() -> None:
    assert scripts.nulldata_script(b"abcd").hex() == "6a0461626364"


ESPLORA_TYPES = {
    "p2pkh": PUBKEYHASH,
    "p2sh": SCRIPTHASH,
    "multisig": MULTISIG,
    "op_return": NULLDATA,
    "v0_p2wpkh": WITNESS_V0_KEYHASH,
    "v0_p2wsh": WITNESS_V0_SCRIPTHASH,
    "v1_p2tr": WITNESS_V1_TAPROOT,
}


def esplora_outputs(folder: Path) -> list[dict[str, Any]]:
    outputs = []
    for file in sorted(folder.glob("*.json")):
        found = json.loads(file.read_bytes())
        for transaction in found if isinstance(found, list) else [found]:
            outputs += transaction.get("vout", [])
            outputs += [each["prevout"] for each in transaction.get("vin", []) if each["prevout"]]
    return outputs


def test_types_and_addresses_agree_with_esplora(shared_data: Path) -> None:
    outputs = esplora_outputs(shared_data / "esplora")
    seen = set()
    for output in outputs:
        kind, address_type, payload = scripts.classify(bytes.fromhex(output["scriptpubkey"]))
        assert kind == ESPLORA_TYPES[output["scriptpubkey_type"]]
        if "scriptpubkey_address" in output:
            assert encode(address_type, payload, network("main")) == output["scriptpubkey_address"]
        seen.add(kind)
    assert seen == set(ESPLORA_TYPES.values())
