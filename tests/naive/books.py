"""The slow twins of the books a build keeps: a dictionary of addresses, one of unspent outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from clew.schema import NO_ADDRESS, NO_OUTPUT, NULLDATA

Point = tuple[bytes, int]
"""Transaction id and output index."""


@dataclass
class NaiveAddresses:
    """Ids by address type and payload, in order of first appearance."""

    ids: dict[tuple[int, bytes], int] = field(default_factory=dict)

    def resolve(self, outputs: Sequence[tuple[int, bytes]]) -> tuple[list[int], list[int]]:
        """The ids of outputs, and the rows where new addresses first appear."""
        found, firsts = [], []
        for row, address in enumerate(outputs):
            if address[0] == NULLDATA:
                found.append(NO_ADDRESS)
                continue
            if address not in self.ids:
                self.ids[address] = len(self.ids)
                firsts.append(row)
            found.append(self.ids[address])
        return found, firsts


@dataclass(frozen=True)
class Moved:
    """A transaction as the spends see it. ``dead``: indexes of outputs that nobody can spend."""

    txid: bytes
    inputs: tuple[Point, ...]
    outputs: int
    dead: frozenset[int] = frozenset()


class NaiveSpendError(Exception):
    """An input that spends nothing that is there; ``args[0]`` is its row in the batch."""


@dataclass
class NaiveSpends:
    """Unspent outputs by transaction id and index, and each id's latest transaction."""

    unspent: dict[Point, int] = field(default_factory=dict)
    latest: dict[bytes, int] = field(default_factory=dict)
    transactions: int = 0
    outputs: int = 0

    def resolve(self, batch: Sequence[Moved]) -> tuple[list[int], dict[int, int]]:
        """The output that each input spends, and rows of transactions with the id of the one of the
        same txid that they replace. No inputs: a coinbase, whose one input spends nothing.

        Raises NaiveSpendError.
        """
        spent: list[int] = []
        replaced: dict[int, int] = {}
        for row, moved in enumerate(batch):
            if not moved.inputs:
                spent.append(NO_OUTPUT)
            for point in moved.inputs:
                if point not in self.unspent:
                    raise NaiveSpendError(len(spent))
                spent.append(self.unspent.pop(point))
            lost = (
                [point for point in self.unspent if point[0] == moved.txid]
                if moved.txid in self.latest
                else []
            )
            for point in lost:
                del self.unspent[point]
            if lost:
                replaced[row] = self.latest[moved.txid]
            self.latest[moved.txid] = self.transactions
            for index in range(moved.outputs):
                if index not in moved.dead:
                    self.unspent[moved.txid, index] = self.outputs + index
            self.transactions += 1
            self.outputs += moved.outputs
        return spent, replaced
