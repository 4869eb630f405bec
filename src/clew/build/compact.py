"""A ledger brought into the one form that tells nothing of how it came about.

Appending and reorganising leave rows in several folders, segments behind the base, and checks in the
order in which they were written. Compacted, the files of a ledger follow from its chain alone: those of
any two ledgers of one chain are the same byte for byte, but for the numbers in their names.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from clew.build import generations
from clew.build.append import UNDONE
from clew.build.holding import hold
from clew.build.links import rules_in_force
from clew.build.memory import Memory
from clew.build.rebuild import Rebuild
from clew.build.summary import Progress
from clew.build.timings import Timings
from clew.engine.local import LocalEngine
from clew.errors import StoppedError, UsageError
from clew.ledger import checks
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger
from clew.ledger.manifest import Manifest, Tip


@dataclass(frozen=True)
class Compaction:
    """What compacting did: sizes in bytes of the ledger's files, ``seconds`` of the whole.

    ``compacted`` is False where the ledger was in that form already. ``pieces`` (folders of rows) and
    ``segments`` are those of before.
    """

    network: str
    tip: Tip
    compacted: bool
    pieces: int
    segments: int
    bytes_before: int
    bytes_after: int
    seconds: float


def compact(
    ledger: Path,
    *,
    memory: float | None = None,
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Compaction:
    """Bring the ledger in folder ``ledger`` into its one form; what it says stays the same.

    ``memory`` GiB at most (default: half of the machine's). Files are written beside those that are
    there, which go once the new ones are committed, so that readers keep theirs and a failed or stopped
    run leaves the ledger as it was. Raises NotALedgerError where there is no finished ledger,
    StorageError, LedgerInUseError, StoppedError after an interrupt.
    """
    ledger = Path(ledger)
    if threads is not None and threads < 1:
        raise UsageError(f"--threads: expected at least 1, found {threads}")
    bound = Memory.of(memory)
    # Before the folder is held, which would make one that is not there.
    Ledger(ledger).close()
    began = time.perf_counter()
    try:
        with hold(ledger), LocalEngine(threads) as engine:
            rebuild = Rebuild(ledger, engine, bound, Timings(), progress or (lambda _: None))
            return _compact(rebuild, began)
    except KeyboardInterrupt:
        raise StoppedError(
            f"{ledger}: stopped; the ledger is as it was; run the same command again"
        ) from None


def _compact(rebuild: Rebuild, began: float) -> Compaction:
    ledger = rebuild.ledger
    before = manifests.read(ledger)
    generations.tidy(ledger, before)
    size = _size(ledger, before)
    try:
        after = _checks_ordered(ledger, _folded(rebuild, rebuild.in_one_piece(before)))
        if after != before:
            manifests.write(ledger, after)
    finally:
        # What was committed is what the file says: an interrupt may come just after it was replaced.
        generations.tidy(ledger, manifests.read(ledger))
    assert after.tip is not None
    return Compaction(
        after.network,
        after.tip,
        after != before,
        len(before.rows),
        len(before.segments),
        size,
        _size(ledger, after),
        time.perf_counter() - began,
    )


def _folded(rebuild: Rebuild, manifest: Manifest) -> Manifest:
    """The same state with a base of all but the last blocks and one segment of those."""
    blocks = manifest.blocks
    target = max(0, blocks - UNDONE)
    spans = [(segment.first, segment.last) for segment in manifest.segments]
    old_rules = [vars(rule) for rule in manifest.rules] != rules_in_force()
    if manifest.base and manifest.base.blocks == target and spans == [(target, blocks)] and not old_rules:
        return manifest
    return rebuild.fold(manifest, links_anew=old_rules)


def _checks_ordered(ledger: Path, manifest: Manifest) -> Manifest:
    """The same state with the checks of each folder in the order of files and chunks."""
    assert manifest.base is not None
    rows, links = (
        tuple(
            replace(piece, checked=checks.ordered(ledger / piece.folder, piece.checked)) for piece in pieces
        )
        for pieces in (manifest.rows, manifest.links)
    )
    base = manifest.base
    base = replace(base, checked=checks.ordered(ledger / base.folder, base.checked))
    return replace(manifest, rows=rows, links=links, base=base)


def _size(ledger: Path, manifest: Manifest) -> int:
    """Bytes of all files that a state names."""
    entries = [ledger / name for name in manifest.folders()]
    files = [path for entry in entries for path in (entry.iterdir() if entry.is_dir() else [entry])]
    return sum(path.stat().st_size for path in files)


__all__ = ["Compaction", "compact"]
