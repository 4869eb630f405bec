"""The public page in one language, as HTML that needs nothing from elsewhere and runs nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from clew.proceedings.load import Law
from clew.proceedings.matter import Matter
from clew.proceedings.statistics.tables import PublishedTable, Release
from clew.report.public.charts import bars
from clew.report.public.phrases import LANGUAGES, Voice
from clew.report.public.tables import Table, counts_bars, counts_name, counts_table, figures_table, law_table
from clew.report.public.terms import Terms

PAGES = {"en": "index.html", "ko": "ko/index.html"}
"""Where each language's page stands in the folder."""

_PARTS: dict[tuple[str, ...], tuple[str, str]] = {
    ("state", "status"): ("proceedings", "status"),
    ("outcome", "range"): ("range", "range"),
    ("sentence",): ("sentence", "sentence"),
    ("duration",): ("duration", "duration"),
    ("next",): ("next", "next"),
}
"""For each table of every page, what its phrases begin with, and the column that its chart shows."""


@dataclass(frozen=True)
class Content:
    """All that a page is made of, in no language yet."""

    release: Release
    law: Law
    matters: tuple[Matter, ...]
    terms: Terms
    earlier: int
    """How many releases there were before."""
    seal: str
    """Of the register's last entry."""
    snapshot: str
    version: str


@dataclass(frozen=True)
class Part:
    """A section of counts: a chart and the table that says the same."""

    anchor: str
    name: str
    title: str
    caption: str
    about: str
    table: Table | None
    """None where the whole table is withheld."""
    chart: Any
    """SVG as it stands in the page; None where there is none."""
    chart_caption: str
    notes: tuple[str, ...]


def page(content: Content, voice: Voice) -> bytes:
    """The page as UTF-8 HTML, ended by a line feed."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_text("page.html.j2"))
    style = _text("page.css").strip()
    other = next(each for each in LANGUAGES if each != voice.lang)
    parts = [_part(each, content, voice) for each in content.release.tables]
    figures = [found for each in content.matters if (found := figures_table(each, voice))]
    terms = content.terms
    expires = Markup('<time datetime="{}">{}</time>').format(
        terms.expires.isoformat(), voice.day(terms.expires)
    )
    text = template.render(
        say=voice,
        other=Voice(other),
        other_page="ko/index.html" if other == "ko" else "../index.html",
        root="../" if "/" in PAGES[voice.lang] else "",
        terms=terms,
        expires_time=expires,
        contents=_contents(parts, voice),
        parts=parts,
        laws=[law_table(book, voice) for book in content.law.books if book.provisions],
        figures=figures,
        threshold=content.release.threshold,
        earlier=content.earlier,
        snapshot=content.snapshot,
        seal=content.seal,
        version=content.version,
        style=Markup(style),
        style_digest=b64encode(sha256(style.encode()).digest()).decode("ascii"),
    )
    return text.strip().encode() + b"\n"


def _part(table: PublishedTable, content: Content, voice: Voice) -> Part:
    from markupsafe import Markup

    key, column = _PARTS.get(table.columns, ("", ""))
    threshold = content.release.threshold
    names = _listed([voice(f"column.{each}") for each in table.columns], voice)
    caption = voice(f"{key}.caption") if key else voice("added.caption", columns=names)
    title = voice(f"{key}.title") if key else voice("added.title", columns=names)
    chart_caption = voice(f"{key}.chart") if voice.knows(f"{key}.chart") else caption
    notes = []
    if table.shown < len(table.cells) and table.shown:
        notes.append(voice("table.counts", shown=table.shown, all=len(table.cells)))
    if table.date != content.release.date:
        notes.append(voice("table.carried", day=voice.day(table.date)))
    anchor = key or counts_name(table.columns)
    counts = counts_bars(table, column or table.columns[0], voice, content.law)
    chart = bars(f"{anchor}-chart", chart_caption, counts, voice, threshold)
    return Part(
        anchor=anchor,
        name=counts_name(table.columns),
        title=title,
        caption=caption,
        about=voice(f"{key}.about") if key else "",
        table=None if table.withheld else counts_table(table, caption, voice, content.law),
        chart=None if table.withheld else Markup(chart),
        chart_caption=chart_caption,
        notes=tuple(notes),
    )


def _contents(parts: Sequence[Part], voice: Voice) -> list[tuple[str, str]]:
    last = (("law", "law"), ("figures", "figures"), ("method", "method"))
    return [
        ("about", voice("about.title")),
        *((each.anchor, each.title) for each in parts),
        *((anchor, voice(f"{key}.title")) for anchor, key in last),
        ("corrections", voice("correct.title")),
        ("release", voice("release.title")),
    ]


def _listed(names: Sequence[str], voice: Voice) -> str:
    text = names[0]
    for each in names[1:]:
        text = voice("and", first=text, second=each)
    return text


@cache
def _text(name: str) -> str:
    return files("clew.report.public").joinpath(name).read_text("utf-8")


__all__ = ["PAGES", "Content", "page"]
