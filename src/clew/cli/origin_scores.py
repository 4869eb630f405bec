"""Origins of payments in an economy, graded with its tags at each coverage and compared with its truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew.accuracy.figures import Figure

_PACK = "exchanges-{}.yaml"
_MADE = "2026-01-01T00:00:00+00:00"
"""When tags were imported: always the same, so that the same economy gives the same bytes."""


def coverages_of(economy: Path) -> list[str]:
    """Per cent of tagged addresses for which an economy has a TagPack, the most first."""
    before, after = _PACK.split("{}")
    found = (each.name for each in (economy / "tagpacks").glob(_PACK.format("*")))
    return sorted((each[len(before) : -len(after)] for each in found), key=float, reverse=True)


def origin_figures(economy: Path, ledger: Path, coverage: str) -> list[Figure]:
    """How often graded origins are wrong in an economy, where ``coverage`` per cent of tags are known.

    ``ledger``: a folder made of its blocks, to be thrown away: its tags are replaced. Nothing of an economy
    too short for its service to have an address. Raises UsageError where the truth cannot be read.
    """
    from clew.accuracy.origins import figures_of, measure, seeds_of
    from clew.bitcoin.networks import NETWORKS
    from clew.interop import packs
    from clew.interop.imports import bring_in
    from clew.interop.subjects import Subjects
    from clew.interop.tagcsv import Form
    from clew.ledger.ledger import open_ledger
    from clew.reference.attributions import Attributions
    from clew.reference.store import FILE_NAME

    if not seeds_of(economy):
        return []
    (ledger / FILE_NAME).unlink(missing_ok=True)
    files = [economy / "tagpacks" / each for each in ("custodians.actorpack.yaml", _PACK.format(coverage))]
    read = packs.read(files, Subjects(NETWORKS["regtest"]), Form())
    bring_in(Attributions(ledger), read, _MADE)
    opened = open_ledger(ledger)
    try:
        return list(figures_of(measure(opened, economy), coverage))
    finally:
        opened.close()


__all__ = ["coverages_of", "origin_figures"]
