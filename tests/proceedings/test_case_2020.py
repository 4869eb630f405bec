"""The case of 2020 as a worked example: figures typed from what was read, none from what clew computes."""

import re
from pathlib import Path

import pytest

from clew.errors import UsageError
from clew.proceedings.example import Example, example, walk
from clew.proceedings.extradition.table import extradite
from clew.proceedings.load import check, load_matter, text_of
from clew.proceedings.nameless import why_named
from clew.proceedings.outcome_range import against_range
from clew.proceedings.steps import row
from clew.proceedings.timeline import timeline
from clew.proceedings.unverified import unverified

KOREAN_SENTENCE = re.compile("[가-힣] [가-힣]")
SIX = ["us-1", "us-2", "us-3", "us-4", "us-5", "us-6"]
THREE = ["us-7", "us-8", "us-9"]


@pytest.fixture(scope="module")
def shown() -> Example:
    return example()


def changed(folder: Path, *pairs: tuple[str, str]) -> Example:
    """The walk through the shipped file with some of its words replaced."""
    text = text_of("cases", "2020")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    matter, law = load_matter(str(path))
    return walk(law, matter)


def test_the_file_has_no_fault() -> None:
    assert check("2020").faults == ()


def test_the_figures(shown: Example) -> None:
    assert shown.counts_charged == 9
    assert shown.counts_put_to_court == 3
    assert shown.us_ceiling_years == 60
    assert shown.kr_aggregate_years == {"one_offence": 5, "three_concurrent": 7.5}
    assert shown.refusal == "discretionary"


def test_the_keys_of_its_json(shown: Example) -> None:
    found = row(shown)
    assert {
        "counts_charged", "counts_put_to_court", "us_ceiling_years", "kr_aggregate_years", "refusal",
        "conflicts", "unverified", "chapters",
    } <= set(found)  # fmt: skip
    assert isinstance(found["conflicts"], list)
    assert isinstance(found["unverified"], list)
    assert found["us_ceiling_years"] == 60
    assert found["kr_aggregate_years"] == {"one_offence": 5, "three_concurrent": 7.5}


def test_nine_counts_of_six_kinds(shown: Example) -> None:
    matter, _ = load_matter("2020")
    kinds: dict[str, int] = {}
    for each in matter.charges:
        if each.proceeding == "us-2018":
            kinds[each.kind] = kinds.get(each.kind, 0) + 1
    assert sorted(kinds.values()) == [1, 1, 1, 1, 2, 3]
    assert kinds["laundering of monetary instruments"] == 3
    for each in matter.charges:
        if each.name in SIX:
            assert "kind" in each.unverified
        if each.name in THREE:
            assert "limb" in each.unverified
            assert "not verified" in (each.limb or "")


def test_three_counts_by_the_ministry_and_six_flagged_not_barred() -> None:
    matter, law = load_matter("2020")
    found = extradite(law, matter)
    assert list(found.counts_put_to_court) == THREE
    assert "Ministry of Justice" in (found.confined_by or "")
    flagged = [(each.count, each.ground) for each in found.rows if each.flagged]
    assert flagged == [(count, ground) for count in SIX for ground in ("ground.kr.7-2", "ground.kr-us.5")]
    assert not any(each.state == "barred" for each in found.rows)
    assert {each.state for each in found.rows if each.count in SIX} == {"undetermined"}
    for count in THREE:
        for ground in ("ground.kr.6", "ground.kr-us.2"):
            assert found.cell(count, ground).said == "not barred by the threshold"
    determined = [each.ground for each in found.rows if each.state != "undetermined"]
    assert set(determined) == {"ground.kr.6", "ground.kr-us.2"}
    assert {each.mark for each in matter.mappings} == {"inferred"}
    assert list(found.specialty.refused) == THREE


def test_the_threshold_differs_between_act_and_treaty() -> None:
    matter, law = load_matter("2020")
    (both,) = extradite(law, matter).prevailing
    assert "more than 1 year" in both.differences[0]
    assert "at least 1 year" in both.differences[0]


