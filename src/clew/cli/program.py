"""The command ``clew``: its commands, its options before them, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from clew.cli import exposure, money, options, origins, paths, patterns, questions, requests, why
from clew.cli.check import check
from clew.cli.cluster import cluster
from clew.cli.compact import compact
from clew.cli.completion import VARIABLE, completion
from clew.cli.demo import demo
from clew.cli.export import export
from clew.cli.failure import guarded
from clew.cli.follow import follow
from clew.cli.index import index
from clew.cli.law import law
from clew.cli.picture import picture
from clew.cli.prices import prices
from clew.cli.report import report
from clew.cli.rules import rules
from clew.cli.score import score
from clew.cli.simulate import simulate
from clew.cli.sql import sql
from clew.cli.tags import tags
from clew.cli.trace import trace
from clew.cli.train import train
from clew.cli.validate import validate
from clew.cli.verify import verify
from clew.cli.watch import watch


class Program(click.Group):
    """A click group whose errors end in one line, and whose commands stand in the order added."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Names of the commands in the order of the work."""
        return list(self.commands)

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:
        """Run the command line and end the process with its exit code."""
        sys.exit(guarded(lambda: self._run(sys.argv[1:] if args is None else args)))

    def _run(self, arguments: Sequence[str]) -> int:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        if instruction := os.environ.get(VARIABLE):
            from click.shell_completion import shell_complete

            return shell_complete(self, {}, "clew", VARIABLE, instruction)
        try:
            with self.make_context("clew", list(arguments)) as context:
                self.invoke(context)
        except click.exceptions.Exit as end:
            return end.exit_code
        return 0


def _version(context: click.Context, parameter: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"clew {version('clew')}")
        except PackageNotFoundError:
            click.echo("clew, run from its source without being installed")
        context.exit()


@click.group(cls=Program, invoke_without_command=True)
@options.group_ledger
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Print the version."
)
@click.pass_context
def program(context: click.Context, ledger: str | None) -> None:
    """Follow money through the Bitcoin ledger.

    Clew reads the block files of your own Bitcoin node into a ledger (clew index), and answers
    questions about an entity: the addresses under one control with one you know. No command opens
    a network connection, except clew index and clew follow where --from names your node, and then
    to that address only.

    ADDR is an address, txid:vout (the address that this output pays to), script:HASH, entity:ID (an id
    that an entity has or once had), @file.csv (addresses in a file) or - (addresses from standard
    input); give as many as you like.

    \b
    Examples:
      clew index ~/.bitcoin --ledger ./ledger
      clew --ledger ./ledger payments 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3
      export CLEW_LEDGER=./ledger
      clew proceeds @addresses.csv --json > proceeds.json
      clew report @addresses.csv -o report.pdf
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (
    index, follow, cluster, compact, verify, *questions.COMMANDS, *why.COMMANDS, trace, rules, tags, prices,
    report, sql, export, score, validate, train, simulate, demo, completion, watch, *origins.COMMANDS,
    *requests.COMMANDS, check, *money.COMMANDS, *exposure.COMMANDS, *paths.COMMANDS, *patterns.COMMANDS,
    picture, law,
):  # fmt: skip
    program.add_command(command)


def main() -> NoReturn:
    """Entry point of the console script."""
    program.main()
