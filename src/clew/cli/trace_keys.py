"""Keys of the answer to ``clew trace``; those of its file are told in ``docs/trace.md``."""

from __future__ import annotations

from clew.cli.key import (
    EXTENT,
    HEX,
    INTEGER,
    LIST,
    OBJECT,
    OR_NULL,
    SATOSHI,
    TEXT,
    TIME,
    Key,
    under,
)
from clew.cli.tag_keys import TAGGED

_ENTITY = Key("entity", INTEGER, "address id", "Id of the entity: its smallest address id, at this snapshot.")
_SIZE = Key("size", INTEGER, "addresses", "Addresses known to be the entity's; a lower bound.")
_FIRST = Key("address", TEXT, "", "Its first address.")
_OWNER = Key("entity", INTEGER + OR_NULL, "address id", "Entity that the coin pays; null if it pays nobody.")
_PAID = Key("address", TEXT + OR_NULL, "", "What the coin pays to; null where it pays nobody (OP_RETURN).")
_COIN = Key("coin", TEXT, "", "The coin, as txid:vout.")
_HEIGHT = Key("height", INTEGER, "block height", "Height of the block; the first block has height 0.")
_TIME = Key("time", INTEGER, TIME, "Time in the block's header, set by its miner.")
_PLACE = (_HEIGHT, _TIME, Key("txid", TEXT, HEX, "Transaction id, as block explorers show it."))
_POLICY = Key("policy", TEXT, "", "Name of the policy.")
_TAINT = Key("taint", INTEGER + OR_NULL, SATOSHI, "How much; null under poison, which is a set.")
_COINS = Key("coins", INTEGER, "coins", "How many coins.")
_END = Key(
    "end",
    TEXT,
    "",
    "Why the way ends: source, unspendable, overwritten, service, holder, hops, value, unspent, coinbase, "
    "time, coinjoin; fee for fees. See docs/trace.md.",
)
_LIMIT = "It may be cut."


def _ends(name: str) -> tuple[Key, ...]:
    return (
        Key(name, LIST, "", "What became of the money, by end."),
        *under(
            f"{name}[]",
            _END,
            Key("coins", INTEGER, "coins", "How many coins; of fee, how many transactions."),
            _TAINT,
        ),
    )


_TRACES: tuple[Key, ...] = (
    Key("traces", LIST, "", "What was found, policy by policy."),
    *under(
        "traces[]",
        _POLICY,
        Key("coins", INTEGER, "coins", "Tainted coins, sources included."),
        Key("transactions", INTEGER, "transactions", "Transactions that taint went through."),
        *_ends("ends"),
        Key("unattributed", OBJECT, "", "All for which no service is named; sources reached again left out."),
        Key("unattributed.coins", INTEGER, "coins", "How many coins."),
        Key("unattributed.taint", INTEGER + OR_NULL, SATOSHI, "How much, fees included; null under poison."),
        *_ends("unattributed.ends"),
        Key("books", LIST, "", "What went in and out, hop by hop: in is out and fee."),
        *under(
            "books[]",
            Key("hop", INTEGER, "hops", "Lowest hop of what went into a transaction."),
            Key("in", INTEGER + OR_NULL, SATOSHI, "Taint that went into transactions; null under poison."),
            Key("out", INTEGER + OR_NULL, SATOSHI, "Taint of the coins that these made (backward: spent)."),
            Key("fee", INTEGER + OR_NULL, SATOSHI, "Taint of their fees."),
            Key("ended", INTEGER + OR_NULL, SATOSHI, "Of out, what ends there."),
        ),
        Key("branches", LIST, "", "Every coin that ends, the most taint first. " + _LIMIT),
        *under(
            "branches[]",
            _COIN,
            _PAID,
            _OWNER,
            Key("value", INTEGER, SATOSHI, "Value of the coin."),
            _TAINT,
            Key("hop", INTEGER, "hops", "Transactions between a source and the coin, on the shortest way."),
            _END,
            Key(
                "by",
                LIST + OR_NULL,
                "",
                "Pairs of a source's number and satoshi of it; null under poison, or where sources are not "
                "told apart.",
            ),
        ),
        *EXTENT,
    ),
)

_UNDER = (_POLICY, _COINS, _TAINT)

