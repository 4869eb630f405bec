"""Who is said to hold which address: the tags in force, and which addresses of a ledger they name.

Tags are matched with addresses by type and payload when they are asked for, so that a tag on an address
that the chain has not seen yet is found once it has.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

import numpy as np

from clew.errors import UsageError
from clew.reference.confidence import level
from clew.reference.store import Array, Import, Store
from clew.reference.tags import Tag, holder, is_service, plain
from clew.schema import NO_ADDRESS

LEAST_PREFIX = 4
"""Digits of an import's id that must be given at least."""


MANY = 500
"""Above this many tags of one import, all of it are read, and kept."""


class Chain(Protocol):
    """What is needed of a ledger."""

    def find_payloads(self, types: Array, payloads: Array) -> Array:
        """Address ids (u4) by type (u1) and payload (u1, n by 48, the last byte its length)."""


class Services(NamedTuple):
    """Addresses that tags give to services: ids (u4, ascending), the number of each one's holder (i4),
    and the holders' names, which are ids of actors or plain forms of labels.

    ``digest``: SHA-256 (hex) over the tags in force and those left out of them; empty where there is none.
    """

    addresses: Array
    actors: Array
    names: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Stated:
    """A tag in force: the import that holds it, and the address it names, NO_ADDRESS if never seen."""

    tag: Tag
    source: Import
    address: int
    holder: str | None

    @property
    def id(self) -> str:
        """The import's id and the tag's number in it."""
        return f"{self.source.id}:{self.tag.number}"

    @property
    def level(self) -> int:
        """The number of its confidence; 0 where none is stated."""
        return level(self.tag.confidence) or 0


class Placed:
    """The tags in force on a ledger's addresses.

    Of each tag, in the order of its import's content and its number: ``imports`` (i8), ``numbers`` (i8)
    and ``ids`` (u4), the address.
    """

    def __init__(self, imports: Array, numbers: Array, ids: Array) -> None:
        self.imports, self.numbers, self.ids = imports, numbers, ids
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]
        self.addresses: Array = np.unique(ids[ids != NO_ADDRESS])
        """Ids of all addresses that have a tag, ascending; u4."""

    def __len__(self) -> int:
        return len(self.ids)

    def on(self, addresses: Iterable[int]) -> list[int]:
        """Rows of the tags on some addresses."""
        wanted = np.array([*addresses], np.uint32)
        first = np.searchsorted(self._sorted, wanted).tolist()
        last = np.searchsorted(self._sorted, wanted, "right").tolist()
        return [int(row) for a, b in zip(first, last, strict=True) for row in self._order[a:b]]


