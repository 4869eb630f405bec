"""The register as CSV: what goes out comes in again, and faults name the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.errors import UsageError
from clew.proceedings.load import Law
from clew.proceedings.registry.register import add, create, open_register
from clew.proceedings.registry.table import WRITTEN, flat, import_csv, to_csv
from proceedings import register_law
from proceedings.register_law import DAY, entry, sentenced

HEADER = "jurisdiction,court,case_number,role,stage,offences,status,opened,source_kind,source_title"
ROW = "ZZ,zz.first-court,2018-77,member,indictment,zz.act.1;zz.act.2,open,2018,press,Daily report"


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Law:
    return register_law.law(tmp_path_factory.mktemp("law"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create(tmp_path / "register.jsonl")
    return tmp_path / "register.jsonl"


def test_what_goes_out_comes_in_again(path: Path, law: Law, tmp_path: Path) -> None:
    full = sentenced(
        "18 months",
        acts_from="2015-06",
        acts_to="2018-03-02",
        sentence={"imprisonment": "18 months", "fine": "5,000,000 KRW", "other": ["a ban", "a course"]},
        note="Both sides may appeal.",
    )
    add(path, law, [full, entry(person=2)], by="clerk", when=DAY)
    text = to_csv(open_register(path).standing)
    (tmp_path / "out.csv").write_text(text, "utf-8")
    create(tmp_path / "other.jsonl")
    import_csv(tmp_path / "other.jsonl", law, tmp_path / "out.csv", by="clerk", when=DAY)
    again = open_register(tmp_path / "other.jsonl").standing
    assert [each.proceeding for each in again] == [e.proceeding for e in open_register(path).standing]
    assert tuple(text.splitlines()[0].split(",")) == WRITTEN
    assert flat(again[0])["fine"] == "5,000,000 KRW"
    assert flat(again[1])["decided"] == ""


def test_rows_with_and_without_a_mark_of_order_are_read(path: Path, law: Law, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(f"\N{BOM}{HEADER}\r\n\r\n{ROW}\r\n".encode())
    (new,) = import_csv(path, law, file, by="clerk", when=DAY)
    assert new.proceeding.offences == ["zz.act.1", "zz.act.2"]
    assert str(new.proceeding.opened) == "2018"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEADER}\n{ROW}\n\n{ROW.replace('zz.first-court', 'zz.frst-court')}\n",
         "in.csv:4: court: expected a court"),
        (f"{HEADER}\n{ROW.replace('member', 'king')}\n", "in.csv:2: role: expected 'operator'"),
        (f"{HEADER}\n{ROW}\n{ROW}\n", "in.csv:3: case_number: expected a proceeding that is not entered yet"),
        (f"{HEADER}\n{ROW},extra\n", "in.csv:2: expected 10 cells"),
        (f"{HEADER},name\n{ROW},x\n", "in.csv:1: expected columns of the register, found 'name', which"),
        (f"{HEADER},stat\n{ROW},x\n",
         "in.csv:1: expected columns of the register, found 'stat'; did you mean status?"),
        (f"{HEADER},role\n{ROW},x\n", "in.csv:1: expected each column once"),
        ("court\nzz.first-court\n", "in.csv:1: expected the column jurisdiction"),
        (f'{HEADER}\n"{ROW}\n', "in.csv:2: expected a row of CSV"),
        (f"{HEADER}\n{ROW.replace('Daily report', '신상정보 공개명령')}\n",
         "in.csv:2: source.title: expected a court record"),
        (f"{HEADER}\n{ROW.replace('2018,press', ',press')}\n", "in.csv:2: opened: expected this key"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_nothing_is_entered(
    path: Path, law: Law, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "in.csv").write_text(text, "utf-8")
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        import_csv(path, law, tmp_path / "in.csv", by="clerk", when=DAY)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


def test_other_bytes_and_missing_files_are_refused(path: Path, law: Law, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        import_csv(path, law, tmp_path / "in.csv", by="clerk", when=DAY)
    with pytest.raises(UsageError, match="readable"):
        import_csv(path, law, tmp_path / "none.csv", by="clerk", when=DAY)
