"""Block files broken at random: the ways in which they go wrong, and chains to do it to."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from clew.bitcoin.block import merkle_root, parse_block
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import Network
from clew.errors import ParseError
from clew.simulate.blockfile import NO_KEY, obfuscate
from clew.simulate.chain import Chain, Coin
from clew.simulate.locks import (
    Lock,
    anything,
    key,
    lock,
    pay_to_multisig,
    pay_to_nobody,
    pay_to_witness_multisig,
)
from clew.simulate.mining import remine

KEY = bytes.fromhex("1f00a5c3887e0b42")
"""A key for obfuscation, with a zero in it."""


@dataclass(frozen=True)
class Subject:
    """A chain to break: blocks of the best chain, blocks off it, and the digest at each height."""

    name: str
    network: Network
    blocks: tuple[bytes, ...]
    stale: tuple[bytes, ...]
    digests: tuple[str, ...]

    @property
    def hashes(self) -> list[str]:
        """Hash of each block, as shown."""
        return [sha256d(raw[:80])[::-1].hex() for raw in self.blocks]


@dataclass(frozen=True)
class Case:
    """Files as they lie on disk, the key beside them, and how they came about."""

    number: int
    subject: Subject
    files: tuple[bytes, ...]
    plain: tuple[bytes, ...]
    """The files before they were obfuscated; not what they reveal where the key is another."""
    key: bytes | None
    resumes: bool
    said: tuple[str, ...]


# Chains


def locks(owner: str) -> list[Lock]:
    """One lock of each form that an output can have."""
    return [
        *(lock(owner, kind) for kind in ("p2pk", "p2pkh", "p2sh-p2wpkh", "p2wpkh", "p2tr")),
        pay_to_multisig(1, [key(owner), key(f"{owner}'s friend")]),
        pay_to_witness_multisig(2, [key(owner), key(f"{owner}'s friend")]),
        anything(bytes.fromhex("51024e73")),
        anything(bytes([0x60, 40]) + key(owner) + bytes(7)),
        anything(b"\x51"),
        anything(b""),
        pay_to_nobody(owner.encode()),
    ]


def made_chain(seed: int, height: int) -> Chain:
    """A small chain that spends every form of output, old ones and those of the same block."""
    chain, chance = Chain(seed=f"fuzz {seed}"), random.Random(seed)
    chain.mine(lock("miner"), count=2)
    while chain.height < height:
        for _ in range(chance.choice([0, 1, 1, 2, 5])):
            coins = [coin for coin in chain.coins.values() if coin.lock.script[:1] != b"\x6a"]
            _spend(chain, chance, chance.sample(coins, min(len(coins), chance.choice([1, 1, 2, 4]))))
        chain.mine(lock(f"miner {chance.randrange(2)}", chance.choice(["p2pkh", "p2wpkh", "p2pk"])))
    return chain


def _spend(chain: Chain, chance: random.Random, coins: Sequence[Coin]) -> None:
    total = sum(coin.value for coin in coins)
    to = chance.sample(locks(f"owner {chance.randrange(5)}"), chance.choice([1, 2, 3, 12]))
    shares = [(each, 0 if each.script[:1] == b"\x6a" else total // len(to)) for each in to]
    made = chain.draft(
        coins, shares, lock_time=chance.choice([0, 7]), sequence=chance.choice([0, 0xFFFFFFFF])
    )
    chain.waiting.append(made)
    for coin in coins:
        chain.coins.pop(coin.outpoint)
    chain.coins.update({coin.outpoint: coin for coin in made.outputs})


def frames_of(data: bytes) -> list[bytes]:
    """The blocks of a file that holds frames and nothing else."""
    blocks, at = [], 0
    while at < len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        blocks.append(data[at + 8 : end])
        at = end
    return blocks


def framed(on: Network) -> Callable[[bytes], bytes]:
    """What puts a block into a frame of a network."""
    return lambda raw: on.magic + len(raw).to_bytes(4, "little") + raw


# Breaking


def _flip(data: bytes, chance: random.Random, at: int | None = None) -> bytes:
    at = chance.randrange(len(data)) if at is None else min(at, len(data) - 1)
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def starts_of(data: bytes, magic: bytes) -> list[int]:
    """Where the magic stands; one place at least."""
    found, at = [], data.find(magic)
    while at >= 0:
        found.append(at)
        at = data.find(magic, at + 1)
    return found or [0]


def _pieces(data: bytes, magic: bytes) -> list[bytes]:
    edges = [0, *(each for each in starts_of(data, magic) if each), len(data)]
    return [data[first:last] for first, last in pairwise(edges)]


def break_bytes(data: bytes, chance: random.Random, subject: Subject) -> tuple[str, bytes]:
    """One thing that goes wrong with the bytes of a file, and its name."""
    magic = subject.network.magic
    at, begin = chance.randrange(len(data)), chance.choice(starts_of(data, magic))
    length = min(chance.choice([1, 1, 2, 8, 80, 300, 5_000]), len(data) - at)
    stated = int.from_bytes(data[begin + 4 : begin + 8], "little")
    near = max(0, stated + chance.choice([-80, -8, -1, 1, 8, 80, 4_000])) % (1 << 32)
    count = bytes([chance.choice([0, 1, 2, 0x7F, 0xFC, 0xFD, 0xFE, 0xFF])])
    body = min(begin + 88 + chance.randrange(200), len(data) - 1)
    ways: dict[str, Callable[[], bytes]] = {
        "flip": lambda: _flip(data, chance),
        "flips": lambda: _flip(_flip(_flip(data, chance), chance), chance),
        "noise": lambda: data[:at] + chance.randbytes(length) + data[at + length :],
        "zeros": lambda: data[:at] + bytes(length) + data[at + length :],
        "lost": lambda: data[:at] + data[at + length :],
        "garbage": lambda: data[:at] + chance.randbytes(chance.choice([1, 7, 300, 9_000])) + data[at:],
        "zeros added": lambda: data[:at] + bytes(length) + data[at:],
        "cut": lambda: data[:at],
        "cut, then zeros": lambda: data[:at] + bytes(chance.choice([1, 100, 70_000])),
        "turned": lambda: data[at:] + data[:at],
        "repeated": lambda: data[:at] + data[max(0, at - length) : at] + data[at:],
        "frame inside": lambda: data[:at] + chance.choice(_pieces(data, magic)) + data[at:],
        "length": lambda: data[: begin + 4] + chance.randbytes(4) + data[begin + 8 :],
        "small length": lambda: data[: begin + 4] + chance.randbytes(2) + bytes(2) + data[begin + 8 :],
        "near length": lambda: data[: begin + 4] + near.to_bytes(4, "little") + data[begin + 8 :],
        "magic": lambda: data[:at] + magic + data[at + 4 :],
        "no magic": lambda: _flip(data, chance, begin + chance.randrange(4)),
        "header": lambda: _flip(data, chance, begin + 8 + chance.randrange(80)),
        "count": lambda: data[:body] + count + data[body + 1 :],
        "frames swapped": lambda: b"".join(chance.sample(p := _pieces(data, magic), len(p))),
        "frame twice": lambda: data + chance.choice(_pieces(data, magic)),
        "frame lost": lambda: b"".join(
            (p := _pieces(data, magic))[: (n := chance.randrange(len(p)))] + p[n + 1 :]
        ),
    }
    way = chance.choice(list(ways))
    return way, ways[way]()


def break_block(blocks: Sequence[bytes], chance: random.Random) -> list[bytes]:
    """A chain one of whose blocks is broken inside, with work and links done again after it.

    Where the plain parser still reads the block its Merkle root is set right too, so that only what
    the broken bytes mean is left to be judged.
    """
    height = chance.randrange(1, len(blocks))
    raw = blocks[height]
    for _ in range(chance.choice([1, 1, 2])):
        if chance.random() < 0.5:
            raw = _flip(raw, chance, 80 + chance.randrange(len(raw) - 80))
        else:
            at = 80 + chance.randrange(len(raw) - 80)
            raw = raw[:at] + chance.randbytes(chance.choice([0, 1, 4])) + raw[at + chance.choice([0, 1, 4]) :]
    root = None
    with suppress(ParseError):
        root = merkle_root([each.txid for each in parse_block(raw).transactions])[0]
    done = [*blocks[:height], remine(raw, merkle_root=root)]
    for following in blocks[height + 1 :]:
        done.append(remine(following, previous=sha256d(done[-1][:80])))
    return done


def make_case(seed: int, number: int, chains: Sequence[Subject]) -> Case:
    """The case of a seed and a number."""
    chance = random.Random(f"{seed} {number}")
    subject = chance.choice(chains)
    said: list[str] = []
    blocks: Sequence[bytes] = [*subject.blocks, *subject.stale]
    if subject.network.name == "regtest" and chance.random() < 0.25:
        blocks = [*break_block(subject.blocks, chance), *subject.stale]
        said.append("block")
    frames = list(map(framed(subject.network), blocks))
    cut = chance.choice([len(frames), chance.randrange(1, len(frames))])
    files = [b"".join(part) for part in (frames[:cut], frames[cut:]) if part]
    for _ in range(chance.choice([0, 1] if said else [1, 1, 1, 2, 4])):
        which = chance.randrange(len(files))
        if files[which]:
            way, files[which] = break_bytes(files[which], chance, subject)
            said.append(way)
    obfuscation = chance.choice([None, None, KEY, NO_KEY])
    lying = [obfuscate(data, obfuscation or NO_KEY) for data in files]
    if chance.random() < 0.03:
        obfuscation = chance.choice([None, KEY, KEY[:5], b"", chance.randbytes(8)])
        said.append("key")
    elif chance.random() < 0.3:
        lying[-1] += bytes(chance.choice([1, 4_096, 70_000]))
        said.append("allocated ahead")
    return Case(number, subject, tuple(lying), tuple(files), obfuscation, chance.random() < 0.12, tuple(said))
