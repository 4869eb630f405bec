"""Keys of the JSON of ``clew law``."""

from __future__ import annotations

from clew.cli.described import keys_of
from clew.cli.key import LIST, OR_NULL, TEXT, Key
from clew.proceedings.shown import Shown

LAW: dict[str, tuple[Key, ...]] = {
    "law show": keys_of(Shown),
    "law check": (
        Key("files", LIST, "", "The files, in the order given."),
        Key("files[].file", TEXT, "", "The file, as it was named."),
        Key("files[].kind", TEXT + OR_NULL, "", "Book or matter; null where it could not be read as either."),
        Key("files[].name", TEXT + OR_NULL, "", "The name that it gives itself."),
        Key("files[].faults", LIST, "", "Faults, a text each, with file, line and what to do."),
        Key("files[].conflicts", LIST, "", "What the file says that does not go together, such as a sentence "
            "above the statutory maximum."),
    ),
}  # fmt: skip
