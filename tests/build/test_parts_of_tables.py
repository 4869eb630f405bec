"""Tables that are made a few rows at a time hold what they hold when they are made whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from build.nodes import built, lively_blocks, node
from clew.build import base, rebuild
from clew.ledger.ledger import Ledger
from clew.schema import BASE_TABLES


def columns_of(folder: Path) -> dict[str, Any]:
    ledger = Ledger(folder)
    return {
        f"{table.name}.{column.name}": np.asarray(ledger.column(f"{table.name}.{column.name}"))
        for table in BASE_TABLES
        for column in table.columns
    }


@pytest.mark.parametrize("rows", [1, 2, 5, 16, 100])
def test_parts_of_few_rows(rows: int, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The base takes in all blocks.
    monkeypatch.setattr(rebuild, "UNDONE", 0)
    blocks = node(room / "blocks", lively_blocks())
    built(room / "whole", blocks)
    whole = columns_of(room / "whole")

    class Tight(base.BaseBuild):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self.memory = 0

    for name in ("_SMALLEST_PART", "_CHUNK", "_RANGE"):
        monkeypatch.setattr(base, name, rows)
    monkeypatch.setattr(rebuild, "BaseBuild", Tight)
    built(room / "parts", blocks)
    parts = columns_of(room / "parts")
    assert len(whole["members.address"]) > 16
    for name, column in whole.items():
        assert parts[name].tolist() == column.tolist(), name
