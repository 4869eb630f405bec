"""What blocks say of a watch, on a chain whose answers are worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clew.analysis import watch, watch_arrival, watch_reached
from clew.analysis.inquiry import Inquiry
from clew.analysis.watch import Terms, Watched, blocks_of
from clew.analysis.watch_payers import period_of
from clew.interop.imports import bring_in
from clew.interop.packs import read
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.ledger.ledger import Ledger
from clew.reference.attributions import Attributions
from naive.chain import address_of
from naive.ledger import build_ledger
from naive.tags import pack
from naive.watched import BTC, DAY, Story, btc, median_times, watched

SHOP = address_of("shop")


@pytest.fixture(scope="module")
def story() -> Story:
    return watched()


@pytest.fixture(scope="module")
def ledger(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    room = tmp_path_factory.mktemp("watched")
    build_ledger(room / "ledger", story.chain.raw, "regtest")
    tagged(room / "ledger", pack(room / "tags.yaml", EXCHANGE))
    return Ledger(room / "ledger")


EXCHANGE = f"address: {address_of('exchange')}, label: Kraken, actor: kraken, category: exchange"


def tagged(folder: Path, path: Path) -> None:
    """Bring a pack of tags into a ledger."""
    found = read([path], Subjects(Ledger(folder).network), Form({}, {}, None, None), (), lambda *_: None)
    bring_in(Attributions(folder), found, "2026-01-01T00:00:00+00:00")


def said(ledger: Ledger, terms: Terms, last: int = 40) -> list[dict[str, Any]]:
    return Inquiry(ledger).watch_test(terms, last).result["alerts"]  # type: ignore[no-any-return]


def test_coins_that_lay_for_blocks(ledger: Ledger, story: Story) -> None:
    ten = said(ledger, Terms("dormant", SHOP, blocks=10))
    assert [(each["height"], each["txid"]) for each in ten] == [
        (15, story.txid("out")), (19, story.txid("aside"))
    ]  # fmt: skip
    assert [(each["what"]["coins"], each["what"]["value"]) for each in ten] == [(1, btc(10)), (1, btc(20))]
    assert [each["what"]["oldest_height"] for each in ten] == [5, 6]
    assert [each["height"] for each in said(ledger, Terms("dormant", SHOP, blocks=11))] == [19]
    assert said(ledger, Terms("dormant", SHOP, blocks=14)) == []
    both = said(ledger, Terms("dormant", SHOP, blocks=1))
    assert [each["what"]["value"] for each in both] == [btc(10), btc(25), btc(1)]


def test_coins_that_lay_for_days_of_median_time(ledger: Ledger, story: Story) -> None:
    medians = median_times(story)
    age = (medians[15] - medians[5]) // DAY
    assert 0 < age < 11
    assert said(ledger, Terms("dormant", SHOP, days=age))[0]["height"] == 15
    assert 15 not in [each["height"] for each in said(ledger, Terms("dormant", SHOP, days=age + 1))]
    assert said(ledger, Terms("dormant", SHOP, days=age))[0]["what"]["oldest_days"] == age


ARRIVALS = {
    1: [("out", 1, 6.0, 6.0)],
    2: [("out", 1, 6.0, 6.0)],
    3: [("out", 1, 6.0, 6.0), ("far", 3, 3.7, 3.7), ("new", 3, 24.7, 24.7)],
}


@pytest.mark.parametrize("hops", [1, 2, 3, 10])
def test_money_that_reaches_a_service(ledger: Ledger, story: Story, hops: int) -> None:
    found = said(ledger, Terms("arrival", SHOP, hops=hops))
    expected = ARRIVALS[min(hops, 3)]
    assert [
        (each["txid"], each["what"]["hop"], each["what"]["value"], each["what"]["at_most"]) for each in found
    ] == [(story.txid(name), hop, btc(value), btc(most)) for name, hop, value, most in expected]
    for each in found:
        ((service),) = each["what"]["services"]
        assert (service["label"], service["actor"], service["value"]) == (
            "Kraken", "kraken", each["what"]["value"]
        )  # fmt: skip
        assert service["outputs"] == [0]


@pytest.mark.parametrize("begin", range(1, 41))
def test_it_does_not_matter_where_it_begins(ledger: Ledger, begin: int) -> None:
    """What is on its way when a watch begins is followed as if it had watched from the start."""
    terms = Terms("arrival", SHOP, hops=3)
    whole = said(ledger, terms)
    late = said(ledger, terms, 41 - begin)
    assert late == [each for each in whole if each["height"] >= begin]


def test_payers_are_counted_by_day(ledger: Ledger, story: Story) -> None:
    medians = median_times(story)
    found = said(ledger, Terms("payers", SHOP, every="day"))
    # alice pays in block 5 and bob in 6, which have one median time; carol in 18, when alice is no news.
    assert medians[5] == medians[6]
    first_of_next = [
        next(h for h in range(1, 41) if medians[h] >= period_of(medians[at], "day")[1]) for at in (5, 18)
    ]
    assert [each["height"] for each in found] == first_of_next == [7, 19]
    assert [each["what"]["new_payers"] for each in found] == [2, 1]
    assert [each["what"]["payers_before"] for each in found] == [0, 2]
    assert [each["what"]["payers"] for each in found] == [2, 2]
    assert [each["what"]["payments"] for each in found] == [2, 2]
    assert [each["what"]["value"] for each in found] == [30 * BTC, 6 * BTC]
    assert all(each["txid"] is None for each in found)


def test_payers_are_counted_by_week(ledger: Ledger, story: Story) -> None:
    medians = median_times(story)
    found = said(ledger, Terms("payers", SHOP, every="week"))
    weeks = [period_of(medians[at], "week") for at in (5, 6, 18)]
    new = {week: sum(each == week for each in weeks) for week in weeks}
    assert {
        (each["what"]["period_start"], each["what"]["period_end"]): each["what"]["new_payers"]
        for each in found
    } == new


def test_no_alert_names_an_address_of_a_payer(ledger: Ledger) -> None:
    for terms in (Terms("payers", SHOP, every="day"), Terms("dormant", SHOP, blocks=1)):
        text = repr([{key: each[key] for key in ("what", "says")} for each in said(ledger, terms)])
        for name in ("alice", "bob", "carol", "shop", "middle"):
            assert address_of(name) not in text


def test_weeks_begin_on_mondays() -> None:
    monday = 1_577_664_000  # 2019-12-30
    assert period_of(monday, "week") == (monday, monday + 7 * DAY)
    assert period_of(monday - 1, "week") == (monday - 7 * DAY, monday)
    assert period_of(monday + 5, "day") == (monday, monday + DAY)


def test_a_walk_with_too_many_coins_is_cut_and_says_so(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_reached, "MOST_COINS", 2)
    answer = Inquiry(ledger).watch_test(Terms("arrival", SHOP, hops=10), 40)
    assert answer.result["cut"] is True
    assert [each["kind"] for each in answer.result["alerts"]][:2] == ["arrival", "cut"]
    assert watch_arrival.CUT in answer.result["alerts"][1]["says"]


def test_an_entity_that_the_chain_has_not_seen_yet(ledger: Ledger) -> None:
    watched = Watched(ledger, Terms("dormant", address_of("x1"), blocks=1))
    found = [
        (block.height, watched.events(block, watched.reached_at(0))) for block in blocks_of(ledger, 1, 40)
    ]
    assert [height for height, events in found if events] == [22]


def test_every_alert_says_what_it_rests_on(ledger: Ledger) -> None:
    terms = Terms("dormant", SHOP, blocks=10)
    watched = Watched(ledger, terms)
    (block,) = blocks_of(ledger, 15, 15)
    (event,) = watched.events(block, watched.reached_at(14))
    facts = watch.told(event, terms, block)
    assert facts["snapshot"] != ledger.snapshot()
    assert facts["block"] == ledger.block_hash(15)
    assert "anyone can pay any address" in " ".join(facts["caveats"])
    assert facts["error_estimate"]
