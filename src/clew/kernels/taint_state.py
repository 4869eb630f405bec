"""What a walk of taint reads and writes, and the numbers by which it speaks."""

from __future__ import annotations

from typing import Any, NamedTuple

(
    GOES_ON, AT_SOURCE, DEAD, REPLACED, AT_SERVICE, AT_HOLDER, AT_HOPS, AT_VALUE, HELD, NEW_COINS, TOO_LATE,
    IN_COINJOIN,
) = range(12)  # fmt: skip
"""Why a coin ends, by number, in the order of ``docs/trace.md``."""

PLAIN, SERVICE, HOLDER, SOURCE = range(4)
"""What a part out is given as."""

UNSEEN, SEEN, COINJOIN = range(3)
"""What is known of a transaction: nothing yet, its parts out are given, it is given as a coinjoin."""

DONE, ASK, ROOM_FOR_PARTS, ROOM_FOR_LINE, ROOM_FOR_COINS, ROOM_FOR_SEGMENTS, ROOM_FOR_LIVE = range(7)
"""Why the walk stopped: the window is done; transactions in it are UNSEEN; or some array is too small."""

LIVE, SEGMENTS, COINS, STEPS, LATE, NEEDED, SEEN_COINS, FEE = range(8)
"""Places in ``Room.counters``: rows used of each array, how much is needed; coins tainted so far, and the
taint of all fees."""

CLEAN = -1
"""Label of a segment that is not tainted."""


class Values(NamedTuple):
    """``outputs.value`` of the whole chain in two parts, the second from row ``edge`` on: uint32 and uint8
    halves; and the rare values that have no room there: ``rare_row`` and ``rare_value`` int64."""

    low: Any
    high: Any
    more_low: Any
    more_high: Any
    edge: int
    rare_row: Any
    rare_value: Any


class Window(NamedTuple):
    """Transactions from ``first`` on: ``first_output`` and ``first_input`` int64 (one more), the outputs that
    their inputs spend (``spent_low`` uint32, ``spent_high`` uint8, from ``first_input[0]`` on), who spent
    their outputs (``spent_by`` uint32, from ``first_output[0]`` on); ``known`` int8 by transaction, and
    ``kinds`` int8 by part out, from the first on. Due are ``places`` of the flags from ``start`` to ``stop``.
    """

    first: int
    first_output: Any
    first_input: Any
    spent_low: Any
    spent_high: Any
    spent_by: Any
    known: Any
    kinds: Any
    start: int
    stop: int


class Rule(NamedTuple):
    """Policy; whether against the chain; limits: hops (-1: none), satoshi, and the transaction from which on
    (backward: before which) it is too late; and a seed that permutes the outputs of each transaction (0: they
    keep their order)."""

    policy: int
    backward: bool
    hops: int
    least: int
    limit: int
    seed: int


class Room(NamedTuple):
    """What the walk writes to.

    ``bits`` (uint32), ``due`` (int64) and ``shift``: what is due, see ``taint_coins.mark``; ``table`` the
    live coins; ``lengths`` (int64) and ``labels`` (int32): segments; ``counters`` int64. Of each tainted coin
    ``coin`` (int64), ``taint`` (int64), ``hop`` (int32), ``end`` (int8), ``pieces`` and ``many`` (int64,
    int32: its segments). Of each step ``step`` int64 rows of transaction, hop, how many coins it tainted, the
    taint of its fee, and the fee's segments (first, count). ``late`` int64 rows of coin, end and
    taint: what ends where its transaction is looked at. For one transaction the ``part_``s, int64
    (``part_rest`` of twice their length), and ``line`` (int64, int32 ``marks``).
    """

    bits: Any
    due: Any
    shift: int
    table: Any
    lengths: Any
    labels: Any
    counters: Any
    coin: Any
    taint: Any
    hop: Any
    end: Any
    pieces: Any
    many: Any
    step: Any
    late: Any
    part_output: Any
    part_value: Any
    part_order: Any
    part_share: Any
    part_first: Any
    part_count: Any
    part_rest: Any
    line: Any
    marks: Any
