"""The tables of truth, each and its columns declared once: what the documentation and the files say."""

from __future__ import annotations

from clew.simulate.economy.truth.chain_dictionary import (
    ACTORS,
    ADDRESSES,
    BLOCKS,
    CHANGES,
    COINJOINS,
    INPUTS,
    JOINT_OWNERS,
    OUTPUTS,
    TRANSACTIONS,
    WALLETS,
)
from clew.simulate.economy.truth.columns import Table
from clew.simulate.economy.truth.service_dictionary import (
    ACCOUNTS,
    CASH_OUTS,
    CONCEALMENT,
    CONCEALMENT_COINS,
    CUSTOMERS,
    ORIGINS,
    PAYMENTS,
)

TRUTH, TOTALS = "truth", "totals.json"
"""The folder of the tables, and the file of their sums in it."""

TABLES = (
    ACTORS, JOINT_OWNERS, WALLETS, ADDRESSES, BLOCKS, TRANSACTIONS, OUTPUTS, INPUTS, CHANGES, COINJOINS,
    CUSTOMERS, ACCOUNTS, PAYMENTS, ORIGINS, CASH_OUTS, CONCEALMENT, CONCEALMENT_COINS,
)  # fmt: skip
"""Every table, in the order in which they are told of."""


def table(name: str) -> Table:
    """The table of this name. Raises KeyError."""
    for each in TABLES:
        if each.name == name:
            return each
    raise KeyError(name)
