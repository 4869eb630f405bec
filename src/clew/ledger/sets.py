"""Named sets of rules beside a ledger's own: each has its tables in ``sets/NAME`` of the ledger's folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clew.errors import NotALedgerError, UsageError
from clew.ledger.control import STRICT, Control

if TYPE_CHECKING:
    from clew.ledger.ledger import Ledger

FOLDER = "sets"
"""Where the tables of other sets lie, in the ledger's folder."""


def names(ledger: Ledger) -> tuple[str, ...]:
    """The sets that a ledger holds, ``strict`` first, the others by name."""
    folder = ledger.path / FOLDER
    others = sorted(each.name for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
    return (STRICT, *others)


def seen_by_set(ledger: Ledger, name: str) -> Ledger:
    """A ledger (at its tip) through the set of rules called ``name``.

    Raises UsageError where it holds no such set, or holds it as of another tip.
    """
    if name == STRICT:
        return ledger
    if name not in names(ledger):
        raise UsageError(
            f"rules {name!r}: expected a set that this ledger holds ({', '.join(names(ledger))}); clew cluster "
            "makes others"
        )
    control = open_set(ledger, ledger.path / FOLDER / name)
    if control.height != ledger.tip.height:
        raise UsageError(
            f"rules {name!r}: expected a set made at the ledger's tip, height {ledger.tip.height}, found one of "
            f"height {control.height}; make it again with clew cluster"
        )
    return ledger.seen_by(control)


def open_set(ledger: Ledger, folder: Path) -> Control:
    """The set in ``folder``. Raises NotALedgerError where it cannot be read."""
    raise NotALedgerError(f"{folder}: no set of rules that this version of Clew can read; make it again")


__all__ = ["FOLDER", "names", "open_set", "seen_by_set"]
