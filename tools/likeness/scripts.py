"""Measures of scripts, keys and signatures."""

from __future__ import annotations

from functools import lru_cache

from clew.bitcoin.script import classify
from clew.schema import SCRIPT_TYPES
from likeness.chains import Scene, Seen
from likeness.measure import BINARY, NO, YES, of_each, once, yes
from likeness.tally import Mark, Marks
from likeness.unlock import KINDS, SEGWIT_KINDS, has_high_s, has_short_r

NOTE = "nulldata"
_TYPES = tuple(name for name in SCRIPT_TYPES if name != "scripthash32")
KEYS = ("compressed", "uncompressed")


@lru_cache(1 << 16)
def script_type(script: bytes) -> str:
    """The type of an output script, by Bitcoin Core's names."""
    return SCRIPT_TYPES[classify(script)[0]]


def paid(seen: Seen) -> list[int]:
    """Values of the outputs that are no OP_RETURN, satoshi."""
    return [each.value for each in seen.tx.outputs if script_type(each.script) != NOTE]


def has_note(seen: Seen) -> bool:
    """Whether an output is OP_RETURN."""
    return any(script_type(each.script) == NOTE for each in seen.tx.outputs)


def _output_types(_: Scene, seen: Seen) -> Marks:
    for each in seen.tx.outputs:
        yield Mark(script_type(each.script))


def input_kinds(_: Scene, seen: Seen) -> Marks:
    """What each input spends."""
    for each in seen.inputs:
        yield Mark(each.kind)


def _witness_inputs(_: Scene, seen: Seen) -> Marks:
    for each in seen.inputs:
        yield from yes(each.kind in SEGWIT_KINDS)


def _witness(_: Scene, seen: Seen) -> Marks:
    return yes(seen.tx.has_witness)


def keys(_: Scene, seen: Seen) -> Marks:
    """The form of each key shown."""
    for each in seen.inputs:
        for key in each.keys:
            yield Mark(KEYS[len(key) != 33])


def _grinds(_: Scene, seen: Seen) -> Marks:
    """Short r beyond the half that chance gives."""
    for each in seen.inputs:
        for signature in each.signatures:
            short = has_short_r(signature)
            yield Mark(YES, short - 0.5)
            yield Mark(NO, float(not short), 0)


def _high_s(_: Scene, seen: Seen) -> Marks:
    for each in seen.inputs:
        for signature in each.signatures:
            yield from yes(has_high_s(signature))


MEASURES = (
    of_each("output types", "Output script types", "outputs", _TYPES, _output_types),
    of_each("input kinds", "Kinds of inputs", "transactions", KINDS, once(input_kinds)),
    of_each("witness inputs", "Inputs with a witness program", "transactions", BINARY, once(_witness_inputs)),
    of_each("witness", "Transactions with a witness", "transactions", BINARY, _witness),
    of_each("keys", "ECDSA keys shown", "transactions", KEYS, once(keys)),
    of_each(
        "short r", "Signatures ground to a short r, beyond chance", "transactions", BINARY, once(_grinds)
    ),
    of_each("high s", "Signatures with a high s", "transactions", BINARY, once(_high_s)),
)
