"""What is never said is said nowhere: every output, file of law and page is read, and faults are found."""

import ast
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clew.cli import program
from clew.proceedings.conflicts import conflicts
from clew.proceedings.example import example
from clew.proceedings.exposure import exposure
from clew.proceedings.extradition.table import extradite
from clew.proceedings.load import load_law, load_matter, shipped_books, shipped_matters, text_of
from clew.proceedings.outcome_range import against_range
from clew.proceedings.steps import row
from clew.proceedings.timeline import timeline
from clew.proceedings.unverified import unverified
from clew.proceedings.wording import NEVER_SAID, Wording, faults_of

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src" / "clew"
CODE = sorted(
    each
    for pattern in ("proceedings/**/*.py", "cli/*law*.py", "cli/pages/*law*.py", "law*.py", "law/**/*.py",
                    "report/counsel/**/*", "report/public*", "report/phrases*")
    for each in SOURCE.glob(pattern)
    if each.suffix in {".py", ".j2", ".typ", ".html", ".yaml"} and each.name != "wording.py"
)  # fmt: skip
PAGES = sorted(
    [*PROJECT.glob("docs/law*.md"), *PROJECT.glob("docs/proceedings*.md"), *PROJECT.glob("docs/register*.md")]
)
MATTERS = shipped_matters()


def faults(text: str) -> list[str]:
    return [f"{each.text!r} in {each.sentence[:200]!r}: {each.why}" for each in faults_of(text)]


@pytest.mark.parametrize("wording", NEVER_SAID, ids=lambda each: each.example)
def test_each_wording_finds_what_it_is_for(wording: Wording) -> None:
    assert wording.why in [each.why for each in faults_of(wording.example)]
    assert wording.compiled.search(wording.example)
    hangul = bool(re.search("[가-힣]", wording.example))
    assert hangul == (wording.language == "ko")


@pytest.mark.parametrize(
    "said",
    [
        "He is GUILTY of it.",
        "The expected\nsentence is 7.5 years.",
        "The operator will probably be extradited.",
        "It is likely that the court refuses.",
        "The minister would refuse it.",
        "Counts 1 and 2 are the same offence.",
        "The conduct is identical.",
        "The six counts are barred by double jeopardy.",
        "The operator faces up to 60 years.",
        "The odds of a conviction are high.",
        "He should be punished.",
        "운영자의 유죄가 분명하다.",
        "예상 형량은 7년이다.",
        "미국으로 송환될 가능성이 크다.",
        "같은 범죄이므로 인도할 수 없다.",
        "법원은 재량을 행사할 것이다.",
        "이 사람이 진범이다.",
    ],
)
def test_what_is_never_said_is_found(said: str) -> None:
    assert faults_of(said)


@pytest.mark.parametrize(
    "said",
    [
        "The court convicted on 5 July 2022; the appeal is open.",
        "An arithmetic ceiling of 60 years; no forecast.",
        "Undetermined, flagged: a person mapped the count; this decides nothing.",
        "It is never said that somebody is guilty.",
        "No result says that somebody is guilty, or what sentence is likely.",
        "Nothing here says that somebody is guilty, or how a discretion will be exercised.",
        "Whether to refuse is for the discretion of the court.",
        "아동·청소년의 성보호에 관한 법률 제11조",
        "징역 2년이 선고되었다.",
        "유죄인지 여부는 말하지 않는다.",
    ],
)
def test_what_may_be_said_is_no_fault(said: str) -> None:
    assert faults_of(said) == []


def test_a_sentence_about_what_is_not_said_excuses_only_itself() -> None:
    assert faults_of("It is never said that somebody is guilty. The operator is guilty.")


