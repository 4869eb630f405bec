"""Builds a regtest chain, transaction by transaction: for scenarios in tests, and for economies.

A scenario is a few lines::

    from clew.simulate.chain import COIN, Chain
    from clew.simulate.locks import lock

    chain = Chain()
    chain.mine(lock("miner"), count=100)  # block 101 may spend the first coinbase
    [coin] = chain.ripe(lock("miner"))
    paid = chain.pay([coin], [(lock("alice"), 10 * COIN), (lock("miner"), 39 * COIN)])  # fee: 1 BTC
    chain.mine(lock("miner"))
    chain.pay([paid.outputs[0]], [(lock("bob", "p2tr"), 10 * COIN - 500)])
    chain.mine(lock("miner"))
    chain.raw_blocks  # bytes of every block, genesis first; blockfile.write_block_files writes them

``Chain(keyring=Keyring("seed"))`` signs what it spends, and a node accepts it; there ``chain.lock("alice")``
takes the place of ``lock("alice")``, whose keys are filler.

Hostile blocks are good ones with changed bytes, mined again::

    from clew.simulate.mining import remine

    good = chain.mine(lock("miner"))
    bad_root = remine(good.raw, merkle_root=bytes(32))  # instead of good.raw
    chain.mine(lock("miner"), commit=False)  # witnesses without their commitment
    chain.append(raw)  # any bytes as the next block, unchecked; later blocks build on it
    chain.mine(lock("miner"), transfers=[first, again])  # these, whatever they spend
    rival = chain.fork(height)  # another branch from there
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from clew import schema
from clew.bitcoin.block import (
    COMMITMENT_HEAD,
    NULL_HASH,
    NULL_INDEX,
    Block,
    Header,
    Input,
    Output,
    Transaction,
    merkle_root,
    parse_header,
    witness_commitment,
)
from clew.bitcoin.networks import Network, network
from clew.bitcoin.script import push
from clew.errors import UsageError
from clew.simulate.dice import Dice
from clew.simulate.keyring import Keyring
from clew.simulate.locks import Lock, anything, key, lock, pay_to_pubkey, unlock
from clew.simulate.mining import EASIEST_BITS, push_height, remine
from clew.simulate.signing import Opening, Unlocked, open_locks

COIN = 100_000_000
"""Satoshi in a bitcoin."""

FIRST_SUBSIDY = 50 * COIN
HALVING_BLOCKS = 150
"""Blocks between halvings on regtest (main network: 210,000)."""

MATURITY = 100
"""A coinbase may be spent in the hundredth block after its own."""

SPACING = 600
REPLACEABLE = 0xFFFFFFFD

_GENESIS_TIME = 1296688602
_GENESIS_NONCE = 2
_GENESIS_TEXT = b"The Times 03/Jan/2009 Chancellor on brink of second bailout for banks"
_GENESIS_KEY = bytes.fromhex(
    "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
    "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f"
)
_MEDIAN_BLOCKS = 11


class Coin(NamedTuple):
    """An output, as something that can be spent. ``value`` in satoshi."""

    txid: bytes
    vout: int
    value: int
    lock: Lock
    height: int
    coinbase: bool = False

    @property
    def outpoint(self) -> tuple[bytes, int]:
        """What an input names to spend it."""
        return self.txid, self.vout


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transaction with the coins it spends (none for a coinbase) and makes."""

    transaction: Transaction
    inputs: tuple[Coin, ...]
    outputs: tuple[Coin, ...]

    @property
    def txid(self) -> bytes:
        """The transaction's id in wire order."""
        return self.transaction.txid

    @property
    def fee(self) -> int:
        """Satoshi left to the miner; negative for a coinbase, which makes them."""
        return sum(coin.value for coin in self.inputs) - sum(coin.value for coin in self.outputs)


