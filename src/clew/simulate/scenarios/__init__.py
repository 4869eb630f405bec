"""Scenarios: small, named, readable chains whose truth is known.

::

    from clew.simulate.scenarios import Story, scenario, tell

    story = tell("peeling-chain")  # or tell("my_file.py")
    story.chain.raw_blocks  # the blocks
    story.told, story.owned, story.labels  # the truth

A scenario is a function of a Story, a few lines long, whose docstring says what is right and why;
``docs/scenarios.md`` shows how to write one.
"""

from clew.simulate.scenarios.mixing import Share, coinjoin
from clew.simulate.scenarios.output import Written, write
from clew.simulate.scenarios.owners import Habit, Owner, Place
from clew.simulate.scenarios.rows import INVISIBLE, VISIBLE, Owned, Told
from clew.simulate.scenarios.scenario import Scenario, scenario
from clew.simulate.scenarios.shelf import SCENARIOS, find
from clew.simulate.scenarios.story import FEE, Pay, Story


def tell(which: str, *, signed: bool = False) -> Story:
    """The story of a scenario of this name, or of a file; raises UsageError as ``find`` and ``tell`` do."""
    return find(which).tell(signed=signed)


__all__ = [
    "FEE",
    "INVISIBLE",
    "SCENARIOS",
    "VISIBLE",
    "Habit",
    "Owned",
    "Owner",
    "Pay",
    "Place",
    "Scenario",
    "Share",
    "Story",
    "Told",
    "Written",
    "coinjoin",
    "find",
    "scenario",
    "tell",
    "write",
]
