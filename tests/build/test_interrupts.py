"""Stopped, killed, out of room: what was committed stays, and the next run goes on."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import pytest

from build.nodes import built, contents, digest, lively_blocks, node, truth, unchanged
from build.processes import PATIENCE, PROJECT, Child
from clew.build import Progress, pipeline
from clew.engine.local import LocalEngine
from clew.errors import NotALedgerError, StoppedError, StorageError
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger
from clew.schema import DERIVED_TABLES, ROW_TABLES
from clew.simulate.chain import Chain
from clew.simulate.locks import lock

R = TypeVar("R")
posix = pytest.mark.skipif(os.name != "posix", reason="signals and mounts are of other kinds there")


@pytest.fixture(scope="module")
def blocks() -> tuple[bytes, ...]:
    return lively_blocks()


@pytest.fixture(scope="module")
def expected(blocks: Sequence[bytes], tmp_path_factory: pytest.TempPathFactory) -> str:
    return truth(tmp_path_factory.mktemp("naive") / "ledger", blocks)


class Step:
    """A progress display that raises at the n-th step."""

    def __init__(self, at: int, error: BaseException) -> None:
        self.at, self.error = at, error
        self.seen: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.seen.append(progress)
        if len(self.seen) == self.at:
            raise self.error


@pytest.mark.parametrize("before", [None, 12])
def test_ctrl_c_at_every_step(blocks: Sequence[bytes], room: Path, expected: str, before: int | None) -> None:
    """Each step of a run, one after the other: one line, and the next run has less to do."""
    folder = node(room / "blocks", blocks)
    steps = 1
    while True:
        ledger = room / f"ledger-{steps}"
        if before is not None:
            built(ledger, folder, until=before)
        early = digest(ledger) if before is not None else None
        stop = Step(steps, KeyboardInterrupt())
        try:
            built(ledger, folder, batch_bytes=40_000, progress=stop)
        except StoppedError as error:
            message = str(error)
        else:
            break
        assert "\n" not in message
        assert str(ledger) in message
        assert "same command again" in message
        if early is not None:
            assert digest(ledger) == early
        elif ledger.exists():
            with pytest.raises(NotALedgerError, match="run clew index again"):
                Ledger(ledger)
        told = re.search(r"height (\d+)", message)
        summary = built(ledger, folder)
        assert digest(ledger) == expected
        if told:
            assert summary.resumed_from == int(told[1])
        shutil.rmtree(ledger)
        steps += 1
    assert steps > 10
    assert {each.stage for each in stop.seen} >= {"scan", "blocks", "links", "spends", "postings", "look-ups"}


def test_any_other_error_leaves_the_folder_as_it_was(blocks: Sequence[bytes], room: Path) -> None:
    """Even a defect of whoever shows the progress."""
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    built(ledger, folder, until=12)
    before = contents(ledger)
    for at in (1, 2, 3, 4):
        with pytest.raises(ZeroDivisionError):
            built(ledger, folder, batch_bytes=30_000, progress=Step(at, ZeroDivisionError()))
        unchanged(ledger, before)
        with pytest.raises(ZeroDivisionError):
            built(room / "new", folder, batch_bytes=30_000, progress=Step(at, ZeroDivisionError()))
        assert not (room / "new").exists()


def test_memory_that_runs_out_stops_nothing_but_the_run(
    blocks: Sequence[bytes], room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "COMMIT_BYTES", 0)
        with pytest.raises(MemoryError):
            built(ledger, folder, batch_bytes=20_000, progress=Step(9, MemoryError()))
    height = manifests.read(ledger).written.blocks - 1
    assert height > 0
    assert built(ledger, folder).resumed_from == height
    assert digest(ledger) == expected


def test_ctrl_c_just_after_rows_went_to_be_written(
    blocks: Sequence[bytes], room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anybody could keep hold of the work that writes them: it still ends before the files close."""
    begun: list[Future[Any]] = []

    class Interrupted(LocalEngine):
        def aside(self, work: Callable[[], R]) -> Future[R]:
            def slowly() -> R:
                time.sleep(0.05)
                return work()

            future = super().aside(slowly)
            begun.append(future)
            if len(begun) == at:
                raise KeyboardInterrupt
            return future

    folder = node(room / "blocks", blocks)
    for at in range(1, 8):
        ledger = room / f"ledger-{at}"
        begun.clear()
        with monkeypatch.context() as patch:
            patch.setattr(pipeline, "LocalEngine", Interrupted)
            with pytest.raises(StoppedError):
                built(ledger, folder, batch_bytes=20_000)
        assert {future.exception() for future in begun if not future.cancelled()} == {None}
        if (ledger / "manifest.json").exists():
            manifest = manifests.read(ledger)
            size = (ledger / manifest.rows_folder / "blocks.hash").stat().st_size
            assert size == 32 * manifest.written.blocks
        built(ledger, folder)
        assert digest(ledger) == expected


