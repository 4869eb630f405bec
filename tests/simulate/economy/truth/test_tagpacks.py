"""Packs of tags are valid, name whom the truth names, and lie within one another."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="the extra simulate is not installed")
pytest.importorskip("yaml", reason="the extra simulate is not installed")

import yaml

from clew.bitcoin.address import decode
from clew.bitcoin.networks import network
from clew.errors import AddressError
from clew.simulate.economy.truth.samples import sample, scattered
from clew.simulate.economy.truth.tagpacks import shown_percent
from naive.economy import mixed
from simulate.economy.truth.whole import Whole, make_whole

HEADER = {"title", "creator", "description", "lastmod", "currency", "network", "confidence", "source", "tags"}
"""What each pack says once for all of its tags; GraphSense's validator needs the most of it."""

CONFIDENCES = ("service_data", "forensic_investigation")
CONCEPTS = ("exchange", "wallet_service", "mixing_service", "service")
SHARES = ("100", "50", "20", "5")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return make_whole(tmp_path_factory.mktemp("tags") / "2015", "2015")


def pack(whole: Whole, name: str) -> Any:
    text = (whole.folder / "tagpacks" / name).read_text(encoding="utf-8")
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.mark.parametrize("name", [*(f"exchanges-{share}" for share in SHARES), "service-seeds"])
def test_packs_have_the_form_of_tagpacks(whole: Whole, name: str) -> None:
    found = pack(whole, f"{name}.yaml")
    assert set(found) >= HEADER
    assert isinstance(found["lastmod"], date)
    assert found["currency"] == found["network"] == "BTC"
    assert found["confidence"] in CONFIDENCES
    assert "regtest" in found["description"]
    shared = {name: value for name, value in found.items() if name != "tags"}
    for tag in found["tags"]:
        whole_tag = {**shared, **tag}
        assert isinstance(whole_tag["label"], str)
        assert whole_tag["category"] in CONCEPTS
        assert whole_tag["actor"].isalnum()
        decode(tag["address"], network("regtest"))
        with pytest.raises(AddressError):
            decode(tag["address"], network("main"))
    assert len({tag["address"] for tag in found["tags"]}) == len(found["tags"]) > 0


def test_exchanges_are_tagged_where_the_truth_says(whole: Whole) -> None:
    rows = {row["address"]: row for row in whole.rows("addresses")}
    names = [row["name"] for row in whole.rows("actors")]
    tagged = {each.actor: each.model for each in whole.course.society.custodians if each.model.tagged}
    found = pack(whole, "exchanges-100.yaml")["tags"]
    for tag in found:
        row = rows[tag["address"]]
        assert row["outputs"] > 0
        assert tag["label"] == names[row["actor"]] == tagged[row["actor"]].name
    expected = {row["address"] for row in rows.values() if row["actor"] in tagged and row["outputs"]}
    assert {tag["address"] for tag in found} == expected
    assert any(not each.model.tagged for each in whole.course.society.custodians)


def test_samples_lie_within_one_another(whole: Whole) -> None:
    found = [pack(whole, f"exchanges-{share}.yaml")["tags"] for share in SHARES]
    for larger, smaller in pairwise(found):
        assert all(tag in larger for tag in smaller)
    assert [len(tags) for tags in found] == [
        round(len(found[0]) * float(share.value)) for share in whole.course.world.tags.coverage
    ]
    labels = [{tag["label"] for tag in tags} for tags in found[:3]]
    assert labels[0] == labels[1] == labels[2], "a sample is of all custodians"


def test_seeds_are_accounts_that_were_paid_the_investigators_first(whole: Whole) -> None:
    found = [tag["address"] for tag in pack(whole, "service-seeds.yaml")["tags"]]
    assert found == whole.totals["service"]["seed_addresses"]
    assert len(found) == int(whole.course.world.tags.seeds)
    accounts = {row["address"]: row for row in whole.rows("accounts")}
    actors = whole.rows("actors")
    assert all(accounts[each]["is_paid"] for each in found)
    assert actors[accounts[found[0]]["member"]]["kind"] == "investigator"


def test_the_actor_pack_names_the_tagged_custodians(whole: Whole) -> None:
    found = pack(whole, "custodians.actorpack.yaml")
    assert {"title", "creator", "description", "lastmod", "actors"} == set(found)
    models = [each.model for each in whole.course.society.custodians if each.model.tagged]
    assert [actor["label"] for actor in found["actors"]] == [model.name for model in models]
    for actor, model in zip(found["actors"], models, strict=True):
        assert actor["jurisdictions"] == [model.country]
        assert actor["uri"].endswith(".invalid")
        assert set(actor["categories"]) <= set(CONCEPTS)
    tags = pack(whole, "exchanges-100.yaml")["tags"]
    assert {tag["actor"] for tag in tags} <= {actor["id"] for actor in found["actors"]}


def test_shares_are_shown_without_needless_zeros() -> None:
    assert [shown_percent(share) for share in (1.0, 0.5, 0.05, 0.125, 0.07)] == [
        "100",
        "50",
        "5",
        "12.5",
        "7",
    ]


@given(
    st.lists(st.integers(0, 2**31), unique=True), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32 - 1)
)
def test_a_smaller_share_is_part_of_a_larger_one(ids: list[int], one: float, other: float, salt: int) -> None:
    numbers = np.array(sorted(ids), np.int64)
    smaller, larger = (sample(numbers, share, salt).tolist() for share in sorted((one, other)))
    assert set(smaller) <= set(larger) <= set(ids)
    assert smaller == sorted(smaller)
    assert len(larger) == round(len(ids) * max(one, other))


@given(st.integers(0, 2**33), st.integers(0, 2**32 - 1))
def test_numbers_are_scattered_as_words_are_mixed(number: int, salt: int) -> None:
    assert int(scattered(np.array([number]), salt)[0]) == mixed((number + salt) & 0xFFFFFFFF)
