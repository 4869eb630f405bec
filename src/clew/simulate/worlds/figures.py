"""The kinds of entries that a world file is made of; each names the source that it comes from."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

T = TypeVar("T")

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
SourceKind = Literal["code", "protocol", "study", "statistics", "case", "guess"]


class Entry(BaseModel):
    """Anything in a world file: unknown keys are errors, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(Entry):
    """Where figures come from: a wallet's code, a protocol, a study, statistics, a case, or a guess."""

    kind: SourceKind
    title: str
    where: str = ""
    """A place to read it: BIP, DOI, address, file and version."""
    note: str = ""


class Figure(Entry):
    """A number: ``is``, the range ``between`` which it may plausibly lie, and its source ``from``."""

    value: float = Field(alias="is")
    between: tuple[float, float] | None = None
    source: str = Field(alias="from")

    @model_validator(mode="after")
    def _in_range(self) -> Figure:
        if self.between is not None and not self.between[0] <= self.value <= self.between[1]:
            raise ValueError(f"{self.value} is not between {self.between[0]} and {self.between[1]}")
        return self

    def __float__(self) -> float:
        return self.value

    def __int__(self) -> int:
        return round(self.value)


def figure(least: float, most: float) -> Figure:
    """A field for a figure that must lie from ``least`` to ``most``, its range included."""
    return Field(json_schema_extra={"least": least, "most": most})  # type: ignore[no-any-return]


class Choice(Entry, Generic[T]):
    """One of some words, or yes or no, and its source."""

    value: T = Field(alias="is")
    source: str = Field(alias="from")


class Shares(Entry):
    """Names with weights, in any unit, and their source."""

    shares: dict[str, Annotated[float, Field(ge=0)]]
    source: str = Field(alias="from")

    @model_validator(mode="after")
    def _something(self) -> Shares:
        if not sum(self.shares.values()) > 0:
            raise ValueError("at least one share must be above zero")
        return self


class Quantiles(Entry):
    """A distribution: the value below which each percentage lies; straight lines between.

    The percentages ascend from 0 to 100, the values with them.
    """

    quantiles: dict[float, float]
    source: str = Field(alias="from")

    @model_validator(mode="after")
    def _ascending(self) -> Quantiles:
        percents, values = list(self.quantiles), list(self.quantiles.values())
        if len(percents) < 2 or percents[0] != 0 or percents[-1] != 100:
            raise ValueError("percentages must run from 0 to 100")
        if percents != sorted(set(percents)) or values != sorted(values) or values[0] < 0:
            raise ValueError("percentages and values must ascend, and no value be negative")
        return self


class Path(Entry):
    """A quantity over time: its value on some days, straight lines between, constant outside."""

    points: dict[date, float]
    source: str = Field(alias="from")

    @model_validator(mode="after")
    def _ascending(self) -> Path:
        days = list(self.points)
        if not days or days != sorted(set(days)) or min(self.points.values()) <= 0:
            raise ValueError("days must ascend, and values be above zero")
        return self

    def at(self, day: date) -> float:
        """The value on ``day``."""
        days = list(self.points)
        if day <= days[0]:
            return self.points[days[0]]
        for before, after in pairwise(days):
            if day <= after:
                part = (day - before).days / (after - before).days
                return self.points[before] + part * (self.points[after] - self.points[before])
        return self.points[days[-1]]
