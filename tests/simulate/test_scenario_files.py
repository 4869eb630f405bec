"""Scenarios in a file of the user's own: found by name, and every mistake told in one line."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from clew.errors import UsageError
from clew.simulate.scenarios import find, tell, write

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scenarios.md"

HEAD = """\
from clew.simulate.scenarios import Story, scenario


@scenario
def my_own(story: Story) -> None:
    \"\"\"What it shows.\"\"\"
"""
GOOD = HEAD + "    story.fund(story.owner('ann'), '1')\n"
TWO = GOOD + "\n\n@scenario\ndef another(story):\n    '''Another.'''\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.py"


def test_the_example_of_the_page_is_a_scenario(file: Path, tmp_path: Path) -> None:
    [example] = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    file.write_text(example, encoding="utf-8")
    written = write(str(file), tmp_path / "out")
    assert written.scenario.name == "two-brothers"
    [payment] = [row for row in written.story.told if row.label == "payment"]
    assert (payment.payer, payment.source, payment.innocent) == ("bert", "adam + bert", "invisible")
    assert "with adam's coins, too" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine.py", "out"]


def test_one_of_several_is_named(file: Path) -> None:
    file.write_text(TWO)
    assert find(f"{file}:my-own").name == "my-own"
    assert find(f"{file}:my_own").name == "my-own"
    assert tell(f"{file}:another").told == []
    with pytest.raises(
        UsageError, match=r"expected one scenario, found 2; name one, as in .*mine\.py:my-own$"
    ):
        find(str(file))
    with pytest.raises(
        UsageError, match=r"mine\.py has my-own, another\), found 'my-one'; did you mean my-own\?"
    ):
        find(f"{file}:my-one")


def test_what_a_file_imports_is_not_its_own(file: Path) -> None:
    file.write_text("from clew.simulate.scenarios.flows import sweep\n" + GOOD)
    assert find(str(file)).name == "my-own"


def test_dataclasses_and_constants_work_in_a_file(file: Path) -> None:
    file.write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\nAMOUNT = '1'\n\n\n"
        "@dataclass\nclass Thing:\n    value: str\n\n\n"
        + HEAD.partition("\n")[0] + HEAD.partition("\n")[2]
        + "    story.fund(story.owner('ann'), Thing(AMOUNT).value)\n"
    )  # fmt: skip
    before = set(sys.modules)
    assert len(tell(str(file)).told) == 2
    assert set(sys.modules) <= before | {"dataclasses"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("def broken(:\n", "line 1: invalid syntax; correct the file"),
        (GOOD + "1 / 0\n", "line 8: ZeroDivisionError: division by zero; correct the file"),
        (HEAD + "    story.nothing\n", "line 7: AttributeError: 'Story' object has no attribute 'nothing'"),
        (HEAD + "    story.pay(story.owner('ann'), story.owner('ben'), '1')\n", "line 7: ann has 0 BTC here"),
        (HEAD + "    story.fund(story.owner('ann'), 0.5)\n", "line 7: expected satoshi as a number"),
        (HEAD + "    import sys; sys.exit('bye')\n", "line 7: SystemExit: bye; correct the file"),
        ("raise SystemExit\n", "line 1: SystemExit: "),
        ("import nowhere_at_all\n", "line 1: ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("x = 1\n", "expected a function with @scenario, found none"),
        ("", "expected a function with @scenario, found none"),
        (HEAD.replace('"""What it shows."""', "pass"), "line 4: the scenario my_own has no docstring"),
        ("x = '\0'\n", "null bytes"),
        ("x = 'caf\xe9'\n", "utf-8"),
        (HEAD + "    story.wait(days=10**9)\n    story.fund(story.owner('ann'), 1)\n", "line 8: "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_and_line(file: Path, tmp_path: Path, content: str, said: str) -> None:
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError) as found:
        write(str(file), tmp_path / "out")
    assert str(found.value).startswith(str(file))
    assert said in str(found.value)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.py"]


def test_a_mistake_below_another_module_is_told_at_the_users_line(file: Path) -> None:
    file.write_text(HEAD + "    def helping():\n        int('x')\n\n    helping()\n")
    with pytest.raises(UsageError, match=r"mine\.py, line 8: ValueError: invalid literal"):
        tell(str(file))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.py: cannot be read: No such file or directory"):
        find(str(tmp_path / "gone.py"))
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(UsageError, match=r"folder\.py: cannot be read"):
        find(str(tmp_path / "folder.py"))
