"""The divisions into entities that a ledger holds, and the models that state change."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clew.accuracy.score import AT_ONCE, Division, Model
from clew.analysis.estimates import stated_of
from clew.heuristics.change.model import MILLION, ChangeModel
from clew.heuristics.change.votes import keep_traits
from clew.heuristics.rulesets import MODEL
from clew.heuristics.transactions import Transactions
from clew.ledger import sets
from clew.ledger.control import CHANGE_MODEL
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
    """What the model of change that comes with Clew says of a ledger's outputs.

    Where the sets of the ledger were made with other models, these are not asked: sets are judged by
    their entities.
    """
    if not MODEL.is_file():
        return
    model = ChangeModel.read(MODEL)
    count = ledger.counts["transactions"]
    spans = [range(first, min(first + AT_ONCE, count)) for first in range(0, count, AT_ONCE)]
    traits = np.zeros(count, np.uint64)
    for span in spans:
        keep_traits(Transactions(ledger.column, ledger.counts, span), traits)
    parts = []
    for span in spans:
        transactions = Transactions(ledger.column, ledger.counts, span)
        transactions.traits = traits
        parts.append(model.chances_of(transactions))
    predicted, chances = (np.concatenate(each) for each in zip(*parts, strict=True))
    yield Model(CHANGE_MODEL, model.version, chances / MILLION, predicted)


__all__ = ["CHANGE_MODEL", "divisions_of", "models_of"]
