"""Rounds of Wasabi 1, of both versions."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np

from clew.heuristics.coinjoin.candidates import Rows, with_equal_outputs
from clew.heuristics.coinjoin.shape import BITCOIN, all_of, distinct, most_equal
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import Answers
from clew.heuristics.transactions import Transactions
from clew.schema import NO, WITNESS_V0_KEYHASH, YES

COORDINATORS = (
    bytes.fromhex("869f5c7a4cd7776ae0c0fcd9c3315abb239a9f0d"),
    bytes.fromhex("eaaab82317670d0ee3013b073b25a7a5c780f528"),
)
"""The key hashes that Wasabi's coordinator was paid to up to about height 610,000: those of
bc1qs604c7jv6amk4cxqlnvuxv26hv3e48cds4m0ew and bc1qa24tsgchvuxsaccp8vrnkfd85hrcpafg20kmjw."""

LEAST_EQUAL, LEAST_EQUAL_OF_KNOWN = 10, 3
LEAST_VALUE, MOST_VALUE = BITCOIN * 8 // 100, BITCOIN * 16 // 100
LEAST_LEVEL, MOST_LEVEL = BITCOIN * 16 // 100, BITCOIN * 24 // 100
"""Satoshi of the first level's outputs, and of the second's: about twice 0.1 BTC."""


def plain(transaction: Transaction) -> tuple[int, int]:
    """Whether it is a round of Wasabi 1, and whether one with levels."""
    inputs, outputs = transaction.inputs, transaction.outputs
    value, count = most_equal(transaction)
    known = any(each.head in COORDINATORS and each.script_type == WITNESS_V0_KEYHASH for each in outputs)
    fewest = LEAST_EQUAL_OF_KNOWN if known else LEAST_EQUAL
    if count < fewest or distinct(inputs) < count or not all_of(inputs, WITNESS_V0_KEYHASH):
        return NO, NO
    if not known and not (LEAST_VALUE <= value < MOST_VALUE and all_of(outputs, WITNESS_V0_KEYHASH)):
        return NO, NO
    counts = Counter(each.value for each in outputs)
    alone = sum(often == 1 for often in counts.values())
    bare = len(inputs) == count == len(outputs) - 1 and all(each.value >= value for each in inputs)
    if alone < 2 and not (alone == 1 and bare):
        return NO, NO
    levels = any(LEAST_LEVEL <= each < MOST_LEVEL and often >= 2 for each, often in counts.items())
    return YES, YES if levels else NO


def asked(transactions: Transactions) -> tuple[Rows, Answers, Answers]:
    """Candidates' places, and of each what ``plain`` says."""
    from clew.kernels import coinjoins

    rows, some = with_equal_outputs(transactions)
    kept = "wasabi_1"
    if kept not in some.kept:
        found, levels = np.empty(len(rows), np.int8), np.empty(len(rows), np.int8)
        known = np.zeros(some.outputs, np.uint8)
        for each in _coordinators():
            known |= (some.head == each).all(axis=1) & (some.script_type == WITNESS_V0_KEYHASH)
        limits = np.array(
            [LEAST_EQUAL, LEAST_EQUAL_OF_KNOWN, LEAST_VALUE, MOST_VALUE, LEAST_LEVEL, MOST_LEVEL], np.int64
        )
        coinjoins.wasabi(coinjoins.coins_of(some), known, limits, found, levels)
        some.kept[kept] = found, levels
    return rows, *some.kept[kept]


@lru_cache
def _coordinators() -> tuple[np.ndarray[tuple[int], np.dtype[np.uint8]], ...]:
    return tuple(np.frombuffer(each, np.uint8) for each in COORDINATORS)


__all__ = ["asked", "plain"]
