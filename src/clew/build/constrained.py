"""Change links within constraints: what a model is sure of is put aside, and then merged in chain order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clew.heuristics.rulesets import RuleSet
from clew.kernels import merging, unionfind
from clew.ledger.columns import Array
from clew.ledger.disk import storage, write_all
from clew.ledger.tables import TableWriter
from clew.schema import OVERRULED, SKIP_REASONS

PAIR = np.dtype([("a", "<u4"), ("b", "<u4"), ("transaction", "<u4"), ("chance", "<u4")])
"""A payer's address, the address that an output pays, where, and how likely they are one (millionths)."""
_ROWS = 1 << 20


@dataclass(frozen=True)
class Labels:
    """Addresses that are attributed to services: ``address`` uint32, distinct; ``service`` int32, numbers
    from 0 on; ``digest`` SHA-256 (hex) of the attributions."""

    address: Array
    service: Array
    digest: str

    @classmethod
    def none(cls) -> Labels:
        """No attributions."""
        return cls(np.empty(0, np.uint32), np.empty(0, np.int32), "")


class Aside:
    """Pairs that are put aside in a file, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.count = 0
        with storage(path):
            self._file = open(path, "wb", buffering=0)  # noqa: SIM115

    def add(self, pairs: Array) -> None:
        """Put pairs behind the others. Raises StorageError."""
        with storage(self._path):
            write_all(self._file, pairs.tobytes())
        self.count += len(pairs)

    def close(self) -> None:
        """Close the file; what was put aside can be read before and after."""
        self._file.close()

    def parts(self) -> Iterator[Array]:
        """All pairs, in parts."""
        for first in range(0, self.count, _ROWS):
            yield np.fromfile(self._path, PAIR, min(_ROWS, self.count - first), offset=first * PAIR.itemsize)


class Constrained:
    """Merges what a model of change is sure of into ``parents`` (flat), which certain links have made.

    ``rule``: the model's number among the set's rules.
    """

    def __init__(
        self, folder: Path, parents: Array, writer: TableWriter, rule: int, rule_set: RuleSet, labels: Labels
    ) -> None:
        self._parents = parents
        self._writer = writer
        self._rule = rule
        self._set = rule_set
        self._labels = labels
        self._must, self._cannot = (Aside(folder / name) for name in ("must", "cannot"))
        self._overruled = 0

    def take(self, found: dict[str, Array]) -> None:
        """Take in pairs of a range, in chain order; those with one payer only.

        What certain links have joined stays joined: a cannot-link that says otherwise is logged.
        """
        pairs = np.empty(len(found["a"]), PAIR)
        for name, column in found.items():
            pairs[name] = column
        # What goes back to the address that pays joins nothing.
        pairs = pairs[pairs["a"] != pairs["b"]]
        must = pairs["chance"] >= self._set.must_link
        self._must.add(pairs[must])
        against = pairs[~must]
        same = self._parents[against["a"]] == self._parents[against["b"]]
        self._log(against[same], np.full(int(same.sum()), OVERRULED, np.uint8))
        self._overruled += int(same.sum())
        against = against[~same]
        # Only which entities may not be one is needed from here on.
        for side in "ab":
            against[side] = self._parents[against[side]]
        self._cannot.add(against)

    def close(self) -> None:
        """Close what was put aside; it can be read until its folder goes."""
        self._must.close()
        self._cannot.close()

    def _log(self, pairs: Array, reasons: Array) -> None:
        columns = {name: pairs[name] for name in ("a", "b", "transaction", "chance")}
        self._writer.append("skipped", {**columns, "reason": reasons})

    def merge(self, step: Callable[[str, int, int], None]) -> dict[str, int]:
        """Join what may be joined, in order; ``parents`` are flat afterwards. Returns how many pairs were
        skipped, by reason."""
        self.close()
        items, number = self._items()
        forest, lists = self._forest(items, number)
        skipped = np.zeros(max(SKIP_REASONS) + 1, np.int64)
        done = 0
        for pairs in self._must.parts():
            a, b = (number(self._parents[pairs[side]]) for side in "ab")
            reasons = np.empty(len(pairs), np.uint8)
            merging.merge(forest, *lists, a, b, self._set.large, reasons)
            held = pairs[reasons == 0]
            self._writer.append(
                "set_links",
                {
                    **{name: held[name] for name in ("a", "b", "transaction", "chance")},
                    "rule": np.full(len(held), self._rule, np.uint8),
                },
            )
            self._log(pairs[reasons != 0], reasons[reasons != 0])
            skipped += np.bincount(reasons, minlength=len(skipped))
            done += len(pairs)
            step("merge", done, self._must.count)
        unionfind.flatten(forest.parents)
        merging.join_roots(self._parents, items, forest.parents)
        skipped[OVERRULED] = self._overruled
        return {name: int(skipped[reason]) for reason, name in SKIP_REASONS.items()}

    def _items(self) -> tuple[Array, Callable[[Array], Array]]:
        """Entities that any pair to be joined names (uint32, ascending), and how to number some of them."""
        bits = np.zeros((len(self._parents) >> 6) + 1, np.uint64)
        for pairs in self._must.parts():
            for side in "ab":
                merging.mark(bits, self._parents[pairs[side]])
        before = np.empty(len(bits), np.uint32)
        items = np.empty(int(merging.count_marks(bits, before)), np.uint32)
        merging.list_marks(bits, items)
        self._marks = bits, before

        def number(entities: Array) -> Array:
            out = np.empty(len(entities), np.uint32)
            merging.number(bits, before, entities, out)
            return out

        return items, number

    def _forest(self, items: Array, number: Callable[[Array], Array]) -> tuple[Any, tuple[Any, Any]]:
        """The entities to be joined, each alone, with their sizes, labels and constraints."""
        bits, before = self._marks
        sizes = np.zeros(len(items), np.int64)
        merging.size_of_items(self._parents, bits, before, sizes)

        def is_marked(entities: Array) -> Array:
            found: Array = (bits[entities >> 6] >> (entities & 63).astype(np.uint64)) & np.uint64(1) == 1
            return found

        labels = np.full(len(items), merging.NONE, np.int32)
        roots = self._parents[self._labels.address]
        mine = is_marked(roots)
        # Where certain links join two services, the first address says which one it is.
        labels[number(roots[mine])[::-1]] = self._labels.service[mine][::-1]
        together = np.arange(len(items), dtype=np.uint32)
        for pairs in self._must.parts():
            unionfind.union(together, *(number(self._parents[pairs[side]]) for side in "ab"))
        unionfind.flatten(together)
        held = [np.empty(0, np.uint64)]
        for pairs in self._cannot.parts():
            pairs = pairs[is_marked(pairs["a"]) & is_marked(pairs["b"])]
            a, b = number(pairs["a"]), number(pairs["b"])
            # Entities that no pair could join need no constraint.
            near = together[a] == together[b]
            low, high = np.minimum(a[near], b[near]), np.maximum(a[near], b[near])
            held.append(np.unique(low.astype(np.uint64) << np.uint64(32) | high))
        apart = np.unique(np.concatenate(held))
        forest, following, other = merging.forest_of(sizes, labels, len(apart))
        low, high = (
            (apart >> np.uint64(32)).astype(np.uint32),
            (apart & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        )
        merging.constrain(forest, following, other, low, high)
        return forest, (following, other)


__all__ = ["PAIR", "Constrained", "Labels"]
