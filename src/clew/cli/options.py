"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from clew.analysis.examined import Examined
from clew.bitcoin.networks import NETWORKS
from clew.cli.units import Clock
from clew.errors import UsageError
from clew.ledger.nodeaddress import KINDS, NodeAddress

Command = TypeVar("Command", bound=Callable[..., Any])

STRICT = "strict"
"""The set of rules that answers rest on, unless another is asked for; and the only one for exhibits."""

LEDGER_VARIABLE = "CLEW_LEDGER"
EXAMINER_VARIABLE = "CLEW_EXAMINER"
EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"
"""Unix seconds that stand for the time at which something is made, so that its bytes can be made again."""
PAGE = 100
HIGHEST = 2**63 - 1
MOST_THREADS = 1024


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


def _magic(context: click.Context, parameter: click.Parameter, value: str | None) -> bytes | None:
    if value is None:
        return None
    try:
        magic = bytes.fromhex(value.removeprefix("0x"))
    except ValueError:
        magic = b""
    if len(magic) != 4:
        raise click.BadParameter(f"expected 8 hex digits, as in f9beb4d9, found {value!r}")
    return magic


def blocks(command: Command) -> Command:
    """The folder with the block files, or the node's data folder."""
    return click.argument(
        "blocks", metavar="[BLOCKS_DIR|NODE_DATA_DIR]", required=False, type=click.Path(path_type=Path)
    )(command)


def network(command: Command) -> Command:
    """``--network``."""
    return click.option(
        "--network",
        metavar="NAME",
        type=click.Choice(tuple(NETWORKS)),
        help="Which network the blocks belong to. Without it: the ledger's own, else main. Others: "
        f"{', '.join(name for name in NETWORKS if name != 'main')}.",
    )(command)


def magic(command: Command) -> Command:
    """``--magic``."""
    return click.option(
        "--magic",
        metavar="HEX",
        callback=_magic,
        help="Four bytes before each block, for a signet or test network of your own.",
    )(command)


def threads(command: Command) -> Command:
    """``--threads``."""
    return click.option(
        "--threads",
        metavar="N",
        type=Whole(1, MOST_THREADS),
        help="How many threads to use. Without it: as many as the machine has. The ledger is the same.",
    )(command)


def memory(command: Command) -> Command:
    """``--memory``."""
    return click.option(
        "--memory",
        metavar="GIB",
        type=float,
        help="Memory to use at most, in GiB. Without it: half of the machine's. The ledger is the same.",
    )(command)


def node(command: Command) -> Command:
    """``--from`` and how the node is told who asks."""
    with_user = click.option(
        "--rpc-user-file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="With --from rpc: a file of your own that holds user:password.",
    )(command)
    with_cookie = click.option(
        "--rpc-cookie",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="With --from rpc: the node's .cookie. Without it: the usual one, for a node on this machine.",
    )(with_user)
    return click.option(
        "--from",
        "origin",
        type=(click.Choice(KINDS), str),
        metavar="[rpc|rest] URL",
        help="Fetch the blocks from a running node at http://HOST:PORT, and connect to nothing else.",
    )(with_cookie)


def node_address(
    origin: tuple[str, str] | None, cookie: Path | None, user_file: Path | None
) -> NodeAddress | None:
    """What these options name; None without ``--from``. Raises UsageError."""
    if origin is None:
        if cookie or user_file:
            name = "--rpc-cookie" if cookie else "--rpc-user-file"
            raise UsageError(f"{name}: expected with --from rpc URL, found without it; name the node")
        return None
    kind, url = origin
    return NodeAddress(kind, url, cookie, user_file)


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


def own_rules(command: Command) -> Command:
    """``--rules``, a file of rules of the user's own."""
    return click.option(
        "--rules",
        "own_rules",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Rules of your own: a Python file.",
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


def folder_to_make(
    name: str, doc: str = "The folder to make; it must be missing or empty."
) -> Callable[[Command], Command]:
    """``-o``: the folder that a command makes, ``name`` without it."""
    return click.option(
        "-o",
        "--output",
        "folder",
        metavar="DIR",
        type=click.Path(path_type=Path),
        default=Path(name),
        show_default=True,
        help=doc,
    )


@dataclass(frozen=True)
class View:
    """How a ledger is to be seen: as of a height, through a set of rules."""

    at: int | None = None
    rules: str = STRICT


def view(command: Command) -> Command:
    """``--at`` and ``--rules``, given to the command as one ``view``."""

    @wraps(command)
    def seen(*arguments: Any, at: int | None, rules: str, **options: Any) -> Any:
        return command(*arguments, view=View(at, rules), **options)

    with_rules = click.option(
        "--rules",
        metavar="SET",
        default=STRICT,
        show_default=True,
        help="See entities by this set of rules; clew cluster makes others than strict.",
    )(seen)
    return click.option(
        "--at",
        metavar="HEIGHT",
        type=Whole(0),
        help="Answer as of the block at this height, as if it were the last.",
    )(with_rules)  # type: ignore[return-value]


def examined(command: Command) -> Command:
    """``--examiner`` and ``--purpose``, given to the command as ``examiner`` and ``purpose``; see ``who``."""
    with_purpose = click.option(
        "--purpose",
        metavar="TEXT",
        help="With a file to write: what it is for, such as a case number. No person's name.",
    )(command)
    return click.option(
        "--examiner",
        metavar="NAME",
        envvar=EXAMINER_VARIABLE,
        help=f"With a file to write: who answers for it. Without it: the variable {EXAMINER_VARIABLE}.",
    )(with_purpose)


def who(examiner: str | None, purpose: str | None, file: str) -> Examined:
    """Who asks, what for, and the time now, as ``file`` must carry it. Raises UsageError."""
    examiner, purpose = (examiner or "").strip(), (purpose or "").strip()
    if not examiner:
        raise UsageError(
            f"{file}: a file that lists payments or origins names its examiner; give --examiner NAME, or "
            f"set {EXAMINER_VARIABLE}"
        )
    if not purpose:
        raise UsageError(f"{file}: a file that lists payments or origins says what for; give --purpose TEXT")
    return Examined(examiner, purpose, made())


def made() -> str:
    """The time now, or that of SOURCE_DATE_EPOCH; ISO 8601, UTC. Raises UsageError."""
    epoch = os.environ.get(EPOCH_VARIABLE)
    try:
        moment = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"{EPOCH_VARIABLE}: expected Unix seconds, found {epoch!r}") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def addresses(command: Command) -> Command:
    """One or more ways to name addresses."""
    return click.argument("addresses", metavar="ADDR...", nargs=-1, required=True)(command)
