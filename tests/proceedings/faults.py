"""What is said of a file with faults: each in one line with file, line and what to do."""

import re
from pathlib import Path

from clew.proceedings.load import check

LINE = re.compile(r"[^:]+\.yaml:(\d+): .+; .+|[^:]+\.yaml:\d+: not readable as YAML: .+")


def faults(path: Path) -> list[str]:
    """What is said of a file, each in one line with file, line and what to do."""
    found = check(str(path)).faults
    for line in found:
        assert LINE.fullmatch(line), line
        assert "\n" not in line
    return list(found)


def the_fault(path: Path, line_with: str) -> str:
    """The only fault of a file, whose line number is that of the line with the text given."""
    (said,) = faults(path)
    lines = path.read_text("utf-8").splitlines()
    (number,) = [at for at, line in enumerate(lines, 1) if line_with in line]
    assert said.startswith(f"{path}:{number}: "), said
    return said.removeprefix(f"{path}:{number}: ")
