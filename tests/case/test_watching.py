"""Alerts are said once: over runs that are killed, reorganisations, and files that were torn."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from build.nodes import built
from case.watching import Watching, alerts, killed, told
from clew.case.alerts import missing
from clew.case.watches import Records, Watches
from naive.watched import Story, watched

KILLS = 8


@pytest.fixture
def watching(tmp_path: Path) -> Watching:
    return Watching(tmp_path)


EXPECTED = [("arrival", 15), ("dormant", 15), ("arrival", 17), ("dormant", 19), ("arrival", 20)]


def test_alerts_do_not_depend_on_how_blocks_come(tmp_path: Path) -> None:
    found = []
    for number, steps in enumerate(([40], range(11, 41), [15, 16, 40], [19, 20, 40])):
        one = Watching(tmp_path / f"{number}")
        for until in steps:
            one.index(until)
        found.append([told(each) for each in alerts(one.target)])
    assert all(sorted(each) == sorted(found[0]) for each in found)
    assert sorted(
        (each["kind"], each["height"]) for each in alerts(one.target) if each["kind"] != "payers"
    ) == sorted(EXPECTED)


def branch(since: int, length: int, *, moves: bool) -> Story:
    """A branch from block ``since`` on that another pool mines."""
    return watched(length, moves=moves, pool="rival", since=since)


def test_a_reorganisation_withdraws_once_and_alerts_anew(watching: Watching) -> None:
    watching.index(18)
    first = alerts(watching.target)
    # Block 17 and what came after leave; all that happened there happens in the new branch, too.
    watching.blocks_of(watched(18).chain.raw + branch(17, 25, moves=True).chain.raw[17:])
    watching.index()
    found = alerts(watching.target)
    assert found[: len(first)] == first
    gone = [each for each in first if each["height"] >= 17]
    withdrawn = [each for each in found if each["kind"] == "withdrawn"]
    assert [each["withdraws"] for each in withdrawn] == [each["alert"] for each in gone]
    assert [(each["height"], each["block"], each["txid"]) for each in withdrawn] == [
        (each["height"], each["block"], each["txid"]) for each in gone
    ]
    anew = [each for each in found[len(first) :] if each["kind"] != "withdrawn"]
    again = [each for each in anew if each["height"] == 17]
    assert [each["txid"] for each in again] == [each["txid"] for each in gone if each["height"] == 17]
    assert {each["block"] for each in again}.isdisjoint(each["block"] for each in gone)
    assert len({each["alert"] for each in found}) == len(found)
    watching.index()
    assert alerts(watching.target) == found


def test_a_branch_without_the_event_only_withdraws(watching: Watching) -> None:
    watching.index(16)
    first = [each for each in alerts(watching.target) if each["height"] >= 15]
    assert first
    watching.blocks_of(watched(16).chain.raw + branch(15, 22, moves=False).chain.raw[15:])
    watching.index()
    later = [each for each in alerts(watching.target)[len(first) :] if each["kind"] != "payers"]
    assert [each["kind"] for each in later] == ["withdrawn"] * len(first)


def test_a_branch_that_comes_back_alerts_again(watching: Watching) -> None:
    watching.index(16)
    rival = branch(15, 18, moves=False).chain.raw[15:]
    watching.blocks_of(watched(16).chain.raw + rival)
    watching.index()
    watching.blocks_of(watched(40).chain.raw + rival)
    watching.index()
    found = alerts(watching.target)
    dormant = [each for each in found if each["kind"] == "dormant" and each["height"] == 15]
    assert len(dormant) == 2
    assert dormant[0]["block"] == dormant[1]["block"]
    assert dormant[0]["alert"] != dormant[1]["alert"]
    standing = [each for each in found if each["kind"] != "withdrawn"]
    left = {each["alert"] for each in standing} - {each["withdraws"] for each in found}
    whole = [each for each in standing if each["alert"] in left and each["kind"] != "payers"]
    assert sorted((each["kind"], each["height"]) for each in whole) == sorted(EXPECTED)


def test_a_reorganisation_below_where_it_began(tmp_path: Path) -> None:
    """What it knew of then was found on a chain that is gone: it is found anew from the fork on."""
    one = Watching(tmp_path, begin=16)
    one.index(18)
    one.blocks_of(watched(18).chain.raw + branch(15, 30, moves=True).chain.raw[15:])
    one.index()
    found = [each for each in alerts(one.target) if each["kind"] != "payers"]
    withdrawn = {each["withdraws"] for each in found}
    left = [(each["kind"], each["height"]) for each in found if each["alert"] not in withdrawn]
    assert sorted(each for each in left if each[0] != "withdrawn") == sorted(EXPECTED)


# Kills


def test_a_process_that_is_killed_anywhere_says_all_once(tmp_path: Path) -> None:
    whole = Watching(tmp_path / "whole")
    whole.index()
    expected = [told(each) for each in alerts(whole.target)]
    chance = random.Random(3)
    for number in range(KILLS):
        one = Watching(tmp_path / f"{number}")
        killed(one, chance)
        one.index()
        found = [told(each) for each in alerts(one.target)]
        assert sorted(found) == sorted(expected), number
        assert len({each["alert"] for each in alerts(one.target)}) == len(found)


# Files


LINES = [f'{{"alert":"{number}"}}\n'.encode() for number in range(3)]


@pytest.mark.parametrize("cut", range(sum(map(len, LINES)) + 1))
def test_every_torn_file_is_finished(cut: int) -> None:
    whole = b"".join(LINES)
    left, begun = missing(whole[:cut], LINES)
    assert whole[:cut] + begun + b"".join(left) == whole


def test_what_others_write_stays() -> None:
    left, begun = missing(b"a note\n" + LINES[0] + b"half", LINES)
    assert (left, begun) == (LINES[1:], b"\n")


def test_a_file_that_was_taken_away_begins_anew(watching: Watching) -> None:
    watching.index(16)
    kept = watching.target.read_bytes()
    assert kept
    watching.target.unlink()
    watching.index()
    later = watching.target.read_bytes()
    one = Watching(watching.room / "whole")
    one.index()
    everything = [told(json.loads(line)) for line in (kept + later).splitlines()]
    assert sorted(everything) == sorted(told(each) for each in alerts(one.target))


def test_another_file_that_has_grown_is_read_from_its_start(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken away, written anew beyond where the old one ended, and stopped before that was noted."""
    watching.index(16)
    watching.target.write_bytes(b"a line of somebody else's, as long as any\n" * 2_000)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Records, "set_offset", stopped)
        with pytest.raises(KeyboardInterrupt):
            watching.index()
    # Now the old place is in the midst of the new file, behind lines that were written and not noted.
    lines = watching.target.read_bytes().splitlines(keepends=True)[2_000:]
    watching.target.write_bytes(b"".join(lines) + b"a line of somebody else's\n" * 2_000)
    before = watching.target.read_bytes()
    assert lines
    watching.judge(watching.ledger)
    assert watching.target.read_bytes() == before


