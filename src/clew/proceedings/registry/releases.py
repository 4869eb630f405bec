"""Which releases were published from a register: noted in its chain, so that none can be left out later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clew.errors import UsageError
from clew.proceedings.registry import chained
from clew.proceedings.registry.register import Register, line_of, open_register, told


@dataclass(frozen=True)
class Noted:
    """A release: SHA-256 of its ``release.json``, in hexadecimal, and the day that it counted."""

    digest: str
    day: date


def noted(register: Register) -> tuple[Noted, ...]:
    """The releases of a register, the first one first; those that were never public are left out."""
    found: dict[str, Noted] = {}
    for line in register.lines:
        if line.said.get("entry") == "released":
            digest = line.said["release"]
            found[digest] = Noted(digest, date.fromisoformat(line.said["day"]))
        elif line.said.get("entry") == "release forgotten":
            found.pop(line.said["release"], None)
    return tuple(found.values())


def note_release(path: Path, digest: str, day: date, *, by: str, head: str) -> None:
    """Note a release that counts the register up to the entry of digest ``head``.

    Raises UsageError where something was entered since.
    """
    with chained.locked(path):
        if open_register(path).head != head:
            raise UsageError(
                f"{path}: expected the register as it was counted, found a newer entry; publish again"
            )
        chained.append(path, [line_of("released", by, day, release=digest, day=day.isoformat())])


def forget_release(path: Path, digest: str, *, by: str, when: date, why: str) -> None:
    """Say that a release was never public, for one that was stopped after it was noted.

    A release that anybody has seen must not be forgotten: the next one would not be checked against it.
    Raises UsageError for an unknown release.
    """
    with chained.locked(path):
        if digest not in {each.digest for each in noted(open_register(path))}:
            raise UsageError(f"{path}: expected a release that is noted, found {digest[:12]}; check it")
        chained.append(path, [line_of("release forgotten", by, when, release=digest, why=told(why, "why"))])


__all__ = ["Noted", "forget_release", "note_release", "noted"]
