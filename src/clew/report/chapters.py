"""The chapters of a report: answers in, sections out. What a page looks like is decided elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from clew.analysis.answer import NOT_SEARCHED
from clew.report import registers, tracefile
from clew.report.again import compute_again, entity_command
from clew.report.answers import DEFAULT_LIMIT, ReportAnswers
from clew.report.bands import bands_of
from clew.report.bars import by_month, payments_chart, payments_described
from clew.report.charts import (
    OUTFLOWS_COLOUR,
    PAYMENTS_COLOUR,
    Flow,
    Month,
    flows_chart,
    months_chart,
)
from clew.report.document import (
    Cell,
    Chart,
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
    cell,
    prose,
)
from clew.report.exposed import exposed
from clew.report.method import method
from clew.report.sankey import described, sankey
from clew.report.wording import MOTTO, btc, count, day, moment

if TYPE_CHECKING:
    from clew.analysis.answer import Answer

TITLE = "What an entity received, held and paid out"
MARK_LENGTH = 12
NOT_CHOICES = ("addresses", "limit", "offset", "tz")
MOST_ASKED = 3
CONVENTION = (
    "A trace follows money by a policy, which is a convention about which coins in a transaction are which; "
    "the ledger does not say. Figures under several policies are a range of conventions, not bounds. Where "
    "no service is named the money is unattributed. The trace's file can be checked with `clew check`."
)
READING = (
    "Height is money: blue is on its way, dark blue came to a service, ochre ended without one, grey runs "
    "through transactions that are not drawn each."
)
NO_ESTIMATE = "no error estimate was computed for this answer: treat the error rate as unknown, not as zero."


def document(answers: ReportAnswers, *, version: str, limit: int = DEFAULT_LIMIT) -> Document:
    """The whole report. ``limit`` bounds the rows of each printed table (0: all); sums count all."""
    rows = limit or sys.maxsize
    snapshot = answers.payments.snapshot
    network, tip = answers.payments.ledger["network"], answers.tip
    return Document(
        title=TITLE,
        subtitle=_subtitle(answers),
        motto=MOTTO,
        snapshot=snapshot,
        mark=snapshot[:MARK_LENGTH],
        ledger=f"{network}, tip {tip['height']:,}",
        version=version,
        time=answers.time,
        sections=(
            Section("What was asked", _asked(answers, rows)),
            Section("The answer in short", _short(answers)),
            Section("The entity and its evidence", _entity(answers, rows)),
            Section("Payments received", _payments(answers, rows)),
            Section("Proceeds by month", _proceeds(answers)),
            Section("Outflows", _outflows(answers, rows)),
            *exposed(answers),
            *_traced(answers),
            Section("Method and limits", method()),
            Section("Caveats and error estimates", _caveats(answers)),
            Section("How to compute it again", compute_again(answers, version, limit), together=True),
        ),
    )


def _subtitle(answers: ReportAnswers) -> Line:
    if len(answers.addresses) == 1:
        return (Span(answers.addresses[0], "code"),)
    return (Span(f"{count(len(answers.addresses), 'address', 'addresses')}, listed in section 1"),)


def _asked(answers: ReportAnswers, limit: int) -> tuple[Part, ...]:
    several = len(answers.addresses) > 1
    question = (
        f"Which addresses are under one control with the {'ones' if several else 'one'} below? Which "
        "payments did they receive from outside, what is still held with them, and where did the rest go?"
    )
    shown = [(Span(address, "code"),) for address in answers.addresses[:limit]]
    if len(shown) < len(answers.addresses):
        text = f"cut: {limit:,} of {len(answers.addresses):,} shown; the file given to the command has all"
        shown.append((Span(text, "quiet"),))
    network = answers.payments.ledger["network"]
    test = "" if network == "main" else " (a test network: its coins have no value)"
    facts = [
        Fact("Addresses" if several else "Address", tuple(shown)),
        *(Fact(*other) for other in _other_parameters(answers)),
        Fact("Network", cell(f"Bitcoin, {network}{test}")),
        Fact("Tip", _tip(answers)),
        Fact("Work", cell(str(answers.tip["work"]), "code")),
        Fact("Snapshot", cell(answers.payments.snapshot, "code")),
    ]
    text = (
        "The snapshot is a SHA-256 over the tip and the rules: the same snapshot means the same answers. "
        f"Its first {MARK_LENGTH} digits stand on every page."
    )
    behind = [] if answers.status is None else [Paragraph(line) for line in _behind(answers.status.result)]
    return (Paragraph(prose(question)), Facts(tuple(facts)), Paragraph(prose(text)), *behind)


def _other_parameters(answers: ReportAnswers) -> list[tuple[str, Cell]]:
    """What else was chosen when asking: printed as given, since it may change the answer."""
    chosen = {
        str(name): value
        for answer in (answers.payments, answers.proceeds, answers.outflows)
        for name, value in answer.parameters.items()
        if name not in NOT_CHOICES and value is not None
    }
    return [(name.replace("_", " ").capitalize(), cell(str(chosen[name]))) for name in sorted(chosen)]


def _tip(answers: ReportAnswers) -> Cell:
    time = "" if answers.tip_time is None else f", block time {moment(answers.tip_time)} UTC"
    return ((Span(f"height {answers.tip['height']:,}{time}"),), (Span(answers.tip["hash"], "code"),))


def _behind(status: Mapping[str, Any]) -> list[Line]:
    source = status["source"]
    if source["status"] == NOT_SEARCHED:
        return [prose("Whether the node has newer blocks than this tip was not searched.")]
    if source.get("blocks_behind"):
        behind = count(source["blocks_behind"], "block")
        return [
            prose(
                f"When asked, the node had {behind} more than this ledger; they are not part of this report."
            )
        ]
    return []


def _short(answers: ReportAnswers) -> tuple[Part, ...]:
    payments, outflows = answers.payments.result, answers.outflows.result
    total = answers.proceeds.result["total"]
    size = sum(entity["size"] for entity in payments["entities"])
    figures = (
        KeyFigure("Addresses", f"{size:,}", "lower bound"),
        KeyFigure("Received, BTC", btc(total["received"]), count(payments["total"]["payments"], "payment")),
        KeyFigure("Spent, BTC", btc(total["spent"]), count(outflows["total"]["outflows"], "outflow")),
        KeyFigure("Held, BTC", btc(total["held"]), f"at height {answers.tip['height']:,}"),
    )
    sums = [
        Fact("Received from outside", _exact(total["received"])),
        Fact("Spent to outside", _exact(total["spent"])),
        Fact("Fees", _exact(total["fee"])),
        Fact("Held at the tip", _exact(total["held"])),
    ]
    if answers.lost:
        sums.append(Fact("Lost: nobody can spend it", _exact(answers.lost)))
    kept = " + lost" if answers.lost else ""
    return (
        KeyFigures(figures),
        Paragraph(_span_of_time(answers)),
        Facts(tuple(sums)),
        Paragraph(prose(f"The sum closes to the satoshi: received − spent − fees = held{kept}.")),
    )


def _span_of_time(answers: ReportAnswers) -> Line:
    payments = answers.payments.result["payments"]
    total = answers.payments.result["total"]
    if not payments:
        return prose("No payment from outside was found up to the tip.")
    first, last = min(row["time"] for row in payments), max(row["time"] for row in payments)
    when = f"on {day(first)}" if day(first) == day(last) else f"between {day(first)} and {day(last)}"
    text = f"{count(total['payments'], 'payment')} came in {when} (block time, UTC)"
    if total["payers"]:
        text += f", from {count(total['payers'], 'paying entity', 'paying entities')}"
    if total["payers"] > 1:
        text += ": not a number of people, since one payer may stand here as several entities"
    alone = total["payments"] == 1
    parts = [f"{text}."]
    if total["coinbase"]:
        which = "It brought" if alone else f"{total['coinbase']:,} of them brought"
        parts.append(f"{which} newly mined coins, which have no payer.")
    if total["mixed"]:
        which = "It is mixed" if alone else f"Mixed: {total['mixed']:,} of them"
        parts.append(f"{which}, since the entity and others spent together.")
    return prose(" ".join(parts))


def _exact(value: int) -> Cell:
    return ((Span(f"{btc(value)} BTC"), Span(f"{value:,} satoshi", "quiet")),)


def _entity(answers: ReportAnswers, limit: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    if len(answers.entities) > 1:
        text = f"The addresses asked about belong to {len(answers.entities):,} entities, which no rule joins."
        parts.append(Paragraph(prose(f"{text} The other sections take them together.")))
    for answer in answers.entities:
        parts += _one_entity(answer, answers.addresses, limit)
    return tuple(parts)


def _one_entity(answer: Answer, asked: Sequence[str], limit: int) -> tuple[Part, ...]:
    entity, whole = answer.result, entity_command(answer, asked)
    size = count(entity["size"], "address", "addresses")
    name = (
        "The number of an entity is that of its first address. It holds for this tip: with a later one the "
        "entity may have grown, and its number changed."
    )
    inside = (
        "What its addresses received includes what they paid to each other; section 5 leaves that out. "
        "What was asked about stands first in both tables below, then what joins it."
    )
    return (
        Paragraph((Span(f"Lower bound: {size}. Entity {entity['entity']}.", "strong"),)),
        Paragraph(prose(name)),
        Facts(
            (
                Fact("First seen", _seen(entity["first"])),
                Fact("Last seen", _seen(entity["last"])),
                Fact("Received by its addresses", _exact(entity["received"])),
                Fact("Held at the tip", _exact(entity["balance"])),
            )
        ),
        Paragraph(prose(inside)),
        registers.addresses_table(entity, asked, limit, whole),
        registers.links_table(entity, asked, limit, whole),
    )


def _seen(place: Mapping[str, Any] | None) -> Cell:
    if place is None:
        return cell("never")
    return (
        (Span(f"{moment(place['time'])} UTC, height {place['height']:,}"),),
        (Span(place["txid"], "code"),),
    )


def _payments(answers: ReportAnswers, limit: int) -> tuple[Part, ...]:
    rows = answers.payments.result["payments"]
    table = registers.payments_table(answers, limit)
    if not rows:
        return (table,)
    flows = [
        Flow(
            row["time"], row["value"], "mixed" if row["mixed"] else "coinbase" if row["coinbase"] else "plain"
        )
        for row in rows
    ]
    months = by_month(flows)
    caption = f"By month of block time: how many payments, and what they sum to. {payments_described(months)}"
    if len(flows) < answers.payments.result["found"]:
        caption += f" Cut: {len(flows):,} of {answers.payments.result['found']:,} payments are drawn."
    return (
        _flows(flows, "payment", PAYMENTS_COLOUR, answers.payments.result["found"], answers.time),
        Chart(payments_chart(months), caption, caption),
        table,
    )


def _traced(answers: ReportAnswers) -> tuple[Section, ...]:
    """The trace, if there is one: what it is, and its flow under each policy that states amounts."""
    if answers.trace is None:
        return ()
    content = answers.trace.content
    asked = content["parameters"]
    facts = [
        Fact(
            "Asked",
            cell(", ".join(asked["asked"][:MOST_ASKED]) + (" …" if asked["asked"][MOST_ASKED:] else "")),
        ),
        Fact("Direction", cell(asked["direction"])),
        Fact("Policies", cell(", ".join(asked["policies"]))),
        *(
            Fact(name.capitalize(), cell(str(content[name])))
            for name in ("examiner", "purpose")
            if content[name]
        ),
        Fact("Digest of the trace", cell(content["digest"], "code")),
    ]
    parts: list[Part] = [Facts(tuple(facts)), Paragraph(prose(CONVENTION))]
    for policy in tracefile.policies(content):
        bands = bands_of(content, policy, answers.trace.labels)
        caption = f"Flow of {btc(bands.total)} BTC, traced {asked['direction']} by {policy}. {READING}"
        picture = sankey(content, policy, answers.trace.labels, alone=False)
        parts.append(Chart(picture, described(bands), caption))
    return (Section("A trace", tuple(parts)),)


def _outflows(answers: ReportAnswers, limit: int) -> tuple[Part, ...]:
    rows = answers.outflows.result["outflows"]
    table = registers.outflows_table(answers, limit)
    if not rows:
        return (table,)
    flows = [Flow(row["time"], row["value"], "mixed" if row["mixed"] else "plain") for row in rows]
    chart = _flows(flows, "outflow", OUTFLOWS_COLOUR, answers.outflows.result["found"], answers.time)
    return (chart, registers.receivers_table(answers, limit), table)


def _flows(flows: list[Flow], noun: str, colour: str, found: int, tip: int) -> Chart:
    drawn = (
        f"{len(flows):,} of {found:,}"
        if len(flows) < found
        else "The only"
        if found == 1
        else f"All {found:,}"
    )
    plural = count(found, noun).split(" ", 1)[1]
    caption = f"{drawn} {plural} by block time; below, the running sum."
    total = btc(sum(flow.value for flow in flows))
    description = (
        f"{caption} From {day(min(flow.time for flow in flows))} to {day(max(flow.time for flow in flows))}; "
        f"the smallest {btc(min(flow.value for flow in flows))}, the largest "
        f"{btc(max(flow.value for flow in flows))}, together {total} BTC."
    )
    return Chart(flows_chart(flows, noun, colour, tip), description, caption)


def _proceeds(answers: ReportAnswers) -> tuple[Part, ...]:
    months = answers.proceeds.result["months"]
    table = registers.months_table(answers)
    if not months:
        return (table,)
    text = (
        "Money that moves within the entity is not income and is not counted. A month is one of block "
        "time in UTC, from the entity's first movement to its last."
    )
    drawn = [Month(row["month"], row["received"], row["spent"] + row["fee"], row["held"]) for row in months]
    caption = (
        "Upwards what was received from outside, downwards what was paid out, by month of block time; "
        "below, what was held at each month's end, or at the tip if that is earlier."
    )
    description = (
        f"{caption} From {months[0]['month']} to {months[-1]['month']}; the table below has the numbers."
    )
    moved = [answer.result["first"]["time"] for answer in answers.entities if answer.result["first"]]
    first = min(moved, default=answers.time)
    return (
        Chart(months_chart(drawn, first, answers.time), description, caption),
        Paragraph(prose(text)),
        table,
    )


def _caveats(answers: ReportAnswers) -> tuple[Part, ...]:
    """Each caveat once, with the questions it belongs to; then each answer's error estimate."""
    caveats: dict[str, list[str]] = {}
    estimates: dict[str, list[str]] = {}
    for answer in answers.everything:
        for caveat in answer.caveats:
            _append(caveats, caveat, answer.question)
        if answer is not answers.status:
            _append(estimates, answer.error_estimate or NO_ESTIMATE, answer.question)
    parts: list[Part] = []
    if caveats:
        parts.append(Points(tuple(_remark(text, questions) for text, questions in caveats.items())))
    else:
        limits = f"section {7 + bool(answers.exposure) + bool(answers.trace)}"
        parts.append(Paragraph(prose(f"The answers came with no caveats beyond the limits in {limits}.")))
    parts.append(Paragraph(prose("How often such conclusions are wrong:")))
    parts.append(Points(tuple(_remark(text, questions) for text, questions in estimates.items())))
    return tuple(parts)


def _append(known: dict[str, list[str]], text: str, question: str) -> None:
    questions = known.setdefault(text, [])
    if question not in questions:
        questions.append(question)


def _remark(text: str, questions: list[str]) -> Line:
    """A caveat as its answer words it, after the questions that it belongs to."""
    return (Span(f"{', '.join(questions).capitalize()}: ", "strong"), Span(text.replace(" %", "\u00a0%")))
