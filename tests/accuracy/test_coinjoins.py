"""Figures of coinjoin rules and of rules of control, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from accuracy.made import base_of, chain, tallies, truth
from clew.accuracy.coinjoins import CoinjoinScore, protocols_for, round_names
from clew.accuracy.control import ControlScore, judged_links, link_figures
from clew.accuracy.figures import ACTOR, WALLET
from clew.accuracy.truth import NOT_KNOWN
from clew.schema import NO, UNKNOWN, YES

PROTOCOLS = ("", "joinmarket", "payjoin", "tx0", "wasabi-1", "wasabi-1.1", "whirlpool")
# A coinbase, a payment, a batch payout, two rounds, a Tx0, a PayJoin.
CHAIN = chain([((), (0,)), *(((0,), (0,)) for _ in range(6))])
TRUTH = truth(
    [0],
    change=[0] * 7,
    protocol=[0, 0, 0, 1, 4, 3, 2],
    protocols=PROTOCOLS,
    round_size=[0, 0, 0, 5, 57, 8, 0],
    form=[0, 1, 2, 3, 3, 3, 3],
    forms=("coinbase", "payment", "batch", "round"),
)


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        ("joinmarket", {"joinmarket"}),
        ("wasabi_1", {"wasabi-1"}),
        ("wasabi_1_1", {"wasabi-1.1"}),
        ("wasabi11", {"wasabi-1.1"}),
        ("whirlpool_tx0", {"tx0"}),
        ("tx0", {"tx0"}),
        ("payjoin", {"payjoin"}),
        ("whirlpool_round", {"whirlpool"}),
        ("equal_output_coinjoin", {"joinmarket", "wasabi-1", "wasabi-1.1", "whirlpool"}),
        ("my_own_rule", {"joinmarket", "wasabi-1", "wasabi-1.1", "whirlpool"}),
    ],
)
def test_a_rule_is_scored_on_the_protocol_that_it_is_named_after(rule: str, meant: set[str]) -> None:
    assert {PROTOCOLS[each] for each in protocols_for(rule, PROTOCOLS)} == meant


def test_a_rule_for_all_is_scored_on_rounds_and_by_their_size() -> None:
    answers = np.array([YES, NO, YES, YES, NO, YES, UNKNOWN], np.int8)
    figures = list(CoinjoinScore(TRUTH, CHAIN).answers("all_of_them", answers))
    found = tallies(figures)
    # Of its yeses, the coinbase left out: a batch payout, a round, a Tx0.
    assert found["precision",] == (1, 3)
    assert found["some coinjoin",] == (2, 3)
    assert found["recall",] == (1, 2)
    assert found["recall", "protocol", "joinmarket"] == (1, 1)
    assert found["recall", "protocol", "wasabi-1"] == (0, 1)
    assert found["recall", "round size", "5"] == (1, 1)
    assert found["recall", "protocol and round size", "wasabi-1, 50 to 99"] == (0, 1)
    assert found["ordinary taken for some",] == (1, 2)
    assert found["ordinary taken for some", "form", "batch"] == (1, 1)
    assert found["ordinary taken for some", "form", "payment"] == (0, 1)
    assert found["unknown",] == (1, 6)
    base = base_of(figures, "precision")
    assert base is not None
    assert (base.hits, base.of) == (2, 6)


def test_a_rule_of_look_alikes_is_wrong_where_it_speaks_of_a_round() -> None:
    answers = np.array([NO, NO, YES, NO, YES, YES, NO], np.int8)
    found = tallies(list(CoinjoinScore(TRUTH, CHAIN).lookalikes("batch_payout", answers)))
    assert found["rounds taken for none",] == (1, 2)
    assert found["rounds taken for none", "protocol", "wasabi-1"] == (1, 1)
    assert found["ordinary told",] == (1, 2)


def test_classes_of_rounds_are_named_once() -> None:
    assert round_names()[-1] == "100 and more"
    assert len(set(round_names())) == len(round_names())


def test_control_is_right_where_one_owner_signs() -> None:
    # Owners: 0 and 1 of one person with two wallets, 2 somebody else, 3 unknown.
    made = chain([((), (0,)), ((0, 1), (0,)), ((0, 2), (0,)), ((0, 3), (0,)), ((0, 0), (0,))])
    known = truth([0, 0, 1, NOT_KNOWN], [0, 1, 2, NOT_KNOWN], change=[0] * 5, protocol=[0] * 5)
    answers = np.array([NO, YES, YES, YES, YES], np.int8)
    found = tallies(list(ControlScore(known, made).answers("rule", answers)))
    # Counted are those with several addresses of which two owners are known.
    assert found["one owner signs", ACTOR] == (1, 2)
    assert found["one owner signs", WALLET] == (0, 2)
    assert found["found", ACTOR] == (1, 1)
    assert found["unknown",] == (0, 3)


def test_links_to_what_everybody_knows_are_wrong_and_to_a_channel_right_for_its_owners() -> None:
    known = truth(
        [0, 0, 1, NOT_KNOWN, NOT_KNOWN, NOT_KNOWN],
        joint={3: frozenset({0, 2})},
        everybody=frozenset({4}),
    )
    links = {
        "a": np.array([0, 0, 0, 2, 0, 0]),
        "b": np.array([1, 2, 3, 3, 4, 5]),
        "transaction": np.arange(6),
        "rule": np.array([0, 0, 1, 1, 1, 1]),
    }
    counted, right = judged_links(links, known)
    # The last one's owner is not known: it is not counted.
    assert counted.tolist() == [True, True, True, True, True, False]
    assert right[counted].tolist() == [True, False, True, False, False]
    found = tallies(list(link_figures("set", links, ["first", "second"], known)))
    assert found["links of one owner", ACTOR] == (2, 5)
    assert found["links of one owner", ACTOR, "rule", "second"] == (1, 3)
    assert found["links of one owner", WALLET] == (1, 2)
