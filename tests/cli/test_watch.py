"""``clew watch``: what it says, and what it refuses in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from build.nodes import node
from clew.cli.keys import COMMANDS, EVERY, QUESTIONS
from cli.process import Ended, Run
from cli.shape import check_keys
from naive.chain import address_of
from naive.tags import pack
from naive.watched import watched

SHOP, EXCHANGE = address_of("shop"), address_of("exchange")
WHO = ("--examiner", "A. Analyst", "--purpose", "case 17")


class Bench:
    """A ledger up to block 10, a node with 40, and a file for alerts."""

    def __init__(self, inside: Run, room: Path) -> None:
        self.inside, self.room = inside, room
        self.blocks, self.ledger, self.alerts = room / "blocks", room / "ledger", room / "alerts.jsonl"
        node(self.blocks, watched().chain.raw)
        self.index("--until", 10)
        path = pack(
            room / "tags.yaml", f"address: {EXCHANGE}, label: Kraken, actor: kraken, category: exchange"
        )
        self.run("tags", "import", path)

    def index(self, *more: object) -> Ended:
        done = self.inside("index", self.blocks, "--network", "regtest", "--ledger", self.ledger, *more)
        assert done.code == 0, done
        return done

    def run(self, *arguments: object, **how: Any) -> Ended:
        return self.inside(*arguments, "--ledger", self.ledger, **how)

    def add(self, *arguments: object, address: str = SHOP, who: tuple[str, ...] = WHO) -> Ended:
        return self.run("watch", "add", address, *who, *arguments)

    def refused(self, *arguments: object, **how: Any) -> str:
        return self.add(*arguments, **how).failed_in_one_line()


@pytest.fixture
def bench(inside: Run, tmp_path: Path) -> Bench:
    return Bench(inside, tmp_path)


def of(done: Ended) -> Any:
    assert done.code == 0, done
    return json.loads(done.out)


def test_a_watch_from_begin_to_end(bench: Bench) -> None:
    card = of(bench.add("--kind", "dormant", "--blocks", 10, "--case", "17", "--to", bench.alerts, "--json"))
    check_keys(card, COMMANDS["watch add"])
    assert (card["state"], card["since"], card["tags"], card["case"]) == ("active", 10, [], "17")
    bench.index()
    lines = [json.loads(line) for line in bench.alerts.read_text().splitlines()]
    assert [(each["height"], each["kind"]) for each in lines] == [(15, "dormant"), (19, "dormant")]
    for each in lines:
        check_keys(each, COMMANDS["watch add --to FILE"])
        assert (each["watch"], each["examiner"], each["purpose"]) == (card["watch"], "A. Analyst", "case 17")
    listed = of(bench.run("watch", "list", "--json"))
    check_keys(listed, COMMANDS["watch list"])
    assert listed["watches"][0]["alerts"] == 2
    bench.index()
    assert len(bench.alerts.read_text().splitlines()) == 2
    gone = of(bench.run("watch", "remove", card["watch"][:6], "--reason", "closed", "--json"))
    check_keys(gone, COMMANDS["watch remove"])
    assert (gone["state"], gone["reason"]) == ("removed", "closed")
    again = bench.run("watch", "remove", card["watch"]).failed_in_one_line()
    assert "was removed at" in again


def test_standard_output(bench: Bench) -> None:
    of(bench.add("--kind", "arrival", "--hops", 3, "--case", "17", "--json"))
    lines = bench.index("--until", 16).out.splitlines()
    assert json.loads(lines[0])["what"]["hop"] == 1
    assert not lines[1].startswith("{")
    summary = json.loads(bench.index("--json").out)
    check_keys(summary, COMMANDS["index"])
    assert [each["height"] for each in summary["alerts"]] == [17, 20]
    assert json.loads(bench.index("--json").out)["alerts"] == []


def test_a_tagged_service_needs_no_case(bench: Bench) -> None:
    bench.index()
    said = bench.refused("--kind", "payers")
    assert "expected an entity that a tag calls a service" in said
    card = of(bench.add("--kind", "payers", "--json", address=EXCHANGE))
    assert (card["case"], card["every"], len(card["tags"])) == (None, "week", 1)


def test_it_ends_by_itself(bench: Bench) -> None:
    env = {"SOURCE_DATE_EPOCH": "1578000000"}  # 2020-01-02
    arguments = ("watch", "add", SHOP, *WHO, "--kind", "dormant", "--blocks", 10, "--case", "17")
    card = of(bench.run(*arguments, "--json", env=env))
    assert card["until"] == "2020-04-01"
    # Block 15 has the median time of January 11th, block 19 that of the 15th.
    short = of(bench.run(*arguments, "--to", bench.alerts, "--until", "2020-01-12", "--json", env=env))
    bench.index()
    assert [json.loads(line)["height"] for line in bench.alerts.read_text().splitlines()] == [15]
    states = {
        row["watch"]: row["state"] for row in of(bench.run("watch", "list", "--json", env=env))["watches"]
    }
    assert states == {card["watch"]: "active", short["watch"]: "ended"}
    assert "ends by itself" in bench.run("watch", "list", env=env).out


def test_a_watch_can_be_tried(bench: Bench) -> None:
    bench.index()
    answer = of(bench.run("watch", "test", SHOP, "--kind", "arrival", "--json"))
    check_keys(answer, (*EVERY, *QUESTIONS["watch test"]))
    assert [each["height"] for each in answer["alerts"]] == [15, 17, 20]
    assert not (bench.ledger / "watches.sqlite").exists()
    card = of(bench.add("--kind", "dormant", "--case", "17", "--json"))
    before = (bench.ledger / "watches.sqlite").read_bytes()
    page = bench.run("watch", "test", card["watch"], "--last", 5)
    assert page.code == 0
    assert "5 blocks judged" in page.out
    assert (bench.ledger / "watches.sqlite").read_bytes() == before
    assert (
        "its terms are its own" in bench.run("watch", "test", card["watch"], "--hops", 2).failed_in_one_line()
    )
    assert "no watch has this id" in bench.run("watch", "test", "abcdef").failed_in_one_line()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--kind: expected dormant, arrival or payers"),
        (("--kind", "payers", "--hops", 2), "--hops: a watch of kind payers has none"),
        (("--kind", "dormant", "--days", 2, "--blocks", 2), "expected one of them, found both"),
        (("--kind", "dormant", "--until", "2001-01-01"), "which is past"),
        (("--kind", "dormant", "--until", "soon"), "expected a date as 2026-12-31, found 'soon'"),
        (("--kind", "arrival", "--hops", 11), "expected a number up to 10"),
    ],
)
def test_what_cannot_be_watched(bench: Bench, arguments: tuple[object, ...], words: str) -> None:
    assert words in bench.refused(*arguments, "--case", "17")
    assert not (bench.ledger / "watches.sqlite").exists()


def test_who_and_what_for(bench: Bench) -> None:
    assert "names its examiner" in bench.refused("--kind", "payers", who=("--purpose", "x"))
    assert "what it is for" in bench.refused("--kind", "payers", who=("--examiner", "x"))


def test_other_refusals(bench: Bench) -> None:
    kind = ("--kind", "payers", "--case", "17")
    assert "never seen" in bench.refused(*kind, address=address_of("nobody"))
    assert "alerts cannot be written there" in bench.refused(*kind, "--to", bench.room / "none" / "a.jsonl")
    (bench.room / "list.csv").write_text(f"{SHOP}\n{address_of('bob')}\n")
    assert "expected one address, found 2" in bench.refused(*kind, address=f"@{bench.room / 'list.csv'}")
    assert "nothing is watched" in bench.run("watch", "remove", "abcdef").failed_in_one_line()
    of(bench.add(*kind, "--json"))
    assert "there is none of this id" in bench.run("watch", "remove", "abcdef").failed_in_one_line()
    assert "4 or more digits" in bench.run("watch", "remove", "ab").failed_in_one_line()


def test_a_damaged_file(bench: Bench) -> None:
    of(bench.add("--kind", "payers", "--case", "17", "--json"))
    path = bench.ledger / "watches.sqlite"
    path.write_bytes(b"no database" * 1000)
    assert "the file of watches cannot be read" in bench.run("watch", "list").failed_in_one_line()
    done = bench.inside("index", bench.blocks, "--network", "regtest", "--ledger", bench.ledger)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "the file of watches cannot be read" in done.err
    import sqlite3

    path.unlink()
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE other (a)")
    assert "found another file" in bench.run("watch", "list").failed_in_one_line()


def test_a_file_that_cannot_be_written_any_more(bench: Bench) -> None:
    of(bench.add("--kind", "dormant", "--blocks", 10, "--case", "17", "--to", bench.alerts, "--json"))
    bench.alerts.unlink()
    bench.alerts.mkdir()
    done = bench.inside("index", bench.blocks, "--network", "regtest", "--ledger", bench.ledger)
    assert done.code == 2
    assert "alerts cannot be written there: Is a directory; they wait, and none is lost" in done.err
    assert of(bench.run("watch", "list", "--json"))["waiting"] == 2
    bench.alerts.rmdir()
    bench.index()
    assert len(bench.alerts.read_text().splitlines()) == 2
