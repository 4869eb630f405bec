"""What a ledger holds, how far it is behind its source, and its digest."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from clew.analysis.answer import NOT_SEARCHED, Answer
from clew.analysis.rows import answer
from clew.ledger.ledger import Ledger


def status(ledger: Ledger) -> Answer:
    """Counts, unspent outputs, the source, and the rules that shaped the entities.

    ``unspent`` leaves out what nobody can spend, as Bitcoin Core's count does.
    """
    manifest = ledger.manifest
    result = {
        "counts": dict(ledger.counts),
        "unspent": {"outputs": manifest.unspent_outputs, "value": manifest.unspent_value},
        "source": _source(ledger),
        "rules": [{"name": rule.name, "version": rule.version} for rule in manifest.rules],
    }
    return answer(ledger, "status", {}, result)


def digest(ledger: Ledger) -> Answer:
    """The digest of everything the ledger says, computed from its files."""
    return answer(ledger, "digest", {}, {"digest": ledger.digest()})


def _source(ledger: Ledger) -> dict[str, Any]:
    name = "clew.ledger.source"
    if find_spec(name):
        found: dict[str, Any] = import_module(name).behind(ledger)
        return found
    return {"folder": ledger.manifest.blocks_folder or None, "status": NOT_SEARCHED}


__all__ = ["digest", "status"]
