"""How long each rule takes over all transactions of a chain, beside parsing its blocks.

Run: python benchmarks/rules.py [--size MB] [--threads N] [--keep DIR] [--ledger DIR]

Times are those of the processor (user and system, all threads), which other load disturbs little, and beside
them the clock's. A bulk chain (``clew simulate bulk``) and its ledger are made once and kept in ``--keep``;
with ``--ledger`` rules are asked about one's own, without parsing. Rules go over the chain part by part, as a
build does, and share what one of them has looked up; so the first rule of a kind pays for the others. Kernels
are compiled before.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from clew.build import index
from clew.build.batches import BlockReader, _count
from clew.engine.local import LocalEngine
from clew.heuristics.change.votes import keep_traits, votes
from clew.heuristics.registry import ADDRESS, CHANGE, Heuristic
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Transactions
from clew.ledger import source
from clew.ledger.ledger import Ledger, open_ledger
from clew.simulate import bulk

PART = 1 << 18
"""Transactions asked about at a time."""

WARM = 1 << 12


def now() -> tuple[float, float]:
    """Seconds of the processor, and of the clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, time.perf_counter()


def parsed(folder: Path, threads: int) -> tuple[int, float, float]:
    """Transactions, processor seconds and seconds of counting and filling all blocks of a folder."""
    files = source.open_files(folder, "regtest")
    nodes = list(source.best_chain(files, source.scan(files)).blocks)
    spent = np.zeros(2)
    transactions = 0
    with LocalEngine(threads) as engine:
        reader = BlockReader(files, engine, 0)
        for warm in (True, False):
            for group in list(reader._groups(nodes))[: 1 if warm else None]:
                data, starts, ends = reader._load(group)
                begin = now()
                counts, _ = _count(data, starts, ends, reader.form)
                reader._fill(group, data, starts, ends, counts)
                if not warm:
                    spent += np.subtract(now(), begin)
                    transactions += int(counts[:, 0].sum())
    return transactions, float(spent[0]), float(spent[1])


TRAITS, VOTES = "traits", "change rules in one pass"


def asked(ledger: Ledger, rules: list[Heuristic], last: int) -> dict[str, np.ndarray]:
    """Processor seconds and seconds of each rule, over the first ``last`` transactions.

    Change rules are asked in one pass, which rests on the traits of all transactions.
    """
    spent: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(2))
    whole = np.zeros(ledger.counts["transactions"], np.uint64)
    parts = [range(first, min(first + PART, last)) for first in range(0, last, PART)]
    others = [rule for rule in rules if rule.kind != CHANGE]
    for part in parts:
        rows = Transactions(ledger.column, ledger.counts, part)
        for rule in others:
            begin = now()
            rule(rows)
            spent[rule.name] += np.subtract(now(), begin)
        begin = now()
        keep_traits(rows, whole)
        spent[TRAITS] += np.subtract(now(), begin)
    for part in parts:
        rows = Transactions(ledger.column, ledger.counts, part)
        rows.traits = whole
        begin = now()
        votes(rows)
        spent[VOTES] += np.subtract(now(), begin)
    return spent


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", type=int, default=300, help="MB of block files (default 300)")
    options.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "clew-bench")
    options.add_argument("--ledger", type=Path, help="ask about this ledger instead")
    chosen = options.parse_args()
    folder = chosen.ledger or chosen.keep / f"bulk-{chosen.size}-ledger"
    if not chosen.ledger:
        blocks = chosen.keep / f"bulk-{chosen.size}"
        if not (blocks / "done").exists():
            bulk.make(blocks, chosen.size * 1_000_000, seed=1)
            (blocks / "done").touch()
        index(folder, blocks, network="regtest")
    ledger = open_ledger(folder)
    count = ledger.counts["transactions"]
    rules = [rule for rule in shipped().values() if rule.about != ADDRESS]
    asked(ledger, rules, min(WARM, count))
    spent = asked(ledger, rules, count)
    print(f"{count:,} transactions; core-seconds and seconds per million of them")
    if not chosen.ledger:
        transactions, core, clock = parsed(blocks, chosen.threads)
        print(f"{'parsing':<24} {1e6 * core / transactions:8.3f} {1e6 * clock / transactions:8.3f}")
    for name, (core, clock) in spent.items():
        print(f"{name:<24} {1e6 * core / count:8.3f} {1e6 * clock / count:8.3f}")
    core, clock = np.sum(list(spent.values()), axis=0)
    print(f"{'all rules':<24} {1e6 * core / count:8.3f} {1e6 * clock / count:8.3f}")


if __name__ == "__main__":
    main()
