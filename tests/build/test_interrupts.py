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
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest

from build.nodes import built, contents, digest, lively, lively_blocks, node, reached_by, truth, unchanged
from build.processes import PATIENCE, PROJECT, Child
from clew.build import Progress, bulk, pipeline
from clew.engine.local import LocalEngine
from clew.errors import NotALedgerError, StoppedError, StorageError
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger
from clew.ledger.tables import TableWriter
from clew.schema import BASE_TABLES, ROW_TABLES
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


@pytest.fixture(scope="module")
def by_height(blocks: Sequence[bytes], tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], str]:
    """The digest of the chain up to a height."""
    place = tmp_path_factory.mktemp("by-height")
    return cache(lambda height: truth(place / f"{height}", blocks[: height + 1]))


class Step:
    """A progress display that raises at the n-th step."""

    def __init__(self, at: int, error: BaseException) -> None:
        self.at, self.error = at, error
        self.seen: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.seen.append(progress)
        if len(self.seen) == self.at:
            raise self.error


def test_ctrl_c_at_every_step_of_a_first_run(blocks: Sequence[bytes], room: Path, expected: str) -> None:
    """Each step, one after the other: one line, and the next run has less to do."""
    folder = node(room / "blocks", blocks)
    reached = []
    while True:
        ledger = room / f"ledger-{len(reached)}"
        stop = Step(len(reached) + 1, KeyboardInterrupt())
        try:
            built(ledger, folder, batch_bytes=40_000, progress=stop)
        except StoppedError as error:
            message = str(error)
        else:
            break
        assert "\n" not in message
        assert str(ledger) in message
        assert "same command again" in message
        if ledger.exists():
            with pytest.raises(NotALedgerError, match="run clew index again"):
                Ledger(ledger)
        told = re.search(r"height (\d+)", message)
        summary = built(ledger, folder)
        assert digest(ledger) == expected
        assert summary.resumed_from == (int(told[1]) if told else None)
        reached.append(summary.resumed_from)
        shutil.rmtree(ledger)
    assert {None, 40} < set(reached)
    assert reached == sorted(reached, key=lambda height: -1 if height is None else height)
    stages = {each.stage for each in stop.seen}
    assert stages >= {"scan", "blocks", "addresses", "address ids", "links", "sums"}


def test_ctrl_c_at_every_step_of_a_later_run(
    blocks: Sequence[bytes], room: Path, expected: str, by_height: Callable[[int], str]
) -> None:
    """What is added stands with each batch."""
    folder = node(room / "blocks", blocks)
    built(room / "early", folder, until=12)
    reached = []
    while True:
        ledger = Path(shutil.copytree(room / "early", room / f"ledger-{len(reached)}"))
        stop = Step(len(reached) + 1, KeyboardInterrupt())
        try:
            built(ledger, folder, batch_bytes=10_000, progress=stop)
        except StoppedError as error:
            message = str(error)
        else:
            break
        assert "\n" not in message
        assert "same command again" in message
        height = Ledger(ledger).tip.height
        assert (f"stopped at height {height};" in message) == (stop.seen[-1].stage == "append")
        assert digest(ledger) == by_height(height)
        summary = built(ledger, folder)
        assert digest(ledger) == expected
        assert (summary.resumed_from, summary.added_blocks) == (None, 40 - height)
        reached.append(height)
        shutil.rmtree(ledger)
    assert len(set(reached)) > 5
    assert reached == sorted(reached)
    assert {each.stage for each in stop.seen} == {"scan", "append"}


def test_any_other_error_leaves_the_folder_as_it_was(
    blocks: Sequence[bytes], room: Path, expected: str
) -> None:
    """Even a defect of whoever shows the progress."""
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    built(ledger, folder, until=12)
    before = contents(ledger)
    for at in (1, 2, 3):
        with pytest.raises(ZeroDivisionError):
            built(ledger, folder, progress=Step(at, ZeroDivisionError()))
        unchanged(ledger, before)
    new, kept = room / "new", None
    for at in range(1, 100):
        stop = Step(at, ZeroDivisionError())
        try:
            built(new, folder, batch_bytes=30_000, progress=stop)
        except ZeroDivisionError:
            # Blocks that were all read once need not be read again.
            assert new.exists() == (stop.seen[-1].stage not in ("scan", "blocks") or kept is not None)
        else:
            break
        if kept is not None:
            unchanged(new, kept)
        elif new.exists():
            kept = contents(new)
    assert at > 10
    assert kept is not None
    assert digest(new) == expected


