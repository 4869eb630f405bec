"""Named sets of rules that make entities."""

from __future__ import annotations

from clew.heuristics.coinjoin.equal_output import equal_output_coinjoin
from clew.heuristics.common_input import common_input
from clew.heuristics.registry import Heuristic

STRICT: Heuristic = common_input & ~equal_output_coinjoin
"""Multi-input with coinjoins left out: the set for exhibits."""

STRICT_RULES: tuple[Heuristic, ...] = STRICT.leaves
"""The rules that make STRICT; a link's rule number counts here."""
