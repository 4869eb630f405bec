"""Exposure: how much was sent to, and received from, every category, straight and over others' hands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clew.analysis.answer import NOTICE, Answer, list_status
from clew.analysis.attribution import attributions_of
from clew.analysis.caveats import BLOCK_TIME, CONTROL
from clew.analysis.exposure.categories import OWN_WORDS, SAID, Categories, order
from clew.analysis.exposure.side import Closed, Sums, Tell, Ways, received, sent
from clew.analysis.flows import Flows, flows_of
from clew.analysis.rows import Rows, answer, page
from clew.analysis.together import about, mixed
from clew.analysis.trace import words
from clew.analysis.trace.policies import DEFAULT, HAIRCUT, POISON, chosen
from clew.analysis.trace.walk import Limits
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger

HUNDREDTHS = 10_000
"""Hundredths of a percent in a whole."""

HOPS, MOST_HOPS = 10, 1_000

NO_SCORE = (
    "Shares say where coins came from and went to, by a convention. They are no measure of a person, of "
    "intent or of knowledge: whoever is paid cannot choose where the coins were before, nor where they go."
)
INDIRECT = (
    "Indirect amounts passed through others' hands: the further, the less do they say about those asked "
    "about. Direct ones are those of the transactions by which they themselves paid or were paid."
)


def exposure(
    ledger: Ledger,
    asked: Array,
    *,
    parameters: dict[str, Any],
    policies: Sequence[str] = DEFAULT,
    hops: int = HOPS,
    least: int = 0,
    memory: int | None = None,
    tell: Tell | None = None,
    limit: int = 0,
    offset: int = 0,
) -> Answer:
    """Exposure of entities ``asked`` (distinct ascending ids), taken as one, under each policy.

    ``sent`` and ``received`` each hold the total and, for each policy, the amounts by category, direct and
    indirect, which add up to that total; shares in percent, rounded by largest remainder, add up to 100.00.
    ``services`` are the services by the most that a policy gives them; ``limit`` and ``offset`` choose among
    them. What is followed goes ``hops`` transactions far at most (0: without limit), and on with ``least``
    satoshi or more. Raises UsageError for limits that are none, and for poison, which states no amounts.
    """
    names = chosen(tuple(policies))
    if POISON in names:
        raise UsageError(f"policy {POISON!r}: it states no amounts, so there are no shares; name another")
    if not 0 <= hops <= MOST_HOPS:
        raise UsageError(f"hops: expected 1 to {MOST_HOPS}, or 0 for no limit, found {hops}")
    if least < 0:
        raise UsageError(f"least: expected 0 or more satoshi, found {least}")
    flows = flows_of(ledger, asked)
    rows = Rows(ledger)
    stops = Closed(flows)
    assert stops.holders is not None
    categories = Categories(stops.holders, attributions_of(ledger))
    passes_all = HAIRCUT in names and not least
    ways = Ways(flows, stops, categories, Limits(hops or None, None, least), memory, tell, passes_all)
    sides = {
        "received": (flows.from_outside, {name: received(ways, name) for name in names}),
        "sent": (flows.to_outside, {name: sent(ways, name) for name in names}),
    }
    told = {key: _side(categories, *each, limit, offset) for key, each in sides.items()}
    result: dict[str, Any] = {
        "entities": rows.cards(asked),
        **{key: each for key, (each, _) in told.items()},
        "own_fees": flows.fee,
        "categories": _categories(told),
        "notice": NOTICE,
        "lists": {key: listed for key, (_, listed) in told.items()},
    }
    stated = {
        **parameters, "policies": list(names), "hops": hops or None, "least": least, "limit": limit,
        "offset": offset,
    }  # fmt: skip
    return answer(ledger, "exposure", stated, result, _caveats(flows, rows))


def _caveats(flows: Flows, rows: Rows) -> tuple[str, ...]:
    return (
        NO_SCORE,
        words.CONVENTIONS,
        words.ORDER,
        INDIRECT,
        words.LEDGER_ONLY,
        *about(flows),
        CONTROL,
        *mixed(flows.kinds),
        *rows.tags.caveats,
        BLOCK_TIME,
    )


def _side(
    categories: Categories, total: int, sums: dict[str, Sums], limit: int, offset: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """One side as it is shown, and how much of its services."""
    for name, each in sums.items():
        if each.total != total:
            raise AssertionError(f"{name}: {each.total} satoshi by category, {total} in all")
    known = sorted({service for each in sums.values() for service in each.services})
    known.sort(key=lambda name: -max(sum(each.services.get(name, (0, 0))) for each in sums.values()))
    shown = known[page(len(known), limit, offset)]
    told = {
        "value": total,
        "policies": [_policy(name, each, total) for name, each in sums.items()],
        "services": [
            {
                **categories.known(service),
                "under": [_under(name, each, service) for name, each in sums.items()],
            }
            for service in shown
        ],
    }
    return told, list_status(len(shown), len(known))


def _under(policy: str, sums: Sums, service: str) -> dict[str, Any]:
    direct, indirect = sums.services.get(service, (0, 0))
    return {"policy": policy, "direct": direct, "indirect": indirect, "value": direct + indirect}


def _policy(name: str, sums: Sums, total: int) -> dict[str, Any]:
    categories = sorted({*+sums.direct, *+sums.indirect}, key=order)
    values = [sums.direct[each] + sums.indirect[each] for each in categories]
    attributed = sum(value for each, value in zip(categories, values, strict=True) if each not in OWN_WORDS)
    return {
        "policy": name,
        "attributed": attributed,
        "by_category": [
            {
                "category": each,
                "direct": sums.direct[each],
                "indirect": sums.indirect[each],
                "value": value,
                "share": share,
            }
            for each, value, share in zip(categories, values, shares(values, total), strict=True)
        ],
        "unattributed": [{"end": end, "value": value} for end, value in sorted(sums.ends.items()) if value],
    }


def shares(values: Sequence[int], total: int) -> list[str]:
    """Each value's share of ``total``, their sum, in percent with two decimals.

    Rounded down, and the hundredths that are left go one each to the largest remainders, of equal ones to
    the earlier: together 100.00. Of nothing there are no shares: each is 0.00.
    """
    if not total:
        return ["0.00" for _ in values]
    parts = [divmod(value * HUNDREDTHS, total) for value in values]
    left = HUNDREDTHS - sum(whole for whole, _ in parts)
    first = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))[:left]
    found = [whole + (place in set(first)) for place, (whole, _) in enumerate(parts)]
    return [f"{each // 100}.{each % 100:02d}" for each in found]


def _categories(told: dict[str, tuple[dict[str, Any], dict[str, Any]]]) -> list[dict[str, str]]:
    """The categories that are no service's, and what each means."""
    there = {
        row["category"]
        for side, _ in told.values()
        for policy in side["policies"]
        for row in policy["by_category"]
    }
    return [{"category": each, "says": SAID[each]} for each in OWN_WORDS if each in there]


__all__ = ["HOPS", "MOST_HOPS", "exposure", "shares"]
