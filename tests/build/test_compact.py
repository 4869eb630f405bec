"""Compacted, a ledger's files follow from its chain alone, however it came about."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from build.histories import forked, grown
from build.nodes import built, contents, digest, lively_blocks, node, truth
from clew.build import Progress, append, compact, rebuild
from clew.errors import LedgerInUseError, NotALedgerError, StoppedError, UsageError
from clew.ledger import checks
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger
from clew.ledger.manifest import Manifest
from clew.simulate.chain import Chain
from clew.verify import Findings, check_own

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks of few bytes, so that small files have many."""
    monkeypatch.setattr(checks, "CHUNK", 500)


def require_sound(ledger: Path) -> None:
    """Assert that the ledger's files are as committed, and that nothing else lies beside them."""
    findings = Findings()
    check_own(Ledger(ledger), findings)
    assert [str(each) for each in findings.listed] == []
    manifest = manifests.read(ledger)
    found = {entry.name for entry in ledger.iterdir()}
    assert found - {"lock", "source", manifests.FILE_NAME} == manifest.folders()


def form(ledger: Path) -> dict[str, Any]:
    """All that a ledger's folder holds, but for the numbers in names and where the blocks lay."""
    manifest = manifests.read(ledger)
    assert manifest.base is not None
    named = [*manifest.rows, *manifest.links, manifest.base]
    files: dict[str, Any] = {}
    for each in named:
        kind = each.folder.partition("-")[0]
        for path in (ledger / each.folder).iterdir():
            name = "checks" if path.name == each.checked.file else path.name
            files[f"{kind}/{name}"] = path.read_bytes()
    for segment in manifest.segments:
        files[f"{segment.first} to {segment.last}"] = (ledger / segment.file).read_bytes()
    return {**files, "manifest": _without_numbers(manifest)}


def _without_numbers(manifest: Manifest) -> Manifest:
    assert manifest.base is not None

    def plain(each: Any) -> Any:
        return replace(each, folder="", checked=replace(each.checked, file=checks.FILE_NAME))

    return replace(
        manifest,
        blocks_folder="",
        rows=tuple(map(plain, manifest.rows)),
        links=tuple(map(plain, manifest.links)),
        base=plain(manifest.base),
        segments=tuple(replace(each, file="") for each in manifest.segments),
    )


def fresh(room: Path, blocks: list[bytes]) -> Path:
    """A compacted ledger of a chain that was indexed in one go."""
    ledger = room / "fresh"
    built(ledger, node(room / "fresh blocks", blocks))
    compact(ledger)
    return ledger


