"""Bad input in books of law: each fault is one line with file, line and what to do."""

import re
from pathlib import Path

import pytest

from clew.errors import UsageError
from clew.proceedings.load import check, load_law, shipped_books, shipped_matters, text_of
from proceedings.faults import faults, the_fault
from proceedings.lawbook import book

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
        "- {in_force_from: 2000-01-01, in_force_to: 2009-12-31, fine: 5 XXX}\n"
        "- {in_force_from: 2010-01-01, fine: 6 YYY}",
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
    (
        f"entries:\n          {LISTED}\n"
        "          - {offence: xx.1, in_force_from: 2005, source: act, mark: read}",
        "2005",
        "expected xx.1 in one entry at a time",
    ),
    (
        "entries:\n          - {maximum_at_least: 3 years, in_force_from: 2000, in_force_to: 2003-05-01,"
        " source: act, mark: read}\n"
        "          - {maximum_at_least: 3 years, in_force_from: 2003-05-01, source: act, mark: read}",
        "in_force_from: 2003-05-01",
        "the threshold of 3 years in one entry at a time",
    ),
    (
        f"all_offences: true\n        entries:\n          {LISTED}",
        "entries:",
        "no entries where all offences count",
    ),
    ("all_offences: false", "name: xx.list", "expected entries, or all_offences: true"),
    (
        "entries:\n          - {offence: xx.1, in_force_from: 1990, in_force_to: 1995,"
        " source: act, mark: read}",
        "1995",
        "with a version in the time in which it is listed",
    ),
    (
        "entries:\n          - {in_force_from: 2000, source: act, mark: read}",
        "- {in_force_from: 2000, s",
        "either offence or maximum_at_least",
    ),
    (
        "entries:\n          - {offence: xx.9, in_force_from: 2000, source: act, mark: read}",
        "xx.9",
        "the name of a provision, found 'xx.9'; did you mean xx.1?",
    ),
]


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
    (
        "general: [{maximum_at_least: 5 years, term: 7 years}, {maximum_at_least: 10 years, term: 10 years},"
        " {term: 5 years}]",
        "in the order of falling maxima",
    ),
    (
        "general: [{maximum_at_least: 10 years, term: 7 years}, {maximum_at_least: 5 years, term: 10 years},"
        " {term: 5 years}]",
        "at most 7 years as for the heavier offences",
    ),
    (
        "general: [{term: 5 years}, {maximum_at_least: 5 years, term: 3 years}, {term: 1 year}]",
        "nothing after the line for all others",
    ),
    ("general: [{maximum_at_least: 5 years, term: 7 years}]", "a last line for all other offences"),
    ("rules: [xx.rule]", "expected a table (general) or one term for all"),
]


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
    (
        "several: {method: heaviest times factor, factor: 1.5, cap: 30 years, cap_aggravated: 20 years}",
        "at least the cap",
    ),
    ("milder: {applies: perhaps, rule: xx.rule}", "'yes', 'no' or 'undetermined'"),
    ('milder: {applies: "yes", rule: xx.ruel}', "did you mean xx.rule?"),
    ("courts:\n      - {name: xx.c, title: C, level: first, source: axt, mark: read}", "did you mean act?"),
    (
        "courts:\n      - {name: xx.c, title: C, level: first, source: act, mark: read, unverified: [levle]}",
        "did you mean level?",
    ),
    (
        "courts:\n      - {name: xx.c, title: C, level: first, source: act, mark: sure}",
        "'read', 'memory' or 'inferred'",
    ),
]


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
    (
        "in_force_from: 2000-01-01\n        dual",
        "in_force_from: 2000-01-01\n        in_force_to: 1999-01-01\n        dual",
        "from 2000-01-01 on",
    ),
    ("        specialty: xx.rule\n", "", "the rule of specialty in this regime"),
    ("[xx.court]", "[xx.court, xx.court]", "each court or authority once"),
    ("[xx.court]", "[xx.curt]", "did you mean xx.court?"),
    ("[xx.court]", "[]", "at least 1 item"),
    ("kind: mandatory", "kind: certain", "'mandatory' or 'discretionary'"),
    ("requested: [KR]", "requested: [KR]\n        prevails_over: [xx.extradition]", "other acts or treaties"),
]


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
    with pytest.raises(UsageError, match=r"expected names that no other book has, found 'xx\.1'"):
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
        UsageError, match=r"a shipped name or a path ending in \.yaml, found 'kro'; did you mean kr\?"
    ):
        check("kro")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: Gesetz über".encode("latin-1"))
    with pytest.raises(UsageError, match="expected UTF-8 text"):
        check(str(latin))


def test_shipped_files_have_no_fault() -> None:
    for name in (*shipped_books(), *shipped_matters()):
        assert check(name).faults == (), name


@pytest.mark.parametrize("name", shipped_books())
def test_a_shipped_book_can_be_saved_corrected_and_checked(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text_of("law", name).replace("mark: memory", "mark: read", 1), encoding="utf-8")
    assert faults(path) == []
