"""What a register is counted by for the public: records of coarse categories, and tables that hide nobody's.

A record has no date, no case number and no person's number. What cannot occur is declared, since everybody
knows it: what is open has no outcome, what is over has no next date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from clew.errors import ReportError, UsageError
from clew.proceedings.days import Day, Term
from clew.proceedings.load import Law
from clew.proceedings.matter import Role, Sentence
from clew.proceedings.registry.ranges import State, against_range
from clew.proceedings.registry.register import Standing
from clew.proceedings.registry.registered import Registered, Stage, Status
from clew.proceedings.statistics.attack import attack
from clew.proceedings.statistics.columns import allowed_columns
from clew.proceedings.statistics.series import released
from clew.proceedings.statistics.singling import SinglingOut, singling_out
from clew.proceedings.statistics.tables import THRESHOLD, Release

MONTHS = 12
"""Months of next dates that are told apart, from the month of the first release on."""

TABLES: tuple[tuple[str, ...], ...] = (
    ("state", "status"), ("outcome", "range"), ("sentence",), ("duration",), ("next",)
)  # fmt: skip
"""What every page counts by."""

OUTCOMES = {
    "convicted": "convicted",
    "acquitted": "acquitted",
    "sentence changed": "decided on appeal",
    "appeal dismissed": "decided on appeal",
    "extradition granted": "extradition granted",
    "extradition refused": "extradition refused",
}
_OUTCOMES = ("none yet", *dict.fromkeys(OUTCOMES.values()), "other")
_UNSENTENCED = ("none yet", "acquitted", "extradition granted", "extradition refused")
_RANGES = ("no term", *(each for each in get_args(State) if each != "no term"))
_CLASSES = ((12, "under 1 year"), (24, "1 to 2 years"), (36, "2 to 3 years"), (60, "3 to 5 years"),
            (120, "5 to 10 years"))  # fmt: skip
_SENTENCES = ("no term", "suspended", *(name for _, name in _CLASSES), "10 years or more", "life")
_SPANS = ((183, "under 6 months"), (365, "6 to 12 months"), (731, "1 to 2 years"), (1827, "2 to 5 years"))
_DURATIONS = ("not decided", *(name for _, name in _SPANS), "5 years or more", "not exact")
_MOVING: dict[str, tuple[str, ...]] = {
    "status": ("open", "under appeal", "unknown"), "outcome": _OUTCOMES, "range": _RANGES,
    "sentence": _SENTENCES, "duration": _DURATIONS, "stage": get_args(Stage),
}  # fmt: skip
"""Categories that a proceeding may leave as it goes on."""


@dataclass(frozen=True)
class Counted:
    """A release, and which combinations of its columns would single out small groups, were they shown."""

    release: Release
    singling: tuple[SinglingOut, ...]


def counts(
    standing: Sequence[Standing],
    law: Law,
    day: date,
    earlier: Sequence[Release] = (),
    *,
    by: Sequence[Sequence[str]] = (),
) -> Counted:
    """The release of a day: the tables of every page, and one for each of ``by``.

    Raises UsageError for a table of ``by`` that names persons, that is not known, or whose columns single
    somebody out; and ReportError if the release, beside the earlier ones, still gave a small count away.
    """
    columns = _columns(law, day, earlier)
    added = [_added(each, columns) for each in by]
    tables = (*TABLES, *(each for each in added if each not in TABLES))
    used = {name: columns[name] for name in dict.fromkeys(each for table in tables for each in table)}
    records = [_record(each.proceeding, law, used) for each in standing]
    for table in added:
        _require_nobody(records, {name: used[name] for name in table})
    release = released(
        records,
        used,
        tables,
        day,
        earlier,
        zeros=_zeros(used),
        open_categories={**{k: v for k, v in _MOVING.items() if k in used}, "next": used["next"]},
        recoded=_recoded(used, earlier),
    )
    if found := attack((*earlier, release)):
        raise ReportError(
            f"expected counts from which no small one can be worked out, found {len(found)} that can be; "
            "publish fewer tables, and report this"
        )
    plain = {name: used[name] for name in used if name != "next"}
    return Counted(release, singling_out([{k: r[k] for k in plain} for r in records], plain, sensitive=()))


def _added(table: Sequence[str], columns: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A table that was asked for, checked. Raises UsageError."""
    names = allowed_columns(table)
    for each in names:
        if each not in columns:
            raise UsageError(
                f"expected a column to count by, found {each!r}; known: {', '.join(sorted(columns))}"
            )
    return names


def _require_nobody(records: Sequence[dict[str, str]], columns: dict[str, tuple[str, ...]]) -> None:
    sensitive = [each for each in ("outcome", "range", "sentence") if each in columns]
    found = singling_out(records, columns, sensitive=sensitive)
    if found:
        raise UsageError(
            f"table by {', '.join(columns)}: expected columns that single out nobody, found some that do: "
            f"{found[0].said.rstrip('.')}; leave a column out, or wait for more proceedings"
        )


