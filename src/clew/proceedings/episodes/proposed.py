"""Proposed conduct episodes, from a schedule of acts that was read off the ledger; a person accepts each.

A schedule is the answer of ``clew patterns --json`` with every act in it. What it shows is that coins moved,
not who moved them or why: each episode is inferred, and only proposed until somebody accepts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import ValidationError

from clew.errors import UsageError
from clew.proceedings.days import Day, day_of, exactly
from clew.proceedings.episodes.schedule import Act, Schedule, schedule_of
from clew.proceedings.matter import Accepted, Episode
from clew.proceedings.money import Money
from clew.proceedings.provisions import Conduct

By = Literal["run", "act"]

SOURCE = "schedule"
"""How a matter calls the schedule among its sources, unless told otherwise."""

NOTE = (
    "Proposed from a schedule of acts. The ledger shows that coins moved, not who moved them or why; the "
    "days are those that miners gave to blocks, in UTC. Whoever accepts it decides whose conduct it is and "
    "of which kind."
)
LEFT = (
    "The sum is of what left: {count} of {all}. What stayed within is not added, since the same coins would "
    "count again."
)
STAYED = (
    "Nothing left; the sum is the largest of the acts, since the same coins may have moved again and again."
)
CANDIDATE = "They stand in a candidate for the pattern: {pattern}."
MOST_IDS = 8


@dataclass(frozen=True)
class Run:
    """Acts that are proposed as one episode, and the candidate that they stand in."""

    acts: tuple[Act, ...]
    pattern: str | None


def propose(
    schedule: Mapping[str, Any],
    person: str = "person-1",
    *,
    by: By = "run",
    source: str = SOURCE,
    places: Sequence[str] = (),
) -> tuple[Episode, ...]:
    """Episodes in the order of their first acts, none of them accepted.

    ``schedule`` is what ``clew patterns ADDR --value CUR --limit 0 --json`` gives. With ``by="run"`` acts of
    one candidate are one episode, and so are acts of one kind that follow each other outside of any; with
    ``by="act"`` each act is one. Amounts are satoshi. An episode has a value in a currency only where every
    act that is added has one; otherwise the currency is in ``without_rate``. ``person``, ``source`` and
    ``places`` are taken over as they are. Raises UsageError for anything that is no whole schedule.
    """
    read = schedule_of(schedule)
    runs = _runs(read) if by == "run" else [Run((each,), read.pattern(each)) for each in read.acts]
    return tuple(_episode(read, run, number, person, source, places) for number, run in enumerate(runs, 1))


def accept(episode: Episode, by: str, when: Day | str, why: str) -> Episode:
    """The episode as accepted by an office, or by a role and a case number, on a day and for a reason.

    Raises UsageError where it was accepted before, was not proposed from a schedule, or where a text seems to
    name a person.
    """
    if episode.schedule is None:
        raise UsageError(
            f"{episode.name}: expected an episode proposed from a schedule, found one without; "
            "there is nothing to accept"
        )
    if episode.accepted is not None:
        raise UsageError(
            f"{episode.name}: expected an episode that is only proposed, found one accepted on "
            f"{episode.accepted.when} by {episode.accepted.by}; correct the file by hand instead"
        )
    try:
        accepted = Accepted(by=by, when=day_of(when), why=why)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        said = str(first.get("ctx", {}).get("said") or f"{first['msg']}, found {first['input']!r}; change it")
        raise UsageError(f"{first['loc'][0]}: {said}") from error
    except ValueError as error:
        raise UsageError(f"when: expected {error}, found {when!r}; change it") from error
    return episode.model_copy(update={"accepted": accepted})


def _runs(schedule: Schedule) -> list[Run]:
    """Acts by candidate; those outside of any, as long as they follow each other and are of one kind."""
    by_candidate: dict[int, list[Act]] = {}
    runs: list[list[Act]] = []
    before: Act | None = None
    for act in schedule.acts:
        if act.candidates:
            first = act.candidates[0]
            if first not in by_candidate:
                by_candidate[first] = []
                runs.append(by_candidate[first])
            by_candidate[first].append(act)
            before = None
        elif before is not None and before.kind == act.kind:
            runs[-1].append(act)
        else:
            runs.append([act])
            before = act
    return [Run(tuple(acts), schedule.pattern(acts[0])) for acts in runs]


def _episode(
    schedule: Schedule, run: Run, number: int, person: str, source: str, places: Sequence[str]
) -> Episode:
    left = [act for act in run.acts if not act.is_own]
    added = left or [max(run.acts, key=lambda act: act.amount)]
    value, without = _values(schedule.currencies, added)
    times = [act.time for act in run.acts]
    conduct: list[Conduct] = ["laundering"] if run.pattern else ["other"]
    return Episode(
        name=f"proposed-{schedule.digest[:8]}-{number}",
        person=person,
        begins=_day(min(times)),
        ends=_day(max(times)),
        places=list(places),
        conduct=conduct,
        facts=list(_facts(run, left)),
        satoshi=sum(act.amount for act in added),
        value=value,
        without_rate=without,
        schedule=schedule.digest,
        source=source,
        mark="inferred",
        note=NOTE,
    )


def _day(time: int) -> Day:
    return exactly(datetime.fromtimestamp(time, UTC).date())


def _values(currencies: Sequence[str], acts: Sequence[Act]) -> tuple[list[Money], list[str]]:
    """Sums by currency, and the currencies in which one of the acts has no value."""
    value, without = [], []
    for currency in currencies:
        amounts = [act.values.get(currency) for act in acts]
        if any(each is None for each in amounts):
            without.append(currency)
        else:
            value.append(Money(sum((each for each in amounts if each is not None), Decimal(0)), currency))
    return value, without


def _facts(run: Run, left: Sequence[Act]) -> Iterator[str]:
    kinds: dict[str, int] = {}
    for act in run.acts:
        kinds[act.kind] = kinds.get(act.kind, 0) + 1
    ids = list(dict.fromkeys(act.txid for act in run.acts))
    acts = _counted(len(run.acts), "act")
    said = ", ".join(f"{kind} ({number})" if len(run.acts) > 1 else kind for kind, number in kinds.items())
    yield f"{acts[:1].upper()}{acts[1:]} in {_counted(len(ids), 'transaction')}: {said}."
    shown = ", ".join(ids[:MOST_IDS])
    yield f"Transactions: {shown}{f' and {len(ids) - MOST_IDS:,} more' if len(ids) > MOST_IDS else ''}."
    if run.pattern:
        yield CANDIDATE.format(pattern=run.pattern)
    if len(run.acts) > 1 and len(left) < len(run.acts):
        yield LEFT.format(count=_counted(len(left), "act"), all=f"{len(run.acts):,}") if left else STAYED


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


__all__ = ["By", "accept", "propose"]
