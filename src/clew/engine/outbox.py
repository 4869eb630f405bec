"""Work that is done in order beside other work, a bounded amount of it waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import wait

from clew.engine.local import LocalEngine


class Outbox:
    """Hands pieces of work to the engine's writer; keeps their first error until somebody hears it.

    Any thread may put something in. Where ``limit`` pieces wait, ``put`` waits too.
    """

    def __init__(self, engine: LocalEngine, limit: int = 4) -> None:
        self._engine = engine
        self._room = threading.Semaphore(limit)
        self._error: BaseException | None = None

    def put(self, work: Callable[[], None]) -> None:
        """Add a piece of work. Raises the error of an earlier one."""
        # Ctrl-C is heard only between waits.
        while not self._room.acquire(timeout=0.2):
            self._tell()
        self._tell()
        self._engine.write(lambda: self._do(work))

    def _do(self, work: Callable[[], None]) -> None:
        try:
            # After an error nothing more is written: order is kept.
            if self._error is None:
                work()
        except BaseException as error:
            self._error = error
        finally:
            self._room.release()

    def _tell(self) -> None:
        if self._error is not None:
            raise self._error

    def settle(self) -> None:
        """Wait until everything is done. Raises the first error."""
        self.drain()
        self._tell()

    def drain(self) -> None:
        """Wait until everything is done, also what ``put`` was interrupted in."""
        # Work is done one after the other, so that the last is done last.
        last = self._engine.write(lambda: None)
        while not last.done():
            wait([last], 0.2)
