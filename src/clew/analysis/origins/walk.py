"""The way back of payments over the ledger, to whoever first could know the customer.

Level by level, for all payments at once: each coin leads to the transaction that made it, and that to the
coins that it spent. A way ends where a service made the coin, or where it can lead no further.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clew.analysis.holders import SERVICE, UNKNOWN_HOLDER, Holders
from clew.analysis.origins.haircut import shares
from clew.analysis.origins.joins import are_coinjoins
from clew.ledger.columns import Array, distinct
from clew.ledger.ledger import Ledger, expand
from clew.schema import NO_OUTPUT

(
    AT_SERVICE,
    AT_HOLDER,
    AT_COINJOIN,
    AT_COINBASE,
    AT_OWN,
    AT_JOINT,
    AT_DEPTH,
    AT_TIME,
    AT_BREADTH,
    AT_MIXED,
) = range(10)
"""Why a way ends: a service made the coin; an unknown holder did; a coinjoin; it is new; the entities asked
about made it; several sign, a service or an unknown holder among them; so many hops; so many days; so many
coins of one payment; the payment is mixed."""

OTHERS, SEVERAL = 1, 2
"""What lies on a way: a coin of another entity than the one that paid; a transaction that several sign."""

MOST_COINS = 2_000
"""Coins of one payment that are followed from one level to the next; a way that has more is cut."""

NOBODY = -1


@dataclass(frozen=True)
class Ends:
    """Where the ways of payments end; arrays of one length, by payment and coin.

    ``payment`` (its place), ``coin`` (output id: the last coin on the way back), ``value`` (satoshi of the
    payment that came of it), ``hops`` (coins between it and the payment by the shortest way, itself
    counted; 0: it is the payment), ``end`` (one of AT_...), ``holder`` (entity that made it, or NOBODY),
    ``flags`` (OTHERS, SEVERAL).
    """

    payment: Array
    coin: Array
    value: Array
    hops: Array
    end: Array
    holder: Array
    flags: Array


@dataclass(frozen=True)
class _Level:
    """Ways that have come equally far: payment, coin, satoshi, flags."""

    payment: Array
    coin: Array
    value: Array
    flags: Array

    def some(self, rows: Array) -> _Level:
        return _Level(self.payment[rows], self.coin[rows], self.value[rows], self.flags[rows])


class Walk:
    """The ways back from some payments.

    ``asked``: the entities paid, ascending; ``is_own``: tells which of some entities count as theirs.
    ``depth``: hops at most; ``oldest`` (by payment, Unix seconds): a coin made before is not followed; None:
    no limit.
    """

    def __init__(
        self,
        ledger: Ledger,
        holders: Holders,
        is_own: Callable[[Array], Array],
        *,
        depth: int,
        oldest: Array | None = None,
    ) -> None:
        self.ledger, self.holders, self.is_own = ledger, holders, is_own
        self.depth, self.oldest = depth, oldest
        self.payer: Array = np.empty(0, np.int64)
        """By payment: the one entity that signed it, or NOBODY."""

    def back(self, coins: Array, values: Array) -> Ends:
        """Follow payments, each an output with its satoshi; places count ``coins``."""
        count = len(coins)
        self.payer = np.full(count, NOBODY)
        level = _Level(np.arange(count), coins.astype(np.int64), values, np.zeros(count, np.int64))
        parts: list[tuple[Array, ...]] = []
        for hops in range(self.depth + 1):
            level = self._step(level, hops, parts)
            if not len(level.coin):
                break
        return _merged(parts)

    def _step(self, level: _Level, hops: int, parts: list[tuple[Array, ...]]) -> _Level:
        """End those ways that end here, and take the others one coin further."""
        made_by = self.ledger.transactions_of_outputs(level.coin)
        transactions = distinct(made_by)
        which = np.searchsorted(transactions, made_by)
        makers = _makers(self.ledger, transactions)
        end, holder = self._ends(transactions, makers)
        ends, held = end[which], holder[which]
        if hops == 0:
            self.payer[level.payment] = held
        ends = self._cut(level, ends, made_by, hops)
        done = np.flatnonzero(ends != NOBODY)
        parts.append(
            (level.payment[done], level.coin[done], level.value[done], np.full(len(done), hops), ends[done],
             held[done], level.flags[done])
        )  # fmt: skip
        going = np.flatnonzero(ends == NOBODY)
        return self._onward(level.some(going), made_by[going], held[going])

    def _cut(self, level: _Level, ends: Array, made_by: Array, hops: int) -> Array:
        """Ends, with those of ways that are cut here."""
        ends = ends.copy()
        going = ends == NOBODY
        if self.oldest is not None:
            heights = self.ledger.blocks_of_transactions(made_by)
            times = self.ledger.column("blocks.time")[heights].astype(np.int64)
            ends[going & (times < self.oldest[level.payment])] = AT_TIME
            going = ends == NOBODY
        if hops == self.depth:
            ends[going] = AT_DEPTH
        wide = np.bincount(level.payment, minlength=len(self.payer)) > MOST_COINS
        ends[(ends == NOBODY) & wide[level.payment]] = AT_BREADTH
        return ends

    def _ends(self, transactions: Array, makers: _Makers) -> tuple[Array, Array]:
        """Why a way ends at each transaction, or NOBODY; and who made it, or NOBODY for several."""
        end = np.full(len(transactions), NOBODY)
        whose = np.unique(makers.owners)
        kinds = self.holders.kinds(whose) if len(whose) else np.empty(0, np.int8)
        kind = kinds[np.searchsorted(whose, makers.owners)]
        own = self.is_own(makers.owners)
        one = makers.low == makers.high
        holder = np.where(one & ~makers.is_new, makers.low, NOBODY)

        def any_of(mask: Array) -> Array:
            return np.bincount(makers.places[mask], minlength=len(transactions)) > 0

        served, unknown, theirs = any_of(kind == SERVICE), any_of(kind == UNKNOWN_HOLDER), any_of(own)
        end[served & one], end[unknown & one] = AT_SERVICE, AT_HOLDER
        end[(served | unknown) & ~one] = AT_JOINT
        end[theirs] = AT_OWN
        # One owner cannot join coins with others: such a form is a payout or a sweep.
        end[are_coinjoins(self.ledger, transactions) & ~(one & served)] = AT_COINJOIN
        end[makers.is_new] = AT_COINBASE
        return end, holder

    def _onward(self, level: _Level, made_by: Array, maker: Array) -> _Level:
        """The coins that the ways' transactions spent, with the shares that fall on them."""
        starts, ends = self.ledger.input_ranges(made_by)
        lengths = ends - starts
        rows = np.repeat(np.arange(len(made_by)), lengths)
        spent = self.ledger.column("inputs.spent_output")[expand(starts, lengths)].astype(np.int64)
        parts = self.ledger.column("outputs.value")[spent]
        flags = level.flags.copy()
        flags[maker == NOBODY] |= SEVERAL
        flags[(maker != self.payer[level.payment]) & (maker != NOBODY)] |= OTHERS
        value = shares(level.value, rows, parts)
        payment = level.payment[rows]
        return _together(_Level(payment, spent, value, flags[rows]))


