"""Keys of the answer about flows between two sets."""

from __future__ import annotations

from clew.cli.key import FLAG, HEX, INTEGER, LIST, OBJECT, OR_NULL, SATOSHI, SECONDS, TEXT, TIME, Key, under
from clew.cli.tag_keys import TAGGED

_CARD: tuple[Key, ...] = (
    Key("entity", INTEGER, "address id", "Id of the entity: its smallest address id, at this snapshot."),
    Key("size", INTEGER, "addresses", "Addresses known to be the entity's; a lower bound."),
    Key("address", TEXT, "", "Its first address."),
    *TAGGED,
)
_COINS: tuple[Key, ...] = (
    Key("value", INTEGER, SATOSHI, "Sum of the coins."),
    Key("coins_found", INTEGER, "coins", "How many coins there are."),
    Key("coins", LIST, "", "The coins, in chain order; at most 50 of them."),
    *under(
        "coins[]",
        Key("coin", TEXT, "", "The coin, as txid:vout."),
        Key("value", INTEGER, SATOSHI, "What it is worth."),
        Key("address", TEXT + OR_NULL, "", "The address that it pays."),
        Key("entity", INTEGER + OR_NULL, "address id", "Entity of that address."),
    ),
)
_FLOW: tuple[Key, ...] = (
    Key("transactions", INTEGER, "transactions", "How many transactions the flow has."),
    Key("width", INTEGER, SATOSHI, "The smallest sum of coins on the way: no more can have gone this way."),
    Key("narrowest", INTEGER, "", "After how many transactions that is so; 0: the coins it starts with."),
    Key("seconds", INTEGER, SECONDS, "From the first to the last block of it, by median time past."),
    Key("is_exact", FLAG, "", "True if none shorter (none wider) is left to find within the limits."),
    Key("is_marked", FLAG, "", "True if it leads through a service, an unknown holder or a coinjoin."),
    Key("start", OBJECT, "", "The coins that its first transaction spends."),
    *under("start", *_COINS),
    Key("steps", LIST, "", "Its transactions, in chain order."),
    *under(
        "steps[]",
        Key("txid", TEXT, HEX, "Transaction id, as block explorers show it."),
        Key("height", INTEGER, "block height", "Height of the block."),
        Key("time", INTEGER, TIME, "Time in the block's header, set by its miner."),
        Key("median_time", INTEGER, TIME, "Median time of the eleven blocks that end there."),
        Key("from", LIST, "", "The entities whose coins it spends on this way."),
        *under("from[]", *_CARD),
        Key("to", LIST, "", "The entities that get the coins that it passes on."),
        *under("to[]", *_CARD),
        *_COINS,
        Key("mixed", FLAG, "", "True if its inputs are several entities'."),
        Key("coinjoin_rule", TEXT + OR_NULL, "", "The rule by which it is a coinjoin; null if it is none."),
        Key("held_by", TEXT + OR_NULL, "", "service or unknown holder, where such a one gets the coins."),
    ),
)


def _direction(name: str, doc: str) -> tuple[Key, ...]:
    return (
        Key(name, OBJECT, "", doc),
        *under(
            name,
            Key("status", TEXT, "", "complete, none found (though all was searched), or cut."),
            Key("cut_by", LIST, "", "Which limits cut it: most, hops, time; each a text."),
            Key("looked_at", INTEGER, "transactions", "How many transactions were looked at."),
            Key("searched_whole", INTEGER, "transactions", "Every flow of up to so many was looked for."),
            Key("not_followed", OBJECT, "", "What was left out since it would connect nobody."),
            Key("not_followed.services", INTEGER, "coins", "Coins that tagged services held."),
            Key("not_followed.unknown_holders", INTEGER, "coins", "Coins that unknown holders held."),
            Key("not_followed.coinjoins", INTEGER, "transactions", "Coinjoins."),
            Key("arrivals", INTEGER, "transactions", "How many transactions end a flow that was found."),
            Key("shortest", OBJECT + OR_NULL, "", "The flow of fewest transactions, of these the widest."),
            *under("shortest", *_FLOW),
            Key("widest", OBJECT + OR_NULL, "", "The widest flow, of these the shortest."),
            *under("widest", *_FLOW),
        ),
    )


PATHS: dict[str, tuple[Key, ...]] = {
    "paths": (
        Key("a", LIST, "", "The entities of the first set."),
        *under("a[]", *_CARD),
        Key("b", LIST, "", "The entities of the second set."),
        *under("b[]", *_CARD),
        *_direction("a_to_b", "From the first set to the second."),
        *_direction("b_to_a", "From the second set to the first."),
        Key("notice", TEXT, "", "What a payment does not show."),
    ),
}

__all__ = ["PATHS"]
