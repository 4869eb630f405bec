"""A ledger whose shop is watched, and processes that index it and are killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from build.nodes import node
from clew.analysis.watch import Terms, Watched
from clew.build import index
from clew.case.alerts import deliver
from clew.case.watches import Watches, new_watch
from clew.case.watching import catch_up, reset
from clew.interop.imports import bring_in
from clew.interop.packs import read
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.ledger.ledger import Ledger
from clew.reference.attributions import Attributions
from naive.chain import address_of
from naive.tags import pack
from naive.watched import watched

SHOP = address_of("shop")
TERMS = (
    Terms("arrival", SHOP, hops=3),
    Terms("dormant", SHOP, blocks=10),
    Terms("payers", SHOP, every="day"),
)
NOW = "2026-01-01T00:00:00Z"
PROJECT = Path(__file__).resolve().parents[2]

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from case.watching import Watching
print("begun", flush=True)
Watching.opened(Path(sys.argv[1])).judge_slowly(int(sys.argv[2]), float(sys.argv[3]))
"""


class Watching:
    """A node with the story's blocks, a ledger of the first ``begin``, and the shop watched in each way."""

    def __init__(self, room: Path, *, begin: int = 10, target: bool = True) -> None:
        self.room, self.blocks, self.ledger = room, room / "blocks", room / "ledger"
        self.target = room / "alerts.jsonl"
        if self.ledger.exists():
            return
        room.mkdir(parents=True, exist_ok=True)
        self.blocks_of(watched().chain.raw)
        index(self.ledger, self.blocks, network="regtest", until=begin)
        said = f"address: {address_of('exchange')}, label: Kraken, actor: kraken, category: exchange"
        found = read([pack(room / "tags.yaml", said)], Subjects(Ledger(self.ledger).network), Form())
        bring_in(Attributions(self.ledger), found, NOW)
        opened = Ledger(self.ledger)
        with Watches(self.ledger).writing() as records:
            reset(opened, records)
            for terms in TERMS:
                one = new_watch(
                    terms, stated_case="17", tags=(), examiner="A", purpose="17", added=NOW,
                    until="2030-01-01", target=str(self.target) if target else None, since=begin,
                )  # fmt: skip
                records.add(one, Watched(opened, terms).reached_at(begin).fresh)

    @classmethod
    def opened(cls, room: Path) -> Watching:
        """One that was made before."""
        return cls(room)

    def blocks_of(self, blocks: list[bytes]) -> None:
        """What the node has."""
        node(self.blocks, blocks)

    def index(self, until: int | None = None) -> list[str]:
        """As ``clew index`` does; returns what went to standard output."""
        index(self.ledger, self.blocks, network="regtest", until=until)
        return self.judge(self.ledger)

    def judge(self, ledger: Path) -> list[str]:
        """Judge and deliver."""
        lines: list[str] = []
        catch_up(Ledger(ledger), Watches(ledger), NOW)
        deliver(Watches(ledger), lines.extend)
        return lines

    def judge_slowly(self, first: int, pause: float) -> None:
        """Index block by block, in a process that is to be killed: writes and syncs take a while."""
        from clew.case import alerts

        write = alerts.write_all

        def torn(file: Any, data: bytes) -> None:
            for start in range(0, len(data), 97):
                write(file, data[start : start + 97])
                time.sleep(pause)

        alerts.write_all = torn
        for until in range(first, 41):
            self.index(until)


def killed(one: Watching, chance: random.Random, *, longest: float = 1.5) -> None:
    """Index in a process of its own that is killed at some moment, twice."""
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM, str(one.room), "11", "0.002",
             str(PROJECT / "tests")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
        )  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        time.sleep(chance.uniform(0, longest))
        process.kill()
        _, error = process.communicate()
        assert not error, error


def alerts(path: Path) -> list[dict[str, Any]]:
    """The lines of a file, each whole."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def told(alert: dict[str, Any]) -> str:
    """An alert as text, without what differs from ledger to ledger: ids follow from where alerts go, too."""
    own = ("made", "watch", "alert", "withdraws")
    return json.dumps({key: alert[key] for key in alert if key not in own}, sort_keys=True)
