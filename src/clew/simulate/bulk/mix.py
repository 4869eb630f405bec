"""What the transactions of a bulk chain are made of, era by era.

The place in the chain is a share from 0 to 1 of its bytes, since that is what the main chain's
growth is known by: by bytes, 2013 begins at 0.6 %, 2016 at 7 %, 2018 at 18 %, 2021 at 38 %, 2024 at
64 %. Tables are joined by straight lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.kernels.made_blocks import ONE
from clew.kernels.made_scripts import KINDS
from clew.kernels.made_transactions import Mix

MOST_PAID, MOST_SPENT = 1_500, 1_000

ERAS = (0.0, 0.02, 0.07, 0.12, 0.18, 0.25, 0.38, 0.5, 0.65, 1.0)
# Parts in a hundred of new addresses, by kind, at each of ERAS.
NEW_ADDRESSES: dict[str, tuple[float, ...]] = {
    "bare key, 65 bytes": (6, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    "key hash of a 65-byte key": (88, 45, 15, 4, 2, 0, 0, 0, 0, 0),
    "key hash": (4, 52, 76, 74, 58, 30, 13, 10, 7, 5),
    "script hash, 2 of 3 keys": (0, 1, 8, 21, 32, 22, 12, 6, 3, 2),
    "script hash of a witness key hash": (0, 0, 0, 0, 4, 32, 22, 15, 8, 5),
    "witness key hash": (0, 0, 0, 0, 2, 13, 48, 56, 44, 42),
    "witness script hash, 2 of 3 keys": (0, 0, 0, 0, 1, 2, 3, 4, 4, 4),
    "taproot": (0, 0, 0, 0, 0, 0, 0, 5, 33, 41),
    "bare multisig, 1 of 3 keys": (0.5, 0.6, 0.5, 0.4, 0.3, 0.3, 0.3, 0.3, 0.4, 0.4),
    "non-standard": (0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
    "bare key, 33 bytes": (0.5, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2),
}
RETURNS = (0, 0.1, 0.3, 0.7, 2, 6, 2, 1.5, 4, 4.5)
"""OP_RETURN outputs in a hundred outputs."""

BLOCK_KB = (60, 250, 500, 800, 950, 1050, 1200, 1300, 1500, 1700)
"""Mean size of a block."""

LARGEST_BLOCK = 2_000_000
LETTERS_FROM = 0.5
"""From this place on, taproot inputs carry what is wanting to the mean size of a transaction."""

BUSY = (3.6, 3.4, 1.2, 0.6, 0.4, 0.3)
"""Of a hundred payments, those to each of the busy addresses."""


@dataclass(frozen=True)
class Recipe:
    """Means of a chain: bytes, inputs and outputs a transaction; OP_RETURN outputs, new addresses and
    coinjoins in a thousand (of outputs, outputs and transactions); shares of transactions with 1 to 8
    inputs and paid outputs, before large ones are added until the means are met. ``returns`` None:
    as in RETURNS."""

    bytes: float
    inputs: float
    outputs: float
    returns: float | None
    fresh: int
    coinjoins: float
    few_inputs: tuple[float, ...]
    few_paid: tuple[float, ...]
    start: float


WHOLE = Recipe(
    bytes=600, inputs=2.6, outputs=2.8, returns=None, fresh=382, coinjoins=3,
    few_inputs=(60, 18, 8, 4, 3, 3, 2, 2), few_paid=(12, 77, 5, 2, 1, 1, 1, 1), start=0.0,
)  # fmt: skip
"""The whole main chain."""

RECENT = Recipe(
    bytes=325, inputs=1.42, outputs=2.42, returns=380, fresh=300, coinjoins=2,
    few_inputs=(80, 12, 4, 2, 1, 1, 0, 0), few_paid=(62, 34, 2, 1, 1, 0, 0, 0), start=0.75,
)  # fmt: skip
"""The main chain's last years."""


def place(progress: float, recipe: Recipe) -> float:
    """Where in the eras a chain stands that is made to ``progress`` (0 to 1)."""
    return recipe.start + (1 - recipe.start) * min(progress, 1.0)


def block_bytes(at: float) -> int:
    """Mean size of a block at a place in the eras."""
    return int(1000 * np.interp(at, ERAS, BLOCK_KB))


def mix(progress: float, recipe: Recipe, size: int, made: int, transactions: int) -> Mix:
    """What the next block is made of, in a chain to be of ``size`` bytes of which ``made`` are there,
    in so many ``transactions``."""
    at = place(progress, recipe)
    share = float(np.interp(at, ERAS, RETURNS)) / 100 if recipe.returns is None else recipe.returns / 1000
    mean_returns = RETURNS_MEAN if recipe.returns is None else share
    left = size / recipe.bytes - transactions
    # Towards the end the rest says little, and nothing must be made up for at once.
    wanted = (size - made) / left if left > 1000 else recipe.bytes
    total = size / recipe.bytes
    return Mix(
        inputs=_added_up(recipe.few_inputs),
        paid=_added_up(recipe.few_paid),
        kinds=_added_up(_kinds(at)),
        busy=_added_up((*BUSY, 100 - sum(BUSY))),
        mean_inputs=round(1000 * recipe.inputs),
        mean_paid=round(1000 * recipe.outputs * (1 - mean_returns)),
        mean_bytes=round(min(max(wanted, 0.5 * recipe.bytes), 2 * recipe.bytes)) if at >= LETTERS_FROM else 0,
        fresh=recipe.fresh,
        returns=round(ONE * share * recipe.outputs),
        coinjoins=round(ONE * recipe.coinjoins / 1000) if at > 0.05 else 0,
        version=1 if at < 0.1 else 2,
        sequence=0xFFFFFFFF if at < 0.2 else 0xFFFFFFFD,
        fewest=int(min(max(total * recipe.outputs / 100, 300), 50_000)),
        most_paid=int(min(max(total / 400, 16), MOST_PAID)),
        most_spent=int(min(max(total / 400, 16), MOST_SPENT)),
    )


def _kinds(at: float) -> tuple[float, ...]:
    parts = {name: float(np.interp(at, ERAS, row)) for name, row in NEW_ADDRESSES.items()}
    return tuple(parts.get(name, 0.0) for name in KINDS)


def _added_up(parts: tuple[float, ...]) -> npt.NDArray[np.int64]:
    whole = np.cumsum(parts) / sum(parts) * ONE
    return np.round(whole).astype(np.int64)


def _mean(row: tuple[float, ...]) -> float:
    return float(np.trapezoid(row, ERAS))


RETURNS_MEAN = _mean(RETURNS) / 100
