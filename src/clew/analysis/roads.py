"""All chains of coins from one set of entities to another that lie within limits, found from both ends.

Whole layers of transactions are taken, now from the one end and now from the other, wherever the next one
is smaller: after i layers from the start and j from the end every chain of up to i + j transactions
is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from clew.analysis.amounts import grouped_sums
from clew.analysis.defaults import FLOW_HOPS, FLOW_TRANSACTIONS, MOST_FLOW_HOPS
from clew.analysis.detectors import coinjoins_among
from clew.analysis.flows import contains
from clew.analysis.holders import SERVICE, UNKNOWN_HOLDER, Holders
from clew.errors import UsageError
from clew.ledger.columns import Array, distinct
from clew.ledger.ledger import Ledger, expand
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS, NO_OUTPUT

HOPS, MOST_HOPS, MOST = FLOW_HOPS, MOST_FLOW_HOPS, FLOW_TRANSACTIONS

UNREACHED = -1
"""Width of a transaction that no chain reaches."""

_NONE: Array = np.empty(0, np.int64)


@dataclass(frozen=True)
class Limits:
    """How far to look: transactions of a flow and those looked at in each direction, at most; heights of the
    first and last block (None: no limit); whether services and coinjoins are passed."""

    hops: int = HOPS
    most: int = MOST
    since: int | None = None
    until: int | None = None
    through_services: bool = False

    def check(self) -> None:
        """Raises UsageError for limits that leave nothing to look at."""
        if not 1 <= self.hops <= MOST_HOPS:
            raise UsageError(f"hops: expected 1 to {MOST_HOPS} transactions, found {self.hops}")
        if self.most < 1:
            raise UsageError(f"most: expected 1 transaction to look at or more, found {self.most}")
        if self.since is not None and self.until is not None and self.since > self.until:
            raise UsageError(
                f"expected a first block up to the last one, found since {self.since} and until {self.until}"
            )


@dataclass
class Roads:
    """What was found between two sets: arrays of int64.

    ``transactions`` ascend. ``coins`` (ascending) pass from the transaction at place ``made_in`` to the one
    at place ``spent_in``. ``entries`` are coins of the start by the place of their spender, ``exits`` those
    that reach the end by the place of their maker (``entry_places``, ``exit_places``). Of ``values``,
    satoshi. ``whole``: chains of up to so many transactions are all there. ``cut_by`` says which limits cut
    the rest, ``left_out`` how many coins were not followed for whose they are, or transactions.
    """

    ledger: Ledger
    transactions: Array = field(default_factory=lambda: _NONE)
    coins: Array = field(default_factory=lambda: _NONE)
    made_in: Array = field(default_factory=lambda: _NONE)
    spent_in: Array = field(default_factory=lambda: _NONE)
    entries: Array = field(default_factory=lambda: _NONE)
    entry_places: Array = field(default_factory=lambda: _NONE)
    exits: Array = field(default_factory=lambda: _NONE)
    exit_places: Array = field(default_factory=lambda: _NONE)
    whole: int = 0
    looked: int = 0
    cut_by: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)

    def entry_coins(self, place: int) -> Array:
        """Coins of the start that the transaction at a place spends."""
        found: Array = self.entries[self.entry_places == place]
        return found

    def exit_coins(self, place: int) -> Array:
        """Coins that it makes and that reach the end."""
        found: Array = self.exits[self.exit_places == place]
        return found

    def passing(self, one: int, other: int) -> Array:
        """Coins that pass from the transaction at the one place to that at the other."""
        found: Array = self.coins[(self.made_in == one) & (self.spent_in == other)]
        return found


class _Search:
    """The search from both ends; ``start`` and ``end`` are entities, distinct and ascending."""

    def __init__(self, ledger: Ledger, holders: Holders, start: Array, end: Array, limits: Limits) -> None:
        self.ledger, self.holders, self.limits = ledger, holders, limits
        self.start, self.end = start, end
        first = ledger.column("blocks.first_transaction")
        height = ledger.tip.height
        self._low = int(first[limits.since]) if limits.since is not None and limits.since <= height else 0
        if limits.since is not None and limits.since > height:
            self._low = ledger.counts["transactions"]
        whole = limits.until is None or limits.until >= height
        self._high = ledger.counts["transactions"] if whole else int(first[limits.until + 1])  # type: ignore[operator]
        self.is_cut_in_time = False
        self._coinjoins: dict[int, bool] = {}
        self.left_out: dict[str, set[int]] = {
            "services": set(), "unknown_holders": set(), "coinjoins": set()
        }  # fmt: skip
        self._entities = ledger.column("entities.entity")

    # Coins and transactions that may be on a way

    def owners(self, coins: Array) -> Array:
        """The entity of each coin; -1 for nobody."""
        addresses = self.ledger.column("outputs.address")[coins]
        owners = np.full(len(coins), -1, np.int64)
        known = addresses != NO_ADDRESS
        owners[known] = self._entities[addresses[known]]
        return owners

    def passable(self, coins: Array) -> Array:
        """Those of ``coins`` that lie between: neither set's, nor a service's; each left out is counted."""
        owners = self.owners(coins)
        between = (owners >= 0) & ~contains(self.start, owners) & ~contains(self.end, owners)
        coins, owners = coins[between], owners[between]
        if self.limits.through_services or not len(coins):
            return coins
        entities, places = np.unique(owners, return_inverse=True)
        kinds = self.holders.kinds(entities)[places]
        for name, kind in (("services", SERVICE), ("unknown_holders", UNKNOWN_HOLDER)):
            self.left_out[name].update(coins[kinds == kind].tolist())
        kept: Array = coins[(kinds != SERVICE) & (kinds != UNKNOWN_HOLDER)]
        return kept

    def allowed(self, transactions: Array) -> Array:
        """Those of distinct ascending ``transactions`` that are in time, and no coinjoins."""
        inside = (transactions >= self._low) & (transactions < self._high)
        self.is_cut_in_time |= not inside.all()
        transactions = transactions[inside]
        if self.limits.through_services or not len(transactions):
            return transactions
        joined = coinjoins_among(self.ledger, transactions)
        self.left_out["coinjoins"].update(joined.tolist())
        return np.setdiff1d(transactions, joined, assume_unique=True)

    def coins_of(self, entities: Array) -> Array:
        """All coins that entities ever got; ascending."""
        return self.ledger.outputs_of_addresses(self.ledger.members_of(entities))

    def spenders(self, coins: Array) -> tuple[Array, Array]:
        """Those of ``coins`` that were spent, and the transactions that did; int64."""
        by = self.ledger.column("spends.spent_by")[coins]
        spent = by < MAX_TRANSACTIONS
        return coins[spent], by[spent].astype(np.int64)

    def makes(self, transactions: Array) -> Array:
        """The outputs of transactions, in order."""
        starts, ends = self.ledger.output_ranges(transactions)
        return expand(starts, ends - starts)

    def spends(self, transactions: Array) -> tuple[Array, Array]:
        """The coins that transactions spend, and which transaction each; both in order."""
        starts, ends = self.ledger.input_ranges(transactions)
        coins = self.ledger.column("inputs.spent_output")[expand(starts, ends - starts)]
        by = np.repeat(transactions, ends - starts)
        real = coins != NO_OUTPUT
        return coins[real].astype(np.int64), by[real]


@dataclass
class _Front:
    """One end of the search: transactions that were reached, those to take next, layers taken whole."""

    next: Array
    seen: Array = field(default_factory=lambda: _NONE)
    coins: list[Array] = field(default_factory=list)
    layers: int = 0
    is_cut: bool = False

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left that could be taken."""
        return self.is_cut or not len(self.next)


