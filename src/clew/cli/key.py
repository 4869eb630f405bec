"""What a key of JSON output is, and the units of its values."""

from __future__ import annotations

from dataclasses import dataclass

INTEGER = "integer"
NUMBER = "number"
TEXT = "text"
FLAG = "true or false"
LIST = "list"
OBJECT = "object"
VALUE = "number, text, true or false, or object"
OR_NULL = " or null"

SATOSHI = "satoshi"
TIME = "Unix seconds, UTC"
BYTES = "bytes"
SECONDS = "seconds"
HEX = "hex"


@dataclass(frozen=True)
class Key:
    """One key: its path, type, unit, and meaning."""

    name: str
    type: str
    unit: str
    doc: str


def under(parent: str, *keys: Key) -> tuple[Key, ...]:
    """The keys of what lies in ``parent``."""
    return tuple(Key(f"{parent}.{key.name}", key.type, key.unit, key.doc) for key in keys)


EXTENT: tuple[Key, ...] = (
    Key("status", TEXT, "", "complete, cut, none found, or not searched."),
    Key("shown", INTEGER, "rows", "How many rows of the list are here."),
    Key("found", INTEGER, "rows", "How many rows there are."),
)
"""Keys of every answer whose list is paged."""
