"""One block."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum
from clew.analysis.answer import Answer, list_status
from clew.analysis.caveats import BLOCK_TIME
from clew.analysis.rows import answer, page
from clew.ledger.ledger import Ledger
from clew.schema import NO_OUTPUT


def block(ledger: Ledger, which: str | bytes | int, *, limit: int = 0, offset: int = 0) -> Answer:
    """The block of a height or a hash; ``limit`` and ``offset`` choose among its transaction ids.

    ``fee`` is what all its transactions left to the miner, in satoshi. ``work`` is the chain's total
    up to the block, ``bits`` the compact target, both hex. Raises UsageError and NotFoundError.
    """
    height = ledger.height_of(which)
    ends = {"transactions": ledger.counts["transactions"]}
    firsts = ledger.column("blocks.first_transaction")
    start = int(firsts[height])
    end = int(firsts[height + 1]) if height < ledger.tip.height else ends["transactions"]
    shown = range(start, end)[page(end - start, limit, offset)]
    size, base_size = (int(ledger.column(f"blocks.{name}")[height]) for name in ("size", "base_size"))
    result: dict[str, Any] = {
        "height": height,
        "hash": ledger.block_hash(height),
        "previous": ledger.block_hash(height - 1) if height else "00" * 32,
        "merkle_root": ledger.column("blocks.merkle_root")[height].tobytes()[::-1].hex(),
        "version": int(ledger.column("blocks.version")[height]),
        "bits": f"{int(ledger.column('blocks.bits')[height]):08x}",
        "nonce": int(ledger.column("blocks.nonce")[height]),
        "time": int(ledger.column("blocks.time")[height]),
        "median_time": int(ledger.column("blocks.median_time")[height]),
        "work": ledger.column("blocks.work")[height].tobytes().hex(),
        "size": size,
        "base_size": base_size,
        "weight": 3 * base_size + size,
        "fee": _fees(ledger, start, end),
        "transactions": [ledger.txid(transaction) for transaction in shown],
        "count": end - start,
        **list_status(len(shown), end - start),
    }
    parameters = {"block": which if isinstance(which, str | int) else which[::-1].hex()}
    return answer(ledger, "block", {**parameters, "limit": limit, "offset": offset}, result, (BLOCK_TIME,))


def _fees(ledger: Ledger, start: int, end: int) -> int:
    """Inputs less outputs of all transactions of a block but its first, the coinbase."""
    if end - start == 1:
        return 0
    edges = np.array([start + 1, end - 1])
    first_inputs, last_inputs = ledger.input_ranges(edges)
    first_outputs, last_outputs = ledger.output_ranges(edges)
    values = ledger.column("outputs.value")
    spent = ledger.column("inputs.spent_output")[int(first_inputs[0]) : int(last_inputs[1])]
    paid = values[int(first_outputs[0]) : int(last_outputs[1])]
    return exact_sum(values[spent[spent != NO_OUTPUT]]) - exact_sum(paid)


__all__ = ["block"]
