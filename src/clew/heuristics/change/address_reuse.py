"""Address reuse: change that goes back to an address that is spent."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, settled
from clew.heuristics.change.ruled import answers
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions


def plain(transaction: Transaction) -> list[int]:
    """The rule, for one transaction."""
    own = {each.address for each in transaction.inputs}
    return settled(transaction, lambda output: output.address not in own)


@heuristic("address_reuse", 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE)
def address_reuse(transactions: Transactions) -> Answers:
    """An output that pays an address which this transaction spends from is change.

    Yes: it alone pays an address among the inputs. No: another output does. Unknown: none does, or
    several do.

    As sure as anything is: nobody is paid at the payer's address by accident. It errs where somebody
    pays himself on purpose and the rest is spent elsewhere, and in transactions of several owners that
    no rule recognised. Wallets that reuse addresses are old or careless, so it says nothing of most
    transactions. No rate is published for it alone.
    """
    return answers(transactions, "address_reuse")
