"""Text files read so that everything still knows its line: YAML as text, and plain decoding."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from typing import Any

from clew.errors import UsageError

MOST_VALUES = 20_000_000
"""Values of a YAML file once its aliases are written out."""

MOST_DEPTH = 40

_NULL = "tag:yaml.org,2002:null"
_NOT_TEXT = {
    b"\xff\xd8\xff": "a JPEG image",
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"RIFF": "an image, sound or film",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a SQLite database",
}


class BadTextError(UsageError):
    """A text that cannot be read; ``line`` is where."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def bad_text(line: int, reason: str) -> BadTextError:
    """The error that says what is wrong at a line."""
    return BadTextError(reason, line)


@dataclass
class Mapping:
    """A YAML mapping: ``values`` by key, where each key stands (``lines``), and where it begins.

    A value is a Mapping, a list, a text as written (also a number or a truth value), or None.
    ``twice``: keys that were written again, and where.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    twice: list[tuple[str, int]] = field(default_factory=list)

    def text(self, key: str) -> str | None:
        """The text under a key; None where there is none, or something else than a text."""
        found = self.values.get(key)
        return found if isinstance(found, str) else None


def require_text(data: bytes) -> None:
    """Raise BadTextError for the bytes of an image, an archive or the like."""
    for start, what in _NOT_TEXT.items():
        if data.startswith(start):
            raise bad_text(1, f"expected a text, found {what}; it was not read")
    if b"\0" in data and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise bad_text(line, "expected a text, found a zero byte; it was not read")


def decoded(data: bytes, encoding: str | None = None) -> str:
    """The text of a file: in ``encoding``, else UTF-8. Raises BadTextError."""
    require_text(data)
    name = encoding or ("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    try:
        return data.decode(name)
    except LookupError:
        raise bad_text(1, f"no such encoding: {encoding!r}; name one as cp1252 or latin-1") from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise bad_text(
            line, f"expected text in {name}, found byte 0x{data[error.start]:02x}; save it as UTF-8"
        ) from None


_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_yaml(text: str) -> Any:
    """The one document of a YAML text: Mapping, list, text or None. Raises BadTextError.

    Values stay as they are written, so that a country code NO is no truth value and a hash no number.
    """
    import yaml

    # The parser of libyaml gives the same nodes, ten times faster; not every wheel has it.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text, Loader=loader)
        return None if root is None else _Builder().build(root, 0)[0]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise bad_text(mark.line + 1 if mark else 1, f"not readable as YAML: {said}") from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise bad_text(line, f"not readable as YAML: {error.reason}") from None
    except RecursionError:
        raise bad_text(1, "not readable as YAML: nested too deeply") from None


class _Builder:
    """Builds values from nodes; what an alias names again is built once, and counted each time."""

    def __init__(self) -> None:
        self._built: dict[int, tuple[Any, int]] = {}

    def build(self, node: Any, depth: int) -> tuple[Any, int]:
        """The value of a node, and how many values are in it."""
        import yaml

        if isinstance(node, yaml.ScalarNode):
            return (None if node.tag == _NULL else node.value), 1
        known = self._built.get(id(node))
        if known is None:
            if depth > MOST_DEPTH:
                raise bad_text(node.start_mark.line + 1, "not readable as YAML: nested too deeply")
            make = self._mapping if isinstance(node, yaml.MappingNode) else self._list
            known = make(node, depth)
            if known[1] > MOST_VALUES:
                raise bad_text(node.start_mark.line + 1, "not readable as YAML: aliases make it too large")
            self._built[id(node)] = known
        return known

    def _list(self, node: Any, depth: int) -> tuple[Any, int]:
        items = [self.build(each, depth + 1) for each in node.value]
        return [item for item, _ in items], 1 + sum(size for _, size in items)

    def _mapping(self, node: Any, depth: int) -> tuple[Any, int]:
        found, total = Mapping(node.start_mark.line + 1), 1
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key, _ = self.build(key_node, depth + 1)
            if not isinstance(key, str):
                raise bad_text(line, "not readable as YAML: expected a name before the colon")
            value, size = self.build(value_node, depth + 1)
            total += size
            if key in found.values:
                found.twice.append((key, line))
            found.values[key] = value
            found.lines[key] = line
        return found, total


def as_plain(value: Any) -> Any:
    """The same as dictionaries, lists and texts, ready for JSON."""
    if isinstance(value, Mapping):
        return {key: as_plain(each) for key, each in value.values.items()}
    return [as_plain(each) for each in value] if isinstance(value, list) else value


__all__ = ["BadTextError", "Mapping", "as_plain", "decoded", "read_yaml", "require_text"]
