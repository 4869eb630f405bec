"""How quickly taint is followed: tainted outputs a second, policy by policy.

Run: python benchmarks/taint.py [--ledger DIR] [--share 0.1]

Without a ledger, one of a made chain of 100 MB (``clew simulate bulk``) is built and thrown away again.
Policies reach very different numbers of coins from the same source, so each gets one of its own: the new
coins of as many blocks, back from one at 85 % of the chain, as make it reach the ``--share`` of all outputs.
Then five policies one after the other, each from a source of its own that reaches 30,000, and 870,000.
Nothing stops the walks; ledger and kernels are warm. A row says what was reached, seconds of the clock and of
the processor, and the rates.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from clew.analysis.trace.bulk import Reach, reach
from clew.analysis.trace.policies import POLICIES
from clew.analysis.trace.sources import Sources
from clew.build import index
from clew.ledger.ledger import Ledger, expand, open_ledger
from clew.simulate import bulk

MADE = 100_000_000
"""Bytes of block files of the made chain."""

LATEST = 0.85
TARGET = 5_000_000
FIVE = ("poison", "haircut", "fifo", "lifo", "tiho")
STUDIED = (30_000, 870_000)
"""Tainted outputs of the least and the most in a published study of the whole chain, whose five policies took
5 minutes 9 seconds."""


def coins_of_blocks(ledger: Ledger, first: int, last: int) -> Sources:
    """The new coins of blocks ``first`` to ``last``."""
    coinbases = np.asarray(ledger.column("blocks.first_transaction")[first:last]).astype(np.int64)
    starts, ends = ledger.output_ranges(coinbases)
    outputs = expand(starts, ends - starts)
    values = ledger.column("outputs.value")[outputs]
    full = values > 0
    return Sources(outputs[full], values[full], (f"blocks {first} to {last - 1}",), 0)


def source_for(ledger: Ledger, policy: str, wanted: int) -> Sources:
    """Coins from which a policy reaches about ``wanted`` outputs: never less, where the chain has them."""
    last = int(ledger.counts["blocks"] * LATEST)
    low, high = 0, 1
    while high < last and _reached(ledger, policy, last - high, last) < wanted:
        low, high = high, min(2 * high, last)
    while high - low > max(1, high // 16):
        middle = (low + high) // 2
        if _reached(ledger, policy, last - middle, last) < wanted:
            low = middle
        else:
            high = middle
    return coins_of_blocks(ledger, last - high, last)


def _reached(ledger: Ledger, policy: str, first: int, last: int) -> int:
    return reach(ledger, coins_of_blocks(ledger, first, last), policy).coins


def timed(ledger: Ledger, sources: Sources, policy: str, rounds: int) -> tuple[Reach, float, float]:
    """What was reached; the least seconds of the clock and of the processor."""
    taken = []
    for _ in range(rounds):
        clock, processor = time.perf_counter(), time.process_time()
        found = reach(ledger, sources, policy)
        taken.append((time.perf_counter() - clock, time.process_time() - processor))
    return found, min(each[0] for each in taken), min(each[1] for each in taken)


def table(ledger: Ledger, share: float, rounds: int) -> None:
    """Print the rows."""
    outputs = ledger.counts["outputs"]
    print(f"{ledger.counts['transactions']:,} transactions, {outputs:,} outputs")
    print(
        f"{'policy':<10} {'sources':>7} {'tainted':>11} {'steps':>11} {'s':>7} {'cpu s':>7} {'M/s':>6} "
        f"{'M/s cpu':>7} {'MiB':>5}"
    )
    for policy in POLICIES:
        sources = source_for(ledger, policy, int(share * outputs))
        found, clock, processor = timed(ledger, sources, policy, rounds)
        verdict = "met" if found.coins / clock >= TARGET else "missed"
        print(
            f"{policy:<10} {len(sources.outputs):7,} {found.coins:11,} {found.transactions:11,} {clock:7.2f} "
            f"{processor:7.2f} {found.coins / clock / 1e6:6.2f} {found.coins / processor / 1e6:7.2f} "
            f"{found.bytes >> 20:5}  {verdict}"
        )
    for wanted in STUDIED:
        if wanted > outputs // 4:
            continue
        each = [timed(ledger, source_for(ledger, policy, wanted), policy, rounds) for policy in FIVE]
        reached = ", ".join(f"{found.coins:,}" for found, _, _ in each)
        print(f"five policies ({', '.join(FIVE)}): {reached} tainted, {sum(row[1] for row in each):.2f} s")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ledger", type=Path)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if asked.ledger:
        return table(open_ledger(asked.ledger), asked.share, asked.rounds)
    with tempfile.TemporaryDirectory() as room:
        bulk.make(Path(room, "blocks"), MADE, seed=1)
        index(Path(room, "ledger"), Path(room, "blocks"), network="regtest")
        table(open_ledger(Path(room, "ledger")), asked.share, asked.rounds)


if __name__ == "__main__":
    main()
