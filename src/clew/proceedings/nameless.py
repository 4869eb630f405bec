"""Text that names nobody. No rule knows all names: what passes still has to be read by somebody."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from clew.written.entry import FAULT
from clew.written.persons import form_of_a_name, holds_account, in_label, in_text

_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_MOST = 3


def nameless(text: str) -> str:
    """The text, unless it seems to name a person; then PydanticCustomError says why and what to do."""
    reason = why_named(text)
    if reason:
        raise PydanticCustomError(
            FAULT,
            "{said}",
            {
                "said": f"expected a text that names nobody, found one that {reason}; "
                "write the role and the case number instead",
                "where": (),
            },
        )
    return text


def why_named(text: str) -> str | None:
    """Why a text seems to name a person or to lead to one; None where no rule finds a name.

    The words found are not repeated, so that a message carries no name further.
    """
    for said in in_text(text, "text"):
        return said.rpartition(" holds ")[2] and f"holds {said.rpartition(' holds ')[2]}"
    if holds_account(text):
        return "holds the name of an account"
    reason = form_of_a_name(text)
    if reason:
        return reason
    for said in in_label(text):
        if "title of persons" in said or "surname" in said:
            return said.partition("' ")[2] or "is formed like a name"
    words = [found.group() for found in _WORD.finditer(text)]
    for size in range(2, _MOST + 1):
        for start in range(len(words) - size + 1):
            reason = form_of_a_name(" ".join(words[start : start + size]))
            if reason:
                return reason.replace("is formed", "has words formed")
    return None


Nameless = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(nameless)]
"""Text in which nobody is named."""

CaseNumber = Annotated[
    str,
    Field(min_length=2, max_length=60, pattern=r"^[0-9A-Za-z가-힣 .,:()/-]*[0-9][0-9A-Za-z가-힣 .,:()/-]*$"),
    AfterValidator(nameless),
]
"""A court's or an authority's number of a case."""
