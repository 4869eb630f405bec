"""Keys of the JSON of ``clew picture``."""

from __future__ import annotations

from clew.cli.key import BYTES, HEX, INTEGER, LIST, SATOSHI, TEXT, Key

PICTURE: dict[str, tuple[Key, ...]] = {
    "picture": (
        Key("file", TEXT, "", "The file that was written."),
        Key("bytes", INTEGER, BYTES, "Its size."),
        Key("policy", TEXT, "", "The policy whose flow is drawn."),
        Key("satoshi", INTEGER, SATOSHI, "What leaves the sources."),
        Key("ends", LIST, "", "Where it ends: services first, fees last."),
        Key("ends[].end", TEXT, "", "A service, a reason why it is unattributed, or fees."),
        Key("ends[].satoshi", INTEGER, SATOSHI, "How much ends there."),
        Key("transactions", INTEGER, "transactions", "Transactions that are drawn each."),
        Key("folded", INTEGER, "transactions", "Transactions that run together as others."),
        Key("snapshot", TEXT, HEX, "Snapshot of the trace."),
    ),
}

__all__ = ["PICTURE"]
