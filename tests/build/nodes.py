"""Chains with a bit of everything in them, nodes' folders that hold them, and how a build refuses one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from clew.bitcoin.script import multisig_script
from clew.build import Summary, index
from clew.errors import ClewError
from clew.ledger import manifest as manifests
from clew.ledger.ledger import Ledger
from clew.schema import MAX_SCRIPT_SIZE
from clew.simulate.blockfile import frame, obfuscate, write_block_files
from clew.simulate.chain import Chain, Coin, Transfer
from clew.simulate.locks import (
    KNOWN_KEY,
    Lock,
    anything,
    key,
    lock,
    pay_to_multisig,
    pay_to_nested,
    pay_to_nobody,
    pay_to_pubkeyhash,
    pay_to_witness_multisig,
)
from naive.ledger import build_ledger

KEY = bytes.fromhex("1f00a5c3887e0b42")
"""A key for obfuscation, with a zero in it."""

REGTEST = Chain().network


def every_lock(owner: str) -> list[Lock]:
    """One lock of each form that an output can have, in the name of one owner."""
    return [
        *(lock(owner, kind) for kind in ("p2pk", "p2pkh", "p2sh-p2wpkh", "p2wpkh", "p2tr")),
        pay_to_multisig(1, [key(owner), key(f"{owner}'s friend")]),
        pay_to_witness_multisig(2, [key(owner), key(f"{owner}'s friend")]),
        anything(bytes.fromhex("51024e73")),
        anything(bytes([0x52, 2]) + key(owner)[:2]),
        anything(bytes([0x60, 40]) + key(owner) + bytes(7)),
        anything(b"\x51" + key(owner)),
        anything(b"\x51"),
        anything(multisig_script(1, [key(owner)]) + b"\x61"),
        anything(bytes(MAX_SCRIPT_SIZE + 1)),
        pay_to_nobody(owner.encode()),
    ]


def spend(chain: Chain, coins: Sequence[Coin], outputs: Sequence[tuple[Lock | bytes, int]]) -> Transfer:
    """A transaction for the next block, whatever the age of what it spends."""
    made = chain.draft(coins, outputs)
    chain.waiting.append(made)
    for coin in coins:
        chain.coins.pop(coin.outpoint)
    chain.coins.update({coin.outpoint: coin for coin in made.outputs})
    return made


def spendable(chain: Chain) -> list[Coin]:
    """The coins that can be spent, however young, oldest first."""
    return [coin for coin in chain.coins.values() if is_spendable(coin.lock)]


def is_spendable(what: Lock) -> bool:
    """False for OP_RETURN and for scripts that are too long to run."""
    return what.script[:1] != b"\x6a" and len(what.script) <= MAX_SCRIPT_SIZE


@cache
def lively_blocks(height: int = 40) -> tuple[bytes, ...]:
    """Blocks 0 to ``height`` with spends of every kind of output, of old blocks and within one."""
    return tuple(lively(height).raw_blocks)


def lively(height: int = 40, seed: str = "lively") -> Chain:
    """The chain of ``lively_blocks``."""
    chain = Chain(seed=seed)
    chain.mine(lock("miner"), count=3)
    while chain.height < height:
        now = chain.height
        owner = f"owner {now % 7}"
        coins = spendable(chain)
        made = spend(chain, coins[:2], _share(coins[:2], every_lock(owner)))
        if now % 3 == 0:
            everybody = [each(KNOWN_KEY) for each in (pay_to_pubkeyhash, pay_to_nested)]
            paid = [lock(owner), lock("shop", "p2tr"), *everybody]
            spend(chain, made.outputs[:3], _share(made.outputs[:3], paid))
        if now % 5 == 0:
            equal = [coin for coin in spendable(chain) if coin.value > 3 * 10_000][-3:]
            if len(equal) == 3:
                people = [lock(f"{owner} {number}", "p2wpkh") for number in range(3)]
                spend(chain, equal, [(each, 10_000) for each in people])
        chain.mine(lock(f"miner {now % 2}", "p2wpkh"))
    return chain


def _share(coins: Sequence[Coin], locks: Sequence[Lock]) -> list[tuple[Lock | bytes, int]]:
    total = sum(coin.value for coin in coins)
    return [(each, 0 if each.script[:1] == b"\x6a" else total // len(locks)) for each in locks]


def truth(folder: Path, blocks: Sequence[bytes], network: str = "regtest") -> str:
    """The digest that the slow twin gives for a chain."""
    return build_ledger(folder, blocks, network).digest()


def node(folder: Path, blocks: Sequence[bytes], **how: object) -> Path:
    """A folder of block files; ``how`` as for ``write_block_files``."""
    write_block_files(folder, blocks, network=REGTEST, **how)  # type: ignore[arg-type]
    return folder


def raw_node(folder: Path, *files: bytes, key: bytes | None = None) -> Path:
    """A folder with these files, byte by byte, obfuscated where there is a key."""
    folder.mkdir(parents=True, exist_ok=True)
    if key is not None:
        (folder / "xor.dat").write_bytes(key)
    for number, data in enumerate(files):
        (folder / f"blk{number:05d}.dat").write_bytes(obfuscate(data, key or bytes(8)))
    return folder


def framed(blocks: Sequence[bytes]) -> list[bytes]:
    """Each block as a frame of regtest."""
    return [frame(block, REGTEST) for block in blocks]


def built(ledger: Path, blocks: Path, **how: object) -> Summary:
    """Index on regtest, unless ``how`` says otherwise."""
    return index(ledger, blocks, **{"network": "regtest", **how})  # type: ignore[arg-type]


def digest(ledger: Path) -> str:
    """The digest of what lies in a ledger folder now, computed from its files."""
    return Ledger(ledger).digest()


def reached_by(ledger: Path) -> int:
    """The last height that a run has committed or kept."""
    manifest = manifests.read(ledger)
    return (manifest.building.blocks if manifest.building else manifest.blocks) - 1


def contents(folder: Path) -> dict[str, bytes | None] | None:
    """Every file below a folder and its bytes (None for a folder); None where there is no such folder."""
    if not folder.exists():
        return None
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def refused(kind: type[ClewError], ledger: Path, blocks: Path, *words: str, **how: object) -> str:
    """Index, which must end in this very error and leave the ledger folder byte for byte as it was.

    Returns its message, which must be one line and hold all ``words``.
    """
    before = contents(ledger)
    with pytest.raises(kind) as caught:
        built(ledger, blocks, **how)
    message = str(caught.value)
    assert type(caught.value) is kind, message
    assert "\n" not in message
    for word in words:
        assert word in message, f"{word!r} is not in: {message}"
    unchanged(ledger, before)
    return message


def unchanged(ledger: Path, before: dict[str, bytes | None] | None) -> None:
    """Assert that a ledger folder is byte for byte as it was, but for the empty file that locks it."""
    after = contents(ledger)
    if before is None or after is None:
        assert before is after, "the ledger folder came or went"
        return
    names = (before.keys() | after.keys()) - {"lock"}
    assert [name for name in sorted(names) if before.get(name, "") != after.get(name, "")] == []


def largest(blocks: Sequence[bytes]) -> int:
    """Height of the largest block."""
    return max(range(len(blocks)), key=lambda height: len(blocks[height]))
