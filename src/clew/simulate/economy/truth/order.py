"""An economy's arrays in the order of its chain, with the names that its blocks gave them.

Transactions are numbered as a ledger of Clew numbers them: 0 is the genesis block's, then all others as
they stand in the chain. In a block the coinbase comes first, the rest as it was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clew.kernels.economy_state import (
    A_WALLET,
    ACTOR,
    ADDRESS,
    ADDRESSES,
    COINS,
    I_COIN,
    INPUTS,
    SPENT,
    T_INPUT,
    T_OUTPUT,
    T_WALLET,
    TX,
    TXS,
    VALUE,
    WALLETS,
)

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course
    from clew.simulate.economy.record import Record

Ints = npt.NDArray[np.int64]

GENESIS = 1
"""Transactions of the genesis block."""


@dataclass(frozen=True)
class Laid:
    """The filled rows of an economy's arrays, and where each transaction, output and input came to lie.

    Rows of ``wallet``, ``address``, ``coin``, ``tx`` and ``input`` are by the economy's own ids, which
    are called *ids* here; places of transactions in the chain are called *numbers*. ``ends``: for each
    height how many transactions there are up to its block's end, the genesis block's not counted.
    """

    wallet: Ints
    address: npt.NDArray[np.int32]
    coin: Ints
    tx: Ints
    input: npt.NDArray[np.int32]
    ends: Ints
    record: Record

    @cached_property
    def tx_number(self) -> Ints:
        """The number of each transaction, by id."""
        numbers = np.arange(len(self.tx), dtype=np.int64) + GENESIS + 1
        numbers[self.ends[1:] - 1] = self.ends[:-1] + GENESIS
        return numbers

    @cached_property
    def txs(self) -> Ints:
        """Ids of the transactions in chain order."""
        return _inverse(self.tx_number - GENESIS)

    @cached_property
    def coins(self) -> Ints:
        """Ids of the outputs in chain order."""
        return _by_place(self.tx_number[self.coin[:, TX]], self.record.vouts)

    @cached_property
    def input_tx(self) -> Ints:
        """The transaction of each input, by ids."""
        starts = np.append(self.tx[:, T_INPUT], len(self.input))
        return np.repeat(np.arange(len(self.tx), dtype=np.int64), np.diff(starts))

    @cached_property
    def inputs(self) -> Ints:
        """Ids of the inputs in chain order; coinbases have none."""
        return _by_place(self.tx_number[self.input_tx], self.record.vins)

    @cached_property
    def height(self) -> Ints:
        """The height of each transaction, by id."""
        heights = np.arange(len(self.ends), dtype=np.int64)
        return np.repeat(heights, np.diff(self.ends, prepend=0))

    @cached_property
    def owner(self) -> Ints:
        """The actor who owns each output, by id."""
        return self.address_owner[self.coin[:, ADDRESS]]

    @cached_property
    def address_owner(self) -> Ints:
        """The actor who owns each address, by id."""
        owners: Ints = self.wallet[self.address[:, A_WALLET], ACTOR]
        return owners

    @cached_property
    def maker(self) -> Ints:
        """The actor whose software made each transaction, by id."""
        makers: Ints = self.wallet[self.tx[:, T_WALLET], ACTOR]
        return makers

    @cached_property
    def spender(self) -> Ints:
        """The transaction that spends each output, by ids; -1 for none."""
        spent = self.coin[:, SPENT]
        return np.where(spent >= 0, self.input_tx[spent] if len(self.input) else -1, -1)

    @cached_property
    def source(self) -> Ints:
        """The actor whose coins each transaction spends, by id: of its first input; -1 for a coinbase."""
        first = self.tx[:, T_INPUT]
        has = np.diff(np.append(first, len(self.input))) > 0
        owners = self.owner[self.input[np.minimum(first, len(self.input) - 1), I_COIN]] if has.any() else has
        return np.where(has, owners, -1)

    @cached_property
    def owners(self) -> Ints:
        """How many actors' coins each transaction spends, by id."""
        owner = self.owner[self.input[:, I_COIN]]
        # Nearly all transactions have one owner; only the others need to be sorted out.
        several = np.zeros(len(self.tx), np.bool_)
        several[self.input_tx[owner != self.source[self.input_tx]]] = True
        chosen = several[self.input_tx]
        pairs = np.unique(self.input_tx[chosen] << 32 | owner[chosen])
        counts = (self.source >= 0).astype(np.int64)
        counts[several] = np.bincount(pairs >> 32, minlength=len(self.tx))[several]
        return counts

    def is_payers(self, coins: Ints) -> npt.NDArray[np.bool_]:
        """Whether each of some outputs (ids) belongs to somebody whose coins its transaction spends."""
        tx, owner = self.coin[coins, TX], self.owner[coins]
        found: npt.NDArray[np.bool_] = owner == self.source[tx]
        joint = self.owners[tx] > 1
        several = self.owners[self.input_tx] > 1
        payers = self.input_tx[several] << 32 | self.owner[self.input[several, I_COIN]]
        found[joint] = np.isin(tx[joint] << 32 | owner[joint], payers)
        return found

    def sums(self, field: int = VALUE) -> Ints:
        """Sum of a field of each transaction's outputs, by id."""
        return np.add.reduceat(self.coin[:, field], self.tx[:, T_OUTPUT]) if len(self.tx) else self.tx[:, 0]


def lay(course: Course, record: Record) -> Laid:
    """An economy that has run its course, as it lies in its blocks."""
    e = course.society.state.e
    wallets, addresses, coins, txs, inputs = (
        int(e.count[place]) for place in (WALLETS, ADDRESSES, COINS, TXS, INPUTS)
    )
    return Laid(
        wallet=e.wallet[:wallets],
        address=e.address[:addresses],
        coin=e.coin[:coins],
        tx=e.tx[:txs],
        input=e.input[:inputs],
        ends=np.array(course.ends, np.int64),
        record=record,
    )


def _inverse(order: Ints) -> Ints:
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order), dtype=np.int64)
    return places


def _by_place(txs: Ints, places: npt.NDArray[np.int32]) -> Ints:
    """The order by transaction and, within one, by place."""
    return np.argsort(txs << 32 | places.astype(np.int64), kind="stable")
