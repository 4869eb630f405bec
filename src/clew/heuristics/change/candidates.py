"""What all change rules share: which outputs are asked about, and what follows from those left over.

A rule rules outputs out. It speaks of a transaction that is neither a coinbase nor a coinjoin and has at
least two outputs that somebody can own. If exactly one of them is left, the answer is *yes* for it and
*no* for the others. If several are left, it is *unknown* for them, and *no* for those ruled out. If none
is left, the rule does not fit: *unknown* for all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from clew.errors import RuleError
from clew.heuristics.change.traits import Traits, traits_of
from clew.heuristics.plain import Output, Transaction
from clew.schema import ANCHOR, MAX_TRANSACTIONS, NO, NO_ADDRESS, UNKNOWN, YES

LEAST_CANDIDATES = 2

CODE = (
    "clew.heuristics.change.candidates",
    "clew.heuristics.change.ruled",
    "clew.heuristics.change.traits",
    "clew.heuristics.rulesets",
    "clew.kernels.change",
    "clew.kernels.traits",
)
"""What defines a change rule beside its own file."""

RuledOut: TypeAlias = Callable[[Output], bool]


def is_candidate(output: Output) -> bool:
    """Whether somebody can own it: neither OP_RETURN nor an anchor, which anyone may spend."""
    return output.address != NO_ADDRESS and output.script_type != ANCHOR


def candidates(transaction: Transaction) -> list[Output]:
    """The outputs that may be change; none where the rules say nothing of the transaction."""
    found = [each for each in transaction.outputs if is_candidate(each)]
    if transaction.is_coinbase or len(found) < LEAST_CANDIDATES or is_joint(transaction):
        return []
    return found


def is_joint(transaction: Transaction) -> bool:
    """Whether several owners made it, or may have."""
    # A set of rules may hold change rules, too.
    from clew.heuristics.rulesets import JOINT

    return bool(JOINT.one(transaction) != NO)


def settled(
    transaction: Transaction, ruled_out: RuledOut, *, told: Callable[[Output], bool] | None = None
) -> list[int]:
    """An answer per output. ``told``: whether anything is known of it; otherwise it is never change."""
    asked = candidates(transaction)
    if not asked:
        nobody = transaction.is_coinbase
        return [NO if nobody or not is_candidate(each) else UNKNOWN for each in transaction.outputs]
    out = [not is_candidate(each) or ruled_out(each) for each in transaction.outputs]
    left = out.count(False)
    answers = []
    for each, is_out in zip(transaction.outputs, out, strict=True):
        if not is_candidate(each) or (is_out and left):
            answers.append(NO)
        elif left == 1 and (told is None or told(each)):
            answers.append(YES)
        else:
            answers.append(UNKNOWN)
    return answers


def later(output: Output) -> Traits | None:
    """The traits of who spent it; None where nobody did, or several owners did together.

    Raises RuleError where the spender is not at hand.
    """
    if output.spender is None:
        if output.spent_by < MAX_TRANSACTIONS:
            raise RuleError(
                "a change rule that looks ahead: expected each output with its spender, found one without; "
                "ask for the transaction with_spenders"
            )
        return None
    return None if is_joint(output.spender) else traits_of(output.spender, False)


def compared(transaction: Transaction, differ: Callable[[Traits, Traits], bool]) -> list[int]:
    """An answer per output of a rule that rules out those spent by somebody else's software."""
    if not candidates(transaction):
        return settled(transaction, lambda _: False)
    own = traits_of(transaction, False)
    known = {id(each): later(each) for each in transaction.outputs}

    def ruled_out(output: Output) -> bool:
        found = known[id(output)]
        return found is not None and differ(own, found)

    return settled(transaction, ruled_out, told=lambda output: known[id(output)] is not None)


__all__ = ["CODE", "candidates", "compared", "is_candidate", "is_joint", "later", "settled"]
