"""Keys of the JSON of ``clew watch``, and of the alerts."""

from __future__ import annotations

from clew.cli.key import EXTENT, FLAG, HEX, INTEGER, LIST, OBJECT, OR_NULL, SATOSHI, TEXT, TIME, Key, under

_WHAT: tuple[Key, ...] = (
    Key("what", OBJECT, "", "Amounts and numbers, by kind; empty for a withdrawal."),
    *under(
        "what",
        Key(
            "value",
            INTEGER,
            SATOSHI,
            "dormant: what moved. arrival: what services got. payers: what was paid.",
        ),
        Key("coins", INTEGER, "coins", "dormant: how many moved. cut: how many are remembered."),
        Key("oldest_days", INTEGER, "days", "dormant: how long the oldest of them had lain."),
        Key("oldest_height", INTEGER, "block height", "dormant: the block that made it."),
        Key("at_most", INTEGER, SATOSHI, "arrival: the most of the value that can be the entity's."),
        Key("hop", INTEGER, "hops", "arrival: the fewest hops from the entity; 1 is straight."),
        Key("services", LIST, "", "arrival: the services that were reached."),
        Key("services[].label", TEXT, "", "Label of the service's surest tag."),
        Key("services[].actor", TEXT + OR_NULL, "", "Id of the holder, where the tag gives one."),
        Key("services[].tag", TEXT, "", "Id of the tag."),
        Key("services[].value", INTEGER, SATOSHI, "What it got."),
        Key("services[].outputs", LIST, "", "Numbers of the outputs that pay it."),
        Key("new_payers", INTEGER, "entities", "payers: entities that paid and had not paid before."),
        Key("payers", INTEGER, "entities", "payers: entities that paid in this time, new ones among them."),
        Key("payers_before", INTEGER, "entities", "payers: entities that had paid before."),
        Key("payments", INTEGER, "payments", "payers: payments in this time."),
        Key("period", TEXT, "", "payers: day or week."),
        Key("period_start", INTEGER, TIME, "payers: its first second."),
        Key("period_end", INTEGER, TIME, "payers: the first second after it."),
    ),
)
_BLOCK: tuple[Key, ...] = (
    Key("kind", TEXT, "", "dormant, arrival or payers; cut: the walk has too many coins; or withdrawn."),
    Key(
        "height", INTEGER, "block height", "The block that says it; for payers the first one after the time."
    ),
    Key("block", TEXT, HEX, "Its hash."),
    Key("time", INTEGER, TIME, "Time in its header, set by its miner."),
    Key("median_time", INTEGER, TIME, "Median time of the eleven blocks that end there."),
    Key("txid", TEXT + OR_NULL, HEX, "The transaction; null where it is about a time."),
    *_WHAT,
    Key("says", TEXT, "", "The same in a sentence."),
)
_SNAPSHOT = Key("snapshot", TEXT, HEX, "Snapshot of the ledger as of the block, with its rules and tags.")

ALERT: tuple[Key, ...] = (
    Key("alert", TEXT, HEX, "Its id: the same watch, kind, block and transaction have the same."),
    Key("withdraws", TEXT + OR_NULL, HEX, "Id of the alert that it withdraws; null for an alert."),
    Key("watch", TEXT, HEX, "Id of the watch."),
    Key("examiner", TEXT, "", "Who answers for the watch."),
    Key("purpose", TEXT, "", "What the watch is for."),
    Key("case", TEXT + OR_NULL, "", "The case, as stated; null where it started from a tagged service."),
    Key("made", TEXT, "ISO 8601, UTC", "When the block was judged."),
    Key("question", TEXT, "", "What is asked of each block."),
    Key("network", TEXT, "", "main, testnet3, testnet4, signet or regtest."),
    _SNAPSHOT,
    Key("rule_set", TEXT, "", "The set of rules that entities rest on."),
    *_BLOCK,
    Key("caveats", LIST, "", "What must be kept in mind; each a sentence."),
    Key("error_estimate", TEXT + OR_NULL, "", "What was measured of how often entities are wrong."),
)
"""Keys of one alert, a line of JSON."""

_WATCH: tuple[Key, ...] = (
    Key("watch", TEXT, HEX, "Its id."),
    Key("state", TEXT, "", "active, ended or removed."),
    Key("kind", TEXT, "", "dormant, arrival or payers."),
    Key("address", TEXT, "", "The address whose entity is watched."),
    Key("days", INTEGER + OR_NULL, "days", "dormant: how long coins must have lain."),
    Key("blocks", INTEGER + OR_NULL, "blocks", "dormant: the same in blocks."),
    Key("hops", INTEGER + OR_NULL, "hops", "arrival: how far money is followed."),
    Key("every", TEXT + OR_NULL, "", "payers: day or week."),
    Key("question", TEXT, "", "What is asked of each block."),
    Key("entity", INTEGER + OR_NULL, "address id", "The entity now; null if the address is off the chain."),
    Key("case", TEXT + OR_NULL, "", "The case, as stated."),
    Key("tags", LIST, "", "Ids of the tags that called the entity a service when the watch was added."),
    Key("examiner", TEXT, "", "Who answers for it."),
    Key("purpose", TEXT, "", "What it is for."),
    Key("added", TEXT, "ISO 8601, UTC", "When it was added."),
    Key("since", INTEGER, "block height", "The last block that it does not judge."),
    Key("until", TEXT, "ISO 8601, UTC", "Its last day, by median time."),
    Key("to", TEXT + OR_NULL, "", "The file that alerts are appended to; null: standard output."),
    Key("alerts", INTEGER, "alerts", "How many it has said."),
    Key("withdrawn", INTEGER, "alerts", "How many of them were withdrawn."),
    Key("reached", INTEGER, "coins", "arrival: coins that its walk remembers."),
    Key("cut", FLAG, "", "arrival: true if there are more than it remembers, and arrivals may be missed."),
    Key("removed", TEXT + OR_NULL, "ISO 8601, UTC", "When it was removed."),
    Key("reason", TEXT + OR_NULL, "", "Why, as given."),
)

WATCH_QUESTIONS: dict[str, tuple[Key, ...]] = {
    "watch test": (
        Key("watched", TEXT, "", "What is asked of each block."),
        Key("first_height", INTEGER, "block height", "The first block that was judged."),
        Key("blocks", INTEGER, "blocks", "How many were judged."),
        Key("reached", INTEGER, "coins", "arrival: coins that the walk remembers at the end."),
        Key(
            "cut", FLAG, "", "arrival: true if there were more than it remembers, and arrivals may be missed."
        ),
        Key("alerts", LIST, "", "What it would have said, in chain order. It may be cut."),
        *under("alerts[]", _SNAPSHOT, *_BLOCK),
        Key("notice", TEXT, "", "What a payment does not show."),
        *EXTENT,
    ),
}
WATCH_COMMANDS: dict[str, tuple[Key, ...]] = {
    "watch add": _WATCH,
    "watch add --to FILE": ALERT,
    "watch list": (
        Key("watches", LIST, "", "Every watch, in the order they were added."),
        *under("watches[]", *_WATCH),
        Key("waiting", INTEGER, "alerts", "Lines that are not delivered yet."),
        Key("snapshot", TEXT, HEX, "Snapshot of the ledger."),
        *EXTENT,
    ),
    "watch remove": _WATCH,
}

__all__ = ["ALERT", "WATCH_COMMANDS", "WATCH_QUESTIONS"]
