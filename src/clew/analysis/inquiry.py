"""A ledger that answers questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from clew.analysis import (
    address,
    block,
    bridges,
    entity,
    explain,
    outflows,
    paths,
    payments,
    proceeds,
    quotes,
    status,
    tags,
    transaction,
    watch,
    whatif,
)
from clew.analysis.absorbed import Absorbed
from clew.analysis.answer import Answer
from clew.analysis.chosen import BY_TIME, Choice
from clew.analysis.defaults import ORDERS
from clew.analysis.examined import Examined
from clew.analysis.origins.answer import DEPTH, origins
from clew.analysis.origins.requests import ASKED, requests
from clew.analysis.patterns import question as pattern_question
from clew.analysis.patterns.pattern import DORMANT_DAYS, WITHIN_HOURS, Measures
from clew.analysis.patterns.scene import Reach
from clew.analysis.patterns.threshold import threshold_of
from clew.analysis.prices import Values
from clew.analysis.sources import find_sources
from clew.analysis.trace import policies, when
from clew.analysis.trace.sources import find_coins
from clew.errors import UsageError
from clew.heuristics.registry import Heuristic
from clew.ledger.columns import Array
from clew.ledger.control import STRICT
from clew.ledger.ledger import Ledger
from clew.ledger.sets import seen_by_set

if TYPE_CHECKING:
    from clew.analysis.trace.traces import Traces
    from clew.analysis.trace.walk import Progress

Sources: TypeAlias = "str | Iterable[str]"
"""An address, ``txid:vout``, ``entity:ID``, ``@file.csv`` or ``-``; or several of them."""


class Inquiry:
    """The questions one can ask a ledger, as it was when opened; each returns an Answer.

    Where a method takes ``sources``, each is an address, ``txid:vout`` (the address that output
    pays), ``entity:ID`` (an id that an entity has or once had), ``@file.csv``, or ``-`` for the lines of
    ``lines``. They are taken together: the question
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

    def seen(self, *, at: int | None = None, rules: str = STRICT) -> Inquiry:
        """The same ledger through another set of ``rules``, as of the block at height ``at``; or either.

        Raises UsageError where the ledger holds no such set, or does not reach that height.
        """
        ledger = seen_by_set(self.ledger, rules)
        return Inquiry(ledger if at is None else ledger.at(at))

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
        number, told = self._one(sources, lines)
        return _told(address.address(self.ledger, number, limit=limit, offset=offset), told)

    def each_address(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> tuple[Answer, ...]:
        """The answers about each address of ``sources``, in the order first named."""
        histories: dict[int, Absorbed] = {}
        found = self._find(sources, lines, histories)
        return tuple(
            _told(
                address.address(self.ledger, number, limit=limit, offset=offset),
                [histories[number]] if number in histories else [],
            )
            for number in found
        )

    def entity(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> Answer:
        """The one entity that all ``sources`` belong to; see ``clew.analysis.entity``.

        Raises UsageError where they belong to several: then ``each_entity`` answers.
        """
        entities, _, told = self._about(sources, lines)
        if len(entities) > 1:
            raise UsageError(
                f"expected addresses of one entity, found {len(entities)} entities; ask about each alone"
            )
        return _told(entity.entity(self.ledger, int(entities[0]), limit=limit, offset=offset), told)

    def each_entity(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> tuple[Answer, ...]:
        """The answers about each entity of ``sources``, by id."""
        entities, _, told = self._about(sources, lines)
        return tuple(
            _told(
                entity.entity(self.ledger, number, limit=limit, offset=offset),
                [each for each in told if each.heir == number],
            )
            for number in entities.tolist()
        )

    def entities(self, *, limit: int = 10, offset: int = 0) -> Answer:
        """All entities by size, and the largest; see ``clew.analysis.entity``."""
        return entity.entities(self.ledger, limit=limit, offset=offset)

    def tags(
        self, addresses: Sources = (), *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> Answer:
        """The tags in force, or those on some addresses, also never seen; see ``clew.analysis.tags``."""
        asked = (addresses,) if isinstance(addresses, str) else tuple(addresses)
        return tags.tags(self.ledger, asked, lines, limit=limit, offset=offset)

    def tag_sources(self) -> Answer:
        """Every import of tags, also those withdrawn; see ``clew.analysis.tags``."""
        return tags.sources(self.ledger)

    def price_list(self) -> Answer:
        """Every import of prices, also those withdrawn; see ``clew.analysis.quotes``."""
        return quotes.price_list(self.ledger)

    def prices(
        self,
        currency: str,
        *,
        first: str | date | None = None,
        last: str | date | None = None,
        source: str | None = None,
        limit: int = 0,
        offset: int = 0,
    ) -> Answer:
        """What a coin was worth on each day; see ``clew.analysis.quotes``."""
        return quotes.prices(
            self.ledger, currency, first=first, last=last, source=source, limit=limit, offset=offset
        )

    def payments(
        self,
        sources: Sources,
        *,
        lines: Iterable[str] | None = None,
        limit: int = 0,
        offset: int = 0,
        tz: str | tzinfo = "UTC",
        first: str | date | None = None,
        last: str | date | None = None,
        least: int | None = None,
        most: int | None = None,
        payer: Sources = (),
        kind: Sequence[str] = (),
        sort: str = BY_TIME,
        value: Sequence[str] = (),
        value_at: str | date | None = None,
        prices: str | None = None,
    ) -> Answer:
        """Every payment into the entities from outside them; see ``clew.analysis.payments``.

        ``first`` to ``kind`` choose some of them (``clew.analysis.chosen``; ``payer``: as ``sources``).
        ``value``: currencies to value them in; ``value_at``: also at this day; ``prices``: only by prices of
        this name.
        """
        entities, parameters, told = self._about(sources, lines)
        named = (payer,) if isinstance(payer, str) else tuple(payer)
        owners = None
        if named:
            owners = self.ledger.column("entities.entity")[np.array(self._find(named, None))]
        answer = payments.payments(
            self.ledger,
            entities,
            parameters=parameters,
            limit=limit,
            offset=offset,
            tz=tz,
            choice=Choice(first, last, least, most, owners, named, tuple(kind)),
            values=Values(self.ledger, value, at=value_at, source=prices),
            sort=sort,
        )
        return _told(answer, told)

    def proceeds(
        self,
        sources: Sources,
        *,
        lines: Iterable[str] | None = None,
        tz: str | tzinfo = "UTC",
        value: Sequence[str] = (),
        value_at: str | date | None = None,
        prices: str | None = None,
    ) -> Answer:
        """What the entities received, spent and held, by month; see ``clew.analysis.proceeds``.

        ``value`` to ``prices`` as for ``payments``.
        """
        entities, parameters, told = self._about(sources, lines)
        values = Values(self.ledger, value, at=value_at, source=prices)
        answer = proceeds.proceeds(self.ledger, entities, parameters=parameters, tz=tz, values=values)
        return _told(answer, told)

    def outflows(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> Answer:
        """Every payment out of the entities, and to whom; see ``clew.analysis.outflows``."""
        entities, parameters, told = self._about(sources, lines)
        answer = outflows.outflows(self.ledger, entities, parameters=parameters, limit=limit, offset=offset)
        return _told(answer, told)

    def trace(self, sources: Sources, **how: Any) -> Answer:
        """Where the money of some coins went, or came from; see ``clew.analysis.trace``.

        Each of ``sources`` is ``txid:vout``, a ``txid``, an address, ``entity:ID``, ``@file.csv`` or ``-``.
        ``how``: see ``traced``.
        """
        return self.traced(sources, **how)[0]

    def trace_file(
        self, sources: Sources, who: Examined | None = None, **how: Any
    ) -> tuple[Answer, dict[str, Any]]:
        """The answer of ``trace``, and all of it as the file that ``docs/trace.md`` describes."""
        from clew.analysis.trace.file import trace_file

        answer, found = self.traced(sources, **how)
        return answer, trace_file(found, answer, who)

    def traced(
        self,
        sources: Sources,
        *,
        lines: Iterable[str] | None = None,
        backward: bool = False,
        policy: str | Iterable[str] = policies.DEFAULT,
        hops: int = 10,
        until: str | int | None = None,
        since: str | int | None = None,
        least: int = 0,
        permute: int = ORDERS,
        seed: int = 0,
        bounds: bool = False,
        tz: str | tzinfo = "UTC",
        memory: int | None = None,
        limit: int = 0,
        offset: int = 0,
        tell: Callable[[Progress], None] | None = None,
    ) -> tuple[Answer, Traces]:
        """The answer of ``trace``, and everything it found.

        ``policy``: names, also with commas between; ``hops`` 0: no limit; ``until`` (forward) and ``since``
        (backward): a height, or a day in the zone ``tz``; ``least`` satoshi of taint to go on with;
        ``permute`` samples of other orders of outputs, drawn from ``seed``; ``bounds``: with bounds by
        maximum flow; ``memory``: bytes to use at most. Raises UsageError.
        """
        # Kernels take their time to load; questions that need none do without.
        from clew.analysis.trace import answer as traces
        from clew.analysis.trace.traces import checked

        if until is not None and backward:
            raise UsageError("until: a trace backward has no last block; give since")
        if since is not None and not backward:
            raise UsageError("since: a trace forward has no first block; give until, or backward")
        height = None if until is None else when.until(self.ledger, until, tz)
        height = height if since is None else when.since(self.ledger, since, tz)
        names = policies.chosen((policy,) if isinstance(policy, str) else tuple(policy))
        question = checked(
            self.ledger, backward=backward, policies=names, hops=hops, height=height, least=least
        )
        histories: dict[int, Absorbed] = {}
        given = (sources,) if isinstance(sources, str) else sources
        coins = find_coins(self.ledger, given, lines, histories)
        answer, found = traces.trace(
            self.ledger,
            coins,
            question,
            sampling=traces.Sampling(permute, seed),
            bounds=bounds,
            memory=memory,
            limit=limit,
            offset=offset,
            tell=tell,
        )
        return _told(answer, [*histories.values()]), found

    def origins(
        self,
        sources: Sources,
        *,
        lines: Iterable[str] | None = None,
        depth: int = DEPTH,
        days: int | None = None,
        grades: Iterable[str] = (),
        service: str | None = None,
        limit: int = 0,
        offset: int = 0,
    ) -> Answer:
        """The way back of every payment to the first service that could know the customer; see
        ``clew.analysis.origins.answer``."""
        entities, parameters, told = self._about(sources, lines)
        chosen: dict[str, Any] = {"depth": depth, "days": days, "grades": grades, "service": service}
        answer = origins(self.ledger, entities, parameters=parameters, limit=limit, offset=offset, **chosen)
        return _told(answer, told)

    def requests(
        self,
        sources: Sources,
        *,
        lines: Iterable[str] | None = None,
        depth: int = DEPTH,
        days: int | None = None,
        grades: Iterable[str] = ASKED,
        movements: Iterable[str] = ("withdrawal",),
        service: str | None = None,
        with_context: bool = False,
    ) -> Answer:
        """What to ask each exchange for; see ``clew.analysis.origins.requests``."""
        entities, parameters, told = self._about(sources, lines)
        chosen: dict[str, Any] = {"depth": depth, "days": days, "grades": grades, "movements": movements}
        chosen |= {"service": service, "with_context": with_context}
        answer = requests(self.ledger, entities, parameters=parameters, **chosen)
        # What became of an id would name those asked about.
        return _told(answer, told) if with_context else answer

    def cashout(
        self,
        sources: Sources,
        *,
        lines: Iterable[str] | None = None,
        policy: str | Iterable[str] = policies.DEFAULT,
        hops: int = 10,
        until: str | int | None = None,
        least: int = 0,
        tz: str | tzinfo = "UTC",
        value: Sequence[str] = (),
        value_at: str | date | None = None,
        prices: str | None = None,
        memory: int | None = None,
        limit: int = 0,
        offset: int = 0,
        tell: Callable[[Progress], None] | None = None,
    ) -> Answer:
        """Where what the entities received went, by destination; see ``clew.analysis.cashout``.

        ``policy`` to ``least`` as for ``trace``, ``value`` to ``prices`` as for ``payments``.
        """
        from clew.analysis import cashout
        from clew.analysis.trace.traces import checked

        entities, parameters, told = self._about(sources, lines)
        height = None if until is None else when.until(self.ledger, until, tz)
        names = policies.chosen((policy,) if isinstance(policy, str) else tuple(policy))
        answer = cashout.cashout(
            self.ledger,
            entities,
            checked(self.ledger, backward=False, policies=names, hops=hops, height=height, least=least),
            parameters=parameters,
            limit=limit,
            offset=offset,
            tz=tz,
            values=Values(self.ledger, value, at=value_at, source=prices),
            memory=memory,
            tell=tell,
        )
        return _told(answer, told)

    def paths(
        self,
        a: Sources,
        b: Sources,
        *,
        lines: Iterable[str] | None = None,
        hops: int = paths.HOPS,
        most: int = paths.MOST,
        since: str | int | None = None,
        until: str | int | None = None,
        through_services: bool = False,
    ) -> Answer:
        """The shortest and the widest flow from the entities of ``a`` to those of ``b``, and back.

        ``since`` and ``until``: a height or a day, such as 2018-03-31. See ``clew.analysis.paths``.
        """
        (first, one, told), (second, other, more) = self._about(a, lines), self._about(b, lines)
        low = None if since is None else when.since(self.ledger, since)
        high = None if until is None else when.until(self.ledger, until)
        limits = paths.Limits(hops, most, low, high, through_services)
        parameters = {"a": one["addresses"], "b": other["addresses"]}
        found = paths.paths(self.ledger, first, second, parameters=parameters, limits=limits)
        return _told(found, [*told, *more])

    def exposure(
        self,
        sources: Sources,
        *,
        lines: Iterable[str] | None = None,
        policy: str | Iterable[str] = ("fifo", "haircut"),
        hops: int = 10,
        least: int = 0,
        memory: int | None = None,
        limit: int = 0,
        offset: int = 0,
        tell: Callable[[Progress], None] | None = None,
    ) -> Answer:
        """To and from which kinds of services the entities' money went and came; see
        ``clew.analysis.exposure``. ``memory``: bytes to use at most."""
        # Its traces need kernels, which other questions do without.
        from clew.analysis.exposure.question import exposure

        entities, parameters, told = self._about(sources, lines)
        answer = exposure(
            self.ledger, entities, parameters=parameters,
            policies=(policy,) if isinstance(policy, str) else tuple(policy),
            hops=hops, least=least, memory=memory, tell=tell, limit=limit, offset=offset,
        )  # fmt: skip
        return _told(answer, told)

    def patterns(
        self,
        sources: Sources,
        *,
        lines: Iterable[str] | None = None,
        only: Iterable[str] = (),
        threshold: str | None = None,
        dormant_days: int = DORMANT_DAYS,
        within_hours: int = WITHIN_HOURS,
        reach: Reach | None = None,
        value: Iterable[str] = (),
        limit: int = 0,
        offset: int = 0,
    ) -> Answer:
        """Candidates for patterns of concealment, and a schedule of acts; see ``clew.analysis.patterns``.

        ``threshold``: a sum such as 0.5 BTC or 10000 USD; ``value``: currencies to value acts in.
        """
        entities, parameters, told = self._about(sources, lines)
        measures = Measures(threshold_of(self.ledger, threshold), dormant_days, within_hours)
        values = Values(self.ledger, value)
        answer = pattern_question.patterns(
            self.ledger, entities, parameters=parameters, reach=reach, measures=measures, only=tuple(only),
            values=values, limit=limit, offset=offset,
        )  # fmt: skip
        return _told(answer, told)

    def explain(self, a: Sources, b: Sources, *, lines: Iterable[str] | None = None) -> Answer:
        """Why two addresses are one entity, or that they are not; see ``clew.analysis.explain``."""
        (first, told), (second, more) = self._one(a, lines), self._one(b, lines)
        return _told(explain.explain(self.ledger, first, second), [*told, *more])

    def bridges(
        self, sources: Sources, *, lines: Iterable[str] | None = None, limit: int = 0, offset: int = 0
    ) -> Answer:
        """Single transactions on which parts of an address's entity hang; see ``clew.analysis.bridges``."""
        number, told = self._one(sources, lines)
        return _told(bridges.bridges(self.ledger, number, limit=limit, offset=offset), told)

    def whatif(
        self,
        sources: Sources,
        without: Iterable[str],
        *,
        lines: Iterable[str] | None = None,
        limit: int = 0,
        offset: int = 0,
    ) -> Answer:
        """An address's entity without rules, transactions or tags; see ``clew.analysis.whatif``."""
        number, told = self._one(sources, lines)
        return _told(whatif.whatif(self.ledger, number, tuple(without), limit=limit, offset=offset), told)

    def watch_test(
        self,
        terms: watch.Terms,
        last: int,
        *,
        limit: int = 0,
        offset: int = 0,
        step: Callable[[int, int], None] | None = None,
    ) -> Answer:
        """What a watch would have said over the last blocks; see ``clew.analysis.watch``."""
        return watch.trial(self.ledger, terms, last, limit=limit, offset=offset, step=step)

    def _find(
        self, sources: Sources, lines: Iterable[str] | None, histories: dict[int, Absorbed] | None = None
    ) -> tuple[int, ...]:
        given = (sources,) if isinstance(sources, str) else sources
        return find_sources(self.ledger, given, lines, histories)

    def _one(self, sources: Sources, lines: Iterable[str] | None) -> tuple[int, list[Absorbed]]:
        """One address, and what became of the id that named it."""
        histories: dict[int, Absorbed] = {}
        found = self._find(sources, lines, histories)
        if len(found) > 1:
            raise UsageError(f"expected one address, found {len(found)}; ask about each alone")
        return found[0], [*histories.values()]

    def _about(
        self, sources: Sources, lines: Iterable[str] | None
    ) -> tuple[Array, dict[str, Any], list[Absorbed]]:
        """Entities, the addresses that named them, and what became of the ids that did."""
        histories: dict[int, Absorbed] = {}
        found = self._find(sources, lines, histories)
        entities = np.unique(self.ledger.column("entities.entity")[np.array(found)])
        parameters: dict[str, Any] = {"addresses": [self.ledger.address_text(number) for number in found]}
        return entities, parameters, [*histories.values()]


def _told(answer: Answer, histories: Sequence[Absorbed]) -> Answer:
    """The answer, which says first what became of ids that were asked about and are no more."""
    if not histories:
        return answer
    told = [each.as_dict() | {"says": each.sentence()} for each in histories]
    stated = {**answer.parameters, "absorbed": told}
    said = dict.fromkeys(each["says"] for each in told)
    return replace(answer, parameters=stated, caveats=(*said, *answer.caveats))


__all__ = ["Inquiry", "Sources"]
