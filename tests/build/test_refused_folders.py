"""Folders and files that cannot be indexed: one line each, and nothing is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from build.nodes import (
    KEY,
    REGTEST,
    built,
    contents,
    digest,
    framed,
    lively_blocks,
    node,
    raw_node,
    refused,
    truth,
    unchanged,
)
from build.processes import Child, holding
from clew.build import pipeline
from clew.errors import (
    BadBlockError,
    BlockFileError,
    LedgerInUseError,
    LedgerVersionError,
    MissingBlockError,
    NoBlockFilesError,
    NotALedgerError,
    StoppedError,
    StorageError,
    UsageError,
    WrongNetworkError,
)
from clew.ledger import manifest as manifests
from clew.ledger.blockfiles import BlockFiles
from clew.simulate.chain import Chain
from clew.simulate.locks import lock

BLOCKS = lively_blocks(12)
FRAMES = framed(BLOCKS)


@pytest.fixture
def folder(room: Path) -> Path:
    return node(room / "blocks", BLOCKS)


@pytest.fixture
def ledger(room: Path, folder: Path) -> Path:
    """A ledger of the first blocks, to be left as it is."""
    built(room / "ledger", folder, until=6)
    return room / "ledger"


# Block files


def test_no_such_folder_and_none_in_it(room: Path, ledger: Path) -> None:
    (room / "empty" / "blocks").mkdir(parents=True)
    (room / "file").write_text("")
    for name, words in (
        ("nowhere", "no such folder"),
        ("empty", "found none"),
        ("file", "expected a folder"),
        ("file/below", "no such folder"),
        ("x" * 300, "cannot be read"),
    ):
        kind = BlockFileError if name[:3] == "xxx" else NoBlockFilesError
        refused(kind, ledger, room / name, str(room / name), words)
        refused(kind, room / "new", room / name, str(room / name), words)
        refused(kind, room / "deep" / "er" / "new", room / name, words)
        assert not (room / "deep").exists()


def test_files_without_a_block(room: Path, ledger: Path) -> None:
    for name, data in (
        ("empty", b""),
        ("zeros", bytes(100_000)),
        ("noise", bytes(range(1, 256)) * 999),
        ("short", REGTEST.magic),
        ("frame", FRAMES[0][:50]),
    ):
        folder = raw_node(room / name, data)
        refused(NoBlockFilesError, room / "new", folder, "blk00000.dat", "offset 0", REGTEST.magic.hex())
        refused(NoBlockFilesError, ledger, folder, "blk00000.dat")


def test_another_network(room: Path, folder: Path, ledger: Path) -> None:
    for name in ("main", "testnet3", "testnet4", "signet"):
        new = room / "new"
        refused(WrongNetworkError, new, folder, "offset 0", "--network regtest", "blk00000.dat", network=name)
        refused(WrongNetworkError, ledger, folder, str(ledger), name, "regtest", network=name)


def test_another_network_of_the_same_magic(room: Path, shared_data: Path) -> None:
    """Told by the genesis block."""
    said = refused(
        WrongNetworkError, room / "new", shared_data / "blocks" / "mainnet-0-4312", "genesis", "offset 8",
        network="testnet3", magic=bytes.fromhex("f9beb4d9"),
    )  # fmt: skip
    assert "000000000019d668" in said
    assert "000000000933ea01" in said


def test_another_network_than_that_of_the_ledger(room: Path, ledger: Path, shared_data: Path) -> None:
    """Naming the right network alone would only lead to the next refusal."""
    said = refused(WrongNetworkError, ledger, shared_data / "blocks" / "mainnet-0-4312", network=None)
    assert said.endswith(
        "; this ledger is of regtest; name another folder with --ledger and use --network main"
    )


def test_a_wrong_magic(room: Path, folder: Path, ledger: Path) -> None:
    wrong = bytes.fromhex("deadbeef")
    refused(WrongNetworkError, room / "new", folder, "deadbeef", "without --magic", magic=wrong)
    own = raw_node(room / "own", b"".join(bytes.fromhex("01020304") + frame[4:] for frame in FRAMES))
    refused(NoBlockFilesError, room / "new", own, "deadbeef", "01020304", "--magic", magic=wrong)
    refused(NoBlockFilesError, room / "new", own, REGTEST.magic.hex(), "01020304", "--magic")
    refused(WrongNetworkError, ledger, folder, "deadbeef", magic=wrong)
    refused(UsageError, room / "new", folder, "--magic", magic=b"\1\2\3")
    refused(UsageError, room / "new", folder, "moon", network="moon")


@pytest.mark.parametrize("size", [0, 7, 9, 4096])
def test_a_key_of_the_wrong_size(room: Path, folder: Path, ledger: Path, size: int) -> None:
    (folder / "xor.dat").write_bytes(bytes(size))
    for place in (ledger, room / "new"):
        refused(BlockFileError, place, folder, "xor.dat", "8 bytes", f"found {size}")


def test_a_key_that_is_another_one_or_a_folder(room: Path, ledger: Path) -> None:
    folder = node(room / "secret", BLOCKS, xor_key=KEY)
    (folder / "xor.dat").write_bytes(KEY[::-1])
    refused(NoBlockFilesError, room / "new", folder, "xor.dat has another key")
    (folder / "xor.dat").unlink()
    refused(NoBlockFilesError, room / "new", folder, "xor.dat is missing")
    (folder / "xor.dat").mkdir()
    refused(BlockFileError, ledger, folder, "xor.dat")


def test_a_file_cut_in_the_middle_of_a_needed_block(room: Path, ledger: Path) -> None:
    offset = sum(map(len, FRAMES[:8])) + 8
    for left in (89, 500):
        folder = raw_node(room / "cut", b"".join([*FRAMES[:8], FRAMES[8][:left]]), b"".join(FRAMES[9:]))
        words = ("blk00000.dat", f"offset {offset}", "height 8", "cut off", "copy the file")
        for place in (ledger, room / "new"):
            refused(MissingBlockError, place, folder, *words)
        assert built(room / "until", folder, until=7).tip.height == 7
        refused(MissingBlockError, room / "until", folder, *words)
        shutil.rmtree(room / "until")
    raw_node(room / "cut", b"".join([*FRAMES[:8], FRAMES[8][:60]]), b"".join(FRAMES[9:]))
    refused(MissingBlockError, ledger, room / "cut", "first missing height 8", f"offset {offset - 8}")


def test_a_missing_parent(room: Path, ledger: Path) -> None:
    for missing in (8, 11, 1):
        left = [frame for height, frame in enumerate(FRAMES) if height != missing]
        folder = raw_node(room / "blocks", b"".join(left))
        offset = sum(map(len, FRAMES[:missing])) + 8
        words = (
            f"first missing height {missing}",
            "blk00000.dat",
            f"offset {offset}",
            f"--until {missing - 1}",
        )
        refused(MissingBlockError, room / "new", folder, *words)
        if missing > 6:
            refused(MissingBlockError, ledger, folder, *words)
        else:
            assert built(ledger, folder).tip.height == 12


def test_a_pruned_folder(room: Path, ledger: Path) -> None:
    node(room / "many", BLOCKS, max_file_size=1)
    for gone in range(9):
        (room / "many" / f"blk{gone:05d}.dat").unlink()
    refused(MissingBlockError, room / "new", room / "many", "first missing height is 0", "blk00000.dat")
    refused(
        MissingBlockError, ledger, room / "many", "first missing height is 7", "pruned", str(room / "many")
    )
    for number in (7, 8):
        raw_node(room / "late", FRAMES[number])
        shutil.move(room / "late" / "blk00000.dat", room / "many" / f"blk{number:05d}.dat")
    assert built(ledger, room / "many").tip.height == 12
    assert digest(ledger) == truth(room / "naive", BLOCKS)


def test_a_file_missing_in_the_middle(room: Path, ledger: Path) -> None:
    folder = node(room / "many", BLOCKS, max_file_size=1)
    (folder / "blk00009.dat").unlink()
    for place in (room / "new", ledger):
        refused(MissingBlockError, place, folder, "first missing height is 9", "blk00009.dat")


def test_an_interrupted_ledger_goes_on_from_a_pruned_node(room: Path, folder: Path) -> None:
    def stop(progress: pipeline.Progress) -> None:
        if progress.height == 9:
            raise KeyboardInterrupt

    with pytest.raises(Exception, match="stopped at height 9"):
        built(room / "new", folder, batch_bytes=1, progress=stop)
    raw_node(folder, b"".join(FRAMES[10:]))
    assert built(room / "new", folder).resumed_from == 9
    assert digest(room / "new") == truth(room / "naive", BLOCKS)


def test_a_file_that_shrinks_while_it_is_read(room: Path, folder: Path, ledger: Path) -> None:
    """A node truncates a finished file; a mapping would die by a signal."""
    whole = (folder / "blk00000.dat").read_bytes()
    for left in (0, sum(map(len, FRAMES[:9])) + 300):

        def shrink(progress: pipeline.Progress, left: int = left) -> None:
            if progress.stage == "scan":
                (folder / "blk00000.dat").write_bytes(whole[:left])

        for place in (room / "new", ledger):
            (folder / "blk00000.dat").write_bytes(whole)
            words = ("blk00000.dat", "offset", "truncated while it was read")
            refused(BadBlockError, place, folder, *words, progress=shrink)


def test_a_file_that_changes_or_goes_while_it_is_read(room: Path, folder: Path, ledger: Path) -> None:
    whole = (folder / "blk00000.dat").read_bytes()

    def change(progress: pipeline.Progress) -> None:
        if progress.stage == "scan":
            (folder / "blk00000.dat").write_bytes(whole[1:] + b"x")

    refused(BadBlockError, room / "new", folder, "changed while", "blk00000.dat", progress=change)
    node(room / "many", BLOCKS, max_file_size=1)

    def remove(progress: pipeline.Progress) -> None:
        if progress.stage == "scan" and progress.done == progress.total:
            for path in (room / "many").iterdir():
                path.unlink()

    # Files that are still open can still be read.
    assert built(room / "new", room / "many", progress=remove).tip.height == 12


def test_a_file_that_cannot_be_read(
    room: Path, folder: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(BlockFiles, "_read_at", fail)
    for place in (room / "new", ledger):
        refused(BlockFileError, place, folder, "blk00000.dat", "offset 0", "Input/output error", "drive")


def test_a_link_to_itself(room: Path, folder: Path, ledger: Path) -> None:
    (folder / "blk00001.dat").symlink_to(folder / "blk00001.dat")
    refused(BlockFileError, ledger, folder, "blk00001.dat")


# Ledger folders


def test_a_folder_that_is_no_ledger(room: Path, folder: Path) -> None:
    (room / "letters").mkdir()
    (room / "letters" / "rows-0001").mkdir()
    (room / "letters" / "dear.txt").write_text("dear")
    refused(NotALedgerError, room / "letters", folder, str(room / "letters"), "another folder")
    assert sorted(path.name for path in (room / "letters").iterdir()) == ["dear.txt", "rows-0001"]
    (room / "file").write_text("something")
    for name in ("file", "file/below"):
        kind = NotALedgerError if name == "file" else StorageError
        with pytest.raises(kind, match="file"):
            built(room / name, folder)
    assert (room / "file").read_text() == "something"
    refused(NotALedgerError, folder, folder, str(folder))


@pytest.mark.parametrize(
    "name",
    [
        *("source", "rows-0001", "links-0001", "base-7", "work-0001", "segment-0000000-0000007-0001"),
        *("lock", "manifest.json.new"),
    ],
)
def test_a_folder_of_somebody_else_with_a_name_of_ours(room: Path, folder: Path, name: str) -> None:
    """What lies in it may be the only copy."""
    (room / "thesis" / name).mkdir(parents=True)
    (room / "thesis" / name / "thesis.tex").write_text("years of work")
    refused(NotALedgerError, room / "thesis", folder, str(room / "thesis"), name, "another folder")
    (room / "linked").mkdir()
    (room / "linked" / name).symlink_to(room / "thesis" / name)
    refused(NotALedgerError, room / "linked", folder, name)


def test_a_ledger_that_lost_its_manifest_outlives_a_run_that_fails(room: Path, folder: Path) -> None:
    built(room / "ledger", folder)
    (room / "ledger" / "manifest.json").unlink()
    refused(NoBlockFilesError, room / "ledger", room / "nowhere")
    refused(WrongNetworkError, room / "ledger", folder, network="main")
    built(room / "ledger", folder)
    assert digest(room / "ledger") == truth(room / "naive", BLOCKS)


def test_folders_of_somebody_else_beside_a_ledger_are_left_alone(room: Path, ledger: Path) -> None:
    """Also where the next ones would go."""
    strange = {
        *("rows-0002", "links-0002", "base-0002", "work-0001", "rows-0007", "base-0044"),
        "segment-0000001-0000015-0002",
    }
    for name in strange:
        (ledger / name).mkdir()
        (ledger / name / "dear.txt").write_text("dear")
    rival = Chain(seed="rival")
    rival.mine(lock("rival"), count=14)
    built(ledger, node(room / "rival", rival.raw_blocks))
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)
    assert {path.parent.name for path in ledger.glob("*/dear.txt")} == strange
    assert {path.name for path in ledger.glob("*-*")} == strange | manifests.read(ledger).folders()


def test_the_lock_is_let_go_last_and_always(
    room: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever gets it finds the folder cleared, even where that cannot be done."""
    removed: list[str] = []
    rmtree, unlink = shutil.rmtree, Path.unlink

    def note_tree(path: Path, *_: object) -> None:
        removed.append(path.name)
        rmtree(path)

    def note_file(path: Path, **how: bool) -> None:
        removed.append(path.name)
        unlink(path, **how)

    def stop(progress: pipeline.Progress) -> None:
        if progress.stage == "blocks":
            raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", note_tree)
        patch.setattr(Path, "unlink", note_file)
        with pytest.raises(ZeroDivisionError):
            built(room / "new", folder, progress=stop)
    assert removed.index("rows-0001") < removed.index("lock")

    def refuse(path: Path) -> None:
        raise PermissionError(f"{path} cannot be listed")

    with monkeypatch.context() as patch:

        def spoil(progress: pipeline.Progress) -> None:
            patch.setattr(Path, "iterdir", refuse)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            built(room / "kept", folder, progress=spoil)
    built(room / "kept", folder)


