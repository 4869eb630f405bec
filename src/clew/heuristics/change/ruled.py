"""The answers of change rules over a range. Those of a kind are found together, and kept for the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clew.heuristics.transactions import Transactions
from clew.schema import NO

Array = npt.NDArray[Any]


def answers(transactions: Transactions, name: str) -> Array:
    """What the rule ``name`` answers of each output; int8."""
    from clew.kernels import change

    names = change.BACK + change.AHEAD
    place = names.index(name)
    yes, no = said(transactions, back=name in change.BACK, ahead=name in change.AHEAD)
    found = np.empty((transactions.outputs, 1), np.int8)
    change.opened(yes, no, np.array([place]), found)
    return found[:, 0]


def said(transactions: Transactions, *, back: bool, ahead: bool) -> tuple[Array, Array]:
    """Which rules say yes and which no of each output, as bits in the order of the kernel; int32.

    ``back``, ``ahead``: whether to ask the rules that look at the transaction alone, and those that look
    at who spent its outputs.
    """
    from clew.kernels import change

    kept, key = transactions.kept, "change of both kinds"
    if key not in kept:
        key = key if back and ahead else f"change {'back' if back else 'ahead'}"
    if key not in kept:
        yes, no = (np.empty(transactions.outputs, np.int32) for _ in range(2))
        later = later_traits(transactions) if ahead else np.empty(0, np.uint64)
        look = change.look(transactions, traits(transactions), later)
        change.vote(look, back, ahead, yes, no)
        kept[key] = yes, no
        if ahead:
            kept["look at change"] = look
    found: tuple[Array, Array] = kept[key]
    return found


def traits(transactions: Transactions) -> Array:
    """How each transaction was made, see ``traits.Traits``, packed; uint64."""
    kept = transactions.kept
    if "traits" not in kept:
        whole = transactions.traits
        kept["traits"] = whole[transactions.number] if whole is not None else traits_anew(transactions)
    found: Array = kept["traits"]
    return found


def traits_anew(transactions: Transactions) -> Array:
    """The same, worked out from the transactions."""
    from clew.heuristics.rulesets import JOINT
    from clew.kernels import traits as kernels

    found = np.empty(len(transactions), np.uint64)
    kernels.traits(kernels.made(transactions, JOINT(transactions) != NO), found)
    return found


def later_traits(transactions: Transactions) -> Array:
    """The traits of who spent each output up to the tip; 0 where nobody did; uint64."""
    from clew.kernels import traits as kernels

    if transactions.traits is not None:
        found = np.empty(transactions.outputs, np.uint64)
        kernels.gathered(transactions.traits, transactions.spent_by, found)
        return found
    row = transactions.spender_row
    known = np.append(traits(transactions.spenders), np.uint64(0))
    return known[row]


__all__ = ["answers", "later_traits", "said", "traits", "traits_anew"]
