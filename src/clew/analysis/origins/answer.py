"""The way back of every payment into entities, to the first service that could know the customer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from clew.analysis.amounts import exact_sum
from clew.analysis.answer import NOTICE, Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, PAYERS
from clew.analysis.origins import walk as ways
from clew.analysis.origins.asked import Asked
from clew.analysis.origins.doubts import DOUBTS, doubts_of
from clew.analysis.origins.grade import BROKEN, GRADES, Graded, graded
from clew.analysis.origins.measured import ERROR
from clew.analysis.origins.named import Named
from clew.analysis.rows import Rows, answer, page
from clew.analysis.together import about, between
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger

DEPTH = 6
"""Hops that a way is followed, without being told."""

CANNOT_EXCLUDE = (
    "A grade describes the way of coins over the ledger, never a person. What the ledger cannot show cannot "
    "be excluded: that somebody took over the customer's account or wallet, that the account that was paid "
    "for was resold, that it was a gift, or that a friend or a trader paid for somebody else."
)
WITHDRAWALS = (
    "A service named here sent coins; only its records say for which customer. A deposit is the other way: "
    "coins that went to a service. No way back leads through a service, which pays out other coins than came "
    "in."
)
SHARES = (
    "Where a payment comes of several coins, each origin has a share in proportion (haircut), exact in "
    "satoshi. That is a convention: the ledger does not say which coin paid for what."
)
UNTAGGED = (
    "Only services that tags name end a route well. An untagged service that is spread over many small "
    "entities can look like one person's wallet; the signs of it lower the grade, and can be missing."
)

ENDS = {
    ways.AT_SERVICE: "service",
    ways.AT_HOLDER: "unknown holder",
    ways.AT_COINJOIN: "coinjoin",
    ways.AT_COINBASE: "new coins",
    ways.AT_OWN: "those asked about",
    ways.AT_JOINT: "signed together",
    ways.AT_DEPTH: "depth",
    ways.AT_TIME: "time",
    ways.AT_BREADTH: "breadth",
    ways.AT_MIXED: "mixed",
}
"""Why a way ends, in a word or two."""

_SAYS = {
    ways.AT_SERVICE: "a service that is tagged sent the coins",
    ways.AT_HOLDER: "an unknown holder, which may mix other people's coins, sent them",
    ways.AT_COINJOIN: "a coinjoin made the coins, and any of its inputs may have",
    ways.AT_COINBASE: "the coins were new there: a miner got them, and no service sent them",
    ways.AT_OWN: "those asked about sent the coins themselves",
    ways.AT_JOINT: "several entities signed together, a service or an unknown holder among them",
    ways.AT_DEPTH: "cut: the way is longer than was asked for",
    ways.AT_TIME: "cut: the coins are older than was asked for",
    ways.AT_BREADTH: f"cut: more than {ways.MOST_COINS:,} coins of one payment would have to be followed",
    ways.AT_MIXED: "some inputs of the payment are the receiver's own, so who paid cannot be known",
}


def origins(
    ledger: Ledger,
    entities: Array,
    *,
    parameters: dict[str, Any],
    depth: int = DEPTH,
    days: int | None = None,
    grades: Iterable[str] = (),
    service: str | None = None,
    limit: int = 0,
    offset: int = 0,
) -> Answer:
    """The origins of every payment into ``entities`` (distinct ascending ids), taken as one, in chain order.

    One row for each output that pays them; its ``origins`` are where the ways of its coins end, and their
    ``satoshi`` sum to its ``value``. ``depth``: hops that are followed; ``days``: coins made longer before
    the payment are not followed. ``grades`` and ``service`` choose which payments are shown, never what is
    summed. See ``docs/origins.md``. Raises UsageError for a grade or a service that there is none of.
    """
    if depth < 0 or (days is not None and days < 0):
        raise UsageError(f"expected a depth and days of 0 or more, found {depth} and {days}")
    asked = Asked(ledger, entities)
    found = graded(asked, depth=depth, days=days)
    register = Register(asked, found)
    kept = register.chosen(tuple(grades), service)
    shown = kept[page(len(kept), limit, offset)]
    result: dict[str, Any] = {
        "entities": register.rows.cards(entities),
        "payments": register.payments(shown),
        "total": register.total(),
        "by_grade": register.by_grade(),
        "by_service": register.by_service(),
        "doubts": register.doubts(),
        "between": between(asked.flows),
        "notice": NOTICE,
        **list_status(len(shown), len(kept)),
    }
    stated = {
        **parameters,
        "depth": depth,
        "days": days,
        "grades": sorted(set(grades), key=GRADES.index),
        "service": service,
        "limit": limit,
        "offset": offset,
    }
    caveats = (
        *about(asked.flows),
        CANNOT_EXCLUDE,
        WITHDRAWALS,
        SHARES,
        UNTAGGED,
        PAYERS,
        *register.rows.tags.caveats,
        BLOCK_TIME,
    )
    return answer(ledger, "origins", stated, result, caveats, ERROR)


class Register:
    """Graded origins as rows that people read."""

    def __init__(self, asked: Asked, found: Graded) -> None:
        self.asked, self.found, self.ledger = asked, found, asked.ledger
        self.rows = Rows(asked.ledger)
        self.named = Named(asked.holders)
        self._served = np.flatnonzero(found.ends.end == ways.AT_SERVICE)

    def chosen(self, grades: tuple[str, ...], service: str | None) -> Array:
        """Places of payments that have one of ``grades`` (any, if there is none) and come of a service."""
        found = self.found
        kept = np.ones(len(found.outputs), bool)
        unknown = [each for each in grades if each not in GRADES]
        if unknown:
            raise UsageError(f"expected a grade ({', '.join(GRADES)}), found {unknown[0]!r}")
        if grades:
            kept &= np.isin(found.grades, [GRADES.index(each) for each in grades])
        if service is not None:
            kept &= self._of_service(service)
        return np.flatnonzero(kept)

    def _of_service(self, service: str) -> Array:
        ends = self.found.ends
        whose = np.unique(ends.holder[self._served]).tolist()
        called = [each for each in whose if self.named.is_called(each, service)]
        if not called:
            names = sorted({str(self.named.service(each)["label"]) for each in whose})
            raise UsageError(
                f"service {service!r}: expected one that an origin names, found none of that name; named "
                f"are: {', '.join(names) or 'none'}"
            )
        mask = np.zeros(len(self.found.outputs), bool)
        mask[ends.payment[self._served[np.isin(ends.holder[self._served], called)]]] = True
        return mask

    def payments(self, places: Array) -> list[dict[str, Any]]:
        """Rows of some payments."""
        return [self._payment(place) for place in places.tolist()]

    def _payment(self, place: int) -> dict[str, Any]:
        found, rows, ledger = self.found, self.rows, self.ledger
        transaction, output = int(found.transactions[place]), int(found.outputs[place])
        moment = rows.place(transaction)
        payer = int(found.payers[place])
        address = None if output < 0 else rows.address(int(ledger.column("outputs.address")[output]))
        span = range(int(found.starts[place]), int(found.starts[place + 1]))
        said = [self._origin(each, moment["time"]) for each in span]
        return {
            **moment,
            "vout": None if output < 0 else rows.index(output, transaction),
            "address": address,
            "value": int(found.values[place]),
            "grade": GRADES[found.grades[place]],
            "payer": None if payer == ways.NOBODY else self._payer(payer),
            "origins": sorted(said, key=lambda each: (GRADES.index(each["grade"]), -each["satoshi"])),
        }

    def _payer(self, entity: int) -> dict[str, Any]:
        named = self.rows.named(entity)
        holder = self.asked.holders.of(entity)
        return {**named, "holder": self.asked.name_of(entity), "looks_like_a_service": list(holder.why)}

    def _origin(self, row: int, paid: int) -> dict[str, Any]:
        ends, rows = self.found.ends, self.rows
        end, coin, holder = int(ends.end[row]), int(ends.coin[row]), int(ends.holder[row])
        doubts = doubts_of(int(self.found.doubts[row]))
        served = end == ways.AT_SERVICE
        return {
            "grade": GRADES[self.found.grade[row]],
            "end": ENDS[end],
            "satoshi": int(ends.value[row]),
            "hops": int(ends.hops[row]),
            "doubts": [each.name for each in doubts],
            "reasons": [_SAYS[end], *(each.says for each in doubts), *self._holder_says(end, holder)],
            "service": self.named.service(holder) if served else None,
            "movement": "withdrawal" if served else None,
            **(_NO_COIN if coin < 0 else rows_coin(rows, coin, paid)),
        }

    def _holder_says(self, end: int, holder: int) -> tuple[str, ...]:
        return self.asked.holders.of(holder).why if end == ways.AT_HOLDER else ()

    def total(self) -> dict[str, Any]:
        """Sums over all payments, shown or not."""
        found = self.found
        whose = found.payers[found.payers != ways.NOBODY]
        return {
            "payments": len(found.outputs),
            "value": exact_sum(found.values),
            "origins": len(found.grade),
            "mixed": int((found.outputs < 0).sum()),
            "payers": len(np.unique(whose)),
        }

    def by_grade(self) -> list[dict[str, Any]]:
        """How many payments and origins have each grade, and satoshi of the origins."""
        found = self.found
        return [
            {
                "grade": name,
                "payments": int((found.grades == number).sum()),
                "origins": int((found.grade == number).sum()),
                "satoshi": exact_sum(found.ends.value[found.grade == number]),
            }
            for number, name in enumerate(GRADES)
        ]

    def by_service(self) -> list[dict[str, Any]]:
        """Origins at each service, by its holder: satoshi and payments by grade, the largest first."""
        found, ends = self.found, self.found.ends
        groups: dict[str, list[int]] = {}
        for row in self._served.tolist():
            groups.setdefault(str(self.named.service(int(ends.holder[row]))["holder"]), []).append(row)
        said = []
        for rows in groups.values():
            first = self.named.service(int(ends.holder[rows[0]]))
            places = np.array(rows)
            said.append(
                {
                    **{key: first[key] for key in ("holder", "label", "actor", "category", "jurisdictions")},
                    "payments": len(np.unique(ends.payment[places])),
                    "satoshi": exact_sum(ends.value[places]),
                    "grades": {
                        name: int((found.grade[places] == number).sum()) for number, name in enumerate(GRADES)
                    },
                }
            )
        return sorted(said, key=lambda each: (-each["satoshi"], each["holder"]))

    def doubts(self) -> list[dict[str, Any]]:
        """How many origins and payments each doubt and end concerns; those of none are left out."""
        found, said = self.found, []
        for doubt in DOUBTS:
            rows = np.flatnonzero(found.doubts & doubt.bit)
            if len(rows):
                said.append(self._count(doubt.name, doubt.says, rows))
        for end, name in ENDS.items():
            rows = np.flatnonzero((found.ends.end == end) & (found.grade == BROKEN))
            if len(rows) and end != ways.AT_SERVICE:
                said.append(self._count(name, _SAYS[end], rows))
        return said

    def _count(self, name: str, says: str, rows: Array) -> dict[str, Any]:
        payments = len(np.unique(self.found.ends.payment[rows]))
        return {"reason": name, "says": says, "origins": len(rows), "payments": payments}


_NO_COIN: dict[str, Any] = dict.fromkeys(
    ("txid", "vout", "address", "value", "height", "time", "median_time", "seconds")
)


def rows_coin(rows: Rows, coin: int, paid: int) -> dict[str, Any]:
    """A coin as an answer shows it; ``seconds`` from its block to that of the payment (``paid``)."""
    transaction = rows.ledger.transaction_of_output(coin)
    place = rows.place(transaction)
    return {
        **place,
        "vout": rows.index(coin, transaction),
        "address": rows.address(int(rows.ledger.column("outputs.address")[coin])),
        "value": int(rows.ledger.column("outputs.value")[coin]),
        "seconds": paid - place["time"],
    }


__all__ = ["CANNOT_EXCLUDE", "DEPTH", "ENDS", "Register", "origins"]
