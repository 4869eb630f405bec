"""The language that a document is set in: its own few words, and the fonts that have its letters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """What a page says by itself, whatever the document is about."""

    code: str
    """ISO 639-1, with a country where it matters, as in ``en-GB``."""
    running: str
    """What stands at the head of each page."""
    snapshot: str
    page: str
    """The page's number, and of how many."""
    figure: str
    fonts: tuple[str, ...] = ()
    """Fonts of the machine, any of which has the letters; none where the typesetter's own have them."""


ENGLISH = Language("en-GB", "Clew report", "snapshot", "page {page} of {pages}", "Figure")

KOREAN = Language(
    "ko-KR",
    "Clew 보고서",
    "스냅숏",
    "{page} / {pages} 쪽",
    "그림",
    (
        "NanumMyeongjo",
        "Noto Serif CJK KR",
        "Noto Serif KR",
        "AppleMyungjo",
        "Batang",
        "NanumGothic",
        "Noto Sans CJK KR",
        "Noto Sans KR",
        "Apple SD Gothic Neo",
        "Malgun Gothic",
    ),
)

LANGUAGES = {"en": ENGLISH, "ko": KOREAN}
"""Languages by the short name that ``--language`` takes."""
