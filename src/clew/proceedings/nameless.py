"""Text that names nobody. No rule knows all names: what passes still has to be read by somebody."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from clew.written.entry import FAULT
from clew.written.prose import why_named


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


Nameless = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(nameless)]
"""Text in which nobody is named."""

CaseNumber = Annotated[
    str,
    Field(min_length=2, max_length=60, pattern=r"^[0-9A-Za-z가-힣 .,:()/-]*[0-9][0-9A-Za-z가-힣 .,:()/-]*$"),
    AfterValidator(nameless),
]
"""A court's or an authority's number of a case."""

__all__ = ["CaseNumber", "Nameless", "nameless", "why_named"]
