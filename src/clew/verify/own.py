"""A ledger's own files, read again and compared with what was committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from clew.errors import NotALedgerError
from clew.ledger.ledger import Ledger
from clew.verify.findings import Finding, Findings


class Damage(Protocol):
    """A place in a file of the ledger that does not hold what was committed."""

    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def expected(self) -> str: ...  # noqa: D102
    @property
    def found(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class OwnFiles:
    """How the files were checked: ``checksums``, or ``rows`` against the digest of the chain alone."""

    by: str
    damaged: int


def check_own(
    ledger: Ledger, findings: Findings, check_files: Callable[[Ledger], Iterable[Damage]] | None = None
) -> OwnFiles:
    """Read the ledger's files and add what is damaged to ``findings``.

    ``check_files`` compares them with their checksums and gives each damaged place; without it the
    rows are hashed again and compared with the digest that was committed.
    """
    before = len(findings)
    if check_files is not None:
        for place in check_files(ledger):
            findings.add(
                Finding("ledger file", place.expected, place.found, file=place.file, offset=place.offset)
            )
        return OwnFiles("checksums", len(findings) - before)
    try:
        ledger.digest()
    except (NotALedgerError, IndexError, ValueError) as error:
        findings.add(
            Finding("ledger file", "the rows that were committed", str(error), file=str(ledger.path))
        )
    return OwnFiles("rows", len(findings) - before)
