"""Tallies of truth, against slow counts of the same."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from clew.kernels.economy_state import (
    A_KIND,
    A_WALLET,
    ACTOR,
    ADDRESS,
    CHANGE,
    COINBASE,
    COINS,
    DATA,
    FORMS,
    I_COIN,
    INPUTS,
    PURPOSE,
    T_FORM,
    T_HEIGHT,
    T_INPUT,
    TX,
    TXS,
)
from clew.simulate.economy.course import Course
from likeness.published import PUBLISHED
from likeness.tally import Tally
from likeness.truth import CHANGES, Truth

FIRST = 150


@pytest.fixture(scope="module")
def tallies(course: Course) -> dict[str, Tally]:
    return Truth(course, FIRST).tallies()


def counted(course: Course) -> list[int]:
    tx = course.society.state.e.tx
    count = int(course.society.state.e.count[TXS])
    return [at for at in range(count) if tx[at, T_HEIGHT] >= FIRST and tx[at, T_FORM] != COINBASE]


def spent(course: Course) -> dict[int, list[int]]:
    """Addresses that each transaction spends from."""
    e = course.society.state.e
    ends = [*e.tx[1 : e.count[TXS], T_INPUT].tolist(), int(e.count[INPUTS])]
    starts = e.tx[: e.count[TXS], T_INPUT].tolist()
    coins = e.input[:, I_COIN]
    return {
        at: [int(e.coin[coins[number], ADDRESS]) for number in range(start, end)]
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    }


def test_forms_and_makers_count_every_transaction(course: Course, tallies: dict[str, Tally]) -> None:
    kept = counted(course)
    forms = Counter(FORMS[course.society.state.e.tx[at, T_FORM]] for at in kept)
    assert tallies["forms"].counts == forms
    for name in ("forms", "makers", "models", "joins"):
        assert tallies[name].things == len(kept)
    joins = ("joinmarket", "wasabi-1", "wasabi-1.1", "wabisabi", "whirlpool")
    assert tallies["joins"].counts["yes"] == sum(forms[name] for name in joins)


def test_change_goes_where_the_coins_say(course: Course, tallies: dict[str, Tally]) -> None:
    e = course.society.state.e
    kept, sources = set(counted(course)), spent(course)
    met: set[int] = set()
    times = Counter(e.coin[: e.count[COINS], ADDRESS].tolist())
    back = fresh = other = once = used = outputs = 0
    for coin in range(int(e.count[COINS])):
        address, at = int(e.coin[coin, ADDRESS]), int(e.coin[coin, TX])
        if at in kept and e.coin[coin, PURPOSE] == CHANGE:
            once += times[address] == 1
            if address in sources[at]:
                back += 1
            elif address in met:
                other += 1
            else:
                fresh += 1
        if at in kept and e.address[address, A_KIND] != DATA:
            outputs += 1
            used += address in met
        met.add(address)
    found = tallies["change"].counts
    assert [found.get(label, 0) for label in CHANGES] == [back, fresh, other]
    assert tallies["one-time"].counts["yes"] == once
    assert (tallies["used"].counts["yes"], tallies["used"].things) == (used, outputs)


def test_people_are_found_as_far_as_their_coins_meet(course: Course, tallies: dict[str, Tally]) -> None:
    e, kinds = course.society.state.e, [each.kind for each in course.society.actors]
    groups: dict[int, set[int]] = {}
    joins = {"joinmarket", "wasabi-1", "wasabi-1.1", "wabisabi", "whirlpool"}
    for at, addresses in spent(course).items():
        if not addresses or FORMS[e.tx[at, T_FORM]] in joins:
            continue
        whole = set(addresses).union(*(groups.get(each, set()) for each in addresses))
        for each in whole:
            groups[each] = whole
    wallets = defaultdict(set)
    for address in set(e.coin[: e.count[COINS], ADDRESS].tolist()):
        wallet = int(e.address[address, A_WALLET])
        if kinds[e.wallet[wallet, ACTOR]] == "person":
            wallets[wallet].add(address)
    parts = []
    for mine in wallets.values():
        if len(mine) > 1:
            found = [len(groups.get(each, {each}) & mine) for each in mine]
            parts.append(sum(found) / len(mine) ** 2)
    assert tallies["found"].things == len(parts) > 20
    assert tallies["found"].counts["yes"] == pytest.approx(sum(parts))


def test_published_figures_find_their_like(tallies: dict[str, Tally]) -> None:
    from likeness.each import MEASURES as EACH
    from likeness.eras import ERAS
    from likeness.measures import MEASURES

    labels = {each.name: each.labels for each in (*MEASURES, *EACH)}
    for figure in PUBLISHED:
        assert set(figure.eras) <= {each.name for each in ERAS}
        if figure.key and figure.key not in tallies:
            asked = (figure.label,) if isinstance(figure.label, str) else figure.label
            assert set(asked) <= set(labels[figure.key])
