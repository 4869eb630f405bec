"""What a world file says: the sections, their fields, and what each means.

Rates are per day of the world's time, amounts in US dollars of the day, unless a field says
otherwise. A *share* lies from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from clew.simulate.worlds.figures import (
    Choice,
    Entry,
    Figure,
    Path,
    Quantiles,
    Shares,
    Source,
    figure,
)
from clew.written.entry import Name, fault

Script = Literal[
    "p2pk",
    "p2pkh",
    "p2pkh-uncompressed",
    "p2sh-multisig",
    "p2sh-p2wpkh",
    "p2wpkh",
    "p2wsh-multisig",
    "p2tr",
]
Selection = Literal[
    "largest-first", "oldest-first", "oldest-value", "branch-and-bound", "subset-sum", "random", "by-address"
]
Order = Literal["shuffled", "bip69", "change-last", "change-first"]
Route = Literal[
    "exchange", "wallet", "hops", "coinjoin", "second-exchange", "unnamed-service", "friend", "cash"
]
Protocol = Literal["joinmarket", "wasabi-1", "wasabi-1.1", "wabisabi", "whirlpool"]


class Zone(Entry):
    """A group of people who sleep at the same hours."""

    name: Name
    zone: str
    """IANA name of a time zone."""
    share: Figure = figure(0, 1)


class Time(Entry):
    """The span of the world, and when people are awake."""

    start: date
    end: date
    zones: list[Zone] = Field(min_length=1)
    hours: Shares
    """Activity by local hour, named 0 to 23."""
    weekend: Figure = figure(0, 5)
    """Activity on a Saturday or Sunday, as a multiple of a weekday's."""


class Money(Entry):
    """Prices."""

    scale: Figure = figure(0.01, 10_000)
    """How many real bitcoin one of this world's 15,000 stands for; its price is as many times higher."""
    price: Path
    """Dollars for a real bitcoin."""
    won: Path
    """Korean won for a dollar."""
    noise: Figure = figure(0, 0.5)
    """How far a day's price may lie off the path, as a share."""


class Fees(Entry):
    """What it costs to be in a block."""

    level: Path
    """Satoshi per virtual byte that get a transaction into the next blocks."""


class Later(Entry):
    """What some users of a wallet come to use, one after the other, from a day on.

    A day outside the world's span brings nothing, so that a world may be based on one of other years.
    """

    day: date
    share: Figure = figure(0, 1)
    """Share of its users who have changed by the end of the span."""
    scripts: Shares
    """Kinds of addresses (``Script``) that they have from then on."""


class WalletModel(Entry):
    """How one kind of wallet software behaves."""

    name: Name
    after: str
    """What it is modelled after."""
    share: Figure = figure(0, 1)
    """Share of people who use it."""
    scripts: Shares
    """Kinds of addresses (``Script``) that its users have."""
    selection: Choice[Selection]
    """How it chooses coins; ``oldest-value``: by value times age, ``by-address``: all of an address."""
    order: Choice[Order]
    """How it orders outputs: at random, by BIP 69, or with the change last or first."""
    change_as_paid: Figure = figure(0, 1)
    """Share of changes that take the script type of the payment instead of the wallet's own."""
    change_reuse: Figure = figure(0, 1)
    """Share of changes that go back to the address of the first input."""
    receive_reuse: Figure = figure(0, 1)
    """Share of receipts at the address given before, instead of a fresh one."""
    lock_time: Figure = figure(0, 1)
    """Share of transactions locked to the tip against fee sniping."""
    lock_back: Figure = figure(0, 1)
    """Share of those whose lock goes back by up to 100 blocks."""
    replaceable: Figure = figure(0, 1)
    """Share of transactions that signal replacement (BIP 125)."""
    version: Choice[Literal[1, 2]]
    """Version of its transactions."""
    fee: Choice[Literal["estimate", "fixed"]]
    """``estimate``: the day's level times ``fee_factor``; ``fixed``: ``fixed_fee``."""
    fee_factor: Quantiles
    """What its users pay, as a multiple of the day's level."""
    fixed_fee: Figure = figure(0, 10_000_000)
    """Satoshi for each begun thousand bytes."""
    whole_rate: Choice[bool]
    """Whether its fee rates are whole satoshi per virtual byte."""
    low_r: Choice[bool]
    """Whether it grinds signatures to a short r."""
    smallest_change: Figure = figure(0, 10_000_000)
    """Satoshi below which it leaves the change to the miner."""
    consolidate_at: Figure = figure(0, 100_000)
    """Number of coins at which its user merges them all; 0: never."""
    payjoin: Figure = figure(0, 1)
    """Share of its payments to merchants that are PayJoins (BIP 78); a merchant's wallet: of those to it."""
    later: Later | None = None
    """What it brings in the course of the world, if anything: a new kind of address."""


