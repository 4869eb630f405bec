"""docs/patterns.md says of each pattern what the program says."""

from __future__ import annotations

from pathlib import Path

from clew.analysis.patterns.registry import PATTERNS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "patterns.md"


def test_the_page_tells_every_pattern_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    headings = [line[3:] for line in page.splitlines() if line.startswith("## ")]
    assert headings == [*(each.name.capitalize() for each in PATTERNS), "What was measured"]
    for each in PATTERNS:
        assert each.doc in page, "run tools/pattern_rates.py"
        assert all(f"- {one}\n" in page for one in each.innocent), "run tools/pattern_rates.py"
