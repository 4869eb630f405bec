"""``clew law publish``: what came of proceedings, as a page that names nobody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.cli.law_register import day_of
from clew.cli.lawful import DAY, answer, needs_extra
from clew.cli.pages import law_register as pages
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.proceedings.days import Day


@click.command(short_help="A static page, in English and Korean, that names nobody.")
@click.argument("register", metavar="[REGISTER]", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", "folder", metavar="DIR", type=click.Path(path_type=Path),
              help="The folder to make; it must be missing or empty.")  # fmt: skip
@click.option("--reviewer", metavar="NAME", help="The lawyer who reviewed it: the only name on the page.")
@click.option("--reviewed", metavar="DATE", type=DAY, help="The day of that review.")
@click.option("--expires", metavar="DATE", type=DAY, help="After this day the page counts no more.")
@click.option("--corrections", metavar="ADDRESS", help="Where to write to have something corrected.")
@click.option("--matter", "matters", metavar="MATTER", multiple=True,
              help="Show conflicting public figures of this matter; may be repeated.")  # fmt: skip
@click.option("--earlier", metavar="DIR", multiple=True, type=click.Path(path_type=Path),
              help="The folder of an earlier release; all of them are needed.")  # fmt: skip
@click.option("--by", "tables", metavar="COLUMNS", multiple=True,
              help="A further table of counts, one to three columns with commas between them.")  # fmt: skip
@click.option("--publisher", metavar="ROLE", default="publisher", show_default=True,
              help="Who publishes: a role or an office, noted in the register.")  # fmt: skip
@click.option("--on", metavar="DATE", type=DAY, help="The day of the release.  [default: today, UTC]")
@click.option("--check", "checked", metavar="DIR", type=click.Path(path_type=Path),
              help="Is this release whole, and not expired on the day --on?")  # fmt: skip
@options.as_json
def publish(
    register: Path | None,
    folder: Path | None,
    reviewer: str | None,
    reviewed: Day | None,
    expires: Day | None,
    corrections: str | None,
    matters: tuple[str, ...],
    earlier: tuple[Path, ...],
    tables: tuple[str, ...],
    publisher: str,
    on: Day | None,
    checked: Path | None,
    as_json: bool,
) -> None:
    """Write what came of the proceedings in REGISTER as static pages, with all data as CSV.

    Only counts are published, and none under five, nor what would reveal one: within a release, and together
    with every earlier release. Nobody is named but the legal reviewer, who must be named; an expiry date and
    an address for corrections are needed as well. The release is noted in the register.

    \b
    Examples:
      clew law publish cases.jsonl -o page --reviewer "A. Counsel" --reviewed 2026-11-20 \\
        --expires 2027-11-25 --corrections corrections@example.org
      clew law publish cases.jsonl -o page-2 --earlier page --by jurisdiction,outcome ...
      clew law publish --check page --on 2026-12-31
    """
    with needs_extra():
        from clew import law as asked

        if checked is not None:
            if register is not None or folder is not None:
                raise UsageError("--check: expected it with --on at most, found REGISTER or -o; drop them")
            found = asked.check_release(checked, on=day_of(on))
            answer(found, pages.checked_sheet, as_json)
            if found.state != "current":
                raise UsageError(
                    f"{checked}: expected a whole release that has not expired, found it {found.state}; "
                    "publish anew, or take it down"
                )
            return
        if register is None or folder is None:
            raise UsageError("expected REGISTER and -o DIR, or --check DIR; see clew law publish --help")
        written = asked.publish(
            register,
            folder,
            on=day_of(on),
            reviewer=reviewer,
            reviewed=None if reviewed is None else reviewed.first,
            expires=None if expires is None else expires.first,
            corrections=corrections,
            matters=matters,
            earlier=earlier,
            tables=[[name.strip() for name in each.split(",")] for each in tables],
            publisher=publisher,
        )
        answer(written, pages.published_sheet, as_json)


__all__ = ["publish"]
