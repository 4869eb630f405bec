"""The divisions into entities that a ledger holds, and the models that state change."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clew.accuracy.score import Division, Model
from clew.analysis.estimates import stated_of
from clew.ledger import sets
from clew.ledger.ledger import Ledger


def divisions_of(ledger: Ledger) -> Iterator[Division]:
    """Every named set of rules that has entities in the ledger, ``strict`` first.

    Raises UsageError for a set that was made at another tip.
    """
    for name in sets.names(ledger):
        control = sets.seen_by_set(ledger, name).control
        links = control.links_in(np.arange(ledger.counts["transactions"]))
        yield Division(
            name=name,
            entity=control.entity_of(np.arange(ledger.counts["addresses"])),
            links={column: getattr(links, column) for column in ("a", "b", "transaction", "rule")},
            rules=tuple(rule.name for rule in control.rules),
            versions=tuple((rule.name, rule.version) for rule in control.rules),
            stated=stated_of(control),
        )


def models_of(ledger: Ledger) -> Iterator[Model]:
    """What every model that states probabilities of change says of a ledger's outputs."""
    yield from ()


__all__ = ["divisions_of", "models_of"]
