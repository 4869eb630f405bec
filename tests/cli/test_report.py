"""How many rows a report prints, as chosen on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.cli.report import ROWS
from cli.process import Run

PAID = "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")


def test_the_command_prints_as_many_rows_as_the_function() -> None:
    from clew.report.answers import DEFAULT_LIMIT

    assert ROWS == DEFAULT_LIMIT


def test_limit_bounds_the_rows_of_each_table(clew: Run, early_chain: Path, tmp_path: Path) -> None:
    def report(*limit: object) -> str:
        file = tmp_path / "report.html"
        ended = clew("report", PAID, "-o", file, "--ledger", early_chain, *limit)
        assert ended.code == 0, ended
        return file.read_text("utf-8")

    assert "Cut: 1 of 5 outflows shown." in report("--limit", 1)
    assert "Complete: 5 outflows." in report("--limit", 0)
    assert report("--limit", ROWS) == report()


def test_a_limit_below_zero_is_refused_in_one_line(clew: Run, early_chain: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    ended = clew("report", PAID, "-o", file, "--limit", "-1", "--ledger", early_chain)
    assert "--limit" in ended.failed_in_one_line()
    assert not file.exists()
