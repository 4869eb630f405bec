"""Comparing versions: milder only in every respect; nothing is chosen where they trade one for another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.proceedings.days import Day, day_of
from clew.proceedings.milder import compare, mildest
from clew.proceedings.provisions import Version
from clew.proceedings.versions import applicable
from proceedings.lawbook import law


def version(**pieces):
    return Version.model_validate({"in_force_from": "2000-01-01", "source": "act", "mark": "read", **pieces})


@pytest.mark.parametrize(
    ("one", "other", "relation", "missing"),
    [
        ({"maximum": "3 years"}, {"maximum": "5 years"}, "milder", ()),
        ({"maximum": "5 years"}, {"maximum": "life"}, "milder", ()),
        ({"maximum": "life"}, {"maximum": "life"}, "same", ()),
        ({"maximum": "12 months"}, {"maximum": "1 year"}, "same", ()),
        ({"maximum": "1 month"}, {"maximum": "30 days"}, "incomparable", ("maximum",)),
        (
            {"minimum": "1 year", "maximum": "3 years"},
            {"minimum": "2 years", "maximum": "3 years"},
            "milder",
            (),
        ),
        ({"minimum": "1 year", "maximum": "7 years"}, {"minimum": "2 years", "maximum": "5 years"}, None, ()),
        ({"maximum": "5 years", "fine": "10 KRW"}, {"maximum": "5 years", "fine": "20 KRW"}, "milder", ()),
        ({"maximum": "5 years", "fine": "30 KRW"}, {"maximum": "7 years", "fine": "20 KRW"}, None, ()),
        ({"maximum": "5 years", "fine": "30 KRW"}, {"maximum": "7 years"}, None, ("fine",)),
        ({"maximum": "5 years", "fine": "30 KRW"}, {"maximum": "7 years", "fine": "30 USD"}, None, ("fine",)),
        ({"minimum": "1 year"}, {"maximum": "1 year"}, None, ("minimum", "maximum")),
        ({"fine": "1 KRW", "fine_relation": "or"}, {"fine": "1 KRW"}, None, ("relation of fine",)),
        ({"fine_times_value": 2}, {"fine_times_value": 3}, "milder", ()),
        ({"unread": "Not seen"}, {"maximum": "1 year"}, None, ("maximum",)),
    ],
)
def test_domination(one, other, relation, missing):
    found = compare(version(**one), version(**other))
    assert found.relation == (relation or "incomparable")
    assert found.missing == missing
    turned = compare(version(**other), version(**one)).relation
    assert turned == {"milder": "heavier"}.get(found.relation, found.relation)


FLOORED = """\
several:
  method: sum
  cap: 30 years
  rules: [xx.rule]
  floor: {term: 1 month, rule: xx.apart}
