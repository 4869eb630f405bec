"""Documents in another language: its words, its letters, and what happens without a font."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clew.errors import ReportError
from clew.report.document import Document, Points, Section, prose
from clew.report.html import html
from clew.report.language import ENGLISH, KOREAN, Language
from clew.report.pdf import pdf


def _document(language: Language, text: str) -> Document:
    return Document(
        title=text, subtitle=prose(text), motto=text, snapshot="ab" * 32, mark="ab" * 8, ledger="2026-11-25",
        version="0", time=1_700_000_000, language=language,
        sections=(Section(text, (Points((prose(text),)),)),),
    )  # fmt: skip


def test_html_says_its_language_and_its_own_words_in_it() -> None:
    page = html(_document(KOREAN, "범죄인 인도")).decode()
    assert '<html lang="ko-KR">' in page
    assert "스냅숏" in page
    assert "snapshot" not in page.partition("</style>")[2]


def test_a_font_that_is_not_there_is_said_in_a_line() -> None:
    with pytest.raises(ReportError, match=r"ko-KR.*found none of No Such Font; install one.*or write \.html"):
        pdf(_document(replace(KOREAN, fonts=("No Such Font",)), "범죄인 인도"))


def test_korean_pdf_is_the_same_each_time() -> None:
    typst = pytest.importorskip("typst")
    if not set(KOREAN.fonts).intersection(typst.Fonts().families()):
        pytest.skip("this machine has no font with Hangul")
    made = pdf(_document(KOREAN, "범죄인 인도"))
    assert made == pdf(_document(KOREAN, "범죄인 인도"))
    assert made.startswith(b"%PDF-")
    assert made != pdf(_document(ENGLISH, "extradition"))
