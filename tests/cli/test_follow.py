"""The command ``follow`` as a process of its own, beside a node that writes."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

from build.nodeprocess import NodeProcess
from build.nodes import digest, framed, lively, node, raw_node, truth
from build.test_reorganise import branch
from clew.cli.keys import COMMANDS
from cli.process import PROGRAM, Run, surroundings
from cli.shape import check_keys

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are of another kind there")

PATIENCE = 60


class Following:
    """``clew follow`` while it runs; ``line`` waits for the next line of its output."""

    def __init__(self, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "follow", "--network", "regtest", "--every", "0.1", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings(), encoding="utf-8",
        )  # fmt: skip
        assert self.process.stdout
        assert self.process.stderr
        self.readers: list[threading.Thread] = []
        self.out, self.err = self._lines(self.process.stdout), self._lines(self.process.stderr)

    def _lines(self, stream: IO[str]) -> queue.Queue[str]:
        lines: queue.Queue[str] = queue.Queue()

        def read() -> None:
            for line in stream:
                lines.put(line)

        self.readers.append(threading.Thread(target=read, daemon=True))
        self.readers[-1].start()
        return lines

    def line(self) -> str:
        return self.out.get(timeout=PATIENCE)

    def notice(self) -> str:
        return self.err.get(timeout=PATIENCE)

    def end(self) -> tuple[int, list[str], list[str]]:
        """Ctrl-C; the exit code, and what it printed that nobody has read."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        return code, list(self.out.queue), list(self.err.queue)


@pytest.fixture
def follow() -> Iterator[type[Following]]:
    begun: list[Following] = []

    class One(Following):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            begun.append(self)

    yield One
    for each in begun:
        each.process.kill()
        each.process.wait()
        for reader, stream in zip(each.readers, (each.process.stdout, each.process.stderr), strict=True):
            reader.join(PATIENCE)
            if stream:
                stream.close()


def append(folder: Path, blocks: Sequence[bytes]) -> None:
    with open(folder / "blk00000.dat", "ab") as file:
        file.write(b"".join(framed(blocks)))


def test_blocks_that_come_and_a_reorganisation(follow: type[Following], tmp_path: Path) -> None:
    chain = lively(12)
    rival = branch(chain, 10, 4)
    folder, ledger = node(tmp_path / "blocks", chain.raw_blocks[:10]), tmp_path / "ledger"
    process = follow(folder, "--ledger", ledger)
    shown = [each.header.hash[::-1].hex() for each in chain.blocks]
    assert process.line() == f"block 9 {shown[9]}: 10 blocks added\n"
    append(folder, chain.raw_blocks[10:11])
    assert process.line() == f"block 10 {shown[10]}: 1 block added\n"
    append(folder, chain.raw_blocks[11:])
    assert process.line() == f"block 12 {shown[12]}: 2 blocks added\n"
    append(folder, rival.raw_blocks[11:])
    assert process.line().endswith(": 4 blocks added, 2 blocks undone\n")
    assert process.end() == (0, [], [])
    assert digest(ledger) == truth(tmp_path / "naive", rival.raw_blocks)


def test_json_lines(follow: type[Following], tmp_path: Path) -> None:
    chain = lively(8)
    folder = node(tmp_path / "blocks", chain.raw_blocks[:6])
    process = follow(folder, "--ledger", tmp_path / "ledger", "--json")
    before = time.time()
    first = json.loads(process.line())
    append(folder, chain.raw_blocks[6:])
    second = json.loads(process.line())
    for found in (first, second):
        check_keys(found, COMMANDS["follow"])
        assert before - 60 < found["at"] < time.time() + 60
    assert (second["height"], second["blocks_added"], second["blocks_undone"]) == (8, 3, 0)
    assert second["hash"] == chain.blocks[8].header.hash[::-1].hex()
    assert process.end() == (0, [], [])


def test_a_block_that_is_still_being_written(follow: type[Following], tmp_path: Path) -> None:
    chain = lively(8)
    folder = node(tmp_path / "blocks", chain.raw_blocks[:6])
    process = follow(folder, "--ledger", tmp_path / "ledger")
    assert process.line().startswith("block 5 ")
    (piece,) = framed(chain.raw_blocks[6:7])
    with open(folder / "blk00000.dat", "ab", buffering=0) as file:
        file.write(piece[:-100])
        assert "cuts off: still being written" in process.notice()
        file.write(piece[-100:])
    assert process.line().startswith("block 6 ")
    assert process.end() == (0, [], [])


