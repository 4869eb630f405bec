"""What patterns are looked for in: the entities asked about, and those that only they have fed.

From the outflows of the entities asked about it goes forward, round by round. An entity that is paid
there is taken in if every coin that it ever got comes from transactions funded by entities that are in
already (or by itself): nobody else put anything in. It need not be the same owner's, but nobody else's money
is mixed there, and no payment to a merchant or an exchange passes for a move of one's own, since these are
paid by others too. Services, unknown holders and entities of many addresses are never taken in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from clew.analysis.defaults import MOST_SCENE_HOPS, SCENE_ENTITIES, SCENE_HOPS
from clew.analysis.detectors import coinjoins_among
from clew.analysis.flows import MIXED, OWN, Flows, contains, flows_of
from clew.analysis.holders import PLAIN, SERVICE, Holders
from clew.errors import UsageError
from clew.ledger.columns import Array, distinct, distinct_pairs
from clew.ledger.ledger import Ledger, expand
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS, NO_OUTPUT

HOPS, MOST_HOPS, MOST = SCENE_HOPS, MOST_SCENE_HOPS, SCENE_ENTITIES
LARGE = 1_000
"""Addresses, and coins, above which an entity is not taken in: nobody moves so through one of one's own."""

NOBODY = -1
ANY = 1 << 32
"""More inputs or outputs than a transaction can have."""


@dataclass(frozen=True)
class Reach:
    """How far to go: rounds, and entities looked at, at most."""

    hops: int = HOPS
    most: int = MOST

    def check(self) -> None:
        """Raises UsageError for limits out of bounds."""
        if not 0 <= self.hops <= MOST_HOPS:
            raise UsageError(f"hops: expected 0 to {MOST_HOPS} rounds, found {self.hops}")
        if self.most < 1:
            raise UsageError(f"most: expected 1 entity to look at or more, found {self.most}")


