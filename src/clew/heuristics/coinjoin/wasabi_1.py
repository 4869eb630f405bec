"""Wasabi 1.0: coinjoins of about 0.1 BTC each, through a coordinator."""

from __future__ import annotations

from clew.heuristics.coinjoin import rounds
from clew.heuristics.coinjoin.candidates import spread
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import COINJOIN, Answers, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO

_CODE = ["clew.heuristics.coinjoin.rounds", "clew.kernels.coinjoins"]


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    found, levels = rounds.plain(transaction)
    return NO if levels else found


@heuristic("wasabi_1", 1, kind=COINJOIN, plain=plain, code=_CODE)
def wasabi_1(transactions: Transactions) -> Answers:
    """A round of Wasabi 1 in which all equal outputs are of one level.

    Yes: all inputs and outputs are P2WPKH; at least ten outputs share a value of 0.08 to 0.16 BTC; at least
    as many addresses pay; and at least two outputs have a value of their own, one of change and the
    coordinator's fee. One is enough, the fee, where as many inputs as equal outputs each cover theirs, so
    that nobody needs change. An output to one of the two addresses that the coordinator used up to height
    610,000 settles it as well: then three equal outputs of any value do, and other outputs may be of any
    type. No: otherwise, and where a second level is there (``wasabi_1_1``). It never says unknown.

    Errs: a later round (1.1) in which the higher levels stayed empty is named so, too: it looks the same.
    Rounds of fewer than ten without the coordinator's address are missed, and those where everybody brings
    more than 0.16 BTC (the equal sum is what the poorest can pay). An exchange that pays ten customers 0.1
    BTC each from ten addresses of its own, and two more other sums, is taken for a round.

    On the main chain from height 530,500 (July 2018) to 2022. Source: the coordinator of Wasabi 1.1
    (the denomination becomes what the poorest can pay); the limits by Ficsór's Dumplings and Stütz and
    others, Adoption and Actual Privacy of Decentralized CoinJoin Implementations in Bitcoin, 2022, with
    more room above.
    """
    rows, found, levels = rounds.asked(transactions)
    found = found.copy()
    found[levels > NO] = NO
    return spread(transactions, rows, found)