def test_files_that_vanish_and_come_back(follow: type[Following], tmp_path: Path) -> None:
    """Pruned files do not matter to a ledger that is past them; a folder that is away is waited for."""
    chain = lively(20)
    folder = raw_node(
        tmp_path / "blocks", *(b"".join(framed(chain.raw_blocks[at : at + 6])) for at in (0, 6))
    )
    ledger = tmp_path / "ledger"
    process = follow(folder, "--ledger", ledger)
    assert process.line().startswith("block 11 ")
    (folder / "blk00000.dat").unlink()
    raw = b"".join(framed(chain.raw_blocks[12:16]))
    (folder / "blk00002.dat").write_bytes(raw)
    assert process.line().startswith("block 15 ")
    folder.rename(tmp_path / "away")
    assert "expected a folder of block files" in process.notice()
    (tmp_path / "away" / "blk00003.dat").write_bytes(b"".join(framed(chain.raw_blocks[16:])))
    (tmp_path / "away").rename(folder)
    assert process.line().startswith("block 20 ")
    assert process.end() == (0, [], [])
    assert digest(ledger) == truth(tmp_path / "naive", chain.raw_blocks)


def test_nothing_new_costs_nothing(follow: type[Following], tmp_path: Path) -> None:
    chain = lively(8)
    folder = node(tmp_path / "blocks", chain.raw_blocks)
    process = follow(folder, "--ledger", tmp_path / "ledger")
    process.line()
    time.sleep(3)
    manifest = tmp_path / "ledger" / "source" / "frames.json"
    before = manifest.stat().st_mtime_ns
    spent = _processor_seconds(process.process.pid)
    time.sleep(2)
    assert _processor_seconds(process.process.pid) - spent < 0.5
    assert manifest.stat().st_mtime_ns == before, "indexed again though nothing had changed"
    assert process.end() == (0, [], [])


def _processor_seconds(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        pytest.skip("how much a process has worked cannot be read here")
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_another_run_that_holds_the_ledger(follow: type[Following], tmp_path: Path) -> None:
    from filelock import FileLock

    chain = lively(8)
    folder, ledger = node(tmp_path / "blocks", chain.raw_blocks[:6]), tmp_path / "ledger"
    process = follow(folder, "--ledger", ledger)
    process.line()
    lock = FileLock(ledger / "lock")
    lock.acquire(timeout=10)
    append(folder, chain.raw_blocks[6:])
    assert "another clew index is writing" in process.notice()
    lock.release()
    assert process.line().startswith("block 8 ")
    assert process.end() == (0, [], [])


def test_what_does_not_pass_ends_it(clew: Run, follow: type[Following], tmp_path: Path) -> None:
    assert (
        "expected a folder"
        in clew("follow", tmp_path / "none", "--ledger", tmp_path / "ledger").failed_in_one_line()
    )
    folder = node(tmp_path / "blocks", lively(6).raw_blocks)
    process = follow(folder, "--ledger", tmp_path / "ledger")
    process.line()
    (tmp_path / "ledger").rename(tmp_path / "elsewhere")
    assert process.process.wait(PATIENCE) == 2
    assert process.notice().startswith("clew: ")


def test_stopped_at_the_beginning(follow: type[Following], tmp_path: Path) -> None:
    folder = node(tmp_path / "blocks", lively(6).raw_blocks)
    process = follow(folder, "--ledger", tmp_path / "ledger")
    while not (tmp_path / "ledger").exists() and process.process.poll() is None:
        time.sleep(0.002)
    assert process.end()[0] == 0


@pytest.mark.parametrize("kind", ["rpc", "rest"])
def test_a_node(follow: type[Following], tmp_path: Path, kind: str) -> None:
    chain = lively(12)
    rival = branch(chain, 10, 4)
    every = [*chain.raw_blocks, *rival.raw_blocks[11:]]
    ledger = tmp_path / "ledger"
    with NodeProcess(tmp_path / "node", every, active=list(range(10))) as server:
        cookie = ["--rpc-cookie", server.cookie] if kind == "rpc" else []
        process = follow("--from", kind, server.url, *cookie, "--ledger", ledger)
        assert process.line().startswith("block 9 ")
        server.set(active=list(range(13)))
        assert process.line().endswith(": 3 blocks added\n")
        server.set(warmup=True)
        assert "Loading block index" in process.notice()
        server.set(warmup=False, active=[*range(11), *range(13, 17)])
        assert process.line().endswith(": 4 blocks added, 2 blocks undone\n")
        asked = server.told()["asked"]
        time.sleep(1)
        later = server.told()["asked"]
        assert {name for name in later if later[name] != asked[name]} == {"info"}
        assert process.end() == (0, [], [])
    assert digest(ledger) == truth(tmp_path / "naive", rival.raw_blocks)
