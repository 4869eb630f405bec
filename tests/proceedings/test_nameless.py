"""Names of persons: invented ones are found, the language of law passes, and no message repeats them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from clew.proceedings.load import check
from clew.proceedings.nameless import CaseNumber, Nameless
from clew.written import korean, names
from clew.written.prose import names_in_slug, quoted, why_named
from proceedings.whole import MATTER, written

# Invented, all of them.
NAMED = [
    "Kim Cheol-su paid for it",
    "paid to Hong Gildong in 2015",
    "the operator Gildong Hong",
    "kim min-jun",
    "Lee Minjun was convicted",
    "A. Kim signed",
    "Robert Smith testified",
    "John Q. Public",
    "ADAMS, John",
    "KIM, Cheolsu",
    "Mr. Adams said so",
    "Mrs Brown said so",
    "홍길동은 기소되었다",
    "피고인 홍길동에게 징역을 선고",
    "김철수",
    "이영희가 운영",
    "남궁민수의 계정",
    "김 철수는 항소하였다",
    "박민지와 최지은",
    "영희 씨가 아니라 박씨",
    "name@example.org",
    "write @darkhandle",
    "user: foobar",
    "+82 10 1234 5678",
]

PASSES = [
    "Seoul High Court",
    "Youth Act",
    "2020Ro1",
    "2018고단3456",
    "1:18-cr-00243",
    "Seoul Central District Court, appellate division",
    "United States v. Gratkowski, 964 F.3d 307, 5th Cir. 2020",
    "the operator, Seoul High Court 2020To1",
    "Act on the Protection of Children and Youth against Sex Offenses",
    "No limitation. No Limitation",
    "Korean Won, US Dollar",
    "South Korean National Police Agency",
    "Three counts put to the court by the Ministry of Justice",
    "Secretary of State for the Home Department",
    "Westminster Magistrates' Court",
    "Press reports of July 2020",
    "Law enforcement of 38 countries",
    "You do not have to. So it is.",
    "아동·청소년의 성보호에 관한 법률",
    "범죄수익은닉의 규제 및 처벌 등에 관한 법률",
    "서울고등법원은 인도를 거절하였다",
    "서울중앙지방법원 형사항소부",
    "운영자에게 징역 1년 6개월을 선고하였다",
    "이용자 신원을 확인하기 위하여 증인으로 남겨 둘 필요가 있다고 보았다",
    "정보통신망 이용촉진 및 정보보호 등에 관한 법률",
    "이 경우 그 형을 감경 또는 면제할 수 있다",
    "소지",
    "도박",
    "변호인의 주장은 이유 없다",
    "구성원이 이동한 주소지",
]


@pytest.mark.parametrize("text", NAMED)
def test_names_are_found(text: str) -> None:
    assert why_named(text)


@pytest.mark.parametrize("text", PASSES)
def test_the_language_of_law_passes(text: str) -> None:
    assert why_named(text) is None


@pytest.mark.parametrize("text", NAMED)
def test_no_reason_repeats_the_name(text: str) -> None:
    reason = why_named(text) or ""
    assert not set(text.casefold().split()) & (
        set(reason.casefold().split()) - {"so", "it", "in", "the", "for"}
    )
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Nameless).validate_python(text)
    (error,) = caught.value.errors()
    assert text not in error["msg"]
    assert "role and the case number" in error["msg"]


@pytest.mark.parametrize(
    "number", ["2020Ro1", "2018고단3456", "1:18-cr-00243", "CR-2018/17", "2022고합12, 13"]
)
def test_case_numbers_pass(number: str) -> None:
    assert TypeAdapter(CaseNumber).validate_python(number) == number


@pytest.mark.parametrize(
    "slug", ["kim-cheolsu", "hong-gil-dong", "robert-smith", "member-kim-min-su", "park-jiwon"]
)
def test_names_made_of_a_name_are_found(slug: str) -> None:
    assert names_in_slug(slug)
    assert slug not in quoted(slug)


@pytest.mark.parametrize(
    "slug",
    ["person-1", "operator-1", "kr.criminal-act.39-1", "kr.minister-of-justice", "ground.kr.7-1", "so-far"],
)
def test_other_names_pass(slug: str) -> None:
    assert not names_in_slug(slug)
    assert quoted(slug) == repr(slug)


@given(
    st.sampled_from(sorted(korean.COMMON_GIVEN)),
    st.sampled_from("김박최강윤장임서신권황송"),
    st.sampled_from(["", "은", "이", "가", "을", "를", "의", "에게", "와", "과"]),
)
def test_common_korean_names_are_found_with_any_ending(given: str, surname: str, ending: str) -> None:
    name = surname + given
    ordinary = name in korean.ORDINARY or name.startswith(korean.BEGINNINGS)
    assert ordinary or why_named(f"그때 {name}{ending} 말하였다")


@given(st.sampled_from(sorted(names.GIVEN)), st.sampled_from(["Adams", "Becker", "Smith", "Novak"]))
def test_common_given_names_are_found(given: str, surname: str) -> None:
    assert why_named(f"It was {given.title()} {surname} who paid")


NAME, HANGUL, SLUG = "Kim Cheol-su", "김철수", "kim-cheolsu"

# Where a name may be put into a matter, and by which rule it is refused.
PLACES = [
    ("about: Counts of one state.", "about: {}"),
    ("role: operator", "role: {}"),
    ("case_number: 18-cr-1", "case_number: {}"),
    ("jurisdiction: US}", "jurisdiction: {}}}"),
    ("name: person-1, role", "name: {}, role"),
    ("begins: 2015-06", "begins: {}"),
    ("facts: [Paid]", "facts: [{}]"),
    ("facts: [Paid]", "facts: {}"),
    ("conduct: [laundering], facts", "conduct: [{}], facts"),
    ("number: 1, provision", "number: {}, provision"),
    ("finality: final", "finality: {}"),
    ("court: yy.court", "court: {}"),
    ("made: 2019-01-01", "made: {}"),
    ("confined_by: the ministry", "confined_by: {}"),
    ("- {name: acts,", "- {{{}: acts,"),
    ("title: A matter", "title: {}"),
    ("imprisonment: 18 months", "imprisonment: {}"),
    ("fine: 500 XXX", "fine: {}"),
    ("why: By conduct", "why: {}"),
    ("what: Judgment", "what: {}"),
    ("what_ko: 판결", "what_ko: {}"),
    ("note: Seen", "note: {}"),
    ("title: Accounts", "title: {}"),
    ("scope: All of it", "scope: {}"),
    ("books: [xx.yaml", "books: [{}, xx.yaml"),
    ("put_to_court: [count-1]", "put_to_court: [{}]"),
    ("episodes: [acts]", "episodes: [{}]"),
]


@pytest.mark.parametrize("name", [NAME, HANGUL, SLUG])
@pytest.mark.parametrize(("old", "new"), PLACES)
def test_no_line_about_a_matter_repeats_a_name(tmp_path: Path, old: str, new: str, name: str) -> None:
    assert old in MATTER
    # A slug in free text is no form that a rule knows, where it is one word among the file's own names.
    lines = check(str(written(tmp_path, MATTER.replace(old, new.format(name), 1)))).faults
    assert lines
    for line in lines:
        assert name not in line.replace(str(tmp_path), "")
        assert ".yaml:" in line


@pytest.mark.parametrize(
    "text", ["Prosecutor Kim", "the judge Park said so", "김검사", "김 검사", "박변호사"]
)
def test_an_office_and_a_surname_name_somebody(text: str) -> None:
    assert why_named(text) is not None


@pytest.mark.parametrize(
    "text", ["the prosecutor, case 7", "judge of the court", "담당 검사", "전 판사", "이 판사", "A judge may"]
)
def test_an_office_alone_names_nobody(text: str) -> None:
    assert why_named(text) is None
