"""What is asked about: addresses, outputs, lists of them in files or lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from clew.analysis.absorbed import Absorbed, absorbed
from clew.analysis.lists import Entry, from_file, from_lines
from clew.errors import AddressError, NotFoundError, UsageError
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS

_LINES = "-"
_FILE = "@"
_ENTITY = "entity:"
_LONGEST_INDEX = 10
_URI = re.compile(
    r"(?:bitcoin|litecoin|dogecoin):([^?]*)(?:\?.*)?|((?:bitcoincash|bchtest|bchreg):[^?]*)(?:\?.*)?",
    re.IGNORECASE | re.DOTALL,
)
"""A payment request as programs hand it on (BIP 21): scheme, address, and what is asked for. A CashAddr's
scheme is part of the address."""


def find_sources(
    ledger: Ledger,
    arguments: Iterable[str],
    lines: Iterable[str] | None = None,
    histories: dict[int, Absorbed] | None = None,
) -> tuple[int, ...]:
    """Ids of the addresses that ``arguments`` name, each once, in the order first named.

    An argument is an address, with ``bitcoin:`` or the like before it or not; ``txid:vout``;
    ``entity:ID``, an id that an entity has or had (the address of this id; what became of it is noted in
    ``histories``, by id, where it is no more);
    ``@file.csv``, as ``clew.analysis.lists`` reads it; or ``-`` for the lines of ``lines``. Raises
    AddressError, NotFoundError or UsageError; of a list, one that tells the first bad line and how many
    there are.
    """
    found: dict[int, None] = {}
    wrong: list[UsageError] = []
    for entry in entries(arguments, lines):
        try:
            found[find_entry(ledger, entry.text, histories)] = None
        except UsageError as error:
            if not entry.place:
                raise
            wrong.append(type(error)(f"{entry.place}: {error}"))
    if wrong:
        raise _first_of(wrong)
    if not found:
        raise UsageError("expected at least one address, txid:vout, entity:ID, @file or -; found none")
    return tuple(found)


def _first_of(wrong: list[UsageError]) -> UsageError:
    more = f"; and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
    return type(wrong[0])(f"{wrong[0]}{more}")


def find_entry(ledger: Ledger, text: str, histories: dict[int, Absorbed] | None = None) -> int:
    """The address that a text names; ``histories`` as for ``find_sources``.

    Raises AddressError, NotFoundError or UsageError.
    """
    if request := _URI.fullmatch(text):
        if request[2]:
            return ledger.find_address(request[2])
        text = request[1]
    if text.startswith(_ENTITY):
        return _entity(ledger, text, {} if histories is None else histories)
    if not text:
        raise AddressError("expected an address, found an empty text; is a variable without a value?")
    txid, colon, index = text.partition(":")
    if not colon or txid == "script":
        return ledger.find_address(text)
    if not (index.isascii() and index.isdigit() and len(index) <= _LONGEST_INDEX):
        raise UsageError(f"{text!r}: expected txid:vout, the number of an output after the colon")
    address = int(ledger.column("outputs.address")[ledger.find_output(txid, int(index))])
    if address == NO_ADDRESS:
        raise NotFoundError(f"output {text}: an OP_RETURN output, which pays to no address")
    return address


def _entity(ledger: Ledger, text: str, histories: dict[int, Absorbed]) -> int:
    number = text.removeprefix(_ENTITY)
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_INDEX):
        raise UsageError(f"{text!r}: expected entity:ID, the number of an entity after the colon")
    entity = int(number)
    if entity not in histories and (told := absorbed(ledger, entity)) is not None:
        histories[entity] = told
    return entity


def entries(arguments: Iterable[str], lines: Iterable[str] | None) -> Iterator[Entry]:
    """What ``arguments`` name, those of files and lines one by one. Raises UsageError."""
    for argument in arguments:
        if argument == _LINES:
            if lines is None:
                raise UsageError("'-': expected lines to read from, found none")
            yield from from_lines(lines, "standard input")
        elif argument.startswith(_FILE):
            yield from from_file(Path(argument[1:]))
        else:
            yield Entry(argument.strip())


__all__ = ["entries", "find_entry", "find_sources"]
