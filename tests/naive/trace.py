"""Traces, slow and obvious: every transaction of the chain is looked at in its order, and each policy is
worked out with fractions and with intervals on one line. Writes a whole file as docs/trace.md says.

Shares nothing with ``clew.check``, which judges such files, nor with what makes them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from clew.bitcoin.block import Block, Transaction
from clew.bitcoin.script import classify
from clew.schema import MULTISIG, NONSTANDARD, PUBKEY

POLICIES = ["poison", "haircut", "fifo", "lifo", "seniority", "juniority", "tiho"]
ORDER = [
    *("source", "unspendable", "overwritten", "service", "holder", "hops", "value", "unspent", "coinbase"),
    *("time", "coinjoin", "fee"),
]


@dataclass(eq=False)
class Coin:
    """An output of the chain, who made it, and what became of it."""

    name: str
    value: int
    script: bytes
    maker: Step
    spender: Step | None = None
    overwritten: bool = False


@dataclass(eq=False)
class Step:
    """A transaction of the chain."""

    txid: str
    height: int
    time: int
    coinbase: bool
    spends: list[Coin] = field(default_factory=list)
    makes: list[Coin] = field(default_factory=list)

    @property
    def fee(self) -> int:
        return sum(coin.value for coin in self.spends) - sum(coin.value for coin in self.makes)


@dataclass
class Taint:
    """What a coin carries: intervals of its own satoshi with the source of each, in order, and its hop."""

    intervals: list[tuple[int, int, int]]
    hop: int

    @property
    def by(self) -> dict[int, int]:
        sums: dict[int, int] = {}
        for start, end, source in self.intervals:
            sums[source] = sums.get(source, 0) + end - start
        return dict(sorted(sums.items()))

    @property
    def sum(self) -> int:
        return sum(self.by.values())


World = tuple[list[Step], dict[str, list[Coin]]]


def lay_out(blocks: Sequence[Block]) -> World:
    """All transactions in chain order, and all coins by name, twice where an id came twice."""
    steps: list[Step] = []
    coins: dict[str, list[Coin]] = {}
    for height, block in enumerate(blocks):
        for transaction in block.transactions:
            steps.append(_step(transaction, height, block.header.time, coins))
    return steps, coins


def _step(transaction: Transaction, height: int, time: int, coins: dict[str, list[Coin]]) -> Step:
    step = Step(transaction.txid[::-1].hex(), height, time, transaction.is_coinbase)
    for entry in () if transaction.is_coinbase else transaction.inputs:
        coin = coins[f"{entry.previous_txid[::-1].hex()}:{entry.previous_index}"][-1]
        coin.spender = step
        step.spends.append(coin)
    for vout, output in enumerate(transaction.outputs):
        name = f"{step.txid}:{vout}"
        for before in coins.get(name, []):
            before.overwritten |= before.spender is None
        coin = Coin(name, output.value, output.script, step)
        step.makes.append(coin)
        coins.setdefault(name, []).append(coin)
    return step


@dataclass
class Question:
    """What is asked of a chain. ``services`` and ``holders`` are scripts, ``coinjoins`` transaction ids."""

    forward: bool = True
    policies: Sequence[str] = tuple(POLICIES)
    hops: int | None = None
    height: int | None = None
    least: int = 0
    services: Collection[bytes] = ()
    holders: Collection[bytes] = ()
    coinjoins: Collection[str] = ()


def trace(
    blocks: Sequence[Block],
    sources: Sequence[str],
    question: Question,
    network: str = "regtest",
    world: World | None = None,
) -> dict[str, Any]:
    """The whole file. ``sources`` are coins by name, in any order; of a coin that was made twice, a name
    that comes once means the later. ``world`` is what to trace in place of what the blocks hold."""
    steps, coins = world or lay_out(blocks)
    where = {id(step): place for place, step in enumerate(steps)}
    meant = [coin for name in set(sources) for coin in coins[name][-sources.count(name) :]]
    ordered = sorted(meant, key=lambda coin: (where[id(coin.maker)], int(coin.name[65:])))
    traces, cited, reached = [], set(), set()
    for policy in question.policies:
        made, used, given = _Traced(steps, ordered, question, policy).run()
        traces.append(made)
        cited |= used
        reached |= given
    taken = [step for step in steps if id(step) in cited]
    tip = blocks[-1].header.hash[::-1].hex()
    told: dict[str, Any] = {
        "format": "clew trace 1",
        "network": network,
        "tip": {"height": len(blocks) - 1, "hash": tip},
        "snapshot": "00" * 32,
        "rule_set": "strict",
        "rules": [{"name": "multi_input", "version": 1}],
        "examiner": None,
        "purpose": "Prüfung",
        "made": None,
        "parameters": {
            "direction": "forward" if question.forward else "backward",
            "policies": list(question.policies),
            "hops": question.hops,
            "height": question.height,
            "least": question.least,
            "asked": list(sources),
        },
        "sources": [{"coin": coin.name, "value": coin.value} for coin in ordered],
        "given": _given(reached),
        "transactions": [{"txid": each.txid, "height": each.height, "time": each.time} for each in taken],
        "traces": traces,
    }
    return seal(told)


def seal(told: dict[str, Any]) -> dict[str, Any]:
    """The same with the digest that belongs to it."""
    rest = {key: told[key] for key in told if key != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return rest | {"digest": hashlib.sha256(text.encode()).hexdigest()}


def name_of(script: bytes) -> str:
    """A script, as far as a ledger keeps it."""
    form, _, payload = classify(script)
    if form == PUBKEY:
        return f"hash160:{payload.hex()}"
    if form in (MULTISIG, NONSTANDARD):
        return f"sha256:{hashlib.sha256(script).hexdigest()}"
    return script.hex()


def _given(reached: set[tuple[str, str]]) -> dict[str, Any]:
    def of(kind: str) -> list[str]:
        return sorted(name for end, name in reached if end == kind)

    services = [
        {"script": each, "address": None, "entity": 7, "label": "a service", "tags": [{"level": 0.5}]}
        for each in of("service")
    ]
    holders = [{"script": each, "address": "b", "entity": 8, "why": ["size"]} for each in of("holder")]
    coinjoins = [{"txid": each, "rule": "joinmarket"} for each in of("coinjoin")]
    return {"services": services, "holders": holders, "coinjoins": coinjoins}


class _Traced:
    """One policy's trace."""

    def __init__(self, steps: list[Step], sources: list[Coin], question: Question, policy: str) -> None:
        self.steps, self.sources, self.asked, self.policy = steps, sources, question, policy
        self.goes_on: dict[int, Taint] = {}
        self.reached: set[tuple[str, str]] = set()
        self.ends: dict[str, list[int]] = {}
        self.books: dict[int, list[int]] = {}
        self.poison = policy == "poison"

    def run(self) -> tuple[dict[str, Any], set[int], set[tuple[str, str]]]:
        own = []
        for number, coin in enumerate(self.sources):
            end = self.end(coin, Taint([(0, coin.value, number)], 0), is_source=True)
            own.append({"coin": coin.name, "end": end})
        told, used = [], set()
        for step in self.steps if self.asked.forward else reversed(self.steps):
            coins = step.spends if self.asked.forward else step.makes
            if any(id(coin) in self.goes_on for coin in coins):
                told.append(self.take(step))
                used.add(id(step))
        ends = [
            {"end": end, "coins": self.ends[end][0], "taint": self.figure(self.ends[end][1])}
            for end in ORDER
            if end in self.ends
        ]
        books = [
            {"hop": hop, **dict(zip(("in", "out", "fee", "ended"), map(self.figure, row), strict=True))}
            for hop, row in sorted(self.books.items())
        ]
        whole = {"policy": self.policy, "sources": own, "steps": told, "ends": ends, "books": books}
        return whole, used, self.reached

    def figure(self, number: int) -> int | None:
        return None if self.poison else number

    def end(self, coin: Coin, taint: Taint, is_source: bool = False) -> str | None:
        end = self._end(coin, taint, is_source)
        if end is None:
            self.goes_on[id(coin)] = taint
            return None
        row = self.ends.setdefault(end, [0, 0])
        row[0] += 1
        row[1] += taint.sum
        through = coin.spender if self.asked.forward else coin.maker
        if end in ("service", "holder"):
            self.reached.add((end, name_of(coin.script)))
        if end == "coinjoin":
            assert through is not None
            self.reached.add((end, through.txid))
        return end

    def _end(self, coin: Coin, taint: Taint, is_source: bool) -> str | None:
        asked = self.asked
        if not is_source and coin in self.sources:
            return "source"
        if asked.forward:
            data = coin.script.startswith(b"\x6a")
            if data or len(coin.script) > 10_000 or coin in self.steps[0].makes:
                return "unspendable"
        if coin.overwritten:
            return "overwritten"
        if not is_source and coin.script in asked.services:
            return "service"
        if not is_source and coin.script in asked.holders:
            return "holder"
        if taint.hop == asked.hops:
            return "hops"
        if self.poison:
            if coin.value < asked.least:
                return "value"
        elif taint.sum < asked.least or taint.sum == 0:
            return "value"
        return self._end_in_time(coin)

    def _end_in_time(self, coin: Coin) -> str | None:
        asked = self.asked
        if asked.forward:
            if coin.spender is None:
                return "unspent"
            if asked.height is not None and coin.spender.height > asked.height:
                return "time"
            return "coinjoin" if coin.spender.txid in asked.coinjoins else None
        if coin.maker.coinbase:
            return "coinbase"
        if asked.height is not None and coin.maker.height < asked.height:
            return "time"
        return "coinjoin" if coin.maker.txid in asked.coinjoins else None

    def take(self, step: Step) -> dict[str, Any]:
        """Move the taint of one transaction on, and tell of it."""
        forward = self.asked.forward
        parts_in = step.spends if forward else step.makes
        parts_out = step.makes if forward else step.spends
        values_in = [coin.value for coin in parts_in] + ([] if forward else [step.fee])
        values_out = [coin.value for coin in parts_out] + ([step.fee] if forward else [])
        got = [self.goes_on.get(id(coin)) for coin in parts_in] + ([] if forward else [None])
        hop = min(taint.hop for taint in got if taint)
        shares = move(self.policy, values_in, [taint.intervals if taint else [] for taint in got], values_out)
        told: dict[str, Any] = {"txid": step.txid, "in": [], "out": [], "fee": None}
        for coin, taint in zip(parts_in, got, strict=False):
            if taint:
                told["in"].append({"coin": coin.name, **self.tell(taint)})
        row = self.books.setdefault(hop, [0, 0, 0, 0])
        row[0] += sum(taint.sum for taint in got if taint)
        for coin, intervals in zip(parts_out, shares, strict=False):
            taint = Taint(intervals, hop + 1)
            if not self.poison and not taint.sum:
                continue
            end = self.end(coin, taint)
            told["out"].append({"coin": coin.name, **self.tell(taint), "hop": hop + 1, "end": end})
            row[1] += taint.sum
            row[3] += taint.sum if end else 0
        if forward:
            fee = Taint(shares[-1], hop + 1)
            told["fee"] = self.tell(fee)
            row[2] += fee.sum
            if self.poison or fee.sum:
                tally = self.ends.setdefault("fee", [0, 0])
                tally[0] += 1
                tally[1] += fee.sum
        return told

    def tell(self, taint: Taint) -> dict[str, Any]:
        if self.poison:
            return {"taint": None, "by": None}
        return {"taint": taint.sum, "by": [[source, amount] for source, amount in taint.by.items()]}


