"""The tags in force on what an answer shows, side by side, each with where it comes from."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from clew.ledger.ledger import Ledger
from clew.reference.attributions import Attributions

_OPENED: WeakKeyDictionary[Ledger, Attributions] = WeakKeyDictionary()


def attributions_of(ledger: Ledger) -> Attributions:
    """The attributions in a ledger's folder, as they were when first asked for.

    Raises NotALedgerError where their file is damaged.
    """
    if ledger not in _OPENED:
        _OPENED[ledger] = Attributions(ledger.path)
    return _OPENED[ledger]


__all__ = ["attributions_of"]
