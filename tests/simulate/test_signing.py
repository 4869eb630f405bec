"""Keys are points, signatures sign, and libbitcoinkernel lets them spend."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bitcoin.sighash_vectors import INTERNAL_KEY, SPENT, TAPROOT, UNTWEAKED
from clew import schema
from clew.bitcoin.hashes import sha256
from clew.bitcoin.script import classify
from clew.bitcoin.sighash import (
    SIGHASH_ALL,
    SIGHASH_ANYONECANPAY,
    SIGHASH_DEFAULT,
    SIGHASH_NONE,
    SIGHASH_SINGLE,
)
from clew.bitcoin.transaction import Input, Output, Transaction
from clew.bitcoin.undo import decompress_key
from clew.errors import UsageError
from clew.simulate.chain import Chain
from clew.simulate.curve import ORDER, Curve, tweaked
from clew.simulate.keyring import KNOWN_KEYS, SINGLE_TYPES, Keyring
from clew.simulate.locks import KNOWN_KEY, SINGLE_KEY, Lock, pay_to_taproot
from clew.simulate.locks import lock as filler
from clew.simulate.signing import Opening, Spent, open_locks, sign_transaction
from simulate.consensus import opens
from simulate.signed_chains import flipped

HASH_TYPES = [
    base | anyone
    for base in (SIGHASH_ALL, SIGHASH_NONE, SIGHASH_SINGLE)
    for anyone in (0, SIGHASH_ANYONECANPAY)
]
KINDS = {
    "p2pk": Spent(1, schema.PUBKEY, (21,)),
    "p2pk of 65 bytes": Spent(1, schema.PUBKEY, (21,), compressed=False),
    "p2pkh": Spent(1, schema.PUBKEYHASH, (22,)),
    "p2pkh of 65 bytes": Spent(1, schema.PUBKEYHASH, (22,), compressed=False),
    "p2sh-p2wpkh": Spent(1, schema.SCRIPTHASH, (23,)),
    "p2wpkh": Spent(1, schema.WITNESS_V0_KEYHASH, (24,)),
    "p2tr": Spent(1, schema.WITNESS_V1_TAPROOT, (25,)),
    "multisig": Spent(1, schema.MULTISIG, (26, 27, 28), 2),
    "p2sh multisig": Spent(1, schema.SCRIPTHASH, (26, 27, 28), 2),
    "p2sh multisig of 65 bytes": Spent(1, schema.SCRIPTHASH, (26, 27, 28), 2, compressed=False),
    "p2wsh multisig": Spent(1, schema.WITNESS_V0_SCRIPTHASH, (26, 27, 28), 2),
    "p2wsh of one key": Spent(1, schema.WITNESS_V0_SCRIPTHASH, (26,)),
    "known key": Spent(1, schema.PUBKEYHASH, (1,)),
    "named key": Spent(1, schema.PUBKEYHASH, ("alice",)),
}
KEYLESS = {
    "anchor": Spent(1, schema.ANCHOR),
    "anyone": Spent(1, schema.NONSTANDARD),
    "p2wsh anyone": Spent(1, schema.WITNESS_V0_SCRIPTHASH),
}


@pytest.fixture(scope="module")
def keyring() -> Keyring:
    return Keyring("tests")


def outputs_of(spent: Sequence[Spent], keyring: Keyring) -> list[Output]:
    return [Output(each.value, lock_of(each, keyring).script) for each in spent]


def lock_of(spent: Spent, keyring: Keyring) -> Lock:
    return keyring.lock_of(spent.script_type, spent.keys, needed=spent.needed, compressed=spent.compressed)


def unsigned(inputs: int, outputs: int) -> Transaction:
    entries = [
        Input(bytes([number + 1]) * 32, number, sequence=0xFFFFFFF0 + number) for number in range(inputs)
    ]
    written = [Output(1000 + number, b"\x51") for number in range(outputs)]
    return Transaction.build(entries, written, version=2, lock_time=500)


# The curve


@pytest.mark.parametrize(("index", "hash_type", "digest", "secret", "signature"), TAPROOT)
def test_schnorr_signatures_of_bip_341(
    index: int, hash_type: int, digest: str, secret: str, signature: str
) -> None:
    made = Curve().schnorr(bytes.fromhex(secret), bytes.fromhex(digest))
    assert made.hex() == signature[:128]
    assert signature[128:] == (f"{hash_type:02x}" if hash_type else "")
    assert Curve().public_key(bytes.fromhex(secret))[1:].hex() == SPENT[index][1][4:]


def test_the_taproot_tweak_of_bip_341() -> None:
    secret = bytes.fromhex(UNTWEAKED)
    public = Curve().public_key(secret)
    assert public[1:].hex() == INTERNAL_KEY
    assert tweaked(secret, public).hex() == TAPROOT[0][3]


@pytest.mark.parametrize(
    ("secret", "digest", "signature"),
    [
        (
            "619c335025c7f4012e556c2a58b2506e30b8511b53ade95ea316fd8c3286feb9",
            "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670",
            "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a"
            "0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee",
        ),
        (
            "14af36970f5025ea3e8b5542c0f8ebe7763e674838d08808896b63c3351ffe49",
            "2a67f03e63a6a422125878b40b82da593be8d4efaafe88ee528af6e5a9955c6e",
            "3045022100fbefd94bd0a488d50b79102b5dad4ab6ced30c4069f1eaa69a4b5a763414067e"
            "02203156c6a5c9cf88f91265f5a942e96213afae16d83321c8b31bb342142a14d163",
        ),
    ],
)
def test_ecdsa_signatures_of_bip_143(secret: str, digest: str, signature: str) -> None:
    assert Curve().ecdsa(bytes.fromhex(secret), bytes.fromhex(digest)).hex() == signature


def numbers(signature: bytes) -> tuple[int, int]:
    """r and s of a DER signature."""
    end = 4 + signature[3]
    assert (signature[0], signature[1], signature[2], signature[end]) == (48, len(signature) - 2, 2, 2)
    return int.from_bytes(signature[4:end], "big"), int.from_bytes(signature[end + 2 :], "big")


def test_low_signatures_are_the_first_that_are_low(keyring: Keyring) -> None:
    curve = Curve()
    changed = 0
    for number in range(60):
        digest = sha256(b"%d" % number)
        usual, low = (curve.ecdsa(keyring.secret(1), digest, low_r=each) for each in (False, True))
        assert all(numbers(each)[1] <= ORDER // 2 for each in (usual, low))
        assert numbers(low)[0] < 1 << 255
        assert len(low) <= 70
        assert (low == usual) == (numbers(usual)[0] < 1 << 255)
        changed += low != usual
    assert 15 < changed < 45


def test_the_package_that_signs_agrees(keyring: Keyring) -> None:
    """coincurve's own interface, which computes more than it is asked for."""
    from coincurve import PrivateKey, PublicKeyXOnly
    from coincurve.utils import DEFAULT_NONCE

    digest = sha256(b"message")
    for number in range(8):
        secret = keyring.secret(number)
        theirs = PrivateKey(secret)
        assert keyring.public(number) == theirs.public_key.format()
        assert keyring.public(number, compressed=False) == theirs.public_key.format(compressed=False)
        assert keyring.curve.ecdsa(secret, digest) == theirs.sign(digest, hasher=None)
        assert keyring.curve.schnorr(secret, digest) == theirs.sign_schnorr(digest, bytes(32))
        tried = [theirs.sign(digest, hasher=None)]
        for counter in range(1, 20):
            entropy = counter.to_bytes(4, "little") + bytes(28)
            nonce = (DEFAULT_NONCE[0], entropy)
            tried.append(theirs.sign(digest, hasher=None, custom_nonce=nonce))
        low = next(each for each in tried if each[3] <= 32)
        assert keyring.curve.ecdsa(secret, digest, low_r=True) == low
        output = PublicKeyXOnly(theirs.public_key.format()[1:])
        tag = sha256(b"TapTweak")
        output.tweak_add(sha256(tag + tag + theirs.public_key.format()[1:]))
        assert keyring.output_key(number) == output.format()


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32])
def test_numbers_that_are_no_keys(secret: bytes) -> None:
    for refused in (
        lambda: Curve().public_key(secret),
        lambda: Curve().ecdsa(secret, bytes(32)),
        lambda: Curve().schnorr(secret, bytes(32)),
    ):
        with pytest.raises(ValueError, match="a private key is"):
            refused()


