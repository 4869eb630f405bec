"""Packs brought into a ledger's attributions: all that were named, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from clew.errors import UsageError
from clew.interop.packs import IMPORTERS
from clew.reference.attributions import Attributions
from clew.reference.store import Import
from clew.reference.tags import BAD_FILE, MISTYPED, REFUSED, Finding, Pack


@dataclass(frozen=True)
class Imported:
    """A pack that was imported, and the import; ``is_new`` is False for one that was in force before."""

    pack: Pack
    stated: Import
    is_new: bool


def refused(packs: Sequence[Pack], *, skip_bad: bool = False, strict: bool = False) -> list[Finding]:
    """What an import of ``packs`` is refused for.

    A row whose address nobody can have (a wrong checksum) is left out and said, since public packs have
    such rows and no other row is worse for it; with ``strict`` it is refused too. With ``skip_bad``
    nothing is, as long as some file can be read.
    """
    kinds = (*REFUSED, MISTYPED) if strict else REFUSED
    found = [each for pack in packs for each in pack.findings if each.kind in kinds]
    if skip_bad and any(_is_read(pack) for pack in packs):
        return []
    return found


def refuse(found: Sequence[Finding]) -> NoReturn:
    """Raise UsageError for what an import is refused for: the first place, and how many there are."""
    more = f"; and {len(found) - 1:,} more (clew tags check lists them)" if len(found) > 1 else ""
    raise UsageError(f"{found[0]}{more}; nothing was imported: mend the file, or import with --skip-bad")


def bring_in(attributions: Attributions, packs: Sequence[Pack], now: str) -> list[Imported]:
    """Import the packs that could be read, by one transaction; a file that is in force already stays.

    ``now``: time of the import, ISO 8601. Raises UsageError for a file that was read in another way
    before, StorageError where the disk fails; then nothing was imported.
    """
    kept = [pack for pack in packs if _is_read(pack)]
    known = {each.digest: each for each in attributions.in_force}
    new: dict[str, Pack] = {}
    for pack in kept:
        before = known.get(pack.digest)
        if before is not None and before.content != pack.content():
            raise UsageError(
                f"{pack.file}: already imported as {before.id} and read in another way then; "
                f"clew tags withdraw {before.id} first, or leave it"
            )
        if before is None:
            new.setdefault(pack.digest, pack)
    attributions.store.add([(pack, IMPORTERS[pack.format]) for pack in new.values()], now)
    by_digest = {each.digest: each for each in Attributions(attributions.store.path.parent).in_force}
    return [Imported(pack, by_digest[pack.digest], new.get(pack.digest) is pack) for pack in kept]


def _is_read(pack: Pack) -> bool:
    return not any(each.kind == BAD_FILE for each in pack.findings)


__all__ = ["Imported", "bring_in", "refuse", "refused"]
