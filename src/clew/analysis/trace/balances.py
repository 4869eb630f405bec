"""The lowest that a wallet held between the arrival of tainted coins and their departure.

Whoever claims money that was mixed with other money in an account can claim at most the lowest balance that
the account had in between (the lowest intermediate balance rule of equity).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum, grouped_sums
from clew.analysis.rows import Rows, page
from clew.analysis.trace.traced import Traced
from clew.analysis.trace.traces import Traces
from clew.ledger.columns import Array, distinct
from clew.ledger.ledger import Ledger
from clew.schema import MAX_TRANSACTIONS, OVERWRITTEN, UNSPENDABLE


def wallets(found: Traces, rows: Rows, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """The entities that tainted coins passed, by the most that arrived; and how many there are.

    ``arrived`` by policy, what an entity paid itself left out; ``since`` is the first arrival, ``until``
    the last departure (None: not yet), and ``lowest`` the lowest balance of all the
    entity's coins after transactions from the one until the other.
    """
    parts = [_passed(found, trace, number) for number, trace in enumerate(found.traces)]
    which, coins, owners, taints = (np.concatenate(each) for each in zip(*parts, strict=True))
    kept = owners >= 0
    which, coins, owners, taints = which[kept], coins[kept], owners[kept], taints[kept]
    entities, places = np.unique(owners, return_inverse=True)
    each = (which == number for number in range(len(found.traces)))
    arrived = np.stack([grouped_sums(places[of], taints[of], len(entities)) for of in each], axis=1)
    sums = [number for number, trace in enumerate(found.traces) if not trace.is_set]
    most = arrived[:, sums].max(axis=1) if sums else np.zeros(len(entities), np.int64)
    # Entities ascend, so that of equal sums the lower one comes first.
    order = np.argsort(-most, kind="stable")
    shown = order[page(len(order), limit, offset)].tolist()
    cards = rows.cards(entities[shown])
    told = []
    for card, row in zip(cards, shown, strict=True):
        mine = distinct(coins[places == row])
        by = [
            {
                "policy": trace.policy,
                "coins": int(((places == row) & (which == number)).sum()),
                "taint": None if trace.is_set else int(arrived[row, number]),
            }
            for number, trace in enumerate(found.traces)
        ]
        told.append({**card, "arrived": by, **_between(found.ledger, rows, int(entities[row]), mine)})
    return told, len(order)


def _passed(found: Traces, trace: Traced, number: int) -> tuple[Array, Array, Array, Array]:
    """The trace's number, coin, entity and taint of each coin that goes on; the taint is 0 where the entity
    paid itself, so that sums count only what came from others."""
    owners = found.owners(trace.coin)
    on = np.flatnonzero(trace.end == 0)
    taint = trace.taint.copy()
    steps = len(trace.transactions)
    into = np.repeat(np.arange(steps), np.diff(trace.first_in)), owners[trace.coin_in]
    out = np.repeat(np.arange(steps), np.diff(trace.first_out)), owners[trace.paths]
    # A step and an entity as one number.
    several = np.int64(owners.max(initial=0)) + 2
    paying, paid = (step * several + owner + 1 for step, owner in (into, out))
    # Backward, what a step taints is what its transaction spends.
    if trace.backward:
        taint[trace.coin_in[np.isin(paying, paid)]] = 0
    else:
        taint[trace.paths[np.isin(paid, paying)]] = 0
    return np.full(len(on), number), trace.coin[on], owners[on], taint[on]


def _between(ledger: Ledger, rows: Rows, entity: int, coins: Array) -> dict[str, Any]:
    first = int(ledger.transactions_of_outputs(coins).min())
    spent_by = ledger.column("spends.spent_by")[coins]
    # Backward, a coin asked for may be unspent: then nothing has departed.
    last = int(spent_by.max()) if (spent_by < MAX_TRANSACTIONS).all() else None
    lowest, at = lowest_balance(ledger, entity, first, last)
    return {
        "since": rows.moment(first),
        "until": None if last is None else rows.moment(last),
        "lowest": lowest,
        "lowest_at": rows.moment(at),
    }


def lowest_balance(ledger: Ledger, entity: int, first: int, last: int | None) -> tuple[int, int]:
    """The lowest balance of an entity after transactions from ``first`` on and before ``last`` (None: to the
    tip), in satoshi; and the first transaction after which it was."""
    outputs = ledger.outputs_of_addresses(ledger.members(entity))
    values = ledger.column("outputs.value")[outputs]
    spent_by = ledger.column("spends.spent_by")[outputs]
    real = (spent_by != UNSPENDABLE) & (spent_by != OVERWRITTEN)
    outputs, values, spent_by = outputs[real], values[real], spent_by[real]
    made_in = ledger.transactions_of_outputs(outputs)
    end = ledger.counts["transactions"] if last is None else last
    spent = spent_by < MAX_TRANSACTIONS
    before = made_in <= first
    gone = spent & (spent_by <= first)
    balance = exact_sum(values[before]) - exact_sum(values[gone])
    comes = np.flatnonzero((made_in > first) & (made_in < end))
    goes = np.flatnonzero(spent & (spent_by > first) & (spent_by < end))
    when = np.concatenate([made_in[comes], spent_by[goes].astype(np.int64)])
    change = np.concatenate([values[comes], -values[goes]])
    order = np.argsort(when, kind="stable")
    lowest, at = balance, first
    for transaction, moved in _by_transaction(when[order], change[order]):
        balance += moved
        if balance < lowest:
            lowest, at = balance, transaction
    return lowest, at


def _by_transaction(when: Array, change: Array) -> list[tuple[int, int]]:
    """What each transaction changed."""
    if not len(when):
        return []
    edges = np.flatnonzero(np.append(True, when[1:] != when[:-1]))
    return list(zip(when[edges].tolist(), np.add.reduceat(change, edges).tolist(), strict=True))


__all__ = ["lowest_balance", "wallets"]
