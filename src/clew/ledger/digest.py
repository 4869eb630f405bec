"""One number for everything a ledger says: the digest of its logical content.

It depends on the best chain and the rules alone, not on how the work was split or how the files
lie. Column bytes are little-endian; 40-bit columns count as 64-bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from clew.ledger.tables import Array
from clew.schema import DERIVED_TABLES, ROW_TABLES, VERSION, Column

BEFORE_GENESIS = bytes(32)
"""The rolling digest before the first block."""

_CHUNK_ROWS = 1 << 20


def block_digest(previous: bytes, columns: Mapping[str, Mapping[str, Array]]) -> bytes:
    """Rolling digest after one block: SHA-256 of the digest before and of SHA-256 of the block's rows.

    ``columns[table][column]`` holds the block's rows of every logical row table, in any order and as
    logical values; rows are hashed table by table and column by column in schema order.
    """
    return sha256(previous + rows_digest(columns)).digest()


def rows_digest(columns: Mapping[str, Mapping[str, Array]]) -> bytes:
    """SHA-256 of one block's rows, arguments as for ``block_digest``."""
    rows = sha256()
    for table in ROW_TABLES:
        if table.logical:
            for column in table.columns:
                _update(rows, columns[table.name][column.name], column)
    return rows.digest()


def ledger_digest(rolling: bytes, network: str, derived: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Digest of a whole ledger from its rolling digest at the tip and its derived tables.

    ``derived[table][column]`` is anything that has a length and gives logical values by slice.
    """
    whole = sha256(b"clew" + VERSION.to_bytes(4, "little") + network.encode() + rolling)
    for table in DERIVED_TABLES:
        if table.logical:
            for column in table.columns:
                whole.update(_column_digest(derived[table.name][column.name], column))
    return whole.digest()


def _column_digest(data: Sequence[Any], column: Column) -> bytes:
    digest = sha256()
    for start in range(0, len(data), _CHUNK_ROWS):
        _update(digest, data[start : start + _CHUNK_ROWS], column)
    return digest.digest()


def _update(digest: Any, values: Any, column: Column) -> None:
    if len(values):
        digest.update(np.ascontiguousarray(values, column.dtype).data.cast("B"))


__all__ = ["BEFORE_GENESIS", "block_digest", "ledger_digest", "rows_digest"]
