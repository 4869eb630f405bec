"""Threads of this process. Kernels let go of the interpreter, so that threads run side by side."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import TypeVar

R = TypeVar("R")
T = TypeVar("T")


class LocalEngine:
    """Runs pieces of work on ``threads`` threads (default: one per core)."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="clew")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="clew-io")

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._writer.shutdown(cancel_futures=True)

    def over(self, work: Callable[[int, int], R], size: int, pieces: int | None = None) -> list[R]:
        """Run ``work(first, last)`` over contiguous parts of ``range(size)``; answers in order.

        The first error is raised after all parts have ended.
        """
        parts = max(1, min(pieces or self.threads, size))
        edges = [size * part // parts for part in range(parts + 1)]
        if parts == 1:
            return [work(0, size)]
        running = [self._pool.submit(work, edges[part], edges[part + 1]) for part in range(parts)]
        wait(running)
        return [each.result() for each in running]

    def each(self, work: Callable[[T], R], items: Iterable[T], ahead: int | None = None) -> Iterator[R]:
        """Run ``work`` on each item; answers in order, with ``ahead`` items (default: two more than
        threads) under way before they are asked for. An error is raised in its turn.
        """
        under_way: deque[Future[R]] = deque()
        limit = self.threads + 2 if ahead is None else max(1, ahead)
        try:
            for item in items:
                under_way.append(self._pool.submit(work, item))
                if len(under_way) >= limit:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for each in under_way:
                each.cancel()
            wait(under_way)

    def together(self, *works: Callable[[], R]) -> list[R]:
        """Run several pieces of work side by side; answers in order, once all have ended."""
        running = [self._pool.submit(work) for work in works]
        wait(running)
        return [each.result() for each in running]

    def start(self, work: Callable[[], R]) -> Future[R]:
        """Start a piece of work; ask the future for its answer."""
        return self._pool.submit(work)

    def write(self, work: Callable[[], R]) -> Future[R]:
        """Start writing beside the work, after what is being written already."""
        return self._writer.submit(work)
