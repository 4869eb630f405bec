"""Keys of the answer about exposure."""

from __future__ import annotations

from clew.cli.key import INTEGER, LIST, OBJECT, OR_NULL, SATOSHI, TEXT, Key, under
from clew.cli.tag_keys import TAGGED

_CARD: tuple[Key, ...] = (
    Key("entity", INTEGER, "address id", "Id of the entity: its smallest address id, at this snapshot."),
    Key("size", INTEGER, "addresses", "Addresses known to be the entity's; a lower bound."),
    Key("address", TEXT, "", "Its first address."),
    *TAGGED,
)
_AMOUNTS: tuple[Key, ...] = (
    Key("direct", INTEGER, SATOSHI, "What passed straight between them and those asked about."),
    Key("indirect", INTEGER, SATOSHI, "What passed through others' hands, by the policy."),
    Key("value", INTEGER, SATOSHI, "Both together."),
)
_LISTED = (
    Key("status", TEXT, "", "complete, cut, or none found."),
    Key("shown", INTEGER, "services", "How many services are here."),
    Key("found", INTEGER, "services", "How many there are."),
)


def _side(name: str, doc: str) -> tuple[Key, ...]:
    return (
        Key(name, OBJECT, "", doc),
        *under(
            name,
            Key("value", INTEGER, SATOSHI, "All of it."),
            Key("policies", LIST, "", "What came of it under each policy."),
            *under(
                "policies[]",
                Key("policy", TEXT, "", "The policy."),
                Key("attributed", INTEGER, SATOSHI, "What services are named for."),
                Key("by_category", LIST, "", "By category; the values add up to the whole."),
                Key("by_category[].category", TEXT, "", "A concept of a service, or one of categories."),
                *under("by_category[]", *_AMOUNTS),
                Key(
                    "by_category[].share", TEXT, "percent",
                    "Share with two decimals, by largest remainder: together 100.00.",
                ),
                Key("unattributed", LIST, "", "Where what is unattributed stays."),
                Key("unattributed[].end", TEXT, "", "Why its way ends, such as unspent or hops."),
                Key("unattributed[].value", INTEGER, SATOSHI, "How much."),
            ),
            Key("services", LIST, "", "Services, by the most that a policy gives them. It may be cut."),
            *under(
                "services[]",
                Key("service", TEXT, "", "The holder that its surest tag names, in plain form."),
                Key("label", TEXT, "", "That tag's label."),
                Key("actor", TEXT + OR_NULL, "", "That tag's actor."),
                Key("category", TEXT, "", "Its category."),
                Key("entities", INTEGER, "entities", "As how many entities it was met."),
                Key("entity", INTEGER, "address id", "The first of these."),
                Key("under", LIST, "", "Amounts under each policy."),
                Key("under[].policy", TEXT, "", "The policy."),
                *under("under[]", *_AMOUNTS),
            ),
        ),
    )  # fmt: skip


EXPOSURE: dict[str, tuple[Key, ...]] = {
    "exposure": (
        Key("entities", LIST, "", "The entities of the addresses asked about; all are taken together."),
        *under("entities[]", *_CARD),
        *_side("received", "What they received from outside."),
        *_side("sent", "What they sent outside, without their own fees."),
        Key("own_fees", INTEGER, SATOSHI, "Fees of their own transactions."),
        Key("categories", LIST, "", "The categories here that are no service's."),
        Key("categories[].category", TEXT, "", "The category."),
        Key("categories[].says", TEXT, "", "What it is."),
        Key("notice", TEXT, "", "What a payment does not show."),
        Key("lists", OBJECT, "", "How much of each list is here."),
        Key("lists.received", OBJECT, "", "Of the services that it came from."),
        *under("lists.received", *_LISTED),
        Key("lists.sent", OBJECT, "", "Of the services that it went to."),
        *under("lists.sent", *_LISTED),
    ),
}

__all__ = ["EXPOSURE"]
