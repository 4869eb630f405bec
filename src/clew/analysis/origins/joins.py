"""Which of many transactions are coinjoins."""

from __future__ import annotations

import numpy as np

from clew.analysis.detectors import plainly
from clew.heuristics.coinjoin.coinjoin import coinjoin
from clew.heuristics.transactions import Transactions
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger, expand
from clew.schema import YES

_LEAST = 2
"""Inputs that a coinjoin has at least, and outputs of one value."""

_PLAINLY = 200
"""Transactions that are asked one by one at most: for so few, loading kernels takes longer."""


def are_coinjoins(ledger: Ledger, transactions: Array) -> Array:
    """Which of ``transactions`` (distinct ascending ids) are coinjoins; bool."""
    found = np.zeros(len(transactions), bool)
    starts, ends = ledger.input_ranges(transactions)
    several = np.flatnonzero(ends - starts >= _LEAST)
    starts, ends = ledger.output_ranges(transactions[several])
    values = ledger.column("outputs.value")[expand(starts, ends - starts)]
    owners = np.repeat(several, ends - starts)
    order = np.lexsort((values, owners))
    owners, values = owners[order], values[order]
    twice = (owners[1:] == owners[:-1]) & (values[1:] == values[:-1])
    likely = np.unique(owners[1:][twice])
    if len(likely) <= _PLAINLY:
        answers = [coinjoin.one(plainly(ledger, number)) for number in transactions[likely].tolist()]
        found[likely] = np.array(answers, np.int64) == YES
    else:
        rows = Transactions(ledger.column, ledger.counts, transactions[likely].astype(np.int64))
        found[likely] = coinjoin(rows) == YES
    return found


__all__ = ["are_coinjoins"]
