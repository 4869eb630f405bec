"""Tables of truth about who there is and about the chain."""

from __future__ import annotations

from clew.kernels.economy_state import FORMS, KINDS, PURPOSES, ROLES
from clew.schema import SCRIPT_TYPES
from clew.simulate.economy.truth.columns import (
    ADDRESS,
    ADDRESS_ID,
    HEIGHT,
    OWNER,
    TIME,
    TX,
    TXID,
    VALUE,
    VOUT,
    Column,
    Table,
    named,
)

HASH_TYPES = {
    1: "ALL",
    2: "NONE",
    3: "SINGLE",
    0x81: "ALL|ANYONECANPAY",
    0x82: "NONE|ANYONECANPAY",
    0x83: "SINGLE|ANYONECANPAY",
}
"""Signature hash types."""

ACTORS = Table(
    "actors",
    "Everybody who owns coins, a service, or an account.",
    "actor",
    (
        Column("actor", "int32", "The actor's number, which other tables cite."),
        Column("name", "text", "A made-up name."),
        Column("kind", "text", "What the actor is, such as person, exchange, merchant or pool."),
        Column("country", "text", "Country, two letters (ISO 3166).", empty="none is known"),
        Column("zone", "text", "Time zone in which a person lives (IANA).", empty="not a person"),
    ),
)

JOINT_OWNERS = Table(
    "joint_owners",
    "Whose keys the addresses of a joint actor (kind `shared`: a channel, an escrow) have. An escrow's third"
    " key is an arbiter's, who is called only in a dispute.",
    "actor, owner",
    (
        Column("actor", "int32", "The joint actor."),
        Column("owner", "int32", "An actor who holds one of the keys."),
    ),
)

WALLETS = Table(
    "wallets",
    "Every wallet: keys under one control, spent by one software. What an ideal cluster would be.",
    "wallet",
    (
        Column("wallet", "int32", "The wallet's number."),
        Column("actor", "int32", "Whose it is."),
        Column("model", "text", "The software: a wallet model of the world."),
        Column("script", "text", "Kind of its addresses, unless a payment asks for another.", words=KINDS),
        Column("part", "text", "Of a custodian: hot, deposits or cold.", empty="not a custodian's"),
        Column("coins", "int32", "Unspent outputs at the tip, OP_RETURN and immature coinbases not counted."),
        Column("balance", "int64", "Sum of these.", "satoshi"),
    ),
)

ADDRESSES = Table(
    "addresses",
    "Every address that anybody made, paid or not. Addresses of a key that everybody knows may stand in"
    " several rows.",
    "address_id, the order in which they were made",
    (
        named(ADDRESS_ID, "address_id", "The address's number."),
        named(ADDRESS, "address", "The address, as people write it.", "OP_RETURN"),
        Column("script", "text", "Kind of script and keys.", words=KINDS),
        Column("type", "text", "Its address type in a ledger of Clew.", words=SCRIPT_TYPES),
        Column("wallet", "int32", "The wallet that holds its keys."),
        OWNER,
        Column("role", "text", "What it is for.", words=ROLES),
        Column("user", "int32", "The actor for whom the owner made it, such as a customer.", empty="nobody"),
        Column("key", "int32", "Number of its (first) key; two addresses of one key have the same."),
        Column("height", "int32", "Height at which it was made, whether or not it was paid then."),
        Column("outputs", "int32", "Outputs that paid it."),
        Column("spent", "int32", "Outputs of these that were spent."),
        Column("received", "int64", "Sum of the outputs that paid it.", "satoshi"),
        Column("balance", "int64", "Sum of those that are unspent at the tip.", "satoshi"),
    ),
)

BLOCKS = Table(
    "blocks",
    "Every block of the best chain.",
    "height",
    (
        HEIGHT,
        Column("hash", "text", "The block's hash, as people write it."),
        TIME,
        Column("transactions", "int32", "Transactions, the coinbase included."),
        Column("subsidy", "int64", "New coins.", "satoshi"),
        Column("fees", "int64", "Fees of its transactions, which go to the miner.", "satoshi"),
        Column("miner", "int32", "The actor who found it.", empty="the genesis block"),
    ),
)

