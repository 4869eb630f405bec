"""The rules of change on real blocks and on an economy: plain form, range and votes say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clew.bitcoin.block import parse_block
from clew.bitcoin.networks import network
from clew.bitcoin.script import classify
from clew.bitcoin.signatures import signing
from clew.build import index
from clew.heuristics.change.ruled import traits
from clew.heuristics.change.votes import keep_traits, rule_names, votes
from clew.heuristics.plain import Input, Output, Transaction
from clew.heuristics.registry import RULES
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Given, Transactions
from clew.ledger.ledger import Ledger
from clew.schema import (
    FLAG_COINBASE,
    FLAG_SORTED_INPUTS,
    FLAG_SORTED_OUTPUTS,
    FLAG_WITNESS,
    NO_ADDRESS,
    NULLDATA,
)

MAIN = network("main")
NAMES = rule_names()
shipped()


def real_block(folder: Path, height: int) -> list[Transaction]:
    """The transactions of a real block in plain form, whatever is spent within it known."""
    zstandard = pytest.importorskip("zstandard", reason="reading .zst needs the package zstandard")
    with (folder / f"mainnet-{height}.spent-outputs.json.zst").open("rb") as compressed:
        listed = json.loads(zstandard.ZstdDecompressor().stream_reader(compressed).read())
    spent = iter([(bytes.fromhex(each["txout"]["script_pubkey"]), each["txout"]["value"]) for each in listed])
    ids: dict[Any, int] = {}

    def known(script: bytes) -> tuple[int, int]:
        kind, *address = classify(script)
        return kind, NO_ADDRESS if kind == NULLDATA else ids.setdefault(tuple(address), len(ids))

    block = parse_block((folder / f"mainnet-{height}.raw").read_bytes()).transactions
    inputs: list[tuple[Input, ...]] = []
    for each in block:
        own = []
        for one in each.inputs if each is not block[0] else ():
            script, value = next(spent)
            kind, address = known(script)
            own.append(Input(address, kind, value, one.sequence, signing(one, MAIN)))
        inputs.append(tuple(own))
    spenders = {
        (one.previous_txid, one.previous_index): at for at, each in enumerate(block) for one in each.inputs
    }
    made: dict[int, Transaction] = {}
    # A spender stands behind what it spends, so the last comes first.
    for at in range(len(block) - 1, -1, -1):
        each = block[at]
        outputs = []
        for place, one in enumerate(each.outputs):
            kind, address = known(one.script)
            later = spenders.get((each.txid, place))
            spender = None if later is None else made[later]
            outputs.append(Output(one.value, kind, address, address % 3 != 0, spender=spender))
        flags = (
            FLAG_COINBASE * (at == 0)
            | FLAG_WITNESS * each.has_witness
            | FLAG_SORTED_INPUTS * each.has_sorted_inputs
            | FLAG_SORTED_OUTPUTS * each.has_sorted_outputs
        )
        sizes = {"size": each.size, "base_size": each.base_size}
        parts = inputs[at], tuple(outputs)
        made[at] = Transaction(*parts, height, each.version, each.lock_time, flags, **sizes)
    return [made[at] for at in range(len(block))]


@pytest.mark.jit_only
@pytest.mark.parametrize("height", [367891, 866342])
def test_a_real_block(shared_data: Path, height: int) -> None:
    given = real_block(shared_data / "blocks" / "with-prevouts", height)
    found = votes(Given(given))
    seen = set()
    for place, name in enumerate(NAMES):
        plain = [answer for each in given for answer in RULES[name].one(each)]
        assert found.answers[:, place].tolist() == plain, name
        seen |= {(name, answer) for answer in plain}
    assert len({name for name, answer in seen if answer == 2}) >= 12
    # Nothing is known of who spent what, so nothing is said of it.
    blind = votes(Given([replace(each, outputs=tuple(replace(one, spender=None) for one in each.outputs))
                         for each in given]))  # fmt: skip
    ahead = [RULES[name].looks_ahead for name in NAMES]
    assert not (blind.answers[:, ahead] == 2).any()
    assert (blind.answers[:, np.logical_not(ahead)] == found.answers[:, np.logical_not(ahead)]).all()


def ranges(ledger: Ledger, step: int, tip_height: int | None = None) -> Iterator[Transactions]:
    total = ledger.counts["transactions"]
    for first in range(0, total, step):
        span = range(first, min(first + step, total))
        yield Transactions(ledger.column, ledger.counts, span, tip_height=tip_height)


def require_same(ledger: Ledger, step: int, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Votes by ranges, with traits worked out before, and of single transactions; returns them all."""
    whole = np.zeros(ledger.counts["transactions"], np.uint64)
    for part in ranges(ledger, step):
        keep_traits(part, whole)
    alone = [votes(part) for part in ranges(ledger, step)]
    for part, found in zip(ranges(ledger, 2 * step + 1), _fewer(ledger, 2 * step + 1, alone), strict=True):
        part.traits = whole
        again = votes(part)
        assert (again.answers == found[0]).all()
        assert (again.features == found[1]).all()
        assert (traits(part) == whole[part.number]).all()
    answers = np.concatenate([each.answers for each in alone])
    chosen = Transactions(ledger.column, ledger.counts, rows)
    assert (votes(chosen).answers == answers[chosen.output]).all()
    for row in range(0, len(rows), 7):
        one = chosen.one(row, with_spenders=True)
        first, last = chosen.first_output[row], chosen.first_output[row + 1]
        plain = np.array([RULES[name].one(one) for name in NAMES]).T
        assert (plain == answers[chosen.output[first:last]]).all()
    return answers


