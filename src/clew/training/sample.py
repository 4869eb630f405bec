"""What a model of change is trained on: outputs that may be change, and whether they are the payer's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from clew.accuracy.economy import read_economy
from clew.accuracy.truth import NO_PROTOCOL, NOT_KNOWN, Truth
from clew.heuristics.change.model import column_names, columns
from clew.heuristics.change.votes import keep_traits
from clew.heuristics.transactions import Transactions
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS

Array = npt.NDArray[Any]

Judge: TypeAlias = Callable[[Transactions, Array], tuple[Array, Array, Array, Array]]
"""Of outputs of a range, by their places in it: whether they are the payer's (bool), whether it is clear
that they are change or not (bool), their weight (float64; 0 leaves them out), their group (int64)."""

_RANGE = 1 << 15
_BY_ROW = ("rows", "output", "transaction", "right", "clear", "weight", "group")


@dataclass(frozen=True)
class Sample:
    """Outputs that may be change, in chain order.

    By row: ``rows`` (int16, by ``columns``), ``output`` and ``transaction`` (int64, ids), ``right`` (bool: it
    is the payer's), ``clear`` (bool: whether that is to be learned from), ``weight`` (float64), ``group``
    (int64, into ``groups``: which wallet software pays). ``source`` says where it is from.
    """

    source: str
    columns: tuple[str, ...]
    rows: Array
    output: Array
    transaction: Array
    right: Array
    clear: Array
    weight: Array
    group: Array
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def some(self, mask: Array) -> Sample:
        """Those rows."""
        return self.of({name: getattr(self, name)[mask] for name in _BY_ROW})

    def of(self, parts: Mapping[str, Array]) -> Sample:
        """Other rows of the same kind; ``parts`` are the arrays by row."""
        return replace(self, **dict[str, Any](parts))


def ranges(ledger: Ledger) -> Iterator[Transactions]:
    """The transactions of a ledger, part by part, ready to be asked about change."""
    total = ledger.counts["transactions"]
    traits = np.zeros(total, np.uint64)

    def parts() -> Iterator[Transactions]:
        for first in range(0, total, _RANGE):
            yield Transactions(ledger.column, ledger.counts, range(first, min(first + _RANGE, total)))

    for each in parts():
        keep_traits(each, traits)
    for each in parts():
        each.traits = traits
        yield each


def sampled(ledger: Ledger, source: str, judge: Judge, groups: tuple[str, ...]) -> Sample:
    """The outputs of a ledger that may be change, as ``judge`` sees them."""
    found = []
    for range_ in ranges(ledger):
        candidate, rows = columns(range_)
        places = np.flatnonzero(candidate)
        right, clear, weight, group = judge(range_, places)
        at = np.searchsorted(range_.first_output, places, "right") - 1
        parts = (rows, range_.output[places], range_.number[at], right, clear, weight, group)
        found.append(tuple(part[weight > 0] for part in parts))
    whole = [np.concatenate(parts) for parts in zip(*found, strict=True)]
    return Sample(source, column_names(), **dict(zip(_BY_ROW, whole, strict=True)), groups=groups)


def from_truth(folder: Path, ledger: Path) -> Sample:
    """The candidates of a simulated economy, whose truth is in ``folder``.

    An output is the payer's if it is change, or pays somebody whose coins are spent. If it is no change
    and pays them all the same (an own transfer), it is not clear, and not learned from. Raises UsageError
    where the truth is another chain's.
    """
    state = Ledger(ledger)
    truth = read_economy(folder, state)
    models = tuple(sorted(set(truth.models)))
    numbers = {name: number for number, name in enumerate(models)}
    of_wallet = np.array([numbers[name] for name in truth.models] + [len(models)], np.int64)

    def judge(range_: Transactions, places: Array) -> tuple[Array, Array, Array, Array]:
        rows = np.searchsorted(range_.first_output, places, "right") - 1
        change = truth.change[range_.output[places]] == 1
        own = _is_own(truth, range_, places, rows)
        known = (truth.change[range_.output[places]] != NOT_KNOWN) & (
            truth.protocol[range_.number[rows]] == NO_PROTOCOL
        )
        maker = truth.maker[range_.number[rows]]
        group = of_wallet[np.where(maker < 0, len(of_wallet) - 1, maker)]
        return change | own, change | ~own, known.astype(np.float64), group

    name = f"{truth.source['world']}, seed {truth.source['seed']}, {truth.source['blocks']} blocks"
    return sampled(state, name, judge, (*models, "unknown"))


def _is_own(truth: Truth, range_: Transactions, places: Array, rows: Array) -> Array:
    """Whether outputs pay anybody whose coins their transaction spends."""
    paid = _actor(truth, range_.address[places])
    spent = _actor(truth, range_.spent_address)
    found = paid == spent[range_.first_input[rows]]
    several = np.minimum.reduceat(spent, range_.first_input[:-1]) != np.maximum.reduceat(
        spent, range_.first_input[:-1]
    )
    for place in np.flatnonzero(several[rows]).tolist():
        row = rows[place]
        found[place] = paid[place] in spent[range_.first_input[row] : range_.first_input[row + 1]]
    mine: Array = found & (paid != NOT_KNOWN)
    return mine


def _actor(truth: Truth, addresses: Array) -> Array:
    nobody = addresses == NO_ADDRESS
    found: Array = np.where(nobody, NOT_KNOWN, truth.actor[np.where(nobody, 0, addresses)])
    return found


def together(samples: Sequence[Sample]) -> Sample:
    """Rows of several samples as one; they name columns and groups as the first does."""
    parts = {name: np.concatenate([getattr(each, name) for each in samples]) for name in _BY_ROW}
    return samples[0].of(parts)


__all__ = ["Sample", "from_truth", "ranges", "sampled", "together"]
