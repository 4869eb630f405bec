"""A ledger's own files, read again and compared with what was committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clew.errors import LedgerError, LedgerInUseError
from clew.ledger import manifest as manifests
from clew.ledger import sets
from clew.ledger.checks import NAMES, Damage
from clew.ledger.files import check_files, total_bytes
from clew.ledger.ledger import Ledger
from clew.verify.findings import Finding, Findings


@dataclass(frozen=True)
class OwnFiles:
    """How many bytes of the ledger's files were read, and how many places do not hold what was committed."""

    bytes: int
    damaged: int


def check_own(
    ledger: Ledger, findings: Findings, step: Callable[[int, int], None] = lambda done, total: None
) -> OwnFiles:
    """Read the ledger's files, compare them with their checksums, and add what is damaged to ``findings``.

    ``step(done, total)`` is told of bytes. Raises LedgerInUseError where the files were replaced meanwhile.
    """
    before, done, total = len(findings), 0, total_bytes(ledger.manifest)
    for each in check_files(ledger.path, ledger.manifest):
        if isinstance(each, Damage):
            _require_named(ledger.path, each)
            expected = f"the bytes {each.start:,} to {each.end:,} that were committed"
            findings.add(Finding("ledger file", expected, each.reason, file=each.path, offset=each.start))
        else:
            done += each
            step(min(done, total), total)
    return OwnFiles(done, len(findings) - before)


def _require_named(ledger: Path, damage: Damage) -> None:
    """Raise LedgerInUseError where a writer has put other files in the place of the damaged one."""
    place = Path(damage.path).relative_to(ledger)
    if place.parts[0] == sets.FOLDER:
        was_replaced = _is_of_former_set(ledger, place)
    else:
        latest = manifests.read(ledger)
        checked = latest.checked().get(place.parts[0])
        other_checks = place.name in NAMES and checked is not None and checked.file != place.name
        was_replaced = place.parts[0] not in latest.folders() or other_checks
    if was_replaced:
        raise LedgerInUseError(
            f"{ledger}: its files were replaced while they were read (by clew index, follow or compact); "
            "run clew verify again"
        )


def _is_of_former_set(ledger: Path, place: Path) -> bool:
    """Whether a file of a set of rules is none of those that its manifest names by now."""
    if place.name == sets.FILE_NAME:
        return False
    try:
        return sets.read(ledger / sets.FOLDER / place.parts[1]).folder != place.parts[2]
    except LedgerError:
        return not (ledger / sets.FOLDER / place.parts[1] / sets.FILE_NAME).exists()
