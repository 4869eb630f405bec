"""How far questions go unless asked: numbers alone, so that help can state them without loading the rest."""

from __future__ import annotations

ORDERS = 10
"""Other orders of outputs under which a trace is followed again, unless asked."""

FLOW_HOPS, MOST_FLOW_HOPS = 10, 100
"""Transactions of a flow at most: unless asked, and in any case."""
FLOW_TRANSACTIONS = 100_000
"""Transactions looked at in each direction at most, unless asked."""

SCENE_HOPS, MOST_SCENE_HOPS = 50, 1000
"""Rounds in which patterns are looked for at most: unless asked, and in any case."""
SCENE_ENTITIES = 100_000
"""Entities looked at at most, unless asked."""
DORMANT_DAYS = 180
"""Days after which coins that lay still have been dormant, unless asked."""
WITHIN_HOURS = 24
"""Hours that are a short time, unless asked."""
