"""What is wrong with a world file, in one line: file, line, place, expected, found, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from clew.simulate.worlds.tree import Node, Part


def describe(error: ValidationError, tree: Node) -> str:
    """The first fault by line, and how many more there are."""
    lines = sorted({_line(each, tree) for each in error.errors(include_url=False)})
    more = len(lines) - 1
    _, _, said = lines[0]
    return said + (f" ({more} more)" if more else "")


def _line(fault: ErrorDetails, tree: Node) -> tuple[str, int, str]:
    context: dict[str, Any] = dict(fault.get("ctx") or {})
    parts: tuple[Part, ...] = (*fault["loc"], *context.get("where", ()))
    node, way, left = tree.nearest(parts)
    place = ".".join([*way, *(str(part) for part in left if fault["type"] == "missing")]) or "the world"
    return node.file, node.line, f"{node.file}:{node.line}: {place}: {_reason(fault, context, node)}"


def _reason(fault: ErrorDetails, context: dict[str, Any], node: Node) -> str:
    kind, found = fault["type"], _shown(fault["input"])
    if kind == "missing":
        return "expected this key, found none; add it"
    if kind == "extra_forbidden":
        return f"expected a known key, found {str(fault['loc'][-1])!r}; {_near_key(fault, node)}"
    if kind in {"literal_error", "enum"}:
        return f"expected {context['expected']}, found {found}; take one of them"
    if kind == "string_type":
        quoted = f'; put it in quotes: "{fault["input"]}"' if isinstance(fault["input"], int | float) else ""
        return f"expected text, found {found}{quoted or '; write a word'}"
    if kind in {"model_type", "dict_type", "model_attributes_type"}:
        return f"expected a mapping, found {found}; look at the same place in a shipped world"
    if kind in {"world", "value_error"}:
        return str(context.get("error") or fault["msg"])
    said = fault["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return f"expected {said[0].lower()}{said[1:]}, found {found}; change it"


def _near_key(fault: ErrorDetails, node: Node) -> str:
    return ""


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else repr(value)
