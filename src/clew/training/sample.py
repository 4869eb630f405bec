"""What a model of change is trained on: outputs that may be change, and whether they are the payer's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.errors import UsageError
from clew.heuristics.change.model import column_names, columns
from clew.heuristics.change.votes import keep_traits
from clew.heuristics.transactions import Transactions
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS

Array = npt.NDArray[Any]

_RANGE = 1 << 15
PURPOSES = ("ok", "own")


@dataclass(frozen=True)
class Sample:
    """Rows (int16, outputs x columns) in chain order; by row ``output`` (id) and ``transaction`` int64,
    ``right`` bool (it is the payer's), ``counted`` bool (whether it is clear that it is change or not),
    ``weight`` float64, ``group`` int32 (which wallet model pays; ``groups`` names them). ``world`` names
    where it comes from."""

    world: str
    columns: tuple[str, ...]
    rows: Array
    output: Array
    transaction: Array
    right: Array
    counted: Array
    weight: Array
    group: Array
    groups: tuple[str, ...]

    def some(self, mask: Array) -> Sample:
        """Those rows."""
        parts = ("rows", "output", "transaction", "right", "counted", "weight", "group")
        return Sample(
            **{**vars(self), **{name: getattr(self, name)[mask] for name in parts}}
        )


def candidates_of(ledger: Ledger) -> Iterator[tuple[Transactions, Array, Array]]:
    """Ranges of a ledger: its transactions, which outputs may be change, and their rows."""
    total = ledger.counts["transactions"]
    traits = np.zeros(total, np.uint64)

    def ranges() -> Iterator[Transactions]:
        for first in range(0, total, _RANGE):
            yield Transactions(ledger.column, ledger.counts, range(first, min(first + _RANGE, total)))

    for each in ranges():
        keep_traits(each, traits)
    for each in ranges():
        each.traits = traits
        candidate, rows = columns(each)
        yield each, candidate, rows


def sampled(
    ledger: Ledger,
    world: str,
    judge: Callable[[Transactions, Array], tuple[Array, Array, Array, Array]],
    groups: tuple[str, ...],
) -> Sample:
    """The candidates of a ledger. ``judge`` says of outputs of a range (places in it) whether they are the
    payer's, whether that is clear, their weight, and their group; those of weight 0 are left out."""
    found = []
    for range_, candidate, rows in candidates_of(ledger):
        places = np.flatnonzero(candidate)
        right, counted, weight, group = judge(range_, places)
        mine = weight > 0
        at = np.searchsorted(range_.first_output, places, "right") - 1
        parts = (rows, range_.output[places], range_.number[at], right, counted, weight, group)
        found.append(tuple(part[mine] for part in parts))
    joined = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Sample(world, column_names(), *joined, groups)


def from_truth(folder: Path) -> Sample:
    """The candidates of a simulated economy: ``folder`` has ``truth`` and, in ``ledger``, its ledger.

    An output is the payer's if it is change, or goes to somebody whose coins are spent; if it is no change
    but goes back all the same (an own transfer), it is not counted in training. Raises UsageError where
    the two do not belong together.
    """
    truth = _Truth(folder)
    ledger = Ledger(folder / "ledger")
    if ledger.counts["transactions"] != truth.transactions or ledger.tip.hash != truth.tip:
        raise UsageError(
            f"{folder}: expected the ledger of the economy whose truth this is (tip {truth.tip}), found one "
            f"with tip {ledger.tip.hash}; index {folder / 'blocks'} again"
        )
    shift = _shift(ledger, truth)
    world = folder.name

    def judge(range_: Transactions, places: Array) -> tuple[Array, Array, Array, Array]:
        ids = range_.output[places] - shift[range_.number[_rows(range_, places)]]
        change, own, model = truth.is_change[ids], truth.is_own[ids], truth.model[ids]
        return change | own, change | ~own, np.ones(len(ids)), model

    return sampled(ledger, world, judge, truth.models)


def _rows(range_: Transactions, places: Array) -> Array:
    found: Array = np.searchsorted(range_.first_output, places, "right") - 1
    return found


def _shift(ledger: Ledger, truth: _Truth) -> Array:
    """By transaction, an output's id less its row in the truth, which leaves out some of coinbases."""
    first = np.asarray(ledger.column("transactions.first_output")[:]).astype(np.int64)
    return first - truth.first_output


class _Truth:
    """By output of ``truth/outputs``: is it change, is it some payer's own, which wallet model pays."""

    def __init__(self, folder: Path) -> None:
        outputs = _table(folder, "outputs", ["tx", "address_id", "is_change"])
        inputs = _table(folder, "inputs", ["tx", "address_id"])
        addresses = _table(folder, "addresses", ["wallet", "actor"])
        wallets = _strings(folder, "wallets", "model")
        self.models = tuple(sorted(set(wallets.tolist())))
        tx = outputs["tx"]
        blocks = _strings(folder, "blocks", "hash")
        self.tip = str(blocks[-1])
        self.transactions = int(_table(folder, "blocks", ["first_tx"])["first_tx"][-1]) if False else -1
        del tx, inputs, addresses


def _table(folder: Path, name: str, columns_: list[str]) -> dict[str, Array]:
    raise NotImplementedError


def _strings(folder: Path, name: str, column: str) -> Array:
    raise NotImplementedError
