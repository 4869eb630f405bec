"""What the commands of ``clew law`` share: how an answer is shown, and what is said without the extra."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clew.cli.sheet import Sheet, show_json
from clew.errors import ClewError

if TYPE_CHECKING:
    from clew.proceedings.days import Day

_Found = TypeVar("_Found")

PACKAGES = {
    "pydantic": "law",
    "highspy": "law",
    "jinja2": "report",
    "typst": "report",
    "matplotlib": "report",
}
"""Packages that ``clew law`` needs, and the extras that have them."""


class Written(click.ParamType["Day"]):
    """A day as files of law have it: 2020-06-02, 2020-06 or 2020."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Day:
        """The day. Raises click.BadParameter for anything else."""
        with needs_extra():
            from clew.proceedings.days import day_of

        try:
            return day_of(value)
        except ValueError:
            self.fail(f"expected a day as in 2020-06-02, 2020-06 or 2020, found {value!r}", param, ctx)


DAY = Written()

Command = TypeVar("Command", bound=Callable[..., Any])


def paper(command: Command) -> Command:
    """``-o`` and ``--language``: the same as a PDF or HTML page for counsel."""
    with_language = click.option(
        "--language",
        type=click.Choice(("en", "ko")),
        default="en",
        show_default=True,
        help="With -o: the language of the page.",
    )(command)
    return click.option(
        "-o",
        "--output",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Write it for counsel, too: a name that ends in .pdf or .html.",
    )(with_language)


@contextmanager
def needs_extra() -> Iterator[None]:
    """Says in one line which extra to install where a package is missing."""
    try:
        yield
    except ImportError as error:
        extra = PACKAGES.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        raise ClewError(
            f"expected the package {error.name}, found it is not installed: pip install 'clew[{extra}]'"
        ) from error


def answer(found: _Found, sheet: Callable[[_Found], Sheet], as_json: bool) -> None:
    """Show an answer as JSON or as a sheet."""
    from clew.proceedings.steps import row

    if as_json:
        show_json(row(found))
    else:
        sheet(found).show()
