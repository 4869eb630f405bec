"""The validation report: everything that was found stands in it, in the same bytes each time."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from accuracy.economy import Scored
from clew.accuracy.figures import CHANGE
from clew.accuracy.origins import Measured, figures_of
from clew.accuracy.score import Score
from clew.accuracy.truth import REAL
from clew.accuracy.validation import Validation
from clew.report.document import Chart, Document, Table

typst = pytest.importorskip("typst", reason="the extra report is not installed")


def _modelled(scored: Scored) -> Score:
    """The score with a model's figures, as if a model stated truth with some doubt."""
    from clew.accuracy.chain import chain_of
    from clew.accuracy.changes import ChangeScore

    bench = ChangeScore(scored.truth, chain_of(scored.ledger))
    count = len(scored.truth.change)
    stated = np.where(bench.right, 0.995, 0.004)
    stated[::9] = 0.4
    figures = tuple(bench.probabilities("model of change", stated, np.ones(count, bool)))
    subject = {"kind": "model", "name": "model of change", "version": 1, "stated": "", "rules": []}
    return replace(
        scored.score,
        figures=(*scored.score.figures, *figures),
        subjects=(*scored.score.subjects, subject),
    )


def _document(found: Validation) -> Document:
    from clew.report.validation import document

    return document(found, digest="ab" * 32, version="1")


def test_sections_tables_and_pictures_are_there(scored: Scored) -> None:
    made = _document(Validation([_modelled(scored)]))
    titles = [each.title for each in made.sections]
    for title in (
        "In short",
        "Entities by strict",
        "Coinjoins",
        "Change",
        "Known failures",
        "To measure again",
    ):
        assert title in titles
    charts = [part for section in made.sections for part in section.parts if isinstance(part, Chart)]
    assert any(each.caption.startswith("Calibration of model of change") for each in charts)
    assert all(each.svg.startswith("<svg") and each.description for each in charts)
    tables = [part for section in made.sections for part in section.parts if isinstance(part, Table)]
    for table in tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert sum(column.width for column in table.columns) < 174


def test_the_same_figures_are_the_same_bytes_in_both_forms(scored: Scored) -> None:
    from clew.report.html import html
    from clew.report.pdf import pdf

    found = Validation([_modelled(scored)])
    for setter in (pdf, html):
        assert setter(_document(found)) == setter(_document(Validation.from_dict(found.as_dict())))
    words = html(_document(found)).decode()
    assert "The rate on the real chain is unknown." in words
    assert "Rank 4 of 4: our own worlds" in words
    assert not re.search(r"<script|https?://(?!www\.w3\.org)", words)


def test_origins_stand_in_the_report_by_coverage_and_world(scored: Scored) -> None:
    figures = tuple(figures_of(_counts(), "20"))
    found = Validation([replace(scored.score, figures=(*scored.score.figures, *figures))])
    (section,) = (each for each in _document(found).sections if each.title == "Origins of payments")
    told = [
        ["".join(span.text for line in cell for span in line) for cell in row]
        for part in section.parts
        if isinstance(part, Table)
        for row in part.rows
    ]
    assert ["20 % of tags", "both", "1 of 1,000", "0.10 %", "0.56 %"] in told
    assert ["20 % of tags", "own wallet", "1 of 400", "0.25 %", "1.40 %"] in told
    assert ["20 % of tags", "1", "380 of 500", "76.0 %", "1 of 400"] in told
    assert any(row[1:3] == ["both together", "980 of 1,000"] for row in told)


def _counts() -> Measured:
    return Measured(
        graded=Counter({("direct", 0): 600, ("own wallet", 1): 400}),
        wrong=Counter({("own wallet", 1): 1}),
        why=Counter({"another sender": 1}),
        payments=Counter({0: 600, 1: 500}),
        good=Counter({0: 600, 1: 380}),
        reachable=Counter({"straight": 600, "own wallet": 400}),
        reached=Counter({"straight": 600, "own wallet": 380}),
        known=1100,
        exact=1100,
    )


def test_labels_are_reported_with_their_own_limits(scored: Scored) -> None:
    source = {**scored.score.source, "rank": REAL, "kind": "labels", "world": "", "seed": None}
    made = _document(Validation([replace(scored.score, source=source)]))
    text = repr(made)
    assert "Rank 1 of 4: real labelled data" in text
    assert "confirms no cluster" in text
    assert "The worlds are our own" not in text
    assert "--truth LABELS.csv" in text
    assert CHANGE not in [section.title for section in made.sections]
