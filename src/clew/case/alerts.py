"""Bringing alerts to where they are read: each once, whatever stops the program.

An alert waits in the queue, in the bytes that it will have. A line is written, made to survive a power cut,
and then noted as delivered. Where the program was stopped between the two, the file's end tells what it has
of the queue: whole lines are noted, and a torn one is finished.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from clew.case.watches import Records, Watches
from clew.errors import StorageError
from clew.ledger.disk import sync_folder, write_all


def deliver(watches: Watches, tell: Callable[[Sequence[str]], None]) -> int:
    """Write every alert that waits to its file, or hand those for standard output to ``tell``.

    ``tell`` must have written them when it returns; a program that is killed between that and the note tells
    them again, with the same ids. In a file no line stands twice. Returns how many were delivered. Raises
    StorageError for a file that cannot be written, after all others were; its alerts wait on.
    """
    with watches.reading() as records:
        targets = dict.fromkeys(target for *_, target in records.waiting()) if records else {}
    done, wrong = 0, []
    for target in targets:
        with watches.writing() as records:
            rows = [(number, line) for number, line, where in records.waiting() if where == target]
            try:
                if target is None:
                    tell([line for _, line in rows])
                else:
                    _to_file(records, target, [line for _, line in rows])
            except OSError as error:
                if target is None:
                    raise
                wrong.append(refusal(target, error))
                continue
            records.delivered(number for number, _ in rows)
            done += len(rows)
    if wrong:
        raise wrong[0]
    return done


def refusal(target: str, error: OSError) -> StorageError:
    """That alerts cannot be written to a file."""
    what = error.strerror or str(error)
    return StorageError(
        f"{target}: alerts cannot be written there: {what}; they wait, and none is lost; mend it, and "
        "run clew index again"
    )


def _to_file(records: Records, target: str, lines: Sequence[str]) -> None:
    # Appended by the system: another ledger's alerts may come into the same file at the same time.
    with open(target, "a+b", buffering=0) as file:
        offset, last = records.offset(target), f"{records.last_delivered(target)}\n".encode()
        file.seek(max(0, offset - len(last)))
        # Without the last line at its place it may be another file: logs are taken away.
        file.seek(offset if file.read(len(last)) == last else 0)
        left, begun = missing(file.read(), [f"{line}\n".encode() for line in lines])
        write_all(file, begun + b"".join(left))
        os.fsync(file.fileno())
        records.set_offset(target, file.seek(0, os.SEEK_END))
    sync_folder(Path(target).parent)


def missing(tail: bytes, lines: Sequence[bytes]) -> tuple[list[bytes], bytes]:
    """Which of ``lines`` a file's ``tail`` has not, and what must be written before them: the rest of a line
    that is torn, or an end to what somebody else left without one."""
    *whole, torn = tail.split(b"\n")
    known = {line + b"\n" for line in whole}
    left = [line for line in lines if line not in known]
    if not torn:
        return left, b""
    for place, line in enumerate(left):
        if line.startswith(torn):
            return left[:place] + left[place + 1 :], line[len(torn) :]
    return left, b"\n"


__all__ = ["deliver", "missing", "refusal"]
