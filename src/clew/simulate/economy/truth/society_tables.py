"""Truth about who there is: actors, wallets, addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clew.kernels.economy_state import (
    A_BORN,
    A_KEY,
    A_KIND,
    A_PAID,
    A_ROLE,
    A_SPENT,
    A_WALLET,
    ACTOR,
    ADDRESS,
    BALANCE,
    HELD,
    KIND,
    KINDS,
    MODEL,
    ROLES,
    SPENT,
    VALUE,
)
from clew.schema import SCRIPT_TYPES
from clew.simulate.economy.truth.order import Ints, Laid
from clew.simulate.economy.truth.sources import Source, Texts, Words, listed

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

PARTS = ("hot", "deposits", "cold")


def actors(course: Course) -> dict[str, Source]:
    """Columns of the table of actors."""
    society = course.society
    zones = [zone.zone for zone in course.world.time.zones]
    return {
        "actor": np.arange(len(society.actors)),
        "name": listed([each.name for each in society.actors]),
        "kind": listed([each.kind for each in society.actors]),
        "country": listed([each.country or None for each in society.actors]),
        "zone": listed([zones[each.zone] if each.kind == "person" else None for each in society.actors]),
    }


def joint_owners(course: Course) -> dict[str, Source]:
    """Columns of the table of joint owners, by joint actor."""
    rows = [(actor, owner) for actor, owners in sorted(course.joint.items()) for owner in sorted(owners)]
    actor, owner = np.array(rows, np.int64).reshape(-1, 2).T
    return {"actor": actor, "owner": owner}


def wallets(course: Course, laid: Laid) -> dict[str, Source]:
    """Columns of the table of wallets."""
    wallet = laid.wallet
    parts = np.full(len(wallet), -1)
    for each in course.society.custodians:
        parts[[each.hot, each.deposits, each.cold]] = range(len(PARTS))
    return {
        "wallet": np.arange(len(wallet)),
        "actor": wallet[:, ACTOR],
        "model": Words(wallet[:, MODEL], [model.name for model in course.world.wallets]),
        "script": Words(wallet[:, KIND], KINDS),
        "part": Words(parts, PARTS),
        "coins": wallet[:, HELD],
        "balance": wallet[:, BALANCE],
    }


def addresses(laid: Laid, texts: Texts, users: Ints) -> dict[str, Source]:
    """Columns of the table of addresses; ``texts``: of all of them, by id; ``users``: for whom each is."""
    address, coin = laid.address, laid.coin
    count = len(address)
    unspent = coin[coin[:, SPENT] < 0]
    return {
        "address_id": np.arange(count),
        "address": texts,
        "script": Words(address[:, A_KIND], KINDS),
        "type": Words(laid.record.types, SCRIPT_TYPES),
        "wallet": address[:, A_WALLET],
        "actor": laid.address_owner,
        "role": Words(address[:, A_ROLE], ROLES),
        "user": users,
        "key": address[:, A_KEY],
        "height": address[:, A_BORN],
        "outputs": address[:, A_PAID],
        "spent": address[:, A_SPENT],
        "received": added(coin[:, ADDRESS], coin[:, VALUE], count),
        "balance": added(unspent[:, ADDRESS], unspent[:, VALUE], count),
    }


def added(groups: Ints, values: Ints, count: int) -> Ints:
    """The sum of values of each group, exact."""
    sums = np.zeros(count, np.int64)
    np.add.at(sums, groups, values)
    return sums
