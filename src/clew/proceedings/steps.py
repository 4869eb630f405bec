"""How a result was reached: the steps that led to it, what was assumed, what is unverified."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel

from clew.proceedings.claims import Mark
from clew.proceedings.days import Day, Term
from clew.proceedings.money import Money

MARKS = {
    "read": "",
    "memory": "unverified: from memory",
    "inferred": "unverified: inferred",
}
"""What stands beside a fact of each mark."""


@dataclass(frozen=True)
class Step:
    """One step: what was found or done, and the provision and source that it rests on."""

    said: str
    provision: str | None = None
    """As cited."""
    source: str | None = None
    """Title of the source."""
    mark: Mark | None = None
    """None for a step that only computes."""


@dataclass(frozen=True)
class Reasoned:
    """What every computed result carries."""

    steps: tuple[Step, ...]
    assumptions: tuple[str, ...]
    unverified: tuple[str, ...]
    """What in it was not read in a source, a sentence each."""


def row(value: Any) -> Any:
    """A result as JSON takes it: days and money as text, tuples as lists, absent values as None."""
    if isinstance(value, BaseModel):
        return row(value.model_dump())
    if isinstance(value, Day | Term | Money | Decimal | PurePath):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: row(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): row(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [row(each) for each in value]
    return value
