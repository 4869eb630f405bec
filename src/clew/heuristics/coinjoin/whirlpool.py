"""Whirlpool: rounds in which every output is the pool's amount."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.heuristics.coinjoin.candidates import spread, with_equal_outputs
from clew.heuristics.coinjoin.shape import all_of, distinct
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import COINJOIN, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO, WITNESS_V0_KEYHASH, YES

POOLS = (100_000, 1_000_000, 2_500_000, 5_000_000, 25_000_000, 50_000_000)
"""Satoshi of an output of each pool: those of Samourai, and two of Ashigaru (0.025 and 0.25 BTC)."""

MOST_ABOVE = 110_000
"""Satoshi that a newcomer's coin may hold above the pool's amount, for the miner's fee."""

FEWEST, MOST = 5, 10


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    inputs, outputs = transaction.inputs, transaction.outputs
    count = len(outputs)
    if len(inputs) != count or not FEWEST <= count <= MOST:
        return NO
    pool = outputs[0].value
    if pool not in POOLS or any(each.value != pool for each in outputs):
        return NO
    if not all_of((*inputs, *outputs), WITNESS_V0_KEYHASH):
        return NO
    above = [each.value - pool for each in inputs]
    if not any(above) or not all(0 <= each <= MOST_ABOVE for each in above):
        return NO
    return YES if distinct(inputs) == count == distinct(outputs) else NO


@heuristic("whirlpool", 1, kind=COINJOIN, plain=plain, code=["clew.kernels.coinjoins"])
def whirlpool(transactions: Transactions) -> Answers:
    """A round of Whirlpool, the coinjoin of Samourai Wallet, and of Ashigaru after it.

    Yes: as many inputs as outputs, from five to ten, all P2WPKH and each of an address of its own; every
    output is a pool's amount (0.001, 0.01, 0.025, 0.05, 0.25 or 0.5 BTC), and every input that amount or up
    to 110,000 satoshi more; at least one more, since newcomers pay the miner's fee. No: otherwise. It never
    says unknown.

    Errs: whoever moves coins of one such sum to as many of the same, one by one, and adds nothing but the
    fee, is taken for a round; no wallet is known to do so. Published rules ask for a coin that mixes again;
    this one does not, or it would miss the first round of each pool. Pools of other amounts are missed.

    On the main chain from height 570,000 (2019) until April 2024, and again from 2025. Source: Samourai's
    description of the protocol (five in and five out, up to ten from May 2023); the limit above the pool by
    Stütz and others, Adoption and Actual Privacy of Decentralized CoinJoin Implementations in Bitcoin, 2022.
    """
    from clew.kernels import coinjoins

    rows, some = with_equal_outputs(transactions)
    return spread(transactions, rows, judged(some, coinjoins))


def judged(some: Transactions, coinjoins: Any) -> Answers:
    """The rule over transactions that are worth it."""
    found: Answers = np.empty(len(some), np.int8)
    limits = np.array([MOST_ABOVE, FEWEST, MOST], np.int64)
    coinjoins.whirlpool(coinjoins.coins_of(some), np.array(POOLS, np.int64), limits, found)
    return found