def test_without_the_package_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "coincurve._libsecp256k1", None)
    with pytest.raises(UsageError, match=r'pip install "clew\[signed\]"') as caught:
        Keyring("seed")
    assert "\n" not in str(caught.value)


# Keys


def test_a_seed_gives_the_same_keys_everywhere(keyring: Keyring) -> None:
    again, other = Keyring("tests"), Keyring("other")
    named: tuple[int | str, ...] = (KNOWN_KEYS, 17, 10**12, "alice", "17")
    keys = [keyring.public(who) for who in named]
    assert keys == [again.public(who) for who in reversed(named)][::-1]
    assert len({*keys, *(other.public(who) for who in named)}) == 2 * len(named)
    assert keyring.public(np.int64(70)) == keyring.public(70)  # type: ignore[arg-type]
    assert keyring.secret(np.int64(71)) == keyring.secret(71)  # type: ignore[arg-type]
    assert keyring.secret(16).hex() == sha256(b"tests/number 16").hex()
    for who in named:
        short, long = keyring.public(who), keyring.public(who, compressed=False)
        assert decompress_key(short[0] == 3, short[1:]) == long


def test_everybody_knows_the_first_keys(keyring: Keyring) -> None:
    assert keyring.public(1) == Keyring("another").public(1) == keyring.public(0) == KNOWN_KEY
    for number in range(1, KNOWN_KEYS):
        assert int.from_bytes(keyring.secret(np.int64(number)), "big") == number  # type: ignore[arg-type]
    assert keyring.secret(KNOWN_KEYS) != Keyring("another").secret(KNOWN_KEYS)