def _fewer(ledger: Ledger, step: int, parts: list[Any]) -> Iterator[tuple[Any, Any]]:
    answers = np.concatenate([each.answers for each in parts])
    features = np.concatenate([each.features for each in parts])
    for part in ranges(ledger, step):
        first, last = part.output[0], part.output[-1] + 1
        yield answers[first:last], features[first:last]


@pytest.mark.jit_only
def test_the_first_blocks(shared_data: Path, tmp_path: Path) -> None:
    index(tmp_path / "ledger", shared_data / "blocks" / "mainnet-0-4312")
    ledger = Ledger(tmp_path / "ledger")
    rows = np.arange(0, ledger.counts["transactions"], 5)
    answers = require_same(ledger, 1_000, rows)
    # Of the few payments of those months, the change was fresh or of the inputs' type.
    assert (answers == 2).any()


@pytest.mark.jit_only
@pytest.mark.parametrize("world", ["2012", "2025"])
def test_an_economy(tmp_path: Path, world: str) -> None:
    pytest.importorskip("pydantic", reason="the extra simulate is not installed")
    from clew.simulate.economy.make import Size, make
    from clew.simulate.worlds.load import load

    size = Size(blocks=260, people=120, payments=60, payers=30, accounts=50)
    make(tmp_path / "economy", load(world), seed=1, size=size)
    index(tmp_path / "ledger", tmp_path / "economy" / "blocks", network="regtest")
    ledger = Ledger(tmp_path / "ledger")
    rows = np.arange(3, ledger.counts["transactions"], 11)
    answers = require_same(ledger, 700, rows)
    total = (answers == 2).sum(axis=0)
    assert (total > 0).sum() > 20

    # At an earlier height the same is said as by a ledger that ends there, up to what it has.
    height = 180
    index(tmp_path / "until", tmp_path / "economy" / "blocks", network="regtest", until=height)
    until = Ledger(tmp_path / "until")
    early = np.concatenate([votes(part).answers for part in ranges(until, 900)])
    seen = [votes(part) for part in ranges(ledger, 900, height)]
    assert {each.tip_height for each in seen} == {height}
    view = np.concatenate([each.answers for each in seen])[: len(early)]
    assert (view == early).all()
    ahead = [RULES[name].looks_ahead for name in NAMES]
    assert (answers[: len(early)][:, ahead] != early[:, ahead]).any()
    back = np.logical_not(ahead)
    assert (answers[: len(early)][:, back] == early[:, back]).all()
