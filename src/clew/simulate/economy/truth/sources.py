"""Columns of a truth table before they are written: numbers, words and texts, by row."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from clew.bitcoin.networks import network
from clew.kernels.addresses import form, texts
from clew.schema import NULLDATA, PUBKEYHASH

NETWORK = "regtest"

Array: TypeAlias = npt.NDArray[Any]

_WORTH_TWO_THREADS = 50_000

HEX = np.array([int.from_bytes(f"{byte:02x}".encode(), "little") for byte in range(256)], "<u2")
"""Both letters of each byte, as one number of 16 bits."""


@dataclass(frozen=True)
class Words:
    """A column of few different texts: ``codes`` are places in ``names``, -1 where there is none."""

    codes: Array
    names: Sequence[str]


@dataclass(frozen=True)
class Texts:
    """A column of many different texts: ``rows`` are places in ``values``, an Arrow array of texts, -1
    where there is none."""

    values: Any
    rows: Array


Source: TypeAlias = Array | Words | Texts
"""What a column is made from. In an array, -1 stands for nothing where the column may be empty."""


def shown(hashes: npt.NDArray[np.uint8]) -> Any:
    """Hashes, uint8 (n, 32) in wire order, as an Arrow array of the hex that people read."""
    import pyarrow as pa

    letters = HEX[np.ascontiguousarray(hashes[:, ::-1])]
    offsets = np.arange(len(hashes) + 1, dtype=np.int64) * 64
    return pa.LargeStringArray.from_buffers(len(hashes), pa.py_buffer(offsets), pa.py_buffer(letters))


def addresses(types: npt.NDArray[np.uint8], payloads: npt.NDArray[np.uint8]) -> Any:
    """Addresses as an Arrow array of the texts that people write; null for OP_RETURN, which has none.

    ``types`` and ``payloads`` as in ``Record``.
    """
    import pyarrow as pa

    if len(types) < _WORTH_TWO_THREADS:
        return _addresses(types, payloads)
    half = len(types) // 2
    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(_addresses, (types[:half], types[half:]), (payloads[:half], payloads[half:]))
        return pa.concat_arrays(list(parts))


def _addresses(types: npt.NDArray[np.uint8], payloads: npt.NDArray[np.uint8]) -> Any:
    import pyarrow as pa

    on = network(NETWORK)
    has = types != NULLDATA
    # The text of a row without one is made of its payload all the same, and hidden.
    made = texts(
        np.where(has, types, PUBKEYHASH),
        payloads,
        form(on.pubkeyhash_prefix, on.scripthash_prefix, on.bech32_prefix, on.cashaddr_prefix),
    )
    valid = None if has.all() else pa.py_buffer(np.packbits(has, bitorder="little"))
    offsets, letters = pa.py_buffer(made.offsets), pa.py_buffer(made.data)
    return pa.LargeStringArray.from_buffers(len(types), offsets, letters, valid)


def listed(values: Sequence[str | None]) -> Texts:
    """A column of texts from a list."""
    import pyarrow as pa

    return Texts(pa.array(values, pa.large_string()), np.arange(len(values)))


def length(source: Source) -> int:
    """Rows of a column."""
    if isinstance(source, Words):
        return len(source.codes)
    return len(source.rows if isinstance(source, Texts) else source)
