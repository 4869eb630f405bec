"""Locks on coins: scripts of every usual kind, and filler that looks like what unlocks them.

Keys and signatures are random or hashed bytes of the right length and form: they sign nothing.
An index checks hashes, sums and structure, none of which depends on them. Real ones for the same locks come
from ``clew.simulate.keyring``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clew import schema
from clew.bitcoin.hashes import hash160, sha256
from clew.bitcoin.script import (
    ANCHOR_PROGRAM,
    OP_1,
    address_script,
    classify,
    multisig_script,
    nulldata_script,
    pubkey_script,
    push,
)
from clew.bitcoin.sighash import SIGHASH_ALL as SIGHASH_ALL
from clew.bitcoin.sighash import SIGHASH_ANYONECANPAY as SIGHASH_ANYONECANPAY
from clew.bitcoin.sighash import SIGHASH_DEFAULT as SIGHASH_DEFAULT
from clew.bitcoin.sighash import SIGHASH_NONE as SIGHASH_NONE
from clew.bitcoin.sighash import SIGHASH_SINGLE as SIGHASH_SINGLE
from clew.simulate.dice import Dice

SCHNORR_BYTES = 64

KNOWN_KEY = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
"""The public key of private key 1, the curve's base point (SEC 2): whoever knows that can spend."""


@dataclass(frozen=True, slots=True)
class Lock:
    """An output script, and what one must know to spend from it."""

    script_type: int
    """Code into ``schema.SCRIPT_TYPES``."""
    script: bytes
    keys: tuple[bytes, ...] = ()
    needed: int = 1
    """How many signatures it takes."""
    redeem: bytes = b""
    """The script whose hash is in ``script``, for pay-to-script-hash of either kind."""


def key(seed: bytes | str) -> bytes:
    """33 bytes that look like a compressed public key, the same for the same seed."""
    digest = sha256(seed if isinstance(seed, bytes) else seed.encode())
    return bytes([2 + (digest[0] & 1)]) + sha256(digest)


def pay_to_pubkey(public_key: bytes) -> Lock:
    """P2PK: a bare public key."""
    return Lock(schema.PUBKEY, pubkey_script(public_key), (public_key,))


def pay_to_pubkeyhash(public_key: bytes) -> Lock:
    """P2PKH."""
    return _single(schema.PUBKEYHASH, hash160(public_key), public_key)


def pay_to_witness(public_key: bytes) -> Lock:
    """P2WPKH."""
    return _single(schema.WITNESS_V0_KEYHASH, hash160(public_key), public_key)


def pay_to_nested(public_key: bytes) -> Lock:
    """P2SH-P2WPKH: a witness program inside a script hash (BIP 141)."""
    redeem = pay_to_witness(public_key).script
    script = address_script(schema.SCRIPTHASH, hash160(redeem))
    return Lock(schema.SCRIPTHASH, script, (public_key,), redeem=redeem)


def pay_to_taproot(public_key: bytes) -> Lock:
    """P2TR; the output key is the given key without its first byte, untweaked."""
    return _single(schema.WITNESS_V1_TAPROOT, public_key[1:], public_key)


def pay_to_multisig(needed: int, keys: Sequence[bytes]) -> Lock:
    """Bare multisig, ``needed`` of ``keys``."""
    return Lock(schema.MULTISIG, multisig_script(needed, keys), tuple(keys), needed)


def pay_to_witness_multisig(needed: int, keys: Sequence[bytes]) -> Lock:
    """P2WSH of a multisig script."""
    redeem = multisig_script(needed, keys)
    script = address_script(schema.WITNESS_V0_SCRIPTHASH, sha256(redeem))
    return Lock(schema.WITNESS_V0_SCRIPTHASH, script, tuple(keys), needed, redeem)


def pay_to_hashed_multisig(needed: int, keys: Sequence[bytes]) -> Lock:
    """P2SH of a multisig script."""
    redeem = multisig_script(needed, keys)
    script = address_script(schema.SCRIPTHASH, hash160(redeem))
    return Lock(schema.SCRIPTHASH, script, tuple(keys), needed, redeem)


def pay_to_anyone() -> Lock:
    """Bare OP_TRUE: anybody may spend, with nothing."""
    return anything(bytes([OP_1]))


def pay_to_witness_anyone() -> Lock:
    """P2WSH of OP_TRUE: anybody who knows that script may spend."""
    redeem = bytes([OP_1])
    script = address_script(schema.WITNESS_V0_SCRIPTHASH, sha256(redeem))
    return Lock(schema.WITNESS_V0_SCRIPTHASH, script, needed=0, redeem=redeem)