def test_another_version(room: Path, folder: Path, ledger: Path) -> None:
    manifests.write(ledger, manifests.replace(manifests.read(ledger), version=99))
    refused(LedgerVersionError, ledger, folder, "version 99", "manifest.json")


def edit(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    stated = json.loads(path.read_text())
    change(stated)
    path.write_text(json.dumps(stated))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_text(""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "binary": lambda path: path.write_bytes(b"\xff\xfe" * 99),
    "list": lambda path: path.write_text("[]"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "other": lambda path: path.write_text("{}"),
    "lines": lambda path: path.write_text("{\n\n\n x"),
    "digit": lambda path: path.write_text(path.read_text().replace('"blocks": 7', '"blocks": 6')),
    "lost": lambda path: edit(path, lambda stated: stated.pop("counts")),
    "more": lambda path: edit(path, lambda stated: stated.update(surprise=1)),
    "network": lambda path: edit(path, lambda stated: stated.update(network="main")),
    "building": lambda path: edit(path, lambda stated: stated.update(building={})),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_manifest(folder: Path, ledger: Path, how: str) -> None:
    before = (ledger / "manifest.json").read_bytes()
    DAMAGE[how](ledger / "manifest.json")
    assert (ledger / "manifest.json").read_bytes() != before
    refused(NotALedgerError, ledger, folder, "manifest.json", network=None)


def stop_at(height: int) -> Callable[[pipeline.Progress], None]:
    """A progress display that interrupts once the rows of a height are made."""

    def stop(progress: pipeline.Progress) -> None:
        if progress.height == height:
            raise KeyboardInterrupt

    return stop


def column_files(ledger: Path) -> list[Path]:
    """Every file of columns, records and segments that holds anything, and the checksums of rows.

    Those of a base are only for who verifies it.
    """
    found = [
        path
        for path in ledger.glob("*-*/*")
        if path.stat().st_size and not (path.name == "checks" and path.parent.name.startswith("base"))
    ]
    return [*found, *ledger.glob("segment-*")]


@pytest.mark.parametrize("state", ["finished", "interrupted"])
def test_a_missing_or_short_file(room: Path, state: str) -> None:
    """Also of a ledger that is not finished, where nothing else would miss it."""
    blocks = lively_blocks(130)
    folder, ledger = node(room / "blocks", blocks), room / "ledger"
    if state == "finished":
        built(ledger, folder, until=125)
    else:
        with pytest.raises(StoppedError):
            built(ledger, folder, batch_bytes=1, progress=stop_at(125))
    names = column_files(ledger)
    kinds = {path.relative_to(ledger).parts[0].partition("-")[0] for path in names}
    assert kinds == ({"rows", "links", "base", "segment"} if state == "finished" else {"rows", "work"})
    assert len(names) > 20
    for path in names:
        whole = path.read_bytes()
        path.write_bytes(whole[:-1])
        refused(NotALedgerError, ledger, folder, path.name, "build")
        path.unlink()
        with pytest.raises(NotALedgerError, match=path.name):
            built(ledger, folder)
        path.write_bytes(whole)
    built(ledger, folder)
    assert digest(ledger) == truth(room / "naive", blocks)


@pytest.mark.parametrize("lost", ["size", "changed", "skipped", "number"])
def test_a_damaged_memory_of_the_files_only_costs_time(
    room: Path, folder: Path, ledger: Path, lost: str
) -> None:
    def damage(stated: dict[str, Any]) -> None:
        stated["files"][0].pop(lost)

    def spoil(stated: dict[str, Any]) -> None:
        stated["files"][0][lost] = ["odd"]

    for change in (damage, spoil):
        edit(ledger / "source" / "frames.json", change)
        assert built(ledger, folder, until=7).tip.height == 7
    (ledger / "source" / "frames.json").write_text('"text"')
    built(ledger, folder)
    assert digest(ledger) == truth(room / "naive", BLOCKS)


def test_a_folder_that_a_killed_run_left(room: Path, folder: Path) -> None:
    """Rows without a manifest: nobody's, so the next run begins anew."""
    (room / "new" / "rows-0001").mkdir(parents=True)
    (room / "new" / "rows-0001" / "blocks.hash").write_bytes(b"x" * 999)
    (room / "new" / "lock").write_text("")
    (room / "new" / "manifest.json.new").write_text("{")
    built(room / "new", folder)
    assert digest(room / "new") == truth(room / "naive", BLOCKS)


def test_leftovers_beside_a_manifest(room: Path, folder: Path, ledger: Path) -> None:
    for name in ("rows-0009", "links-0003", "base-0002", "base-0077", "work-0001"):
        (ledger / name).mkdir()
        (ledger / name / ("payees" if name[0] == "w" else "blocks.hash")).write_bytes(b"x" * 999)
    (ledger / "segment-0000007-0000012-0009").write_bytes(b"x" * 999)
    for piece in (*manifests.read(ledger).rows, *manifests.read(ledger).links):
        for path in (ledger / piece.folder).iterdir():
            path.write_bytes(path.read_bytes() + b"left by a killed run")
    built(ledger, folder)
    assert digest(ledger) == truth(room / "naive", BLOCKS)
    assert {path.name for path in ledger.glob("*-*")} == manifests.read(ledger).folders()


@pytest.mark.parametrize("stage", ["scan", "blocks", "links"])
def test_a_ledger_in_use(room: Path, folder: Path, stage: str) -> None:
    """By another process, which goes on undisturbed; new and not so new."""
    for until, there in ((6, stage), (12, "scan" if stage == "scan" else "append")):
        with holding(room / "ledger", folder, there, until=until) as child:
            names = sorted(str(path.relative_to(room)) for path in (room / "ledger").rglob("*"))
            with pytest.raises(LedgerInUseError, match="another clew index") as caught:
                built(room / "ledger", folder)
            assert str(room / "ledger") in str(caught.value)
            assert sorted(str(path.relative_to(room)) for path in (room / "ledger").rglob("*")) == names
            child.go_on()
        assert child.code == 0, child.err
    assert digest(room / "ledger") == truth(room / "naive", BLOCKS)


def test_reading_while_a_first_run_has_just_begun(room: Path, folder: Path) -> None:
    """There is no manifest yet, but somebody is at work."""
    said: list[str] = []

    def read(progress: pipeline.Progress) -> None:
        if progress.stage in ("scan", "blocks") and not (room / "new" / "manifest.json").exists():
            with pytest.raises(NotALedgerError) as caught:
                manifests.read(room / "new")
            said.append(str(caught.value))

    built(room / "new", folder, progress=read)
    assert len(said) > 2
    assert all("clew index is running" in each and "not finished" in each for each in said)
    (room / "new" / "manifest.json").unlink()
    with pytest.raises(NotALedgerError, match=r"has no manifest\.json"):
        manifests.read(room / "new")


# Folders that cannot be written


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], None]]:
    """Turns folders read-only for everybody, root included, until the test ends."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a folder read-only")
    mounted: list[Path] = []

    def turn(path: Path) -> None:
        bind = subprocess.run(["mount", "--bind", path, path], capture_output=True)
        if bind.returncode:
            pytest.skip("this system lets nobody mount a folder read-only")
        mounted.append(path)
        subprocess.run(["mount", "-o", "remount,ro,bind", path], check=True, capture_output=True)

    yield turn
    for path in mounted:
        subprocess.run(["umount", "-l", path], check=True, capture_output=True)


def test_read_only_block_files(room: Path, folder: Path, read_only: Callable[[Path], None]) -> None:
    read_only(folder)
    built(room / "new", folder)
    assert digest(room / "new") == truth(room / "naive", BLOCKS)


def test_a_read_only_ledger(folder: Path, ledger: Path, read_only: Callable[[Path], None]) -> None:
    read_only(ledger)
    refused(StorageError, ledger, folder, str(ledger), "Read-only file system")
    assert digest(ledger)


def test_a_new_ledger_in_a_read_only_place(
    room: Path, folder: Path, read_only: Callable[[Path], None]
) -> None:
    (room / "place").mkdir()
    read_only(room / "place")
    refused(StorageError, room / "place" / "new", folder, "Read-only file system", str(room / "place"))
    refused(StorageError, room / "place", folder, "Read-only file system", str(room / "place"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read and write everything")
def test_folders_that_this_user_may_not_use(room: Path, folder: Path, ledger: Path) -> None:
    folder.chmod(0)
    refused(BlockFileError, room / "new", folder, str(folder))
    folder.chmod(0o700)
    (folder / "blk00000.dat").chmod(0)
    refused(BlockFileError, room / "new", folder, "blk00000.dat")
    (folder / "blk00000.dat").chmod(0o400)
    ledger.chmod(0o500)
    refused(StorageError, ledger, folder, str(ledger))
    ledger.chmod(0o700)


def test_as_another_user(room: Path, folder: Path, ledger: Path) -> None:
    """What permissions forbid, in a process that they hold for."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can become another user")
    room.chmod(0o755)
    for path in (ledger, *ledger.rglob("*"), folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (room / "open").mkdir()
    (room / "open").chmod(0o777)
    before = contents(ledger)
    for blocks, where, kind in (
        (folder, ledger, "StorageError"),
        (folder, room / "new", "StorageError"),
        (room / "secret", room / "open", "BlockFileError"),
    ):
        if blocks != folder:
            shutil.copytree(folder, blocks)
            blocks.chmod(0o700)
        child = Child(where, blocks, user=65534)
        out = child.end()
        assert out.startswith(kind), out
        assert out.count("\n") == 1
        assert "Permission denied" in out
    unchanged(ledger, before)
