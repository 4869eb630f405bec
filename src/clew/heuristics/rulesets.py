"""Named sets of rules that make entities."""

from __future__ import annotations

from clew.heuristics.coinjoin.equal_output import equal_output_coinjoin
from clew.heuristics.coinjoin.joinmarket import joinmarket
from clew.heuristics.coinjoin.wabisabi import wabisabi
from clew.heuristics.coinjoin.wasabi_1 import wasabi_1
from clew.heuristics.coinjoin.wasabi_1_1 import wasabi_1_1
from clew.heuristics.coinjoin.whirlpool import whirlpool
from clew.heuristics.common_input import common_input
from clew.heuristics.registry import Heuristic

PROTOCOL_COINJOIN: Heuristic = joinmarket | wasabi_1 | wasabi_1_1 | wabisabi | whirlpool
"""A round of a known protocol. Tx0 is one owner's transaction, and is not among them."""

STRICT: Heuristic = common_input & ~equal_output_coinjoin
"""Multi-input with coinjoins left out: the set for exhibits."""

STRICT_RULES: tuple[Heuristic, ...] = STRICT.leaves
"""The rules that make STRICT; a link's rule number counts here."""
