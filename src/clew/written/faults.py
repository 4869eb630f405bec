"""What is wrong with a file, in one line: file, line, place, expected, found, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from clew.written.entry import FAULT, Entry
from clew.written.prose import quoted
from clew.written.spelling import instead

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from clew.written.tree import Node, Part


def describe(error: ValidationError, tree: Node, model: type[Entry], todo: str) -> str:
    """The first fault in the order of the lines, and how many more there are.

    ``model`` is what the whole file should be; ``todo`` is said where a part is of another kind.
    """
    lines = every(error, tree, model, todo)
    more = len(lines) - 1
    return lines[0] + (f" ({more} more)" if more else "")


def every(error: ValidationError, tree: Node, model: type[Entry], todo: str) -> list[str]:
    """Each fault in a line of its own, in the order of the lines; those of other files last."""
    reader = _Reader(tree, model, todo)
    return [said for _, _, said in sorted({reader.line(each) for each in error.errors(include_url=False)})]


@dataclass(frozen=True)
class _Reader:
    """Turns faults into sentences."""

    tree: Node
    model: type[Entry]
    todo: str

    def line(self, fault: ErrorDetails) -> tuple[bool, int, str]:
        """Whether it stands in another file that this one is based on, the line, and the sentence."""
        context: dict[str, Any] = dict(fault.get("ctx") or {})
        parts: tuple[Part, ...] = (*fault["loc"], *context.get("where", ()))
        node, way, left = self.tree.nearest(parts)
        # What is missing stands nowhere: its name comes after the place of what should hold it.
        place = ".".join([*way, *(str(part) for part in left if fault["type"] == "missing")])
        said = self._reason(fault, context)
        elsewhere = node.file != self.tree.file
        file = f"{self.tree.file}: with {node.file}" if elsewhere else node.file
        return elsewhere, node.line, f"{file}:{node.line}: {place + ': ' if place else ''}{said}"

    def _reason(self, fault: ErrorDetails, context: dict[str, Any]) -> str:
        kind, found = fault["type"], _shown(fault["input"])
        if kind == FAULT:
            return str(context["said"])
        if kind == "value_error":
            return f"expected {context['error']}, found {found}; change it"
        if kind == "missing":
            return f"expected this key{self._meaning(fault['loc'])}, found none; add it"
        if kind == "extra_forbidden":
            word = str(fault["loc"][-1])
            return (
                f"expected a known key, found {quoted(word)}; {instead(word, self._keys(fault['loc'][:-1]))}"
            )
        if kind == "literal_error":
            return f"expected {context['expected']}, found {found}; take one of them"
        if kind == "string_type" and isinstance(fault["input"], int | float):
            return f'expected text, found the number {found}; put it in quotes: "{fault["input"]}"'
        if kind == "string_pattern_mismatch":
            return f"expected a text of the form {context['pattern']}, found {found}; change it"
        if kind in {"model_type", "dict_type", "model_attributes_type"}:
            known = ", ".join(self._keys(fault["loc"])) or "names and values"
            return f"expected a mapping ({known}), found {found}; {self.todo}"
        said = fault["msg"].removeprefix("Input should be ")
        return f"expected {said[:1].lower()}{said[1:]}, found {found}; change it"

    def _meaning(self, loc: tuple[Part, ...]) -> str:
        model = self._at(loc[:-1])
        field = _field(model, loc[-1]) if model else None
        said = " ".join((field.description or "").split()) if field else ""
        return f" ({said.rstrip('.')})" if said else ""

    def _keys(self, loc: tuple[Part, ...]) -> list[str]:
        model = self._at(loc)
        return [field.alias or name for name, field in model.model_fields.items()] if model else []

    def _at(self, loc: tuple[Part, ...]) -> type[Entry] | None:
        """The section or entry at a place, by the types alone."""
        kind: Any = self.model
        for part in loc:
            if isinstance(kind, type) and issubclass(kind, Entry):
                field = _field(kind, part)
                kind = _entry_of(field.annotation) if field else None
            elif get_origin(kind) in {list, dict, tuple}:
                kind = next((each for each in reversed(get_args(kind)) if each is not Ellipsis), None)
            else:
                return None
        return kind if isinstance(kind, type) and issubclass(kind, Entry) else None


def _entry_of(kind: Any) -> Any:
    """The type that an optional field has where it has one."""
    if get_origin(kind) in {UnionType, Union}:
        return next((each for each in get_args(kind) if each is not NoneType), None)
    return kind


def _field(model: type[Entry], key: Part) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key in (name, field.alias)), None)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else quoted(value)
