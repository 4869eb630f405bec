"""The answers that one report is made of, and whether they belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clew.errors import ReportError

if TYPE_CHECKING:
    from clew.analysis.answer import Answer

DEFAULT_LIMIT = 200
EXHIBITS = "strict"
"""The set of rules that exhibits rest on."""


@dataclass(frozen=True)
class Traced:
    """A trace that a report shows: what its file holds, the file's name, and the names of the services at
    which coins end, by coin."""

    content: Mapping[str, Any]
    file: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class ReportAnswers:
    """What was found out about one entity, or about several taken together.

    ``entity`` is one answer, or one for each entity when the addresses asked about belong to
    several; the other answers take them together. All must be whole and of one snapshot. ``asked``
    is what the user named, if it differs from the answers' own parameters. ``status``, if given,
    adds the rules in force and how far the ledger is behind.
    ``tip_time`` is the block time of the tip in Unix seconds: the date that the report bears.
    ``exposure``, if given, adds the categories of services; ``trace`` its flow diagram, of the same snapshot.
    """

    entity: Answer | tuple[Answer, ...]
    payments: Answer
    proceeds: Answer
    outflows: Answer
    status: Answer | None = None
    tip_time: int | None = None
    asked: tuple[str, ...] = ()
    trace: Traced | None = None
    exposure: Answer | None = None

    @property
    def entities(self) -> tuple[Answer, ...]:
        """The answers about each entity."""
        return self.entity if isinstance(self.entity, tuple) else (self.entity,)

    @property
    def everything(self) -> tuple[Answer, ...]:
        """All answers, in the order of the report."""
        last = tuple(each for each in (self.exposure, self.status) if each is not None)
        return (*self.entities, self.payments, self.proceeds, self.outflows, *last)

    @property
    def addresses(self) -> tuple[str, ...]:
        """What was asked about: as the user named it, else the first address of each entity."""
        asked = self.asked or self.payments.parameters.get("addresses")
        if isinstance(asked, str):
            return (asked,)
        return tuple(asked or (row["address"] for row in self.payments.result["entities"]))

    @property
    def tip(self) -> Mapping[str, Any]:
        """Height, hash and work of the ledger's last block."""
        tip: Mapping[str, Any] = self.payments.ledger["tip"]
        return tip

    @property
    def time(self) -> int:
        """The tip's block time where it is known, else the latest block time in the answers."""
        if self.tip_time is not None:
            return self.tip_time
        rows = [*self.payments.result["payments"], *self.outflows.result["outflows"]]
        rows += [entity.result["last"] for entity in self.entities if entity.result["last"]]
        return max((row["time"] for row in rows), default=0)

    @property
    def lost(self) -> int:
        """Satoshi that nobody can ever spend: unspendable outputs, and those of a repeated id."""
        total = self.proceeds.result["total"]
        return int(total["overwritten"] + total.get("unspendable", 0))

    def check(self) -> None:
        """Raise ReportError unless all answers are of one snapshot and their sums close."""
        if not self.entities:
            raise ReportError("a report is about at least one entity: expected its answer, found none")
        snapshots = sorted({answer.snapshot for answer in self.everything})
        if len(snapshots) > 1:
            raise ReportError(
                f"the answers are of different snapshots ({', '.join(snapshots)}): ask all of them again"
            )
        if self.trace and (found := self.trace.content["snapshot"]) != snapshots[0]:
            raise ReportError(
                f"{self.trace.file}: expected a trace of the report's snapshot {snapshots[0]}, found one of "
                f"{found}; make it again with clew trace -o"
            )
        sets = sorted({answer.ledger["rule_set"] for answer in self.everything} - {EXHIBITS})
        if sets:
            raise ReportError(
                f"a report is an exhibit, which rests on the rules {EXHIBITS} alone: expected answers by "
                f"them, found some by {', '.join(sets)}; ask without --rules"
            )
        zone = self.proceeds.parameters.get("tz", "UTC")
        if zone != "UTC":
            raise ReportError(f"a report counts months in UTC: expected proceeds with tz UTC, found {zone}")
        total, months = self.proceeds.result["total"], self.proceeds.result["months"]
        for key in ("received", "spent", "fee"):
            _equal(f"{key} by month", sum(month[key] for month in months), f"{key} in all", total[key])
        rest = total["received"] - total["spent"] - total["fee"]
        _equal("received less spent and fee", rest, "held and lost", total["held"] + self.lost)
        _equal("the payments", self.payments.result["total"]["value"], "received in all", total["received"])


def _equal(one: str, left: int, other: str, right: int) -> None:
    if left != right:
        raise ReportError(
            f"the sums do not close: {one} is {left} satoshi, {other} is {right}; "
            "this is a fault of Clew: please report it, and do not use these numbers"
        )
