"""Gives damaged block files to the index, and stops at the first that it does not take as it should.

    python tools/fuzz_blocks.py [--files 100000] [--seed 1] [--processes 2] [--keep DIR]
    python tools/fuzz_blocks.py --seed 1 --only 4711

Each case is a folder of block files, broken in one to four ways, from the first blocks of the main
network or from a small chain with every form of output. It must end in one line that says why not,
or in a ledger that is right: of a chain known beforehand, with the digest that the sound files give;
or of another one that the broken files do hold, where the plain parser finds the same rows and the
blocks written anew give the same digest. Less than the whole chain without a word is wrong, and so
are a crash, more than SECONDS for one case, and more than MEMORY above what the program needs.

A case follows from its seed and number alone, so that ``--only`` gives it again. What fails is kept
as files in a folder that is named.
"""

from __future__ import annotations

import argparse
import faulthandler
import multiprocessing
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any

import clew
from broken_files import Case, Subject, framed, frames_of, made_chain, make_case, starts_of
from clew.bitcoin.block import check_block, parse_block
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import Network, network
from clew.build import Summary, index
from clew.errors import BadBlockError, ClewError
from clew.simulate.blockfile import NO_KEY, obfuscate
from clew.simulate.locks import lock
from clew.verify import Findings, against

SECONDS = 20
"""Longest time that one case may take; most take a fiftieth of a second."""

MEMORY = 1 << 30
"""Bytes of address space that cases may take on top of what the first ones took."""

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "blocks" / "mainnet-0-4312" / "blk00000.dat"
REAL_HEIGHTS = (3, 30, 182)
"""Tips of the slices of the main network. Its first payment is in block 170."""

_REPORT_EVERY = 10.0
_BATCH = 50


class WrongError(Exception):
    """A case that did not end as it should."""


# Chains


