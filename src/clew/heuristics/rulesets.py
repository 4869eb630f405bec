"""Named sets of rules that make entities."""

from __future__ import annotations

from clew.heuristics.coinjoin.equal_output import equal_output_coinjoin
from clew.heuristics.multi_input import multi_input
from clew.heuristics.registry import Heuristic
from clew.heuristics.same_key import same_key

STRICT: Heuristic = multi_input & ~equal_output_coinjoin
"""Multi-input with coinjoins left out. Together with addresses of the same key: the set for exhibits."""

STRICT_RULES: tuple[Heuristic, ...] = (multi_input, same_key, *STRICT.leaves[1:])
"""The rules that the set rests on; a link's rule number counts here."""

MULTI_INPUT, SAME_KEY = 0, 1
"""Rule numbers of links."""
