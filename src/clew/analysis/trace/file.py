"""The trace file, as ``docs/trace.md`` says, for ``clew check``."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import numpy as np

from clew.analysis.answer import Answer
from clew.analysis.examined import Examined
from clew.analysis.trace.policies import ENDS
from clew.analysis.trace.traced import Traced
from clew.analysis.trace.traces import Traces, books, sums_by_end
from clew.ledger.columns import distinct
from clew.ledger.scripts import script_text

FORMAT = "clew trace 1"


def trace_file(found: Traces, answer: Answer, who: Examined | None = None) -> dict[str, Any]:
    """Everything that a trace found, as one object; ``answer`` states the ledger it was found in."""
    question, coins = found.question, found.names.coins(found.sources.outputs)
    content: dict[str, Any] = {
        "format": FORMAT,
        "network": answer.ledger["network"],
        "tip": {"height": answer.ledger["tip"]["height"], "hash": answer.ledger["tip"]["hash"]},
        "snapshot": answer.snapshot,
        "rule_set": answer.ledger["rule_set"],
        "rules": answer.ledger["rules"],
        "examiner": who.examiner if who else None,
        "purpose": who.purpose if who else None,
        "made": who.made if who else None,
        "parameters": {
            "direction": "backward" if question.backward else "forward",
            "policies": list(question.policies),
            "hops": question.hops,
            "height": question.height,
            "least": question.least,
            "asked": list(found.sources.asked),
        },
        "sources": [
            {"coin": coin, "value": value}
            for coin, value in zip(coins, found.sources.values.tolist(), strict=True)
        ],
        "given": given(found),
        "transactions": _transactions(found),
        "traces": [_trace(found, trace) for trace in found.traces],
    }
    content["digest"] = digest(content)
    return content


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of a file's content without its key ``digest``, as hex."""
    kept = {key: value for key, value in content.items() if key != "digest"}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def text_of(content: dict[str, Any]) -> str:
    """A file's content as it is written: one line of JSON."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False) + "\n"


def given(found: Traces) -> dict[str, Any]:
    """What a trace rests on that the blocks do not show, as far as some policy reached it."""
    services, holders = (_held(found, end) for end in ("service", "holder"))
    names = found.names
    coinjoins = [{"txid": names.transaction(each), "rule": rule} for each, rule in found.coinjoins]
    return {
        "services": services,
        "holders": holders,
        "coinjoins": sorted(coinjoins, key=lambda row: row["txid"]),
    }


def _held(found: Traces, end: str) -> list[dict[str, Any]]:
    """The scripts at which coins end so, each once, sorted."""
    coins = found.reached(end)
    rows: dict[str, dict[str, Any]] = {}
    ledger, holders = found.ledger, found.stops.holders
    if holders is None:
        return []
    for coin, entity in zip(coins.tolist(), found.owners(coins).tolist(), strict=True):
        script = script_text(ledger, coin)
        if script in rows:
            continue
        holder = holders.of(entity)
        address = ledger.address_text(int(ledger.column("outputs.address")[coin]))
        row: dict[str, Any] = {"script": script, "address": address, "entity": entity}
        if end == "service":
            label = holder.stated[0].tag.label if holder.stated else ""
            row |= {"label": label, "tags": [each.id for each in holder.stated]}
        else:
            row |= {"why": list(holder.why)}
        rows[script] = row
    return [rows[script] for script in sorted(rows)]


def _transactions(found: Traces) -> list[dict[str, Any]]:
    cited = distinct(np.concatenate([trace.transactions for trace in found.traces]))
    heights = found.ledger.blocks_of_transactions(cited)
    times = found.ledger.column("blocks.time")[heights]
    rows = zip(cited.tolist(), heights.tolist(), times.tolist(), strict=True)
    return [
        {"txid": found.names.transaction(number), "height": height, "time": time}
        for number, height, time in rows
    ]


def _trace(found: Traces, trace: Traced) -> dict[str, Any]:
    names = found.names.coins(trace.coin)
    sources = len(trace.sources.outputs)
    ends = [ENDS[end] for end in trace.end.tolist()]
    return {
        "policy": trace.policy,
        "sources": [{"coin": names[row], "end": ends[row]} for row in range(sources)],
        "steps": _steps(found, trace, names, ends),
        "ends": sums_by_end(trace),
        "books": books(trace),
    }


def _steps(found: Traces, trace: Traced, names: list[str], ends: list[str | None]) -> list[dict[str, Any]]:
    count = len(names)
    steps = len(trace.transactions)
    taints: list[int | None] = [None] * (count + steps)
    shares: list[Any] = [None] * (count + steps)
    if not trace.is_set:
        taints = [*trace.taint.tolist(), *trace.fee.tolist()]
        shares = trace.owned.each()
    hops, coin_in = trace.hop.tolist(), trace.coin_in.tolist()
    first_in, first_out = trace.first_in.tolist(), trace.first_out.tolist()
    rows = []
    for step, number in enumerate(trace.transactions.tolist()):
        into = coin_in[first_in[step] : first_in[step + 1]]
        out = range(first_out[step], first_out[step + 1])
        fee = None
        if not trace.backward:
            fee = {"taint": taints[count + step], "by": shares[count + step]}
        rows.append(
            {
                "txid": found.names.transaction(number),
                "in": [{"coin": names[row], "taint": taints[row], "by": shares[row]} for row in into],
                "out": [
                    {
                        "coin": names[row],
                        "taint": taints[row],
                        "by": shares[row],
                        "hop": hops[row],
                        "end": ends[row],
                    }
                    for row in out
                ],
                "fee": fee,
            }
        )
    return rows


__all__ = ["FORMAT", "digest", "given", "text_of", "trace_file"]
