"""One number for everything a ledger says: the digest of its logical content.

It depends on the best chain and the rules alone, not on how the work was split or how the files
lie. Column bytes are little-endian; 40-bit columns count as 64-bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from clew.ledger.columns import Array
from clew.schema import ADDRESS_COLUMNS, BASE_TABLES, LINK_TABLES, ROW_TABLES, VERSION, Column

BEFORE_GENESIS = bytes(32)
"""The rolling digest before the first block."""

_CHUNK_ROWS = 1 << 20


def content_digest(columns: Mapping[str, Mapping[str, Array]]) -> bytes:
    """SHA-256 of one block's rows without what tells of addresses.

    ``columns[table][column]`` holds the block's rows of every logical row table, as logical values,
    in any order; they are hashed table by table and column by column in schema order.
    """
    return _rows_digest(columns, of_addresses=False)


def block_digest(previous: bytes, content: bytes, columns: Mapping[str, Mapping[str, Array]]) -> bytes:
    """Rolling digest after one block: SHA-256 of the digest before, of ``content_digest``, and of
    SHA-256 of the block's columns that tell of addresses (ADDRESS_COLUMNS), given as there.
    """
    return sha256(previous + content + _rows_digest(columns, of_addresses=True)).digest()


def _rows_digest(columns: Mapping[str, Mapping[str, Array]], *, of_addresses: bool) -> bytes:
    rows = sha256()
    for table in ROW_TABLES:
        if table.logical:
            named = ADDRESS_COLUMNS.get(table.name, ())
            for column in table.columns:
                if (column.name in named) == of_addresses:
                    _update(rows, columns[table.name][column.name], column)
    return rows.digest()


def ledger_digest(rolling: bytes, network: str, derived: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Digest of a whole ledger from its rolling digest at the tip, its links and its base tables.

    ``derived[table][column]`` is anything that has a length and gives logical values by slice.
    """
    whole = sha256(b"clew" + VERSION.to_bytes(4, "little") + network.encode() + rolling)
    for table in (*LINK_TABLES, *BASE_TABLES):
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


__all__ = ["BEFORE_GENESIS", "block_digest", "content_digest", "ledger_digest"]
