"""What must not leave in a pack: tags that speak of natural persons; and what is wrongly taken for one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from clew.interop import packs
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.reference import persons
from clew.reference.tags import PERSON, Actor, Pack, Tag


def tag(label: str, **more: object) -> Tag:
    return Tag(1, 7, "x", "BTC", 1, b"", label, str(more.pop("source", "https://example.org")), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("Maria Gonzalez", "formed like a given name and a surname"),
        ("Smith Robert", "formed like a given name and a surname"),
        ("John Q. Public", "formed like a given name and a surname"),
        ("Anne-Marie Dupont", "formed like a given name and a surname"),
        ("Nguyen Thi Mai", None),
        ("GHORBANI, Mohammad Reza", "formed like a surname and given names"),
        ("Mr Unknown", "begins with a title of persons"),
        ("Prof. X", "begins with a title of persons"),
        ("Kim Min-su", "formed like a Korean name"),
        ("Minsu Kim", "formed like a Korean name"),
        ("김민수", "formed like a Korean name"),
        ("김 민수", "formed like a Korean name"),
        ("박철", "formed like a Korean name"),
        ("남궁민수", "formed like a Korean name"),
        ("김민수 씨", "formed like a Korean name"),
        ("王小明", "formed like a Chinese name"),
        ("jane.doe@example.com", "holds an e-mail address"),
        ("call 010-1234-5678", "holds a telephone number"),
        ("+82 10 1234 5678", "holds a telephone number"),
        ("@darkseller", "holds the name of an account"),
        ("username: lolo77", "holds the name of an account"),
        ("u/satoshi_fan", "holds the name of an account"),
        ("church donations", "speaks of donations"),
        ("candidate of a party", "speaks of politics"),
        ("mosque", "speaks of religion"),
        ("city hospital", "speaks of health"),
    ],
)
def test_labels_that_speak_of_persons(label: str, reason: str | None) -> None:
    found = list(persons.of_tag(tag(label)))
    if reason is None:
        # Not in the list of given names: no rule finds all names.
        assert found == []
    else:
        assert any(reason in each for each in found), found


@pytest.mark.parametrize(
    "label",
    [
        "Huobi.com", "Silk Road 2 Market", "Samourai Wallet", "BTC-e.com", "Charles Wallet", "업비트",
        "빗썸",
        "Hydra Market", "Poloniex.com-old", "CoinJoinMess", "1xBit", "Locky Ransomware", "2020-01-31",
        "AlphaBay",
        "transfer 0.00512345", "Kim Exchange", "12345678901234567890",
    ],
)  # fmt: skip
def test_labels_that_do_not(label: str) -> None:
    assert list(persons.of_tag(tag(label))) == []


def test_a_company_may_be_called_after_a_person() -> None:
    assert list(persons.of_tag(tag("Charles Schwab"))) != []
    assert list(persons.of_tag(tag("Charles Schwab", category="exchange"))) == []
    assert list(persons.of_tag(tag("고팍스"))) != []
    assert list(persons.of_tag(tag("고팍스", category="exchange"))) == []
    # What names a person in any case is not let pass for it.
    for label in ("Mr Smith", "help@example.com", "church donations"):
        assert list(persons.of_tag(tag(label, category="exchange"))) != []
    assert list(persons.of_tag(tag("Maria Gonzalez", actor="maria_gonzalez"))) != []


@pytest.mark.parametrize("concept", ["user", "victim", "perpetrator", "donation"])
def test_concepts_of_persons(concept: str) -> None:
    for given in ({"category": concept}, {"abuse": concept}, {"concepts": ("exchange", concept)}):
        assert f"the concept {concept} speaks of a person" in list(persons.of_tag(tag("x", **given)))
    assert list(persons.of_tag(tag("x", category="miner"))) == []


def test_what_else_tells_a_person() -> None:
    assert list(persons.of_tag(tag("x", source="https://www.facebook.com/somebody"))) != []
    assert list(persons.of_tag(tag("x", source="https://bitcointalk.org/index.php?action=profile;u=3"))) != []
    assert list(persons.of_tag(tag("x", context='{"mail": "a@b.org"}'))) != []


def test_a_pack_says_each_line_once() -> None:
    pack = Pack(
        "p.yaml", "", "tagpack", tags=(tag("Maria Gonzalez"), tag("Maria Gonzalez"), tag("Huobi.com")),
        actors=(Actor(3, "a", "Kim Min-su"), Actor(4, "b", "Kim Min-su", categories=("exchange",))),
    )  # fmt: skip
    found = persons.of_pack(pack)
    assert [(each.line, each.kind) for each in found] == [(3, PERSON), (7, PERSON)]
    assert found[1].text == (
        "the label 'Maria Gonzalez' is formed like a given name and a surname; not for export"
    )


def test_false_alarms_of_public_packs(shared_data: Path) -> None:
    read = packs.read(packs.find([shared_data / "tags"]), Subjects(None), Form({}, {}, None, None))
    assert (sum(len(each.tags) for each in read), sum(len(each.actors) for each in read)) == (46_051, 3_813)
    found = Counter(
        (pack.file, each.text.split(" (")[0].split(" '")[0])
        for pack in read
        for each in persons.of_pack(pack)
    )
    assert found == {
        # Of persons: both packs give the concept user to people and groups of people.
        ("ofac.yaml", "the concept user speaks of a person; not for export"): 399,
        ("lazarus.yaml", "the concept user speaks of a person; not for export"): 20,
        # Addresses to write to, of companies.
        ("graphsense.actorpack.yaml", "the context"): 2,
        # A service called so.
        ("graphsense.actorpack.yaml", "the label"): 1,
    }
