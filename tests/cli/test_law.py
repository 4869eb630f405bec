"""``clew law``: what it says, what it never says, and what it refuses in one line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from clew import law
from clew.cli.keys import COMMANDS
from clew.proceedings.steps import row
from clew.proceedings.wording import faults_of
from cli.process import Ended, Run
from cli.shape import check_keys

ASKED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("law show", ("show",)),
    ("law show", ("show", "kr")),
    ("law show", ("show", "us", "--on", "2018-03-04")),
    ("law show", ("show", "uk")),
    ("law show", ("show", "kr-us-treaty")),
    ("law show", ("show", "kr.proceeds.3", "--on", "2018-03")),
    ("law show", ("show", "kr-us.treaty")),
    ("law check", ("check", "kr", "us", "uk", "kr-us-treaty", "2020")),
    ("law exposure", ("exposure", "2020")),
    ("law exposure", ("exposure", "2020", "--count", "us-7", "--judged", "2020-07-06")),
    (
        "law exposure --provision",
        ("exposure", "--provision", "kr.youth-act.11-2", "--from", "2020-05", "--to", "2020-07"),
    ),
    (
        "law exposure --provision",
        ("exposure", "--provision", "kr.proceeds.3", "--from", "2015-07", "--to", "2018-03", "--times", "3"),
    ),
    ("law extradite", ("extradite", "2020")),
    ("law deadlines", ("deadlines", "2020", "--today", "2026-11-25")),
    ("law deadlines", ("deadlines", "--provision", "us.18-1956-h", "--from", "2016", "--to", "2018-03-04")),
    ("law example", ("example",)),
)
STEPS = {"exposure", "extradite", "deadlines", "example"}


def of(ended: Ended) -> Any:
    assert ended.code == 0, ended
    return json.loads(ended.out)


@pytest.fixture
def asked(inside: Run) -> Run:
    return lambda *arguments, **how: inside("law", *arguments, **how)


@pytest.mark.parametrize(("keys", "arguments"), ASKED)
def test_json_has_the_documented_keys(asked: Run, keys: str, arguments: tuple[str, ...]) -> None:
    check_keys(of(asked(*arguments, "--json")), COMMANDS[keys])


@pytest.mark.parametrize("arguments", [each for _, each in ASKED])
def test_no_output_says_what_is_never_said(asked: Run, arguments: tuple[str, ...]) -> None:
    more = ("--steps",) if arguments[0] in STEPS else ()
    for form in ((), ("--json",)):
        done = asked(*arguments, *more, *form)
        assert done.code == 0, done
        assert faults_of(done.out) == []


def test_help_says_nothing_of_it_either(asked: Run) -> None:
    for words in (
        (),
        ("exposure",),
        ("extradite",),
        ("deadlines",),
        ("example",),
        ("publish",),
        ("register",),
    ):
        assert faults_of(asked(*words, "--help").out) == []


def test_the_example_has_the_figures_of_the_public_record(asked: Run) -> None:
    found = of(asked("example", "--json"))
    assert (found["counts_charged"], found["counts_put_to_court"]) == (9, 3)
    assert found["us_ceiling_years"] == 60
    assert found["kr_aggregate_years"] == {"one_offence": 5, "three_concurrent": 7.5}
    assert found["refusal"] == "discretionary"
    figures = {each["figure"]: {claim["value"] for claim in each["claims"]} for each in found["conflicts"]}
    assert figures["paying-members"] == {4073, 473}
    assert figures["payments"] == {7300, 7293}
    assert figures["arrests"] == {310, 337}
    assert figures["proceeds-usd"] == {370_000, 353_000, 335_000}
    assert figures["proceeds-krw"] == {406_000_000, 400_000_000}
    assert all(each["mark"] in {"memory", "inferred"} for each in found["unverified"])


def test_six_counts_are_flagged_and_none_is_barred(asked: Run) -> None:
    rows = of(asked("extradite", "2020", "--json"))["rows"]
    assert {each["state"] for each in rows} == {"undetermined", "not barred"}
    assert {each["count"] for each in rows if each["flagged"]} == {f"us-{n}" for n in range(1, 7)}
    assert {each["count"] for each in rows if each["state"] == "not barred"} == {"us-7", "us-8", "us-9"}


def test_an_act_over_an_amendment_shows_both_versions_and_chooses_none(asked: Run) -> None:
    act = ("exposure", "--provision", "kr.youth-act.11-2", "--from", "2020-05-01", "--to", "2020-07-01")
    (count,) = of(asked(*act, "--json"))["counts"]
    assert count["state"] == "undetermined"
    assert count["maximum"] is None
    assert [each["in_force_from"] for each in count["versions"]] == ["2013-06-19", "2020-06-02"]
    shown = asked(*act).out
    assert "version from 2013-06-19 to 2020-06-01" in shown
    assert "version from 2020-06-02" in shown


def test_a_predicate_depends_on_the_day(asked: Run) -> None:
    def state(day: str, offence: str) -> str:
        rows = of(asked("show", "kr.proceeds.3", "--on", day, "--json"))["predicates"]
        return next(str(each["state"]) for each in rows if each["offence"] == offence)

    assert state("2018-03-04", "kr.network-act.74-1-2") == "predicate"
    assert state("2018-03-04", "kr.youth-act.11-2") == "not a predicate"
    assert state("2019-07-01", "kr.youth-act.11-2") == "undetermined"
    assert state("2021-07-01", "kr.youth-act.11-2") == "predicate"


def test_python_gives_the_same_as_the_command(asked: Run) -> None:
    for found, arguments in (
        (law.show("kr.proceeds.3", on="2018-03"), ("show", "kr.proceeds.3", "--on", "2018-03")),
        (law.exposure("2020"), ("exposure", "2020")),
        (law.extradite("2020"), ("extradite", "2020")),
        (law.deadlines("2020", today="2026-11-25"), ("deadlines", "2020", "--today", "2026-11-25")),
        (law.example(), ("example",)),
    ):
        assert json.loads(json.dumps(row(found))) == of(asked(*arguments, "--json"))


def test_a_book_written_out_is_a_book_again(asked: Run) -> None:
    for name in ("kr", "us", "uk", "kr-us-treaty"):
        text = asked("show", name, "--yaml").out
        done = asked("check", "-", stdin=text)
        assert (done.code, done.out) == (0, f"-: book {name}, 0 faults\n")


def test_a_matter_of_ones_own(asked: Run, tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(asked("example", "--yaml").out, encoding="utf-8")
    assert asked("check", own).out == f"{own}: matter 2020, 0 faults\n"
    assert of(asked("extradite", own, "--json")) == of(asked("extradite", "2020", "--json"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("court: kr.seoul-high-court", "court: kr.soul-high-court", "did you mean kr.seoul-high-court?"),
        (
            "ends: 2018-03",
            "ends: 2014",
            "expected a day from 2015-06 on, when the episode begins, found 2014",
        ),
        ("role: operator", "role: boss", "take one of them"),
        ("role: operator,", "role: operator, name_of_person: x,", "expected a known key"),
        ("fine: 5,000,000 KRW", "fine: 5,000,000", "an amount and its currency as in 30,000,000 KRW"),
    ],
)
def test_faults_of_a_matter_name_the_line(asked: Run, tmp_path: Path, old: str, new: str, said: str) -> None:
    text = asked("example", "--yaml").out
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    own = tmp_path / "mine.yaml"
    own.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = asked("check", own)
    assert done.code == 2
    assert any(f"{own}:{line}: " in each and said in each for each in done.out.splitlines()), done.out
    failed = asked("extradite", own).failed_in_one_line()
    assert failed.startswith(f"{own}:{line}: ")


def test_a_name_of_a_person_is_refused_and_not_repeated(asked: Run, tmp_path: Path) -> None:
    text = asked("example", "--yaml").out.replace(
        "Ministry of Justice of the Republic of Korea", "Minister Maria Exampleton", 1
    )
    own = tmp_path / "mine.yaml"
    own.write_text(text, encoding="utf-8")
    done = asked("check", own, "--json")
    assert done.code == 2
    (fault,) = json.loads(done.out)["files"][0]["faults"]
    assert "write the role and the case number instead" in fault
    assert "Exampleton" not in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "kr.youth-act.11-6"), "did you mean kr.youth-act.11-5?"),
        (("show", "kr", "--on", "soon"), "expected a day as in 2020-06-02, 2020-06 or 2020, found 'soon'"),
        (("show", "nothing", "--yaml"), "expected the name of a book"),
        (("check", "none.yaml"), "none.yaml: expected a readable file, found No such file or directory"),
        (("exposure",), "expected MATTER, or --provision NAME"),
        (("exposure", "2021"), "found '2021'; did you mean 2020?"),
        (("exposure", "2020", "--count", "us-10"), "expected a count of 2020, found 'us-10'"),
        (("exposure", "--provision", "kr.proceeds.3", "--from", "2018"), "expected --from and --to"),
        (
            ("exposure", "--provision", "kr.proceeds.3", "--from", "2018-03", "--to", "2015"),
            "found 2015; correct one of the two",
        ),
        (("extradite", "2020", "--request", "us-to-kp"), "did you mean"),
        (("extradite", "2020", "--count", "kr-2018-1"), "expected a count of the request"),
        (("extradite", "2020", "-o", "table.txt"), "expected a name that ends in .pdf or .html"),
        (("deadlines",), "expected MATTER, --rule or --provision"),
        (("deadlines", "--rule", "kr.none", "--from", "2020-01-01"), "expected a period, found 'kr.none'"),
        (("episodes", "none.json"), "none.json: expected a schedule of acts"),
        (("example", "--yaml", "--json"), "--yaml: expected alone"),
    ],
)
def test_what_cannot_be_asked_ends_in_one_line(asked: Run, arguments: tuple[str, ...], said: str) -> None:
    done = asked(*arguments)
    line = done.failed_in_one_line()
    assert said in line


def test_a_period_moves_from_holidays_that_are_given(asked: Run, tmp_path: Path) -> None:
    days = tmp_path / "days.txt"
    days.write_text("# invented\n2022-07-12\n", encoding="utf-8")
    rule = ("deadlines", "--rule", "kr.procedure-act.358", "--from", "2022-07-05", "--json")
    assert of(asked(*rule))["periods"][0]["last_day"] == "2022-07-12"
    assert of(asked(*rule, "--holidays", days))["periods"][0]["last_day"] == "2022-07-13"
    days.write_text("2022-07-12\nsoon\n", encoding="utf-8")
    assert f"{days}:2: expected a day" in asked(*rule, "--holidays", days).failed_in_one_line()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("extradite", "2020"),
        ("exposure", "2020"),
        ("exposure", "--provision", "kr.proceeds.3", "--from", "2015-07", "--to", "2018-03"),
        ("deadlines", "2020"),
        ("example",),
    ],
)
def test_pages_for_counsel(asked: Run, tmp_path: Path, arguments: tuple[str, ...], language: str) -> None:
    page = tmp_path / "page.html"
    epoch = {"SOURCE_DATE_EPOCH": "1764028800"}
    done = asked(*arguments, "-o", page, "--language", language, "--json", env=epoch)
    text = page.read_text(encoding="utf-8")
    # The page's snapshot is the digest of what the command prints as JSON in a pipe.
    printed = json.dumps(json.loads(done.out), separators=(",", ":"))
    assert hashlib.sha256(printed.encode()).hexdigest()[:16] in text
    assert faults_of(text) == []
    assert ("미검증" if language == "ko" else "Unverified") in text
    first = page.read_bytes()
    asked(*arguments, "-o", page, "--language", language, env=epoch)
    assert page.read_bytes() == first
    typst = pytest.importorskip("typst")
    if language == "ko" and not any("Nanum" in each or "CJK" in each for each in typst.Fonts().families()):
        pytest.skip("this machine has no font with Hangul")
    asked(*arguments, "-o", tmp_path / "page.pdf", "--language", language, env=epoch)
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")


def test_a_register_from_its_begin_to_a_page(asked: Run, tmp_path: Path) -> None:
    register, rows = tmp_path / "cases.jsonl", tmp_path / "new.csv"
    check_keys(of(asked("register", "new", register, "--json")), COMMANDS["law register new"])
    head = (
        "jurisdiction,court,case_number,role,stage,offences,status,acts_from,acts_to,opened,decided,outcome,"
        "imprisonment,source_kind,source_title"
    )
    lines = [
        f"KR,kr.seoul-central-district-court,2019-{number},member,first instance,kr.youth-act.11-5,final,"
        f"2016-01,2017-12,2019-02-01,2019-09-02,convicted,6 months,court record,List of judgments"
        for number in range(1, 13)
    ]
    rows.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    who = ("--by", "watch desk", "--on", "2026-11-20")
    entered = of(asked("register", "add", register, rows, *who, "--json"))
    check_keys(entered, COMMANDS["law register add"])
    assert len(entered["proceedings"]) == 12

    over = ("--set", "sentence.imprisonment=18 months", "--why", "read again")
    changed = of(asked("register", "correct", register, "p1", *over, *who, "--json"))
    assert changed["proceedings"][0]["range"]["state"] == "above the maximum"
    assert "conflict, for a person to look at" in asked("register", "list", register).out
    gone = of(asked("register", "withdraw", register, "p2", "--why", "entered twice", *who, "--json"))
    assert gone["proceedings"][0]["withdrawn"] == "entered twice"
    listed = of(asked("register", "list", register, "--json"))
    check_keys(listed, COMMANDS["law register list"])
    assert len(listed["proceedings"]) == 11
    entries = of(asked("register", "list", register, "--id", "p1", "--json"))["entries"]
    assert [each["entry"] for each in entries] == ["added", "corrected"]
    check_keys(of(asked("register", "verify", register, "--json")), COMMANDS["law register verify"])

    page = tmp_path / "page"
    terms = ("--reviewer", "A. Counsel", "--reviewed", "2026-11-19", "--expires", "2027-11-01")
    address = ("--corrections", "corrections@example.org", "--on", "2026-11-25")
    refused = asked("publish", register, "-o", page, *terms, "--on", "2026-11-25").failed_in_one_line()
    assert "correction" in refused
    assert not page.exists()
    done = of(asked("publish", register, "-o", page, *terms, *address, "--json"))
    check_keys(done, COMMANDS["law publish"])
    for name in ("index.html", "ko/index.html"):
        assert faults_of((page / name).read_text(encoding="utf-8")) == []
    checked = ("publish", "--check", page, "--on")
    check_keys(of(asked(*checked, "2027-01-01", "--json")), COMMANDS["law publish --check"])
    assert asked(*checked, "2027-12-01").code == 2
    forget = ("register", "forget", register)
    unknown = asked(*forget, "0123456789", "--why", "stopped", *who).failed_in_one_line()
    assert "found 0 for '0123456789'" in unknown
    back = of(asked(*forget, done["digest"][:12], "--why", "stopped", *who, "--json"))
    check_keys(back, COMMANDS["law register forget"])
    assert back["release"] == done["digest"]
    (page / "index.html").write_text("other", encoding="utf-8")
    assert "altered" in asked(*checked, "2027-01-01").err


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("name", "x", "a person is a role and a case number"),
        ("address", "x", "a person is a role and a case number"),
        ("court", "kr.seoul-hihg-court", "did you mean kr.seoul-high-court?"),
        ("source", "{kind: sex offender disclosure, title: A list}", "disclos"),
        ("source", "{kind: press, title: Digital Prison}", "found a vigilante site"),
        ("피고인", "x", "a person is a role and a case number"),
        ("opened", "2021-13-01", "2021-13-01"),
    ],
)
def test_what_enters_no_register(asked: Run, tmp_path: Path, key: str, value: str, said: str) -> None:
    register = tmp_path / "cases.jsonl"
    asked("register", "new", register)
    entry = {
        "jurisdiction": "KR", "court": "kr.seoul-high-court", "case_number": "2020-1", "role": "operator",
        "stage": "appeal", "offences": "[kr.proceeds.3]", "status": "open", "opened": "2020-01-02",
        "source": "{kind: press, title: Press}",
    }  # fmt: skip
    text = "".join(f"{name}: {each}\n" for name, each in {**entry, key: value}.items())
    before = register.read_bytes()
    line = asked("register", "add", register, "-", "--by", "desk", stdin=text).failed_in_one_line()
    assert said in line
    assert register.read_bytes() == before


def test_the_presumption_of_innocence_may_be_stated() -> None:
    assert faults_of("Until a decision is final, everybody is presumed innocent.") == []
    assert faults_of("모든 사람은 무죄로 추정됩니다.") == []
    assert faults_of("The payer is innocent.")


def test_a_source_names_nobody_but_for_citations(asked: Run, tmp_path: Path) -> None:
    text, own = asked("example", "--yaml").out, tmp_path / "mine.yaml"
    assert "United States v. Twenty-Four" in text
    title = "A tracing vendor's published account of the investigation"
    own.write_text(text.replace(title, "Report by Gildong Hong on the matter"), encoding="utf-8")
    done = asked("check", own)
    assert done.code == 2
    assert "sources.vendor.title: expected a text that names nobody" in done.out
    assert "Gildong" not in done.out


def test_one_count_of_a_request_does_not_hide_what_was_put_to_the_court(asked: Run) -> None:
    (request,) = of(asked("exposure", "2020", "--count", "us-7", "--json"))["requests"]
    assert request["put_to_court"] == ["us-7", "us-8", "us-9"]
    assert request["ceiling"]["counts"] == ["us-7"]
    assert request["ceiling"]["total"] == "20 years"


def test_another_file_is_no_register_in_one_line(asked: Run, tmp_path: Path) -> None:
    other = tmp_path / "notes.md"
    other.write_text("# Notes\n\nof many\nlines\n", encoding="utf-8")
    done = asked("register", "verify", other)
    assert done.code == 2
    (line,) = done.out.splitlines()
    assert line.startswith(f"{other}:1: expected a register of public proceedings")


def test_a_torn_matter_is_called_a_matter(asked: Run, tmp_path: Path) -> None:
    torn = tmp_path / "torn.yaml"
    torn.write_text(asked("example", "--yaml").out[:2000], encoding="utf-8")
    (line,) = asked("check", torn).out.splitlines()
    assert "persons: expected this key, found none" in line
