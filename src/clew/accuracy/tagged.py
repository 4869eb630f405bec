"""Truth by the tags that a ledger holds: which addresses are said to be whose service's."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.accuracy.truth import REAL, Truth, nothing_known
from clew.ledger.ledger import Ledger
from clew.reference.attributions import Attributions
from clew.schema import NO_ADDRESS

TAGS = "tags"


def read_tags(ledger: Ledger, rank: int = REAL) -> Truth:
    """The services that tags name, as owners of their addresses; every owner is a service.

    Tags that were themselves derived from a cluster confirm none: they are left out, and counted, as are
    those on addresses that are not on the chain. Where tags of equal confidence name different services
    for one address, it is left out.
    """
    tip = ledger.tip
    source: dict[str, Any] = {
        "name": f"the tags of {ledger.path}",
        "kind": "labels",
        "rank": rank,
        "world": "",
        "era": "",
        "seed": None,
        "blocks": tip.height + 1,
        "people": None,
        "tip": ledger.block_hash(tip.height),
        "time": int(ledger.column("blocks.time")[tip.height]),
    }
    truth = nothing_known(ledger, source)
    attributions = Attributions(ledger.path)
    found = attributions.services(ledger)
    truth.actor[found.addresses] = found.actors
    truth.services = frozenset(range(len(found.names)))
    truth.kinds = ("service",) * len(found.names)
    placed = attributions.placed(ledger)
    seen = np.flatnonzero(placed.ids != NO_ADDRESS).tolist()
    derived = sum(each.tag.is_derived for each in attributions.stated(ledger, seen))
    told = {
        "tags that were derived from a cluster": derived,
        "tags on addresses that are not on the chain": len(placed.ids) - len(seen),
    }
    truth.left_out = {what: count for what, count in told.items() if count}
    return truth


__all__ = ["TAGS", "read_tags"]