@dataclass(frozen=True, slots=True)
class MinedBlock:
    """A block of this chain; ``transfers`` is empty for one appended as mere bytes."""

    height: int
    header: Header
    raw: bytes
    transfers: tuple[Transfer, ...] = field(default=())


def subsidy(height: int) -> int:
    """New satoshi in the block at this height on regtest."""
    return FIRST_SUBSIDY >> min(height // HALVING_BLOCKS, 63)


class Chain:
    """A chain from regtest's genesis block on, and the coins unspent at its tip.

    ``network`` must be regtest: no other has blocks that can be mined here. With a ``keyring`` what
    opens its locks is signed; without, the filler in signatures comes from ``seed``. Raises UsageError
    for a network without cheap blocks.
    """

    def __init__(
        self, on: Network | None = None, *, seed: str = "scenario", keyring: Keyring | None = None
    ) -> None:
        self.network = network("regtest") if on is None else on
        if self.network.name != "regtest":
            raise UsageError(f"blocks can be simulated on regtest only, not on {self.network.name}")
        self.coins: dict[tuple[bytes, int], Coin] = {}
        self.waiting: list[Transfer] = []
        self.blocks: list[MinedBlock] = [_genesis()]
        self.keyring = keyring
        self._dice = Dice(f"{seed}/signatures")

    @property
    def height(self) -> int:
        """Height of the tip."""
        return len(self.blocks) - 1

    @property
    def tip(self) -> MinedBlock:
        """The last block."""
        return self.blocks[-1]

    @property
    def raw_blocks(self) -> list[bytes]:
        """Bytes of every block, genesis first."""
        return [block.raw for block in self.blocks]

    @property
    def median_time(self) -> int:
        """Median time of the last eleven blocks; the next block's time must be later."""
        times = sorted(block.header.time for block in self.blocks[-_MEDIAN_BLOCKS:])
        return times[len(times) // 2]

    def key(self, owner: str) -> bytes:
        """The public key of a named owner: a real one on a chain that is signed, else filler."""
        return self.keyring.public(owner) if self.keyring else key(owner)

    def lock(self, owner: str, kind: str = "p2pkh") -> Lock:
        """The lock of a named owner that this chain can open; ``kind`` is a name of ``locks.SINGLE_KEY``."""
        return self.keyring.lock(owner, kind) if self.keyring else lock(owner, kind)

    def ripe(self, owner: Lock) -> list[Coin]:
        """The coins behind this lock that the next block may spend, oldest first."""
        return [
            coin for coin in self.coins.values() if coin.lock.script == owner.script and self.is_ripe(coin)
        ]

    def is_ripe(self, coin: Coin) -> bool:
        """True if the next block may spend the coin: all but young coinbases."""
        return not coin.coinbase or self.height + 1 - coin.height >= MATURITY

    def pay(
        self,
        inputs: Sequence[Coin],
        outputs: Sequence[tuple[Lock | bytes, int]],
        *,
        version: int = 2,
        lock_time: int = 0,
        sequence: int = REPLACEABLE,
        hash_types: Sequence[int | None] = (),
    ) -> Transfer:
        """Spends coins into ``(lock or script, satoshi)`` outputs, in the next block.

        What the outputs leave is the fee. ``hash_types`` are those of the signatures, one for each
        input, if any are given; see ``locks.unlock``. Raises UsageError for a coin that is spent, unknown or
        too young, and for outputs worth more than the inputs.
        """
        made = self.draft(
            inputs,
            outputs,
            version=version,
            lock_time=lock_time,
            sequence=sequence,
            hash_types=hash_types,
        )
        if len({coin.outpoint for coin in inputs}) != len(inputs):
            raise UsageError("a transaction names the same coin twice")
        for coin in inputs:
            if self.coins.get(coin.outpoint) != coin or not self.is_ripe(coin):
                raise UsageError(f"coin {coin.txid[::-1].hex()}:{coin.vout} is spent, unknown or too young")
        if made.fee < 0:
            raise UsageError(f"outputs are worth {-made.fee} satoshi more than the inputs")
        self._settle(made)
        self.waiting.append(made)
        return made

    def draft(
        self,
        inputs: Sequence[Coin],
        outputs: Sequence[tuple[Lock | bytes, int]],
        *,
        version: int = 2,
        lock_time: int = 0,
        sequence: int = REPLACEABLE,
        hash_types: Sequence[int | None] = (),
    ) -> Transfer:
        """The same, unchecked and in no block: for ``mine(..., transfers=[...])``."""
        blank = [Input(coin.txid, coin.vout, sequence=sequence) for coin in inputs]
        types = hash_types or [None] * len(inputs)
        if self.keyring is None:
            pairs = zip(inputs, types, strict=True)
            unlocked = [unlock(coin.lock, self._dice, hash_type) for coin, hash_type in pairs]
        else:
            unlocked = _signed(blank, inputs, types, outputs, self.keyring, version, lock_time)
        entries = [
            replace(entry, script=script, witness=witness)
            for entry, (script, witness) in zip(blank, unlocked, strict=True)
        ]
        return _transfer(
            entries, outputs, tuple(inputs), self.height + 1, version=version, lock_time=lock_time
        )

    def mine(
        self,
        to: Lock,
        count: int = 1,
        *,
        time: int | None = None,
        transfers: Sequence[Transfer] | None = None,
        coinbase_script: bytes | None = None,
        commit: bool = True,
    ) -> MinedBlock:
        """Adds ``count`` blocks, the first with all that waits, and returns the last.

        Subsidy and fees go to ``to``. ``time`` of the first (default: ten minutes after the block
        before) must be later than the median of the last eleven. ``transfers``, unchecked, take the
        place of what waits. ``coinbase_script`` takes the place of height and mark: the same one
        twice, with the same reward, gives two transactions of one id. ``commit=False`` leaves the
        witness commitment out. Raises UsageError for a time that is too early.
        """
        for number in range(count):
            body = self.waiting if transfers is None or number else transfers
            self._mine_one(to, body, None if number else time, coinbase_script, commit)
            if body is self.waiting:
                self.waiting = []
        return self.tip

    def append(self, raw: bytes) -> MinedBlock:
        """Takes any bytes as the next block, unchecked; what they spend is not followed."""
        self.blocks.append(MinedBlock(self.height + 1, parse_header(raw[:80]), raw))
        return self.tip

    def fork(self, height: int) -> Chain:
        """A chain that shares the blocks up to ``height`` and goes on by itself."""
        if not 0 <= height <= self.height:
            raise UsageError(f"cannot fork at height {height}: the tip is at {self.height}")
        seed = f"fork from {self.tip.header.hash.hex()} at {height}"
        other = Chain(self.network, seed=seed, keyring=self.keyring)
        other.blocks = self.blocks[: height + 1]
        other.coins = dict(self.coins)
        undone = [each for block in self.blocks[height + 1 :] for each in block.transfers]
        for each in reversed([*undone, *self.waiting]):
            for coin in each.outputs:
                other.coins.pop(coin.outpoint, None)
            for coin in each.inputs:
                other.coins[coin.outpoint] = coin
        return other

    def _mine_one(
        self,
        to: Lock,
        body: Sequence[Transfer],
        time: int | None,
        coinbase_script: bytes | None,
        commit: bool,
    ) -> None:
        height = self.height + 1
        at = max(self.tip.header.time + SPACING, self.median_time + 1) if time is None else time
        if at <= self.median_time:
            raise UsageError(f"block time {at} is not later than the median {self.median_time}")
        script = _mark(height) if coinbase_script is None else coinbase_script
        reward = subsidy(height) + sum(each.fee for each in body)
        whole = [_coinbase(script, [(to, reward)], height, body if commit else None), *body]
        block = _block(self.tip.header.hash, at, whole)
        for each in whole:
            self._settle(each)
        self.blocks.append(MinedBlock(height, parse_header(block[:80]), block, tuple(whole)))

    def _settle(self, made: Transfer) -> None:
        for coin in made.inputs:
            self.coins.pop(coin.outpoint, None)
        for coin in made.outputs:
            if coin.lock.script_type != schema.NULLDATA:
                self.coins[coin.outpoint] = coin


def _signed(
    blank: Sequence[Input],
    coins: Sequence[Coin],
    hash_types: Sequence[int | None],
    outputs: Sequence[tuple[Lock | bytes, int]],
    keyring: Keyring,
    version: int,
    lock_time: int,
) -> list[Unlocked]:
    openings = [
        Opening(coin.lock, coin.value, keyring.secrets(coin.lock), hash_type or 0, keyring.low_r)
        for coin, hash_type in zip(coins, hash_types, strict=True)
    ]
    written = [Output(value, _script(target)) for target, value in outputs]
    return open_locks(blank, written, openings, keyring.curve, version=version, lock_time=lock_time)


def _script(target: Lock | bytes) -> bytes:
    return target if isinstance(target, bytes) else target.script


def _transfer(
    entries: Sequence[Input],
    outputs: Sequence[tuple[Lock | bytes, int]],
    spent: tuple[Coin, ...],
    height: int,
    *,
    coinbase: bool = False,
    version: int = 2,
    lock_time: int = 0,
) -> Transfer:
    locked = [(anything(target) if isinstance(target, bytes) else target, value) for target, value in outputs]
    written = [Output(value, target.script) for target, value in locked]
    made = Transaction.build(entries, written, version=version, lock_time=lock_time)
    coins = tuple(
        Coin(made.txid, vout, value, target, height, coinbase) for vout, (target, value) in enumerate(locked)
    )
    return Transfer(made, spent, coins)


def _coinbase(
    script: bytes,
    outputs: Sequence[tuple[Lock | bytes, int]],
    height: int,
    committed: Sequence[Transfer] | None,
) -> Transfer:
    """A coinbase; with ``committed`` transfers it commits to their witnesses."""
    witness: tuple[bytes, ...] = ()
    if committed is not None:
        witness = (NULL_HASH,)
    entry = Input(NULL_HASH, NULL_INDEX, script, witness=witness)
    made = _transfer([entry], outputs, (), height, coinbase=True)
    if committed is None:
        return made
    commitment = witness_commitment([made.transaction, *(each.transaction for each in committed)])
    sealed = [*outputs, (Lock(schema.NULLDATA, COMMITMENT_HEAD + commitment), 0)]
    return _transfer([entry], sealed, (), height, coinbase=True)


def _mark(height: int) -> bytes:
    """A coinbase script: the height first (BIP 34), then a mark, since one byte is too short."""
    return push_height(height) + push(b"simulated by clew")


def _block(previous: bytes, time: int, transfers: Sequence[Transfer]) -> bytes:
    root, _ = merkle_root([each.txid for each in transfers])
    header = Header.build(previous, root, time, EASIEST_BITS, 0)
    return remine(Block.build(header, [each.transaction for each in transfers]).serialise())


def _genesis() -> MinedBlock:
    """Regtest's genesis block; its output can never be spent and is not among the coins."""
    script = push(bytes.fromhex("ffff001d")) + push(b"\x04") + push(_GENESIS_TEXT)
    entry = Input(NULL_HASH, NULL_INDEX, script)
    outputs: list[tuple[Lock | bytes, int]] = [(pay_to_pubkey(_GENESIS_KEY), FIRST_SUBSIDY)]
    coinbase = _transfer([entry], outputs, (), 0, coinbase=True, version=1)
    header = Header.build(NULL_HASH, coinbase.txid, _GENESIS_TIME, EASIEST_BITS, _GENESIS_NONCE, version=1)
    raw = Block.build(header, [coinbase.transaction]).serialise()
    return MinedBlock(0, header, raw, (coinbase,))
