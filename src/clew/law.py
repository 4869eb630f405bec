"""What can be charged, where, and what came of it: the questions of ``clew law``, by the same names.

Law comes from books of law, YAML files in which every entry names its source; a matter is a file of public
facts. Without books given, those that come with clew count. Nothing here says that somebody is guilty, which
sentence is likely, that two offences are the same, or how a discretion will be exercised.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from clew.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from clew.proceedings.days import Day
    from clew.proceedings.due import Due
    from clew.proceedings.example import Example
    from clew.proceedings.exposure import Exposure
    from clew.proceedings.extradition.table import Extradition
    from clew.proceedings.load import Law, Read
    from clew.proceedings.matter import Episode
    from clew.proceedings.registry.register import Register
    from clew.proceedings.shown import Shown
    from clew.proceedings.threatened import Threatened
    from clew.report.public.publish import Published
    from clew.report.public.releases import Checked


def show(name: str | None = None, *, on: Day | str | None = None, law: Law | None = None) -> Shown:
    """The books of law, or what stands under a name, with versions and sources.

    ``on`` keeps only what was in force on a day. Raises UsageError for an unknown name, ValueError for a day
    that is none.
    """
    from clew.proceedings.days import day_of
    from clew.proceedings.load import load_law
    from clew.proceedings.shown import shown

    return shown(law or load_law(), name, on=None if on is None else day_of(on))


def check(file: str) -> Read:
    """All faults of a book of law or a matter, each with file and line. Raises UsageError for no file."""
    from clew.proceedings import load

    return load.check(file)


def exposure(
    matter: str, *, counts: Collection[str] | None = None, judged: Day | str | None = None
) -> Exposure:
    """What the law threatens for the counts of a matter, by name or path.

    ``judged`` is a day up to which milder versions are compared. Raises UsageError for an unknown matter or
    count, or a file with faults.
    """
    from clew.proceedings import exposure as found
    from clew.proceedings.load import load_matter

    known, law = load_matter(matter)
    return found.exposure(law, known, charges=counts, judged=_day(judged))


def threatened(
    provision: str, begins: Day | str, ends: Day | str, *, times: int = 1, judged: Day | str | None = None
) -> Threatened:
    """What the law threatens for ``times`` counts of one provision, for acts of these dates."""
    from clew.proceedings import threatened as found
    from clew.proceedings.days import day_of
    from clew.proceedings.load import load_law

    return found.threatened(
        load_law(), provision, day_of(begins), day_of(ends), times=times, judged=_day(judged)
    )


def extradite(matter: str, *, request: str | None = None) -> Extradition:
    """The table of counts and grounds of a request, specialty, and the threshold of dual criminality."""
    from clew.proceedings.extradition import table
    from clew.proceedings.load import load_matter

    known, law = load_matter(matter)
    return table.extradite(law, known, request)


def deadlines(matter: str, *, today: Day | str | None = None, holidays: Collection[date] = ()) -> Due:
    """Periods of procedure of a matter, and limitation of its counts. ``holidays`` are public holidays."""
    from clew.proceedings.due import due
    from clew.proceedings.load import load_matter

    known, law = load_matter(matter)
    return due(law, known, today=_day(today), holidays=holidays)


def period(
    rule: str, begins: Day | str, *, today: Day | str | None = None, holidays: Collection[date] = ()
) -> Due:
    """One period of procedure that began on a day."""
    from clew.proceedings.days import day_of
    from clew.proceedings.deadlines import deadline
    from clew.proceedings.due import Due
    from clew.proceedings.load import load_law

    asked = _day(today)
    row = deadline(load_law(), rule, day_of(begins), holidays=holidays, today=asked)
    return Due(row.steps, row.assumptions, row.unverified, None, asked, (row,), ())


def limitation(provision: str, begins: Day | str, ends: Day | str, *, today: Day | str | None = None) -> Due:
    """Until when an act of these dates can be prosecuted, under stated assumptions."""
    from clew.proceedings.days import day_of
    from clew.proceedings.due import CountLimitation, Due
    from clew.proceedings.limitation import limitation as limited
    from clew.proceedings.load import load_law

    asked = _day(today)
    found = limited(load_law(), provision, day_of(begins), day_of(ends), asked_on=asked)
    row = CountLimitation("", False, provision, found, None)
    return Due(found.steps, found.assumptions, found.unverified, None, asked, (), (row,))


def episodes(
    schedule: Mapping[str, Any], *, person: str = "person-1", each: bool = False, places: Sequence[str] = ()
) -> tuple[Episode, ...]:
    """Conduct episodes proposed from a schedule of acts (``clew patterns --json``), none of them accepted."""
    from clew.proceedings.episodes.proposed import propose

    return propose(schedule, person, by="act" if each else "run", places=places)


def accept(episode: Episode, *, by: str, on: Day | str, why: str) -> Episode:
    """An episode as a person accepted it. Raises UsageError where a text seems to name somebody."""
    from clew.proceedings.episodes import proposed

    return proposed.accept(episode, by, on, why)


def append(path: Path | str, episodes: Sequence[Episode]) -> None:
    """Append episodes to a matter's file, which otherwise stays as it is; checked before it is written."""
    from clew.proceedings.episodes.text import appended
    from clew.proceedings.load import check_text
    from clew.report.file import replace

    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "other bytes than UTF-8"
        raise UsageError(f"{path}: expected a matter's file, found {reason}; check the path") from error
    made = appended(text, episodes, str(path))
    faults = check_text(str(path), made).faults
    if faults:
        raise UsageError(f"{faults[0]} (with the episodes appended; the file is as it was)")
    replace(path, made.encode("utf-8"))