@pytest.mark.parametrize("seed", range(6))
def test_any_history_ends_in_the_same_bytes(room: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Appends in steps of any size, and reorganisations, also deeper than the base goes back."""
    chance = random.Random(seed)
    if seed % 2:
        # Segments that are merged and folded early.
        monkeypatch.setattr(rebuild, "OUTGROWN", 20)
        monkeypatch.setattr(rebuild, "UNDONE", 20)
        monkeypatch.setattr(append, "MERGED", 3)
    ledger, folder = room / "ledger", room / "blocks"
    chain = grown(Chain(), chance.randrange(151, 200), chance)
    everything = list(chain.raw_blocks)
    until = chance.randrange(chain.height)
    while True:
        built(
            ledger, node(folder, everything), until=until, batch_bytes=chance.choice((1, 3_000, 20_000, None))
        )
        require_sound(ledger)
        if until >= chain.height:
            break
        until += chance.choice((1, 2, 10, 60))
    deep = [1, 2, chance.randrange(3, 99), chance.randrange(100, 151)]
    for undone in chance.sample(deep, len(deep)):
        fork = chain.height - undone
        chain = forked(chain, fork, undone + chance.choice((1, 2, 20)), chance)
        everything += chain.raw_blocks[fork + 1 :]
        if chance.random() < 0.3:
            compact(ledger)
        built(ledger, node(folder, everything), batch_bytes=chance.choice((1, 3_000, None)))
        require_sound(ledger)
    before, rows = digest(ledger), len(manifests.read(ledger).rows)
    assert before == truth(room / "naive", chain.raw_blocks)
    reader = Ledger(ledger)
    monkeypatch.undo()
    monkeypatch.setattr(checks, "CHUNK", 500)
    told = compact(ledger)
    assert (told.compacted, told.pieces, told.tip.height) == (True, rows, chain.height)
    require_sound(ledger)
    assert digest(ledger) == before == reader.digest()
    once = form(ledger)
    assert once == form(fresh(room, chain.raw_blocks))
    assert once["rows/checks"]
    # And on from there, as if nothing had been.
    grown(chain, 5, chance)
    built(ledger, node(folder, [*everything, *chain.raw_blocks[-5:]]), batch_bytes=1)
    require_sound(ledger)
    assert digest(ledger) == truth(room / "naive again", chain.raw_blocks)


def test_a_compact_ledger_is_left_as_it_is(room: Path) -> None:
    ledger = fresh(room, list(lively_blocks()))
    before = contents(ledger)
    told = compact(ledger)
    assert not told.compacted
    assert told.bytes_before == told.bytes_after > 0
    assert contents(ledger) == before


def test_threads_and_memory_change_nothing(room: Path) -> None:
    chain = grown(Chain(), 130, random.Random(1))
    folder = node(room / "blocks", chain.raw_blocks)
    for name, how in (("one", {"threads": 1}), ("two", {"threads": 3, "memory": 0.1})):
        built(room / name, folder, until=40)
        built(room / name, folder, batch_bytes=2_000)
        compact(room / name, **how)  # type: ignore[arg-type]
    assert form(room / "one") == form(room / "two")


def test_changed_rules_are_applied_by_compacting_too(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the manifest would state rules that the links were not made by."""
    folder = node(room / "blocks", lively_blocks())
    with monkeypatch.context() as patch:
        patch.setattr(rebuild, "rules_in_force", lambda: [{"name": "other", "version": 1, "source": "00"}])
        built(room / "ledger", folder)
    compact(room / "ledger")
    assert form(room / "ledger") == form(fresh(room, list(lively_blocks())))


def test_rows_of_an_append_that_failed_are_cut_off(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, blocks = room / "ledger", lively_blocks()
    built(ledger, node(room / "blocks", blocks[:31]))
    manifest = manifests.read(ledger)
    for folder in (manifest.rows[0].folder, manifest.links[0].folder):
        for path in (ledger / folder).iterdir():
            with open(path, "ab") as file:
                file.write(b"more")
    compact(ledger)
    require_sound(ledger)
    assert form(ledger) == form(fresh(room, list(blocks[:31])))


def several(room: Path) -> tuple[Path, Path]:
    """A ledger of several pieces and segments, and its blocks."""
    chance = random.Random(3)
    chain = grown(Chain(), 130, chance)
    rival = forked(chain, 120, 15, chance)
    ledger, folder = room / "ledger", room / "blocks"
    built(ledger, node(folder, chain.raw_blocks))
    built(ledger, node(folder, [*chain.raw_blocks, *rival.raw_blocks[121:]]))
    return ledger, folder


def test_ctrl_c_at_every_step_leaves_the_ledger_as_it_was(room: Path) -> None:
    ledger, _ = several(room)
    before = contents(ledger)

    for at in range(1, 1_000):
        seen = []

        def step(progress: Progress, at: int = at, seen: list[Progress] = seen) -> None:
            seen.append(progress)
            if len(seen) == at:
                raise KeyboardInterrupt

        try:
            compact(ledger, progress=step)
        except StoppedError as error:
            said = str(error)
        else:
            break
        assert said == f"{ledger}: stopped; the ledger is as it was; run the same command again"
        assert contents(ledger) == before
    assert at > 10
    assert {each.stage for each in seen} >= {"copy rows", "copy links", "links", "sums"}
    require_sound(ledger)


def test_ctrl_c_just_after_the_commit_keeps_what_was_committed(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, _ = several(room)
    before = digest(ledger)
    write = manifests.write

    def and_stop(folder: Path, manifest: Manifest) -> None:
        write(folder, manifest)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(manifests, "write", and_stop)
        with pytest.raises(StoppedError):
            compact(ledger)
    require_sound(ledger)
    assert digest(ledger) == before
    assert not compact(ledger).compacted


def test_only_a_finished_ledger_can_be_compacted(room: Path) -> None:
    with pytest.raises(NotALedgerError, match="no such folder"):
        compact(room / "none")
    assert not (room / "none").exists()
    folder = node(room / "blocks", lively_blocks())

    def stop(progress: Progress) -> None:
        if progress.stage == "links":
            raise KeyboardInterrupt

    with pytest.raises(StoppedError):
        built(room / "begun", folder, progress=stop)
    with pytest.raises(NotALedgerError, match="not finished"):
        compact(room / "begun")
    for how in ({"threads": 0}, {"memory": 0.01}):
        with pytest.raises(UsageError):
            compact(room / "begun", **how)  # type: ignore[arg-type]


def test_one_writer_at_a_time(room: Path) -> None:
    ledger, folder = several(room)
    refused = []

    def try_too(_: Progress) -> None:
        for other in (lambda: compact(ledger), lambda: built(ledger, folder)):
            with pytest.raises(LedgerInUseError) as caught:
                other()
            refused.append(str(caught.value))

    compact(ledger, progress=try_too)
    assert refused
    require_sound(ledger)


def test_files_that_were_replaced_while_they_are_checked_are_not_called_damaged(room: Path) -> None:
    ledger, folder = several(room)
    before, findings = Ledger(ledger), Findings()
    compact(ledger)
    with pytest.raises(LedgerInUseError, match="run clew verify again"):
        check_own(before, findings)
    assert not len(findings)
    # Checks alone are written anew where rows are in one folder.
    built(room / "steps", folder, until=40, batch_bytes=3_000)
    built(room / "steps", folder, batch_bytes=3_000)
    before = Ledger(room / "steps")
    compact(room / "steps")
    with pytest.raises(LedgerInUseError):
        check_own(before, findings)
    # What is damaged still is, also where blocks came in meanwhile.
    path = ledger / manifests.read(ledger).rows[0].folder / "blocks.hash"
    path.write_bytes(bytes(path.stat().st_size))
    check_own(Ledger(ledger), findings)
    assert len(findings)
