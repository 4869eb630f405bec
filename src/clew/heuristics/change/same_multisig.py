"""Same multisig: change of a multisig wallet is spent by multisig."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, compared
from clew.heuristics.change.ruled import answers
from clew.heuristics.change.traits import Traits
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def differ(one: Traits, other: Traits) -> bool:
    """Whether these are of different makers."""
    return one.multisig != other.multisig


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction with its spenders."""
    return compared(transaction, differ)


@heuristic("same_multisig", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE, looks_ahead=True)
def same_multisig(transactions: Transactions) -> Answers:
    """A wallet of several keys keeps its change under several keys.

    Outputs whose spender runs a multisig script where the transaction runs none, or the other way round,
    are ruled out. Yes: one output alone is left. No: ruled out, and another is left. Unknown: several are
    left, or none.

    It sees scripts of m of n keys once they are spent, be they bare, in P2SH or in P2WSH; keys put together
    in taproot are not seen. It errs where a wallet holds coins of both kinds. No rate is published for
    it alone.

    Unknown while an output is unspent, and for one spent in a coinjoin: it is neither ruled out nor
    change. The answer holds at the height up to which spends are known, and may change above it.
    """
    return answers(transactions, "same_multisig")
