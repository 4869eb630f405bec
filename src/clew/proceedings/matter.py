"""A matter as publicly known: persons by role and case number, acts, charges, outcomes, extradition."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from clew.proceedings.claims import Claim, Decision, Digest, Figure, Source, Sourced
from clew.proceedings.days import WrittenDay, WrittenTerm
from clew.proceedings.money import WrittenMoney
from clew.proceedings.nameless import CaseNumber, Nameless
from clew.proceedings.provisions import Conduct, Country
from clew.proceedings.references import (
    ToCharge,
    ToCourt,
    ToDeadline,
    ToEpisode,
    ToGround,
    ToOutcome,
    ToPerson,
    ToProceeding,
    ToProvision,
    ToRegime,
    ToRequest,
)
from clew.written.entry import Entry, Name, fault
from clew.written.prose import quoted

Role = Literal["operator", "administrator", "member", "payer", "recipient of proceeds", "nominee", "other"]

Finality = Literal["final", "under appeal", "open", "unknown"]

Satoshi = Annotated[int, Field(ge=0, le=2_100_000_000_000_000)]


class Person(Entry):
    """Somebody in proceedings: a role and a case number, never a name."""

    name: Name
    """How this file refers to the person, as in person-1."""
    role: Role
    case_number: CaseNumber
    jurisdiction: Country


class Accepted(Entry):
    """Who took over what was proposed."""

    by: Nameless
    when: WrittenDay
    why: Nameless


class Episode(Sourced):
    """Conduct in a span of time: dates, places and facts, and what it was worth."""

    name: Name
    person: ToPerson
    begins: WrittenDay
    ends: WrittenDay
    places: list[Country] = Field(default_factory=list)
    conduct: list[Conduct] = Field(min_length=1)
    facts: list[Nameless] = Field(min_length=1)
    satoshi: Satoshi | None = None
    value: list[WrittenMoney] = Field(default_factory=list)
    """What it was worth, one amount for each currency."""
    without_rate: list[Annotated[str, Field(pattern=r"^[A-Z]{3}$")]] = Field(default_factory=list)
    """Currencies in which no value can be stated, because a rate is missing."""
    schedule: Digest | None = None
    """SHA-256 of the schedule of acts from which it was proposed."""
    accepted: Accepted | None = None
    """None while it is only proposed."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends.surely_before(self.begins):
            raise fault(
                ("ends",),
                f"expected a day from {self.begins} on, when the episode begins, found {self.ends}; "
                "correct one of the two",
            )
        return self


class Proceeding(Sourced):
    """Proceedings before one court in one instance."""

    name: Name
    person: ToPerson
    kind: Literal["criminal", "extradition", "confiscation"]
    court: ToCourt
    """A court of the books of law."""
    instance: Literal["first", "appeal", "final"]
    case_number: CaseNumber | None = None
    after: ToProceeding | None = None
    """The proceeding in the instance below."""
    opened: WrittenDay | None = None
    decided: WrittenDay | None = None
    finality: Finality
    next_date: WrittenDay | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opened and self.decided and self.decided.surely_before(self.opened):
            raise fault(
                ("decided",),
                f"expected a day from {self.opened} on, when it was opened, found {self.decided}; "
                "correct one of the two",
            )
        return self


class Charge(Sourced):
    """One count."""

    name: Name
    person: ToPerson
    proceeding: ToProceeding
    number: int = Field(ge=1)
    """The count's number in the indictment."""
    provision: ToProvision | None = None
    """None where only the kind of the charge is known."""
    kind: Nameless
    limb: Nameless | None = None
    """Which limb of the provision, where it matters; said where it is not known."""
    episodes: list[ToEpisode] = Field(default_factory=list)


class Sentence(Entry):
    """What was imposed."""

    imprisonment: WrittenTerm | None = None
    suspended: WrittenTerm | None = None
    fine: WrittenMoney | None = None
    other: list[Nameless] = Field(default_factory=list)
    asked: WrittenTerm | None = None
    """What the prosecution asked for."""


class Outcome(Sourced):
    """How a proceeding ended for some or all of its charges."""

    name: Name
    proceeding: ToProceeding
    charges: list[ToCharge] = Field(default_factory=list)
    """None: what the proceeding was about as a whole."""
    conduct: list[Conduct] = Field(default_factory=list)
    date: WrittenDay
    result: Literal[
        "convicted", "acquitted", "dismissed", "discontinued", "not charged", "appeal dismissed",
        "sentence changed", "extradition granted", "extradition refused", "request withdrawn", "confiscated",
        "unknown",
    ]  # fmt: skip
    sentence: Sentence | None = None
    basis: Literal["mandatory", "discretionary", "both", "unknown"] | None = None
    """Of a refused extradition: on which kind of ground."""
    grounds: list[ToGround] = Field(default_factory=list)
    """Grounds that the decision rests on, as named in a regime."""
    why: Nameless | None = None


