"""What every reader of an answer must know, in a sentence or two each."""

from __future__ import annotations

_SATOSHI = 100_000_000

ADDRESS_ALONE = "One address is shown, not all that its owner controls; the entity may hold more."
BLOCK_TIME = (
    "Times are block times, stated by miners; a block can carry a time up to two hours ahead, and "
    "must carry one later than the median of the eleven blocks before it."
)
LOWER_BOUND = (
    "An entity is a lower bound: its owner may control more addresses than the rules can join. The "
    "rules infer control from how transactions are made, and can join strangers."
)
MIXED = (
    "In a mixed transaction only some inputs are the entity's: only the net amount is counted, and "
    "who paid whom, and whose the fee was, cannot be known from it."
)
COINJOIN = (
    "In a coinjoin several parties pay through one transaction: any of its inputs may have paid any "
    "of its outputs."
)
PAYERS = (
    "The number of paying entities is not a number of people: one payer may stand here as several "
    "entities, and one entity may pay for many people."
)
CONTROL = "A payment out of an entity shows that its keys signed, not who gave the order."


def together(entities: int, payments: int, value: int) -> str:
    """That several entities are taken as one, and how much (satoshi) this leaves out."""
    said = (
        f"No rule joins these {entities:,} entities: they are taken together because they were named "
        "together, and may belong to different people. "
    )
    if not payments:
        return f"{said}No payment between them was found."
    amount = f"{value // _SATOSHI:,}.{value % _SATOSHI:08d} BTC"
    if payments == 1:
        return f"{said}1 payment ({amount}) between them is not counted; ask about each alone to see it."
    return (
        f"{said}{payments:,} payments ({amount}) between them are not counted; ask about each alone "
        "to see them."
    )


def as_of(height: int) -> str:
    """That an answer is about the past."""
    return (
        f"As of block {height:,}, as if it were the last: what came later is left out, also the links that "
        "joined entities since."
    )


def not_strict(rule_set: str) -> str:
    """That an answer rests on rules that are less careful than those for exhibits."""
    return (
        f"By the set of rules {rule_set}, which joins more than strict does and is more often wrong: for "
        "leads, not for exhibits."
    )
