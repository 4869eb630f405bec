"""The answer to a trace: sources, ends, destinations, wallets on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.analysis.answer import Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, COINJOIN, LOWER_BOUND
from clew.analysis.holders import PLAIN, Holders
from clew.analysis.rows import Rows, answer, page
from clew.analysis.trace import permuted, words
from clew.analysis.trace.balances import wallets
from clew.analysis.trace.bounded import bounded
from clew.analysis.trace.destinations import branches, destinations, unattributed
from clew.analysis.trace.sources import Sources
from clew.analysis.trace.traced import Traced
from clew.analysis.trace.traces import (
    Question,
    Traces,
    books,
    left_beside,
    limit_of,
    sums_by_end,
    trace_sources,
)
from clew.analysis.trace.walk import Limits, Progress
from clew.ledger.ledger import Ledger


@dataclass(frozen=True)
class Sampling:
    """How often to permute outputs (0: not), and the seed."""

    samples: int = 0
    seed: int = 0


def trace(
    ledger: Ledger,
    sources: Sources,
    question: Question,
    *,
    sampling: Sampling = Sampling(),
    bounds: bool = False,
    memory: int | None = None,
    limit: int = 0,
    offset: int = 0,
    tell: Callable[[Progress], None] | None = None,
) -> tuple[Answer, Traces]:
    """Follow ``sources``; the answer, and the whole trace, of which ``file.trace_file`` makes a file.

    ``bounds``: with what could and what must have arrived, whatever the policy, by maximum flow.
    ``limit`` and ``offset`` choose among sources, branches, destinations and wallets; ``lists`` says how much
    of each is shown. Raises UsageError where ``memory`` (bytes) does not suffice.
    """
    page(0, limit, offset)
    permuted.checked(sampling.samples, sampling.seed)
    found = trace_sources(ledger, sources, question, memory=memory, tell=tell)
    rows = Rows(ledger)
    shown, sources_shown = _sources(found, rows, limit, offset)
    services, services_found = destinations(found, rows, limit, offset)
    passed, passed_found = wallets(found, rows, limit, offset)
    result: dict[str, Any] = {
        "sources": shown,
        "total": {
            "coins": len(sources.outputs),
            "value": sources.value,
            "without_value": sources.without_value,
        },
        "traces": [_trace(found, each, rows, limit, offset) for each in found.traces],
        "destinations": services,
        "wallets": passed,
        "permuted": None,
        "bounds": None,
        "lists": {
            "sources": sources_shown,
            "destinations": list_status(len(services), services_found),
            "wallets": list_status(len(passed), passed_found),
        },
    }
    limits = Limits(question.hops, limit_of(ledger, question), question.least)
    left = left_beside(memory, found.traces)
    if bounds:
        result["bounds"] = bounded(found, limits, memory=left, tell=tell)
    if sampling.samples:
        moved = permuted.permuted(found, sampling.samples, sampling.seed, limits, memory=left, tell=tell)
        result["permuted"] = {"samples": sampling.samples, "seed": sampling.seed, "policies": moved}
    stated = {
        "sources": list(sources.asked),
        "direction": "backward" if question.backward else "forward",
        "policies": list(question.policies),
        "hops": question.hops,
        "height": question.height,
        "least": question.least,
        "limit": limit,
        "offset": offset,
    }
    return answer(ledger, "trace", stated, result, _caveats(found, rows, bounds)), found


def _sources(
    found: Traces, rows: Rows, limit: int, offset: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    coins = found.sources.outputs
    part = page(len(coins), limit, offset)
    shown = coins[part]
    names = found.names.coins(shown)
    owners = found.owners(shown).tolist()
    makers = found.ledger.transactions_of_outputs(shown).tolist()
    addresses = found.ledger.column("outputs.address")[shown].tolist()
    told = []
    for place, value in enumerate(found.sources.values[part].tolist()):
        moment = rows.moment(makers[place])
        told.append(
            {
                "source": part.start + place,
                "coin": names[place],
                "value": value,
                "address": rows.address(addresses[place]),
                "entity": owners[place] if owners[place] >= 0 else None,
                "height": moment["height"],
                "time": moment["time"],
            }
        )
    return told, list_status(len(told), len(coins))


def _trace(found: Traces, each: Traced, rows: Rows, limit: int, offset: int) -> dict[str, Any]:
    ended, status = branches(found, each, rows, limit, offset)
    return {
        "policy": each.policy,
        "coins": len(each.coin),
        "transactions": len(each.transactions),
        "ends": sums_by_end(each),
        "unattributed": unattributed(each),
        "books": books(each),
        "branches": ended,
        **status,
    }


def _asks_about_many(found: Traces) -> bool:
    """Whether a source is named by an entity, or an address of one, that holds the coins of many."""
    entities = np.array([*found.sources.entities, *found.sources.beside], np.int64)
    return bool((Holders(found.ledger).kinds(entities) != PLAIN).any())


def _caveats(found: Traces, rows: Rows, bounds: bool) -> tuple[str, ...]:
    sets = [each for each in found.traces if each.is_set]
    ends = {row["end"] for each in found.traces for row in sums_by_end(each)}
    told = [
        *([words.without_value(found.sources.without_value)] if found.sources.without_value else []),
        *([words.CONVENTIONS] if len(sets) < len(found.traces) else []),
        *([words.ORDER] if any(each.policy in permuted.BY_ORDER for each in found.traces) else []),
        *([words.SET] if sets else []),
        *([words.BOUNDS] if bounds else []),
        *(words.together(each.policy, len(each.coin)) for each in found.traces if _is_joined(each)),
        *([words.OF_MANY] if _asks_about_many(found) else []),
        words.ROUTE,
        words.LEDGER_ONLY,
        *([words.CHANGED] if ends & {"service", "holder", "coinjoin"} else []),
        *([COINJOIN] if "coinjoin" in ends else []),
        words.LOWEST,
        LOWER_BOUND,
        *rows.tags.caveats,
        BLOCK_TIME,
    ]
    return tuple(told)


def _is_joined(each: Traced) -> bool:
    """Whether its sources could not be told apart."""
    return not each.is_set and not each.is_apart


__all__ = ["Sampling", "trace"]
