"""How often graded origins of payments are wrong in simulated economies, beside their truth.

    python tools/origin_rates.py --drawn 24 --seed 301 [--blocks 400] [--people 400] [--payments 1500]
        [--coverage 100,50,20,5] [--keep DIR] [--json FILE]
    python tools/origin_rates.py --worlds 2015,2021 --seeds 201-203

Makes economies, indexes them, imports their tags at each coverage, and compares the grades of ``clew
origins`` with the truth. ``--drawn``: one economy of each of so many worlds, drawn by ``--seed`` from the
ranges of shipped worlds (drawn_worlds.py); else one of each of ``--worlds`` and ``--seeds``. Prints Markdown
tables; intervals of 95 % are of Wilson, and of resampling worlds, and the wider upper bound counts.
docs/origins.md says which draws and seeds were seen before the rules were set. ``--keep``: leave the
economies there, and use those that are there.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from clew import build
from clew.accuracy.figures import Figure
from clew.accuracy.intervals import draws, resampled, wilson
from clew.accuracy.origins import UNSEEN, figures_of, measure
from clew.bitcoin.networks import NETWORKS
from clew.interop import packs
from clew.interop.imports import bring_in
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.ledger.ledger import open_ledger
from clew.reference.attributions import Attributions
from clew.simulate.economy.make import Size, make
from clew.simulate.worlds.load import load
from clew.simulate.worlds.model import World
from drawn_worlds import drawn

WORLDS = "2012,2015,2021,2025,2015-custodial,2015-private,2021-merging,2025-shared"
COVERAGES = "100,50,20,5"


def economy(kept: Path, world: World, seed: int, size: Size) -> Path:
    """The folder of an economy and its ledger, made unless it is there."""
    folder = kept / f"{world.name}-{seed}"
    if not (folder / "ledger").is_dir():
        shutil.rmtree(folder, ignore_errors=True)
        make(folder, world, seed=seed, size=size)
        build.index(folder / "ledger", folder / "blocks", network="regtest")
    return folder


def figures(folder: Path, coverage: int) -> list[Figure]:
    """The figures of one economy at one coverage of tags."""
    with tempfile.TemporaryDirectory(prefix="clew-origins-") as name:
        ledger = Path(name) / "ledger"
        shutil.copytree(folder / "ledger", ledger)
        (ledger / "attributions.sqlite").unlink(missing_ok=True)
        tagged(ledger, folder / "tagpacks", coverage)
        opened = open_ledger(ledger)
        try:
            return list(figures_of(measure(opened, folder), coverage))
        finally:
            opened.close()


def tagged(ledger: Path, folder: Path, coverage: int) -> None:
    """Import an economy's actors and its tags at a coverage into a ledger."""
    files = [folder / "custodians.actorpack.yaml", folder / f"exchanges-{coverage}.yaml"]
    read = packs.read(files, Subjects(NETWORKS["regtest"]), Form())
    bring_in(Attributions(ledger), read, "2026-01-01T00:00:00+00:00")


