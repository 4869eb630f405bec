"""The slow twins of the books a build keeps: a dictionary of addresses, one of unspent outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from clew.kernels import spends as kernel
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
    """An input that spends nothing that is there; ``args``: its row in the batch, and what is wrong."""


@dataclass
class NaiveSpends:
    """Unspent outputs by transaction id and index, and each id's latest transaction."""

    unspent: dict[Point, int] = field(default_factory=dict)
    latest: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    """First output, and how many."""
    outputs: int = 0

    def resolve(self, batch: Sequence[Moved]) -> tuple[list[int], dict[int, int]]:
        """The output that each input spends; and by row of a transaction, the first output of the one of
        the same id that it replaces. No inputs: a coinbase, whose one input spends nothing.

        Raises NaiveSpendError.
        """
        spent: list[int] = []
        replaced: dict[int, int] = {}
        for row, moved in enumerate(batch):
            if not moved.inputs:
                spent.append(NO_OUTPUT)
            for point in moved.inputs:
                if point not in self.unspent:
                    raise NaiveSpendError(len(spent), self._fault(point))
                spent.append(self.unspent.pop(point))
            lost = (
                [point for point in self.unspent if point[0] == moved.txid]
                if moved.txid in self.latest
                else []
            )
            for point in lost:
                del self.unspent[point]
            if lost:
                replaced[row] = self.latest[moved.txid][0]
            self.latest[moved.txid] = self.outputs, moved.outputs
            for index in range(moved.outputs):
                if index not in moved.dead:
                    self.unspent[moved.txid, index] = self.outputs + index
            self.outputs += moved.outputs
        return spent, replaced

    def _fault(self, point: Point) -> int:
        # What is spent whole is forgotten, by pages of outputs.
        txid, index = point
        if not self._holds(txid, index // kernel.PAGE):
            # A first page that is not full has none after it.
            is_short = self._holds(txid, 0) and self.latest[txid][1] < kernel.PAGE
            return kernel.NO_SUCH_OUTPUT if is_short else kernel.NO_SUCH_TRANSACTION
        return kernel.NO_SUCH_OUTPUT if index >= self.latest[txid][1] else kernel.SPENT_ALREADY

    def _holds(self, txid: bytes, page: int) -> bool:
        first = page * kernel.PAGE
        return any((txid, first + other) in self.unspent for other in range(kernel.PAGE))
