"""Chains that are signed, with a bit of everything that the rules of consensus allow."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from clew.bitcoin.sighash import (
    SIGHASH_ALL,
    SIGHASH_ANYONECANPAY,
    SIGHASH_NONE,
    SIGHASH_SINGLE,
)
from clew.bitcoin.transaction import Transaction
from clew.simulate.chain import COIN, MATURITY, Chain, Coin
from clew.simulate.keyring import Keyring
from clew.simulate.locks import (
    KNOWN_KEY,
    SINGLE_KEY,
    Lock,
    pay_to_anchor,
    pay_to_anyone,
    pay_to_hashed_multisig,
    pay_to_multisig,
    pay_to_nobody,
    pay_to_pubkey,
    pay_to_pubkeyhash,
    pay_to_taproot,
    pay_to_witness_anyone,
    pay_to_witness_multisig,
)

FINAL = 0xFFFFFFFF
NOT_FINAL = 0xFFFFFFFE

HASH_TYPES = [
    None,
    *(
        base | anyone
        for base in (SIGHASH_ALL, SIGHASH_NONE, SIGHASH_SINGLE)
        for anyone in (0, SIGHASH_ANYONECANPAY)
    ),
]


def rich_chain(seed: str = "signed", coins: int = 8, *, low_r: bool = False) -> Chain:
    """A chain of which the miner may spend so many coins."""
    chain = Chain(seed=seed, keyring=Keyring(seed, low_r=low_r))
    chain.mine(chain.lock("miner", "p2wpkh"), count=MATURITY - 1 + coins)
    return chain


def miners_coin(chain: Chain) -> Coin:
    """The oldest coin that the miner may spend."""
    return chain.ripe(chain.lock("miner", "p2wpkh"))[0]


def all_locks(chain: Chain, owner: str) -> list[Lock]:
    """One lock of every kind that can be opened."""
    assert chain.keyring is not None
    old = chain.keyring.public(f"{owner} in 2011", compressed=False)
    three = [chain.key(f"{owner} {number}") for number in range(3)]
    return [
        *(chain.lock(owner, kind) for kind in SINGLE_KEY),
        pay_to_pubkey(old),
        pay_to_pubkeyhash(old),
        pay_to_pubkeyhash(KNOWN_KEY),
        pay_to_taproot(chain.key(owner)),
        pay_to_multisig(1, [old, chain.key(owner)]),
        pay_to_multisig(2, three),
        pay_to_hashed_multisig(2, three),
        pay_to_witness_multisig(2, three),
        pay_to_witness_multisig(3, three),
        pay_to_anchor(),
        pay_to_anyone(),
        pay_to_witness_anyone(),
    ]


@cache
def everything() -> Chain:
    """Every lock opened with every hash type, several owners in a transaction, chains of transactions in a
    block, lock times of every sort; more than one block with each."""
    chain = rich_chain(coins=60)
    owners = [f"owner {number}" for number in range(len(HASH_TYPES))]
    funded = []
    for owner in owners:
        locks = all_locks(chain, owner)
        share = 40 * COIN // len(locks)
        outputs: list[tuple[Lock | bytes, int]] = [(each, share) for each in locks]
        outputs.append((pay_to_nobody(owner.encode()), 0))
        funded.append(chain.pay([miners_coin(chain)], outputs))
    chain.mine(chain.lock("miner", "p2tr"))
    for made, hash_type in zip(funded, HASH_TYPES, strict=True):
        coins = [coin for coin in made.outputs if coin.value]
        # SINGLE signs the output at its input's place, so that each input has one.
        outputs = [(chain.lock(f"heir of {number}", "p2wpkh"), 1000 + number) for number in range(len(coins))]
        chain.pay(coins, outputs, hash_types=[hash_type] * len(coins))
    chain.mine(chain.lock("miner", "p2pk"))
    _many_owners(chain)
    _chained(chain)
    _lock_times(chain)
    chain.mine(chain.lock("miner", "p2sh-p2wpkh"), count=3)
    return chain


def _many_owners(chain: Chain) -> None:
    """Exchange orders, a purse that others fill, a coinjoin of three."""
    kinds = ("p2pkh", "p2wpkh", "p2tr")
    made = chain.pay([miners_coin(chain)], [(chain.lock(f"trader {kind}", kind), 5 * COIN) for kind in kinds])
    orders = [SIGHASH_SINGLE | SIGHASH_ANYONECANPAY] * 3
    outputs: list[tuple[Lock | bytes, int]] = [
        (chain.lock(f"buyer {kind}", kind), 4 * COIN) for kind in kinds
    ]
    bought = chain.pay(made.outputs, [*outputs, (pay_to_anchor(), 240)], hash_types=orders)
    joined = [(chain.lock(f"joined {kind}", "p2wpkh"), COIN) for kind in kinds]
    change = [(chain.lock(f"change {kind}", kind), 2 * COIN) for kind in kinds]
    chain.pay(bought.outputs[:3], [*joined, *change], hash_types=[None, None, SIGHASH_ALL])
    chain.pay([bought.outputs[3], miners_coin(chain)], [(chain.lock("fee raiser"), COIN)])
    # SINGLE without an output at its place, outside taproot.
    odd = chain.pay([miners_coin(chain)], [(chain.lock("odd"), COIN)]).outputs[0]
    chain.pay([miners_coin(chain), odd], [(chain.lock("even"), COIN)], hash_types=[None, SIGHASH_SINGLE])
    chain.mine(chain.lock("miner", "p2wpkh"))


def _chained(chain: Chain) -> None:
    """A peeling chain of twenty within one block."""
    coin, left = miners_coin(chain), 48 * COIN
    for number in range(20):
        left -= COIN
        kind = list(SINGLE_KEY)[number % len(SINGLE_KEY)]
        made = chain.pay(
            [coin], [(chain.lock(f"peel {number}", kind), left), (chain.lock("shop"), COIN // 2)]
        )
        coin = made.outputs[0]
    chain.mine(chain.lock("miner", "p2wpkh"))


def _lock_times(chain: Chain) -> None:
    """Heights and times that have just passed, absolute (BIP 65, 113) and relative (BIP 68)."""
    next_height = chain.height + 1
    for lock_time, sequence, version in (
        (next_height - 1, NOT_FINAL, 1),
        (chain.median_time - 1, NOT_FINAL, 2),
        (next_height + 50, FINAL, 1),
        # Ten blocks since, and 20 times 512 seconds; version 1 knows no relative lock times.
        (0, 10, 2),
        (0, 1 << 22 | 20, 2),
        (0, 5000, 1),
        (0, 1 << 31 | 5000, 2),
    ):
        chain.pay(
            [miners_coin(chain)],
            [(chain.lock("patient"), COIN)],
            lock_time=lock_time,
            sequence=sequence,
            version=version,
        )
    chain.mine(chain.lock("miner", "p2wpkh"))


def flipped(signed: Transaction, index: int) -> Transaction:
    """The transaction with one bit of an input's (first) signature changed."""
    entry = signed.inputs[index]
    if not entry.witness:
        entry = replace(entry, script=_flipped_bit(entry.script))
    else:
        place = 0 if entry.witness[0] else 1
        items = list(entry.witness)
        items[place] = _flipped_bit(items[place])
        entry = replace(entry, witness=tuple(items))
    entries = [*signed.inputs[:index], entry, *signed.inputs[index + 1 :]]
    return Transaction.build(entries, signed.outputs, version=signed.version, lock_time=signed.lock_time)


def _flipped_bit(data: bytes) -> bytes:
    """A bit of r in the first DER signature in ``data``; in a Schnorr signature there is r too."""
    at = 20 if len(data) in (64, 65) else data.index(b"\x30") + 20
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
