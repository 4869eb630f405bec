"""Names by which an entry refers to another, and what each must be the name of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from clew.written.entry import Name
from clew.written.tree import Part


@dataclass(frozen=True)
class Refers:
    """Of which list a name must be."""

    to: str


ToSource = Annotated[Name, Refers("sources")]
ToCourt = Annotated[Name, Refers("courts")]
ToProvision = Annotated[Name, Refers("provisions")]
ToRule = Annotated[Name, Refers("rules")]
ToRegime = Annotated[Name, Refers("regimes")]
ToGround = Annotated[Name, Refers("grounds")]
ToDeadline = Annotated[Name, Refers("deadlines")]
ToPerson = Annotated[Name, Refers("persons")]
ToEpisode = Annotated[Name, Refers("episodes")]
ToProceeding = Annotated[Name, Refers("proceedings")]
ToCharge = Annotated[Name, Refers("charges")]
ToOutcome = Annotated[Name, Refers("outcomes")]
ToRequest = Annotated[Name, Refers("requests")]
ToFigure = Annotated[Name, Refers("figures")]
ToClaim = Annotated[Name, Refers("claims")]


@dataclass(frozen=True)
class Reference:
    """One name that refers to another entry, and where it stands."""

    where: tuple[Part, ...]
    name: str
    to: str


def references(entry: BaseModel, where: tuple[Part, ...] = ()) -> Iterator[Reference]:
    """Every reference in an entry and below it, in the order of the model."""
    for field, about in type(entry).model_fields.items():
        value = getattr(entry, field)
        kind = next((each for each in about.metadata if isinstance(each, Refers)), None)
        yield from _below(value, kind or _refers(about.annotation), (*where, field))


def _below(value: Any, kind: Refers | None, where: tuple[Part, ...]) -> Iterator[Reference]:
    if isinstance(value, BaseModel):
        yield from references(value, where)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _below(each, kind, (*where, key))
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _below(each, kind, (*where, number))
    elif isinstance(value, str) and kind is not None:
        yield Reference(where, value, kind.to)


def _refers(annotation: Any) -> Refers | None:
    """What a field's type says that its names refer to."""
    if get_origin(annotation) is Annotated:
        return next((each for each in get_args(annotation)[1:] if isinstance(each, Refers)), None)
    if get_origin(annotation) in {list, dict, tuple, Union, UnionType}:
        return next((found for each in get_args(annotation) if (found := _refers(each))), None)
    return None
