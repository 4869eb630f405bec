"""Which of several versions of a provision is milder: only where it is so in every respect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clew.proceedings.days import Term
from clew.proceedings.money import Money
from clew.proceedings.provisions import Several, Version
from clew.proceedings.span import textless
from clew.proceedings.threshold import order

MILDER = "The version from {one} is milder than the one from {other}: {by}"
SAME = "The versions from {one} and {other} threaten the same"
TRADED = "The versions from {one} and {other} are not compared: milder by {milder}, heavier by {heavier}"
MISSING = "The versions from {one} and {other} are not compared: no common measure of {missing}"
NO_TEXT = "The version from {one} is {why}, so that nothing can be compared with it"
MAYBE = "The version from {one} may or may not have come in time, and would change the answer"

Relation = Literal["milder", "heavier", "same", "incomparable"]


@dataclass(frozen=True)
class Comparison:
    """How one version stands to another, piece by piece."""

    relation: Relation
    milder: tuple[str, ...]
    """Pieces that are milder in the first: minimum, maximum, fine, fine by value, relation of fine."""
    heavier: tuple[str, ...]
    missing: tuple[str, ...]
    """Pieces that only one of the two has, or that have no common measure."""


@dataclass(frozen=True)
class Mildest:
    """What came of comparing the version at the act with later ones."""

    later: tuple[Version, ...]
    milder: Version | None
    """The mildest, where it is a later one; None where the one at the act stays, or it is undetermined."""
    said: tuple[str, ...]
    """A sentence for each comparison that mattered."""
    is_determined: bool = True


def compare(one: Version, other: Version, several: Several | None = None) -> Comparison:
    """Whether one version is milder than another: no piece heavier, and one lighter.

    A piece that only one of the two has makes them incomparable, and so do fines in two currencies. Where
    the law has a lowest and a highest term of any imprisonment (``several``), these hold for a text that
    sets only the other end.
    """
    (least, most), (other_least, other_most) = range_of(one, several), range_of(other, several)
    ordered = {
        "minimum": _terms(least, other_least),
        "maximum": _terms(most, other_most),
        "fine": _money(one.fine, other.fine),
        "fine by value": _numbers(one.fine_times_value, other.fine_times_value),
        "relation of fine": 0 if one.fine_relation == other.fine_relation else None,
    }
    if _is_empty(one) and _is_empty(other):
        ordered = dict.fromkeys(ordered)
    missing = tuple(piece for piece, sign in ordered.items() if sign is None)
    milder = tuple(piece for piece, sign in ordered.items() if sign is not None and sign < 0)
    heavier = tuple(piece for piece, sign in ordered.items() if sign is not None and sign > 0)
    relation: Relation = "same"
    if missing or (milder and heavier) or textless(one) or textless(other):
        relation = "incomparable"
    elif milder or heavier:
        relation = "milder" if milder else "heavier"
    return Comparison(relation, milder, heavier, missing)


def range_of(version: Version, several: Several | None) -> tuple[Term | None, Term | None]:
    """Minimum and maximum, with the law's floor and cap where the text sets only the other end."""
    least, most = version.minimum, version.maximum
    if several is None or (least is None) == (most is None):
        return least, most
    if least is None:
        return several.floor.term if several.floor else None, most
    return least, most if least.is_life else several.cap


def mildest(
    at_the_act: Version, sure: Sequence[Version], later: Sequence[Version], several: Several | None = None
) -> Mildest:
    """The mildest of the version at the act and of later ones, those between included.

    ``sure``: those of ``later`` that certainly came before the judgment. Nothing is chosen where versions
    trade one piece for another, where a text is missing, or where a version that may have come would win.
    """
    said = [
        NO_TEXT.format(one=each.in_force_from, why=why)
        for each in later
        if (why := textless(each)) is not None
    ]
    if said:
        return Mildest(tuple(later), None, tuple(said), False)
    found = next(
        (each for each in (at_the_act, *sure) if _is_mildest(each, (at_the_act, *sure), several)), None
    )
    if found is None:
        pairs = [(one, other) for one in (at_the_act, *sure) for other in sure if other is not one]
        told = dict.fromkeys(_said(one, other, several) for one, other in pairs)
        return Mildest(tuple(later), None, tuple(told), False)
    said = [_said(found, each, several) for each in (at_the_act, *sure) if each is not found]
    for each in later:
        if each not in sure and compare(found, each, several).relation not in {"milder", "same"}:
            return Mildest(tuple(later), None, (*said, MAYBE.format(one=each.in_force_from)), False)
    return Mildest(tuple(later), None if found is at_the_act else found, tuple(said))


def _is_empty(version: Version) -> bool:
    return not (version.minimum or version.maximum or version.fine or version.fine_times_value)


def _is_mildest(one: Version, among: Sequence[Version], several: Several | None) -> bool:
    return all(each is one or compare(one, each, several).relation in {"milder", "same"} for each in among)


def _said(one: Version, other: Version, several: Several | None) -> str:
    found = compare(one, other, several)
    days = {"one": one.in_force_from, "other": other.in_force_from}
    if found.missing:
        return MISSING.format(missing=", ".join(found.missing), **days)
    if found.milder and found.heavier:
        return TRADED.format(milder=", ".join(found.milder), heavier=", ".join(found.heavier), **days)
    if found.relation == "heavier":
        return _said(other, one, several)
    return MILDER.format(by=", ".join(found.milder), **days) if found.milder else SAME.format(**days)


def _terms(one: Term | None, other: Term | None) -> int | None:
    if one is None or other is None:
        return 0 if one is other else None
    return order(one, other)


def _money(one: Money | None, other: Money | None) -> int | None:
    if one is None or other is None:
        return 0 if one is other else None
    if one.currency != other.currency:
        return None
    return (one.amount > other.amount) - (one.amount < other.amount)


def _numbers(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return 0 if one is other else None
    return (one > other) - (one < other)