def _columns(law: Law, day: date, earlier: Sequence[Release]) -> dict[str, tuple[str, ...]]:
    """Every column and its categories; those of earlier releases stay, new ones come after them."""
    states = sorted({book.jurisdiction for book in law.books if book.jurisdiction})
    columns: dict[str, tuple[str, ...]] = {
        "state": tuple(states),
        "status": get_args(Status),
        "outcome": _OUTCOMES,
        "range": _RANGES,
        "sentence": _SENTENCES,
        "duration": _DURATIONS,
        "role": get_args(Role),
        "stage": get_args(Stage),
        "court": tuple(law.courts),
        "offence": tuple(law.provisions),
    }
    for release in earlier:
        for name, categories in release.columns.items():
            if name in columns:
                columns[name] = tuple(dict.fromkeys((*categories, *columns[name])))
    columns["next"] = _months(day, earlier)
    return columns


def _months(day: date, earlier: Sequence[Release]) -> tuple[str, ...]:
    """Months of next dates: none is ever merged, so that releases can be compared."""
    last = [release.columns["next"] for release in earlier if "next" in release.columns]
    if not last:
        names = [_month(day, ahead) for ahead in range(MONTHS)]
        return ("none", "not exact", f"before {names[0]}", *names, f"after {names[-1]}")
    known = last[-1]
    end, ahead = known[-1].removeprefix("after "), 0
    names = []
    while (name := _month(day, ahead)) <= _month(day, MONTHS - 1):
        ahead += 1
        if name > end:
            names.append(name)
    if not names:
        return known
    between = _between(end, names[0])
    return (*known[:-1], *between, *names, f"after {names[-1]}")


def _between(end: str, first: str) -> list[str]:
    """Months after one and before another."""
    found, at = [], 1
    begin = date.fromisoformat(f"{end}-01")
    while (name := _month(begin, at)) < first:
        found.append(name)
        at += 1
    return found


def _recoded(columns: dict[str, tuple[str, ...]], earlier: Sequence[Release]) -> dict[str, Any]:
    last = [release.columns["next"] for release in earlier if "next" in release.columns]
    if not last or last[-1] == columns["next"]:
        return {}
    return {"next": {last[-1][-1]: columns["next"][len(last[-1]) - 1 :]}}


def _month(day: date, ahead: int) -> str:
    month = day.year * 12 + day.month - 1 + ahead
    return f"{month // 12:04}-{month % 12 + 1:02}"


def _record(entry: Registered, law: Law, columns: dict[str, tuple[str, ...]]) -> dict[str, str]:
    term = entry.sentence.imprisonment if entry.sentence else None
    record = {
        "state": entry.jurisdiction,
        "status": entry.status,
        "outcome": OUTCOMES.get(entry.outcome, "other") if entry.outcome else "none yet",
        "range": against_range(law, entry).state,
        "sentence": _class_of(term, entry.sentence),
        "duration": _duration(entry.opened, entry.decided),
        "role": entry.role,
        "stage": entry.stage,
        "court": entry.court,
        "offence": entry.offences[0],
        "next": _next(entry.next_date, columns["next"]),
    }
    return {name: record[name] for name in columns}


def _class_of(term: Term | None, sentence: Sentence | None) -> str:
    if term is None or sentence is None:
        return "no term"
    if sentence.suspended is not None:
        return "suspended"
    if term.is_life:
        return "life"
    return next((name for months, name in _CLASSES if term.rank[1] < months * 30), "10 years or more")


def _duration(opened: Day, decided: Day | None) -> str:
    if decided is None:
        return "not decided"
    least = max(0, (decided.first - opened.last).days)
    most = (decided.last - opened.first).days
    return _span(least) if _span(least) == _span(most) else "not exact"


def _span(days: int) -> str:
    return next((name for below, name in _SPANS if days < below), "5 years or more")


def _next(day: Day | None, categories: Iterable[str]) -> str:
    if day is None:
        return "none"
    month = day.first.isoformat()[:7]
    if month != day.last.isoformat()[:7]:
        return "not exact"
    listed = tuple(categories)
    if month in listed:
        return month
    return listed[2] if f"before {month}" < listed[2] else listed[-1]


def _zeros(columns: dict[str, tuple[str, ...]]) -> list[dict[str, str]]:
    """Combinations that no entry can have."""
    outcomes = columns["outcome"]
    pairs = [("status", "open", "outcome", each) for each in outcomes if each != "none yet"]
    pairs += [("status", "final", "outcome", "none yet")]
    pairs += [("outcome", each, "duration", "not decided") for each in outcomes if each != "none yet"]
    pairs += [("outcome", "none yet", "duration", d) for d in columns["duration"] if d != "not decided"]
    pairs += [
        ("outcome", o, "sentence", s) for o in _UNSENTENCED for s in columns["sentence"] if s != "no term"
    ]
    pairs += [("range", "no term", "sentence", s) for s in columns["sentence"] if s != "no term"]
    pairs += [("range", r, "sentence", "no term") for r in columns["range"] if r != "no term"]
    over = ("final", "discontinued")
    pairs += [("status", s, "next", n) for s in over for n in columns["next"] if n != "none"]
    return [{a: x, b: y} for a, x, b, y in pairs]


__all__ = ["MONTHS", "OUTCOMES", "TABLES", "THRESHOLD", "Counted", "counts"]
