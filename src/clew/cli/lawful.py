"""What the commands of ``clew law`` share: how an answer is shown, and what is said without the extra."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from clew.cli.sheet import Sheet, show_json
from clew.errors import ClewError

_Found = TypeVar("_Found")

PACKAGES = {
    "pydantic": "law",
    "highspy": "law",
    "jinja2": "report",
    "typst": "report",
    "matplotlib": "report",
}
"""Packages that ``clew law`` needs, and the extras that have them."""


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