def test_memory_that_runs_out_stops_nothing_but_the_run(
    blocks: Sequence[bytes], room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    with monkeypatch.context() as patch:
        patch.setattr(bulk, "COMMIT_BYTES", 0)
        with pytest.raises(MemoryError):
            built(ledger, folder, batch_bytes=20_000, progress=Step(9, MemoryError()))
    height = reached_by(ledger)
    assert height > 0
    assert built(ledger, folder).resumed_from == height
    assert digest(ledger) == expected


def test_ctrl_c_just_after_something_went_to_be_written(
    blocks: Sequence[bytes], room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anybody could keep hold of the work that writes it: it still ends before the files close."""
    begun: list[Future[Any]] = []
    closed: list[bool] = []
    close = TableWriter.close

    class Interrupted(LocalEngine):
        def write(self, work: Callable[[], R]) -> Future[R]:
            def slowly() -> R:
                time.sleep(0.02)
                return work()

            future = super().write(slowly)
            if sys._getframe(1).f_code.co_name != "put":
                return future
            begun.append(future)
            if len(begun) == at:
                raise KeyboardInterrupt
            return future

    def note(writer: TableWriter) -> None:
        closed.append(all(future.done() for future in begun))
        close(writer)

    folder = node(room / "blocks", blocks)
    kept = []
    for at in range(1, 100, 2):
        ledger = room / f"ledger-{at}"
        begun.clear()
        with monkeypatch.context() as patch:
            patch.setattr(pipeline, "LocalEngine", Interrupted)
            patch.setattr(TableWriter, "close", note)
            try:
                built(ledger, folder, batch_bytes=50_000)
            except StoppedError:
                pass
            else:
                break
        assert {future.exception() for future in begun} == {None}
        if (ledger / "manifest.json").exists():
            building = manifests.read(ledger).building
            assert building is not None
            assert (ledger / bulk.ROWS / "blocks.hash").stat().st_size == 32 * building.blocks
            assert (ledger / bulk.WORK / "payees").stat().st_size == building.spilled
            kept.append(building.blocks)
        built(ledger, folder)
        assert digest(ledger) == expected
    assert at > 20
    assert closed
    assert all(closed)
    assert len(set(kept)) > 2
    assert max(kept) == 41


@posix
def test_the_names_of_new_files_survive_a_power_cut_too(
    blocks: Sequence[bytes], room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the manifest that counts on them is written."""
    synced: list[int] = []
    seen: set[str] = set()
    fsync, write = os.fsync, manifests.write

    def note(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def check(ledger: Path, manifest: manifests.Manifest) -> None:
        names = manifest.folders() | ({bulk.ROWS, bulk.WORK} if manifest.building else set())
        for name in names:
            assert (ledger / name).stat().st_ino in synced, name
        seen.update(name.partition("-")[0] for name in names)
        write(ledger, manifest)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(manifests, "write", check)
    built(room / "ledger", node(room / "blocks", blocks), until=20)
    built(room / "ledger", room / "blocks")
    rival = lively(30).fork(25)
    rival.mine(lock("rival"), count=20)
    built(room / "ledger", node(room / "rival", rival.raw_blocks))
    assert seen == {"rows", "links", "base", "segment", "work"}
    assert len(synced) > 20


def test_blocks_are_heard_of_before_the_first_of_them_is_read(blocks: Sequence[bytes], room: Path) -> None:
    seen: list[Progress] = []
    folder = node(room / "blocks", blocks)
    built(room / "ledger", folder, until=9, progress=seen.append)
    built(room / "ledger", folder, progress=seen.append)
    first = [each for each in seen if each.stage in ("blocks", "append") and not each.done]
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
        ("scan", 0), ("blocks", 2), ("blocks", chance.randrange(10, 20)), ("blocks", 38),
        ("addresses", 0), ("sums", 0),
    ]  # fmt: skip
    for stage, height in rounds:
        child = Child(
            ledger, folder, wait_stage=stage, wait_height=height, batch_bytes=3_000, commit_seconds=0
        )
        child.wait()
        child.kill()
        if height > 9:
            assert reached_by(ledger) >= height - 4
    summary = built(ledger, folder)
    assert summary.resumed_from == 40
    assert digest(ledger) == expected


@posix
def test_kill_while_blocks_are_replaced(room: Path) -> None:
    """Below the last commit: the rows that readers have are not written over."""
    chain = Chain()
    chain.mine(lock("miner"), count=20)
    folder, ledger = node(room / "blocks", chain.raw_blocks), room / "ledger"
    built(ledger, folder)
    before = digest(ledger)
    rival = chain.fork(5)
    rival.mine(lock("rival"), count=30)
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[6:]])
    for height in (8, 20, 33):
        child = Child(ledger, folder, wait_stage="append", wait_height=height, batch_bytes=1)
        child.wait()
        # Block by block, what is as good as the old chain or better is committed.
        expected = before if height < 21 else truth(room / f"naive-{height}", rival.raw_blocks[:height])
        assert digest(ledger) == expected
        child.kill()
        assert digest(ledger) == expected
    built(ledger, folder)
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)


