"""How quickly the origins of a service's payments are found.

Run: python benchmarks/origins.py [--world NAME] [--seed N] [--blocks B] [--people N] [--depth N]
     [--economy DIR]

Makes the demo's economy (world 2015, some 7,300 payments), indexes it, imports all its tags, and asks for the
origins of every payment. ``--economy``: one that is there, made by clew simulate economy.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from clew import build
from clew.accuracy.origins import seeds_of
from clew.analysis.inquiry import Inquiry
from clew.bitcoin.networks import NETWORKS
from clew.interop import packs
from clew.interop.imports import bring_in
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.ledger.ledger import open_ledger
from clew.reference.attributions import Attributions
from clew.simulate.economy.make import Size, make
from clew.simulate.worlds.load import load


def main() -> None:
    """Make, ask twice (cold and warm), print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--world", default="2015")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blocks", type=int, default=2_000)
    parser.add_argument("--people", type=int)
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--economy", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clew-origins-") as name:
        folder, ledger = given.economy or Path(name) / "economy", Path(name) / "ledger"
        if given.economy is None:
            make(folder, load(given.world), seed=given.seed, size=Size(given.blocks, given.people))
        build.index(ledger, folder / "blocks", network="regtest")
        files = [folder / "tagpacks" / each for each in ("custodians.actorpack.yaml", "exchanges-100.yaml")]
        read = packs.read(files, Subjects(NETWORKS["regtest"]), Form())
        bring_in(Attributions(ledger), read, "2026-01-01T00:00:00+00:00")
        for _ in range(2):
            with Inquiry(open_ledger(ledger)) as inquiry:
                started = time.perf_counter()
                total = inquiry.origins(seeds_of(folder), depth=given.depth).result["total"]
                seconds = time.perf_counter() - started
            print(f"{total['payments']:,} payments, {total['origins']:,} origins: {seconds:.2f} s")


if __name__ == "__main__":
    main()
