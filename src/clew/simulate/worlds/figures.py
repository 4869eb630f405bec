"""The kinds of entries that a world file is made of; each names the source that it comes from."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from clew.written import entry
from clew.written.entry import fault

T = TypeVar("T")

MOST_POINTS = 16
"""Points of a distribution; an economy's tables have no more."""

Number = Annotated[float, Field(strict=True)]
SourceKind = Literal["code", "protocol", "study", "statistics", "case", "guess"]


class Entry(entry.Entry):
    """Anything in a world file: its figures lie in the bounds that their fields state."""

    @model_validator(mode="after")
    def _figures_in_bounds(self) -> Entry:
        for name, (least, most) in bounds(type(self)).items():
            figure = getattr(self, name)
            for key, values in (("is", (figure.value,)), ("between", figure.between or ())):
                for value in values:
                    if not least <= value <= most:
                        raise fault(
                            (name, key),
                            f"expected {plain(least)} to {plain(most)}, found {plain(value)}; change it",
                        )
        return self


def bounds(entry: type[Entry]) -> dict[str, tuple[float, float]]:
    """What the figures of a section must lie between, by field."""
    found = {}
    for name, field in entry.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and "least" in extra:
            found[name] = (float(str(extra["least"])), float(str(extra["most"])))
    return found


def plain(value: float) -> str:
    """A number as people write it."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


class Source(Entry):
    """Where figures come from: a wallet's code, a protocol, a study, statistics, a case, or a guess."""

    kind: SourceKind
    title: str
    where: str = ""
    """A place to read it: BIP, DOI, address, file and version."""
    note: str = ""


class Figure(Entry):
    """A number: ``is``, the range ``between`` which it may plausibly lie, and its source ``from``."""

    value: Number = Field(alias="is")
    between: tuple[Number, Number] | None = None
    source: str = Field(alias="from")

    @model_validator(mode="after")
    def _in_range(self) -> Figure:
        if self.between is not None and not self.between[0] <= self.value <= self.between[1]:
            low, high = (plain(value) for value in self.between)
            raise fault(
                ("is",),
                f"expected {low} to {high}, its own range, found {plain(self.value)}; change one of them",
            )
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
    """Names with weights, in any unit, ranges ``between`` which some may lie, and their source."""

    shares: dict[str, Annotated[Number, Field(ge=0)]]
    between: dict[str, tuple[Number, Number]] | None = None
    source: str = Field(alias="from")

    @model_validator(mode="after")
    def _in_ranges(self) -> Shares:
        for name, (low, high) in (self.between or {}).items():
            share = self.shares.get(name)
            if share is None or not 0 <= low <= share <= high:
                said = f"expected {plain(low)} to {plain(high)} as share of {name}"
                found = "none" if share is None else plain(share)
                raise fault(("between", name), f"{said}, found {found}; change one of them")
        return self

    @model_validator(mode="after")
    def _something(self) -> Shares:
        if not sum(self.shares.values()) > 0:
            raise fault(("shares",), "expected a share above 0, found none; raise one")
        return self


class Quantiles(Entry):
    """A distribution: the value below which each percentage lies; straight lines between.

    The percentages ascend from 0 to 100, the values with them; at most 16 of them.
    """

    quantiles: dict[float, Number]
    source: str = Field(alias="from")

    @model_validator(mode="after")
    def _ascending(self) -> Quantiles:
        percents, values = list(self.quantiles), list(self.quantiles.values())
        where = ("quantiles",)
        if not 2 <= len(percents) <= MOST_POINTS:
            raise fault(where, f"expected 2 to {MOST_POINTS} points, found {len(percents)}; leave some out")
        if (percents[0], percents[-1]) != (0, 100):
            found = f"{plain(percents[0])} and {plain(percents[-1])}"
            raise fault(where, f"expected 0 as first percentage and 100 as last, found {found}; add them")
        if percents != sorted(set(percents)) or values != sorted(values) or values[0] < 0:
            raise fault(where, "expected percentages and values that ascend from 0, found others; sort them")
        return self


class Path(Entry):
    """A quantity over time: its value on some days, straight lines between, constant outside."""

    points: dict[date, Number]
    source: str = Field(alias="from")

    @model_validator(mode="after")
    def _ascending(self) -> Path:
        days = list(self.points)
        if not days or days != sorted(set(days)) or min(self.points.values()) <= 0:
            raise fault(("points",), "expected days that ascend and values above 0, found others; sort them")
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
