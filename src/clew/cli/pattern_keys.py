"""Keys of the answer about patterns of concealment."""

from __future__ import annotations

from clew.cli.key import EXTENT, FLAG, HEX, INTEGER, LIST, OBJECT, OR_NULL, SATOSHI, TEXT, TIME, Key, under
from clew.cli.price_keys import valued
from clew.cli.tag_keys import TAGGED

_CARD: tuple[Key, ...] = (
    Key("entity", INTEGER, "address id", "Id of the entity: its smallest address id, at this snapshot."),
    Key("size", INTEGER, "addresses", "Addresses known to be the entity's; a lower bound."),
    Key("address", TEXT, "", "Its first address."),
    *TAGGED,
)
_PLACE: tuple[Key, ...] = (
    Key("txid", TEXT, HEX, "Transaction id, as block explorers show it."),
    Key("height", INTEGER, "block height", "Height of the block."),
    Key("time", INTEGER, TIME, "Time in the block's header, set by its miner."),
    Key("median_time", INTEGER, TIME, "Median time of the eleven blocks that end there."),
)
_LISTED = (
    Key("status", TEXT, "", "complete, cut, or none found."),
    Key("shown", INTEGER, "rows", "How many rows are here."),
    Key("found", INTEGER, "rows", "How many there are."),
)

PATTERNS: dict[str, tuple[Key, ...]] = {
    "patterns": (
        Key("entities", LIST, "", "The entities of the addresses asked about; all are taken together."),
        *under("entities[]", *_CARD),
        Key("scene", OBJECT, "", "What patterns were looked for in."),
        *under(
            "scene",
            Key("status", TEXT, "", "complete, or cut by a limit."),
            Key("cut_by", LIST, "", "Which: hops, most; each a text."),
            Key("entities", INTEGER, "entities", "Those asked about, and those that only they ever paid."),
            Key("addresses", INTEGER, "addresses", "Their addresses."),
            Key("transactions", INTEGER, "transactions", "Transactions that spend their coins."),
            Key("rounds", INTEGER, "rounds", "How many times it was gone forward."),
            Key(
                "looked_at",
                INTEGER,
                "entities",
                "How many entities were looked at besides those asked about.",
            ),
            Key("not_followed", OBJECT, "", "What was not followed."),
            Key("not_followed.paid_by_others", INTEGER, "entities", "Entities that others paid, too."),
            Key("not_followed.large", INTEGER, "entities", "Entities of many addresses or coins."),
            Key("not_followed.coinjoins", INTEGER, "transactions", "Coinjoins that coins went into."),
        ),
        Key("patterns", LIST, "", "The patterns that were looked for."),
        *under(
            "patterns[]",
            Key("name", TEXT, "", "Its name."),
            Key("version", INTEGER, "", "Its version."),
            Key("rule", TEXT, "", "What was looked for, in a sentence."),
            Key("innocent", LIST, "", "What innocent people do that looks the same; each a sentence."),
            Key("doc", TEXT, "", "All of its documentation."),
            Key("found", INTEGER, "candidates", "How many candidates there are."),
            Key("cut_by", LIST, "", "Which limits cut what was looked at for it: most; each a text."),
        ),
        Key("findings", LIST, "", "The candidates, by pattern, then in chain order. It may be cut."),
        *under(
            "findings[]",
            Key("pattern", TEXT, "", "Name of the pattern."),
            Key(
                "value", INTEGER, SATOSHI, "The sum that it is about; the pattern's documentation says which."
            ),
            Key("ends", TEXT + OR_NULL, "", "How a chain ends: unspent, or spent otherwise."),
            Key("figures", LIST, "", "Figures of the finding."),
            Key("figures[].name", TEXT, "", "What it counts."),
            Key("figures[].value", INTEGER, "", "The figure."),
            Key("figures[].unit", TEXT, "", "Its unit."),
            Key("transactions_found", INTEGER, "transactions", "How many transactions it has."),
            Key(
                "transactions",
                LIST,
                "",
                "Its transactions in order; at most 100, but all where all rows are asked for.",
            ),
            *under("transactions[]", *_PLACE),
        ),
        Key("schedule", LIST, "", "Every act in chain order, one for each destination. It may be cut."),
        *under(
            "schedule[]",
            *_PLACE,
            Key("act", TEXT, "", "What can be read off the ledger, in words; not who did it, or why."),
            Key("amount", INTEGER, SATOSHI, "What went there; with others' coins, what was put in."),
            Key("coins", INTEGER, "coins", "Outputs there; 0 where they cannot be told from others'."),
            Key("to", OBJECT + OR_NULL, "", "Who got it; null where several, or nobody known, did."),
            *under("to", *_CARD),
            Key(
                "is_own", FLAG, "", "True if it stayed with those asked about and those that only they paid."
            ),
            Key("addresses_found", INTEGER, "addresses", "How many addresses got it."),
            Key("addresses", LIST, "", "These, at most 10."),
            Key("findings", LIST, "", "Numbers, from 0, of the candidates that the transaction stands in."),
        ),
        *valued("schedule[]"),
        Key("notice", TEXT, "", "What a payment does not show."),
        Key("lists", OBJECT, "", "How much of each list is here."),
        Key("lists.findings", OBJECT, "", "Of the candidates."),
        *under("lists.findings", *_LISTED),
        Key("lists.schedule", OBJECT, "", "Of the acts."),
        *under("lists.schedule", *_LISTED),
        *EXTENT,
    ),
}

__all__ = ["PATTERNS"]