"""


def test_the_laws_floor_and_cap_stand_in_for_an_end_that_a_text_does_not_set(tmp_path):
    """As in Korea in June 2020: at most 10 years, and then at least 5 years."""
    text = """
        - {in_force_from: 2010-01-01, in_force_to: 2014-12-31, maximum: 10 years}
        - {in_force_from: 2015-01-01, minimum: 5 years}
        """
    days = day_of("2011"), day_of("2011"), day_of("2016")
    found = applicable(law(tmp_path, text, YES + FLOORED), "xx.1", *days)
    assert (str(found.counts.maximum), found.milder) == ("10 years", None)
    said = " ".join(step.said for step in found.steps)
    assert "lowest term of any imprisonment counts: 1 month" in said
    assert "highest term of years counts: 30 years" in said
    assert any("Art. 10: unverified: from memory" in each for each in found.unverified)
    assert applicable(law(tmp_path, text, YES), "xx.1", *days).counts is None
    turned = text.replace("maximum: 10 years", "MIN").replace("minimum: 5 years", "maximum: 10 years")
    turned = law(tmp_path, turned.replace("MIN", "minimum: 5 years"), YES + FLOORED)
    assert applicable(turned, "xx.1", *days).milder.maximum is not None


def test_versions_of_which_nothing_is_entered_are_not_the_same():
    assert compare(version(), version()).relation == "incomparable"


THREE = """
    - {in_force_from: 2010-01-01, in_force_to: 2012-12-31, FIRST}
    - {in_force_from: 2013-01-01, in_force_to: 2014-12-31, SECOND}
    - {in_force_from: 2015-01-01, THIRD}
    """
YES = 'milder: {applies: "yes", rule: xx.rule}\n'


def judged(folder, first, second, third, on="2016-01-01"):
    text = THREE.replace("FIRST", first).replace("SECOND", second).replace("THIRD", third)
    return applicable(law(folder, text, YES), "xx.1", day_of("2011"), day_of("2011"), day_of(on))


@pytest.mark.parametrize(
    ("first", "second", "third", "counts"),
    [
        ("maximum: 5 years", "maximum: 2 years", "maximum: 7 years", "2013-01-01"),
        ("maximum: 5 years", "maximum: 7 years", "maximum: 2 years", "2015-01-01"),
        ("maximum: 2 years", "maximum: 7 years", "maximum: 5 years", "2010-01-01"),
        ("maximum: 5 years", "maximum: 5 years", "maximum: 5 years", "2010-01-01"),
        ("maximum: 5 years", "maximum: 2 years", "maximum: 2 years", "2013-01-01"),
        (
            "minimum: 1 year, maximum: 5 years",
            "minimum: 2 years, maximum: 4 years",
            "minimum: 1 year, maximum: 4 years",
            "2015-01-01",
        ),
        (
            "minimum: 1 year, maximum: 5 years",
            "minimum: 2 years, maximum: 4 years",
            "minimum: 2 years, maximum: 5 years",
            None,
        ),
        ("maximum: 5 years", "unread: Not seen", "maximum: 2 years", None),
        ("maximum: 5 years", "absent: Repealed", "maximum: 7 years", None),
        ("maximum: 5 years", "minimum: 1 year", "maximum: 7 years", None),
    ],
)
def test_the_mildest_of_all_versions_from_the_act_to_the_judgment(tmp_path, first, second, third, counts):
    found = judged(tmp_path, first, second, third)
    assert (None if found.counts is None else str(found.counts.in_force_from)) == counts
    assert found.reason == (None if counts else "milder undetermined")
    assert len(found.later) == 2


def test_why_nothing_is_chosen_is_said(tmp_path):
    found = judged(
        tmp_path,
        "minimum: 1 year, maximum: 5 years",
        "minimum: 2 years, maximum: 4 years",
        "maximum: 9 years",
    )
    said = " ".join(step.said for step in found.steps)
    assert "milder by maximum, heavier by minimum" in said or "milder by minimum, heavier by maximum" in said
    assert "no common measure of minimum" in said


def test_a_version_that_may_have_come_in_time_leaves_it_open_only_if_it_would_win(tmp_path):
    assert (
        judged(tmp_path, "maximum: 5 years", "maximum: 4 years", "maximum: 2 years", "2015").counts
        is not None
    )
    edge = Day(day_of("2014-12-30").first, day_of("2015-01-02").last)
    text = THREE.replace("FIRST", "maximum: 5 years").replace("SECOND", "maximum: 4 years")
    for third, counts in (("2 years", None), ("7 years", "4 years")):
        known = law(tmp_path, text.replace("THIRD", f"maximum: {third}"), YES)
        found = applicable(known, "xx.1", day_of("2011"), day_of("2011"), edge)
        assert (None if found.counts is None else str(found.counts.maximum)) == counts


pieces = st.fixed_dictionaries(
    {
        "minimum": st.sampled_from([None, "1 year", "2 years"]),
        "maximum": st.sampled_from([None, "3 years", "5 years", "life"]),
        "fine": st.sampled_from([None, "1 KRW", "2 KRW"]),
    }
)


@given(st.lists(pieces, min_size=1, max_size=4))
def test_against_looking_for_one_that_no_other_is_lighter_than(choices):
    """The twin compares numbers, and gives up where pieces are missing in some of the versions."""
    heights = {
        "minimum": [None, "1 year", "2 years"],
        "maximum": [None, "3 years", "5 years", "life"],
        "fine": [None, "1 KRW", "2 KRW"],
    }
    made = [version(**{key: each for key, each in choice.items() if each}) for choice in choices]
    rows = [tuple(heights[key].index(choice[key]) for key in heights) for choice in choices]
    patterns = {tuple(bool(each) for each in row) for row in rows}
    least = None
    if len(rows) == 1:
        least = 0
    elif len(patterns) == 1 and any(patterns.copy().pop()):
        floor = tuple(min(column) for column in zip(*rows, strict=True))
        least = rows.index(floor) if floor in rows else None
    found = mildest(made[0], made[1:], made[1:])
    assert found.is_determined == (least is not None)
    if least is not None:
        assert found.milder is (None if least == 0 else made[least])


@given(st.lists(pieces, min_size=2, max_size=3))
def test_being_milder_never_turns_in_a_circle(choices):
    made = [version(**{key: each for key, each in choice.items() if each}) for choice in choices]
    for one in made:
        for other in made:
            pair = {compare(one, other).relation, compare(other, one).relation}
            assert pair in ({"same"}, {"incomparable"}, {"milder", "heavier"})
    if (
        len(made) == 3
        and compare(made[0], made[1]).relation == compare(made[1], made[2]).relation == "milder"
    ):
        assert compare(made[0], made[2]).relation == "milder"
