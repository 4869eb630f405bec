"""The table of unspent outputs against a dictionary: collisions, removal, replacement, faults."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.build import spends as build
from clew.build.spends import SpendBook, SpendFault
from clew.kernels import spends as kernel
from clew.kernels.jit import JIT
from clew.kernels.parse import Columns
from clew.schema import FLAG_COINBASE, NO_OUTPUT, NULLDATA, PUBKEYHASH
from kernels.engines import ENGINES
from kernels.running import EXAMPLES
from naive.books import Moved, NaiveSpendError, NaiveSpends, Point

MakeTxid = Callable[[random.Random], bytes]


def at_the_end(rng: random.Random) -> bytes:
    """In one of two shards, at one of the last or first places whatever the table's size."""
    low = rng.choice([0xFFFD, 0xFFFE, 0xFFFF, 0xFFFF, 0])
    return low.to_bytes(2, "little") + bytes(5) + bytes([rng.choice([0, 0xFC])]) + rng.randbytes(24)


TXIDS: dict[str, MakeTxid] = {
    "any": lambda rng: rng.randbytes(32),
    "one key": lambda rng: b"\xff" * 8 + rng.randbytes(24),
    "eight bits of key": lambda rng: bytes(7) + rng.randbytes(25),
    "ends of a shard": at_the_end,
    "different in the last byte": lambda rng: bytes(31) + rng.randbytes(1),
}


def columns_of(batch: Sequence[Moved]) -> tuple[Columns, list[int]]:
    """As the parser would fill them, and the outputs that nobody can spend, by row."""
    inputs = [point for each in batch for point in (each.inputs or ((bytes(32), 0xFFFFFFFF),))]
    first_output = np.cumsum([0, *(each.outputs for each in batch)], dtype=np.int64)
    empty: Any = dict.fromkeys(Columns._fields)
    columns = Columns(**empty)._replace(
        txid=np.frombuffer(b"".join(each.txid for each in batch), np.uint8),
        offset=np.zeros(len(batch), np.uint32),
        flags=np.array([0 if each.inputs else FLAG_COINBASE for each in batch], np.uint8),
        first_output=first_output,
        first_input=np.cumsum([0, *(max(len(each.inputs), 1) for each in batch)], dtype=np.int64),
        spendable=np.array([each.outputs - len(each.dead) for each in batch], np.uint32),
        previous_txid=np.frombuffer(b"".join(txid for txid, _ in inputs), np.uint8),
        previous_index=np.array([index for _, index in inputs], np.uint32),
        sequence=np.zeros(len(inputs), np.uint32),
        value=np.zeros(int(first_output[-1]), np.int64),
    )
    dead = [int(first_output[row]) + index for row, each in enumerate(batch) for index in sorted(each.dead)]
    return columns, dead


def small(per: int = 4) -> SpendBook:
    """A book that has little room, so that it must grow, and its runs go round the end."""
    book = SpendBook()
    book._table = build._empty(per)
    return book


