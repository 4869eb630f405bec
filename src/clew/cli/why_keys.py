"""Keys of the answers that say why addresses are one entity."""

from __future__ import annotations

from clew.cli.key import (
    EXTENT,
    FLAG,
    HEX,
    INTEGER,
    LIST,
    NUMBER,
    OBJECT,
    OR_NULL,
    SATOSHI,
    TEXT,
    TIME,
    Key,
    under,
)
from clew.cli.tag_keys import TAGGED

_PLACE: tuple[Key, ...] = (
    Key("height", INTEGER, "block height", "Height of the block; the first block has height 0."),
    Key("time", INTEGER, TIME, "Time in the block's header, set by its miner."),
    Key("txid", TEXT, HEX, "Transaction id, as block explorers show it."),
)
_CARD: tuple[Key, ...] = (
    Key("entity", INTEGER, "address id", "Id of the entity: its smallest address id, at this snapshot."),
    Key("size", INTEGER, "addresses", "Addresses known to be the entity's; a lower bound."),
    *TAGGED,
)
_FIRST = Key("address", TEXT, "", "Its first address.")
_TAGGED_CARD = (*_CARD, _FIRST)
_PART: tuple[Key, ...] = (
    Key("addresses", INTEGER, "addresses", "How many addresses."),
    Key("first_address", TEXT, "", "The first of them."),
    Key("received", INTEGER, SATOSHI, "Sum of all outputs paid to them."),
    Key("balance", INTEGER, SATOSHI, "Sum of those nobody has spent."),
)
_SEEN_FROM = Key("seen_from", TEXT, "", "The address asked about.")
_SAYS = Key("says", TEXT, "", "The answer in a sentence.")


def _end(name: str) -> tuple[Key, ...]:
    which = "first" if name == "a" else "second"
    return (
        Key(name, OBJECT, "", f"The {which} address, and the entity that it belongs to."),
        *under(
            name,
            Key("address", TEXT, "", "The address."),
            *_CARD,
            Key("first_address", TEXT, "", "The entity's first address."),
        ),
    )


