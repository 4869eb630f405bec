"""The register: added to, never overwritten; wrong entries, personal keys and disclosures refused."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import StorageError, UsageError
from clew.proceedings.load import Law
from clew.proceedings.registry import chained
from clew.proceedings.registry.register import (
    add,
    correct,
    create,
    history,
    listed,
    open_register,
    overdue,
    verify,
    withdraw,
)
from proceedings import register_law
from proceedings.register_law import DAY, entry, sentenced


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Law:
    return register_law.law(tmp_path_factory.mktemp("law"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create(tmp_path / "register.jsonl")
    return tmp_path / "register.jsonl"


def put(path: Path, law: Law, *entries: dict[str, object]) -> list[str]:
    return [each.proceeding.id for each in add(path, law, entries, by="registry clerk", when=DAY)]


def refused(path: Path, law: Law, said: dict[str, object]) -> str:
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        put(path, law, said)
    assert path.read_bytes() == before, "something was written"
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_entries_are_added_corrected_and_withdrawn_and_all_stay_readable(path: Path, law: Law) -> None:
    assert put(path, law, entry(), entry(person=2), entry(id="mine", role="member")) == ["p1", "p2", "mine"]
    first = path.read_bytes()
    correct(
        path,
        law,
        "p1",
        {"next_date": "2018-04-02"},
        by="registry clerk",
        when=date(2021, 4, 1),
        why="A date was set.",
    )
    withdraw(path, "p2", by="registry clerk", when=date(2021, 5, 1), why="Entered twice.")
    register = open_register(path)
    assert path.read_bytes().startswith(first), "an entry was overwritten"
    assert [each.proceeding.id for each in register.standing] == ["p1", "mine"]
    assert str(register.one("p1").proceeding.next_date) == "2018-04-02"
    assert register.one("p1").corrections == 1
    assert register.one("p2").withdrawn == "Entered twice."
    assert [each["entry"] for each in history(register, "p1")] == ["added", "corrected"]
    assert register.one("mine").row()["entered"] == "2021-03-01"


def test_a_correction_takes_a_key_away_and_must_change_something(path: Path, law: Law) -> None:
    put(path, law, entry(next_date="2018-04-02"))
    after = correct(path, law, "p1", {"next_date": None}, by="clerk", when=DAY, why="The date was taken off.")
    assert after.proceeding.next_date is None
    for changes, said in (
        ({}, "found nothing"),
        ({"id": "p9"}, "which stays"),
        ({"role": "king"}, "expected 'operator'"),
    ):
        with pytest.raises(UsageError, match=said):
            correct(path, law, "p1", changes, by="clerk", when=DAY, why="No reason.")
    withdraw(path, "p1", by="clerk", when=DAY, why="Wrong.")
    with pytest.raises(UsageError, match="was withdrawn"):
        correct(path, law, "p1", {"role": "member"}, by="clerk", when=DAY, why="No reason.")
    with pytest.raises(UsageError, match="did you mean p1"):
        withdraw(path, "p11", by="clerk", when=DAY, why="Wrong.")


def test_a_register_does_not_take_the_place_of_a_file(path: Path) -> None:
    with pytest.raises(UsageError, match="expected no file yet"):
        create(path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"court": "zz.first-cort"},
         "court: expected a court of the books of law, found 'zz.first-cort'; did you mean zz.first-court?"),
        ({"offences": ["zz.act.9"]}, "did you mean zz.act"),
        ({"jurisdiction": "KR"}, "expected ZZ, to which zz.first-court belongs"),
        ({"status": "closed"}, "expected 'open', 'under appeal'"),
        ({"stage": "rumour"}, "expected 'indictment'"),
        ({"decided": "2018-01-01", "outcome": "convicted", "status": "final"},
         "decided: expected a day from 2018-03-05 on"),
        ({"next_date": "2017"}, "next_date: expected a day from 2018-03-05 on"),
        ({"acts_from": "2019", "acts_to": "2018"}, "acts_to: expected a day from 2019 on"),
        ({"acts_from": "2019"}, "opened: expected a day from 2019 on"),
        ({"decided": "2018-09-10"}, "expected outcome beside decided"),
        ({"outcome": "convicted"}, "expected decided beside outcome"),
        ({"status": "final"}, "expected an outcome where it is final"),
        ({"opened": "soon"}, "expected a day as in 2020-06-02"),
        ({"sentence": {"imprisonment": "2 years"}}, "expected a sentence only where"),
        ({"case_number": "unknown"}, "case_number: expected a text of the form"),
        ({"source": None}, "source: expected this key"),
        ({"source": {"kind": "rumour", "title": "Daily"}}, "'court record', 'press' or 'government'"),
        ({"source": {"kind": "press", "title": "=1+1"}}, "formula"),
        ({"colour": "red"}, "expected a known key, found 'colour'"),
        ({"note": "See John Smith of the second floor."}, "names nobody"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_refused_in_one_line(
    path: Path, law: Law, changes: dict[str, object], said: str
) -> None:
    assert said in refused(path, law, entry(**changes))


@pytest.mark.parametrize(
    "key", ["name", "age", "address", "nationality", "photo", "nickname", "email", "birth_date", "이름"]
)
def test_no_key_tells_who_somebody_is(path: Path, law: Law, key: str) -> None:
    said = refused(path, law, entry(**{key: "whatever"}))
    assert "tells who somebody is" in said
    assert "whatever" not in said


def test_no_key_below_tells_who_somebody_is(path: Path, law: Law) -> None:
    said = refused(path, law, entry(source={"kind": "press", "title": "Daily", "name": "whatever"}))
    assert "tells who somebody is" in said


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "disclosure order", "title": "Anything"},
        {"kind": "disclosure_order", "title": "Anything"},
        {"kind": "press", "title": "신상정보 공개·고지 명령"},
        {"kind": "government", "title": "성범죄자 알림e"},
        {"kind": "court record", "title": "Sex-offender disclosure, district 4"},
        {"kind": "government", "title": "Public notice", "where": "sex offender registry"},
        {"kind": "government", "title": "Registry of sex offenders"},
        {"kind": "court record", "title": "Order to disclose personal information"},
        {"kind": "court record", "title": "disclo\N{SOFT HYPHEN}sure order"},
        {"kind": "government", "title": "신상정보 열람"},
        {"kind": "government", "title": "신상\N{ZERO WIDTH SPACE}정보 공개"},
    ],
)
def test_a_disclosure_order_is_no_source(path: Path, law: Law, source: dict[str, str]) -> None:
    said = refused(path, law, entry(source=source))
    assert "is an offence in Korea" in said
    assert "judgment" in said


@pytest.mark.parametrize(
    "said",
    [
        {"source": {"kind": "press", "title": "State v. Somebody"}},
        {"source": {"kind": "press", "title": "Daily", "where": "R v Somebody"}},
        {"case_number": "US v Somebody 18-1"},
    ],
)
def test_a_case_is_not_cited_by_its_parties(path: Path, law: Law, said: dict[str, object]) -> None:
    assert "one party v. another" in refused(path, law, entry(**said))


def test_signs_without_form_hide_no_name_and_no_formula(path: Path, law: Law) -> None:
    title = "Report on John\N{ZERO WIDTH SPACE} Smith"
    assert "names nobody" in refused(path, law, entry(source={"kind": "press", "title": title}))
    title = "\N{FULLWIDTH EQUALS SIGN}1+1"
    assert "formula" in refused(path, law, entry(source={"kind": "press", "title": title}))


def test_who_enters_is_a_role_and_reasons_name_nobody(path: Path, law: Law) -> None:
    with pytest.raises(UsageError, match="by: expected a text that names nobody"):
        add(path, law, [entry()], by="John Smith", when=DAY)
    put(path, law, entry())
    with pytest.raises(UsageError, match="why: expected a text that names nobody"):
        withdraw(path, "p1", by="clerk", when=DAY, why="John Smith asked for it")
    with pytest.raises(UsageError, match="why: expected a text of up to"):
        withdraw(path, "p1", by="clerk", when=DAY, why=" ")


def test_the_same_proceeding_is_entered_once(path: Path, law: Law) -> None:
    put(path, law, entry(id="a"), entry(id="b", person=2))
    assert "found a with this court" in refused(path, law, entry(id="c"))
    assert "expected a new id" in refused(path, law, entry(id="a", case_number="2019-1"))
    with pytest.raises(UsageError, match="found a with this court"):
        correct(path, law, "b", {"person": None}, by="clerk", when=DAY, why="Counted anew.")
    withdraw(path, "a", by="clerk", when=DAY, why="Entered in another register.")
    assert put(path, law, entry(id="c")) == ["c"]


def test_all_entries_or_none(path: Path, law: Law) -> None:
    before = path.read_bytes()
    with pytest.raises(UsageError):
        put(path, law, entry(), entry(person=2, court="nowhere"))
    assert path.read_bytes() == before


def test_lists_by_status_jurisdiction_and_next_date(path: Path, law: Law) -> None:
    put(
        path,
        law,
        entry(id="late", next_date="2021-09-01"),
        entry(id="month", person=2, next_date="2021-06"),
        entry(id="none", person=3),
        sentenced("2 years", id="over", person=4),
        entry(id="early", person=5, next_date="2021-05-02"),
    )
    register = open_register(path)

    def ids(**asked: object) -> list[str]:
        return [each.proceeding.id for each in listed(register, **asked)]  # type: ignore[arg-type]

    assert ids() == ["early", "month", "late", "none", "over"]
    assert ids(status="final") == ["over"]
    assert ids(jurisdiction="KR") == []
    assert ids(next_before=date(2021, 6, 1)) == ["early"]
    assert ids(next_before=date(2021, 6, 2)) == ["early", "month"]
    late = [each.proceeding.id for each in overdue(register, date(2021, 6, 30))]
    assert late == ["early", "none"], "June is not over on its last day"
    assert [e.proceeding.id for e in overdue(register, date(2021, 7, 1))] == ["early", "month", "none"]


class TestChain:
    @pytest.fixture
    def lines(self, path: Path, law: Law) -> list[bytes]:
        put(path, law, entry(), entry(person=2), entry(person=3))
        return path.read_bytes().splitlines(keepends=True)

    def faults(self, path: Path, lines: list[bytes]) -> tuple[str, ...]:
        path.write_bytes(b"".join(lines))
        found = verify(path).faults
        if found:
            with pytest.raises(UsageError) as caught:
                open_register(path)
            assert str(caught.value).startswith(found[0])
        return found

    def test_a_whole_one_verifies(self, path: Path, lines: list[bytes]) -> None:
        found = verify(path)
        assert (found.entries, found.proceedings, found.withdrawn, found.faults) == (3, 3, 0, ())
        assert found.head == json.loads(lines[-1])["digest"] == open_register(path).head

    @pytest.mark.parametrize("line", [1, 2, 3, 4])
    def test_a_changed_entry_is_named(self, path: Path, lines: list[bytes], line: int) -> None:
        old = b'"version":1' if line == 1 else b"2018-03-05"
        lines[line - 1] = lines[line - 1].replace(old, b'"version":2' if line == 1 else b"2018-03-06")
        found = self.faults(path, lines)
        assert len(found) == 1
        assert found[0].startswith(f"{path}:{line}: ")
        assert "was changed" in found[0]

    @pytest.mark.parametrize("line", [1, 2, 3])
    def test_a_missing_entry_is_named(self, path: Path, lines: list[bytes], line: int) -> None:
        del lines[line - 1]
        found = self.faults(path, lines)
        assert found[0].startswith(f"{path}:{line}: expected entry {line}, found entry {line + 1}")
        assert "is missing" in found[0]

    def test_a_changed_entry_with_a_new_digest_breaks_the_next(self, path: Path, lines: list[bytes]) -> None:
        row = json.loads(lines[1])
        row["by"] = "somebody else"
        row["digest"] = chained.digest_of(row)
        lines[1] = json.dumps(row).encode() + b"\n"
        (found,) = self.faults(path, lines)
        assert found.startswith(f"{path}:3: expected the digest of entry 2")

    def test_missing_last_entries_are_found_by_a_digest_noted_elsewhere(
        self, path: Path, lines: list[bytes]
    ) -> None:
        head = json.loads(lines[-1])["digest"]
        assert not verify(path, head=head).faults
        path.write_bytes(b"".join(lines[:-1]))
        (found,) = verify(path, head=head).faults
        assert "noted earlier" in found

    @pytest.mark.parametrize("cut", [1, 10, 200])
    def test_a_torn_last_line_is_named(self, path: Path, lines: list[bytes], cut: int, law: Law) -> None:
        lines[-1] = lines[-1][:-cut]
        (found,) = self.faults(path, lines)
        assert found.startswith(f"{path}:4: expected a whole last line")
        with pytest.raises(UsageError, match="torn"):
            put(path, law, entry(person=9))

    def test_a_repeated_entry_is_named(self, path: Path, lines: list[bytes]) -> None:
        assert "found entry 3 again" in self.faults(path, [*lines[:3], lines[2], lines[3]])[0]

    def test_other_files_are_none(self, path: Path, tmp_path: Path) -> None:
        path.write_text("hello\n")
        assert "expected an entry" in verify(path).faults[0]
        path.write_text("")
        with pytest.raises(UsageError, match="expected a register"):
            open_register(path)
        with pytest.raises(UsageError, match="readable"):
            open_register(tmp_path)

    def test_an_entry_that_no_version_wrote_is_named(self, path: Path) -> None:
        with chained.locked(path):
            chained.append(path, [{"entry": "added", "by": "clerk", "when": "2021-01-01", "proceeding": {}}])
        with pytest.raises(UsageError, match=r":2: expected an entry of this version"):
            open_register(path)


def test_many_writers_lose_nothing(path: Path, law: Law) -> None:
    def write(number: int) -> None:
        for each in range(5):
            put(path, law, entry(person=100 * number + each + 1))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(path)
    assert (found.proceedings, found.faults) == (20, ())


def test_who_waits_too_long_is_told(path: Path, law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chained, "PATIENCE", 0.05)
    with chained.locked(path), pytest.raises(StorageError, match="wait for it"):
        put(path, law, entry())


def test_a_write_that_fails_leaves_the_old_file(
    path: Path, law: Law, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(chained.os, "replace", full)
    with pytest.raises(StorageError, match="No space left"):
        put(path, law, entry())
    assert path.read_bytes() == before
    assert not list(path.parent.glob(f".{path.name}.*[!k]")), "a part was left"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, law: Law) -> bytes:
    """The bytes of a register of three entries, a correction and a withdrawal."""
    path = tmp_path_factory.mktemp("whole") / "register.jsonl"
    create(path)
    put(path, law, entry(note="보류 중"), entry(person=2))
    correct(path, law, "p1", {"next_date": "2018-04"}, by="clerk", when=DAY, why="A date was set.")
    withdraw(path, "p2", by="clerk", when=DAY, why="Entered twice.")
    return path.read_bytes()


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_byte_that_is_changed_anywhere_is_found(
    whole: bytes, tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.jsonl"
    place %= len(whole)
    changed = bytearray(whole)
    changed[place] = byte
    path.write_bytes(changed)
    assert bool(verify(path).faults) == (bytes(changed) != whole)


@given(cut=st.integers(1, 10_000))
def test_an_end_that_is_missing_is_found_by_a_digest_noted_before(
    whole: bytes, tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.jsonl"
    path.write_bytes(whole)
    head = verify(path).head
    assert not verify(path, head=head).faults
    path.write_bytes(whole[: -(cut % (len(whole) - 1) + 1)])
    assert verify(path, head=head).faults