def roads(ledger: Ledger, holders: Holders, start: Array, end: Array, limits: Limits) -> Roads:
    """All chains of coins from entities ``start`` to entities ``end`` within ``limits``.

    Both are distinct and ascending, and have none in common.
    """
    search = _Search(ledger, holders, start, end, limits)
    entered = search.spenders(search.coins_of(start))
    wanted = search.coins_of(end)
    paid = wanted, ledger.transactions_of_outputs(wanted)
    fore, rear = (_Front(search.allowed(distinct(by))) for _, by in (entered, paid))
    looked = _grow(search, fore, rear)
    nodes = distinct(np.concatenate([fore.seen, rear.seen]))
    coins, made, spent = _between(ledger, nodes, distinct(np.concatenate([_NONE, *fore.coins, *rear.coins])))
    entries, exits = ((some[contains(nodes, by)], by[contains(nodes, by)]) for some, by in (entered, paid))
    return Roads(
        ledger,
        transactions=nodes,
        coins=coins,
        made_in=np.searchsorted(nodes, made),
        spent_in=np.searchsorted(nodes, spent),
        entries=entries[0],
        entry_places=np.searchsorted(nodes, entries[1]),
        exits=exits[0],
        exit_places=np.searchsorted(nodes, exits[1]),
        whole=limits.hops if _exhausted(fore, rear) else fore.layers + rear.layers,
        looked=looked,
        cut_by=_cut_by(search, fore, rear),
        left_out={name: len(found) for name, found in search.left_out.items()},
    )


