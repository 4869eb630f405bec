"""Kills runs that judge watches, at random instants, and stops at the first alert that is lost or said twice.

    python tools/watch_kills.py [--kills 200] [--seed 1]

Each round begins with a ledger whose watches were judged to block 18. A process appends block by block, or
follows a reorganisation first, and is killed up to three times: before the n-th write of SQLite or of the
alerts' file, in the middle of it, or after some time. Then a run ends in peace, and the file must hold each
alert of a run that nobody killed once, and nothing else. Needs the tests' folder, and a POSIX system.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

BEGIN, FORK, LAST = 18, 17, 40
LONGEST = 1.2
"""Seconds after which a process is killed by time, at most."""
MOST_WRITES = 260
_REPORT_EVERY = 20


class WrongError(Exception):
    """Alerts that are not as they should be."""


def killed(run: Callable[[], None], at_write: int | None, seconds: float | None) -> bool:
    """Run in a process of its own, killed before a write, in it, or after some time; says if it was."""
    context = multiprocessing.get_context("fork")

    def go() -> None:
        if at_write is not None:
            _die_at(at_write)
        run()
        os._exit(0)

    process = context.Process(target=go)
    process.start()
    if seconds is not None:
        process.join(seconds)
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGKILL)
    process.join()
    if process.exitcode not in (0, -signal.SIGKILL):
        raise WrongError(f"a run ended with {process.exitcode}, neither done nor killed")
    return process.exitcode != 0


def _die_at(count: int) -> None:
    """End this process at the n-th write of alerts, statement of SQLite or sync; of alerts within it."""
    import sqlite3

    from clew.case import alerts
    from clew.ledger import disk

    left = [count]
    write, sync, connect = disk.write_all, os.fsync, sqlite3.connect

    def step() -> bool:
        left[0] -= 1
        return left[0] <= 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def torn(file: Any, data: bytes) -> None:
        if step():
            write(file, data[: len(data) * (count % 7) // 7])
            die()
        write(file, data)

    def synced(descriptor: int) -> None:
        if step():
            die()
        sync(descriptor)

    class Base:
        """A connection that counts what it is told."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            self._base = connect(*arguments, **options)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._base, name)

        def execute(self, *arguments: Any) -> Any:
            if step():
                die()
            done = self._base.execute(*arguments)
            if arguments[0] == "COMMIT" and step():
                die()
            return done

    replaced: list[tuple[Any, str, Any]] = [
        (alerts, "write_all", torn), (os, "fsync", synced), (sqlite3, "connect", Base)
    ]  # fmt: skip
    for module, name, own in replaced:
        setattr(module, name, own)


def sweep(kills: int, seed: int, room: Path) -> Counter[str]:
    """Kill so many times; returns how many kills of each kind there were. Raises WrongError."""
    tests = importlib.import_module("case.watching")
    story = importlib.import_module("naive.watched")
    work = room / "work"

    def in_peace(run: Callable[[], None]) -> None:
        if killed(run, None, None):
            raise WrongError("a run that nobody killed was killed")

    def prepare() -> None:
        one = tests.Watching(work)
        one.index(BEGIN)

    in_peace(prepare)
    shutil.copytree(work, room / "begin")
    rival = story.watched(30, pool="rival", since=FORK).chain.raw[FORK:]
    done: Counter[str] = Counter()
    chance = random.Random(seed)
    ways: dict[str, Callable[[], None]] = {}

    def append() -> None:
        one = tests.Watching(work)
        for until in range(BEGIN + 1, LAST + 1):
            one.index(until)

    def reorganise() -> None:
        one = tests.Watching(work)
        one.blocks_of(story.watched(BEGIN).chain.raw + rival)
        one.index()

    ways["append"], ways["reorganise"] = append, reorganise
    expected = {}
    for name, way in ways.items():
        _lay(room, work)
        in_peace(way)
        expected[name] = sorted(map(tests.told, tests.alerts(work / "alerts.jsonl")))
        if len(expected[name]) < 5:
            raise WrongError(f"{name}: too few alerts to tell anything: {len(expected[name])}")
    began, said = time.monotonic(), 0
    while sum(done.values()) < kills:
        name = chance.choice([*ways])
        _lay(room, work)
        for _ in range(chance.randint(1, 3)):
            by_time = chance.random() < 0.3
            at = None if by_time else chance.randint(1, MOST_WRITES if name == "append" else MOST_WRITES // 4)
            if killed(ways[name], at, chance.uniform(0, LONGEST) if by_time else None):
                done[f"{name}, {'after a time' if by_time else 'at a write'}"] += 1
        in_peace(ways[name])
        found = tests.alerts(work / "alerts.jsonl")
        if sorted(map(tests.told, found)) != expected[name]:
            raise WrongError(f"{name}: expected {len(expected[name])} alerts, found {len(found)}; see {work}")
        if len({each["alert"] for each in found}) != len(found):
            raise WrongError(f"{name}: an id stands twice; see {work}")
        if sum(done.values()) >= said + _REPORT_EVERY:
            said = sum(done.values())
            print(f"{sum(done.values())} kills, {time.monotonic() - began:.0f} s", flush=True)
    return done


def _lay(room: Path, work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(room / "begin", work)


def main() -> int:
    """Parse, sweep, say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    room = Path(tempfile.mkdtemp(prefix="watch-kills-"))
    try:
        done = sweep(said.kills, said.seed, room)
    except WrongError as error:
        print(f"wrong: {error} (seed {said.seed})", file=sys.stderr)
        return 1
    shutil.rmtree(room)
    for name, count in sorted(done.items()):
        print(f"{name}: {count}")
    print("no alert was lost, none was said twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
