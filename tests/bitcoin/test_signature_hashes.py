"""Signature hashes are those that were published, for every hash type."""

from __future__ import annotations

import pytest

from bitcoin.sighash_vectors import LEGACY, SPENDER, SPENT, TAPROOT, WITNESS
from clew.bitcoin.sighash import (
    ONE,
    SIGHASH_ALL,
    SIGHASH_ANYONECANPAY,
    SIGHASH_NONE,
    SIGHASH_SINGLE,
    Signable,
)
from clew.bitcoin.transaction import Output, Transaction, parse_transaction


def signable(transaction: Transaction, spent: list[Output] | None = None) -> Signable:
    return Signable(
        transaction.inputs,
        transaction.outputs,
        spent or [],
        version=transaction.version,
        lock_time=transaction.lock_time,
    )


@pytest.mark.parametrize(("raw", "script", "index", "hash_type", "expected"), LEGACY)
def test_bitcoin_cores_own(raw: str, script: str, index: int, hash_type: int, expected: str) -> None:
    signed = signable(parse_transaction(bytes.fromhex(raw)))
    assert signed.legacy(index, bytes.fromhex(script), hash_type)[::-1].hex() == expected


def test_bitcoin_cores_own_are_of_all_kinds() -> None:
    named = (SIGHASH_NONE, SIGHASH_SINGLE)
    kinds = {base if (base := each[3] & 0x1F) in named else SIGHASH_ALL for each in LEGACY}
    assert kinds == {SIGHASH_ALL, SIGHASH_NONE, SIGHASH_SINGLE}
    assert {bool(hash_type & SIGHASH_ANYONECANPAY) for *_, hash_type, _ in LEGACY} == {True, False}


@pytest.mark.parametrize(("raw", "index", "script", "value", "hash_type", "expected"), WITNESS)
def test_the_examples_of_bip_143(
    raw: str, index: int, script: str, value: int, hash_type: int, expected: str
) -> None:
    transaction = parse_transaction(bytes.fromhex(raw))
    spent = [Output(value, b"") for _ in transaction.inputs]
    assert signable(transaction, spent).witness_v0(index, bytes.fromhex(script), hash_type).hex() == expected


@pytest.mark.parametrize(("index", "hash_type", "expected"), [each[:3] for each in TAPROOT])
def test_the_key_path_vectors_of_bip_341(index: int, hash_type: int, expected: str) -> None:
    spent = [Output(value, bytes.fromhex(script)) for value, script in SPENT]
    signed = signable(parse_transaction(bytes.fromhex(SPENDER)), spent)
    assert signed.taproot(index, hash_type).hex() == expected


def test_single_without_an_output_signs_a_number() -> None:
    raw, *_ = next(each for each in WITNESS if each[4] == SIGHASH_SINGLE)
    transaction = parse_transaction(bytes.fromhex(raw))
    assert len(transaction.outputs) == 1
    signed = signable(transaction, [Output(1, b"\x51")] * 2)
    for hash_type in (SIGHASH_SINGLE, SIGHASH_SINGLE | SIGHASH_ANYONECANPAY):
        assert signed.legacy(1, b"\x51", hash_type) == ONE == bytes([1, *[0] * 31])
        with pytest.raises(ValueError, match="no signature of hash type"):
            signed.taproot(1, hash_type)
    assert signed.legacy(0, b"\x51", SIGHASH_SINGLE) != ONE


@pytest.mark.parametrize("hash_type", [4, 0x80, 0x84, 0xFF, -1])
def test_taproot_has_seven_hash_types(hash_type: int) -> None:
    spent = [Output(value, bytes.fromhex(script)) for value, script in SPENT]
    signed = signable(parse_transaction(bytes.fromhex(SPENDER)), spent)
    with pytest.raises(ValueError, match="no signature of hash type"):
        signed.taproot(0, hash_type)


def test_separators_are_left_out_of_scripts_but_not_of_data() -> None:
    transaction = parse_transaction(bytes.fromhex(LEGACY[2][0]))
    signed = signable(transaction)

    def hashed(script: str) -> bytes:
        return signed.legacy(0, bytes.fromhex(script), SIGHASH_ALL)

    assert hashed("ab51abac") == hashed("51ac")
    assert hashed("02ababab") == hashed("02abab") != hashed("02ab")
    assert hashed("4c01abab51") == hashed("4c01ab51")
    assert hashed("4d0100abab51") == hashed("4d0100ab51")
    # A push that runs past the end: the rest stays as it is.
    assert hashed("ab03ab") == hashed("03ab") != hashed("03")
    assert hashed("4dab") != hashed("4d")
