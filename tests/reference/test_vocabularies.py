"""The shipped words are GraphSense's, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from clew.reference.concepts import CONCEPTS, is_within
from clew.reference.confidence import CONFIDENCE, level


def test_concepts_are_those_of_the_published_taxonomy(shared_data: Path) -> None:
    text = (shared_data / "tags" / "concepts.yaml").read_text(encoding="utf-8")
    published = yaml.load(text, yaml.BaseLoader)
    del published["scheme"]
    assert {each["id"]: each.get("broader", "") for each in published.values()} == CONCEPTS


def test_every_concept_lies_in_the_broadest_one() -> None:
    assert all(is_within(each, "concept") for each in CONCEPTS)
    assert is_within("defi_dex_pair", "service")
    assert not is_within("coinjoin", "service")
    assert not is_within("service", "exchange")
    assert not is_within("nonsense", "nonsense")


def test_a_circle_of_words_ends() -> None:
    assert not is_within("a", "c", {"a": "b", "b": "a"})


@pytest.mark.parametrize(
    ("name", "number"), [("ownership", 100), ("service_api", 70), ("authority_data", 60), ("unknown", 5)]
)
def test_confidence_has_a_number(name: str, number: int) -> None:
    """The numbers are those of the TagPack tool's own table."""
    assert level(name) == number


def test_no_confidence_has_no_number() -> None:
    assert level(None) is None
    with pytest.raises(KeyError):
        level("sure")
    assert len(CONFIDENCE) == 14