@dataclass(frozen=True)
class Scene:
    """The entities asked about with those that only they fed, and all that these did.

    ``asked`` and ``own`` are entities (int64, ascending, the first among the second); ``flows`` are the
    movements of ``own`` as one. ``cut_by`` says which limit cut the way on, ``rounds`` how many were made,
    ``open`` how many entities were paid and not taken in since others paid them, too, ``large`` for their
    size. ``cuts``: which limits cut what a pattern looked at, by its name; patterns enter it.
    """

    ledger: Ledger
    holders: Holders
    asked: Array
    own: Array
    flows: Flows
    rounds: int = 0
    looked: int = 0
    open: int = 0
    large: int = 0
    cut_by: tuple[str, ...] = ()
    cuts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def acts(self) -> Array:
        """Transactions that spend coins of theirs and nobody else's; int64, ascending."""
        found: Array = self.flows.transactions[self.flows.kinds == OWN].astype(np.int64)
        return found

    @cached_property
    def counts(self) -> tuple[Array, Array]:
        """Inputs and outputs of each of ``acts``; int64."""
        spends, makes = self.ledger.input_ranges(self.acts), self.ledger.output_ranges(self.acts)
        return spends[1] - spends[0], makes[1] - makes[0]

    def acts_of(
        self, *, inputs: tuple[int, int] = (0, ANY), outputs: tuple[int, int] = (0, ANY)
    ) -> list[int]:
        """Those of ``acts`` with so many inputs and outputs, least and most; those that pay nobody count."""
        spends, makes = self.counts
        fits = (spends >= inputs[0]) & (spends <= inputs[1]) & (makes >= outputs[0]) & (makes <= outputs[1])
        found: list[int] = self.acts[fits].tolist()
        return found

    @cached_property
    def shared(self) -> Array:
        """Transactions that spend coins of theirs and of others; int64, ascending."""
        found: Array = self.flows.transactions[self.flows.kinds == MIXED].astype(np.int64)
        return found

    @cached_property
    def coinjoins(self) -> Array:
        """Coinjoins that spend coins of theirs; int64, ascending."""
        spending = np.union1d(self.acts, self.shared)
        return coinjoins_among(self.ledger, spending)

    @cached_property
    def times(self) -> Array:
        """Median time past of each block, Unix seconds; int64."""
        return np.asarray(self.ledger.column("blocks.median_time")).astype(np.int64)

    def time(self, transaction: int) -> int:
        """Median time past of the block of a transaction."""
        return int(self.times[self.ledger.block_of_transaction(transaction)])

    def times_of(self, transactions: Array) -> Array:
        """The same of several; int64."""
        found: Array = self.times[self.ledger.blocks_of_transactions(transactions)]
        return found

    def header_times_of(self, transactions: Array) -> Array:
        """The times in the headers of their blocks, by which prices are looked up; int64."""
        heights = self.ledger.blocks_of_transactions(transactions)
        found: Array = np.asarray(self.ledger.column("blocks.time"))[heights].astype(np.int64)
        return found

    def owners(self, coins: Array) -> Array:
        """The entity of each coin; NOBODY where it pays none. int64."""
        return owners_of(self.ledger, coins)

    def is_own(self, coins: Array) -> Array:
        """Whether each coin is theirs; a mask."""
        return contains(self.own, self.owners(coins))

    def is_service(self, coins: Array) -> Array:
        """Whether each coin is an attributed service's, and not theirs; a mask."""
        owners = self.owners(coins)
        found = np.zeros(len(coins), bool)
        known = (owners != NOBODY) & ~contains(self.own, owners)
        found[known] = self.holders.kinds(owners[known]) == SERVICE
        return found

    def value(self, coins: Array) -> int:
        """Sum of coins, in satoshi."""
        return int(self.ledger.column("outputs.value")[coins].sum())

    def made(self, transaction: int) -> Array:
        """Outputs of a transaction that pay somebody; int64."""
        coins = np.array(self.ledger.outputs_in(transaction), np.int64)
        found: Array = coins[self.ledger.column("outputs.address")[coins] != NO_ADDRESS]
        return found

    def spent(self, transaction: int) -> Array:
        """Coins that a transaction spends, in order; int64."""
        inputs = np.array(self.ledger.inputs_in(transaction), np.int64)
        coins = self.ledger.column("inputs.spent_output")[inputs].astype(np.int64)
        found: Array = coins[coins != NO_OUTPUT]
        return found

    def spender(self, coin: int) -> int | None:
        """The transaction that spends a coin; None where none does."""
        by = int(self.ledger.column("spends.spent_by")[coin])
        return by if by < MAX_TRANSACTIONS else None

    def acts_after(self, coins: Array) -> list[int]:
        """Those of ``acts`` that spend some of ``coins``, each once, ascending."""
        by = self.ledger.column("spends.spent_by")[coins].astype(np.int64)
        found: list[int] = distinct(by[contains(self.acts, by)]).tolist()
        return found

    def is_fresh(self, coin: int) -> bool:
        """Whether the address of a coin got no other coin before."""
        address = int(self.ledger.column("outputs.address")[coin])
        return address != NO_ADDRESS and int(self.ledger.outputs_of(address)[0]) == coin


def owners_of(ledger: Ledger, coins: Array) -> Array:
    """The entity of each coin; NOBODY where it pays none. int64."""
    addresses = ledger.column("outputs.address")[coins]
    owners = np.full(len(coins), NOBODY, np.int64)
    known = addresses != NO_ADDRESS
    owners[known] = ledger.column("entities.entity")[addresses[known]]
    return owners


def scene_of(ledger: Ledger, asked: Array, reach: Reach) -> Scene:
    """The scene of entities ``asked`` (distinct ascending ids). Raises UsageError for impossible limits."""
    reach.check()
    asked = asked.astype(np.int64)
    growth = _Growth(ledger, Holders(ledger), asked, reach)
    growth.grow()
    return Scene(
        ledger, growth.holders, asked, growth.own, flows_of(ledger, growth.own), growth.rounds, growth.looked,
        len(growth.waiting), len(growth.large), growth.cut_by,
    )  # fmt: skip


