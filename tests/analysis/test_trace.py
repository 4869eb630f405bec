"""Whole traces against their slow twin, on chains drawn at random; sums that close; sources kept apart."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

from check.chains import Made
from clew.analysis.holders import SERVICE, UNKNOWN_HOLDER, Holder
from clew.analysis.rows import answer
from clew.analysis.trace.bulk import reach
from clew.analysis.trace.file import digest, trace_file
from clew.analysis.trace.policies import POLICIES
from clew.analysis.trace.sources import Sources
from clew.analysis.trace.stops import Stops
from clew.analysis.trace.traced import follow
from clew.analysis.trace.traces import Names, Question, Traces, limit_of, sums_by_end, trace_sources
from clew.analysis.trace.walk import Limits
from clew.errors import NotFoundError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from naive import trace as naive
from naive.chain import address_of_script, script_of
from naive.ledger import build_ledger

CHAINS = 60
CONSERVING = tuple(policy for policy in POLICIES if policy != "poison")


class Given(Stops):
    """Stops that are given by name."""

    def __init__(self, ledger: Ledger, kinds: dict[bytes, int], coinjoins: set[str]) -> None:
        super().__init__(ledger)
        self.named = {
            ledger.find_address(address_of_script(script)): kind
            for script, kind in kinds.items()
            if is_seen(ledger, script)
        }
        self.joins = coinjoins
        self.holders = Named()  # type: ignore[assignment]

    def kinds(self, outputs: Array) -> Array:
        addresses = self.ledger.column("outputs.address")[outputs].tolist()
        return np.array([self.named.get(each, 0) for each in addresses], np.int8)

    def coinjoins(self, transactions: Array) -> Array:
        return np.array([self.ledger.txid(each) in self.joins for each in transactions.tolist()], np.bool_)


class Named:
    """Holders of whom nothing is said."""

    def of(self, entity: int) -> Holder:
        return Holder(entity, SERVICE)


def is_seen(ledger: Ledger, script: bytes) -> bool:
    try:
        ledger.find_address(address_of_script(script))
    except NotFoundError:
        return False
    return True


class Case:
    """A chain, its ledger, and a question about it, drawn from a seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        rng = Random(seed)
        self.made = Made(seed, blocks=rng.choice([8, 16, 30]), most=6, twice=rng.random() < 0.5)
        self.ledger = build_ledger(folder, [block.serialise() for block in self.made.blocks], "regtest")
        self.backward = rng.random() < 0.5
        scripts = [script_of(f"person {number}") for number in rng.sample(range(8), 3)]
        kinds = dict(zip(scripts[: rng.randint(0, 3)], [SERVICE, UNKNOWN_HOLDER, SERVICE], strict=False))
        joins = set(rng.sample(self.made.transactions, min(len(self.made.transactions), rng.randint(0, 3))))
        height = rng.choice([None, rng.randint(0, self.ledger.tip.height)])
        hops, least = rng.choice([None, 1, 2, 4]), rng.choice([0, 0, 1, 40])
        self.question = Question(self.backward, tuple(POLICIES), hops, height, least)
        self.stops = Given(self.ledger, kinds, joins)
        self.asked = naive.Question(
            forward=not self.backward,
            policies=tuple(POLICIES),
            hops=hops,
            height=height,
            least=least,
            services={script for script, kind in kinds.items() if kind == SERVICE},
            holders={script for script, kind in kinds.items() if kind == UNKNOWN_HOLDER},
            coinjoins=joins,
        )
        values = np.asarray(self.ledger.column("outputs.value")[:])
        full = np.flatnonzero(values > 0)
        chosen = np.sort(np.array(rng.sample(full.tolist(), min(len(full), rng.choice([1, 2, 5]))), np.int64))
        self.sources = Sources(chosen, values[chosen], ("drawn",), 0)

    def traced(self) -> Traces:
        return trace_sources(self.ledger, self.sources, self.question, stops=self.stops)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=tmp_path) as name:
        yield Path(name)


