"""The tables of the public page as CSV: English heads, UTF-8 with a mark of order, lines as in RFC 4180.

The mark is there because a spreadsheet on a Korean system takes a file without one for another encoding. A
count that is not shown is an empty cell, with the reason beside it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from clew.proceedings.load import Law
from clew.proceedings.matter import Matter
from clew.proceedings.provisions import Book
from clew.proceedings.statistics.tables import PublishedTable, Release
from clew.report.public.phrases import Voice
from clew.report.public.tables import conflicting, marked, source_said

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ENGLISH = Voice("en")


def counts_csv(table: PublishedTable, release: Release, law: Law) -> bytes:
    """A table of counts with all margins, a line a cell."""
    why = _ENGLISH("hidden", threshold=release.threshold)
    heads = [*table.columns, "count", "shown", "why_not_shown", "counted_on", "released_on"]
    rows = (
        [*key, *(("", "no", why) if count is None else (count, "yes", "")), table.date, release.date]
        for key, count in table.cells.items()
    )
    return _csv(heads, rows)


def law_csv(book: Book) -> bytes:
    """What provisions threaten, a line a version; ``why_empty`` where nothing is entered of one."""
    heads = [
        "provision", "act", "act_ko", "article", "title", "title_ko", "in_force_from", "in_force_to",
        "minimum", "maximum", "fine", "fine_times_value", "fine_relation", "read_in_the_source", "source",
        "why_empty",
    ]  # fmt: skip
    rows = (
        [each.name, each.act, each.act_ko, each.article, each.title, each.title_ko, v.in_force_from,
         v.in_force_to, v.minimum, v.maximum, v.fine, v.fine_times_value, v.fine_relation,
         _ENGLISH("law.unread.mark") if v.unread else marked(v, _ENGLISH), book.sources[v.source].title,
         v.absent or v.unread]
        for each in book.provisions
        for v in each.versions
    )  # fmt: skip
    return _csv(heads, rows)


def figures_csv(matter: Matter) -> bytes:
    """Figures that conflict, a line a claim."""
    heads = ["figure", "title", "unit", "value", "scope", "as_of", "source", "read_in_the_source"]
    rows = (
        [name, figure.title, figure.unit, claim.value, claim.scope, claim.date,
         source_said(matter, claim, _ENGLISH).said, marked(claim, _ENGLISH)]
        for name, figure in matter.figures.items()
        for claim in conflicting(matter, name)
    )  # fmt: skip
    return _csv(heads, rows)


def _csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(heads)
    table.writerows([_cell(each) for each in row] for row in rows)
    return ("\N{BOM}" + text.getvalue()).encode()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


__all__ = ["counts_csv", "figures_csv", "law_csv"]
