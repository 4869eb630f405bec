"""Sums of satoshi, exact beyond 64 bits."""

from __future__ import annotations

import numpy as np

from clew.ledger.columns import Array

_INT64_LIMIT = 1 << 63


def exact_sum(values: Array) -> int:
    """The sum of ``values`` (int64, or Python numbers) as a Python number, however large."""
    if values.dtype == object:
        return sum(values.tolist())
    if int(values.max(initial=0)) * len(values) < _INT64_LIMIT and int(values.min(initial=0)) >= 0:
        return int(values.sum())
    # The low halves are below 2^32, the high ones below 2^31: neither sum can run over.
    low = int((values & 0xFFFFFFFF).astype(np.uint64).sum(dtype=np.uint64))
    high = int((values >> 32).sum(dtype=np.int64))
    return low + (high << 32)


def grouped_sums(groups: Array, values: Array, count: int) -> Array:
    """Sum of ``values`` (int64, not negative) for each of ``count`` groups.

    int64 where that surely holds every sum, else Python numbers.
    """
    wide = exact_sum(values) >= _INT64_LIMIT
    sums: Array = np.zeros(count, object if wide else np.int64)
    np.add.at(sums, groups, values.astype(sums.dtype))
    return sums


__all__ = ["exact_sum", "grouped_sums"]