@pytest.mark.parametrize(
    ("figure", "values"),
    [
        ("paying-members", [473, 4073]),
        ("payments", [7293, 7300]),
        ("arrests", [310, 337]),
        ("proceeds-usd", [335_000, 353_000, 370_000]),
        ("proceeds-krw", [400_000_000, 406_000_000]),
    ],
)
def test_the_conflicting_figures(shown: Example, figure: str, values: list[int]) -> None:
    found = {each.figure: each for each in shown.conflicts}
    assert sorted(each.value for each in found[figure].claims) == values
    assert not found[figure].is_settled
    assert set(found) == {"paying-members", "payments", "arrests", "proceeds-usd", "proceeds-krw"}


def test_the_figures_that_stand_alone() -> None:
    matter, _ = load_matter("2020")
    alone = {each.figure: each.value for each in matter.claims}
    assert alone["korean-members"] == 223
    assert alone["foreign-accounts"] == 3340
    assert alone["states-informed"] == 31
    assert alone["addresses"] == 1_000_000


def test_the_timeline_runs_from_2015_to_2022_and_ends_in_what_is_unknown() -> None:
    matter, law = load_matter("2020")
    found = timeline(law, matter)
    assert found.rows[0].day.first.year == 2015
    assert max(each.day.last.year for each in found.rows) == 2022
    assert [each.day.first for each in found.rows] == sorted(each.day.first for each in found.rows)
    days = {str(each.day): each for each in found.rows}
    assert {"2015-06", "2018-03", "2018-08", "2019-05-02", "2020-07-06", "2022-02", "2022-07-05"} <= set(days)
    assert [str(each.day) for each in found.rows if each.kind == "law"] == ["2020-06-02"]
    assert (str(found.begins), str(found.ends)) == ("2015-04", "2022-07")
    assert not days["2018-08"].is_exact
    assert days["2020-07-06"].is_exact
    assert any("discretionary" in each.what for each in found.rows if str(each.day) == "2020-07-06")
    assert any("appeals of both sides" in each.what for each in found.unknown)
    assert all(each.what_ko for each in found.unknown)
    assert [each.said for each in found.rows if each.kind == "mapping"] == ["unverified: inferred"]


def test_the_sentences_beside_their_ranges(shown: Example) -> None:
    matter, law = load_matter("2020")
    found = {each.name: against_range(law, matter, each) for each in matter.outcomes if each.sentence}
    assert str(found["kr-2019-judgment"].imposed) == "18 months"
    assert str(found["kr-2019-judgment"].maximum) == "10 years"
    assert found["kr-2019-judgment"].state == "within"
    assert found["kr-2022-judgment"].state == "undetermined"
    assert not any(each.is_conflict for each in found.values())
    said = next(
        each for each in shown.chapters if each.title == "Sentences beside the statutory range"
    ).sentences
    assert len(said) == 3
    for words in ("2 years", "asked for 4 years", "5,000,000 KRW", "what the fine was for is not verified"):
        assert words in said[2]
    assert "5 years for count 1, undetermined for count 2" in said[2]


def test_a_sentence_above_the_maximum_is_shown_as_a_conflict(tmp_path: Path) -> None:
    found = changed(tmp_path, ("{imprisonment: 18 months}", "{imprisonment: 11 years}"))
    said = next(
        each for each in found.chapters if each.title == "Sentences beside the statutory range"
    ).sentences
    assert "a conflict, above the maximum" in said[1]
    assert "conflict" not in said[0]


def test_everything_unverified_is_listed(shown: Example) -> None:
    where = {each.where for each in shown.unverified}
    assert {
        "2020: claims",
        "2020: charges",
        "2020: mappings",
        "2020: counterparts",
        "2020: outcomes",
    } <= where
    assert sum(each.mark == "inferred" for each in shown.unverified) == 9
    assert any(each.where.startswith("kr-us-treaty: regimes") for each in shown.unverified)
    assert all(each.mark in ("memory", "inferred") for each in shown.unverified)
    (refused,) = [each for each in shown.unverified if "extradition refused" in each.what]
    assert refused.keys == ("basis", "grounds")


def test_what_is_read_after_all_leaves_the_list(tmp_path: Path) -> None:
    before = len(example().unverified)
    after = changed(tmp_path, ("unverified: [basis, grounds]", "unverified: []"))
    assert len(after.unverified) == before - 1