class Table:
    """The figures of several economies."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.rows = rows
        self.weights = draws([row["world"] for row in rows])

    def sums(self, subject: str, name: str, by: str = "", group: str = "") -> tuple[list[int], list[int]]:
        """Hits and of, by economy."""
        hits, of = [0] * len(self.rows), [0] * len(self.rows)
        for place, row in enumerate(self.rows):
            for each in row["figures"]:
                found = each["subject"], each["measure"], each["by"], each["group"]
                if found == (subject, name, by, group):
                    hits[place] += each["hits"]
                    of[place] += each["of"]
        return hits, of

    def groups(self, subject: str, name: str, by: str) -> list[str]:
        """Groups of a figure that are met, in order."""
        found = {
            each["group"]
            for row in self.rows
            for each in row["figures"]
            if (each["subject"], each["measure"], each["by"]) == (subject, name, by)
        }
        return sorted(found, key=lambda each: (not each.isdigit(), int(each) if each.isdigit() else 0, each))

    def upper(self, hits: list[int], of: list[int]) -> float | None:
        """The wider upper bound of both intervals."""
        alone, by_world = wilson(sum(hits), sum(of)), resampled(hits, of, self.weights)
        found = [each[1] for each in (alone, by_world) if each is not None]
        return max(found) if found else None


def page(rows: Sequence[dict[str, Any]], coverages: Sequence[int]) -> Iterator[str]:
    """The tables as Markdown."""
    table = Table(rows)
    payments = table.sums(f"{coverages[0]} % of tags", "satoshi exact")[1]
    worlds = len({row["world"] for row in rows})
    yield f"{len(rows)} economies of {worlds} worlds, {sum(payments):,} payments."
    yield ""
    yield "| tags | routes graded | wrong | per 1,000 | upper bound, Wilson | upper bound, by world |"
    yield "|---|---|---|---|---|---|"
    for subject in _subjects(coverages):
        for name, by, group in (("both grades", "", ""), ("direct", "grade", "direct"),
                                ("own wallet", "grade", "own wallet")):  # fmt: skip
            hits, of = table.sums(subject, "graded routes wrong", by, group)
            alone, by_world = wilson(sum(hits), sum(of)), resampled(hits, of, table.weights)
            yield (
                f"| {subject}, {name} | {sum(of):,} | {sum(hits)} | {_thousandth(sum(hits), sum(of))} | "
                f"{_bound(alone)} | {_bound(by_world)} |"
            )
    yield ""
    yield "| tags | hops | routes graded | wrong | payments with this many | graded |"
    yield "|---|---|---|---|---|---|"
    for subject in _subjects(coverages):
        for hops in table.groups(subject, "payments graded", "hops"):
            wrong, graded = (sum(each) for each in table.sums(subject, "graded routes wrong", "hops", hops))
            good, having = (sum(each) for each in table.sums(subject, "payments graded", "hops", hops))
            yield f"| {subject} | {hops} | {graded:,} | {wrong} | {having:,} | {_percent(good, having)} |"
    yield ""
    yield (
        "| tags | all payments graded | straight | one strict entity | both together | the payer's hands | "
        "look-alikes graded | satoshi exact |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for subject in _subjects(coverages):
        cells = [
            _share(table, subject, *each)
            for each in (
                ("payments graded",), ("reached", "way", "straight"), ("reached", "way", "own wallet"),
                ("reached",), ("owned",), ("look-alikes graded",), ("satoshi exact",),
            )
        ]  # fmt: skip
        yield f"| {subject} | " + " | ".join(cells) + " |"
    yield ""
    yield "| tags | " + " | ".join(UNSEEN) + " | of payments graded |"
    yield "|---|" + "---|" * (len(UNSEEN) + 1)
    for subject in _subjects(coverages):
        found = [sum(table.sums(subject, "unseen", "purpose", each)[0]) for each in UNSEEN]
        whole = sum(table.sums(subject, "unseen", "purpose", UNSEEN[0])[1])
        yield f"| {subject} | " + " | ".join(f"{each:,}" for each in found) + f" | {whole:,} |"
    faults = [
        (subject, fault, sum(table.sums(subject, "fault", "why", fault)[0]))
        for subject in _subjects(coverages)
        for fault in table.groups(subject, "fault", "why")
    ]
    yield ""
    yield from worlds_page(table, coverages)
    yield ""
    yield "Wrong ones: " + ("; ".join(f"{s}: {fault}, {count}" for s, fault, count in faults) or "none") + "."


def worlds_page(table: Table, coverages: Sequence[int]) -> Iterator[str]:
    """The table by world: wrong of graded routes at each coverage, and what was reached at the first."""
    subjects = _subjects(coverages)
    names = [row["world"] for row in table.rows]
    wrong = [table.sums(subject, "graded routes wrong") for subject in subjects]
    own = table.sums(subjects[0], "graded routes wrong", "grade", "own wallet")
    reached = table.sums(subjects[0], "reached")
    yield (
        "| world | "
        + " | ".join(f"{subject}, wrong of graded" for subject in subjects)
        + f" | {subjects[0]}, own wallet | {subjects[0]}, straight or one strict entity graded |"
    )
    yield "|---|" + "---|" * (len(subjects) + 2)
    for name in dict.fromkeys(names):
        places = [place for place, each in enumerate(names) if each == name]

        def of(sums: tuple[list[int], list[int]], places: list[int] = places) -> tuple[int, int]:
            return sum(sums[0][place] for place in places), sum(sums[1][place] for place in places)

        cells = [f"{hits} of {all_:,}" for hits, all_ in map(of, [*wrong, own])]
        yield f"| {name} | " + " | ".join(cells) + f" | {_percent(*of(reached))} |"


def _subjects(coverages: Sequence[int]) -> list[str]:
    return [f"{each} % of tags" for each in coverages]


def _thousandth(hits: int, of: int) -> str:
    return f"{1000 * hits / of:.2f}" if of else "-"


def _bound(interval: tuple[float, float] | None) -> str:
    return f"{1000 * interval[1]:.2f}" if interval else "-"


def _percent(hits: int, of: int) -> str:
    return f"{100 * hits / of:.1f} %" if of else "-"


def _share(table: Table, subject: str, name: str, by: str = "", group: str = "") -> str:
    hits, of = (sum(each) for each in table.sums(subject, name, by, group))
    return f"{hits:,} of {of:,} ({_percent(hits, of)})"


def _numbers(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return [*range(int(first), int(last or first) + 1)]


def _worlds(given: argparse.Namespace) -> Iterator[tuple[World, int]]:
    """Worlds to make economies of, with the seed of each."""
    if given.drawn:
        for number in range(given.drawn):
            yield drawn(number, given.seed).world, given.seed
    else:
        for name in given.worlds.split(","):
            for seed in _numbers(given.seeds):
                yield load(name), seed


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--drawn", type=int, help="how many worlds are drawn")
    parser.add_argument("--seed", type=int, default=301, help="of the draw, and of its economies")
    parser.add_argument("--worlds", default=WORLDS)
    parser.add_argument("--seeds", default="201-203")
    parser.add_argument("--blocks", type=int, default=400)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--payments", type=int, default=1500)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--coverage", default=COVERAGES)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    coverages = [int(each) for each in given.coverage.split(",")]
    size = Size(given.blocks, given.people, given.payments, None, given.accounts)
    rows = []
    with tempfile.TemporaryDirectory(prefix="clew-origins-") as name:
        kept = given.keep or Path(name)
        for world, seed in _worlds(given):
            folder = economy(kept, world, seed, size)
            found = [each.as_dict() for coverage in coverages for each in figures(folder, coverage)]
            rows.append({"world": world.name, "seed": seed, "figures": found})
            print(f"{world.name}, seed {seed}: measured", file=sys.stderr)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print("\n".join(page(rows, coverages)))


if __name__ == "__main__":
    main()
