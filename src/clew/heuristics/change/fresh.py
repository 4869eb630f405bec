"""Fresh: the one output whose address was never seen before."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, is_candidate, settled
from clew.heuristics.change.ruled import answers
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction."""
    own = {each.address for each in transaction.inputs}
    back = any(each.address in own for each in transaction.outputs if is_candidate(each))
    return settled(transaction, lambda output: back or not output.is_fresh)


@heuristic("fresh", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE)
def fresh(transactions: Transactions) -> Answers:
    """Wallets make a new address for change, while payees often show theirs again.

    Outputs whose address was paid before are ruled out. Yes: one output alone goes to an address never
    seen before, and no output goes back to an address that is spent. Unknown: several are fresh, or
    none, or something goes back. "Before" means earlier in the chain, this transaction counted, so that
    the answer never changes with a later block.

    Möser and Narayanan (2022) found precision 0.960 and recall 0.550 on two-output transactions of the
    real chain whose change is known; the rule is from Meiklejohn et al. (2013). It errs where the payee
    makes a fresh address and the change goes to one seen before, as with wallets whose change address
    is fixed.
    """
    return answers(transactions, "fresh")
