"""A report as PDF/A: typeset by typst with the fonts it carries, so that no machine differs."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, datetime
from importlib.resources import files

from clew.errors import ReportError
from clew.report.document import Document
from clew.report.language import KOREAN

_HANGUL = re.compile("[가-힣]")


def pdf(document: Document) -> bytes:
    """The report as the bytes of a PDF. The same document gives the same bytes.

    A language whose letters the typesetter's fonts have not is set in a font of the machine. Raises
    ReportError if there is none, or the typesetter refuses the page.
    """
    import typst

    content = dataclasses.asdict(document) | {"date": _date(document.time)}
    # Names of courts and numbers of cases keep their letters in a document of another language, too.
    has_hangul = _HANGUL.search(json.dumps(content, ensure_ascii=False))
    wanted = document.language.fonts or (KOREAN.fonts if has_hangul else ())
    content["language"]["fonts"] = wanted
    if wanted and not set(wanted).intersection(typst.Fonts().families()):
        raise ReportError(
            f"a PDF with Hangul ({document.language.code}) needs a font that has its letters, found "
            f"none of {', '.join(wanted)}; install one (Debian, Ubuntu: fonts-nanum), or write .html"
        )
    page = files("clew.report").joinpath("report.typ").read_bytes()
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
