"""A whole trace: the same sources under several policies, and what is given for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from clew.analysis.detectors import coinjoin_rule
from clew.analysis.trace.policies import ENDS, FEE
from clew.analysis.trace.sources import Sources
from clew.analysis.trace.stops import Stops
from clew.analysis.trace.traced import Traced, follow
from clew.analysis.trace.walk import NO_LIMIT, Limits, Progress
from clew.errors import UsageError
from clew.ledger.columns import Array, distinct
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS


@dataclass(frozen=True)
class Question:
    """What is asked: whether backward, the policies, and where to stop: ``hops`` (None: no limit), ``height``
    (forward the last, backward the first block; None: no limit), ``least`` satoshi."""

    backward: bool
    policies: tuple[str, ...]
    hops: int | None
    height: int | None
    least: int


@dataclass(frozen=True)
class Traces:
    """The traces of some sources, one for each policy of the question, in its order."""

    ledger: Ledger
    question: Question
    sources: Sources
    traces: tuple[Traced, ...]
    stops: Stops

    @cached_property
    def names(self) -> Names:
        """How coins are called."""
        return Names(self.ledger)

    def reached(self, end: str) -> Array:
        """Every coin that ends so under some policy; distinct, ascending."""
        return distinct(np.concatenate([trace.coin[trace.ended(end)] for trace in self.traces]))

    def owners(self, coins: Array) -> Array:
        """The entity of each coin; -1 where it pays nobody."""
        addresses = self.ledger.column("outputs.address")[coins]
        owners = np.full(len(coins), -1, np.int64)
        paid = np.flatnonzero(addresses != NO_ADDRESS)
        owners[paid] = self.ledger.column("entities.entity")[addresses[paid].astype(np.int64)]
        return owners

    @cached_property
    def coinjoins(self) -> list[tuple[int, str]]:
        """Every coinjoin at which a coin ends, in chain order, and the rule that says so."""
        coins = self.reached("coinjoin")
        if self.question.backward:
            found = distinct(self.ledger.transactions_of_outputs(coins))
        else:
            found = distinct(self.ledger.column("spends.spent_by")[coins].astype(np.int64))
        return [(each, coinjoin_rule(self.ledger, each) or "coinjoin") for each in found.tolist()]


class Names:
    """What coins and transactions are called; remembers the ids it has read."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._txids: dict[int, str] = {}

    def transaction(self, number: int) -> str:
        """A transaction's id, as shown."""
        if number not in self._txids:
            self._txids[number] = self.ledger.txid(number)
        return self._txids[number]

    def coins(self, outputs: Array) -> list[str]:
        """Outputs as txid:vout."""
        if not len(outputs):
            return []
        makers = self.ledger.transactions_of_outputs(outputs)
        places = outputs - self.ledger.column("transactions.first_output")[makers]
        return [
            f"{self.transaction(maker)}:{place}"
            for maker, place in zip(makers.tolist(), places.tolist(), strict=True)
        ]


def trace_sources(
    ledger: Ledger,
    sources: Sources,
    question: Question,
    *,
    stops: Stops | None = None,
    memory: int | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Traces:
    """Follow ``sources`` by each policy of a question.

    Without ``stops`` they are the ledger's own: entities named as sources are none, and those of addresses
    named only where a tag says so. Raises UsageError where ``memory`` does not suffice.
    """
    stops = stops or Stops(ledger, never=sources.entities, unless_tagged=sources.beside)
    limits = Limits(question.hops, limit_of(ledger, question), question.least)
    traces: list[Traced] = []
    for policy in question.policies:
        left = left_beside(memory, traces)
        traces.append(
            follow(
                ledger,
                sources,
                policy,
                backward=question.backward,
                limits=limits,
                stops=stops,
                memory=left,
                tell=tell,
            )
        )
    left = left_beside(memory, traces)
    if left is not None:
        traces = [replace(each, memory=left // len(traces)) for each in traces]
    return Traces(ledger, question, sources, tuple(traces), stops)


def left_beside(memory: int | None, traces: Sequence[Traced]) -> int | None:
    """What is left of ``memory`` bytes beside some traces; None: no bound."""
    return None if memory is None else max(0, memory - sum(each.bytes for each in traces))


def limit_of(ledger: Ledger, question: Question) -> int | None:
    """The first transaction that is too late; backward the first that is not too early."""
    if question.height is None:
        return None
    height = question.height if question.backward else question.height + 1
    if height > ledger.tip.height:
        return NO_LIMIT
    return int(ledger.column("blocks.first_transaction")[height])


def checked(
    ledger: Ledger,
    *,
    backward: bool,
    policies: Sequence[str],
    hops: int | None,
    height: int | None,
    least: int,
) -> Question:
    """A question that can be asked. Raises UsageError."""
    if hops is not None and hops < 0:
        raise UsageError(f"hops: expected 1 or more, or 0 for no limit; found {hops}")
    if not 0 <= least < 1 << 62:
        raise UsageError(f"least: expected 0 or more satoshi, and an amount there can be; found {least}")
    if height is not None and not 0 <= height <= ledger.tip.height:
        raise UsageError(
            f"height {height}: the ledger holds heights 0 to {ledger.tip.height}; name one of these, or none"
        )
    return Question(backward, tuple(policies), hops or None, height, least)


def sums_by_end(trace: Traced) -> list[dict[str, Any]]:
    """Coins and taint by what became of them, the fee last; amounts are None of a set."""
    rows = []
    for number, name in enumerate(ENDS):
        if name is None:
            continue
        coins = np.flatnonzero(trace.end == number)
        if len(coins):
            taint = None if trace.is_set else sum(trace.taint[coins].tolist())
            rows.append({"end": name, "coins": len(coins), "taint": taint})
    fees = 0 if trace.backward else np.count_nonzero(trace.fee)
    if trace.is_set and not trace.backward:
        fees = len(trace.transactions)
    if fees:
        rows.append(
            {"end": FEE, "coins": int(fees), "taint": None if trace.is_set else sum(trace.fee.tolist())}
        )
    return rows


def books(trace: Traced) -> list[dict[str, Any]]:
    """What went in and out of the transactions of each hop; amounts are None of a set."""
    rows = []
    step_of = np.repeat(np.arange(len(trace.transactions)), np.diff(trace.first_out))
    outs = trace.paths
    in_step = np.repeat(np.arange(len(trace.transactions)), np.diff(trace.first_in))
    for hop in np.unique(trace.lowest).tolist():
        if trace.is_set:
            rows.append({"hop": hop, "in": None, "out": None, "fee": None, "ended": None})
            continue
        mine = trace.lowest == hop
        came = trace.taint[trace.coin_in[mine[in_step]]]
        went = outs[mine[step_of]]
        rows.append(
            {
                "hop": hop,
                "in": sum(came.tolist()),
                "out": sum(trace.taint[went].tolist()),
                "fee": sum(trace.fee[mine].tolist()),
                "ended": sum(trace.taint[went[trace.end[went] != 0]].tolist()),
            }
        )
    return rows


__all__ = [
    "Names", "Question", "Traces", "books", "checked", "left_beside", "limit_of", "sums_by_end",
    "trace_sources",
]  # fmt: skip
