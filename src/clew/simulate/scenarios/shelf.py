"""Where scenarios are found: those that come with Clew, and those in a file of the user's own."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

from clew.errors import UsageError
from clew.simulate.scenarios import change, coinjoins, control, flows, lookalikes, payers
from clew.simulate.scenarios.scenario import Scenario, fault

_TOPICS = (flows, payers, lookalikes, control, change, coinjoins)
_FILE = re.compile(r"(.+\.py)(?::(.+))?", re.DOTALL)
_MODULE = "clew_scenario_file"


def _scenarios(module: ModuleType) -> Iterable[Scenario]:
    """The scenarios that a module defines, in its order."""
    return [each for each in vars(module).values() if isinstance(each, Scenario)]


SCENARIOS: dict[str, Scenario] = {each.name: each for topic in _TOPICS for each in _scenarios(topic)}
"""The scenarios that come with Clew, by name and topic by topic."""


def find(which: str) -> Scenario:
    """The scenario of a name, or that of a file: ``my_file.py``, or ``my_file.py:name`` of several.

    Runs the file. Raises UsageError where there is none, or the file fails.
    """
    file = _FILE.fullmatch(which)
    if file is None:
        return _named(which, SCENARIOS, "clew simulate scenarios lists them")
    own = read_file(Path(file[1]))
    if file[2] is not None:
        return _named(file[2], own, f"{file[1]} has {', '.join(own)}")
    if len(own) > 1:
        raise UsageError(
            f"{file[1]}: expected one scenario, found {len(own)}; name one, as in {file[1]}:{next(iter(own))}"
        )
    return next(iter(own.values()))


def _named(name: str, known: Mapping[str, Scenario], where: str) -> Scenario:
    found = known.get(name.replace("_", "-"))
    if found is None:
        close = get_close_matches(name, known, n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
        raise UsageError(f"expected the name of a scenario ({where}), found {name!r}{meant}")
    return found


def read_file(path: Path) -> dict[str, Scenario]:
    """The scenarios of a user's file, by name. Runs it; raises UsageError where it fails or has none."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}; name a Python file") from error
    module = ModuleType(_MODULE)
    module.__file__ = str(path)
    # Dataclasses and the like look their module up by name.
    sys.modules[_MODULE] = module
    try:
        exec(compile(source, str(path), "exec"), vars(module))
    except (Exception, SystemExit) as error:
        raise UsageError(fault(error, path)) from error
    finally:
        del sys.modules[_MODULE]
    own = [each for each in _scenarios(module) if each.play.__module__ == _MODULE]
    if not own:
        raise UsageError(
            f"{path}: expected a function with @scenario, found none; docs/scenarios.md shows one"
        )
    return {each.name: replace(each, file=path) for each in own}
