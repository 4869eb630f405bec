"""What scoring needs of a ledger's rows, once for all rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clew.accuracy.truth import NOT_KNOWN, Truth
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import FLAG_COINBASE, NO_ADDRESS, NO_OUTPUT


@dataclass(frozen=True)
class Chain:
    """By transaction: ``is_coinbase`` (bool), ``first_output`` (int64, one more at the end). By output:
    ``transaction`` (int64), ``pays`` (bool: it has an address). By input that spends: ``spender`` (int64,
    its transaction), ``owner`` (int64, the address whose output it spends)."""

    is_coinbase: Array
    first_output: Array
    transaction: Array
    pays: Array
    address: Array
    spender: Array
    owner: Array

    def owners_of_inputs(self, of: Array) -> tuple[Array, Array]:
        """Least and greatest of ``of`` (int64 by address) over each transaction's inputs.

        NOT_KNOWN is passed over; where nothing is left both are NOT_KNOWN.
        """
        count = len(self.is_coinbase)
        told = of[self.owner]
        known = told != NOT_KNOWN
        high = np.full(count, NOT_KNOWN, np.int64)
        np.maximum.at(high, self.spender[known], told[known])
        low = np.full(count, np.iinfo(np.int64).max, np.int64)
        np.minimum.at(low, self.spender[known], told[known])
        return np.where(high == NOT_KNOWN, NOT_KNOWN, low), high

    def has_several_addresses(self) -> Array:
        """Whether each transaction spends outputs of two addresses or more; bool."""
        low = np.full(len(self.is_coinbase), np.iinfo(np.int64).max, np.int64)
        high = np.full(len(self.is_coinbase), NOT_KNOWN, np.int64)
        np.minimum.at(low, self.spender, self.owner)
        np.maximum.at(high, self.spender, self.owner)
        return high > low


def chain_of(ledger: Ledger) -> Chain:
    """The rows of a ledger that scoring reads, all in memory: meant for chains whose truth is known."""
    counts = ledger.counts
    first_output = np.append(
        np.asarray(ledger.column("transactions.first_output")), counts["outputs"]
    ).astype(np.int64)
    first_input = np.append(np.asarray(ledger.column("transactions.first_input")), counts["inputs"])
    spent = np.asarray(ledger.column("inputs.spent_output"))
    of_input = np.repeat(np.arange(counts["transactions"], dtype=np.int64), np.diff(first_input))
    spends = spent != NO_OUTPUT
    address = np.asarray(ledger.column("outputs.address")).astype(np.int64)
    flags = np.asarray(ledger.column("transactions.flags"))
    return Chain(
        is_coinbase=(flags & FLAG_COINBASE) != 0,
        first_output=first_output,
        transaction=np.repeat(np.arange(counts["transactions"], dtype=np.int64), np.diff(first_output)),
        pays=address != NO_ADDRESS,
        address=address,
        spender=of_input[spends],
        owner=address[spent[spends]],
    )


def names_of_forms(truth: Truth) -> tuple[str, ...]:
    """Forms of transactions by number, and what stands for those of no known form."""
    return (*truth.forms, "unknown")


__all__ = ["Chain", "chain_of", "names_of_forms"]
