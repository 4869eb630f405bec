"""How far a long command is: a bar on a terminal, else a plain line every ten seconds.

Everything here goes to standard error, so that standard output holds the answer alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import click

from clew.cli.units import duration, number, size

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

LINE_EVERY = 10.0
DRAW_EVERY = 0.1


class Step(Protocol):
    """What a long command says of itself, as ``clew.build.Progress`` does."""

    @property
    def stage(self) -> str: ...  # noqa: D102
    @property
    def done(self) -> int: ...  # noqa: D102
    @property
    def total(self) -> int: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def height(self) -> int | None: ...  # noqa: D102


class Pace:
    """Speed and time left of the stage that is under way."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stage: str | None = None
        self._started = 0.0
        self._from = 0
        self._from_height: int | None = None

    def see(self, step: Step) -> str:
        """Take in a step; returns what to say of it: how much, how fast, how long still."""
        now = self._clock()
        if step.stage != self._stage:
            self._stage, self._started = step.stage, now
            self._from, self._from_height = step.done, step.height
            if step.height is None and not step.done:
                # Before the first block.
                self._from_height = -1
        if self._from_height is None:
            self._from_height = step.height
        return ", ".join(self._words(step, now - self._started))

    def _words(self, step: Step, seconds: float) -> list[str]:
        words = [f"{_amount(step.done, step.unit)} of {_amount(step.total, step.unit)}"]
        if step.height is not None:
            words.append(f"block {number(step.height)}")
        speed = (step.done - self._from) / seconds if seconds > 0 else 0.0
        if speed > 0:
            words.append(_rate(speed, step.unit))
            if step.height is not None and self._from_height is not None and step.unit != "blocks":
                words.append(f"{number(round((step.height - self._from_height) / seconds))} blocks/s")
            if step.total > step.done:
                words.append(f"{duration((step.total - step.done) / speed)} left")
        return words


def _amount(count: int, unit: str) -> str:
    return size(count) if unit == "bytes" else f"{number(count)} {unit if count != 1 else unit[:-1]}"


def _rate(speed: float, unit: str) -> str:
    return f"{speed / 1e6:,.1f} MB/s" if unit == "bytes" else f"{number(round(speed))} {unit}/s"


class Display:
    """A context manager; called with each step it keeps the user informed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pace = Pace(clock)
        self._bars: Bars | None = None
        self._task: TaskID | None = None
        self._stage: str | None = None
        self._shown = clock()

    def __enter__(self) -> Self:
        """Start the bar if standard error is a terminal."""
        if sys.stderr is not None and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            self._bars = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=20),
                TextColumn("{task.fields[note]}", markup=False),
                console=Console(stderr=True, highlight=False, markup=False, emoji=False),
                transient=True,
            )
            self._task = self._bars.add_task("starting", total=None, note="")
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, step: Step) -> None:
        """Show a step, if it is time to."""
        note = self._pace.see(step)
        now = self._clock()
        new = step.stage != self._stage
        if self._bars is not None and self._task is not None:
            if new or now - self._shown >= DRAW_EVERY or step.done >= step.total:
                self._bars.update(
                    self._task,
                    description=step.stage,
                    completed=step.done,
                    total=step.total or None,
                    note=note,
                    # A short stage would be over before the next drawing.
                    refresh=new,
                )
                self._shown = now
        elif now - self._shown >= LINE_EVERY:
            share = f"{100 * step.done // step.total} % " if step.total else ""
            click.echo(f"{step.stage}: {share}({note})", err=True)
            self._shown = now
        self._stage = step.stage