Intervals = list[tuple[int, int, int]]


def move(
    policy: str, values_in: list[int], taints: list[Intervals], values_out: list[int]
) -> list[Intervals]:
    """Intervals of taint of each part out, from those of each part in."""
    if policy == "poison":
        return [[] for _ in values_out]
    if policy in ("fifo", "lifo"):
        return _along_the_line(policy == "lifo", values_in, taints, values_out)
    left: dict[int, int] = {}
    for start, end, source in (piece for taint in taints for piece in taint):
        left[source] = left.get(source, 0) + end - start
    made = []
    for amount in _amounts(policy, sum(left.values()), sum(values_in), values_out):
        sources = sorted(left)
        shares = (
            _in_proportion(amount, [left[source] for source in sources]) if amount else [0] * len(sources)
        )
        intervals, start = [], 0
        for source, share in zip(sources, shares, strict=True):
            left[source] -= share
            if share:
                intervals.append((start, start + share, source))
            start += share
        made.append(intervals)
    return made


def _amounts(policy: str, taint: int, whole: int, values: list[int]) -> list[int]:
    if policy == "haircut":
        assert whole == sum(values)
        return _in_proportion(taint, values)
    order = list(range(len(values)))
    if policy == "juniority":
        order.reverse()
    if policy == "tiho":
        order.sort(key=lambda place: (-values[place], place))
    amounts = [0] * len(values)
    for place in order:
        amounts[place] = min(values[place], taint - sum(amounts))
    return amounts


def _in_proportion(amount: int, weights: list[int]) -> list[int]:
    exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
    shares = [int(each) for each in exact]
    for _ in range(amount - sum(shares)):
        behind = [each - share for each, share in zip(exact, shares, strict=True)]
        shares[behind.index(max(behind))] += 1
    return shares


def _along_the_line(
    last_first: bool, values_in: list[int], taints: list[Intervals], values_out: list[int]
) -> list[Intervals]:
    parts = list(zip(values_in, taints, strict=True))
    line, at = [], 0
    for value, taint in reversed(parts) if last_first else parts:
        line += [(at + start, at + end, source) for start, end, source in taint]
        at += value
    made, low = [], 0
    for value in values_out:
        high = low + value
        cut = [(max(start, low) - low, min(end, high) - low, source) for start, end, source in line]
        made.append([piece for piece in cut if piece[0] < piece[1]])
        low = high
    return made