TRACE: dict[str, tuple[Key, ...]] = {
    "trace": (
        Key("sources", LIST, "", "The coins that the trace starts from, in chain order. " + _LIMIT),
        *under(
            "sources[]",
            Key("source", INTEGER, "", "Number of the source."),
            _COIN,
            Key("value", INTEGER, SATOSHI, "Value of the coin, all of which is tainted."),
            _PAID,
            _OWNER,
            _HEIGHT,
            _TIME,
        ),
        Key("total", OBJECT, "", "All sources together."),
        Key("total.coins", INTEGER, "coins", "How many coins."),
        Key("total.value", INTEGER, SATOSHI, "What they hold."),
        Key("total.without_value", INTEGER, "coins", "Coins named that hold nothing, and are left out."),
        *_TRACES,
        Key("destinations", LIST, "", "Services at which coins end, the most taint first. " + _LIMIT),
        *under("destinations[]", _ENTITY, _SIZE, _FIRST, *TAGGED),
        Key("destinations[].under", LIST, "", "What ends there, policy by policy."),
        *under(
            "destinations[].under[]",
            *_UNDER,
            Key("sources", LIST + OR_NULL, "", "The same by source; null as for by."),
            Key("sources[].source", INTEGER, "", "Number of the source."),
            Key("sources[].taint", INTEGER, SATOSHI, "How much of it."),
        ),
        Key(
            "destinations[].range",
            OBJECT + OR_NULL,
            "",
            "Least and most under the policies asked for: a range of conventions, not bounds.",
        ),
        Key("destinations[].range.least", INTEGER, SATOSHI, "The least that a policy gives."),
        Key("destinations[].range.most", INTEGER, SATOSHI, "The most that a policy gives."),
        Key("wallets", LIST, "", "Entities that tainted coins passed, the most taint first. " + _LIMIT),
        *under("wallets[]", _ENTITY, _SIZE, _FIRST, *TAGGED),
        Key("wallets[].arrived", LIST, "", "Taint that came from others and went on, policy by policy."),
        *under("wallets[].arrived[]", *_UNDER),
        Key("wallets[].since", OBJECT, "", "The transaction by which the first of these coins came."),
        *under("wallets[].since", *_PLACE),
        Key(
            "wallets[].until", OBJECT + OR_NULL, "", "That by which the last left; null if it is still there."
        ),
        *under("wallets[].until", *_PLACE),
        Key("wallets[].lowest", INTEGER, SATOSHI, "Lowest balance of the entity in between."),
        Key("wallets[].lowest_at", OBJECT, "", "The first transaction after which that was its balance."),
        *under("wallets[].lowest_at", *_PLACE),
        Key(
            "permuted",
            OBJECT + OR_NULL,
            "",
            "How far results move with outputs in other orders; null with --permute 0.",
        ),
        Key("permuted.samples", INTEGER, "samples", "How many other orders were drawn."),
        Key("permuted.seed", INTEGER, "", "What they were drawn from."),
        Key("permuted.policies", LIST, "", "The policies that rest on the order."),
        Key("permuted.policies[].policy", TEXT, "", "Name of the policy."),
        Key("permuted.policies[].destinations", LIST, "", "Ends, services one by one."),
        *under(
            "permuted.policies[].destinations[]",
            _END,
            Key("entity", INTEGER + OR_NULL, "address id", "Entity of the service; null for other ends."),
            Key("taint", INTEGER, SATOSHI, "How much ends there with outputs as they stand."),
            Key("least", INTEGER, SATOSHI, "The least in all orders, the one on the chain included."),
            Key("most", INTEGER, SATOSHI, "The most."),
        ),
        Key("bounds", OBJECT + OR_NULL, "", "What holds whatever the policy, by maximum flow, if asked."),
        Key("bounds.status", TEXT, "", "complete, cut (some were not searched), or not searched."),
        Key("bounds.coins", INTEGER, "coins", "Coins that poison reaches, sources included."),
        Key("bounds.total", INTEGER, SATOSHI, "What the sources hold."),
        Key("bounds.destinations", LIST, "", "Ends, services one by one."),
        *under(
            "bounds.destinations[]",
            _END,
            Key("entity", INTEGER + OR_NULL, "address id", "Entity of the service; null for other ends."),
            Key("least", INTEGER + OR_NULL, SATOSHI, "What must have arrived; null if not searched."),
            Key("most", INTEGER + OR_NULL, SATOSHI, "What could have arrived; null if not searched."),
        ),
        Key("lists", OBJECT, "", "How much of each list is shown."),
        *(
            key
            for name in ("sources", "destinations", "wallets")
            for key in (
                Key(f"lists.{name}", OBJECT, "", f"How much of the {name}."),
                *under(f"lists.{name}", *EXTENT),
            )
        ),
    ),
}
"""Keys of the answer, by question."""