class Told:
    """A book, the rows it leads to, and the dictionary that it must agree with."""

    def __init__(self, engine: Any, book: SpendBook) -> None:
        self.engine, self.book = engine, book
        self.naive = NaiveSpends()
        self.txids: list[bytes] = []
        self.first_output: list[int] = []
        self.types: list[int] = []
        self.long: list[int] = []
        self.spent: list[int] = []
        self.lost: list[int] = []

    def resolve(self, batch: Sequence[Moved]) -> tuple[Any, Any, SpendFault | None]:
        columns, dead = columns_of(batch)
        base = (self.naive.transactions, self.naive.outputs)
        unspendable = np.array(dead, np.int64) + base[1]
        none: Any = None
        return self.book.resolve(none, columns, base, unspendable, self.engine)

    def add(self, batch: Sequence[Moved]) -> None:
        """A batch of a sound chain."""
        before = self.naive.transactions, self.naive.outputs
        spent, replaced, fault = self.resolve(batch)
        expected, expected_replaced = self.naive.resolve(batch)
        assert fault is None
        assert spent.tolist() == expected
        assert {
            row: int(earlier) for row, earlier in enumerate(replaced) if earlier != kernel.NOTHING
        } == expected_replaced
        self._keep(batch, before[1], expected, expected_replaced)

    def _keep(self, batch: Sequence[Moved], output: int, spent: list[int], replaced: dict[int, int]) -> None:
        for each in batch:
            self.txids.append(each.txid)
            self.first_output.append(output)
            # Of the dead outputs every other one is an OP_RETURN, the others have too long a script.
            self.types += [
                NULLDATA if index in each.dead and index % 2 else PUBKEYHASH for index in range(each.outputs)
            ]
            self.long += [output + index for index in sorted(each.dead) if not index % 2]
            output += each.outputs
        self.spent += spent
        self.lost += replaced.values()

    def take_up(self) -> None:
        """Forget the book, and fill a new one from the rows."""
        rows = {
            "outputs.script_type": np.array(self.types, np.uint8),
            "unspendable.output": np.array(self.long, np.int64),
            "inputs.spent_output": np.array(self.spent, np.int64),
            "overwritten.transaction": np.array(self.lost, np.uint32),
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

    def entries(self) -> dict[bytes, tuple[int, int, int, int]]:
        """What the book's table holds: first output, outputs, unspent ones and row, by id."""
        table = self.book._table
        held = table[table[:, kernel.OUTPUTS] > 0]
        return {
            entry[:4].tobytes(): tuple(entry[kernel.FIRST :].tolist())
            for entry in held  # type: ignore[misc]
        }

    def require_same_entries(self) -> None:
        """That the table holds the transactions with unspent outputs, and no others."""
        left: dict[bytes, int] = {}
        for txid, _ in self.naive.unspent:
            left[txid] = left.get(txid, 0) + 1
        starts = [*self.first_output, len(self.types)]
        assert self.entries() == {
            txid: (starts[row], starts[row + 1] - starts[row], left[txid], row)
            for txid, row in self.naive.latest.items()
            if txid in left
        }


class History:
    """A made-up chain: sound batches, at random."""

    def __init__(self, rng: random.Random, make_txid: MakeTxid) -> None:
        self.rng, self.make_txid = rng, make_txid
        self.known = NaiveSpends()
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
        wanted = self.rng.choice([1, 1, 2, 3, 6]) if self.rng.random() > keep else 0
        inputs = tuple(self.rng.sample(unspent, min(wanted, len(unspent))))
        if self.shapes and self.rng.random() < 0.15:
            txid = self.rng.choice(list(self.shapes))
            if txid not in {spent for spent, _ in inputs}:
                return Moved(txid, inputs, *self.shapes[txid])
        txid = self.make_txid(self.rng)
        while txid in self.shapes and len(self.shapes) < 200:
            txid = self.make_txid(self.rng)
        outputs = self.rng.choice([1, 1, 2, 3, 9])
        dead = frozenset(index for index in range(outputs) if self.rng.random() < 0.15)
        self.shapes.setdefault(txid, (outputs, dead))
        return Moved(txid, inputs, *self.shapes[txid])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("txids", TXIDS)
@settings(max_examples=EXAMPLES // 5, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0.1, 0.5, 0.9])), min_size=1, max_size=5),
)
def test_small_histories(txids: str, engine: str, rng: random.Random, sizes: list[tuple[int, float]]) -> None:
    history = History(rng, TXIDS[txids])
    told = Told(ENGINES[engine], small())
    for size, keep in sizes:
        told.add(history.batch(size, keep))
        told.require_same_entries()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("txids", TXIDS)
@pytest.mark.parametrize("seed", range(6))
def test_histories(txids: str, engine: str, seed: int) -> None:
    rng = random.Random(seed)
    history = History(rng, TXIDS[txids])
    told = Told(ENGINES[engine], SpendBook() if seed % 2 else small())
    for number in range(8):
        told.add(history.batch(rng.randrange(60 if JIT else 15), 0.9 if number < 4 else 0.2))
        told.require_same_entries()
    assert told.lost


@pytest.mark.parametrize("txids", TXIDS)
@pytest.mark.parametrize("seed", range(4))
def test_taking_up_after_any_batch(txids: str, seed: int) -> None:
    rng = random.Random(seed)
    history = History(rng, TXIDS[txids])
    some = [history.batch(rng.randrange(1, 14), rng.choice([0.2, 0.8])) for _ in range(6)]
    for again in range(len(some) + 1):
        told = Told(ENGINES["three threads"], SpendBook())
        for number, batch in enumerate([*some, []]):
            if number == again:
                told.take_up()
                told.require_same_entries()
            told.add(batch)
        told.require_same_entries()


def test_growth() -> None:
    rng = random.Random(1)
    told = Told(ENGINES["three threads"], SpendBook() if JIT else small())
    history = History(rng, TXIDS["any"])
    size = len(told.book._table)
    total = 30_000 if JIT else 600
    made = [Moved(rng.randbytes(32), (), 2) for _ in range(total)]
    told.add(made)
    assert len(told.book._table) > size
    told.require_same_entries()
    rng.shuffle(made)
    told.add([Moved(rng.randbytes(32), ((each.txid, 1), (each.txid, 0)), 1) for each in made])
    told.require_same_entries()
    told.add(history.batch(3, 1.0))


# Faults

A, B, C, D = (bytes([number]) * 32 for number in (1, 2, 3, 4))
NEXT = bytes([1]) * 31 + b"\2"
"""Shares its key with A."""
START = [Moved(A, (), 3, frozenset({1})), Moved(B, (), 2), Moved(C, ((B, 0),), 1)]

FAULTY: dict[str, tuple[list[Moved], str]] = {
    "no such transaction": ([Moved(D, ((NEXT, 0),), 1)], "no earlier transaction"),
    "no such output": ([Moved(D, ((A, 3),), 1)], "fewer outputs"),
    "no such output by far": ([Moved(D, ((A, 0xFFFFFFFF),), 1)], "fewer outputs"),
    "spent before": ([Moved(D, ((B, 0),), 1)], "spent already"),
    "the last one spent before": ([Moved(D, ((B, 1), (A, 0), (B, 1)), 1)], "no earlier transaction"),
    "twice in one transaction": ([Moved(D, ((A, 0), (A, 0)), 1)], "spent already"),
    "twice in one batch": ([Moved(D, ((A, 0),), 1), Moved(NEXT, ((A, 0),), 1)], "spent already"),
    "cannot be spent": ([Moved(D, ((A, 1),), 1)], "cannot be spent"),
    "its own output": ([Moved(D, ((D, 0),), 1)], "no earlier transaction"),
    "a later output": ([Moved(D, ((NEXT, 0),), 1), Moved(NEXT, (), 1)], "no earlier transaction"),
    "one that was replaced": (
        [Moved(B, (), 2), Moved(D, ((B, 0), (B, 1), (B, 0)), 1)],
        "no earlier transaction",
    ),
    "nothing to spend": (
        [Moved(D, (), 2, frozenset({0, 1})), Moved(NEXT, ((D, 0),), 1)],
        "no earlier transaction",
    ),
    # What was wrong here is the second input; it takes from the third what the table counts.
    "twice, and then the other one": ([Moved(D, ((A, 0), (A, 0), (A, 2)), 1)], "spent already"),
    "dead, and then the others": ([Moved(D, ((A, 0), (A, 1), (A, 2)), 1)], "cannot be spent"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("name", FAULTY)
def test_what_cannot_be_spent(name: str, again: bool, engine: str) -> None:
    batch, reason = FAULTY[name]
    told = Told(ENGINES[engine], SpendBook())
    told.add(START)
    if again:
        told.take_up()
    _, _, fault = told.resolve(batch)
    with pytest.raises(NaiveSpendError) as caught:
        told.naive.resolve(batch)
    assert fault is not None
    assert fault.input == caught.value.args[0]
    assert reason in fault.reason


@pytest.mark.parametrize("txids", TXIDS)
@pytest.mark.parametrize("seed", range(30 if JIT else 6))
def test_the_first_fault_is_named(txids: str, seed: int) -> None:
    rng = random.Random(seed)
    history = History(rng, TXIDS[txids])
    told = Told(ENGINES["backwards"], small())
    told.add(history.batch(12, 0.6))
    batch = history.batch(12, 0.3)
    for _ in range(rng.choice([1, 1, 2])):
        at = rng.randrange(len(batch))
        points: list[Point] = [point for each in batch for point in each.inputs]
        points += [(each, rng.randrange(9)) for each in rng.sample(sorted(history.shapes), 3)]
        inputs = list(batch[at].inputs)
        inputs.insert(rng.randint(0, len(inputs)), rng.choice(points))
        batch[at] = Moved(batch[at].txid, tuple(inputs), batch[at].outputs, batch[at].dead)
    _, _, fault = told.resolve(batch)
    assert (fault.input if fault else None) == first_fault(told.naive, batch)


def first_fault(naive: NaiveSpends, batch: Sequence[Moved]) -> int | None:
    try:
        naive.resolve(batch)
    except NaiveSpendError as error:
        return int(error.args[0])
    return None


# The small kernels


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 70), st.just(NO_OUTPUT)), max_size=30), st.integers(0, 30))
def test_marks(outputs: list[int], cut: int) -> None:
    bits = np.zeros(9, np.uint8)
    marked: set[int] = set()
    for part in (outputs[:cut], outputs[cut:]):
        expected = -1
        for row, output in enumerate(part):
            if output in marked:
                expected = row
                break
            marked |= {output} - {NO_OUTPUT}
        assert kernel.mark_spent(bits, np.array(part, np.int64)) == expected
        if expected >= 0:
            break
    assert set(np.flatnonzero(np.unpackbits(bits, bitorder="little")).tolist()) == marked


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sets(st.integers(0, 39)), st.lists(st.integers(0, 9), max_size=8))
def test_what_is_left_of_each_transaction(marked: set[int], counts: list[int]) -> None:
    bits = np.zeros(10, np.uint8)
    kernel.mark_spent(bits, np.array(sorted(marked), np.int64))
    while sum(counts) > 40:
        counts.pop()
    first = np.cumsum([0, *counts], dtype=np.int64)
    left = np.full(len(counts), 77, np.uint32)
    kernel.count_left(bits, first, left)
    assert left.tolist() == [
        len(set(range(first[row], first[row + 1])) - marked) for row in range(len(counts))
    ]
