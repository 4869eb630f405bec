"""Small economies with a service, lived, written and told of, for the tests of what is true of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as files

from clew.bitcoin.address import encode
from clew.bitcoin.block import parse_block
from clew.bitcoin.networks import network
from clew.bitcoin.script import classify
from clew.bitcoin.transaction import Transaction
from clew.simulate.economy.blocks import FillerWriter, obfuscation_key, write_blocks
from clew.simulate.economy.course import Course
from clew.simulate.economy.make import Size, run
from clew.simulate.economy.record import Record
from clew.simulate.economy.truth.order import Laid, lay
from clew.simulate.economy.truth.write import write
from clew.simulate.worlds.load import load

BLOCKS, PEOPLE, PAYMENTS, ACCOUNTS = 400, 120, 120, 400
FILE_BYTES = 1 << 20
REGTEST = network("regtest")
PROJECT = Path(__file__).resolve().parents[4]


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


def sum_by(rows: list[dict[str, Any]], key: str, value: str) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for row in rows:
        sums[row[key]] += row[value]
    return sums


def blocks_of(whole: Whole) -> Iterator[list[Transaction]]:
    key = (whole.folder / "blocks" / "xor.dat").read_bytes()
    found = {}
    for path in whole.record.files:
        data = path.read_bytes()
        data = np.bitwise_xor(
            np.frombuffer(data, np.uint8), np.resize(np.frombuffer(key, np.uint8), len(data))
        ).tobytes()
        at = 0
        while data[at : at + 4] == REGTEST.magic:
            size = int.from_bytes(data[at + 4 : at + 8], "little")
            block = parse_block(data[at + 8 : at + 8 + size], network=REGTEST)
            found[block.header.hash] = list(block.transactions)
            at += 8 + size
    assert len(found) == len(whole.record.hashes) + 1, "one block lost the race"
    return (found[each] for each in whole.record.hashes)


def text_of(script: bytes) -> str | None:
    _, kind, payload = classify(script)
    return None if script[:1] == b"\x6a" else encode(kind, payload, REGTEST)
