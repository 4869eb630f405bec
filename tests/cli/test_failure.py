from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from clew import errors
from clew.cli.failure import DEFECT, FAILED
from clew.cli.program import Program
from cli.process import PROGRAM, Run, surroundings


def end(error: BaseException) -> Result:
    """What a program prints whose only command raises ``error``."""

    @click.group(cls=Program)
    def group() -> None:
        pass

    @group.command()
    def fail() -> None:
        raise error

    return CliRunner().invoke(group, ["fail"])


def everything_under(kind: type[errors.ClewError]) -> list[type[errors.ClewError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in everything_under(below))]


@pytest.mark.parametrize("kind", everything_under(errors.ClewError))
def test_every_error_of_ours_is_one_line(kind: type[errors.ClewError]) -> None:
    ended = end(kind("blk00000.dat, offset 293:\n  expected a block,\r\n found \x1b[31mred"))
    assert ended.exit_code == FAILED
    assert ended.stdout == ""
    assert ended.stderr == "clew: blk00000.dat, offset 293: expected a block, found \\x1b[31mred\n"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "ledger/rows"),
            "ledger/rows: No space left on device",
        ),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (PermissionError(errno.EACCES, "Permission denied", b"x"), "b'x': Permission denied"),
        (OSError("odd"), "odd"),
        (MemoryError(), "out of memory; close other programs, or ask for less at a time"),
        (KeyboardInterrupt(), "stopped"),
        (click.Abort(), "stopped"),
        (click.ClickException("so"), "so"),
    ],
)
def test_what_the_machine_refuses_is_one_line(error: BaseException, line: str) -> None:
    ended = end(error)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (FAILED, "", f"clew: {line}\n")


def test_a_defect_says_that_it_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEW_DEBUG", raising=False)
    ended = end(ZeroDivisionError("division by zero"))
    assert ended.exit_code == DEFECT
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "defect of clew" in ended.stderr
    assert "ZeroDivisionError: division by zero" in ended.stderr
    assert "CLEW_DEBUG=1" in ended.stderr


def test_a_traceback_is_shown_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_DEBUG", "1")
    ended = end(ZeroDivisionError())
    assert ended.exit_code == DEFECT
    assert ended.stderr.startswith("Traceback (most recent call last):\n")
    assert end(errors.NotALedgerError("x")).stderr == "clew: x\n"


def test_a_misuse_is_one_line_with_a_hint(clew: Run) -> None:
    line = clew("payments").failed_in_one_line()
    assert line == "Missing argument 'ADDR...' (see: clew payments --help)"
    assert "No such command 'pay'" in clew("pay").failed_in_one_line()
    assert "No such option" in clew("status", "--jsn").failed_in_one_line()


@pytest.mark.skipif(os.name != "posix", reason="pipes close otherwise there")
def test_a_closed_pipe_ends_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "--help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=surroundings(),
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_cannot_be_written_is_one_line(unbuffered: str) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [*PROGRAM, "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=surroundings({"PYTHONUNBUFFERED": unbuffered}),
            timeout=60,
            check=False,
            encoding="utf-8",
        )
    assert (done.returncode, done.stderr) == (2, "clew: standard output: No space left on device\n")
