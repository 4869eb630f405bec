"""The slow twin of a set with a model of change: transaction by transaction, in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clew.heuristics.change.candidates import candidates
from clew.heuristics.multi_input import KEYLESS_TYPES
from clew.heuristics.plain import Transaction
from clew.heuristics.rulesets import RuleSet
from clew.heuristics.transactions import Transactions
from clew.ledger.ledger import Ledger
from clew.schema import NO, OVERRULED
from naive import grouping, merging

Row = tuple[int, int, int, int]
"""a, b, transaction, chance in millionths."""


@dataclass
class NaiveSet:
    """Each address's entity, links by change, and what was skipped with the reason."""

    entities: list[int]
    links: list[Row]
    skipped: list[tuple[Row, int]]


def extended(
    ledger: Ledger,
    chances: Callable[[Transaction], list[int]],
    rule_set: RuleSet,
    labels: Mapping[int, int],
) -> NaiveSet:
    """What the ledger's links and a model make of a ledger; ``chances`` says how likely each output is the
    payer's,
    ``rule_set`` from where on to join and to keep apart, and what is not looked at."""
    count = ledger.counts["addresses"]
    certain = [tuple(int(ledger.column(f"links.{side}")[row]) for side in "ab") for row in _rows(ledger)]
    roots = grouping.merge(count, certain)  # type: ignore[arg-type]
    must, cannot = _sure(ledger, chances, rule_set, roots)
    overruled = [row for row in cannot if roots[row[0]] == roots[row[1]]]
    apart = [(roots[row[0]], roots[row[1]]) for row in cannot if row not in overruled]
    sizes = [roots.count(item) for item in range(count)]
    named = [-1] * count
    for address in sorted(labels, reverse=True):
        named[roots[address]] = labels[address]
    pairs = [(roots[row[0]], roots[row[1]]) for row in must]
    joined, reasons = merging.merge(sizes, named, apart, pairs, rule_set.large)
    return NaiveSet(
        [joined[root] for root in roots],
        [row for row, reason in zip(must, reasons, strict=True) if not reason],
        [(row, OVERRULED) for row in overruled]
        + [(row, reason) for row, reason in zip(must, reasons, strict=True) if reason],
    )


def _rows(ledger: Ledger) -> range:
    return range(len(ledger.column("links.a")))


def _sure(
    ledger: Ledger,
    chances: Callable[[Transaction], list[int]],
    rule_set: RuleSet,
    roots: list[int],
) -> tuple[list[Row], list[Row]]:
    whole = Transactions(ledger.column, ledger.counts, range(ledger.counts["transactions"]))
    must: list[Row] = []
    cannot: list[Row] = []
    for number in range(len(whole)):
        seen = whole.one(number, with_spenders=True)
        asked = {id(each) for each in candidates(seen)}
        if not asked or not _is_asked(seen, roots, rule_set):
            continue
        for output, chance in zip(seen.outputs, chances(seen), strict=True):
            row = (seen.inputs[0].address, output.address, number, chance)
            if output.address == seen.inputs[0].address:
                continue
            if id(output) in asked and chance >= rule_set.must_link:
                must.append(row)
            elif id(output) in asked and chance <= rule_set.cannot_link:
                cannot.append(row)
    return must, cannot


def _is_asked(seen: Transaction, roots: list[int], rule_set: RuleSet) -> bool:
    if len(seen.inputs) > rule_set.most_inputs or (
        rule_set.doubted is not None and rule_set.doubted.one(seen) != NO
    ):
        return False
    secret = all(each.script_type not in KEYLESS_TYPES and not each.is_known_key for each in seen.inputs)
    return secret and len({roots[each.address] for each in seen.inputs}) == 1
