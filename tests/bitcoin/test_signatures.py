"""What signatures say: their strict form, hash types, and where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.bitcoin.block import parse_block
from clew.bitcoin.networks import network
from clew.bitcoin.script import multisig_script, push
from clew.bitcoin.signatures import is_strict_der, signing
from clew.bitcoin.transaction import NULL_HASH, NULL_INDEX, Input
from clew.schema import signing_names

R, S = bytes([0x11]) * 32, bytes([0x22]) * 32
KEY, LONG_KEY = b"\x02" + bytes(32), b"\x04" + bytes(64)
CONTROL = b"\xc1" + bytes(64)


def der(r: bytes = R, s: bytes = S, how: int = 1) -> bytes:
    """A signature in DER form."""
    body = b"\x02" + bytes([len(r)]) + r + b"\x02" + bytes([len(s)]) + s
    return b"\x30" + bytes([len(body)]) + body + bytes([how])


def of(script: bytes = b"", *witness: bytes, on: str = "main") -> set[str]:
    """Names of the bits of an input."""
    return set(signing_names(signing(Input(bytes(32), 1, script, witness=witness), network(on))))


SPENT = {
    "a bare key": (push(der()), (), {"all"}),
    "a key hash": (push(der()) + push(KEY), (), {"all"}),
    "a hash of an uncompressed key": (push(der()) + push(LONG_KEY), (), {"all", "long_key"}),
    "an r of 33 bytes": (push(der(b"\0" + b"\x80" + R[1:])) + push(KEY), (), {"all", "high_r"}),
    "an r of 31 bytes": (push(der(R[1:])) + push(KEY), (), {"all"}),
    "a witness key hash": (b"", (der(how=0x83), KEY), {"single", "anyonecanpay"}),
    "a nested witness key hash": (push(b"\0\x14" + bytes(20)), (der(how=2), KEY), {"none"}),
    "bare multisig": (b"\0" + push(der()) + push(der(how=0x81)), (), {"all", "anyonecanpay", "multisig"}),
    "a script hash, two of three": (
        b"\0" + push(der()) + push(der(how=3)) + push(multisig_script(2, [KEY, KEY, LONG_KEY])),
        (),
        {"all", "single", "long_key", "multisig"},
    ),
    "a witness script, one of two": (b"", (b"", der(), multisig_script(1, [KEY, KEY])), {"all", "multisig"}),
    "another script hash": (push(der()) + push(push(KEY) + b"\xac"), (), {"all"}),
    "a script hash that no key guards": (push(b"\x51"), (), set()),
    "taproot by key": (b"", (bytes(64),), {"all"}),
    "taproot by key, with an annex": (b"", (bytes(64), b"\x50\x01"), {"all"}),
    "taproot by key, single": (b"", (bytes(64) + b"\x83",), {"single", "anyonecanpay"}),
    "taproot by key, no such type": (b"", (bytes(64) + b"\x07",), set()),
    "taproot by script": (b"", (bytes(64), bytes(64) + b"\x02", b"\x51", CONTROL), {"all", "none"}),
    "taproot by script and annex": (b"", (bytes(64), b"\x51", CONTROL, b"\x50"), {"all"}),
    "taproot by a script without signatures": (b"", (b"\x51", CONTROL), set()),
    "a script path of another version": (b"", (bytes(64), b"\x51", b"\xc2" + bytes(32)), set()),
    "an anchor": (b"", (), set()),
    "hash type 0": (push(der(how=0)), (), {"other"}),
    "hash type 0x84": (push(der(how=0x84)), (), {"other", "anyonecanpay"}),
    "an r with a zero too many": (push(der(b"\0" + R)), (), {"other"}),
    "a negative s": (push(der(s=b"\x80" + S[1:])), (), {"other"}),
    "a push that runs past the end": (push(der()) + b"\x4c\xff\x01", (), {"all"}),
    "an instruction that pushes nothing": (push(der()) + b"\xac", (), {"all"}),
}


@pytest.mark.parametrize("case", SPENT)
def test_forms(case: str) -> None:
    script, witness, expected = SPENT[case]
    assert of(script, *witness) == expected


def test_a_coinbase_signs_nothing() -> None:
    assert signing(Input(NULL_HASH, NULL_INDEX, push(der()), witness=(bytes(64),))) == 0


def test_bitcoin_cash() -> None:
    on = "bitcoincash"
    assert of(push(der(how=0x41)) + push(KEY), on=on) == {"all"}
    assert of(push(der(how=0xC3)) + push(KEY), on=on) == {"single", "anyonecanpay"}
    assert of(push(der(how=0x61)) + push(KEY), on=on) == {"all"}
    assert of(push(der(how=0x41)) + push(KEY)) == {"other"}
    schnorr = b"\x04" + bytes(63) + b"\x41"
    assert of(push(schnorr), on=on) == {"all"}
    assert of(push(schnorr) + push(KEY), on=on) == {"all"}
    assert of(push(schnorr) + push(LONG_KEY), on=on) == {"all", "long_key"}
    # The last of several is a key, whatever its last byte.
    assert of(push(schnorr) + push(schnorr), on=on) == {"all", "long_key"}
    assert of(push(schnorr)) == {"long_key"}


STRICT = der()


def test_strict_form() -> None:
    assert is_strict_der(STRICT)
    assert is_strict_der(der(b"\x01", b"\x01"))
    assert is_strict_der(der(b"\0\x80", b"\x01"))
    for wrong in (
        STRICT[:-1],
        STRICT + b"\x01",
        b"\x31" + STRICT[1:],
        STRICT[:2] + b"\x03" + STRICT[3:],
        der(b""),
        der(s=b""),
        der(b"\x80"),
        der(b"\0\x7f"),
        der(s=b"\0\x01"),
        STRICT[:3] + b"\x40" + STRICT[4:],
    ):
        assert not is_strict_der(wrong), wrong.hex()


def test_the_first_payment_of_the_chain() -> None:
    """Block 170: Nakamoto pays Finney, from a bare key."""
    signature = bytes.fromhex(
        "304402204e45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de4860a4"
        "acdd12909d831cc56cbbac4622082221a8768d1d0901"
    )
    assert of(push(signature)) == {"all"}


def test_real_blocks_have_signatures_wherever_one_is_needed(shared_data: Path) -> None:
    """Nearly every input that shows as much as a signature takes shows one, and nearly every one is ALL."""
    for path in sorted((shared_data / "blocks").glob("*/mainnet-*.raw")):
        block = parse_block(path.read_bytes())
        inputs = [each for transaction in block.transactions[1:] for each in transaction.inputs]
        inputs = [each for each in inputs if len(each.script) + sum(map(len, each.witness)) >= 64]
        found = [set(signing_names(signing(each))) for each in inputs]
        signed = sum(bool(each & {"all", "none", "single", "other"}) for each in found)
        assert signed >= 0.95 * len(inputs), path
        assert sum("all" in each for each in found) >= 0.9 * len(inputs), path
        if len(inputs) > 500 and not any(each.witness for each in inputs):
            # Half of all r take 33 bytes, unless software grinds.
            assert 0.3 < sum("high_r" in each for each in found) / signed < 0.8, path
