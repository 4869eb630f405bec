"""``clew patterns``: candidates for patterns of concealment, and a schedule of acts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.analysis.defaults import DORMANT_DAYS, MOST_SCENE_HOPS, SCENE_ENTITIES, SCENE_HOPS, WITHIN_HOURS
from clew.cli import options
from clew.cli.questions import ask, lines_for, show
from clew.cli.units import Clock
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.analysis.examined import Examined
    from clew.interop.register import Register

_LONGEST = 36_500


@click.command(short_help="Patterns of concealment, as candidates, and a schedule of acts.")
@options.addresses
@click.option("--only", metavar="NAME", multiple=True, help="Look for this pattern only; may be repeated.")
@click.option(
    "--threshold",
    metavar="SUM",
    help="Sum under which payments are kept, such as 0.5 BTC or 10000 USD. Without it: 1 BTC.",
)
@click.option(
    "--dormant-days", metavar="N", type=options.Whole(1, _LONGEST), default=DORMANT_DAYS, show_default=True,
    help="Days that a coin has rested before it counts as dormant.",
)  # fmt: skip
@click.option(
    "--within-hours", metavar="N", type=options.Whole(1, 24 * _LONGEST), default=WITHIN_HOURS,
    show_default=True, help="Hours within which coins are passed on quickly.",
)  # fmt: skip
@click.option(
    "--hops", metavar="N", type=options.Whole(0, MOST_SCENE_HOPS), default=SCENE_HOPS, show_default=True,
    help="Go forward over so many entities that only those before them paid.",
)  # fmt: skip
@click.option(
    "--most", metavar="N", type=options.Whole(1), default=SCENE_ENTITIES, show_default=True,
    help="Look at so many entities at most.",
)  # fmt: skip
@click.option("--value", metavar="CUR", help="Value each act in these currencies, as USD,KRW.")
@click.option("--schedule", "as_schedule", is_flag=True, help="Show, and write, the schedule of acts.")
@options.paging
@click.option(
    "--csv", "csv_file", metavar="FILE", type=click.Path(path_type=Path), help="Write it as CSV, too."
)
@click.option(
    "--xlsx", "xlsx_file", metavar="FILE", type=click.Path(path_type=Path), help="Write it as XLSX, too."
)
@options.examined
@options.ledger
@options.clock
@options.as_json
@options.view
def patterns(
    addresses: tuple[str, ...],
    only: tuple[str, ...],
    threshold: str | None,
    dormant_days: int,
    within_hours: int,
    hops: int,
    most: int,
    value: str | None,
    as_schedule: bool,
    limit: int,
    offset: int,
    csv_file: Path | None,
    xlsx_file: Path | None,
    examiner: str | None,
    purpose: str | None,
    ledger: Path,
    clock: Clock,
    as_json: bool,
    view: options.View,
) -> None:
    """Look for patterns of concealment in what the entity of ADDR did, and those did that only it ever paid.

    Findings are candidates: each pattern states its rule, and what innocent people do that looks the same.
    With --schedule every act is listed instead: date, act, amount, where it went, and with --value what it
    was worth that day. Nothing is followed behind services, unknown holders and coinjoins, or where
    others' money comes in. docs/patterns.md says what each pattern is, and how often ordinary entities show
    it. A file that is written holds all rows, and names its examiner and what it is for.

    \b
    Examples:
      clew patterns 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3
      clew patterns @addresses.csv --only "peeling chain" --limit 0 --json
      clew patterns @a.csv --schedule --value KRW --csv acts.csv --examiner "A. Lee" --purpose 17
    """
    from clew.analysis.patterns.scene import Reach

    files = [each for each in (csv_file, xlsx_file) if each is not None]
    if len(set(files)) < len(files):
        raise UsageError(f"{files[0]}: named for --csv and for --xlsx; name two files")
    who = options.who(examiner, purpose, str(files[0])) if files else None
    currencies = tuple(each for each in (value or "").split(",") if each.strip())
    asked = ask(ledger, view)
    lines = lines_for(addresses)
    names = asked.addresses(addresses, lines=lines)

    def answered(limit: int, offset: int) -> Answer:
        return asked.patterns(
            names, only=only, threshold=threshold, dormant_days=dormant_days, within_hours=within_hours,
            reach=Reach(hops, most), value=currencies, limit=limit, offset=offset,
        )  # fmt: skip

    answer = answered(limit, offset)
    if who is not None:
        from clew.interop.register import write_csv, write_xlsx

        whole = answered(0, 0)
        register = schedule_register(whole, who) if as_schedule else findings_register(whole, who)
        if csv_file is not None:
            write_csv(csv_file, register)
        if xlsx_file is not None:
            write_xlsx(xlsx_file, register)
    if as_json or not as_schedule:
        show(answer, as_json, clock)
        return
    from clew.cli.pages.patterns import schedule

    schedule(answer, clock).show()


def _register(
    answer: Answer, who: Examined, title: str, columns: list[tuple[str, str]], rows: list[tuple[Any, ...]]
) -> Register:
    from clew.interop.register import Column, Register

    return Register(
        title=title,
        question=f"patterns {answer.parameters}",
        snapshot=answer.snapshot,
        tip=answer.ledger["tip"],
        examined=who,
        columns=tuple(Column(*each) for each in columns),
        rows=rows,
        network=answer.ledger["network"],
        notes=(*answer.caveats, answer.result["notice"], answer.error_estimate or ""),
    )


def schedule_register(answer: Answer, who: Examined) -> Register:
    """The schedule of acts as a register, a row for each."""
    acts = answer.result["schedule"]
    currencies = answer.parameters.get("value", [])
    money = [
        (f"value_{each.lower()}", f"What it was worth at the block's time, in {each}.") for each in currencies
    ]
    names = [each["name"] for each in _found_by(answer)]
    rows = [
        (
            each["height"], each["time"], each["median_time"], each["act"], each["amount"],
            *(worth["value"] for worth in each.get("values", [])),
            each["txid"], _label(each), None if each["to"] is None else each["to"]["entity"],
            each["is_own"], each["addresses"], each["addresses_found"],
            sorted({names[number] for number in each["findings"]}),
        )
        for each in acts
    ]  # fmt: skip
    return _register(answer, who, "schedule of acts", [*_ACT[:5], *money, *_ACT[5:]], rows)


def _found_by(answer: Answer) -> list[dict[str, Any]]:
    """The pattern of each finding, by its number."""
    return [each for each in answer.result["patterns"] for _ in range(each["found"])]


def _label(act: dict[str, Any]) -> str | None:
    tags = act["to"]["tags"] if act["to"] else []
    return tags[0]["label"] if tags else None


_ACT = [
    ("height", "Height of the block."),
    ("time", "Its header time, Unix seconds, UTC; set by the miner."),
    ("median_time", "Median time past of the block, Unix seconds, UTC."),
    ("act", "What can be read off the ledger; not who did it, or why."),
    ("amount", "Satoshi that went there; into a coinjoin: that were put in."),
    ("txid", "The transaction."),
    ("to", "Label of the surest tag of who got it."),
    ("to_entity", "Entity that got it; none where it cannot be known, or several did."),
    ("is_own", "Whether only those asked about ever paid that entity, or it is one of them."),
    ("addresses", "Addresses that got it, at most ten."),
    ("addresses_found", "How many there are."),
    ("findings", "Patterns of which this transaction is a candidate."),
]


def findings_register(answer: Answer, who: Examined) -> Register:
    """The findings as a register, a row for each."""
    rules = {each["name"]: each for each in answer.result["patterns"]}
    rows = [
        (
            each["pattern"], each["value"], each["transactions"][0]["time"], each["transactions"][-1]["time"],
            each["transactions_found"], [one["txid"] for one in each["transactions"]],
            [f"{one['name']}: {one['value']} {one['unit']}" for one in each["figures"]], each["ends"],
            rules[each["pattern"]]["rule"], rules[each["pattern"]]["innocent"],
        )
        for each in answer.result["findings"]
    ]  # fmt: skip
    return _register(answer, who, "candidate findings", _FINDING, rows)


_FINDING = [
    ("pattern", "The pattern's name; clew patterns and docs/patterns.md say what it is."),
    ("value", "Satoshi that it is about."),
    ("first_time", "Header time of the first transaction's block, Unix seconds, UTC."),
    ("last_time", "That of the last one."),
    ("transactions", "How many transactions there are."),
    ("txids", "The transactions, all of them."),
    ("figures", "Figures, with units."),
    ("ends", "How a chain ends."),
    ("rule", "What was looked for."),
    ("innocent", "What innocent people do that looks the same."),
]

COMMANDS = (patterns,)
