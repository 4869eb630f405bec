"""Bad input in matters: what cannot be is a fault, what may be is shown, what is missing is said."""

from pathlib import Path

import pytest

from clew.errors import UsageError
from clew.proceedings.load import Read, check, load_matter
from proceedings.faults import LINE, faults
from proceedings.whole import MATTER, written

KNOWN = "- {in_force_from: 2000-01-01, in_force_to: 2009-12-31, maximum: 5 years}\n"


def test_the_whole_matter_is_good(tmp_path: Path) -> None:
    assert check(str(written(tmp_path))) == Read(
        str(tmp_path / "whole.yaml"), matter=load_matter(str(tmp_path / "whole.yaml"))[0]
    )


WRONG = [
    (
        "court: xx.court",
        "court: xx.courd",
        "xx.courd",
        "the name of a court or authority, found 'xx.courd'; did you mean xx.court?",
    ),
    (
        "opened: 2019-05-09",
        "opened: 2019-04-01",
        "appealed",
        "from 2019-05-02 on, when charged in the instance below was decided",
    ),
    ("instance: appeal", "instance: first", "appealed", "an instance above first, that of charged"),
    (
        "opened: 2018-08-01, decided: 2019-05-02",
        "opened: 2019-08-01, decided: 2019-05-02",
        "2019-08-01",
        "when it was opened",
    ),
    ("ends: 2018-03-04", "ends: 2014", "ends: 2014", "when the episode begins"),
    (
        "charges: [count-1], date: 2019-05-02",
        "charges: [count-1], date: 2014-05-02",
        "2014-05-02",
        "when the acts of count-1 begin",
    ),
    ("date: 2019-05-02, result", "date: 2018-05-02, result", "2018-05-02", "when charged was opened"),
    ("when: 2020-07-06", "when: 2018-07-06", "2018-07-06", "when the request was made"),
    ("put_to_court: [count-1]", "put_to_court: [count-3]", "count-3", "among charges, found 'count-3'"),
    (", confined_by: the ministry", "", "proceeding: asked, charges", "who confined the request"),
    ("ground: ground.yy.1", "ground: ground.yy.2", "ground.yy.2", "did you mean ground.yy.1?"),
    (
        "name: count-2, person: person-1",
        "name: count-2, person: person-2",
        "count-2, p",
        "person-1, whose proceeding it is",
    ),
    ("read: 2023-05-01", "read: 2025-05-01", "2025-05-01", "up to 2024-01-01, the file's as_of"),
    ("name: count-2,", "name: count-1,", "number: 2", "each name once, found 'count-1' again"),
    ("fine: 500 XXX", "fine: 500", "judged", "an amount and its currency"),
    ("role: payer", "role: victim", "victim", "take one of them"),
    ("role: payer", "rolle: payer", "rolle", "did you mean role?"),
    ("source: press, mark: memory", "source: own, mark: read", "own, mark", "name the source that was read"),
    (
        "books: [xx.yaml, yy.yaml]",
        "books: [xx.yaml, yy.yaml]\nnames: [A]",
        "names:",
        "found 'names'; did you mean",
    ),
]


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
    assert LINE.fullmatch(line)
    assert line.startswith(f"{path}:5: books.0: expected a book that comes with clew, or a file")
    assert "a file beside this one, found 'zz.yaml'" in line


CONFLICTS = [
    (
        "imprisonment: 18 months",
        "imprisonment: 6 years",
        "6 years was imposed, the maximum of the counts together is 5 years",
    ),
    ("imprisonment: 18 months", "imprisonment: life", "life was imposed"),
    ("imprisonment: 18 months", "asked: 61 months", "61 months was asked for"),
    (
        "fine: 500 XXX",
        "fine: 1001 XXX",
        "a fine of 1,001 XXX was imposed, the maximum of the counts together is 1,000 XXX",
    ),
    ("by: yy.court, when", "by: yy.upper, when", "on which, as entered, yy.court decides"),
    (
        "requested: KR",
        "requested: GB",
        "GB is asked under yy.extradition, which, as entered, is for requests to KR",
    ),
    (
        "begins: 2015-06, ends: 2018-03-04",
        "begins: 1995, ends: 1996",
        "of which nothing is entered before 2000-01-01",
    ),
]


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
    todo = "add the amount, or a rate with its day and source"
    assert [line.partition(": ")[2].partition(": ")[2] for line in found.missing] == [
        f"100 XXX has no rate to YYY: the value in YYY is missing; {todo}",
        f"50 YYY has no rate to XXX: the value in XXX is missing; {todo}",
    ]
    rate = "rates:\n  - {currency: XXX, to: YYY, date: 2019-05-02, rate: 2, source: press, mark: read}\n"
    assert check(str(written(tmp_path, other + rate))).missing == ()
    both = other.replace("value: [100 XXX]", "value: [100 XXX, 200 YYY]").replace(
        "[50 YYY]", "[50 YYY, 25 XXX]"
    )
    assert check(str(written(tmp_path, both))).missing == ()
    said = other.replace("value: [100 XXX]", "value: [], without_rate: [ZZZ]")
    assert any("the value in ZZZ is missing" in line for line in check(str(written(tmp_path, said))).missing)
