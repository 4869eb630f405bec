"""Small economies with a service, lived, written and told of, for the tests of what is true of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as files

from clew.simulate.economy.blocks import FillerWriter, obfuscation_key, write_blocks
from clew.simulate.economy.course import Course
from clew.simulate.economy.make import Size, run
from clew.simulate.economy.record import Record
from clew.simulate.economy.truth.order import Laid, lay
from clew.simulate.economy.truth.write import write
from clew.simulate.worlds.load import load

BLOCKS, PEOPLE, PAYMENTS, ACCOUNTS = 400, 120, 120, 400
FILE_BYTES = 1 << 20


@dataclass(frozen=True)
class Whole:
    """An economy in a folder, and how it came about."""

    folder: Path
    course: Course
    record: Record
    totals: dict[str, Any]

    @cached_property
    def laid(self) -> Laid:
        return lay(self.course, self.record)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table's rows, read without the code that wrote them."""
        found: list[dict[str, Any]] = files.read_table(self.folder / "truth" / f"{table}.parquet").to_pylist()
        return found


def live(name: str, seed: int) -> Course:
    """An economy of a shipped world, with few accounts that nobody pays, that has run."""
    size = Size(blocks=BLOCKS, people=PEOPLE, payments=PAYMENTS, payers=PAYMENTS // 2, accounts=ACCOUNTS)
    *_, course = run(load(name), seed, size)
    return course


def make_whole(folder: Path, name: str, seed: int = 1) -> Whole:
    """Live an economy, and write all of it into a new folder."""
    course = live(name, seed)
    record = write_blocks(
        course,
        FillerWriter(course),
        folder / "blocks",
        key=obfuscation_key(seed),
        most=FILE_BYTES,
        tell=lambda _: None,
    )
    return Whole(folder, course, record, write(folder, course, record, seed=seed))
