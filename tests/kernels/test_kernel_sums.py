"""Sums of entities and busy addresses, and payers found part by part, against plain Python."""

from __future__ import annotations

import random

import numpy as np
import pytest

from clew.kernels import postings
from clew.schema import NO_ADDRESS, NO_OUTPUT, OVERWRITTEN, UNSPENDABLE, UNSPENT

SEEDS = range(6)


def halves(values: list[int]) -> list[int]:
    return [sum(value & 0xFFFFFFFF for value in values), sum(value >> 32 for value in values)]


@pytest.mark.parametrize("seed", SEEDS)
def test_changes(seed: int) -> None:
    chance = random.Random(seed)
    rows, groups = chance.randrange(1, 60), 5
    places = [chance.randrange(groups) for _ in range(rows)]
    values = [chance.choice([0, 1, 0xFFFFFFFF, 1 << 32, (1 << 62) + 7]) for _ in range(rows)]
    alive = [chance.randrange(2) for _ in range(chance.randrange(rows + 1))]
    sums = np.zeros((groups, 5), np.int64)
    postings.add_changes(np.array(places), np.array(values), np.array(alive, np.uint8), sums)
    for group in range(groups):
        mine = [row for row in range(rows) if places[row] == group]
        received = [values[row] for row in mine if row < len(alive)]
        gained = [values[row] for row in mine if row < len(alive) and alive[row]]
        lost = [values[row] for row in mine if row >= len(alive)]
        balance = [gain - loss for gain, loss in zip(halves(gained), halves(lost), strict=True)]
        assert sums[group].tolist() == [len(received), *halves(received), *balance]


@pytest.mark.parametrize("seed", SEEDS)
def test_busy_addresses(seed: int) -> None:
    chance = random.Random(seed)
    addresses, rows, least = 40, 400, 12
    paid = [chance.choice([NO_ADDRESS, chance.randrange(addresses) // 3]) for _ in range(rows)]
    values = [chance.randrange(1 << 45) for _ in range(rows)]
    spent_by = [chance.choice([UNSPENT, OVERWRITTEN, UNSPENDABLE, chance.randrange(99)]) for _ in range(rows)]
    counts = np.array([paid.count(each) for each in range(addresses)], np.uint32)
    bits = np.zeros(addresses // 8 + 1, np.uint8)
    marked = sum(
        int(postings.mark_many(counts[first : first + 7], least, first, bits))
        for first in range(0, addresses, 7)
    )
    busy = [each for each in range(addresses) if counts[each] >= least]
    assert marked == len(busy)
    assert [each for each in range(addresses) if bits[each >> 3] >> (each & 7) & 1] == busy
    sums = np.zeros((len(busy), 8), np.int64)
    columns = np.array(paid, np.uint32), np.array(values), np.array(spent_by, np.uint32)
    postings.add_up_busy(*columns, bits, np.array(busy, np.uint32), sums)
    for place, address in enumerate(busy):
        mine = [row for row in range(rows) if paid[row] == address]

        def of(mark: int, mine: list[int] = mine) -> list[int]:
            return [values[row] for row in mine if spent_by[row] == mark]

        spenders = [spent_by[row] + 1 for row in mine if spent_by[row] < 99]
        assert sums[place].tolist() == [
            len(mine), *halves([values[row] for row in mine]), *halves(of(UNSPENT)),
            sum(of(OVERWRITTEN)), sum(of(UNSPENDABLE)), max(spenders, default=0),
        ]  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("parts", [1, 3, 50])
def test_payers(seed: int, parts: int) -> None:
    chance = random.Random(seed)
    base, outputs, inputs = (1 << 32) - 20, 50, 80
    owners = np.array([chance.randrange(1 << 32) for _ in range(outputs)], np.uint32)
    types = np.array([chance.randrange(12) for _ in range(outputs)], np.uint8)
    spent = [chance.choice([NO_OUTPUT, base + chance.randrange(outputs)]) for _ in range(inputs)]
    low = np.array([each & 0xFFFFFFFF for each in spent], np.uint32)
    high = np.array([each >> 32 for each in spent], np.uint8)
    payers, kinds = np.full(inputs, NO_ADDRESS, np.uint32), np.zeros(inputs, np.uint8)
    for part in range(parts):
        first, last = outputs * part // parts, outputs * (part + 1) // parts
        postings.fill_payers(low, high, base + first, owners[first:last], types[first:last], payers, kinds)
    expected = [
        (NO_ADDRESS, 0) if e == NO_OUTPUT else (int(owners[e - base]), int(types[e - base])) for e in spent
    ]
    assert list(zip(payers.tolist(), kinds.tolist(), strict=True)) == expected
