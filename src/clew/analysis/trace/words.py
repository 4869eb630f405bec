"""What must be kept in mind with a trace; each a sentence or two."""

from __future__ import annotations

CONVENTIONS = (
    "A policy is a convention about which coins in a transaction are which; the ledger does not say. "
    "Figures under several policies are a range of conventions, not bounds: the truth may lie outside "
    "it."
)
SET = (
    "Poison is a set: it says which coins could have been reached, never how much, and its sizes are "
    "not to be added up."
)
CHANGED = (
    "Past an attributed service, an unknown holder or a coinjoin the coins are other people's; the "
    "ledger does not show to whom the money belongs there."
)
OF_MANY = (
    "An entity asked about is a service, or looks like one: it is no stop on its own way, though its coins "
    "may be those of many people."
)
ROUTE = "A route on the ledger shows that coins moved, not that they changed hands, nor who moved them."
ORDER = (
    "fifo, lifo, seniority and juniority rest on the order of a transaction's parts, which the "
    "sender's program chooses; permuted shows how far results move when it is another."
)
LEDGER_ONLY = (
    "What stops here rests on the tags and entities in force; a service that nobody has tagged may be "
    "passed through as if it were a person's wallet."
)
BOUNDS = (
    "Bounds hold for every way of sharing the money out that keeps each transaction's sums, over the "
    "coins that poison reaches within the same limits, and as far as tags and entities are right; a "
    "policy under which a limit of hops or of value falls elsewhere can lie outside."
)
LOWEST = (
    "The lowest balance is that of the addresses known to be the wallet's: a lower bound of the "
    "wallet, so of its balance, too."
)


def without_value(coins: int) -> str:
    """That some coins named hold nothing."""
    many = "1 coin named holds" if coins == 1 else f"{coins:,} coins named hold"
    return f"{many} 0 satoshi and is left out." if coins == 1 else f"{many} 0 satoshi and are left out."


def together(policy: str, coins: int) -> str:
    """That sources could not be told apart."""
    return (
        f"Under {policy} the sources are not told apart: what each of {coins:,} coins has of each source "
        "would take more memory than may be used; name fewer sources, or give more --memory."
    )
