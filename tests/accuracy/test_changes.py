"""Figures of change: of a few outputs by hand, and of many by loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accuracy.made import base_of, chain, tallies, truth
from clew.accuracy.changes import BOUNDS, LEAST, ChangeScore, class_names
from clew.schema import NO, UNKNOWN, YES
from naive import accuracy as naive

# A coinbase; a payment with change; a payment of which owner 0 pays owner 0; a round of a coinjoin; a note.
CHAIN = chain([((), (0,)), ((0,), (1, 2)), ((2,), (3, 4)), ((4, 1), (5, 6)), ((3,), (None, 7))])
TRUTH = truth(
    [0, 1, 0, 0, 0, 2, 1, 0],
    change=[0, 0, 1, 0, 1, 0, 1, 0, 1],
    protocol=[0, 0, 0, 1, 0],
    protocols=("", "joinmarket"),
    maker=[-1, 0, 0, 1, 0],
    models=("core", "phone"),
)


def test_an_answer_is_right_where_the_output_is_change_and_no_round_made_it() -> None:
    score = ChangeScore(TRUTH, CHAIN)
    # Yes: the change of 1; the payment to oneself in 2, no change; the change in the round; the note's.
    answers = np.array([YES, NO, YES, YES, UNKNOWN, NO, YES, YES, YES], np.int8)
    figures = list(score.answers("rule", answers))
    found = tallies(figures)
    # The coinbase's output and the OP_RETURN are not counted, whatever the rule says.
    assert found["precision",] == (2, 4)
    assert found["precision", "wallet model", "core"] == (2, 3)
    assert found["precision", "wallet model", "phone"] == (0, 1)
    # Change outside of rounds: of 1, of 2, of the note.
    assert found["recall",] == (2, 3)
    assert found["unknown",] == (1, 7)
    # The payment to oneself is under the payer's control, though it is no change. A round has two payers.
    assert found["under the payer's control",] == (3, 3)
    base = base_of(figures, "precision")
    assert base is not None
    assert (base.hits, base.of) == (3, 5)


def test_probabilities_are_judged_against_who_knows_the_share_alone() -> None:
    score = ChangeScore(TRUTH, CHAIN)
    probability = np.array([0.5, 0.0, 1.0, 0.995, 0.992, 0.1, 0.1, 0.5, 0.9])
    predicted = np.ones(9, bool)
    predicted[5:7] = False
    figures = list(score.probabilities("model", probability, predicted))
    found = tallies(figures)
    stated = [0.0, 1.0, 0.995, 0.992, 0.9]
    right = [False, True, False, True, True]
    assert found["log loss",] == (pytest.approx(naive.log_loss(stated, right, LEAST)), 5)
    assert found["Brier score",] == (pytest.approx(naive.brier(stated, right)), 5)
    assert found["right at 0.99 or more",] == (2, 3)
    assert found["found at 0.99 or more",] == (2, 3)
    assert found["no change at 0.01 or less",] == (1, 1)
    assert found["change among", "probability", "0.99 to 0.999"] == (1, 2)
    assert found["change among", "probability", "0.999 to 1"] == (1, 1)
    assert found["mean probability", "probability", "0.99 to 0.999"] == (pytest.approx(1.987), 2)
    base = base_of(figures, "log loss")
    assert base is not None
    assert base.hits == pytest.approx(naive.log_loss([0.6] * 5, right, LEAST))


def test_who_states_the_share_has_the_loss_of_the_base() -> None:
    score = ChangeScore(TRUTH, CHAIN)
    figures = list(score.probabilities("model", np.full(9, 3 / 7), np.ones(9, bool)))
    base = base_of(figures, "log loss")
    assert base is not None
    assert tallies(figures)["log loss",] == (pytest.approx(base.hits), base.of)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_losses_are_those_of_the_plain_loop(rows: list[tuple[float, bool]]) -> None:
    made = chain([((), (0,)), ((0,), tuple(0 for _ in rows))])
    known = truth([0], change=[0, *(int(each) for _, each in rows)], protocol=[0, 0])
    figures = list(
        ChangeScore(known, made).probabilities(
            "model", np.array([0.5, *(each for each, _ in rows)]), np.ones(len(rows) + 1, bool)
        )
    )
    found = tallies(figures)
    stated, right = [each for each, _ in rows], [each for _, each in rows]
    assert found["log loss",] == (pytest.approx(naive.log_loss(stated, right, LEAST)), len(rows))
    assert found["Brier score",] == (pytest.approx(naive.brier(stated, right)), len(rows))
    for low, high, name in zip(BOUNDS, [*BOUNDS[1:], 1.1], class_names(), strict=True):
        mine = [each for value, each in rows if low <= value < high]
        assert found.get(("change among", "probability", name), (0, 0)) == (sum(mine), len(mine))
