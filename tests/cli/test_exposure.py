"""``clew exposure`` as people and programs see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clew.cli.keys import EVERY, QUESTIONS
from cli.process import Run
from cli.shape import check_keys
from naive.chain import Chain, address_of, pay
from naive.services import with_services

A = address_of("a")


def chain() -> Chain:
    """x, an exchange, pays a 60; a pays y, a gambling house, 20 and b 40, who keeps it."""
    made = Chain()
    coin = (made.mine([("x", 60)]).transactions[0].txid, 0)
    first = pay([coin], [("a", 60)])
    made.mine([("p", 1)], [first])
    made.mine([("p", 1)], [pay([(first.txid, 0)], [("y", 20), ("b", 40)])])
    return made


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    inquiry = with_services(tmp_path_factory.mktemp("exposure"), chain(), {"x": "exchange", "y": "gambling"})
    inquiry.close()
    return inquiry.ledger.path


def test_json_has_the_documented_keys(inside: Run, ledger: Path) -> None:
    for more in ((), ("--policy", "tiho"), ("--limit", "1"), ("--hops", "0", "--least", "0.1")):
        ended = inside("exposure", A, "--ledger", ledger, "--json", *more)
        check_keys(json.loads(ended.out), [*EVERY, *QUESTIONS["exposure"]])


def test_the_page_tells_categories_services_and_what_is_unattributed(inside: Run, ledger: Path) -> None:
    lines = inside("exposure", A, "--ledger", ledger).out.splitlines()
    assert "received: 0.00000060 BTC" in lines
    assert "sent: 0.00000060 BTC" in lines
    assert "unattributed by fifo: unspent 0.00000040 BTC" in lines
    (gambling,) = [line for line in lines if line.split()[:2] == ["fifo", "gambling"]]
    assert gambling.split()[2:] == ["0.00000020", "0.00000000", "0.00000020", "33.33"]
    (service,) = [line for line in lines if line.startswith("Service y")]
    assert "gambling" in service
    assert any("no measure of a person" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((address_of("nobody"),), "never seen"),
        ((A, "--policy", "poison"), "states no amounts"),
        ((A, "--policy", "fair"), "expected one of"),
        ((A, "--hops", "-1"), "expected 0 or a greater number"),
        ((A, "--least", "-1"), "expected whole satoshi"),
        ((A, "--score"), "No such option"),
        ((), "Missing argument"),
    ],
)
def test_bad_questions_end_in_one_line(
    inside: Run, ledger: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in inside("exposure", *arguments, "--ledger", ledger).failed_in_one_line()


@pytest.mark.parametrize("ending", ["html", "pdf"])
def test_a_report_has_a_chapter_on_exposure(inside: Run, ledger: Path, tmp_path: Path, ending: str) -> None:
    for package in ("jinja2", "matplotlib", "typst"):
        pytest.importorskip(package)

    def report(*more: str) -> bytes:
        file = tmp_path / f"report.{ending}"
        ended = inside("report", A, "-o", file, "--ledger", ledger, *more)
        assert ended.code == 0, ended
        return file.read_bytes()

    whole = report("--exposure")
    assert whole == report("--exposure")
    assert whole != report()
    if ending == "html":
        text = whole.decode("utf-8")
        assert "Exposure to services" in text
        assert "gambling: 0.00000020 BTC by fifo, 0.00000020 BTC by haircut" in text
        assert "exchange: 0.00000060 BTC by fifo, 0.00000060 BTC by haircut" in text
        assert "clew exposure" in text
        assert "Exposure to services" not in report().decode("utf-8")