WHY: dict[str, tuple[Key, ...]] = {
    "explain": (
        Key("joined", FLAG, "", "Whether both addresses are one entity."),
        *_end("a"),
        *_end("b"),
        Key("steps", LIST, "", "The shortest chain from a to b; empty where there is none."),
        *under(
            "steps[]",
            Key("from", TEXT, "", "An address; a in the first step."),
            Key("to", TEXT, "", "The address that the step joins to it; b in the last one."),
            *_PLACE,
            Key("rule", TEXT, "", "Name of the rule that joins them in this transaction."),
            Key("version", INTEGER, "", "Its version."),
            Key("says", TEXT + OR_NULL, "", "What the rule says, in a line; null for one that Clew lacks."),
            Key("joins", INTEGER, "addresses", "How many addresses the rule joins in this transaction."),
            Key("chance", NUMBER + OR_NULL, "", "Stated probability; null where the set states none."),
        ),
        Key("weakest", OBJECT + OR_NULL, "", "The step to doubt first; null where there is none."),
        Key("weakest.step", INTEGER, "", "Its number, from 1."),
        Key("weakest.txid", TEXT, HEX, "Its transaction."),
        Key("weakest.rule", TEXT, "", "Its rule."),
        Key("weakest.by", TEXT, "", "stated probability, or rule: what made it the weakest."),
        Key("disjoint", OBJECT, "", "Chains that share no transaction."),
        Key("disjoint.paths", INTEGER, "chains", "How many; so many would all have to be wrong."),
        Key("disjoint.bound", TEXT, "", "exact, at least (counted no further), or at most."),
        Key("disjoint.counted_up_to", INTEGER, "chains", "The number at which counting stops."),
        Key("disjoint.cut", LIST, "", "Transactions that would all have to be wrong; empty if not exact."),
        *under("disjoint.cut[]", *_PLACE),
    ),
    "bridges": (
        *_TAGGED_CARD,
        _SEEN_FROM,
        Key("standing", INTEGER, "addresses", "How many stay whichever single transaction is taken away."),
        Key("core", OBJECT, "", "Those that stand together with the entity's busiest address."),
        Key("core.address", TEXT, "address", "The address that most transactions join to others."),
        Key(
            "core.standing", INTEGER, "addresses", "How many stay with it whichever single one is taken away."
        ),
        Key("core.holds_address", FLAG, "", "Whether the address asked about is among them."),
        Key("hanging", INTEGER, "addresses", "How many hang on a single transaction."),
        Key("hanging_received", INTEGER, SATOSHI, "Sum of all outputs paid to those that hang."),
        Key("hanging_balance", INTEGER, SATOSHI, "Sum of those outputs nobody has spent."),
        _SAYS,
        Key("judged_all", FLAG, "", "False where too many transactions join several groups to judge each."),
        Key("bridges", LIST, "", "Transactions on which a part hangs, most addresses first. It may be cut."),
        *under(
            "bridges[]",
            *_PLACE,
            Key("addresses", INTEGER, "addresses", "How many addresses would fall away without it."),
            Key("received", INTEGER, SATOSHI, "Sum of all outputs paid to them."),
            Key("balance", INTEGER, SATOSHI, "Sum of those nobody has spent."),
            Key("parts", LIST, "", "What they would fall into."),
            *under("parts[]", *_PART),
        ),
        Key("strength", LIST, "", "How many transactions would all have to be wrong for addresses to leave."),
        *under(
            "strength[]",
            Key("transactions", INTEGER, "transactions", "How many transactions, counted up to 16."),
            Key("bound", TEXT, "", "exact, at most, at least, or not counted."),
            Key("addresses", INTEGER, "addresses", "For how many addresses, that asked about left out."),
        ),
        *EXTENT,
    ),
    "whatif": (
        *_TAGGED_CARD,
        _SEEN_FROM,
        Key("without", LIST, "", "What is taken away."),
        *under(
            "without[]",
            Key("what", TEXT, "", "As it was named."),
            Key("kind", TEXT, "", "rule, detector, transaction or tag."),
            Key("links", INTEGER, "links", "How many links of the entity fall with it."),
        ),
        Key("changes", FLAG, "", "Whether the entity would be another."),
        _SAYS,
        Key("followed_all", FLAG, "", "False where more entities join than are followed."),
        *(
            key
            for name, what in (("before", "as it is"), ("after", "as it would be"))
            for key in (
                Key(name, OBJECT, "", f"What holds the address, {what}."),
                *under(
                    name,
                    Key("addresses", INTEGER, "addresses", "How many addresses."),
                    Key("received", INTEGER, SATOSHI, "Sum of all outputs paid to them."),
                    Key("balance", INTEGER, SATOSHI, "Sum of those nobody has spent."),
                    Key("payments", INTEGER, "payments", "Payments from outside."),
                    Key("from_outside", INTEGER, SATOSHI, "Their sum."),
                    Key("to_outside", INTEGER, SATOSHI, "What it paid to others, without fees."),
                ),
            )
        ),
        *(
            key
            for name, what in (("lost", "before and not after"), ("gained", "after and not before"))
            for key in (
                Key(name, OBJECT, "", f"Payments from outside that there are {what}."),
                Key(f"{name}.payments", INTEGER, "payments", "How many."),
                Key(f"{name}.value", INTEGER, SATOSHI, "Their sum."),
            )
        ),
        Key("parts", LIST, "", "What leaves, most addresses first. It may be cut."),
        *under("parts[]", *_PART),
        Key("joins", LIST, "", "Entities that join, by id. It may be cut."),
        *under(
            "joins[]",
            *_TAGGED_CARD,
            Key("joining", INTEGER, "addresses", "How many of its addresses join."),
            Key("balance", INTEGER, SATOSHI, "Sum of its outputs that nobody has spent."),
        ),
        Key("lists", OBJECT, "", "How much of each list is shown."),
        Key("lists.parts", OBJECT, "", "How much of the parts."),
        *under("lists.parts", *EXTENT),
        Key("lists.joins", OBJECT, "", "How much of the joins."),
        *under("lists.joins", *EXTENT),
    ),
}
"""Keys of each of these questions' answers, besides those of every answer."""
