"""Whether what was imposed lies within what the law, as entered, threatens. It is shown, not refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from clew.proceedings.days import Term
from clew.proceedings.law_order import Fault
from clew.proceedings.matter import Charge, Matter, Outcome
from clew.proceedings.provisions import Provision, Version
from clew.proceedings.threshold import order


def sentence_conflicts(matter: Matter, provisions: Mapping[str, Provision]) -> Iterator[Fault]:
    """Sentences above the sum of the maxima of their counts. Nothing is said where a maximum is open.

    The sum is the most lenient measure; a law that caps several offences lower is not asked here, so that no
    conflict is shown where there may be none.
    """
    charges = {each.name: each for each in matter.charges}
    for number, outcome in enumerate(matter.outcomes):
        if outcome.sentence is None or not outcome.charges:
            continue
        counts = [charges[name] for name in outcome.charges if name in charges]
        threats = [_possible(matter, each, provisions) for each in counts]
        yield from _above(outcome, threats, ("outcomes", number, "sentence"))


def _above(
    outcome: Outcome, threats: Sequence[tuple[Version, ...]], where: tuple[str | int, ...]
) -> Iterator[Fault]:
    sentence = outcome.sentence
    assert sentence is not None
    maximum = _longest(threats)
    for key, word, term in (
        ("imprisonment", "was imposed", sentence.imprisonment),
        ("asked", "was asked for", sentence.asked),
    ):
        if term and maximum and (order(term, maximum) or 0) > 0:
            yield (
                (*where, key),
                f"{term} {word}, the maximum of the counts together is {maximum} as entered; "
                "look at the sentence, the counts and the versions in force",
            )
    if sentence.fine:
        most = _highest(threats, sentence.fine.currency)
        if most is not None and sentence.fine.amount > most:
            yield (
                (*where, "fine"),
                f"a fine of {sentence.fine} was imposed, the maximum of the counts together is "
                f"{most:,} {sentence.fine.currency} as entered; look at the sentence, the counts and the "
                "versions in force",
            )


def _possible(matter: Matter, charge: Charge, provisions: Mapping[str, Provision]) -> tuple[Version, ...]:
    """Versions that can hold for a count: those in force on a day of its acts, and all later ones.

    A milder later one may apply, and the longest is taken; none where the provision or its acts are open.
    """
    provision = provisions.get(charge.provision or "")
    acts = [each for each in matter.episodes if each.name in charge.episodes]
    if provision is None:
        return ()
    if not acts:
        return tuple(provision.versions)
    first = min(each.begins.first for each in acts)
    last = max(each.ends.last for each in acts)
    return tuple(
        each
        for each in provision.versions
        if each.in_force_from.first <= last and (each.in_force_to is None or each.in_force_to.last >= first)
    )


def _longest(threats: Sequence[tuple[Version, ...]]) -> Term | None:
    """The sum of the counts' longest maxima; None where one of them is not entered."""
    total = Term()
    for versions in threats:
        terms = [each.maximum for each in versions]
        if not versions or any(
            not each.has_text or (each.maximum is None and each.minimum is not None) for each in versions
        ):
            return None
        # A count that threatens a fine only adds nothing.
        total = total.plus(max((each for each in terms if each), key=lambda term: term.rank, default=Term()))
    return total if threats else None


def _highest(threats: Sequence[tuple[Version, ...]], currency: str) -> Decimal | None:
    """The sum of the counts' highest fines in a currency; None where one of them is open or in another."""
    total = Decimal(0)
    for versions in threats:
        if not versions:
            return None
        for each in versions:
            if not each.has_text or each.fine_times_value or (each.fine is None and each.fine_relation):
                return None
            if each.fine and each.fine.currency != currency:
                return None
        total += max((each.fine.amount for each in versions if each.fine), default=Decimal(0))
    return total if threats else None
