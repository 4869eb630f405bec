"""``clew law deadlines``, ``example`` and ``episodes``: days, a case walked through, acts proposed."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.lawful import DAY, answer, needs_extra, paper
from clew.cli.pages import law_more as pages
from clew.cli.sheet import show_json
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.proceedings.days import Day
    from clew.proceedings.due import Due

_STEPS = "Show each step that led to a result, with its provision and source."


@click.command(short_help="Which periods run, and until when can be prosecuted.")
@click.argument("matter", metavar="[MATTER]", required=False)
@click.option("--rule", metavar="NAME", help="Without MATTER: a period, as in kr.procedure-act.358.")
@click.option("--provision", metavar="NAME", help="Without MATTER: an offence whose limitation is asked for.")
@click.option("--from", "begins", metavar="DATE", type=DAY, help="With --rule: the day on which it began; "
              "with --provision: first day of the act.")  # fmt: skip
@click.option("--to", "ends", metavar="DATE", type=DAY, help="With --provision: last day of the act.")
@click.option("--today", metavar="DATE", type=DAY, help="Say what has passed on this day.")
@click.option("--holidays", metavar="FILE", type=click.Path(path_type=Path),
              help="Public holidays, a day on each line; Saturdays and Sundays are known.")  # fmt: skip
@click.option("--steps", is_flag=True, help=_STEPS)
@paper
@options.as_json
def deadlines(
    matter: str | None,
    rule: str | None,
    provision: str | None,
    begins: Day | None,
    ends: Day | None,
    today: Day | None,
    holidays: Path | None,
    steps: bool,
    output: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Compute periods of procedure, and the last day on which each count can be prosecuted.

    Limitation is counted under assumptions that are listed: what stops time, absence abroad and accomplices
    are not computed. Where time runs from a majority it stays undetermined, since nothing about persons
    harmed is held. Nothing reads the clock: give --today to know what has passed.

    \b
    Examples:
      clew law deadlines 2020 --today 2026-11-25
      clew law deadlines --provision kr.proceeds.3 --from 2015-07 --to 2018-03
      clew law deadlines --rule kr.procedure-act.358 --from 2022-07-05 --holidays kr-2022.txt
    """
    with needs_extra():
        from clew import law as asked

        given = [each for each in (matter, rule, provision) if each is not None]
        if len(given) != 1:
            raise UsageError("expected MATTER, --rule or --provision, and one of them only; see --help")
        off = _holidays(holidays)
        found: Due
        if matter is not None:
            if begins is not None or ends is not None:
                raise UsageError("--from, --to: expected with --rule or --provision, found MATTER; drop them")
            found = asked.deadlines(matter, today=today, holidays=off)
        elif begins is None or (ends is None) != (provision is None):
            raise UsageError("expected --from with --rule, --from and --to with --provision; give the days")
        elif rule is not None:
            found = asked.period(rule, begins, today=today, holidays=off)
        else:
            found = asked.limitation(str(provision), begins, ends or begins, today=today)
        if output is not None:
            asked.write(output, found, made=options.made(), language=language)
        answer(found, lambda each: pages.due_sheet(each, steps), as_json)


def _holidays(path: Path | None) -> list[date]:
    """Days of a file, one on each line; what stands behind # is a remark."""
    if path is None:
        return []
    days = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise UsageError(f"{path}: expected a file of days, found {reason}; check the path") from error
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        try:
            days += [date.fromisoformat(text)] if text else []
        except ValueError:
            raise UsageError(
                f"{path}:{number}: expected a day as in 2022-08-15, found {text!r}; correct it"
            ) from None
    return days


