"""A file of lines that is only added to: each line carries the digest of the line before.

One JSON object a line (JSON Lines), keys sorted. ``number`` counts from 1, ``before`` is the ``digest`` of
the line before (64 zeros in the first), ``digest`` is SHA-256 over the line without that key. A changed line
shows by its own digest, a missing one by the next. Who changes a line and all after it anew is found only by
a digest that was noted elsewhere: releases note the last one.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from clew.errors import StorageError, UsageError

START = "0" * 64
"""What stands before the first line."""
PATIENCE = 10.0
"""Seconds to wait for another process that writes."""
_KEYS = ("number", "before", "digest")
_RESTORE = "restore the file from a copy"


@dataclass(frozen=True)
class Line:
    """One line as it was read: its number, what it says without the keys of the chain, and its digest."""

    number: int
    said: Mapping[str, Any]
    digest: str


def digest_of(row: Mapping[str, Any]) -> str:
    """SHA-256 of a line, in hexadecimal; its own ``digest`` is left out."""
    return sha256(_text({key: each for key, each in row.items() if key != "digest"}).encode()).hexdigest()


def faults(path: Path) -> tuple[list[Line], list[str]]:
    """The lines that are whole and where they belong, and what is wrong with the others, a line each.

    Raises UsageError for a file that cannot be read.
    """
    lines: list[Line] = []
    wrong: list[str] = []
    before, count = START, 0
    for place, text in _texts(path):
        row, reason = _row(text)
        if row is None:
            wrong.append(f"{path}:{place}: {reason}")
            before = ""
            continue
        number, found = row["number"], row["digest"]
        if number != count + 1 and before:
            wrong.append(f"{path}:{place}: {_strange(count + 1, number)}; {_RESTORE}")
        elif before and row["before"] != before:
            wrong.append(
                f"{path}:{place}: expected the digest of entry {count}, {before[:12]}, found "
                f"{str(row['before'])[:12]}: an entry before it was changed; {_RESTORE}"
            )
        if digest_of(row) != found:
            wrong.append(
                f"{path}:{place}: expected entry {number} as it was entered, found that it was changed "
                f"(its digest is not {found[:12]}); {_RESTORE}"
            )
        lines.append(Line(number, {k: v for k, v in row.items() if k not in _KEYS}, found))
        before, count = found, number
    return lines, wrong


def read(path: Path) -> list[Line]:
    """All lines. Raises UsageError, with the line, at the first that is torn, changed or missing."""
    lines, wrong = faults(path)
    if wrong:
        more = len(wrong) - 1
        raise UsageError(wrong[0] + (f" ({more} more)" if more else ""))
    return lines


def begin(path: Path, first: Mapping[str, Any]) -> None:
    """Make a file of one line. Raises UsageError if there is one already, StorageError if it cannot be."""
    with locked(path):
        if path.exists():
            raise UsageError(f"{path}: expected no file yet, found one; name another")
        _replace(path, _chained([], [first]))


def append(path: Path, rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Add lines, all or none, to a file that is held by ``locked``; returns all of its lines.

    The file is written anew beside the old one and takes its place, so no reader sees half a line.
    """
    lines = read(path)
    added = _chained(lines, rows)
    try:
        _replace(path, path.read_bytes() + added)
    except OSError as error:
        raise _unwritten(path, error) from error
    return read(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file for writing. Raises StorageError where another process holds it for ten seconds."""
    from filelock import FileLock, Timeout

    path = path.resolve()
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise StorageError(
            f"{path}: expected to write alone, found another command that writes this file; wait for it"
        ) from None
    except OSError as error:
        raise _unwritten(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _strange(expected: int, found: int) -> str:
    if found <= expected - 1:
        return f"expected entry {expected}, found entry {found} again"
    missing = f"entry {expected} is" if found == expected + 1 else f"entries {expected} to {found - 1} are"
    return f"expected entry {expected}, found entry {found}: {missing} missing"


def _texts(path: Path) -> Iterator[tuple[int, str | None]]:
    """Each line by its place; None for a last line without an end."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: expected a readable file, found {error.strerror}; check the path"
        ) from error
    *whole, torn = data.split(b"\n")
    for place, each in enumerate(whole, 1):
        yield place, each.decode("utf-8", "replace")
    if torn:
        yield len(whole) + 1, None


def _row(text: str | None) -> tuple[dict[str, Any] | None, str]:
    if text is None:
        return None, (
            "expected a whole last line, found a torn one: its entry was never finished; "
            "remove this line and enter it again"
        )
    try:
        row = json.loads(text)
    except ValueError:
        row = None
    if not isinstance(row, dict) or type(row.get("number")) is not int:
        return None, f"expected an entry (a JSON object with a number), found another text; {_RESTORE}"
    if not all(isinstance(row.get(key), str) for key in ("before", "digest")):
        return None, f"expected an entry with before and digest, found none of them; {_RESTORE}"
    return row, ""


def _chained(lines: Sequence[Line], rows: Sequence[Mapping[str, Any]]) -> bytes:
    before, number = (lines[-1].digest, lines[-1].number) if lines else (START, 0)
    text = []
    for each in rows:
        number += 1
        row = {**each, "number": number, "before": before}
        before = digest_of(row)
        text.append(_text({**row, "digest": before}) + "\n")
    return "".join(text).encode()


def _text(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _replace(path: Path, data: bytes) -> None:
    path = path.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _unwritten(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        with suppress(OSError):
            os.unlink(name)


def _unwritten(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path}: cannot be written: {error.strerror or error}; nothing was changed; free some space, or "
        "name a file elsewhere"
    )


__all__ = ["PATIENCE", "START", "Line", "append", "begin", "digest_of", "faults", "locked", "read"]
