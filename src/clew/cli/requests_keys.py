"""Keys of the JSON of ``clew requests``."""

from __future__ import annotations

from clew.cli.key import EXTENT, HEX, INTEGER, LIST, OBJECT, OR_NULL, SATOSHI, TEXT, TIME, Key, under

REQUESTS: tuple[Key, ...] = (
    Key("requests", LIST, "", "A list for each service, by country and name."),
    *under(
        "requests[]",
        Key("holder", TEXT, "", "The service: the actor's id, or a plain name."),
        Key("label", TEXT, "", "Its name as the actor pack or the tag has it."),
        Key("actor", TEXT + OR_NULL, "", "Its id in an actor pack; null if none names it."),
        Key("category", TEXT + OR_NULL, "", "What it is, by the surest tag."),
        Key("jurisdictions", LIST, "", "Countries under whose law it stands, by the actor pack."),
        Key("zone", TEXT + OR_NULL, "", "Its time zone; null unless it has one country with one zone."),
        Key("rows", LIST, "", "The outputs to ask it about, the most promising first."),
        *under(
            "rows[]",
            Key("movement", TEXT, "", "withdrawal: the service sent it; deposit: it received it."),
            Key("txid", TEXT, HEX, "Transaction id."),
            Key("vout", INTEGER, "", "Number of the output in it, from 0."),
            Key(
                "address",
                TEXT + OR_NULL,
                "",
                "What it pays to; null where it would tell too much.",
            ),
            Key("value", INTEGER, SATOSHI, "Value of the output."),
            Key("height", INTEGER, "block height", "Height of the block."),
            Key("time", INTEGER, TIME, "Time in the block's header; it was sent earlier."),
            Key("utc", TEXT, "ISO 8601", "The same time in UTC."),
            Key("local", TEXT + OR_NULL, "ISO 8601", "The same time in the service's zone; or null."),
            Key("routes", LIST, "", "Only with --with-context: the payments that came of it."),
            *under(
                "routes[]",
                Key("grade", TEXT, "", "Grade of the route: direct, own wallet or inferred."),
                Key("hops", INTEGER, "hops", "Coins from the payment to this output."),
                Key("doubts", LIST, "", "What speaks against a better grade."),
                Key("satoshi", INTEGER, SATOSHI, "What of the payment came of it."),
                Key("txid", TEXT, HEX, "Transaction of the payment."),
                Key("vout", INTEGER, "", "Its output."),
                Key("address", TEXT, "", "The address that was paid."),
                Key("value", INTEGER, SATOSHI, "The whole payment."),
                Key("time", INTEGER, TIME, "Time of its block."),
            ),
        ),
    ),
    Key("total", OBJECT, "", "Totals."),
    *under(
        "total",
        Key("services", INTEGER, "services", "How many services there are to ask."),
        Key("outputs", INTEGER, "outputs", "About how many outputs."),
        Key("satoshi", INTEGER, SATOSHI, "Their values together."),
        Key("left_out", INTEGER, "outputs", "Outputs of services at the end of routes of other grades only."),
    ),
    *EXTENT,
)

__all__ = ["REQUESTS"]
