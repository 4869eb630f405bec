"""Figures of change: answers and probabilities beside which outputs are change in truth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clew.accuracy.chain import Chain, names_of_forms
from clew.accuracy.figures import CHANGE, Figure, Key, Tally
from clew.accuracy.parts import Parting, figures
from clew.accuracy.truth import NO_PROTOCOL, NOT_KNOWN, Truth
from clew.ledger.columns import Array
from clew.schema import UNKNOWN, YES

CERTAIN = 0.99
"""Probability from which on a prediction is acted upon."""

BOUNDS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
"""Least probability of each class of predictions."""

LEAST = 1e-6
"""Probabilities are held this far from 0 and 1 before their logarithm is taken."""

NOT_ROUNDS = ("", "payjoin", "tx0")
"""Protocols whose transactions one party pays: their change is change."""


def class_names() -> tuple[str, ...]:
    """Names of the classes of predictions."""
    ends = [*BOUNDS[1:], 1.0]
    return tuple(f"{low:g} to {high:g}" for low, high in zip(BOUNDS, ends, strict=True))


def is_round(truth: Truth) -> Array:
    """Whether each transaction is a coinjoin in which several mix; bool."""
    rounds = [i for i, name in enumerate(truth.protocols) if name not in NOT_ROUNDS]
    return np.isin(truth.protocol, rounds)


class ChangeScore:
    """Which outputs count, and what is right of them.

    Counted are outputs of which truth is known, that have an address and are no coinbase's. In a
    coinjoin's rounds nothing is right: what is left over there is one participant's, not the payer's.
    """

    def __init__(self, truth: Truth, chain: Chain) -> None:
        of = chain.transaction
        self.counted = (truth.change != NOT_KNOWN) & chain.pays & ~chain.is_coinbase[of]
        in_round = is_round(truth)[of]
        self.right = (truth.change == 1) & ~in_round
        alone = self.counted & ~in_round
        self.base = Tally(int((self.right & alone).sum()), int(alone.sum()))
        low, high = chain.owners_of_inputs(truth.actor)
        owner = np.where(chain.pays, truth.actor[np.where(chain.pays, chain.address, 0)], NOT_KNOWN)
        self.has_payer = (low[of] == high[of]) & (low[of] != NOT_KNOWN) & (owner != NOT_KNOWN)
        self.is_payers = owner == low[of]
        self.partings = list(_partings(truth, of))

    def answers(self, subject: str, answers: Array) -> Iterator[Figure]:
        """Figures of a rule; ``answers``, int8 by output: NO, UNKNOWN or YES."""
        yes = self.counted & (answers == YES)
        key = Key(CHANGE, subject, "precision")
        yield from figures(key, self.right, yes, self.partings, self.base)
        key = Key(CHANGE, subject, "recall")
        yield from figures(key, answers == YES, self.counted & self.right, self.partings)
        yield from figures(Key(CHANGE, subject, "unknown"), answers == UNKNOWN, self.counted)
        yield from figures(
            Key(CHANGE, subject, "under the payer's control"), self.is_payers, yes & self.has_payer
        )

    def probabilities(self, subject: str, probability: Array, predicted: Array) -> Iterator[Figure]:
        """Figures of a model; ``probability`` float64 by output, ``predicted`` bool: those it speaks of."""
        among = self.counted & predicted
        right = self.right
        count, hits = int(among.sum()), int((right & among).sum())
        base = Tally(_entropy(hits, count), count)
        held = np.clip(probability, LEAST, 1 - LEAST)
        loss = -np.log(np.where(right, held, 1 - held))
        key = Key(CHANGE, subject, "log loss", form="mean")
        yield from figures(key, loss, among, self.partings, base)
        share = hits / count if count else 0.0
        yield from figures(
            Key(CHANGE, subject, "Brier score", form="mean"),
            (probability - right) ** 2,
            among,
            self.partings,
            Tally(share * (1 - share) * count, count),
        )
        classes = [Parting("probability", np.searchsorted(BOUNDS, probability, "right") - 1, class_names())]
        yield from figures(Key(CHANGE, subject, "change among"), right, among, classes, Tally(hits, count))
        yield from figures(Key(CHANGE, subject, "mean probability", form="mean"), probability, among, classes)
        certain = among & (probability >= CERTAIN)
        key = Key(CHANGE, subject, f"right at {CERTAIN} or more")
        yield from figures(key, right, certain, self.partings, self.base)
        unlikely = among & (probability <= 1 - CERTAIN)
        key = Key(CHANGE, subject, f"no change at {1 - CERTAIN:.2f} or less")
        yield from figures(key, ~right, unlikely, self.partings)
        yield from figures(
            Key(CHANGE, subject, f"found at {CERTAIN} or more"), certain, among & right, self.partings
        )


def _entropy(hits: int, count: int) -> float:
    """The log loss, summed, of who knows the share and nothing else."""
    loss = 0.0
    for part in (hits, count - hits):
        if part:
            loss -= part * float(np.log(part / count))
    return loss


def _partings(truth: Truth, of: Array) -> Iterator[Parting]:
    if truth.models:
        numbers, names = truth.model_of(truth.maker)
        yield Parting("wallet model", numbers[of], names)
    if truth.forms:
        names = names_of_forms(truth)
        numbers = np.where(truth.form == NOT_KNOWN, len(names) - 1, truth.form).astype(np.int64)
        yield Parting("form", numbers[of], names)


__all__ = ["BOUNDS", "CERTAIN", "NO_PROTOCOL", "ChangeScore", "class_names", "is_round"]
