"""Threads of this process. Kernels let go of the interpreter, so that threads run side by side."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import TypeVar

R = TypeVar("R")


class LocalEngine:
    """Runs pieces of work on ``threads`` threads (default: one per core)."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="clew")
        self._aside = ThreadPoolExecutor(2, thread_name_prefix="clew-io")

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._aside.shutdown(cancel_futures=True)

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

    def aside(self, work: Callable[[], R]) -> Future[R]:
        """Start reading or writing beside the work; ask the future for its answer."""
        return self._aside.submit(work)
