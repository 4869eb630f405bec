"""Law as data: what a book of law (one YAML file) may hold."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from clew.proceedings.claims import Digest, Source, Sourced
from clew.proceedings.days import LastingTerm, WrittenDay, WrittenTerm
from clew.proceedings.money import WrittenMoney
from clew.proceedings.references import ToCourt, ToProvision, ToRegime, ToRule
from clew.written.entry import Entry, Name, fault

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""

Conduct = Literal[
    "production",
    "distribution for profit",
    "distribution",
    "advertising",
    "import",
    "possession",
    "conspiracy",
    "laundering",
    "arranging",
    "acquisition of proceeds",
    "gambling",
    "other",
]
"""Kinds of acts, in words of this project; the law's own words stand in the provision's title."""

FineRelation = Literal["or", "and", "either or both"]


class Court(Sourced):
    """A court, or an authority that decides."""

    name: Name
    title: str
    title_ko: str | None = None
    level: Literal["first", "appeal", "final", "authority"]


class Version(Sourced):
    """A provision's text in one span of time: what it threatens, and how long it can be prosecuted."""

    in_force_from: WrittenDay
    in_force_to: WrittenDay | None = None
    """The last day; none while no later version is entered."""
    promulgated: WrittenDay | None = None
    act: str | None = None
    """The amending act."""
    minimum: WrittenTerm | None = None
    maximum: WrittenTerm | None = None
    """Of imprisonment; ``life`` where a life term may be imposed. None where the text sets none."""
    fine: WrittenMoney | None = None
    """The highest fine in money."""
    fine_times_value: int | None = None
    """Or this many times the value of what the offence was about, where that is more."""
    fine_relation: FineRelation | None = None
    """Fine ``or`` imprisonment, fine ``and`` imprisonment, ``either or both``."""
    limitation: LastingTerm | Literal["none"] | None = None
    """How long it can be prosecuted; ``none`` where it always can; left out where the general rule counts."""
    digest: Digest | None = None
    """SHA-256 of the version's text that was read, in hexadecimal."""
    unread: str | None = None
    """Why nothing is entered of a version that was in force."""
    absent: str | None = None
    """Why there was no such offence in this time."""

    @property
    def has_text(self) -> bool:
        """Whether what it threatens is entered."""
        return self.unread is None and self.absent is None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.in_force_to is not None and self.in_force_to.surely_before(self.in_force_from):
            raise fault(
                ("in_force_to",),
                f"expected a day from {self.in_force_from} on, when the version comes into force, "
                f"found {self.in_force_to}; correct one of the two",
            )
        if self.promulgated is not None and self.in_force_from.surely_before(self.promulgated):
            raise fault(
                ("promulgated",),
                f"expected a day up to {self.in_force_from}, when the version comes into force, "
                f"found {self.promulgated}; correct one of the two",
            )
        if self.minimum and self.maximum and self.minimum.rank > self.maximum.rank:
            raise fault(
                ("minimum",),
                f"expected at most the maximum, {self.maximum}, found {self.minimum}; correct one of the two",
            )
        if not self.has_text and (self.minimum or self.maximum or self.fine):
            raise fault(
                ("unread" if self.unread else "absent",),
                "expected no penalty where no text is entered, found one; remove one of the two",
            )
        return self


class Provision(Entry):
    """An offence, and its versions in the order of time without overlap or gap."""

    name: Name
    act: str
    """Title of the act in English."""
    act_ko: str | None = None
    article: str
    """Article, section and paragraph, as cited."""
    title: str
    title_ko: str | None = None
    conduct: list[Conduct] = Field(min_length=1)
    versions: list[Version] = Field(min_length=1)

    @property
    def cited(self) -> str:
        """Act and article."""
        return f"{self.act}, {self.article}"


class Rule(Sourced):
    """A provision that says how to decide or to count, rather than what is an offence."""

    name: Name
    act: str
    act_ko: str | None = None
    article: str
    says: str
    """What it says, in words of this project."""
    says_ko: str | None = None
    in_force_from: WrittenDay | None = None
    in_force_to: WrittenDay | None = None

    @property
    def cited(self) -> str:
        """Act and article."""
        return f"{self.act}, {self.article}"


class Milder(Entry):
    """Whether a milder later law applies to acts before it."""

    applies: Literal["yes", "no", "undetermined"]
    rule: ToRule
    """A name among ``rules``."""


class Continuing(Entry):
    """A rule that an act which lasts over an amendment is judged by the version at its end."""

    rule: ToRule
    offences: list[ToProvision] = Field(min_length=1)
    """Provisions it is about."""
    in_force_from: WrittenDay
    """Acts that end before this day are not judged by it."""


class Floor(Entry):
    """The lowest term of any imprisonment, which holds where a text sets a maximum and no minimum."""

    term: WrittenTerm
    rule: ToRule


class Several(Entry):
    """What the law does with several offences judged together."""

    method: Literal["heaviest times factor", "sum", "no statutory rule"]
    factor: float | None = None
    """By which the heaviest maximum is multiplied."""
    at_most_sum: bool = True
    """Whether the sum of the maxima is a limit."""
    cap: WrittenTerm | None = None
    """Highest term of years for any sentence."""
    cap_aggravated: WrittenTerm | None = None
    rules: list[ToRule] = Field(default_factory=list)
    apart: ToRule | None = None
    """The rule on offences judged one after another, which comes after this one and is not computed."""
    floor: Floor | None = None
    """Used where versions are compared; the minimum of a text that sets none stays none."""


