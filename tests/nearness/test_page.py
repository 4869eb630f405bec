"""The page that the tool writes, and the one in the docs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from clew.simulate.economy.course import Course
from likeness.chains import Scene
from likeness.compare import Comparison, compare
from likeness.eras import ERAS, Era
from likeness.measures import MEASURES
from likeness.page import World, page
from likeness.picture import draw
from likeness.reasons import REASONS, reasons_for
from likeness.truth import Truth
from nearness.made import HEIGHT, scene, seen

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "realism.md"
ERA = Era("2021", "2021", (HEIGHT,), date(2021, 1, 1), date(2022, 1, 1), "made by hand")


def compared(scenes: Sequence[Scene]) -> Comparison:
    comparison = Comparison(ERA, [scene(*(seen(1, [1_000, 2_000]) for _ in range(80)))])
    compare([comparison], scenes)
    return comparison


def test_a_page_has_every_measure(course: Course, scenes: Sequence[Scene]) -> None:
    comparison = compared(scenes)
    world = World("2021", 1, (150, 399), 5, Truth(course, 150).tallies(), [comparison])
    text = page([world], date(2026, 1, 2), "realism.svg")
    for each in MEASURES:
        assert f"| {each.title} | {each.of} |" in text
    assert "Measured on 2026-01-02" in text
    assert "![Real blocks and simulated ones, measure by measure](realism.svg)" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(line.endswith(" |") for line in rows)


def test_the_same_page_and_picture_each_time(tmp_path: Path, course: Course, scenes: Sequence[Scene]) -> None:
    comparison = compared(scenes)
    for name in ("one.svg", "other.svg"):
        draw([comparison], tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_reasons_speak_of_measures_and_eras_that_exist() -> None:
    for reason in REASONS:
        assert set(reason.measures) <= {each.name for each in MEASURES}
        assert set(reason.eras) <= {each.name for each in ERAS}
    assert reasons_for("high s", "2012")
    assert not reasons_for("high s", "2021")


def test_whatever_is_unlike_in_the_docs_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "not explained" not in text
    for era in ERAS:
        assert f"\n## {era.name}\n" in text
    assert text.count("**unlike** (") > 20
    assert (PAGE.parent / "realism.svg").is_file()


def test_the_command_says_how_it_is_used() -> None:
    tool = [sys.executable, str(PROJECT / "tools" / "realism.py")]
    told = subprocess.run([*tool, "--help"], capture_output=True, text=True, check=True).stdout
    for option in ("--world", "--blocks", "--seed", "--data", "--output", "--picture", "--date"):
        assert option in told


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    tool = [sys.executable, str(PROJECT / "tools" / "realism.py"), "--world", "2012", "--data", str(tmp_path)]
    failed = subprocess.run(tool, capture_output=True, text=True)
    assert failed.returncode == 2
    assert failed.stderr.splitlines()[-1].startswith("realism: ")
