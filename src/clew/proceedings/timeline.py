"""All dated things of a matter in order, and what is unknown at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from clew.proceedings.claims import Mark, Sourced
from clew.proceedings.days import Day
from clew.proceedings.facts import numbers
from clew.proceedings.load import Law
from clew.proceedings.matter import Matter, Outcome
from clew.proceedings.money import Money
from clew.proceedings.steps import MARKS, Reasoned, Step

Kind = Literal[
    "episode",
    "event",
    "proceeding",
    "outcome",
    "confiscation",
    "request",
    "mapping",
    "finding",
    "assurance",
    "decision",
    "law",
]

IMPRECISE = "A day that is known only by month or year stands by its first possible day"
BEYOND = "Public facts were looked at up to {as_of}; what came later is not here"


@dataclass(frozen=True)
class Dated:
    """One dated thing."""

    day: Day
    is_exact: bool
    kind: Kind
    what: str
    what_ko: str | None
    source: str
    """Title of the source; for a decision in the matter, who decided."""
    mark: Mark | None
    unverified: tuple[str, ...]
    """Keys that are from memory although the rest was read."""
    said: str
    """What stands beside it: nothing, or in which way it is unverified."""


@dataclass(frozen=True)
class Open:
    """What the public record leaves open."""

    since: Day
    what: str
    what_ko: str | None


@dataclass(frozen=True)
class Timeline(Reasoned):
    """Dated things in order, and what is unknown."""

    matter: str
    rows: tuple[Dated, ...]
    unknown: tuple[Open, ...]
    begins: Day | None
    ends: Day | None
    as_of: Day


def timeline(law: Law, matter: Matter) -> Timeline:
    """Dated things by first possible day, then by last; claims of figures are no events and are left out.

    Versions of the provisions charged, and of their counterparts, stand among them where they came into
    force between the first and the last of the other rows.
    """
    rows = [*_conduct(matter), *_proceedings(law, matter), *_extradition(law, matter), *_persons(matter)]
    rows.sort(key=_place)
    begins, ends = (rows[0].day, max(rows, key=lambda row: row.day.last).day) if rows else (None, None)
    if begins is not None and ends is not None:
        rows = sorted([*rows, *_amendments(law, matter, begins, ends)], key=_place)
    return Timeline(
        matter=matter.name,
        rows=tuple(rows),
        unknown=tuple(Open(each.since, each.what, each.what_ko) for each in matter.unknown),
        begins=begins,
        ends=ends,
        as_of=matter.as_of,
        steps=tuple(Step(f"{each.day}: {each.what}", None, each.source, each.mark) for each in rows),
        assumptions=(IMPRECISE, BEYOND.format(as_of=matter.as_of)),
        unverified=tuple(f"{each.day}: {each.what} ({each.said})" for each in rows if each.said),
    )


def _place(row: Dated) -> tuple[date, date]:
    return row.day.first, row.day.last


def _row(
    matter: Matter, kind: Kind, day: Day, what: str, entry: Sourced, what_ko: str | None = None
) -> Dated:
    return _dated(kind, day, what, what_ko, matter.sources[entry.source].title, entry)


def _dated(kind: Kind, day: Day, what: str, what_ko: str | None, source: str, entry: Sourced) -> Dated:
    said = MARKS[entry.mark]
    if not said and entry.unverified:
        said = f"unverified, from memory: {', '.join(entry.unverified)}"
    return Dated(day, day.is_exact, kind, what, what_ko, source, entry.mark, tuple(entry.unverified), said)


def _conduct(matter: Matter) -> Iterator[Dated]:
    for each in matter.episodes:
        what = ", ".join(each.conduct)
        state = "" if each.schedule is None else ", proposed" if each.accepted is None else ", accepted"
        yield _row(matter, "episode", each.begins, f"Episode {each.name} begins: {what}{state}", each)
        yield _row(matter, "episode", each.ends, f"Episode {each.name} ends: {what}{state}", each)
    for event in matter.events:
        yield _row(matter, "event", event.date, event.what, event, event.what_ko)


def _proceedings(law: Law, matter: Matter) -> Iterator[Dated]:
    for each in matter.proceedings:
        where = f"{law.court(each.court).title}, {each.kind} proceedings, {each.instance} instance"
        outcomes = [outcome for outcome in matter.outcomes if outcome.proceeding == each.name]
        if each.opened:
            counts = [charge.name for charge in matter.charges if charge.proceeding == each.name]
            of = f", {numbers(matter, counts)}" if counts else ""
            yield _row(matter, "proceeding", each.opened, f"{where}: opened{of}", each)
        told = [outcome.date for outcome in outcomes]
        told += [taken.date for taken in matter.confiscations if taken.proceeding == each.name]
        if each.decided and each.decided not in told:
            yield _row(matter, "proceeding", each.decided, f"{where}: decided", each)
        if each.next_date:
            yield _row(matter, "proceeding", each.next_date, f"{where}: next date", each)
        for outcome in outcomes:
            yield _row(
                matter,
                "outcome",
                outcome.date,
                f"{where}: {outcome.result}{_more(matter, outcome)}",
                outcome,
            )
    for taken in matter.confiscations:
        yield _row(matter, "confiscation", taken.date, f"{taken.kind}: {taken.what}", taken)


def _more(matter: Matter, outcome: Outcome) -> str:
    """The counts, the sentence and the basis of an outcome, in words."""
    parts: list[str] = []
    if outcome.charges:
        parts.append(numbers(matter, outcome.charges))
    elif outcome.conduct:
        parts.append(", ".join(outcome.conduct))
    if outcome.sentence is not None:
        sentence = outcome.sentence
        worded: tuple[tuple[str, object], ...] = (
            ("imprisonment", sentence.imprisonment),
            ("suspended for", sentence.suspended),
            ("fine", sentence.fine),
            ("asked for", sentence.asked),
        )
        parts += [f"{word} {_amount(value)}" for word, value in worded if value is not None]
        parts += sentence.other
    if outcome.basis is not None:
        parts.append(f"basis {outcome.basis}")
    return f" ({'; '.join(parts)})" if parts else ""


def _amount(value: object) -> str:
    return f"{value.amount:,} {value.currency}" if isinstance(value, Money) else str(value)


def _extradition(law: Law, matter: Matter) -> Iterator[Dated]:
    for each in matter.requests:
        what = f"{each.requesting} asks {each.requested} for extradition on {numbers(matter, each.charges)}"
        if len(each.put_to_court) < len(each.charges):
            what += f"; {numbers(matter, each.put_to_court)} put to the court, confined by {each.confined_by}"
        yield _row(matter, "request", each.made, what, each)
    mapped: dict[tuple[str, Day, str], list[str]] = {}
    for mapping in matter.mappings:
        mapped.setdefault((mapping.by, mapping.when, mapping.outcome), []).append(mapping.charge)
    for mapping in matter.mappings:
        counts = mapped.pop((mapping.by, mapping.when, mapping.outcome), None)
        if counts is not None:
            what = f"{numbers(matter, counts)} mapped to {mapping.outcome} by {mapping.by}"
            yield _row(matter, "mapping", mapping.when, what[:1].upper() + what[1:], mapping)
    for finding in matter.findings:
        ground = law.ground(finding.ground)
        who, on = law.court(finding.by).title, numbers(matter, finding.charges)
        what = f"{who} on {ground.rule}, {on}: {finding.finding}"
        yield _row(matter, "finding", finding.when, what, finding)
    for assured in matter.assurances:
        what = f"Assurance {assured.status}, {assured.by}: {assured.says}"
        yield _row(matter, "assurance", assured.date, what, assured)


def _persons(matter: Matter) -> Iterator[Dated]:
    """Decisions that a person took about figures of this file."""
    for each in matter.decisions:
        title = matter.figures[each.figure].title
        what = f"Decision on {title}: {each.takes or 'left side by side'}"
        yield Dated(each.when, each.when.is_exact, "decision", what, None, each.by, None, (), "")


def _amendments(law: Law, matter: Matter, begins: Day, ends: Day) -> Iterator[Dated]:
    used = [each.provision for each in matter.charges if each.provision is not None]
    used += [each.provision for each in matter.counterparts]
    for name in dict.fromkeys(used):
        provision = law.provision(name)
        book = law.book_of(name)
        for each in provision.versions:
            first = each.in_force_from
            if begins.first < first.first and first.last <= ends.last:
                what = f"{provision.cited}: a new version in force"
                yield _dated("law", first, what, None, book.sources[each.source].title, each)


__all__ = ["Dated", "Open", "Timeline", "timeline"]
