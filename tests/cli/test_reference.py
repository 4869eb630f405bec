"""The reference page is what the program says of itself."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import click

from clew.cli import program
from clew.cli.keys import COMMANDS, EVERY, QUESTIONS

PROJECT = Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_reference", PROJECT / "tools" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = (PROJECT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert written == tool.page(), "run: make docs"


def test_every_key_is_told_once_in_a_sentence() -> None:
    for keys in (EVERY, *QUESTIONS.values(), *COMMANDS.values()):
        names = [key.name for key in keys]
        assert len(names) == len(set(names))
        for key in keys:
            assert key.doc.endswith("."), key
            assert key.type, key


def _names(group: click.Group, before: str = "") -> Iterator[str]:
    """Names of all commands; a group stands for those in it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _names(command, f"{before}{name} ")
        else:
            yield before + name


def test_keys_are_those_of_commands() -> None:
    forms = {name: re.split(" --| NAME", name)[0] for name in COMMANDS}
    plain = {name for name, command in forms.items() if name == command}
    assert {*QUESTIONS, *plain} == set(_names(program)) - {"demo", "completion"}
    assert set(forms.values()) == plain
    assert not set(QUESTIONS) & set(COMMANDS)
