"""The shape of one transaction: what detectors of coinjoins look at first, in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from clew.heuristics.plain import Input, Output, Transaction
from clew.schema import NO_ADDRESS

DUST_LIMIT = 2_730
"""Satoshi that an equal output of a coinjoin must exceed: five times the dust limit of 546."""

BITCOIN = 100_000_000


def most_equal(transaction: Transaction) -> tuple[int, int]:
    """The most frequent value above the dust limit, the greatest of several, and how often it is there."""
    counts = Counter(each.value for each in transaction.outputs if each.value > DUST_LIMIT)
    return max(counts.items(), key=lambda each: each[::-1], default=(0, 0))


def distinct(rows: Iterable[Input | Output]) -> int:
    """How many addresses stand there; 0 where a row has none."""
    found = {each.address for each in rows}
    return 0 if NO_ADDRESS in found else len(found)


def all_of(rows: Iterable[Input | Output], *types: int) -> bool:
    """Whether all scripts are of these types."""
    return all(each.script_type in types for each in rows)


def may_join(transaction: Transaction) -> bool:
    """Whether it has two inputs or more and two equal outputs: nothing else can be a coinjoin here."""
    return len(transaction.inputs) >= 2 and most_equal(transaction)[1] >= 2


__all__ = ["BITCOIN", "DUST_LIMIT", "all_of", "distinct", "may_join", "most_equal"]
