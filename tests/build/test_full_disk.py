"""A disk that fills up in the middle: what was committed stays, and with room the same command completes."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from build.histories import forked, grown
from build.nodes import built, digest, node
from clew.build import bulk, compact
from clew.errors import NotALedgerError, StorageError
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger
from clew.simulate.chain import Chain
from clew.verify import Findings, check_own

LARGE = 200_000
"""KiB of a disk that has room for everything."""

Disk = Callable[[int], Path]


@pytest.fixture
def disk(room: Path) -> Iterator[Disk]:
    """A file system of so many KiB, or the same one made larger or smaller."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    place = room / "disk"
    place.mkdir()
    mounted = False

    def make(kib: int) -> Path:
        nonlocal mounted
        options = f"{'remount,' if mounted else ''}size={kib}k"
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "clew-test", place], capture_output=True
        )
        if made.returncode:
            pytest.skip("this system lets nobody mount a small disk")
        mounted = True
        return place

    yield make
    if mounted:
        subprocess.run(["umount", "-l", place], check=True, capture_output=True)


def used(place: Path) -> int:
    """KiB in use."""
    state = os.statvfs(place)
    return (state.f_blocks - state.f_bfree) * state.f_frsize // 1024


def ends_full(run: Callable[[Path], object], ledger: Path) -> bool:
    """Run; True if the disk was full, which must be said in one line."""
    try:
        run(ledger)
    except StorageError as error:
        message = str(error)
    else:
        return False
    assert "the disk is full" in message
    assert message.startswith(str(ledger))
    assert "\n" not in message
    return True


def require_committed(ledger: Path, digests: dict[int, str]) -> int:
    """Assert that the ledger is whole at a tip that it had before or was to get; its height."""
    opened = Ledger(ledger)
    assert opened.digest() == digests[opened.tip.height]
    findings = Findings()
    check_own(opened, findings)
    assert not len(findings)
    beside = {entry.name for entry in ledger.iterdir()} - {"lock", "source", manifests.FILE_NAME}
    assert beside == opened.manifest.folders()
    return opened.tip.height


@pytest.fixture(scope="module")
def chain() -> Chain:
    return grown(Chain(), 150, random.Random(2))


@pytest.fixture(scope="module")
def blocks(chain: Chain, common_room: Path) -> Path:
    return node(common_room / "blocks", chain.raw_blocks)


@pytest.fixture(scope="module")
def digests(blocks: Path, common_room: Path) -> dict[int, str]:
    """The digest at each height, by a ledger that is built in one go."""
    found = {}
    for height in range(110, 151):
        built(common_room / "truth", blocks, until=height)
        found[height] = digest(common_room / "truth")
    return found


def test_under_a_first_build(
    blocks: Path, digests: dict[int, str], disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At many sizes: while blocks are read, while addresses are joined, while tables are built."""
    monkeypatch.setattr(bulk, "COMMIT_SECONDS", 0.0)

    def run(ledger: Path) -> object:
        return built(ledger, blocks, batch_bytes=20_000)

    reached = set()
    for kib in [4, 40, *range(60, 3_000, 20)]:
        ledger = disk(kib) / "ledger"
        full = ends_full(run, ledger)
        if full and ledger.exists():
            with pytest.raises(NotALedgerError, match=r"run clew index again|build one with"):
                Ledger(ledger)
            building = manifests.read(ledger).building if (ledger / manifests.FILE_NAME).exists() else None
            reached.add(building.blocks if building else 0)
        disk(LARGE)
        summary = run(ledger)
        assert digest(ledger) == digests[150]
        require_committed(ledger, digests)
        if not full:
            break
        assert summary
        shutil.rmtree(ledger)
    assert not full
    assert {count == 151 for count in reached} == {False, True}, (
        f"it was never full while blocks were read, or never after: {sorted(reached)}"
    )


def test_under_appended_blocks(blocks: Path, digests: dict[int, str], disk: Disk, room: Path) -> None:
    """Each batch is committed by itself: the ledger goes as far as there was room."""
    built(room / "early", blocks, until=110)
    place = disk(LARGE)
    shutil.copytree(room / "early", place / "ledger")
    start = used(place)

    def run(ledger: Path) -> object:
        return built(ledger, blocks, batch_bytes=2_000)

    reached = set()
    for kib in range(start, start + 2_000, 24):
        ledger = disk(LARGE) / "ledger"
        shutil.rmtree(ledger)
        shutil.copytree(room / "early", ledger)
        reader = Ledger(ledger)
        disk(kib)
        full = ends_full(run, ledger)
        reached.add(require_committed(ledger, digests))
        assert reader.digest() == digests[110]
        disk(LARGE)
        run(ledger)
        assert require_committed(ledger, digests) == 150
        if not full:
            break
    assert not full
    assert {110, 150} <= reached
    assert len(reached) > 3


@pytest.mark.parametrize("what", ["compact", "reorganise"])
def test_under_what_replaces_the_ledger(
    chain: Chain, blocks: Path, digests: dict[int, str], disk: Disk, room: Path, what: str
) -> None:
    """The ledger is as it was until all is written that makes it better."""
    place = disk(LARGE)
    ledger = place / "ledger"
    fork = 120 if what == "compact" else 40
    rival = forked(chain, fork, 150 - fork + 3, random.Random(4))
    both = node(room / "both", [*chain.raw_blocks, *rival.raw_blocks[fork + 1 :]])
    rival_blocks = node(room / "rival blocks", rival.raw_blocks)
    digests = dict(digests)
    for height in (151, 152, 153):
        built(room / "rival", rival_blocks, until=height)
        digests[height] = digest(room / "rival")
    built(ledger, blocks)
    if what == "compact":
        built(ledger, both)

    def run(ledger: Path) -> object:
        return compact(ledger) if what == "compact" else built(ledger, both, batch_bytes=6_000)

    height = Ledger(ledger).tip.height
    reader, before = Ledger(ledger), digest(ledger)
    start, fulls = used(place), 0
    for kib in range(start, start + 4_000, 40):
        disk(kib)
        if not ends_full(run, ledger):
            break
        fulls += 1
        now = require_committed(ledger, digests)
        assert now == height or (what == "reorganise" and now > height)
        assert now > height or used(place) <= start + 8
    assert fulls > 3
    assert require_committed(ledger, digests) == 153
    assert reader.digest() == before
