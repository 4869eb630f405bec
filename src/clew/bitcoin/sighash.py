"""Signature hashes: the 32 bytes that a signature in an input signs.

Three definitions: the first one (Bitcoin Core, ``SignatureHash`` in ``script/interpreter.cpp``), that of
version 0 witness programs (BIP 143), and that of taproot's key path (BIP 341). The hash type, the last byte
of most signatures, says how much of the transaction is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property

from clew.bitcoin.hashes import sha256, sha256d
from clew.bitcoin.script import OP_PUSHDATA1, OP_PUSHDATA4
from clew.bitcoin.transaction import Input, Output
from clew.bitcoin.wire import compact_size

SIGHASH_DEFAULT = 0
"""In taproot only: signs as SIGHASH_ALL does, and is not written."""
SIGHASH_ALL = 1
"""All inputs and all outputs."""
SIGHASH_NONE = 2
"""All inputs and no output."""
SIGHASH_SINGLE = 3
"""All inputs, and the output at this input's place."""
SIGHASH_ANYONECANPAY = 0x80
"""Added to one of the others: of the inputs only this one."""

TAPROOT_TYPES = frozenset({0, 1, 2, 3, 0x81, 0x82, 0x83})
"""The hash types that a signature of BIP 341 may have."""

OP_CODESEPARATOR = 0xAB

ONE = (1).to_bytes(32, "little")
"""What SIGHASH_SINGLE signs in an input that has no output at its place: the number 1."""

_BASE = 0x1F
_NOTHING = bytes(32)
_EPOCH = b"\0"
_BY_KEY = b"\0"
"""Spend type: neither an annex nor a script path."""