class Confiscation(Sourced):
    """Property taken, or ordered to be paid."""

    name: Name
    proceeding: ToProceeding
    kind: Literal["confiscation", "collection of value", "forfeiture", "restraint"]
    date: WrittenDay
    what: Nameless
    value: list[WrittenMoney] = Field(default_factory=list)
    satoshi: Satoshi | None = None


class Request(Sourced):
    """A request for extradition, and what of it was put before the court, and by whom that was confined."""

    name: Name
    person: ToPerson
    requesting: Country
    requested: Country
    regimes: list[ToRegime] = Field(min_length=1)
    made: WrittenDay
    proceeding: ToProceeding
    charges: list[ToCharge] = Field(min_length=1)
    """All counts that the requesting state charged."""
    put_to_court: list[ToCharge]
    confined_by: Nameless | None = None
    confined_why: Nameless | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        strange = [each for each in self.put_to_court if each not in self.charges]
        if strange:
            found = ", ".join(quoted(each) for each in strange)
            raise fault(
                ("put_to_court",),
                f"expected counts among charges, found {found}; add them there, or remove them",
            )
        if len(self.put_to_court) < len(self.charges) and self.confined_by is None:
            raise fault(
                ("confined_by",),
                "expected who confined the request, since not all counts were put to the court; add it",
            )
        return self


class Finding(Sourced):
    """What a court or an authority found on a ground, for some counts."""

    request: ToRequest
    ground: ToGround
    charges: list[ToCharge] = Field(min_length=1)
    finding: Literal["applies", "does not apply", "left open"]
    by: ToCourt
    """A court or authority of the books of law."""
    when: WrittenDay
    passage: Nameless | None = None
    """Where the decision says so."""


class Mapping(Sourced):
    """A person's mapping of a count to conduct that was judged, or is pending. It flags, never decides."""

    request: ToRequest
    charge: ToCharge
    outcome: ToOutcome
    """The outcome whose conduct the count is mapped to."""
    by: Nameless
    when: WrittenDay
    why: Nameless


class Counterpart(Sourced):
    """A person's statement which offence of the requested state a count's conduct would be there."""

    charge: ToCharge
    provision: ToProvision
    by: Nameless
    why: Nameless


class Assurance(Sourced):
    """What a state promised, or was asked to promise."""

    request: ToRequest
    by: Nameless
    says: Nameless
    date: WrittenDay
    status: Literal["asked", "given", "kept", "broken", "unknown"]


class PeriodStart(Sourced):
    """A day on which a period of procedure began."""

    proceeding: ToProceeding
    rule: ToDeadline
    """A deadline rule of the books of law."""
    day: WrittenDay


class Event(Sourced):
    """A dated fact for the timeline."""

    date: WrittenDay
    what: Nameless
    what_ko: Nameless | None = None


class Unknown(Entry):
    """A question that the public record seen so far leaves open."""

    since: WrittenDay
    what: Nameless
    what_ko: Nameless | None = None


class Rate(Sourced):
    """What one currency was worth in another on a day, for stating amounts side by side."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    to: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    date: WrittenDay
    rate: Decimal = Field(gt=0)


class Matter(Entry):
    """One file: a case as it is publicly known."""

    name: Name
    title: Nameless
    title_ko: Nameless | None = None
    about: Nameless
    as_of: WrittenDay
    """Up to which day public facts were looked at."""
    books: list[Name] = Field(min_length=1)
    """Books of law that it refers to: shipped ones by name, or files beside this one ending in .yaml."""
    sources: dict[Name, Source]
    persons: list[Person] = Field(min_length=1)
    figures: dict[Name, Figure] = Field(default_factory=dict)
    claims: list[Claim] = Field(default_factory=list)
    decisions: list[Decision] = Field(default_factory=list)
    episodes: list[Episode] = Field(default_factory=list)
    proceedings: list[Proceeding] = Field(default_factory=list)
    charges: list[Charge] = Field(default_factory=list)
    outcomes: list[Outcome] = Field(default_factory=list)
    confiscations: list[Confiscation] = Field(default_factory=list)
    requests: list[Request] = Field(default_factory=list)
    findings: list[Finding] = Field(default_factory=list)
    mappings: list[Mapping] = Field(default_factory=list)
    counterparts: list[Counterpart] = Field(default_factory=list)
    assurances: list[Assurance] = Field(default_factory=list)
    periods: list[PeriodStart] = Field(default_factory=list)
    events: list[Event] = Field(default_factory=list)
    unknown: list[Unknown] = Field(default_factory=list)
    rates: list[Rate] = Field(default_factory=list)