class Amounts(Entry):
    """How much people move at a time, in dollars."""

    buy: Quantiles
    """Coins taken out of an exchange."""
    sell: Quantiles
    """Coins paid in at an exchange."""
    shop: Quantiles
    """Payments to merchants."""
    trade: Quantiles
    """Coins sold over the counter."""
    bet: Quantiles
    """Stakes."""
    donate: Quantiles
    """Gifts to charities."""


class People(Entry):
    """Everybody with a wallet and an account."""

    count: Figure = figure(20, 1_000_000)
    """How many people."""
    acts: Figure = figure(0.001, 100)
    """What one does in a day, on average."""
    doing: Shares
    """What is done: buy, sell, shop, trade (sell over the counter), bet, donate, move (to oneself)."""
    amounts: Amounts
    round_bitcoin: Figure = figure(0, 1)
    """Share of amounts that are rounded to one or two digits of bitcoin."""
    round_dollars: Figure = figure(0, 1)
    """Share of amounts that are whole tens of dollars, to the satoshi."""
    custodial: Figure = figure(0, 1)
    """Share of people who have no wallet: their exchange pays for them."""
    second_account: Figure = figure(0, 1)
    """Share of people with an account at another exchange too."""


class Custodian(Entry):
    """An exchange, or another who holds other people's coins."""

    name: Name
    kind: Literal["exchange", "web-wallet", "swap"]
    country: str = Field(pattern=r"^[A-Z]{2}$")
    zone: str
    tagged: bool
    """Whether any public tag names it."""
    identifies: bool
    """Whether it asks its customers for papers."""
    customers: Figure = figure(0, 1)
    """Share of customers among those of its kind."""
    wallet: Name
    """Which wallet model its back end is."""
    deposit_script: Choice[Script]
    """Kind of its customers' deposit addresses."""
    hot_script: Choice[Script]
    """Kind of the addresses that it pays from."""
    cold_script: Choice[Script]
    """Kind of the addresses that keep the rest."""
    fresh_deposit: Figure = figure(0, 1)
    """Share of deposits at a new address for the customer, instead of his or her only one."""
    sweep_hours: Figure = figure(0.1, 10_000)
    """Hours between sweeps of the deposits."""
    sweep_inputs: Figure = figure(2, 500)
    """Most deposits in one sweep."""
    payout_minutes: Figure = figure(0, 10_000)
    """Minutes between batches of withdrawals; 0: each by itself."""
    payout_outputs: Figure = figure(1, 2_000)
    """Most withdrawals in one transaction."""
    pays_from_deposits: Figure = figure(0, 1)
    """Share of payouts that spend deposits directly."""
    hot_share: Figure = figure(0.01, 1)
    """Share of what it holds that stays in the hot wallet."""


class Mining(Entry):
    """Who finds blocks, and how the reward spreads."""

    pools: Figure = figure(1, 50)
    """How many pools."""
    members: Figure = figure(1, 10_000)
    """Miners of a pool, on average."""
    payout_days: Figure = figure(0.05, 100)
    """Days between a pool's payouts."""
    payout_outputs: Figure = figure(2, 2_000)
    at_exchange: Figure = figure(0, 1)
    """Share of miners who are paid straight into an account at an exchange."""
    script: Choice[Script]
    wallet: Name


class Trade(Entry):
    """Merchants, gambling houses, charities, and traders over the counter."""

    merchants: Figure = figure(1, 10_000)
    """How many merchants."""
    merchant_wallet: Name
    merchant_days: Figure = figure(0.1, 100)
    """Days between two sales of what a merchant took."""
    refunds: Figure = figure(0, 1)
    """Share of sales that are paid back."""
    houses: Figure = figure(0, 50)
    """Gambling houses, with one address for each kind of bet."""
    house_wallet: Name
    bets: Figure = figure(0, 10_000_000)
    """Bets in a day, besides those that people place now and then."""
    wins: Figure = figure(0, 1)
    """Share of bets that are won."""
    charities: Figure = figure(0, 1_000)
    """How many charities."""
    traders: Figure = figure(1, 1_000)
    """People who sell coins for cash."""


