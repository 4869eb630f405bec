"""What the law threatens on paper: counts, arithmetic ceilings, and what is hypothetical."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clew.proceedings.aggregate import Aggregate
from clew.proceedings.counts import CountExposure
from clew.proceedings.exposure import Ceiling, Exposure, RequestExposure
from clew.proceedings.threatened import Threatened
from clew.report.counsel.words import Words
from clew.report.document import Column, Fact, Facts, Part, Section, Span, Table, cell, prose


def exposure(found: Exposure, words: Words) -> tuple[Section, ...]:
    """The sections of a matter."""
    return (
        Section(words("counts"), (counts(found.counts, words),)),
        Section(words("ceilings"), (_ceilings(found, words),)),
        *(
            Section(f"{words('request')}: {each.request}", tuple(_request(each, words)))
            for each in found.requests
        ),
    )


def threatened(found: Threatened, words: Words) -> tuple[Section, ...]:
    """The sections of counts without a matter."""
    top = Facts((Fact(words("sum"), cell(_total(found.ceiling, words))),))
    parts: list[Part] = [top]
    if found.aggregate is not None:
        parts.append(_aggregate(found.aggregate, words))
    sections = [
        Section(words("counts"), (counts(found.counts, words),)),
        Section(words("ceilings"), tuple(parts)),
    ]
    if found.predicates:
        sections.append(Section(words("predicates"), (_predicates(found, words),)))
    return tuple(sections)


def _predicates(found: Threatened, words: Words) -> Table:
    return Table(
        title=words("predicates"),
        state=prose(words("predicates state")),
        columns=(Column(words("provision")), Column(words("state"), 70)),
        rows=tuple(
            (
                cell(words.provision(each.offence)),
                words.doubted(words.state(each.state, each.reason), each),
            )
            for each in found.predicates
        ),
    )


def counts(found: Sequence[CountExposure], words: Words, state: str = "") -> Table:
    """A row for each count; where several versions can apply, each of them below it."""
    return Table(
        title=words("counts"),
        state=prose(state),
        columns=(
            Column(words("count"), 18),
            Column(words("provision")),
            Column(words("act"), 32),
            Column(words("minimum"), 20),
            Column(words("maximum"), 22),
            Column(words("fine"), 32),
            Column(words("state"), 24),
        ),
        rows=tuple(_count(each, words) for each in found),
    )


def _count(each: CountExposure, words: Words) -> tuple[tuple[tuple[Span, ...], ...], ...]:
    dates_known = each.begins is not None or each.ends is not None
    several = each.state == "undetermined" and len(each.versions) > 1
    versions = each.versions if several else ()
    dates = [f"{version.in_force_from} - {version.in_force_to or ''}" for version in versions]
    state = words.state(each.state, each.reason)
    return (
        cell(each.count, "code"),
        ((Span(words.provision(each.provision)),), *((Span(text, "quiet"),) for text in dates)),
        cell(f"{each.begins or ''} - {each.ends or ''}" if dates_known else "-"),
        _each(words.term(each.minimum), (words.term(version.minimum) for version in versions)),
        _each(words.term(each.maximum), (words.term(version.maximum) for version in versions)),
        cell(_fine(each, words)),
        words.doubted(state, each),
    )


def _each(first: str, others: Iterator[str]) -> tuple[tuple[Span, ...], ...]:
    return ((Span(first),), *((Span(text, "quiet"),) for text in others))


def _fine(each: CountExposure, words: Words) -> str:
    parts = [] if each.fine is None else [str(each.fine)]
    if each.fine_times_value:
        parts.append(words("times", number=each.fine_times_value))
    said = f" {words('or')} ".join(parts)
    if not said:
        return "-"
    return f"{said} ({words(each.fine_relation)})" if each.fine_relation else said


def _total(found: Ceiling, words: Words) -> str:
    return words("undetermined") if found.total is None else words.term(found.total)


def _ceilings(found: Exposure, words: Words) -> Table:
    return Table(
        title=words("ceilings"),
        state=prose(words("ceiling state")),
        columns=(
            Column(words("proceeding")),
            Column(words("how many"), 26, "right"),
            Column(words("sum"), 50),
            Column(words("undetermined"), 50),
        ),
        rows=tuple(
            (
                cell(name, "code"),
                cell(str(len(each.counts))),
                cell(_total(each, words)),
                cell(words.listed(each.undetermined)),
            )
            for name, each in zip(found.proceedings, found.ceilings, strict=True)
        ),
    )


def _request(found: RequestExposure, words: Words) -> Iterator[Part]:
    yield Facts(
        (
            Fact(words("charged"), cell(str(len(found.counts_charged)))),
            Fact(words("put"), cell(f"{len(found.put_to_court)}: {words.listed(found.put_to_court)}")),
            Fact(words("confined"), cell(found.confined_by or "-")),
            Fact(words("ceilings"), cell(_total(found.ceiling, words))),
        )
    )
    if found.counterparts:
        table = counts(found.counterparts, words, words("counterpart state"))
        yield Table(words("counterparts"), table.state, table.columns, table.rows)
    if found.aggregate is not None:
        yield _aggregate(found.aggregate, words)


def _aggregate(found: Aggregate, words: Words) -> Facts:
    concurrent = words("no statutory rule") if found.concurrent is None else words.term(found.concurrent)
    return Facts(
        (
            Fact(words("hypothetical"), cell(found.jurisdiction)),
            Fact(words("one offence"), cell(words.term(found.one_offence))),
            Fact(words("concurrent", number=len(found.maxima)), cell(concurrent)),
            Fact(words("before"), cell(words.rule(found.before))),
        )
    )