@dataclass
class _Growth:
    ledger: Ledger
    holders: Holders
    own: Array
    reach: Reach
    rounds: int = 0
    looked: int = 0
    waiting: set[int] = field(default_factory=set)
    large: set[int] = field(default_factory=set)
    cut_by: tuple[str, ...] = ()

    def grow(self) -> None:
        """Take in round by round, until a round brings nobody or a limit is met."""
        new = self.own
        while len(new):
            paid = self._paid(new)
            if self.rounds == self.reach.hops:
                self.cut_by = ("hops",) if len(paid) else ()
                return
            self.rounds += 1
            fresh = [each for each in paid.tolist() if each not in self.waiting and each not in self.large]
            room = self.reach.most - self.looked
            if len(fresh) > room:
                self.cut_by = ("most",)
                fresh = fresh[:room]
            self.looked += len(fresh)
            self.waiting.update(self._small(np.array(fresh, np.int64)).tolist())
            # Only whom the last ones paid can have nobody left who is not in.
            new = self._closed(np.array(sorted(self.waiting.intersection(paid.tolist())), np.int64))
            self.waiting.difference_update(new.tolist())
            self.own = np.union1d(self.own, new)
            if self.cut_by:
                return

    def _paid(self, entities: Array) -> Array:
        """Who is paid by transactions that spend coins of ``entities``, and is not in, nor a holder."""
        coins = self.ledger.outputs_of_addresses(self.ledger.members_of(entities))
        by = self.ledger.column("spends.spent_by")[coins]
        spenders = distinct(by[by < MAX_TRANSACTIONS].astype(np.int64))
        starts, ends = self.ledger.output_ranges(spenders)
        paid = np.unique(owners_of(self.ledger, expand(starts, ends - starts)))
        paid = paid[(paid != NOBODY) & ~contains(self.own, paid)]
        found: Array = paid[self.holders.kinds(paid) == PLAIN]
        return found

    def _small(self, entities: Array) -> Array:
        """Those of ``entities`` (ascending) of few addresses and coins; the others are noted as large."""
        if not len(entities):
            return entities
        few = entities[self.ledger.entity_sizes(entities) <= LARGE]
        members = self.ledger.members_of(few)
        whose = np.searchsorted(few, self.ledger.column("entities.entity")[members].astype(np.int64))
        coins = np.bincount(whose, weights=self.ledger.derived.outputs_each(members), minlength=len(few))
        kept: Array = few[coins <= LARGE]
        self.large.update(np.setdiff1d(entities, kept).tolist())
        return kept

    def _closed(self, entities: Array) -> Array:
        """Those of ``entities`` (ascending) that nobody but who is in, or they themselves, ever paid."""
        if not len(entities):
            return entities
        coins = self.ledger.outputs_of_addresses(self.ledger.members_of(entities))
        # A payee and a transaction that pays it, each pair once.
        pairs, _ = distinct_pairs(owners_of(self.ledger, coins), self.ledger.transactions_of_outputs(coins))
        starts, ends = self.ledger.input_ranges(pairs[1])
        funding = self.ledger.column("inputs.spent_output")[expand(starts, ends - starts)].astype(np.int64)
        payee = np.repeat(pairs[0], ends - starts)
        payer = np.full(len(funding), NOBODY, np.int64)
        real = funding != NO_OUTPUT
        payer[real] = owners_of(self.ledger, funding[real])
        strange = ~contains(self.own, payer) & (payer != payee)
        return np.setdiff1d(entities, payee[strange])


__all__ = ["HOPS", "LARGE", "MOST", "MOST_HOPS", "NOBODY", "Reach", "Scene", "owners_of", "scene_of"]
