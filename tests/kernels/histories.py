"""Made-up chains for the table of unspent outputs, and what it must agree with."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from clew.build import spends as build
from clew.build.spends import SpendFault, SpendTable
from clew.kernels import spends as kernel
from clew.kernels.parse import Columns
from clew.schema import FLAG_COINBASE, NULLDATA, PUBKEYHASH
from naive.books import Moved, NaiveSpends

MakeTxid = Callable[[random.Random], bytes]


def at_the_end(rng: random.Random) -> bytes:
    """In one of two shards, at one of the last or first places whatever the table's size."""
    low = rng.choice([0xFFFFFFFD, 0xFFFFFFFF, 0xFFFFFFFF, 0])
    return low.to_bytes(4, "little") + bytes(3) + bytes([rng.choice([0, 0xFC])]) + rng.randbytes(24)


TXIDS: dict[str, MakeTxid] = {
    "any": lambda rng: rng.randbytes(32),
    "one key": lambda rng: b"\xff" * 8 + rng.randbytes(24),
    "one place in each shard": lambda rng: b"\x99" * 4 + rng.randbytes(28),
    "one place in one shard": lambda rng: b"\x99" * 4 + rng.randbytes(3) + b"\3" + rng.randbytes(24),
    "ends of a shard": at_the_end,
    "different in one byte of sixteen": lambda rng: bytes(15) + rng.randbytes(1) + bytes(16),
}


def columns_of(batch: Sequence[Moved], unspendable: int = 0) -> Columns:
    """As the parser would fill them. Of the outputs that nobody can spend, those with an odd index are an
    OP_RETURN, and the others have too long a script; the first ``unspendable`` look like any."""
    inputs = [point for each in batch for point in (each.inputs or ((bytes(32), 0xFFFFFFFF),))]
    dead = [(index in each.dead, index % 2) for each in batch for index in range(each.outputs)]
    dead[:unspendable] = [(False, 0)] * unspendable
    empty: Any = dict.fromkeys(Columns._fields)
    return Columns(**empty)._replace(
        txid=np.frombuffer(b"".join(each.txid for each in batch), np.uint8),
        offset=np.zeros(len(batch), np.uint32),
        flags=np.array([0 if each.inputs else FLAG_COINBASE for each in batch], np.uint8),
        first_output=np.cumsum([0, *(each.outputs for each in batch)], dtype=np.int64),
        first_input=np.cumsum([0, *(max(len(each.inputs), 1) for each in batch)], dtype=np.int64),
        script_type=np.array([NULLDATA if no and odd else PUBKEYHASH for no, odd in dead], np.uint8),
        oversize=np.array([no and not odd for no, odd in dead], np.uint8),
        previous_txid=np.frombuffer(b"".join(txid for txid, _ in inputs), np.uint8),
        previous_index=np.array([index for _, index in inputs], np.uint32),
        sequence=np.zeros(len(inputs), np.uint32),
    )


def small(per: int = 4) -> SpendTable:
    """A table that has little room, so that it must grow, and its runs go round the end."""
    book = SpendTable()
    book._table = np.zeros((kernel.SHARDS * per, kernel.WORDS), np.uint64)
    return book


Entries = dict[tuple[bytes, int], tuple[int, int, int]]
"""By half a transaction id and page: first output, outputs, and which of them are unspent, as bits."""


def entries(table: Any) -> Entries:
    """What a table holds, each entry once."""
    held = table[table[:, kernel.UNSPENT_BITS] != 0]
    found: Entries = {}
    for row in held:
        place = int(row[kernel.PLACE])
        found[row[:2].tobytes(), place >> 46] = (
            place & (1 << 40) - 1,
            (place >> 40 & 63) + 1,
            int(row[kernel.UNSPENT_BITS]),
        )
    assert len(found) == len(held)
    return found


def require_reachable(table: Any) -> None:
    """That no free slot lies between the place of an entry and where it stands."""
    per = len(table) // kernel.SHARDS
    taken = table[:, kernel.UNSPENT_BITS] != 0
    for at in np.flatnonzero(taken).tolist():
        page = int(table[at, kernel.PLACE]) >> 46
        slot = int(kernel._home(table[at, 0], page, per))
        base = at // per * per
        assert int(table[at, 0]) >> 58 == at // per
        while base + slot != at:
            assert taken[base + slot]
            slot = (slot + 1) % per


