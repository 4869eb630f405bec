"""Where the rows of one block must lie in the tables of a ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.bitcoin.block import Block
from clew.ledger.ledger import Ledger

Array = npt.NDArray[Any]

TABLES = {"transactions": "transaction", "outputs": "output", "inputs": "input"}
"""Tables with rows of each block, and what a row is called in ``blocks.first_…``."""


@dataclass(frozen=True)
class Layout:
    """Ids of a block's rows; ``first_output`` and ``first_input`` by transaction, and one past the end."""

    transactions: range
    outputs: range
    inputs: range
    first_output: Array
    first_input: Array
    wrong: tuple[tuple[str, int, str, str], ...]
    """What ``blocks`` states amiss: column, row, expected, found."""

    def transaction_of(self, outputs_or_inputs: str, row: int) -> int:
        """Which transaction of the block a row of its outputs or inputs belongs to."""
        starts = self.first_output if outputs_or_inputs == "outputs" else self.first_input
        return int(np.searchsorted(starts, row, "right")) - 1


def layout_of(ledger: Ledger, height: int, block: Block) -> Layout | None:
    """The layout that fits what the ledger states; None where its tables are too short for the block."""
    sizes = {
        "transactions": len(block.transactions),
        "outputs": sum(len(each.outputs) for each in block.transactions),
        "inputs": sum(len(each.inputs) for each in block.transactions),
    }
    spans: dict[str, range] = {}
    wrong: list[tuple[str, int, str, str]] = []
    for table, size in sizes.items():
        start, end = edges(ledger, table, height)
        first = start
        if end - start != size:
            first = _witnessed(ledger, table, (start, end - size), block, spans)
            at = (height, start, first) if first != start else (height + 1, end, first + size)
            wrong.append((f"blocks.first_{TABLES[table]}", at[0], str(at[2]), str(at[1])))
        if not 0 <= first <= ledger.counts[table] - size:
            return None
        spans[table] = range(first, first + size)
    outputs = np.cumsum([0, *(len(each.outputs) for each in block.transactions)])
    inputs = np.cumsum([0, *(len(each.inputs) for each in block.transactions)])
    return Layout(
        **spans,
        first_output=outputs + spans["outputs"].start,
        first_input=inputs + spans["inputs"].start,
        wrong=tuple(wrong),
    )


def edges(ledger: Ledger, table: str, height: int) -> tuple[int, int]:
    """First row of a block in a table, and one past its last, as ``blocks`` states them."""
    first = ledger.column(f"blocks.first_{TABLES.get(table, 'address')}")
    is_last = height + 1 == ledger.counts["blocks"]
    return int(first[height]), ledger.counts[table] if is_last else int(first[height + 1])


def _witnessed(
    ledger: Ledger, table: str, candidates: tuple[int, int], block: Block, spans: dict[str, range]
) -> int:
    """Which of two first rows the rows themselves speak for."""
    for first in candidates:
        if not 0 <= first < ledger.counts[table]:
            continue
        if table == "transactions":
            if ledger.column("transactions.txid")[first].tobytes() == block.transactions[0].txid:
                return first
        elif int(ledger.column(f"transactions.first_{TABLES[table]}")[spans["transactions"].start]) == first:
            return first
    return candidates[0]
