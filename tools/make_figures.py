"""Writes src/clew/analysis/measured.py, and the figures in docs/accuracy.md: what was measured.

    clew validate -o accuracy.json
    python tools/make_figures.py accuracy.json

Every answer states the figure of the likes of it. The module holds what the validation says and nothing
else; the same validation gives the same file.
"""

from __future__ import annotations

import sys
from pathlib import Path

from clew.accuracy import tables, words
from clew.accuracy.changes import BOUNDS
from clew.accuracy.conclusions import conclusions
from clew.accuracy.method import rank_sentence
from clew.accuracy.truth import RANKS
from clew.accuracy.validation import Row, Validation
from clew.cli.validate import digest, read_result
from clew.errors import ClewError
from clew.report.file import version

TARGET = Path(__file__).resolve().parents[1] / "src" / "clew" / "analysis" / "measured.py"

PAGE = TARGET.parents[3] / "docs" / "accuracy.md"
BEGIN, END = "<!-- measured: made by tools/make_figures.py -->", "<!-- end of measured -->"

HEAD = '''"""What was measured of each kind of conclusion. Made by tools/make_figures.py; not to be edited."""

from __future__ import annotations

'''


def module(found: Validation) -> str:
    """The text of the module."""
    told = (each["truth"]["seed"] for each in found.economies)
    seeds = sorted({int(seed) for seed in told if seed is not None})
    transactions = sum(int(each["counts"]["transactions"]) for each in found.economies)
    lines = [
        HEAD,
        _tuple("WORLDS", "tuple[str, ...]", [repr(each) for each in found.worlds]),
        '"""The worlds of the economies."""\n\n',
        _tuple("SEEDS", "tuple[int, ...]", [str(each) for each in seeds]),
        f"ECONOMIES, TRANSACTIONS = {len(found.economies)}, {transactions:_}\n",
        f"RANK = {found.rank}\n",
        f'"""Where the truth comes from: {RANKS[found.rank]}."""\n\n',
        f'CLEW = "{version()}"\n',
        '"""The version of Clew that measured."""\n\n',
        f'DIGEST = "{digest(found)}"\n',
        '"""SHA-256 of the validation that the figures are from."""\n\n',
        _tuple("CLASSES", "tuple[float, ...]", [repr(each) for each in BOUNDS]),
        '"""Least stated probability of each class."""\n\n',
        _tuple(
            "FIGURES",
            "tuple[tuple[str, str, tuple[tuple[str, int], ...], str, int, int], ...]",
            [repr(tuple(each)) for each in conclusions(found)],
        ),
        '"""Kind, rule or set, versions, class of probability, how many, how many wrong."""\n',
    ]
    return _formatted("".join(lines))


def section(found: Validation) -> str:
    """What the page says was measured, as Markdown."""
    transactions = sum(int(each["counts"]["transactions"]) for each in found.economies)
    rows = [(name, row) for name, row in tables.main_figures(found) if row is not None]
    lines = [
        f"{rank_sentence(found.rank)} {len(found.economies)} economies of the worlds "
        f"{', '.join(found.worlds)}, "
        f"{transactions:,} transactions; SHA-256 of the figures `{digest(found)}`.",
        "",
        "| figure | measured | 95 % interval | of |",
        "|---|---|---|---|",
        *(f"| {name} | {' | '.join(_cells(row))} |" for name, row in rows),
        "",
    ]
    if len(found.worlds) > 1:
        sheet = tables.by_world(found, rows)
        lines += [
            f"| {' | '.join(words.heading(each) or 'figure' for each in sheet.heads)} |",
            "|---" * len(sheet.heads) + "|",
            *(f"| {' | '.join(row)} |" for row in sheet.rows),
            "",
        ]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, str, str]:
    """A figure, its interval, and of how many it is."""
    if row.key.measure == "ordinary taken for some":
        return words.per_million(row.tally), words.per_million_between(row), words.counted(row.tally)
    if row.key.measure == "log loss":
        base = "" if row.base is None else f" (base {words.plain(row.base.rate)})"
        return words.plain(row.tally.rate) + base, words.span(row), words.whole(row.tally.of)
    return words.rate(row), words.between(row), words.counted(row.tally)


def page(text: str, found: Validation) -> str:
    """The page with what was measured in its place. Raises ValueError where the page has no such place."""
    first, last = text.index(BEGIN) + len(BEGIN), text.index(END)
    return f"{text[:first]}\n\n{section(found)}\n{text[last:]}"


def _tuple(name: str, kind: str, items: list[str]) -> str:
    inside = "".join(f"    {each},\n" for each in items)
    return f"{name}: {kind} = (\n{inside})\n" if items else f"{name}: {kind} = ()\n"


def _formatted(text: str) -> str:
    """The same as the project's formatter has it."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--config", str(TARGET.parents[3] / "pyproject.toml"), "-"],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def main(arguments: list[str]) -> int:
    """Write the module from the validation named in ``arguments``; returns the exit code."""
    if len(arguments) != 1:
        print("figures: expected one file, which clew validate -o FILE.json wrote", file=sys.stderr)
        return 2
    try:
        found = read_result(Path(arguments[0]))
    except ClewError as error:
        print(f"figures: {error}", file=sys.stderr)
        return 2
    TARGET.write_text(module(found), encoding="utf-8", newline="\n")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8", newline="\n")
    print(f"figures: {TARGET} and {PAGE} from {len(found.economies)} economies")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
