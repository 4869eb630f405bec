"""Errands: what somebody does over many blocks, written as one function that waits in between.

An errand is a generator. It acts, then yields the height at which it wants to go on; the next block at
the earliest. So a payment by way of two wallets reads as three lines, and not as a table of states. The
idea is that of process interaction in discrete-event simulation (Simula; SimPy).
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar

from clew.simulate.economy.society import Custodian
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

T = TypeVar("T")

Errand = Generator[int, None, T]


class Agenda:
    """Errands and the heights at which they go on; those of one height in the order of entry."""

    def __init__(self) -> None:
        self._due: list[tuple[int, int, Errand[None]]] = []
        self._entered = 0

    def add(self, height: int, errand: Errand[None]) -> None:
        """Let an errand begin in the block at ``height``."""
        heapq.heappush(self._due, (height, self._entered, errand))
        self._entered += 1

    def step(self, course: Course) -> None:
        """Go on with every errand that is due in the block that is being made."""
        here, due = course.height, self._due
        while due and due[0][0] <= here:
            _, entered, errand = heapq.heappop(due)
            height = next(errand, None)
            if height is not None:
                heapq.heappush(due, (max(height, here + 1), entered, errand))


def withdrawn(course: Course, custodian: Custodian, order: Order) -> Errand[int]:
    """Ask a custodian for a withdrawal and wait until it is made; returns its coin."""
    state = course.society.state
    ticket = state.ticket()
    state.ask(custodian.number, order, due=course.height, ticket=ticket)
    while True:
        yield course.height + 1
        coin = state.collected(ticket)
        if coin is not None:
            return coin


def until(course: Course, time: int) -> Errand[None]:
    """Wait for the first block that is found at or after ``time``, for ever if there is none.

    No waiting at all if it is the block that is being made.
    """
    calendar = course.calendar
    height = calendar.height_at(time) if time <= calendar.times[-1] else course.blocks
    if height > course.height:
        yield height
