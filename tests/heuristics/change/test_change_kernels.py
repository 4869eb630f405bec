"""The kernels of change against the plain form of every rule."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given

from clew.heuristics.change.candidates import candidates, is_joint
from clew.heuristics.change.ruled import traits
from clew.heuristics.change.traits import traits_of, unpacked
from clew.heuristics.change.votes import FEATURES, rule_names, votes
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CHANGE, OUTPUT, RULES
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Given
from clew.kernels import traits as packing
from heuristics.change.drawn import TRANSACTIONS

shipped()
NAMES = rule_names()


def test_every_rule_of_change_is_in_the_votes() -> None:
    assert sorted(NAMES) == sorted(name for name, rule in RULES.items() if rule.kind == CHANGE)
    assert all(RULES[name].about == OUTPUT for name in NAMES)
    looks = [RULES[name].looks_ahead for name in NAMES]
    assert looks == sorted(looks)
    assert 0 < sum(looks) < len(looks)


@given(TRANSACTIONS)
def test_a_rule_says_of_a_range_what_it_says_of_each(drawn: list[Transaction]) -> None:
    for name in NAMES:
        rule = RULES[name]
        wanted = [answer for each in drawn for answer in rule.one(each)]
        assert rule(Given(drawn)).tolist() == wanted, name


@given(TRANSACTIONS)
def test_all_votes_are_those_of_each_rule_alone(drawn: list[Transaction]) -> None:
    found = votes(Given(drawn))
    assert found.names == NAMES
    assert found.tip_height == max(each.height for each in drawn)
    for place, name in enumerate(NAMES):
        assert found.answers[:, place].tolist() == RULES[name](Given(drawn)).tolist(), name
    together = Given(drawn)
    assert all((RULES[name](together) == found.answers[:, place]).all() for place, name in enumerate(NAMES))


@given(TRANSACTIONS)
def test_traits_are_packed_as_they_are_stated(drawn: list[Transaction]) -> None:
    found = traits(Given(drawn)).tolist()
    stated = [traits_of(each, is_joint(each)) for each in drawn]
    assert found == [each.packed for each in stated]
    assert [unpacked(each) for each in found] == stated


@given(TRANSACTIONS)
def test_a_rate_has_four_steps_to_a_doubling(drawn: list[Transaction]) -> None:
    for each in drawn:
        rate = 4_000 * max(each.fee, 0) // max(each.weight, 1)
        if rate < 4:
            continue
        step = packing.rate_class(np.int64(max(each.fee, 0)), np.int64(each.weight))
        doublings, quarters = divmod(int(step) - 4, 4)
        assert (4 + quarters) << doublings <= rate < (5 + quarters) << doublings


def features_of(transaction: Transaction) -> list[list[int]]:
    """The features as their description says."""
    asked = candidates(transaction)
    payers = {each.address for each in transaction.inputs}
    rows = []
    for output in transaction.outputs:
        if not any(output is each for each in asked):
            rows.append([0] * len(FEATURES))
            continue
        place = next(number for number, each in enumerate(asked) if each is output)
        values = [each.value for each in asked]
        others = sum(values) - output.value
        ratio = Fraction(output.value or int(not others), max(others, 1))
        bounds = [Fraction(4) ** power for power in range(-3, 4)]
        digits = str(output.value)
        joint = output.spender is not None and is_joint(output.spender)
        rows.append(
            [
                1 if len(asked) == 2 else 2 if len(asked) == 3 else 3 if len(asked) < 10 else 4,
                {1: 0, 2: 1}.get(len(transaction.inputs), 2 if len(transaction.inputs) < 10 else 3),
                3
                if len(set(values)) == 1
                else 0
                if output.value == min(values)
                else 2
                if output.value == max(values)
                else 1,
                0 if place == 0 else 2 if place == len(asked) - 1 else 1,
                sum(ratio >= bound for bound in bounds),
                min(8, len(digits) - len(digits.rstrip("0"))) if output.value else 8,
                2 if joint else int(output.spender is not None),
                int(any(each.address in payers for each in asked)),
            ]
        )
    return rows


@given(TRANSACTIONS)
def test_features(drawn: list[Transaction]) -> None:
    found = votes(Given(drawn))
    wanted = [row for each in drawn for row in features_of(each)]
    assert found.features.tolist() == wanted
    assert found.candidates.tolist() == [row[0] > 0 for row in wanted]
    assert (found.features.max(axis=0) < np.array(list(FEATURES.values()))).all()
