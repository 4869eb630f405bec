"""What the detectors of coinjoins, and rules of the user's own, say of single transactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from clew.errors import RuleError
from clew.heuristics.coinjoin.batch_payout import batch_payout
from clew.heuristics.coinjoin.coinjoin import PROTOCOLS, coinjoin
from clew.heuristics.coinjoin.equal_output import equal_output_coinjoin
from clew.heuristics.coinjoin.payjoin import payjoin
from clew.heuristics.coinjoin.stonewall import stonewall
from clew.heuristics.coinjoin.sweep import sweep
from clew.heuristics.coinjoin.tx0 import tx0
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import ADDRESS, Heuristic
from clew.heuristics.transactions import Transactions
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger, expand
from clew.schema import YES

WORDS = ("no", "unknown", "yes")
"""A rule's answers in words, by number."""

DETECTORS = (*PROTOCOLS, equal_output_coinjoin, tx0, payjoin, batch_payout, sweep, stonewall)

LEAST = 2
"""Inputs and outputs that a coinjoin has at least, and outputs of one value."""

PLAINLY = 500
"""Transactions that are asked one by one at most: for so few, loading kernels takes longer."""
_AT_ONCE = 1 << 16


def plainly(ledger: Ledger, number: int, *, with_spenders: bool = False) -> Transaction:
    """A transaction as the plain forms of rules see it."""
    rows = Transactions(ledger.column, ledger.counts, np.array([number]))
    return rows.one(0, with_spenders=with_spenders)


def detected(transaction: Transaction) -> dict[str, str]:
    """What each detector says of a transaction, in words, by its name."""
    return {rule.name: WORDS[rule.one(transaction)] for rule in DETECTORS}


def coinjoin_rule(ledger: Ledger, number: int) -> str | None:
    """The rule by which a transaction is a coinjoin: a protocol's, else ``coinjoin`` for one of their shape;
    None where none says yes."""
    if min(len(ledger.outputs_in(number)), len(ledger.inputs_in(number))) < LEAST:
        return None
    seen = plainly(ledger, number)
    # It says yes of every round of a protocol.
    if coinjoin.one(seen) != YES:
        return None
    return next((rule.name for rule in PROTOCOLS if rule.one(seen) == YES), coinjoin.name)


def any_coinjoin(ledger: Ledger, transactions: Array) -> bool:
    """Whether one of ``transactions`` (distinct ascending ids) is a coinjoin."""
    return any(len(found) for found in _coinjoins_in(ledger, transactions))


def coinjoins_among(ledger: Ledger, transactions: Array) -> Array:
    """Those of ``transactions`` (distinct ascending ids) that are coinjoins; int64."""
    return np.concatenate([np.empty(0, np.int64), *_coinjoins_in(ledger, transactions)])


def _coinjoins_in(ledger: Ledger, transactions: Array) -> Iterator[Array]:
    """The coinjoins among ``transactions``, some at a time."""
    starts, ends = ledger.input_ranges(transactions)
    transactions = transactions[ends - starts >= LEAST]
    starts, ends = ledger.output_ranges(transactions)
    values = ledger.column("outputs.value")[expand(starts, ends - starts)]
    owners = np.repeat(np.arange(len(transactions)), ends - starts)
    # Only those that hold one value often enough are worth a closer look.
    order = np.lexsort((values, owners))
    owners, values = owners[order], values[order]
    apart = LEAST - 1
    often = (owners[apart:] == owners[:-apart]) & (values[apart:] == values[:-apart])
    likely = transactions[np.unique(owners[apart:][often])].astype(np.int64)
    if len(likely) <= PLAINLY:
        for number in likely.tolist():
            if coinjoin.one(plainly(ledger, number)) == YES:
                yield np.array([number], np.int64)
        return
    for first in range(0, len(likely), _AT_ONCE):
        some = likely[first : first + _AT_ONCE]
        yield some[coinjoin(Transactions(ledger.column, ledger.counts, some)) == YES]


def own(ledger: Ledger, number: int, rules: Sequence[Heuristic]) -> list[dict[str, Any]]:
    """What rules of the user's own say of a transaction: one word, or one for each output.

    Raises RuleError where one answers about addresses, or raises.
    """
    return [
        {
            "name": rule.name,
            "version": rule.version,
            "about": rule.about,
            "source": rule.source,
            "answers": [WORDS[each] for each in _asked(ledger, number, rule)],
        }
        for rule in rules
    ]


def _asked(ledger: Ledger, number: int, rule: Heuristic) -> Iterable[int]:
    if rule.about == ADDRESS:
        raise RuleError(
            f"rule {rule.name}: it answers about addresses; expected one about a transaction or its outputs"
        )
    answers: list[int] = rule(Transactions(ledger.column, ledger.counts, np.array([number]))).tolist()
    return answers


__all__ = ["WORDS", "any_coinjoin", "coinjoin_rule", "coinjoins_among", "detected", "own", "plainly"]
