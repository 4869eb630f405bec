"""A request for extradition on paper: the table of counts and grounds, the threshold, specialty, reasons."""

from __future__ import annotations

from collections.abc import Iterator

from clew.proceedings.extradition.grounds import Cell
from clew.proceedings.extradition.rows import STATES, GroundRow, ground_rows, written
from clew.proceedings.extradition.table import Extradition
from clew.report.counsel.basis import points
from clew.report.counsel.words import Words
from clew.report.document import Column, Fact, Facts, Part, Section, Span, Table, cell, prose


def extradition(found: Extradition, words: Words) -> tuple[Section, ...]:
    """The sections of a request."""
    return (
        Section(words("request"), (_facts(found, words),)),
        Section(words("grounds"), tuple(_grounds(found, words))),
        Section(words("threshold"), (_threshold(found, words),)),
        Section(words("counts"), (_counts(found, words),)),
        Section(words("specialty"), tuple(_specialty(found, words))),
        *(
            Section(words("differences"), (points([words("english"), *each.differences], words),))
            for each in found.prevailing
        ),
        Section(words("reasons"), tuple(_reasons(found, words))),
    )


def _facts(found: Extradition, words: Words) -> Facts:
    return Facts(
        (
            Fact(words("asks"), cell(found.requesting)),
            Fact(words("asked"), cell(found.requested)),
            Fact(words("made"), cell(str(found.made))),
            Fact(words("charged"), cell(str(len(found.counts_charged)))),
            Fact(
                words("put"),
                cell(f"{len(found.counts_put_to_court)}: {words.listed(found.counts_put_to_court)}"),
            ),
            Fact(words("confined"), cell(found.confined_by or "-")),
            Fact(words("refusal"), cell(words(found.refusal) if found.refusal else "-")),
        )
    )


def _grounds(found: Extradition, words: Words) -> Iterator[Part]:
    for name in dict.fromkeys(each.regime for each in found.rows):
        yield Table(
            title=words.title(words.law.regime(name)),
            state=prose(words("flag state")),
            columns=(
                Column(words("ground"), 23),
                Column(words("what")),
                Column(words("kind"), 20),
                *(Column(words(state), 17) for state in STATES),
                Column(words("flagged"), 13),
                Column(words("decides"), 24),
            ),
            rows=tuple(_ground(row, words) for row in ground_rows(found.rows, name)),
        )


def _ground(row: GroundRow, words: Words) -> tuple[tuple[tuple[Span, ...], ...], ...]:
    first = row.ground
    return (
        cell(words.article(first.rule)),
        words.doubted(words.title(first), *row.cells),
        cell(words(first.kind)),
        *(cell(row.counts(state, words("by threshold"))) for state in STATES),
        cell(row.flagged),
        cell(words.listed([words.court(each) for each in first.decides])),
    )


def _threshold(found: Extradition, words: Words) -> Table:
    states = ("met", "not met", "undetermined")
    rows = []
    for name in dict.fromkeys(each.regime for each in found.dual_criminality):
        tested = [each for each in found.dual_criminality if each.regime == name]
        asked = words.law.regime(name).dual_criminality
        needs = words("more than" if asked.strictly_more else "at least", term=words.term(asked.maximum))
        rows.append(
            (
                cell(words.title(words.law.regime(name))),
                cell(needs),
                *(cell(written(each.number for each in tested if each.state == state)) for state in states),
            )
        )
    return Table(
        title=words("threshold"),
        state=prose(words("threshold state")),
        columns=(
            Column(words("by")),
            Column(words("needs"), 34),
            *(Column(words(state), 20) for state in states),
        ),
        rows=tuple(rows),
    )


def _counts(found: Extradition, words: Words) -> Table:
    first = {each.count: each for each in reversed(found.rows)}
    return Table(
        title=words("counts"),
        state=prose(words("english")),
        columns=(
            Column(words("number"), 12, "right"),
            Column(words("charged")),
            Column(words("put to court"), 30),
        ),
        rows=tuple(
            (
                cell(str(first[name].number)),
                cell(first[name].charged),
                cell(words("yes" if first[name].put_to_court else "no")),
            )
            for name in found.counts_charged
        ),
    )


def _specialty(found: Extradition, words: Words) -> Iterator[Part]:
    covered = found.specialty
    numbers = {each.count: each.number for each in found.rows}
    groups = (
        ("put", covered.asked),
        ("granted", covered.granted),
        ("refused", covered.refused),
        ("undecided", covered.undecided),
        ("left out", covered.left_out),
    )
    yield Facts(
        (
            *(Fact(words(name), cell(written(numbers[each] for each in counts))) for name, counts in groups),
            Fact(words("rules"), tuple((Span(each),) for each in covered.rules) or cell("-")),
        )
    )
    if words("english"):
        yield points([words("english")], words)
    yield points(covered.said, words)


def _reasons(found: Extradition, words: Words) -> Iterator[Part]:
    """Why, once for all counts of which the same is said."""
    for name in dict.fromkeys(each.regime for each in found.rows):
        groups: dict[tuple[str, str, tuple[str, ...]], list[Cell]] = {}
        for each in found.rows:
            if each.regime == name:
                why = tuple(text.replace(f"count {each.number}", "the count") for text in each.why)
                groups.setdefault((each.ground, each.said, why), []).append(each)
        yield Table(
            title=words.title(words.law.regime(name)),
            state=prose(words("english")),
            columns=(
                Column(words("ground"), 23),
                Column(words("how many"), 18),
                Column(words("state"), 30),
                Column(words("why")),
            ),
            rows=tuple(
                (
                    cell(words.article(cells[0].rule)),
                    cell(written(each.number for each in cells)),
                    cell(said if not words.is_korean else _said(cells[0], words)),
                    tuple((Span(text),) for text in why),
                )
                for (_, said, why), cells in groups.items()
            ),
        )


def _said(each: Cell, words: Words) -> str:
    return f"{words(each.state)}, {words('flagged')}" if each.flagged else words(each.state)
