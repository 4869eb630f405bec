"""The table count by ground: undetermined unless somebody who decides has found, and what flags never do."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.errors import UsageError
from clew.proceedings.extradition.table import extradite
from clew.proceedings.load import load_matter
from clew.proceedings.matter import Finding, Mapping
from clew.proceedings.steps import row
from proceedings.states import counterpart, finding, mapping, matter

REFUSED = """\
  - {{name: refused, proceeding: asked, charges: [{counts}], date: 2020-07-06,
     result: extradition refused{more}, source: paper, mark: read}}
"""


def table(folder: Path, more: str = "", **rest):
    return extradite(*matter(folder, more, **rest))


def test_every_cell_is_undetermined_until_somebody_finds(tmp_path: Path) -> None:
    found = table(tmp_path)
    assert len(found.rows) == 3 * (6 + 2)
    assert {each.state for each in found.rows} == {"undetermined"}
    assert not any(each.flagged for each in found.rows)
    for each in found.rows:
        assert any(why.startswith("To be decided by High court") for why in each.why), each
    assert found.cell("two", "g.own").decides == ("High court", "Minister")
    assert [found.cell("two", name).kind for name in ("g.time", "g.own")] == ["mandatory", "discretionary"]
    assert [each.number for each in found.rows if each.ground == "g.own"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("found", "state"),
    [("applies", "barred"), ("does not apply", "not barred"), ("left open", "undetermined")],
)
def test_a_finding_by_a_court_that_decides_settles_its_cell_only(
    tmp_path: Path, found: str, state: str
) -> None:
    result = table(tmp_path, "findings:\n" + finding("g.time", found))
    assert result.cell("two", "g.time").state == state
    others = [each for each in result.rows if (each.count, each.ground) != ("two", "g.time")]
    assert {each.state for each in others} == {"undetermined"}
    assert any("High court" in why and "2020-07-06" in why for why in result.cell("two", "g.time").why)


def test_a_finding_by_another_court_is_shown_and_settles_nothing(tmp_path: Path) -> None:
    cell = table(tmp_path, "findings:\n" + finding("g.time", "applies", by="asked.minister")).cell(
        "two", "g.time"
    )
    assert cell.state == "undetermined"
    assert any("Minister found" in why and "does not decide on this ground" in why for why in cell.why)


def test_a_later_finding_counts_and_the_earlier_one_is_still_shown(tmp_path: Path) -> None:
    later = finding("g.time", "does not apply", when="2021-01-01") + finding("g.time", "applies")
    cell = table(tmp_path, "findings:\n" + later).cell("two", "g.time")
    assert cell.state == "not barred"
    assert sum("found on" in why for why in cell.why) == 2


def test_findings_whose_order_is_not_known_settle_nothing(tmp_path: Path) -> None:
    both = finding("g.time", "does not apply", when="2020") + finding("g.time", "applies", when="2020-07-06")
    cell = table(tmp_path, "findings:\n" + both).cell("two", "g.time")
    assert cell.state == "undetermined"
    assert any("which one is the last" in why for why in cell.why)


def test_a_discretionary_ground_that_applies_bars_only_where_it_was_refused_on(tmp_path: Path) -> None:
    applies = "findings:\n" + finding("g.own", "applies")
    cell = table(tmp_path, applies).cell("two", "g.own")
    assert cell.state == "undetermined"
    assert any("discretion of High court and Minister" in why for why in cell.why)
    refused = REFUSED.format(counts="two", more=", basis: discretionary, grounds: [g.own]")
    assert table(tmp_path, applies, outcomes=refused).cell("two", "g.own").state == "barred"
    elsewhere = REFUSED.format(counts="two", more=", basis: discretionary, grounds: [g.there]")
    assert table(tmp_path, applies, outcomes=elsewhere).cell("two", "g.own").state == "undetermined"


def test_a_decision_that_names_a_ground_is_said_and_is_no_finding(tmp_path: Path) -> None:
    refused = REFUSED.format(counts="two", more=", basis: discretionary, grounds: [g.own]")
    found = table(tmp_path, outcomes=refused)
    assert found.cell("two", "g.own").state == "undetermined"
    assert any("names this ground" in why for why in found.cell("two", "g.own").why)
    assert not any("names this ground" in why for why in found.cell("three", "g.own").why)


def test_a_mapping_flags_and_decides_nothing(tmp_path: Path) -> None:
    found = table(tmp_path, "mappings:\n" + mapping("one", "judged", "inferred"))
    cell = found.cell("one", "g.twice")
    assert (cell.state, cell.flagged, cell.said) == ("undetermined", True, "undetermined, flagged")
    assert any("Trial court" in why and "unverified: inferred" in why for why in cell.why)
    assert [(each.count, each.ground) for each in found.rows if each.flagged] == [("one", "g.twice")]
    assert "Mapping of count 1: unverified: inferred" in cell.unverified


def test_without_a_persons_mapping_nothing_is_flagged_although_a_judgment_is_there(tmp_path: Path) -> None:
    assert not any(each.flagged for each in table(tmp_path).rows)


def test_a_mapping_to_what_was_never_judged_does_not_flag(tmp_path: Path) -> None:
    cell = table(tmp_path, "mappings:\n" + mapping("two", "dropped")).cell("two", "g.twice")
    assert not cell.flagged
    assert any("not charged" in why for why in cell.why)


def test_a_judgment_of_a_third_state_flags_the_ground_that_is_about_it(tmp_path: Path) -> None:
    found = table(tmp_path, "mappings:\n" + mapping("two", "elsewhere"))
    assert [each.ground for each in found.rows if each.flagged] == ["g.third"]


def test_a_flag_stays_beside_a_finding(tmp_path: Path) -> None:
    more = (
        "mappings:\n" + mapping("one", "judged") + "findings:\n" + finding("g.twice", "applies", counts="one")
    )
    cell = table(tmp_path, more).cell("one", "g.twice")
    assert (cell.state, cell.flagged) == ("barred", True)


@pytest.mark.parametrize(
    ("provision", "act", "treaty"),
    [
        ("asked.heavy", "not barred", "not barred"),
        ("asked.low", "not barred", "barred"),
        ("asked.raised", "undetermined", "undetermined"),
    ],
)
def test_the_threshold_of_act_and_treaty(tmp_path: Path, provision: str, act: str, treaty: str) -> None:
    found = table(tmp_path, "counterparts:\n" + counterpart("two", provision))
    assert found.cell("two", "g.dual").state == act
    assert found.cell("two", "t.dual").state == treaty
    for name in ("g.dual", "t.dual"):
        cell = found.cell("two", name)
        assert "Whether the conduct is punishable in both states is for the court to compare" in cell.why
        assert cell.said == (cell.state if cell.state == "undetermined" else f"{cell.state} by the threshold")
    assert found.cell("three", "g.dual").state == "undetermined"
    assert "Counterpart of count 2: unverified: inferred" in found.cell("two", "g.dual").unverified


def test_both_states_must_reach_the_threshold(tmp_path: Path) -> None:
    light = ("number: 2, provision: asking.heavy", "number: 2, provision: asking.light")
    found = table(tmp_path, "counterparts:\n" + counterpart("two", "asked.heavy"), change=light)
    assert found.cell("two", "g.dual").said == "barred by the threshold"
    assert table(tmp_path, change=light).cell("two", "g.dual").state == "barred"


def test_counterparts_that_disagree_leave_the_threshold_undetermined(tmp_path: Path) -> None:
    both = counterpart("two", "asked.heavy") + counterpart("two", "asked.low")
    found = table(tmp_path, "counterparts:\n" + both)
    assert found.cell("two", "g.dual").state == "not barred"
    assert found.cell("two", "t.dual").state == "undetermined"


def test_a_courts_finding_comes_before_the_arithmetic(tmp_path: Path) -> None:
    more = (
        "counterparts:\n" + counterpart("two", "asked.heavy") + "findings:\n" + finding("g.dual", "applies")
    )
    cell = table(tmp_path, more).cell("two", "g.dual")
    assert (cell.state, cell.said) == ("barred", "barred")


def test_a_count_of_which_only_the_kind_is_known_has_no_threshold(tmp_path: Path) -> None:
    cell = table(tmp_path, "counterparts:\n" + counterpart("one", "asked.heavy")).cell("one", "g.dual")
    assert cell.state == "undetermined"
    assert any("not entered" in why for why in cell.why)


def test_specialty_says_what_is_covered_and_who_left_the_rest_out(tmp_path: Path) -> None:
    granted = REFUSED.format(counts="three", more="").replace("extradition refused", "extradition granted")
    found = table(tmp_path, outcomes=granted).specialty
    assert (found.asked, found.left_out) == (("two", "three"), ("one",))
    assert (found.granted, found.refused, found.undecided) == (("three",), (), ("two",))
    assert (found.confined_by, found.confined_why) == ("Ministry", "Because of what was judged.")
    assert found.rules == ("Act, Art. 10",)
    assert any("US needs the consent of KR" in said for said in found.said)
    assert "That holds for count 1, too" in found.said
    assert any("No rule of specialty is entered for Treaty" in said for said in found.said)
    assert "Act, Art. 10: unverified: from memory" in found.unverified


def test_the_treaty_that_prevails_stands_beside_the_act(tmp_path: Path) -> None:
    (both,) = table(tmp_path).prevailing
    assert (both.title, both.over_title) == ("Treaty", "Act")
    assert both.differences[0] == (
        "Dual criminality: a maximum of more than 1 year in both states by Treaty, "
        "a maximum of at least 1 year in both states by Act"
    )
    assert "Limitation: discretionary by Treaty (Art. 6), mandatory by Act (Art. 7(1))" in both.differences
    assert "Nationality: a ground of Act (Art. 9(1)) only" in both.differences


@pytest.mark.parametrize(
    ("outcomes", "refusal"),
    [
        ("", None),
        (REFUSED.format(counts="two, three", more=", basis: discretionary"), "discretionary"),
        (REFUSED.format(counts="", more=", basis: mandatory"), "mandatory"),
        (REFUSED.format(counts="two", more=""), "unknown"),
        (
            REFUSED.format(counts="two", more=", basis: mandatory")
            + REFUSED.format(counts="three", more=", basis: discretionary").replace(
                "name: refused", "name: more"
            ),
            "both",
        ),
        (REFUSED.format(counts="two", more="").replace("refused", "granted"), None),
    ],
)
def test_the_refusal_is_of_the_kind_that_the_decision_names(
    tmp_path: Path, outcomes: str, refusal: str | None
) -> None:
    assert table(tmp_path, outcomes=outcomes).refusal == refusal


def test_a_decision_in_a_later_instance_replaces_the_first(tmp_path: Path) -> None:
    more = (
        "  - {name: again, person: person-1, kind: extradition, court: asked.court, instance: appeal,\n"
        "     after: asked, finality: final, source: paper, mark: read}\ncharges:"
    )
    later = REFUSED.format(counts="two, three", more=", basis: discretionary") + (
        "  - {name: last, proceeding: again, charges: [two], date: 2021-01-01, result: extradition granted,\n"
        "     source: paper, mark: read}\n"
    )
    found = table(tmp_path, outcomes=later, change=("\ncharges:", "\n" + more))
    assert (found.specialty.granted, found.specialty.refused) == (("two",), ("three",))
    assert found.refusal == "discretionary"


def test_an_act_that_was_not_in_force_or_is_not_between_these_states_says_so(tmp_path: Path) -> None:
    early = table(
        tmp_path, "counterparts:\n" + counterpart("two", "asked.heavy"), change=("made: 2019", "made: 1995")
    )
    cell = early.cell("two", "t.dual")
    assert cell.state == "undetermined"
    assert any("in force from 1999-12-20" in why for why in cell.why)
    law, small = matter(tmp_path)
    asked = small.requests[0].model_copy(update={"requesting": "GB"})
    other = extradite(law, small.model_copy(update={"requests": [asked]}))
    assert any("not entered for requests of GB to KR" in why for why in other.cell("two", "t.time").why)


def test_dates_of_limitation_stand_beside_the_ground_and_decide_nothing() -> None:
    small, law = load_matter("2020")
    cell = extradite(law, small).cell("us-7", "ground.kr.7-1")
    assert cell.state == "undetermined"
    # Seven years after the end of the acts in March 2018; the request was made in April 2019.
    (korean,) = [why for why in cell.why if "Proceeds Concealment, Art. 3" in why]
    assert "until a day within 2025-02-28 to 2025-03-30" in korean
    assert "had that passed on 2019-04, when the request was made: no" in korean
    assert any("section 1956(a)(2)" in why for why in cell.why)
    assert cell.assumptions


def test_places_in_the_requested_state_are_said_and_not_decided(tmp_path: Path) -> None:
    cell = table(tmp_path).cell("two", "g.there")
    assert cell.state == "undetermined"
    assert any("name places in the requested state" in why for why in cell.why)


@pytest.mark.parametrize(("name", "said"), [("asks", "did you mean ask?"), ("nothing-like-it", "known: ask")])
def test_an_unknown_request_is_one_line(tmp_path: Path, name: str, said: str) -> None:
    law, small = matter(tmp_path)
    with pytest.raises(UsageError, match="expected the name of a request") as error:
        extradite(law, small, name)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_matter_without_a_request_is_one_line(tmp_path: Path) -> None:
    law, small = matter(tmp_path)
    with pytest.raises(UsageError, match="expected a request for extradition, found none"):
        extradite(law, small.model_copy(update={"requests": []}))
    twice = [small.requests[0], small.requests[0].model_copy(update={"name": "other"})]
    with pytest.raises(UsageError, match="found 2 requests and no name; name one of ask, other"):
        extradite(law, small.model_copy(update={"requests": twice}))


def test_an_unknown_cell_is_one_line(tmp_path: Path) -> None:
    found = table(tmp_path)
    with pytest.raises(UsageError, match=r"found 'g\.tim'; did you mean g\.time"):
        found.cell("two", "g.tim")
    with pytest.raises(UsageError, match="found 'four'"):
        found.cell("four", "g.time")


def test_the_table_goes_to_json(tmp_path: Path) -> None:
    found = row(table(tmp_path))
    assert found["made"] == "2019-01-01"
    assert found["rows"][0]["decides"] == ["High court"]
    assert found["refusal"] is None


UNITED_KINGDOM = """\
name: to-uk
title: A request to the United Kingdom made up for tests
about: One count, put to the court with all that was charged.
as_of: 2024-01-01
books: [us, uk]
sources:
  paper: {kind: press, title: "What was printed"}
