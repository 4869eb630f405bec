"""``clew law episodes``: acts that ``clew patterns`` found, proposed, accepted, put into a matter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clew.cli.keys import COMMANDS
from cli.process import Run
from cli.shape import check_keys
from naive.chain import Chain, address_of, pay
from naive.services import with_services

A = address_of("a")


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory, inside: Run) -> str:
    """The schedule of acts of a, whose coin loses a slice to each of three exchanges; in dollars and won."""
    chain, left = Chain(), 1000
    coin = (chain.mine([("a", left)]).transactions[0].txid, 0)
    for name in ("x", "y", "z"):
        left -= 100
        payment = pay([coin], [(name, 100), (f"rest {name}", left)])
        chain.mine([("p", 1)], [payment])
        coin = (payment.txid, 1)
    inquiry = with_services(
        tmp_path_factory.mktemp("acts"), chain, dict.fromkeys(("x", "y", "z"), "exchange")
    )
    inquiry.close()
    folder: Path = inquiry.ledger.path
    (folder / "usd.csv").write_text("date,usd\n2011-02-02,2000000\n")
    assert inside("prices", "import", folder / "usd.csv", "--source", "Made", "--ledger", folder).code == 0
    done = inside("patterns", A, "--value", "USD", "--limit", "0", "--json", "--ledger", folder)
    assert done.code == 0, done
    return done.out


def _matter(inside: Run, folder: Path) -> Path:
    path = folder / "mine.yaml"
    path.write_text(inside("law", "example", "--yaml").out, encoding="utf-8")
    return path


def test_proposed_from_standard_input_and_not_accepted(inside: Run, acts: str) -> None:
    found = json.loads(inside("law", "episodes", "-", "--json", stdin=acts).out)
    check_keys(found, COMMANDS["law episodes"])
    assert found["into"] is None
    (only,) = found["episodes"]
    assert only["accepted"] is None
    assert only["mark"] == "inferred"
    assert only["satoshi"] == 300
    assert only["value"] == ["6.00 USD"]


def test_printed_as_yaml_for_a_matter(inside: Run, acts: str) -> None:
    text = inside("law", "episodes", "-", "--each", "--place", "KR", stdin=acts).out
    assert text.startswith("episodes:\n")
    assert text.count("places:") == json.loads(acts)["lists"]["schedule"]["found"]


def test_accepted_and_appended_to_a_matter_that_stays_right(inside: Run, acts: str, tmp_path: Path) -> None:
    schedule, matter = tmp_path / "acts.json", _matter(inside, tmp_path)
    schedule.write_text(acts, encoding="utf-8")
    before = matter.read_text(encoding="utf-8")
    who = ("--by", "prosecutor, case 2018-1", "--on", "2026-11-25", "--why", "records of the exchange")
    done = inside("law", "episodes", schedule, "--into", matter, "--accept", "1", *who)
    assert done.code == 0, done
    assert "accepted" in done.out
    after = matter.read_text(encoding="utf-8")
    assert set(before.splitlines()) <= set(after.splitlines())
    assert inside("law", "check", matter).code == 0
    again = inside("law", "episodes", schedule, "--into", matter).failed_in_one_line()
    assert "it was added before" in again
    assert matter.read_text(encoding="utf-8") == after


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--accept", "1"), "--accept: expected with --by, --on and --why"),
        (
            ("--accept", "9", "--by", "office 1", "--on", "2026-11-25", "--why", "x"),
            "expected a number up to 1, found 9",
        ),
        (
            ("--accept", "1", "--by", "Maria Exampleton", "--on", "2026-11-25", "--why", "x"),
            "write the role and the case number instead",
        ),
        (("--into", "none.yaml"), "none.yaml: expected a matter's file"),
        (("--person", "person-9", "--into", "MATTER"), "expected the name of a person, found 'person-9'"),
    ],
)
def test_what_is_refused(inside: Run, acts: str, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    matter = _matter(inside, tmp_path)
    before = matter.read_bytes()
    named = [str(matter) if each == "MATTER" else each for each in options]
    line = inside("law", "episodes", "-", *named, stdin=acts).failed_in_one_line()
    assert said in line
    assert "Exampleton" not in line
    assert matter.read_bytes() == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schedule": []}', "\x00"])
def test_another_file_is_no_schedule(inside: Run, text: str) -> None:
    assert "clew patterns ADDR" in inside("law", "episodes", "-", stdin=text).failed_in_one_line()


def test_a_cut_schedule_is_refused(inside: Run, acts: str) -> None:
    cut: dict[str, Any] = json.loads(acts)
    cut["lists"]["schedule"]["status"] = "cut"
    line = inside("law", "episodes", "-", stdin=json.dumps(cut)).failed_in_one_line()
    assert "--limit 0" in line
