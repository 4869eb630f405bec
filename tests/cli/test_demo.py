"""The demo, from end to end, and every JSON key on its ledger."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from clew.cli.comparison import Finding
from clew.cli.keys import COMMANDS, EVERY, QUESTIONS
from clew.errors import StorageError
from clew.simulate.economy.truth.read import Truth, read
from cli.process import Ended, Run
from cli.shape import check_keys

SMALL = ("--blocks", 500, "--people", 300, "--payments", 400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "made"


@pytest.fixture(scope="module")
def shown(clew: Run, folder: Path) -> Ended:
    return clew("demo", "-o", folder, "--seed", 5, *SMALL)


@pytest.fixture(scope="module")
def truth(shown: Ended, folder: Path) -> Truth:
    assert shown.code == 0, shown
    return read(folder / "economy")


def figures(shown: Ended, name: str) -> list[str]:
    table = shown.out.partition("share\n")[2]
    line = next(line for line in table.splitlines() if line.startswith(name))
    return line.removeprefix(name).split()


def test_the_demo_sets_what_was_found_beside_the_truth(shown: Ended, truth: Truth) -> None:
    found, true, false, in_truth, share, _ = figures(shown, "addresses ")
    assert int(found) == int(true) + int(false)
    assert int(false) == 0
    assert 0 < int(true) <= int(in_truth) <= len(truth.controlled)
    assert float(share) == pytest.approx(100 * int(true) / int(in_truth), abs=0.05)
    assert figures(shown, "accounts paid")[3] == str(len(truth.paid_addresses))
    assert figures(shown, "payments (outputs) ")[3] == str(len(truth.payments))
    received = figures(shown, "received (BTC)")
    assert received[3].replace(",", "") == f"{truth.received / 1e8:.8f}"
    assert figures(shown, "outflows: cash-outs ")[3] == str(len(truth.cash_outs))
    assert "MB/s" not in shown.out
    for stage in ("simulate", "index", "ask", "report"):
        assert figures(shown, f"{stage} ")[-1] in {"s", "min"}


def test_the_demo_tells_the_case(shown: Ended, truth: Truth) -> None:
    case = dict(re.findall(r"^([a-z-]+)  +(.*)$", shown.out.partition("\n\n")[0], re.MULTILINE))
    assert case["payments"].startswith(f"{len(truth.payments):,}, by ")
    worth = sum(each.usd for each in truth.payments), sum(each.krw for each in truth.payments)
    said = f"{truth.received / 1e8:.8f} BTC, worth ${worth[0]:,.0f}, or ₩{worth[1]:,.0f}, on the day"
    assert case["received"] == said
    assert case["cash-outs"].startswith(f"{len(truth.cash_outs):,}, ")


def test_most_payments_are_found(shown: Ended, truth: Truth) -> None:
    _, true, _, in_truth, *_ = figures(shown, "payments (outputs) ")
    assert int(true) > 0.8 * int(in_truth)


def test_what_the_demo_counts_is_what_the_questions_count(
    clew: Run, shown: Ended, truth: Truth, folder: Path
) -> None:
    def asked(question: str) -> dict[str, Any]:
        ended = clew(question, *truth.seed_addresses, "--json", "--limit", 0, "--ledger", folder / "ledger")
        return dict(json.loads(ended.out))

    payments = asked("payments")["payments"]
    by_output = sum(len(payment["outputs"]) for payment in payments)
    assert figures(shown, "payments (outputs) ")[0] == str(by_output)
    assert by_output > len(payments)
    assert figures(shown, "outflows: cash-outs ")[0] == str(asked("outflows")["total"]["outflows"])


def test_the_demo_leaves_its_files(shown: Ended, folder: Path) -> None:
    assert shown.code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        ".clew-demo", "economy", "ledger", "report.html", "report.pdf",
    ]  # fmt: skip
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF-")


UNASKED = ("own_rules[].", "tags[].", "values[].", "].values", "_values")


def test_every_key_is_documented_and_every_documented_key_is_there(
    clew: Run, truth: Truth, folder: Path
) -> None:
    seed, ledger = truth.seed_address, ("--ledger", folder / "ledger")
    some = truth.payments[0]
    questions: list[tuple[object, ...]] = [
        ("status",), ("digest",), ("block", 0), ("block", some.height), ("tx", some.txid), ("entities",),
        ("address", seed), ("entity", seed), ("payments", seed), ("proceeds", seed), ("outflows", seed),
    ]  # fmt: skip
    for name, *arguments in questions:
        ended = clew(name, *arguments, "--json", *ledger)
        assert ended.code == 0, ended
        keys = (*EVERY, *QUESTIONS[str(name)])
        met = check_keys(json.loads(ended.out), keys)
        # Nobody has named rules of his own, tagged anything, or asked for values.
        named = {key.name for key in keys}
        assert met == {key for key in named if not any(part in key for part in UNASKED)}, name


def test_a_report_says_what_was_written(clew: Run, truth: Truth, folder: Path, tmp_path: Path) -> None:
    ledger = ("--ledger", folder / "ledger")
    ended = clew("report", *truth.seed_addresses, "-o", tmp_path / "report.html", "--json", *ledger)
    assert ended.code == 0, ended
    found = json.loads(ended.out)
    assert check_keys(found, COMMANDS["report"]) == {key.name for key in COMMANDS["report"]}
    assert (tmp_path / "report.html").read_bytes() == (folder / "report.html").read_bytes()
    assert found["bytes"] == (tmp_path / "report.html").stat().st_size
    from_list = clew(
        "report", "-", "-o", tmp_path / "again.html", *ledger, stdin="\n".join(truth.seed_addresses)
    )
    assert found["sha256"] in from_list.out


def test_a_report_that_cannot_be_written_is_one_line(
    clew: Run, truth: Truth, folder: Path, tmp_path: Path
) -> None:
    def fails(output: Path) -> str:
        ledger = ("--ledger", folder / "ledger")
        return clew("report", truth.seed_address, "-o", output, *ledger).failed_in_one_line()

    assert ".pdf or .html" in fails(tmp_path / "report.docx")
    assert "no folder" in fails(tmp_path / "none" / "report.pdf")


def test_a_demo_replaces_only_what_a_demo_made(clew: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    assert "other things in it" in clew("demo", "-o", tmp_path).failed_in_one_line()
    assert "found a file" in clew("demo", "-o", tmp_path / "letter.txt").failed_in_one_line()
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_earlier_demo_is_replaced_and_other_files_stay(clew: Run, tmp_path: Path) -> None:
    from clew.cli.demo import MADE, clear

    clear(tmp_path / "demo")
    for name in MADE:
        (tmp_path / "demo" / name).mkdir()
    (tmp_path / "demo" / "notes.txt").write_text("mine")
    clear(tmp_path / "demo")
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == [".clew-demo", "notes.txt"]


def test_a_finding() -> None:
    finding = Finding("payments", found=12, true=9, in_truth=36)
    assert (finding.false, finding.share) == (3, 0.25)
    assert Finding("payments", 0, 0, 0).share == 1.0


def test_a_demo_that_makes_nothing_leaves_no_folder(
    inside: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, *_: object, **__: object) -> None:
        raise StorageError(f"{folder}: cannot be written: No space left on device")

    monkeypatch.setattr("clew.simulate.economy.make.make", full)
    ended = inside("demo", "-o", tmp_path / "made", *SMALL)
    assert (ended.code, ended.out) == (2, "")
    assert "No space left on device" in ended.err
    assert not list(tmp_path.iterdir())


def test_what_an_earlier_demo_made_outlasts_a_size_that_cannot_be(inside: Run, tmp_path: Path) -> None:
    (tmp_path / ".clew-demo").touch()
    (tmp_path / "report.pdf").touch()
    assert inside("demo", "-o", tmp_path, "--blocks", 50).code == 2
    assert (tmp_path / "report.pdf").exists()