def _between(ledger: Ledger, nodes: Array, coins: Array) -> tuple[Array, Array, Array]:
    """Those of ``coins`` that pass between two of the transactions ``nodes``; their makers and spenders."""
    made = ledger.transactions_of_outputs(coins)
    spent = ledger.column("spends.spent_by")[coins].astype(np.int64)
    inside = contains(nodes, made) & contains(nodes, spent)
    return coins[inside], made[inside], spent[inside]


def _cut_by(search: _Search, fore: _Front, rear: _Front) -> tuple[str, ...]:
    """The limits without which more might have been found."""
    hops = not _exhausted(fore, rear) and not fore.is_cut and not rear.is_cut
    found = {"most": fore.is_cut or rear.is_cut, "hops": hops, "time": search.is_cut_in_time}
    return tuple(name for name, is_cut in found.items() if is_cut)


def _exhausted(fore: _Front, rear: _Front) -> bool:
    """Whether everything that hangs on the one end or the other was taken."""
    return any(not front.is_cut and not len(front.next) for front in (fore, rear))


def _grow(search: _Search, fore: _Front, rear: _Front) -> int:
    """Take layers until the limits are met, or one end has no more; returns transactions looked at."""
    looked = 0
    while fore.layers + rear.layers < search.limits.hops and not (fore.is_done or rear.is_done):
        front = fore if len(fore.next) <= len(rear.next) else rear
        room = search.limits.most - looked
        layer = front.next[:room]
        front.is_cut = len(layer) < len(front.next)
        looked += len(layer)
        front.seen = distinct(np.concatenate([front.seen, layer]))
        if front is fore:
            coins, reached = search.spenders(search.passable(search.makes(layer)))
        else:
            coins, _ = search.spends(layer)
            coins = search.passable(coins)
            reached = search.ledger.transactions_of_outputs(coins)
        front.coins.append(coins)
        if front.is_cut:
            break
        front.layers += 1
        reached = distinct(reached)
        front.next = search.allowed(reached[~contains(front.seen, reached)])
    return looked


@dataclass(frozen=True)
class Routes:
    """The best chains, as places in ``Roads.transactions``; and how many transactions pay the end on one."""

    shortest: list[int] | None
    widest: list[int] | None
    arrivals: int


