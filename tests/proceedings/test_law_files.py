"""The shipped books of law against the facts they were made from, typed here apart from the YAML."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import make_law
from clew.proceedings.claims import Sourced
from clew.proceedings.days import Day, day_of, term_of
from clew.proceedings.law_order import entries_below
from clew.proceedings.load import Law, load_law, shipped_books, shipped_matters, text_of, together
from clew.proceedings.provisions import Version
from clew.proceedings.schema import DRAFT, book_schema, matter_schema
from clew.written.prose import names_in_slug, why_named
from clew.written.tree import Node, read

BEFORE, SINCE = date(2018, 1, 1), date(2021, 1, 1)
KRW = "{:,} KRW".format

# Provision, a day, minimum, maximum, fine; all read.
PENALTIES = [
    ("kr.youth-act.11-1", BEFORE, "5 years", "life", None),
    ("kr.youth-act.11-2", BEFORE, None, "10 years", None),
    ("kr.youth-act.11-3", BEFORE, None, "7 years", KRW(50_000_000)),
    ("kr.youth-act.11-5", BEFORE, None, "1 year", KRW(20_000_000)),
    ("kr.youth-act.11-1", SINCE, "5 years", "life", None),
    ("kr.youth-act.11-2", SINCE, "5 years", None, None),
    ("kr.youth-act.11-3", SINCE, "3 years", None, None),
    ("kr.youth-act.11-5", SINCE, "1 year", None, None),
    ("kr.proceeds.3", BEFORE, None, "5 years", KRW(30_000_000)),
    ("kr.proceeds.3", SINCE, None, "5 years", KRW(30_000_000)),
    ("us.18-1956-a-1", BEFORE, None, "20 years", "500,000 USD"),
    ("us.18-1956-a-2", BEFORE, None, "20 years", "500,000 USD"),
    ("us.18-2251", BEFORE, "15 years", "30 years", None),
    ("us.18-2251-d", BEFORE, "15 years", "30 years", None),
    ("us.18-2252a", BEFORE, "5 years", "20 years", None),
]

# Provision, a day, maximum; from memory.
PENALTIES_FROM_MEMORY = [
    ("us.18-1956-h", BEFORE, "20 years"),
    ("uk.children-1978.1", BEFORE, "10 years"),
    ("uk.cja-1988.160", BEFORE, "5 years"),
    ("uk.proceeds-2002.327", BEFORE, "14 years"),
    ("uk.proceeds-2002.328", BEFORE, "14 years"),
    ("uk.proceeds-2002.329", BEFORE, "14 years"),
]

# Rule, first day or None, what its text must say; the text or its day read.
RULES = [
    ("kr.criminal-act.1", None, "milder"),
    ("kr.criminal-act.7", None, "abroad"),
    ("kr.criminal-act.38", None, "heaviest"),
    ("kr.criminal-act.42", None, "30 years"),
    ("kr.proceeds.6", None, "together"),
    ("kr.proceeds.10-4", "2020-05-19", "presumed"),
    ("kr.proceeds.predicates-2022", "2022-01-04", "three years"),
    ("kr.proceeds.forfeiture-2022", "2022-01-04", "only for acts from that day"),
    ("kr.youth-act.20-1", None, "of age"),
    ("kr.youth-act.20-4", "2021-09-24", "no period of limitation"),
    ("kr.act-21886", "2027-09-09", "without a conviction"),
    ("kr.extradition-act.3", None, "alone"),
    ("kr.extradition-act.3-2", None, "treaty prevails"),
    ("kr.extradition-act.6", None, "one year in both"),
    ("kr-us.treaty.in-force", "1999-12-20", "in force"),
    ("kr-us.treaty.2", "1999-12-20", "more than one year in both"),
]

# Ground, kind, test, whether all of it was read.
GROUNDS = [
    ("ground.kr.6", "mandatory", "dual criminality", True),
    ("ground.kr.7-1", "mandatory", None, False),
    ("ground.kr.7-2", "mandatory", "double jeopardy", True),
    ("ground.kr.7-3", "mandatory", None, False),
    ("ground.kr.7-4", "mandatory", None, False),
    ("ground.kr.8", "mandatory", None, False),
    ("ground.kr.10", "mandatory", "specialty", True),
    ("ground.kr.9-1", "discretionary", "nationality", False),
    ("ground.kr.9-2", "discretionary", "territory", False),
    ("ground.kr.9-3", "discretionary", None, False),
    ("ground.kr.9-4", "discretionary", None, False),
    ("ground.kr.9-5", "discretionary", None, False),
    ("ground.kr-us.2", "mandatory", "dual criminality", False),
    ("ground.kr-us.3", "discretionary", "nationality", False),
    ("ground.kr-us.5", None, "double jeopardy", False),
    ("ground.kr-us.6", None, "limitation", False),
    ("ground.kr-us.15", None, "specialty", False),
]


@pytest.fixture(scope="module")
def law() -> Law:
    return load_law()


def version(law: Law, provision: str, day: date) -> Version:
    """The one version that is surely in force."""
    (found,) = [
        each
        for each in law.provision(provision).versions
        if each.in_force_from.last <= day and (each.in_force_to is None or each.in_force_to.first >= day)
    ]
    return found


def said(value: object) -> str | None:
    return None if value is None else str(value)


@pytest.mark.parametrize(("name", "day", "minimum", "maximum", "fine"), PENALTIES)
def test_penalties_that_were_read(
    law: Law, name: str, day: date, minimum: str | None, maximum: str | None, fine: str | None
) -> None:
    found = version(law, name, day)
    assert (said(found.minimum), said(found.maximum), said(found.fine)) == (minimum, maximum, fine)
    assert found.mark == "read"
    assert not {"minimum", "maximum", "fine", "limitation"} & set(found.unverified)


@pytest.mark.parametrize(("name", "day", "maximum"), PENALTIES_FROM_MEMORY)
def test_penalties_from_memory(law: Law, name: str, day: date, maximum: str) -> None:
    found = version(law, name, day)
    assert (said(found.maximum), found.mark) == (maximum, "memory")


def test_the_day_on_which_the_youth_act_changed_was_read(law: Law) -> None:
    for number in ("1", "2", "3", "5"):
        before, since, third, fourth = law.provision(f"kr.youth-act.11-{number}").versions
        assert (str(before.in_force_to), str(since.in_force_from)) == ("2020-06-01", "2020-06-02")
        assert "in_force_from" not in since.unverified
        assert (str(third.in_force_from), str(fourth.in_force_from)) == ("2023", "2025")
        assert third.unread
        assert fourth.unread


def test_fines_that_grow_with_the_value(law: Law) -> None:
    for name in ("us.18-1956-a-1", "us.18-1956-a-2", "us.18-1956-h"):
        assert law.provision(name).versions[-1].fine_times_value == 2


def test_limitation_of_concealment_is_seven_years_and_was_read(law: Law) -> None:
    found = version(law, "kr.proceeds.3", BEFORE)
    assert str(found.limitation) == "7 years"
    assert found.fine_relation == "either or both"


@pytest.mark.parametrize(("name", "day", "words"), RULES)
def test_rules_that_were_read(law: Law, name: str, day: str | None, words: str) -> None:
    rule = law.rule(name)
    assert rule.mark == "read"
    assert "says" not in rule.unverified
    assert words in " ".join(rule.says.split())
    if day:
        assert (str(rule.in_force_from), "in_force_from" in rule.unverified) == (day, False)


@pytest.mark.parametrize("name", ["kr.criminal-act.39-1", "kr.extradition-act.12-1", "kr.extradition-act.10"])
def test_rules_whose_words_are_from_memory(law: Law, name: str) -> None:
    rule = law.rule(name)
    assert rule.mark == "read"
    assert "says" in rule.unverified


@pytest.mark.parametrize("name", ["us.1-109", "us.18-3282", "kr.procedure-act.249", "uk.no-limitation"])
def test_rules_from_memory(law: Law, name: str) -> None:
    assert law.rule(name).mark == "memory"


def test_no_limitation_for_art_11_1_also_for_acts_not_yet_barred(law: Law) -> None:
    limitation = law.book("kr").limitation
    assert limitation is not None
    (lifted,) = [each for each in limitation.exceptions if each.effect == "none"]
    assert (lifted.rule, lifted.offences, lifted.reaches_back) == (
        "kr.youth-act.20-4", ["kr.youth-act.11-1"], True,
    )  # fmt: skip
    assert str(lifted.in_force_from) == "2021-09-24"
    (majority,) = [each for each in limitation.exceptions if each.effect == "from majority"]
    assert majority.rule == "kr.youth-act.20-1"
    assert len(majority.offences) == 4
    assert limitation.first_day_counts


def test_table_of_limitation(law: Law) -> None:
    limitation = law.book("kr").limitation
    assert limitation is not None
    assert [(said(each.maximum_at_least), str(each.term)) for each in limitation.general] == [
        ("life", "15 years"), ("10 years", "10 years"), ("5 years", "7 years"), (None, "5 years"),
    ]  # fmt: skip
    assert str(law.rule("kr.procedure-act.249").in_force_from) == "2007-12-21"
    for name, term in (("us", "5 years"), ("uk", "none")):
        other = law.book(name).limitation
        assert other is not None
        assert str(other.fallback) == term


def test_several_offences_and_the_milder_law(law: Law) -> None:
    several = law.book("kr").several
    assert several is not None
    assert (several.factor, several.at_most_sum, said(several.cap), said(several.cap_aggravated)) == (
        1.5, True, "30 years", "50 years",
    )  # fmt: skip
    milder = [(name, law.book(name).milder) for name in ("kr", "us", "uk")]
    assert [(name, each.applies if each else None) for name, each in milder] == [
        ("kr", "yes"), ("us", "no"), ("uk", "undetermined"),
    ]  # fmt: skip


def test_predicates_by_date(law: Law) -> None:
    found = law.predicates("kr.proceeds.3")
    assert found is not None
    listed = {each.offence or str(each.maximum_at_least): each for each in found.entries}
    network = listed["kr.network-act.74-1-2"]
    assert (str(network.in_force_from), network.mark) == ("2012", "read")
    for number in ("1", "2", "3", "5"):
        entry = listed[f"kr.youth-act.11-{number}"]
        assert (entry.in_force_from, entry.mark) == (day_of("2019"), "read")
        assert "in_force_from" not in entry.unverified
    threshold = listed["3 years"]
    assert (str(threshold.in_force_from), threshold.is_verified) == ("2022-01-04", True)
    for name in ("327", "328", "329"):
        british = law.predicates(f"uk.proceeds-2002.{name}")
        assert british is not None
        assert british.all_offences


@pytest.mark.parametrize(("name", "kind", "test", "whole"), GROUNDS)
def test_grounds_of_refusal(law: Law, name: str, kind: str | None, test: str | None, whole: bool) -> None:
    ground = law.ground(name)
    assert (ground.mark, ground.is_verified) == ("read", whole)
    if kind:
        assert ground.kind == kind
    else:
        assert "kind" in ground.unverified
    if test:
        assert ground.test == test
    else:
        assert "title" in ground.unverified


def test_the_seoul_high_court_alone_decides_in_korea(law: Law) -> None:
    for regime in ("kr.extradition-act", "kr-us.treaty"):
        for ground in law.regime(regime).grounds:
            assert ground.decides == ["kr.seoul-high-court"]


def test_thresholds_of_dual_criminality(law: Law) -> None:
    found = {
        name: (str(regime.dual_criminality.maximum), regime.dual_criminality.strictly_more)
        for name, regime in law.regimes.items()
    }
    assert found["kr.extradition-act"] == ("1 year", False)
    assert found["kr-us.treaty"] == ("1 year", True)
    assert law.regime("uk.extradition-act").dual_criminality.maximum == term_of("12 months")
    assert law.regime("kr-us.treaty").prevails_over == ["kr.extradition-act"]
    assert str(law.regime("kr-us.treaty").in_force_from) == "1999-12-20"


@pytest.mark.parametrize(
    ("name", "term", "starts"),
    [
        ("kr.procedure-act.358", "7 days", "judgment"),
        ("kr.procedure-act.374", "7 days", "judgment"),
        ("kr.extradition-act.14-2", "2 months", "arrest"),
        ("us.frap-4-b-defendant", "14 days", "judgment"),
        ("us.frap-4-b-government", "30 days", "judgment"),
        ("uk.extradition-act.26", "7 days", "decision on extradition"),
        ("uk.extradition-act.103", "14 days", "decision on extradition"),
        ("uk.extradition-act.99", "2 months", "case sent to the minister"),
        ("uk.extradition-act.117", "28 days", "decision on extradition"),
    ],
)
def test_periods_of_procedure(law: Law, name: str, term: str, starts: str) -> None:
    found = law.deadline(name)
    assert (found.term, found.starts, found.mark) == (term_of(term), starts, "memory")


def test_nothing_british_is_said_to_be_read(law: Law) -> None:
    marks = {each.mark for _, each in entries_below(law.book("uk")) if isinstance(each, Sourced)}
    assert marks == {"memory"}


def test_every_offence_has_its_title_in_korean(law: Law) -> None:
    assert not [each.name for each in law.provisions.values() if not each.title_ko]
    assert not [each.name for each in law.courts.values() if not each.title_ko]
    assert not [each.name for each in law.grounds.values() if not each.title_ko]
    titles = {each.name: each.act_ko for each in law.provisions.values() if each.name.startswith("kr.")}
    assert titles["kr.youth-act.11-1"] == "아동·청소년의 성보호에 관한 법률"
    assert titles["kr.proceeds.3"] == "범죄수익은닉의 규제 및 처벌 등에 관한 법률"
    assert titles["kr.network-act.74-1-2"] == "정보통신망 이용촉진 및 정보보호 등에 관한 법률"


def test_no_two_books_share_a_name(law: Law) -> None:
    assert together(law) == []


@pytest.mark.parametrize("name", shipped_books())
def test_a_book_opens_with_how_to_correct_it(name: str) -> None:
    head = [line for line in text_of("law", name).splitlines()[:14] if line.startswith("# ")]
    assert any("clew law check" in line for line in head)
    assert any("mark" in line for line in head)


def texts(node: Node) -> list[str]:
    if isinstance(node.value, dict):
        return [text for child in node.value.values() for text in texts(child)]
    if isinstance(node.value, list):
        return [text for child in node.value for text in texts(child)]
    return [node.value] if isinstance(node.value, str) else []


@pytest.mark.parametrize("name", shipped_books())
def test_no_shipped_text_of_law_looks_like_a_name(name: str) -> None:
    tree = read(text_of("law", name), name, "a book", "")
    assert [text for text in texts(tree) if why_named(text) or names_in_slug(text)] == []


class Plain(yaml.SafeLoader):
    """YAML as other programs read it, but for days, which JSON has as text."""


Plain.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in known if tag != "tag:yaml.org,2002:timestamp"]
    for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

FILES = [("law", name) for name in shipped_books()] + [("cases", name) for name in shipped_matters()]


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_shipped_files_keep_to_the_published_schema(folder: str, name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    file = "law.schema.json" if folder == "law" else "matter.schema.json"
    schema = json.loads((make_law.DOCS / file).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    document = yaml.load(text_of(folder, name), Plain)
    assert [each.message for each in jsonschema.Draft202012Validator(schema).iter_errors(document)] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda book: book.update(strange=1),
        lambda book: book.pop("as_of"),
        lambda book: book["provisions"][0]["versions"][0].update(mark="sure"),
        lambda book: book["provisions"][0]["versions"][0].update(maximum="five years"),
        lambda book: book["provisions"][0]["versions"][0].update(in_force_from="yesterday"),
        lambda book: book["provisions"][0].update(conduct=[]),
        lambda book: book["provisions"][4]["versions"][0].update(fine="30 million won"),
        lambda book: book.update(jurisdiction="Korea"),
    ],
)
def test_the_schema_refuses_what_the_model_refuses(spoil: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = yaml.load(text_of("law", "kr"), Plain)
    validator = jsonschema.Draft202012Validator(book_schema())
    assert validator.is_valid(document)
    spoil(document)
    assert not validator.is_valid(document)


def test_the_schemas_are_closed_and_of_the_stated_draft() -> None:
    for schema in (book_schema(), matter_schema()):
        assert schema["$schema"] == DRAFT
        assert schema["additionalProperties"] is False
        assert all(kind["additionalProperties"] is False for kind in schema["$defs"].values())


@pytest.mark.parametrize("path", make_law.FILES, ids=lambda path: path.name)
def test_the_pages_of_law_are_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == make_law.FILES[path](), "run: make docs"


def test_the_page_lists_every_fact_from_memory(law: Law) -> None:
    page = make_law.page()
    table = page[page.index("## What is from memory") : page.index("## What is not entered")]
    unread = [
        each
        for book in law.books
        for _, each in entries_below(book)
        if isinstance(each, Sourced) and not each.is_verified
    ]
    assert sum(line.startswith("| `") for line in table.splitlines()) == len(unread)
    for name in ("uk.proceeds-2002.327", "us.18-1956-h", "ground.kr.9-5", "kr.procedure-act.358"):
        assert f"`{name}`" in table
    assert "kr.proceeds.10-4" not in table


def test_days_that_are_not_known_stay_unknown(law: Law) -> None:
    found = law.predicates("kr.proceeds.3")
    assert found is not None
    assert Day(date(2019, 1, 1), date(2019, 12, 31)) in [each.in_force_from for each in found.entries]
