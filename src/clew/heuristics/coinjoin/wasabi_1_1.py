"""Wasabi 1.1: coinjoins with levels of about 0.1, 0.2, 0.4 BTC and so on."""

from __future__ import annotations

from clew.heuristics.coinjoin import rounds
from clew.heuristics.coinjoin.candidates import spread
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import COINJOIN, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO, UNKNOWN, YES

_CODE = ["clew.heuristics.coinjoin.rounds", "clew.kernels.coinjoins"]


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    found, levels = rounds.plain(transaction)
    return YES if levels else min(found, UNKNOWN)


@heuristic("wasabi_1_1", 1, kind=COINJOIN, plain=plain, code=_CODE)
def wasabi_1_1(transactions: Transactions) -> Answers:
    """A round of Wasabi 1.1: richer participants take equal outputs of higher levels, too.

    Yes: everything that ``wasabi_1`` asks, and a second level: at least two equal outputs of 0.16 to 0.24
    BTC. Unknown: everything that ``wasabi_1`` asks without a second level, as when nobody could fill one;
    ``wasabi_1`` then says yes, so that no round is lost. No: otherwise.

    Errs as ``wasabi_1`` does; two people whose change is the same 0.2 BTC pass for a level.

    The levels double from 0.1 BTC, and only the first is lowered or raised to what the poorest can pay, so
    it need not be half of the second. On the main chain from December 2018 to 2022. Source: the
    coordinator of Wasabi 1.1.
    """
    rows, found, levels = rounds.asked(transactions)
    answers = found.copy()
    answers[(found > NO) & (levels == NO)] = UNKNOWN
    return spread(transactions, rows, answers)
