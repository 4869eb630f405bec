"""What is watched, and what one block says about it.

A watch is judged block by block, each as of that block: by the entities and spends up to there. So what it
says does not depend on how many blocks were indexed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from clew.analysis import estimates, watch_arrival, watch_dormant, watch_payers
from clew.analysis.answer import NOTICE, Answer, list_status
from clew.analysis.attribution import snapshot_of
from clew.analysis.caveats import BLOCK_TIME, LOWER_BOUND
from clew.analysis.holders import SERVICE, Holders
from clew.analysis.rows import answer, page
from clew.analysis.watch_block import Block, Event
from clew.analysis.watch_reached import Reached
from clew.errors import NotFoundError
from clew.ledger.ledger import Ledger

DORMANT, ARRIVAL, PAYERS = KINDS = ("dormant", "arrival", "payers")
"""Coins that have lain long move; money reaches an attributed service; payers never seen before."""

DAY, WEEK = PERIODS = ("day", "week")

AS_OF = "Judged as of this block: what became known of the entity or of services since is not considered."


@dataclass(frozen=True)
class Terms:
    """What a watch looks for.

    ``address`` names the entity, which is looked up anew at each block. ``days`` or ``blocks``: how long a
    coin must have lain (dormant, one of them). ``hops``: how far money is followed (arrival). ``every``: a
    day or a week (payers). The others are None.
    """

    kind: str
    address: str
    days: int | None = None
    blocks: int | None = None
    hops: int | None = None
    every: str | None = None

    @property
    def question(self) -> str:
        """What is asked of each block, in a sentence."""
        if self.kind == DORMANT:
            age = f"{self.days:,} days" if self.days is not None else f"{self.blocks:,} blocks"
            return f"Do coins of the entity of {self.address} move that lay for at least {age}?"
        if self.kind == ARRIVAL:
            hops = "1 hop" if self.hops == 1 else f"{self.hops} hops"
            return f"Does money of the entity of {self.address} reach an attributed service within {hops}?"
        paid = f"paid the entity of {self.address} in a {self.every}"
        return f"How many entities {paid} that had not paid it before?"


class Watched:
    """A watch on a ledger: who it is about, and what each block says."""

    def __init__(self, ledger: Ledger, terms: Terms) -> None:
        self.ledger, self.terms = ledger, terms

    @cached_property
    def address(self) -> int | None:
        """Id of the address; None where a reorganisation took it off the chain."""
        try:
            return self.ledger.find_address(self.terms.address)
        except NotFoundError:
            return None

    def reached_at(self, height: int) -> Reached:
        """Where the entity's money stands as of a block; empty for watches that follow none."""
        reached = Reached()
        if self.terms.kind == ARRIVAL and self.address is not None:
            view = self.ledger.at(height)
            if self.address < view.counts["addresses"]:
                assert self.terms.hops is not None
                watch_arrival.seed(view, self.address, reached, self.terms.hops)
        return reached

    def events(self, block: Block, reached: Reached) -> list[Event]:
        """What ``block`` says; ``reached`` is brought up to it."""
        if self.address is None or self.address >= block.addresses:
            return []
        terms = self.terms
        if terms.kind == DORMANT:
            return watch_dormant.moved(block, self.address, terms.days, terms.blocks)
        if terms.kind == ARRIVAL:
            assert terms.hops is not None
            return watch_arrival.arrived(block, self.address, reached, terms.hops)
        assert terms.every is not None
        return watch_payers.counted(block, self.address, terms.every)

    def services(self) -> list[str]:
        """Ids of the tags that say that the entity is a service; empty where none does."""
        if self.address is None:
            return []
        holder = Holders(self.ledger).of(self.ledger.entity_of(self.address))
        return [each.id for each in holder.stated] if holder.kind == SERVICE else []


def told(event: Event, terms: Terms, block: Block) -> dict[str, Any]:
    """An event with what it rests on: the part of an alert that follows from chain, rules and tags."""
    view = block.view
    return {
        "kind": event.kind,
        "question": terms.question,
        "network": view.network.name,
        "snapshot": snapshot_of(view),
        "rule_set": view.control.name,
        "height": block.height,
        "block": view.block_hash(block.height),
        "time": int(view.column("blocks.time")[block.height]),
        "median_time": block.median_time,
        "txid": event.txid,
        "what": event.what,
        "says": event.says,
        "caveats": [*event.caveats, AS_OF, LOWER_BOUND, BLOCK_TIME, NOTICE],
        "error_estimate": _estimate(view),
    }


def _estimate(view: Ledger) -> str:
    control = view.control
    return estimates.of_entities(estimates.Basis(control.name, view.rules, estimates.stated_of(control)))


def blocks_of(ledger: Ledger, first: int, last: int) -> Iterator[Block]:
    """The blocks from height ``first`` to ``last``."""
    for height in range(first, last + 1):
        yield Block(ledger, height)


def trial(
    ledger: Ledger,
    terms: Terms,
    last: int,
    *,
    limit: int = 0,
    offset: int = 0,
    step: Callable[[int, int], None] | None = None,
) -> Answer:
    """What a watch on these ``terms`` would have said over the last ``last`` blocks; writes nothing.

    Each alert stands as the watch would tell it, without the name of a watch, examiner or purpose. ``step``
    hears how many of the blocks are judged. ``limit`` and ``offset`` choose among the alerts. Raises
    AddressError and NotFoundError for the address.
    """
    watched = Watched(ledger, terms)
    ledger.find_address(terms.address)
    first = max(1, ledger.tip.height - last + 1)
    reached = watched.reached_at(first - 1)
    was_cut = reached.is_cut
    found: list[dict[str, Any]] = []
    caveats: dict[str, None] = {}
    for block in blocks_of(ledger, first, ledger.tip.height):
        for event in watched.events(block, reached):
            row = told(event, terms, block)
            caveats |= dict.fromkeys(row.pop("caveats"))
            found.append({key: row[key] for key in row if key not in _OF_ANSWER})
        if step:
            step(block.height + 1 - first, ledger.tip.height + 1 - first)
    shown = found[page(len(found), limit, offset)]
    result = {
        "watched": terms.question,
        "first_height": first,
        "blocks": max(0, ledger.tip.height + 1 - first),
        "reached": len(reached),
        "cut": was_cut or reached.is_cut,
        "alerts": shown,
        "notice": NOTICE,
        **list_status(len(shown), len(found)),
    }
    stated = {"address": terms.address, "kind": terms.kind, "days": terms.days, "blocks": terms.blocks}
    stated |= {"hops": terms.hops, "every": terms.every, "last": last, "limit": limit, "offset": offset}
    said = (*dict.fromkeys((*caveats, LOWER_BOUND, BLOCK_TIME)),)
    return answer(ledger, "watch test", stated, result, said, _estimate(ledger))


_OF_ANSWER = ("question", "network", "rule_set", "error_estimate")

__all__ = ["ARRIVAL", "DORMANT", "KINDS", "PAYERS", "PERIODS", "Block", "Event", "Terms", "Watched"]
__all__ += ["blocks_of", "told", "trial"]
