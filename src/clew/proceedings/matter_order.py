"""What a matter needs as a whole: dates in order, courts that decide, sentences within the maximum.

A *fault* cannot be: it has to be corrected before anything is computed. A *conflict* can be, since the law as
entered or the public record may be wrong: it is shown, and a person looks at it. What is *missing* is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from clew.proceedings.days import Day
from clew.proceedings.law_order import Fault, source_faults
from clew.proceedings.matter import Charge, Confiscation, Episode, Matter, Outcome, Proceeding
from clew.proceedings.provisions import Court, Ground, Provision, Regime
from clew.written.prose import names_in_slug

_INSTANCES = ("first", "appeal", "final")


@dataclass(frozen=True)
class Books:
    """What of the law a matter is looked at with, by name."""

    provisions: Mapping[str, Provision]
    courts: Mapping[str, Court]
    regimes: Mapping[str, Regime]

    @cached_property
    def grounds(self) -> dict[str, tuple[Ground, Regime]]:
        """Grounds of refusal, each with the act or treaty it stands in."""
        return {
            ground.name: (ground, regime) for regime in self.regimes.values() for ground in regime.grounds
        }


def order_faults(matter: Matter, books: Books) -> Iterator[Fault]:
    """Faults that show only when the entries of a matter are looked at together."""
    yield from _names_of_nobody(matter)
    yield from _persons(matter)
    yield from _instances(matter)
    yield from _outcomes(matter)
    yield from _findings(matter, books)
    yield from source_faults(matter, matter.sources, matter.as_of)


def conflicts_with_law(matter: Matter, books: Books) -> Iterator[Fault]:
    """What the law as entered and the public record say differently."""
    from clew.proceedings.maxima import sentence_conflicts

    episodes = {each.name: each for each in matter.episodes}
    for number, charge in enumerate(matter.charges):
        yield from _in_force(charge, episodes, books, ("charges", number))
    yield from sentence_conflicts(matter, books.provisions)
    yield from _requests(matter, books)
    yield from _mapped(matter)
    for number, finding in enumerate(matter.findings):
        ground = books.grounds.get(finding.ground)
        if ground and finding.by not in ground[0].decides:
            yield (
                ("findings", number, "by"),
                f"{finding.by} found on {finding.ground}, on which, as entered, "
                f"{', '.join(ground[0].decides)} decides; look at both, and correct one of the two",
            )


def missing_rates(matter: Matter) -> Iterator[Fault]:
    """Amounts that cannot be stated in a currency of the matter for want of a rate. None is guessed."""
    places: list[tuple[tuple[str | int, ...], Episode | Confiscation]] = [
        *((("episodes", number), each) for number, each in enumerate(matter.episodes)),
        *((("confiscations", number), each) for number, each in enumerate(matter.confiscations)),
    ]
    currencies = {amount.currency for _, entry in places for amount in entry.value}
    rates = {pair for each in matter.rates for pair in ((each.currency, each.to), (each.to, each.currency))}
    for where, entry in places:
        stated = {amount.currency for amount in entry.value}
        declared = set(entry.without_rate) if isinstance(entry, Episode) else set()
        for currency in sorted((currencies | declared) - stated):
            if stated and not any((each, currency) in rates for each in stated):
                amounts = ", ".join(str(each) for each in entry.value)
                yield (
                    (*where, "value"),
                    f"{amounts} has no rate to {currency}: the value in {currency} is missing; "
                    "add the amount, or a rate with its day and source",
                )
            elif not stated and currency in declared:
                yield (*where, "without_rate"), f"the value in {currency} is missing: no rate was at hand"


def _names_of_nobody(matter: Matter) -> Iterator[Fault]:
    for key in type(matter).model_fields:
        value = getattr(matter, key)
        named = (
            [((key, each), each) for each in value]
            if isinstance(value, dict)
            else [((key, number, "name"), getattr(each, "name", "")) for number, each in enumerate(value)]
            if isinstance(value, list)
            else [((key,), value)]
            if key == "name"
            else []
        )
        for where, name in named:
            if isinstance(name, str) and names_in_slug(name):
                yield (
                    where,
                    "expected a name that is nobody's, found one made like a person's; "
                    "take a role and a number, as in person-1",
                )


def _persons(matter: Matter) -> Iterator[Fault]:
    proceedings = {each.name: each for each in matter.proceedings}
    for number, charge in enumerate(matter.charges):
        before = proceedings.get(charge.proceeding)
        if before and before.person != charge.person:
            yield (
                ("charges", number, "person"),
                f"expected {before.person}, whose proceeding it is, found {charge.person}; "
                "correct one of the two",
            )


def _instances(matter: Matter) -> Iterator[Fault]:
    proceedings = {each.name: each for each in matter.proceedings}
    for number, later in enumerate(matter.proceedings):
        earlier = proceedings.get(later.after or "")
        if earlier is None:
            continue
        where = ("proceedings", number)
        if _INSTANCES.index(later.instance) <= _INSTANCES.index(earlier.instance):
            yield (
                (*where, "instance"),
                f"expected an instance above {earlier.instance}, that of {earlier.name}, found "
                f"{later.instance}; correct one of the two",
            )
        yield from _in_order(earlier, later, where)


def _in_order(earlier: Proceeding, later: Proceeding, where: tuple[str | int, ...]) -> Iterator[Fault]:
    for key, day in (("opened", later.opened), ("decided", later.decided)):
        bound = earlier.decided or earlier.opened
        if day and bound and day.surely_before(bound):
            verb = "was decided" if earlier.decided else "was opened"
            yield (
                (*where, key),
                f"expected a day from {bound} on, when {earlier.name} in the instance below {verb}, "
                f"found {day}; correct one of the two",
            )


def _outcomes(matter: Matter) -> Iterator[Fault]:
    proceedings = {each.name: each for each in matter.proceedings}
    begun = _begun(matter)
    for number, outcome in enumerate(matter.outcomes):
        where = ("outcomes", number, "date")
        for name in outcome.charges:
            day = begun.get(name)
            if day and outcome.date.surely_before(day):
                yield (
                    where,
                    f"expected a day from {day} on, when the acts of {name} begin, found {outcome.date}; "
                    "correct one of the two",
                )
        yield from _within(outcome, proceedings.get(outcome.proceeding), where)


def _within(outcome: Outcome, proceeding: Proceeding | None, where: tuple[str | int, ...]) -> Iterator[Fault]:
    opened = proceeding.opened if proceeding else None
    if proceeding and opened and outcome.date.surely_before(opened):
        yield (
            where,
            f"expected a day from {opened} on, when {proceeding.name} was opened, found {outcome.date}; "
            "correct one of the two",
        )


def _begun(matter: Matter) -> dict[str, Day]:
    """For each charge with episodes, the first of the days on which they begin."""
    episodes = {each.name: each for each in matter.episodes}
    return {
        charge.name: min((each.begins for each in acts), key=lambda day: day.first)
        for charge in matter.charges
        if (acts := [episodes[name] for name in charge.episodes if name in episodes])
    }


def _requests(matter: Matter, books: Books) -> Iterator[Fault]:
    for number, request in enumerate(matter.requests):
        for place, name in enumerate(request.regimes):
            regime = books.regimes.get(name)
            if regime and request.requested not in regime.requested:
                yield (
                    ("requests", number, "regimes", place),
                    f"{request.requested} is asked under {name}, which, as entered, is for requests to "
                    f"{', '.join(regime.requested)}; look at both, and correct one of the two",
                )
            elif regime and regime.requesting and request.requesting not in regime.requesting:
                yield (
                    ("requests", number, "regimes", place),
                    f"{request.requesting} asks under {name}, which, as entered, is for requests of "
                    f"{', '.join(regime.requesting)}; look at both, and correct one of the two",
                )


def _mapped(matter: Matter) -> Iterator[Fault]:
    """Mappings to an outcome in another person's proceeding: jeopardy is one person's."""
    people = {each.name: each.person for each in matter.proceedings}
    outcomes = {each.name: people.get(each.proceeding) for each in matter.outcomes}
    charges = {each.name: each.person for each in matter.charges}
    for number, each in enumerate(matter.mappings):
        mine, other = charges.get(each.charge), outcomes.get(each.outcome)
        if mine and other and mine != other:
            yield (
                ("mappings", number, "outcome"),
                f"{each.charge} charges {mine}, and {each.outcome} is of a proceeding of {other}; "
                "look at both, and correct one of the two",
            )


def _findings(matter: Matter, books: Books) -> Iterator[Fault]:
    requests = {each.name: each for each in matter.requests}
    for number, finding in enumerate(matter.findings):
        request, found = requests.get(finding.request), books.grounds.get(finding.ground)
        if request is None or found is None:
            continue
        if found[1].name not in request.regimes:
            yield (
                ("findings", number, "ground"),
                f"expected a ground of {', '.join(request.regimes)}, found {finding.ground} of "
                f"{found[1].name}; correct it, or add that regime to the request",
            )
        if finding.when.surely_before(request.made):
            yield (
                ("findings", number, "when"),
                f"expected a day from {request.made} on, when the request was made, found {finding.when}; "
                "correct one of the two",
            )


def _in_force(
    charge: Charge, episodes: Mapping[str, Episode], books: Books, where: tuple[str | int, ...]
) -> Iterator[Fault]:
    provision = books.provisions.get(charge.provision or "")
    if provision is None:
        return
    first, last = provision.versions[0], provision.versions[-1]
    for name in charge.episodes:
        episode = episodes.get(name)
        if episode is None:
            continue
        said = None
        if episode.ends.surely_before(first.in_force_from):
            said = f"of which nothing is entered before {first.in_force_from}"
        elif last.in_force_to and last.in_force_to.surely_before(episode.begins):
            said = f"which ended on {last.in_force_to}"
        else:
            meets = [
                each
                for each in provision.versions
                if not episode.ends.surely_before(each.in_force_from)
                and not (each.in_force_to and each.in_force_to.surely_before(episode.begins))
            ]
            if meets and all(each.absent for each in meets):
                said = f"which was no offence then ({meets[0].absent})"
        if said:
            yield (
                (*where, "provision"),
                f"{charge.name} charges acts of {episode.begins} to {episode.ends} under {provision.name}, "
                f"{said}; look at both, and correct one of the two",
            )
