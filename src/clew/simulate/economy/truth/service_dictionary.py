"""Tables of truth about the service, its payers, its operator, and custodians' customers."""

from __future__ import annotations

from clew.kernels.economy_state import KINDS, PURPOSES
from clew.simulate.economy.concealment import KINDS as ACTS
from clew.simulate.economy.truth.columns import (
    ADDRESS,
    ADDRESS_ID,
    HEIGHT,
    TIME,
    TX,
    TXID,
    VALUE,
    VOUT,
    Column,
    Table,
    named,
)

LABELS = ("visible", "invisible")
ACT_KINDS = tuple(ACTS)
COIN_SIDES = ("spent", "made", "rest")

USD = Column("usd", "money", "What that was worth on the day, by the price table.", "US dollars")
KRW = Column("krw", "money", "What that was worth on the day, by the price table.", "Korean won")

CUSTOMERS = Table(
    "customers",
    "Every customer of every custodian, with the made-up name that is on file. A customer's deposit"
    " addresses are the rows of `addresses` with this `actor` and `user`.",
    "custodian, customer",
    (
        Column("custodian", "int32", "The custodian: an actor."),
        Column("customer", "int32", "The customer: an actor."),
        Column("number", "text", "The customer's number at the custodian."),
        Column(
            "name", "text", "The name on file; made up, nobody's.", empty="the custodian asks for no papers"
        ),
        Column("country", "text", "Country, two letters.", empty="unknown"),
        Column("height", "int32", "Height of the first deposit address or withdrawal.", empty="neither"),
        Column("deposit_addresses", "int32", "Number of deposit addresses."),
        Column("withdrawals", "int32", "Number of outputs that the custodian paid for the customer."),
    ),
)

ACCOUNTS = Table(
    "accounts",
    "The service's database: every account that it opened, most of which nobody ever paid. Addresses"
    " without a row in `addresses` are in this table only, and on no chain.",
    "account, the order in which they were opened",
    (
        Column("account", "int32", "The account's number."),
        Column("address", "text", "The address that the account was given."),
        named(ADDRESS_ID, "address_id", "That address's row in `addresses`.", "nobody ever paid it"),
        Column("script", "text", "Kind of script and keys.", words=KINDS),
        Column("opened", "int64", "When it was opened.", "Unix seconds"),
        Column("member", "int32", "The actor who uses it.", empty="nobody in the world"),
        Column("is_paid", "bool", "Whether any output paid its address."),
        Column("outputs", "int32", "Outputs that did."),
        Column("received", "int64", "Sum of these.", "satoshi"),
    ),
)

PAYMENTS = Table(
    "payments",
    "Every output to an address of the service, accounts and tills: purchases, look-alikes, and what the"
    " operator swept together. And refunds to wherever the operator had paid from.",
    "tx, vout",
    (
        Column("payment", "int32", "The payment's number."),
        TX,
        TXID,
        VOUT,
        HEIGHT,
        TIME,
        VALUE,
        ADDRESS,
        ADDRESS_ID,
        Column("purpose", "text", "Why it was made; see the purposes of the service.", words=PURPOSES),
        Column(
            "label",
            "text",
            "Whether the ledger can show that it is no purchase by whoever funded it.",
            words=LABELS,
            empty="it is a purchase",
        ),
        Column("is_own", "bool", "Whether it is the operator's own money, and so no payment from outside."),
        Column("payer", "int32", "The actor who meant to pay."),
        Column("source", "int32", "The actor whose coins were spent, such as the payer or an exchange."),
        Column(
            "account",
            "int32",
            "The account that it credits: a row in `accounts`.",
            empty="no account's address",
        ),
        Column("member", "int32", "The actor who uses that account.", empty="nobody"),
        Column("country", "text", "Where the payer lives, two letters.", empty="nobody paid"),
        Column(
            "route",
            "text",
            "The way by which the coins came; `look-alike` where the world has no route for it.",
        ),
        USD,
        KRW,
        Column(
            "meant_usd", "money", "What it was meant to be worth.", "US dollars", empty="nothing was meant"
        ),
    ),
)

ORIGINS = Table(
    "origins",
    "For each payment, the coins at which its way back leaves the hands of whoever paid: what an inquiry"
    " looks for. Within the payer's own transactions what goes in is in what comes out by its share. Values"
    " of a payment's rows without `through` add up to it.",
    "payment",
    (
        Column("payment", "int32", "The payment: a row in `payments`."),
        named(TX, "tx", "The transaction that made the coin."),
        named(TXID, "txid", "That transaction's id."),
        VOUT,
        HEIGHT,
        named(VALUE, "value", "How much of the payment comes of it."),
        Column("sender", "int32", "The actor who sent the coin."),
        Column("purpose", "text", "Why it was sent.", words=PURPOSES),
        Column("custodian", "int32", "The custodian who paid it out: an actor.", empty="it is no withdrawal"),
        Column(
            "customer",
            "int32",
            "The customer who asked for it: an actor; see `customers`.",
            empty="it is no withdrawal",
        ),
        Column(
            "hops",
            "int32",
            "Own coins between it and the payment, by the shortest way; 0: it is the payment.",
        ),
        Column("is_joined", "bool", "Whether a coinjoin lies on some way between."),
        Column(
            "through",
            "int32",
            "A custodian who held the coins between, so that no coin leads from one to the other: an actor.",
            empty="coins lead all the way",
        ),
    ),
)

CASH_OUTS = Table(
    "cash_outs",
    "Every payment of the operator into an account at a custodian, in the operator's name or in a nominee's.",
    "tx, vout",
    (
        TX,
        TXID,
        VOUT,
        HEIGHT,
        TIME,
        VALUE,
        ADDRESS,
        ADDRESS_ID,
        Column("custodian", "int32", "The custodian: an actor."),
        Column("holder", "int32", "In whose name the account is: an actor."),
        Column("is_own", "bool", "Whether that is the operator."),
        Column("is_direct", "bool", "Whether it spends coins that lay where the service was paid."),
        USD,
        KRW,
    ),
)

CONCEALMENT = Table(
    "concealment",
    "Every act by which the operator hid where the proceeds went, or turned them into money. Two acts share"
    " a transaction where a slice is cashed out while the rest is peeled on.",
    "act, the order in which they were done",
    (
        Column("act", "int32", "The act's number."),
        Column("kind", "text", "What was done.", words=ACT_KINDS),
        named(TX, "tx", "The transaction.", "a coin rests"),
        named(TXID, "txid", "That transaction's id.", "a coin rests"),
        HEIGHT,
        named(TIME, "time", "Time of the block; of a wait, when it ended."),
        Column("since", "int64", "Of a wait, when it began; otherwise as `time`.", "Unix seconds"),
        Column(
            "amount",
            "int64",
            "What it moved: the sum of the coins that it *made*, or that rested.",
            "satoshi",
        ),
        Column(
            "holder",
            "int32",
            "In whose name the account is that was paid into: an actor.",
            empty="no account",
        ),
        Column("custodian", "int32", "The custodian that was paid: an actor.", empty="no custodian"),
    ),
)

CONCEALMENT_COINS = Table(
    "concealment_coins",
    "The coins of each act: what it *spent*, what it *made* or let rest, and the *rest* that stayed with"
    " the operator.",
    "act, side",
    (
        Column("act", "int32", "The act: a row in `concealment`."),
        Column("side", "text", "What the coin was to it.", words=COIN_SIDES),
        named(TX, "tx", "The transaction that made the coin."),
        named(TXID, "txid", "That transaction's id."),
        VOUT,
        VALUE,
        ADDRESS_ID,
    ),
)
