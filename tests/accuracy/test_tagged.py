"""Services that tags name as truth, and what a tag that was derived from a cluster says: nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from accuracy.economy import Scored
from accuracy.made import tallies
from clew.accuracy.divisions import divisions_of
from clew.accuracy.figures import ACTOR
from clew.accuracy.score import score
from clew.accuracy.tagged import read_tags
from clew.accuracy.truth import NOT_KNOWN
from clew.ledger.ledger import open_ledger
from cli.process import Run

PACK = """\
title: some exchanges
creator: a test
tags:
"""
TAG = """\
  - address: {address}
    label: {label}
    category: exchange
    currency: BTC
    source: https://example.org/{number}
    confidence: {confidence}
    context: '{context}'
"""


def test_derived_tags_are_left_out_and_counted(scored: Scored, tmp_path: Path, inside: Run) -> None:
    import shutil

    folder = tmp_path / "ledger"
    shutil.copytree(scored.ledger.path, folder)
    rows = np.flatnonzero(scored.truth.actor != NOT_KNOWN)[:4].tolist()
    addresses = [str(scored.ledger.address_text(row)) for row in rows]
    told = [
        (addresses[0], "One", "manual_transaction", ""),
        (addresses[1], "One", "manual_transaction", ""),
        (addresses[2], "Two", "manual_transaction", ""),
        (addresses[3], "One", "heuristic", "derived from the cluster of another"),
    ]
    path = tmp_path / "pack.yaml"
    path.write_text(
        PACK
        + "".join(
            TAG.format(address=address, label=label, number=number, confidence=confidence, context=context)
            for number, (address, label, confidence, context) in enumerate(told)
        )
    )
    imported = inside("tags", "import", path, "--ledger", folder)
    assert imported.code == 0, imported
    ledger = open_ledger(folder)
    truth = read_tags(ledger)
    assert truth.source["rank"] == 1
    assert truth.actor[rows[3]] == NOT_KNOWN
    assert truth.actor[rows[0]] == truth.actor[rows[1]] != truth.actor[rows[2]]
    assert truth.left_out == {"tags that were derived from a cluster": 1}
    found = tallies(
        [each for each in score(ledger, truth, [], list(divisions_of(ledger))).figures if not each.key.by]
    )
    assert found["services that stand with another", ACTOR] == (0, 2)
    ledger.close()
    shown = inside("score", "--truth", "tags", "--ledger", folder)
    assert shown.code == 0, shown
    assert shown.out.startswith("Rank 1 of 4: real labelled data")


def test_a_ledger_without_tags_names_nobody(scored: Scored) -> None:
    truth = read_tags(scored.ledger)
    assert not truth.has_owners