@posix
@pytest.mark.parametrize(("stage", "height"), [("sums", 0), ("append", 20), ("append", 129)])
def test_kill_while_the_base_is_built_anew(room: Path, stage: str, height: int) -> None:
    """A branch from below the base: what was committed stands until there is more."""
    chain = Chain()
    chain.mine(lock("miner"), count=130)
    folder, ledger = node(room / "blocks", chain.raw_blocks), room / "ledger"
    built(ledger, folder)
    before, names = digest(ledger), {path.name for path in ledger.iterdir()}
    rival = chain.fork(5)
    rival.mine(lock("rival"), count=140)
    node(folder, [*chain.raw_blocks, *rival.raw_blocks[6:]])
    child = Child(ledger, folder, wait_stage=stage, wait_height=height, batch_bytes=5_000)
    child.wait()
    assert {path.name for path in ledger.iterdir()} > names
    child.kill()
    assert digest(ledger) == before
    built(ledger, folder)
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)
    assert {path.name for path in ledger.glob("*-*")} == manifests.read(ledger).folders()


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


def test_a_full_disk_under_a_new_ledger(room: Path, disk: Callable[[int], Path]) -> None:
    """At many sizes, so that the end comes in rows, records, base tables, the manifest, and after."""
    blocks = lively_blocks(130)
    expected = truth(room / "naive", blocks)
    folder = node(room / "blocks", blocks)
    place = disk(100_000)
    built(place / "ledger", folder)
    need = used(place)
    shutil.rmtree(place / "ledger")
    where = set()
    for kib in [4, *range(8, need, need // 20), *range(need - 48, need + 64, 8)]:
        ledger = disk(kib) / "ledger"
        for batch_bytes in (None, 50_000):
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
    assert {"done", "payees"} <= where
    assert len(where & {table.name for table in ROW_TABLES}) > 2
    assert len(where & {table.name for table in BASE_TABLES}) > 2


def test_a_full_disk_under_a_ledger_that_goes_on(
    blocks: Sequence[bytes],
    room: Path,
    expected: str,
    disk: Callable[[int], Path],
    by_height: Callable[[int], str],
) -> None:
    folder = node(room / "blocks", blocks)
    place = disk(100_000)
    built(room / "early", folder, until=30)
    before = digest(room / "early")
    shutil.copytree(room / "early", place / "ledger")
    start = used(place)
    built(place / "ledger", folder)
    end = max(used(place), start) + 150
    outcomes = set()
    for kib in range(start, end, 12):
        ledger = disk(100_000) / "ledger"
        shutil.rmtree(ledger)
        shutil.copytree(room / "early", ledger)
        was = contents(ledger)
        reader = Ledger(ledger)
        disk(max(kib, used(place)))
        if end_of(ledger, folder, batch_bytes=10_000):
            height = manifests.read(ledger).blocks - 1
            assert digest(ledger) == by_height(height)
            outcomes.add(height)
            if height == 30:
                unchanged(ledger, was)
        else:
            outcomes.add(None)
        assert reader.digest() == before
        disk(100_000)
        built(ledger, folder)
        assert digest(ledger) == expected
    assert {30, None} < outcomes


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
    for kib in range(start, start + 2_000, 16):
        disk(kib)
        if not end_of(place / "ledger", folder):
            break
        failed += 1
        assert digest(place / "ledger") == before
        unchanged(place / "ledger", was)
    assert failed > 5
    assert digest(place / "ledger") == truth(room / "naive", rival.raw_blocks)
