"""What is asked about: addresses, outputs, lists of them in files or lines."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clew.errors import NotFoundError, UsageError
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS

_LINES = "-"
_FILE = "@"


@dataclass(frozen=True)
class Entry:
    """One address, or ``txid:vout`` for the address an output pays, and where it was written."""

    text: str
    place: str = ""


def find_sources(
    ledger: Ledger, arguments: Iterable[str], lines: Iterable[str] | None = None
) -> tuple[int, ...]:
    """Ids of the addresses that ``arguments`` name, each once, in the order first named.

    An argument is an address; ``txid:vout``; ``@file.csv``, whose header may name a column
    ``address``, or columns ``txid`` and ``vout`` (otherwise its first column counts); or ``-`` for
    the lines of ``lines``. Empty lines, and lines that begin with ``#``, are skipped. Raises
    AddressError, NotFoundError or UsageError; of a list, one that names every bad line.
    """
    found: dict[int, None] = {}
    wrong: list[UsageError] = []
    for entry in _entries(arguments, lines):
        try:
            found[_find(ledger, entry.text)] = None
        except UsageError as error:
            if not entry.place:
                raise
            wrong.append(type(error)(f"{entry.place}: {error}"))
    if wrong:
        raise _all_of(wrong)
    if not found:
        raise UsageError("expected at least one address, txid:vout, @file or -; found none")
    return tuple(found)


def _all_of(wrong: list[UsageError]) -> UsageError:
    kinds = {type(error) for error in wrong}
    kind = kinds.pop() if len(kinds) == 1 else UsageError
    return kind("; ".join(str(error) for error in wrong))


def _find(ledger: Ledger, text: str) -> int:
    txid, colon, index = text.partition(":")
    if not colon or txid == "script":
        return ledger.find_address(text)
    if not (index.isascii() and index.isdigit()):
        raise UsageError(f"{text!r}: expected txid:vout, the number of an output after the colon")
    address = int(ledger.column("outputs.address")[ledger.find_output(txid, int(index))])
    if address == NO_ADDRESS:
        raise NotFoundError(f"output {text}: an OP_RETURN output, which pays to no address")
    return address


def _entries(arguments: Iterable[str], lines: Iterable[str] | None) -> Iterator[Entry]:
    for argument in arguments:
        if argument == _LINES:
            if lines is None:
                raise UsageError("'-': expected lines to read from, found none")
            yield from _from_lines(lines, "standard input")
        elif argument.startswith(_FILE):
            yield from _from_file(Path(argument[1:]))
        else:
            yield Entry(argument.strip())


def _from_lines(lines: Iterable[str], name: str) -> Iterator[Entry]:
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("\ufeff")
        if text and not text.startswith("#"):
            yield Entry(text, f"{name}, line {number}")


def _from_file(path: Path) -> Iterator[Entry]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"{path}: expected a list of addresses as UTF-8 CSV; it cannot be read: {reason}"
        ) from None
    rows = [(line, row) for line, row in rows if any(row) and not row[0].startswith("#")]
    if rows:
        header = [cell.lower() for cell in rows[0][1]]
        columns = _columns(header)
        for line, row in rows[1:] if columns else rows:
            yield Entry(_text(row, columns or (0,)), f"{path}, line {line}")


def _columns(header: list[str]) -> tuple[int, ...]:
    """Which columns to read; none where the first row is no header."""
    if "address" in header:
        return (header.index("address"),)
    if "txid" in header and "vout" in header:
        return header.index("txid"), header.index("vout")
    return ()


def _text(row: list[str], columns: tuple[int, ...]) -> str:
    return ":".join(row[column] if column < len(row) else "" for column in columns)


__all__ = ["Entry", "find_sources"]
