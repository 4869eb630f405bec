"""Origins of payments beside their truth: how often a route of a good grade is wrong, and how many have one.

A route is right where the named withdrawal did fund the payment and nobody else held the coins between: the
truth has it among the payment's origins, made by the custodian that is named, with no coinjoin and no other
custodian on the way, and the payment is no look-alike that the ledger can show.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from clew.accuracy.economy import FOLDER, TOTALS, read_table
from clew.accuracy.figures import Figure, Key, Tally
from clew.analysis.origins import walk as ways
from clew.analysis.origins.answer import DEPTH
from clew.analysis.origins.asked import Asked
from clew.analysis.origins.grade import DIRECT, GRADES, OWN_WALLET, Graded, graded
from clew.errors import UsageError
from clew.ledger.ledger import Ledger
from clew.reference.tags import plain

ORIGINS = "origins"
"""The kind of conclusion that these figures are about."""

WRONG, PAYMENTS, REACHED, OWNED = "graded routes wrong", "payments graded", "reached", "owned"
LOOK_ALIKES, SATOSHI = "look-alikes graded", "satoshi exact"
"""What is measured; see ``Measured``."""

GOOD = (DIRECT, OWN_WALLET)
GRADED = tuple(GRADES[each] for each in GOOD)
UNSEEN = ("taken over", "resold", "gift", "friend")
"""Purposes of payments that the ledger cannot tell from others."""

VISIBLE = "visible"


@dataclass
class Payment:
    """What is true of an output that paid the service.

    ``origins``: by output id, the custodian's name in plain form (empty for no custodian) and whether a
    coinjoin lies between. ``is_held``: whether a custodian held the coins between.
    """

    value: int
    label: str | None
    purpose: str
    route: str
    origins: dict[int, tuple[str, bool]] = field(default_factory=dict)
    satoshi: int = 0
    is_held: bool = False


def seeds_of(folder: Path) -> list[str]:
    """Addresses of an economy's service that an inquiry starts from."""
    totals = json.loads((folder / FOLDER / TOTALS).read_text(encoding="utf-8"))
    return [str(each) for each in totals["service"]["seed_addresses"]]


def read_payments(folder: Path, ledger: Ledger) -> dict[int, Payment]:
    """The truth about each output that paid the service, by output id."""
    inside = folder / FOLDER
    first = np.asarray(ledger.column("transactions.first_output")).astype(np.int64)
    actors = read_table(inside, "actors", ("actor", "name")).to_pydict()
    names = {actor: plain(name) for actor, name in zip(actors["actor"], actors["name"], strict=True) if name}
    found: dict[int, Payment] = {}
    coins: dict[int, int] = {}
    columns = ("payment", "tx", "vout", "value", "label", "purpose", "route")
    for row in read_table(inside, "payments", columns).to_pylist():
        coin = int(first[row["tx"]]) + row["vout"]
        coins[row["payment"]] = coin
        found[coin] = Payment(row["value"], row["label"], row["purpose"], row["route"])
    columns = ("payment", "tx", "vout", "value", "custodian", "is_joined", "through")
    for row in read_table(inside, "origins", columns).to_pylist():
        payment = found[coins[row["payment"]]]
        if row["through"] is not None:
            payment.is_held = True
            continue
        custodian = "" if row["custodian"] is None else names.get(row["custodian"], "")
        coin = int(first[row["tx"]]) + row["vout"]
        payment.origins[coin] = (custodian, bool(row["is_joined"]))
        payment.satoshi += row["value"]
    return found


def why_wrong(payment: Payment | None, coin: int, holder: str | None) -> str | None:
    """Why a route of a good grade is wrong; None where it is right."""
    if payment is None:
        return "no payment to the service"
    if payment.label == VISIBLE:
        return f"look-alike: {payment.purpose}"
    known = payment.origins.get(coin)
    if known is None:
        return f"somebody else held the coins ({payment.route})"
    custodian, is_joined = known
    if is_joined:
        return "a coinjoin between"
    if not custodian or custodian != holder:
        return "another sender"
    return None


@dataclass
class Measured:
    """Counts of one economy at one coverage of tags.

    ``graded`` and ``wrong``: routes by grade and hops; ``why``: of the wrong ones. ``payments`` and
    ``good``: payments, and those of a good grade, by the hops of their shortest true way. ``reachable`` and
    ``reached``: payments that came straight or through one strict entity of the payer's, and those of them
    of a good grade; ``owned`` and ``owned_good``: those that came through the payer's hands alone, in however
    many entities. ``unseen``: purposes among the graded. ``alike``: look-alikes that the ledger can show;
    ``alike_good``: those graded all the same. ``known``: payments whose origins
    the truth knows; ``exact``: those whose shares sum to its satoshi.
    """

    graded: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: Counter[tuple[str, int]] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    payments: Counter[int] = field(default_factory=Counter)
    good: Counter[int] = field(default_factory=Counter)
    reachable: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    owned: int = 0
    owned_good: int = 0
    unseen: Counter[str] = field(default_factory=Counter)
    alike: int = 0
    alike_good: int = 0
    known: int = 0
    exact: int = 0


