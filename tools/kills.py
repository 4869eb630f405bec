"""Kills runs that write a ledger, at random instants, and stops at the first ledger that is then wrong.

    python tools/kills.py [--kills 1000] [--seed 1] [--keep DIR]

Each kill ends a process by SIGKILL while it makes a first build, appends, follows a reorganisation or
compacts: before the n-th call that changes the disk (in the middle of it, where it writes), or after
some time. Then the ledger must be that of the chain that it states, with files as committed; the same
command, killed once more or not, must complete it; and in the end its digest must be that of a ledger
built in one go, and nothing may lie in its folder that it does not name.

The machine keeps running, so that what was written and not synced is seen all the same; the order of
syncing is for the tests to check.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clew.build import bulk, compact, index
from clew.errors import ClewError, NotALedgerError
from clew.ledger import checks
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger
from clew.simulate.blockfile import write_block_files
from clew.simulate.chain import Chain
from clew.simulate.locks import lock, pay_to_nobody
from clew.verify import Findings, check_own

CHANGING = ("fsync", "replace", "truncate", "mkdir", "unlink", "rmdir", "open", "pwrite")
"""Calls of ``os`` that change the disk, or may; what is written to open files is counted apart."""
_WRITERS = ("clew.ledger.tables", "clew.ledger.segments", "clew.ledger.checks", "clew.build.spill")
_REPORT_EVERY = 10.0


class WrongError(Exception):
    """A ledger that is not as it should be."""


# Chains


def grown(chain: Chain, count: int, chance: random.Random) -> Chain:
    """The chain with ``count`` blocks more, most of them with spends of old and new outputs."""
    kinds = ("p2pk", "p2pkh", "p2wpkh", "p2tr")
    for _ in range(count):
        coins = [coin for coin in chain.coins.values() if coin.lock.script[:1] != b"\x6a" and coin.value > 9]
        for coin in chance.sample(coins, min(len(coins), chance.randrange(3))):
            paid = [lock(f"owner {chance.randrange(20)}", chance.choice(kinds)) for _ in range(2)]
            outputs = [(each, coin.value // 3) for each in paid] + [(pay_to_nobody(b"told"), 0)]
            made = chain.draft([coin], outputs)
            chain.waiting.append(made)
            chain.coins.pop(coin.outpoint)
            chain.coins.update({each.outpoint: each for each in made.outputs})
        chain.mine(lock(f"miner {chance.randrange(3)}", "p2wpkh"))
    return chain


class Subject:
    """A chain and its rival, their folders of block files, and what ledgers of them must say."""

    def __init__(self, room: Path, seed: int) -> None:
        self.room = room
        room.mkdir(parents=True, exist_ok=True)
        chance = self.chance = random.Random(seed)
        self.early = chance.randrange(125, 160)
        self.chain = grown(Chain(), self.early + chance.randrange(20, 60), chance)
        undone = chance.choice((1, chance.randrange(2, 60), chance.randrange(101, 120)))
        fork = self.chain.height - undone
        self.rival = self.chain.fork(fork)
        self.rival.coins = {key: coin for key, coin in self.rival.coins.items() if coin.height <= fork}
        grown(self.rival, undone + chance.randrange(1, 15), chance)
        self.folders = (room / "blocks", room / "rival", room / "both")
        both = [*self.chain.raw_blocks, *self.rival.raw_blocks[fork + 1 :]]
        for folder, raw in zip(
            self.folders, (self.chain.raw_blocks, self.rival.raw_blocks, both), strict=True
        ):
            write_block_files(folder, raw, network=self.chain.network)
        self.places = {
            block.header.hash[::-1].hex(): (folder, block.height)
            for folder, chain in ((self.folders[1], self.rival), (self.folders[0], self.chain))
            for block in chain.blocks
        }
        self._digests: dict[str, str] = {}

    def digest(self, tip: str) -> str:
        """The digest of a ledger that ends in the block ``tip`` (hex) and is built in one go."""
        if tip not in self._digests:
            folder, height = self.places[tip]
            ledger = self.room / "truth"
            index(ledger, folder, network="regtest", until=height)
            self._digests[tip] = Ledger(ledger).digest()
            shutil.rmtree(ledger)
        return self._digests[tip]


@dataclass
class Phase:
    """What is killed: a command on a ledger as it lay before (None: none); how much it does."""

    name: str
    run: Callable[[Path], object]
    before: Path | None
    tip: str
    changes: int = 0
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)


def phases(subject: Subject) -> list[Phase]:
    """The four kinds of run on one subject, each on what the one before has left."""
    room, chance = subject.room, subject.chance
    batch = chance.choice((2_000, 8_000))

    def first(ledger: Path) -> object:
        blocks = subject.folders[0]
        return index(ledger, blocks, network="regtest", until=subject.early, batch_bytes=4_000, threads=2)

    def append(ledger: Path) -> object:
        return index(ledger, subject.folders[0], batch_bytes=batch, threads=2)

    def reorganise(ledger: Path) -> object:
        return index(ledger, subject.folders[2], batch_bytes=batch, threads=2)

    def compacted(ledger: Path) -> object:
        return compact(ledger, threads=2)

    steps = (("first build", first), ("append", append), ("reorganise", reorganise), ("compact", compacted))
    found: list[Phase] = []
    before: Path | None = None
    for number, (name, run) in enumerate(steps):
        phase = Phase(name, run, before, "")
        ledger = laid(phase, room / f"state-{number}")
        end = in_a_process(run, ledger, None)
        if end.code:
            raise WrongError(f"{name}: ended with {end.code} without being killed")
        phase.changes, phase.seconds = end.changes, end.seconds
        phase.tip = manifests.read(ledger).tip.hash  # type: ignore[union-attr]
        found.append(phase)
        before = ledger
    return found


def laid(phase: Phase, ledger: Path) -> Path:
    """The ledger as it lay before a phase, in a folder of its own."""
    shutil.rmtree(ledger, ignore_errors=True)
    if phase.before:
        shutil.copytree(phase.before, ledger)
    return ledger


# Processes


class Changes:
    """Counts the calls that change the disk, and ends the process at one of them."""

    def __init__(self, last: int | None, counted: Any) -> None:
        self.last = last
        self.counted = counted
        self._gate = threading.RLock()

    def see(self, torn: Callable[[], object] = lambda: None) -> None:
        """Count one; if it is the last, do what is left of it and end."""
        with self._gate:
            self.counted.value += 1
            if self.counted.value == self.last:
                torn()
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Stand between the program and the disk, in this process."""
        for name in CHANGING:
            setattr(os, name, self._watched(getattr(os, name)))
        for name in _WRITERS:
            module = sys.modules[name]
            module.write_all = self._torn(module.write_all)  # type: ignore[attr-defined]

    def _watched(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **how: Any) -> Any:
            self.see()
            return call(*args, **how)

        return watched

    def _torn(self, write: Callable[..., None]) -> Callable[..., None]:
        def torn(file: Any, data: Any) -> None:
            view = memoryview(data)
            self.see(lambda: write(file, view[: len(view) // 2]))
            write(file, data)

        return torn


@dataclass(frozen=True)
class End:
    """How a process ended: its exit code (negative: the signal), and how much it had done."""

    code: int
    changes: int
    seconds: float


def in_a_process(
    run: Callable[[Path], object], ledger: Path, last: int | None, after: float | None = None
) -> End:
    """Run in a process of its own that is killed at its ``last`` change or ``after`` seconds, if given."""
    processes = multiprocessing.get_context("fork")
    counted = processes.Value("q", 0, lock=False)

    def work() -> None:
        Changes(last, counted).watch()
        try:
            run(ledger)
        except ClewError as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(2)
        os._exit(0)

    process = processes.Process(target=work)
    began = time.perf_counter()
    process.start()
    if after is not None:
        process.join(after)
        process.kill()
    process.join(60)
    if process.exitcode is None:
        process.kill()
        raise WrongError("a run did not end within a minute")
    return End(process.exitcode, counted.value, time.perf_counter() - began)


# Checks


def require_right(subject: Subject, ledger: Path, must: bool) -> None:
    """Raise WrongError unless the ledger is that of the chain it states; ``must``: it must be finished."""
    try:
        opened = Ledger(ledger)
    except NotALedgerError as error:
        begun = "run clew index again" in str(error) or "build one with" in str(error)
        if must or not begun:
            raise WrongError(f"cannot be opened: {error}") from error
        return
    if opened.digest() != subject.digest(opened.tip.hash):
        raise WrongError(f"has another digest than its chain up to height {opened.tip.height}")
    findings = Findings()
    check_own(opened, findings)
    if len(findings):
        raise WrongError(f"has damaged files: {findings.listed[0]}")


def require_whole(subject: Subject, ledger: Path, phase: Phase) -> None:
    """Raise WrongError unless the ledger is complete, and nothing lies beside it."""
    require_right(subject, ledger, True)
    manifest = manifests.read(ledger)
    if manifest.tip is None or manifest.tip.hash != phase.tip:
        raise WrongError(f"ends in {manifest.tip}, not in {phase.tip}")
    beside = {entry.name for entry in ledger.iterdir()} - {"lock", "source", manifests.FILE_NAME}
    if beside != manifest.folders():
        raise WrongError(f"has other things in its folder: {sorted(beside ^ manifest.folders())}")
    for folder, checked in manifest.checked().items():
        names = {path.name for path in (ledger / folder).iterdir()} & {*checks.NAMES}
        if names - {checked.file}:
            raise WrongError(f"has other checks in {folder}: {sorted(names)}")


def one_kill(subject: Subject, phase: Phase, ledger: Path, chance: random.Random) -> str:
    """Kill a run, once or twice, and complete it. Returns how it was killed. Raises WrongError."""
    laid(phase, ledger)
    before = Ledger(ledger) if phase.before else None
    told = ""
    for _ in range(chance.choice((1, 1, 2))):
        if chance.random() < 0.75:
            last = chance.randrange(1, phase.changes + 1)
            told = f"change {last} of {phase.changes}"
            end = in_a_process(phase.run, ledger, last)
        else:
            after = chance.uniform(0, phase.seconds)
            told = f"after {after:.3f} s"
            end = in_a_process(phase.run, ledger, None, after)
        if end.code not in (0, -signal.SIGKILL):
            raise WrongError(f"{told}: ended with {end.code}")
        try:
            require_right(subject, ledger, phase.before is not None)
        except WrongError as error:
            raise WrongError(f"killed at {told}: {error}") from error
        phase.ends["killed" if end.code else "done before"] += 1
    if before and before.digest() != subject.digest(before.tip.hash):
        raise WrongError(f"killed at {told}: a reader of before sees another ledger")
    try:
        phase.run(ledger)
        require_whole(subject, ledger, phase)
    except (WrongError, ClewError) as error:
        raise WrongError(f"killed at {told}, then completed: {error}") from error
    return told


@contextmanager
def small_steps() -> Iterator[None]:
    """Commits after each batch, and checks of few bytes, so that small chains have many of both."""
    kept = bulk.COMMIT_SECONDS, checks.CHUNK
    bulk.COMMIT_SECONDS, checks.CHUNK = 0.0, 1_000
    try:
        yield
    finally:
        bulk.COMMIT_SECONDS, checks.CHUNK = kept


def sweep(room: Path, seed: int, kills: int, keep: Path | None = None, per_phase: int = 12) -> Counter[str]:
    """So many runs that are killed and completed; how many of each kind.

    Raises WrongError at the first ledger that is wrong, which is then in ``keep``.
    """
    done: Counter[str] = Counter()
    shown = time.monotonic()
    with small_steps():
        while done.total() < kills:
            subject = Subject(room / "subject", seed * 1_000_003 + done.total())
            for phase in phases(subject):
                for _ in range(min(per_phase, kills - done.total())):
                    try:
                        one_kill(subject, phase, room / "ledger", subject.chance)
                    except WrongError as error:
                        where = ""
                        if keep:
                            shutil.copytree(room, keep, dirs_exist_ok=True)
                            where = f"; kept in {keep}"
                        raise WrongError(f"{phase.name} (seed {seed}): {error}{where}") from error
                    done[phase.name] += 1
                if keep and time.monotonic() - shown > _REPORT_EVERY:
                    print(f"{done.total():,} of {kills:,}", file=sys.stderr)
                    shown = time.monotonic()
            shutil.rmtree(room / "subject")
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n\n")[0], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("killed"))
    asked = parser.parse_args(arguments)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as room:
        began = time.perf_counter()
        try:
            done = sweep(Path(room), asked.seed, asked.kills, asked.keep)
        except WrongError as error:
            print(f"wrong: {error}")
            return 1
    for name, count in done.items():
        print(f"{name}: {count:,} runs killed and completed")
    print(f"{done.total():,} in all, all as they should be, in {time.perf_counter() - began:,.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
