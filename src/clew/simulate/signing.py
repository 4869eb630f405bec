"""Signs transactions: whatever a lock wants, with real keys.

    keyring = Keyring("seed")
    signed = sign_transaction(unsigned, [Spent(value, schema.WITNESS_V0_KEYHASH, (7,))], keyring)

What the signatures of one transaction have in common is hashed once (BIP 143, BIP 341).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from clew import schema
from clew.bitcoin.script import address_script
from clew.bitcoin.sighash import SIGHASH_ALL, SIGHASH_DEFAULT, Signable
from clew.bitcoin.transaction import Input, Output, Transaction
from clew.simulate.curve import Curve, tweaked
from clew.simulate.keyring import Keyring, Who
from clew.simulate.locks import Lock, opened

Unlocked = tuple[bytes, tuple[bytes, ...]]
"""Input script and witness stack."""


class Spent(NamedTuple):
    """An output that an input spends: what must be known of it to sign. ``value`` in satoshi.

    ``script_type``, ``keys``, ``needed`` and ``compressed`` are those of ``Keyring.lock_of``; the first
    ``needed`` keys sign. ``hash_type`` 0 is what wallets do unasked: DEFAULT in taproot, elsewhere ALL.
    ``low_r``: as ``Curve.ecdsa`` has it.
    """

    value: int
    script_type: int
    keys: tuple[Who, ...] = ()
    needed: int = 1
    compressed: bool = True
    hash_type: int = SIGHASH_DEFAULT
    low_r: bool = False


class Opening(NamedTuple):
    """A lock, the private keys that open it, and how they sign."""

    lock: Lock
    value: int
    secrets: tuple[bytes, ...]
    hash_type: int = SIGHASH_DEFAULT
    low_r: bool = False


def sign_transaction(unsigned: Transaction, spent: Sequence[Spent], keyring: Keyring) -> Transaction:
    """The transaction with scripts and witnesses in its inputs that open what they spend.

    ``spent``: one for each input, in order. Raises UsageError for locks that cannot be opened, ValueError
    for hash types that taproot forbids.
    """
    unlocked = unlock_inputs(
        unsigned.inputs,
        unsigned.outputs,
        spent,
        keyring,
        version=unsigned.version,
        lock_time=unsigned.lock_time,
    )
    entries = [
        replace(entry, script=script, witness=witness)
        for entry, (script, witness) in zip(unsigned.inputs, unlocked, strict=True)
    ]
    return Transaction.build(
        entries, unsigned.outputs, version=unsigned.version, lock_time=unsigned.lock_time
    )


def unlock_inputs(
    inputs: Sequence[Input],
    outputs: Sequence[Output],
    spent: Sequence[Spent],
    keyring: Keyring,
    *,
    version: int = 2,
    lock_time: int = 0,
) -> list[Unlocked]:
    """The same for a transaction in parts: what each input must bring. Scripts in ``inputs`` are ignored."""
    openings = [
        Opening(
            keyring.lock_of(each.script_type, each.keys, needed=each.needed, compressed=each.compressed),
            each.value,
            tuple(keyring.secret(who) for who in each.keys[: each.needed]),
            each.hash_type,
            each.low_r,
        )
        for each in spent
    ]
    return open_locks(inputs, outputs, openings, keyring.curve, version=version, lock_time=lock_time)


def open_locks(
    inputs: Sequence[Input],
    outputs: Sequence[Output],
    openings: Sequence[Opening],
    curve: Curve,
    *,
    version: int = 2,
    lock_time: int = 0,
) -> list[Unlocked]:
    """The same for locks whose private keys are at hand."""
    spent = [Output(each.value, each.lock.script) for each in openings]
    signable = Signable(inputs, outputs, spent, version=version, lock_time=lock_time)
    return [
        opened(each.lock, _signatures(signable, index, each, curve)) for index, each in enumerate(openings)
    ]


def _signatures(signable: Signable, index: int, opening: Opening, curve: Curve) -> list[bytes]:
    lock, hash_type = opening.lock, opening.hash_type
    if not lock.needed:
        return []
    if lock.script_type == schema.WITNESS_V1_TAPROOT:
        signature = curve.schnorr(_taproot_secret(opening), signable.taproot(index, hash_type))
        return [signature + bytes([hash_type]) if hash_type else signature]
    hash_type = hash_type or SIGHASH_ALL
    digest = _digest(signable, index, lock, hash_type)
    end = bytes([hash_type])
    return [curve.ecdsa(secret, digest, low_r=opening.low_r) + end for secret in opening.secrets]


def _taproot_secret(opening: Opening) -> bytes:
    [secret], [key] = opening.secrets, opening.lock.keys
    if opening.lock.script[2:] != key[1:]:
        return tweaked(secret, key)
    # A key that stands in the output as it is.
    return secret


def _digest(signable: Signable, index: int, lock: Lock, hash_type: int) -> bytes:
    if lock.script_type == schema.WITNESS_V0_KEYHASH:
        return signable.witness_v0(index, _key_hash_script(lock.script), hash_type)
    if lock.script_type == schema.WITNESS_V0_SCRIPTHASH:
        return signable.witness_v0(index, lock.redeem, hash_type)
    if lock.script_type != schema.SCRIPTHASH:
        return signable.legacy(index, lock.script, hash_type)
    if len(lock.keys) > 1:
        return signable.legacy(index, lock.redeem, hash_type)
    return signable.witness_v0(index, _key_hash_script(lock.redeem), hash_type)


def _key_hash_script(program: bytes) -> bytes:
    """What BIP 143 signs in place of a P2WPKH script."""
    return address_script(schema.PUBKEYHASH, program[2:])
