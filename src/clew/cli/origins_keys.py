"""Keys of the JSON of ``clew origins``."""

from __future__ import annotations

from clew.cli.key import (
    EXTENT,
    FLAG,
    HEX,
    INTEGER,
    LIST,
    OBJECT,
    OR_NULL,
    SATOSHI,
    SECONDS,
    TEXT,
    TIME,
    Key,
    under,
)

_TXID = Key("txid", TEXT, HEX, "Id of the payment's transaction.")
_PLACE = (
    Key("height", INTEGER, "block height", "Height of the block."),
    Key("time", INTEGER, TIME, "Time in the block's header, set by its miner."),
    Key("median_time", INTEGER, TIME, "Median time of the eleven blocks that end here."),
)
_GRADE = "direct, own wallet, inferred or broken; it describes the route, never a person."

_SERVICE: tuple[Key, ...] = (
    Key("entity", INTEGER, "address id", "Its entity, at this snapshot."),
    Key("holder", TEXT, "", "Who holds its addresses by the surest tag: the actor's id, or a plain name."),
    Key("label", TEXT, "", "Its name as the actor pack or the tag has it."),
    Key("actor", TEXT + OR_NULL, "", "Its id in an actor pack; null if none names it."),
    Key("category", TEXT + OR_NULL, "", "What it is, by the surest tag."),
    Key("jurisdictions", LIST, "", "Countries under whose law it stands, by the actor pack."),
    Key("others", LIST, "", "Other holders that tags of the same entity name."),
    Key("conflict", FLAG, "", "Whether tags of the entity name different holders."),
    Key("derived", FLAG, "", "Whether all its tags were carried over from a cluster."),
)

_ORIGIN: tuple[Key, ...] = (
    Key("grade", TEXT, "", "Grade of this route: " + _GRADE),
    Key(
        "end",
        TEXT,
        "",
        "Where the way back ends: service, unknown holder, coinjoin, new coins, those asked about, signed "
        "together, depth, time, breadth or mixed.",
    ),
    Key("satoshi", INTEGER, SATOSHI, "Share of the payment that came this way; shares sum to its value."),
    Key("hops", INTEGER, "hops", "Coins from the payment to the origin by the shortest way; 0: it is that."),
    Key("doubts", LIST, "", "What speaks against a better grade, in a word or two each."),
    Key("reasons", LIST, "", "Why the route has this grade, a sentence each."),
    Key("service", OBJECT + OR_NULL, "", "The tagged service that sent the coins; null where none did."),
    *under("service", *_SERVICE),
    Key(
        "movement",
        TEXT + OR_NULL,
        "",
        "withdrawal: the service sent these coins; null where no service is named.",
    ),
    Key("txid", TEXT + OR_NULL, HEX, "Transaction of the coin at which the way ends; null if mixed."),
    Key("vout", INTEGER + OR_NULL, "", "Its number in that transaction; null if mixed."),
    Key("address", TEXT + OR_NULL, "", "The address that it pays to; null if mixed."),
    Key("value", INTEGER + OR_NULL, SATOSHI, "The whole coin; null if mixed."),
    Key("height", INTEGER + OR_NULL, "block height", "Height of its block; null if mixed."),
    Key("time", INTEGER + OR_NULL, TIME, "Time of its block; null if mixed."),
    Key("median_time", INTEGER + OR_NULL, TIME, "Median time past of its block; null if mixed."),
    Key("seconds", INTEGER + OR_NULL, SECONDS, "From its block to the payment's; null if mixed."),
)


def origins(entities: tuple[Key, ...], between: tuple[Key, ...], notice: Key) -> tuple[Key, ...]:
    """Keys of the answer; those that several questions share are given."""
    return (
        *entities,
        Key("payments", LIST, "", "Outputs that paid the entities, in chain order. It may be cut."),
        *under(
            "payments[]",
            _TXID,
            *_PLACE,
            Key("vout", INTEGER + OR_NULL, "", "Number of the output; null if mixed."),
            Key("address", TEXT + OR_NULL, "", "The address that was paid; null if mixed."),
            Key("value", INTEGER, SATOSHI, "What was paid; if mixed, what the entities gained."),
            Key("grade", TEXT, "", "Grade of its routes together: " + _GRADE),
            Key("payer", OBJECT + OR_NULL, "", "The one entity that signed it; null if several did."),
            *under(
                "payer",
                Key("entity", INTEGER, "address id", "Its id, at this snapshot."),
                Key("size", INTEGER, "addresses", "Addresses known to be its; a lower bound."),
                Key("address", TEXT, "", "Its first address."),
                Key("holder", TEXT + OR_NULL, "", "The service that tags say it is; null if none."),
                Key("looks_like_a_service", LIST, "", "Why it looks like one that nobody tagged."),
            ),
            Key("origins", LIST, "", "Where the ways of its coins end, the best grade first."),
            *under("origins[]", *_ORIGIN),
        ),
        Key("total", OBJECT, "", "Totals of all payments, also of those not shown."),
        *under(
            "total",
            Key("payments", INTEGER, "payments", "How many."),
            Key("value", INTEGER, SATOSHI, "Their sum."),
            Key("origins", INTEGER, "origins", "How many origins they have."),
            Key("mixed", INTEGER, "payments", "How many of them are mixed."),
            Key("payers", INTEGER, "entities", "How many different entities signed alone."),
        ),
        Key("by_grade", LIST, "", "What there is of each grade, among all payments."),
        *under(
            "by_grade[]",
            Key("grade", TEXT, "", "The grade."),
            Key("payments", INTEGER, "payments", "Payments of this grade."),
            Key("origins", INTEGER, "origins", "Routes of this grade."),
            Key("satoshi", INTEGER, SATOSHI, "What came by these routes."),
        ),
        Key("by_service", LIST, "", "The services at which routes end, the largest sum first."),
        *under(
            "by_service[]",
            *(each for each in _SERVICE if each.name not in ("entity", "others", "conflict", "derived")),
            Key("payments", INTEGER, "payments", "Payments of which a part came from it."),
            Key("satoshi", INTEGER, SATOSHI, "What came from it."),
            Key("grades", OBJECT, "", "How many routes have each grade."),
            *under(
                "grades",
                *(Key(each, INTEGER, "routes", f"Routes graded {each}.")
                  for each in ("direct", "own wallet", "inferred", "broken")),
            ),
        ),
        Key("doubts", LIST, "", "Why routes are graded lower, and how many."),
        *under(
            "doubts[]",
            Key("reason", TEXT, "", "The doubt, or the end of the way."),
            Key("says", TEXT, "", "What that is."),
            Key("origins", INTEGER, "routes", "Routes that it concerns."),
            Key("payments", INTEGER, "payments", "Payments that it concerns."),
        ),
        *between,
        notice,
        *EXTENT,
    )  # fmt: skip


__all__ = ["origins"]
