"""Bad input: each fault is one line with file, line and what to do; what may be true is shown, not refused."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import UsageError
from clew.proceedings.consistency import version_faults
from clew.proceedings.days import Day, exactly
from clew.proceedings.load import Read, check, load_law, load_matter, shipped_books, shipped_matters, text_of
from clew.proceedings.provisions import Provision, Version
from proceedings.lawbook import book
from proceedings.whole import MATTER, written

LINE = re.compile(r"[^:]+\.yaml:(\d+): .+; .+|[^:]+\.yaml:\d+: not readable as YAML: .+")


def faults(path: Path) -> list[str]:
    """What is said of a file, each in one line with file, line and what to do."""
    found = check(str(path)).faults
    for line in found:
        assert LINE.fullmatch(line), line
        assert "\n" not in line
    return list(found)


def the_fault(path: Path, line_with: str) -> str:
    """The only fault of a file, whose line number is that of the line with the text given."""
    (said,) = faults(path)
    lines = path.read_text("utf-8").splitlines()
    (number,) = [at for at, line in enumerate(lines, 1) if line_with in line]
    assert said.startswith(f"{path}:{number}: "), said
    return said.removeprefix(f"{path}:{number}: ")


# Books of law.

KNOWN = "- {in_force_from: 2000-01-01, in_force_to: 2009-12-31, maximum: 5 years}\n"

VERSIONS = [
    ("- {in_force_from: 2009-12-31, maximum: 6 years}", "the two overlap"),
    ("- {in_force_from: 2010-01-02, maximum: 6 years}", "a gap"),
    ("- {in_force_from: 1999-01-01, maximum: 6 years}", "in the order of time"),
    ("- {in_force_from: 2010-01-01, in_force_to: 2009-01-01, maximum: 6 years}", "from 2010-01-01 on"),
    ("- {in_force_from: 2010-01-01, promulgated: 2011-01-01, maximum: 6 years}", "up to 2010-01-01"),
    ("- {in_force_from: 2010-01-01, maximum: 6 years, minimum: 7 years}", "at most the maximum, 6 years"),
    ("- {in_force_from: 2010-01-01, maximum: 6 years, unread: not read}", "no penalty where no text"),
    ("- {in_force_from: 2010-13-01, maximum: 6 years}", "month must be in 1..12"),
    ("- {in_force_from: soon, maximum: 6 years}", "a day as in 2020-06-02"),
    ("- {in_force_from: 2010-01-01, maximum: six years}", "a term as in 5 years"),
    ("- {in_force_from: 2010-01-01, maximum: 6 years, fine: 30 million won}", "an amount and its currency"),
    (
        "- {in_force_from: 2010-01-01, maximum: 6 years, fine: 30 XXX, fin_relation: or}",
        "did you mean fine_relation?",
    ),
]


@pytest.mark.parametrize(("second", "said"), VERSIONS)
def test_versions_that_do_not_fit(tmp_path: Path, second: str, said: str) -> None:
    path = book(tmp_path, KNOWN + second)
    assert said in the_fault(path, second[3:30])


def test_a_version_without_end_before_another(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        "- {in_force_from: 2000-01-01, maximum: 5 years}\n- {in_force_from: 2010-01-01, maximum: 6 years}",
    )
    assert "overlaps from 2010-01-01 on; add its last day" in the_fault(path, "2010-01-01")


def test_fines_in_two_currencies(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        "- {in_force_from: 2000-01-01, in_force_to: 2009-12-31, fine: 5 XXX}\n- {in_force_from: 2010-01-01, fine: 6 YYY}",
    )
    assert "a fine in XXX as in the version before it, found YYY" in the_fault(path, "6 YYY")


LISTS = """
    predicates:
      - name: xx.list
        of: xx.1
        begins: 2000-01-01
        ENTRIES
    """
LISTED = "- {offence: xx.1, in_force_from: 2000-01-01, source: act, mark: read}"
PREDICATES = [
    (f"entries:\n          {LISTED}\n          - {{offence: xx.1, in_force_from: 2005, source: act, mark: read}}",
     "2005", "expected xx.1 in one entry at a time"),
    ("entries:\n          - {maximum_at_least: 3 years, in_force_from: 2000, in_force_to: 2003-05-01, source: act, mark: read}\n"
     "          - {maximum_at_least: 3 years, in_force_from: 2003-05-01, source: act, mark: read}",
     "in_force_from: 2003-05-01", "the threshold of 3 years in one entry at a time"),
    (f"all_offences: true\n        entries:\n          {LISTED}", "entries:", "no entries where all offences count"),
    ("all_offences: false", "name: xx.list", "expected entries, or all_offences: true"),
    ("entries:\n          - {offence: xx.1, in_force_from: 1990, in_force_to: 1995, source: act, mark: read}",
     "1995", "with a version in the time in which it is listed"),
    ("entries:\n          - {in_force_from: 2000, source: act, mark: read}", "- {in_force_from: 2000, s",
     "either offence or maximum_at_least"),
    ("entries:\n          - {offence: xx.9, in_force_from: 2000, source: act, mark: read}", "xx.9",
     "the name of a provision, found 'xx.9'; did you mean xx.1?"),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "line", "said"), PREDICATES)
def test_lists_of_predicate_offences(tmp_path: Path, entries: str, line: str, said: str) -> None:
    more = LISTS.replace("ENTRIES", entries)
    assert said in the_fault(book(tmp_path, "- {in_force_from: 2000-01-01, maximum: 5 years}", more), line)


LIMITATION = """
    limitation:
      first_day_counts: true
      assumptions: [None of them]
      TABLE
    """
TABLES = [
    ("general: [{maximum_at_least: 5 years, term: 7 years}, {maximum_at_least: 10 years, term: 10 years}, {term: 5 years}]",
     "in the order of falling maxima"),
    ("general: [{maximum_at_least: 10 years, term: 7 years}, {maximum_at_least: 5 years, term: 10 years}, {term: 5 years}]",
     "at most 7 years as for the heavier offences"),
    ("general: [{term: 5 years}, {maximum_at_least: 5 years, term: 3 years}, {term: 1 year}]",
     "nothing after the line for all others"),
    ("general: [{maximum_at_least: 5 years, term: 7 years}]", "a last line for all other offences"),
    ("rules: [xx.rule]", "expected a table (general) or one term for all"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "said"), TABLES)
def test_tables_of_limitation(tmp_path: Path, table: str, said: str) -> None:
    path = book(
        tmp_path, "- {in_force_from: 2000-01-01, maximum: 5 years}", LIMITATION.replace("TABLE", table)
    )
    assert any(said in line for line in faults(path))
    assert len(faults(path)) <= 2


OTHERS = [
    ("several: {method: heaviest times factor}", "a factor of 1 or more"),
    ("several: {method: sum, factor: 2}", "no factor for the method sum"),
    ("several: {method: heaviest times factor, factor: 1.5, cap: 30 years, cap_aggravated: 20 years}", "at least the cap"),
    ("milder: {applies: perhaps, rule: xx.rule}", "'yes', 'no' or 'undetermined'"),
    ("milder: {applies: \"yes\", rule: xx.ruel}", "did you mean xx.rule?"),
    ("courts:\n      - {name: xx.c, title: C, level: first, source: axt, mark: read}", "did you mean act?"),
    ("courts:\n      - {name: xx.c, title: C, level: first, source: act, mark: read, unverified: [levle]}", "did you mean level?"),
    ("courts:\n      - {name: xx.c, title: C, level: first, source: act, mark: sure}", "'read', 'memory' or 'inferred'"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "said"), OTHERS)
def test_other_faults_of_a_book(tmp_path: Path, more: str, said: str) -> None:
    path = book(tmp_path, "- {in_force_from: 2000-01-01, maximum: 5 years}", f"\n    {more}\n")
    (line,) = faults(path)
    assert said in line


REGIME = """
    courts:
      - {name: xx.court, title: A court, level: first, source: act, mark: read}
    regimes:
      - name: xx.extradition
        title: The act
        requested: [KR]
        in_force_from: 2000-01-01
        dual_criminality: {maximum: 1 year, strictly_more: false, rule: xx.rule}
        specialty: xx.rule
        grounds:
          - {name: ground.xx.1, rule: Art. 1, title: A bar, kind: mandatory, decides: [xx.court],
             test: specialty, source: act, mark: read}
    """
REGIMES = [
    ("in_force_from: 2000-01-01\n        dual", "in_force_from: 2000-01-01\n        in_force_to: 1999-01-01\n        dual",
     "from 2000-01-01 on"),
    ("        specialty: xx.rule\n", "", "the rule of specialty in this regime"),
    ("[xx.court]", "[xx.court, xx.court]", "each court or authority once"),
    ("[xx.court]", "[xx.curt]", "did you mean xx.court?"),
    ("[xx.court]", "[]", "at least 1 item"),
    ("kind: mandatory", "kind: certain", "'mandatory' or 'discretionary'"),
    ("requested: [KR]", "requested: [KR]\n        prevails_over: [xx.extradition]", "other acts or treaties"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), REGIMES)
def test_acts_of_extradition(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in REGIME
    path = book(tmp_path, "- {in_force_from: 2000-01-01, maximum: 5 years}", REGIME)
    assert faults(path) == []
    path = book(tmp_path, "- {in_force_from: 2000-01-01, maximum: 5 years}", REGIME.replace(old, new))
    (line,) = faults(path)
    assert said in line


def test_what_rests_on_notes_was_not_read(tmp_path: Path) -> None:
    path = book(tmp_path, "- {in_force_from: 2000-01-01, maximum: 5 years}")
    path.write_text(path.read_text("utf-8").replace("kind: statute", "kind: notes"), encoding="utf-8")
    assert len(faults(path)) == 2
    assert all("name the source that was read, or change the mark" in line for line in faults(path))


def test_a_name_in_two_books_is_said_with_both(tmp_path: Path) -> None:
    first = book(tmp_path, KNOWN)
    second = tmp_path / "other.yaml"
    second.write_text(first.read_text("utf-8").replace("name: xx\n", "name: zz\n"), encoding="utf-8")
    with pytest.raises(UsageError, match="expected names that no other book has, found 'xx.1'"):
        load_law([str(first), str(second)])


# Files that are none.

FILES = [
    ("a: [1, 2", "not readable as YAML"),
    ("- a\n- b", "expected a book of law or a matter, found no mapping"),
    ("", "found no mapping"),
    ("name: a\nname: b", "expected each key once, found 'name' again (first on line 1)"),
    ("name: &x a", "found an anchor or alias"),
    ("name: !!python/object:os.system a", "found the tag"),
    ("name: a\n---\nname: b", "expected one document"),
    ("name: xx\ntitel: T", "expected a known key, found 'titel'; did you mean title?"),
    ("name: xx", "title: expected this key, found none; add it"),
]


@pytest.mark.parametrize(("text", "said"), FILES)
def test_files_that_are_no_law(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    found = check(str(path)).faults
    assert any(said in line for line in found)
    assert all(re.match(rf"{re.escape(str(path))}:\d+: ", line) and "\n" not in line for line in found)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a readable file, found No such file"):
        check(str(tmp_path / "none.yaml"))
    with pytest.raises(UsageError, match="expected a readable file"):
        check(str(tmp_path / "folder.yaml" / "none.yaml"))
    with pytest.raises(
        UsageError, match="a shipped name or a path ending in .yaml, found 'kro'; did you mean kr?"
    ):
        check("kro")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: Gesetz über".encode("latin-1"))
    with pytest.raises(UsageError, match="expected UTF-8 text"):
        check(str(latin))


# Matters.


def test_the_whole_matter_is_good(tmp_path: Path) -> None:
    assert check(str(written(tmp_path))) == Read(
        str(tmp_path / "whole.yaml"), matter=load_matter(str(tmp_path / "whole.yaml"))[0]
    )


WRONG = [
    ("court: xx.court", "court: xx.courd", "xx.courd", "the name of a court or authority, found 'xx.courd'; did you mean xx.court?"),
    ("opened: 2019-05-09", "opened: 2019-04-01", "appealed", "from 2019-05-02 on, when charged in the instance below was decided"),
    ("instance: appeal", "instance: first", "appealed", "an instance above first, that of charged"),
    ("opened: 2018-08-01, decided: 2019-05-02", "opened: 2019-08-01, decided: 2019-05-02", "2019-08-01", "when it was opened"),
    ("ends: 2018-03-04", "ends: 2014", "ends: 2014", "when the episode begins"),
    ("charges: [count-1], date: 2019-05-02", "charges: [count-1], date: 2014-05-02", "2014-05-02", "when the acts of count-1 begin"),
    ("date: 2019-05-02, result", "date: 2018-05-02, result", "2018-05-02", "when charged was opened"),
    ("when: 2020-07-06", "when: 2018-07-06", "2018-07-06", "when the request was made"),
    ("requested: KR", "requested: GB", "ask,", "under which GB may be asked"),
    ("put_to_court: [count-1]", "put_to_court: [count-3]", "count-3", "counts among charges, found count-3"),
    (", confined_by: the ministry", "", "proceeding: asked, charges", "who confined the request"),
    ("ground: ground.yy.1", "ground: ground.yy.2", "ground.yy.2", "did you mean ground.yy.1?"),
    ("name: count-2, person: person-1", "name: count-2, person: person-2", "count-2, p", "person-1, whose proceeding it is"),
    ("read: 2023-05-01", "read: 2025-05-01", "2025-05-01", "up to 2024-01-01, the file's as_of"),
    ("name: count-2,", "name: count-1,", "number: 2", "each name once, found 'count-1' again"),
    ("fine: 500 XXX", "fine: 500", "judged", "an amount and its currency"),
    ("role: payer", "role: victim", "victim", "take one of them"),
    ("role: payer", "rolle: payer", "rolle", "did you mean role?"),
    ("source: press, mark: memory", "source: own, mark: read", "own, mark", "name the source that was read"),
    ("books: [xx.yaml, yy.yaml]", "books: [xx.yaml, yy.yaml]\nnames: [A]", "names:", "found 'names'; did you mean"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "said"), WRONG)
def test_faults_of_a_matter(tmp_path: Path, old: str, new: str, line: str, said: str) -> None:
    assert MATTER.count(old) >= 1
    path = written(tmp_path, MATTER.replace(old, new, 1))
    found = faults(path)
    assert any(said in each for each in found), found
    assert len(found) <= 3
    with pytest.raises(UsageError) as caught:
        load_matter(str(path))
    assert str(path) in str(caught.value)


def test_a_book_that_a_matter_names_and_is_not_there(tmp_path: Path) -> None:
    path = written(tmp_path, MATTER.replace("xx.yaml", "zz.yaml"))
    (line,) = check(str(path)).faults
    assert "zz.yaml: expected a readable file, found No such file" in line


CONFLICTS = [
    ("imprisonment: 18 months", "imprisonment: 6 years", "6 years was imposed, the maximum of the counts together is 5 years"),
    ("imprisonment: 18 months", "imprisonment: life", "life was imposed"),
    ("imprisonment: 18 months", "asked: 61 months", "61 months was asked for"),
    ("fine: 500 XXX", "fine: 1001 XXX", "a fine of 1,001 XXX was imposed, the maximum of the counts together is 1,000 XXX"),
    ("by: yy.court, when", "by: yy.upper, when", "on which, as entered, yy.court decides"),
    ("begins: 2015-06, ends: 2018-03-04", "begins: 1995, ends: 1996", "of which nothing is entered before 2000-01-01"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), CONFLICTS)
def test_conflicts_are_shown_and_not_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = written(tmp_path, MATTER.replace(old, new, 1))
    found = check(str(path))
    assert found.faults == ()
    (line,) = found.conflicts
    assert said in line
    assert LINE.fullmatch(line)
    assert load_matter(str(path))[0].name == "whole"


WITHIN = [
    "imprisonment: 5 years",
    "imprisonment: 60 months",
    "imprisonment: 1 day",
    "fine: 1000 XXX",
    "fine: 9000 YYY",
]


@pytest.mark.parametrize("sentence", WITHIN)
def test_sentences_within_the_maximum_are_no_conflict(tmp_path: Path, sentence: str) -> None:
    text = MATTER.replace("imprisonment: 18 months, fine: 500 XXX", sentence)
    assert check(str(written(tmp_path, text))).conflicts == ()


@pytest.mark.parametrize(
    "versions",
    [
        "- {in_force_from: 2000-01-01, unread: not read}",
        "- {in_force_from: 2000-01-01, minimum: 3 years}",
        KNOWN.replace("2009", "2016") + "- {in_force_from: 2017-01-01, unread: not read}",
    ],
)
def test_nothing_is_said_of_a_sentence_where_a_maximum_is_open(tmp_path: Path, versions: str) -> None:
    text = MATTER.replace("imprisonment: 18 months, fine: 500 XXX", "imprisonment: 40 years")
    assert check(str(written(tmp_path, text, versions))).conflicts == ()


def test_the_longer_maximum_counts_where_the_acts_span_an_amendment(tmp_path: Path) -> None:
    spans = KNOWN.replace("2009", "2016") + "- {in_force_from: 2017-01-01, maximum: 9 years}"
    for term, conflicts in (("9 years", 0), ("10 years", 1)):
        text = MATTER.replace("imprisonment: 18 months, fine: 500 XXX", f"imprisonment: {term}")
        assert len(check(str(written(tmp_path, text, spans))).conflicts) == conflicts


def test_an_offence_that_was_none_then(tmp_path: Path) -> None:
    absent = "- {in_force_from: 2000-01-01, in_force_to: 2018-12-31, absent: not yet an offence}\n"
    path = written(tmp_path, versions=absent + "- {in_force_from: 2019-01-01, maximum: 5 years}")
    assert any(
        "which was no offence then (not yet an offence)" in line for line in check(str(path)).conflicts
    )


def test_a_missing_rate_is_said_and_not_guessed(tmp_path: Path) -> None:
    other = MATTER.replace("value: [50 XXX]", "value: [50 YYY]")
    found = check(str(written(tmp_path, other)))
    assert (found.faults, found.conflicts) == ((), ())
    assert [line.partition(": ")[2].partition(": ")[2] for line in found.missing] == [
        "100 XXX has no rate to YYY: the value in YYY is missing; add the amount, or a rate with its day and source",
        "50 YYY has no rate to XXX: the value in XXX is missing; add the amount, or a rate with its day and source",
    ]
    rate = "rates:\n  - {currency: XXX, to: YYY, date: 2019-05-02, rate: 2, source: press, mark: read}\n"
    assert check(str(written(tmp_path, other + rate))).missing == ()
    both = other.replace("value: [100 XXX]", "value: [100 XXX, 200 YYY]").replace(
        "[50 YYY]", "[50 YYY, 25 XXX]"
    )
    assert check(str(written(tmp_path, both))).missing == ()
    said = other.replace("value: [100 XXX]", "value: [], without_rate: [ZZZ]")
    assert any("the value in ZZZ is missing" in line for line in check(str(written(tmp_path, said))).missing)


def test_shipped_files_have_no_fault() -> None:
    for name in (*shipped_books(), *shipped_matters()):
        assert check(name).faults == (), name


@pytest.mark.parametrize("name", shipped_books())
def test_a_shipped_book_can_be_saved_corrected_and_checked(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text_of("law", name).replace("mark: memory", "mark: read", 1), encoding="utf-8")
    assert faults(path) == []


# Sequences of versions.

FIRST = date(2000, 1, 1)


@st.composite
def sequences(draw: st.DrawFn) -> tuple[list[Version], list[int]]:
    """Versions that follow each other day by day, some moved by some days, and the numbers of those."""
    lengths = draw(st.lists(st.integers(2, 4000), min_size=2, max_size=8))
    moves = draw(
        st.lists(st.sampled_from([0, 0, 0, -1, 1, -2, 2]), min_size=len(lengths), max_size=len(lengths))
    )
    versions, broken, begins = [], [], FIRST
    for number, (length, move) in enumerate(zip(lengths, moves, strict=True)):
        ends = begins + timedelta(days=length - 1)
        moved = begins + timedelta(days=move if number else 0)
        last = number == len(lengths) - 1
        versions.append(_version(exactly(min(moved, ends)), None if last else exactly(ends)))
        if number and min(moved, ends) != begins:
            broken.append(number)
        begins = ends + timedelta(days=1)
    return versions, broken


def _version(begins: Day, ends: Day | None) -> Version:
    return Version.model_validate(
        {"in_force_from": begins, "in_force_to": ends, "source": "act", "mark": "read"}
    )


def _provision(versions: list[Version]) -> Provision:
    return Provision.model_validate(
        {"name": "xx.1", "act": "A", "article": "1", "title": "T", "conduct": ["other"], "versions": versions}
    )


@given(sequences())
def test_exactly_the_broken_versions_are_reported(drawn: tuple[list[Version], list[int]]) -> None:
    versions, broken = drawn
    found = list(version_faults(_provision(versions), ("provisions", 0)))
    assert [where[3] for where, _ in found] == broken
    for (where, said), number in zip(found, broken, strict=True):
        assert where == ("provisions", 0, "versions", number, "in_force_from")
        ends = versions[number - 1].in_force_to
        assert ends is not None
        gap = versions[number].in_force_from.first > ends.last
        assert ("a gap" if gap else "overlap") in said


@given(sequences(), st.data())
def test_days_that_are_not_known_exactly_are_no_fault_where_they_can_fit(
    drawn: tuple[list[Version], list[int]], data: st.DataObject
) -> None:
    """Widening both days at a seam to a span that holds a fitting pair leaves no fault there."""
    versions, broken = drawn
    number = data.draw(st.integers(1, len(versions) - 1))
    earlier, later = versions[number - 1], versions[number]
    assert earlier.in_force_to is not None
    ends, begins = earlier.in_force_to.first, later.in_force_from.first
    span = Day(min(ends, begins), max(ends, begins) + timedelta(days=1))
    versions[number - 1] = earlier.model_copy(update={"in_force_to": span})
    versions[number] = later.model_copy(update={"in_force_from": span})
    found = [where[3] for where, _ in version_faults(_provision(versions), ("provisions", 0))]
    assert number not in found
    assert set(found) <= set(broken)
