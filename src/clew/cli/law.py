"""``clew law``: what can be charged, where, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import law_matter, law_more, options
from clew.cli.law_publish import publish
from clew.cli.law_register import register
from clew.cli.lawful import DAY, answer, needs_extra
from clew.cli.pages import law as pages
from clew.cli.sheet import show_json
from clew.cli.units import plural
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.proceedings.days import Day


@click.group(short_help="What can be charged, where, and what came of it.")
def law() -> None:
    """Keep law and proceedings straight: provisions by date, charges, extradition, outcomes.

    Law is data: one YAML file for each state or treaty, in which every entry names its source and says
    whether it was read there. A matter is a file of the same kind: public facts of a case, with persons by
    role and case number, never by name. MATTER is the name of one that comes with clew (2020) or a path.

    Nothing here says that somebody is guilty, which sentence is likely, that two offences are the same, or
    how a discretion will be exercised. Results are barred, not barred or undetermined, with their reasons.

    Needs the packages of the extra law: pip install "clew[law]".

    \b
    Examples:
      clew law example
      clew law show kr.youth-act.11-2 --on 2018-03-04
      clew law check mine.yaml
      clew law extradite 2020 -o counts.pdf
    """


@law.command(short_help="Provisions, rules and their versions by date.")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--on", metavar="DATE", type=DAY, help="Only what was in force on this day.")
@click.option("--yaml", "as_yaml", is_flag=True, help="Write the whole book NAME as YAML, to start from.")
@options.as_json
def show(name: str | None, on: Day | None, as_yaml: bool, as_json: bool) -> None:
    """List the books of law; or show what stands under NAME, each entry with its source.

    NAME is a book (kr), a provision (kr.youth-act.11-2), a rule, an extradition act or treaty, a ground of
    refusal, a court or a period. What was not read in its source is marked as unverified.

    \b
    Examples:
      clew law show
      clew law show kr --on 2018-03-04
      clew law show kr.proceeds.3 --json
      clew law show kr --yaml > mine.yaml
    """
    with needs_extra():
        from clew import law as asked
        from clew.proceedings.load import shipped_books, text_of

        if as_yaml:
            if name not in shipped_books() or on is not None or as_json:
                raise UsageError(
                    "--yaml: expected the name of a book and nothing else; clew law show lists them"
                )
            click.echo(text_of("law", name), nl=False)
            return
        answer(asked.show(name, on=on), pages.shown_sheet, as_json)


@law.command(short_help="Is a file of law or of a matter right? If not: where.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@options.as_json
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Say of each FILE whether it is a book of law or a matter; if not, every fault with its line.

    Found are unknown keys and names, days in the wrong order, versions that overlap or leave a gap, unknown
    courts, and texts that seem to name a person. A sentence above the statutory maximum is a conflict, which
    is shown and is no fault. FILE is a path, - for standard input, or the name of a file that clew has.

    \b
    Examples:
      clew law check mine.yaml case.yaml
      clew law show kr --yaml | clew law check -
      clew law check kr us 2020 --json
    """
    with needs_extra():
        from clew import law as asked

        reads = [asked.check(file) for file in files]
        if as_json:
            show_json({"files": [pages.check_row(each) for each in reads]})
        else:
            pages.check_sheet(reads).show()
        count = sum(len(each.faults) for each in reads)
        if count:
            raise UsageError(f"expected files without faults, found {plural(count, 'fault')}; correct them")


for command in (*law_matter.COMMANDS, *law_more.COMMANDS, register, publish):
    law.add_command(command)
