"""What every answer about several entities taken as one says of them."""

from __future__ import annotations

import numpy as np

from clew.analysis.amounts import exact_sum
from clew.analysis.caveats import LOWER_BOUND, MIXED, together
from clew.analysis.flows import MIXED as MIXED_KIND
from clew.analysis.flows import Flows
from clew.ledger.columns import Array


def between(flows: Flows) -> dict[str, int]:
    """How many transactions paid from one of the entities to another, and how much, in satoshi.

    A transaction counts where all its inputs are theirs and an output goes to one of them that
    funded no input; ``value`` sums such outputs. All other money among them is no payment between
    them, or goes through a mixed transaction, which tells no payer.
    """
    rows, values = flows.between
    return {"payments": len(np.unique(rows)), "value": exact_sum(values)}


def mixed(some: Array) -> tuple[str, ...]:
    """The caveat about mixed transactions, if ``some`` (kinds of transactions) are mixed."""
    return (MIXED,) if (some == MIXED_KIND).any() else ()


def about(flows: Flows) -> tuple[str, ...]:
    """The caveats that come first: the lower bound; of several entities, that no rule joins them."""
    if len(flows.entities) == 1:
        return (LOWER_BOUND,)
    return together(len(flows.entities), **between(flows)), LOWER_BOUND


__all__ = ["about", "between", "mixed"]
