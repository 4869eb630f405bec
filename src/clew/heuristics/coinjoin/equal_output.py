"""Equal outputs: several owners who mix their coins."""

from __future__ import annotations

import numpy as np

from clew.heuristics.coinjoin.candidates import spread, with_equal_outputs
from clew.heuristics.coinjoin.shape import DUST_LIMIT
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import COINJOIN, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO, NO_ADDRESS, YES

LEAST_EQUAL_OUTPUTS = 2


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    receivers: dict[int, set[int]] = {}
    for output in transaction.outputs:
        if output.value > DUST_LIMIT and output.address != NO_ADDRESS:
            receivers.setdefault(output.value, set()).add(output.address)
    equal = max(map(len, receivers.values()), default=0)
    payers = len({each.address for each in transaction.inputs})
    return YES if LEAST_EQUAL_OUTPUTS <= equal <= payers else NO


@heuristic("equal_output_coinjoin", 1, kind=COINJOIN, plain=plain, code=["clew.kernels.rules"])
def equal_output_coinjoin(transactions: Transactions) -> Answers:
    """Several owners join their inputs and take equal outputs, so that nobody can tell whose is whose.

    Yes: some value above 2,730 satoshi goes to at least two different addresses, and at least as
    many different addresses pay the inputs. No: otherwise.

    It covers the shapes of JoinMarket, Wasabi and Whirlpool from two equal outputs on, and nearly all of
    WabiSabi. It also answers yes for some payouts of equal sums from several inputs; ``coinjoin`` takes those
    out again that cannot be a coinjoin. It misses PayJoin and any join without equal outputs.
    """
    from clew.kernels import rules

    rows, some = with_equal_outputs(transactions)
    found = np.empty(len(rows), np.int8)
    rules.equal_output(rules.shape_of(some), found)
    return spread(transactions, rows, found)
