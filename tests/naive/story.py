"""Chains whose blocks lie days apart, in which names pay each other, with tags."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from clew.analysis.inquiry import Inquiry
from clew.bitcoin.networks import NETWORKS
from clew.interop import packs
from clew.interop.imports import bring_in
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.ledger.ledger import open_ledger
from clew.reference.attributions import Attributions
from naive.chain import Chain, address_of, pay
from naive.ledger import build_ledger

DAY = 86_400
BTC = 100_000_000


class Story:
    """A chain whose blocks lie days apart, in which names pay each other."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.time = self.chain.blocks[0].header.time

    def mine(self, payee: str, value: int = 50 * BTC) -> tuple[bytes, int]:
        self.time += DAY
        block = self.chain.mine([(payee, value)], [], time=self.time)
        return block.transactions[0].txid, 0

    def pay(
        self, spent: Iterable[tuple[bytes, int]], outputs: list[tuple[str, int]], days: int = 1
    ) -> list[tuple[bytes, int]]:
        self.time += days * DAY
        made = pay(list(spent), outputs)
        self.chain.mine([("miner", 50 * BTC)], [made], time=self.time)
        return [(made.txid, place) for place in range(len(outputs))]

    def rest(self) -> None:
        self.time += 60 * DAY
        self.chain.mine([("miner", 50 * BTC)], [], time=self.time)


def asked(folder: Path, story: Story, tags: dict[str, str]) -> Inquiry:
    """The ledger of a story, with tags: name to exchange."""
    story.rest()
    ledger = build_ledger(folder / "ledger", story.chain.raw, "regtest")
    rows = "".join(
        f"- address: '{address_of(name)}'\n  label: {label}\n  actor: {label}\n  category: exchange\n"
        for name, label in tags.items()
    )
    pack = folder / "pack.yaml"
    pack.write_text(f"title: t\ncreator: c\nsource: s\ncurrency: BTC\nnetwork: BTC\ntags:\n{rows}")
    actors = folder / "a.actorpack.yaml"
    actors.write_text(
        "title: a\ncreator: c\nactors:\n- id: exa\n  label: Exa\n  uri: exa.invalid\n  jurisdictions:\n"
        "  - 'KR'\n  categories:\n  - exchange\n"
    )
    read = packs.read([pack, actors], Subjects(NETWORKS["regtest"]), Form())
    assert not [each for one in read for each in one.findings if "bad" in each.kind]
    bring_in(Attributions(ledger.path), read, "2026-01-01T00:00:00+00:00")
    ledger.close()
    return Inquiry(open_ledger(folder / "ledger"))


def withdrawn(story: Story) -> list[tuple[bytes, int]]:
    return story.pay([story.mine("hot")], [("ann", 2 * BTC), ("hot", 48 * BTC)])