def test_two_writers_of_one_file_lose_nothing(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another ledger appends between our look at the file and our lines."""
    from clew.case import alerts as module

    write = module.write_all

    def late(*arguments: Any) -> Any:
        with open(watching.target, "ab") as other:
            other.write(b"another ledger's alert\n")
        return write(*arguments)

    monkeypatch.setattr(module, "write_all", late)
    watching.index()
    lines = watching.target.read_bytes().splitlines()
    mine = [json.loads(line) for line in lines if line.startswith(b"{")]
    assert lines.count(b"another ledger's alert") == len(lines) - len(mine) > 0
    one = Watching(watching.room / "whole")
    one.index()
    assert sorted(map(told, mine)) == sorted(told(each) for each in alerts(one.target))


def test_a_ledger_behind_all_that_is_remembered_undoes_nothing(watching: Watching) -> None:
    watching.index()
    before = watching.target.read_bytes()
    with Watches(watching.ledger).writing() as records:
        records.forget(20)
    old = watching.room / "old"
    built(old, watching.blocks, until=17)
    for name in ("watches.sqlite", "attributions.sqlite"):
        (old / name).write_bytes((watching.ledger / name).read_bytes())
    watching.judge(old)
    built(old, watching.blocks)
    watching.judge(old)
    assert watching.target.read_bytes() == before


def test_a_ledger_that_is_behind_undoes_nothing(watching: Watching) -> None:
    """As after an old copy was put back."""
    watching.index()
    before = watching.target.read_bytes()
    old = watching.room / "old"
    built(old, watching.blocks, until=17)
    (old / "watches.sqlite").write_bytes((watching.ledger / "watches.sqlite").read_bytes())
    (old / "attributions.sqlite").write_bytes((watching.ledger / "attributions.sqlite").read_bytes())
    watching.judge(old)
    built(old, watching.blocks)
    watching.judge(old)
    assert watching.target.read_bytes() == before


def test_standard_output_is_told_what_a_killed_run_had_found(watching: Watching) -> None:
    one = Watching(watching.room / "out", target=False)
    lines = one.index()
    heights = sorted(each["height"] for each in map(json.loads, lines) if each["kind"] != "payers")
    assert heights == sorted(height for _, height in EXPECTED)
    assert one.index() == []
    with Watches(one.ledger).writing() as records:
        records.base.execute("UPDATE alerts SET delivered = 0 WHERE number = 1")
    assert one.index() == lines[:1]
