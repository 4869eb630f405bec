"""World files: finding, reading, putting together and checking them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.simulate.worlds.model import World
    from clew.written.tree import Node

DEFAULT = "2015"
BASED_ON = "based_on"
ENDINGS = (".yaml", ".yml")
SHIPPED = "worlds"
"""What stands before the name of a shipped file in messages, so that it is no file of the user's."""


WHAT = "a world (name, era, about, sources, …)"
LIKE = "compare with a shipped world"

ERAS = ("2012", "2015", "2021", "2025")
"""Each era's first world has its name."""


def available() -> tuple[str, ...]:
    """Names of the shipped worlds, sorted."""
    return tuple(sorted(_shipped()))


def load(name_or_path: str | Path = DEFAULT) -> World:
    """The world of that name, or of that file: a path, or a name that ends in .yaml.

    Raises UsageError, in one line with file, line number and place, for what is wrong with it.
    """
    _require()
    from pydantic import ValidationError

    from clew.simulate.worlds.model import World
    from clew.written.faults import describe

    tree = resolve(name_or_path)
    try:
        return World.model_validate(tree.plain())
    except ValidationError as error:
        raise UsageError(describe(error, tree, World, LIKE)) from error


def resolve(name_or_path: str | Path) -> Node:
    """The tree of a world with everything that it is based on put in; not checked yet."""
    _require()
    return _resolve(*_text(name_or_path), ())


def _resolve(file: str, text: str, seen: tuple[str, ...]) -> Node:
    from clew.written.tree import merged, read

    own = read(text, file, WHAT, LIKE)
    assert isinstance(own.value, dict)
    based_on = own.value.pop(BASED_ON, None)
    if based_on is None:
        return own
    where = f"{file}:{based_on.line}: {BASED_ON}"
    if not isinstance(based_on.value, str):
        raise UsageError(f"{where}: expected a name in quotes, found {based_on.value!r}")
    other: str | Path = based_on.value
    if str(other).endswith(ENDINGS):
        other = Path(file).parent / other
    try:
        found, text = _text(other)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
    way = (*seen, os.path.realpath(file))
    if os.path.realpath(found) in way:
        raise UsageError(f"{where}: expected another world, found the way back to {found}; name another")
    base = _resolve(found, text, way)
    return _without_unused_sources(merged(base, own), own)


def _without_unused_sources(tree: Node, own: Node) -> Node:
    """Leaves out the sources that came from another file and that nothing cites any more."""
    assert isinstance(tree.value, dict)
    sources, mine = tree.value.get("sources"), own.child("sources")
    if sources is not None and isinstance(sources.value, dict):
        cited = set(_cited(tree.plain()))
        kept = {
            name: node for name, node in sources.value.items() if name in cited or (mine and mine.child(name))
        }
        sources.value = kept
    return tree


def _cited(plain: Any) -> list[str]:
    if isinstance(plain, dict):
        here = [plain["from"]] if isinstance(plain.get("from"), str) else []
        return here + [name for value in plain.values() for name in _cited(value)]
    return [name for value in plain for name in _cited(value)] if isinstance(plain, list) else []


def _text(name_or_path: str | Path) -> tuple[str, str]:
    """What a world's file is called, and its text."""
    name = str(name_or_path)
    if isinstance(name_or_path, str) and not name.endswith(ENDINGS) and "/" not in name:
        shipped = _shipped()
        if name not in shipped:
            known = ", ".join(sorted(shipped))
            raise UsageError(
                f"expected a world ({known}) or a file that ends in .yaml, found {name!r}; "
                "clew simulate worlds tells what each is about"
            )
        return f"{SHIPPED}/{name}.yaml", shipped[name]
    try:
        return name, Path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: expected text in UTF-8, found other bytes at {error.start}") from error
    except OSError as error:
        raise UsageError(f"{name}: expected a world file, but it cannot be read: {error.strerror}") from error


@cache
def _shipped() -> dict[str, str]:
    from importlib.resources import files

    found = (item for item in files("clew.simulate.worlds").iterdir() if item.name.endswith(".yaml"))
    return {item.name.removesuffix(".yaml"): item.read_text(encoding="utf-8") for item in found}


def _require() -> None:
    """Raises UsageError where the packages that worlds need are missing."""
    try:
        import pydantic  # noqa: F401
        import yaml  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"worlds need the package {error.name}, which is not installed: pip install 'clew[simulate]'"
        ) from error
