"""A ledger that answers questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np

from clew.analysis import address, block, entity, outflows, payments, proceeds, status, transaction
from clew.analysis.answer import Answer
from clew.analysis.sources import find_sources
from clew.errors import UsageError
from clew.heuristics.registry import Heuristic
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger

Sources: TypeAlias = "str | Iterable[str]"
"""An address, ``txid:vout``, ``@file.csv`` or ``-``; or several of them."""


class Inquiry:
    """The questions one can ask a ledger, as it was when opened; each returns an Answer.

    Where a method takes ``sources``, each is an address, ``txid:vout`` (the address that output
    pays), ``@file.csv``, or ``-`` for the lines of ``lines``. They are taken together: the question
    is about the union of their entities. ``limit`` (0: no limit) and ``offset`` choose which rows
    are shown, never what is summed. Methods raise AddressError, NotFoundError and UsageError for a
    question that cannot be asked, and LedgerError for a damaged ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def __enter__(self) -> Inquiry:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the ledger's files. No question can be asked after that."""
        self.ledger.close()

    def addresses(self, sources: Sources, *, lines: Iterable[str] | None = None) -> tuple[str, ...]:
        """The addresses that ``sources`` name, each once, in the order first named."""
        return tuple(str(self.ledger.address_text(number)) for number in self._find(sources, lines))

    def status(self) -> Answer:
        """What the ledger holds, and how far it is behind its source."""
        return status.status(self.ledger)

    def digest(self) -> Answer:
        """The digest of everything the ledger says; reads all of it."""
        return status.digest(self.ledger)

    def block(self, which: str | int, *, limit: int = 0, offset: int = 0) -> Answer:
        """The block of a height or hash; see ``clew.analysis.block``."""
        return block.block(self.ledger, which, limit=limit, offset=offset)

    def tx(self, txid: str, own_rules: Sequence[Heuristic] = ()) -> Answer:
        """The transaction of an id, and what rules of one's own say of it; see
        ``clew.analysis.transaction``."""
        return transaction.transaction(self.ledger, txid, own_rules)

    def address(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> Answer:
        """One address; see ``clew.analysis.address``. Raises UsageError where there are several."""
        found = self._find(sources, lines)
        if len(found) > 1:
            raise UsageError(f"expected one address, found {len(found)}; ask about each alone")
        return address.address(self.ledger, found[0], limit=limit, offset=offset)

    def entity(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> Answer:
        """The one entity that all ``sources`` belong to; see ``clew.analysis.entity``.

        Raises UsageError where they belong to several: then ``each_entity`` answers.
        """
        entities = self._about(sources, lines)[0].tolist()
        if len(entities) > 1:
            raise UsageError(
                f"expected addresses of one entity, found {len(entities)} entities; ask about each alone"
            )
        return entity.entity(self.ledger, entities[0], limit=limit, offset=offset)

    def each_entity(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> tuple[Answer, ...]:
        """The answers about each entity of ``sources``, by id."""
        return tuple(
            entity.entity(self.ledger, number, limit=limit, offset=offset)
            for number in self._about(sources, lines)[0].tolist()
        )

    def entities(self, *, limit: int = 10, offset: int = 0) -> Answer:
        """All entities by size, and the largest; see ``clew.analysis.entity``."""
        return entity.entities(self.ledger, limit=limit, offset=offset)

    def payments(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> Answer:
        """Every payment into the entities from outside them; see ``clew.analysis.payments``."""
        entities, parameters = self._about(sources, lines)
        return payments.payments(self.ledger, entities, parameters=parameters, limit=limit, offset=offset)

    def proceeds(
        self, sources: Sources, *, lines: Iterable[str] | None = None, tz: str | tzinfo = "UTC"
    ) -> Answer:
        """What the entities received, spent and held, by month; see ``clew.analysis.proceeds``."""
        entities, parameters = self._about(sources, lines)
        return proceeds.proceeds(self.ledger, entities, parameters=parameters, tz=tz)

    def outflows(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> Answer:
        """Every payment out of the entities, and to whom; see ``clew.analysis.outflows``."""
        entities, parameters = self._about(sources, lines)
        return outflows.outflows(self.ledger, entities, parameters=parameters, limit=limit, offset=offset)

    def _find(self, sources: Sources, lines: Iterable[str] | None) -> tuple[int, ...]:
        return find_sources(self.ledger, (sources,) if isinstance(sources, str) else sources, lines)

    def _about(self, sources: Sources, lines: Iterable[str] | None) -> tuple[Array, dict[str, Any]]:
        found = self._find(sources, lines)
        entities = np.unique(self.ledger.column("entities.entity")[np.array(found)])
        return entities, {"addresses": [self.ledger.address_text(number) for number in found]}


__all__ = ["Inquiry", "Sources"]
