"""Categories of one column in several releases, said in the finest parts that any of them knows.

Years 2015 to 2017 in one release and 2015 to 2018 in the next, or a region and its districts, are subtracted
as easily as tables are. So a column's categories may only grow by new ones, or be split or merged as
declared; each release's categories are then sums of the same parts, and the attacker sees them so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.errors import UsageError
from clew.proceedings.statistics.tables import Release

Coding = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Recoding:
    """The parts of every column, and how each release's categories consist of them."""

    sizes: Mapping[str, int]
    """How many parts each column has."""

    codings: tuple[Mapping[str, Coding], ...]
    """For each release, by column and category, the positions of its parts."""


def recoding(releases: Sequence[Release]) -> Recoding:
    """The common parts of the categories of ``releases``, the earliest first.

    Raises UsageError where a column's categories differ from those of the release before in another way than
    by new ones, or by what ``recoded`` declares.
    """
    latest: dict[str, int] = {}
    maps: list[dict[str, dict[str, tuple[str, ...]]]] = []
    for number, release in enumerate(releases):
        coding: dict[str, dict[str, tuple[str, ...]]] = {}
        for name, categories in release.columns.items():
            if name in latest:
                before = maps[latest[name]][name]
                said = release.recoded.get(name, {})
                new, split = _next(name, before, categories, said, number, release)
                for earlier in maps:
                    if name in earlier:
                        earlier[name] = {each: _split(p, split) for each, p in earlier[name].items()}
                coding[name] = new
            else:
                coding[name] = {each: (_label(number, each),) for each in categories}
            latest[name] = number
        maps.append(coding)
    positions: dict[str, dict[str, int]] = {}
    for coding in maps:
        for name, said_parts in coding.items():
            known = positions.setdefault(name, {})
            for parts in said_parts.values():
                for each in parts:
                    known.setdefault(each, len(known))
    return Recoding(
        {name: len(known) for name, known in positions.items()},
        tuple(
            {
                name: {each: tuple(sorted(positions[name][p] for p in parts)) for each, parts in said.items()}
                for name, said in coding.items()
            }
            for coding in maps
        ),
    )


def _label(number: int, category: str) -> str:
    return f"{number}:{category}"


def _split(parts: tuple[str, ...], split: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(each for part in parts for each in split.get(part, (part,)))


def _next(
    name: str,
    before: Mapping[str, tuple[str, ...]],
    categories: Sequence[str],
    said: Mapping[str, Sequence[str]],
    number: int,
    release: Release,
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """A column's new coding, and which parts are split by it."""
    where = f"release {release.date.isoformat()}, column {name!r}"
    finer = all(each in before and set(parts) <= set(categories) for each, parts in said.items())
    coarser = all(each in categories and set(parts) <= set(before) for each, parts in said.items())
    listed = [each for parts in said.values() for each in parts]
    kept = set(before) - set(said) if finer else set(before) - set(listed)
    mixed = kept & (set(listed) if finer else set(said))
    if not (finer or coarser) or mixed or len(set(listed)) != len(listed):
        raise UsageError(
            f"{where}: expected each coarse category with the finer ones it consists of, in this release or "
            "the one before, found others in its recoding; correct it"
        )
    split: dict[str, tuple[str, ...]] = {}
    coding: dict[str, tuple[str, ...]] = {}
    if finer:
        for each, parts in said.items():
            if len(before[each]) > 1:
                raise UsageError(
                    f"{where}: expected a category that was never merged, found {each!r} split, which an "
                    "earlier release had merged otherwise; keep the categories of that release"
                )
            split[before[each][0]] = tuple(_label(number, part) for part in parts)
            coding |= {part: (_label(number, part),) for part in parts}
        gone = [each for each in before if each not in said and each not in categories]
    else:
        coding |= {each: tuple(p for part in parts for p in before[part]) for each, parts in said.items()}
        gone = [each for each in before if each not in listed and each not in categories]
    if gone:
        raise UsageError(
            f"{where}: expected the categories of the release before, found {gone[0]!r} gone; keep it, or "
            "declare in the recoding what it was split into or merged with"
        )
    for each in categories:
        if each not in coding:
            coding[each] = before.get(each) or (_label(number, each),)
    return coding, split
