"""Everything that a ledger concludes, beside a truth about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clew.accuracy.chain import Chain, chain_of
from clew.accuracy.changes import CERTAIN, NOT_ROUNDS, ChangeScore
from clew.accuracy.coinjoins import CoinjoinScore, named_after, protocols_for
from clew.accuracy.control import ControlScore, judged_links, link_figures
from clew.accuracy.entities import entity_figures
from clew.accuracy.failures import Failure, Failures
from clew.accuracy.figures import CHANGE, COINJOIN, ENTITIES, LINKS, Figure
from clew.accuracy.truth import NOT_KNOWN, Truth
from clew.heuristics import registry
from clew.heuristics.registry import Heuristic
from clew.heuristics.transactions import Transactions
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import YES

AT_ONCE = 1 << 16
"""Transactions that a rule is asked about at once."""

ALL_PROTOCOLS = "all detectors"
"""What all rules that are named after a protocol's rounds are called together."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Division:
    """A named division of a ledger's addresses into entities, and the links that it rests on.

    ``entity``: a number for each address. ``links``: ``a``, ``b``, ``transaction``, ``rule`` (into
    ``rules``). ``versions``: each rule's name and version.
    """

    name: str
    entity: Array
    links: Mapping[str, Array]
    rules: tuple[str, ...]
    versions: tuple[tuple[str, int], ...]
    stated: str = ""
    """What else decides who is one: a model's digest and thresholds; empty for nothing."""


@dataclass(frozen=True)
class Model:
    """What a model says of outputs: ``probability`` (float64) where ``predicted`` (bool); both by output."""

    name: str
    version: int
    probability: Array
    predicted: Array


@dataclass(frozen=True)
class Score:
    """The figures of one ledger and one truth, in order, and what was scored.

    ``subjects``: kind, name and version of each rule, set and model; ``source`` and ``left_out`` are the
    truth's.
    """

    source: dict[str, Any]
    left_out: dict[str, int]
    counts: dict[str, int]
    subjects: tuple[dict[str, Any], ...]
    figures: tuple[Figure, ...]
    failures: tuple[Failure, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "truth": self.source,
            "left_out": [{"what": what, "count": count} for what, count in sorted(self.left_out.items())],
            "counts": self.counts,
            "subjects": list(self.subjects),
            "figures": [each.as_dict() for each in self.figures],
            "failures": [each.as_dict() for each in self.failures],
        }

    @staticmethod
    def from_dict(row: Mapping[str, Any]) -> Score:
        """What ``as_dict`` gave, read back. Raises KeyError and TypeError for something else."""
        return Score(
            source=dict(row["truth"]),
            left_out={each["what"]: each["count"] for each in row["left_out"]},
            counts=dict(row["counts"]),
            subjects=tuple(dict(each) for each in row["subjects"]),
            figures=tuple(Figure.from_dict(each) for each in row["figures"]),
            failures=tuple(Failure.from_dict(each) for each in row["failures"]),
        )


def score(
    ledger: Ledger,
    truth: Truth,
    rules: Sequence[Heuristic],
    divisions: Sequence[Division],
    models: Sequence[Model] = (),
    tell: Tell = lambda _: None,
) -> Score:
    """Score every rule, division and model about which the truth says anything."""
    chain = chain_of(ledger)
    failures = Failures(ledger, truth, chain)
    figures: list[Figure] = []
    failed: list[Failure] = []
    subjects: list[dict[str, Any]] = []
    if truth.has_owners:
        for each in divisions:
            tell(f"entities of {each.name}")
            figures += entity_figures(each.name, each.entity, truth)
            figures += link_figures(each.name, each.links, list(each.rules), truth)
            failed += _wrong_links(each, truth, failures)
            subjects.append(_subject("set", each.name, None, each.versions, each.stated))
    bench = _Bench(truth, chain, failures)
    for rule in rules:
        if bench.takes(rule):
            tell(f"rule {rule.name}")
            found, wrong = bench.rule(rule, answers_of(rule, ledger))
            figures += found
            failed += wrong
            subjects.append(_subject(bench.kind(rule), rule.name, rule.version))
    found, wrong = bench.together()
    if found:
        figures += found
        failed += wrong
        versions = [(rule.name, rule.version) for rule in bench.detectors]
        subjects.append(_subject(registry.COINJOIN, ALL_PROTOCOLS, None, versions))
    if truth.has_change:
        for model in models:
            tell(f"model {model.name}")
            figures += bench.change.probabilities(model.name, model.probability, model.predicted)
            certain = model.predicted & bench.change.counted & (model.probability >= CERTAIN)
            what = f"no change, though at {CERTAIN} or more"
            failed += failures.of_outputs(CHANGE, model.name, what, certain & ~bench.change.right)
            subjects.append(_subject("model", model.name, model.version))
    counts = {name: ledger.counts[name] for name in ("blocks", "transactions", "outputs", "addresses")}
    counts["owners_known"] = int((truth.actor != NOT_KNOWN).sum())
    return Score(truth.source, truth.left_out, counts, tuple(subjects), tuple(figures), tuple(failed))