@click.command(short_help="The case of 2020, walked through.")
@click.option("--judged", metavar="DATE", type=DAY, help="Compare milder versions up to this day.")
@click.option("--yaml", "as_yaml", is_flag=True, help="Write the matter as YAML, to start one's own from.")
@click.option("--steps", is_flag=True, help=_STEPS)
@paper
@options.as_json
def example(
    judged: Day | None, as_yaml: bool, steps: bool, output: Path | None, language: str, as_json: bool
) -> None:
    """Walk through the extradition case of 2020, entered from public facts with their sources.

    Who was charged with what, what of it was put to the court and by whom that was confined, the arithmetic
    ceiling, what Korea's own law would make of it (hypothetical), the refusal, figures that conflict, and a
    timeline with what is unknown at its end. Everything is computed from the matter and the books of law.

    \b
    Examples:
      clew law example
      clew law example --json
      clew law example --yaml > mine.yaml
      clew law example -o case.pdf --language ko
    """
    with needs_extra():
        from clew import law as asked
        from clew.proceedings.example import MATTER
        from clew.proceedings.load import text_of

        if as_yaml:
            if as_json or output is not None or judged is not None:
                raise UsageError("--yaml: expected alone, found another option; leave it out")
            click.echo(text_of("cases", MATTER), nl=False)
            return
        found = asked.example(judged=judged)
        if output is not None:
            asked.write(output, found, made=options.made(), language=language)
        answer(found, lambda each: pages.example_sheet(each, steps), as_json)


@click.command(short_help="Acts read off the ledger, proposed as conduct for a person to accept.")
@click.argument("schedule", metavar="FILE")
@click.option("--person", metavar="NAME", default="person-1", show_default=True, help="Whose they would be.")
@click.option("--each", is_flag=True, help="An episode for each act, not for each run of acts.")
@click.option("--place", "places", metavar="CC", multiple=True, help="A country, as in KR; may be repeated.")
@click.option("--into", metavar="FILE", type=click.Path(path_type=Path),
              help="Append them to this matter; the rest of the file stays as it is.")  # fmt: skip
@click.option("--accept", "accepted", metavar="N", multiple=True, type=options.Whole(1),
              help="Accept the Nth episode; may be repeated. Needs --by, --on and --why.")  # fmt: skip
@click.option("--by", metavar="ROLE", help="With --accept: an office, or a role and a case number.")
@click.option("--on", metavar="DATE", type=DAY, help="With --accept: on which day.")
@click.option("--why", metavar="TEXT", help="With --accept: for which reason.")
@options.as_json
def episodes(
    schedule: str,
    person: str,
    each: bool,
    places: tuple[str, ...],
    into: Path | None,
    accepted: tuple[int, ...],
    by: str | None,
    on: Day | None,
    why: str | None,
    as_json: bool,
) -> None:
    """Propose conduct episodes from a schedule of acts: dates, amounts, and what they were worth.

    FILE is what clew patterns ADDR --value CUR --limit 0 --json prints, or - for standard input. The ledger
    shows that coins moved, not who moved them or why: each episode is only proposed until a person accepts
    it. Without --into the episodes are printed as YAML. A value that has no rate is said to be missing.

    \b
    Examples:
      clew patterns @operator.csv --value KRW --limit 0 --json | clew law episodes -
      clew law episodes acts.json --into case.yaml
      clew law episodes acts.json --accept 1 --by "prosecutor, case 7" --on 2026-11-25 --why "records"
    """
    with needs_extra():
        from clew import law as asked
        from clew.proceedings.episodes.text import as_yaml
        from clew.proceedings.steps import row

        if bool(accepted) != bool(by and on and why):
            raise UsageError("--accept: expected with --by, --on and --why, and they with it; give all four")
        found = list(asked.episodes(_schedule(schedule), person=person, each=each, places=places))
        for number in dict.fromkeys(accepted):
            if number > len(found):
                raise UsageError(
                    f"--accept: expected a number up to {len(found)}, found {number}; see the list"
                )
            assert by is not None
            assert on is not None
            assert why is not None
            found[number - 1] = asked.accept(found[number - 1], by=by, on=on, why=why)
        if into is not None:
            asked.append(into, found)
        if as_json:
            show_json({"episodes": row(found), "into": None if into is None else str(into)})
        elif into is not None:
            pages.episodes_sheet(found, into).show()
        else:
            click.echo(as_yaml(found), nl=False)


def _schedule(name: str) -> dict[str, Any]:
    todo = "make it with clew patterns ADDR --value CUR --limit 0 --json"
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise UsageError(f"{name}: expected a schedule of acts, found {reason}; {todo}") from error
    except ValueError as error:
        raise UsageError(f"{name}: expected JSON, found something else ({error}); {todo}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{name}: expected a JSON object, found something else; {todo}")
    return found


COMMANDS = (deadlines, example, episodes)
