"""What is left out of multi-input: rounds of known protocols, and whatever else has their shape."""

from __future__ import annotations

from clew.heuristics.coinjoin.batch_payout import batch_payout
from clew.heuristics.coinjoin.equal_output import equal_output_coinjoin
from clew.heuristics.coinjoin.joinmarket import joinmarket
from clew.heuristics.coinjoin.sweep import sweep
from clew.heuristics.coinjoin.wabisabi import wabisabi
from clew.heuristics.coinjoin.wasabi_1 import wasabi_1
from clew.heuristics.coinjoin.wasabi_1_1 import wasabi_1_1
from clew.heuristics.coinjoin.whirlpool import whirlpool
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import COINJOIN, Answers, Heuristic, heuristic
from clew.heuristics.transactions import Transactions
from clew.schema import NO, UNKNOWN, YES

PROTOCOLS: tuple[Heuristic, ...] = (joinmarket, wasabi_1_1, wasabi_1, wabisabi, whirlpool)
"""Detectors of the protocols that mix, in the order in which they name a transaction. Tx0 is one owner's
transaction, and is not among them."""

PROTOCOL_COINJOIN: Heuristic = joinmarket | wasabi_1_1 | wasabi_1 | wabisabi | whirlpool
"""A round of a known protocol."""

CAUTIOUS: Heuristic = PROTOCOL_COINJOIN | (equal_output_coinjoin & ~batch_payout & ~sweep)

_FILES = (
    *("batch_payout", "candidates", "equal_output", "joining", "joinmarket", "rounds", "shape", "sweep"),
    *("wabisabi", "wasabi_1", "wasabi_1_1", "whirlpool"),
)
_CODE = [
    *(f"clew.heuristics.coinjoin.{name}" for name in _FILES),
    *(f"clew.kernels.{name}" for name in ("coinjoins", "joining", "rules")),
]


def plain(transaction: Transaction) -> int:
    """The rule, for one transaction."""
    rounds = [rule.one(transaction) for rule in PROTOCOLS]
    if YES in rounds:
        return YES
    if equal_output_coinjoin.one(transaction) == YES:
        alike = [rule.one(transaction) for rule in (batch_payout, sweep)]
        if YES not in alike:
            return UNKNOWN if UNKNOWN in alike else YES
    return UNKNOWN if UNKNOWN in rounds else NO


@heuristic("coinjoin", 1, kind=COINJOIN, plain=plain, code=_CODE)
def coinjoin(transactions: Transactions) -> Answers:
    """Several owners may have signed this transaction, so its inputs do not tell who is who.

    Yes: a round of a known protocol (``joinmarket``, ``wasabi_1``, ``wasabi_1_1``, ``wabisabi``,
    ``whirlpool``); or equal outputs, to at most as many addresses as pay (``equal_output_coinjoin``), unless
    that is one owner's payout or sweep (``batch_payout``, ``sweep``). A payment in the shape of a coinjoin of
    two (``stonewall``) counts as one, since nobody can tell. Unknown: one of these is unknown and none says
    yes, as of two equal outputs and one other. No: otherwise.

    For exhibits a link too few is better than one too many. So the shape is enough, without a protocol, and
    what is unknown joins nothing either. What that costs, on simulated worlds of which no detector was made:
    against leaving out rounds of known protocols alone, an address's entity held 0.0000 to 0.0047 less of its
    owner's addresses (of 0.08 to 0.19), and was as pure to the fifth digit. Against leaving out every equal
    output, it held 0.0004 to 0.0100 more, and was purer where a round of WabiSabi has fewer payers than equal
    outputs.

    Errs: it misses PayJoin and any join without equal outputs, and takes payouts of equal sums with several
    other outputs for coinjoins.
    """
    return CAUTIOUS(transactions)


__all__ = ["PROTOCOLS", "PROTOCOL_COINJOIN", "coinjoin"]
