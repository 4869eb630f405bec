"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from clew.cli.units import Clock
from clew.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

LEDGER_VARIABLE = "CLEW_LEDGER"
PAGE = 100
HIGHEST = 2**63 - 1


class Whole(click.types.IntParamType):
    """A whole number between two bounds that the help need not mention."""

    def __init__(self, least: int, most: int = HIGHEST) -> None:
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Raises click.BadParameter where it is none, or out of bounds."""
        found = int(super().convert(value, param, ctx))
        if found < self._least:
            self.fail(f"expected {self._least} or a greater number, found {found}", param, ctx)
        if found > self._most:
            self.fail(f"expected a number up to {self._most}, found {found}", param, ctx)
        return found


def _ledger(context: click.Context, parameter: click.Parameter, value: str | None) -> Path | None:
    if context.resilient_parsing:
        return None
    named = value or context.find_root().params.get("ledger") or os.environ.get(LEDGER_VARIABLE)
    if not named:
        raise UsageError(
            f"no ledger is named; give --ledger DIR, or set {LEDGER_VARIABLE} to the folder "
            "(clew index makes one)"
        )
    return Path(named)


def _clock(context: click.Context, parameter: click.Parameter, value: str | None) -> Clock:
    return Clock(value)


def group_ledger(command: Command) -> Command:
    """``--ledger`` before the command's name."""
    return click.option(
        "--ledger",
        metavar="DIR",
        type=click.Path(),
        help=f"The ledger's folder, here or after the command; or set {LEDGER_VARIABLE}.",
    )(command)


def ledger(command: Command) -> Command:
    """``--ledger`` after the command's name; falls back on the one before it, then on the variable."""
    return click.option(
        "--ledger",
        metavar="DIR",
        type=click.Path(),
        callback=_ledger,
        help=f"The ledger's folder. Without it: the variable {LEDGER_VARIABLE}.",
    )(command)


def as_json(command: Command) -> Command:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")(
        command
    )


def clock(command: Command) -> Command:
    """``--tz``."""
    return click.option(
        "--tz",
        "clock",
        metavar="ZONE",
        callback=_clock,
        help="Show block times in this time zone, such as Asia/Seoul. Without it: UTC.",
    )(command)


def paging(command: Command) -> Command:
    """``--limit`` and ``--offset``."""
    with_offset = click.option(
        "--offset",
        metavar="N",
        type=Whole(0),
        default=0,
        show_default=True,
        help="Leave out the first N rows of the list.",
    )(command)
    return click.option(
        "--limit",
        metavar="N",
        type=Whole(0),
        default=PAGE,
        show_default=True,
        help="Show at most N rows of the list; 0 shows all.",
    )(with_offset)


def addresses(command: Command) -> Command:
    """One or more ways to name addresses."""
    return click.argument("addresses", metavar="ADDR...", nargs=-1, required=True)(command)
