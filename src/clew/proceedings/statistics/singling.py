"""Which combinations of columns single persons out, and which groups have one outcome only.

k-anonymity (Samarati and Sweeney, 1998) over every combination of columns: a combination singles out where
some group of records that share its categories has fewer than k members. Only minimal combinations are
told, since a group only shrinks as columns are added. A group whose members share one category of a
sensitive column tells that category of each member (l-diversity, Machanavajjhala and others, 2007).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from clew.errors import UsageError
from clew.proceedings.statistics.columns import coded, declared

OUTCOME = "outcome"


@dataclass(frozen=True)
class SinglingOut:
    """A minimal combination of columns that has a small group, or a group of one outcome."""

    columns: tuple[str, ...]
    """In the order in which they were declared."""

    smallest: int
    """Records in the smallest group that is not empty; of groups of one outcome, in the smallest of those."""

    groups: int
    """How many groups are as the sentence says."""

    tells: str
    """The column whose category such a group gives away, or nothing where it is the group's size."""

    said: str
    """The finding in one plain sentence, without the categories of the group."""


def singling_out(
    records: Sequence[Mapping[str, str]],
    columns: Mapping[str, Sequence[str]],
    k: int = 5,
    sensitive: Sequence[str] = (OUTCOME,),
) -> tuple[SinglingOut, ...]:
    """Each minimal combination of ``columns`` with a non-empty group under ``k``, then groups of one outcome.

    ``columns`` holds whole lists of categories, as for a release. Of the columns in ``sensitive`` that are
    declared, each minimal combination of the others with a group of one category only is told as well; the
    whole register counts as a group of no columns. The order of the records changes nothing. Raises
    UsageError for a column that names persons, an undeclared category (by the record's number), or k < 2.
    """
    if k < 2:
        raise UsageError(f"k: expected 2 or more, found {k}; ask for 5 where nothing else is prescribed")
    checked = declared(columns)
    codes = coded(records, checked)
    if not len(codes):
        return ()
    names = tuple(checked)
    found = list(_small(codes, names, k))
    for name in sensitive:
        if name in checked:
            found += _alike(codes, names, name, k)
    return tuple(found)


def _small(codes: NDArray[np.int64], names: tuple[str, ...], k: int) -> Iterator[SinglingOut]:
    """Combinations by growing size; those that hold a found one are left out."""
    known: list[frozenset[int]] = []
    for size in range(1, len(names) + 1):
        for chosen in combinations(range(len(names)), size):
            if any(each <= frozenset(chosen) for each in known):
                continue
            counts = _groups(codes, chosen)[1]
            small = counts[counts < k]
            if len(small):
                known.append(frozenset(chosen))
                columns = tuple(names[at] for at in chosen)
                yield SinglingOut(columns, int(small.min()), len(small), "", _size_said(columns, small, k))


def _alike(codes: NDArray[np.int64], names: tuple[str, ...], name: str, k: int) -> Iterator[SinglingOut]:
    """Combinations of the other columns with a group of ``k`` or more whose sensitive category is one."""
    secret = codes[:, names.index(name)]
    others = [at for at, each in enumerate(names) if each != name]
    known: list[frozenset[int]] = []
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            if any(each <= frozenset(chosen) for each in known):
                continue
            group, counts = _groups(codes, chosen)
            pairs = np.unique(np.column_stack((group, secret)), axis=0)
            alike = (np.bincount(pairs[:, 0], minlength=len(counts)) == 1) & (counts >= k)
            if alike.any():
                known.append(frozenset(chosen))
                columns = tuple(names[at] for at in chosen)
                sizes = counts[alike]
                said = _alike_said(columns, name, sizes)
                yield SinglingOut(columns, int(sizes.min()), len(sizes), name, said)


def _groups(codes: NDArray[np.int64], chosen: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each record's group, and how many records each group has."""
    if not chosen:
        return np.zeros(len(codes), dtype=np.int64), np.array([len(codes)], dtype=np.int64)
    _, group, counts = np.unique(codes[:, chosen], axis=0, return_inverse=True, return_counts=True)
    return np.asarray(group, dtype=np.int64).reshape(-1), np.asarray(counts, dtype=np.int64)


def _listed(columns: tuple[str, ...]) -> str:
    if len(columns) < 2:
        return columns[0] if columns else "no column at all"
    return ", ".join(columns[:-1]) + " and " + columns[-1]


def _size_said(columns: tuple[str, ...], small: NDArray[np.int64], k: int) -> str:
    few = (
        f"1 group of fewer than {k} records" if len(small) == 1 else f"{len(small)} groups of fewer than {k}"
    )
    least = int(small.min())
    return f"By {_listed(columns)} there {'is' if len(small) == 1 else 'are'} {few}, the smallest of {least}."


def _alike_said(columns: tuple[str, ...], name: str, sizes: NDArray[np.int64]) -> str:
    if not columns:
        return f"All {int(sizes[0])} records have one and the same {name}: it is known of each of them."
    many = "1 group has" if len(sizes) == 1 else f"{len(sizes)} groups have"
    return (
        f"By {_listed(columns)} {many} one {name} only, the smallest with {int(sizes.min())} records: "
        f"whoever is known to be in it, their {name} is known."
    )