TRANSACTIONS = Table(
    "transactions",
    "Every transaction but the genesis block's.",
    "tx",
    (
        TX,
        TXID,
        HEIGHT,
        Column("position", "int32", "Place in the block; the coinbase is 0."),
        Column("form", "text", "What it is.", words=FORMS),
        Column("wallet", "int32", "The wallet whose software made it."),
        Column("actor", "int32", "Whose wallet that is."),
        Column("inputs", "int32", "Number of inputs; 0 for a coinbase."),
        Column("outputs", "int32", "Number of outputs, a coinbase's commitment to witnesses not counted."),
        Column("owners", "int32", "Number of different actors whose coins it spends."),
        Column("value", "int64", "Sum of its outputs.", "satoshi"),
        Column("fee", "int64", "What it leaves to the miner.", "satoshi"),
        Column("version", "int32", "Transaction version."),
        Column("lock_time", "int64", "Lock time: a height, from 500,000,000 on a time, or 0."),
        Column("sequence", "int64", "Sequence number of its inputs."),
        Column("low_r", "bool", "Whether its software grinds signatures to a short r."),
    ),
)

OUTPUTS = Table(
    "outputs",
    "Every output but the genesis block's and coinbases' commitments to witnesses.",
    "tx, vout",
    (
        TX,
        TXID,
        VOUT,
        VALUE,
        named(ADDRESS, "address", "The address that is paid, as people write it.", "OP_RETURN"),
        ADDRESS_ID,
        OWNER,
        Column("purpose", "text", "Why it was made.", words=PURPOSES),
        Column("is_change", "bool", "Whether it is what was left over, and went back to who paid."),
        Column("payer", "int32", "The actor who meant to pay.", empty="nobody in particular"),
        named(TX, "spent_tx", "The transaction that spends it.", "unspent at the tip"),
        named(TXID, "spent_txid", "That transaction's id.", "unspent at the tip"),
        Column("spent_vin", "int32", "The input that spends it.", empty="unspent at the tip"),
    ),
)

INPUTS = Table(
    "inputs",
    "Every input; coinbases have none here.",
    "tx, vin",
    (
        TX,
        TXID,
        Column("vin", "int32", "The input's place in its transaction."),
        named(TX, "prev_tx", "The transaction whose output it spends."),
        named(TXID, "prev_txid", "That transaction's id."),
        Column("prev_vout", "int32", "The output's place there."),
        named(VALUE, "value", "What that output is worth."),
        named(ADDRESS_ID, "address_id", "The address whose keys sign it: a row in `addresses`."),
        Column("actor", "int32", "Whose coin it is, and who signs."),
        Column("hash_type", "text", "What its signatures cover.", words=tuple(HASH_TYPES.values())),
    ),
)

CHANGES = Table(
    "changes",
    "Every change output: those of `outputs` whose `is_change` is true.",
    "tx, vout",
    (
        TX,
        TXID,
        VOUT,
        VALUE,
        ADDRESS,
        ADDRESS_ID,
        OWNER,
        Column("wallet", "int32", "The wallet that gets it."),
        Column("is_back", "bool", "Whether it goes back to an address that the transaction spends."),
        Column("is_first", "bool", "Whether no output paid that address before."),
    ),
)

PROTOCOLS = ("joinmarket", "wasabi-1", "wasabi-1.1", "wabisabi", "whirlpool", "tx0", "payjoin")
SIDES = ("input", "output")
KINDS_OF_PARTS = ("input", "remix", "equal", "change", "fee", "premix", "payment")

COINJOINS = Table(
    "coinjoins",
    "Every input and output of every coinjoin, of every Tx0 before one, but its OP_RETURN, and of every"
    " PayJoin.",
    "tx, side, index",
    (
        TX,
        TXID,
        HEIGHT,
        Column("protocol", "text", "The protocol.", words=PROTOCOLS),
        Column("side", "text", "Which side of the transaction.", words=SIDES),
        Column("index", "int32", "Place among the inputs, or among the outputs."),
        Column(
            "part",
            "text",
            "What the coin is there: brought in (*input*), or from an earlier round (*remix*); a mixed"
            " output of a shared amount (*equal*); change; a fee to the coordinator; made by a Tx0 to be"
            " mixed (*premix*); or what a PayJoin pays, the payee's own coin in it (*payment*).",
            words=KINDS_OF_PARTS,
        ),
        VALUE,
        ADDRESS,
        ADDRESS_ID,
        named(OWNER, "actor", "Who takes part with it, or the coordinator."),
    ),
)
