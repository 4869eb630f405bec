"""How often each change rule is right in simulated economies, beside their truth.

    python tools/change_rates.py LEDGER ECONOMY [LEDGER ECONOMY ...] [--at HEIGHT]

ECONOMY is a folder of ``clew simulate economy``, LEDGER a ledger of its blocks. Prints Markdown tables:
precision is the part of the outputs called change that are change; recall the part of all change that is
called so. *Two outputs*: transactions of exactly two candidates of which one is change, as in the tables of
Möser and Narayanan (2022). *All*: every transaction that the rules speak of, those without change too.
Coinjoins that the rules recognise are out; others count against the rules.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as parquet

from clew.heuristics.change.votes import rule_names, votes
from clew.heuristics.transactions import Transactions
from clew.ledger.ledger import Ledger
from clew.schema import YES

RANGE = 1 << 16
PUBLISHED = {
    "fresh": (0.960, 0.550),
    "round_value_2": (0.975, 0.467),
    "same_lock_time": (0.991, 0.307),
    "same_version": (0.985, 0.245),
    "same_rbf": (0.965, 0.075),
    "optimal_change": (0.921, 0.306),
    "address_type": (0.886, 0.237),
    "same_witness": (0.901, 0.191),
}
"""Precision and recall that Möser and Narayanan (2022) found on the real chain."""


class Counts(NamedTuple):
    """Of each rule: outputs called change, and those of them that are; and how much change there is."""

    called: Any
    right: Any
    change: int
    transactions: int

    def add(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def nothing() -> Counts:
    """No counts yet."""
    rules = len(rule_names())
    return Counts(np.zeros(rules, np.int64), np.zeros(rules, np.int64), 0, 0)


def true_change(ledger: Ledger, economy: Path) -> Any:
    """Whether each output is change; bool."""
    totals = parquet.read_table(economy / "truth" / "changes.parquet", columns=["tx", "vout", "txid"])
    numbers, places = totals["tx"].to_numpy(), totals["vout"].to_numpy()
    if len(numbers) and ledger.txid(int(numbers[-1])) != totals["txid"][len(numbers) - 1].as_py():
        raise SystemExit(f"{economy}: its truth is that of another chain than the ledger's")
    found = np.zeros(ledger.counts["outputs"], bool)
    found[np.asarray(ledger.column("transactions.first_output")[numbers]) + places] = True
    return found


def counted(ledger: Ledger, truth: Any, tip_height: int | None) -> Iterator[tuple[Counts, Counts]]:
    """Counts of two-output transactions and of all, range by range."""
    total = ledger.counts["transactions"]
    for first in range(0, total, RANGE):
        span = range(first, min(first + RANGE, total))
        rows = Transactions(ledger.column, ledger.counts, span, tip_height=tip_height)
        found = votes(rows)
        change = truth[rows.output] & found.candidates
        starts = rows.first_output[:-1]
        asked = np.add.reduceat(found.candidates, starts, dtype=np.int64)
        known = np.add.reduceat(change, starts, dtype=np.int64)
        two = np.repeat((asked == 2) & (known == 1), np.diff(rows.first_output))
        said = found.answers == YES

        def of(chosen: Any, said: Any = said, change: Any = change, starts: Any = starts) -> Counts:
            called = said[chosen]
            right = called & change[chosen][:, None]
            spoken = int(np.count_nonzero(np.add.reduceat(chosen, starts, dtype=np.int64)))
            return Counts(called.sum(axis=0), right.sum(axis=0), int(change[chosen].sum()), spoken)

        yield of(two), of(found.candidates)


def shown(counts: Counts, rule: int) -> str:
    """Precision and recall of one rule."""
    called, right = int(counts.called[rule]), int(counts.right[rule])
    precision = f"{right / called:.3f}" if called else "-"
    return f"{precision} / {right / counts.change:.3f}" if counts.change else f"{precision} / -"


def table(title: str, worlds: dict[str, Counts], *, published: bool) -> str:
    """A Markdown table of rules by worlds."""
    heads = ["rule", *worlds, *(["real chain"] if published else [])]
    lines = [f"**{title}**", "", f"| {' | '.join(heads)} |", f"|---{'|---' * (len(heads) - 1)}|"]
    for place, name in enumerate(rule_names()):
        row = [f"`{name}`", *(shown(counts, place) for counts in worlds.values())]
        if published:
            row.append("{:.3f} / {:.3f}".format(*PUBLISHED[name]) if name in PUBLISHED else "")
        lines.append(f"| {' | '.join(row)} |")
    base = [f"{counts.change:,} of {counts.transactions:,}" for counts in worlds.values()]
    lines.append(f"| change, transactions | {' | '.join(base)} |{' |' if published else ''}")
    return "\n".join(lines)


def main() -> None:
    """Reads the arguments and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="LEDGER ECONOMY")
    parser.add_argument("--at", type=int, help="know spends up to this height only")
    told = parser.parse_args()
    if len(told.folders) % 2:
        parser.error("expected a ledger and an economy for each world")
    both: list[dict[str, Counts]] = [{}, {}]
    for ledger_folder, economy in zip(told.folders[::2], told.folders[1::2], strict=True):
        ledger = Ledger(ledger_folder)
        sums = [nothing(), nothing()]
        for found in counted(ledger, true_change(ledger, economy), told.at):
            sums = [mine.add(theirs) for mine, theirs in zip(sums, found, strict=True)]
        for kind, counts in zip(both, sums, strict=True):
            kind[economy.name] = kind.get(economy.name, nothing()).add(counts)
    print(table("Two outputs: precision / recall", both[0], published=True), end="\n\n")
    print(table("All: precision / recall", both[1], published=False))


if __name__ == "__main__":
    main()