def example(*, judged: Day | str | None = None) -> Example:
    """The walk through the case of 2020: its figures, conflicts, chapters, and what is unverified."""
    from clew.proceedings import example as walk

    return walk.example(_day(judged))


def write(path: Path, found: object, *, made: str, language: str = "en") -> None:
    """Write a result for counsel as PDF or HTML, by the ending of ``path``; the same bytes each time.

    ``made`` is the time that it carries, ISO 8601 in UTC. Raises ReportError for another ending or language,
    a result without a page, and for Korean as PDF where no font has its letters.
    """
    from clew.proceedings.load import load_law
    from clew.report.counsel.page import document
    from clew.report.file import replace, setter_of, version

    path = Path(path)
    setter = setter_of(path)
    page = document(found, load_law(), language=language, made=made, version=version())
    replace(path, setter(page))


def register(path: Path | str, *, new: bool = False) -> Register:
    """A register of public proceedings; ``new`` begins one. ``clew.proceedings.registry`` adds to it.

    Raises UsageError where its chain is broken, or, for a new one, where the file is there.
    """
    from clew.proceedings.registry import register as kept

    return kept.create(Path(path)) if new else kept.open_register(Path(path))


def publish(
    register: Path | str,
    folder: Path | str,
    *,
    on: date,
    reviewer: str | None,
    reviewed: date | None,
    expires: date | None,
    corrections: str | None,
    matters: Sequence[str] = (),
    earlier: Sequence[Path] = (),
    tables: Sequence[Sequence[str]] = (),
    publisher: str = "publisher",
) -> Published:
    """Write the public page of a register, in English and Korean, with all counts as CSV.

    ``on`` is the day of the release, ``matters`` those whose conflicting public figures are shown,
    ``earlier`` the folders of all earlier releases, ``tables`` further tables of one to three columns.
    Raises UsageError, and writes nothing, for all that ``clew.report.public.publish`` refuses.
    """
    from clew.proceedings.load import load_law, load_matter
    from clew.report.public import publish as public

    return public.publish(
        Path(folder),
        Path(register),
        load_law(),
        day=on,
        reviewer=reviewer,
        reviewed=reviewed,
        expires=expires,
        correction=corrections,
        matters=[load_matter(each)[0] for each in matters],
        earlier=earlier,
        by=tables,
        entered_by=publisher,
    )


def check_release(folder: Path | str, *, on: date) -> Checked:
    """Whether a published folder is whole and not expired on a day. Raises UsageError for no such folder."""
    from clew.report.public.releases import check_folder

    return check_folder(Path(folder), on)


def _day(value: Day | str | None) -> Day | None:
    from clew.proceedings.days import day_of

    return None if value is None else day_of(value)


__all__ = [
    "accept",
    "append",
    "check",
    "check_release",
    "deadlines",
    "episodes",
    "example",
    "exposure",
    "extradite",
    "limitation",
    "period",
    "publish",
    "register",
    "show",
    "threatened",
    "write",
]
