"""Figures of entities, of small truths whose right figures are clear by hand."""

from __future__ import annotations

import numpy as np

from accuracy.made import base_of, tallies, truth
from clew.accuracy.entities import entity_figures
from clew.accuracy.figures import ACTOR, WALLET
from clew.accuracy.truth import NOT_KNOWN


def test_two_wallets_of_one_owner_are_right_by_owner_and_wrong_by_wallet() -> None:
    # Owner 0 has wallets 0 (addresses 0, 1) and 1 (2, 3); owner 1 has wallet 2 (4, 5).
    figures = list(
        entity_figures("set", np.array([0, 0, 0, 3, 4, 4]), truth([0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 2, 2]))
    )
    found = tallies(figures)
    assert found["precision", ACTOR] == (4, 4)
    assert found["precision", WALLET] == (2, 4)
    assert found["recall", ACTOR] == (4, 7)
    assert found["recall", WALLET] == (2, 3)
    assert found["B-cubed precision", ACTOR] == (6, 6)
    assert found["B-cubed recall", ACTOR] == (0.75 * 3 + 0.25 + 2, 6)
    assert found["B-cubed recall", WALLET] == (2 + 0.5 + 0.5 + 2, 6)
    assert found["of several owners", ACTOR] == (0, 2)
    assert found["of several owners", WALLET] == (1, 2)
    assert found["owners joined with others", WALLET] == (2, 3)
    assert found["owners in pieces", WALLET] == (1, 3)
    assert found["pieces per owner", WALLET] == (4, 3)
    # Of the fifteen pairs, seven are of one owner.
    base = base_of(figures, "precision", ACTOR)
    assert base is not None
    assert (base.hits, base.of) == (7, 15)


def test_addresses_are_told_apart_by_the_size_and_the_model_of_their_wallet() -> None:
    known = truth([0, 0, 1], [0, 0, 1], models=("core", "phone"), kinds=("person", "exchange"))
    found = tallies(list(entity_figures("set", np.array([0, 0, 0]), known)))
    assert found["B-cubed precision", ACTOR, "wallet size", "2 to 9"] == (4 / 3, 2)
    assert found["B-cubed precision", ACTOR, "wallet size", "1"] == (1 / 3, 1)
    assert found["B-cubed precision", ACTOR, "wallet model", "phone"] == (1 / 3, 1)
    assert found["B-cubed precision", ACTOR, "owner", "person"] == (4 / 3, 2)
    assert found["alone with its owner's", ACTOR] == (0, 3)


def test_addresses_of_several_owners_are_set_aside_and_join_whom_they_join() -> None:
    # Address 2 is a channel of owners 0 and 1, address 4 a key that everybody knows.
    known = truth(
        [0, 1, NOT_KNOWN, 2, NOT_KNOWN, 3],
        joint={2: frozenset({0, 1})},
        everybody=frozenset({4}),
    )
    apart = tallies(list(entity_figures("set", np.array([0, 1, 1, 3, 4, 5]), known)))
    assert apart["precision", ACTOR] == (0, 0)
    assert apart["stand with a stranger's", ACTOR, "address", "of several"] == (0, 1)
    assert apart["stand with a stranger's", ACTOR, "address", "of everybody"] == (0, 1)
    joined = tallies(list(entity_figures("set", np.array([0, 0, 0, 0, 4, 4]), known)))
    # Owners 0, 1 and 2 come together; the channel itself stands with owner 2, who has no key of it.
    assert joined["owners joined with others", ACTOR] == (3, 4)
    assert joined["precision", ACTOR] == (0, 3)
    assert joined["stand with a stranger's", ACTOR, "address", "of several"] == (1, 1)
    assert joined["stand with a stranger's", ACTOR, "address", "of everybody"] == (1, 1)


def test_strangers_are_counted_in_entities_in_which_the_service_was_paid() -> None:
    # Owner 0 is the service's; only address 0 was paid. Address 1 is the operator's other wallet.
    known = truth([0, 0, 1, 2, 2], service=0, service_addresses=[0])
    alone = tallies(list(entity_figures("set", np.array([0, 1, 1, 3, 3]), known)))
    assert alone["strangers' addresses in its entities", ACTOR] == (0, 1)
    drawn = tallies(list(entity_figures("set", np.array([0, 1, 0, 3, 0]), known)))
    assert drawn["strangers' addresses in its entities", ACTOR] == (2, 3)
    assert drawn["strangers drawn into its entities", ACTOR] == (2, 2)


def test_services_collide_where_one_entity_holds_two() -> None:
    known = truth([0, 1, 2, 3, 3], services=frozenset({0, 1, 2}))
    found = tallies(list(entity_figures("set", np.array([0, 0, 2, 0, 2]), known)))
    # 0 and 1 stand together; 2 stands with a person, who is no service.
    assert found["services that stand with another", ACTOR] == (2, 3)
    assert found["entities with several services", ACTOR] == (1, 2)
