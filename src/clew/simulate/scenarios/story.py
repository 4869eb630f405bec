"""A scenario while it is told: who there is, who pays whom, and why.

::

    story = Story("rent")
    alice, bob = story.people("alice", "bob")
    story.fund(alice, "2", "1")  # two coins, in BTC
    rent = story.pay(alice, bob, "0.3", note="June")
    story.wait(days=30)
    story.sweep(bob, bob["savings"])
    story.chain.raw_blocks  # the blocks
    story.told, story.owned  # the truth

Each verb is one transaction in a block of its own, ten minutes after the last. Keys and signatures
are filler, unless ``Story(signed=True)`` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypedDict, Unpack

from clew.errors import UsageError
from clew.simulate.chain import MATURITY, SPACING, Chain, Coin
from clew.simulate.dice import Dice
from clew.simulate.keyring import Keyring
from clew.simulate.locks import Lock, pay_to_nobody
from clew.simulate.scenarios.amount import Amount, btc, satoshi
from clew.simulate.scenarios.owners import Habit, Owner, Place
from clew.simulate.scenarios.rows import TOGETHER, Owned, Told

FEE = 1_000
"""Satoshi that a transaction leaves to the miner, unless told otherwise."""

FIRST_TIME = 1_609_459_200
"""2021-01-01 00:00:00 UTC: block 1. A story begins a hundred blocks later."""

DAY = 86_400
MINER = "miner"


@dataclass(frozen=True)
class Pay:
    """An output to be made, and why; see ``rows.Told`` for what the words mean.

    ``to`` is an owner (a fresh address is made), an address, or bytes for an OP_RETURN. What is left
    empty follows from whose coins are spent and whom they go to.
    """

    to: Owner | Place | bytes
    amount: Amount
    purpose: str = "payment"
    payer: str = ""
    customer: str = ""
    innocent: str = ""
    label: str = ""
    note: str = ""
    source: str = ""
    paid: Amount | None = None


class Why(TypedDict, total=False):
    """The words of ``Pay`` that ``pay`` and ``sweep`` take, too."""

    payer: str
    customer: str
    innocent: str
    label: str
    note: str


class Story:
    """A chain, its owners, and the record of both. Starts at height 100, where a miner has coins.

    With ``signed`` every signature is real, and a node accepts the chain. Raises UsageError where
    that is asked for and coincurve is not installed.
    """

    def __init__(self, name: str = "story", *, signed: bool = False) -> None:
        self.name = name
        seed = f"scenario {name}"
        self.chain = Chain(seed=seed, keyring=Keyring(seed) if signed else None)
        self.dice = Dice(f"scenario {name}")
        self.owners: dict[str, Owner] = {}
        self.told: list[Told] = []
        self.labels: dict[str, Coin] = {}
        """Outputs by label."""
        self.change: Coin | None = None
        """What came back to who paid last; None if nothing did."""
        self._places: dict[bytes, Place] = {}
        self._later = 0
        self._gathering = False
        self._miner = self.owner(MINER, "p2pkh")
        self.chain.mine(self._miner["coinbase"].lock, MATURITY, time=FIRST_TIME)

    # Who there is.

    def owner(self, name: str, kind: str = "p2wpkh", *, actor: str = "", habit: Habit | None = None) -> Owner:
        """A new wallet; ``actor`` is whose it is, if that is not its name.

        Raises UsageError if there is one of this name.
        """
        if name in self.owners:
            raise UsageError(f"{name} is in the story already: keep what story.owner returned")
        made = self.owners[name] = Owner(self, name, actor or name, kind, habit or Habit())
        return made

    def people(self, *names: str, kind: str = "p2wpkh") -> list[Owner]:
        """Several new wallets, each its owner's."""
        return [self.owner(name, kind) for name in names]

    def keep(self, place: Place) -> Place:
        """Enters an address, or returns the one that has its script already."""
        kept = self._places.setdefault(place.lock.script, place)
        if kept.owner is not place.owner:
            raise UsageError(f"{place.name} has the script of {kept.name}, which is {kept.owner.name}'s")
        return kept

    @property
    def places(self) -> list[Place]:
        """Every address, in the order of their making."""
        return list(self._places.values())

    @property
    def owned(self) -> list[Owned]:
        """Every address that was paid, and whose it is.

        A bare key and its hash are one address, of two kinds of script.
        """
        made = (transfer for block in self.chain.blocks for transfer in block.transfers)
        paid = {coin.lock.script for transfer in made for coin in transfer.outputs}
        found: dict[str, Owned] = {}
        for each in self.places:
            if each.lock.script not in paid:
                continue
            owner, address = each.owner, each.address
            kind = f"{found[address].kind}{TOGETHER}{each.kind}" if address in found else each.kind
            found[address] = Owned(address, each.name, kind, owner.name, owner.actor, each.role, each.user)
        return list(found.values())

    def place_of(self, coin: Coin) -> Place:
        """The address that a coin lies at."""
        return self._places[coin.lock.script]

    def coins_of(self, owner: Owner) -> list[Coin]:
        """The coins that an owner can spend in the next block, oldest first."""
        return [
            coin
            for coin in self.chain.coins.values()
            if coin.lock.script in self._places
            and self.place_of(coin).owner is owner
            and self.chain.is_ripe(coin)
        ]

    # When.

    def wait(self, blocks: int = 0, *, days: int = 0) -> None:
        """Lets blocks or days pass, or both; nothing happens in them."""
        self._later += days * DAY
        for _ in range(blocks):
            self._mine()

    @contextmanager
    def one_block(self) -> Iterator[None]:
        """What happens inside stands in one block."""
        self._gathering = True
        try:
            yield
        finally:
            self._gathering = False
        self._mine()

    def _mine(self) -> None:
        at = self.chain.tip.header.time + SPACING + self._later
        self.chain.mine(self._miner["coinbase"].lock, time=at)
        self._later = 0

    # Who pays whom.

    def fund(self, owner: Owner | Place, *amounts: Amount) -> list[Coin]:
        """Coins to begin with: one transaction of the miner's, an address for each amount.

        The miner has 50 BTC when the story begins, and 50 more with each block.
        """
        pays = [Pay(owner, amount, "funding") for amount in amounts]
        return self.pay_many(self._miner, pays, change=self._miner["coinbase"])

    def pay(
        self,
        source: Owner,
        to: Owner | Place,
        amount: Amount,
        purpose: str = "payment",
        *,
        spend: Sequence[Coin] | None = None,
        change: Owner | Place | None = None,
        change_first: bool = False,
        fee: Amount = FEE,
        **why: Unpack[Why],
    ) -> Coin:
        """One payment; returns the coin that it makes. See ``Pay`` for the why, ``pay_many`` for the how."""
        made = Pay(to, amount, purpose, **why)
        [coin] = self.pay_many(source, [made], spend=spend, change=change, change_first=change_first, fee=fee)
        return coin

    def pay_many(
        self,
        source: Owner,
        pays: Sequence[Pay],
        *,
        spend: Sequence[Coin] | None = None,
        change: Owner | Place | None = None,
        change_first: bool = False,
        fee: Amount = FEE,
    ) -> list[Coin]:
        """Several payments in one transaction; returns their coins, in order.

        ``spend`` are coins of the source's, by default its oldest, as many as it takes. What is left
        goes to ``change``, by default a fresh address of the source's or, if its habit is to reuse,
        where the first coin lay; behind the payments or before them. Raises UsageError for coins that
        do not suffice or are somebody else's.
        """
        wanted = sum(satoshi(each.amount) for each in pays) + satoshi(fee)
        coins = self._enough(source, wanted) if spend is None else list(spend)
        for coin in coins:
            if self.place_of(coin).owner is not source:
                raise UsageError(f"{source.name} cannot spend a coin of {self.place_of(coin).name}: use join")
        left = sum(coin.value for coin in coins) - wanted
        if left < 0:
            raise UsageError(
                f"{source.name} has {btc(left + wanted)} BTC here and cannot pay {btc(wanted)} BTC,"
                " fee included: fund it first"
            )
        if not left:
            return self.join(coins, pays, habit=source.habit)
        if change is None:
            change = self.place_of(coins[0]) if source.habit.reuses else source.fresh("change")
        back = Pay(change, left, "change")
        made = self.join(coins, [back, *pays] if change_first else [*pays, back], habit=source.habit)
        self.change = made.pop(0 if change_first else -1)
        return made

    def sweep(
        self,
        source: Owner,
        to: Owner | Place,
        purpose: str = "sweep",
        *,
        spend: Sequence[Coin] | None = None,
        fee: Amount = FEE,
        **why: Unpack[Why],
    ) -> Coin:
        """Everything the source has, or ``spend``, whole to one address; returns the coin that it makes."""
        coins = source.coins if spend is None else list(spend)
        amount = max(sum(coin.value for coin in coins) - satoshi(fee), 0)
        return self.pay(source, to, amount, purpose, spend=coins, fee=fee, **why)

    def peel(
        self,
        source: Owner,
        to: Sequence[Owner | Place],
        amount: Amount,
        purpose: str = "payment",
        *,
        coin: Coin | None = None,
        fee: Amount = FEE,
        **why: Unpack[Why],
    ) -> Coin | None:
        """A peeling chain: the same amount to each in turn, each time out of the last one's change.

        It starts from ``coin``, by default the source's latest. Returns what is left, None for nothing.
        """
        rest = [coin] if coin else source.coins[-1:]
        for each in to:
            if not rest:
                raise UsageError(f"{source.name} has nothing left to peel from: fund it first, or peel less")
            self.pay(source, each, amount, purpose, spend=rest, fee=fee, **why)
            rest = [self.change] if self.change else []
        return rest[0] if rest else None

    def join(
        self,
        coins: Sequence[Coin],
        pays: Sequence[Pay],
        *,
        habit: Habit | None = None,
        hash_types: Sequence[int | None] = (),
    ) -> list[Coin]:
        """A transaction of any coins, whoever owns them, into outputs in this order; returns their coins.

        What the outputs leave is the fee. Raises UsageError for no coins, coins that are spent, and outputs
        worth more than the coins.
        """
        if not coins or not pays:
            raise UsageError("a transaction spends at least one coin and makes at least one output")
        habit = habit or Habit()
        self.change = None
        targets = [self._target(each.to) for each in pays]
        locks: list[tuple[Lock | bytes, int]] = [
            (lock, satoshi(each.amount)) for (lock, _), each in zip(targets, pays, strict=True)
        ]
        made = self.chain.pay(
            coins,
            locks,
            version=habit.version,
            sequence=habit.sequence,
            lock_time=self.chain.height if habit.height_as_lock_time else 0,
            hash_types=hash_types,
        )
        actors = [self.place_of(coin).owner.actor for coin in coins]
        owners = dict.fromkeys(name for actor in actors for name in actor.split(TOGETHER))
        for coin, each, (_, place) in zip(made.outputs, pays, targets, strict=True):
            self._record(coin, each, place, TOGETHER.join(owners))
        if not self._gathering:
            self._mine()
        return list(made.outputs)

    def _target(self, to: Owner | Place | bytes) -> tuple[Lock, Place | None]:
        if isinstance(to, bytes):
            return pay_to_nobody(to), None
        place = to.fresh() if isinstance(to, Owner) else to
        return place.lock, place

    def _enough(self, owner: Owner, wanted: int) -> list[Coin]:
        chosen: list[Coin] = []
        for coin in owner.coins:
            if sum(each.value for each in chosen) >= wanted:
                break
            chosen.append(coin)
        return chosen

    def _record(self, coin: Coin, why: Pay, place: Place | None, inputs: str) -> None:
        source = why.source or inputs
        payee = place.owner.actor if place else ""
        own = payee in (source, "", *source.split(TOGETHER))
        if why.label:
            if why.label in self.labels:
                raise UsageError(f"two outputs have the label {why.label!r}: name them apart")
            self.labels[why.label] = coin
        self.told.append(
            Told(
                txid=coin.txid[::-1].hex(),
                vout=coin.vout,
                value=coin.value,
                paid=satoshi(why.paid) if why.paid is not None else 0 if own else coin.value,
                height=coin.height,
                purpose=why.purpose,
                payer=why.payer or why.customer or source,
                source=source,
                customer=why.customer,
                payee=payee,
                address=place.address if place else "",
                account=place.user if place else "",
                innocent=why.innocent,
                label=why.label,
                note=why.note,
            )
        )
