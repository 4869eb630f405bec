"""Writes docs/reference.md: every command with its options, and every key of its JSON.

    python tools/make_reference.py

The page is made from the commands themselves and from ``clew.cli.keys``; a test asserts that it
is up to date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import cleandoc
from pathlib import Path

import click

from clew.cli import program
from clew.cli.key import Key
from clew.cli.keys import COMMANDS, EVERY, QUESTIONS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference.md"

INTRODUCTION = """\
# Reference

Made by `make docs` from the program itself; do not edit it by hand.

Amounts in JSON are integers in satoshi, times are Unix seconds (UTC), hashes are hex as block
explorers show them, and what is absent is null. The keys are stable. Lists that can be long are paged
by `--limit` and `--offset`; `status` says `complete`, `cut`, `none found` or `not searched`, which are
different things.

Everything that goes wrong ends with one line on standard error that begins with `clew:`, and with exit
code 2. Exit code 1 is a defect of Clew itself; `CLEW_DEBUG=1` then shows where it is. Colours are left
out when `NO_COLOR` is set, and always in a pipe.
"""

EVERY_ANSWER = """\
## Keys of every answer

What a question prints with `--json` is one object, with these keys and the question's own.
"""


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield from _command("clew", program, ())
    yield ""
    yield EVERY_ANSWER
    yield from _keys(EVERY)
    for name, command in _commands(program):
        yield ""
        yield from _command(f"clew {name}", command, QUESTIONS.get(name) or COMMANDS.get(name, ()))
        for other in COMMANDS:
            if other.startswith((f"{name} --", f"{name} NAME")):
                yield ""
                yield f"With `{other.removeprefix(f'{name} ')}`:"
                yield ""
                yield from _keys(COMMANDS[other])


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Each command and its name, those of a group after it."""
    for name, command in group.commands.items():
        yield before + name, command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")


def _command(name: str, command: click.Command, keys: tuple[Key, ...]) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    text, _, examples = cleandoc(command.help or "").partition("\b\nExamples:\n")
    yield f"## {name}"
    yield ""
    yield from (*_block([" ".join([name, *command.collect_usage_pieces(context)])]), "")
    yield text.strip()
    yield ""
    yield from ("| option | meaning |", "|---|---|")
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Option):
            yield f"| {_code(_form(parameter, context))} | {_cell(_meaning(parameter))} |"
    if examples:
        yield ""
        yield from _block(line.removeprefix("  ") for line in examples.rstrip().splitlines())
    if keys:
        yield ""
        yield from _keys(keys)


def _form(option: click.Option, context: click.Context) -> str:
    names = ", ".join(option.opts)
    return names if option.is_flag else f"{names} {option.make_metavar(context)}"


def _meaning(option: click.Option) -> str:
    shown = f" Default: {option.default}." if option.show_default else ""
    return (option.help or "") + shown


def _keys(keys: Iterable[Key]) -> Iterator[str]:
    yield from ("| key | type | unit | meaning |", "|---|---|---|---|")
    for key in keys:
        yield f"| {_code(key.name)} | {_cell(key.type)} | {_cell(key.unit)} | {_cell(key.doc)} |"


def _block(lines: Iterable[str]) -> Iterator[str]:
    yield from ("```", *lines, "```")


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