def drawn(seed: int, folder: Path) -> Case:
    """A case whose sources can be told by name."""
    case = Case(seed, folder)
    names = naive.lay_out(case.made.blocks)[1]
    twice = {name for name, coins in names.items() if len(coins) > 1}
    called = Names(case.ledger).coins(case.sources.outputs)
    kept = np.array([name not in twice for name in called])
    if not kept.all():
        first = int(np.flatnonzero(np.asarray(case.ledger.column("outputs.value")[:]) > 0)[0])
        outputs = case.sources.outputs[kept] if kept.any() else np.array([first])
        case.sources = Sources(outputs, case.ledger.column("outputs.value")[outputs], ("drawn",), 0)
    return case


@pytest.mark.parametrize("seed", range(CHAINS))
def test_traces_agree_with_the_slow_twin(seed: int, folder: Path) -> None:
    case = drawn(seed, folder)
    found = case.traced()
    told = trace_file(found, answer(case.ledger, "trace", {}, {}))
    names = found.names.coins(case.sources.outputs)
    twin = naive.trace(case.made.blocks, names, case.asked)
    assert told["sources"] == twin["sources"]
    for mine, other in zip(told["traces"], twin["traces"], strict=True):
        for key in ("policy", "sources", "steps", "ends", "books"):
            assert mine[key] == other[key], (mine["policy"], key)
    assert told["transactions"] == twin["transactions"]
    for kind, key in (("services", "script"), ("holders", "script"), ("coinjoins", "txid")):
        assert [row[key] for row in told["given"][kind]] == [row[key] for row in twin["given"][kind]]
    assert told["digest"] == digest(told) == naive.seal(told)["digest"]


@pytest.mark.parametrize("seed", range(0, CHAINS, 2))
def test_nothing_is_lost_and_nothing_comes_from_nowhere(seed: int, folder: Path) -> None:
    case = drawn(seed, folder)
    for trace in case.traced().traces:
        if trace.policy == "poison":
            continue
        ended = trace.taint[trace.end != 0].sum()
        assert ended + trace.fee.sum() == case.sources.value
        values = case.ledger.column("outputs.value")[trace.coin]
        assert (trace.taint > 0).all()
        assert (trace.taint <= values).all()
        shares = trace.owned.each()
        for taint, by in zip([*trace.taint.tolist(), *trace.fee.tolist()], shares, strict=True):
            assert sum(share for _, share in by) == taint
            assert [source for source, _ in by] == sorted({source for source, _ in by})


@pytest.mark.parametrize("seed", range(0, CHAINS, 3))
def test_sums_alone_are_those_of_the_whole_trace(seed: int, folder: Path) -> None:
    case = drawn(seed, folder)
    limits = Limits(case.question.hops, limit_of(case.ledger, case.question), case.question.least)
    for trace in case.traced().traces:
        sums = reach(
            case.ledger,
            case.sources,
            trace.policy,
            backward=case.backward,
            limits=limits,
            stops=case.stops,
        )
        assert list(sums.ends) == sums_by_end(trace)
        assert (sums.coins, sums.transactions) == (len(trace.coin), len(trace.transactions))


@pytest.mark.parametrize("seed", range(0, CHAINS, 5))
def test_outputs_in_another_order_change_no_sum(seed: int, folder: Path) -> None:
    case = drawn(seed, folder)
    limits = Limits(case.question.hops, limit_of(case.ledger, case.question), case.question.least)
    for policy in CONSERVING:
        traces = [
            follow(
                case.ledger,
                case.sources,
                policy,
                backward=case.backward,
                limits=limits,
                stops=case.stops,
                seed=drawn_from,
            )
            for drawn_from in (0, 1, 1, 2)
        ]
        for trace in traces:
            assert trace.taint[trace.end != 0].sum() + trace.fee.sum() == case.sources.value
        same = traces[1], traces[2]
        assert same[0].coin.tolist() == same[1].coin.tolist()
        assert same[0].taint.tolist() == same[1].taint.tolist()
        if policy in ("haircut", "tiho"):
            assert traces[0].taint.tolist() == traces[3].taint.tolist()
