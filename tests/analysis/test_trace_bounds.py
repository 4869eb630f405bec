"""Bounds of traces on a chain made by hand, and beside the policies on chains drawn at random."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.test_trace import drawn
from analysis.test_trace_answers import ALL, BTC, laundered, name, with_exchange
from clew.analysis.trace.bounded import bounded
from clew.analysis.trace.traces import limit_of, sums_by_end
from clew.analysis.trace.walk import Limits


def test_an_exchange_must_have_got_what_the_rest_cannot_hold(tmp_path: Path) -> None:
    chain, dirty = laundered()
    result = with_exchange(tmp_path, chain).trace(name(dirty), policy=ALL, bounds=True).result
    rows = {row["end"]: (row["least"], row["most"]) for row in result["bounds"]["destinations"]}
    # Of 10 BTC at most 7 fit into the purse and 1 into the fee: 2 must be at the exchange, and all could be.
    assert rows == {"service": (2 * BTC, 10 * BTC), "unspent": (0, 7 * BTC), "fee": (0, BTC)}
    (service,) = result["destinations"]
    assert result["bounds"]["destinations"][0]["entity"] == service["entity"]
    assert (result["bounds"]["status"], result["bounds"]["total"]) == ("complete", 10 * BTC)
    # lifo gives just what must, fifo all that could have arrived.
    assert service["range"] == {"least": 2 * BTC, "most": 10 * BTC}


def test_nothing_is_searched_unless_asked(tmp_path: Path) -> None:
    chain, dirty = laundered()
    assert with_exchange(tmp_path, chain).trace(name(dirty)).result["bounds"] is None


def test_what_would_take_too_long_is_not_searched(tmp_path: Path) -> None:
    chain, dirty = laundered()
    _, found = with_exchange(tmp_path, chain).traced(name(dirty), policy="fifo")
    told = bounded(found, Limits(), edges=2)
    assert told["status"] == "not searched"
    assert {row["most"] for row in told["destinations"]} == {None}


@pytest.mark.parametrize("seed", range(20))
def test_every_policy_lies_between(seed: int, tmp_path: Path) -> None:
    case = drawn(seed, tmp_path)
    case.question = replace(case.question, hops=None, least=0)
    found = case.traced()
    told = bounded(found, Limits(None, limit_of(case.ledger, found.question), 0))
    ends: dict[str, tuple[int, int]] = {}
    for row in told["destinations"]:
        least, most = ends.get(row["end"], (0, 0))
        ends[row["end"]] = least + row["least"], most + row["most"]
    for trace in found.traces:
        for row in [] if trace.is_set else sums_by_end(trace):
            least, most = ends[row["end"]]
            assert least <= row["taint"] <= most
