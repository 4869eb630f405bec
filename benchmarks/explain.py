"""How quickly reasons are found in an entity of a million addresses: explain, bridges, whatif, the profile.

Run: python benchmarks/explain.py [--addresses N] [--shape service|chain|hub|loose] [--picks N] [--seed N]

The chain is made here, as block files: each block's coinbase pays fresh addresses (and some old ones
again), and transactions of 50 inputs sweep those of the block before. The shapes say what the sweeps
have in common:

service  each sweep takes 47 fresh addresses and 3 that were swept before, whichever
loose    each sweep takes 49 fresh addresses and 1 that was swept before: a tree, all hangs on single ones
hub      each sweep takes 49 fresh addresses and always the same one
chain    each sweep takes 49 fresh addresses and one of the sweep before: a chain of 20,000 transactions
"""

from __future__ import annotations

import argparse
import random
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from clew.analysis.bridges import bridges
from clew.analysis.entity import entity
from clew.analysis.explain import explain
from clew.analysis.whatif import whatif
from clew.bitcoin.block import merkle_root
from clew.bitcoin.hashes import sha256d
from clew.build import index
from clew.ledger.ledger import Ledger, open_ledger
from clew.simulate.blockfile import write_block_files
from clew.simulate.chain import Chain
from clew.simulate.dice import Dice
from clew.simulate.locks import lock, unlock
from clew.simulate.mining import EASIEST_BITS, push_height, work_off

SHAPES = ("service", "loose", "hub", "chain")
INPUTS = 50
SWEEPS = 100
"""In each block."""

VALUE = 100_000


def varint(number: int) -> bytes:
    """A count as transactions write it."""
    return bytes([number]) if number < 0xFD else b"\xfd" + struct.pack("<H", number)


def old_ones(shape: str, swept: int, fresh: int, dice: random.Random) -> list[int]:
    """Addresses of before that a sweep takes, too; ``fresh`` is the first that is new in it."""
    if not swept:
        return []
    if shape == "hub":
        return [0]
    if shape == "chain":
        return [fresh - 1]
    return dice.sample(range(fresh), 3 if shape == "service" else 1)


def blocks(shape: str, addresses: int, seed: int) -> Iterator[bytes]:
    """Blocks after the first one."""
    chain = Chain()
    dice = random.Random(seed)
    template = lock("somebody", "p2pkh")
    script, payload = template.script, template.script[3:23]
    opening, _ = unlock(template, Dice("opening"))
    opening = varint(len(opening)) + opening + b"\xff\xff\xff\xff"
    away = struct.pack("<Q", VALUE) + varint(len(script)) + script

    def paid(number: int) -> bytes:
        """An output to address ``number``."""
        own = sha256d(b"%d" % number)[:20]
        return struct.pack("<Q", VALUE) + varint(len(script)) + script.replace(payload, own)

    previous, when = chain.tip.header.hash, chain.tip.header.time
    fresh = swept = height = 0
    waiting: list[list[bytes]] = []
    while fresh < addresses or waiting:
        height += 1
        # The sweeps of this block spend what the block before paid.
        transactions = []
        for coins in waiting:
            inputs = b"".join(coin + opening for coin in coins)
            transactions.append(b"\x02\0\0\0" + varint(len(coins)) + inputs + b"\x01" + away + b"\0\0\0\0")
        numbers: list[list[int]] = []
        for _ in range(SWEEPS if fresh < addresses else 0):
            some = old_ones(shape, swept, fresh, dice)
            count = min(INPUTS - len(some), addresses - fresh)
            if count <= 0:
                break
            numbers.append([*some, *range(fresh, fresh + count)])
            fresh += count
            swept += 1
        outputs = [paid(number) for some in numbers for number in some] or [away]
        height_push = push_height(height)
        coinbase = (
            b"\x01\0\0\0\x01" + bytes(32) + b"\xff\xff\xff\xff" + varint(len(height_push)) + height_push
            + b"\xff\xff\xff\xff" + varint(len(outputs)) + b"".join(outputs) + b"\0\0\0\0"
        )  # fmt: skip
        made = sha256d(coinbase)
        edges = np.cumsum([0, *map(len, numbers)]).tolist()
        waiting = [
            [made + struct.pack("<I", vout) for vout in range(first, last)] for first, last in pairwise(edges)
        ]
        root, _ = merkle_root([made, *map(sha256d, transactions)])
        when += 600
        header = struct.pack("<i32s32sIII", 4, previous, root, when, EASIEST_BITS, 0)
        raw = work_off(header) + varint(1 + len(transactions)) + coinbase + b"".join(transactions)
        previous = sha256d(raw[:80])
        yield raw


