"""Rules in a file of the user's own."""

from __future__ import annotations

import sys
import traceback
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from clew.errors import ClewError, RuleError
from clew.heuristics.registry import RULES, Heuristic


def load(path: str | Path) -> tuple[Heuristic, ...]:
    """Import a file of rules; returns those it registers, in its order.

    The file is Python, and runs with the user's own rights.
    Raises RuleError where the file is missing, does not import, or registers none; then none
    of its rules is kept.
    """
    path = Path(path)
    if not path.is_file():
        raise RuleError(f"{path}: expected a Python file that defines rules, found none")
    name = f"clew_rules_{sha256(str(path.resolve()).encode()).hexdigest()[:16]}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RuleError(f"{path}: expected a Python file (.py) that defines rules; rename it")
    before = dict(RULES)
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ClewError as error:
        _forget(before, name)
        raise RuleError(f"{path}: {error}") from error
    except Exception as error:
        _forget(before, name)
        said = " ".join(str(error).split())
        raise RuleError(
            f"{path}:{_line(error, path)}: the file of rules does not import: {type(error).__name__}: {said}"
        ) from error
    made = tuple(rule for key, rule in RULES.items() if before.get(key) is not rule)
    if not made:
        raise RuleError(f"{path}: expected at least one rule (@heuristic(...)), found none")
    return made


def _forget(before: dict[str, Heuristic], name: str) -> None:
    RULES.clear()
    RULES.update(before)
    sys.modules.pop(name, None)


def _line(error: Exception, path: Path) -> int:
    """The line of the file at which it failed."""
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    lines = [
        frame.lineno or 0
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == path or Path(frame.filename).resolve() == path.resolve()
    ]
    return lines[-1] if lines else 0


__all__ = ["load"]
