"""Specialty: what a surrender would cover, what was left out and by whom, and what needs consent."""

from __future__ import annotations

from dataclasses import dataclass

from clew.proceedings.extradition.decided import Decided
from clew.proceedings.facts import Facts, numbers
from clew.proceedings.load import Law
from clew.proceedings.matter import Matter, Request
from clew.proceedings.steps import Reasoned

CHARGED = "{requesting} charged {counts}"
ASKED = "{counts} put to the court; a surrender covers what is granted of these"
ALL_ASKED = "All counts were put to the court"
LEFT_OUT = "{counts} not put to the court: confined by {by}"
GRANTED = "Granted: {counts}"
REFUSED = "Refused: {counts}"
OPEN = "No decision is entered, or none that is surely the last: {counts}"
CONSENT = (
    "To try or punish other conduct from before a surrender, {requesting} needs the consent of {requested}"
)
CONSENT_TOO = "That holds for {counts}, too"
ASSURED = "Assurance ({status}, {date}), {by}: {says}"
NO_RULE = "No rule of specialty is entered for {title}"


@dataclass(frozen=True)
class Specialty(Reasoned):
    """What a surrender covers, by counts."""

    requesting: str
    requested: str
    charged: tuple[str, ...]
    asked: tuple[str, ...]
    left_out: tuple[str, ...]
    granted: tuple[str, ...]
    refused: tuple[str, ...]
    undecided: tuple[str, ...]
    confined_by: str | None
    confined_why: str | None
    rules: tuple[str, ...]
    """As cited."""
    said: tuple[str, ...]
    """In sentences."""


def specialty(law: Law, matter: Matter, request: Request, last: Decided) -> Specialty:
    """What of a request a surrender covers; whether specialty is kept, nobody can compute."""
    facts = Facts(law, matter)
    left_out = tuple(each for each in request.charges if each not in request.put_to_court)
    said = _counts(matter, request, last, left_out)
    cited = []
    for name in request.regimes:
        regime = law.regime(name)
        if regime.specialty is None:
            said.append(NO_RULE.format(title=regime.title))
            continue
        rule = law.rule(regime.specialty)
        cited.append(rule.cited)
        facts.rule(regime.specialty)
    if cited:
        said.append(CONSENT.format(requesting=request.requesting, requested=request.requested))
        if left_out:
            said.append(CONSENT_TOO.format(counts=numbers(matter, left_out)))
    for each in matter.assurances:
        if each.request == request.name:
            line = ASSURED.format(status=each.status, date=each.date, by=each.by, says=each.says)
            said.append(line)
            facts.fact(each, "Assurance", line)
    if left_out:
        facts.fact(
            request, "Request", LEFT_OUT.format(counts=numbers(matter, left_out), by=request.confined_by)
        )
    return Specialty(
        requesting=request.requesting,
        requested=request.requested,
        charged=tuple(request.charges),
        asked=tuple(request.put_to_court),
        left_out=left_out,
        granted=last.counts("extradition granted"),
        refused=last.counts("extradition refused"),
        undecided=last.open,
        confined_by=request.confined_by,
        confined_why=request.confined_why,
        rules=tuple(cited),
        said=tuple(said),
        **facts.gathered,
    )


def _counts(matter: Matter, request: Request, last: Decided, left_out: tuple[str, ...]) -> list[str]:
    said = [CHARGED.format(requesting=request.requesting, counts=numbers(matter, request.charges))]
    asked = numbers(matter, request.put_to_court)
    said.append(ASKED.format(counts=asked[:1].upper() + asked[1:]) if left_out else ALL_ASKED)
    if left_out:
        some = numbers(matter, left_out)
        said.append(LEFT_OUT.format(counts=some[:1].upper() + some[1:], by=request.confined_by))
        if request.confined_why:
            said.append(request.confined_why)
    for worded, counts in (
        (GRANTED, last.counts("extradition granted")),
        (REFUSED, last.counts("extradition refused")),
        (OPEN, last.open),
    ):
        if counts:
            said.append(worded.format(counts=numbers(matter, counts)))
    return said
