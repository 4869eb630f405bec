"""JoinMarket: a taker pays makers for joining in."""

from __future__ import annotations

import numpy as np

from clew.heuristics.coinjoin.candidates import spread, with_equal_outputs
from clew.heuristics.coinjoin.joining import MOST_LOOKS, MOST_STEPS, Looks, share_out
from clew.heuristics.coinjoin.shape import distinct, most_equal
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import COINJOIN, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO, PUBKEYHASH, SCRIPTHASH, UNKNOWN, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT, YES

_CODE = ["clew.kernels.joining", "clew.kernels.coinjoins", "clew.heuristics.coinjoin.joining"]

SINGLE_KEY = (PUBKEYHASH, SCRIPTHASH, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT)
"""Script types of JoinMarket's wallets over the years."""

MOST_GAIN, MOST_GAIN_OF_ONE, GAIN_SHARE = 50_000, 1_000, 100
"""A maker gains at most one part in GAIN_SHARE of the equal output, or so many satoshi; the second where
there is one maker alone."""

MOST_LOSS = 5_000
"""Satoshi that a maker may add to the transaction's fee beyond what the taker pays for it."""


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    inputs, outputs = transaction.inputs, transaction.outputs
    value, count = most_equal(transaction)
    change = sorted(each.value for each in outputs if each.value != value)
    if count < 2 or len(change) not in (count - 1, count):
        return NO
    if distinct(inputs) < count or distinct(outputs) < len(outputs):
        return NO
    if {each.address for each in inputs} & {each.address for each in outputs}:
        return NO
    if any(each.script_type not in SINGLE_KEY for each in inputs):
        return NO
    if count == 2 and any(each.script_type != inputs[0].script_type for each in inputs):
        return NO
    loss = -1 if count == 2 else min(transaction.fee, MOST_LOSS)
    gain = max(MOST_GAIN_OF_ONE if count == 2 else MOST_GAIN, value // GAIN_SHARE)
    bounds = [(each + value - gain, each + value + loss) for each in change]
    spent = sorted((each.value for each in inputs), reverse=True)
    makers = [bounds] if len(change) < count else [bounds[:out] + bounds[out + 1 :] for out in range(count)]
    found, looks = NO, Looks()
    for each in makers:
        if found != YES:
            found = max(found, share_out(spent, each, looks))
    return min(found, UNKNOWN) if len(outputs) == 3 else found


@heuristic("joinmarket", 1, kind=COINJOIN, plain=plain, code=_CODE)
def joinmarket(transactions: Transactions) -> Answers:
    """A round of JoinMarket: one taker pays several makers for putting their coins beside his.

    Yes: n equal outputs above 2,730 satoshi, and n others, or n - 1 where the taker keeps no change; at
    least n addresses pay; no address stands twice among the outputs, nor on both sides; every input has
    a single-key script. And the amounts add up: the inputs can be shared out so that each maker gets back,
    in an equal output and one of change, what the maker brought and a fee: at most 50,000 satoshi or 1 % of
    the equal output; a maker may also add up to 5,000 satoshi to the transaction's fee. With two equal
    outputs less would be needed to fit by chance, so the maker must gain at least 1 and at most 1,000
    satoshi or 1 %, and all inputs must be of one script type.
    No: otherwise. Unknown: two equal outputs and one other, where a taker without change and one maker fit;
    or so many inputs that not all ways to share them out were tried (20,000 steps for each taker, 5,000,000
    looks in all).

    Errs: a payment for which two people happen to be paid the same sum, and the rest adds up by chance
    within 1 %, is taken for a round of two. Makers who ask more are missed. Other joins with a taker who
    pays look the same. Seen on the main chain since 2015.

    Source: JoinMarket's protocol of offers (relative and absolute fees, contribution to the transaction's
    fee); Möser and Böhme, Join Me on a Market for Anonymity, 2016; the idea of sharing out the inputs:
    Goldfeder and others, When the Cookie Meets the Blockchain, 2018.
    """
    from clew.kernels import coinjoins, joining

    rows, some = with_equal_outputs(transactions)
    found = np.empty(len(rows), np.int8)
    limits = [MOST_GAIN, MOST_GAIN_OF_ONE, GAIN_SHARE, MOST_LOSS, MOST_STEPS, MOST_LOOKS]
    joining.joinmarket(coinjoins.coins_of(some), np.array(limits, np.int64), found)
    return spread(transactions, rows, found)
