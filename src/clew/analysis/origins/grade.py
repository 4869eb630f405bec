"""How good a route is, and why it is no better.

A grade describes the way of coins over the ledger, never a person. Whatever is doubtful is graded lower:
``direct`` and ``own wallet`` are for routes on which nobody else can have held the coins, as far as the
ledger shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clew.analysis.attribution import contradict
from clew.analysis.origins import walk as ways
from clew.analysis.origins.asked import Asked
from clew.analysis.origins.doubts import (
    BETWEEN,
    BUSY,
    CIRCLE,
    CONFLICT,
    DERIVED,
    DOUBTS,
    DUST,
    NOT_PLAIN,
    REFUND,
    SHARES,
    SIGNED,
    SMALL,
)
from clew.analysis.origins.rest import rest_doubts
from clew.analysis.origins.returned import are_returned
from clew.analysis.signs import signs_of
from clew.ledger.columns import Array
from clew.ledger.ledger import expand
from clew.schema import NO_ADDRESS

DIRECT, OWN_WALLET, INFERRED, BROKEN = range(4)
GRADES = ("direct", "own wallet", "inferred", "broken")
"""Grades by number: withdrawn straight to those asked about; through addresses of one entity, with nothing
else between; through other entities, or doubtful; not to be followed to a service."""

DUST_LIMIT = 5_460
"""Satoshi below which a payment is dust: ten times the least that nodes pass on to a key's hash, which is
also the limit of nodes that asked ten times the usual fee."""

WALLET_ADDRESSES, WALLET_TRANSACTIONS, WALLET_PAYERS = 20, 40, 10
"""What a wallet has at most that is taken for one person's."""

EQUAL_OUTPUTS = 3
"""Outputs of one value that make a payout one of wages or prizes, which no customer asked for."""

SMALL_PART = 100
"""A payment of less than one part in so many of what was withdrawn for it is a small part."""

SMALL_PART_LATER = 20
"""The same where the coins had gone through a payment before: what pays again and again pays for many."""

_LOOK_ALIKES = sum(each.bit for each in DOUBTS if each.is_look_alike)


@dataclass(frozen=True)
class Graded:
    """The origins of payments with their grades.

    By payment: ``transactions``, ``outputs`` (-1 for a mixed one), ``values``, ``payers`` (entity or -1),
    ``grades``, ``starts`` (where its origins begin; one more at the end). By origin, in the order of ``ends``
    (payment, then coin): ``grade`` and ``doubts`` (bits).
    """

    transactions: Array
    outputs: Array
    values: Array
    payers: Array
    grades: Array
    starts: Array
    ends: ways.Ends
    grade: Array
    doubts: Array


def graded(asked: Asked, *, depth: int, days: int | None = None) -> Graded:
    """The way back of every payment into the entities asked about, graded; see ``docs/origins.md``."""
    ledger = asked.ledger
    rows, outputs, values = asked.payments()
    transactions = asked.flows.transactions[rows]
    simple = np.flatnonzero(outputs >= 0)
    oldest = None
    if days is not None:
        heights = ledger.blocks_of_transactions(transactions[simple])
        oldest = ledger.column("blocks.time")[heights].astype(np.int64) - days * 86_400
    walk = ways.Walk(ledger, asked.holders, asked.is_own, depth=depth, oldest=oldest)
    found = walk.back(outputs[simple], values[simple])
    payers = np.full(len(outputs), ways.NOBODY)
    payers[simple] = walk.payer
    ends = _with_mixed(found, simple, np.flatnonzero(outputs < 0), values)
    grade, doubts = _Grading(asked, transactions, outputs, values, payers, ends).grade()
    starts = np.searchsorted(ends.payment, np.arange(len(outputs) + 1))
    return Graded(
        transactions, outputs, values, payers, _of_payments(grade, starts), starts, ends, grade, doubts
    )


