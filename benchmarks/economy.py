"""How quickly an economy is lived and written: transactions a second, next to the target.

Run: python benchmarks/economy.py [--world NAME|FILE] [--blocks B] [--people N] [--seed N]

An economy is made twice; the second time is stated, since kernels are compiled in the first. Then a
small one is signed. The hashes that a chain's ids take are timed in the same run with OpenSSL: the
least that any program must do to write the same blocks.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from pathlib import Path

from clew.bitcoin.block import parse_block
from clew.kernels.economy_state import COINS, INPUTS, TXS
from clew.simulate.economy.blocks import FillerWriter, obfuscation_key, write_blocks
from clew.simulate.economy.course import Course
from clew.simulate.economy.make import FILE_BYTES, Size, make, run
from clew.simulate.worlds.load import load
from clew.simulate.worlds.model import World

TARGET = 20_000
"""Transactions a second, unsigned."""

SIGNED_BLOCKS, SIGNED_PEOPLE = 300, 150


def lived(world: World, seed: int, size: Size) -> tuple[Course, float]:
    """An economy that has run, and how long that took."""
    started = time.perf_counter()
    *_, course = run(world, seed, size)
    return course, time.perf_counter() - started


def written(course: Course, folder: Path, seed: int) -> float:
    """Seconds that writing the blocks takes."""
    started = time.perf_counter()
    key = obfuscation_key(seed)
    write_blocks(course, FillerWriter(course), folder, key=key, most=FILE_BYTES, tell=lambda _: None)
    return time.perf_counter() - started


def hashed(course: Course) -> float:
    """Seconds that OpenSSL takes to hash every transaction of the chain twice over, read beforehand."""
    writer = FillerWriter(course)
    messages: list[bytes] = []
    for height in range(1, course.blocks):
        block = parse_block(writer.block(height)[0][8:].tobytes())
        messages += [each.serialise(witness=False) for each in block.transactions]
    started = time.perf_counter()
    for message in messages:
        hashlib.sha256(hashlib.sha256(message).digest()).digest()
    return time.perf_counter() - started


def state(what: str, transactions: int, seconds: float, target: int = 0) -> None:
    """Print one line."""
    rate = transactions / seconds
    verdict = ("met" if rate >= target else f"missed: {rate / target:.2f} of it") if target else ""
    print(f"{what:<44} {seconds:8.2f} s {rate:12,.0f} transactions/s  {verdict}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--world", default="2015")
    parser.add_argument("--blocks", type=int, default=2_000)
    parser.add_argument("--people", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    world, size = load(asked.world), Size(blocks=asked.blocks, people=asked.people)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = Size(blocks=SIGNED_BLOCKS, people=SIGNED_PEOPLE, accounts=0)
        make(folder / "first", world, seed=asked.seed, size=small)
        course, living = lived(world, asked.seed, size)
        count = course.society.state.e.count
        transactions = int(count[TXS])
        print(
            f"world {world.name}, {asked.blocks:,} blocks, {len(course.society.people):,} people: "
            f"{transactions:,} transactions, {int(count[INPUTS]):,} inputs, {int(count[COINS]):,} outputs"
        )
        writing = written(course, folder / "blocks", asked.seed)
        state("live", transactions, living)
        state("write blocks and undo files", transactions, writing)
        state("both, unsigned", transactions, living + writing, TARGET)
        started = time.perf_counter()
        whole = make(folder / "whole", world, seed=asked.seed, size=size)
        state("all, with truth tables, tags, prices", transactions, time.perf_counter() - started)
        state("hashes of the same transactions by OpenSSL", transactions, hashed(course))
        started = time.perf_counter()
        made = make(folder / "signed", world, seed=asked.seed, size=small, signed=True)
        signed = int(made.course.society.state.e.count[TXS])
        state("all, signed (small)", signed, time.perf_counter() - started)
        assert whole.record.hashes
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
