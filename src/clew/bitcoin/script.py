"""Output scripts: what kind each is, and whom it pays."""

from __future__ import annotations

from collections.abc import Sequence

from clew.bitcoin.hashes import hash160, sha256
from clew.bitcoin.networks import BITCOIN, Network
from clew.bitcoin.tokens import locking_script
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

OP_0 = 0x00
OP_PUSHDATA1 = 0x4C
OP_PUSHDATA2 = 0x4D
OP_PUSHDATA4 = 0x4E
OP_1 = 0x51
OP_16 = 0x60
OP_RETURN = 0x6A
OP_DUP = 0x76
OP_EQUAL = 0x87
OP_EQUALVERIFY = 0x88
OP_HASH160 = 0xA9
OP_HASH256 = 0xAA
OP_CHECKSIG = 0xAC
OP_CHECKMULTISIG = 0xAE

ANCHOR_PROGRAM = b"\x4e\x73"
"""Program of pay-to-anchor, witness version 1: an output anyone may spend, to raise a fee."""

MAX_MULTISIG_KEYS = 20


def classify(script: bytes, network: Network = BITCOIN) -> tuple[int, int, bytes]:
    """Script type, address type and address payload of an output script.

    The rules are those of Bitcoin Core's ``Solver``, with one difference: every script that begins
    with OP_RETURN is ``nulldata``, whatever follows, since none can be spent. Its payload is empty;
    it pays to nobody. Pay-to-pubkey has the address of the key's hash, so that one serialised key
    is one address. Scripts without an address form are known by their SHA-256.

    On a network without witness programs these are scripts like any other. On Bitcoin Cash it is the
    locking script behind a token prefix that counts, and a script hash may have 32 bytes.
    """
    script = spending_script(script, network)
    if script[:1] == bytes([OP_RETURN]):
        return NULLDATA, NULLDATA, b""
    witness = witness_program(script) if network.has_witness_programs else None
    if witness is not None:
        return _classify_witness(script, *witness)
    if len(script) == 23 and script[:2] == bytes([OP_HASH160, 20]) and script[22] == OP_EQUAL:
        return SCRIPTHASH, SCRIPTHASH, script[2:22]
    if network.tokens and _is_long_script_hash(script):
        return SCRIPTHASH32, SCRIPTHASH32, script[2:34]
    head, tail = bytes([OP_DUP, OP_HASH160, 20]), bytes([OP_EQUALVERIFY, OP_CHECKSIG])
    if len(script) == 25 and script[:3] == head and script[23:] == tail:
        return PUBKEYHASH, PUBKEYHASH, script[3:23]
    key = script[1:-1]
    if is_key(key) and script == bytes([len(key)]) + key + bytes([OP_CHECKSIG]):
        return PUBKEY, PUBKEYHASH, hash160(key)
    if multisig(script) is not None:
        return MULTISIG, MULTISIG, sha256(script)
    return NONSTANDARD, NONSTANDARD, sha256(script)


def _is_long_script_hash(script: bytes) -> bool:
    return len(script) == 35 and script[:2] == bytes([OP_HASH256, 32]) and script[34] == OP_EQUAL


def spending_script(script: bytes, network: Network) -> bytes:
    """The part of an output's script that says who may spend it: on Bitcoin Cash without its tokens."""
    return locking_script(script) if network.tokens else script


def _classify_witness(script: bytes, version: int, program: bytes) -> tuple[int, int, bytes]:
    kind = program_type(version, program)
    if kind == NONSTANDARD:
        return kind, kind, sha256(script)
    if kind == WITNESS_UNKNOWN:
        return kind, kind, bytes([version]) + program
    return kind, kind, program


def program_type(version: int, program: bytes) -> int:
    """Script type of a witness program (BIP 141, BIP 341). A version 0 of odd length is nonstandard."""
    if version == 0:
        return {20: WITNESS_V0_KEYHASH, 32: WITNESS_V0_SCRIPTHASH}.get(len(program), NONSTANDARD)
    if version == 1 and len(program) == 32:
        return WITNESS_V1_TAPROOT
    if version == 1 and program == ANCHOR_PROGRAM:
        return ANCHOR
    return WITNESS_UNKNOWN


def witness_program(script: bytes) -> tuple[int, bytes] | None:
    """Version (0 to 16) and program (2 to 40 bytes), if ``script`` is just that (BIP 141)."""
    if not 4 <= len(script) <= 42 or script[1] + 2 != len(script):
        return None
    if script[0] == OP_0:
        return 0, script[2:]
    if OP_1 <= script[0] <= OP_16:
        return script[0] - OP_1 + 1, script[2:]
    return None


def is_key(data: bytes) -> bool:
    """Whether ``data`` has the first byte and the length of a serialised public key.

    Whether it is a point of the curve is not asked, as Bitcoin Core does not.
    """
    return len(data) == {2: 33, 3: 33, 4: 65, 6: 65, 7: 65}.get(data[0] if data else 0)