def subjects(room: Path) -> list[Subject]:
    """All chains, each indexed from sound files and compared with the plain parser."""
    found = []
    if REAL.is_file():
        raw = frames_of(REAL.read_bytes())
        found += [_subject(room, f"main to {tip}", "main", raw[: tip + 1], ()) for tip in REAL_HEIGHTS]
    for seed in range(4):
        chain = made_chain(seed, 6 + 6 * seed)
        rival = chain.fork(chain.height - 1 - seed)
        rival.mine(lock("rival"), count=1 + seed // 2)
        stale = rival.raw_blocks[chain.height - seed :]
        found.append(_subject(room, f"made {seed}", "regtest", chain.raw_blocks, stale))
    return found


def _subject(room: Path, name: str, on: str, blocks: Sequence[bytes], stale: Sequence[bytes]) -> Subject:
    chosen = network(on)
    folder, ledger = room / "sound", room / "sound-ledger"
    _write(folder, [b"".join(map(framed(chosen), blocks))], None)
    digests = []
    for height in range(len(blocks)):
        index(ledger, folder, network=on, until=height, threads=1)
        digests.append(digest(ledger))
    agree(ledger, folder)
    shutil.rmtree(folder)
    shutil.rmtree(ledger)
    return Subject(name, chosen, tuple(blocks), tuple(stale), tuple(digests))


def digest(ledger: Path) -> str:
    """Digest of a ledger, from its files."""
    with clew.open(ledger) as inquiry:
        found: str = inquiry.digest().result["digest"]
    return found


def agree(ledger: Path, folder: Path) -> None:
    """Raises WrongError where the plain parser finds other rows in the files than the ledger has."""
    findings = Findings(most=3)
    with clew.open(ledger) as inquiry:
        compared = against(inquiry.ledger, folder, findings, sample=None)
    if len(findings):
        raise WrongError(f"{len(findings)} differences from the plain parser: {findings.listed[0]}")
    if compared.absent_blocks:
        raise WrongError(f"blocks of the ledger are in no file: heights {compared.absent}")


def _write(folder: Path, files: Sequence[bytes], key: bytes | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if key is not None:
        (folder / "xor.dat").write_bytes(key)
    for number, data in enumerate(files):
        (folder / f"blk{number:05d}.dat").write_bytes(data)


# Judging


def run_case(case: Case, room: Path) -> str:
    """Index the files of a case; returns how it ended. Raises WrongError, or whatever came up."""
    folder, ledger = room / "blocks", room / "ledger"
    shutil.rmtree(ledger, ignore_errors=True)
    subject, on = case.subject, case.subject.network.name
    before = None
    if case.resumes:
        before = middle(subject)
        _write(folder, [b"".join(map(framed(subject.network), subject.blocks))], None)
        index(ledger, folder, network=on, until=before, threads=1)
    _write(folder, case.files, case.key)
    try:
        summary = index(ledger, folder, network=on, threads=1)
    except ClewError as error:
        return _refused(error, ledger, None if before is None else subject.digests[before])
    return _indexed(case, summary, folder, ledger, room)


def _refused(error: ClewError, ledger: Path, before: str | None) -> str:
    if "\n" in str(error):
        raise WrongError(f"the message has several lines: {error!r}")
    if before is not None:
        if digest(ledger) != before:
            raise WrongError(f"the ledger is not as it was before: {error}")
    elif ledger.exists():
        with suppress(ClewError):
            clew.open(ledger)
            raise WrongError(f"there is a ledger though the files were refused: {error}")
    return f"refused: {type(error).__name__}"


def _indexed(case: Case, summary: Summary, folder: Path, ledger: Path, room: Path) -> str:
    with clew.open(ledger) as inquiry:
        found = inquiry.ledger.column("blocks.hash")[: inquiry.ledger.counts["blocks"]]
        hashes = [row.tobytes()[::-1].hex() for row in found]
    tip = len(hashes) - 1
    if (tip, hashes[-1]) != (summary.tip.height, summary.tip.hash):
        raise WrongError(f"the ledger ends at {tip}, the summary at {summary.tip.height}")
    if hashes != case.subject.hashes[: tip + 1]:
        _another_chain(hashes, case, folder, ledger, room)
        return "another chain"
    if digest(ledger) != case.subject.digests[tip]:
        raise WrongError(f"the digest at height {tip} is not that of the sound files")
    if tip == len(case.subject.blocks) - 1:
        return "whole"
    if not summary.notices and not _is_clean(case):
        raise WrongError(f"the ledger ends at {tip} of {len(case.subject.blocks) - 1} without a word")
    return "shorter"


def _another_chain(hashes: Sequence[str], case: Case, folder: Path, ledger: Path, room: Path) -> None:
    """Judge a ledger of a chain that only the broken files hold, beside what was indexed before."""
    on = case.subject.network
    known = case.subject.blocks if case.resumes else ()
    raw = {sha256d(each[:80])[::-1].hex(): each for each in known} | _blocks_in(folder, on)
    missing = [name for name in hashes if name not in raw]
    if missing:
        raise WrongError(f"block {missing[0]} of the ledger is nowhere in the files")
    anew, second = room / "anew", room / "second"
    shutil.rmtree(second, ignore_errors=True)
    _write(anew, [b"".join(framed(on)(raw[name]) for name in hashes)], None)
    agree(ledger, anew)
    index(second, anew, network=on.name, threads=1)
    if digest(second) != digest(ledger):
        raise WrongError("the same blocks, written anew, give another digest")


def _blocks_in(folder: Path, on: Network) -> dict[str, bytes]:
    """Every sound block that any magic in the files leads to, by hash."""
    key = (folder / "xor.dat").read_bytes() if (folder / "xor.dat").exists() else NO_KEY
    found = {}
    for path in sorted(folder.glob("blk*.dat")):
        data = obfuscate(path.read_bytes(), key)
        for at in starts_of(data, on.magic):
            length = int.from_bytes(data[at + 4 : at + 8], "little")
            raw = data[at + 8 : at + 8 + length]
            with suppress(BadBlockError):
                # Witnesses are judged by height, which is above the first rules on regtest alone.
                check_block(parse_block(raw), on, height=1)
                found[sha256d(raw[:80])[::-1].hex()] = raw
    return found


def _is_clean(case: Case) -> bool:
    """Whether the files hold whole sound frames and zeros after them, and so look like a node's own."""
    if "key" in case.said:
        return False
    subject = case.subject
    frames = set(map(framed(subject.network), [*subject.blocks, *subject.stale]))
    # Of what a ledger has already nothing but the header is looked at.
    known = subject.blocks[: middle(subject) + 1] if case.resumes else ()
    heads = {framed(subject.network)(raw)[:88] for raw in known}
    for data in case.plain:
        rest = data
        while rest.strip(b"\0"):
            frame = rest[: 8 + int.from_bytes(rest[4:8], "little")]
            if frame not in frames and frame[:88] not in heads:
                # Its last zeros may have been taken for space allocated ahead.
                return any(each.rstrip(b"\0") == rest.rstrip(b"\0") for each in frames)
            rest = rest[len(frame) :]
    return True


def middle(subject: Subject) -> int:
    """The height at which a ledger stands that a case goes on from."""
    return len(subject.blocks) // 2


# Running


def _too_long(number: int, frame: FrameType | None) -> None:
    raise WrongError(f"more than {SECONDS} seconds")


def _confine() -> None:
    """Let no case take much more memory than the program has taken by now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY,) * 2)


def _work(seed: int, chains: Sequence[Subject], tasks: Connection, room: Path) -> None:
    """Take ranges of cases and say how each ended, until there is None."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _too_long)
    if sys.__stderr__ is not None:
        faulthandler.enable(sys.__stderr__)
    room.mkdir()
    run_case(make_case(seed, 0, chains), room)
    _confine()
    while (span := tasks.recv()) is not None:
        ends: Counter[str] = Counter()
        for number in span:
            tasks.send(("at", number))
            signal.alarm(SECONDS)
            try:
                ends[run_case(make_case(seed, number, chains), room)] += 1
            except BaseException as error:
                tasks.send(("wrong", number, f"{type(error).__name__}: {error}"))
                return
            finally:
                signal.alarm(0)
        tasks.send(("done", ends, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


def _room() -> Path:
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="clew-fuzz-", dir=memory if memory.is_dir() else None))


@dataclass
class Worker:
    """A process, the pipe to it, and the case it is at since when."""

    process: Any
    pipe: Connection
    at: int = -1
    since: float = 0.0


class Sweep:
    """Runs cases in some processes, and stops at the first that goes wrong."""

    def __init__(self, seed: int, files: int, processes: int, chains: Sequence[Subject]) -> None:
        self.seed = seed
        self.spans = iter([range(at, min(at + _BATCH, files)) for at in range(0, files, _BATCH)])
        self.files = files
        self.chains = chains
        self.ends: Counter[str] = Counter()
        self.memory = 0
        self.began = time.monotonic()
        # Forked, so that what is compiled and indexed by now is there.
        context = multiprocessing.get_context("fork")
        self.workers: list[Worker] = []
        # Removed here, since a worker that is killed removes nothing.
        self.room = _room()
        for number in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_work, args=(seed, chains, theirs, self.room / str(number)), daemon=True
            )
            process.start()
            theirs.close()
            self.workers.append(Worker(process, ours, since=time.monotonic()))

    def run(self) -> tuple[int, str] | None:
        """Number of the first case that went wrong, and why; None if all went well."""
        told = self.began
        for worker in self.workers:
            self._feed(worker)
        try:
            while self.workers:
                for pipe in wait([worker.pipe for worker in self.workers], timeout=1.0):
                    worker = next(each for each in self.workers if each.pipe is pipe)
                    if wrong := self._hear(worker):
                        return wrong
                for worker in self.workers:
                    if time.monotonic() - worker.since > 3 * SECONDS:
                        return worker.at, f"more than {3 * SECONDS} seconds, and no signal stops it"
                if time.monotonic() - told > _REPORT_EVERY:
                    told = time.monotonic()
                    print(self.pace(), file=sys.stderr, flush=True)
        finally:
            for worker in self.workers:
                worker.process.kill()
                worker.process.join()
            shutil.rmtree(self.room, ignore_errors=True)
        return None

    def _feed(self, worker: Worker) -> None:
        worker.pipe.send(next(self.spans, None))

    def _hear(self, worker: Worker) -> tuple[int, str] | None:
        worker.since = time.monotonic()
        try:
            what, *rest = worker.pipe.recv()
        except (EOFError, ConnectionError):
            worker.process.join(5)
            if worker.process.exitcode == 0:
                self.workers.remove(worker)
                return None
            return worker.at, f"the process ended with {worker.process.exitcode}"
        if what == "at":
            worker.at = rest[0]
        elif what == "wrong":
            return rest[0], rest[1]
        else:
            self.ends += rest[0]
            self.memory = max(self.memory, rest[1])
            self._feed(worker)
        return None

    def pace(self) -> str:
        """How many cases are done, and how fast."""
        done, seconds = self.ends.total(), time.monotonic() - self.began
        return f"{done:,} of {self.files:,} files, {done / seconds:,.1f} a second"


def keep(case: Case, folder: Path, why: str) -> Path:
    """Save the files of a case; returns where."""
    place = folder / f"case-{case.number}"
    _write(place, case.files, case.key)
    (place / "what.txt").write_text(f"{case.subject.name}: {', '.join(case.said)}\n{why}\n", encoding="utf-8")
    return place


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sweep; the exit code is 1 where a case went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=100_000, help="how many cases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", type=int, help="this case alone, in this process")
    parser.add_argument("--keep", type=Path, default=Path("fuzzed"), help="where a case that fails is kept")
    asked = parser.parse_args(arguments)
    room = _room()
    try:
        chains = subjects(room)
        if asked.only is not None:
            case = make_case(asked.seed, asked.only, chains)
            print(f"{case.subject.name}: {', '.join(case.said)}; kept in {keep(case, asked.keep, '')}")
            print(run_case(case, room))
            return 0
    finally:
        shutil.rmtree(room, ignore_errors=True)
    print(f"chains: {', '.join(each.name for each in chains)}", file=sys.stderr)
    sweep = Sweep(asked.seed, asked.files, asked.processes, chains)
    wrong = sweep.run()
    print(sweep.pace(), *(f"{count:>9,}  {name}" for name, count in sweep.ends.most_common()), sep="\n")
    print(f"most memory of a process: {sweep.memory / 1024:,.0f} MiB")
    if wrong is None:
        return 0
    number, why = wrong
    place = keep(make_case(asked.seed, number, chains), asked.keep, why)
    print(f"wrong: case {number} of seed {asked.seed}: {why}; its files are in {place}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
