"""The question for patterns of concealment: candidates, and a schedule of acts."""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.analysis.answer import COMPLETE, CUT, NOTICE, Answer, list_status
from clew.analysis.caveats import BLOCK_TIME, CONTROL, LOWER_BOUND, MIXED
from clew.analysis.patterns.pattern import Finding, Measures, Pattern
from clew.analysis.patterns.registry import PATTERNS
from clew.analysis.patterns.scene import NOBODY, Reach, Scene, scene_of
from clew.analysis.patterns.schedule import Act, schedule
from clew.analysis.prices import Values
from clew.analysis.rows import Rows, answer, page
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger

MOST_TRANSACTIONS = 100
"""Transactions of a finding that are shown unless all rows are; how many there are is stated."""
MOST_ADDRESSES = 10
"""Addresses of an act that are shown; how many there are is stated."""

CANDIDATES = (
    "Findings are candidates: a pattern shows how coins moved, and innocent people move coins in the same "
    "way (innocent says which). None shows an intention, and no number of them adds up to one."
)
OWN = (
    "Entities that only those asked about ever paid are looked at with them. They need not be the same "
    "owner's: whoever is paid by one source alone is among them."
)
NOT_ALL = (
    "Where others' money comes in, at services, unknown holders and coinjoins, nothing is followed: what was "
    "done behind them is not seen. No finding does not mean that nothing was done."
)


def patterns(
    ledger: Ledger,
    asked: Array,
    *,
    parameters: dict[str, Any],
    reach: Reach | None = None,
    measures: Measures | None = None,
    only: tuple[str, ...] = (),
    values: Values | None = None,
    limit: int = 0,
    offset: int = 0,
) -> Answer:
    """Candidates for patterns of concealment, from entities ``asked`` (distinct ascending ids) on.

    ``only`` names patterns, all without it. ``findings`` stand in the order of the patterns, then of their
    first transactions; ``schedule`` is every act in chain order, with ``values`` where these are asked for.
    ``limit`` and ``offset`` choose among each. Raises UsageError for impossible measures or limits, and
    patterns that are none.
    """
    reach, measures, values = reach or Reach(), measures or Measures(), values or Values(ledger, ())
    measures.check()
    chosen = chosen_patterns(only)
    scene = scene_of(ledger, asked, reach)
    found = [(pattern, each) for pattern in chosen for each in sorted_findings(pattern, scene, measures)]
    acts = schedule(scene, [(pattern.name, each) for pattern, each in found])
    rows = Rows(ledger)
    most = MOST_TRANSACTIONS if limit else None
    shown = [_finding(rows, *each, most) for each in found[page(len(found), limit, offset)]]
    listed = acts[page(len(acts), limit, offset)]
    rows.tags.fetch(np.array(sorted({each.entity for each in listed} - {NOBODY}), np.int64))
    acts_shown = [_act(rows, scene, values, each) for each in listed]
    result: dict[str, Any] = {
        "entities": rows.cards(asked),
        "scene": {
            "status": CUT if scene.cut_by else COMPLETE,
            "cut_by": list(scene.cut_by),
            "entities": len(scene.own),
            "addresses": len(scene.flows.addresses),
            "transactions": len(scene.acts) + len(scene.shared),
            "rounds": scene.rounds,
            "looked_at": scene.looked,
            "not_followed": {
                "paid_by_others": scene.open, "large": scene.large, "coinjoins": len(scene.coinjoins)
            },
        },
        "patterns": [
            _pattern(each, sum(pattern is each for pattern, _ in found), scene.cuts.get(each.name, ()))
            for each in chosen
        ],
        "findings": shown,
        "schedule": acts_shown,
        "notice": NOTICE,
        "lists": {
            "findings": list_status(len(shown), len(found)),
            "schedule": list_status(len(acts_shown), len(acts)),
        },
        **list_status(len(shown), len(found)),
    }  # fmt: skip
    stated = {
        **parameters,
        "hops": reach.hops,
        "most": reach.most,
        "threshold": measures.threshold.text,
        **values.parameters,
        "dormant_days": measures.dormant_days,
        "within_hours": measures.within_hours,
        "only": [each.name for each in chosen] if only else None,
        "limit": limit,
        "offset": offset,
    }
    caveats = (
        CANDIDATES,
        OWN,
        NOT_ALL,
        LOWER_BOUND,
        CONTROL,
        *((MIXED,) if len(scene.shared) else ()),
        *rows.tags.caveats,
        *values.caveats,
        BLOCK_TIME,
    )
    return answer(ledger, "patterns", stated, result, caveats)


def chosen_patterns(only: tuple[str, ...]) -> tuple[Pattern, ...]:
    """The patterns with these names; all for none. Raises UsageError."""
    names = {each.name: each for each in PATTERNS}
    for name in only:
        if name not in names:
            raise UsageError(f"pattern {name!r}: expected one of {', '.join(names)}")
    return tuple(each for each in PATTERNS if not only or each.name in only)


def sorted_findings(pattern: Pattern, scene: Scene, measures: Measures) -> list[Finding]:
    """What a pattern finds in a scene, in chain order."""
    return sorted(pattern.find(scene, measures), key=lambda each: each.transactions)


def _pattern(pattern: Pattern, found: int, cut_by: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": pattern.name,
        "version": pattern.version,
        "rule": pattern.rule,
        "innocent": list(pattern.innocent),
        "doc": pattern.doc,
        "found": found,
        "cut_by": list(cut_by),
    }


def _finding(rows: Rows, pattern: Pattern, found: Finding, most: int | None) -> dict[str, Any]:
    shown = found.transactions[:most]
    return {
        "pattern": pattern.name,
        "value": found.value,
        "ends": found.ends,
        "figures": [
            {"name": name, "value": value, "unit": pattern.units[name]}
            for name, value in found.figures.items()
        ],
        "transactions_found": len(found.transactions),
        "transactions": [rows.place(each) for each in shown],
    }


def _act(rows: Rows, scene: Scene, values: Values, act: Act) -> dict[str, Any]:
    column = rows.ledger.column("outputs.address")
    addresses = list(dict.fromkeys(column[act.coins].tolist()))
    texts = [rows.address(each) for each in addresses[:MOST_ADDRESSES]]
    place = rows.place(act.transaction)
    return {
        **place,
        "act": act.kind,
        "amount": act.amount,
        **({"values": values.of(act.amount, place["time"])} if values else {}),
        "coins": len(act.coins),
        "to": None if act.entity == NOBODY else rows.card(act.entity),
        "is_own": bool(len(act.coins)) and bool(scene.is_own(act.coins[:1])[0]),
        "addresses_found": len(addresses),
        "addresses": [each for each in texts if each is not None],
        "findings": list(act.findings),
    }


__all__ = ["CANDIDATES", "chosen_patterns", "patterns", "sorted_findings"]
