"""Blocks to measure, real ones and simulated ones, in one form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from clew.bitcoin.block import Block, parse_block
from clew.bitcoin.transaction import Transaction
from clew.bitcoin.undo import parse_undo
from likeness.unlock import Unlocked, unlocked

if TYPE_CHECKING:
    from clew.simulate.economy.blocks import Writer
    from clew.simulate.economy.course import Course

FRAME = 8


@dataclass(frozen=True, slots=True)
class Coin:
    """An output that is spent; ``time``: of the block that made it, Unix seconds."""

    value: int
    script: bytes
    height: int
    time: int


@dataclass(frozen=True)
class Seen:
    """A transaction that is no coinbase. ``coins``: what its inputs spend, or None where it is not known."""

    tx: Transaction
    height: int
    coins: tuple[Coin, ...] | None = None

    @cached_property
    def inputs(self) -> tuple[Unlocked, ...]:
        """What its inputs tell."""
        return tuple(map(unlocked, self.tx.inputs))

    @property
    def sources(self) -> tuple[bytes | None, ...]:
        """The scripts that its inputs spend from; None where one is not known."""
        if self.coins is not None:
            return tuple(each.script for each in self.coins)
        return tuple(each.script for each in self.inputs)

    @property
    def vsize(self) -> int:
        """Virtual bytes: a quarter of the weight (BIP 141)."""
        return (3 * self.tx.base_size + self.tx.size + 3) // 4

    @property
    def fee(self) -> int | None:
        """Satoshi that it leaves to the miner, or None."""
        if self.coins is None:
            return None
        return sum(each.value for each in self.coins) - sum(each.value for each in self.tx.outputs)


@dataclass(frozen=True)
class Scene:
    """Transactions that are looked at together: a block, or several simulated ones.

    ``time``: Unix seconds. ``dollars``: for one coin of the chain that day, or None. ``scale``: how many
    real coins one of these stands for.
    """

    height: int
    time: int
    seen: tuple[Seen, ...]
    dollars: float | None = None
    scale: float = 1

    @property
    def day(self) -> date:
        """The day in UTC."""
        return datetime.fromtimestamp(self.time, UTC).date()


def height_of(block: Block) -> int | None:
    """The height that a block's coinbase states (BIP 34), or None for a block before that rule."""
    script = block.transactions[0].inputs[0].script
    if block.header.version < 2 or not script or not 1 <= script[0] <= 4:
        return None
    stated = int.from_bytes(script[1 : 1 + script[0]], "little")
    return stated if 227_000 < stated < 10_000_000 else None


def real_block(path: Path, dollars: dict[date, float], spent: Path | None = None) -> Scene:
    """A block of the main chain from its raw bytes; its height is what the coinbase states, else the name's.

    ``spent``: the outputs that its inputs spend, as Floresta's test data has them. Raises OSError and
    ParseError.
    """
    block = parse_block(path.read_bytes(), where=path.name)
    height = height_of(block) or int(path.stem.rpartition("-")[2])
    coins = iter(_spent(spent)) if spent else None
    seen = []
    for each in block.transactions[1:]:
        found = None if coins is None else tuple(next(coins) for _ in each.inputs)
        seen.append(Seen(each, height, found))
    day = datetime.fromtimestamp(block.header.time, UTC).date()
    return Scene(height, block.header.time, tuple(seen), dollars.get(day))


def _spent(path: Path) -> Iterator[Coin]:
    import zstandard

    for each in json.loads(zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()):
        output = each["txout"]
        script = bytes.fromhex(output["script_pubkey"])
        yield Coin(output["value"], script, each["creation_height"], each["creation_time"])


def prices(path: Path) -> dict[date, float]:
    """Dollars for a bitcoin by day, from a file of lines day,dollars under a head. Raises OSError."""
    rows = (line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:])
    return {date.fromisoformat(day): float(dollars) for day, dollars in rows}


def simulated(course: Course, writer: Writer, first: int) -> Iterator[Scene]:
    """The blocks of an economy that has run, from height ``first`` on, read back from their bytes."""
    times = course.calendar.times
    scale = float(course.world.money.scale)
    for height in range(1, course.blocks):
        frame, undo = writer.block(height)
        if height < first:
            continue
        block = parse_block(frame[FRAME:].tobytes())
        spent = parse_undo(undo)
        seen = tuple(
            Seen(
                each,
                height,
                tuple(Coin(coin.value, coin.script, coin.height, times[coin.height]) for coin in coins),
            )
            for each, coins in zip(block.transactions[1:], spent, strict=True)
        )
        dollars = course.calendar.prices[course.calendar.day(height)] / 100
        yield Scene(height, times[height], seen, dollars, scale)


def mean_size(scenes: Sequence[Scene]) -> int:
    """Mean number of transactions of some scenes, at least 1."""
    return max(1, sum(len(each.seen) for each in scenes) // max(1, len(scenes)))
