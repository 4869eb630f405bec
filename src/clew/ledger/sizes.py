"""Sizes of transactions: each ends where the next one of its block begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from clew.ledger.columns import Array, Numbers, search


class Sizes(Numbers):
    """Serialised sizes with witness, in bytes: ``transactions.size``, which is not stored."""

    dtype = np.dtype(np.uint32)

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._offset = columns["transactions.offset"]
        self._first = columns["blocks.first_transaction"]
        self._size = columns["blocks.size"]
        self._trailing = columns["blocks.trailing"]

    def __len__(self) -> int:
        return len(self._offset)

    def some(self, rows: Array) -> Array:
        """Sizes of the transactions ``rows``."""
        blocks = search(self._first, rows, "right") - 1
        following = np.full(len(rows), len(self), np.int64)
        inner = blocks + 1 < len(self._first)
        following[inner] = self._first[blocks[inner] + 1]
        last = rows + 1 == following
        ends = self._offset[np.where(last, 0, rows + 1)]
        mine = blocks[last]
        ends[last] = self._size[mine] - self._trailing[mine]
        sizes: Array = ends - self._offset[rows]
        return sizes


__all__ = ["Sizes"]
