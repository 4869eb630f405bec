"""A short run of the sweep over damaged block files; ``tools/fuzz_blocks.py`` is the long one."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
CASES = 200


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    pytest.importorskip("resource", reason="the sweep limits its memory by what POSIX has for that")
    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context() as patch:
        patch.syspath_prepend(TOOLS)
        module = importlib.import_module("fuzz_blocks")
    module.REAL_HEIGHTS = (2, 20)  # type: ignore[attr-defined]
    return module


@pytest.fixture(scope="module")
def chains(tool: Any, common_room: Path) -> Sequence[Any]:
    found: Sequence[Any] = tool.subjects(common_room)
    return found


def test_damaged_files_end_as_they_should(tool: Any, chains: Sequence[Any], room: Path) -> None:
    ends: Counter[str] = Counter()
    for number in range(CASES):
        case = tool.make_case(7, number, chains)
        try:
            ends[tool.run_case(case, room)] += 1
        except BaseException:
            print(f"case {number} of seed 7: {case.subject.name}: {case.said}")
            raise
    assert ends.total() == CASES
    assert {"whole", "shorter", "another chain", "refused: BadBlockError"} <= set(ends), ends


def test_a_case_follows_from_seed_and_number(tool: Any, chains: Sequence[Any]) -> None:
    for number in range(20):
        assert tool.make_case(3, number, chains) == tool.make_case(3, number, chains)
    assert tool.make_case(3, 1, chains).files != tool.make_case(4, 1, chains).files


def whole(tool: Any, subject: Any) -> Any:
    """A case with nothing wrong."""
    files = (b"".join(map(tool.framed(subject.network), subject.blocks)),)
    return tool.Case(0, subject, files, files, None, False, ())


def test_a_wrong_ledger_is_seen(tool: Any, chains: Sequence[Any], room: Path) -> None:
    subject = chains[-1]
    assert tool.run_case(whole(tool, subject), room) == "whole"
    other = replace(subject, digests=(*subject.digests[:-1], "00" * 32))
    with pytest.raises(tool.WrongError, match="digest"):
        tool.run_case(whole(tool, other), room)


def test_a_chain_cut_short_without_a_word_is_seen(
    tool: Any, chains: Sequence[Any], room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = chains[-1]
    index = tool.index
    case = whole(tool, subject)
    broken = replace(case, files=(case.files[0][:-60],), plain=(case.files[0][:-60],))
    assert tool.run_case(broken, room) == "shorter"
    monkeypatch.setattr(tool, "index", lambda *args, **how: replace(index(*args, **how), notices=()))
    with pytest.raises(tool.WrongError, match="without a word"):
        tool.run_case(broken, room)


def test_a_case_that_goes_wrong_stops_the_sweep_and_is_kept(
    tool: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(case: Any, room: Path) -> str:
        if case.number == 30:
            raise ZeroDivisionError("as a test wants it")
        return "whole"

    monkeypatch.setattr(tool, "REAL_HEIGHTS", ())
    monkeypatch.setattr(tool, "run_case", run)
    assert tool.main(["--files", "120", "--seed", "5", "--processes", "1", "--keep", str(tmp_path)]) == 1
    assert "case 30 of seed 5: ZeroDivisionError: as a test wants it" in capsys.readouterr().err
    kept = tmp_path / "case-30"
    assert (kept / "blk00000.dat").is_file()
    assert "ZeroDivisionError" in (kept / "what.txt").read_text()
    monkeypatch.setattr(tool, "run_case", lambda case, room: "whole")
    assert tool.main(["--files", "120", "--processes", "1", "--keep", str(tmp_path)]) == 0
    assert "120 of 120 files" in capsys.readouterr().out


def test_a_case_that_hangs_or_crashes_is_named(
    tool: Any, chains: Sequence[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import time

    def hang(case: Any, room: Path) -> str:
        if case.number == 3:
            time.sleep(60)
        return "whole"

    def crash(case: Any, room: Path) -> str:
        if case.number == 4:
            os._exit(9)
        return "whole"

    monkeypatch.setattr(tool, "SECONDS", 1)
    for run, number, words in ((hang, 3, "more than 1 seconds"), (crash, 4, "ended with 9")):
        monkeypatch.setattr(tool, "run_case", run)
        wrong = tool.Sweep(1, 40, 1, chains).run()
        assert wrong is not None
        assert wrong[0] == number
        assert words in wrong[1]
