"""Peeling chain: a large coin from which payments are peeled off, one after the other."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, candidates, later, settled
from clew.heuristics.change.ruled import answers
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    found = candidates(transaction)
    goes_on = False
    if len(transaction.inputs) == 1 and len(found) == 2 and found[0].value != found[1].value:
        large = max(found, key=lambda output: output.value)
        next_link = later(large)
        # One input, and two outputs.
        goes_on = next_link is not None and (next_link.inputs, next_link.outputs) == (0, 1)
    return settled(transaction, lambda output: not goes_on or output is not large)


@heuristic("peeling_chain", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def peeling_chain(transactions: Transactions) -> Answers:
    """One coin is spent, a small part is paid, and the rest is spent in the same way again.

    It speaks of transactions with one input and two outputs of different value. Yes: the larger output, if
    it is spent by another such transaction; then no for the smaller. Unknown: everything else,
    and as long as the larger output is unspent or was spent in a coinjoin. The answer holds at the
    height up to which spends are known, and may change above it.

    Chains like this were described by Meiklejohn et al. (2013); people who empty a wallet payment by
    payment make them, and services that pay from one coin. It errs where most of a coin is paid and
    the payee goes on in the same way. No rate is published for this form.
    """
    return answers(transactions, "peeling_chain")
