"""``clew picture``, and the report that shows a trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clew.cli.keys import COMMANDS
from cli.process import Ended, Run
from cli.shape import check_keys
from naive.chain import address_of
from naive.ledger import build_ledger
from naive.tags import pack
from naive.watched import btc, watched
from report.traces import made

pytest.importorskip("matplotlib")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "trace.json"
    path.write_text(json.dumps(made(2, steps=40, sources=5)), encoding="utf-8")
    return path


def of(done: Ended) -> Any:
    assert done.code == 0, done
    return json.loads(done.out)


def test_a_picture_of_a_file(inside: Run, written: Path, tmp_path: Path) -> None:
    said = of(inside("picture", written, "-o", tmp_path / "flow.svg", "--json"))
    check_keys(said, COMMANDS["picture"])
    assert (tmp_path / "flow.svg").stat().st_size == said["bytes"]
    assert sum(each["satoshi"] for each in said["ends"]) == said["satoshi"]
    before = (tmp_path / "flow.svg").read_bytes()
    page = inside("picture", written, "-o", tmp_path / "flow.svg")
    assert "with less money together as others" in page.out
    assert (tmp_path / "flow.svg").read_bytes() == before


@pytest.mark.parametrize(
    ("output", "more", "words"),
    [
        ("flow.png", (), "expected a file that ends in .svg"),
        ("none/flow.svg", (), "there is no folder"),
        ("flow.svg", ("--policy", "lifo"), "the trace has haircut"),
        ("flow.svg", ("--policy", "poison"), "poison is a set"),
    ],
)
def test_refusals(
    inside: Run, written: Path, tmp_path: Path, output: str, more: tuple[str, ...], words: str
) -> None:
    assert words in inside("picture", written, "-o", tmp_path / output, *more).failed_in_one_line()
    assert not (tmp_path / output).exists()


def test_a_real_trace(inside: Run, tmp_path: Path) -> None:
    """The shop's money, traced by the program: the picture names its services, and so does the report."""
    story, ledger = watched(), tmp_path / "ledger"
    build_ledger(ledger, story.chain.raw, "regtest")
    for name in ("exchange", "far"):
        said = f"address: {address_of(name)}, label: {name.title()}, actor: {name}, category: exchange"
        assert inside("tags", "import", pack(tmp_path / f"{name}.yaml", said), "--ledger", ledger).code == 0
    trace = tmp_path / "trace.json"
    who = ("--examiner", "A. Analyst", "--purpose", "case 17")
    done = inside("trace", address_of("shop"), "-o", trace, *who, "--ledger", ledger)
    assert done.code == 0, done
    flow = tmp_path / "flow.svg"
    alone = of(inside("picture", trace, "-o", flow, "--json"))
    assert "attributed services" in {each["end"] for each in alone["ends"]}
    told = of(inside("picture", trace, "-o", flow, "--ledger", ledger, "--json"))
    ends = {each["end"]: each["satoshi"] for each in told["ends"]}
    # The shop's money comes to exchange straight, and by cold; and middle's to far, a service too here.
    assert ends["service: Exchange"] == btc(6 + 24.7)
    assert ends["service: Far"] == btc(3.8)
    page = tmp_path / "report.html"
    done = inside("report", address_of("shop"), "--trace", trace, "-o", page, "--ledger", ledger)
    assert done.code == 0, done
    text = page.read_text(encoding="utf-8")
    for words in ("A trace", "--trace trace.json", "traced forward by fifo", "By month of block time"):
        assert words in text, words
    other = json.loads(trace.read_text())
    other["snapshot"] = "00" * 32
    from clew.report.tracefile import digest_of

    other["digest"] = digest_of(other)
    trace.write_text(json.dumps(other))
    done = inside("report", address_of("shop"), "--trace", trace, "-o", page, "--ledger", ledger)
    assert "expected a trace of the report's snapshot" in done.failed_in_one_line()
