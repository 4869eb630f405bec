"""What the signatures of an input say: hash types, how r was chosen, which keys and scripts were shown.

Nothing is verified: signatures are told by their form, and the output that is spent is not looked at.

* A push of the input script, or an item of a witness of version 0 other than its last, is an ECDSA
  signature if it is one in strict DER form (BIP 66), with one byte of hash type behind it.
* One that begins as DER does (0x30) and has 9 to 80 bytes, yet is not strict, counts as a signature of
  another hash type: until BIP 66 the chain took such signatures, and read them in more ways than one.
* A witness of one item of 64 or 65 bytes, not counting an annex, is a taproot signature (BIP 341). Where
  the last item is the control block of a tapscript (leaf version 0xc0), every item before the script of 64
  bytes, or of 65 with a hash type that is allowed, is one, too (BIP 342).
* On Bitcoin Cash a push of 65 bytes whose hash type carries the FORKID is a Schnorr signature, unless it
  is the last of several: there stands a key. FORKID and the mark that all spent outputs are signed are no
  part of the hash type.
* A multisig script was executed if it is the last push of the input script or the last item of the witness;
  or, if it was the spent output itself, which is not at hand, if the input script is OP_0 and then
  signatures only. Tapscripts of several keys are not counted.
"""

from __future__ import annotations

from clew.bitcoin.networks import BITCOIN, Network
from clew.bitcoin.script import OP_0, OP_PUSHDATA4, instructions, is_key, multisig
from clew.bitcoin.transaction import Input
from clew.schema import (
    EXECUTED_MULTISIG,
    SHOWN_LONG_KEY,
    SIGNED_ALL,
    SIGNED_ANYONECANPAY,
    SIGNED_HIGH_R,
    SIGNED_NONE,
    SIGNED_OTHER,
    SIGNED_SINGLE,
)

HASH_TYPES = {1: SIGNED_ALL, 2: SIGNED_NONE, 3: SIGNED_SINGLE}
ANYONECANPAY = 0x80
FORKID = 0x40
UTXOS = 0x20
"""Bitcoin Cash: the spent outputs are signed, too (CHIP-2022-02 CashTokens)."""

ANNEX = 0x50
TAPSCRIPT = 0xC0
LONG_KEY_SIZE = 65
DER_SIZES = range(9, 81)


def signing(spending: Input, network: Network = BITCOIN) -> int:
    """``inputs.signing`` of an input: bits SIGNED_ALL to EXECUTED_MULTISIG of the schema.

    0 for a coinbase, and for an input that shows nothing that looks like a signature, a key or a script
    of several keys.
    """
    if spending.spends_nothing:
        return 0
    return _of_script(spending.script, network) | _of_witness(spending.witness)


def is_strict_der(signature: bytes) -> bool:
    """Whether these are two positive numbers in strict DER form and one byte of hash type (BIP 66)."""
    if len(signature) not in range(9, 74) or signature[0] != 0x30 or signature[1] != len(signature) - 3:
        return False
    rest = signature[2:-1]
    for _ in range(2):
        if len(rest) < 3 or rest[0] != 0x02:
            return False
        size = rest[1]
        number, rest = rest[2 : 2 + size], rest[2 + size :]
        if not number or len(number) != size or number[0] & 0x80:
            return False
        if len(number) > 1 and number[0] == 0 and not number[1] & 0x80:
            return False
    return not rest


def _of_type(how: int, network: Network = BITCOIN) -> int:
    if network.forkid and how & FORKID:
        how &= ~(FORKID | UTXOS)
    bits = HASH_TYPES.get(how & ~ANYONECANPAY, SIGNED_OTHER)
    return bits | SIGNED_ANYONECANPAY if how & ANYONECANPAY else bits


def _ecdsa(data: bytes, network: Network = BITCOIN) -> int:
    """Bits of what may be an ECDSA signature; 0 where it is none."""
    if is_strict_der(data):
        return _of_type(data[-1], network) | (SIGNED_HIGH_R if data[3] == 33 else 0)
    return SIGNED_OTHER if len(data) in DER_SIZES and data[0] == 0x30 else 0


def _schnorr(data: bytes) -> int:
    """Bits of what may be a taproot signature; 0 where it is none."""
    if len(data) == 64:
        return SIGNED_ALL
    if len(data) == 65 and data[64] & ~ANYONECANPAY in HASH_TYPES:
        return _of_type(data[64])
    return 0


def _is_cash_schnorr(data: bytes, network: Network) -> bool:
    if not network.forkid or len(data) != 65 or not data[64] & FORKID:
        return False
    return data[64] & ~(ANYONECANPAY | FORKID | UTXOS) in HASH_TYPES


def _is_long_key(data: bytes) -> bool:
    return len(data) == LONG_KEY_SIZE and is_key(data)


def _of_multisig(script: bytes) -> int:
    found = multisig(script)
    if found is None:
        return 0
    return EXECUTED_MULTISIG | (SHOWN_LONG_KEY if any(map(_is_long_key, found[1])) else 0)


def _of_script(script: bytes, network: Network) -> int:
    whole = instructions(script)
    steps = _before_cut(script) if whole is None else whole
    pushes = [data for opcode, data in steps if opcode <= OP_PUSHDATA4]
    bits, signatures = 0, 0
    for place, (opcode, data) in enumerate(steps):
        if opcode > OP_PUSHDATA4:
            continue
        found = _ecdsa(data, network)
        ends = whole is not None and place == len(steps) - 1
        if not found and _is_cash_schnorr(data, network) and not (ends and len(pushes) > 1):
            found = _of_type(data[64], network)
        elif not found and _is_long_key(data):
            bits |= SHOWN_LONG_KEY
        signatures += found != 0
        bits |= found
    if whole is None or not whole:
        return bits
    if whole[0] == (OP_0, b"") and signatures and signatures == len(whole) - 1 == len(pushes) - 1:
        return bits | EXECUTED_MULTISIG
    opcode, last = whole[-1]
    return bits | (_of_multisig(last) if opcode <= OP_PUSHDATA4 else 0)


def _before_cut(script: bytes) -> list[tuple[int, bytes]]:
    """The instructions before the push that runs past the script's end."""
    for end in range(len(script) - 1, -1, -1):
        steps = instructions(script[:end])
        if steps is not None:
            return steps
    return []


def _of_witness(witness: tuple[bytes, ...]) -> int:
    items = witness
    if len(items) > 1 and items[-1][:1] == bytes([ANNEX]):
        items = items[:-1]
    if not items:
        return 0
    if len(items) == 1:
        return _schnorr(items[0])
    bits = 0
    if _is_control_block(items[-1]):
        for item in items[:-2]:
            bits |= _schnorr(item)
        return bits
    for item in items[:-1]:
        bits |= _ecdsa(item)
    if any(map(_is_long_key, items)):
        bits |= SHOWN_LONG_KEY
    return bits | _of_multisig(items[-1])


def _is_control_block(item: bytes) -> bool:
    sizes = range(33, 33 + 32 * 128 + 1, 32)
    return len(item) in sizes and item[0] & 0xFE == TAPSCRIPT


__all__ = ["is_strict_der", "signing"]
