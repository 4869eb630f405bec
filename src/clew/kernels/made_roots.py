"""What a block of a bulk chain commits to: the roots of its transactions and of its witnesses."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.kernels.hashes import merkle_root, new_work, sha256d
from clew.kernels.jit import kernel
from clew.kernels.made_coins import BORN, Coins, add_coin


@kernel
def transaction_root(txids: Any, rows: int) -> None:
    """Fold ``rows`` txids (uint8, flat, room for one more) into the Merkle root at their start."""
    merkle_root(txids, rows, new_work())


@kernel
def witness_root(out: Any, starts: Any, has_witness: Any, txids: Any, rows: int, level: Any) -> None:
    """The Merkle root of the wtxids at the start of ``level`` (uint8, flat, room for ``rows`` + 1 hashes).

    Transaction ``row`` is ``out[starts[row]:starts[row + 1]]``, its txid ``txids[32 * row:]``; row 0
    is the coinbase, which counts as zeros.
    """
    work = new_work()
    for i in range(32):
        level[i] = 0
    for row in range(1, rows):
        if has_witness[row]:
            sha256d(out, starts[row], starts[row + 1] - starts[row], work, level, 32 * row)
        else:
            for i in range(32 * row, 32 * row + 32):
                level[i] = txids[i]
    merkle_root(level, rows, work)


@kernel
def enter_coinbase(coins: Coins, txid: Any, value: int, code: int, owner: int, born: int) -> None:
    """Make the first output of the coinbase ``txid`` (uint8, 32) a coin, as old as height ``born``."""
    slot = add_coin(coins, np.int64(0), value, code, owner)
    coins.coin[slot, BORN] = born
    for i in range(32):
        coins.txid[32 * slot + i] = txid[i]
