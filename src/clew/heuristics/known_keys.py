"""Addresses whose private keys everybody knows: whoever spends from them shows nothing.

Small numbers and famous phrases have been taken as keys by thousands of people, who share such addresses
with everybody who tries the same. ``known_keys.csv`` beside this file lists the keys and their addresses'
payloads; ``tools/known_keys.py`` makes it.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from clew.schema import HEAD_BYTES, PUBKEYHASH, SCRIPTHASH, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT

Array: TypeAlias = npt.NDArray[Any]

TABLE = Path(__file__).with_suffix(".csv")
COLUMNS = {
    PUBKEYHASH: ("compressed", "uncompressed"),
    SCRIPTHASH: ("nested", "nested_uncompressed"),
    WITNESS_V0_KEYHASH: ("compressed", "uncompressed"),
    WITNESS_V1_TAPROOT: ("taproot",),
}


class Heads(NamedTuple):
    """The first bytes of payloads: ``word`` uint64, ascending, the first eight; ``head`` uint8 (rows, 20)
    all that ``addresses.head`` has; ``type`` uint8."""

    word: Array
    head: Array
    type: Array


@cache
def payloads() -> frozenset[tuple[int, bytes]]:
    """Type and payload of every such address."""
    with open(TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return frozenset(
        (kind, bytes.fromhex(row[name])) for row in rows for kind, names in COLUMNS.items() for name in names
    )


@cache
def heads() -> Heads:
    """The same as arrays, in order of their first bytes."""
    listed = sorted((int.from_bytes(payload[:8], "little"), payload, kind) for kind, payload in payloads())
    return Heads(
        np.array([word for word, _, _ in listed], np.uint64),
        np.array([list(payload[:HEAD_BYTES]) for _, payload, _ in listed], np.uint8),
        np.array([kind for _, _, kind in listed], np.uint8),
    )


__all__ = ["TABLE", "Heads", "heads", "payloads"]