class Coinjoins(Entry):
    """Rounds of one protocol."""

    protocol: Protocol
    """Whose rounds; the name of the entry."""
    rounds: Figure = figure(0, 1_000)
    """Rounds in a day."""
    fewest: Figure = figure(2, 500)
    most: Figure = figure(2, 500)
    """Participants of a round; in WabiSabi its inputs, each of which is a participant to the coordinator."""
    dollars: Quantiles
    """Amounts of JoinMarket's takers, or what participants bring. Denominations are the protocols' real ones
    in satoshi, whatever ``money.scale``; who would bring less than the least brings that."""
    remixes: Figure = figure(0, 1)
    """Share of participants that come from an earlier round."""


class Shared(Entry):
    """Transactions signed by several owners, and coins that anyone can spend; each per day."""

    exchange_orders: Figure = figure(0, 10_000)
    """Orders signed SINGLE|ANYONECANPAY and taken by a buyer."""
    channels: Figure = figure(0, 10_000)
    """Lightning channels opened."""
    dual_funded: Figure = figure(0, 1)
    """Share of channels that both sides fund."""
    anchors: Figure = figure(0, 1)
    """Share of channels closed by one side, with anchor outputs."""
    escrows: Figure = figure(0, 10_000)
    """Deals with two of three keys."""
    anyone_can_spend: Figure = figure(0, 1_000)
    """Outputs without a key."""
    known_keys: Figure = figure(0, 1_000)
    """Outputs to keys that everybody knows."""
    notes: Figure = figure(0, 100_000)
    """OP_RETURN outputs."""
    equal_payouts: Figure = figure(0, 1_000)
    """Batches of equal payments that look like a coinjoin."""
    equal_sweeps: Figure = figure(0, 1_000)
    """Sweeps of an exchange into equal outputs that look like a coinjoin."""
    dust_attacks: Figure = figure(0, 1_000)
    """Transactions that send dust to many addresses."""


class Service(Entry):
    """The service: what its accounts take in. What it sells is no part of any world."""

    opens: Figure = figure(0, 1)
    closes: Figure = figure(0, 1)
    """When, as a share of the span."""
    accounts: Figure = figure(0, 10_000_000)
    """Accounts that nobody ever pays; each has an address in the service's database."""
    payers: Figure = figure(1, 1_000_000)
    """How many pay at least once."""
    payments: Figure = figure(1, 1_000_000)
    """Payments from outside, look-alikes not counted."""
    prices: Shares
    """Prices in dollars, by name, and how often each is paid."""
    exact: Figure = figure(0, 1)
    """Share of payments of just the price; others are off by a few per cent, or any amount."""
    growth: Figure = figure(0, 100)
    """How many times more payments come at the end than at the start."""
    wallet: Name
    script: Choice[Script]
    """Kind of the addresses that accounts get."""
    later_script: Choice[Script]
    """What new accounts get in the second half."""


class Account(Entry):
    """An account through which the operator cashes out."""

    custodian: Name
    holder: Name
    """``own``, or the name of a nominee."""
    share: Figure = figure(0, 1)


class Layering(Entry):
    """Coins that are passed on quickly, over fresh addresses of the operator's, and then cashed out."""

    share: Figure = figure(0, 1)
    """Share of coins that are."""
    hops: Figure = figure(1, 100)
    """Fresh addresses, on average."""
    minutes: Quantiles
    """Minutes from one hop to the next."""
    divides: Figure = figure(0, 1)
    """Chance that a hop divides what it moves, and both parts go on."""


class Structuring(Entry):
    """Coins that are cashed out in sums below a threshold, one by one."""

    share: Figure = figure(0, 1)
    """Share of coins that are; what is worth less than the threshold is paid in at once."""
    threshold: Figure = figure(1, 1e9)
    """The threshold."""
    part: Quantiles
    """What part of the threshold a sum is: more than 0 and less than 1."""
    hours: Quantiles
    """Hours from one sum to the next."""


class RoundTrips(Entry):
    """Coins that go out through the hands of nominees, and come back to an address of the service."""

    share: Figure = figure(0, 1)
    """Share of coins that do."""
    hands: Figure = figure(1, 50)
    """Hands between, on average."""
    hours: Quantiles
    """Hours that each hand holds a coin."""
    kept: Figure = figure(0, 0.5)
    """Part that each hand keeps, at most."""


