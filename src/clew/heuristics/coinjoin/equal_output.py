"""Equal outputs: several owners who mix their coins."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.heuristics.registry import Answers, heuristic
from clew.kernels import rules


@heuristic("equal_output_coinjoin", 1, rules)
def equal_output_coinjoin(transactions: Any) -> Answers:
    """Several owners join their inputs and take equal outputs, so that nobody can tell whose is whose.

    Yes: some value above 2,730 satoshi goes to at least two different addresses, and at least as
    many different addresses pay the inputs. No: otherwise.

    It covers the shapes of JoinMarket, Wasabi, WabiSabi and Whirlpool from two equal outputs on. It
    also answers yes for some payouts of equal sums from several inputs, which costs entities some
    links and never adds a wrong one: for exhibits, a link too few is better than one too many. It
    misses PayJoin and any join without equal outputs.
    """
    answers = np.empty(len(transactions.first_input) - 1, np.int8)
    rules.equal_output(transactions, answers)
    return answers
