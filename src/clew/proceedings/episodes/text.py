"""Episodes as YAML, to be pasted into a matter, or a matter's text with episodes appended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from clew.errors import UsageError
from clew.proceedings.matter import Episode
from clew.written.tree import read

_KEY = re.compile(r"[A-Za-z_][\w]*:")
_TODO = "clew law example --yaml shows a whole matter"
_WIDTH = 110


def as_yaml(episodes: Sequence[Episode]) -> str:
    """The list ``episodes`` of a matter, as text; days and amounts as a matter writes them."""
    import yaml

    written = {"episodes": [_plain(each) for each in episodes]}
    return str(yaml.dump(written, sort_keys=False, allow_unicode=True, width=_WIDTH, Dumper=_dumper()))


def appended(text: str, episodes: Sequence[Episode], file: str = "the matter") -> str:
    """A matter's text with episodes after its own, and the schedule among its sources where it is missing.

    Everything else stays as it was written, with its comments. Raises UsageError where the text is no matter,
    writes its episodes or sources on one line, or has an episode of the same name.
    """
    tree = read(text, file, "a matter", _TODO).plain()
    known = {each.get("name") for each in tree.get("episodes") or [] if isinstance(each, dict)}
    for each in episodes:
        if each.name in known:
            raise UsageError(
                f"{file}: expected no episode {each.name!r}, found it there; it was added before"
            )
    if not episodes:
        return text
    for source in dict.fromkeys(each.source for each in episodes):
        if source not in (tree.get("sources") or {}):
            digest = next(each.schedule for each in episodes if each.source == source)
            text = _into(text, "sources", _source(source, digest), file)
    body = as_yaml(episodes).split("\n", 1)[1]
    if tree.get("episodes"):
        return _into(text, "episodes", _like(text, body), file)
    text = re.sub(r"^episodes:[ \t]*(\[\])?[ \t]*\n", "", text, flags=re.MULTILINE)
    return f"{text.rstrip()}\n\nepisodes:\n{body}"


def _source(name: str, digest: str | None) -> str:
    lines = [f"  {name}:", "    kind: notes", "    title: Schedule of acts, read off the ledger"]
    return "\n".join([*lines, *([f"    digest: {digest}"] if digest else [])]) + "\n"


def _like(text: str, body: str) -> str:
    """The list with the indent that the text's own list has."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("episodes:"))
    first = next((line for line in lines[start + 1 :] if line.lstrip().startswith("- ")), "  - ")
    indent = " " * (len(first) - len(first.lstrip()))
    return "".join(f"{indent}{line[2:]}\n" if line else "\n" for line in body.splitlines())


def _into(text: str, key: str, body: str, file: str) -> str:
    """The text with a body at the end of what stands under a key of the first level."""
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith(f"{key}:")]
    if not starts or lines[starts[0]].split("#")[0].strip() != f"{key}:":
        raise UsageError(
            f"{file}: expected {key} on lines of their own, found none; "
            f"write {key}: on a line, and each below it"
        )
    end = next((n for n in range(starts[0] + 1, len(lines)) if _KEY.match(lines[n])), len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    before = "".join(lines[:end])
    return f"{before}{'' if before.endswith(chr(10)) else chr(10)}{body}{''.join(lines[end:])}"


def _plain(episode: Episode) -> dict[str, Any]:
    """An episode as a file writes it: without what is absent or empty."""
    first = ["name", "person"]
    values = episode.model_dump(mode="json", exclude_none=True)
    order = [*first, *(key for key in Episode.model_fields if key not in first)]
    kept = {key: values[key] for key in order if key in values and values[key] not in ([], {})}
    if "value" in kept:
        kept["value"] = [str(each) for each in episode.value]
    return kept


def _dumper() -> type[Any]:
    """A dumper that indents lists below their keys and leaves days without quotes."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    # Files of matters read every plain word as text, days too, so that days need no quotes.
    Dumper.yaml_implicit_resolvers = {
        first: [(tag, found) for tag, found in known if tag != "tag:yaml.org,2002:timestamp"]
        for first, known in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }
    return Dumper


__all__ = ["appended", "as_yaml"]
