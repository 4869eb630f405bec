"""Keys of the JSON of ``clew check``."""

from __future__ import annotations

from clew.cli.key import BYTES, FLAG, HEX, INTEGER, LIST, OBJECT, SECONDS, TEXT, Key, under

CHECKED: tuple[Key, ...] = (
    Key("trace", TEXT, "", "The file that was checked."),
    Key("against", TEXT, "", "The folder with the block files."),
    Key("network", TEXT, "", "The network that the trace names."),
    Key("tip", OBJECT, "", "The block up to which it was traced, as the trace names it."),
    Key("tip.height", INTEGER, "block height", "Its height."),
    Key("tip.hash", TEXT, HEX, "Its hash."),
    Key("policies", LIST, "", "The policies by which it was traced, each computed again."),
    Key("transactions", INTEGER, "transactions", "How many transactions the trace cites as steps."),
    Key("headers", INTEGER, "blocks", "Headers in the files that have their work done."),
    Key("bytes", INTEGER, BYTES, "How much of blocks was read; one that was read twice counts twice."),
    Key("quick", FLAG, "", "True if blocks that the trace does not need were left unread."),
    Key("seconds", INTEGER, SECONDS, "How long it took."),
    Key("unchecked", LIST, "", "What was not checked, each a text."),
    Key("found", INTEGER, "findings", "How many findings there are."),
    Key("findings", LIST, "", "What differs, the first 40."),
    *under(
        "findings[]",
        Key("where", TEXT, "", "Where in the file, as keys and names joined by points."),
        Key("expected", TEXT, "", "What follows from the blocks, as JSON, cut where it is long."),
        Key("found", TEXT, "", "What the file says there, as JSON, cut where it is long."),
    ),
)