def test_locks_are_of_the_type_that_was_asked_for(keyring: Keyring) -> None:
    for name, spent in {**KINDS, **KEYLESS}.items():
        assert classify(lock_of(spent, keyring).script)[0] == spent.script_type, name
    assert set(SINGLE_TYPES) == set(SINGLE_KEY)
    for kind, script_type in SINGLE_TYPES.items():
        assert keyring.lock("alice", kind).script_type == filler("alice", kind).script_type == script_type


@pytest.mark.parametrize(
    ("script_type", "keys"),
    [
        (schema.NULLDATA, ()),
        (schema.PUBKEY, ()),
        (schema.PUBKEYHASH, (1, 2)),
        (schema.ANCHOR, (1,)),
        (schema.WITNESS_UNKNOWN, ()),
    ],
)
def test_locks_that_nobody_could_open(keyring: Keyring, script_type: int, keys: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match=f"{len(keys)} keys can open, found"):
        keyring.lock_of(script_type, keys)


def test_only_named_keys_are_found_again(keyring: Keyring) -> None:
    assert keyring.secrets(keyring.lock("bob")) == (keyring.secret("bob"),)
    assert keyring.secrets(lock_of(KINDS["known key"], keyring)) == ((1).to_bytes(32, "big"),)
    with pytest.raises(UsageError, match="expected 1 of this keyring's keys"):
        keyring.secrets(filler("bob"))


# Signatures


@pytest.mark.parametrize("hash_type", HASH_TYPES)
@pytest.mark.parametrize("name", KINDS)
def test_every_lock_opens_with_every_hash_type(keyring: Keyring, name: str, hash_type: int) -> None:
    spent = [
        KINDS["p2pkh"],
        KINDS[name]._replace(value=123_456, hash_type=hash_type, low_r=bool(hash_type & 2)),
        KINDS["p2tr"],
    ]
    signed = sign_transaction(unsigned(3, 2), spent, keyring)
    outputs = outputs_of(spent, keyring)
    assert [opens(signed, outputs, index) for index in range(3)] == [True] * 3
    for broken in (flipped(signed, 1), flipped(signed, 0)):
        assert opens(broken, outputs, 1) == (broken.inputs[1] == signed.inputs[1])


