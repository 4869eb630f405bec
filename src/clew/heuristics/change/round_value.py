"""Round value: people pay round amounts, and what is left over is not round."""

from __future__ import annotations

from clew.heuristics.change.candidates import CODE, settled
from clew.heuristics.change.ruled import answers
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, Answers, heuristic
from clew.heuristics.transactions import Transactions

DIGITS = range(2, 9)
"""Zeros at the end of an amount in satoshi that make it round; a rule for each."""


def _register(digits: int) -> None:
    name = f"round_value_{digits}"

    def plain(transaction: Transaction) -> list[int]:
        return settled(transaction, lambda output: output.value % 10**digits == 0)

    def ask(transactions: Transactions) -> Answers:
        return answers(transactions, name)

    ask.__doc__ = f"""A round amount is paid, so change is no multiple of {10**digits:,} satoshi.

    Yes: one output alone is not round. No: an output is round, and another is not. Unknown: several are
    not round, or none is.

    Möser and Narayanan (2022) found precision 0.975 and recall 0.467 for multiples of 100 satoshi on
    two-output transactions of the real chain whose change is known, best with 2 to 4 zeros. It errs
    where the price was in another currency and the change happens to be round, most likely with few
    zeros, and where wallets make round change on purpose.
    """
    heuristic(name, 1, about=OUTPUT, kind=CHANGE, plain=plain, code=CODE)(ask)


for _digits in DIGITS:
    _register(_digits)

__all__ = ["DIGITS"]
