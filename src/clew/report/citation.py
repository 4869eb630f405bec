"""Articles of Korean acts, cited as Korean law cites them."""

from __future__ import annotations

import re

_ARTICLE = re.compile(r"Art\. (\d+)(?:-(\d+))?(?:\((\d+)\))?(?:,? ?(?:no\. |item )?(\d+))?")


def in_korean(article: str) -> str | None:
    """``Art. 10-4`` as 제10조의4, ``Art. 38(1)`` as 제38조 제1항; None where it is no such article."""
    found = _ARTICLE.fullmatch(article)
    if not found:
        return None
    number, branch, paragraph, item = found.groups()
    said = f"제{number}조" + (f"의{branch}" if branch else "")
    return said + (f" 제{paragraph}항" if paragraph else "") + (f" 제{item}호" if item else "")
