"""What a ledger holds, how far it is behind its source, and its digest."""

from __future__ import annotations

from clew.analysis.answer import Answer
from clew.analysis.rows import answer
from clew.ledger.ledger import Ledger
from clew.ledger.source import behind


def status(ledger: Ledger) -> Answer:
    """Counts, unspent outputs, the source, and the rules that shaped the entities.

    ``unspent`` leaves out what nobody can spend, as Bitcoin Core's count does.
    """
    sums = ledger.sums()
    result = {
        "counts": dict(ledger.counts),
        "unspent": {"outputs": sums.unspent_outputs, "value": sums.unspent_value},
        "source": behind(ledger),
        "rules": [{"name": rule.name, "version": rule.version} for rule in ledger.rules],
    }
    return answer(ledger, "status", {}, result)


def digest(ledger: Ledger) -> Answer:
    """The digest of everything the ledger says, computed from its files."""
    return answer(ledger, "digest", {}, {"digest": ledger.digest()})


__all__ = ["digest", "status"]
