"""What rows read back from disk must satisfy before kernels index by them.

Kernels check no bounds, so a byte that a disk has flipped must not become an index.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from clew.errors import NotALedgerError
from clew.ledger.columns import Array


def require_ids(ids: Array, limit: int, nothing: int, column: str) -> None:
    """Every id below ``limit``, or ``nothing``. Raises NotALedgerError that names the column."""
    wrong = np.flatnonzero((ids >= limit) & (ids != nothing))
    if len(wrong):
        raise damaged(column, f"ids below {limit:,}", int(ids[wrong[0]]))


def require_starts(starts: Any, total: int, column: str) -> None:
    """Each start at least the one before, and none past ``total``. Raises NotALedgerError."""
    if len(starts) and (np.diff(starts) < 0).any():
        row = int(np.flatnonzero(np.diff(starts) < 0)[0])
        raise damaged(column, f"at least {int(starts[row]):,}", int(starts[row + 1]))
    if len(starts) and not 0 <= int(starts[0]) <= int(starts[-1]) <= total:
        raise damaged(column, f"at most {total:,}", int(starts[-1]))


@contextmanager
def reading_back(ledger: Path) -> Iterator[None]:
    """Turn an index that no column has, which sound files never give, into NotALedgerError."""
    try:
        yield
    except (IndexError, ValueError) as error:
        raise NotALedgerError(
            f"{ledger}: expected numbers that point into the ledger, found others ({error}): its files are "
            "damaged on disk; build it again in a new folder"
        ) from error


def damaged(column: str, expected: str, found: int) -> NotALedgerError:
    """The error for a column that holds what it cannot."""
    return NotALedgerError(
        f"column {column}: expected {expected}, found {found:,}: the ledger's rows are damaged on disk; "
        "build it again in a new folder"
    )
