"""The command line itself: help, version, options that all commands share, completion, start-up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from clew.cli import program
from cli.process import Run, surroundings

COMMANDS = sorted(program.commands)
LEDGERLESS = {
    "simulate",
    "demo",
    "completion",
    "law",
    "rules",
    "tags",
    "prices",
    "watch",
    "check",
    "train",
    "validate",
}
"""Commands that need no ledger, and groups."""
HEAVY = ("numpy", "numba", "rich", "duckdb", "pyarrow", "matplotlib", "typst", "jinja2", "asyncio", "pydoc")


def test_help_comes_quickly_and_loads_little() -> None:
    code = (
        "import sys\nfrom clew.cli import main\ntry:\n    main()\nfinally:\n"
        f"    sys.stderr.write(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    )
    times = []
    for _ in range(5):
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-c", code, "--help"],
            capture_output=True, env=surroundings(), encoding="utf-8", check=True,
        )  # fmt: skip
        after = os.times()
        # Processor time, since the tests share the machine with each other.
        times.append(
            after.children_user - before.children_user + after.children_system - before.children_system
        )
    assert done.stderr == ""
    assert min(times) < 0.3, times


def test_without_a_command_the_help_is_shown(clew: Run) -> None:
    assert clew() == clew("--help")
    assert clew().code == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str) -> None:
    command = program.commands[name]
    assert command.help
    assert "Examples:" in command.help
    assert f"  clew {name}" in command.help
    assert command.short_help
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert all(option.help for option in options)


def test_the_help_fits_a_narrow_terminal(clew: Run) -> None:
    for name in COMMANDS:
        shown = clew(name, "--help").out
        assert max(map(len, shown.splitlines())) <= 99, name


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - LEDGERLESS))
def test_every_other_command_takes_a_ledger_and_json(name: str) -> None:
    options = {option for each in program.commands[name].params for option in each.opts}
    assert {"--ledger", "--json"} <= options


def test_every_command_of_law_takes_json_and_no_ledger() -> None:
    def below(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
        for name, command in group.commands.items():
            if isinstance(command, click.Group):
                yield from below(command, f"{before} {name}")
            else:
                yield f"{before} {name}", command

    law = program.commands["law"]
    assert isinstance(law, click.Group)
    for name, command in below(law, "law"):
        options = {option for each in command.params for option in each.opts}
        assert "--json" in options, name
        assert "--ledger" not in options, name
        assert f"  clew {name}" in str(command.help), name
        assert command.short_help, name


@pytest.mark.parametrize(("of", "without"), [("tags", {"check"}), ("prices", set()), ("watch", set())])
def test_every_command_of_a_group_takes_a_ledger_and_json(of: str, without: set[str]) -> None:
    group = program.commands[of]
    assert isinstance(group, click.Group)
    for name, command in group.commands.items():
        options = {option for each in command.params for option in each.opts}
        assert "--json" in options
        assert ("--ledger" in options) == (name not in without)
        assert f"  clew {of} {name}" in str(command.help)


def test_version(clew: Run) -> None:
    assert clew("--version").out.startswith("clew")
    assert clew("--version").code == 0


def test_without_a_ledger_one_clear_line(clew: Run) -> None:
    for env in ({}, {"CLEW_LEDGER": ""}):
        line = clew("status", env=env).failed_in_one_line()
        assert "no ledger is named; give --ledger DIR, or set CLEW_LEDGER" in line
    assert "no ledger is named" in clew("index", "--ledger", "").failed_in_one_line()


def test_where_the_ledger_is_named(clew: Run) -> None:
    """After the command it counts most, then before it, then the variable."""
    env = {"CLEW_LEDGER": "/none/variable"}
    assert "/none/variable: " in clew("status", env=env).failed_in_one_line()
    assert "/none/before: " in clew("--ledger", "/none/before", "status", env=env).failed_in_one_line()
    line = clew("--ledger", "/none/before", "status", "--ledger", "/none/after", env=env).failed_in_one_line()
    assert "/none/after: " in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("payments", "x", "--limit", "-1"),
        ("payments", "x", "--limit", "1.5"),
        ("payments", "x", "--offset", "99999999999999999999"),
        ("index", "--threads", "0"),
        ("index", "--threads", "9999999"),
        ("index", "--until", "-1"),
        ("index", "--until", "4294967296"),
        ("index", "--magic", "f9beb4"),
        ("index", "--magic", "xyz"),
        ("index", "--network", "namecoin"),
        ("index", "--check", "everything"),
        ("completion", "tcsh"),
    ],
)
def test_a_value_out_of_bounds_is_one_line(clew: Run, arguments: tuple[str, ...]) -> None:
    assert "Invalid value for" in clew(*arguments, env={"CLEW_LEDGER": "/none"}).failed_in_one_line()


def test_a_zone_that_nobody_knows_is_one_line(clew: Run) -> None:
    line = clew("payments", "x", "--tz", "Mars/North", "--ledger", "/none").failed_in_one_line()
    assert line.startswith("--tz Mars/North: expected the name of a time zone")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(clew: Run, shell: str) -> None:
    ended = clew("completion", shell, env={"PATH": ""})
    assert (ended.code, ended.err) == (0, "")
    assert "_CLEW_COMPLETE" in ended.out
    assert ended.out.endswith("\n")


def test_completion_knows_commands_and_options(clew: Run) -> None:
    def words(line: str, position: int) -> list[str]:
        env = {"_CLEW_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(position)}
        return [each.split(",")[-1] for each in clew(env=env).out.split()]

    assert words("clew pay", 1) == ["payments"]
    assert "--limit" in words("clew payments --", 2)
    assert words("clew index --network te", 3) == ["testnet3", "testnet4"]
