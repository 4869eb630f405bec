"""Figures of a division into entities: pairs, addresses, wallets, the service, and services that collide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clew.accuracy.contingency import Contingency, contingency
from clew.accuracy.figures import (
    ACTOR,
    ADDRESSES,
    COLLISIONS,
    ENTITIES,
    JOINT,
    PAIRS,
    SERVICE,
    WALLET,
    Figure,
    Key,
    Tally,
)
from clew.accuracy.truth import NOT_KNOWN, Truth
from clew.ledger.columns import Array

SIZES = (1, 2, 10, 100, 1_000, 10_000)
"""Least number of addresses of each class of wallets by size."""


def size_names() -> tuple[str, ...]:
    """Names of the classes by size."""
    ends = [*SIZES[1:], 0]
    return tuple(
        f"{low:,}" if high == low + 1 else f"{low:,} to {high - 1:,}" if high else f"{low:,} and more"
        for low, high in zip(SIZES, ends, strict=True)
    )


def entity_figures(subject: str, entities: Array, truth: Truth) -> Iterator[Figure]:
    """Every figure of the division ``entities`` (an entity's number for each address of the ledger).

    Only addresses whose single owner is known are counted; those of several are counted in ``joint``.
    """
    counted = np.flatnonzero(truth.actor != NOT_KNOWN)
    mine = np.asarray(entities)[counted]
    owners = {ACTOR: truth.actor[counted]}
    if truth.has_wallets:
        owners[WALLET] = truth.wallet[counted]
    groups = list(_groups(truth, counted))
    for control, of in owners.items():
        table = contingency(mine, of)
        yield from _pairs(subject, control, table)
        yield from _addresses(subject, control, table, groups)
        yield from _entities(subject, control, table)
    table = contingency(mine, owners[ACTOR])
    yield from _service(subject, table, mine, counted, truth)
    yield from _collisions(subject, table, truth)
    yield from _joint(subject, np.asarray(entities), truth)


def _pairs(subject: str, control: str, table: Contingency) -> Iterator[Figure]:
    both, together, true = table.pairs()
    every = int(table.entity_size.sum())
    # Of any two addresses, the share that one owner holds: what two drawn blindly would be.
    base = Tally(true, every * (every - 1) // 2)
    yield Figure(Key(PAIRS, subject, "precision", control), Tally(both, together), base)
    yield Figure(Key(PAIRS, subject, "recall", control), Tally(both, true))


def _groups(truth: Truth, counted: Array) -> Iterator[tuple[str, Array, tuple[str, ...]]]:
    """Ways to part addresses: name, class of each address, names of classes."""
    if not truth.has_wallets:
        of = truth.actor[counted]
    else:
        of = truth.wallet[counted]
    _, place, sizes = np.unique(of, return_inverse=True, return_counts=True)
    yield "wallet size", np.searchsorted(SIZES, sizes[place], "right") - 1, size_names()
    if truth.models:
        numbers, names = truth.model_of(truth.wallet[counted])
        yield "wallet model", numbers, names
    if truth.kinds:
        names = tuple(sorted(set(truth.kinds)))
        kinds = np.array([names.index(each) for each in truth.kinds], np.int64)
        yield "owner", kinds[truth.actor[counted]], names


def _addresses(
    subject: str, control: str, table: Contingency, groups: list[tuple[str, Array, tuple[str, ...]]]
) -> Iterator[Figure]:
    """B-cubed precision and recall per address, and how many stand with somebody else's."""
    several = table.entity_size[table.entity][table.cell] > 1
    measures = {
        "B-cubed precision": (table.precision(), None),
        "B-cubed recall": (table.recall(), None),
        "alone with its owner's": ((~table.is_mixed()).astype(np.float64), several),
    }
    for measure, (value, among) in measures.items():
        form = "share" if among is not None else "mean"
        chosen = slice(None) if among is None else among
        yield Figure(
            Key(ADDRESSES, subject, measure, control, form=form),  # type: ignore[arg-type]
            Tally(float(value[chosen].sum()), len(value[chosen])),
        )
        for by, of, names in groups:
            number = np.bincount(of[chosen], minlength=len(names))
            total = np.bincount(of[chosen], weights=value[chosen], minlength=len(names))
            for i in np.flatnonzero(number):
                key = Key(ADDRESSES, subject, measure, control, by, names[i], form)  # type: ignore[arg-type]
                yield Figure(key, Tally(float(total[i]), int(number[i])))


def _entities(subject: str, control: str, table: Contingency) -> Iterator[Figure]:
    """Entities that hold more than one owner's addresses; owners joined with others, or in pieces."""
    owners_in, pieces = table.owners_in(), table.pieces()
    several = table.entity_size > 1
    joined = table.is_joined()
    # An owner of one address cannot be in pieces.
    many = table.owner_size > 1
    yield Figure(
        Key(ENTITIES, subject, "of several owners", control),
        Tally(int((owners_in > 1).sum()), int(several.sum())),
    )
    yield Figure(
        Key(ENTITIES, subject, "owners joined with others", control), Tally(int(joined.sum()), len(joined))
    )
    yield Figure(
        Key(ENTITIES, subject, "owners in pieces", control),
        Tally(int((pieces[many] > 1).sum()), int(many.sum())),
    )
    yield Figure(
        Key(ENTITIES, subject, "pieces per owner", control, form="mean"),
        Tally(int(pieces[many].sum()), int(many.sum())),
    )


def _service(subject: str, table: Contingency, mine: Array, counted: Array, truth: Truth) -> Iterator[Figure]:
    """Strangers among the addresses of every entity that holds an address at which the service was paid."""
    if truth.service == NOT_KNOWN or not len(truth.service_addresses):
        return
    place = np.zeros(len(truth.actor), np.int64)
    place[counted] = np.arange(len(counted))
    known = truth.service_addresses[truth.actor[truth.service_addresses] != NOT_KNOWN]
    where = np.unique(mine[place[known]])
    inside = np.isin(table.entities[table.entity], where)
    strangers = table.owners[table.owner] != truth.service
    size = int(table.count[inside].sum())
    drawn = int(table.count[inside & strangers].sum())
    owners = len(np.unique(table.owner[inside & strangers]))
    every = int(table.count[strangers].sum())
    yield Figure(
        Key(SERVICE, subject, "strangers' addresses in its entities", ACTOR),
        Tally(drawn, size),
        Tally(every, int(table.count.sum())),
    )
    yield Figure(
        Key(SERVICE, subject, "strangers drawn into its entities", ACTOR),
        Tally(owners, int((table.owners != truth.service).sum())),
    )


def _collisions(subject: str, table: Contingency, truth: Truth) -> Iterator[Figure]:
    """Services that stand in one entity with another service; no tag is used to keep them apart."""
    if not truth.services:
        return
    is_service = np.isin(table.owners, np.array(sorted(truth.services), np.int64))
    cells = is_service[table.owner]
    number = np.bincount(table.entity[cells], minlength=len(table.entities))
    collided = np.zeros(len(table.owners), bool)
    collided[table.owner[cells & (number[table.entity] > 1)]] = True
    yield Figure(
        Key(COLLISIONS, subject, "services that stand with another", ACTOR),
        Tally(int(collided.sum()), int(is_service.sum())),
    )
    yield Figure(
        Key(COLLISIONS, subject, "entities with several services", ACTOR),
        Tally(int((number > 1).sum()), int((number > 0).sum())),
    )


def _joint(subject: str, entities: Array, truth: Truth) -> Iterator[Figure]:
    """Addresses of several owners that stand with somebody who holds none of their keys.

    What everybody can sign for may stand with nobody: nobody controls it alone.
    """
    if not truth.joint and not truth.everybody:
        return
    aside = np.array(sorted(truth.joint.keys() | truth.everybody), np.int64)
    wanted = np.unique(entities[aside])
    counted = np.flatnonzero((truth.actor != NOT_KNOWN) & np.isin(entities, wanted))
    cells = np.unique(np.stack([entities[counted], truth.actor[counted]], axis=1), axis=0)
    owners: dict[int, set[int]] = {}
    for entity, actor in cells.tolist():
        owners.setdefault(entity, set()).add(actor)
    none: frozenset[int] = frozenset()
    for name, group in (
        ("of several", sorted(truth.joint)),
        ("of everybody", sorted(truth.everybody)),
    ):
        wrong = sum(
            bool(owners.get(int(entities[each]), set()) - truth.joint.get(each, none)) for each in group
        )
        if group:
            key = Key(JOINT, subject, "stand with a stranger's", ACTOR, "address", name)
            yield Figure(key, Tally(wrong, len(group)))


__all__ = ["SIZES", "entity_figures", "size_names"]