@pytest.mark.parametrize("name", MATTERS)
def test_every_result_of_a_matter(name: str) -> None:
    matter, law = load_matter(name)
    results = [
        exposure(law, matter),
        timeline(law, matter),
        conflicts(matter),
        unverified(law, matter),
        *(against_range(law, matter, each) for each in matter.outcomes),
        *(extradite(law, matter, each.name) for each in matter.requests),
    ]
    for result in results:
        texts = list(_texts(row(result)))
        assert texts
        assert [fault for text in texts for fault in faults(text)] == []


def test_the_walk_and_its_json() -> None:
    shown = example()
    assert [fault for each in shown.chapters for said in each.sentences for fault in faults(said)] == []
    assert [fault for text in _texts(row(shown)) for fault in faults(text)] == []


def test_a_fault_that_a_file_brings_in_is_found_in_the_results(tmp_path: Path) -> None:
    text = text_of("cases", "2020").replace(
        "this project\n    why: Moving", "this project\n    why: Guilty of moving"
    )
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    matter, law = load_matter(str(tmp_path / "bad.yaml"))
    assert any(faults(each) for each in _texts(row(extradite(law, matter))))


@pytest.mark.parametrize("name", [*shipped_books(), *MATTERS])
def test_every_file_that_comes_with_clew(name: str) -> None:
    text = text_of("cases" if name in MATTERS else "law", name)
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    entry = load_matter(name)[0] if name in MATTERS else load_law([name]).books[0]
    texts = [*_texts(entry.model_dump(mode="json")), "\n".join(comments)]
    assert len(texts) > 20
    assert [fault for each in texts for fault in faults(each)] == []


def test_every_page_of_the_documentation() -> None:
    assert [fault for page in PAGES for fault in faults(page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", CODE, ids=lambda each: str(each.relative_to(SOURCE)))
def test_every_text_in_the_source(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    texts = list(_strings(text)) if path.suffix == ".py" else [text]
    assert [fault for each in texts for fault in faults(each)] == []


def test_the_source_is_there() -> None:
    assert len(CODE) > 30


def _commands() -> Iterator[tuple[str, ...]]:
    group = program.commands.get("law")
    for name in sorted(getattr(group, "commands", {})):
        yield ("law", name, "--help")
    known = set(getattr(group, "commands", {}))
    for name, arguments in (
        ("show", ()), ("show", ("kr",)), ("show", ("us",)), ("show", ("uk",)), ("show", ("kr-us-treaty",)),
        ("check", ("kr", "2020")), ("exposure", ("2020",)), ("extradite", ("2020",)),
        ("deadlines", ("2020",)), ("timeline", ("2020",)), ("conflicts", ("2020",)),
        ("example", ()), ("extradite", ("2020", "--count", "us-1")), ("extradite", ("2020", "--steps")),
    ):  # fmt: skip
        if name in known:
            yield ("law", name, *arguments)
            yield ("law", name, *arguments, "--json")


@pytest.mark.parametrize("command", list(_commands()) or [("law",)], ids=" ".join)
def test_every_command(command: tuple[str, ...]) -> None:
    done: Result = CliRunner().invoke(program, list(command))
    assert done.exit_code == 0, done.output
    if "--json" in command:
        texts = list(_texts(json.loads(done.stdout)))
        assert [fault for each in texts for fault in faults(each)] == []
    else:
        assert faults(done.stdout) == []


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    "command", [("example",), ("extradite", "2020"), ("exposure", "2020"), ("deadlines", "2020")]
)
def test_every_page_for_counsel(tmp_path: Path, command: tuple[str, ...], language: str) -> None:
    page = tmp_path / "page.html"
    done = CliRunner().invoke(program, ["law", *command, "-o", str(page), "--language", language])
    assert done.exit_code == 0, done.output
    markup = r"<(style|script).*?</\1>|<[^>]+>"
    text = html.unescape(re.sub(markup, "\n\n", page.read_text("utf-8"), flags=re.DOTALL))
    assert language == "en" or re.search("[가-힣]{4}", text)
    assert len(text) > 1_000
    assert faults(text) == []


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _strings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
