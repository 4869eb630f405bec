"""How often conclusions like those of an answer were wrong, where that was measured.

What was measured stands in ``measured``, which ``tools/make_figures.py`` writes. A figure applies to
conclusions of the same kind, by the same rules in the same versions, and to no others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from clew.analysis import measured
from clew.analysis.caveats import COINJOIN as COINJOIN_CAVEAT
from clew.heuristics import registry

PAIR, ADDRESS, LINK, COINJOIN, CHANGE = "pair", "address", "link", "coinjoin", "change"
"""Kinds of conclusions."""

ENTITY_QUESTIONS = frozenset(
    {"address", "entity", "entities", "payments", "proceeds", "outflows", "explain", "bridges", "whatif"}
    | {"trace", "cashout", "paths", "exposure", "patterns"}
)
"""Questions whose answers rest on entities."""

_STATED = ("must_link", "cannot_link", "large")
_DIGITS = 12

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

    ``rules``: names and versions; ``group``: a class of stated probabilities, or what else a set states;
    ``of`` conclusions, ``wrong`` of them.
    """

    kind: str
    subject: str
    rules: tuple[tuple[str, int], ...]
    group: str
    of: int
    wrong: int


def sentence(kind: str, subject: str, rules: Sequence[tuple[str, int]], group: str = "") -> str:
    """What was measured of such conclusions; or that nothing was."""
    said = _KINDS[kind].format(subject=subject)
    if group and kind == CHANGE:
        said += f", at a stated probability of {group}"
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


def stated_of(control: Any) -> str:
    """What decides who is one beside the rules: model and thresholds of a set; empty for strict.

    Tags are left out: they only keep entities apart that would join without them.
    """
    manifest = getattr(control, "manifest", None)
    if manifest is None:
        return ""
    numbers = (f"{name.replace('_', '-')} {getattr(manifest, name)}" for name in _STATED)
    return ", ".join([f"model {manifest.model[:_DIGITS] or 'none'}", *numbers])


class Basis(NamedTuple):
    """What entities rest on: the set of rules, its rules, and what else it states; see ``stated_of``."""

    rule_set: str
    rules: Sequence[Versions]
    stated: str = ""

    @property
    def versions(self) -> tuple[tuple[str, int], ...]:
        """Names and versions of the rules."""
        return tuple((rule.name, rule.version) for rule in self.rules)

    def sentence(self, kind: str) -> str:
        """What was measured of conclusions of a kind by this set."""
        return sentence(kind, self.rule_set, self.versions, self.stated)


def of_entities(basis: Basis) -> str:
    """What was measured of entities by a set of rules."""
    return " ".join([*map(basis.sentence, (PAIR, ADDRESS)), PUBLISHED])


def of_rules(basis: Basis, answers: Mapping[str, str]) -> str | None:
    """What was measured of the rules that say yes of a transaction; None if none does.

    ``answers``: what each rule, and the set of them, says in a word.
    """
    return " ".join(_of_rules(basis, answers)) or None


def _of_rules(basis: Basis, answers: Mapping[str, str]) -> Iterator[str]:
    for name, answer in answers.items():
        if answer == "yes" and name == basis.rule_set:
            yield basis.sentence(LINK)
        elif answer == "yes":
            yield from _of_coinjoin(name)


def _of_coinjoin(name: str) -> Iterator[str]:
    """What was measured of a rule, if it is one of coinjoins, or was measured as such."""
    rule = registry.RULES.get(name)
    if rule is None:
        return
    versions = ((name, rule.version),)
    if rule.kind == registry.COINJOIN or _figure(COINJOIN, name, versions, "") is not None:
        yield sentence(COINJOIN, name, versions)


def class_of(probability: float) -> str:
    """The class of stated probabilities that one falls into, as it is called in ``measured``."""
    below = [each for each in measured.CLASSES if each <= probability] or [0.0]
    above = [each for each in measured.CLASSES if each > probability] or [1.0]
    return f"{below[-1]:g} to {above[0]:g}"


def of_change(model: str, version: int, probability: float) -> str:
    """What was measured of outputs to which a model gives about this probability of being change."""
    return sentence(CHANGE, model, ((model, version),), class_of(probability))


def _of_steps(basis: Basis, steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What was measured of the classes of probabilities that a model states for links, each once."""
    model = _model(basis.stated)
    is_measured = any(_model(Figure(*each).group) == model for each in measured.FIGURES)
    stated = [each for each in steps if each["chance"] is not None]
    for each in stated:
        if is_measured:
            yield of_change(each["rule"], each["version"], each["chance"])
        else:
            # A model of the user's own has the same name and version.
            yield sentence(CHANGE, f"{each['rule']} ({model})", ((each["rule"], each["version"]),))


def _model(stated: str) -> str:
    """Which model a set states; see ``stated_of``."""
    return stated.partition(",")[0]


def for_question(
    question: str, basis: Basis, result: Mapping[str, Any], caveats: Collection[str] = ()
) -> str | None:
    """What was measured of an answer's conclusions; None where it concludes nothing.

    ``result`` and ``caveats`` are the answer's: they tell whether coinjoins are spoken of.
    """
    if question == "tx":
        return of_rules(basis, result["rules"])
    if question not in ENTITY_QUESTIONS:
        return None
    said = [of_entities(basis), *dict.fromkeys(_of_steps(basis, result.get("steps", ())))]
    if COINJOIN_CAVEAT in caveats:
        shown = {row.get("coinjoin_rule") for row in result.get("payments", ())} - {None}
        for name in sorted(shown) or [rule.name for rule in basis.rules]:
            said += _of_coinjoin(name)
    return " ".join(said)


__all__ = ["ADDRESS", "CHANGE", "COINJOIN", "ENTITY_QUESTIONS", "LINK", "PAIR", "PUBLISHED"]
__all__ += ["Basis", "Figure", "class_of", "for_question", "of_change", "of_entities", "of_rules", "sentence"]
__all__ += ["stated_of"]
