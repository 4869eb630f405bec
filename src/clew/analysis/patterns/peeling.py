"""A coin from which slices are cut, one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from clew.analysis.patterns.pattern import Finding, Measures, Pattern
from clew.analysis.patterns.scene import ANY, Scene

LEAST_STEPS = 3


@dataclass(frozen=True)
class _Peel:
    """One step: the coin that it spends, the slice that leaves, and the rest that goes on."""

    transaction: int
    coin: int
    slice: int
    rest: int


def _find(scene: Scene, measures: Measures) -> Iterable[Finding]:
    """A peeling chain: at least three transactions in a row, each of which spends one coin and makes two,
    the larger of them at an address that never got anything before, and that larger one is what the next
    spends.

    A chain is followed back to its first transaction, also beyond what was asked about, and forward to
    its end, however long it is. The sum is that of the slices. ``ends`` says what became of the last rest:
    unspent, or spent in another way.
    """
    seen: set[int] = set()
    for transaction in scene.acts_of(inputs=(1, 1), outputs=(2, ANY)):
        if transaction in seen:
            continue
        peel = _peel(scene, transaction)
        if peel is None:
            continue
        chain, ends = _chain(scene, peel)
        seen.update(each.transaction for each in chain)
        if len(chain) >= LEAST_STEPS:
            yield _told(scene, chain, ends)


def _peel(scene: Scene, transaction: int) -> _Peel | None:
    spent, made = scene.spent(transaction), scene.made(transaction)
    if len(spent) != 1 or len(made) != 2:
        return None
    one, other = made.tolist()
    values = scene.ledger.column("outputs.value")
    small, large = sorted((one, other), key=lambda each: (int(values[each]), each))
    if int(values[small]) == int(values[large]) or not scene.is_fresh(large):
        return None
    return _Peel(transaction, int(spent[0]), small, large)


def _chain(scene: Scene, peel: _Peel) -> tuple[list[_Peel], str]:
    """The whole chain that a step stands in, and how it ends."""
    earlier, chain = [], [peel]
    first = peel
    while True:
        before = _peel(scene, scene.ledger.transaction_of_output(first.coin))
        if before is None or before.rest != first.coin:
            break
        earlier.append(before)
        first = before
    while True:
        spender = scene.spender(chain[-1].rest)
        after = None if spender is None else _peel(scene, spender)
        if after is None:
            break
        chain.append(after)
    return earlier[::-1] + chain, "unspent" if spender is None else "spent otherwise"


def _told(scene: Scene, chain: list[_Peel], ends: str) -> Finding:
    values = scene.ledger.column("outputs.value")
    slices = [each.slice for each in chain]
    return Finding(
        tuple(each.transaction for each in chain),
        sum(int(values[each]) for each in slices),
        {
            "steps": len(chain),
            "started with": int(values[chain[0].coin]),
            "left over": int(values[chain[-1].rest]),
            "slices to services": int(scene.is_service(np.array(slices, np.int64)).sum()),
            "seconds": scene.time(chain[-1].transaction) - scene.time(chain[0].transaction),
        },
        ends,
    )


peeling = Pattern(
    "peeling chain",
    1,
    f"{LEAST_STEPS} or more transactions in a row spend one coin and make two; the larger, at a new address, "
    "is what the next one spends",
    (
        "a wallet that holds one coin and pays bills with it, each change at a new address, does just this",
        "so does a service that pays withdrawals one by one out of one coin",
    ),
    _find,
    {"steps": "transactions", "started with": "satoshi", "left over": "satoshi",
     "slices to services": "coins", "seconds": "seconds"},
)  # fmt: skip

__all__ = ["peeling"]
