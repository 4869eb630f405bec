"""Engines that split the same work in different ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from clew.engine.local import LocalEngine

R = TypeVar("R")


class Backwards(LocalEngine):
    """Does one item at a time, the last one first: what depends on order or neighbours would differ."""

    def over(self, work: Callable[[int, int], R], size: int, pieces: int | None = None) -> list[R]:
        """Run ``work`` on each item alone."""
        return [work(item, item + 1) for item in reversed(range(size))][::-1]


ENGINES: dict[str, LocalEngine] = {
    "one thread": LocalEngine(1),
    "three threads": LocalEngine(3),
    "backwards": Backwards(1),
}
