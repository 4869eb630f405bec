"""Coinjoin rounds as they were: who took part, and what each coin was to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["input", "remix", "equal", "change", "fee", "premix", "payment"]
"""*input*: a coin brought in; *remix*: one that comes from an earlier round, brought in again; *equal*: a
mixed output of a shared amount; *change*; *fee*: to the coordinator; *premix*: made by a Tx0 to be mixed;
*payment*: what a PayJoin pays, the payee's own coin in it."""


class Part(NamedTuple):
    """One coin of a round, the actor whose it is, and what it is in the round."""

    coin: int
    actor: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Round:
    """One coinjoin: the transaction, the protocol, inputs and outputs.

    ``protocol``: the world's names, and ``tx0`` and ``payjoin``. A Tx0's OP_RETURN is no part of it.
    """

    tx: int
    protocol: str
    inputs: tuple[Part, ...]
    outputs: tuple[Part, ...]
