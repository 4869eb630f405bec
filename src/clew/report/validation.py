"""The validation report: how often conclusions are wrong, where the truth is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clew.accuracy import entity_tables, origin_tables, tables, words
from clew.accuracy import event_tables as events
from clew.accuracy.changes import CERTAIN, class_names
from clew.accuracy.figures import ACTOR, ADDRESSES, CHANGE, COINJOIN, COLLISIONS
from clew.accuracy.method import LABELLED, LIMITS, METHOD, rank_sentence
from clew.accuracy.score import ALL_PROTOCOLS
from clew.accuracy.truth import REAL
from clew.accuracy.validation import Row, Validation
from clew.report.curves import Share, Stated, calibration_chart, shares_chart
from clew.report.document import (
    Cell,
    Chart,
    Column,
    Commands,
    Document,
    Fact,
    Facts,
    KeyFigure,
    KeyFigures,
    Line,
    Paragraph,
    Part,
    Points,
    Section,
    Span,
    Table,
    cell,
    prose,
)

MOTTO = "The rate on the real chain is unknown."
FOUND_AIM, RIGHT_AIM = 0.99, 0.985
"""What is aimed at: the share of rounds that is found, and of near-certain change that is right."""
LETTER, GAP, LEAST = 1.58, 2.8, 13.0
"""Millimetres of a digit in a table, of the space around a column, and of the narrowest column."""
MOST_ABREAST = 3
"""Key figures that stand side by side."""
MARK, SHORT = 8.0, 3
"""Millimetres of a column without a heading, and characters that it holds at most."""
WIDE = 34
"""Characters from which a text is set as code, which may break anywhere."""


def document(found: Validation, *, digest: str, version: str) -> Document:
    """The report on a validation. ``digest``: SHA-256 of its figures, as hex."""
    sections = (
        Section("In short", tuple(_short(found))),
        Section("What was measured", tuple(_measured(found, digest, version))),
        *_entities(found),
        *_links(found),
        *_coinjoins(found),
        *_change(found),
        *_origins(found),
        *_worlds(found),
        *_failures(found),
        Section("What the figures mean", tuple(_method(found))),
        Section("To measure again", tuple(_again(found)), together=True),
    )
    return Document(
        title="How often Clew is wrong",
        subtitle=prose(f"{rank_sentence(found.rank)}"),
        motto=MOTTO,
        snapshot=digest,
        mark=digest[:16],
        ledger="accuracy",
        version=version,
        time=max(int(each["truth"]["time"]) for each in found.economies),
        sections=sections,
    )


def _short(found: Validation) -> Iterator[Part]:
    figures = list(_key_figures(found))
    rows = -(-len(figures) // MOST_ABREAST)
    for row in range(rows):
        yield KeyFigures(tuple(figures[row * len(figures) // rows : (row + 1) * len(figures) // rows]))
    yield Paragraph(
        prose(
            "These are shares of conclusions about made-up or labelled chains. They are not the probability "
            "that a certain conclusion is wrong, and no share carries over to the real chain."
            if found.rank != REAL
            else "These are shares of conclusions about what was labelled. They are not the probability that "
            "a certain conclusion is wrong."
        )
    )


def _key_figures(found: Validation) -> Iterator[KeyFigure]:
    for name in words.names(found, "set"):
        row = found.row(ADDRESSES, name, "B-cubed precision", ACTOR)
        if row is not None:
            yield KeyFigure(f"{name}: precision per address", words.rate(row), _interval(row))
        row = found.row(COLLISIONS, name, "services that stand with another", ACTOR)
        if row is not None:
            yield KeyFigure(f"{name}: services that collide", words.counted(row.tally), "tags withheld")
    everything = _widest(found)
    if everything is not None:
        row = found.row(COINJOIN, everything, "recall")
        yield KeyFigure(f"{everything}: recall", words.rate(row), _interval(row))
        row = found.row(COINJOIN, everything, "ordinary taken for some")
        false = None if row is None else row.tally
        yield KeyFigure(
            f"{everything}: false, of a million", words.per_million(false), words.per_million_between(row)
        )
    for name in words.names(found, "model"):
        row = found.row(CHANGE, name, f"right at {CERTAIN} or more")
        if row is not None:
            yield KeyFigure(f"{name}: right at {CERTAIN} or more", words.rate(row), _interval(row))


def _interval(row: Row | None) -> str:
    return f"95 %: {words.between(row)}"


def _widest(found: Validation) -> str | None:
    """All detectors together; without any, the rule that is meant for the most rounds."""
    if ALL_PROTOCOLS in words.names(found, "coinjoin"):
        return ALL_PROTOCOLS
    best: tuple[float, float, str] | None = None
    for name in words.names(found, "coinjoin"):
        row = found.row(COINJOIN, name, "recall")
        if row is not None and row.tally.of:
            mine = (row.tally.of, row.tally.hits, name)
            best = mine if best is None or mine[:2] > best[:2] else best
    return None if best is None else best[2]


def _measured(found: Validation, digest: str, version: str) -> Iterator[Part]:
    rules = [f"{each['name']} {each['version']}" for each in found.subjects if each["version"] is not None]
    sets = [
        f"{each['name']}: {', '.join(f'''{rule['name']} {rule['version']}''' for rule in each['rules'])}"
        for each in found.subjects
        if each["kind"] == "set"
    ]
    facts = [
        ("rank", rank_sentence(found.rank)),
        ("worlds", ", ".join(each or "labels" for each in found.worlds)),
        ("rules and models", ", ".join(rules)),
        ("sets of rules", "; ".join(sets)),
        ("Clew", version),
    ]
    rows = [Fact(name, cell(text)) for name, text in facts if text]
    yield Facts((*rows, Fact("SHA-256 of the figures", cell(digest, "code"))))
    yield _table(tables.economies(found))
    yield _table(_left_out(found))


def _left_out(found: Validation) -> words.Sheet:
    sums: dict[str, int] = {}
    for each in found.economies:
        for row in each["left_out"]:
            sums[row["what"]] = sums.get(row["what"], 0) + row["count"]
    return words.Sheet(
        "Left out",
        "What the truth tells that no figure counts, over all economies.",
        ("what", "how many>"),
        tuple((what, f"{count:,}") for what, count in sums.items()),
    )


def _entities(found: Validation) -> Iterator[Section]:
    for name in words.names(found, "set"):
        parts: list[Part] = _tables(
            [
                entity_tables.entities(found, name),
                entity_tables.entities_by(found, name, "wallet size"),
                entity_tables.entities_by(found, name, "wallet model"),
            ]
        )
        rows = [
            row
            for row in found.part(ADDRESSES, name, "B-cubed precision", ACTOR, "wallet size")
            if row.interval
        ]
        if rows:
            said = f"Precision per address (B-cubed) by {name}, by the number of addresses of the true wallet"
            parts.append(_shares(rows, said))
        yield Section(f"Entities by {name}", tuple(parts))


def _shares(rows: Iterable[Row], said: str, target: float | None = None) -> Chart:
    shares = [
        Share(_name(row), row.tally.rate or 0.0, *row.interval, target=target)
        for row in rows
        if row.interval is not None
    ]
    told = "; ".join(f"{each.name} {words.percent(each.share)}" for each in shares)
    line = (
        ""
        if target is None
        else f"; the short strokes mark what is aimed at, {words.percent(target)} or more"
    )
    return Chart(
        shares_chart(shares, "share, with 95 % intervals"),
        f"{said}: {told}.",
        f"{said}, with 95 % intervals{line}.",
    )


def _name(row: Row) -> str:
    return row.key.group


def _links(found: Validation) -> Iterator[Section]:
    parts = _tables([events.links(found)])
    if parts:
        yield Section("Links", tuple(parts))


def _coinjoins(found: Validation) -> Iterator[Section]:
    parts = _tables([events.coinjoins(found), events.rounds(found), events.look_alikes(found)])
    widest = _widest(found)
    if widest is not None:
        rows = [row for row in found.part(COINJOIN, widest, "recall", "", "round size") if row.interval]
        if rows:
            parts.append(
                _shares(rows, f"Rounds found by {widest}, by their number of equal outputs", FOUND_AIM)
            )
    if parts:
        yield Section("Coinjoins", tuple(parts))


def _change(found: Validation) -> Iterator[Section]:
    parts = _tables([events.changes(found), events.models(found), events.models_by(found)])
    for name in words.names(found, "model"):
        measure = f"right at {CERTAIN} or more"
        rows = [row for row in found.part(CHANGE, name, measure, "", "wallet model") if row.tally.of]
        if rows:
            parts.append(_shares(rows, f"{name}: {measure}, by the software that paid", RIGHT_AIM))
        points = list(_stated(found, name))
        if points:
            parts += [*_tables([events.calibration(found, name)]), _calibration(name, points)]
    if parts:
        yield Section("Change", tuple(parts))


def _origins(found: Validation) -> Iterator[Section]:
    parts = _tables([origin_tables.routes(found), origin_tables.hops(found), origin_tables.reached(found)])
    if parts:
        yield Section("Origins of payments", tuple(parts))


def _stated(found: Validation, name: str) -> Iterator[Stated]:
    for group in class_names():
        row = found.row(CHANGE, name, "change among", "", "probability", group)
        mean = found.row(CHANGE, name, "mean probability", "", "probability", group)
        if row is not None and mean is not None and row.tally.of and row.interval is not None:
            low, high = row.interval
            yield Stated(mean.tally.rate or 0.0, row.tally.rate or 0.0, low, high, int(row.tally.of))


def _calibration(name: str, points: list[Stated]) -> Chart:
    told = "; ".join(f"stated {words.percent(each.mean)}, so {words.percent(each.share)}" for each in points)
    return Chart(
        calibration_chart(points),
        f"Calibration of {name}: {told}.",
        f"Calibration of {name}: how often an output is change, by the probability that was stated.",
    )


def _worlds(found: Validation) -> Iterator[Section]:
    if len(found.worlds) > 1:
        parts = _tables([tables.by_world(found, tables.main_figures(found))])
        if parts:
            yield Section("By world", tuple(parts))


def _failures(found: Validation) -> Iterator[Section]:
    parts = _tables([tables.failures(found)])
    yield Section("Known failures", tuple(parts) or (Paragraph(prose("None was found.")),))


def _method(found: Validation) -> Iterator[Part]:
    yield Points(tuple(_sentence(text) for text in METHOD))
    yield Paragraph(prose("What they do not say:"))
    yield Points(tuple(_sentence(text) for text in (LABELLED if found.rank == REAL else LIMITS)))


def _sentence(text: str) -> Line:
    """``**Lead** rest`` as strong spans and plain ones."""
    return tuple(
        span
        for place, piece in enumerate(text.split("**"))
        for span in ((Span(piece, "strong"),) if place % 2 else prose(piece))
    )


def _again(found: Validation) -> Iterator[Part]:
    lines = []
    for each in found.economies:
        truth = each["truth"]
        if truth["kind"] == "economy":
            people = "" if truth["people"] is None else f" --people {truth['people']}"
            lines.append(
                f"clew validate --worlds {truth['world']} --seeds 1 --first-seed {truth['seed']} --blocks "
                f"{truth['blocks']}{people} -o {truth['world']}-{truth['seed']}.json"
            )
    yield Paragraph(
        prose(
            "Each economy by itself, as the first is here, with this version of Clew; the parts are put "
            "together by one more run."
        )
        if lines
        else prose("The labels and the ledger, with this version of Clew.")
    )
    yield Commands((*lines[:1], "clew validate *.json -o accuracy.pdf") if lines else (_LABELS,))


_LABELS = "clew validate --truth LABELS.csv --ledger LEDGER -o accuracy.pdf"


def _tables(sheets: Iterable[words.Sheet]) -> list[Part]:
    return [_table(each) for each in sheets if each.rows]


def _table(sheet: words.Sheet) -> Table:
    """A table whose columns of numbers are as wide as these; texts share the rest."""
    columns = []
    for place, head in enumerate(sheet.heads):
        longest = max((len(row[place]) for row in sheet.rows), default=0)
        title = words.heading(head)
        if words.is_number(head):
            wide = max(longest, *(len(word) for word in title.split()))
            columns.append(Column(title, max(LEAST, round(LETTER * wide + GAP, 1)), "right"))
        else:
            columns.append(Column(title, MARK if longest <= SHORT and not title else 0))
    rows = tuple(tuple(_cell(text) for text in row) for row in sheet.rows)
    return Table(sheet.title, (Span(sheet.said),), tuple(columns), rows)


def _cell(text: str) -> Cell:
    number, colon, rest = text.partition(": ")
    if colon and number.isdigit() and len(rest) >= WIDE:
        return ((Span(f"{number}:"), Span(rest, "code")),)
    return cell(text)


__all__ = ["document"]
