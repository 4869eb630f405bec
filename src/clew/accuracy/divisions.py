"""The divisions into entities that a ledger holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clew.accuracy.score import Division, Model
from clew.ledger.ledger import Ledger

STRICT = "strict"


def divisions_of(ledger: Ledger) -> Iterator[Division]:
    """Every named set of rules that has an entity table in the ledger."""
    rules = [(rule.name, rule.version) for rule in ledger.manifest.rules]
    yield Division(
        name=STRICT,
        entity=np.asarray(ledger.column("entities.entity")),
        links={
            name: np.asarray(ledger.column(f"links.{name}")) for name in ("a", "b", "transaction", "rule")
        },
        rules=tuple(name for name, _ in rules),
        versions=tuple(rules),
    )


def models_of(ledger: Ledger) -> Iterator[Model]:
    """What every model that states probabilities of change says of a ledger's outputs."""
    yield from ()


__all__ = ["divisions_of", "models_of"]