def test_law_that_the_case_does_not_use_is_not_listed() -> None:
    matter, law = load_matter("2020")
    assert not any(each.where.startswith("uk:") for each in unverified(law, matter))


def test_fewer_counts_put_to_the_court_change_the_figures(tmp_path: Path) -> None:
    found = changed(tmp_path, ("put_to_court: [us-7, us-8, us-9]", "put_to_court: [us-7, us-8]"))
    assert found.counts_put_to_court == 2
    assert found.us_ceiling_years == 40
    assert found.kr_aggregate_years == {"one_offence": 5, "two_concurrent": 7.5}


def test_another_provision_changes_the_aggregate(tmp_path: Path) -> None:
    found = changed(
        tmp_path, ("    provision: kr.proceeds.3\n    by:", "    provision: kr.youth-act.11-2\n    by:")
    )
    assert found.kr_aggregate_years == {"one_offence": 10, "three_concurrent": 15}


def test_a_count_without_a_counterpart_leaves_the_aggregate_open(tmp_path: Path) -> None:
    found = changed(
        tmp_path, ("  - charge: us-9\n    provision: kr.", "  - charge: us-1\n    provision: kr.")
    )
    assert found.kr_aggregate_years == {"one_offence": None, "three_concurrent": None}
    assert found.us_ceiling_years == 60


def test_another_basis_and_another_count_change_the_rest(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        ("basis: discretionary", "basis: mandatory"),
        ("charges: [us-1, us-2, us-3,", "charges: [us-2, us-3,"),
        ("value: 473\n", "value: 4073\n"),
        ("  - request: us-to-kr\n    charge: us-1\n", "  - request: us-to-kr\n    charge: us-2\n"),
    )
    assert found.refusal == "mandatory"
    assert found.counts_charged == 8
    assert len(found.conflicts) == 4


def test_a_decision_is_shown_with_the_conflict(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        (
            "\nepisodes:\n",
            "\ndecisions:\n  - {figure: arrests, takes: arrests-337, by: reviewer in 2020토1, "
            "when: 2026-11-25, why: It is the later count.}\n\nepisodes:\n",
        ),
    )
    (arrests,) = [each for each in found.conflicts if each.figure == "arrests"]
    assert arrests.is_settled
    assert len(arrests.claims) == 2


def test_the_walk_says_each_thing_once_in_its_chapter(shown: Example) -> None:
    text = {each.title: " ".join(each.sentences) for each in shown.chapters}
    assert "9 counts of 6 kinds, split 1+1+1+1+2+3" in text["Who is charged with what"]
    assert (
        "3 of 9 counts were put to the court: counts 7 to 9"
        in text["What was put to the court, and who confined it"]
    )
    assert "6 of 6 flagged, 0 barred" in text["The counts that were left out"]
    assert "60 years" in text["The arithmetic ceiling"]
    assert "does not cover counts 1 to 6" in text["The arithmetic ceiling"]
    hypothetical = text["By the law of the requested state"]
    for said in ("Hypothetical", "5 years at most", "7.5 years", "Art. 39(1)"):
        assert said in hypothetical
    assert "discretionary" in text["What was decided on the request"]
    assert "still to be read" in text["What was decided on the request"]
    assert "both sides" in text["What is unknown at the end"]
    assert all(each.sentences for each in shown.chapters)


def test_nobody_is_named() -> None:
    matter, _ = load_matter("2020")
    citation = "United States v. Twenty-Four Cryptocurrency Accounts, 473 F. Supp. 3d 1 (D.D.C. 2020)"
    texts = [each for each in _texts(matter.model_dump(mode="json")) if each != citation]
    assert len(texts) > 300
    for text in texts:
        # The rule for Korean takes any two short words that begin with a surname; those were read one by one.
        if not KOREAN_SENTENCE.search(text):
            assert why_named(text) is None, text
    assert all(each.role == "operator" and each.case_number for each in matter.persons)


def test_a_name_where_none_may_stand_is_refused_without_repeating_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a text that names nobody") as error:
        changed(
            tmp_path, ("what: The site was taken over from an earlier one.", "what: Kim Minsu took it over.")
        )
    assert "Minsu" not in str(error.value)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
