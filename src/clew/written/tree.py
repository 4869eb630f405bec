"""YAML read into a tree in which everything still knows its file and line.

Files of worlds and of law need plain mappings, lists and scalars only, so the tree is built from the
parser's events: no tags, no anchors, no objects. Keys stay text, as in JSON.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clew.errors import UsageError
from clew.written.prose import names_in_slug, quoted, why_named

Part = str | int
Scalar = str | int | float | bool | None

MOST_BYTES = 4_000_000
MOST_DEPTH = 12
CITES = "from"
"""The key that makes a mapping an entry, which another file replaces whole."""

NAMES = ("name", "protocol")
"""Keys by which an item of a list calls itself."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class Node:
    """A mapping, a list or a scalar, and where it was written."""

    value: dict[str, Node] | list[Node] | Scalar
    file: str
    line: int
    """Of its key, where it has one."""

    @property
    def name(self) -> str | None:
        """What a mapping in a list calls itself."""
        if isinstance(self.value, dict):
            for key in NAMES:
                found = self.value.get(key)
                if found is not None and isinstance(found.value, str):
                    return found.value
        return None

    def plain(self) -> Any:
        """The same as dictionaries, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def child(self, part: Part) -> Node | None:
        """What stands under a key; in a list under a number, or under the name of an item."""
        if isinstance(self.value, dict):
            return self.value.get(str(part))
        if isinstance(self.value, list):
            named = next((item for item in self.value if item.name == part), None)
            if named is not None or not str(part).isdecimal():
                return named
            number = int(part)
            return self.value[number] if number < len(self.value) else None
        return None

    def nearest(self, parts: tuple[Part, ...]) -> tuple[Node, tuple[str, ...], tuple[Part, ...]]:
        """The deepest node on the way, the way to it with items by name, and what is left of it."""
        node: Node = self
        way: list[str] = []
        for number, part in enumerate(parts):
            found = node.child(part)
            if found is None:
                return node, tuple(way), parts[number:]
            way.append(_called(found, part) if isinstance(node.value, list) else _spoken(part))
            node = found
        return node, tuple(way), ()


def text_in(name: str) -> str:
    """The text of a file, or of standard input (``-``). Raises UsageError for one that cannot be read."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8")
    except OSError as error:
        raise UsageError(
            f"{name}: expected a readable file, found {error.strerror}; check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: expected UTF-8 text, found other bytes; save it as UTF-8") from error


def read(text: str, file: str, what: str, todo: str) -> Node:
    """The tree of a YAML text. Raises UsageError, with the line, for what is not plain YAML.

    ``what`` the file should be, and what to do where it is not (``todo``), are said in messages.
    """
    import yaml

    if len(text) > MOST_BYTES:
        raise UsageError(
            f"{file}: expected a file of up to {MOST_BYTES:,} characters, found {len(text):,}; {todo}"
        )
    # The parser of libyaml gives the same events, ten times faster; not every wheel has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(yaml.parse(text, Loader=loader), file, todo).document(what)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise UsageError(f"{file}:{line}: not readable as YAML: {said}") from error
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise UsageError(f"{file}: not readable as YAML: {said}") from error


class _Builder:
    """Builds the tree from events."""

    def __init__(self, events: Iterator[Any], file: str, todo: str) -> None:
        self._events = events
        self._file = file
        self._todo = todo

    def document(self, what: str) -> Node:
        import yaml

        node: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    raise self._error(
                        event, "expected one document, found another that begins here; remove it"
                    )
                node = self._node(next(self._events), 0)
        if node is None or not isinstance(node.value, dict):
            line = node.line if node else 1
            raise UsageError(f"{self._file}:{line}: expected {what}, found no mapping; {self._todo}")
        return node

    def _node(self, event: Any, depth: int, line: int = 0) -> Node:
        import yaml

        begins = line or _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._error(event, "expected plain values, found an anchor or alias; write it out")
        if getattr(event, "tag", None) is not None:
            raise self._error(event, f"expected plain values, found the tag {event.tag}; remove it")
        if depth > MOST_DEPTH:
            raise self._error(event, f"expected at most {MOST_DEPTH} levels, found more; {self._todo}")
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event.value) if event.implicit[0] else event.value
            return Node(value, self._file, begins)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(begins, depth)
        return self._mapping(begins, depth)

    def _list(self, line: int, depth: int) -> Node:
        import yaml

        event: Any
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Node(items, self._file, line)

    def _mapping(self, line: int, depth: int) -> Node:
        import yaml

        event: Any
        children: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag is not None:
                raise self._error(event, "expected a plain word as key, found something else")
            first = children.get(event.value)
            if first is not None:
                raise self._error(
                    event,
                    f"expected each key once, found {quoted(event.value)} again "
                    f"(first on line {first.line}); remove one of the two",
                )
            children[event.value] = self._node(next(self._events), depth + 1, _line(event))
        return Node(children, self._file, line)

    def _error(self, event: Any, reason: str) -> UsageError:
        return UsageError(f"{self._file}:{_line(event)}: {reason}")


def _called(item: Node, part: Part) -> str:
    """An item of a list by its name; by its number where it has none, or one that may be somebody's."""
    name = item.name
    return _spoken(part) if name is None or _may_name(name) else name


def _spoken(part: Part) -> str:
    return "…" if isinstance(part, str) and _may_name(part) else str(part)


def _may_name(text: str) -> bool:
    return why_named(text) is not None or names_in_slug(text)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(text: str) -> Scalar:
    """What a plain word means, by the rules of JSON: a country code NO is no falsehood."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    return text


def merged(base: Node, over: Node) -> Node:
    """``base`` with what ``over`` says instead.

    Mappings merge key by key and lists of named items name by name, new ones last. An entry (a
    mapping that cites a source) and any other list or scalar is replaced whole; so is a list by an
    empty one.
    """
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        if CITES in base.value or CITES in over.value:
            return over
        keys = [*base.value, *(key for key in over.value if key not in base.value)]
        children = {key: _either(base.value.get(key), over.value.get(key)) for key in keys}
        return Node(children, over.file, over.line)
    if isinstance(base.value, list) and isinstance(over.value, list):
        names = [item.name for item in (*base.value, *over.value)]
        if None in names or not over.value:
            return over
        known = [item.name for item in base.value]
        items = [_either(item, over.child(item.name or "")) for item in base.value]
        items += [item for item in over.value if item.name not in known]
        return Node(items, over.file, over.line)
    return over


def _either(base: Node | None, over: Node | None) -> Node:
    if base is None or over is None:
        found = over if base is None else base
        assert found is not None
        return found
    return merged(base, over)
