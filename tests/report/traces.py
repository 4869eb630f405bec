"""Traces as docs/trace.md says, made by hand: haircut on a random graph."""

from __future__ import annotations

import hashlib
import random
from typing import Any

from clew.report.tracefile import digest_of

START = 1_577_836_800
COIN = 100_000_000
ENDS = ("service", "service", "holder", "unspent", "unspent", "coinjoin", "hops")


def txid(name: object) -> str:
    return hashlib.sha256(f"{name}".encode()).hexdigest()


def made(
    seed: int = 1, *, steps: int = 10, sources: int = 3, widest: int = 3, services: int = 3
) -> dict[str, Any]:
    """A forward trace of ``sources`` coins through ``steps`` transactions."""
    chance = random.Random(seed)
    coins = sorted(
        (f"{txid(f'source {seed} {n}')}:{n % 3}", chance.randrange(COIN, 40 * COIN)) for n in range(sources)
    )
    live, hops = dict(coins), {coin: 0 for coin, _ in coins}
    rows, transactions, ends, time = [], [], {}, START
    for number in range(steps):
        if not live:
            break
        spent = sorted(chance.sample(sorted(live), min(len(live), chance.choice((1, 1, 1, 2, 3)))))
        time += chance.randrange(600, 40 * 86_400)
        name = txid(f"step {seed} {number}")
        into = [{"coin": coin, "taint": live[coin], "by": [[0, live[coin]]]} for coin in spent]
        rest = sum(live.pop(coin) for coin in spent)
        fee = min(rest, chance.randrange(1_000, 50_000))
        rest -= fee
        out, parts = [], chance.randint(1, widest)
        for place in range(parts):
            value = rest if place == parts - 1 else chance.randrange(0, rest + 1)
            rest -= value
            if not value:
                continue
            end = chance.choice(ENDS) if chance.random() < 0.45 or number == steps - 1 else None
            coin = f"{name}:{place}"
            hop = 1 + min(hops[each] for each in spent)
            hops[coin] = hop
            out.append({"coin": coin, "taint": value, "by": [[0, value]], "hop": hop, "end": end})
            if end is None:
                live[coin] = value
            else:
                ends[end] = ends.get(end, 0) + value
        ends["fee"] = ends.get("fee", 0) + fee
        rows.append({"txid": name, "in": into, "out": out, "fee": {"taint": fee, "by": [[0, fee]]}})
        transactions.append({"txid": name, "height": 600_000 + number * 7, "time": time})
    # What is left over is unspent; the coins of the last steps say so.
    for row in rows:
        for coin in row["out"]:
            if coin["end"] is None and coin["coin"] in live:
                coin["end"] = "unspent"
                ends["unspent"] = ends.get("unspent", 0) + coin["taint"]
    left = {coin for coin, _ in coins} & live.keys()
    for coin in left:
        ends["unspent"] = ends.get("unspent", 0) + live[coin]
    named = [
        {
            "script": f"0014{n:040x}",
            "address": f"address {n}",
            "entity": n,
            "label": f"Exchange {n}",
            "tags": [],
        }
        for n in range(services)
    ]
    content: dict[str, Any] = {
        "format": "clew trace 1", "network": "main", "tip": {"height": 700_000, "hash": txid("tip")},
        "snapshot": txid("snapshot"), "rule_set": "strict", "rules": [], "examiner": "A. Analyst",
        "purpose": "case 17", "made": "2026-01-31T12:00:00Z",
        "parameters": {"direction": "forward", "policies": ["haircut"], "hops": 10, "height": None,
                       "least": 0, "asked": [coin for coin, _ in coins]},
        "sources": [{"coin": coin, "value": value} for coin, value in coins],
        "given": {"services": named, "holders": [], "coinjoins": []},
        "transactions": transactions,
        "traces": [{
            "policy": "haircut",
            "sources": [{"coin": coin, "end": "unspent" if coin in left else None} for coin, _ in coins],
            "steps": rows,
            "ends": [{"end": end, "coins": 1, "taint": value} for end, value in ends.items()],
            "books": [],
        }],
    }  # fmt: skip
    content["digest"] = digest_of(content)
    return content


def labels_of(content: dict[str, Any], count: int = 3) -> dict[str, str]:
    """A name for each coin that ends at a service."""
    ended = [
        coin["coin"]
        for step in content["traces"][0]["steps"]
        for coin in step["out"]
        if coin["end"] == "service"
    ]
    return {coin: f"Exchange {place % count}" for place, coin in enumerate(ended)}


def turned(content: dict[str, Any]) -> dict[str, Any]:
    """The same steps as if they had been found backward, which for a picture is only a matter of time."""
    times = [each["time"] for each in content["transactions"]]
    for each in content["transactions"]:
        each["time"] = times[0] + times[-1] - each["time"]
    content["parameters"]["direction"] = "backward"
    for step in content["traces"][0]["steps"]:
        fee = step["fee"]["taint"]
        step["out"].append({"coin": f"{step['txid']}:9", "taint": fee, "by": [], "hop": 1, "end": "coinbase"})
        step["fee"] = None
    ends = content["traces"][0]["ends"]
    for each in ends:
        each["end"] = "coinbase" if each["end"] == "fee" else each["end"]
    content["digest"] = digest_of(content)
    return content
