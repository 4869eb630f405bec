"""The table of unspent outputs against a dictionary: collisions, removal, pages, replacement, faults."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.build.spends import REASONS, SpendTable
from clew.kernels import spends as kernel
from clew.kernels.jit import JIT
from clew.schema import NO_OUTPUT
from kernels.engines import ENGINES
from kernels.histories import TXIDS, History, Told, entries, require_reachable, small
from kernels.running import EXAMPLES
from naive.books import Moved, NaiveSpendError, NaiveSpends, Point

PAGED = (1, 63, 64, 65, 129, 200)
"""Numbers of outputs about the ends of a page."""


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


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("txids", TXIDS)
@pytest.mark.parametrize("seed", range(6))
def test_histories(txids: str, engine: str, seed: int) -> None:
    rng = random.Random(seed)
    history = History(rng, TXIDS[txids], PAGED if seed % 3 == 2 else (1, 1, 2, 3, 9))
    told = Told(ENGINES[engine], SpendTable() if seed % 2 else small())
    for number in range(8):
        told.add(history.batch(rng.randrange(60 if JIT else 25), 0.9 if number < 4 else 0.2))
    assert told.replaced or not JIT


class Full(SpendTable):
    """Grows only so far that one slot of the fullest shard stays free."""

    def _make_room(self, coming: Any) -> None:
        per = int((self._held + coming).max()) + 1
        if per > len(self._table) // kernel.SHARDS:
            larger = np.zeros((kernel.SHARDS * per, kernel.WORDS), np.uint64)
            kernel.rehash(self._table, larger)
            self._table = larger


@pytest.mark.parametrize("txids", ["one key", "one place in one shard", "ends of a shard"])
@pytest.mark.parametrize("seed", range(4))
def test_tables_as_full_as_they_can_be(txids: str, seed: int) -> None:
    rng = random.Random(seed)
    history = History(rng, TXIDS[txids], (1, 1, 2, 70))
    told = Told(ENGINES["one thread"], Full())
    told.book._table = np.zeros((kernel.SHARDS, kernel.WORDS), np.uint64)
    fullest = 0.0
    for _ in range(60 if JIT else 40):
        told.add(history.batch(rng.randrange(4), rng.choice([0.1, 0.3, 0.9])))
        per = len(told.book._table) // kernel.SHARDS
        fullest = max(fullest, told.book._held.max() / per)
    assert fullest >= 0.75


@pytest.mark.parametrize("txids", TXIDS)
@pytest.mark.parametrize("seed", range(4))
def test_taking_up_after_any_batch(txids: str, seed: int) -> None:
    rng = random.Random(seed)
    history = History(rng, TXIDS[txids], PAGED if seed == 3 else (1, 1, 2, 3, 9))
    some = [history.batch(rng.randrange(1, 14), rng.choice([0.2, 0.8])) for _ in range(6)]
    for again in range(len(some) + 1):
        told = Told(ENGINES["three threads"], SpendTable())
        for number, batch in enumerate([*some, []]):
            if number == again:
                told.take_up()
            told.add(batch)


def test_growth() -> None:
    rng = random.Random(1)
    told = Told(ENGINES["three threads"], SpendTable() if JIT else small())
    history = History(rng, TXIDS["any"])
    size = told.book.size
    total = 30_000 if JIT else 600
    made = [Moved(rng.randbytes(32), (), 2) for _ in range(total)]
    told.add(made)
    assert told.book.size > size
    rng.shuffle(made)
    told.add([Moved(rng.randbytes(32), ((each.txid, 1), (each.txid, 0)), 1) for each in made])
    told.add(history.batch(3, 1.0))


# Pages

WIDE = [1, 2, 63, 64, 65, 127, 128, 129, 1_000]


@pytest.mark.parametrize("outputs", WIDE)
@pytest.mark.parametrize("order", ["forwards", "backwards", "any"])
def test_every_output_of_a_transaction_can_be_spent_once(outputs: int, order: str) -> None:
    told = Told(ENGINES["one thread"], small(2))
    told.add([Moved(b"\5" * 32, (), 3), Moved(A, (), outputs, frozenset({1, outputs - 2}))])
    points = [(A, index) for index in range(outputs) if index not in (1, outputs - 2)]
    if order == "backwards":
        points.reverse()
    elif order == "any":
        random.Random(outputs).shuffle(points)
    half = len(points) // 2
    told.add([Moved(B, tuple(points[:half]), 1)] if half else [])
    for at in {0, half - 1} if half else ():
        # Where others of its page are left, the output is known as spent.
        _, _, fault = told.resolve([Moved(D, (points[at],), 1)])
        assert fault is not None
    told.take_up()
    told.add([Moved(C, tuple(points[half:]), 1)])
    assert not [point for point in told.naive.unspent if point[0] == A]
    for index in (0, outputs - 1, outputs, outputs + 64):
        require_fault(told, [Moved(D, ((A, index),), 1)])


@pytest.mark.parametrize("outputs", WIDE)
@pytest.mark.parametrize("same_batch", [False, True])
def test_a_transaction_that_comes_again_replaces_what_is_left_of_it(outputs: int, same_batch: bool) -> None:
    rng = random.Random(outputs)
    shape = Moved(A, (), outputs, frozenset({0} if outputs > 200 else ()))
    spendable = [index for index in range(outputs) if index not in shape.dead]
    for left in sorted({0, 1, len(spendable) // 2, len(spendable)}):
        told = Told(ENGINES["three threads"], small(2))
        spent = rng.sample(spendable, len(spendable) - left)
        batches = [[shape], [Moved(B, tuple((A, index) for index in spent), 2)] if spent else [], [shape]]
        again = rng.sample(spendable, len(spendable) // 2)
        batches.append([Moved(C, tuple((A, index) for index in again), 2)] if again else [])
        if same_batch:
            batches = [[each for batch in batches for each in batch]]
        for batch in batches:
            told.add(batch)
        assert bool(told.replaced) == (left > 0)
        assert set(told.replaced.values()) <= {0}
        told.take_up()
        told.add([shape])


def test_pages_without_a_spendable_output_take_no_slot() -> None:
    told = Told(ENGINES["one thread"], small(2))
    dead = frozenset(range(1_000)) - {500}
    told.add([Moved(A, (), 1_000, dead), Moved(B, (), 64, frozenset(range(64)))])
    assert told.book._held.sum() == 1
    told.add([Moved(A, (), 1_000, dead)])
    assert told.replaced == {2: 0}
    require_fault(told, [Moved(D, ((A, 499),), 1)])
    told.take_up()
    told.add([Moved(C, ((A, 500),), 1)])
    told.take_up()


@pytest.mark.parametrize("outputs", [1, 64, 65, 200])
def test_nobody_can_spend_the_first_block(outputs: int) -> None:
    told = Told(ENGINES["one thread"], small())
    genesis = Moved(A, (), outputs, frozenset(range(outputs)))
    told.add([genesis, Moved(B, (), 2)], unspendable=outputs)
    require_fault(told, [Moved(D, ((A, outputs - 1),), 1)])
    told.take_up()
    told.add([Moved(C, ((B, 1), (B, 0)), 1)])


# Large ids

LARGE = {"passing 2^32": (1 << 32) - 70, "passing 2^33": (1 << 33) - 130, "the last ones": (1 << 40) - 9_000}


@pytest.mark.parametrize("outputs", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("seed", range(3))
def test_output_ids_of_more_than_32_bits(outputs: int, seed: int) -> None:
    rng = random.Random(seed)
    history = History(rng, TXIDS["ends of a shard"], PAGED, outputs)
    told = Told(ENGINES["three threads"], small(), outputs)
    for number in range(6):
        told.add(history.batch(rng.randrange(3, 9), 0.6 if number < 3 else 0.2))
    assert min(told.first_output) == outputs
    assert told.naive.outputs > outputs + 200
    assert {output - outputs < 70 for output in told.spent if output != NO_OUTPUT} >= {False}


def test_taking_up_what_passes_32_bits() -> None:
    outputs = (1 << 32) - 70
    rng = random.Random(4)
    history = History(rng, TXIDS["one key"], PAGED, outputs)
    told = Told(ENGINES["one thread"], small(64), outputs)
    for _ in range(4):
        told.add(history.batch(6, 0.4))
    # All those before are dead; a page of zeros takes no memory until it is written.
    dead = np.zeros((told.naive.outputs >> 3) + 1, np.uint8)
    nobody = np.flatnonzero(np.array(told.types) == 5) + outputs
    for each in (nobody, np.array(told.long, np.int64), np.array(told.spent, np.int64)):
        assert kernel.mark(dead, each) == -1
    before = entries(told.book._table)
    assert {place < 1 << 32 for place, _, _ in before.values()} == {False, True}
    told.book = small(64)
    starts = np.array([*told.first_output, told.naive.outputs], np.int64)
    txid = np.frombuffer(b"".join(told.txids), np.uint64)
    kernel.restore(told.book._table, told.book._held, txid, starts, dead)
    assert entries(told.book._table) == before
    told.require_same_entries()
    told.add(history.batch(6, 0.1))


# Faults

A, B, C, D = (bytes([number]) * 32 for number in (1, 2, 3, 4))
NEXT = bytes([1]) * 8 + b"\2" * 24
"""Shares its key with A."""
START = [Moved(A, (), 3, frozenset({1})), Moved(B, (), 2), Moved(C, ((B, 0),), 1)]

NONE, FEWER, SPENT = kernel.NO_SUCH_TRANSACTION, kernel.NO_SUCH_OUTPUT, kernel.SPENT_ALREADY
FAULTY: dict[str, tuple[list[Moved], int]] = {
    "no such transaction": ([Moved(D, ((NEXT, 0),), 1)], NONE),
    "no such output": ([Moved(D, ((A, 3),), 1)], FEWER),
    "no such output, the last of the page": ([Moved(D, ((A, 63),), 1)], FEWER),
    "no such page": ([Moved(D, ((A, 64),), 1)], FEWER),
    "no such output by far": ([Moved(D, ((A, 0xFFFFFFFF),), 1)], FEWER),
    "the first page again, were its number cut to 18 bits": ([Moved(D, ((A, 64 << 18),), 1)], FEWER),
    "spent before": ([Moved(D, ((B, 0),), 1)], SPENT),
    "the last one spent before": ([Moved(D, ((B, 1), (A, 0), (B, 1)), 1)], NONE),
    "twice in one transaction": ([Moved(D, ((A, 0), (A, 0)), 1)], SPENT),
    "twice in one batch": ([Moved(D, ((A, 0),), 1), Moved(NEXT, ((A, 0),), 1)], SPENT),
    "cannot be spent": ([Moved(D, ((A, 1),), 1)], SPENT),
    "its own output": ([Moved(D, ((D, 0),), 1)], NONE),
    "a later output": ([Moved(D, ((NEXT, 0),), 1), Moved(NEXT, (), 1)], NONE),
    "one that was replaced": ([Moved(B, (), 2), Moved(D, ((B, 0), (B, 1), (B, 0)), 1)], NONE),
    "nothing to spend": ([Moved(D, (), 2, frozenset({0, 1})), Moved(NEXT, ((D, 0),), 1)], NONE),
    "twice, and then the other one": ([Moved(D, ((A, 0), (A, 0), (A, 2)), 1)], SPENT),
    "dead, and then the others": ([Moved(D, ((A, 0), (A, 1), (A, 2)), 1)], SPENT),
    # Two faults in different shards: the first input is named, whichever shard is done first.
    "two in two shards": ([Moved(D, ((B, 0), (A, 3)), 1)], SPENT),
    "two in two shards, the other way": ([Moved(D, ((A, 3), (B, 0)), 1)], FEWER),
}


def require_fault(told: Told, batch: list[Moved]) -> int:
    """That the table says of the batch what the dictionary says; returns what is wrong."""
    _, _, fault = told.resolve(batch)
    with pytest.raises(NaiveSpendError) as caught:
        told.naive.resolve(batch)
    row, reason = caught.value.args
    assert fault is not None
    assert (fault.input, fault.reason) == (row, REASONS[reason])
    return int(reason)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("name", FAULTY)
def test_what_cannot_be_spent(name: str, again: bool, engine: str) -> None:
    batch, reason = FAULTY[name]
    told = Told(ENGINES[engine], SpendTable())
    told.add(START)
    if again:
        told.take_up()
    assert require_fault(told, batch) == reason


@pytest.mark.parametrize("txids", TXIDS)
@pytest.mark.parametrize("seed", range(30 if JIT else 6))
def test_the_first_fault_is_named(txids: str, seed: int) -> None:
    rng = random.Random(seed)
    history = History(rng, TXIDS[txids], PAGED if seed % 3 == 0 else (1, 1, 2, 3, 9))
    told = Told(ENGINES["backwards"], small())
    told.add(history.batch(12, 0.6))
    batch = history.batch(12, 0.3)
    for _ in range(rng.choice([1, 1, 2])):
        at = rng.randrange(len(batch))
        points: list[Point] = [point for each in batch for point in each.inputs]
        points += [
            (each, rng.choice([0, 1, 8, 63, 64, 199])) for each in rng.sample(sorted(history.shapes), 3)
        ]
        inputs = list(batch[at].inputs)
        inputs.insert(rng.randint(0, len(inputs)), rng.choice(points))
        batch[at] = Moved(batch[at].txid, tuple(inputs), batch[at].outputs, batch[at].dead)
    _, _, fault = told.resolve(batch)
    assert ((fault.input, fault.reason) if fault else None) == first_fault(told.naive, batch)


def first_fault(naive: NaiveSpends, batch: list[Moved]) -> tuple[int, str] | None:
    try:
        naive.resolve(batch)
    except NaiveSpendError as error:
        return int(error.args[0]), REASONS[error.args[1]]
    return None


# The small kernels


@pytest.mark.parametrize("txids", TXIDS)
@pytest.mark.parametrize("larger", [1, 2, 3, 7, 50, 1_000])
def test_rehash_into_any_larger_table(txids: str, larger: int) -> None:
    if larger == 1_000 and not JIT:
        larger = 100
    rng = random.Random(larger)
    told = Told(ENGINES["one thread"], small(40))
    told.add(History(rng, TXIDS[txids], (1, 2, 65, 130)).batch(25, 0.9))
    old = told.book._table
    before, per = old.copy(), len(old) // kernel.SHARDS + larger
    new = np.zeros((kernel.SHARDS * per, kernel.WORDS), np.uint64)
    kernel.rehash(old, new)
    assert entries(new) == entries(before)
    assert len(entries(new)) > 10
    assert np.array_equal(old, before)
    require_reachable(new)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_ids_by_shard(txids: list[bytes]) -> None:
    starts, order = np.full(kernel.SHARDS + 1, -7, np.int64), np.full(len(txids), -7, np.int64)
    kernel.by_shard(np.frombuffer(b"".join(txids), np.uint64), starts, order)
    shards = [txid[7] >> 2 for txid in txids]
    assert order.tolist() == sorted(range(len(txids)), key=lambda row: (shards[row], row))
    assert starts.tolist() == [sum(each < shard for each in shards) for shard in range(kernel.SHARDS + 1)]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=10))
def test_rows_of_their_transaction(counts: list[int]) -> None:
    first = np.cumsum([0, *counts], dtype=np.int64)
    owners = np.full(int(first[-1]), 77, np.uint32)
    kernel.owners(first, owners)
    assert owners.tolist() == [row for row, count in enumerate(counts) for _ in range(count)]


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
        assert kernel.mark(bits, np.array(part, np.int64)) == expected
        if expected >= 0:
            break
    assert set(np.flatnonzero(np.unpackbits(bits, bitorder="little")).tolist()) == marked


def test_no_rows() -> None:
    none: Any = np.empty(0, np.int64)
    told = Told(ENGINES["three threads"], small())
    told.add([])
    told.take_up()
    told.add([])
    assert kernel.mark(np.zeros(1, np.uint8), none) == -1
