"""A ledger that answers questions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from clew.analysis import address, block, entity, outflows, payments, proceeds, status, transaction
from clew.analysis.answer import Answer
from clew.analysis.sources import find_sources
from clew.errors import UsageError
from clew.ledger.ledger import Ledger, open_ledger
from clew.ledger.tables import Array


class Inquiry:
    """The questions one can ask a ledger, as it was when opened; each returns an Answer.

    Where a method takes ``sources``, each is an address, ``txid:vout`` (the address that output
    pays), ``@file.csv``, or ``-`` for the lines of ``lines``; what they name is put together, and
    the question is asked about the union of their entities. ``limit`` (None: all) and ``offset``
    choose which rows are shown, never what is summed. Methods raise AddressError, NotFoundError and
    UsageError for a question that cannot be asked, LedgerError for a damaged ledger.
    """

    def __init__(self, path: str | Path) -> None:
        """Open the ledger in folder ``path``. Raises NotALedgerError and LedgerVersionError."""
        self.ledger: Ledger = open_ledger(path)

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

    def addresses(self, *sources: str, lines: Iterable[str] | None = None) -> tuple[str, ...]:
        """The addresses that ``sources`` name, each once, in the order first named."""
        found = find_sources(self.ledger, sources, lines)
        return tuple(str(self.ledger.address_text(number)) for number in found)

    def status(self) -> Answer:
        """What the ledger holds, and how far it is behind its source."""
        return status.status(self.ledger)

    def digest(self) -> Answer:
        """The digest of everything the ledger says; reads all of it."""
        return status.digest(self.ledger)

    def block(self, which: str | int, *, limit: int | None = None, offset: int = 0) -> Answer:
        """The block of a height or hash; see ``clew.analysis.block``."""
        return block.block(self.ledger, which, limit=limit, offset=offset)

    def tx(self, txid: str) -> Answer:
        """The transaction of an id; see ``clew.analysis.transaction``."""
        return transaction.transaction(self.ledger, txid)

    def address(self, source: str, *, limit: int | None = 1000, offset: int = 0) -> Answer:
        """One address; see ``clew.analysis.address``."""
        return address.address(self.ledger, self._only(source), limit=limit, offset=offset)

    def entity(self, source: str, *, limit: int | None = 1000, offset: int = 0) -> Answer:
        """The entity of one address, and the links behind it; see ``clew.analysis.entity``."""
        number = self.ledger.entity_of(self._only(source))
        return entity.entity(self.ledger, number, limit=limit, offset=offset)

    def entities(self, *, largest: int = 10) -> Answer:
        """All entities by size, and the largest; see ``clew.analysis.entity``."""
        return entity.entities(self.ledger, largest=largest)

    def payments(
        self, *sources: str, lines: Iterable[str] | None = None, limit: int | None = None, offset: int = 0
    ) -> Answer:
        """Every payment into the entities from outside them; see ``clew.analysis.payments``."""
        entities, parameters = self._about(sources, lines)
        return payments.payments(self.ledger, entities, parameters=parameters, limit=limit, offset=offset)

    def proceeds(self, *sources: str, lines: Iterable[str] | None = None, tz: str | tzinfo = "UTC") -> Answer:
        """What the entities received, spent and held, by month; see ``clew.analysis.proceeds``."""
        entities, parameters = self._about(sources, lines)
        return proceeds.proceeds(self.ledger, entities, parameters=parameters, tz=tz)

    def outflows(
        self, *sources: str, lines: Iterable[str] | None = None, limit: int | None = None, offset: int = 0
    ) -> Answer:
        """Every payment out of the entities, and to whom; see ``clew.analysis.outflows``."""
        entities, parameters = self._about(sources, lines)
        return outflows.outflows(self.ledger, entities, parameters=parameters, limit=limit, offset=offset)

    def _only(self, source: str) -> int:
        found = find_sources(self.ledger, (source,))
        if len(found) > 1:
            raise UsageError(f"{source}: expected one address, found {len(found)}; ask about each alone")
        return found[0]

    def _about(self, sources: Iterable[str], lines: Iterable[str] | None) -> tuple[Array, dict[str, Any]]:
        found = find_sources(self.ledger, sources, lines)
        entities = np.unique(self.ledger.column("entities.entity")[np.array(found)])
        return entities, {"addresses": [self.ledger.address_text(number) for number in found]}


__all__ = ["Inquiry"]
