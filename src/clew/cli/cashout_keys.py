"""Keys of the JSON of ``clew cashout``."""

from __future__ import annotations

from clew.cli.key import EXTENT, FLAG, INTEGER, LIST, OBJECT, OR_NULL, SATOSHI, TEXT, TIME, Key, under
from clew.cli.price_keys import totalled
from clew.cli.tag_keys import TAGGED

_WHO: tuple[Key, ...] = (
    Key(
        "kind",
        TEXT + OR_NULL,
        "",
        "service (attributed), holder (unknown, looks like a service), plain, own (an entity asked about), "
        "mixed (recipient unknown) or nobody; null where the end names no entity.",
    ),
    Key("entity", INTEGER + OR_NULL, "address id", "The entity; null where none is named."),
    Key("size", INTEGER + OR_NULL, "addresses", "Addresses known to be its; a lower bound."),
    Key("address", TEXT + OR_NULL, "", "Its first address."),
    *TAGGED,
    Key("why", LIST, "", "Of an unknown holder: what it looks like, a sentence each."),
)

CASHOUT: tuple[Key, ...] = (
    Key(
        "direct", LIST, "", "What left the entities in one step, by receiver, the most first. It may be cut."
    ),
    *under(
        "direct[]",
        *_WHO,
        Key("value", INTEGER, SATOSHI, "What it was paid."),
        Key("payments", INTEGER, "transactions", "In how many transactions."),
        Key("first", INTEGER, TIME, "Time of the first one's block."),
        Key("last", INTEGER, TIME, "Time of the last one's block."),
        *totalled("values", "What it was worth, payment by payment; only there with --value."),
    ),
    Key(
        "destinations",
        LIST,
        "",
        "Where what the entities received ended, followed by each policy, the most first. It may be cut.",
    ),
    *under(
        "destinations[]",
        Key(
            "end",
            TEXT,
            "",
            "Why it ended: service, holder, unspent, coinjoin, hops, value, time, unspendable, overwritten, "
            "source (back at a coin that is itself followed), fee.",
        ),
        *_WHO,
        Key("under", LIST, "", "What ended there under each policy, in the order asked."),
        Key("under[].policy", TEXT, "", "The policy."),
        Key("under[].coins", INTEGER, "coins", "How many coins; of fees, transactions."),
        Key("under[].taint", INTEGER + OR_NULL, SATOSHI, "How much; null of poison, which is a set."),
        *totalled("under[].values", "What it was worth when it got there; only there with --value."),
        Key(
            "range",
            OBJECT + OR_NULL,
            "",
            "A range of conventions, not bounds; null where no policy states one.",
        ),
        Key("range.least", INTEGER, SATOSHI, "The least under these policies."),
        Key("range.most", INTEGER, SATOSHI, "The most under these policies."),
    ),
    Key("services", LIST, "", "What each attributed service got over all its entities, the most first."),
    Key("services[].service", TEXT, "", "Id of the actor, else the label in plain form."),
    Key("services[].label", TEXT, "", "What the surest tag calls it."),
    Key("services[].entities", INTEGER, "entities", "How many entities tagged as its got something."),
    Key("services[].direct", INTEGER, SATOSHI, "What they were paid in one step; exact."),
    Key("services[].under", LIST, "", "What ended there under each policy, in the order asked."),
    Key("services[].under[].policy", TEXT, "", "The policy."),
    Key("services[].under[].coins", INTEGER, "coins", "How many coins."),
    Key("services[].under[].taint", INTEGER + OR_NULL, SATOSHI, "How much; null of poison, which is a set."),
    Key(
        "services[].range",
        OBJECT + OR_NULL,
        "",
        "A range of conventions, not bounds; null if none is stated.",
    ),
    Key("services[].range.least", INTEGER, SATOSHI, "The least under these policies."),
    Key("services[].range.most", INTEGER, SATOSHI, "The most under these policies."),
    Key("total", OBJECT, "", "Sums: received = sent + fee + held + overwritten + unspendable."),
    Key("total.received", INTEGER, SATOSHI, "All that came from outside."),
    Key("total.sent", INTEGER, SATOSHI, "All that left in one step: the sum of direct."),
    Key("total.fee", INTEGER, SATOSHI, "Fees of their own transactions."),
    Key("total.held", INTEGER, SATOSHI, "What they hold at the tip."),
    Key("total.overwritten", INTEGER, SATOSHI, "What was lost to later transactions of the same id."),
    Key("total.unspendable", INTEGER, SATOSHI, "What came in outputs that nobody can ever spend."),
    Key("total.by_kind", LIST, "", "The sum of direct by what the receiver is."),
    Key("total.by_kind[].kind", TEXT, "", "As of direct."),
    Key("total.by_kind[].receivers", INTEGER, "entities", "How many."),
    Key("total.by_kind[].value", INTEGER, SATOSHI, "What they were paid together."),
    Key("total.coins", INTEGER, "coins", "How many coins were followed: those that came from outside."),
    Key(
        "total.followed",
        INTEGER,
        SATOSHI,
        "Their sum, and that of the ends under each policy; more than received where some came "
        "by mixed transactions.",
    ),
    Key("hours", OBJECT, "", "When blocks took what the entities signed; see the caveats."),
    Key("hours.tz", TEXT, "", "The zone of hours and weekdays."),
    Key("hours.transactions", INTEGER, "transactions", "How many have inputs of theirs."),
    Key("hours.is_few", FLAG, "", "True if so few that a pattern is mostly chance."),
    Key("hours.by_hour", LIST, "", "How many in each hour of the day, 24 numbers."),
    Key("hours.by_weekday", LIST, "", "How many on each weekday, 7 numbers from Monday on."),
    Key("lists", OBJECT, "", "How much of each list is shown."),
    Key("lists.direct", OBJECT, "", "How much of direct."),
    *under("lists.direct", *EXTENT),
    Key("lists.destinations", OBJECT, "", "How much of destinations."),
    *under("lists.destinations", *EXTENT),
)
"""Keys of its own; those of entities, between and the notice are added where the questions are listed."""

__all__ = ["CASHOUT"]
