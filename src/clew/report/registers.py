"""The tables of a report: one row, one fact of the ledger, with nothing shortened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from clew.analysis.answer import CUT, NOT_SEARCHED, NOTICE, list_status
from clew.report.again import command
from clew.report.answers import ReportAnswers
from clew.report.document import Cell, Column, Line, Span, Table, cell, prose
from clew.report.evidence import Evidence, evidence
from clew.report.wording import btc, count, moment

Row = Mapping[str, Any]

ADDRESSES_IN_A_ROW = 8
"""How many addresses of one payer, and how many payers, a row prints before it says how many remain."""

NUMBER = Column("No.", 8, "right")
TIME = Column("Block time (UTC), median time, height", 29)
AMOUNT = Column("BTC", 27, "right")


def addresses_table(entity: Row, asked: Sequence[str], limit: int, whole: str) -> Table:
    """The addresses of an entity, those ``asked`` about first, with the gross sums of each."""
    places = {address: i for i, address in enumerate(asked)}
    addresses = sorted(entity["addresses"], key=lambda row: places.get(row["address"], len(places)))
    rows = [
        (
            cell(f"{i:,}"),
            (_address(row["address"], asked=row["address"] in places),),
            cell(btc(row["received"])),
            cell(btc(row["balance"])),
        )
        for i, row in enumerate(addresses[:limit], 1)
    ]
    return Table(
        "Addresses",
        state(entity["lists"]["addresses"], len(rows), "address", "addresses", whole),
        (
            NUMBER,
            Column("Address"),
            Column("Received in all, BTC", 30, "right"),
            Column("Held, BTC", 27, "right"),
        ),
        tuple(rows),
    )


def links_table(entity: Row, asked: Sequence[str], limit: int, whole: str) -> Table:
    """Why the addresses are one entity: each transaction, its rule, and the addresses that it joins.

    Of ``limit`` links at most, each is one address beside the first of its transaction.
    """
    found = evidence(entity["links"], asked)
    wanted = set(asked)
    rows: list[tuple[Cell, ...]] = []
    shown = 0
    for i, row in enumerate(found, 1):
        if shown >= limit:
            break
        addresses = row.addresses[: limit - shown + 1]
        shown += len(addresses) - 1
        place = {"time": row.time, "height": row.height}
        rule = ((Span(row.rule),), (Span(f"version {row.version}", "quiet"),))
        rows.append((cell(f"{i:,}"), when(place), _evidence(row, addresses, wanted), rule))
    listed = entity["lists"]["links"]
    said = state(listed, shown, "link", "links", whole, place=_transactions(listed, len(rows), len(found)))
    if entity["size"] == 1:
        said = prose("None found, and none needed: an entity of one address rests on no link.")
    return Table(
        "Links",
        said,
        (
            NUMBER,
            Column("Block time (UTC), height", 29),
            Column("Transaction, and the addresses that it joins"),
            Column("Rule", 27),
        ),
        tuple(rows),
    )


def _transactions(listed: Row, shown: int, found: int) -> str:
    """In how many transactions the links stand, of those that the answer has if it has all."""
    if shown < found and listed["status"] != CUT:
        return f", in {shown:,} of {count(found, 'transaction')}"
    return f", in {count(shown, 'transaction')}"


def _evidence(row: Evidence, addresses: Sequence[str], asked: Set[str]) -> Cell:
    lines: list[Line] = [(Span(row.txid, "code"),)]
    for i, address in enumerate(addresses):
        lines.append((Span("" if i else "joins", "label"), *_address(address, asked=address in asked)))
    if len(addresses) < len(row.addresses):
        lines.append(_cut(len(addresses), len(row.addresses), "addresses"))
    return tuple(lines)


def _address(address: str, *, asked: bool) -> Line:
    """An address, and whether the question was about it."""
    return (Span(address, "code"), *((Span("asked about", "quiet"),) if asked else ()))


def payments_table(answers: ReportAnswers, limit: int) -> Table:
    """The register of payments: transaction, outputs, payers, amount."""
    result = answers.payments.result
    rows = [
        (cell(f"{i:,}"), when(payment), _payment(payment), _amount(payment))
        for i, payment in enumerate(result["payments"][:limit], 1)
    ]
    total = result["total"]
    return Table(
        "Register of payments",
        state(result, len(rows), "payment", "payments", command(answers, "payments")),
        (NUMBER, TIME, Column("Transaction, what it paid to, who paid"), AMOUNT),
        tuple(rows),
        total=_total(count(total["payments"], "payment"), total["value"], cut=len(rows) < total["payments"]),
        notice=result.get("notice", NOTICE),
    )


def outflows_table(answers: ReportAnswers, limit: int) -> Table:
    """The register of outflows: transaction, address and entity paid, amount."""
    result = answers.outflows.result
    rows = [
        (cell(f"{i:,}"), when(outflow), _outflow(outflow), _amount(outflow))
        for i, outflow in enumerate(result["outflows"][:limit], 1)
    ]
    total = result["total"]
    return Table(
        "Register of outflows",
        state(result, len(rows), "outflow", "outflows", command(answers, "outflows")),
        (NUMBER, TIME, Column("Transaction, where it paid to"), AMOUNT),
        tuple(rows),
        total=_total(count(total["outflows"], "outflow"), total["value"], cut=len(rows) < total["outflows"]),
        notice=result.get("notice", NOTICE),
    )


def receivers_table(answers: ReportAnswers, limit: int) -> Table:
    """To which entities the money went, the largest sum first."""
    result = answers.outflows.result
    receivers = sorted(result["by_entity"], key=lambda row: (-row["value"], row["entity"]))
    rows = [
        (cell(f"{i:,}"), _receiver(row), cell(f"{row['payments']:,}"), cell(btc(row["value"])))
        for i, row in enumerate(receivers[:limit], 1)
    ]
    return Table(
        "Outflows by receiving entity",
        state(
            result.get("lists", {}).get("by_entity") or list_status(len(receivers), len(receivers)),
            len(rows),
            "receiving entity",
            "receiving entities",
            command(answers, "outflows"),
        ),
        (NUMBER, Column("Entity, and one of its addresses"), Column("Payments", 22, "right"), AMOUNT),
        tuple(rows),
        notice=result.get("notice", NOTICE),
    )


def months_table(answers: ReportAnswers) -> Table:
    """What came in, went out and stayed, by calendar month. Every month is printed."""
    result = answers.proceeds.result
    rows = [
        (
            cell(month["month"]),
            cell(f"{month['payments']:,}"),
            cell(btc(month["received"])),
            cell(f"{month['outflows']:,}"),
            cell(btc(month["spent"])),
            cell(btc(month["fee"])),
            cell(btc(month["held"])),
        )
        for month in result["months"]
    ]
    total = result["total"]
    sums = (
        cell("Total", "strong"),
        cell(f"{sum(month['payments'] for month in result['months']):,}", "strong"),
        cell(btc(total["received"]), "strong"),
        cell(f"{sum(month['outflows'] for month in result['months']):,}", "strong"),
        cell(btc(total["spent"]), "strong"),
        cell(btc(total["fee"]), "strong"),
        cell(btc(total["held"]), "strong"),
    )
    right = [
        ("Payments", 16.0),
        ("Received, BTC", 0.0),
        ("Outflows", 16.0),
        ("Spent, BTC", 0.0),
        ("Fees, BTC", 25.0),
        ("Held at its end, BTC", 0.0),
    ]
    return Table(
        "Proceeds by month",
        state(
            list_status(len(rows), len(rows)),
            len(rows),
            "month",
            "months",
            command(answers, "proceeds"),
        ),
        (Column("Month", 16), *(Column(title, width, "right") for title, width in right)),
        tuple(rows),
        total=sums if rows else (),
        notice=result.get("notice", NOTICE),
    )


def state(listed: Row, shown: int, one: str, many: str, whole: str, *, place: str = "") -> Line:
    """How much of a list (its ``status`` and ``found``) a table of ``shown`` rows prints, in words.

    ``whole`` is the command line that gives all; ``place`` says where in the ledger the rows stand.
    """
    found: int = listed["found"]
    if listed["status"] == NOT_SEARCHED:
        return prose(f"Not searched: this report cannot say whether there are {many}.")
    if found == 0:
        return prose(f"None found: no {one} up to the tip.")
    if shown < found:
        return prose(f"Cut: {shown:,} of {found:,} {many} shown{place}. All of them: `{whole}`")
    return prose(f"Complete: {count(found, one, many)}{place}.")


def when(row: Row) -> Cell:
    """Block time, median time past where the answer has it, height."""
    lines: list[Line] = [(Span(moment(row["time"])),)]
    if "median_time" in row:
        lines.append((Span(moment(row["median_time"]), "quiet"),))
    lines.append((Span(f"height {row['height']:,}"),))
    return tuple(lines)


def _payment(payment: Row) -> Cell:
    lines: list[Line] = [(Span(payment["txid"], "code"),)]
    for output in payment["outputs"][:ADDRESSES_IN_A_ROW]:
        place = f"output {output['vout']}"
        if len(payment["outputs"]) > 1:
            place += f", {btc(output['value'])}"
        lines.append(
            (Span("to", "label"), Span(output["address"] or "no address", "code"), Span(place, "quiet"))
        )
    lines += _remaining(payment, len(payment["outputs"]), "outputs")
    if payment["coinbase"]:
        lines.append((Span("from", "label"), Span("nobody: newly mined coins")))
    for payer in payment["payers"][:ADDRESSES_IN_A_ROW]:
        lines += _payer(payment, payer)
    return (*lines, *_remaining(payment, len(payment["payers"]), "payers"))


def _payer(payment: Row, payer: Row) -> list[Line]:
    addresses = payer["addresses"]
    lines: list[Line] = [(Span("from", "label"), *entity_name(payer))]
    lines += [(Span("", "label"), Span(address, "code")) for address in addresses[:ADDRESSES_IN_A_ROW]]
    return [*lines, *_remaining(payment, len(addresses), "of its addresses")]


def _remaining(payment: Row, found: int, noun: str) -> list[Line]:
    """A line that says what the row leaves out, or nothing."""
    if found <= ADDRESSES_IN_A_ROW:
        return []
    return [_cut(ADDRESSES_IN_A_ROW, found, noun)]


def _cut(shown: int, found: int, noun: str) -> Line:
    return (Span("", "label"), Span(f"cut: {shown:,} of {found:,} {noun} shown; clew tx lists all", "quiet"))


def _outflow(outflow: Row) -> Cell:
    lines: list[Line] = [(Span(outflow["txid"], "code"),)]
    if outflow["vout"] is None:
        return (*lines, (Span("to", "label"), Span("not known: the transaction spends others' money, too")))
    place = Span(f"output {outflow['vout']}", "quiet")
    if outflow["address"] is None:
        return (*lines, (Span("to", "label"), Span("no address: it can never be spent"), place))
    lines.append((Span("to", "label"), Span(outflow["address"], "code"), place))
    return (*lines, (Span("", "label"), *entity_name(outflow)))


def _receiver(row: Row) -> Cell:
    if row["entity"] is None:
        return cell("none, or not known: outputs without an address, and mixed transactions")
    return (entity_name(row), (Span(row["address"] or "no address", "code"),))


def entity_name(row: Row) -> Line:
    """An entity by its number at this tip, and how many addresses it has at least."""
    if row["entity"] is None:
        return (Span("no entity", "quiet"),)
    size = count(row["size"], "address", "addresses")
    return (Span(f"entity {row['entity']}"), Span(f"lower bound: {size}", "quiet"))


def _amount(row: Row) -> Cell:
    marks = [name for name in ("coinbase", "coinjoin") if row.get(name)]
    if row["mixed"]:
        marks.append("mixed: net")
    return ((Span(btc(row["value"])),), *((Span(mark, "quiet"),) for mark in marks))


def _total(name: str, value: int, *, cut: bool) -> tuple[Cell, ...]:
    shown = ", shown or not" if cut else ""
    return (cell(""), cell(""), cell(f"Total of {name}{shown}", "strong"), cell(btc(value), "strong"))
