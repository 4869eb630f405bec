"""What ``clew trace`` writes, the checker accepts; and alters of it are found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.test_trace import drawn
from analysis.test_trace_answers import ALL, laundered, name, with_exchange
from clew import check
from clew.analysis.answer import Answer
from clew.analysis.rows import answer
from clew.analysis.trace.file import text_of, trace_file
from clew.bitcoin.networks import network
from clew.ledger.ledger import Ledger
from clew.simulate.blockfile import write_block_files


def stated(ledger: Ledger) -> Answer:
    return answer(ledger, "trace", {}, {})


@pytest.mark.parametrize("seed", range(40))
def test_traces_drawn_at_random(seed: int, tmp_path: Path) -> None:
    case = drawn(seed, tmp_path)
    file, folder = tmp_path / "trace.json", tmp_path / "own blocks"
    file.write_text(text_of(trace_file(case.traced(), stated(case.ledger))), encoding="utf-8")
    write_block_files(folder, case.made.chain.raw, network=network("regtest"), xor_key=b"\1" * 8)
    assert check.report(file, folder)["findings"] == []
    assert check.report(file, folder, quick=True)["findings"] == []


@pytest.mark.parametrize("backward", [False, True])
def test_a_service_and_its_tag(backward: bool, tmp_path: Path) -> None:
    chain, dirty = laundered()
    asked = with_exchange(tmp_path, chain)
    source = "entity:0" if backward else name(dirty)
    _, told = asked.trace_file(source, policy=ALL, backward=backward)
    folder, file = tmp_path / "own blocks", tmp_path / "trace.json"
    write_block_files(folder, chain.raw, network=network("regtest"))
    file.write_text(text_of(told), encoding="utf-8")
    found = check.report(file, folder)
    assert found["findings"] == []
    if backward:
        return
    assert [row["label"] for row in told["given"]["services"]] == ["Big Exchange"]
    # Were it no service's, what it got would go on or stay unspent.
    told["given"]["services"] = []
    file.write_text(json.dumps(told), encoding="utf-8")
    wheres = [row["where"] for row in check.report(file, folder)["findings"]]
    assert "digest" in wheres
    assert any(where.endswith(".end") for where in wheres)
