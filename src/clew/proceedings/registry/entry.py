"""An entry of the register as somebody gives it: read, judged by the books of law, refused in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from clew.errors import UsageError
from clew.proceedings.load import Law
from clew.proceedings.registry.registered import PERSONAL, Registered
from clew.written.faults import every
from clew.written.spelling import instead
from clew.written.tree import Node, read, text_in

_TODO = "clew law register add --help shows an entry"
_NO_SUCH_KEY = (
    "expected a key of an entry, found one that tells who somebody is; the register has no such key: a "
    "person is a role and a case number"
)


def tree_of(entry: Mapping[str, Any] | Node) -> Node:
    """An entry as a tree, so that faults can say the line where there is one."""
    if isinstance(entry, Node):
        return entry
    return _grown(json.loads(json.dumps(entry, default=str)))


def read_entries(name: str) -> list[Node]:
    """Entries of a YAML file, or of standard input (``-``): a list under ``proceedings``, or one entry.

    Raises UsageError for a file that cannot be read.
    """
    text = text_in(name)
    tree = read(text, name, "proceedings", _TODO)
    listed = tree.child("proceedings")
    if listed is None:
        return [tree]
    if not isinstance(listed.value, list) or not all(isinstance(each.value, dict) for each in listed.value):
        raise UsageError(
            f"{name}:{listed.line}: proceedings: expected a list of entries, found another form; {_TODO}"
        )
    return listed.value


def _grown(value: Any) -> Node:
    if isinstance(value, dict):
        return Node({key: _grown(each) for key, each in value.items()}, "entry", 0)
    if isinstance(value, list):
        return Node([_grown(each) for each in value], "entry", 0)
    return Node(value, "entry", 0)


def with_id(node: Node, known: Mapping[str, Registered]) -> Node:
    """An entry with an id: its own, or the next free one."""
    if not isinstance(node.value, dict) or "id" in node.value:
        return node
    number = len(known) + 1
    while f"p{number}" in known:
        number += 1
    return Node({"id": Node(f"p{number}", node.file, node.line), **node.value}, node.file, node.line)


def parsed(node: Node, law: Law) -> Registered:
    """An entry. Raises UsageError at the first fault, with its place and how many more there are."""
    said = _personal(node)
    if said:
        raise UsageError(said)
    try:
        new = Registered.model_validate(node.plain())
    except ValidationError as error:
        lines = [_unplaced(each) for each in every(error, node, Registered, _TODO)]
        more = len(lines) - 1
        raise UsageError(lines[0] + (f" ({more} more)" if more else "")) from None
    if new.court not in law.courts:
        raise UsageError(
            f"{place_of(node, 'court')}expected a court of the books of law, found {new.court!r}; "
            f"{instead(new.court, law.courts)}"
        )
    home = law.book_of(new.court).jurisdiction
    if home is not None and home != new.jurisdiction:
        raise UsageError(
            f"{place_of(node, 'jurisdiction')}expected {home}, to which {new.court} belongs, found "
            f"{new.jurisdiction}; correct one of the two"
        )
    for each in new.offences:
        if each not in law.provisions:
            raise UsageError(
                f"{place_of(node, 'offences')}expected a provision of the books of law, found {each!r}; "
                f"{instead(each, law.provisions)}"
            )
    return new


def _personal(node: Node) -> str | None:
    """Why an entry is refused for a key that tells who somebody is; its value is not repeated."""
    if not isinstance(node.value, dict):
        return None
    for key, child in node.value.items():
        words = key.casefold().replace("-", "_").split("_")
        if key not in Registered.model_fields and PERSONAL.intersection([key.casefold(), *words]):
            return f"{place_of(node, key)}{_NO_SUCH_KEY}"
        below = _personal(child)
        if below:
            return below
    return None


def place_of(node: Node, key: str) -> str:
    """How a fault names its place: the key, and file and line where it stands in a file."""
    child = node.child(key) or node
    return f"{node.file}:{child.line}: {key}: " if node.line else f"{key}: "


def _unplaced(line: str) -> str:
    """A fault without the place of an entry that stands in no file."""
    return line.removeprefix("entry:0: ")


__all__ = ["parsed", "place_of", "read_entries", "tree_of", "with_id"]