def routes(found: Roads, hops: int) -> Routes:
    """The chain of fewest transactions, of these the widest; and the widest, of these the shortest.

    Of what is still equal the one whose last transaction, then whose last but one and so on, is earlier.
    """
    passages = _passages(found)
    layers = _widths(found, passages, hops)
    leaving, pays = _leaving(found)
    shortest: tuple[int, int] | None = None
    widest: tuple[int, int, int] | None = None
    arrives = np.zeros(len(found.transactions), bool)
    for count, widths in enumerate(layers, 1):
        there = pays & (widths != UNREACHED)
        arrives |= there
        if not there.any():
            continue
        final = np.where(there, np.minimum(widths, leaving), UNREACHED)
        best = int(final.argmax())
        shortest = shortest or (count, best)
        if widest is None or int(final[best]) > widest[0]:
            widest = (int(final[best]), count, best)
    return Routes(
        _back(passages, layers, *shortest) if shortest else None,
        _back(passages, layers, *widest[1:]) if widest else None,
        int(np.count_nonzero(arrives)),
    )


def loops(found: Roads, hops: int) -> Iterator[tuple[int, list[int]]]:
    """Width and chain of the widest way, of these the shortest, to each transaction by which coins come back.

    For ``found`` from some entities to the same; chains of one transaction, which are change, are none. In
    chain order of the last transaction.
    """
    passages = _passages(found)
    layers = _widths(found, passages, hops)
    leaving, pays = _leaving(found)
    for place in np.flatnonzero(pays).tolist():
        widths = [min(int(each[place]), int(leaving[place])) for each in layers[1:]]
        best = max(widths, default=UNREACHED)
        if best != UNREACHED:
            yield best, _back(passages, layers, widths.index(best) + 2, place)


def _leaving(found: Roads) -> tuple[Array, Array]:
    """By transaction: satoshi of what it makes that reaches the end, and whether anything does."""
    leaving = grouped_sums(found.exit_places, _values(found, found.exits), len(found.transactions))
    pays = np.zeros(len(found.transactions), bool)
    pays[found.exit_places] = True
    return leaving, pays


def _values(found: Roads, coins: Array) -> Array:
    values: Array = found.ledger.column("outputs.value")[coins].astype(np.int64)
    return values


Passages = tuple[Array, Array, Array]


def _passages(found: Roads) -> Passages:
    """Place, next place and satoshi of what passes between two transactions, each pair once; the next places
    ascend."""
    count = len(found.transactions)
    pairs, groups = np.unique(found.spent_in * count + found.made_in, return_inverse=True)
    sums = grouped_sums(groups, _values(found, found.coins), len(pairs))
    return pairs % max(count, 1), pairs // max(count, 1), sums


def _widths(found: Roads, passages: Passages, hops: int) -> list[Array]:
    """The width of the widest chain of exactly 1, 2, ... transactions that ends at each place."""
    one, other, sums = passages
    entering = grouped_sums(found.entry_places, _values(found, found.entries), len(found.transactions))
    widths = np.full(len(found.transactions), UNREACHED)
    widths[found.entry_places] = entering[found.entry_places]
    layers: list[Array] = []
    while len(layers) < hops and (widths != UNREACHED).any():
        layers.append(widths)
        reached = np.flatnonzero(widths[one] != UNREACHED)
        following = np.full(len(widths), UNREACHED)
        np.maximum.at(following, other[reached], np.minimum(widths[one[reached]], sums[reached]))
        widths = following
    return layers


def _back(passages: Passages, layers: list[Array], count: int, place: int) -> list[int]:
    """The chain of ``count`` transactions that ends at ``place``, from its first on."""
    one, other, sums = passages
    chain = [place]
    for widths in reversed(layers[: count - 1]):
        into = np.arange(*np.searchsorted(other, [chain[-1], chain[-1] + 1]))
        into = into[widths[one[into]] != UNREACHED]
        reach = np.minimum(widths[one[into]], sums[into])
        chain.append(int(one[into][int(reach.argmax())]))
    return chain[::-1]


__all__ = ["HOPS", "MOST", "MOST_HOPS", "UNREACHED", "Limits", "Roads", "Routes", "loops", "roads", "routes"]
