"""How quickly bounds of a trace are found: the most that could have arrived at each destination, the least.

Run: python benchmarks/bounds.py [--edges N] [--groups N] [--shape wide|long|mixed] [--seed N]

A reach is drawn: one source in ten steps, each step making two coins and a fee, of which one in four ends at
one of the groups. The shapes say how far a coin goes before it is spent:

wide   anywhere among later steps
long   within the next few steps, so that ways are as long as they can be
mixed  half and half, with twice as many coins in as out, so that each way has many others around it
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from clew.analysis.bounds import Reach, bounds
from clew.ledger.columns import Array

NEAR = 8


def drawn(edges: int, groups: int, shape: str, seed: int) -> tuple[Reach, Array]:
    """A reach of about so many coins and fees, and the group of each coin that ends."""
    rng = np.random.default_rng(seed)
    per = 4 if shape == "mixed" else 2
    steps = edges // (per + 1)
    maker = np.concatenate([np.repeat(np.arange(steps), per), np.full(max(1, steps // 10), -1)])
    left = steps - 1 - maker
    far = (rng.random(len(maker)) * left).astype(np.int64)
    near = np.minimum(rng.integers(0, NEAR, len(maker)), left - 1)
    hop = (
        far
        if shape == "wide"
        else near
        if shape == "long"
        else np.where(rng.random(len(maker)) < 0.5, far, near)
    )
    taker = maker + 1 + hop
    ends = (rng.random(len(maker)) < 0.25) | (left < 1)
    ends &= maker >= 0
    taker[ends] = -1
    order = np.argsort(maker, kind="stable")
    maker, taker = maker[order], taker[order]
    group = rng.integers(0, groups, len(maker))
    value, fee = np.zeros(len(maker), np.int64), np.zeros(steps, np.int64)
    value[maker < 0] = rng.integers(1, 10**9, int((maker < 0).sum()))
    firsts = np.searchsorted(maker, np.arange(steps + 1))
    came = np.zeros(steps, np.int64)
    np.add.at(came, taker[maker < 0], value[maker < 0])
    clean, cut = rng.integers(0, 10**9, steps), rng.random((steps, per))
    for step in range(steps):
        # Beside what is tainted a step has clean coins; their value is in what it makes.
        whole = int(came[step]) + int(clean[step])
        shares = (whole * cut[step] / cut[step].sum() * 0.99).astype(np.int64)
        mine = slice(firsts[step], firsts[step + 1])
        value[mine] = shares
        fee[step] = whole - int(shares.sum())
        for into, amount in zip(taker[mine].tolist(), shares.tolist(), strict=True):
            if into >= 0:
                came[into] += amount
    return Reach(value, maker, taker, fee), group


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--groups", type=int, default=10)
    parser.add_argument("--shape", choices=("wide", "long", "mixed"), default="wide")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    bounds(*drawn(100, 2, asked.shape, 0), 2)
    reach, groups = drawn(asked.edges, asked.groups, asked.shape, asked.seed)
    started = time.perf_counter()
    found = bounds(reach, groups, asked.groups)
    took = time.perf_counter() - started
    edges = len(reach.value) + len(reach.fee)
    searched = sum(each is not None for each in found.most)
    print(
        f"{asked.shape}: {edges:,} coins and fees, {len(reach.fee):,} steps, {asked.groups} groups and fees"
    )
    print(f"{took:.2f} s, {searched} of {asked.groups + 1} searched, {took / max(1, searched):.3f} s each")
    for least, most in list(zip(found.least, found.most, strict=True))[:3]:
        if least is not None and most is not None:
            print(f"  at least {least:,}, at most {most:,} of {found.total:,} satoshi")


if __name__ == "__main__":
    main()
