"""A walk through the case of 2020: every figure computed from the matter and the books of law."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clew.proceedings.conflicts import Conflict, conflicts
from clew.proceedings.days import Day, Term
from clew.proceedings.exposure import Exposure, RequestExposure, exposure
from clew.proceedings.extradition.decided import Refusal
from clew.proceedings.extradition.table import Extradition, chosen, extradite
from clew.proceedings.facts import numbers
from clew.proceedings.load import Law, load_matter
from clew.proceedings.matter import Charge, Matter, Outcome, Request
from clew.proceedings.outcome_range import AgainstRange, against_range
from clew.proceedings.penalty import worded
from clew.proceedings.steps import MARKS, Step
from clew.proceedings.timeline import Timeline, timeline
from clew.proceedings.unverified import Unverified, unverified

MATTER = "2020"
"""The shipped matter that the walk goes through."""

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Chapter:
    """A part of the walk."""

    title: str
    sentences: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Example:
    """The worked example: its figures, and the walk that leads to them."""

    matter: str
    title: str
    counts_charged: int
    counts_put_to_court: int
    us_ceiling_years: float | None
    """Arithmetic ceiling of the counts put to the court, by the requesting state's law; or None."""
    kr_aggregate_years: dict[str, float | None]
    """Hypothetical, by the requested state's rule on several offences: ``one_offence`` and
    ``three_concurrent``, where the number in words is that of the counts put to the court."""
    refusal: Refusal | None
    conflicts: tuple[Conflict, ...]
    unverified: tuple[Unverified, ...]
    chapters: tuple[Chapter, ...]


def example(judged: Day | None = None) -> Example:
    """The walk through the shipped case; ``judged`` is a day up to which milder versions are compared."""
    matter, law = load_matter(MATTER)
    return walk(law, matter, judged)


def walk(law: Law, matter: Matter, judged: Day | None = None) -> Example:
    """The same walk through any matter with a request for extradition. Raises UsageError without one."""
    request = chosen(matter)
    exposed = exposure(law, matter, judged=judged)
    asked = next(each for each in exposed.requests if each.request == request.name)
    table, line = extradite(law, matter, request.name), timeline(law, matter)
    figures, rows = conflicts(matter), unverified(law, matter)
    return Example(
        matter=matter.name,
        title=matter.title,
        counts_charged=len(request.charges),
        counts_put_to_court=len(request.put_to_court),
        us_ceiling_years=_years(asked.ceiling.total),
        kr_aggregate_years=_aggregate(asked),
        refusal=table.refusal,
        conflicts=figures,
        unverified=rows,
        chapters=(
            _charged(law, matter, exposed),
            _put(matter, request, table),
            _left_out(law, matter, request, table),
            _ceiling(matter, asked),
            _hypothetical(matter, asked),
            _grounds(law, matter, request, table),
            _specialty(table),
            _decided(law, matter, request, table),
            _sentences(law, matter),
            _conflicts(figures),
            _timeline(line),
            _unknown(line),
            _unverified(rows),
        ),
    )


def _years(term: Term | None) -> float | None:
    """Years as a number, a whole one where it is whole; None for life and where it is undetermined."""
    if term is None or term.years is None:
        return None
    return int(term.years) if term.years == int(term.years) else term.years


def _aggregate(asked: RequestExposure) -> dict[str, float | None]:
    number = len(asked.put_to_court)
    found = asked.aggregate
    years: dict[str, float | None] = {"one_offence": _years(found.one_offence) if found else None}
    if number > 1:
        years[f"{_word(number)}_concurrent"] = _years(found.concurrent) if found else None
    return years


