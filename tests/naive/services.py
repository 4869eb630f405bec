"""Small chains with services that are tagged."""

from __future__ import annotations

from pathlib import Path

from clew.analysis.attribution import attributions_of
from clew.analysis.inquiry import Inquiry
from clew.interop.imports import bring_in
from clew.interop.packs import read
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.ledger.ledger import Ledger
from naive.chain import Chain, address_of
from naive.ledger import build_ledger
from naive.tags import pack


def with_services(folder: Path, chain: Chain, services: dict[str, str]) -> Inquiry:
    """The ledger of a chain in ``folder``, in which some names are tagged: a name and its category each."""
    ledger = build_ledger(folder / "ledger", chain.raw, "regtest")
    rows = (
        f"address: {address_of(name)}, label: Service {name}, category: {category}, confidence: ownership"
        for name, category in services.items()
    )
    packs = read([pack(folder / "services.yaml", *rows)], Subjects(ledger.network), Form())
    assert not packs[0].findings
    bring_in(attributions_of(ledger), packs, "2026-01-01T00:00:00+00:00")
    ledger.close()
    return Inquiry(Ledger(folder / "ledger"))


__all__ = ["with_services"]
