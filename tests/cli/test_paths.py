"""``clew paths`` as people and programs see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clew.cli.keys import EVERY, QUESTIONS
from cli.process import Run
from cli.shape import check_keys
from naive.chain import Chain, address_of, pay
from naive.services import with_services


def chain() -> Chain:
    """a 50 -> x 30, y 20; x 30 -> b 5; y 20 -> w 20 (a service) -> b 19."""
    made = Chain()
    mined = made.mine([("a", 50)]).transactions[0]
    first = pay([(mined.txid, 0)], [("x", 30), ("y", 20)])
    made.mine([("p", 1)], [first])
    made.mine([("p", 1)], [pay([(first.txid, 0)], [("b", 5), ("z", 25)])])
    onward = pay([(first.txid, 1)], [("w", 20)])
    made.mine([("p", 1)], [onward])
    made.mine([("p", 1)], [pay([(onward.txid, 0)], [("b", 19)])])
    return made


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    inquiry = with_services(tmp_path_factory.mktemp("paths"), chain(), {"w": "exchange"})
    inquiry.close()
    return inquiry.ledger.path


A, B = address_of("a"), address_of("b")


def test_json_has_the_documented_keys(inside: Run, ledger: Path) -> None:
    for more in ((), ("--through-services",), ("--most", "1")):
        ended = inside("paths", A, B, "--ledger", ledger, "--json", *more)
        check_keys(json.loads(ended.out), [*EVERY, *QUESTIONS["paths"]])


def test_the_page_shows_both_ways_and_what_was_not_followed(inside: Run, ledger: Path) -> None:
    page = inside("paths", A, B, "--ledger", ledger).out
    assert "complete: 1 transaction of a flow pay there" in page
    assert "1 in services" in page
    assert "the shortest and the widest: 2 transactions, at most 0.00000005 BTC" in page
    assert "from B to A\nnone found" in page
    through = inside("paths", A, B, "--ledger", ledger, "--through-services").out
    assert "MARKED: it leads through what connects nobody" in through
    assert "held by a service" in through


def test_sets_come_with_commas_from_files_and_from_standard_input(
    inside: Run, ledger: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(f"address\n{address_of('x')}\n{address_of('y')}\n")
    for arguments, stdin in (
        ((f"{address_of('x')},{address_of('y')}", B), ""),
        ((f"@{listed}", B), ""),
        (("-", B), f"{address_of('x')}\n{address_of('y')}\n"),
    ):
        ended = inside("paths", *arguments, "--ledger", ledger, "--json", stdin=stdin)
        found = json.loads(ended.out)
        assert len(found["a"]) == 2
        assert found["a_to_b"]["shortest"]["transactions"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((A, A), "without an entity in common"),
        ((A, address_of("nobody")), "never seen"),
        ((A, ""), "empty text"),
        ((A, f"{B},"), "empty text"),
        ((A, B, "--hops", "0"), "expected 1 or a greater number"),
        ((A, B, "--hops", "101"), "expected a number up to 100"),
        ((A, B, "--most", "-1"), "expected 1 or a greater number"),
        ((A, B, "--since", "soon"), "expected a height, or a day"),
        ((A, B, "--since", "5", "--until", "3"), "up to the last one"),
        ((A, B, "--widest"), "No such option"),
        (("-", "-"), "on both sides"),
    ],
)
def test_bad_questions_end_in_one_line(
    inside: Run, ledger: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = inside("paths", *arguments, "--ledger", ledger)
    assert said in ended.failed_in_one_line()
