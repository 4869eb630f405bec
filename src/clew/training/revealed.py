"""Change that multi-input reveals on a ledger itself: truth without anybody who tells it.

If one output of a transaction is later spent together with coins of who paid, and no other output of it
is, then that one was change (Möser and Narayanan 2022, who found 35.3 million such transactions). It
favours wallets that merge their coins: change of wallets that seldom do stays hidden. So each revealed
transaction is weighted by the inverse of how often ones like it are revealed (Horvitz and Thompson 1952),
within classes of the software's fingerprint, the number of inputs and of candidates. Only transactions whose
outputs are all spent can be revealed wholly, and a class that is hardly ever revealed is weighted at most
MOST_WEIGHT times. What is never revealed no weight can bring back.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clew.heuristics.change.ruled import traits
from clew.heuristics.transactions import Transactions
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS
from clew.training.sample import Array, Sample, ranges, sampled

MOST_WEIGHT = 20.0
CLASSES = 64
"""How many classes of wallet software are told apart; rarer ones count as one."""
FOLDS = 5
"""Classes of software are left out of training in so many groups."""
_FINGERPRINT = (1 << 11) - 1
"""The lowest bits of packed traits: version, lock time, sequence, replacement, witness, order."""
_SHAPE = 16


def from_revealed(ledger: Path, *, weighted: bool = True) -> Sample:
    """The candidates of transactions whose change multi-input reveals.

    Left out are transactions that pay an address of their own inputs, which reveals nothing, and those
    whose inputs are several entities. ``weighted``: whether to make up for what is seldom revealed.
    """
    state = Ledger(ledger)
    entities = np.asarray(state.column("entities.entity")[:])
    classes = _classes(state)
    share = _shares(state, entities, classes) if weighted else None

    def judge(range_: Transactions, places: Array) -> tuple[Array, Array, Array, Array]:
        rows = np.searchsorted(range_.first_output, places, "right") - 1
        found = _revealed(range_, entities, places, rows)
        kind = _kinds(range_, classes)
        weight = np.ones(len(range_)) if share is None else share[_shapes(range_, kind)]
        right = _joined(range_, entities, places, rows)
        return right, np.ones(len(places), bool), (weight * found)[rows], kind[rows].astype(np.int64) % FOLDS

    names = tuple(f"fingerprints, part {number + 1} of {FOLDS}" for number in range(FOLDS))
    source = f"change revealed up to height {state.tip.height}, block {state.tip.hash}"
    return sampled(state, source, judge, names)


def _joined(range_: Transactions, entities: Array, places: Array, rows: Array) -> Array:
    """Which outputs pay the entity that pays them."""
    payer = _entity(entities, range_.spent_address)[range_.first_input[rows]]
    joined: Array = payer == _entity(entities, range_.address[places])
    return joined


def _entity(entities: Array, addresses: Array) -> Array:
    nobody = addresses == NO_ADDRESS
    found: Array = np.where(nobody, -1, entities[np.where(nobody, 0, addresses)].astype(np.int64))
    return found


def _revealed(range_: Transactions, entities: Array, places: Array, rows: Array) -> Array:
    """Which transactions have one candidate that was joined with its payer, to a new address; bool."""
    own = _joined(range_, entities, places, rows)
    count = np.bincount(rows, own, minlength=len(range_))
    candidates = np.bincount(rows, minlength=len(range_))
    fresh = np.bincount(rows, own & range_.is_fresh[places], minlength=len(range_))
    payers = _entity(entities, range_.spent_address)
    starts = range_.first_input[:-1]
    one = np.minimum.reduceat(payers, starts) == np.maximum.reduceat(payers, starts)
    found: Array = (count == 1) & (fresh == 1) & (candidates > 1) & one
    return found


def _classes(ledger: Ledger) -> Array:
    """The most frequent fingerprints of software, ascending; uint64."""
    counts: dict[int, int] = {}
    for range_ in ranges(ledger):
        found, times = np.unique(traits(range_) & np.uint64(_FINGERPRINT), return_counts=True)
        for each, count in zip(found.tolist(), times.tolist(), strict=True):
            counts[each] = counts.get(each, 0) + count
    frequent = sorted(counts, key=lambda each: (-counts[each], each))[:CLASSES]
    return np.array(sorted(frequent), np.uint64)


def _kinds(range_: Transactions, classes: Array) -> Array:
    """The class of each transaction's fingerprint; CLASSES for a rare one."""
    found = traits(range_) & np.uint64(_FINGERPRINT)
    place = np.minimum(np.searchsorted(classes, found), len(classes) - 1)
    return np.where(classes[place] == found, place, CLASSES)


def _shapes(range_: Transactions, kind: Array) -> Array:
    """Class, number of inputs (1, 2, up to 9, more) and of outputs (2, 3, up to 9, more) as one number."""
    inputs = np.searchsorted([1, 2, 9], np.diff(range_.first_input))
    outputs = np.searchsorted([2, 3, 9], np.diff(range_.first_output))
    shape: Array = kind * _SHAPE + inputs * 4 + outputs
    return shape


def _shares(ledger: Ledger, entities: Array, classes: Array) -> Array:
    """By shape, the inverse of the share of transactions that are revealed, within bounds."""
    from clew.heuristics.change.model import columns

    whole = np.zeros((CLASSES + 1) * _SHAPE)
    seen = np.zeros(len(whole))
    for range_ in ranges(ledger):
        candidate, _ = columns(range_)
        places = np.flatnonzero(candidate)
        rows = np.searchsorted(range_.first_output, places, "right") - 1
        asked = np.bincount(rows, minlength=len(range_)) > 1
        shape = _shapes(range_, _kinds(range_, classes))
        whole += np.bincount(shape[asked], minlength=len(whole))
        seen += np.bincount(shape[_revealed(range_, entities, places, rows)], minlength=len(whole))
    return np.minimum((whole + 1) / (seen + 1), MOST_WEIGHT)


__all__ = ["MOST_WEIGHT", "from_revealed"]
