"""Operators who layer, keep sums below a threshold and send coins round: what they do is what is recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.errors import UsageError
from clew.kernels.economy_state import DEPOSIT_ROLE, NONE, OWN_ROLE, REFUND, TILL_ROLE
from clew.simulate.economy.actors.service import Service
from clew.simulate.economy.books import books
from clew.simulate.economy.concealment import ConcealmentAct
from clew.simulate.economy.course import Course
from clew.simulate.economy.make import Size, run
from clew.simulate.worlds.load import load
from simulate.economy.view import View

WORLDS = Path(__file__).resolve().parents[3] / "tools" / "worlds"
DAY = 86_400


@pytest.fixture(scope="module", params=["2015-laundering", "2021-laundering"])
def hiding(request: pytest.FixtureRequest) -> Course:
    size = Size(blocks=500, people=200, payments=1500, payers=300, accounts=100)
    *_, course = run(load(WORLDS / f"{request.param}.yaml"), 5, size)
    return course


@pytest.fixture(scope="module")
def view(hiding: Course) -> View:
    return View(hiding)


def operator(course: Course) -> int:
    [service] = [each for each in course.actors if isinstance(each, Service)]
    return service.actor


def acts(course: Course, kind: str) -> list[ConcealmentAct]:
    """Acts of this kind; there must be some."""
    found = [each for each in course.acts if each.kind == kind]
    assert found
    return found


def test_the_books_still_close(hiding: Course, view: View) -> None:
    mine = operator(hiding)
    found = books(hiding, mine)
    assert found.received + found.mixed_out == found.paid + found.fees + found.mixed_in + found.held
    alone = {tx for tx, coins in enumerate(view.inputs) if coins and {view.owner[c] for c in coins} == {mine}}
    assert alone == {each.tx for each in hiding.acts} - {NONE}


def test_layers_go_to_fresh_addresses_one_after_the_other(hiding: Course, view: View) -> None:
    layers = acts(hiding, "layer")
    made = {coin: act for act in layers for coin in act.made}
    quick = 0
    for act in layers:
        assert len(act.spent) == 1
        assert 1 <= len(act.made) <= 2
        assert not act.rest
        assert {view.role[coin] for coin in act.made} == {OWN_ROLE}
        assert all(view.address.count(view.address[coin]) == 1 for coin in act.made)
        before = made.get(act.spent[0])
        quick += before is not None and act.time - before.time <= DAY
    assert quick > len(layers) // 2
    assert any(len(act.made) == 2 for act in layers)


def test_structured_sums_stay_below_the_threshold(hiding: Course, view: View) -> None:
    model = hiding.world.operator.structuring
    assert model is not None
    for act in acts(hiding, "structure"):
        [rest] = act.made
        assert view.role[rest] == OWN_ROLE
        [paid] = [each for each in view.outputs[act.tx] if each != rest]
        assert view.role[paid] == DEPOSIT_ROLE
        dollars = view.value[paid] / 1e8 * hiding.calendar.prices[hiding.calendar.day(act.height)] / 100
        assert 0.25 * float(model.threshold) < dollars < float(model.threshold)


def test_what_goes_round_comes_back_to_the_till(hiding: Course, view: View) -> None:
    mine, trips = operator(hiding), acts(hiding, "round trip")
    back = {each.coin: each for each in hiding.payments if view.purpose[each.coin] == REFUND}
    returned = 0
    for act in trips:
        [coin] = act.made
        assert hiding.society.actors[view.owner[coin]].kind == "nominee"
        while view.owner[coin] != mine and coin in view.spent_by:
            outputs = view.outputs[view.spent_by[coin]]
            coin = max(outputs, key=lambda each: (view.owner[each] == mine, view.value[each]))
        if view.owner[coin] == mine:
            returned += 1
            assert view.role[coin] == TILL_ROLE
            assert back[coin].payer == mine
            assert back[coin].source != mine
            assert view.value[coin] < act.amount
    assert returned > len(trips) // 2


def test_nothing_of_it_in_other_worlds() -> None:
    for name in ("2012", "2015", "2015-private", "2021-merging", "2025-shared"):
        model = load(name).operator
        assert (model.layering, model.structuring, model.round_trips) == (None, None, None)


def test_a_sum_at_the_threshold_is_not_below_it(tmp_path: Path) -> None:
    text = (WORLDS / "2015-laundering.yaml").read_text(encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(text.replace("100: 0.995", "100: 1"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"structuring.*less than 1.*found 0\.3 to 1"):
        load(tmp_path / "wrong.yaml")
