"""What is wrong with a world file, in one line: file, line, place, expected, found, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin

from clew.simulate.worlds.figures import Entry
from clew.simulate.worlds.model import World
from clew.simulate.worlds.spelling import instead

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from clew.simulate.worlds.tree import Node, Part


def describe(error: ValidationError, tree: Node) -> str:
    """The first fault in the order of the lines, and how many more there are."""
    lines = sorted({_line(each, tree) for each in error.errors(include_url=False)})
    more = len(lines) - 1
    return lines[0][2] + (f" ({more} more)" if more else "")


def _line(fault: ErrorDetails, tree: Node) -> tuple[bool, int, str]:
    """Whether it stands in another file that this one is based on, the line, and the sentence."""
    context: dict[str, Any] = dict(fault.get("ctx") or {})
    parts: tuple[Part, ...] = (*fault["loc"], *context.get("where", ()))
    node, way, left = tree.nearest(parts)
    # What is missing stands nowhere: its name comes after the place of what should hold it.
    place = ".".join([*way, *(str(part) for part in left if fault["type"] == "missing")])
    said = _reason(fault, context)
    elsewhere = node.file != tree.file
    file = f"{tree.file}: with {node.file}" if elsewhere else node.file
    return elsewhere, node.line, f"{file}:{node.line}: {place + ': ' if place else ''}{said}"


def _reason(fault: ErrorDetails, context: dict[str, Any]) -> str:
    kind, found = fault["type"], _shown(fault["input"])
    if kind == "world":
        return str(context["said"])
    if kind == "missing":
        return f"expected this key{_meaning(fault['loc'])}, found none; add it"
    if kind == "extra_forbidden":
        word = str(fault["loc"][-1])
        return f"expected a known key, found {word!r}; {instead(word, _keys(fault['loc'][:-1]))}"
    if kind == "literal_error":
        return f"expected {context['expected']}, found {found}; take one of them"
    if kind == "string_type" and isinstance(fault["input"], int | float):
        return f'expected text, found the number {found}; put it in quotes: "{fault["input"]}"'
    if kind == "string_pattern_mismatch":
        return f"expected a text of the form {context['pattern']}, found {found}; change it"
    if kind in {"model_type", "dict_type", "model_attributes_type"}:
        known = ", ".join(_keys(fault["loc"])) or "names and values"
        return f"expected a mapping ({known}), found {found}; compare with a shipped world"
    said = fault["msg"].removeprefix("Input should be ")
    return f"expected {said[:1].lower()}{said[1:]}, found {found}; change it"


def _meaning(loc: tuple[Part, ...]) -> str:
    model = _model(loc[:-1])
    field = _field(model, loc[-1]) if model else None
    said = " ".join((field.description or "").split()) if field else ""
    return f" ({said.rstrip('.')})" if said else ""


def _keys(loc: tuple[Part, ...]) -> list[str]:
    model = _model(loc)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model(loc: tuple[Part, ...]) -> type[Entry] | None:
    """The section or entry at a place, by the types alone."""
    kind: Any = World
    for part in loc:
        if isinstance(kind, type) and issubclass(kind, Entry):
            field = _field(kind, part)
            kind = field.annotation if field else None
        elif get_origin(kind) in {list, dict}:
            kind = get_args(kind)[-1]
        else:
            return None
    return kind if isinstance(kind, type) and issubclass(kind, Entry) else None


def _field(model: type[Entry], key: Part) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key in (name, field.alias)), None)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else repr(value)