@dataclass(frozen=True)
class _Makers:
    """Who signed some transactions: by input ``places`` (its transaction) and ``owners`` (entity); by
    transaction ``low`` and ``high`` (least and greatest owner), ``is_new`` (a coinbase)."""

    places: Array
    owners: Array
    low: Array
    high: Array
    is_new: Array


def _makers(ledger: Ledger, transactions: Array) -> _Makers:
    starts, ends = ledger.input_ranges(transactions)
    spent = ledger.column("inputs.spent_output")[expand(starts, ends - starts)]
    places = np.repeat(np.arange(len(transactions)), ends - starts)
    real = spent != NO_OUTPUT
    places = places[real]
    addresses = ledger.column("outputs.address")[spent[real]]
    owners = ledger.column("entities.entity")[addresses].astype(np.int64)
    low = np.full(len(transactions), np.iinfo(np.int64).max)
    high = np.full(len(transactions), NOBODY)
    np.minimum.at(low, places, owners)
    np.maximum.at(high, places, owners)
    return _Makers(places, owners, low, high, high == NOBODY)


def _together(level: _Level) -> _Level:
    """The same ways, those of one payment to one coin taken together."""
    order = np.lexsort((level.coin, level.payment))
    level = level.some(order)
    if not len(level.coin):
        return level
    new = np.ones(len(level.coin), bool)
    new[1:] = (level.coin[1:] != level.coin[:-1]) | (level.payment[1:] != level.payment[:-1])
    first = np.flatnonzero(new)
    return _Level(
        level.payment[first],
        level.coin[first],
        np.add.reduceat(level.value, first),
        np.bitwise_or.reduceat(level.flags, first),
    )


def _merged(parts: list[tuple[Array, ...]]) -> Ends:
    """All ends, those of one payment at one coin for one reason taken together."""
    payment, coin, value, hops, end, holder, flags = (
        np.concatenate(each) for each in zip(*parts, strict=True)
    )
    order = np.lexsort((end, coin, payment))
    payment, coin, end = payment[order], coin[order], end[order]
    if not len(order):
        return Ends(payment, coin, value, hops, end, holder, flags)
    new = np.ones(len(order), bool)
    new[1:] = (payment[1:] != payment[:-1]) | (coin[1:] != coin[:-1]) | (end[1:] != end[:-1])
    first = np.flatnonzero(new)
    return Ends(
        payment[first],
        coin[first],
        np.add.reduceat(value[order], first),
        np.minimum.reduceat(hops[order], first),
        end[first],
        holder[order][first],
        np.bitwise_or.reduceat(flags[order], first),
    )


__all__ = [
    "AT_BREADTH", "AT_COINBASE", "AT_COINJOIN", "AT_DEPTH", "AT_HOLDER", "AT_JOINT", "AT_MIXED", "AT_OWN",
    "AT_SERVICE", "AT_TIME", "MOST_COINS", "NOBODY", "OTHERS", "SEVERAL", "Ends", "Walk",
]  # fmt: skip
