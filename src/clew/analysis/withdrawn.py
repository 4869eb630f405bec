"""What is taken away when one asks what if: rules, transactions, tags; and what then holds instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clew.analysis.nearby import joined
from clew.errors import UsageError
from clew.heuristics.registry import CHANGE, CONTROL, Heuristic
from clew.heuristics.rulesets import STRICT
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Transactions
from clew.ledger.columns import Array
from clew.ledger.control import STRICT as STRICT_NAME
from clew.ledger.control import Links
from clew.ledger.ledger import Ledger
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS, YES

RULE, DETECTOR, TRANSACTION, TAG = "rule", "detector", "transaction", "tag"

TAG_FORM = "tag:"
MOST_ADDRESSES = 1_000_000
"""Addresses of other entities that are followed where a detector is taken away."""

_HASH_DIGITS = 64
_NONE = Links(*(np.empty(0, dtype) for dtype in ("<u4", "<u4", "<u4", "u1")))


@dataclass(frozen=True)
class Withdrawn:
    """One thing taken away: what it is, its kind, and its number as a rule or a transaction, or -1."""

    text: str
    kind: str
    number: int = -1


def withdrawn(ledger: Ledger, texts: Sequence[str]) -> tuple[Withdrawn, ...]:
    """What ``texts`` name: a rule of the set, a transaction id, or ``tag:LABEL``.

    Raises UsageError where one is none of these, or the set cannot be had without it; NotFoundError for a
    transaction that is not on the chain.
    """
    if not texts:
        raise UsageError("expected something to take away (a rule, a txid or tag:LABEL), found nothing")
    return tuple(_one(ledger, text) for text in dict.fromkeys(texts))


def _one(ledger: Ledger, text: str) -> Withdrawn:
    names = [rule.name for rule in ledger.rules]
    if text in names:
        known = shipped().get(text)
        if known is None or known.kind in (CONTROL, CHANGE):
            return Withdrawn(text, RULE, names.index(text))
        if ledger.control.name != STRICT_NAME:
            raise UsageError(
                f"{text}: expected a rule that makes links, found a detector, and the set "
                f"{ledger.control.name} cannot be asked anew here; make another set without it, with clew "
                "cluster"
            )
        if known.version != ledger.rules[names.index(text)].version:
            raise UsageError(
                f"{text}: expected version {ledger.rules[names.index(text)].version}, with which this ledger "
                f"was made, found version {known.version}; build the ledger again"
            )
        return Withdrawn(text, DETECTOR, names.index(text))
    if text.startswith(TAG_FORM):
        if ledger.control.name != STRICT_NAME:
            raise UsageError(
                f"{text}: the set {ledger.control.name} cannot be asked anew here; make it again without "
                f"this tag, with clew cluster {ledger.control.name} --without-tag IMPORT:NUMBER (clew tags "
                "list shows both)"
            )
        return Withdrawn(text, TAG)
    if len(text) == _HASH_DIGITS:
        return Withdrawn(text.lower(), TRANSACTION, ledger.find_transaction(text))
    raise UsageError(
        f"{text!r}: expected a rule of the set {ledger.control.name} ({', '.join(names)}), a transaction id, "
        f"or {TAG_FORM}LABEL; found none of them"
    )


def is_taken(links: Links, each: Withdrawn) -> Array:
    """Which links fall with one thing taken away; a mask."""
    if each.kind == RULE:
        return np.asarray(links.rule == each.number)
    if each.kind == TRANSACTION:
        return np.asarray(links.transaction == each.number)
    return np.zeros(len(links.a), np.bool_)


@dataclass(frozen=True)
class Growth:
    """Links that hold where detectors are taken away, all addresses of the entities that they join to the
    first, and whether all of them were followed."""

    links: Links
    addresses: Array
    is_whole: bool


def growth(ledger: Ledger, addresses: Array, detectors: Sequence[str]) -> Growth:
    """What joins the entities that have ``addresses`` (u4, ascending) without some detectors, and then those
    that this brings in, until nothing more joins."""
    then: Heuristic | None = STRICT
    for name in detectors:
        then = None if then is None else without(then, name)
    if not detectors:
        return Growth(_NONE, addresses, True)
    number = next(at for at, rule in enumerate(ledger.rules) if _makes_links(rule.name))
    found, edge, is_whole = [], addresses, True
    own = len(addresses)
    seen = np.empty(0, np.int64)
    while len(edge) and then is not None:
        outputs = ledger.outputs_of_addresses(edge)
        spent_by = ledger.column("spends.spent_by")[outputs]
        signed = np.unique(spent_by[spent_by < MAX_TRANSACTIONS]).astype(np.int64)
        signed = np.setdiff1d(signed, seen)
        seen = np.union1d(seen, signed)
        made = _new_links(ledger, signed, then, number)
        found.append(made)
        others = np.setdiff1d(np.concatenate([made.a, made.b]), addresses)
        entities = np.unique(ledger.control.entity_of(others)).astype(np.int64)
        if int(ledger.control.sizes_of(entities).sum()) + len(addresses) > MOST_ADDRESSES + own:
            is_whole = False
            inside = np.isin(made.a, addresses) & np.isin(made.b, addresses)
            found[-1] = made.some(inside)
            break
        edge = ledger.members_of(entities) if len(entities) else np.empty(0, np.uint32)
        addresses = np.union1d(addresses, edge)
    return Growth(joined([_NONE, *found]), addresses, is_whole)


def _makes_links(name: str) -> bool:
    known = shipped().get(name)
    return known is not None and known.kind == CONTROL


def _new_links(ledger: Ledger, transactions: Array, then: Heuristic, number: int) -> Links:
    """Links of transactions of which a rule says yes, and the set in force does not."""
    range_ = Transactions(ledger.column, ledger.counts, transactions)
    if not len(transactions):
        return _NONE
    chosen = range_.some(np.flatnonzero((then(range_) == YES) & (STRICT(range_) != YES)))
    if not len(chosen):
        return _NONE
    owner = np.repeat(np.arange(len(chosen)), np.diff(chosen.first_input))
    spent = chosen.spent_address
    first = spent[chosen.first_input[:-1]][owner]
    kept = (first != spent) & (spent != NO_ADDRESS)
    where = chosen.number[owner][kept].astype(np.uint32)
    return Links(first[kept], spent[kept], where, np.full(len(where), number, np.uint8))


def without(rule: Heuristic, name: str) -> Heuristic | None:
    """A rule without a part of it: what it would be had nobody written that part; None if nothing is left."""
    if not rule.parts:
        return None if rule.name == name else rule
    kept = [without(part, name) for part in rule.parts]
    if len(kept) == 1:
        return ~kept[0] if kept[0] is not None else None
    left, right = kept
    # A rule is neither true nor false, so that ``or`` would raise.
    if left is None:
        return right
    if right is None:
        return left
    sign = rule.name[len(rule.parts[0].name) + 2]
    return left & right if sign == "&" else left | right


__all__ = ["DETECTOR", "RULE", "TAG", "TRANSACTION", "Growth", "Withdrawn", "growth", "is_taken", "withdrawn"]