def _with_mixed(found: ways.Ends, simple: Array, mixed: Array, values: Array) -> ways.Ends:
    """The ends of all payments: those found, and those of mixed ones, which lead nowhere."""
    many = len(mixed)
    nobody = np.full(many, ways.NOBODY)
    payment = np.concatenate([simple[found.payment], mixed])
    order = np.argsort(payment, kind="stable")
    return ways.Ends(
        payment[order],
        np.concatenate([found.coin, nobody])[order],
        np.concatenate([found.value, values[mixed]])[order],
        np.concatenate([found.hops, np.zeros(many, np.int64)])[order],
        np.concatenate([found.end, np.full(many, ways.AT_MIXED)])[order],
        np.concatenate([found.holder, nobody])[order],
        np.concatenate([found.flags, np.zeros(many, np.int64)])[order],
    )


def _of_payments(grade: Array, starts: Array) -> Array:
    """The grade of each payment: that of its origins if they share one; else inferred if any leads to a
    service, else broken."""
    if not len(grade):
        return grade
    low, high = np.minimum.reduceat(grade, starts[:-1]), np.maximum.reduceat(grade, starts[:-1])
    result: Array = np.where(low == high, low, np.where(low < BROKEN, INFERRED, BROKEN))
    return result


class _Grading:
    """Grades the origins of some payments."""

    def __init__(
        self, asked: Asked, transactions: Array, outputs: Array, values: Array, payers: Array, ends: ways.Ends
    ) -> None:
        self.asked, self.ledger = asked, asked.ledger
        self.transactions, self.outputs, self.values, self.payers = transactions, outputs, values, payers
        self.ends = ends
        self.count = len(outputs)

    def grade(self) -> tuple[Array, Array]:
        """Grade and doubts of each origin; int64."""
        ends = self.ends
        served = ends.end == ways.AT_SERVICE
        doubts = np.zeros(len(ends.end), np.int64)
        doubts[ends.flags & ways.OTHERS != 0] |= BETWEEN
        doubts[ends.flags & ways.SEVERAL != 0] |= SIGNED
        doubts |= self._tags()
        doubts |= self._payments()[ends.payment]
        through = served & (ends.hops > 0)
        whole = np.bincount(ends.payment[~served], minlength=self.count) == 0
        doubts[through & ~whole[ends.payment]] |= SHARES
        clear = through & (doubts == 0)
        doubts[clear] |= self._wallets(clear)
        # A doubt about one coin of a payment is one about all: who held it may have held the others.
        shaken = np.bincount(ends.payment[through & (doubts != 0)], minlength=self.count) > 0
        doubts[through & shaken[ends.payment] & (doubts == 0)] |= SHARES
        straight = served & (ends.hops == 0)
        grade = np.full(len(ends.end), BROKEN)
        grade[served] = INFERRED
        grade[straight & (doubts == 0)] = DIRECT
        grade[through & (doubts == 0)] = OWN_WALLET
        grade[doubts & _LOOK_ALIKES != 0] = BROKEN
        return grade, doubts

    def _payments(self) -> Array:
        """Doubts about payments as such, however they came."""
        found = np.zeros(self.count, np.int64)
        found[self.values < DUST_LIMIT] |= DUST
        simple = np.flatnonzero(self.outputs >= 0)
        back = are_returned(
            self.asked,
            self.transactions[simple],
            self.outputs[simple],
            self.values[simple],
        )
        found[simple[back]] |= REFUND
        return found

    def _tags(self) -> Array:
        """Doubts about who the services are."""
        ends = self.ends
        found = np.zeros(len(ends.end), np.int64)
        served = np.flatnonzero(ends.end == ways.AT_SERVICE)
        whose, which = np.unique(ends.holder[served], return_inverse=True)
        bits = np.zeros(len(whose), np.int64)
        for place, entity in enumerate(whose.tolist()):
            stated = self.asked.holders.of(entity).stated
            # Any tag counts here: a person's tag on a service's entity contradicts it as well.
            if contradict(self.asked.holders.tags.of_entity(entity)):
                bits[place] |= CONFLICT
            if all(each.tag.is_derived for each in stated):
                bits[place] |= DERIVED
        found[served] = bits[which]
        return found

    def _wallets(self, clear: Array) -> Array:
        """Doubts about payments out of a wallet, for each origin that ``clear`` marks."""
        ends = self.ends
        rows = np.unique(ends.payment[clear])
        found = np.zeros(self.count, np.int64)
        if not len(rows):
            return found[ends.payment[clear]]
        payers = self.payers[rows]
        found[rows] |= rest_doubts(self.asked, self.transactions[rows], self.outputs[rows], payers)
        whose, which = np.unique(payers, return_inverse=True)
        signs = signs_of(self.ledger, whose)
        busy = (
            (signs.addresses > WALLET_ADDRESSES)
            | (signs.transactions > WALLET_TRANSACTIONS)
            | (signs.payers > WALLET_PAYERS)
        )
        found[rows[busy[which]]] |= BUSY
        found[rows[self._paid_before(payers, self.transactions[rows])]] |= CIRCLE
        coins = ends.coin[clear]
        brought = np.zeros(self.count)
        np.add.at(brought, ends.payment[clear], self.ledger.column("outputs.value")[coins].astype(float))
        farthest = np.zeros(self.count, np.int64)
        np.maximum.at(farthest, ends.payment[clear], ends.hops[clear])
        part = np.where(farthest[rows] > 1, SMALL_PART_LATER, SMALL_PART)
        found[rows[self.values[rows] * part.astype(float) < brought[rows]]] |= SMALL
        result = found[ends.payment[clear]]
        result[~self._are_plain(coins, ends.holder[clear])] |= NOT_PLAIN
        return result

    def _paid_before(self, payers: Array, transactions: Array) -> Array:
        """Whether those asked about had paid the payer before the payment."""
        rows, outputs, _ = self.asked.flows.outflows
        named = outputs >= 0
        addresses = self.ledger.column("outputs.address")[outputs[named]]
        known = addresses != NO_ADDRESS
        receivers = self.ledger.column("entities.entity")[addresses[known]].astype(np.int64)
        when = self.asked.flows.transactions[rows[named][known]]
        order = np.lexsort((when, receivers))
        receivers, when = receivers[order], when[order]
        at = np.searchsorted(receivers, payers)
        inside = at < len(receivers)
        found = np.zeros(len(payers), bool)
        at = at[inside]
        found[inside] = (receivers[at] == payers[inside]) & (when[at] < transactions[inside])
        return found

    def _are_plain(self, coins: Array, holders: Array) -> Array:
        """Which of some coins, made by services, are plainly withdrawn: the rest went back to the service."""
        ledger = self.ledger
        made_in = ledger.transactions_of_outputs(coins)
        starts, ends = ledger.output_ranges(made_in)
        outputs, places = expand(starts, ends - starts), np.repeat(np.arange(len(coins)), ends - starts)
        addresses = ledger.column("outputs.address")[outputs]
        values = ledger.column("outputs.value")
        equal = np.bincount(places[values[outputs] == values[coins][places]], minlength=len(coins))
        other = (addresses != NO_ADDRESS) & (outputs != coins[places])
        places, addresses = places[other], addresses[other]
        owners = ledger.column("entities.entity")[addresses].astype(np.int64)
        whose, which = np.unique(np.concatenate([owners, holders]), return_inverse=True)
        self.asked.holders.find(whose)
        codes: dict[str | int, int] = {}
        named = np.array(
            [codes.setdefault(self.asked.name_of(each) or each, len(codes)) for each in whose.tolist()]
        )[which]
        back = named[: len(owners)] == named[len(owners) :][places]
        plain: Array = (np.bincount(places[back], minlength=len(coins)) > 0) & (equal < EQUAL_OUTPUTS)
        return plain


__all__ = [
    "BROKEN", "DIRECT", "GRADES", "INFERRED", "OWN_WALLET", "Graded", "graded",
]  # fmt: skip
