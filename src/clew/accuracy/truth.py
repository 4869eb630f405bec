"""What is true of a ledger's addresses, outputs and transactions, as far as somebody knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clew.ledger.columns import Array

RANKS = {
    1: "real labelled data",
    2: "emulators by others",
    3: "worlds by others",
    4: "our own worlds",
}
"""How much a score is worth, by where its truth comes from; 1 is worth most."""

REAL, OWN_WORLDS = 1, 4

NOT_KNOWN = -1
"""Of an address: nobody said whose it is, or it is several people's. Of an output or a transaction: nobody
said what it is."""

NO_PROTOCOL = 0
"""Of a transaction: it is no coinjoin."""


@dataclass
class Truth:
    """Truth in the ledger's own numbers; NOT_KNOWN where there is none.

    By address, int64: ``actor`` and ``wallet``, who controls it and by which software's keys. By output,
    int8: ``change``, 1 for change, 0 for none. By transaction: ``protocol`` (int8, into ``protocols``,
    NO_PROTOCOL for no coinjoin), ``round_size`` (int32, equal outputs of a round), ``form`` (int16,
    into ``forms``), ``maker`` (int64, the wallet that made it). ``joint``: addresses with several owners
    and who they are; ``everybody`` those that all can sign for, or anyone spend. ``models`` by wallet,
    ``kinds`` by actor. ``services``: actors that serve many. ``service``: the one that is
    investigated, NOT_KNOWN for none, and ``service_addresses``, where it was paid.
    """

    source: dict[str, Any]
    """What it is, for people: name, world, seed, rank, tip and more, plain values."""
    actor: Array
    wallet: Array
    change: Array
    protocol: Array
    protocols: tuple[str, ...] = ("",)
    round_size: Array = field(default_factory=lambda: np.zeros(0, np.int32))
    form: Array = field(default_factory=lambda: np.zeros(0, np.int16))
    forms: tuple[str, ...] = ()
    maker: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    joint: dict[int, frozenset[int]] = field(default_factory=dict)
    everybody: frozenset[int] = frozenset()
    models: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    services: frozenset[int] = frozenset()
    service: int = NOT_KNOWN
    service_addresses: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    left_out: dict[str, int] = field(default_factory=dict)
    """How many of what was told could not be used, by the reason."""

    @property
    def has_owners(self) -> bool:
        """Whether anybody said whose addresses are."""
        return bool((self.actor != NOT_KNOWN).any())

    @property
    def has_wallets(self) -> bool:
        """Whether wallets are told apart from their owners."""
        return bool((self.wallet != NOT_KNOWN).any())

    @property
    def has_change(self) -> bool:
        """Whether anybody said which outputs are change."""
        return bool((self.change != NOT_KNOWN).any())

    @property
    def has_coinjoins(self) -> bool:
        """Whether anybody said which transactions are coinjoins."""
        return bool((self.protocol != NOT_KNOWN).any())

    def model_of(self, wallets: Array) -> tuple[Array, tuple[str, ...]]:
        """The model of each wallet as a number, and the models' names; unknown wallets have the last."""
        names = (*sorted(set(self.models)), "unknown")
        numbers = np.array([names.index(each) for each in self.models] + [len(names) - 1], np.int64)
        return numbers[np.where(wallets < 0, len(self.models), wallets)], names


def nothing_known(ledger: Any, source: dict[str, Any]) -> Truth:
    """A truth about a ledger that says nothing yet."""
    counts = ledger.counts
    return Truth(
        source=source,
        actor=np.full(counts["addresses"], NOT_KNOWN, np.int64),
        wallet=np.full(counts["addresses"], NOT_KNOWN, np.int64),
        change=np.full(counts["outputs"], NOT_KNOWN, np.int8),
        protocol=np.full(counts["transactions"], NOT_KNOWN, np.int8),
        round_size=np.zeros(counts["transactions"], np.int32),
        form=np.full(counts["transactions"], NOT_KNOWN, np.int16),
        maker=np.full(counts["transactions"], NOT_KNOWN, np.int64),
    )


__all__ = ["NOT_KNOWN", "NO_PROTOCOL", "OWN_WORLDS", "RANKS", "REAL", "Truth", "nothing_known"]
