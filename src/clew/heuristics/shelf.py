"""Every rule that comes with Clew: importing this registers them all."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from clew.heuristics.registry import RULES, Heuristic


def shipped() -> dict[str, Heuristic]:
    """All rules that come with Clew, by name; a rule is added by adding its file to this folder."""
    here = Path(__file__).parent
    for path in sorted(here.rglob("*.py")):
        if path.name != "__init__.py":
            import_module(".".join(["clew.heuristics", *path.relative_to(here).with_suffix("").parts]))
    return dict(RULES)


__all__ = ["shipped"]
