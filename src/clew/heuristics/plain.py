"""One transaction in plain Python, as the plain form of a rule sees it.

A single look-up can answer from it without compiling anything, and it is the second opinion on what
kernels say of whole ranges.
"""

from __future__ import annotations

from dataclasses import dataclass

from clew.schema import FLAG_COINBASE, FLAG_WITNESS, SIGNED_ALL, UNSPENT


@dataclass(frozen=True, slots=True)
class Input:
    """What an input spends: address id, code into SCRIPT_TYPES, satoshi. ``signing`` as in the schema."""

    address: int
    script_type: int
    value: int
    sequence: int = 0xFFFFFFFF
    signing: int = SIGNED_ALL
    is_known_key: bool = False
    """Whether everybody knows the private key."""


@dataclass(frozen=True, slots=True)
class Output:
    """An output: satoshi, code into SCRIPT_TYPES, address id or NO_ADDRESS.

    ``is_fresh``: no output before it paid this address. ``spent_by``: as in the schema;
    ``spender``: that transaction, if there is one; ``head``: the first 20 bytes of what the address
    commits to.
    """

    value: int
    script_type: int
    address: int
    is_fresh: bool = False
    spent_by: int = UNSPENT
    spender: Transaction | None = None
    head: bytes = b""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction; a coinbase has no inputs here. Sizes in bytes."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    height: int = 0
    version: int = 1
    lock_time: int = 0
    flags: int = 0
    size: int = 0
    base_size: int = 0

    @property
    def is_coinbase(self) -> bool:
        """Whether it is its block's coinbase."""
        return bool(self.flags & FLAG_COINBASE) or not self.inputs

    @property
    def has_witness(self) -> bool:
        """Whether any input has a witness."""
        return bool(self.flags & FLAG_WITNESS)

    @property
    def weight(self) -> int:
        """Weight units (BIP 141)."""
        return 3 * self.base_size + self.size

    @property
    def fee(self) -> int:
        """Satoshi left to the miner; 0 for a coinbase."""
        if self.is_coinbase:
            return 0
        return sum(each.value for each in self.inputs) - sum(each.value for each in self.outputs)


__all__ = ["Input", "Output", "Transaction"]
