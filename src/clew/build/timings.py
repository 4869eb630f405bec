"""How long each stage of a run takes, added up over threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage: seconds of processor time, and seconds passed, both added up over threads.

    Where much more has passed than was worked, the stage waited: for the disk, or for a core.
    """

    name: str
    worked: float
    passed: float


class Timings:
    """Collects stages in the order in which they were first seen."""

    def __init__(self) -> None:
        self._stages: dict[str, list[float]] = {}
        self._gate = threading.Lock()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what the calling thread does inside for a stage."""
        worked, passed = time.thread_time(), time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.thread_time() - worked, time.perf_counter() - passed)

    def add(self, name: str, worked: float, passed: float) -> None:
        """Add seconds to a stage."""
        with self._gate:
            sums = self._stages.setdefault(name, [0.0, 0.0])
            sums[0] += worked
            sums[1] += passed

    def stages(self) -> tuple[Stage, ...]:
        """The stages so far."""
        with self._gate:
            return tuple(Stage(name, *sums) for name, sums in self._stages.items())