def _subject(
    kind: str, name: str, version: int | None, rules: Sequence[tuple[str, int]] = (), stated: str = ""
) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "version": version,
        "stated": stated,
        "rules": [{"name": each, "version": number} for each, number in rules],
    }


def answers_of(rule: Heuristic, ledger: Ledger) -> Array:
    """What a rule says of every transaction of a ledger, or of every output; int8."""
    count = ledger.counts["transactions"]
    spans = [range(first, min(first + AT_ONCE, count)) for first in range(0, count, AT_ONCE)]
    parts = [rule(Transactions(ledger.column, ledger.counts, span)) for span in spans]
    return np.concatenate(parts) if parts else np.empty(0, np.int8)


class _Bench:
    """Gives each rule to the score of its kind."""

    def __init__(self, truth: Truth, chain: Chain, failures: Failures) -> None:
        self.truth = truth
        self.failures = failures
        self.change = ChangeScore(truth, chain)
        self.coinjoins = CoinjoinScore(truth, chain)
        self.control = ControlScore(truth, chain)
        self.detectors: list[Heuristic] = []
        """Rules that are named after a protocol's rounds."""
        self._any: Array | None = None

    def kind(self, rule: Heuristic) -> str:
        """What a rule is judged as: one that is named after a protocol, as a coinjoin rule."""
        if rule.kind == registry.OTHER and rule.about == registry.TRANSACTION and named_after(rule.name):
            return registry.COINJOIN
        return rule.kind

    def takes(self, rule: Heuristic) -> bool:
        """Whether the truth says anything about what a rule answers."""
        if rule.kind == registry.CHANGE:
            return self.truth.has_change and rule.about == registry.OUTPUT
        if rule.about != registry.TRANSACTION:
            return False
        if self.kind(rule) in (registry.COINJOIN, registry.LOOKALIKE):
            return self.truth.has_coinjoins
        return rule.kind == registry.CONTROL and self.truth.has_owners

    def rule(self, rule: Heuristic, answers: Array) -> tuple[list[Figure], list[Failure]]:
        """Figures and failures of a rule."""
        name, yes = rule.name, answers == YES
        if rule.kind == registry.CHANGE:
            wrong = self.change.counted & yes & ~self.change.right
            found = self.change.answers(name, answers)
            return list(found), list(self.failures.of_outputs(CHANGE, name, "no change", wrong))
        if rule.kind == registry.CONTROL:
            wrong = self.control.counted & yes & ~self.control.one["actor"]
            found = self.control.answers(name, answers)
            return list(found), list(self.failures.of_transactions(LINKS, name, "several owners sign", wrong))
        if rule.kind == registry.LOOKALIKE:
            wrong = self.coinjoins.rounds & yes
            found = self.coinjoins.lookalikes(name, answers)
            return list(found), list(
                self.failures.of_transactions(COINJOIN, name, "a round taken for none", wrong)
            )
        if named_after(name) not in (None, *NOT_ROUNDS):
            self.detectors.append(rule)
            self._any = answers if self._any is None else np.maximum(self._any, answers)
        return list(self.coinjoins.answers(name, answers)), list(self._coinjoins(name, yes))

    def together(self) -> tuple[list[Figure], list[Failure]]:
        """Figures and failures of all detectors of rounds as one: yes where any says yes."""
        if self._any is None:
            return [], []
        found = list(self.coinjoins.answers(ALL_PROTOCOLS, self._any))
        return found, list(self._coinjoins(ALL_PROTOCOLS, self._any == YES))

    def _coinjoins(self, name: str, yes: Array) -> Iterator[Failure]:
        meant = np.isin(self.truth.protocol, protocols_for(name, self.truth.protocols))
        missed = self.coinjoins.counted & meant & ~yes
        yield from self.failures.of_transactions(COINJOIN, name, "missed", missed)
        taken = self.coinjoins.ordinary & yes
        yield from self.failures.of_transactions(COINJOIN, name, "ordinary taken for some", taken)


def _wrong_links(division: Division, truth: Truth, failures: Failures) -> Iterator[Failure]:
    """Transactions whose links join addresses of two owners."""
    counted, right = judged_links(division.links, truth)
    hit = np.zeros(len(truth.protocol), bool)
    hit[np.asarray(division.links["transaction"], np.int64)[counted & ~right]] = True
    yield from failures.of_transactions(ENTITIES, division.name, "owners joined", hit)


__all__ = ["Division", "Model", "Score", "Tell", "answers_of", "score"]
