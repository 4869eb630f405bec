from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from clew.analysis.answer import list_status
from clew.errors import ReportError, StorageError
from clew.report import ReportAnswers, write_report
from report.economy import ASKED, CAVEAT, SCRIPT, SNAPSHOT, START, economy

pytest.importorskip("typst")
pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")

NOTICE = "A payment shows neither an account, nor access, nor knowledge; anyone can pay any address."
ROOT = Path(__file__).resolve().parents[2]


class Words(HTMLParser):
    """The text of a page, without its styles, and the tags that it uses."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] and self.tags[-1][0] != "style":
            self.text.append(data)


def page(folder: Path, answers: ReportAnswers, **options: Any) -> Words:
    file = folder / "report.html"
    write_report(file, answers, **options)
    words = Words()
    words.feed(file.read_text("utf-8"))
    return words


def text(folder: Path, answers: ReportAnswers, **options: Any) -> str:
    return re.sub(r"\s+", " ", "".join(page(folder, answers, **options).text))


def changed(answers: ReportAnswers, name: str, **result: Any) -> ReportAnswers:
    """The same answers, with some keys of one result replaced."""
    answer = getattr(answers, name)
    new = dataclasses.replace(answer, result=answer.result | result)
    return dataclasses.replace(answers, **{name: new})


@pytest.mark.parametrize("count", [0, 1, 2, 40])
@pytest.mark.parametrize("ending", ["pdf", "html"])
def test_same_answers_same_bytes(tmp_path: Path, count: int, ending: str) -> None:
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    write_report(first, economy(count))
    write_report(second, economy(count))
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"%PDF-" if ending == "pdf" else b"<!doctype html>")


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    settings = tmp_path / "matplotlibrc"
    settings.write_text("lines.linewidth: 9\nsvg.fonttype: path\n")
    program = (
        "import sys; from pathlib import Path; from clew.report import write_report;"
        "from report.economy import economy; answers = economy(40);"
        "[write_report(Path(sys.argv[1]) / name, answers) for name in ('a.pdf', 'a.html')]"
    )
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONHASHSEED": "7", "TZ": "Asia/Seoul"}
    environment |= {"MATPLOTLIBRC": str(settings), "SOURCE_DATE_EPOCH": "1"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=environment, check=True)
    for name in ("a.pdf", "a.html"):
        here = tmp_path / f"here-{name}"
        write_report(here, economy(40))
        assert (
            hashlib.sha256(here.read_bytes()).digest()
            == hashlib.sha256((tmp_path / name).read_bytes()).digest()
        )


def test_pdf_bears_the_tips_date_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    write_report(file, economy(2))
    assert set(re.findall(rb"D:(\d{14})", file.read_bytes())) == {b"20180407160000"}


def test_the_report_says_where_the_date_of_the_pdf_comes_from(tmp_path: Path) -> None:
    words = text(tmp_path, economy(2))
    assert "Date of the PDF 2018-04-07 16:00:00 UTC, the block time of the tip not when the file was" in words
    unknown = dataclasses.replace(economy(2), tip_time=None)
    assert "the block time of the latest block in this report not when" in text(tmp_path, unknown)


def test_how_many_came_in_from_whom(tmp_path: Path) -> None:
    words = text(tmp_path, economy(40))
    payers = economy(40).payments.result["total"]["payers"]
    assert f"40 payments came in between 2015-06-01 and 2018-01-26 (block time, UTC), from {payers} " in words
    assert "paying entities: not a number of people, since one payer may stand here as several" in words
    assert "2 of them brought newly mined coins, which have no payer." in words
    assert "Mixed: 2 of them, since the entity and others spent together." in words


def test_one_payment_is_told_as_one(tmp_path: Path) -> None:
    words = text(tmp_path, economy(1))
    assert "1 payment came in on 2015-06-01 (block time, UTC). It brought newly mined coins, which" in words
    assert "not a number of people" not in words


def test_an_entity_of_one_address_needs_no_link(tmp_path: Path) -> None:
    words = text(tmp_path, economy(2, size=1))
    assert "None found, and none needed: an entity of one address rests on no link." in words


def test_receivers_come_with_the_words_and_the_status_of_their_answer(tmp_path: Path) -> None:
    answers = economy(40)
    words = text(tmp_path, answers)
    assert "Entity, and one of its addressesPaymentsBTC" in words
    rows = answers.outflows.result["by_entity"]
    part = changed(answers, "outflows", by_entity=rows[:2], lists={"by_entity": list_status(2, len(rows))})
    assert f"Cut: 2 of {len(rows)} receiving entities shown." in text(tmp_path, part)


def test_a_number_stays_with_its_percent_sign(tmp_path: Path) -> None:
    answers = economy(2)
    known = dataclasses.replace(answers.payments, error_estimate="about 69 % of them")
    whole = page(tmp_path, dataclasses.replace(answers, payments=known)).text
    assert any("about 69\u00a0% of them" in piece for piece in whole)


def test_the_last_section_stands_together(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", economy(2))
    sections = re.findall(r'<section( class="together")?>', (tmp_path / "report.html").read_text("utf-8"))
    assert sections == [""] * 8 + [' class="together"']


def test_without_a_tip_time_the_latest_block_time_counts(tmp_path: Path) -> None:
    answers = dataclasses.replace(economy(2), tip_time=None)
    assert answers.time == max(row["time"] for row in answers.payments.result["payments"])
    write_report(tmp_path / "report.pdf", answers)
    assert b"D:20161010162640" in (tmp_path / "report.pdf").read_bytes()
    nothing = dataclasses.replace(economy(0), tip_time=None)
    assert nothing.time == 0
    write_report(tmp_path / "nothing.pdf", nothing)


def test_nobody_paid(tmp_path: Path) -> None:
    words = text(tmp_path, economy(0))
    assert "None found: no payment up to the tip." in words
    assert "None found: no outflow up to the tip." in words
    assert "lower bound: 1 address." in words.lower()
    assert "Figure" not in words


def test_every_number_of_two_payments_is_printed(tmp_path: Path) -> None:
    answers = economy(2)
    words = text(tmp_path, answers)
    assert "Complete: 2 payments." in words
    for payment in answers.payments.result["payments"]:
        assert payment["txid"] in words
        assert f"{payment['value'] // 10**8}.{payment['value'] % 10**8:08d}" in words
        for output in payment["outputs"]:
            assert output["address"] in words
        for payer in payment["payers"]:
            assert f"entity {payer['entity']}" in words
    received = answers.proceeds.result["total"]["received"]
    assert f"{received:,} satoshi" in words
    assert "received − spent − fees = held." in words
    assert "nobody: newly mined coins" in words


def together(links: list[dict[str, Any]], height: int) -> list[dict[str, Any]]:
    """The same links, as if one transaction had made them all."""
    return [link | {"txid": links[0]["txid"], "height": height, "time": START} for link in links]


def entity_with(answers: ReportAnswers, **result: Any) -> ReportAnswers:
    entity = answers.entities[0]
    return dataclasses.replace(answers, entity=dataclasses.replace(entity, result=entity.result | result))


def test_evidence_names_the_transaction_once_with_all_that_it_joins_and_the_rule(tmp_path: Path) -> None:
    answers = economy(8, size=4)
    links = together(answers.entities[0].result["links"], 7)
    words = text(tmp_path, entity_with(answers, links=links)).partition("Register of payments")[0]
    assert "Lower bound: 4 addresses." in words
    assert "Complete: 3 links, in 1 transaction." in words
    assert words.count(links[0]["txid"]) == 1
    row = words[words.index(links[0]["txid"]) :]
    row = row[: row.index("multi_input version 1")]
    assert f"joins {ASKED} asked about" in row
    assert [row.count(link["b"]) for link in links] == [1, 1, 1]


def test_each_transaction_is_a_row_of_evidence(tmp_path: Path) -> None:
    answers = economy(8, size=4)
    words = text(tmp_path, answers)
    assert "Complete: 3 links, in 3 transactions." in words
    for link in answers.entities[0].result["links"]:
        assert f"{link['txid']} joins {link['a']} asked about {link['b']} multi_input version 1" in words


def test_evidence_is_cut_within_a_transaction_too(tmp_path: Path) -> None:
    answers = economy(8, size=30)
    links = answers.entities[0].result["links"]
    links = together(links[:20], 7) + links[20:]
    words = text(tmp_path, entity_with(answers, links=links), limit=9)
    assert "Cut: 9 of 29 links shown, in 1 of 10 transactions." in words
    assert "cut: 10 of 21 addresses shown; clew tx lists all" in words
    assert links[8]["b"] in words
    assert (
        f"{links[9]['b']} " not in words[words.index(links[0]["txid"]) :].partition("Register of payments")[0]
    )


def test_what_was_asked_about_is_never_cut_away(tmp_path: Path) -> None:
    answers = economy(8, size=900)
    late = answers.entities[0].result["addresses"][-1]["address"]
    answers = dataclasses.replace(answers, asked=(late,))
    words = text(tmp_path, answers, limit=5)
    section = words[words.index("Addresses Cut: 5 of 900 addresses shown.") :]
    assert f" 1 {late} asked about " in section
    evidence = section[section.index("Links Cut: 5 of 899 links shown, in 5 of 899 transactions.") :]
    assert f"{answers.entities[0].result['links'][-1]['txid']} joins {late} asked about {ASKED} " in evidence
    assert f"clew entity {late} --ledger LEDGER --limit 0 --json" in evidence


def test_marks_and_several_payers(tmp_path: Path) -> None:
    words = text(tmp_path, economy(4))
    assert "mixed: net" in words
    coinjoin = economy(4).payments.result["payments"][2]
    place = words.index(coinjoin["txid"])
    for payer in coinjoin["payers"]:
        assert f"from entity {payer['entity']}" in words[place:]


def test_mixed_outflow_says_that_its_receiver_is_not_known(tmp_path: Path) -> None:
    words = text(tmp_path, economy(50))
    assert "not known: the transaction spends others' money, too" in words


def test_output_without_address(tmp_path: Path) -> None:
    answers = economy(5)
    lost = answers.outflows.result["outflows"][0] | {"address": None, "entity": None, "size": None}
    words = text(tmp_path, changed(answers, "outflows", outflows=[lost]))
    assert "no address: it can never be spent" in words


def test_seven_thousand_payments_are_cut_and_said_to_be(tmp_path: Path) -> None:
    answers = economy(7300)
    words = text(tmp_path, answers)
    assert f"Cut: 200 of 7,300 payments shown. All of them: clew payments {ASKED} --ledger" in words
    assert "Total of 7,300 payments, shown or not" in words
    assert "All 7,300 payments by block time" in words
    rows = answers.payments.result["payments"]
    assert rows[199]["txid"] in words
    assert rows[5000]["txid"] not in words
    write_report(tmp_path / "report.pdf", answers)
    assert (tmp_path / "report.pdf").stat().st_size < 5_000_000
    assert (tmp_path / "report.html").stat().st_size < 5_000_000


def test_limit_is_a_choice(tmp_path: Path) -> None:
    words = text(tmp_path, economy(40), limit=3)
    assert "Cut: 3 of 40 payments shown." in words
    assert "--ledger LEDGER --limit 3 -o report.pdf clew status" in words
    with pytest.raises(ReportError, match=r"expected a limit of 0 \(all rows\) or more, found -1"):
        write_report(tmp_path / "no.pdf", economy(2), limit=-1)


def test_a_limit_of_none_prints_every_row(tmp_path: Path) -> None:
    answers = economy(450)
    words = text(tmp_path, answers, limit=0)
    assert "Cut:" not in words
    assert all(row["txid"] in words for row in answers.payments.result["payments"])
    assert "--ledger LEDGER --limit 0 -o report.pdf clew status" in words
    assert f"clew report {ASKED} --ledger LEDGER -o report.pdf clew status" in text(tmp_path, answers)


def test_long_lists_within_a_row_say_what_they_leave_out(tmp_path: Path) -> None:
    answers = economy(2)
    many = [f"address-{n}" for n in range(20)]
    rows = answers.payments.result["payments"]
    rows = [rows[0], rows[1] | {"payers": [{"entity": 5, "size": 20, "addresses": many}]}]
    words = text(tmp_path, changed(answers, "payments", payments=rows))
    assert "address-7 " in words
    assert "address-8 " not in words
    assert "cut: 8 of 20 of its addresses shown" in words


def test_answers_that_were_cut_before_are_not_called_complete(tmp_path: Path) -> None:
    answers = economy(40)
    part = answers.payments.result["payments"][:10]
    words = text(tmp_path, changed(answers, "payments", payments=part, status="cut", shown=10))
    assert "Cut: 10 of 40 payments shown." in words
    assert "10 of 40 payments by block time" in words


def test_not_searched_is_not_none_found(tmp_path: Path) -> None:
    words = text(tmp_path, changed(economy(0), "outflows", status="not searched"))
    assert "Not searched: this report cannot say whether there are outflows." in words
    assert "no outflow up to the tip" not in words


def test_notice_caveats_motto_and_method(tmp_path: Path) -> None:
    words = text(tmp_path, economy(40))
    assert words.count(NOTICE) == 4
    assert CAVEAT in words
    assert "treat the error rate as unknown, not as zero" in words
    assert "A payment is a lead, not an accusation." in words
    assert "Control is not identity." in words
    assert f"clew index BLOCKS --ledger LEDGER --network regtest --until {512_340}" in words
    assert f"clew outflows {ASKED} --ledger LEDGER --limit 0 --json" in words
    assert words.count(SNAPSHOT) == 2


def test_error_estimates_are_printed_as_they_are(tmp_path: Path) -> None:
    answers = economy(2)
    known = dataclasses.replace(answers.payments, error_estimate="wrong in 3 of 1,000 links measured")
    words = text(tmp_path, dataclasses.replace(answers, payments=known))
    assert "Payments: wrong in 3 of 1,000 links measured" in words


def test_many_addresses_are_asked_from_a_file(tmp_path: Path) -> None:
    asked = (ASKED, SCRIPT, "b", "c", "d")
    words = text(tmp_path, economy(2, asked=asked))
    assert "clew payments @addresses.csv" in words
    assert SCRIPT in words
    two = text(tmp_path, economy(2, asked=(ASKED, SCRIPT)))
    assert f"clew payments {ASKED} {SCRIPT} --ledger" in two


def test_several_entities(tmp_path: Path) -> None:
    one = economy(2)
    two = dataclasses.replace(one, entity=(*one.entities, economy(2, size=3).entities[0]))
    words = text(tmp_path, two)
    assert "belong to 2 entities" in words
    assert "Lower bound: 3 addresses." in words
    with pytest.raises(ReportError, match="at least one entity"):
        write_report(tmp_path / "none.html", dataclasses.replace(one, entity=()))


def test_html_is_one_file_that_asks_nobody(tmp_path: Path) -> None:
    words = page(tmp_path, economy(40))
    names = {tag for tag, _ in words.tags}
    assert not names & {"script", "link", "iframe", "object", "video", "audio", "a"}
    pictures = [attributes["src"] or "" for tag, attributes in words.tags if tag == "img"]
    assert len(pictures) == 4
    for picture in pictures:
        head, _, body = picture.partition(",")
        assert head == "data:image/svg+xml;base64"
        svg = base64.b64decode(body).decode("utf-8")
        assert not re.search(r"https?://(?!www\.w3\.org/)", svg)
    whole = (tmp_path / "report.html").read_text("utf-8")
    assert "url(" not in whole
    assert "http://" not in whole
    assert "https://" not in whole


def test_every_printed_page_bears_the_snapshot_and_its_number(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", economy(2))
    style = (tmp_path / "report.html").read_text("utf-8")
    margin = style[style.index("@page") : style.index("@media print")]
    assert f'"snapshot {SNAPSHOT[:12]}"' in margin
    assert "counter(page)" in margin


def test_what_comes_from_outside_is_text_and_never_markup(tmp_path: Path) -> None:
    evil = '<script>alert(1)</script>#panic("x")$a$`b`*c*'
    answers = economy(2)
    caveated = dataclasses.replace(answers.payments, caveats=(evil,), parameters={"addresses": [evil]})
    answers = dataclasses.replace(answers, payments=caveated)
    write_report(tmp_path / "report.html", answers)
    whole = (tmp_path / "report.html").read_text("utf-8")
    assert "<script>" not in whole
    assert evil in unescape(whole)
    write_report(tmp_path / "report.pdf", answers)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("report.docx", r"expected a name that ends in \.pdf or \.html, found '\.docx'"),
        ("report", "found no ending"),
        ("missing/report.pdf", "there is no folder"),
        ("folder.pdf", "it is a folder"),
    ],
)
def test_wrong_places(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.pdf").mkdir()
    with pytest.raises(ReportError, match=reason) as caught:
        write_report(tmp_path / name, economy(0))
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.pdf"]


def test_a_failing_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report.html"
    file.write_text("the report of yesterday")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device") as caught:
        write_report(file, economy(0))
    assert "\n" not in str(caught.value)
    assert file.read_text() == "the report of yesterday"
    assert list(tmp_path.iterdir()) == [file]


def test_a_report_replaces_an_older_one(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("old")
    write_report(file, economy(0))
    assert file.read_bytes().startswith(b"<!doctype html>")
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("module", "ending"), [("typst", "pdf"), ("jinja2", "html"), ("matplotlib", "html")])
def test_missing_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, ending: str) -> None:
    for name in [name for name in sys.modules if name == module or name.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ReportError, match=rf"{module}.*pip install 'clew\[report\]'"):
        write_report(tmp_path / f"report.{ending}", economy(2))
    assert not list(tmp_path.iterdir())


def test_answers_by_other_rules_are_refused(tmp_path: Path) -> None:
    answers = economy(2)
    ledger = {**answers.outflows.ledger, "rule_set": "extended"}
    with pytest.raises(ReportError, match=r"the rules strict alone: .* found some by extended"):
        write_report(
            tmp_path / "report.html",
            dataclasses.replace(answers, outflows=dataclasses.replace(answers.outflows, ledger=ledger)),
        )
    assert not list(tmp_path.iterdir())


def test_answers_of_two_snapshots_are_refused(tmp_path: Path) -> None:
    answers = economy(2)
    later = dataclasses.replace(answers.outflows, snapshot="ff" * 32)
    with pytest.raises(ReportError, match="different snapshots"):
        write_report(tmp_path / "report.pdf", dataclasses.replace(answers, outflows=later))


@pytest.mark.parametrize("key", ["received", "spent", "fee", "held"])
def test_sums_that_do_not_close_are_refused(tmp_path: Path, key: str) -> None:
    answers = economy(10)
    total = answers.proceeds.result["total"]
    wrong = changed(answers, "proceeds", total=total | {key: total[key] + 1})
    with pytest.raises(ReportError, match="the sums do not close"):
        write_report(tmp_path / "report.pdf", wrong)


def test_lost_money_is_named(tmp_path: Path) -> None:
    answers = economy(10)
    total = answers.proceeds.result["total"]
    lost = total | {"overwritten": 5, "unspendable": 7, "held": total["held"] - 12}
    words = text(tmp_path, changed(answers, "proceeds", total=lost))
    assert "received − spent − fees = held + lost." in words
    assert "12 satoshi" in words


def test_months_of_another_zone_are_refused(tmp_path: Path) -> None:
    answers = economy(2)
    elsewhere = dataclasses.replace(answers.proceeds, parameters={"tz": "Asia/Seoul"})
    with pytest.raises(ReportError, match="tz UTC, found Asia/Seoul"):
        write_report(tmp_path / "report.pdf", dataclasses.replace(answers, proceeds=elsewhere))


def test_status_adds_how_far_the_ledger_is_behind(tmp_path: Path) -> None:
    answers = economy(2)
    for source, words in (
        ({"status": "not searched"}, "newer blocks than this tip was not searched"),
        ({"status": "searched", "blocks_behind": 7}, "the node had 7 blocks more than this ledger"),
    ):
        status = dataclasses.replace(answers.payments, question="status", result={"source": source})
        found = text(tmp_path, dataclasses.replace(answers, status=status))
        assert words in found


def test_the_rules_in_force_are_named_even_where_no_link_was_found(tmp_path: Path) -> None:
    answers = economy(0)
    assert "multi_input, version 1 coinjoin, version 1" in text(tmp_path, answers)
