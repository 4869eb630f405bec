"""What tests of tags share: packs in the forms that people have them in, and what no tag looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

UNTAGGED: dict[str, Any] = {"tags": [], "tags_found": 0, "conflict": False}
"""What an answer says of an entity without tags."""

HEAD = ("title: A pack", "creator: tests", "network: BTC", "source: https://example.org", "label: Somebody")


def pack(path: Path, *tags: str, head: tuple[str, ...] = HEAD) -> Path:
    """Write a TagPack: lines of the header, and the fields of each tag in one line (YAML flow style)."""
    lines = [*head, "tags:" if tags else "tags: []", *(f"- {{{tag}}}" for tag in tags)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
