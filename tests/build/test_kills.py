"""A short run of the sweep that kills runs at random instants; ``tools/kills.py`` is the long one.

And what a kill cannot show, since the machine goes on: that what a manifest names was made to survive a
power cut before the manifest named it.
"""

from __future__ import annotations

import importlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from build.histories import forked, grown
from build.nodes import built, lively_blocks, node
from clew.build import Progress, bulk, compact, rebuild
from clew.errors import NotALedgerError, StoppedError
from clew.ledger import checks
from clew.ledger import manifest as manifests
from clew.ledger.columns import column_files
from clew.ledger.ledger import Ledger
from clew.ledger.manifest import Manifest
from clew.schema import BASE_TABLES, LINK_TABLES, ROW_TABLES, Table
from clew.simulate.chain import Chain

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are forked and killed by a signal")

TOOLS = Path(__file__).resolve().parents[2] / "tools"
KILLS = 52


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context() as patch:
        patch.syspath_prepend(TOOLS)
        return importlib.import_module("kills")


# A forked process of a process with threads may hang; those of the engine have ended by then.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_run_that_is_killed_at_any_instant_loses_nothing(tool: Any, room: Path) -> None:
    done = tool.sweep(room, 7, KILLS, per_phase=13)
    assert done == dict.fromkeys(("first build", "append", "reorganise", "compact"), KILLS // 4)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_the_sweep_sees_what_is_wrong(tool: Any, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that takes away what is old before what is new is committed."""
    write = manifests.write

    def too_soon(ledger: Path, manifest: Manifest) -> None:
        for entry in ledger.glob("base-*"):
            if manifest.base and entry.name != manifest.base.folder:
                shutil.rmtree(entry)
        write(ledger, manifest)

    subject = tool.Subject(room / "subject", 7)
    phase = tool.phases(subject)[-1]
    monkeypatch.setattr(manifests, "write", too_soon)
    changes = tool.in_a_process(phase.run, tool.laid(phase, room / "ledger"), None).changes

    def kill_and_look() -> None:
        for last in range(changes, 0, -10):
            ledger = tool.laid(phase, room / "ledger")
            tool.in_a_process(phase.run, ledger, last)
            tool.require_right(subject, ledger, True)

    with pytest.raises(tool.WrongError, match="cannot be opened"):
        kill_and_look()


# Power cuts


class Disk:
    """What would survive a power cut: the files and folders synced since they were changed last."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.synced: dict[int, tuple[int, int]] = {}
        """Size and time of change of each file as it was when it was synced, by its number."""
        self.names: dict[int, set[str]] = {}
        """Names in each folder as they were then."""
        self.commits = 0
        self._fsync, self._replace = os.fsync, os.replace
        monkeypatch.setattr(os, "fsync", self.fsync)
        monkeypatch.setattr(os, "replace", self.replace)

    def fsync(self, descriptor: int) -> None:
        """Sync, and note what of."""
        self._fsync(descriptor)
        state = os.fstat(descriptor)
        self.synced[state.st_ino] = (state.st_size, state.st_mtime_ns)
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            self.names[state.st_ino] = set(os.listdir(descriptor))

    def replace(self, source: Path, target: Path) -> None:
        """Replace, once all that a new manifest names is safe."""
        if Path(target).name == manifests.FILE_NAME:
            self.require_safe(Path(source))
            self.commits += 1
        self._replace(source, target)

    def require_safe(self, new: Path) -> None:
        """Assert that a manifest and all that it names would be there after a power cut."""
        self._require_synced(new)
        ledger = new.parent
        stated = ledger / "stated"
        stated.mkdir()
        shutil.copy(new, stated / manifests.FILE_NAME)
        manifest = manifests.read(stated)
        shutil.rmtree(stated)
        self._require_name(ledger)
        for path in named(ledger, manifest):
            self._require_synced(path)
            for each in (path, *path.parents):
                if each == ledger:
                    break
                self._require_name(each)

    def _require_synced(self, path: Path) -> None:
        state = path.stat()
        assert self.synced.get(state.st_ino) == (state.st_size, state.st_mtime_ns), f"{path}: not synced"

    def _require_name(self, path: Path) -> None:
        assert path.name in self.names.get(path.parent.stat().st_ino, ()), f"{path}: its name is not synced"


def named(ledger: Path, manifest: Manifest) -> list[Path]:
    """Every file that a state counts on."""
    found = [ledger / segment.file for segment in manifest.segments]
    for pieces, tables in ((manifest.rows, ROW_TABLES), (manifest.links, LINK_TABLES)):
        for piece in pieces:
            found += _files(ledger / piece.folder, tables, piece.checked.file)
    if manifest.base:
        found += _files(ledger / manifest.base.folder, BASE_TABLES, manifest.base.checked.file)
    if manifest.building:
        found += _files(ledger / bulk.ROWS, ROW_TABLES, manifest.building.checked.file)
        found.append(ledger / bulk.WORK / "payees")
    return found


def _files(folder: Path, tables: tuple[Table, ...], listed: str) -> list[Path]:
    columns = [(table, column) for table in tables for column in table.columns]
    return [folder / listed, *(folder / name for each in columns for name, _, _ in column_files(*each))]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no other way to know a descriptor")
def test_all_that_a_manifest_names_survives_a_power_cut(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "COMMIT_SECONDS", 0.0)
    monkeypatch.setattr(checks, "CHUNK", 1_000)
    monkeypatch.setattr(rebuild, "OUTGROWN", 150)
    monkeypatch.setattr(rebuild, "UNDONE", 30)
    disk = Disk(monkeypatch)
    chance = random.Random(5)
    chain = grown(Chain(), 170, chance)
    ledger, folder = room / "new" / "ledger", room / "blocks"

    def step(run: Callable[[], object], least: int) -> None:
        before = disk.commits
        run()
        assert disk.commits >= before + least

    node(folder, chain.raw_blocks)
    step(lambda: built(ledger, folder, until=60, batch_bytes=5_000), 4)
    step(lambda: built(ledger, folder, batch_bytes=8_000), 3)
    blocks = list(chain.raw_blocks)
    for undone in (3, 150):
        fork = chain.height - undone
        chain = forked(chain, fork, undone + 6, chance)
        blocks += chain.raw_blocks[fork + 1 :]
        node(folder, blocks)
        step(lambda: built(ledger, folder, batch_bytes=1_000), 2)
    step(lambda: compact(ledger), 1)
    assert Ledger(ledger).tip.height == chain.height


# What is left of a first build


def test_records_that_were_cut_off_are_not_taken_for_empty_ones(room: Path) -> None:
    """As a disk may leave them that does not keep what it was told to."""

    def stop(progress: Progress) -> None:
        if progress.stage == "addresses":
            raise KeyboardInterrupt

    ledger, folder = room / "ledger", node(room / "blocks", lively_blocks())
    with pytest.raises(StoppedError, match="after all blocks were read"):
        built(ledger, folder, progress=stop)
    payees = ledger / bulk.WORK / "payees"
    os.truncate(payees, payees.stat().st_size - 1)
    before = payees.read_bytes()
    with pytest.raises(NotALedgerError, match="the records of an unfinished build are damaged"):
        built(ledger, folder)
    assert payees.read_bytes() == before
