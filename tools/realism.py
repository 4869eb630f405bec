"""Says how like the real ledger simulated economies are: runs worlds, measures them and real blocks alike.

    python tools/realism.py [--world NAME ...] [--blocks 2000] [--seed 1] [--data ../shared/data]
                            [-o docs/realism.md] [--picture docs/realism.svg] [--date 2026-11-24]

Without ``-o`` the page goes to standard output. What is measured stands in ``tools/likeness``: which real
blocks stand for which world (``eras.py``), the measures, published figures (``published.py``), and why what
is unlike is so (``reasons.py``). A world of 2,000 blocks takes about a minute.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clew.errors import ClewError
from clew.simulate.economy.blocks import FillerWriter
from clew.simulate.economy.make import Size, run
from clew.simulate.worlds.load import load
from likeness.chains import simulated
from likeness.compare import Comparison, compare
from likeness.eras import ERAS, read
from likeness.page import World, page
from likeness.picture import draw
from likeness.truth import Truth

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FIRST = 150
"""Height from which on an economy counts: before it few have coins."""

WORLDS = ("2012", "2015", "2021", "2025")


def lived(name: str, seed: int, blocks: int) -> Course:
    """A world's economy that has run."""
    for course in run(load(name), seed, Size(blocks=blocks)):
        if course.height == blocks - 1:
            return course
    raise AssertionError("an economy ends with its last block")


def measured(name: str, seed: int, blocks: int, data: Path) -> World:
    """A world, measured beside the real blocks that stand for its eras."""
    comparisons = [
        Comparison(era, [read(data, height) for height in era.blocks]) for era in ERAS if era.world == name
    ]
    course = lived(name, seed, blocks)
    compare(comparisons, simulated(course, FillerWriter(course), FIRST))
    truth = Truth(course, FIRST).tallies()
    count = round(truth["makers"].things)
    return World(name, seed, (FIRST, blocks - 1), count, truth, comparisons)


def _measure(names: list[str], seed: int, blocks: int, data: Path) -> Iterator[World]:
    for name in names:
        print(f"{name} ...", file=sys.stderr)
        yield measured(name, seed, blocks, data)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--world", action="append", choices=WORLDS, help="a world to measure; default: all")
    parser.add_argument("--blocks", type=int, default=2_000, help="blocks of each economy")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with real blocks and prices")
    parser.add_argument("-o", "--output", type=Path, help="write the page here")
    parser.add_argument("--picture", type=Path, help="draw a picture, .svg or .png, beside the page")
    parser.add_argument(
        "--date", type=date.fromisoformat, default=datetime.now(UTC).date(), help="day to state"
    )
    asked = parser.parse_args()
    try:
        worlds = list(_measure(asked.world or list(WORLDS), asked.seed, asked.blocks, asked.data))
        text = page(worlds, asked.date, asked.picture.name if asked.picture else None)
        if asked.picture:
            draw([each for world in worlds for each in world.comparisons], asked.picture)
        if asked.output:
            asked.output.write_text(text, encoding="utf-8")
        else:
            print(text, end="")
    except (ClewError, OSError) as error:
        print(f"realism: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
