"""What the README shows is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click

from clew.cli.program import program

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
CLEW = [sys.executable, "-c", "from clew.cli import main; main()"]

# Block 170: the first payment between two people, ten bitcoin.
FIRST_PAYMENT = "170 f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16 1000000000"


def blocks(language: str) -> list[str]:
    """The code blocks of one language; the empty one for commands."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [text for name, text in fenced if name == language]


def test_the_readme_names_every_command_and_no_other() -> None:
    inline = re.findall(r"`clew ([a-z]+)", README)
    shown = re.findall(r"^clew ([a-z]+)", "\n".join(blocks("")), re.MULTILINE)
    assert {*inline, *shown} == set(program.commands)


def test_the_readme_names_no_option_that_is_not_there() -> None:
    shown = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", README))
    commands = list(program.commands.values())
    commands += [
        each for group in commands if isinstance(group, click.Group) for each in group.commands.values()
    ]
    there = {name for command in commands for each in command.params for name in each.opts}
    assert shown - there - {"--help"} == set()


def test_the_python_example_runs(shared_data: Path, tmp_path: Path) -> None:
    (example,) = blocks("python")
    folder = shared_data / "blocks" / "mainnet-0-4312"
    index = [*CLEW, "index", str(folder), "--ledger", str(tmp_path / "my-ledger"), "--until", "200"]
    subprocess.run(index, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    answer = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert FIRST_PAYMENT in answer.stdout.splitlines()
