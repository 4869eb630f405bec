"""Tables of tags whose columns the user names, and lists of addresses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clew.bitcoin.networks import NETWORKS
from clew.errors import UsageError
from clew.interop.packs import find, read
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.reference.tags import BAD_FILE, BAD_ROW, DUPLICATE, MISTYPED, Pack
from naive.chain import address_of

A, B = address_of("a"), address_of("b")
MAPPED = {"address": "Wallet", "label": "Name"}


def one(path: Path, form: Form = Form()) -> Pack:  # noqa: B008
    (found,) = read([path], Subjects(NETWORKS["regtest"]), form)
    return found


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_columns_are_mapped(tmp_path: Path, delimiter: str) -> None:
    rows = (("Name", "Wallet", "What"), ("Ä shop", A, "exchange"), ("Other", f" {B} ", ""))
    path = written(tmp_path / "t.csv", "\r\n".join(delimiter.join(row) for row in rows))
    form = Form({**MAPPED, "category": "what"}, {"source": "me", "confidence": "ownership"})
    found = one(path, form)
    assert found.findings == ()
    assert [(each.label, each.category, each.source, each.confidence, each.line) for each in found.tags] == [
        ("Ä shop", "exchange", "me", "ownership", 2),
        ("Other", None, "me", "ownership", 3),
    ]


def test_columns_that_bear_the_names_of_fields_need_no_mapping(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", f"address,label,source,concepts\n{A},x,y,hot_wallet;exchange\n")
    assert one(path).tags[0].concepts == ("hot_wallet", "exchange")


@pytest.mark.parametrize(("encoding", "name"), [("cp1252", None), ("cp1252", "cp1252"), ("utf-16", "utf-16")])
def test_encodings(tmp_path: Path, encoding: str, name: str | None) -> None:
    path = written(tmp_path / "t.csv", f"Wallet,Name\n{A},Café €\n", encoding)
    assert one(path, Form(MAPPED, {"source": "me"}, encoding=name)).tags[0].label == "Café €"


def test_lines_are_those_on_which_rows_begin(tmp_path: Path) -> None:
    text = f'Wallet,Name\n\n{A},"two\nlines"\n{A},"two\nlines"\nnonsense,x\n,x\n{B},\n{B},y,more\n'
    found = one(written(tmp_path / "t.csv", text), Form(MAPPED, {"source": "me"}))
    assert [(each.line, each.kind) for each in found.findings] == [
        (5, DUPLICATE), (7, MISTYPED), (8, BAD_ROW), (9, BAD_ROW),
    ]  # fmt: skip
    assert [(each.line, each.label) for each in found.tags] == [(3, "two\nlines"), (10, "y")]


def test_a_bad_value_is_told_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", f"address,label,source,confidence\n{A},x,y,sure\n{B},x,y,ownership\n")
    found = one(path)
    assert [(each.line, each.kind) for each in found.findings] == [(2, BAD_ROW)]
    assert "unknown confidence 'sure'" in found.findings[0].text
    assert len(found.tags) == 1


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (Form(), "no column named address among 'Wallet', 'Name'; give --map address=COLUMN"),
        (Form({"address": "Purse"}), "expected one column 'Purse' for address, found 0"),
        (Form({"label": "Name"}), "no column named address"),
    ],
)
def test_columns_that_are_not_there(tmp_path: Path, form: Form, text: str) -> None:
    found = one(written(tmp_path / "t.csv", f"Wallet,Name\n{A},x\n"), form)
    assert [(each.line, each.kind) for each in found.findings] == [(1, BAD_FILE)]
    assert text in found.findings[0].text


def test_a_form_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown field 'adress'; is address meant"):
        Form({"adress": "x"})
    with pytest.raises(UsageError, match="--delimiter"):
        Form(delimiter="::")
    with pytest.raises(UsageError, match="--set category: unknown concept"):
        one(written(tmp_path / "t.csv", "address\n"), Form(constants={"category": "zzz"}))


def test_a_table_of_words_is_a_vocabulary(tmp_path: Path) -> None:
    text = 'id;label;broader;definition\n" ""kiosk"" ";" ""Kiosk"" ";shop;x\n;none;;\nkiosk;again;;\n'
    found = one(written(tmp_path / "t.csv", text))
    assert found.format == "vocabulary"
    assert [(each.id, each.label, each.broader) for each in found.concepts] == [("kiosk", "Kiosk", "shop")]
    assert [(each.line, each.kind) for each in found.findings] == [(3, BAD_ROW), (4, DUPLICATE)]


def test_the_ofac_list(tmp_path: Path) -> None:
    path = tmp_path / "ofac-sdn-xbt-2025-12-04.json"
    path.write_text(json.dumps([A, "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "nonsense", B, 3], indent=1))
    found = one(path)
    assert [(each.subject, each.line, each.abuse, each.confidence, each.lastmod) for each in found.tags] == [
        (A, 2, "sanction", "authority_data", "2025-12-04"),
        (B, 5, "sanction", "authority_data", "2025-12-04"),
    ]
    assert {each.actor for each in found.tags} == {None}
    assert [(each.line, each.kind) for each in found.findings] == [
        (3, "other network"), (4, MISTYPED), (6, BAD_ROW),
    ]  # fmt: skip
    assert found.other_networks == {"unknown": 1}


def test_the_treasurys_own_forms(tmp_path: Path) -> None:
    remark = (
        f"DOB 1 Jan 1990; Digital Currency Address - XBT {A}; alt. Digital Currency Address - ETH 0x"
        + "ab" * 20
    )
    row = f'9,"DOE, Jane","individual","CYBER2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"{remark}."\r\n'
    found = one(written(tmp_path / "sdn.csv", row + row.replace(A, B) + "\x1a\r\n"))
    assert [(each.subject, each.label, each.context, each.line) for each in found.tags] == [
        (A, "DOE, Jane", "program: CYBER2", 1), (B, "DOE, Jane", "program: CYBER2", 2),
    ]  # fmt: skip
    assert (found.other_networks, found.format) == ({"ETH": 2}, "ofac")
    text = f"DOE, Jane (individual)\n [CYBER2]\n Digital Currency\n Address - XBT {A}; nationality Nowhere\n"
    plain = one(written(tmp_path / "sdnlist.txt", text))
    assert [(each.subject, each.line) for each in plain.tags] == [(A, 3)]


def test_any_list_of_addresses_with_what_is_said_of_them(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps([A]))
    assert "give --set label=TEXT" in one(path).findings[0].text
    found = one(path, Form(constants={"label": "x", "source": "y"}))
    assert [(each.label, each.abuse) for each in found.tags] == [("x", None)]
    for text, reason in (("{", "not readable as JSON"), ("{}", "expected a JSON list"), ("[" * 9999, "JSON")):
        path.write_text(text)
        assert reason in one(path).findings[0].text


def test_files_are_found_by_name(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "sub/c.csv", "notes.md", ".git/d.yaml", "x.JSON"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    inside = [each.relative_to(tmp_path).as_posix() for each in find([tmp_path, tmp_path / "b.yaml"])]
    assert inside == ["a.yml", "b.yaml", "sub/c.csv", "x.JSON"]
    for paths, said in (([tmp_path / "none"], "no such file"), ([tmp_path / ".git"], "found none")):
        (tmp_path / ".git" / "d.yaml").unlink(missing_ok=True)
        with pytest.raises(UsageError, match=said):
            find(paths)
