"""How a command ends when it cannot do what was asked: one line, and an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable

import click

from clew.cli.sheet import printable
from clew.errors import ClewError

FAILED = 2
"""Exit code of everything that went wrong outside the program."""

DEFECT = 1
"""Exit code of a defect of Clew itself."""

PIPE_CLOSED = 141
"""Exit code when the reader of a pipe went away: what a shell reports of a program so ended."""

_PRINTERS = (__name__, "click.utils", "rich.console")
"""Modules that write to standard output. An error there names no file."""


def guarded(run: Callable[[], int]) -> int:
    """Run a command and return its exit code; every error becomes one line on standard error."""
    try:
        code = run()
        _flush()
        return code
    except BrokenPipeError:
        _forget_output()
        return PIPE_CLOSED
    except Exception as error:
        return _fail(error)
    except KeyboardInterrupt:
        return _say("stopped", FAILED)


def _fail(error: Exception) -> int:
    if isinstance(error, ClewError):
        return _say(str(error), error.exit_code)
    if isinstance(error, click.exceptions.Abort):
        return _say("stopped", FAILED)
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "clew"
        return _say(f"{error.format_message().rstrip('.')} (see: {command} --help)", FAILED)
    if isinstance(error, click.ClickException):
        return _say(error.format_message(), FAILED)
    if os.environ.get("CLEW_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, MemoryError):
        return _say("out of memory; close other programs, or ask for less at a time", FAILED)
    if isinstance(error, OSError):
        return _say(_system(error), FAILED)
    return _say(
        f"unexpected {type(error).__name__}: {error}; this is a defect of clew, unless clew digest finds the "
        "ledger damaged (CLEW_DEBUG=1 shows where; please report it)",
        DEFECT,
    )


def _system(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    if error.filename is not None:
        return f"{error.filename}: {reason}"
    if _is_of_printing(error):
        _forget_output()
        return f"standard output: {reason}"
    return reason


def _is_of_printing(error: OSError) -> bool:
    """True if the error came up while something was written to standard output."""
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    return last is not None and last.tb_frame.f_globals.get("__name__") in _PRINTERS


def _say(message: str, code: int) -> int:
    text = printable(" ".join(message.split()))
    with contextlib.suppress(OSError):  # nobody may be there to read it; the exit code still tells
        click.echo(f"clew: {text}", err=True)
    return code


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _forget_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush cannot fail."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)
