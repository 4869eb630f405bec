"""Messages that wait for their double SHA-256, hashed two at a time.

Their lengths differ. So each of two lanes goes from one message to the next by itself: whole blocks,
last blocks with the padding, the hash of the hash; and both fold as many blocks at once as the lane
that has fewer left.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np

from clew.kernels.hashes import ARENA, INITIAL, SECOND, TAILS, Work, put_end
from clew.kernels.jit import JIT, folded, kernel
from clew.kernels.sha256 import compress_two
from clew.kernels.words import copy, put_state

JOBS = 64
"""Messages that are hashed at a time: enough that the last one seldom goes alone, few enough that
they are still in the cache."""

IDLE, BODY, TAIL, AGAIN = range(4)
"""What a lane hashes: nothing, the whole blocks of a message, its last ones, its hash."""

STAGE, JOB, PLACE, LEFT = range(4)
"""What is kept of a lane; PLACE is as for ``compress_two``, LEFT counts blocks."""

NEVER = 1 << 40


class Queue(NamedTuple):
    """Messages that wait for their double hash.

    ``jobs`` (int64, JOBS x 3): place and length of a message, where the hash goes. ``used`` (int64):
    jobs, bytes of the arena. ``lanes`` (int64, 2 x 4) are two messages in work.
    """

    jobs: Any
    used: Any
    lanes: Any


@kernel
def new_queue() -> Queue:
    """An empty queue."""
    return Queue(np.empty((JOBS, 3), np.int64), np.zeros(2, np.int64), np.zeros((2, 4), np.int64))


@kernel
def _take(lane: int, job: int, data: Any, queue: Queue, work: Work) -> None:
    """Begin a message: its whole blocks where it has some and they are not padded yet."""
    lanes = queue.lanes
    place, length = queue.jobs[job, 0], queue.jobs[job, 1]
    copy(INITIAL, 0, 8, work.state, 8 * lane)
    lanes[lane, JOB] = job
    lanes[lane, STAGE] = BODY
    lanes[lane, PLACE] = place
    lanes[lane, LEFT] = length // 64
    if place < 0:
        lanes[lane, STAGE] = TAIL
        lanes[lane, LEFT] = (length + 72) // 64
    elif length < 64:
        _end(lane, data, queue, work)


@kernel
def _end(lane: int, data: Any, queue: Queue, work: Work) -> None:
    """Go on to the last bytes of a message, padded."""
    lanes, start = queue.lanes, TAILS + 128 * lane
    job = lanes[lane, JOB]
    place, length = queue.jobs[job, 0], queue.jobs[job, 1]
    rest = length % 64
    copy(data, place + length - rest, rest, work.pad, start)
    lanes[lane, STAGE] = TAIL
    lanes[lane, PLACE] = ~start
    lanes[lane, LEFT] = put_end(work.pad, start, length)


@kernel
def _again(lane: int, queue: Queue, work: Work) -> None:
    """Go on to the hash of the hash."""
    lanes, start = queue.lanes, SECOND + 64 * lane
    put_state(work.state, 8 * lane, work.pad, start)
    copy(INITIAL, 0, 8, work.state, 8 * lane)
    lanes[lane, STAGE] = AGAIN
    lanes[lane, PLACE] = ~start
    lanes[lane, LEFT] = 1


@kernel
def _hash_queue_compiled(data: Any, queue: Queue, work: Work, out: Any, beside: Any) -> None:
    lanes, used = queue.lanes, queue.used
    following = 0
    lanes[:, STAGE] = IDLE
    lanes[:, LEFT] = 0
    while True:
        for lane in range(2):
            if lanes[lane, LEFT] > 0:
                continue
            stage = lanes[lane, STAGE]
            if stage == BODY:
                _end(lane, data, queue, work)
                continue
            if stage == TAIL:
                _again(lane, queue, work)
                continue
            if stage == AGAIN:
                target = queue.jobs[lanes[lane, JOB], 2]
                if target >= 0:
                    put_state(work.state, 8 * lane, out, target)
                else:
                    put_state(work.state, 8 * lane, beside, ~target)
            if following < used[0]:
                _take(lane, following, data, queue, work)
                following += 1
            else:
                lanes[lane, STAGE] = IDLE
                lanes[lane, LEFT] = NEVER
        blocks = min(lanes[0, LEFT], lanes[1, LEFT])
        if blocks >= NEVER // 2:
            break
        # An idle lane hashes what the other does, for nothing.
        first = lanes[1 if lanes[0, STAGE] == IDLE else 0, PLACE]
        second = lanes[0 if lanes[1, STAGE] == IDLE else 1, PLACE]
        compress_two(work.state, data, work.pad, first, second, blocks)
        for lane in range(2):
            lanes[lane, LEFT] -= blocks
            lanes[lane, PLACE] += 64 * blocks if lanes[lane, PLACE] >= 0 else -64 * blocks
    used[:] = 0


def _hash_queue_plain(data: Any, queue: Queue, work: Work, out: Any, beside: Any) -> None:
    for place, length, target in queue.jobs[: queue.used[0]].tolist():
        message = data[place : place + length] if place >= 0 else work.pad[~place : ~place + length]
        digest = hashlib.sha256(hashlib.sha256(message.tobytes()).digest()).digest()
        room, at = (out, target) if target >= 0 else (beside, ~target)
        room[at : at + 32] = np.frombuffer(digest, np.uint8)
    queue.used[:] = 0


hash_queue = _hash_queue_compiled if JIT else _hash_queue_plain
"""``hash_queue(data, queue, work, out, beside)``: double hash of all that waits, two messages side by
side.

A message is at a place of ``data`` (uint8), or below zero at ``~place`` of ``work.pad``, where it is
padded and has room for that. Its hash goes to ``out`` (uint8), or below zero to ``~place`` of
``beside`` (uint8)."""


@folded
def make_room(room: int, jobs: int, data: Any, queue: Queue, work: Work, out: Any, beside: Any) -> None:
    """Hash what waits, unless so many messages and so many bytes of the arena can still be taken."""
    if queue.used[0] + jobs > JOBS or queue.used[1] + room > len(work.pad) - ARENA:
        hash_queue(data, queue, work, out, beside)


@folded
def enqueue(place: int, length: int, target: int, queue: Queue) -> None:
    """Put a message into the queue, which has room for it."""
    job = queue.used[0]
    queue.jobs[job, 0] = place
    queue.jobs[job, 1] = length
    queue.jobs[job, 2] = target
    queue.used[0] = job + 1
