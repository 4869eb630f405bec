"""Ways to compare, and to change what a ledger says without touching its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from clew.ledger.ledger import Ledger
from clew.verify import Compared, Findings, against


def compare(ledger: Ledger | Path, folder: Path, **how: Any) -> tuple[Compared, Findings]:
    """Compare all blocks, unless ``how`` says otherwise."""
    findings = Findings()
    opened = Ledger(ledger) if isinstance(ledger, Path) else ledger
    return against(opened, folder, findings, **{"sample": None, **how}), findings


def changed(path: Path, name: str, change: Callable[[Any], None]) -> Ledger:
    """A ledger one of whose columns reads differently: ``change`` is given all its values to change."""
    ledger = Ledger(path)
    column = ledger.column
    values = np.array(column(name)[:])
    change(values)
    ledger.column = lambda asked: values if asked == name else column(asked)  # type: ignore[method-assign]
    return ledger