class Operator(Entry):
    """What becomes of the proceeds. Each share is one of the service's sweeps or coins."""

    zone: str
    sweep_days: Figure = figure(0.1, 365)
    """Days between sweeps of what came in."""
    sweep_inputs: Figure = figure(2, 500)
    """Most coins in one sweep."""
    forwards: Figure = figure(0, 1)
    """Share of payments that are moved at once, each by itself."""
    peels: Figure = figure(0, 1)
    """Share of coins that are peeled: a part leaves at each hop, the rest goes on."""
    peel_hops: Figure = figure(1, 100)
    """Hops of a peeling chain, on average."""
    peel_share: Figure = figure(0.01, 0.99)
    """Part of the coin that leaves at each hop."""
    splits: Figure = figure(0, 1)
    """Share of coins that are split into equal parts."""
    split_parts: Figure = figure(2, 50)
    """Parts of a split."""
    waits: Quantiles
    """Days that a coin rests."""
    mixes: Figure = figure(0, 1)
    """Share of coins that go through a coinjoin, or a swap where there is none."""
    accounts: list[Account] = Field(min_length=1)
    """Where proceeds are cashed out; each identifies its holder."""
    expenses: Figure = figure(0, 100)
    """Payments to merchants in a month."""
    layering: Layering | None = None
    """Whether coins are passed on quickly, if they are."""
    structuring: Structuring | None = None
    """Whether sums are kept below a threshold, if they are."""
    round_trips: RoundTrips | None = None
    """Whether coins go out and come back, if they do."""


class Payers(Entry):
    """Who pays the service, and by which way."""

    countries: Shares
    """Two letters each."""
    routes: Shares
    """``Route`` names."""
    hops: Shares
    """Number of own addresses on the way, where there are several."""
    payments_each: Quantiles
    """Payments of one payer, relative to one another."""
    wait_hours: Quantiles
    """Between buying coins and paying."""


class LookAlikes(Entry):
    """Innocent rows, each as a share of the service's payments."""

    taken_over: Figure = figure(0, 1)
    """Paid by another from an account that was taken over. Invisible on the ledger."""
    resold: Figure = figure(0, 1)
    """Paid for an account that was sold on. Invisible."""
    shared_wallet: Figure = figure(0, 1)
    """Paid from a wallet that thousands share."""
    gift: Figure = figure(0, 1)
    """Paid with somebody else's coins, given. Invisible."""
    typing_error: Figure = figure(0, 1)
    """Meant for another address."""
    dust: Figure = figure(0, 1)
    """Sent by an attacker to learn who merges it."""
    refund: Figure = figure(0, 1)
    """Paid back by a merchant to the address that paid."""
    change: Figure = figure(0, 1)
    """Change of the operator's that looks like a payment."""


class Tags(Entry):
    """What an investigator knows at the start."""

    coverage: list[Figure] = Field(min_length=1)
    """Shares of the tagged custodians' addresses, one TagPack for each."""
    seeds: Figure = figure(1, 1_000)
    """Addresses of the service that are known."""


class World(Entry):
    """A whole world file."""

    name: Name
    era: Name
    about: str
    sources: dict[Name, Source]
    time: Time
    money: Money
    fees: Fees
    wallets: list[WalletModel] = Field(min_length=1)
    people: People
    custodians: list[Custodian] = Field(min_length=2)
    mining: Mining
    trade: Trade
    coinjoins: list[Coinjoins]
    shared: Shared
    service: Service
    operator: Operator
    payers: Payers
    lookalikes: LookAlikes
    tags: Tags

    @model_validator(mode="after")
    def _whole(self) -> World:
        from clew.simulate.worlds.checks import problems

        for where, said in problems(self):
            raise fault(where, said)
        return self


def entries(node: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Entry]]:
    """Every entry that cites a source, with its place such as ``("people", "acts")``.

    What stands in a list is named by itself, or by its number.
    """
    if isinstance(node, Entry):
        if hasattr(node, "source"):
            yield where, node
            return
        for name in type(node).model_fields:
            yield from entries(getattr(node, name), (*where, name))
    elif isinstance(node, list):
        for number, item in enumerate(node):
            yield from entries(item, (*where, called(item) or str(number)))


def called(item: Any) -> str | None:
    """What an item of a list calls itself."""
    return getattr(item, "name", None) or getattr(item, "protocol", None)
