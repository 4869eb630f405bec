"""A world as YAML that ``load`` takes: complete, one line for each figure where it fits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from clew.simulate.worlds.figures import plain
from clew.written.tree import CITES, NAMES

if TYPE_CHECKING:
    from clew.simulate.worlds.model import World

Place = tuple[str, ...]
Notes = Mapping[Place, str]

WIDTH = 110
_WORD = re.compile(
    r"[a-z][a-z0-9._-]*|[0-9]+(\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}|[A-Z][A-Za-z]+/[A-Za-z_/]+"
)
_OTHERS_TAKE_FOR_MORE = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""Words that some readers of YAML take for truth, falsehood or nothing."""


def text(world: World, *, head: str = "", notes: Notes | None = None) -> str:
    """The whole world; ``head`` and ``notes`` (by place) become comments. Loads to an equal world."""
    lines = [f"# {line}" for line in head.splitlines()]
    dumped = world.model_dump(by_alias=True, exclude_defaults=True)
    _mapping(dumped, "", (), notes or {}, lines)
    return "\n".join(lines) + "\n"


def _mapping(items: Mapping[str, Any], indent: str, where: Place, notes: Notes, lines: list[str]) -> None:
    for key, value in items.items():
        name, place = _scalar(key, is_key=True), (*where, str(key))
        if not where and isinstance(value, dict | list):
            lines.append("")
        if isinstance(value, dict) and not _is_leaf(value):
            lines.append(f"{indent}{name}:")
            _mapping(value, indent + "  ", place, notes, lines)
        elif isinstance(value, list) and value:
            lines.append(f"{indent}{name}:")
            _list(value, indent + "  ", place, notes, lines)
        else:
            _leaf(f"{indent}{name}: ", value, notes.get(place, ""), lines)


def _list(items: list[Any], indent: str, where: Place, notes: Notes, lines: list[str]) -> None:
    for number, item in enumerate(items):
        name = next((item[key] for key in NAMES if key in item), str(number))
        if _is_leaf(item):
            _leaf(f"{indent}- ", item, notes.get((*where, name), ""), lines)
            continue
        begin = len(lines)
        _mapping(item, indent + "  ", (*where, name), notes, lines)
        lines[begin] = f"{indent}- {lines[begin].lstrip()}"


def _is_leaf(value: Mapping[str, Any]) -> bool:
    """Whether it stands on one line: an entry, or a source."""
    return CITES in value or ("kind" in value and "title" in value)


def _leaf(begin: str, value: Any, note: str, lines: list[str]) -> None:
    comment = f"  # {note}" if note else ""
    flow = begin + _flow(value)
    if len(flow) <= WIDTH or not isinstance(value, dict) or CITES not in value:
        lines.append(flow + comment)
        return
    # Too long for a line: what is inside is broken between its items.
    lines.append(begin.rstrip() + comment)
    indent = " " * (len(begin) - len(begin.lstrip()) + 2)
    for key, inner in value.items():
        if isinstance(inner, dict):
            lines.extend(_broken(f"{indent}{_scalar(key, is_key=True)}: {{", inner))
        else:
            lines.append(f"{indent}{_scalar(key, is_key=True)}: {_flow(inner)}")


def _broken(begin: str, items: Mapping[Any, Any]) -> list[str]:
    lines, line = [], begin
    for number, (key, value) in enumerate(items.items()):
        item = f"{_scalar(key, is_key=True)}: {_flow(value)}" + ("}" if number == len(items) - 1 else ",")
        if len(line) + len(item) + 1 > WIDTH:
            lines.append(line.rstrip())
            line = " " * len(begin)
        line += item if line.endswith(("{", " ")) else " " + item
    return [*lines, line]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_scalar(key, is_key=True)}: {_flow(each)}" for key, each in value.items())
        return "{" + inner + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any, *, is_key: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    word = str(value)
    if _WORD.fullmatch(word) and word not in _OTHERS_TAKE_FOR_MORE and (is_key or not word[0].isdigit()):
        return word
    return json.dumps(word, ensure_ascii=False)