def _word(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else str(number)


def _beside(said: str, mark: str, keys: Iterable[str] = ()) -> str:
    """A sentence with what is unverified in it."""
    keys = tuple(keys)
    worded_mark = MARKS.get(mark, "") or (f"unverified, from memory: {', '.join(keys)}" if keys else "")
    return f"{said} ({worded_mark})" if worded_mark else said


def _charged(law: Law, matter: Matter, exposed: Exposure) -> Chapter:
    said = [
        f"{each.name}: {each.role}, case {each.case_number}, {each.jurisdiction}." for each in matter.persons
    ]
    steps: list[Step] = []
    for proceeding in matter.proceedings:
        counts = [each for each in matter.charges if each.proceeding == proceeding.name]
        if not counts:
            continue
        court = law.court(proceeding.court).title
        opened = f", {proceeding.opened}" if proceeding.opened else ""
        kinds = _kinds(counts)
        said.append(
            f"{court}{opened}: {_many(len(counts), 'count')} of {_many(len(kinds), 'kind')}, split "
            f"{'+'.join(str(len(each)) for each in kinds)}."
        )
        for each in kinds:
            keys = dict.fromkeys(key for count in each for key in count.unverified)
            source = matter.sources[each[0].source].title
            under = f", {law.provision(each[0].provision).cited}" if each[0].provision else ""
            limb = f"; {each[0].limb}" if each[0].limb else ""
            line = f"{_upper(numbers(matter, [count.name for count in each]))}: {each[0].kind}{under}{limb}"
            said.append(_beside(line, each[0].mark, keys) + ".")
            steps.append(Step(line, None, source, each[0].mark))
    steps += [step for each in exposed.counts for step in each.steps]
    return Chapter("Who is charged with what", tuple(said), tuple(dict.fromkeys(steps)))


def _kinds(counts: list[Charge]) -> list[list[Charge]]:
    """Counts by their kind, in the order of their numbers."""
    by_kind: dict[str, list[Charge]] = {}
    for each in sorted(counts, key=lambda count: count.number):
        by_kind.setdefault(each.kind, []).append(each)
    return list(by_kind.values())


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _upper(said: str) -> str:
    return said[:1].upper() + said[1:]


def _put(matter: Matter, request: Request, table: Extradition) -> Chapter:
    put, charged = len(request.put_to_court), len(request.charges)
    said = [f"{put} of {charged} counts were put to the court: {numbers(matter, request.put_to_court)}."]
    if request.confined_by:
        said.append(f"The request was confined by {request.confined_by}.")
    if request.confined_why:
        said.append(_beside(request.confined_why, request.mark, request.unverified))
    return Chapter("What was put to the court, and who confined it", tuple(said), table.specialty.steps)


def _left_out(law: Law, matter: Matter, request: Request, table: Extradition) -> Chapter:
    out = [each for each in request.charges if each not in request.put_to_court]
    flagged = dict.fromkeys(cell.count for cell in table.rows if cell.flagged)
    barred = dict.fromkeys(cell.count for cell in table.rows if cell.state == "barred")
    marked = [each for each in out if each in flagged]
    said = [
        f"{_upper(numbers(matter, out))} not put to the court: {len(marked)} of {len(out)} flagged, "
        f"{len([each for each in out if each in barred])} barred."
    ]
    cells = [cell for cell in table.rows if cell.flagged]
    for ground in dict.fromkeys((cell.rule, cell.title, cell.regime) for cell in cells):
        counts = [cell.count for cell in cells if (cell.rule, cell.title, cell.regime) == ground]
        title = law.regime(ground[2]).title
        said.append(f"Flagged for {ground[0]} of {title} ({ground[1]}): {numbers(matter, counts)}.")
    said += dict.fromkeys(f"{why}." for cell in cells for why in cell.why if why.startswith("Flagged"))
    said.append(
        "A flag rests on a person's mapping of a count to conduct that was judged; it decides nothing."
    )
    steps = dict.fromkeys(step for cell in cells for step in cell.steps)
    return Chapter("The counts that were left out", tuple(said), tuple(steps))


def _ceiling(matter: Matter, asked: RequestExposure) -> Chapter:
    top = asked.ceiling
    counts = numbers(matter, top.counts)
    if top.total is None:
        said = [f"No arithmetic ceiling for {counts}: a maximum is undetermined."]
    else:
        said = [
            f"Arithmetic ceiling of {counts}, which alone were put to the court: {worded(top.total)}.",
            "It is the sum of their maxima and no forecast.",
        ]
    left = [each for each in asked.counts_charged if each not in asked.put_to_court]
    if left:
        said.append(f"It does not cover {numbers(matter, left)}.")
    return Chapter("The arithmetic ceiling", tuple(said), top.steps)


def _hypothetical(matter: Matter, asked: RequestExposure) -> Chapter:
    found, counts = asked.aggregate, numbers(matter, asked.put_to_court)
    if found is None:
        said = [f"No figures by the law of {asked.requested}: a counterpart is missing or undetermined."]
        return Chapter("By the law of the requested state", tuple(said), asked.steps)
    number = _word(len(asked.put_to_court))
    said = [
        f"Hypothetical, by the law of {asked.requested}, for counterparts that a person stated for {counts}:",
        f"{worded(found.one_offence)} at most, if the acts are one comprehensive offence.",
        f"{worded(found.concurrent)} at most, if they are {number} concurrent ones.",
        "Which of the two the acts are is not decided here.",
    ]
    rule = next((each.provision for each in found.steps if _is_apart(each)), None)
    if found.before and rule:
        said.append(f"Both figures come before {rule}, which is not applied.")
    return Chapter("By the law of the requested state", tuple(said), found.steps)


def _is_apart(step: Step) -> bool:
    return step.provision is not None and step.said.startswith("Before the rule")


def _grounds(law: Law, matter: Matter, request: Request, table: Extradition) -> Chapter:
    states = dict.fromkeys(cell.said for cell in table.rows)
    said = [
        f"{len(table.rows)} cells, {_many(len(request.charges), 'count')} by "
        f"{_many(len({cell.ground for cell in table.rows}), 'ground')}: "
        + ", ".join(f"{sum(cell.said == each for cell in table.rows)} {each}" for each in states)
        + "."
    ]
    for each in dict.fromkeys((test.regime, test.needs, test.state) for test in table.dual_criminality):
        counts = [
            test.count for test in table.dual_criminality if (test.regime, test.needs, test.state) == each
        ]
        said.append(
            f"Threshold of {law.regime(each[0]).title}, {each[1]}: {each[2]} for {numbers(matter, counts)}."
        )
    said.append("Whether conduct is punishable in both states is for the court to compare.")
    deciders = dict.fromkeys(who for cell in table.rows for who in cell.decides)
    said.append(f"Undetermined cells are to be decided by {' and '.join(deciders)}.")
    steps = dict.fromkeys(step for test in table.dual_criminality for step in test.steps)
    return Chapter("The table of counts and grounds", tuple(said), tuple(steps))


def _specialty(table: Extradition) -> Chapter:
    ends = tuple(each if each.endswith(".") else f"{each}." for each in table.specialty.said)
    said = [*ends]
    for each in table.prevailing:
        said.append(f"{each.title} prevails over {each.over_title} where the two differ.")
        said += [f"{difference}." for difference in each.differences]
    steps = [*table.specialty.steps, *(step for each in table.prevailing for step in each.steps)]
    return Chapter("Specialty, and the treaty beside the act", tuple(said), tuple(dict.fromkeys(steps)))


def _decided(law: Law, matter: Matter, request: Request, table: Extradition) -> Chapter:
    said: list[str] = []
    for each in matter.outcomes:
        if each.proceeding != request.proceeding:
            continue
        court = next(one.court for one in matter.proceedings if one.name == each.proceeding)
        basis = f", on grounds that are {each.basis}" if each.basis else ""
        line = f"{law.court(court).title}, {each.date}: {each.result}{basis}"
        said.append(_beside(line, each.mark, each.unverified) + ".")
        if each.grounds:
            cited = ", ".join(f"{law.ground(name).rule}, {law.ground(name).title}" for name in each.grounds)
            said.append(f"Grounds named: {cited}.")
        said += [each.why] if each.why else []
        said += [each.note] if each.note else []
    if not said:
        said = ["No decision on the request is entered."]
    return Chapter("What was decided on the request", tuple(said), table.steps)


def _sentences(law: Law, matter: Matter) -> Chapter:
    sentenced = [each for each in matter.outcomes if each.sentence is not None]
    ranges = [against_range(law, matter, each) for each in sentenced]
    said = [
        _beside(_imposed(matter, outcome, found), outcome.mark, outcome.unverified)
        for outcome, found in zip(sentenced, ranges, strict=True)
    ]
    steps = dict.fromkeys(step for each in ranges for step in each.steps)
    return Chapter("Sentences beside the statutory range", tuple(said), tuple(steps))


def _imposed(matter: Matter, outcome: Outcome, found: AgainstRange) -> str:
    """What was imposed and asked for, the maximum of each count, and how the two stand to each other."""
    sentence = outcome.sentence
    assert sentence is not None
    worded_parts = (
        ("imprisonment", sentence.imprisonment),
        ("suspended for", sentence.suspended),
        ("asked for", sentence.asked),
    )
    parts = [f"{word} {worded(term)}" for word, term in worded_parts if term is not None]
    parts += [f"fine {sentence.fine}"] if sentence.fine else []
    parts += sentence.other
    counts = [f"{worded(each.maximum)} for {numbers(matter, [each.count])}" for each in found.counts]
    state = f"a conflict, {found.state}" if found.is_conflict else found.state
    return f"{outcome.date}: {', '.join(parts)}. Maximum {', '.join(counts) or 'undetermined'}: {state}."


def _conflicts(figures: tuple[Conflict, ...]) -> Chapter:
    said = []
    for each in figures:
        values = "; ".join(
            f"{side.value:,} ({side.source}, {side.date}: {_beside(side.scope, side.mark, side.unverified)})"
            for side in each.claims
        )
        said.append(f"{each.title}, {each.unit}: {values}. {each.said}.")
    steps = tuple(step for each in figures for step in each.steps)
    return Chapter("Figures of which claims conflict", tuple(said), steps)


def _timeline(line: Timeline) -> Chapter:
    said = tuple(f"{row.day}: {row.what}{f' ({row.said})' if row.said else ''}" for row in line.rows)
    return Chapter("Timeline", said, line.steps)


def _unknown(line: Timeline) -> Chapter:
    said = tuple(f"Since {each.since}: {each.what}" for each in line.unknown)
    return Chapter("What is unknown at the end", said, ())


def _unverified(rows: tuple[Unverified, ...]) -> Chapter:
    marks = {"memory": "from memory", "inferred": "inferred"}
    counted = [f"{sum(row.mark == mark for row in rows)} {said}" for mark, said in marks.items()]
    said = [f"{len(rows)} entries were not read in their sources, in all or in part: {', '.join(counted)}."]
    said += [
        f"{row.where}: {row.what} ({marks[row.mark]}{': ' + ', '.join(row.keys) if row.keys else ''})"
        for row in rows
    ]
    return Chapter("What is unverified", tuple(said), ())


__all__ = ["Chapter", "Example", "example", "walk"]
