"""What an input reveals by unlocking its coin: the kind of lock, mostly its script, keys, signatures.

Real blocks come mostly without the outputs that they spend, so what can be told from the input alone is
told from it, of simulated blocks too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from clew.bitcoin.hashes import hash160, sha256
from clew.bitcoin.script import OP_16, address_script, instructions, is_key, multisig, witness_program
from clew.bitcoin.transaction import Input
from clew.schema import PUBKEYHASH, SCRIPTHASH, WITNESS_V0_KEYHASH, WITNESS_V0_SCRIPTHASH

KINDS = (
    "p2pk", "p2pkh", "bare multisig", "p2sh multisig", "p2sh-p2wpkh", "p2sh-p2wsh", "p2sh other", "p2wpkh",
    "p2wsh", "p2tr", "other",
)  # fmt: skip
"""Kinds of inputs. *Other*: nothing was needed, or nothing known fits."""

SEGWIT_KINDS = ("p2sh-p2wpkh", "p2sh-p2wsh", "p2wpkh", "p2wsh", "p2tr")

HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Half the order of secp256k1; an s above it is *high* (BIP 62)."""

ANNEX = 0x50
_LEAF = 0xC0
_KEY_PATH_SIZES = (64, 65)
_CONTROL_BLOCK_HEAD, _CONTROL_BLOCK_STEP = 33, 32


class Unlocked(NamedTuple):
    """``script``: the script of the coin that is spent, or None where the input does not tell it.

    ``keys``: serialised ECDSA keys shown. ``signatures``: ECDSA signatures in DER form, with hash type.
    """

    kind: str
    script: bytes | None = None
    keys: tuple[bytes, ...] = ()
    signatures: tuple[bytes, ...] = ()


def unlocked(entry: Input) -> Unlocked:
    """What an input that is no coinbase's tells of the coin that it spends."""
    pushed = _pushes(entry.script)
    if pushed is None:
        return Unlocked("other")
    if entry.witness:
        return _witness(entry.witness, pushed)
    if not pushed:
        return Unlocked("other")
    return _plain(pushed)


def _pushes(script: bytes) -> tuple[bytes, ...] | None:
    """What an input script pushes; None if it does anything else."""
    steps = instructions(script)
    if steps is None or any(opcode > OP_16 for opcode, _ in steps):
        return None
    return tuple(data for _, data in steps)


def _plain(pushed: tuple[bytes, ...]) -> Unlocked:
    last, before = pushed[-1], pushed[:-1]
    if is_signature(last) and all(is_signature(each) or not each for each in before):
        return Unlocked("bare multisig" if before else "p2pk", None, (), tuple(filter(is_signature, pushed)))
    if len(pushed) == 2 and is_key(last) and is_signature(before[0]):
        return Unlocked("p2pkh", address_script(PUBKEYHASH, hash160(last)), (last,), before)
    found = multisig(last)
    kind = "p2sh multisig" if found else "p2sh other"
    keys = found[1] if found else ()
    script = address_script(SCRIPTHASH, hash160(last))
    return Unlocked(kind, script, keys, tuple(filter(is_signature, before)))


def _witness(witness: Sequence[bytes], pushed: tuple[bytes, ...]) -> Unlocked:
    if not pushed:
        return _native(witness)
    redeem = pushed[-1]
    if len(pushed) > 1 or witness_program(redeem) is None:
        return Unlocked("other")
    inner = _native(witness, taproot=False)
    return inner._replace(kind=f"p2sh-{inner.kind}", script=address_script(SCRIPTHASH, hash160(redeem)))


def _native(witness: Sequence[bytes], taproot: bool = True) -> Unlocked:
    if taproot and _is_taproot(witness):
        return Unlocked("p2tr")
    last = witness[-1]
    if len(witness) == 2 and is_key(last) and is_signature(witness[0]):
        return Unlocked("p2wpkh", address_script(WITNESS_V0_KEYHASH, hash160(last)), (last,), (witness[0],))
    found = multisig(last)
    script = address_script(WITNESS_V0_SCRIPTHASH, sha256(last))
    return Unlocked("p2wsh", script, found[1] if found else (), tuple(filter(is_signature, witness[:-1])))


def _is_taproot(witness: Sequence[bytes]) -> bool:
    """By the forms of BIP 341: one signature, or a script and its control block."""
    stack = list(witness)
    if len(stack) > 1 and stack[-1][:1] == bytes([ANNEX]):
        stack.pop()
    if len(stack) == 1:
        return len(stack[0]) in _KEY_PATH_SIZES
    control = stack[-1]
    size = len(control) - _CONTROL_BLOCK_HEAD
    return size >= 0 and size % _CONTROL_BLOCK_STEP == 0 and control[0] & 0xFE == _LEAF


def is_signature(data: bytes) -> bool:
    """Whether this has the outer form of an ECDSA signature in DER with its hash type."""
    if not 9 <= len(data) <= 74 or data[0] != 0x30 or data[2] != 2:
        return False
    return data[3] + 5 < len(data) and data[4 + data[3]] == 2


def numbers(signature: bytes) -> tuple[bytes, bytes]:
    """r and s of a DER signature as they are written, big end first."""
    size = signature[3]
    r, rest = signature[4 : 4 + size], signature[4 + size :]
    return r, rest[2 : 2 + rest[1]]


def has_short_r(signature: bytes) -> bool:
    """Whether r needs no more than 32 bytes: half of all do by chance, all of a wallet that grinds."""
    return len(numbers(signature)[0]) <= 32


def has_high_s(signature: bytes) -> bool:
    """Whether s is in the upper half, which nodes no longer relay."""
    return int.from_bytes(numbers(signature)[1], "big") > HALF_ORDER
