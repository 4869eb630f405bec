"""Questions to a ledger of the main network's first 300 blocks, as people and programs see them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clew.analysis.answer import NOTICE
from cli.process import PROGRAM, Run, of_json, surroundings
from naive.chain import Chain, address_of, pay
from naive.ledger import build_ledger
from naive.tags import UNTAGGED

PAYER = "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"
PAID = "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3"
PAYMENT = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
BLOCK_170 = "00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee"
MINER_ONLY = "1HLoD9E4SDFFPDiYfNYnkBLQ85Y51J3Zb1"
ESCAPE = "\x1b["

PAGES = [
    ("status",),
    ("digest",),
    ("block", "170"),
    ("tx", PAYMENT),
    ("address", PAYER),
    ("entity", PAYER),
    ("entities",),
    ("payments", PAID),
    ("proceeds", PAYER),
    ("outflows", PAYER),
]
TABLES = [page for page in PAGES if page[0] != "digest"]
ABOUT_ENTITIES = [
    page for page in PAGES if page[0] in {"address", "entity", "payments", "proceeds", "outflows"}
]


def test_the_first_payment_between_two_people(inside: Run, early_chain: Path) -> None:
    ended = inside("payments", PAID, "--ledger", early_chain)
    assert (ended.code, ended.err) == (0, "")
    row = next(line for line in ended.out.splitlines() if PAYMENT in line)
    assert row.split() == [
        "170", "2009-01-12", "03:30:25", "2009-01-11", "23:24:05", "10.00000000", "-", PAYMENT,
        f"0:{PAID}", "9", PAYER,
    ]  # fmt: skip
    assert "block time (UTC)" in ended.out


def test_the_first_payment_as_json(inside: Run, early_chain: Path) -> None:
    ended = inside("payments", PAID, "--json", "--ledger", early_chain)
    found = of_json(ended.out)
    assert ended.out.count("\n") == 1
    assert found["payments"] == [
        {
            "txid": PAYMENT, "height": 170, "time": 1231731025, "median_time": 1231716245,
            "value": 1_000_000_000, "mixed": False, "coinbase": False, "coinjoin": False,
            "coinjoin_rule": None,
            "outputs": [{"vout": 0, "address": PAID, "value": 1_000_000_000}],
            "payers": [{"entity": 9, "size": 1, "addresses": [PAYER], **UNTAGGED}],
        }
    ]  # fmt: skip
    assert (found["status"], found["shown"], found["found"]) == ("complete", 1, 1)


@pytest.mark.parametrize("page", ABOUT_ENTITIES, ids=lambda page: page[0])
def test_the_first_line_about_an_entity_is_its_lower_bound(
    inside: Run, early_chain: Path, page: tuple[str, ...]
) -> None:
    assert inside(*page, "--ledger", early_chain).out.splitlines()[0] == "lower bound: 1 address"


def test_several_entities_are_counted_together(inside: Run, early_chain: Path) -> None:
    lines = inside("outflows", PAID, PAYER, "--ledger", early_chain).out.splitlines()
    assert lines[:3] == [
        "2 entities that no rule joins, taken together because you named them; lower bound: 2 addresses",
        f"entity 9: 1 address, the first of them {PAYER}",
        f"entity 171: 1 address, the first of them {PAID}",
    ]


@pytest.mark.parametrize("question", ["payments", "proceeds", "outflows"])
def test_a_payment_between_those_asked_about_is_told(inside: Run, early_chain: Path, question: str) -> None:
    found = of_json(inside(question, PAID, PAYER, "--json", "--ledger", early_chain).out)
    assert found["between"] == {"payments": 1, "value": 1_000_000_000}
    said = "1 payment (10.00000000 BTC) between them is not counted; ask about each alone to see it."
    assert said in found["caveats"][0]
    assert said in inside(question, PAID, PAYER, "--ledger", early_chain).out


@pytest.mark.parametrize("question", ["payments", "proceeds", "outflows"])
def test_what_a_payment_does_not_show_stands_below(inside: Run, early_chain: Path, question: str) -> None:
    for address in (PAID, PAYER):
        assert NOTICE in inside(question, address, "--ledger", early_chain).out.splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page[0])
def test_json_is_one_object_and_nothing_else(inside: Run, early_chain: Path, page: tuple[str, ...]) -> None:
    ended = inside(*page, "--json", "--ledger", early_chain)
    assert (ended.code, ended.err) == (0, "")
    found = of_json(ended.out)
    assert found["question"] == page[0]
    assert (found["network"], found["tip"]["height"]) == ("main", 299)
    assert re.fullmatch("[0-9a-f]{64}", found["snapshot"])


@pytest.mark.parametrize("page", TABLES, ids=lambda page: page[0])
def test_a_pipe_gets_no_colours_and_whole_hashes(
    inside: Run, early_chain: Path, page: tuple[str, ...]
) -> None:
    plain = inside(*page, "--ledger", early_chain, env={"COLUMNS": "20", "FORCE_COLOR": "1"}).out
    assert ESCAPE not in plain
    assert "…" not in plain
    for text in identities(of_json(inside(*page, "--json", "--ledger", early_chain).out)):
        assert text in plain


def identities(value: Any) -> set[str]:
    """Every hash and address in an answer."""
    if isinstance(value, dict):
        return {text for key, each in value.items() if key != "parameters" for text in identities(each)}
    if isinstance(value, list):
        return {text for each in value for text in identities(each)}
    looks = isinstance(value, str) and re.fullmatch("[0-9a-f]{64}|1[0-9A-Za-z]{25,34}", value)
    return {value} if looks and len(value.strip("0")) > 24 else set()


@pytest.mark.parametrize("columns", [40, 300])
@pytest.mark.parametrize("page", TABLES, ids=lambda page: page[0])
def test_a_terminal_of_any_width_shows_whole_hashes(
    inside: Run, terminal: Run, early_chain: Path, page: tuple[str, ...], columns: int
) -> None:
    shown = terminal(*page, "--ledger", early_chain, columns=columns)
    assert shown.code == 0
    assert "…" not in shown.out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.out)
    for text in identities(of_json(inside(*page, "--json", "--ledger", early_chain).out)):
        assert text in plain


def test_a_digest_is_one_line(inside: Run, early_chain: Path) -> None:
    assert re.fullmatch("[0-9a-f]{64}\n", inside("digest", "--ledger", early_chain).out)


def test_a_terminal_gets_colours_unless_they_are_unwanted(terminal: Run, early_chain: Path) -> None:
    page = ("payments", PAID, "--ledger", early_chain)
    assert ESCAPE in terminal(*page).out
    plain = terminal(*page, env={"NO_COLOR": "1"}).out
    assert not re.search(r"\x1b\[3[0-9]", plain)
    assert ESCAPE not in terminal(*page, env={"NO_COLOR": "1", "TERM": "dumb"}).out


def test_a_terminal_gets_json_in_lines(terminal: Run, early_chain: Path) -> None:
    shown = terminal("digest", "--json", "--ledger", early_chain).out
    assert shown.startswith('{\n  "question": "digest",\n')
    assert ESCAPE not in shown


def test_another_time_zone(inside: Run, early_chain: Path) -> None:
    out = inside("tx", PAYMENT, "--tz", "Asia/Seoul", "--ledger", early_chain).out
    assert "block time (Asia/Seoul)  2009-01-12 12:30:25 +0900" in out
    months = of_json(inside("proceeds", PAYER, "--tz", "Asia/Seoul", "--json", "--ledger", early_chain).out)[
        "parameters"
    ]
    assert months["tz"] == "Asia/Seoul"


@pytest.mark.parametrize("page", TABLES, ids=lambda page: page[0])
def test_the_rules_are_named(inside: Run, early_chain: Path, page: tuple[str, ...]) -> None:
    out = inside(*page, "--ledger", early_chain).out
    assert re.search(r"^rules +(strict: )?multi_input 1, same_key 1, coinjoin 1$", out, re.MULTILINE)


def test_the_paying_entities_are_not_said_to_be_people(inside: Run, early_chain: Path) -> None:
    out = inside("payments", PAID, "--ledger", early_chain).out
    assert "paying entities  1 (not a number of people)" in out.splitlines()
    assert "paying entities  0" in inside("payments", MINER_ONLY, "--ledger", early_chain).out.splitlines()


def test_a_terminal_breaks_sentences_between_words(inside: Run, terminal: Run, early_chain: Path) -> None:
    page = ("payments", PAID, "--ledger", early_chain)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", terminal(*page, columns=60).out)
    words = " ".join(line.strip() for line in shown.splitlines())
    sentences = [line for line in inside(*page).out.splitlines() if line.startswith(("caveat: ", "error "))]
    assert len(sentences) == 4
    assert all(sentence in words for sentence in sentences)
    assert not any(sentence in shown for sentence in sentences)


def test_cut_says_how_much_is_missing(inside: Run, early_chain: Path) -> None:
    cut = inside("entities", "--limit", "2", "--ledger", early_chain).out
    assert "entities: cut: 2 of 307 shown; --limit 0 shows all" in cut.splitlines()
    whole = inside("entities", "--limit", "0", "--ledger", early_chain).out
    assert "cut:" not in whole
    assert len(whole.splitlines()) > 307


def test_pages_follow_each_other(inside: Run, early_chain: Path) -> None:
    def page(*paging: object) -> Any:
        return of_json(inside("outflows", PAYER, "--json", *paging, "--ledger", early_chain).out)

    whole = page()
    first, second = page("--limit", 3), page("--limit", 3, "--offset", 3)
    assert first["outflows"] + second["outflows"] == whole["outflows"]
    assert (first["status"], first["shown"], first["found"]) == ("cut", 3, 5)
    assert first["total"] == second["total"] == whole["total"]


def test_a_part_of_a_list_is_told_by_its_rows(inside: Run, early_chain: Path) -> None:
    def said(*paging: object) -> list[str]:
        lines = inside("outflows", PAYER, *paging, "--ledger", early_chain).out.splitlines()
        return [line for line in lines if line.startswith(("outflows: ", "receiving entities: "))]

    def both(text: str) -> list[str]:
        return [f"{noun}: cut: {text}" for noun in ("outflows", "receiving entities")]

    assert said("--limit", 2) == both("2 of 5 shown; --limit 0 shows all")
    assert said("--offset", 1, "--limit", 2) == both("rows 2 to 3 of 5 shown")
    assert said("--offset", 4, "--limit", 2) == both("rows 5 to 5 of 5 shown")
    assert said("--offset", 5, "--limit", 2) == both("none shown; --offset 5 leaves out all 5")
    assert said() == []


def test_none_found_is_said(inside: Run, early_chain: Path) -> None:
    out = inside("outflows", MINER_ONLY, "--ledger", early_chain).out
    assert "outflows: none found" in out.splitlines()
    assert "receiving entities: none found" in out.splitlines()
    assert (
        of_json(inside("outflows", MINER_ONLY, "--json", "--ledger", early_chain).out)["status"]
        == "none found"
    )
    alone = inside("entity", PAYER, "--ledger", early_chain).out
    assert "links: none found; one address needs none" in alone.splitlines()


def test_not_searched_is_said(inside: Run, early_chain: Path) -> None:
    line = next(
        line
        for line in inside("status", "--ledger", early_chain).out.splitlines()
        if line.startswith("behind")
    )
    assert line.split()[1:3] == ["not", "searched"]


def test_a_coinbase_has_no_payer_and_no_fee(inside: Run, early_chain: Path) -> None:
    coinbase = of_json(inside("block", 170, "--json", "--ledger", early_chain).out)["transactions"][0]
    out = inside("tx", coinbase, "--ledger", early_chain).out
    assert "coinbase: it spends no output" in out
    assert "new coins" in inside("payments", MINER_ONLY, "--ledger", early_chain).out


def test_a_block_by_its_hash_is_the_same(inside: Run, early_chain: Path) -> None:
    by_height, by_hash = (
        of_json(inside("block", name, "--json", "--ledger", early_chain).out) for name in (170, BLOCK_170)
    )
    assert by_height["parameters"] != by_hash["parameters"]
    assert {**by_height, "parameters": {}} == {**by_hash, "parameters": {}}


@pytest.mark.parametrize("ways", [[f"{PAYMENT}:0"], [PAID, PAID], [f"{PAYMENT}:0", PAID]])
def test_ways_to_name_an_address(inside: Run, early_chain: Path, ways: list[str]) -> None:
    assert PAYMENT in inside("payments", *ways, "--ledger", early_chain).out


def test_addresses_from_a_file_and_from_standard_input(
    inside: Run, early_chain: Path, tmp_path: Path
) -> None:
    asked = of_json(inside("payments", PAID, PAYER, "--json", "--ledger", early_chain).out)
    table = tmp_path / "addresses.csv"
    table.write_text(f"name,address\nx,{PAID}\ny,{PAYER}\n", encoding="utf-8")
    assert of_json(inside("payments", f"@{table}", "--json", "--ledger", early_chain).out) == asked
    lines = f"# a comment\n{PAID}\n\n{PAYER}\n"
    assert of_json(inside("payments", "-", "--json", "--ledger", early_chain, stdin=lines).out) == asked
    mixed = inside("payments", PAID, "-", "--json", "--ledger", early_chain, stdin=f"{PAYER}\n")
    assert of_json(mixed.out) == asked


def test_several_entities_stand_in_one_object(inside: Run, early_chain: Path) -> None:
    for question in ("entity", "address"):
        ended = inside(question, PAID, PAYER, "--json", "--ledger", early_chain)
        assert sorted(each["entity"] for each in of_json(ended.out)["answers"]) == [9, 171]
        assert (
            inside(question, PAID, PAYER, "--ledger", early_chain).out.count("lower bound: 1 address\n") == 2
        )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("payments", "1Q2TWHE3GMdB6BZKafqwxXtWAWgFT5Jvm3"), "checksum"),
        (("payments", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"), "network"),
        (("payments", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), "never seen"),
        (("payments", "nonsense"), "nonsense"),
        (("payments", ""), "found an empty text"),
        (("address", PAYMENT), "TXID:0"),
        (("payments", PAID, "--limit", "-1"), "expected 0 or a greater number, found -1"),
        (("payments", PAID, "--limit", "9" * 30), "expected a number up to 9223372036854775807"),
        (("payments", "@/none/addresses.csv"), "/none/addresses.csv"),
        (("payments", f"{PAYMENT}:9"), PAYMENT),
        (("payments", f"{PAYMENT}:x"), "txid:vout"),
        (("payments", "-"), "at least one"),
        (("entity", "a\nb\x1b[2J"), "\\x1b[2J"),
        (("block", "300"), "0 to 299; clew index reads"),
        (("block", "-1"), ""),
        (("block", "0" * 64), "0" * 64),
        (("block", "0" * 64), "see clew status"),
        (("block", "zz"), "'zz': expected a block height, such as 170, or a block hash"),
        (("tx", "00" * 32), "00" * 32),
        (("tx", "00" * 32), "see clew status"),
        (("tx", "f4184f"), "f4184f"),
        (("address", "script:" + "00" * 32), "script:"),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    inside: Run, early_chain: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in inside(*arguments, "--ledger", early_chain).failed_in_one_line()
    assert said in inside(*arguments, "--json", "--ledger", early_chain).failed_in_one_line()


def test_standard_input_that_is_no_text_is_one_line(early_chain: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "payments", "-", "--ledger", str(early_chain)],
        input=b"\xff\xfe\x00\n", capture_output=True, env=surroundings(), check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(b"clew: standard input, line 1: ")
    assert done.stderr.count(b"\n") == 1


def test_a_folder_that_is_no_ledger_is_one_line(inside: Run, tmp_path: Path) -> None:
    assert "there is no such folder" in inside("status", "--ledger", tmp_path / "none").failed_in_one_line()
    assert "manifest" in inside("status", "--ledger", tmp_path).failed_in_one_line()
    file = tmp_path / "file"
    file.write_text("x")
    assert str(file) in inside("status", "--ledger", file).failed_in_one_line()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page[0])
def test_questions_run_on_numpy_alone(early_chain: Path, page: tuple[str, ...]) -> None:
    heavy = ("numba", "llvmlite", "duckdb", "pyarrow", "matplotlib", "typst", "jinja2", "rich", "clew.build")
    code = (
        "import sys\nfrom clew.cli import main\ntry:\n    main()\nfinally:\n"
        f"    sys.stderr.write(' '.join(m for m in {heavy!r} if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *page, "--ledger", str(early_chain)],
        capture_output=True, env=surroundings(), encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stderr == ""


def test_links_stand_together_by_transaction(inside: Run, tmp_path: Path) -> None:
    chain = Chain()
    names = ("ann", "bob", "cat")
    coins = [(chain.mine([(name, 50)]).transactions[0].txid, 0) for name in names]
    more = [(chain.mine([(name, 50)]).transactions[0].txid, 0) for name in names[1:]]
    both = [pay(coins, [("shop", 150)]), pay(more, [("shop", 100)])]
    chain.mine([("pool", 50)], both)
    ledger = build_ledger(tmp_path / "ledger", chain.raw, "regtest").path
    ann, bob, cat = map(address_of, names)
    first, second = (transaction.txid[::-1].hex() for transaction in both)
    lines = inside("entity", ann, "--ledger", ledger).out.splitlines()
    start = lines.index("links: why they are one entity")
    assert [" ".join(line.split()) for line in lines[start + 1 : start + 5]] == [
        "block rule transaction joins",
        f"6 multi_input 1 {first} {ann}, {bob}, {cat}",
        f"6 multi_input 1 {second} {bob}, {cat}",
        "",
    ]
    links = of_json(inside("entity", ann, "--json", "--ledger", ledger).out)["links"]
    assert [(link["a"], link["b"], link["txid"]) for link in links] == [
        (ann, bob, first), (ann, cat, first), (bob, cat, second),
    ]  # fmt: skip
    cut = inside("entity", ann, "--limit", 2, "--ledger", ledger).out
    assert "links: cut: 2 of 3 shown; --limit 0 shows all" in cut.splitlines()
