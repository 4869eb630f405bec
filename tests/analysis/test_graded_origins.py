"""Grades of routes on chains made by hand, and shares that sum to the satoshi."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.analysis.inquiry import Inquiry
from clew.analysis.origins.haircut import shares
from clew.errors import UsageError
from naive.chain import address_of
from naive.story import BTC, Story, asked, withdrawn


def grades(inquiry: Inquiry) -> list[tuple[str, str, list[str]]]:
    rows = inquiry.origins(address_of("shop")).result["payments"]
    for row in rows:
        assert sum(each["satoshi"] for each in row["origins"]) == row["value"]
    return [(each["grade"], each["end"], each["doubts"]) for row in rows for each in row["origins"]]


def test_straight_from_an_exchange(tmp_path: Path) -> None:
    story = Story()
    story.pay([story.mine("hot")], [("shop", BTC), ("hot", 49 * BTC)])
    assert grades(asked(tmp_path, story, {"hot": "exa"})) == [("direct", "service", [])]


def test_through_a_wallet_of_ones_own(tmp_path: Path) -> None:
    story = Story()
    story.pay(withdrawn(story)[:1], [("shop", BTC), ("ann2", BTC)])
    assert grades(asked(tmp_path, story, {"hot": "exa"})) == [("own wallet", "service", [])]


def test_through_somebody_else(tmp_path: Path) -> None:
    story = Story()
    coins = story.pay(withdrawn(story)[:1], [("bob", BTC), ("ann2", BTC)])
    story.pay(coins[:1], [("shop", BTC // 2), ("bob2", BTC // 2)])
    assert grades(asked(tmp_path, story, {"hot": "exa"})) == [("inferred", "service", ["others between"])]


@pytest.mark.parametrize(
    ("outputs", "doubt", "days"),
    [
        ([("shop", 1000), ("ann2", 2 * BTC - 1000)], "dust", 1),
        ([("shop", 2 * BTC)], "swept", 1),
        ([("shop", BTC // 2), ("bob", BTC), ("ann2", BTC // 2)], "several paid", 1),
        ([("shop", BTC), ("hot", BTC)], "rest is a holder's", 1),
        ([("shop", BTC // 2), ("shop", BTC), ("ann2", BTC // 2)], "several paid", 1),
    ],
)
def test_look_alikes_are_never_graded_well(
    tmp_path: Path, outputs: list[tuple[str, int]], doubt: str, days: int
) -> None:
    story = Story()
    story.pay(withdrawn(story)[:1], outputs, days)
    (grade, _, doubts), *_ = grades(asked(tmp_path, story, {"hot": "exa"}))
    assert grade == "broken"
    assert doubt in doubts


@pytest.mark.parametrize(("back", "expected"), [("till", ["their own address"]), ("shop", [])])
def test_an_address_that_the_asked_pay_themselves(tmp_path: Path, back: str, expected: list[str]) -> None:
    story = Story()
    first = story.mine("shop")
    inside = story.pay([first], [(back, 20 * BTC), ("stranger", 30 * BTC)])
    story.pay([story.mine("shop"), inside[0]], [("stranger", 70 * BTC)])
    story.pay(withdrawn(story)[:1], [(back, BTC), ("ann2", BTC)])
    grade, end, doubts = grades(asked(tmp_path, story, {"hot": "exa"}))[-1]
    assert (grade, end, doubts) == ("inferred" if expected else "own wallet", "service", expected)


def test_a_small_part_after_another_payment(tmp_path: Path) -> None:
    story = Story()
    rest = story.pay(withdrawn(story)[:1], [("bob", BTC // 2), ("ann", 3 * BTC // 2)], 1)[1]
    story.pay([rest], [("shop", BTC // 12), ("ann", BTC)])
    found = grades(asked(tmp_path, story, {"hot": "exa"}))
    assert found == [("inferred", "service", ["small part"])]


def test_a_refund(tmp_path: Path) -> None:
    story = Story()
    sent = story.pay([story.mine("shop", BTC)], [("hot", BTC)])
    story.pay(sent, [("shop", BTC - 1000)])
    found = grades(asked(tmp_path, story, {"hot": "exa"}))
    assert ("broken", "service", ["refund"]) in found
    assert not {each[0] for each in found} & {"direct", "own wallet"}


def test_tags_that_contradict_each_other_never_make_it_direct(tmp_path: Path) -> None:
    story = Story()
    both = [story.mine("hot"), story.mine("hot2")]
    story.pay(both, [("shop", BTC), ("hot", 99 * BTC)])
    found = grades(asked(tmp_path, story, {"hot": "exa", "hot2": "other"}))
    assert found == [("inferred", "service", ["conflict"])]


def test_unknown_holder_new_coins_and_depth(tmp_path: Path) -> None:
    story = Story()
    coin = story.mine("big")
    for number in range(3):
        names = [(f"n{number}{each}", BTC) for each in range(5)]
        coin = story.pay([coin], [("big", 40 * BTC - number * 6 * BTC), *names])[0]
    story.pay([coin], [("shop", BTC), ("big", 20 * BTC)])
    story.pay([story.mine("lone")], [("shop", BTC), ("lone", 49 * BTC)])
    inquiry = asked(tmp_path, story, {"hot": "exa"})
    found = grades(inquiry)
    assert [each[:2] for each in found] == [("broken", "unknown holder"), ("broken", "new coins")]
    row = inquiry.origins(address_of("shop")).result["payments"][0]
    assert any("5 or more outputs" in each for each in row["origins"][0]["reasons"])
    with pytest.raises(UsageError, match="found none of that name"):
        inquiry.origins(address_of("shop"), service="nobody")


def test_requests_name_neither_the_service_nor_the_payment(tmp_path: Path) -> None:
    story = Story()
    paid = story.pay(withdrawn(story)[:1], [("shop", BTC), ("ann2", BTC)])
    inquiry = asked(tmp_path, story, {"hot": "exa"})
    answer = inquiry.requests(address_of("shop"))
    (request,) = answer.result["requests"]
    assert (request["label"], request["zone"]) == ("Exa", "Asia/Seoul")
    (row,) = request["rows"]
    assert (row["movement"], row["address"], row["value"]) == ("withdrawal", address_of("ann"), 2 * BTC)
    assert row["local"].endswith("+09:00")
    said = str(answer.as_dict())
    assert address_of("shop") not in said
    assert paid[0][0][::-1].hex() not in said
    told = str(inquiry.requests(address_of("shop"), with_context=True).as_dict())
    assert address_of("shop") in told


@given(
    st.integers(0, 21 * 10**14),
    st.lists(st.integers(0, 21 * 10**14), min_size=1, max_size=8).filter(lambda each: sum(each) < 2**51),
)
def test_shares_agree_with_whole_numbers(value: int, parts: list[int]) -> None:
    value = min(value, sum(parts)) if sum(parts) else value
    found = shares(np.array([value]), np.zeros(len(parts), np.int64), np.array(parts)).tolist()
    assert sum(found) == value
    if sum(parts):
        exact = [divmod(value * each, sum(parts)) for each in parts]
        order = sorted(range(len(parts)), key=lambda place: (-exact[place][1], place))
        left = value - sum(each[0] for each in exact)
        assert found == [each[0] + (place in order[:left]) for place, each in enumerate(exact)]
