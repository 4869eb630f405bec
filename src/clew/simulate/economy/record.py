"""What an economy's chain looks like once it has bytes: ids, places, payloads; by the economy's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Record:
    """The names that blocks gave to what the economy did.

    ``txids``: uint8 (transactions, 32), wire order. ``vouts``: int32 (coins,), each coin's place among
    its transaction's outputs. ``vins``: int32 (inputs,), likewise. ``types``: uint8 (addresses,), address
    types of ``schema.SCRIPT_TYPES``; ``payloads``: uint8 (addresses, 32), address payloads padded with
    zeros. ``hashes``: wire-order hash of each block. ``files``: the block files.
    """

    txids: npt.NDArray[np.uint8]
    vouts: npt.NDArray[np.int32]
    vins: npt.NDArray[np.int32]
    types: npt.NDArray[np.uint8]
    payloads: npt.NDArray[np.uint8]
    hashes: tuple[bytes, ...]
    files: tuple[Path, ...]