def test_wallets_sign_all_unasked(keyring: Keyring) -> None:
    signed = sign_transaction(unsigned(2, 1), [KINDS["p2wpkh"], KINDS["p2tr"]], keyring)
    assert signed.inputs[0].witness[0][-1] == SIGHASH_ALL
    assert len(signed.inputs[1].witness[0]) == 64
    spent = [KINDS["p2wpkh"]._replace(hash_type=SIGHASH_ALL), KINDS["p2tr"]]
    assert sign_transaction(unsigned(2, 1), spent, keyring) == signed
    assert KINDS["p2tr"].hash_type == SIGHASH_DEFAULT


@pytest.mark.parametrize("name", KEYLESS)
def test_locks_without_keys_open(keyring: Keyring, name: str) -> None:
    spent = [KEYLESS[name], KINDS["p2tr"]]
    signed = sign_transaction(unsigned(2, 1), spent, keyring)
    assert all(opens(signed, outputs_of(spent, keyring), index) for index in range(2))
    assert signed.inputs[0].script == b""
    assert signed.inputs[0].witness == ((b"\x51",) if name.startswith("p2wsh") else ())


@pytest.mark.parametrize("name", [name for name in KINDS if name != "p2tr"])
def test_single_without_an_output(keyring: Keyring, name: str) -> None:
    """Outside witness programs such a signature signs the number 1, and fits any transaction."""
    spent = [KINDS["p2tr"], KINDS[name]._replace(hash_type=SIGHASH_SINGLE)]
    signed = sign_transaction(unsigned(2, 1), spent, keyring)
    outputs = outputs_of(spent, keyring)
    assert opens(signed, outputs, 1)
    other = replace(signed.inputs[1], previous_index=77)
    moved = Transaction.build([signed.inputs[0], other], [Output(9, b"\x51")], version=1)
    assert opens(moved, outputs, 1) == (not signed.inputs[1].witness)


def test_single_without_an_output_is_no_taproot_signature(keyring: Keyring) -> None:
    spent = [KINDS["p2tr"], KINDS["p2tr"]._replace(hash_type=SIGHASH_SINGLE)]
    with pytest.raises(ValueError, match="no signature of hash type 0x3 in input 1"):
        sign_transaction(unsigned(2, 1), spent, keyring)


def test_what_others_may_change(keyring: Keyring) -> None:
    """An order signed SINGLE|ANYONECANPAY fits into whatever transaction its pair of places is in."""
    both = SIGHASH_SINGLE | SIGHASH_ANYONECANPAY
    for name in ("p2pkh", "p2wpkh", "p2tr"):
        order = KINDS[name]._replace(hash_type=both)
        alone = sign_transaction(unsigned(1, 1), [order], keyring)
        payer = Input(b"\x09" * 32, 0)
        entries = [alone.inputs[0], payer]
        whole = Transaction.build(entries, [alone.outputs[0], Output(5, b"\x51")], version=2, lock_time=500)
        outputs = outputs_of([order, KINDS["p2wpkh"]], keyring)
        assert opens(whole, outputs, 0), name
        changed = Transaction.build(entries, [Output(5, b"\x51")], version=2, lock_time=500)
        assert not opens(changed, outputs, 0), name


def test_a_key_that_stands_in_a_taproot_output_as_it_is(keyring: Keyring) -> None:
    lock = pay_to_taproot(keyring.public("plain"))
    blank = unsigned(1, 1)
    opening = Opening(lock, 5, keyring.secrets(lock))
    [(script, witness)] = open_locks(
        blank.inputs, blank.outputs, [opening], keyring.curve, version=2, lock_time=500
    )
    entry = replace(blank.inputs[0], script=script, witness=witness)
    signed = Transaction.build([entry], blank.outputs, version=2, lock_time=500)
    assert opens(signed, [Output(5, lock.script)], 0)
    assert keyring.lock("plain", "p2tr").script != lock.script


def test_a_chain_without_keys_is_what_it_was() -> None:
    chain = Chain()
    assert chain.lock("alice", "p2tr") == filler("alice", "p2tr")
    assert chain.key("alice") == filler("alice", "p2pk").keys[0]
