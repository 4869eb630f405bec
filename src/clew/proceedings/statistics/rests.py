"""What the hidden cells of a row have grown by together, where two releases show all that is beside them.

Where records leave open categories, each hidden cell of a row may have changed by any number, and still the
row's margin less its shown cells tells by how many all of them together have grown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from clew.proceedings.statistics.columns import TOTAL
from clew.proceedings.statistics.tables import PublishedTable

Categories = tuple[str, ...]


def betrayed(
    earlier: Iterable[PublishedTable], later: PublishedTable, threshold: int, same: bool = True
) -> set[Categories]:
    """Cells of ``later`` to hide as well, since a hidden rest has grown or shrunk by less than the threshold.

    ``earlier`` are tables of the same columns. For each row with such a rest, this is the cell of
    the least count with which the rest has not changed or has changed enough, or else the row's margin.
    ``same`` says that a category that an earlier table lacks did not occur then.
    """
    found: set[Categories] = set()
    for table in earlier:
        for line in _lines(later):
            changes = _changes(table, later, line, same)
            margin = line[-1]
            if margin not in changes or len(changes) == len(line):
                continue
            rest = 2 * changes[margin] - sum(changes.values())
            if not 0 < abs(rest) < threshold:
                continue
            fitting = [
                (later.cells[each] or 0, each)
                for each, change in changes.items()
                if each != margin and change and not 0 < abs(rest + change) < threshold
            ]
            found.add(min(fitting)[1] if fitting else margin)
    return found


def _lines(table: PublishedTable) -> Iterator[list[Categories]]:
    """Each row along each column, its margin last."""
    lists = [list(dict.fromkeys(each[at] for each in table.cells)) for at in range(len(table.columns))]
    for axis, inner in enumerate(lists):
        ordered = [each for each in inner if each != TOTAL] + [TOTAL]
        for fixed in product(*lists[:axis], *lists[axis + 1 :]):
            yield [(*fixed[:axis], each, *fixed[axis:]) for each in ordered]


def _changes(
    earlier: PublishedTable, later: PublishedTable, line: list[Categories], same: bool
) -> dict[Categories, int]:
    """By how many the cells of a row have grown that both tables show."""
    found = {}
    for each in line:
        before, after = earlier.cells.get(each, 0 if same else None), later.cells[each]
        if before is not None and after is not None:
            found[each] = after - before
    return found
