"""The bytes of an economy's blocks in plain Python, by whoever makes locks and opens them.

With real keys this is the writer of signed chains. With the filler of unsigned ones, it is the slow
twin of ``kernels.economy_blocks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from clew.bitcoin.block import COMMITMENT_HEAD, Block, merkle_root, witness_commitment
from clew.bitcoin.hashes import sha256, sha256d
from clew.bitcoin.header import Header
from clew.bitcoin.script import classify
from clew.bitcoin.sighash import SIGHASH_ALL, SIGHASH_DEFAULT
from clew.bitcoin.transaction import NULL_HASH, NULL_INDEX, Input, Output, Transaction
from clew.bitcoin.undo import SpentCoin, write_undo
from clew.kernels.economy_blocks import Names
from clew.kernels.economy_scripts import SCRIPT_TYPES
from clew.kernels.economy_state import (
    A_KEY,
    A_KIND,
    ADDRESS,
    ADDRESSES,
    ANCHOR,
    ANYONE,
    BIP69,
    CHANNEL,
    COINBASE,
    COINS,
    DATA,
    DESCENDING,
    I_HASH_TYPE,
    INPUTS,
    MULTISIG,
    P2PKH_LONG,
    P2SH_MULTISIG,
    P2TR,
    P2WSH_MULTISIG,
    T_FORM,
    T_HEIGHT,
    T_INPUT,
    T_LOCK,
    T_LOW_R,
    T_ORDER,
    T_SEQUENCE,
    T_VERSION,
    TX,
    TXS,
    VALUE,
    WITNESS_ANYONE,
)
from clew.simulate.bulk.chain import GENESIS
from clew.simulate.economy.blocks import MARK
from clew.simulate.economy.course import Course
from clew.simulate.frames import MAGIC
from clew.simulate.keyring import Keyring
from clew.simulate.locks import Lock, pay_to_nobody
from clew.simulate.mining import EASIEST_BITS, push_height, work_off
from clew.simulate.signing import Opening, Unlocked, open_locks

SEVERAL = {MULTISIG: 3, P2SH_MULTISIG: 3, P2WSH_MULTISIG: 3, CHANNEL: 2}
"""Kinds that have several keys; two of them sign."""

_KEYLESS = (ANCHOR, ANYONE, WITNESS_ANYONE)


class Spending(NamedTuple):
    """An input to be opened: its number in the economy, and what it spends. ``how``: hash type."""

    number: int
    lock: Lock
    kind: int
    key: int
    value: int
    how: int


class Locksmith(Protocol):
    """Makes the lock of a key, and opens locks."""

    def lock(self, kind: int, key: int) -> Lock:
        """The lock of a kind (``economy_state.KINDS``) with the key of this number and those after it."""

    def unlock(self, draft: Transaction, spent: Sequence[Spending], *, low_r: bool) -> list[Unlocked]:
        """What each input of a transaction without scripts must bring, in order."""


class Signer:
    """Real keys and signatures. Raises UsageError where coincurve is not installed."""

    def __init__(self, seed: str) -> None:
        self._keyring = Keyring(seed)
        self._seed = seed
        self.lock = lru_cache(1 << 16)(self._lock)

    def _lock(self, kind: int, key: int) -> Lock:
        if kind == DATA:
            return pay_to_nobody(sha256(f"{self._seed}/note {key}".encode()))
        script_type = int(SCRIPT_TYPES[kind])
        if kind in _KEYLESS:
            return self._keyring.lock_of(script_type)
        numbers = tuple(range(key, key + SEVERAL.get(kind, 1)))
        return self._keyring.lock_of(
            script_type, numbers, needed=min(2, len(numbers)), compressed=kind != P2PKH_LONG
        )

    def unlock(self, draft: Transaction, spent: Sequence[Spending], *, low_r: bool) -> list[Unlocked]:
        """Sign every input. A signature over everything is DEFAULT in taproot."""
        openings = []
        for each in spent:
            keys = 0 if each.kind in _KEYLESS else each.lock.needed
            secrets = tuple(self._keyring.secret(each.key + number) for number in range(keys))
            plain = each.kind == P2TR and each.how == SIGHASH_ALL
            how = SIGHASH_DEFAULT if plain else each.how
            openings.append(Opening(each.lock, each.value, secrets, how, low_r))
        return open_locks(
            draft.inputs, draft.outputs, openings, self._keyring.curve,
            version=draft.version, lock_time=draft.lock_time,
        )  # fmt: skip


class PlainWriter:
    """Writes one block after the other; ``hashes`` of those written, the genesis block's first."""

    def __init__(self, course: Course, smith: Locksmith) -> None:
        self._course, self._smith = course, smith
        count = course.society.state.e.count
        self.hashes = [sha256d(GENESIS[:80])]
        self.names = Names(
            np.zeros(32 * int(count[TXS]), np.uint8),
            np.zeros(int(count[COINS]), np.int32),
            np.zeros(max(1, int(count[INPUTS])), np.int32),
            np.zeros(32 * int(count[ADDRESSES]), np.uint8),
        )
        for at in range(int(count[ADDRESSES])):
            payload = classify(self._lock(at).script)[2]
            self.names.payload[32 * at : 32 * at + len(payload)] = np.frombuffer(payload, np.uint8)

    def block(self, height: int) -> tuple[npt.NDArray[np.uint8], bytes]:
        """A framed block, and its undo data."""
        e = self._course.society.state.e
        first, last = self._course.ends[height - 1 : height + 1]
        whole = [self._transaction(at) for at in range(first, last - 1)]
        frame, block_hash, coinbase = self._close(height, self._course.calendar.times[height], whole)
        self.hashes.append(block_hash)
        self._name(last - 1, coinbase.txid)
        spent = [[self._spent(coin) for coin in self._in_order(at)] for at in range(first, last - 1)]
        assert int(e.tx[last - 1, T_FORM]) == COINBASE
        return frame, write_undo(spent)

    def rival(self, height: int) -> npt.NDArray[np.uint8]:
        """A block with the same payments that lost the race: found a little later."""
        first, last = self._course.ends[height - 1 : height + 1]
        whole = [self._transaction(at) for at in range(first, last - 1)]
        return self._close(height, self._course.calendar.times[height] + 1, whole)[0]

    def _close(
        self, height: int, time: int, whole: list[Transaction]
    ) -> tuple[npt.NDArray[np.uint8], bytes, Transaction]:
        coinbase = self._coinbase(height, whole)
        block = [coinbase, *whole]
        root, _ = merkle_root([each.txid for each in block])
        header = Header.build(self.hashes[height - 1], root, time, EASIEST_BITS, 0)
        header_bytes = work_off(header.serialise())
        raw = header_bytes + Block.build(header, block).serialise()[80:]
        framed = MAGIC + len(raw).to_bytes(4, "little") + raw
        return np.frombuffer(framed, np.uint8), sha256d(header_bytes), coinbase

    def _coinbase(self, height: int, whole: list[Transaction]) -> Transaction:
        [coin] = self._course.society.state.outputs(self._course.ends[height] - 1)
        outputs = [Output(self._value(coin), self._script(coin))]
        commits = any(entry.witness for each in whole for entry in each.inputs)
        script = push_height(height) + MARK
        entry = Input(NULL_HASH, NULL_INDEX, script, witness=(bytes(32),) if commits else ())
        made = Transaction.build([entry], outputs, version=1)
        if not commits:
            return made
        sealed = Output(0, COMMITMENT_HEAD + witness_commitment([made, *whole]))
        return Transaction.build([entry], [*outputs, sealed], version=1)

    def _transaction(self, at: int) -> Transaction:
        e, names = self._course.society.state.e, self.names
        tx = e.tx[at]
        order = int(tx[T_ORDER])
        made = self._order_outputs(list(self._course.society.state.outputs(at)), order)
        for vout, coin in enumerate(made):
            names.vouts[coin] = vout
        outputs = [
            Output(int(e.coin[coin, VALUE]), self._lock(int(e.coin[coin, ADDRESS])).script) for coin in made
        ]
        spent = self._order_inputs(at, order)
        entries = [
            Input(self._txid(int(e.coin[coin, TX])), int(names.vouts[coin]), b"", int(tx[T_SEQUENCE]))
            for _, coin in spent
        ]
        for vin, (number, _) in enumerate(spent):
            names.vins[number] = vin
        draft = Transaction.build(entries, outputs, version=int(tx[T_VERSION]), lock_time=int(tx[T_LOCK]))
        keys = [self._spending(number, coin) for number, coin in spent]
        unlocked = self._smith.unlock(draft, keys, low_r=bool(tx[T_LOW_R]))
        opened = [
            Input(each.previous_txid, each.previous_index, script, each.sequence, witness)
            for each, (script, witness) in zip(entries, unlocked, strict=True)
        ]
        made_one = Transaction.build(opened, outputs, version=draft.version, lock_time=draft.lock_time)
        self._name(at, made_one.txid)
        return made_one

    def _order_inputs(self, at: int, order: int) -> list[tuple[int, int]]:
        """Input numbers with the coins they spend, as they stand in the transaction."""
        e = self._course.society.state.e
        coins = self._course.society.state.inputs(at)
        numbered = list(enumerate(coins, int(e.tx[at, T_INPUT])))
        if order == BIP69:
            return sorted(numbered, key=lambda each: self._outpoint(each[1]))
        if order == DESCENDING:
            return sorted(numbered, key=lambda each: -self._value(each[1]))
        return numbered

    def _outpoint(self, coin: int) -> tuple[bytes, int]:
        e = self._course.society.state.e
        return self._txid(int(e.coin[coin, TX]))[::-1], int(self.names.vouts[coin])

    def _order_outputs(self, coins: list[int], order: int) -> list[int]:
        if order == BIP69:
            return sorted(coins, key=lambda each: (self._value(each), self._script(each)))
        if order == DESCENDING:
            return sorted(coins, key=lambda each: -self._value(each))
        return coins

    def _in_order(self, at: int) -> list[int]:
        """The coins that a transaction spends, in the order of its inputs."""
        e = self._course.society.state.e
        coins = self._course.society.state.inputs(at)
        first = int(e.tx[at, T_INPUT])
        vins = self.names.vins[first : first + len(coins)]
        return [coin for _, coin in sorted(zip(map(int, vins), coins, strict=True))]

    def _spending(self, number: int, coin: int) -> Spending:
        e = self._course.society.state.e
        address = e.address[e.coin[coin, ADDRESS]]
        kind, key = int(address[A_KIND]), int(address[A_KEY])
        lock, how = self._smith.lock(kind, key), int(e.input[number, I_HASH_TYPE])
        return Spending(number, lock, kind, key, self._value(coin), how)

    def _spent(self, coin: int) -> SpentCoin:
        e = self._course.society.state.e
        maker = e.tx[e.coin[coin, TX]]
        coinbase = int(maker[T_FORM]) == COINBASE
        return SpentCoin(int(maker[T_HEIGHT]), coinbase, self._value(coin), self._script(coin))

    def _value(self, coin: int) -> int:
        return self._course.society.state.value(coin)

    def _script(self, coin: int) -> bytes:
        return self._lock(int(self._course.society.state.e.coin[coin, ADDRESS])).script

    def _lock(self, address: int) -> Lock:
        row = self._course.society.state.e.address[address]
        return self._smith.lock(int(row[A_KIND]), int(row[A_KEY]))

    def _txid(self, at: int) -> bytes:
        return bytes(self.names.txids[32 * at : 32 * at + 32])

    def _name(self, at: int, txid: bytes) -> None:
        self.names.txids[32 * at : 32 * at + 32] = np.frombuffer(txid, np.uint8)
