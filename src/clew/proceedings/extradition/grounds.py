"""One ground of refusal for one count: barred, not barred or undetermined, and who must decide.

Undetermined is the default. Only a finding by a court or authority that decides on the ground says more, and
for the threshold of dual criminality the arithmetic does. A person's mapping of a count to conduct that was
judged flags the count and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clew.proceedings.claims import Mark
from clew.proceedings.extradition.decided import Decided
from clew.proceedings.extradition.dual_criminality import COMPARES, DualCriminality
from clew.proceedings.extradition.lapse_of_time import lapse_of_time
from clew.proceedings.facts import Facts
from clew.proceedings.load import Law
from clew.proceedings.matter import Charge, Finding, Mapping, Matter, Outcome, Request
from clew.proceedings.provisions import Ground, Regime
from clew.proceedings.steps import MARKS, Reasoned

State = Literal["barred", "not barred", "undetermined"]

NOBODY_FOUND = "No finding on this ground is entered"
MUST_DECIDE = "To be decided by {who}"
LEFT_OPEN = "{who} left it open on {when}"
APPLIES = "{who} found on {when} that it applies"
APPLIES_NOT = "{who} found on {when} that it does not apply"
NOT_ITS_OWN = "{said}, but does not decide on this ground"
DISCRETION = "That it applies does not say whether to refuse: that is for the discretion of {who}"
REFUSED_ON_IT = "The decision of {when} refused on this ground"
NAMED = "The decision of {when} names this ground; a finding on it is not entered"
ORDER_UNKNOWN = "The findings differ, and their days do not tell which one is the last"
FLAGGED = "Flagged: {by} mapped the count on {when} to conduct {of}; this decides nothing"
JUDGED = "on which {court} gave judgment ({result}, {when}; finality: {finality})"
PENDING = "on which proceedings are pending before {court} (finality: {finality})"
NOT_KNOWN = "of which proceedings before {court} have an outcome that is not known (finality: {finality})"
NOT_FLAGGED = (
    "{by} mapped the count on {when} to an outcome that is no judgment that this ground is about "
    "({states}; {result})"
)
NOT_MAPPED = "Nobody has mapped the count to conduct that was judged, or is pending"
BY_THRESHOLD = {
    "met": "Not barred by the threshold: {needs} in both states",
    "not met": "Barred by the threshold: it asks for {needs}",
    "undetermined": "Whether the threshold ({needs}) is met is undetermined",
}
PLACES = (
    "The episodes of the count name places in the requested state; whether that is enough is not decided here"
)
NOT_PUT = "The count was not put to the court"
NOT_IN_FORCE = "{title} is in force from {begins}, and the request was made on {made}"
NOT_BETWEEN = "{title} is not entered for requests of {requesting} to {requested}"

_JUDGMENTS = frozenset({"convicted", "acquitted", "dismissed", "appeal dismissed", "sentence changed"})
_NONE = frozenset({"not charged", "discontinued"})
_RUNNING = frozenset({"open", "under appeal"})


@dataclass(frozen=True)
class Cell(Reasoned):
    """One cell of the table count by ground."""

    count: str
    number: int
    charged: str
    """Kind of the charge."""
    put_to_court: bool
    regime: str
    ground: str
    rule: str
    """Article and paragraph."""
    title: str
    title_ko: str | None
    kind: Literal["mandatory", "discretionary"]
    decides: tuple[str, ...]
    """Titles of the courts and authorities that decide on it."""
    state: State
    said: str
    """The state as a table shows it: with what is flagged, and a threshold named as such."""
    flagged: bool
    """Whether a person mapped the count to conduct that was judged, or is pending, where the ground asks."""
    why: tuple[str, ...]
    mark: Mark
    """Of the ground in the book of law."""


@dataclass(frozen=True)
class Question:
    """What a cell is about."""

    law: Law
    matter: Matter
    request: Request
    charge: Charge
    regime: Regime
    ground: Ground
    decided: Decided
    threshold: DualCriminality

    def cell(self) -> Cell:
        """The answer, with the steps that led to it."""
        ground, charge = self.ground, self.charge
        facts = Facts(self.law, self.matter)
        cited = f"{self.regime.title}, {ground.rule}"
        facts.entry(ground.name, ground, cited, f"{ground.title} ({ground.kind})")
        state: State = "undetermined"
        why: list[str] = []
        put = charge.name in self.request.put_to_court
        if not put:
            why.append(NOT_PUT)
        why += self._strange()
        found = [each for each in self.matter.findings if self._is_about(each)]
        flagged, is_threshold = False, False
        if ground.test == "double jeopardy":
            flagged, said = self._mapped(facts)
            why += said
        if found:
            state = self._found(facts, found, why)
        elif ground.test == "dual criminality" and not self._strange():
            state, is_threshold = self._by_threshold(facts, why), True
        else:
            why += self._named()
            why.append(NOBODY_FOUND)
        if ground.test == "limitation":
            why += lapse_of_time(self.law, self.matter, self.request, charge, facts)
        if ground.test == "territory" and self._is_there():
            why.append(PLACES)
        if state == "undetermined":
            why.append(MUST_DECIDE.format(who=" and ".join(self._deciders())))
        return Cell(
            count=charge.name,
            number=charge.number,
            charged=charge.kind,
            put_to_court=put,
            regime=self.regime.name,
            ground=ground.name,
            rule=ground.rule,
            title=ground.title,
            title_ko=ground.title_ko,
            kind=ground.kind,
            decides=self._deciders(),
            state=state,
            said=_said(state, flagged, is_threshold),
            flagged=flagged,
            why=tuple(dict.fromkeys(why)),
            mark=ground.mark,
            **facts.gathered,
        )

    def _is_about(self, finding: Finding) -> bool:
        return (
            finding.request == self.request.name
            and finding.ground == self.ground.name
            and self.charge.name in finding.charges
        )

    def _deciders(self) -> tuple[str, ...]:
        return tuple(self.law.court(each).title for each in self.ground.decides)

    def _strange(self) -> list[str]:
        """Why the regime may not be about this request at all."""
        regime, request = self.regime, self.request
        said = []
        if request.made.maybe_before(regime.in_force_from) and request.made != regime.in_force_from:
            said.append(
                NOT_IN_FORCE.format(title=regime.title, begins=regime.in_force_from, made=request.made)
            )
        if request.requested not in regime.requested or (
            regime.requesting and request.requesting not in regime.requesting
        ):
            said.append(
                NOT_BETWEEN.format(
                    title=regime.title, requesting=request.requesting, requested=request.requested
                )
            )
        return said

    def _found(self, facts: Facts, findings: Sequence[Finding], why: list[str]) -> State:
        """What the last finding of those who decide makes of it; all are said."""
        own: list[Finding] = []
        for each in sorted(findings, key=lambda finding: (finding.when.first, finding.when.last)):
            who = self.law.court(each.by).title
            worded = {"applies": APPLIES, "does not apply": APPLIES_NOT, "left open": LEFT_OPEN}
            said = worded[each.finding].format(who=who, when=each.when)
            if each.by not in self.ground.decides:
                said = NOT_ITS_OWN.format(said=said)
            else:
                own.append(each)
            if each.mark != "read":
                said = f"{said} ({MARKS[each.mark]})"
            why.append(said)
            facts.fact(each, f"Finding on {self.ground.rule}", said)
        if not own:
            return "undetermined"
        last = own[-1]
        rivals = [each for each in own if not each.when.surely_before(last.when)]
        if len({each.finding for each in rivals}) > 1:
            why.append(ORDER_UNKNOWN)
            return "undetermined"
        if last.finding == "left open":
            return "undetermined"
        if last.finding == "does not apply":
            return "not barred"
        return self._applies(why)

    def _applies(self, why: list[str]) -> State:
        """A mandatory ground that applies bars; a discretionary one only where it was refused on."""
        if self.ground.kind == "mandatory":
            return "barred"
        refused = self._refusal()
        if refused is not None:
            why.append(REFUSED_ON_IT.format(when=refused.date))
            return "barred"
        why.append(DISCRETION.format(who=" and ".join(self._deciders())))
        return "undetermined"

    def _refusal(self) -> Outcome | None:
        """The outcome by which the count was refused on this ground."""
        last = self.decided.of(self.charge.name)
        is_refused = last is not None and last.result == "extradition refused"
        return last if is_refused and last is not None and self.ground.name in last.grounds else None

    def _named(self) -> list[str]:
        refused = self._refusal()
        if refused is None:
            return []
        marks = [] if "grounds" not in refused.unverified and refused.mark == "read" else ["unverified"]
        return [" ".join([NAMED.format(when=refused.date), *(f"({each})" for each in marks)])]

    def _by_threshold(self, facts: Facts, why: list[str]) -> State:
        found = self.threshold
        facts.take(found)
        why.append(BY_THRESHOLD[found.state].format(needs=found.needs))
        why += found.why
        why.append(COMPARES)
        states: dict[str, State] = {"met": "not barred", "not met": "barred"}
        return states.get(found.state, "undetermined")

    def _mapped(self, facts: Facts) -> tuple[bool, list[str]]:
        """Whether a person's mapping flags the count, and what is said of each mapping."""
        mappings = [
            each
            for each in self.matter.mappings
            if each.request == self.request.name and each.charge == self.charge.name
        ]
        if not mappings:
            return False, [NOT_MAPPED]
        flags, said = [], []
        for each in mappings:
            of = self._of(each)
            flags.append(of is not None)
            worded = FLAGGED if of is not None else NOT_FLAGGED
            result = self._outcome(each).result
            line = worded.format(
                by=each.by, when=each.when, of=of, result=result, states=self.ground.judged_in
            )
            if each.mark != "read":
                line = f"{line} ({MARKS[each.mark]})"
            said.append(line)
            facts.fact(each, f"Mapping of count {self.charge.number}", line)
        return any(flags), said

    def _outcome(self, mapping: Mapping) -> Outcome:
        return next(each for each in self.matter.outcomes if each.name == mapping.outcome)

    def _of(self, mapping: Mapping) -> str | None:
        """What the conduct was mapped to, in words; None where that was not judged in the requested state."""
        outcome = self._outcome(mapping)
        proceeding = next(each for each in self.matter.proceedings if each.name == outcome.proceeding)
        if (
            not self._counts_there(proceeding.court)
            or outcome.result in _NONE
            or proceeding.kind != "criminal"
        ):
            return None
        court = self.law.court(proceeding.court).title
        worded = PENDING if proceeding.finality in _RUNNING else NOT_KNOWN
        if outcome.result in _JUDGMENTS:
            worded = JUDGED
        return worded.format(
            court=court, result=outcome.result, when=outcome.date, finality=proceeding.finality
        )

    def _counts_there(self, court: str) -> bool:
        """Whether a judgment of this court is of a state that the ground is about."""
        state = self.law.book_of(court).jurisdiction
        parties = (self.request.requested, self.request.requesting)
        return {
            "requested state": state == self.request.requested,
            "third state": state not in parties,
            "any state": True,
        }[self.ground.judged_in]

    def _is_there(self) -> bool:
        episodes = [each for each in self.matter.episodes if each.name in self.charge.episodes]
        return any(self.request.requested in each.places for each in episodes)


def _said(state: State, flagged: bool, is_threshold: bool) -> str:
    if is_threshold and state != "undetermined":
        return f"{state} by the threshold"
    return f"{state}, flagged" if flagged else state