def multisig(script: bytes) -> tuple[int, tuple[bytes, ...]] | None:
    """How many signatures are required, and the keys, if ``script`` is a bare multisig."""
    if script[-1:] != bytes([OP_CHECKMULTISIG]):
        return None
    steps = instructions(script)
    if steps is None or len(steps) < 4 or steps[-1] != (OP_CHECKMULTISIG, b""):
        return None
    required, total = _small_number(*steps[0]), _small_number(*steps[-2])
    keys = tuple(data for _, data in steps[1:-2])
    if required is None or total is None or not all(map(is_key, keys)):
        return None
    if required > total or total != len(keys):
        return None
    return required, keys


def _small_number(opcode: int, data: bytes) -> int | None:
    """The number from 1 to 20 that one instruction pushes in its shortest form, else None."""
    if OP_1 <= opcode <= OP_16:
        return opcode - OP_1 + 1
    if opcode == 1 and 16 < data[0] <= MAX_MULTISIG_KEYS:
        return data[0]
    return None


def instructions(script: bytes) -> list[tuple[int, bytes]] | None:
    """The (opcode, pushed data) pairs of a script, or None if a push runs past its end."""
    steps = []
    position = 0
    while position < len(script):
        opcode = script[position]
        position += 1
        size = opcode if opcode < OP_PUSHDATA1 else 0
        width = {OP_PUSHDATA1: 1, OP_PUSHDATA2: 2, OP_PUSHDATA4: 4}.get(opcode, 0)
        if width:
            size = int.from_bytes(script[position : position + width], "little")
            position += width
        if position + size > len(script):
            return None
        steps.append((opcode, script[position : position + size]))
        position += size
    return steps


def push(data: bytes) -> bytes:
    """An instruction that pushes ``data`` byte for byte, with the shortest length prefix."""
    if len(data) < OP_PUSHDATA1:
        return bytes([len(data)]) + data
    if len(data) <= 0xFF:
        return bytes([OP_PUSHDATA1, len(data)]) + data
    if len(data) <= 0xFFFF:
        return bytes([OP_PUSHDATA2]) + len(data).to_bytes(2, "little") + data
    return bytes([OP_PUSHDATA4]) + len(data).to_bytes(4, "little") + data


def address_script(address_type: int, payload: bytes) -> bytes:
    """The output script that pays to an address.

    Raises ValueError for a payload of the wrong length, and for types whose payload is only a hash
    of the script or nothing at all.
    """
    if address_type == WITNESS_UNKNOWN:
        return witness_script(payload[0], payload[1:])
    if address_type not in _SCRIPT_FRAMES or len(payload) != PAYLOAD_LENGTH[address_type]:
        raise ValueError(f"no script can be made of address type {address_type}, {len(payload)} bytes")
    before, after = _SCRIPT_FRAMES[address_type]
    return before + payload + after


_SCRIPT_FRAMES: dict[int, tuple[bytes, bytes]] = {
    PUBKEYHASH: (bytes([OP_DUP, OP_HASH160, 20]), bytes([OP_EQUALVERIFY, OP_CHECKSIG])),
    SCRIPTHASH: (bytes([OP_HASH160, 20]), bytes([OP_EQUAL])),
    SCRIPTHASH32: (bytes([OP_HASH256, 32]), bytes([OP_EQUAL])),
    WITNESS_V0_KEYHASH: (bytes([OP_0, 20]), b""),
    WITNESS_V0_SCRIPTHASH: (bytes([OP_0, 32]), b""),
    WITNESS_V1_TAPROOT: (bytes([OP_1, 32]), b""),
    ANCHOR: (bytes([OP_1, 2]), b""),
}


def witness_script(version: int, program: bytes) -> bytes:
    """The output script of a witness program (BIP 141). Raises ValueError out of its bounds."""
    if not 0 <= version <= 16 or not 2 <= len(program) <= 40:
        raise ValueError(f"no witness program: version {version}, {len(program)} bytes")
    return bytes([OP_1 + version - 1 if version else OP_0]) + push(program)


def pubkey_script(key: bytes) -> bytes:
    """The pay-to-pubkey script of a serialised key (33 or 65 bytes)."""
    return push(key) + bytes([OP_CHECKSIG])


def multisig_script(required: int, keys: Sequence[bytes]) -> bytes:
    """The bare multisig script: ``required`` signatures by any of ``keys``."""
    middle = b"".join(map(push, keys))
    return _push_number(required) + middle + _push_number(len(keys)) + bytes([OP_CHECKMULTISIG])


def _push_number(number: int) -> bytes:
    return bytes([OP_1 + number - 1]) if 1 <= number <= 16 else push(bytes([number]))


def nulldata_script(data: bytes) -> bytes:
    """OP_RETURN, then ``data`` as one push."""
    return bytes([OP_RETURN]) + push(data)
