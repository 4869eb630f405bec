"""What to ask each exchange for: its own withdrawals and deposits, and nothing besides.

A request goes to people who need not know what it is about. So a list holds the exchange's own transactions;
neither those asked about, nor what was paid, nor why stands in it, unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from clew.analysis.answer import Answer, list_status
from clew.analysis.flows import NO_ROW
from clew.analysis.holders import SERVICE
from clew.analysis.origins import walk as ways
from clew.analysis.origins.answer import DEPTH
from clew.analysis.origins.asked import Asked
from clew.analysis.origins.doubts import doubts_of
from clew.analysis.origins.grade import GRADES, Graded, graded
from clew.analysis.origins.measured import ERROR
from clew.analysis.origins.named import Named
from clew.analysis.origins.zones import local, utc, zone_of
from clew.analysis.rows import Rows, answer
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS

WITHDRAWAL, DEPOSIT = "withdrawal", "deposit"
MOVEMENTS = (WITHDRAWAL, DEPOSIT)

ASKED = ("direct", "own wallet")
"""Grades of routes that are listed, without being told. What is inferred leads past other people."""

BROADCAST = (
    "A time is that of the block, stated by its miner, who may be up to two hours off; the transaction was "
    "sent (broadcast) earlier, as a rule by minutes, at times by days. Look for it by its id."
)
CUSTOMER = (
    "Which customer an output was for is known to the service alone. An account may be used by others than "
    "the person on file."
)
LEFT_OUT = "The address is left out of a row where it would tell more than is needed; its number says which."
RESTS_ON = (
    "That an output was sent or received by the service rests on tags, and on which addresses rules join; "
    "both can be wrong. The service can tell at once."
)


def requests(
    ledger: Ledger,
    entities: Array,
    *,
    parameters: dict[str, Any],
    depth: int = DEPTH,
    days: int | None = None,
    grades: Iterable[str] = ASKED,
    movements: Iterable[str] = (WITHDRAWAL,),
    service: str | None = None,
    with_context: bool = False,
) -> Answer:
    """For each exchange at which routes of payments into ``entities`` end, the outputs to ask it about.

    ``movements``: withdrawals (outputs that it sent, from which payments came, of routes of ``grades``) and
    deposits (outputs that the entities sent straight to it). Each output stands once, the best routes first.
    Without ``with_context`` the answer names neither the entities nor their addresses, and of a route that
    is not direct not the payment. Raises UsageError.
    """
    wanted, moved = tuple(dict.fromkeys(grades)), tuple(dict.fromkeys(movements))
    _check(wanted, moved)
    asked = Asked(ledger, entities)
    found = graded(asked, depth=depth, days=days)
    lists = _Lists(asked, with_context)
    if WITHDRAWAL in moved:
        lists.add_withdrawals(found, {GRADES.index(each) for each in wanted})
    if DEPOSIT in moved:
        lists.add_deposits()
    told = lists.told(service)
    rows = sum(len(each["rows"]) for each in told)
    result: dict[str, Any] = {
        "requests": told,
        "total": {
            "services": len(told),
            "outputs": rows,
            "satoshi": sum(row["value"] for each in told for row in each["rows"]),
            "left_out": lists.left_out(found, wanted),
        },
        **list_status(rows, rows),
    }
    stated = {
        **(parameters if with_context else {key: [] for key in parameters}),
        "depth": depth,
        "days": days,
        "grades": list(wanted),
        "movements": list(moved),
        "service": service,
        "with_context": with_context,
    }
    caveats = (BROADCAST, CUSTOMER, *(() if with_context else (LEFT_OUT,)), RESTS_ON)
    return answer(ledger, "requests", stated, result, caveats, ERROR)


def _check(grades: tuple[str, ...], movements: tuple[str, ...]) -> None:
    for kind, given, known in (("grade", grades, GRADES[:3]), ("movement", movements, MOVEMENTS)):
        unknown = [each for each in given if each not in known]
        if unknown or not given:
            found = repr(unknown[0]) if unknown else "none"
            raise UsageError(f"expected a {kind} ({', '.join(known)}), found {found}")


class _Lists:
    """The outputs to ask about, by holder of the service."""

    def __init__(self, asked: Asked, with_context: bool) -> None:
        self.asked, self.ledger, self.with_context = asked, asked.ledger, with_context
        self.rows, self.named = Rows(asked.ledger), Named(asked.holders)
        self._by_holder: dict[str, dict[tuple[str, int], tuple[tuple[int, ...], dict[str, Any]]]] = {}
        self._entities: dict[str, int] = {}

    def add_withdrawals(self, found: Graded, grades: set[int]) -> None:
        """Outputs that services sent, at the end of routes of these grades; the best route of each counts."""
        ends = found.ends
        served = np.flatnonzero((ends.end == ways.AT_SERVICE) & np.isin(found.grade, list(grades)))
        for row in served.tolist():
            coin, hops = int(ends.coin[row]), int(ends.hops[row])
            doubts = doubts_of(int(found.doubts[row]))
            rank = (int(found.grade[row]), len(doubts), hops)
            made = self._add(WITHDRAWAL, coin, int(ends.holder[row]), rank)
            if self.with_context:
                made.setdefault("routes", []).append(self._route(found, row, [each.name for each in doubts]))

    def _route(self, found: Graded, row: int, doubts: list[str]) -> dict[str, Any]:
        place = int(found.ends.payment[row])
        transaction, output = int(found.transactions[place]), int(found.outputs[place])
        return {
            "grade": GRADES[found.grade[row]],
            "hops": int(found.ends.hops[row]),
            "doubts": doubts,
            "satoshi": int(found.ends.value[row]),
            "txid": self.ledger.txid(transaction),
            "vout": self.rows.index(output, transaction),
            "address": self.rows.address(int(self.ledger.column("outputs.address")[output])),
            "value": int(found.values[place]),
            "time": self.rows.place(transaction)["time"],
        }

    def add_deposits(self) -> None:
        """Outputs that those asked about sent straight to services."""
        _, outputs, _ = self.asked.flows.outflows
        outputs = outputs[outputs != NO_ROW]
        addresses = self.ledger.column("outputs.address")[outputs]
        outputs, addresses = outputs[addresses != NO_ADDRESS], addresses[addresses != NO_ADDRESS]
        owners = self.ledger.column("entities.entity")[addresses].astype(np.int64)
        served = (self.asked.holders.kinds(owners) == SERVICE) & ~self.asked.is_own(owners)
        for output, owner in zip(outputs[served].tolist(), owners[served].tolist(), strict=True):
            if not self.named.service(owner)["conflict"]:
                made = self._add(DEPOSIT, output, owner, (0, 0, 0))
                if self.with_context:
                    made.setdefault("routes", [])

    def _add(self, movement: str, coin: int, entity: int, rank: tuple[int, ...]) -> dict[str, Any]:
        holder = str(self.named.service(entity)["holder"])
        self._entities.setdefault(holder, entity)
        known = self._by_holder.setdefault(holder, {})
        before = known.get((movement, coin))
        made = self._row(movement, coin) if before is None else before[1]
        known[movement, coin] = (rank if before is None else min(rank, before[0]), made)
        return made

    def _row(self, movement: str, coin: int) -> dict[str, Any]:
        ledger, rows = self.ledger, self.rows
        transaction = ledger.transaction_of_output(coin)
        place = rows.place(transaction)
        number = int(ledger.column("outputs.address")[coin])
        hidden = not self.with_context and number in self._own
        return {
            "movement": movement,
            "txid": place["txid"],
            "vout": rows.index(coin, transaction),
            "address": None if hidden else rows.address(number),
            "value": int(ledger.column("outputs.value")[coin]),
            "height": place["height"],
            "time": place["time"],
            "utc": utc(place["time"]),
        }

    @property
    def _own(self) -> set[int]:
        if not hasattr(self, "_own_addresses"):
            self._own_addresses = set(self.asked.flows.addresses.tolist())
        return self._own_addresses

    def told(self, service: str | None) -> list[dict[str, Any]]:
        """The lists, by jurisdiction and name; of one service only, if it is named. Raises UsageError."""
        said = [self._told(holder) for holder in self._by_holder]
        if service is not None:
            chosen = [each for each in said if self.named.is_called(self._entities[each["holder"]], service)]
            if not chosen:
                names = ", ".join(sorted(each["label"] for each in said)) or "none"
                raise UsageError(
                    f"service {service!r}: expected one that there is something to ask, found none of that "
                    f"name; there are: {names}"
                )
            said = chosen
        return sorted(said, key=lambda each: (each["jurisdictions"] or ["~"], each["label"], each["holder"]))

    def _told(self, holder: str) -> dict[str, Any]:
        service = self.named.service(self._entities[holder])
        zone = zone_of(service["jurisdictions"])
        if zone is not None and local(0, zone) is None:
            zone = None
        ranked = sorted(
            self._by_holder[holder].values(),
            key=lambda each: (each[0], each[1]["height"], each[1]["txid"], each[1]["vout"]),
        )
        rows = [{**row, "local": local(row["time"], zone)} for _, row in ranked]
        keys = ("holder", "label", "actor", "category", "jurisdictions")
        return {**{key: service[key] for key in keys}, "zone": zone, "rows": rows}

    def left_out(self, found: Graded, grades: tuple[str, ...]) -> int:
        """How many outputs of services stand at the end of other routes only."""
        served = found.ends.end == ways.AT_SERVICE
        listed = np.isin(found.grade, [GRADES.index(each) for each in grades])
        listed_coins = np.unique(found.ends.coin[served & listed])
        return len(np.setdiff1d(found.ends.coin[served], listed_coins))


__all__ = ["ASKED", "BROADCAST", "MOVEMENTS", "requests"]
