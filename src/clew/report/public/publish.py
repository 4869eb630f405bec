"""Publishes what came of proceedings: a folder of static pages in English and Korean, with all data as CSV.

Nobody is named in it but the legal reviewer. It is written whole or not at all, noted in the register's
chain, and checked against every earlier release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clew.errors import UsageError
from clew.folders import whole_folder
from clew.proceedings.load import Law
from clew.proceedings.matter import Matter
from clew.proceedings.registry.register import open_register
from clew.proceedings.registry.releases import forget_release, note_release
from clew.proceedings.statistics.singling import SinglingOut
from clew.proceedings.statistics.tables import Release
from clew.proceedings.steps import row
from clew.report.public.counts import counts
from clew.report.public.csvs import counts_csv, figures_csv, law_csv
from clew.report.public.page import PAGES, Content, page
from clew.report.public.phrases import LANGUAGES, Voice
from clew.report.public.releases import (
    FORMAT,
    RELEASE,
    STATISTICS,
    SUMS,
    Checked,
    check_folder,
    earlier_releases,
)
from clew.report.public.tables import conflicting, counts_name
from clew.report.public.terms import EMAIL, Terms, required_terms

_LINK = re.compile(r"https?:|//[a-z]", re.IGNORECASE)


@dataclass(frozen=True)
class Published:
    """What was published."""

    folder: Path
    day: date
    expires: date
    proceedings: int
    shown: int
    """Counts that are shown, in all tables."""
    withheld: int
    """Counts that are not."""
    snapshot: str
    digest: str
    """SHA-256 of ``release.json``, in hexadecimal, as the register notes it."""
    files: tuple[str, ...]
    singling: tuple[SinglingOut, ...]
    """Combinations of columns that would single out small groups, were records shown. Not for the public."""


def publish(
    folder: Path,
    register: Path,
    law: Law,
    *,
    day: date,
    reviewer: str | None,
    reviewed: date | None,
    expires: date | None,
    correction: str | None,
    matters: Sequence[Matter] = (),
    earlier: Sequence[Path] = (),
    by: Sequence[Sequence[str]] = (),
    entered_by: str = "publisher",
) -> Published:
    """Write the public page as of ``day`` into ``folder``, and note it in the register.

    ``earlier`` are the folders of all earlier releases, ``by`` further tables of counts, one to three columns
    each, ``entered_by`` the role that publishes. Raises UsageError, and writes nothing, without a legal
    reviewer, a day of review, an expiry date at most two years ahead or an address for corrections; for a
    table that names persons or singles somebody out; for an earlier release that is missing or altered; and
    for an address in the page other than that one. StorageError for a folder that cannot be written.
    """
    terms = required_terms(
        day=day, reviewer=reviewer, reviewed=reviewed, expires=expires, correction=correction
    )
    book = open_register(register)
    folders, before = earlier_releases(earlier, book, day)
    counted = counts(book.standing, law, day, before, by=by)
    release = counted.release
    last = folders[-1].digest if folders else ""
    said = _said(terms, law, matters, release, book.seal, last)
    snapshot = _digest(said)
    content = Content(release, law, tuple(matters), terms, len(folders), book.seal, snapshot, version("clew"))
    texts = {PAGES[each]: page(content, Voice(each)) for each in LANGUAGES}
    for name, data in texts.items():
        _require_no_address(name, data.decode(), terms)
    texts |= _data(release, law, matters)
    digests = {name: sha256(data).hexdigest() for name, data in sorted(texts.items())}
    manifest = _json({"format": FORMAT, **said, "snapshot": snapshot, "files": digests})
    digest = sha256(manifest).hexdigest()
    texts[RELEASE] = manifest
    texts[SUMS] = "".join(
        f"{each}  {name}\n" for name, each in [*digests.items(), (RELEASE, digest)]
    ).encode()
    is_noted = False
    try:
        with whole_folder(folder) as making:
            for name, data in texts.items():
                path = making / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            note_release(register, digest, day, by=entered_by, head=book.head)
            is_noted = True
    except BaseException:
        if is_noted:
            forget_release(register, digest, by=entered_by, when=day, why="Its folder was not written.")
        raise
    shown = sum(table.shown for table in release.tables)
    return Published(
        folder=folder,
        day=day,
        expires=terms.expires,
        proceedings=len(book.standing),
        shown=shown,
        withheld=sum(len(table.cells) for table in release.tables) - shown,
        snapshot=snapshot,
        digest=digest,
        files=tuple(sorted(texts)),
        singling=counted.singling,
    )


def _said(
    terms: Terms, law: Law, matters: Sequence[Matter], release: Release, seal: str, before: str
) -> dict[str, Any]:
    """What a release rests on: the snapshot is the digest of this."""
    return {
        **terms.row(),
        "clew": version("clew"),
        "register_seal": seal,
        "law": {book.name: _digest(book.model_dump(mode="json")) for book in law.books},
        "matters": {each.name: _digest(each.model_dump(mode="json")) for each in matters},
        "statistics": sha256(release.to_json().encode()).hexdigest(),
        "before": before,
    }


def _data(release: Release, law: Law, matters: Sequence[Matter]) -> dict[str, bytes]:
    """Every table as CSV, and the counts as JSON, by path."""
    found = {STATISTICS: release.to_json().encode()}
    for table in release.tables:
        found[f"data/{counts_name(table.columns)}.csv"] = counts_csv(table, release, law)
    for book in law.books:
        if book.provisions:
            found[f"data/law-{book.name}.csv"] = law_csv(book)
    for matter in matters:
        if any(conflicting(matter, name) for name in matter.figures):
            found[f"data/figures-{matter.name}.csv"] = figures_csv(matter)
    return found


def _require_no_address(name: str, text: str, terms: Terms) -> None:
    """Raise UsageError where a page has an e-mail address that is not for corrections, or a link outside."""
    strange = [each for each in EMAIL.findall(text) if each != terms.correction]
    if strange:
        raise UsageError(
            f"{name}: expected no e-mail address but that for corrections, found another, from a book of law "
            "or a matter; take it out there"
        )
    if _LINK.search(text):
        raise UsageError(
            f"{name}: expected no link to another place, found one, from a book of law or a matter; take it "
            "out there"
        )


def _digest(value: Mapping[str, Any]) -> str:
    return sha256(_json(row(value))).hexdigest()


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


__all__ = ["Checked", "Published", "check_folder", "publish"]
