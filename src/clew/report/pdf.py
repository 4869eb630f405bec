"""A report as PDF/A: typeset by typst with the fonts it carries, so that no machine differs."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from importlib.resources import files

from clew.errors import ReportError
from clew.report.document import Document


def pdf(document: Document) -> bytes:
    """The report as the bytes of a PDF. The same document gives the same bytes.

    A language whose letters the typesetter's fonts have not is set in a font of the machine. Raises
    ReportError if there is none, or the typesetter refuses the page.
    """
    import typst

    wanted = document.language.fonts
    if wanted and not set(wanted).intersection(typst.Fonts().families()):
        raise ReportError(
            f"a PDF in this language ({document.language.code}) needs a font that has its letters, found "
            f"none of {', '.join(wanted)}; install one (Debian, Ubuntu: fonts-nanum), or write .html"
        )
    page = files("clew.report").joinpath("report.typ").read_bytes()
    content = dataclasses.asdict(document) | {"date": _date(document.time)}
    try:
        return typst.compile(
            page,
            sys_inputs={"document": json.dumps(content, ensure_ascii=False)},
            ignore_system_fonts=not wanted,
            format="pdf",
            pdf_standards="a-2b",
        )
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        raise ReportError(f"the typesetter could not set the report: {reason}") from error


def _date(time: int) -> tuple[int, int, int, int, int, int]:
    moment = datetime.fromtimestamp(time, UTC)
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
