"""Rules in a file of the user's own."""

from __future__ import annotations

import sys
import traceback
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from clew.errors import ClewError, RuleError
from clew.heuristics.registry import RULES, Heuristic

if TYPE_CHECKING:
    from clew.heuristics.rulesets import RuleSet


def load(path: str | Path) -> tuple[Heuristic, ...]:
    """Import a file of rules; returns those it registers, in its order.

    The file is Python, and runs with the user's own rights.
    Raises RuleError where the file is missing, does not import, or registers none; then none
    of its rules is kept.
    """
    _, made = _read(Path(path))
    if not made:
        raise RuleError(f"{path}: expected at least one rule (@heuristic(...)), found none")
    return made


def load_set(path: str | Path) -> RuleSet:
    """Import a file that defines a set of rules as ``RULESET``, or else rules to make one of.

    Without ``RULESET`` the set is named after the file, see ``rulesets.set_of``. Raises RuleError.
    """
    from clew.heuristics.rulesets import SETS, RuleSet, set_of

    path = Path(path)
    before = dict(RULES)
    module, made = _read(path)
    try:
        found = getattr(module, "RULESET", None)
        if found is None:
            return set_of(path.stem.lower(), made)
        if not isinstance(found, RuleSet):
            raise RuleError(
                f"{path}: expected RULESET to be a RuleSet, found {type(found).__name__}; mend it"
            )
        if found.name in SETS:
            raise RuleError(
                f"{path}: expected another name than {found.name}, which comes with Clew; change it"
            )
        return found
    except RuleError as error:
        _forget(before, module.__name__)
        raise RuleError(f"{path}: {error}" if str(path) not in str(error) else str(error)) from None


def _read(path: Path) -> tuple[ModuleType, tuple[Heuristic, ...]]:
    """Run a file; returns it as a module, and the rules that it registers."""
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
    return module, tuple(rule for key, rule in RULES.items() if before.get(key) is not rule)


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


__all__ = ["load", "load_set"]
