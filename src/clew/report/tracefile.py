"""A trace file, as ``docs/trace.md`` says, read for a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from clew.errors import ReportError

FORMAT = "clew trace 1"
SET = "poison"
"""The policy that states no amounts, so that nothing can be drawn of it."""

_KEYS = ("network", "tip", "snapshot", "parameters", "sources", "given", "transactions", "traces", "digest")


def read_trace(path: Path) -> dict[str, Any]:
    """The trace in a file. Raises ReportError where there is none, or where it was altered."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"{path}: the trace cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise ReportError(
            f"{path}: expected a trace file, which is JSON, found something else; clew trace -o makes one"
        ) from None
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise ReportError(
            f"{path}: expected a file of format {FORMAT!r}, found {found!r}; clew trace -o makes one"
        )
    if missing := [key for key in _KEYS if key not in content]:
        raise ReportError(f"{path}: the trace has no {missing[0]!r}; make it again with clew trace -o")
    if content["digest"] != digest_of(content):
        raise ReportError(
            f"{path}: the trace was altered after it was made: expected the digest {digest_of(content)}, "
            f"found {content['digest']}; make it again with clew trace -o"
        )
    return dict(content)


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of a trace's JSON without its key ``digest``, as hex."""
    kept = {key: value for key, value in content.items() if key != "digest"}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def policies(content: Mapping[str, Any]) -> list[str]:
    """The policies of a trace that state amounts, in its order."""
    return [str(each["policy"]) for each in content["traces"] if each["policy"] != SET]


__all__ = ["FORMAT", "SET", "digest_of", "policies", "read_trace"]