class Attributions:
    """The attributions of a ledger folder, as they were when opened; a folder without any has none.

    Raises NotALedgerError where their file is damaged.
    """

    def __init__(self, folder: str | Path) -> None:
        self.store = Store(Path(folder))
        self.imports = tuple(self.store.imports())
        """Every import, also those withdrawn."""
        self._placed: WeakKeyDictionary[Chain, Placed] = WeakKeyDictionary()
        self._whole: dict[int, list[Tag]] = {}

    @property
    def in_force(self) -> tuple[Import, ...]:
        """The imports that count, by content."""
        kept = (each for each in self.imports if each.withdrawn is None)
        return tuple(sorted(kept, key=lambda each: each.content))

    @cached_property
    def digest(self) -> str | None:
        """SHA-256 over what the imports in force say, as hex; None where there is none.

        It does not depend on when, or in which order, they were imported.
        """
        contents = [f"{each.content} {each.file}" for each in self.in_force]
        return sha256("\n".join(contents).encode()).hexdigest() if contents else None

    def find(self, text: str) -> Import:
        """The import in force whose id, or file's digest, begins with ``text``. Raises UsageError."""
        wanted = text.strip().lower()
        known = self.in_force
        found = [each for each in known if each.content.startswith(wanted) or each.digest.startswith(wanted)]
        if len(wanted) >= LEAST_PREFIX and len(found) == 1:
            return found[0]
        if len(found) > 1 or (found and len(wanted) < LEAST_PREFIX):
            raise UsageError(f"import {text!r}: {len(found)} imports begin so; give more of its digits")
        raise UsageError(
            f"import {text!r}: expected the id of an import in force, found none; "
            "clew tags sources lists them"
        )

    @cached_property
    def names(self) -> dict[str, str]:
        """From plain forms of the ids, labels and aliases of known actors to the actor's id.

        An id comes before a label, and a label before an alias, where actors share a name.
        """
        found: dict[str, str] = {}
        known = [*self.store.names()]
        for identity, _, _ in known:
            found.setdefault(plain(identity), identity)
        for identity, label, _ in known:
            found.setdefault(plain(label), identity)
        for identity, _, aliases in known:
            for alias in json.loads(aliases):
                found.setdefault(plain(alias), identity)
        return found

    def placed(self, ledger: Chain) -> Placed:
        """The tags in force on the addresses of ``ledger``; looked up once."""
        if ledger not in self._placed:
            self._placed[ledger] = self._place(ledger)
        return self._placed[ledger]

    def _place(self, ledger: Chain) -> Placed:
        packed = self._packed
        if not packed:
            return Placed(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint32))
        imports = np.concatenate([np.full(len(types), number) for number, types, _ in packed])
        numbers = np.concatenate([np.arange(1, len(types) + 1) for _, types, _ in packed])
        types = np.concatenate([types for _, types, _ in packed])
        payloads = np.concatenate([rows for _, _, rows in packed])
        return Placed(imports, numbers, ledger.find_payloads(types, payloads))

    def with_subject(self, address_type: int, payload: bytes) -> list[int]:
        """Rows of the tags on an address that a chain may never have seen; ``payload``: 48 bytes."""
        return self._by_subject.get((address_type, payload), [])

    @cached_property
    def _packed(self) -> list[tuple[int, Array, Array]]:
        return self.store.payloads()

    @cached_property
    def _by_subject(self) -> dict[tuple[int, bytes], list[int]]:
        found: dict[tuple[int, bytes], list[int]] = {}
        rows = count()
        for _, types, payloads in self._packed:
            for address_type, payload, row in zip(types.tolist(), payloads, rows, strict=False):
                found.setdefault((address_type, payload.tobytes()), []).append(row)
        return found

    def stated(self, ledger: Chain, rows: Collection[int]) -> list[Stated]:
        """The tags of some rows of ``placed``, in the order of rows."""
        placed = self.placed(ledger)
        sources = {each.number: each for each in self.imports}
        by_import: dict[int, list[int]] = {}
        for row in sorted(rows):
            by_import.setdefault(int(placed.imports[row]), []).append(row)
        found = []
        for number, own in by_import.items():
            tags = self._tags(number, placed.numbers[own].tolist())
            found += [
                Stated(tag, sources[number], int(placed.ids[row]), holder(tag, self.names))
                for row, tag in zip(own, tags, strict=True)
            ]
        return found

    def _tags(self, number: int, numbers: list[int]) -> list[Tag]:
        if number not in self._whole and len(numbers) < MANY:
            return self.store.tags(number, numbers)
        if number not in self._whole:
            self._whole[number] = self.store.tags(number)
        return [self._whole[number][each - 1] for each in numbers]

    def on(self, ledger: Chain, addresses: Iterable[int]) -> list[Stated]:
        """Every tag on some addresses of ``ledger``, all side by side, also those that contradict."""
        return self.stated(ledger, self.placed(ledger).on(addresses))

    def services(self, ledger: Chain, *, without: Collection[str] = ()) -> Services:
        """Addresses that a tag gives to a service, and which service.

        Only tags that were not derived from a cluster count, that speak of an actor or of a concept of
        services, and that say who holds the address. Where several services are named for one address,
        the tag of higher confidence counts; where these are equal, the address is left out. ``without``:
        tags (``IMPORT:NUMBER``) and imports (``IMPORT``) to leave out. Raises UsageError for one that is
        not in force.
        """
        left_out = self._named(without)
        placed = self.placed(ledger)
        rows = np.flatnonzero(placed.ids != NO_ADDRESS).tolist()
        best: dict[int, tuple[int, set[str]]] = {}
        for each in self.stated(ledger, rows):
            if each.tag.is_derived or each.holder is None or not is_service(each.tag):
                continue
            if not left_out.isdisjoint({(each.source.content, 0), (each.source.content, each.tag.number)}):
                continue
            known = best.get(each.address, (-1, set()))
            if each.level > known[0]:
                best[each.address] = (each.level, {each.holder})
            elif each.level == known[0]:
                known[1].add(each.holder)
        clear = {address: next(iter(names)) for address, (_, names) in best.items() if len(names) == 1}
        names = tuple(sorted(set(clear.values())))
        numbers = {name: number for number, name in enumerate(names)}
        addresses = sorted(clear)
        return Services(
            np.array(addresses, np.uint32),
            np.array([numbers[clear[address]] for address in addresses], np.int32),
            names,
            self._digest_without(left_out),
        )

    def _digest_without(self, left_out: set[tuple[str, int]]) -> str:
        if not left_out:
            return self.digest or ""
        told = [self.digest or "", *(f"{content} {number}" for content, number in sorted(left_out))]
        return sha256("\n".join(told).encode()).hexdigest()

    def _named(self, named: Collection[str]) -> set[tuple[str, int]]:
        """Content of the import and number in it of each tag named; 0 for a whole import."""
        found: set[tuple[str, int]] = set()
        for text in named:
            identity, colon, number = text.partition(":")
            source = self.find(identity)
            if colon and not (number.isascii() and number.isdigit() and 1 <= int(number) <= source.tags):
                raise UsageError(
                    f"tag {text!r}: expected IMPORT:NUMBER with a number from 1 to {source.tags}; "
                    "clew tags list shows them"
                )
            found.add((source.content, int(number or 0)))
        return found


__all__ = ["Attributions", "Chain", "Placed", "Services", "Stated"]