def made_ledger(room: Path, shape: str, addresses: int, seed: int) -> Ledger:
    """The ledger of a chain of one shape."""
    start = time.perf_counter()
    chain = [Chain().raw_blocks[0], *blocks(shape, addresses, seed)]
    write_block_files(room / "blocks", chain, network=Chain().network)
    index(room / "ledger", room / "blocks", network="regtest")
    print(f"{shape}: made and indexed in {time.perf_counter() - start:.1f} s")
    return open_ledger(room / "ledger")


def timed(work: Callable[[Any], Any], subjects: Sequence[Any]) -> list[tuple[float, float]]:
    """Milliseconds that passed and that the processor worked, of each call."""
    taken = []
    for subject in subjects:
        start, worked = time.perf_counter(), time.process_time()
        work(subject)
        taken.append(((time.perf_counter() - start) * 1e3, (time.process_time() - worked) * 1e3))
    return taken


def row(name: str, taken: Sequence[tuple[float, float]], target: float | None) -> None:
    """Print one line of the table."""
    passed, worked = (np.array(column) for column in zip(*taken, strict=True))
    met = "" if target is None else "met" if np.median(passed) < target else "missed"
    shown = "-" if target is None else f"{target:,.0f}"
    print(
        f"{name:<44} {shown:>8} {np.median(passed):10,.2f} {np.percentile(passed, 95):10,.2f} "
        f"{np.median(worked):10,.2f} {len(taken):6,}  {met}"
    )


def table(ledger: Ledger, picks: int, seed: int) -> None:
    """Time all questions on one ledger."""
    dice = random.Random(seed)
    entities, sizes = zip(*((int(e), int(s)) for ids, held in ledger.control.several() for e, s in
                            zip(ids.tolist(), held.tolist(), strict=True)), strict=True)  # fmt: skip
    largest = max(zip(sizes, entities, strict=True))[1]
    members = ledger.members(largest).tolist()
    print(f"entity {largest}: {len(members):,} addresses; {ledger.counts['transactions']:,} transactions\n")
    print(f"{'milliseconds':<44} {'target':>8} {'median':>10} {'95th':>10} {'worked':>10} {'picks':>6}")
    pairs = [dice.sample(members, 2) for _ in range(picks + 3)]
    for pair in pairs[:3]:
        explain(ledger, *pair)
    row("explain, two addresses at random", timed(lambda pair: explain(ledger, *pair), pairs[3:]), 100)
    ends = [[members[0], members[-1]]]
    row("explain, the first and the last address", timed(lambda pair: explain(ledger, *pair), ends), 100)
    lengths = [len(explain(ledger, *pair).result["steps"]) for pair in pairs[3:8]]
    print(f"  steps of the first five: {', '.join(map(str, lengths))}")
    bridges(ledger, members[0], limit=100)
    found = bridges(ledger, members[0], limit=100)
    row("bridges", timed(lambda each: bridges(ledger, each, limit=100), dice.sample(members, 3)), 5_000)
    print(f"  {found.result['says']} {found.result['found']:,} bridges")
    txid = explain(ledger, *pairs[0]).result["steps"][0]["txid"]
    row("whatif, without a transaction",
        timed(lambda each: whatif(ledger, each, [txid], limit=100), members[:2]), None)  # fmt: skip
    one = np.array([largest])
    row("profile: size and totals", timed(lambda _: (ledger.entity_sizes(one), ledger.entity_totals(largest)),
                                          range(50)), 1)  # fmt: skip
    row("clew entity, first page", timed(lambda _: entity(ledger, largest, limit=100), range(2)), None)
    then, half = ledger.tip.height // 2, members[: len(members) // 3]
    ends = [[half[0], half[-1]]]
    row("explain, as of half the chain", timed(lambda pair: explain(ledger.at(then), *pair), ends), None)
    print()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--addresses", type=int, default=1_000_000)
    parser.add_argument("--shape", choices=SHAPES, action="append")
    parser.add_argument("--picks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for shape in asked.shape or SHAPES:
        with tempfile.TemporaryDirectory() as room:
            table(made_ledger(Path(room), shape, asked.addresses, asked.seed), asked.picks, asked.seed)


if __name__ == "__main__":
    main()
