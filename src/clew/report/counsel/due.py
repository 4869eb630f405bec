"""Periods and limitation on paper."""

from __future__ import annotations

from clew.proceedings.deadlines import DeadlineAnswer
from clew.proceedings.due import CountLimitation, Due
from clew.report.counsel.words import Words
from clew.report.document import Cell, Column, Section, Table, cell, prose


def due(found: Due, words: Words) -> tuple[Section, ...]:
    """The sections of days that matter."""
    sections = []
    if found.periods:
        sections.append(Section(words("periods"), (_periods(found, words),)))
    if found.limitation:
        sections.append(Section(words("limitation"), (_limitation(found, words),)))
    return tuple(sections)


def _seen(found: Due, words: Words) -> str:
    return words("seen", day=found.today) if found.today else words("no clock")


def _periods(found: Due, words: Words) -> Table:
    return Table(
        title=words("periods"),
        state=prose(_seen(found, words)),
        columns=(
            Column(words("last day"), 24),
            Column(words("period")),
            Column(words("from"), 24),
            Column(words("term"), 20),
            Column(words("case number"), 30),
            Column(words("state"), 20),
        ),
        rows=tuple(_period(each, words) for each in found.periods),
    )


def _period(each: DeadlineAnswer, words: Words) -> tuple[Cell, ...]:
    rule = words.law.deadlines.get(each.rule)
    return (
        cell(str(each.last_day)),
        cell(words.title(rule) if rule else each.title),
        cell(str(each.day)),
        cell(words.term(each.term)),
        cell(each.case_number or each.proceeding or "-"),
        words.doubted(words(each.state) if each.state else "-", each),
    )


def _limitation(found: Due, words: Words) -> Table:
    return Table(
        title=words("limitation"),
        state=prose(f"{words('limitation state')} {_seen(found, words)}"),
        columns=(
            Column(words("count"), 20),
            Column(words("provision")),
            Column(words("last day"), 38),
            Column(words("term"), 18),
            Column(words("passed"), 22),
            Column(words("state"), 34),
        ),
        rows=tuple(_limited(each, words) for each in found.limitation),
    )


def _limited(row: CountLimitation, words: Words) -> tuple[Cell, ...]:
    provision = words.provision(row.provision)
    if row.counterpart:
        provision = f"{provision} ({words('counterpart')})"
    found = row.found
    if found is None:
        dashes = (cell("-"), cell("-"), cell("-"))
        return cell(row.count, "code"), cell(provision), *dashes, cell(words.state("undetermined", row.why))
    state = {"ends": words("determined"), "none": words("no limitation")}.get(found.state, words(found.state))
    return (
        cell(row.count or "-", "code"),
        cell(provision),
        cell(str(found.last_day or "-")),
        cell(words.term(found.term)),
        cell(words(found.has_passed) if found.has_passed else "-"),
        words.doubted(f"{state}: {words(found.reason)}" if found.reason else state, found),
    )