persons:
  - {name: person-1, role: payer, case_number: 18-cr-1, jurisdiction: US}
episodes:
  - {name: acts, person: person-1, begins: 2016-01-01, ends: 2017-01-01, conduct: [laundering], facts: [Paid],
     source: paper, mark: read}
proceedings:
  - {name: charged, person: person-1, kind: criminal, court: us.ddc, instance: first, finality: open,
     source: paper, mark: read}
  - {name: asked, person: person-1, kind: extradition, court: uk.westminster-magistrates, instance: first,
     finality: open, source: paper, mark: read}
charges:
  - {name: one, person: person-1, proceeding: charged, number: 1, provision: us.18-1956-a-2, kind: laundering,
     episodes: [acts], source: paper, mark: read}
requests:
  - {name: ask, person: person-1, requesting: US, requested: GB, regimes: [uk.extradition-act],
     made: 2019-01-01, proceeding: asked, charges: [one], put_to_court: [one], source: paper, mark: read}
counterparts:
  - {charge: one, provision: uk.proceeds-2002.327, by: counsel in 18-cr-1, why: As examined there.,
     source: paper, mark: inferred}
"""


def test_a_request_to_another_state_by_its_own_act(tmp_path: Path) -> None:
    (tmp_path / "uk.yaml.yaml").write_text(UNITED_KINGDOM, encoding="utf-8")
    small, law = load_matter(str(tmp_path / "uk.yaml.yaml"))
    found = extradite(law, small)
    assert found.cell("one", "ground.uk.137").said == "not barred by the threshold"
    assert {each.state for each in found.rows if each.ground != "ground.uk.137"} == {"undetermined"}
    assert found.prevailing == ()
    assert found.specialty.left_out == ()
    assert any("All counts were put to the court" in said for said in found.specialty.said)


GROUNDS = ("g.time", "g.twice", "g.third", "g.own", "g.there", "t.time")
FINDINGS = st.lists(
    st.builds(
        Finding,
        request=st.just("ask"),
        ground=st.sampled_from(GROUNDS),
        charges=st.lists(st.sampled_from(["one", "two", "three"]), min_size=1, max_size=2, unique=True),
        finding=st.sampled_from(["applies", "does not apply", "left open"]),
        by=st.sampled_from(["asked.court", "asked.minister", "asked.trial", "asking.court"]),
        when=st.sampled_from(["2020-07-06", "2020-07-07", "2020-07", "2021"]),
        source=st.just("paper"),
        mark=st.sampled_from(["read", "memory"]),
    ),
    max_size=5,
)
MAPPINGS = st.lists(
    st.builds(
        Mapping,
        request=st.just("ask"),
        charge=st.sampled_from(["one", "two", "three"]),
        outcome=st.sampled_from(["judged", "dropped", "elsewhere"]),
        by=st.just("Ministry"),
        when=st.just("2020-04"),
        why=st.just("It is about it."),
        source=st.just("paper"),
        mark=st.just("read"),
    ),
    max_size=4,
)


@given(FINDINGS, MAPPINGS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_findings_of_those_who_decide_settle_and_mappings_change_no_state(
    tmp_path_factory: pytest.TempPathFactory, findings: list[Finding], mappings: list[Mapping]
) -> None:
    law, small = matter(tmp_path_factory.mktemp("small"))
    changed = small.model_copy(update={"findings": findings, "mappings": mappings})
    found = extradite(law, changed)
    plain = extradite(law, small.model_copy(update={"findings": findings}))
    assert [each.state for each in found.rows] == [each.state for each in plain.rows]
    deciders = {"g.own": {"asked.court", "asked.minister"}}
    for cell in found.rows:
        own = [
            each
            for each in findings
            if each.ground == cell.ground
            and cell.count in each.charges
            and each.by in deciders.get(cell.ground, {"asked.court"})
        ]
        if cell.state == "barred":
            assert cell.kind == "mandatory"
            assert any(each.finding == "applies" for each in own)
        if cell.state == "not barred":
            assert any(each.finding == "does not apply" for each in own)
        if cell.flagged:
            assert cell.count in {each.charge for each in mappings}
            assert cell.ground in ("g.twice", "g.third")