def pay_to_anchor() -> Lock:
    """Pay-to-anchor: anybody may spend, with nothing (BIP 433)."""
    return anything(address_script(schema.ANCHOR, ANCHOR_PROGRAM))


def pay_to_nobody(data: bytes) -> Lock:
    """OP_RETURN with data: nobody can spend it."""
    return Lock(schema.NULLDATA, nulldata_script(data))


def anything(script: bytes) -> Lock:
    """A lock of any script; what unlocks it, in this simulation, is empty."""
    return Lock(classify(script)[0], script, needed=0)


def _single(script_type: int, payload: bytes, public_key: bytes) -> Lock:
    return Lock(script_type, address_script(script_type, payload), (public_key,))


SINGLE_KEY: dict[str, Callable[[bytes], Lock]] = {
    "p2pk": pay_to_pubkey,
    "p2pkh": pay_to_pubkeyhash,
    "p2sh-p2wpkh": pay_to_nested,
    "p2wpkh": pay_to_witness,
    "p2tr": pay_to_taproot,
}
"""Kinds of lock that one key opens, by the name under which wallets choose them."""


def lock(owner: str, kind: str = "p2pkh") -> Lock:
    """The lock of a named owner: ``lock("alice")`` is the same wherever it is written."""
    return SINGLE_KEY[kind](key(owner))


def unlock(what: Lock, dice: Dice, hash_type: int | None = None) -> tuple[bytes, tuple[bytes, ...]]:
    """Input script and witness stack of realistic form and size; the signatures are filler.

    ``hash_type`` says what they commit to, and is their last byte; None is what wallets do: DEFAULT
    in taproot, where no byte stands for it, else ALL.
    """
    if what.script_type == schema.WITNESS_V1_TAPROOT:
        end = bytes([hash_type]) if hash_type else b""
        return opened(what, [dice.data(SCHNORR_BYTES) + end for _ in range(what.needed)])
    said = SIGHASH_ALL if hash_type is None else hash_type
    return opened(what, [_signature(dice, said) for _ in range(what.needed)])


def opened(what: Lock, signatures: Sequence[bytes]) -> tuple[bytes, tuple[bytes, ...]]:
    """Input script and witness stack that bring these signatures, one for each that is needed."""
    if what.script_type == schema.WITNESS_V0_SCRIPTHASH and what.redeem:
        # The instruction for many signatures takes one item more than it uses.
        return b"", (*([b""] if what.needed else []), *signatures, what.redeem)
    if not what.needed:
        return push(what.redeem) if what.redeem else b"", ()
    if what.script_type == schema.WITNESS_V1_TAPROOT:
        return b"", tuple(signatures)
    script = b"".join(push(each) for each in signatures)
    if what.script_type == schema.PUBKEY:
        return script, ()
    if what.script_type == schema.PUBKEYHASH:
        return script + push(what.keys[0]), ()
    if what.script_type == schema.MULTISIG:
        return b"\x00" + script, ()
    if what.script_type == schema.SCRIPTHASH and len(what.keys) > 1:
        return b"\x00" + script + push(what.redeem), ()
    return push(what.redeem) if what.redeem else b"", (signatures[0], what.keys[0])


def _signature(dice: Dice, hash_type: int) -> bytes:
    """Bytes in the outer form of a DER signature with its hash type; r and s are random."""
    long = dice.below(2)
    r = (b"\x00\x80" if long else b"\x40") + dice.data(31)
    s = b"\x40" + dice.data(31)
    body = b"\x02" + bytes((len(r),)) + r + b"\x02" + bytes((len(s),)) + s
    return b"\x30" + bytes((len(body),)) + body + bytes([hash_type])


_INPUT_VSIZE = {
    schema.PUBKEY: 114,
    schema.PUBKEYHASH: 148,
    schema.SCRIPTHASH: 91,
    schema.MULTISIG: 188,
    schema.WITNESS_V0_KEYHASH: 68,
    schema.WITNESS_V0_SCRIPTHASH: 105,
    schema.WITNESS_V1_TAPROOT: 58,
}


def input_vsize(what: Lock) -> int:
    """About how many virtual bytes it takes to spend from this lock."""
    return _INPUT_VSIZE.get(what.script_type, 41)


def output_vsize(what: Lock) -> int:
    """Virtual bytes of an output with this lock."""
    return 9 + len(what.script)
