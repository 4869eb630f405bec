"""Truth of the user's own: what files say, and every line that says nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from accuracy.economy import Scored
from accuracy.made import tallies
from clew.accuracy.divisions import divisions_of
from clew.accuracy.figures import ACTOR
from clew.accuracy.labels import read_labels
from clew.accuracy.score import score
from clew.accuracy.truth import NOT_KNOWN
from clew.errors import UsageError
from clew.heuristics.shelf import shipped

NEVER_PAID = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"


def _texts(scored: Scored, rows: list[int]) -> list[str]:
    return [str(scored.ledger.address_text(row)) for row in rows]


def test_labels_are_scored_as_an_economy_is(scored: Scored, tmp_path: Path) -> None:
    # Every address with an owner, as a file: the figures of owners are the economy's own.
    rows = np.flatnonzero(scored.truth.actor != NOT_KNOWN).tolist()
    lines = [
        f"{text},owner {scored.truth.actor[row]}"
        for row, text in zip(rows, _texts(scored, rows), strict=True)
    ]
    path = tmp_path / "owners.csv"
    path.write_text("address,owner\n" + "\n".join(lines) + "\n", encoding="utf-8")
    truth = read_labels(path, scored.ledger)
    assert truth.source["rank"] == 1
    found = score(scored.ledger, truth, list(shipped().values()), list(divisions_of(scored.ledger)))
    mine = tallies([each for each in found.figures if each.key.subject == "strict" and not each.key.by])
    theirs = tallies(
        [each for each in scored.score.figures if each.key.subject == "strict" and not each.key.by]
    )
    for measure in (
        "precision",
        "recall",
        "B-cubed precision",
        "B-cubed recall",
        "owners joined with others",
    ):
        assert mine[measure, ACTOR] == pytest.approx(theirs[measure, ACTOR])
    assert ("precision", "wallet") not in mine


def test_a_folder_of_files_is_one_truth(scored: Scored, tmp_path: Path) -> None:
    rows = np.flatnonzero(scored.truth.actor != NOT_KNOWN)[:3].tolist()
    a, b, c = _texts(scored, rows)
    (tmp_path / "addresses.csv").write_text(
        "﻿Address,Owner,Wallet,Kind,is_derived\n"
        f"{a},Exchange,hot,service,no\n{b},Exchange,cold,service,0\n{c},Cluster 5,,,yes\n"
        f"{NEVER_PAID},Exchange,,,\n\n",
        encoding="utf-8",
    )
    txid = scored.ledger.txid(scored.ledger.counts["transactions"] - 1)
    (tmp_path / "change.csv").write_text(f"output,is_change\n{txid}:0,1\n{'00' * 32}:0,0\n")
    (tmp_path / "joins.csv").write_text(f"txid,is_coinjoin,protocol\n{txid},yes,whirlpool\n")
    truth = read_labels(tmp_path, scored.ledger, rank=2)
    assert (truth.source["rank"], truth.source["kind"]) == (2, "labels")
    assert [int(truth.actor[row]) for row in rows] == [0, 0, NOT_KNOWN]
    assert len({int(truth.wallet[row]) for row in rows[:2]}) == 2
    assert truth.services == {0}
    assert truth.left_out == {
        "labels that were derived from a cluster": 1,
        "addresses that are not on the chain": 1,
        "outputs that are not on the chain": 1,
    }
    assert int((truth.change == 1).sum()) == 1
    assert truth.protocols[int(truth.protocol[-1])] == "whirlpool"


def test_an_address_of_two_owners_is_set_aside(scored: Scored, tmp_path: Path) -> None:
    (text,) = _texts(scored, [5])
    path = tmp_path / "two.csv"
    path.write_text(f"address,owner\n{text},A\n{text},B\n")
    truth = read_labels(path, scored.ledger)
    assert truth.joint == {5: frozenset({0, 1})}
    assert truth.left_out == {"addresses of several owners": 1}
    assert not truth.has_owners


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: expected the columns"),
        ("address,holder\n", "1: expected the columns"),
        ("address,owner\nnonsense,A\n", "2: "),
        (f"address,owner\n{NEVER_PAID},\n", "2: expected an owner"),
        (f"address,owner\n{NEVER_PAID}\n", "2: expected 2 columns, found 1"),
        (f"address,owner,is_derived\n{NEVER_PAID},A,perhaps\n", "2: expected is_derived to be 1 or 0"),
        (f"txid,vout,is_change\n{'00' * 32},-1,1\n", "2: expected the number of an output"),
        (f"txid,vout,is_change\n{'00' * 32},0,2\n", "2: expected is_change to be 1 or 0"),
        ("txid,is_coinjoin\nabc,1\n", "2: "),
    ],
)
def test_a_line_that_says_nothing_is_named(scored: Scored, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_labels(path, scored.ledger)
    assert str(caught.value).startswith(f"{path}:{said}")
    assert "\n" not in str(caught.value)


def test_opposites_missing_files_and_other_encodings_are_refused(scored: Scored, tmp_path: Path) -> None:
    txid = scored.ledger.txid(7)
    path = tmp_path / "labels.csv"
    path.write_text(f"txid,vout,is_change\n{txid},0,1\n{txid},0,0\n")
    with pytest.raises(UsageError, match=":3: expected one thing of each, found the opposite"):
        read_labels(path, scored.ledger)
    path.write_bytes(b"address,owner\n\xff\xfe,A\n")
    with pytest.raises(UsageError, match="expected a CSV file of labels in UTF-8"):
        read_labels(path, scored.ledger)
    with pytest.raises(UsageError, match="found: No such file"):
        read_labels(tmp_path / "none.csv", scored.ledger)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="expected CSV files"):
        read_labels(tmp_path / "empty", scored.ledger)
