"""Output ids past 2^32, in a ledger's own columns: a chain whose counter starts just below."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clew.ledger.columns import map_tables
from clew.ledger.tables import TableWriter
from clew.schema import INPUTS, LARGE_VALUES, NO_OUTPUT, OUTPUTS, RARE_SEQUENCES, RARE_VERSIONS, TRANSACTIONS

BELOW = (1 << 32) - 3
"""Outputs before the first row written here."""


def test_ids_of_outputs_pass_32_bits(tmp_path: Path) -> None:
    tables = (TRANSACTIONS, OUTPUTS, INPUTS, LARGE_VALUES, RARE_VERSIONS, RARE_SEQUENCES)
    base = {table.name: BELOW for table in tables}
    writer = TableWriter(tmp_path / "rows", tables, {}, None, base)
    spent = np.array([BELOW - 1, BELOW, BELOW + 1, BELOW + 2, BELOW + 3, NO_OUTPUT], np.int64)
    sequences = np.array([0, 1, 0xFFFFFFFD, 0x80000001, 0x12345678, 0xFFFFFFFF], np.uint32)
    values = np.array([0, 1, (1 << 40) - 1, 1 << 40, 21 * 10**14, 5], np.int64)
    writer.append("inputs", {"spent_output": spent, "sequence": sequences})
    writer.append(
        "outputs",
        {"value": values, "script_type": np.zeros(6, np.uint8), "address": np.arange(6, dtype=np.uint32)},
    )
    counts = writer.column_counts
    writer.close()
    columns = map_tables([(tmp_path / "rows", counts)], tables)
    assert columns["inputs.spent_output"][:].tolist() == spent.tolist()
    # Rare numbers are kept by id: those of this piece count from what came before it.
    assert columns["rare_sequences.row"][:].tolist() == [BELOW + 3, BELOW + 4]
    assert columns["rare_sequences.value"][:].tolist() == [0x80000001, 0x12345678]
    assert columns["large_values.row"][:].tolist() == [BELOW + 2, BELOW + 3, BELOW + 4]
    assert columns["large_values.value"][:].tolist() == values[2:5].tolist()
