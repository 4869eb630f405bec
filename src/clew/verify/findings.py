"""What differs between a ledger and what it is compared with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

MOST_LISTED = 1_000
"""Findings that are kept to be shown; all are counted."""


@dataclass(frozen=True)
class Step:
    """How far a stage is: ``done`` of ``total`` in ``unit``; ``height`` of the block under way."""

    stage: str
    done: int
    total: int
    unit: str
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. ``what`` is a column as ``table.column``, or ``block file``, ``ledger file``.

    Hashes are as explorers show them. ``row`` is the row of the column's table, ``file`` and
    ``offset`` the place in a file, in bytes.
    """

    what: str
    expected: str
    found: str
    height: int | None = None
    block: str | None = None
    transaction: str | None = None
    row: int | None = None
    file: str | None = None
    offset: int | None = None

    def __str__(self) -> str:
        places = (
            ("block", self.height),
            ("transaction", self.transaction),
            ("row", self.row),
            ("file", self.file),
            ("offset", self.offset),
        )
        where = ", ".join(f"{name} {value}" for name, value in places if value is not None)
        return f"{self.what}{f' ({where})' if where else ''}: expected {self.expected}, found {self.found}"


class Findings:
    """All findings of one run: every one counted by what differs, the first ones kept."""

    def __init__(self, most: int = MOST_LISTED) -> None:
        self.most = most
        self.listed: list[Finding] = []
        self.counts: Counter[str] = Counter()

    def add(self, finding: Finding) -> None:
        """Take in one more."""
        self.counts[finding.what] += 1
        if len(self.listed) < self.most:
            self.listed.append(finding)

    def __len__(self) -> int:
        return self.counts.total()
