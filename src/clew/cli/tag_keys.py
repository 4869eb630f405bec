"""Keys of tags in the JSON of questions, and those of the JSON of ``clew tags``."""

from __future__ import annotations

from clew.cli.key import EXTENT, FLAG, HEX, INTEGER, LIST, OBJECT, OR_NULL, TEXT, Key, under

_ABOUT_TAG: tuple[Key, ...] = (
    Key("tag", TEXT, "", "Id of the tag: its import's id, and its number there."),
    Key("address", TEXT, "", "The address that it names."),
    Key("label", TEXT, "", "What the source calls the holder."),
    Key("actor", TEXT + OR_NULL, "", "Id of the holder, where the source gives one."),
    Key("category", TEXT + OR_NULL, "", "Concept of what the holder is."),
    Key("abuse", TEXT + OR_NULL, "", "Concept of what the address was used for."),
    Key("concepts", LIST, "", "Other concepts, each a text."),
    Key(
        "confidence",
        TEXT + OR_NULL,
        "",
        "How sure its maker was, in a word of GraphSense's; null if not said.",
    ),
    Key("confidence_level", INTEGER + OR_NULL, "", "The number of that word, from 5 to 100; no probability."),
    Key("derived", FLAG, "", "True if the tag was carried over from a cluster; it confirms no entity."),
    Key("source", TEXT, "", "Where its maker has it from."),
    Key("lastmod", TEXT + OR_NULL, "", "When it was last changed, as its file says."),
    Key("import", TEXT, HEX, "Id of the import."),
    Key("file", TEXT, "", "Name of the file."),
    Key("line", INTEGER, "line", "Where it stands in the file."),
)
_THROUGH = Key(
    "through",
    TEXT,
    "",
    "address: it names the address asked about; entity: it names another address of the same entity.",
)

TAGGED: tuple[Key, ...] = (
    Key("tags", LIST, "", "Who is said to hold its addresses, the surest first. It may be cut."),
    *under("tags[]", *_ABOUT_TAG, _THROUGH),
    Key("tags_found", INTEGER, "tags", "How many tags there are on its addresses."),
    Key("conflict", FLAG, "", "True if these tags name different holders."),
)
"""Keys of an entity or an address that can have tags."""

_OTHERS: tuple[Key, ...] = (
    Key("other_networks", LIST, "", "Tags of other networks, which are not used."),
    Key("other_networks[].network", TEXT, "", "The network, as the file calls it."),
    Key("other_networks[].tags", INTEGER, "tags", "How many."),
)
_IMPORT: tuple[Key, ...] = (
    Key("import", TEXT, HEX, "Its id, the same for the same content in every ledger."),
    Key("file", TEXT, "", "Name of the file."),
    Key("digest", TEXT, HEX, "SHA-256 of the file."),
    Key("time", TEXT, "ISO 8601, UTC", "When it was imported."),
    Key("format", TEXT, "", "tagpack, actorpack, vocabulary, ofac, list or csv."),
    Key("importer", TEXT, "", "What read it, and its version."),
    Key("title", TEXT + OR_NULL, "", "Its title."),
    Key("creator", TEXT + OR_NULL, "", "Who made it."),
    Key("uri", TEXT + OR_NULL, "", "Where it is kept."),
    Key("tags", INTEGER, "tags", "Tags on addresses of this ledger's network."),
    Key("actors", INTEGER, "actors", "Actors that it describes."),
    Key("concepts", INTEGER, "concepts", "Words of its vocabulary."),
    Key("left_out", INTEGER, "rows", "Rows that were left out: mistyped, bad, or there twice."),
    *_OTHERS,
    Key("withdrawn", TEXT + OR_NULL, "ISO 8601, UTC", "When it was withdrawn; null while in force."),
    Key("reason", TEXT + OR_NULL, "", "Why it was withdrawn."),
)
_FINDINGS: tuple[Key, ...] = (
    Key("findings", LIST, "", "What was found."),
    Key("findings[].file", TEXT, "", "The file."),
    Key("findings[].line", INTEGER, "line", "Where in it."),
    Key(
        "findings[].kind",
        TEXT,
        "",
        "bad file, bad header, bad row, mistyped address, duplicate, person, other network or notice.",
    ),
    Key("findings[].text", TEXT, "", "What it is, and where it can be told, what to do."),
)
_DIGEST = Key(
    "attributions", TEXT + OR_NULL, HEX, "SHA-256 over all imports in force; null where there is none."
)

TAG_QUESTIONS: dict[str, tuple[Key, ...]] = {
    "tags list": (
        Key("tags", LIST, "", "The tags, by import and number. It may be cut."),
        *under(
            "tags[]",
            *_ABOUT_TAG,
            Key("seen", TEXT, "", "on this chain, or not on this chain."),
            Key("entity", INTEGER + OR_NULL, "address id", "Entity of the address; null if never seen."),
            Key("network", TEXT + OR_NULL, "", "Network or currency, as the file names it."),
            Key("is_cluster_definer", FLAG + OR_NULL, "", "Whether its maker says it stands for a cluster."),
            Key("context", TEXT + OR_NULL, "", "What else the file says of it."),
            Key("conflict", FLAG, "", "True if tags on the same address name different holders."),
        ),
        _DIGEST,
        Key("total", OBJECT, "", "Totals, also of tags not shown."),
        Key("total.tags", INTEGER, "tags", "How many tags."),
        Key("total.not_on_chain", INTEGER, "tags", "How many are on addresses that the chain has not seen."),
        *EXTENT,
    ),
    "tags sources": (
        Key("imports", LIST, "", "Every import, also those withdrawn, in the order of time."),
        *under("imports[]", *_IMPORT),
        _DIGEST,
        *EXTENT,
    ),
}

TAG_COMMANDS: dict[str, tuple[Key, ...]] = {
    "tags import": (
        Key("imports", LIST, "", "The files, in order."),
        *under(
            "imports[]",
            *_IMPORT,
            Key("is_new", FLAG, "", "False if the file was in force already, and not imported again."),
            Key("not_on_chain", INTEGER, "tags", "Tags on addresses that the chain has not seen."),
        ),
        *_FINDINGS,
        _DIGEST,
        Key("snapshot", TEXT, HEX, "Snapshot of the ledger with its tags, as answers have it."),
    ),
    "tags check": (
        Key("files", LIST, "", "The files, in order."),
        *under(
            "files[]",
            Key("file", TEXT, "", "The file."),
            Key("format", TEXT + OR_NULL, "", "As of imports; null if it could not be read."),
            Key("tags", INTEGER, "tags", "Good tags on addresses of networks known here."),
            Key("derived", INTEGER, "tags", "How many of them were carried over from a cluster."),
            Key("actors", INTEGER, "actors", "Good actors."),
            Key("concepts", INTEGER, "concepts", "Good words of a vocabulary."),
            *_OTHERS,
        ),
        Key("faults", INTEGER, "findings", "How many findings are faults; others are notices."),
        *_FINDINGS,
        *EXTENT,
    ),
    "tags withdraw": (
        Key("import", TEXT, HEX, "Id of the import."),
        Key("file", TEXT, "", "Name of its file."),
        Key("tags", INTEGER, "tags", "How many tags count no longer."),
        Key("withdrawn", TEXT, "ISO 8601, UTC", "When."),
        Key("reason", TEXT + OR_NULL, "", "Why, as given."),
        Key("snapshot", TEXT, HEX, "Snapshot of the ledger without them."),
    ),
}

__all__ = ["TAGGED", "TAG_COMMANDS", "TAG_QUESTIONS"]
