from __future__ import annotations

import pytest

from clew.cli.sheet import Column, Sheet, Table, amount, count, identity, printable, show_json

HASH = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"


def sheet() -> Sheet:
    made = Sheet()
    made.line("first")
    made.table(
        (count("block"), identity("txid"), amount("value"), Column("from")),
        [("170", HASH, "10.00000000", ["a1", "b2"]), ("9", HASH, "-0.00000001", [])],
    )
    return made


def test_a_pipe_gets_aligned_columns_and_whole_hashes() -> None:
    lines = list(sheet().text())
    assert lines == [
        "first",
        f"block  {'txid'.ljust(64)}  value (BTC)  from",
        f"  170  {HASH}  10.00000000  a1, b2",
        f"    9  {HASH}  -0.00000001  -",
    ]


def test_a_table_without_rows_is_left_out() -> None:
    made = Sheet()
    made.table((count("block"),), [])
    assert made.parts == []


def test_a_row_must_have_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError):
        list(Table((count("a"), count("b")), [("1",)]).lines())


def test_facts_are_aligned_and_what_is_absent_is_marked() -> None:
    made = Sheet()
    made.facts([("a", "1"), ("longer", "")])
    assert list(made.text()) == ["a       1", "longer  -"]


def test_nothing_can_move_the_cursor() -> None:
    assert printable("plain é 한글") == "plain é 한글"
    assert printable("\x1b[2Jx\ny\udc80") == "\\x1b[2Jx\\ny\\udc80"
    made = Sheet()
    made.line("a\rb")
    made.table((Column("c"),), [("\x1b]0;x\x07",)])
    assert list(made.text()) == ["a\\rb", "c", "\\x1b]0;x\\x07"]


def test_json_is_one_line_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"a": [1, None], "b": "한"})
    assert capsys.readouterr().out == '{"a":[1,null],"b":"\\ud55c"}\n'
