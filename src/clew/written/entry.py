"""The base of everything that a file written by people may hold, and how a fault names its place."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
"""A name by which other entries refer to one: small letters, digits, dots and hyphens."""

FAULT = "written"


class Entry(BaseModel):
    """A mapping in a file: unknown keys are errors, and nothing changes once it is read."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


def fault(where: tuple[str, ...], said: str) -> PydanticCustomError:
    """An error at a place below the entry that raises it."""
    return PydanticCustomError(FAULT, "{said}", {"said": said, "where": where})