def measure(ledger: Ledger, folder: Path, *, depth: int = DEPTH) -> Measured:
    """Grade the origins of an economy's payments by the tags in the ledger's folder, and compare.

    ``folder``: the economy's. Raises UsageError where its truth cannot be read.
    """
    truth = read_payments(folder, ledger)
    seeds = seeds_of(folder)
    if not seeds:
        raise UsageError(
            f"{folder}: expected an economy whose service has addresses to start from, found none"
        )
    numbers = np.array([ledger.find_address(each) for each in seeds])
    entities = np.unique(np.asarray(ledger.column("entities.entity")[numbers]).astype(np.int64))
    asked = Asked(ledger, entities)
    found = graded(asked, depth=depth)
    return _measured(asked, found, truth)


def _measured(asked: Asked, found: Graded, truth: Mapping[int, Payment]) -> Measured:
    counts = Measured()
    for place, output in enumerate(found.outputs.tolist()):
        payment = truth.get(output)
        span = slice(int(found.starts[place]), int(found.starts[place + 1]))
        is_good = int(found.grades[place]) in GOOD
        faults = _routes(asked, found, span, payment, counts)
        if payment is None:
            continue
        shown = int(found.ends.value[span].sum())
        # Money of the service's own has no origin there.
        counts.known += bool(payment.origins)
        counts.exact += bool(payment.origins) and shown == payment.satoshi == payment.value
        if payment.label == VISIBLE:
            counts.alike += 1
            counts.alike_good += bool((found.grade[span] <= OWN_WALLET).any())
            continue
        hops = int(found.ends.hops[span].min())
        counts.payments[hops] += 1
        counts.good[hops] += is_good
        _reach(asked, found, span, payment, counts, is_good=is_good)
        if is_good and not faults and payment.purpose in UNSEEN:
            counts.unseen[payment.purpose] += 1
    return counts


def _routes(asked: Asked, found: Graded, span: slice, payment: Payment | None, counts: Measured) -> int:
    """Count the graded routes of a payment; returns how many are wrong."""
    wrong = 0
    for row in range(span.start, span.stop):
        grade = int(found.grade[row])
        if grade not in GOOD:
            continue
        key = GRADES[grade], int(found.ends.hops[row])
        counts.graded[key] += 1
        fault = why_wrong(payment, int(found.ends.coin[row]), asked.name_of(int(found.ends.holder[row])))
        if fault is not None:
            wrong += 1
            counts.wrong[key] += 1
            counts.why[fault] += 1
    return wrong


def _reach(
    asked: Asked, found: Graded, span: slice, payment: Payment, counts: Measured, *, is_good: bool
) -> None:
    """Count whether a good grade could be hoped for."""
    ends = found.ends
    tagged = asked.holders.tags.attributions.names.values()
    if (
        payment.origins
        and not payment.is_held
        and all(custodian in tagged and not is_joined for custodian, is_joined in payment.origins.values())
    ):
        counts.owned += 1
        counts.owned_good += is_good
    alone = bool(((ends.end[span] == ways.AT_SERVICE) & (ends.flags[span] == 0)).all())
    if alone and not any(
        why_wrong(payment, int(ends.coin[row]), asked.name_of(int(ends.holder[row])))
        for row in range(span.start, span.stop)
    ):
        kind = "straight" if int(ends.hops[span].max()) == 0 else "own wallet"
        counts.reachable[kind] += 1
        counts.reached[kind] += is_good


def figures_of(counts: Measured, coverage: str) -> Iterator[Figure]:
    """The counts as figures of a validation; ``coverage``: per cent of tagged addresses."""
    subject = f"{coverage} % of tags"

    def figure(measure: str, hits: float, of: float, by: str = "", group: str = "") -> Figure:
        return Figure(Key(ORIGINS, subject, measure, by=by, group=group), Tally(hits, of))

    yield figure(WRONG, counts.wrong.total(), counts.graded.total())
    for grade in GRADED:
        of = sum(count for key, count in counts.graded.items() if key[0] == grade)
        wrong = sum(count for key, count in counts.wrong.items() if key[0] == grade)
        yield figure(WRONG, wrong, of, "grade", grade)
    for hops in sorted({key[1] for key in counts.graded}):
        of = sum(count for key, count in counts.graded.items() if key[1] == hops)
        wrong = sum(count for key, count in counts.wrong.items() if key[1] == hops)
        yield figure(WRONG, wrong, of, "hops", str(hops))
    for hops in sorted(counts.payments):
        yield figure(PAYMENTS, counts.good[hops], counts.payments[hops], "hops", str(hops))
    yield figure(PAYMENTS, counts.good.total(), counts.payments.total())
    for kind in ("straight", "own wallet"):
        yield figure(REACHED, counts.reached[kind], counts.reachable[kind], "way", kind)
    yield figure(REACHED, counts.reached.total(), counts.reachable.total())
    yield figure(OWNED, counts.owned_good, counts.owned)
    yield figure(LOOK_ALIKES, counts.alike_good, counts.alike)
    for purpose in UNSEEN:
        yield figure("unseen", counts.unseen[purpose], counts.good.total(), "purpose", purpose)
    yield figure(SATOSHI, counts.exact, counts.known)
    for fault in sorted(counts.why):
        yield figure("fault", counts.why[fault], counts.graded.total(), "why", fault)


__all__ = [
    "GRADED", "LOOK_ALIKES", "ORIGINS", "OWNED", "PAYMENTS", "REACHED", "SATOSHI", "UNSEEN", "WRONG",
    "Measured", "Payment", "figures_of", "measure", "read_payments", "seeds_of", "why_wrong",
]  # fmt: skip
