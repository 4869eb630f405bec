"""Who appears in many scenarios."""

from __future__ import annotations

from clew.simulate.scenarios.amount import Amount
from clew.simulate.scenarios.owners import Habit, Owner
from clew.simulate.scenarios.story import Story


def an_exchange(story: Story, name: str = "exchange", holds: Amount = "20") -> Owner:
    """An exchange, whose customers have an address each; it pays from one hot wallet, change included."""
    made = story.owner(name, habit=Habit(reuses=True))
    story.fund(made["hot wallet"], holds)
    return made


def a_service(story: Story) -> Owner:
    """The service, whose members have an address each. It is the operator's."""
    return story.owner("service", actor="operator")


def proceeds(story: Story, amount: Amount, kind: str = "p2wpkh") -> Owner:
    """The operator's own wallet, with proceeds of this amount in one coin of the address *proceeds*."""
    operator = story.owner("operator", kind)
    story.fund(operator["proceeds"], amount)
    return operator
