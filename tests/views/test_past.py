"""A ledger as it was at some height answers like one that was never built further."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import naive.ledger as twin
from build.nodes import lively
from build.segment_histories import grow
from build.test_refused_blocks import block_of, coinbase
from clew.analysis.answer import Answer
from clew.analysis.caveats import as_of
from clew.analysis.inquiry import Inquiry
from clew.analysis.ranking import Ranking
from clew.bitcoin.transaction import Input, Output, Transaction
from clew.build import base
from clew.errors import ClewError, NotFoundError, UsageError
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS
from clew.simulate.chain import COIN, Chain
from clew.simulate.locks import lock
from clew.simulate.scenarios import tell

Index = Callable[..., Ledger]


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few outputs are many here, so that sums kept beforehand take part."""
    for module in (base, twin):
        monkeypatch.setattr(module, "MANY_OUTPUTS", 12)


def everything(ledger: Ledger, addresses: list[str], txids: list[str]) -> list[Any]:
    """What every question answers about all that the whole chain holds; an error by its kind."""
    asked = Inquiry(ledger)
    questions: list[Callable[[], Answer]] = [
        asked.status,
        asked.digest,
        lambda: asked.entities(limit=0),
        lambda: asked.entities(limit=7, offset=3),
    ]
    for height in (0, 1, ledger.tip.height, ledger.tip.height + 1):
        questions.append(lambda height=height: asked.block(height))  # type: ignore[misc]
    for txid in txids:
        questions.append(lambda txid=txid: asked.tx(txid))  # type: ignore[misc]
    for text in addresses:
        for ask in (asked.address, asked.entity, asked.payments, asked.proceeds, asked.outflows):
            questions.append(lambda ask=ask, text=text: ask(text))  # type: ignore[misc]
    questions.append(lambda: asked.payments(addresses[:3]))
    return [said(ask) for ask in questions]


def said(ask: Callable[[], Answer]) -> Any:
    try:
        answer = ask()
    except ClewError as error:
        return type(error)
    if answer.question == "status":
        answer.result["source"] = None
    first = as_of(answer.ledger["tip"]["height"])
    caveats = answer.caveats[1:] if answer.caveats[:1] == (first,) else answer.caveats
    return replace(answer, caveats=caveats).as_dict()


def names(ledger: Ledger) -> tuple[list[str], list[str]]:
    """All addresses and transaction ids of a ledger."""
    numbers = range(ledger.counts["addresses"])
    return [str(ledger.address_text(number)) for number in numbers], [
        ledger.txid(number) for number in range(ledger.counts["transactions"])
    ]


def require_the_past(index: Index, blocks: list[bytes], heights: list[int], step: int = 1) -> None:
    whole = index(blocks)
    addresses, txids = names(whole)
    for height in heights:
        then, built = whole.at(height), index(blocks, until=height)
        expected = everything(built, addresses[::step], txids[::step])
        assert everything(then, addresses[::step], txids[::step]) == expected
        assert then.snapshot() == built.snapshot()
        assert then.digest() == built.digest()
        assert dict(then.counts) == dict(built.counts)
        rows = np.arange(built.counts["addresses"])
        assert then.column("entities.entity")[:].tolist() == built.column("entities.entity")[:].tolist()
        assert then.control.entity_of(rows).tolist() == built.control.entity_of(rows).tolist()
        entities = np.unique(built.control.entity_of(rows)).astype(np.int64)
        assert then.entity_sizes(entities).tolist() == built.entity_sizes(entities).tolist()
        for entity in entities.tolist():
            assert then.members(entity).tolist() == built.members(entity).tolist()
            assert then.entity_totals(entity) == built.entity_totals(entity)
        for name in ("spends.spent_by", "outputs.value", "outputs.address", "transactions.version"):
            assert then.column(name)[:].tolist() == built.column(name)[:].tolist()
        assert Ranking(then).page(0, 10**6).tolist() == Ranking(built).page(0, 10**6).tolist()


@pytest.mark.parametrize("seed", range(2))
def test_random_histories(index: Index, seed: int) -> None:
    chance = random.Random(seed)
    chain = grow(Chain(seed=f"past {seed}"), 108, chance)
    heights = sorted(chance.sample(range(chain.height), 2))
    require_the_past(index, list(chain.raw_blocks), [*heights, chain.height - 1], step=9)


def test_every_kind_of_output_and_the_first_block(index: Index) -> None:
    chain = lively(30)
    require_the_past(index, list(chain.raw_blocks), [0, 1, 15, 29], step=3)


def test_a_past_of_the_past(index: Index) -> None:
    chain = lively(30)
    whole = index(list(chain.raw_blocks))
    addresses, txids = names(whole)
    assert everything(whole.at(20).at(10), addresses, txids) == everything(whole.at(10), addresses, txids)


@pytest.mark.parametrize("name", ["late-merge", "bridge", "mistaken-join"])
def test_scenarios(index: Index, name: str) -> None:
    chain = tell(name).chain
    require_the_past(index, list(chain.raw_blocks), [chain.height - 1, chain.height - 4])


def test_outputs_overwritten_later_are_unspent_before(index: Index) -> None:
    """A coinbase whose id a later one takes: its output can be spent until then."""
    chain = Chain()
    twice = [Output(25 * COIN, lock("miner").script), Output(25 * COIN, b"\x51")]
    first = coinbase(chain, *twice)
    for _ in range(2):
        chain.append(block_of(chain, [first]))
    spend = Transaction.build([Input(first.txid, 0, b"")], [Output(1, b"\x52")])
    chain.append(block_of(chain, [coinbase(chain, tag=b"\x03"), spend]))
    for _ in range(2):
        chain.append(block_of(chain, [first]))
    require_the_past(index, list(chain.raw_blocks), list(range(5)))


def test_the_tip_is_the_ledger_itself(index: Index) -> None:
    whole = index(list(lively(10).raw_blocks))
    assert whole.at(10) is whole


@pytest.mark.parametrize("height", [-1, 11, 10**9])
def test_no_such_height(index: Index, height: int) -> None:
    whole = index(list(lively(10).raw_blocks))
    with pytest.raises(UsageError, match="the ledger holds heights 0 to 10"):
        whole.at(height)


def test_what_came_later_is_not_found(index: Index) -> None:
    whole = index(list(lively(30).raw_blocks))
    then = whole.at(5)
    last = whole.counts["addresses"] - 1
    with pytest.raises(NotFoundError, match="up to height 5"):
        then.find_address(str(whole.address_text(last)))
    with pytest.raises(NotFoundError, match="up to height 5"):
        then.find_transaction(whole.txid(whole.counts["transactions"] - 1))
    with pytest.raises(NotFoundError, match="at height 5"):
        then.members(last)
    paid = whole.column("outputs.address")[:]
    assert (paid[: then.counts["outputs"]][paid[: then.counts["outputs"]] != NO_ADDRESS] < last).all()
