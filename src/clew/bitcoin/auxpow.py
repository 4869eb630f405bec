"""AuxPoW: a block's proof of work done on the header of another chain's block (merged mining).

Dogecoin's blocks are found by Litecoin's miners. Such a block carries, between its header and its
transactions, the parent's header, the parent's coinbase that commits to this block, and the Merkle
branches that tie them together. Source: Dogecoin Core, ``src/auxpow.cpp``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import unpack_from

from clew.bitcoin.hashes import sha256d
from clew.bitcoin.header import Header, read_header
from clew.bitcoin.transaction import Transaction, read_transaction
from clew.bitcoin.wire import Reader, compact_size

VERSION_BIT = 0x100
"""Set in the version of a header that an AuxPoW follows."""

CHAIN_SHIFT = 16
"""The upper half of a version is the chain's id."""

MERGED_MINING = b"\xfa\xbemm"
"""Stands before the commitment in the parent's coinbase script."""

_MOST_CHAINS = 30
_LAST_EARLY_PLACE = 20
_ANY_VALUE = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class AuxPow:
    """What ties a block to its parent. Hashes in wire order; a branch runs from the leaf upwards.

    ``block_hash`` is stated and means nothing. ``branch`` leads from the coinbase to the parent's Merkle
    root, ``chain_branch`` from our block's hash to what the coinbase commits to.
    """

    coinbase: Transaction
    block_hash: bytes
    branch: tuple[bytes, ...]
    index: int
    chain_branch: tuple[bytes, ...]
    chain_index: int
    parent: Header

    def serialise(self) -> bytes:
        """Its bytes."""
        parts = [self.coinbase.serialise(), self.block_hash]
        for branch, index in ((self.branch, self.index), (self.chain_branch, self.chain_index)):
            parts += [compact_size(len(branch)), *branch, index.to_bytes(4, "little")]
        return b"".join([*parts, self.parent.serialise()])


def has_auxpow(version: int) -> bool:
    """Whether an AuxPoW follows a header of this version, on a network that has them."""
    return bool(version & VERSION_BIT)


def chain_of(version: int) -> int:
    """The chain id in a header's version."""
    return (version & 0xFFFFFFFF) >> CHAIN_SHIFT


def read_auxpow(reader: Reader) -> AuxPow:
    """The AuxPoW that comes next. Raises ParseError with the byte offset.

    The parent's coinbase is read as any transaction: its chain's amounts are not ours to judge.
    """
    reader.part = "the AuxPoW"
    coinbase = read_transaction(reader, max_money=_ANY_VALUE)
    block_hash = reader.take(32, "parent block's hash")
    branch = _read_branch(reader, "Merkle branch")
    index = reader.unsigned(4, "place in the parent")
    chain_branch = _read_branch(reader, "chain branch")
    chain_index = reader.unsigned(4, "place among the chains")
    parent = read_header(reader)
    reader.part = ""
    return AuxPow(coinbase, block_hash, branch, index, chain_branch, chain_index, parent)


def _read_branch(reader: Reader, what: str) -> tuple[bytes, ...]:
    return tuple(reader.take(32, what) for _ in range(reader.compact_size(f"length of the {what}")))


def branch_root(leaf: bytes, branch: Sequence[bytes], index: int) -> bytes:
    """The Merkle root above ``leaf``, which stands at ``index``."""
    for other in branch:
        leaf = sha256d(other + leaf) if index & 1 else sha256d(leaf + other)
        index >>= 1
    return leaf


def expected_index(nonce: int, chain: int, height: int) -> int:
    """The one place that a chain may have in a tree of 2^height chains; a nonce settles collisions."""
    mixed = (nonce * 1103515245 + 12345 + chain) * 1103515245 + 12345
    return (mixed & 0xFFFFFFFF) % (1 << height)


def fault(header: Header, auxpow: AuxPow, chain: int) -> str:
    """What is wrong with the ties between a block and its parent; empty if nothing.

    ``chain`` is the chain id of the network. Whether the parent's hash meets our target is not asked.
    """
    if chain_of(header.version) != chain:
        return f"chain id {chain_of(header.version):#x} instead of {chain:#x}"
    if chain_of(auxpow.parent.version) == chain:
        return "a parent of our own chain"
    if auxpow.index:
        return "a parent transaction that is not the first"
    if len(auxpow.chain_branch) > _MOST_CHAINS:
        return f"a branch over more than 2^{_MOST_CHAINS} chains"
    if branch_root(auxpow.coinbase.txid, auxpow.branch, 0) != auxpow.parent.merkle_root:
        return "a coinbase that is not in the parent"
    root = branch_root(header.hash, auxpow.chain_branch, auxpow.chain_index)
    return _commitment_fault(auxpow, root[::-1], chain)


def _commitment_fault(auxpow: AuxPow, root: bytes, chain: int) -> str:
    script = auxpow.coinbase.inputs[0].script
    at, mark = script.find(root), script.find(MERGED_MINING)
    if at < 0:
        return "a parent coinbase that does not name this block"
    if mark >= 0 and script.find(MERGED_MINING, mark + 1) >= 0:
        return "several commitments in the parent's coinbase"
    if mark >= 0 and mark + len(MERGED_MINING) != at:
        return "a commitment that does not follow its mark"
    if mark < 0 and at > _LAST_EARLY_PLACE:
        return "an unmarked commitment that stands too late in the parent's coinbase"
    after = at + len(root)
    if len(script) - after < 8:
        return "a commitment without the number of chains"
    size, nonce = unpack_from("<II", script, after)
    height = len(auxpow.chain_branch)
    if size != 1 << height:
        return "a commitment over another number of chains"
    if auxpow.chain_index != expected_index(nonce, chain, height):
        return "another place among the chains than ours"
    return ""