class Signable:
    """A transaction as it is signed: what its inputs' signature hashes have in common is computed once.

    ``spent`` are the outputs that the inputs spend, in order; BIP 143 signs their values, BIP 341 their
    scripts too. The inputs' own scripts and witnesses are ignored.
    """

    def __init__(
        self,
        inputs: Sequence[Input],
        outputs: Sequence[Output],
        spent: Sequence[Output] = (),
        *,
        version: int = 2,
        lock_time: int = 0,
    ) -> None:
        self.spent = spent
        self._version = version.to_bytes(4, "little")
        self._lock_time = lock_time.to_bytes(4, "little")
        self._outpoints = [each.previous_txid + each.previous_index.to_bytes(4, "little") for each in inputs]
        self._sequences = [each.sequence.to_bytes(4, "little") for each in inputs]
        self._outputs = [each.serialise() for each in outputs]

    def legacy(self, index: int, script: bytes, hash_type: int) -> bytes:
        """The hash for input ``index`` outside witness programs. ``hash_type``: any 32-bit number.

        ``script`` is the spent output's, or the redeem script of a script hash; instructions
        OP_CODESEPARATOR in it are left out here. Not done is what Bitcoin Core calls ``FindAndDelete``: a
        script that holds its own signature.
        """
        base = hash_type & _BASE
        if base == SIGHASH_SINGLE and index >= len(self._outputs):
            return ONE
        script = _without_separators(script)
        signed = self._outpoints[index] + compact_size(len(script)) + script + self._sequences[index]
        if hash_type & SIGHASH_ANYONECANPAY:
            entries = compact_size(1) + signed
        else:
            blanks = self._blanks if base not in (SIGHASH_NONE, SIGHASH_SINGLE) else self._idle_blanks
            entries = b"".join([self._input_count, *blanks[:index], signed, *blanks[index + 1 :]])
        outputs = self._all_outputs
        if base == SIGHASH_NONE:
            outputs = compact_size(0)
        elif base == SIGHASH_SINGLE:
            absent = (b"\xff" * 8 + b"\0") * index
            outputs = compact_size(index + 1) + absent + self._outputs[index]
        return sha256d(self._version + entries + outputs + self._lock_time + _four(hash_type))

    def witness_v0(self, index: int, script: bytes, hash_type: int) -> bytes:
        """The hash for input ``index`` in a witness program of version 0 (BIP 143).

        ``script`` is the witness script from the last executed OP_CODESEPARATOR on; for P2WPKH the P2PKH
        script of the same key hash.
        """
        base = hash_type & _BASE
        whole = base not in (SIGHASH_NONE, SIGHASH_SINGLE)
        others = not hash_type & SIGHASH_ANYONECANPAY
        outputs = _NOTHING
        if whole:
            outputs = self._outputs_hashed_twice
        elif base == SIGHASH_SINGLE and index < len(self._outputs):
            outputs = sha256d(self._outputs[index])
        parts = (
            self._version,
            self._outpoints_hashed_twice if others else _NOTHING,
            self._sequences_hashed_twice
            if others and base not in (SIGHASH_NONE, SIGHASH_SINGLE)
            else _NOTHING,
            self._outpoints[index],
            compact_size(len(script)),
            script,
            self.spent[index].value.to_bytes(8, "little"),
            self._sequences[index],
            outputs,
            self._lock_time,
            _four(hash_type),
        )
        return sha256d(b"".join(parts))

    def taproot(self, index: int, hash_type: int = SIGHASH_DEFAULT) -> bytes:
        """The hash for input ``index`` that spends a taproot output by its key, without annex (BIP 341).

        Raises ValueError for a hash type that the rules forbid, and for SIGHASH_SINGLE without an output.
        """
        base = hash_type & ~SIGHASH_ANYONECANPAY
        if hash_type not in TAPROOT_TYPES or (base == SIGHASH_SINGLE and index >= len(self._outputs)):
            raise ValueError(f"taproot has no signature of hash type {hash_type:#x} in input {index}")
        parts = [_EPOCH, bytes([hash_type]), self._version, self._lock_time]
        if not hash_type & SIGHASH_ANYONECANPAY:
            parts.append(self._inputs_hashed)
        if base in (SIGHASH_DEFAULT, SIGHASH_ALL):
            parts.append(self._outputs_hashed)
        parts.append(_BY_KEY)
        if hash_type & SIGHASH_ANYONECANPAY:
            parts += [self._outpoints[index], self.spent[index].serialise(), self._sequences[index]]
        else:
            parts.append(index.to_bytes(4, "little"))
        if base == SIGHASH_SINGLE:
            parts.append(sha256(self._outputs[index]))
        return tagged_hash("TapSighash", b"".join(parts))

    @cached_property
    def _input_count(self) -> bytes:
        return compact_size(len(self._outpoints))

    @cached_property
    def _blanks(self) -> list[bytes]:
        """Each input as others' signatures see it: without a script."""
        pairs = zip(self._outpoints, self._sequences, strict=True)
        return [outpoint + b"\0" + sequence for outpoint, sequence in pairs]

    @cached_property
    def _idle_blanks(self) -> list[bytes]:
        """The same where others may change their sequence."""
        return [outpoint + bytes(5) for outpoint in self._outpoints]

    @cached_property
    def _all_outputs(self) -> bytes:
        return compact_size(len(self._outputs)) + b"".join(self._outputs)

    @cached_property
    def _outpoints_hashed(self) -> bytes:
        return sha256(b"".join(self._outpoints))

    @cached_property
    def _sequences_hashed(self) -> bytes:
        return sha256(b"".join(self._sequences))

    @cached_property
    def _outputs_hashed(self) -> bytes:
        return sha256(b"".join(self._outputs))

    @cached_property
    def _outpoints_hashed_twice(self) -> bytes:
        return sha256(self._outpoints_hashed)

    @cached_property
    def _sequences_hashed_twice(self) -> bytes:
        return sha256(self._sequences_hashed)

    @cached_property
    def _outputs_hashed_twice(self) -> bytes:
        return sha256(self._outputs_hashed)

    @cached_property
    def _inputs_hashed(self) -> bytes:
        """What BIP 341 signs of all inputs."""
        values = sha256(b"".join(each.value.to_bytes(8, "little") for each in self.spent))
        scripts = sha256(b"".join(compact_size(len(each.script)) + each.script for each in self.spent))
        return self._outpoints_hashed + values + scripts + self._sequences_hashed


def tagged_hash(purpose: str, data: bytes) -> bytes:
    """SHA-256 of a message behind the mark of its purpose (BIP 340)."""
    return sha256(_tag(purpose) + data)


@cache
def _tag(purpose: str) -> bytes:
    return sha256(purpose.encode()) * 2


def _four(hash_type: int) -> bytes:
    return (hash_type & 0xFFFFFFFF).to_bytes(4, "little")


def _without_separators(script: bytes) -> bytes:
    """The script without OP_CODESEPARATOR instructions; where a push runs past its end, the rest stays."""
    if OP_CODESEPARATOR not in script:
        return script
    kept = bytearray()
    position = 0
    while position < len(script):
        end = _instruction_end(script, position)
        if end > len(script):
            kept += script[position:]
            break
        if script[position] != OP_CODESEPARATOR:
            kept += script[position:end]
        position = end
    return bytes(kept)


def _instruction_end(script: bytes, position: int) -> int:
    opcode = script[position]
    if opcode < OP_PUSHDATA1:
        return position + 1 + opcode
    if opcode > OP_PUSHDATA4:
        return position + 1
    width = 1 << (opcode - OP_PUSHDATA1)
    size = script[position + 1 : position + 1 + width]
    return position + 1 + width + (int.from_bytes(size, "little") if len(size) == width else len(script))
