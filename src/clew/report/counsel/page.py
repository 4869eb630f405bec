"""A page for counsel from a result: extradition, exposure, periods, or the walk through a case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from clew.errors import ReportError
from clew.proceedings.due import Due
from clew.proceedings.example import Example
from clew.proceedings.exposure import Exposure
from clew.proceedings.extradition.table import Extradition
from clew.proceedings.load import Law
from clew.proceedings.steps import Reasoned, row
from clew.proceedings.threatened import Threatened
from clew.report.counsel.basis import basis
from clew.report.counsel.due import due
from clew.report.counsel.example import example
from clew.report.counsel.exposure import exposure, threatened
from clew.report.counsel.extradition import extradition
from clew.report.counsel.words import Words
from clew.report.document import Document, Section, prose

_MARK = 16


def document(found: Any, law: Law, *, language: str, made: str, version: str) -> Document:
    """The page of a result in a language (``en``, ``ko``); ``made`` is a time in ISO 8601, UTC.

    Its snapshot is the SHA-256 of the result as the command prints it with ``--json`` in a pipe. Raises
    ReportError for a result that has no page.
    """
    words = Words(language, law)
    sections: Sequence[Section]
    if isinstance(found, Extradition):
        title, about, sections = words("extradition"), found.request, extradition(found, words)
    elif isinstance(found, Exposure):
        title, about, sections = words("exposure"), found.matter, exposure(found, words)
    elif isinstance(found, Threatened):
        title, about, sections = (
            words("exposure"),
            words.provision(found.counts[0].provision),
            threatened(found, words),
        )
    elif isinstance(found, Due):
        title, about, sections = words("deadlines"), found.matter or "", due(found, words)
    elif isinstance(found, Example):
        title, about, sections = words("example"), words.title(found), example(found, words)
    else:
        raise ReportError(f"expected a result that has a page, found {type(found).__name__}")
    if isinstance(found, Reasoned):
        sections = (*sections, *basis(found, words))
    digest = hashlib.sha256(json.dumps(row(found), separators=(",", ":")).encode()).hexdigest()
    return Document(
        title=title,
        subtitle=prose(about),
        motto=words("motto"),
        snapshot=digest,
        mark=digest[:_MARK],
        ledger=f"{words('matter')} {found.matter}" if getattr(found, "matter", None) else "",
        version=version,
        time=int(datetime.fromisoformat(made.replace("Z", "+00:00")).timestamp()),
        sections=tuple(sections),
        language=words.language,
    )
