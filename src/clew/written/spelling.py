"""What somebody may have meant who wrote an unknown word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_SHOWN = 12


def instead(word: str, known: Iterable[str]) -> str:
    """``did you mean …?`` where a known word is near, else the known words."""
    words = list(known)
    close = difflib.get_close_matches(word, words, 1, 0.6)
    if close:
        return f"did you mean {close[0]}?"
    more = ", …" if len(words) > _SHOWN else ""
    return f"known: {', '.join(words[:_SHOWN])}{more}"
