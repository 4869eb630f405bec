"""Every public file of tags is read, with the right meaning."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from clew.bitcoin.networks import NETWORKS
from clew.interop.packs import find, read
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.reference.tags import FAULTS, Pack


@pytest.fixture(scope="module")
def packs(shared_data: Path) -> dict[str, Pack]:
    files = find([shared_data / "tags"])
    assert len(files) == len(list((shared_data / "tags").iterdir()))
    return {each.file: each for each in read(files, Subjects(NETWORKS["main"]), Form())}


def plainly(path: Path) -> Any:
    """The file as PyYAML alone reads it, all values as text."""
    return yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def test_every_tag_of_bitcoin_is_there(shared_data: Path, packs: dict[str, Pack]) -> None:
    for name, pack in packs.items():
        if pack.format != "tagpack":
            continue
        raw = plainly(shared_data / "tags" / name)
        counts = Counter(tag.get("currency", raw.get("currency")).strip() for tag in raw["tags"])
        # Two mistyped addresses; and a Tron address that stands under Bitcoin.
        ours = counts.pop("BTC", 0) - {"plustoken.yaml": 2, "ofac.yaml": 1}.get(name, 0)
        assert len(pack.tags) == ours, name
        if name == "ofac.yaml":
            counts["unknown"] = 1
        assert pack.other_networks == counts, name
        lines = (shared_data / "tags" / name).read_text(encoding="utf-8").splitlines()
        for tag in pack.tags[:: max(1, len(pack.tags) // 50)]:
            assert any(tag.subject in line for line in lines[tag.line - 1 : tag.line + 3]), (name, tag)
            assert tag.label
            assert tag.source


def test_what_is_wrong_with_them(packs: dict[str, Pack]) -> None:
    faults = [
        (pack.file, each.line) for pack in packs.values() for each in pack.findings if each.kind in FAULTS
    ]
    assert faults == [("plustoken.yaml", 11), ("plustoken.yaml", 31)]


def test_derived_tags_are_those_of_a_site_that_names_clusters(packs: dict[str, Pack]) -> None:
    derived = {pack.file for pack in packs.values() for tag in pack.tags if tag.is_derived}
    assert derived == {"walletexplorer.yaml"}
    assert all(tag.is_derived for tag in packs["walletexplorer.yaml"].tags)


def test_actors_and_words(shared_data: Path, packs: dict[str, Pack]) -> None:
    raw = plainly(shared_data / "tags" / "graphsense.actorpack.yaml")["actors"]
    actors = packs["graphsense.actorpack.yaml"].actors
    assert [(each.id, each.label, each.categories) for each in actors] == [
        (each["id"], each["label"].strip(), tuple(each["categories"])) for each in raw
    ]
    assert {len(code) for each in actors for code in each.jurisdictions} == {2}
    assert any("NO" in each.jurisdictions for each in actors)
    with open(shared_data / "tags" / "abuses.csv", encoding="utf-8", newline="") as file:
        abuses = [row["id"] for row in csv.DictReader(file)]
    assert [each.id for each in packs["abuses.csv"].concepts] == abuses
    words = {each.id: each for each in packs["entities.csv"].concepts}
    assert (len(words), words["dex"].label, words["dex"].broader) == (99, "Decentralized Exchange", "service")
    assert {packs[name].format for name in ("abuses.csv", "entities.csv", "concepts.yaml")} == {"vocabulary"}


def test_the_ofac_list(shared_data: Path, packs: dict[str, Pack]) -> None:
    name = "ofac-sdn-xbt-2025-12-04.json"
    listed = json.loads((shared_data / "tags" / name).read_text())
    pack = packs[name]
    assert [tag.subject for tag in pack.tags] == [each for each in listed if not each.startswith("T")]
    assert len(listed) == len(pack.tags) + 1
    assert {tag.abuse for tag in pack.tags} == {"sanction"}