@posix
def test_the_names_of_new_files_survive_a_power_cut_too(
    blocks: Sequence[bytes], room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the manifest that counts on them is written."""
    synced: list[int] = []
    fsync, write = os.fsync, manifests.write

    def note(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def check(ledger: Path, manifest: manifests.Manifest) -> None:
        for name in filter(None, (manifest.rows_folder, manifest.derived_folder)):
            assert (ledger / name).stat().st_ino in synced, name
        write(ledger, manifest)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(manifests, "write", check)
    built(room / "ledger", node(room / "blocks", blocks))
    assert len(synced) > 20


def test_blocks_are_heard_of_before_the_first_of_them_is_read(blocks: Sequence[bytes], room: Path) -> None:
    seen: list[Progress] = []
    folder = node(room / "blocks", blocks)
    built(room / "ledger", folder, until=9, progress=seen.append)
    built(room / "ledger", folder, progress=seen.append)
    first = [each for each in seen if each.stage == "blocks" and not each.done]
    assert [(each.unit, each.height) for each in first] == [("bytes", None), ("bytes", 9)]
    assert [each.total for each in first] == [sum(map(len, blocks[:10])), sum(map(len, blocks[10:]))]
    assert {(each.unit, each.total) for each in seen if each.stage == "scan"} == {("files", 1)}


@posix
@pytest.mark.parametrize(("stage", "height"), [("scan", 0), ("blocks", 0), ("blocks", 20), ("links", 0)])
def test_ctrl_c_in_a_process(
    blocks: Sequence[bytes], room: Path, expected: str, stage: str, height: int
) -> None:
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    child = Child(ledger, folder, wait_stage=stage, wait_height=height, batch_bytes=9_000)
    child.wait()
    out = child.interrupt()
    assert (child.code, child.err) == (2, "")
    assert out.startswith("StoppedError: ")
    assert out.count("\n") == 1
    summary = built(ledger, folder)
    assert digest(ledger) == expected
    if height:
        assert summary.resumed_from is not None
        assert summary.resumed_from >= height
        assert f"height {summary.resumed_from}" in out


@posix
def test_kill_at_any_moment(blocks: Sequence[bytes], room: Path, expected: str) -> None:
    """Nothing is said, nothing is lost: what was committed can be read, and the next run completes it."""
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    chance = random.Random(7)
    rounds: list[tuple[str, int]] = [
        ("scan", 0), ("blocks", 2), ("blocks", chance.randrange(10, 20)), ("blocks", 38), ("postings", 0),
    ]  # fmt: skip
    for stage, height in rounds:
        child = Child(
            ledger, folder, wait_stage=stage, wait_height=height, batch_bytes=3_000, commit_seconds=0
        )
        child.wait()
        child.kill()
        if height > 9:
            assert manifests.read(ledger).written.blocks >= height - 3
    summary = built(ledger, folder)
    assert summary.resumed_from == 40
    assert digest(ledger) == expected


@posix
def test_kill_while_blocks_are_replaced(blocks: Sequence[bytes], room: Path) -> None:
    """Below the last commit: the rows that readers have are not written over."""
    chain = Chain()
    chain.mine(lock("miner"), count=20)
    folder, ledger = node(room / "blocks", chain.raw_blocks), room / "ledger"
    built(ledger, folder)
    before = digest(ledger)
    rival = chain.fork(5)
    rival.mine(lock("rival"), count=30)
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[6:]])
    for stage, height in (("blocks", 8), ("blocks", 33), ("links", 0), ("postings", 0)):
        child = Child(ledger, folder, wait_stage=stage, wait_height=height, batch_bytes=1, commit_seconds=0)
        child.wait()
        assert digest(ledger) == before
        child.kill()
        assert digest(ledger) == before
    built(ledger, folder)
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)


@posix
def test_the_command_is_stopped_and_goes_on(room: Path) -> None:
    """As a person would: Ctrl-C in the middle of a longer chain, then the same command again."""
    chain = Chain()
    chain.mine(lock("miner"), count=4_000)
    folder, ledger = node(room / "blocks", chain.raw_blocks, max_file_size=100_000), room / "ledger"
    slowly = (
        "import time, clew.build, clew.cli; whole = clew.build.index\n"
        "def index(*args, progress, **how):\n"
        "    def step(each): progress(each); time.sleep(0.01)\n"
        "    return whole(*args, progress=step, batch_bytes=20_000, **how)\n"
        "clew.build.index = index; clew.cli.main()"
    )
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "src")}

    def run(program: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, "index", str(folder), "--ledger", str(ledger),
             "--network", "regtest"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment,
        )  # fmt: skip

    process = run(slowly)
    rows = ledger / "rows-0001" / "blocks.hash"
    end = time.monotonic() + PATIENCE
    while (not rows.exists() or rows.stat().st_size < 32 * 200) and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (2, ""), err
    *_, last = err.splitlines()
    told = re.search(r"stopped at height (\d+)", last)
    assert told, err
    assert "Traceback" not in err
    process = run("import clew.cli; clew.cli.main()")
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert f"block {int(told[1]):,}" in out
    built(room / "once", folder)
    assert digest(ledger) == digest(room / "once")


# A full disk


@pytest.fixture
def disk(room: Path) -> Iterator[Callable[[int], Path]]:
    """A file system of so many KiB, or the same one made larger or smaller."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    place = room / "disk"
    place.mkdir()
    mounted = False

    def make(kib: int) -> Path:
        nonlocal mounted
        options = f"{'remount,' if mounted else ''}size={kib}k"
        command = ["mount", "-t", "tmpfs", "-o", options, "clew-test", place]
        made = subprocess.run(command, capture_output=True)
        if made.returncode:
            pytest.skip("this system lets nobody mount a small disk")
        mounted = True
        return place

    yield make
    if mounted:
        subprocess.run(["umount", "-l", place], check=True, capture_output=True)


def end_of(ledger: Path, folder: Path, **how: object) -> str:
    """Index; returns what is said of the full disk, or nothing where there was room."""
    try:
        built(ledger, folder, **how)
    except StorageError as error:
        message = str(error)
    else:
        return ""
    assert "the disk is full" in message
    assert "\n" not in message
    assert str(ledger) in message
    return message


def used(place: Path) -> int:
    state = os.statvfs(place)
    return (state.f_blocks - state.f_bfree) * state.f_frsize // 1024


def test_a_full_disk_under_a_new_ledger(
    blocks: Sequence[bytes], room: Path, expected: str, disk: Callable[[int], Path]
) -> None:
    """At many sizes, so that the end comes in rows, in derived tables, in the manifest, and after."""
    folder = node(room / "blocks", blocks)
    place = disk(100_000)
    built(place / "ledger", folder)
    need = used(place)
    shutil.rmtree(place / "ledger")
    where = set()
    for kib in [4, *range(8, need, 24), *range(need - 24, need + 8, 4)]:
        ledger = disk(kib) / "ledger"
        for batch_bytes in (None, 5_000):
            message = end_of(ledger, folder, batch_bytes=batch_bytes)
            where.add(Path(message.partition(":")[0]).name.partition(".")[0] if message else "done")
            if message and ledger.exists():
                assert not (ledger / "manifest.json.new").exists()
                with pytest.raises(NotALedgerError, match="run clew index again"):
                    digest(ledger)
            disk(100_000)
            built(ledger, folder)
            assert digest(ledger) == expected
            shutil.rmtree(ledger)
    assert "done" in where
    assert len(where & {table.name for table in ROW_TABLES}) > 2
    assert len(where & {table.name for table in DERIVED_TABLES}) > 2


def test_a_full_disk_under_a_ledger_that_goes_on(
    blocks: Sequence[bytes], room: Path, expected: str, disk: Callable[[int], Path]
) -> None:
    folder = node(room / "blocks", blocks)
    place = disk(100_000)
    built(room / "early", folder, until=30)
    before = digest(room / "early")
    shutil.copytree(room / "early", place / "ledger")
    start = used(place)
    built(place / "ledger", folder)
    end = max(used(place), start) + 300
    outcomes = set()
    for kib in range(start, end, 16):
        ledger = disk(100_000) / "ledger"
        shutil.rmtree(ledger)
        shutil.copytree(room / "early", ledger)
        was = contents(ledger)
        reader = Ledger(ledger)
        disk(max(kib, used(place)))
        if end_of(ledger, folder, batch_bytes=10_000):
            now = digest(ledger)
            assert now in (before, expected)
            outcomes.add(now == before)
            if manifests.read(ledger).written.blocks == 31:
                unchanged(ledger, was)
        else:
            outcomes.add(None)
        assert reader.digest() == before
        disk(100_000)
        built(ledger, folder)
        assert digest(ledger) == expected
    assert {True, None} <= outcomes


def test_a_full_disk_while_blocks_are_replaced(room: Path, disk: Callable[[int], Path]) -> None:
    chain = Chain()
    chain.mine(lock("miner"), count=40)
    rival = chain.fork(5)
    rival.mine(lock("rival"), count=60)
    folder = node(room / "blocks", chain.raw_blocks)
    place = disk(100_000)
    built(place / "ledger", folder)
    before = digest(place / "ledger")
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[6:]])
    start = used(place)
    was = contents(place / "ledger")
    failed = 0
    for kib in range(start, start + 2_000, 20):
        disk(kib)
        if not end_of(place / "ledger", folder, batch_bytes=2_000):
            break
        failed += 1
        assert digest(place / "ledger") == before
        unchanged(place / "ledger", was)
    assert failed > 5
    assert digest(place / "ledger") == truth(room / "naive", rival.raw_blocks)
