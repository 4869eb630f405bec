"""WabiSabi: the coinjoins of Wasabi 2, of standard amounts."""

from __future__ import annotations

import numpy as np

from clew.heuristics.coinjoin.candidates import spread, with_equal_outputs
from clew.heuristics.coinjoin.shape import all_of, distinct, may_join
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import COINJOIN, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT, YES

LEAST_INPUTS, LEAST_PAYERS = 20, 10
LEAST_STANDARD, MOST_STANDARD = 5_000, 1 << 37


def standard_amounts() -> tuple[int, ...]:
    """The amounts that outputs are made of: powers of 2 and of 3, twice those of 3, and 1, 2 and 5 times
    powers of 10, in satoshi, from 5,000 up to 2 to the 37th; ascending."""
    amounts = {2**power for power in range(38)}
    amounts |= {times * 3**power for times in (1, 2) for power in range(26)}
    amounts |= {times * 10**power for times in (1, 2, 5) for power in range(13)}
    return tuple(sorted(each for each in amounts if LEAST_STANDARD <= each <= MOST_STANDARD))


STANDARD = standard_amounts()
_STANDARD = frozenset(STANDARD)


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    if not may_join(transaction) or len(transaction.inputs) < LEAST_INPUTS:
        return NO
    if not all_of(transaction.inputs, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT):
        return NO
    for side in (transaction.inputs, transaction.outputs):
        values = [each.value for each in side]
        if values != sorted(values, reverse=True):
            return NO
    known = sum(each.value in _STANDARD for each in transaction.outputs)
    if 5 * known <= 4 * len(transaction.outputs):
        return NO
    return YES if distinct(transaction.inputs) >= LEAST_PAYERS else NO


@heuristic("wabisabi", 1, kind=COINJOIN, plain=plain, code=["clew.kernels.coinjoins"])
def wabisabi(transactions: Transactions) -> Answers:
    """A round of WabiSabi, the protocol of Wasabi 2 and its kin.

    Yes: at least 20 inputs from ten addresses or more, all P2WPKH or P2TR; inputs and outputs both in order
    of falling value; more than 80 % of the outputs of standard amounts (powers of 2 and of 3, twice those of
    3; 1, 2 and 5 times powers of 10; from 5,000 satoshi up); at least two outputs equal. No: otherwise. It
    never says unknown.

    Errs: rounds of fewer than 20 inputs are missed, which small coordinators let happen; so are those of
    few people with much change. Somebody who sorts as Wasabi does and pays out round sums from 20 or more
    native segwit coins is taken for a round.

    On the main chain from height 741,213 (June 2022); the first coordinator wanted at least 50 inputs, later
    ones less. Source: Ficsór and others, WabiSabi, 2021; the amounts and the order: Wasabi Wallet 2 (its
    decomposer of amounts); limits as in Ficsór's Dumplings.
    """
    from clew.kernels import coinjoins

    rows, some = with_equal_outputs(transactions)
    found = np.empty(len(rows), np.int8)
    limits = np.array([LEAST_INPUTS, LEAST_PAYERS], np.int64)
    coinjoins.wabisabi(coinjoins.coins_of(some), np.array(STANDARD, np.int64), limits, found)
    return spread(transactions, rows, found)
