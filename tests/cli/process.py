"""The command as a process of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-W", "error", "-c", "from clew.cli import main; main()")
UNSET = ("CLEW_LEDGER", "CLEW_DEBUG", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONWARNINGS")
PATIENCE = 120
"""Seconds after which a run is given up."""


@dataclass(frozen=True)
class Ended:
    """A process that has ended."""

    code: int
    out: str
    err: str

    def failed_in_one_line(self, code: int = 2) -> str:
        """The one line it ended with; fails the test if it ended in any other way."""
        assert self.code == code, self
        assert self.out == "", self
        assert self.err.startswith("clew: "), self
        assert self.err.count("\n") == 1, self
        return self.err.removeprefix("clew: ").rstrip("\n")


def surroundings(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment variables for a run that nothing of the tester's own shell changes."""
    own = {name: value for name, value in os.environ.items() if name not in UNSET}
    return own | {"PYTHONPATH": str(PROJECT / "src"), "TERM": "xterm-256color"} | dict(changes or {})


Run = Callable[..., Ended]


def of_json(text: str) -> Any:
    """What one line of JSON says."""
    assert text.endswith("\n")
    return json.loads(text)