class Listed(Sourced):
    """One entry of a list of predicate offences: an offence listed, or a threshold, in a span of time."""

    offence: ToProvision | None = None
    """A provision that is listed."""
    maximum_at_least: WrittenTerm | None = None
    """Or every offence whose maximum is at least this."""
    in_force_from: WrittenDay
    in_force_to: WrittenDay | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.offence is None) == (self.maximum_at_least is None):
            raise fault(
                (), "expected either offence or maximum_at_least, found both or none; give one of them"
            )
        if self.in_force_to is not None and self.in_force_to.surely_before(self.in_force_from):
            raise fault(
                ("in_force_to",),
                f"expected a day from {self.in_force_from} on, found {self.in_force_to}; "
                "correct one of the two",
            )
        return self


class PredicateList(Entry):
    """Which offences' proceeds a provision is about, by date."""

    name: Name
    of: ToProvision
    """The provision that needs a predicate offence."""
    begins: WrittenDay
    """Before this day nothing is entered of the list, and the answer is undetermined."""
    all_offences: bool = False
    """Whether proceeds of any offence count, so that no list is needed."""
    in_full: bool = False
    """Whether every offence listed since ``begins`` is entered; else one without an entry is undetermined."""
    entries: list[Listed] = Field(default_factory=list)


class LimitationByMaximum(Entry):
    """How long an offence with such a maximum can be prosecuted."""

    maximum_at_least: WrittenTerm | None = None
    """From this maximum on; the last one, for all others, has none."""
    term: LastingTerm


class LimitationException(Entry):
    """A rule by which some offences can be prosecuted for longer, or for ever."""

    rule: ToRule
    offences: list[ToProvision] = Field(min_length=1)
    """Provisions it is about."""
    effect: Literal["none", "from majority"]
    """No limitation at all, or time runs from the victim's majority, which is not known here."""
    in_force_from: WrittenDay
    reaches_back: bool
    """Whether it holds for acts before it that could still be prosecuted on that day."""


class Limitation(Entry):
    """How limitation is counted."""

    general: list[LimitationByMaximum] = Field(default_factory=list)
    """In the order of falling maxima."""
    fallback: LastingTerm | Literal["none"] | None = None
    """One term for all offences without their own, where the law has one."""
    first_day_counts: bool
    rules: list[ToRule] = Field(default_factory=list)
    assumptions: list[str] = Field(min_length=1)
    """What is assumed and may be otherwise: pauses, absence abroad, accomplices, the end of the act."""
    exceptions: list[LimitationException] = Field(default_factory=list)


class DualCriminality(Entry):
    """How heavy an offence must be for extradition, in both states."""

    maximum: WrittenTerm
    strictly_more: bool
    """More than the term; otherwise at least the term."""
    in_both: bool = True
    rule: ToRule


class Ground(Sourced):
    """A ground on which extradition is, or may be, refused, and who decides on it."""

    name: Name
    rule: str
    """Article and paragraph."""
    title: str
    title_ko: str | None = None
    kind: Literal["mandatory", "discretionary"]
    decides: list[ToCourt] = Field(min_length=1)
    """Courts and authorities, names among ``courts``."""
    test: Literal[
        "dual criminality", "double jeopardy", "limitation", "specialty", "nationality", "territory", "person"
    ]
    """What it is about; ``person`` is anything that only somebody can judge."""
    judged_in: Literal["requested state", "third state", "any state"] = "requested state"
    """For double jeopardy: whose judgments it is about."""


class Regime(Entry):
    """An extradition act or treaty."""

    name: Name
    title: str
    title_ko: str | None = None
    requested: list[Country] = Field(min_length=1)
    """States that may be asked under it."""
    requesting: list[Country] = Field(default_factory=list)
    """States that may ask under it; any where none is named."""
    in_force_from: WrittenDay
    in_force_to: WrittenDay | None = None
    prevails_over: list[ToRegime] = Field(default_factory=list)
    """Regimes whose rules yield where the two differ."""
    dual_criminality: DualCriminality
    specialty: ToRule | None = None
    """The rule of specialty, a name among ``rules``."""
    grounds: list[Ground] = Field(min_length=1)


class DeadlineRule(Sourced):
    """A period of procedure: what starts it, how long it is, how it is counted."""

    name: Name
    rule: str
    """Act and article."""
    title: str
    title_ko: str | None = None
    starts: Literal[
        "judgment", "service of judgment", "arrest", "provisional arrest", "decision on extradition",
        "case sent to the minister", "committal", "conviction", "indictment",
    ]  # fmt: skip
    term: LastingTerm
    first_day_counts: bool = False
    moves_from_holidays: bool = False
    """Whether a last day on a Saturday, Sunday or public holiday moves to the next working day."""
    who: str
    """Whose period it is: a party, a court, an authority."""


class Book(Entry):
    """One file of law: a state's, or an international instrument's."""

    name: Name
    jurisdiction: Country | None = None
    """None for what binds several states."""
    title: str
    title_ko: str | None = None
    about: str
    as_of: WrittenDay
    """Up to which day the law was looked at. Later amendments are not in this file."""
    sources: dict[Name, Source]
    courts: list[Court] = Field(default_factory=list)
    provisions: list[Provision] = Field(default_factory=list)
    rules: list[Rule] = Field(default_factory=list)
    milder: Milder | None = None
    several: Several | None = None
    predicates: list[PredicateList] = Field(default_factory=list)
    limitation: Limitation | None = None
    regimes: list[Regime] = Field(default_factory=list)
    deadlines: list[DeadlineRule] = Field(default_factory=list)
    continuing: list[Continuing] = Field(default_factory=list)
    """Rules on acts that span an amendment; without one it is undetermined which version counts."""
