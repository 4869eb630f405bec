"""How often conclusions like those of an answer were wrong, where that was measured.

What was measured stands in ``measured``, which ``tools/make_figures.py`` writes. A figure applies to
conclusions of the same kind, by the same rules in the same versions, and to no others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from clew.analysis import measured
from clew.analysis.caveats import COINJOIN as COINJOIN_CAVEAT

PAIR, ADDRESS, LINK, COINJOIN, CHANGE = "pair", "address", "link", "coinjoin", "change"
"""Kinds of conclusions."""

ENTITY_QUESTIONS = frozenset(
    {"address", "entity", "entities", "payments", "proceeds", "outflows", "explain", "bridges", "whatif"}
)
"""Questions whose answers rest on entities."""

PUBLISHED = (
    "Published, of what is missed: common input alone finds about 69 % of a wallet's addresses on average "
    "(Nick 2015)."
)

_KINDS = {
    PAIR: "Two addresses under one control, by {subject}",
    ADDRESS: "An address and the rest of its entity under one control, by {subject}",
    LINK: "Two addresses joined by one transaction, by {subject}",
    COINJOIN: "A transaction is a coinjoin, by {subject}",
    CHANGE: "An output is change, by {subject}",
}


class Versions(Protocol):
    """A rule's name and version."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...


class Figure(NamedTuple):
    """What was measured of one kind of conclusion by one rule or set.

    ``rules``: names and versions; ``group``: a class of stated probabilities, empty for none; ``of``
    conclusions, ``wrong`` of them.
    """

    kind: str
    subject: str
    rules: tuple[tuple[str, int], ...]
    group: str
    of: int
    wrong: int


def sentence(kind: str, subject: str, rules: Sequence[tuple[str, int]], group: str = "") -> str:
    """What was measured of such conclusions; or that nothing was."""
    said = _KINDS[kind].format(subject=subject) + (f", at a stated probability of {group}" if group else "")
    found = _figure(kind, subject, tuple(rules), group)
    stated = ", ".join(f"{name} {version}" for name, version in rules)
    if found is None:
        return (
            f"{said}: nothing applicable was measured ({stated}); how often such conclusions are wrong is "
            "not known."
        )
    worlds = ("world " if len(measured.WORLDS) == 1 else "worlds ") + ", ".join(measured.WORLDS)
    return (
        f"{said}: in {found.of:,} simulated conclusions of this kind {found.wrong:,} were wrong ({worlds}, "
        f"{stated}); the rate on the real chain is unknown; this is not the probability that this conclusion "
        "is wrong."
    )


def _figure(kind: str, subject: str, rules: tuple[tuple[str, int], ...], group: str) -> Figure | None:
    for each in measured.FIGURES:
        found = Figure(*each)
        if found[:4] == (kind, subject, rules, group) and found.of:
            return found
    return None


def of_entities(rule_set: str, rules: Sequence[Versions]) -> str:
    """What was measured of entities by a set of rules."""
    versions = [(rule.name, rule.version) for rule in rules]
    return " ".join([*(sentence(kind, rule_set, versions) for kind in (PAIR, ADDRESS)), PUBLISHED])


def of_rules(rule_set: str, rules: Sequence[Versions], answers: Mapping[str, str]) -> str | None:
    """What was measured of the rules that say yes of a transaction; None if none does.

    ``answers``: what each rule, and the set of them, says in a word.
    """
    return " ".join(_of_rules(rule_set, rules, answers)) or None


def _of_rules(rule_set: str, rules: Sequence[Versions], answers: Mapping[str, str]) -> Iterator[str]:
    from clew.heuristics import registry

    for name, answer in answers.items():
        if answer != "yes":
            continue
        if name == rule_set:
            yield sentence(LINK, rule_set, [(rule.name, rule.version) for rule in rules])
        elif name in registry.RULES and registry.RULES[name].kind == registry.COINJOIN:
            yield sentence(COINJOIN, name, [(name, registry.RULES[name].version)])


def class_of(probability: float) -> str:
    """The class of stated probabilities that one falls into, as it is called in ``measured``."""
    below = [each for each in measured.CLASSES if each <= probability] or [0.0]
    above = [each for each in measured.CLASSES if each > probability] or [1.0]
    return f"{below[-1]:g} to {above[0]:g}"


def of_change(model: str, version: int, probability: float) -> str:
    """What was measured of outputs to which a model gives about this probability of being change."""
    return sentence(CHANGE, model, [(model, version)], class_of(probability))


def for_question(
    question: str,
    rule_set: str,
    rules: Sequence[Versions],
    result: Mapping[str, Any],
    caveats: Collection[str] = (),
) -> str | None:
    """What was measured of an answer's conclusions; None where it concludes nothing.

    ``result`` and ``caveats`` are the answer's: they tell whether coinjoins are spoken of.
    """
    if question == "tx":
        return of_rules(rule_set, rules, result["rules"])
    if question not in ENTITY_QUESTIONS:
        return None
    said = [of_entities(rule_set, rules)]
    if COINJOIN_CAVEAT in caveats:
        said += [sentence(COINJOIN, *each) for each in _coinjoin_rules(rules)]
    return " ".join(said)


def _coinjoin_rules(rules: Sequence[Versions]) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """The coinjoin rules among those of a set."""
    from clew.heuristics import registry

    for rule in rules:
        known = registry.RULES.get(rule.name)
        if known is not None and known.kind == registry.COINJOIN:
            yield rule.name, [(rule.name, rule.version)]


__all__ = ["CHANGE", "COINJOIN", "ENTITY_QUESTIONS", "LINK", "PAIR", "PUBLISHED", "Figure"]
__all__ += ["class_of", "for_question", "of_change", "of_entities", "of_rules", "sentence"]
