"""How quickly an opened ledger answers: medians of look-ups in process, warm, next to their targets.

Run: python benchmarks/lookups.py [--ledger DIR] [--seed N] [--picks N]

Without a ledger, one of a made chain of 100 MB (``clew simulate bulk``) is built and thrown away again.
Every look-up is of a random row (seeded), none is asked twice, and those of a first, untimed round
are others. ``clew address`` is timed as a process of its own, from start to end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clew.analysis.address import address
from clew.build import index
from clew.ledger.ledger import Ledger, open_ledger
from clew.simulate import bulk

MADE = 100_000_000
"""Bytes of block files of the made chain."""

WARM = 200
"""Look-ups before those that are timed."""


def timed(work: Callable[[Any], Any], subjects: Sequence[Any]) -> list[float]:
    """Milliseconds of each call."""
    taken = []
    for subject in subjects:
        start = time.perf_counter()
        work(subject)
        taken.append((time.perf_counter() - start) * 1e3)
    return taken


def row(name: str, taken: Sequence[float], target: float) -> None:
    """Print one line of the table."""
    median, slow = np.percentile(taken, [50, 95])
    verdict = "met" if median < target else "missed"
    print(f"{name:<52} {target:8,.0f} {median:10,.3f} {slow:10,.3f} {len(taken):7,}  {verdict}")


def busiest(ledger: Ledger) -> tuple[int, int]:
    """The address that most outputs pay to, and their number."""
    counts = np.zeros(ledger.counts["addresses"], np.int64)
    column = ledger.column("outputs.address")
    for start in range(0, len(column), 1 << 22):
        part = column[start : start + (1 << 22)]
        found, many = np.unique(part[part < len(counts)], return_counts=True)
        counts[found] += many
    return int(counts.argmax()), int(counts.max())


def whole_command(folder: Path, text: str) -> None:
    """``clew address`` as a process."""
    command = [sys.executable, "-c", "from clew.cli import main; main()", "address", text, "--json"]
    source = Path(__file__).resolve().parents[1] / "src"
    environment = {**os.environ, "PYTHONPATH": str(source), "CLEW_LEDGER": str(folder)}
    subprocess.run(command, check=True, capture_output=True, env=environment)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ledger", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picks", type=int, default=1_000)
    asked = parser.parse_args()
    if asked.ledger:
        return table(asked.ledger, asked.seed, asked.picks)
    with tempfile.TemporaryDirectory() as room:
        bulk.make(Path(room, "blocks"), MADE, seed=1)
        index(Path(room, "ledger"), Path(room, "blocks"), network="regtest")
        table(Path(room, "ledger"), asked.seed, asked.picks)


def table(folder: Path, seed: int, picks: int) -> None:
    """Time all look-ups on one ledger."""
    ledger = open_ledger(folder)
    dice = np.random.default_rng(seed)

    def pick(name: str) -> list[int]:
        count = min(picks + WARM, ledger.counts[name])
        return dice.choice(ledger.counts[name], count, replace=False).tolist()  # type: ignore[no-any-return]

    def line(name: str, work: Callable[[Any], Any], subjects: Sequence[Any], target: float) -> None:
        timed(work, subjects[:WARM])
        row(name, timed(work, subjects[WARM:] or subjects), target)

    counts = ", ".join(f"{number:,} {name}" for name, number in ledger.counts.items())
    print(f"{counts}; {len(ledger.manifest.segments)} segments; seed {seed}\n")
    print(f"{'milliseconds':<52} {'target':>8} {'median':>10} {'95th':>10} {'picks':>7}")
    row("open the ledger", timed(lambda _: open_ledger(folder), range(50)), 50)
    texts = [ledger.address_text(number) or "" for number in pick("addresses")]
    line("an address by its string", ledger.find_address, texts, 1)
    line(
        "a transaction by its id", ledger.find_transaction, [ledger.txid(n) for n in pick("transactions")], 1
    )
    entities = [ledger.entity_of(number) for number in pick("addresses")]
    line("an entity's size", lambda each: ledger.entity_sizes(np.array([each])), entities, 1)
    line("an entity's totals", ledger.entity_totals, entities, 1)
    large = [int(each) for each in ledger.column("totals.entity")[:]]
    if large:
        row("totals of the entities of most outputs", timed(ledger.entity_totals, large), 1)
    number, outputs = busiest(ledger)
    page = [number] * 20
    timed(lambda each: address(ledger, each, limit=100), page[:2])
    row(
        f"first page of the address of {outputs:,} outputs",
        timed(lambda each: address(ledger, each, limit=100), page),
        20,
    )
    whole_command(folder, texts[0])
    row(
        "clew address, the whole command",
        timed(lambda each: whole_command(folder, each), texts[:15]),
        500,
    )
    busy = [ledger.address_text(number) or ""] * 5
    row(
        "clew address, of the busiest address",
        timed(lambda each: whole_command(folder, each), busy),
        500,
    )


if __name__ == "__main__":
    main()
