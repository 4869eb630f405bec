"""Where a treaty prevails over an extradition act: both are shown, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clew.proceedings.load import Law
from clew.proceedings.matter import Request
from clew.proceedings.provisions import DualCriminality, Ground, Regime
from clew.proceedings.steps import Reasoned
from clew.proceedings.trail import Trail

PREVAILS = "{title} prevails over {over} where the two differ; both are shown"
THRESHOLDS = "Dual criminality: {mine} by {title}, {other} by {over}"
SAME_THRESHOLD = "Dual criminality: {mine} by both"
KINDS = "{test}: {mine} by {title} ({mine_rules}), {other} by {over} ({other_rules})"
ONLY = "{test}: a ground of {title} ({rules}) only"


@dataclass(frozen=True)
class Prevailing(Reasoned):
    """A regime that prevails over another, and where the two differ."""

    regime: str
    title: str
    over: str
    over_title: str
    differences: tuple[str, ...]


def prevailing(law: Law, request: Request) -> tuple[Prevailing, ...]:
    """Each pair of a request's regimes of which one prevails, in the order of the request."""
    regimes = [law.regime(each) for each in request.regimes]
    found = []
    for regime in regimes:
        for over in regimes:
            if over.name in regime.prevails_over:
                found.append(_pair(law, regime, over))
    return tuple(found)


def _pair(law: Law, regime: Regime, over: Regime) -> Prevailing:
    trail = Trail(law)
    trail.say(PREVAILS.format(title=regime.title, over=over.title))
    for each in (regime, over):
        trail.rule(each.dual_criminality.rule)
        for ground in each.grounds:
            trail.entry(ground.name, ground, f"{each.title}, {ground.rule}", ground.title)
    differences = (_thresholds(regime, over), *_kinds(regime, over))
    return Prevailing(
        regime=regime.name,
        title=regime.title,
        over=over.name,
        over_title=over.title,
        differences=differences,
        **trail.gathered,
    )


def _thresholds(regime: Regime, over: Regime) -> str:
    mine, other = _worded(regime.dual_criminality), _worded(over.dual_criminality)
    if mine == other:
        return SAME_THRESHOLD.format(mine=mine)
    return THRESHOLDS.format(mine=mine, title=regime.title, other=other, over=over.title)


def _worded(asked: DualCriminality) -> str:
    amount = f"{'more than' if asked.strictly_more else 'at least'} {asked.maximum}"
    return f"a maximum of {amount}{' in both states' if asked.in_both else ''}"


def _kinds(regime: Regime, over: Regime) -> Iterator[str]:
    """Tests that one of the two has alone, or as another kind of ground; ``person`` covers many things."""
    tests = dict.fromkeys(each.test for each in (*regime.grounds, *over.grounds) if each.test != "person")
    for test in tests:
        mine = [each for each in regime.grounds if each.test == test]
        other = [each for each in over.grounds if each.test == test]
        named = f"{test[:1].upper()}{test[1:]}"
        if not mine or not other:
            alone = regime if mine else over
            yield ONLY.format(test=named, title=alone.title, rules=_rules(mine or other))
        elif _kind(mine) != _kind(other):
            yield KINDS.format(
                test=named, mine=_kind(mine), title=regime.title, mine_rules=_rules(mine),
                other=_kind(other), over=over.title, other_rules=_rules(other),
            )  # fmt: skip


def _kind(grounds: list[Ground]) -> str:
    return " and ".join(dict.fromkeys(each.kind for each in grounds))


def _rules(grounds: list[Ground]) -> str:
    return ", ".join(each.rule for each in grounds)
