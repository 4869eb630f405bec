"""Measures of what wallet software does: version, locks, order, place of the change."""

from __future__ import annotations

from collections import Counter
from math import factorial

from likeness.amounts import LEAST_ROUND, is_round
from likeness.chains import Scene, Seen
from likeness.measure import BINARY, NO, YES, of_each
from likeness.tally import Mark, Marks

_LOCK_IS_TIME = 500_000_000
_NEAR = 100
"""Blocks by which a lock against fee sniping may lie behind the tip."""

_LOCKS = ("0", "near the tip", "older height", "time")
_PLACES = ("first", "last")
_SEQUENCES = ("final", "one below", "replaceable")
_MOST_WAYS = 20


def _version(_: Scene, seen: Seen) -> Marks:
    yield Mark(str(seen.tx.version) if seen.tx.version in (1, 2) else "other")


def _lock(_: Scene, seen: Seen) -> Marks:
    lock = seen.tx.lock_time
    if lock >= _LOCK_IS_TIME:
        yield Mark("time")
    elif not lock:
        yield Mark("0")
    else:
        yield Mark("near the tip" if seen.height - 1 - lock <= _NEAR else "older height")


def _tip(_: Scene, seen: Seen) -> Marks:
    """Of locks near the tip: are they at it?"""
    behind = seen.height - 1 - seen.tx.lock_time
    if 0 < seen.tx.lock_time < _LOCK_IS_TIME and behind <= _NEAR:
        yield Mark("at it" if behind <= 0 else "1-5 behind" if behind <= 5 else "6-100 behind")


def _sequence(_: Scene, seen: Seen) -> Marks:
    """By the lowest sequence number: below the last two, the transaction may be replaced (BIP 125)."""
    lowest = min(each.sequence for each in seen.tx.inputs)
    yield Mark(_SEQUENCES[min(2, 0xFFFFFFFF - lowest)])


def _bip69(_: Scene, seen: Seen) -> Marks:
    """In the order of BIP 69 beyond what chance gives; what has no order is not counted."""
    spent = [(each.previous_txid[::-1], each.previous_index) for each in seen.tx.inputs]
    outputs = [(each.value, each.script) for each in seen.tx.outputs]
    ways = factorial(min(_MOST_WAYS, len(spent))) * factorial(min(_MOST_WAYS, len(outputs)))
    for same in Counter(outputs).values():
        ways //= factorial(min(_MOST_WAYS, same))
    if ways > 1:
        ordered = spent == sorted(spent) and outputs == sorted(outputs)
        yield Mark(YES, ordered - 1 / ways)
        yield Mark(NO, float(not ordered), 0)


def _self_change(_: Scene, seen: Seen) -> Marks:
    """Whether an output goes back to an address that is spent."""
    sources = set(seen.sources)
    if any(each.script in sources for each in seen.tx.outputs):
        yield Mark(YES)
    elif None not in sources:
        yield Mark(NO)


def _likely_change(_: Scene, seen: Seen) -> Marks:
    """Of two outputs, one a round amount and one not, where does that other one stand?"""
    values = [each.value for each in seen.tx.outputs]
    if len(values) == 2 and min(values) >= LEAST_ROUND:
        rounded = [is_round(value) for value in values]
        if sum(rounded) == 1:
            yield Mark(_PLACES[rounded[0]])


def _larger(_: Scene, seen: Seen) -> Marks:
    """Which of two outputs is worth more?"""
    if len(seen.tx.outputs) == 2:
        one, other = (each.value for each in seen.tx.outputs)
        if one != other:
            yield Mark(_PLACES[other > one])


MEASURES = (
    of_each("version", "Version", "transactions", ("1", "2", "other"), _version),
    of_each("lock time", "Lock time", "transactions", _LOCKS, _lock),
    of_each("tip", "Locks near the tip", "transactions", ("at it", "1-5 behind", "6-100 behind"), _tip),
    of_each("sequence", "Lowest sequence number", "transactions", _SEQUENCES, _sequence),
    of_each("bip 69", "In the order of BIP 69, beyond chance", "transactions", BINARY, _bip69),
    of_each("self-change", "An output to an address that is spent", "transactions", BINARY, _self_change),
    of_each("likely change", "Of two, the output that is not round stands", "pairs", _PLACES, _likely_change),
    of_each("larger", "Of two, the larger output stands", "pairs", _PLACES, _larger),
)
