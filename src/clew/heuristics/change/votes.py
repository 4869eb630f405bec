"""What all change rules say of a range at once, and what else a model may look at.

::

    found = votes(transactions)
    found.answers[output, found.names.index("fresh")]

For passes over a whole ledger, fill an array of traits first, so that those of a spender are not worked
out again for each of its inputs::

    traits = np.empty(count, np.uint64)  # or a file that is mapped, where memory is short
    for part in parts:
        keep_traits(part, traits)
    for part in parts:
        part.traits = traits
        found = votes(part)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.heuristics.change.ruled import said, traits_anew
from clew.heuristics.registry import Answers
from clew.heuristics.transactions import Transactions

Array = npt.NDArray[Any]

FEATURES: dict[str, int] = {
    "candidates": 5,
    "inputs": 4,
    "rank": 4,
    "place": 3,
    "ratio": 8,
    "zeros": 9,
    "spent": 3,
    "back": 2,
}
"""Features by name, and how many values each can have, from 0 on. All are 0 for what is no candidate.

- candidates: outputs that may be change. 0: none, 1: two, 2: three, 3: up to nine, 4: more.
- inputs: 0: one, 1: two, 2: up to nine, 3: more.
- rank among the candidates: 0: smallest, 1: in between, 2: largest, 3: all are equal.
- place among the candidates: 0: first, 1: in between, 2: last.
- ratio: its value against the sum of the other candidates. 0: below 1/64, 1: below 1/16, 2: below 1/4,
  3: below 1, 4: below 4, 5: below 16, 6: below 64, 7: more.
- zeros at the end of its value, 8 at most.
- spent: 0: not, 1: by one owner, 2: in a coinjoin.
- back: 1: some candidate pays an address that the transaction spends from.
"""


@dataclass(frozen=True)
class Votes:
    """What the change rules say of each output of a range.

    ``names``: the rules, in order; ``yes``, ``no``: int32 by output, bit i set where rule i says so;
    ``candidates``: bool by output, whether it may be change at all; ``features``: uint8, outputs x
    FEATURES; ``tip_height``: the height at which answers of rules that look ahead hold.
    """

    names: tuple[str, ...]
    yes: Array
    no: Array
    candidates: Array
    features: Array
    tip_height: int

    @cached_property
    def answers(self) -> Answers:
        """NO, UNKNOWN or YES; int8, outputs x rules."""
        from clew.kernels import change

        found = np.empty((len(self.yes), len(self.names)), np.int8)
        change.opened(self.yes, self.no, np.arange(len(self.names)), found)
        return found


def rule_names() -> tuple[str, ...]:
    """All change rules, in the order in which ``votes`` gives them."""
    from clew.kernels import change

    return change.BACK + change.AHEAD


def votes(transactions: Transactions) -> Votes:
    """What every change rule says of the outputs of a range, in one pass."""
    from clew.kernels import change, features

    yes, no = said(transactions, back=True, ahead=True)
    found = np.zeros((transactions.outputs, len(FEATURES)), np.uint8)
    features.features(transactions.kept["look at change"], found)
    return Votes(change.BACK + change.AHEAD, yes, no, found[:, 0] > 0, found, transactions.tip_height)


def keep_traits(transactions: Transactions, whole: Array) -> None:
    """Write the traits of a range into those of all transactions of the ledger; uint64."""
    whole[transactions.number] = traits_anew(transactions)


__all__ = ["FEATURES", "Votes", "keep_traits", "rule_names", "votes"]