class Told:
    """A table, the rows it leads to, and the dictionary that it must agree with.

    ``outputs``: how many come before the first batch.
    """

    def __init__(self, engine: Any, book: SpendTable, outputs: int = 0) -> None:
        self.engine, self.book = engine, book
        self.naive = NaiveSpends(outputs=outputs)
        self.txids: list[bytes] = []
        self.first_output: list[int] = []
        self.types: list[int] = []
        self.long: list[int] = []
        self.spent: list[int] = []
        self.replaced: dict[int, int] = {}

    def resolve(self, batch: Sequence[Moved], unspendable: int = 0) -> tuple[Any, Any, SpendFault | None]:
        columns = columns_of(batch, unspendable)
        return self.book.resolve(columns, self.naive.outputs, unspendable, self.engine)

    def add(self, batch: Sequence[Moved], unspendable: int = 0) -> None:
        """A batch of a sound chain."""
        before = self.naive.outputs
        spent, replaced, fault = self.resolve(batch, unspendable)
        expected, expected_replaced = self.naive.resolve(batch)
        assert fault is None
        assert spent.tolist() == expected
        assert {
            row: int(earlier) for row, earlier in enumerate(replaced) if earlier != kernel.NOTHING
        } == expected_replaced
        columns = columns_of(batch, unspendable)
        self.replaced.update({len(self.txids) + row: old for row, old in expected_replaced.items()})
        self.txids += [each.txid for each in batch]
        self.first_output += (columns.first_output[:-1] + before).tolist()
        self.types += columns.script_type.tolist()
        self.long += [*range(before, before + unspendable), *(np.flatnonzero(columns.oversize) + before)]
        self.spent += expected
        self.require_same_entries()

    def take_up(self) -> None:
        """Forget the table, and fill a new one from the rows."""
        rows = {
            "outputs.script_type": np.array(self.types, np.uint8),
            "unspendable.output": np.array(self.long, np.int64),
            "inputs.spent_output": np.array(self.spent, np.int64),
            "transactions.first_output": np.array(self.first_output, np.int64),
            "transactions.txid": np.frombuffer(b"".join(self.txids), np.uint8).reshape(-1, 32),
        }
        counts = {
            "outputs": len(self.types),
            "inputs": len(self.spent),
            "transactions": len(self.txids),
        }
        self.book = small()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(build, "_CHUNK", 5)
            self.book.restore(rows.__getitem__, counts)
        self.require_same_entries()

    def require_same_entries(self) -> None:
        """That the table holds the pages with unspent outputs, and no others."""
        expected: Entries = {}
        for (txid, index), output in self.naive.unspent.items():
            page, bit = divmod(index, kernel.PAGE)
            _, outputs = self.naive.latest[txid]
            _, _, bits = expected.get((txid[:16], page), (0, 0, 0))
            count = min(outputs - page * kernel.PAGE, kernel.PAGE)
            expected[txid[:16], page] = output - bit, count, bits | 1 << bit
        table = self.book._table
        assert entries(table) == expected
        taken = (table[:, kernel.UNSPENT_BITS] != 0).reshape(kernel.SHARDS, -1).sum(axis=1)
        assert self.book._held.tolist() == taken.tolist()
        require_reachable(table)


class History:
    """A made-up chain: sound batches, at random; ``sizes``: how many outputs transactions have."""

    def __init__(
        self,
        rng: random.Random,
        make_txid: MakeTxid,
        sizes: Sequence[int] = (1, 1, 2, 3, 9),
        outputs: int = 0,
    ) -> None:
        self.rng, self.make_txid, self.sizes = rng, make_txid, sizes
        self.known = NaiveSpends(outputs=outputs)
        self.shapes: dict[bytes, tuple[int, frozenset[int]]] = {}

    def batch(self, transactions: int, keep: float) -> list[Moved]:
        """So many transactions; the lower ``keep``, the more of what is unspent is spent."""
        made: list[Moved] = []
        for _ in range(transactions):
            made.append(self._moved(keep))
            self.known.resolve(made[-1:])
        return made

    def _moved(self, keep: float) -> Moved:
        unspent = list(self.known.unspent)
        wanted = self.rng.choice([1, 1, 2, 3, 6, max(self.sizes)]) if self.rng.random() > keep else 0
        inputs = tuple(self.rng.sample(unspent, min(wanted, len(unspent))))
        if self.shapes and self.rng.random() < 0.15:
            txid = self.rng.choice(list(self.shapes))
            if txid not in {spent for spent, _ in inputs}:
                return Moved(txid, inputs, *self.shapes[txid])
        txid = self.make_txid(self.rng)
        while txid in self.shapes and len(self.shapes) < 200:
            txid = self.make_txid(self.rng)
        outputs = self.rng.choice(self.sizes)
        share = self.rng.choice([0.15, 0.15, 0.98])
        dead = frozenset(index for index in range(outputs) if self.rng.random() < share)
        self.shapes.setdefault(txid, (outputs, dead))
        return Moved(txid, inputs, *self.shapes[txid])
