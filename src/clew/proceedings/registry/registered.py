"""What a register holds of one public proceeding: court, case number, role, state; never who it is."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from clew.proceedings.days import Day, WrittenDay
from clew.proceedings.matter import Role, Sentence
from clew.proceedings.nameless import CaseNumber, Nameless
from clew.proceedings.provisions import Country
from clew.proceedings.references import ToCourt, ToProvision
from clew.proceedings.registry.disclosure import why_disclosure
from clew.written.entry import FAULT, Entry, Name, fault

Stage = Literal[
    "indictment", "first instance", "appeal", "final instance", "extradition", "confiscation", "execution"
]
"""How far a proceeding has come."""

Status = Literal["open", "under appeal", "final", "discontinued", "unknown"]

Result = Literal[
    "convicted",
    "acquitted",
    "dismissed",
    "discontinued",
    "appeal dismissed",
    "sentence changed",
    "extradition granted",
    "extradition refused",
    "request withdrawn",
    "confiscated",
    "unknown",
]
"""What a court decided."""

SENTENCED = frozenset({"convicted", "sentence changed", "appeal dismissed", "unknown"})
"""Results beside which a sentence may stand."""

_PERSONAL = """
name names surname forename alias nickname nick handle username user account age birth birthday
birthdate born address home residence nationality citizenship sex gender photo picture image face email
e-mail mail phone telephone passport identity occupation employer school family victim victims defendant
accused dob initials telegram kakao twitter instagram
이름 성명 본명 실명 나이 생년월일 주소 국적 사진 별명 닉네임 이메일 전화 피고인 피해자 텔레그램
"""
PERSONAL = frozenset(_PERSONAL.split())
"""Keys that a register has not, since they would tell who somebody is."""


_CAPTION = re.compile(r"\b(v|vs|versus)\b\.? ", re.IGNORECASE)
CAPTION = (
    "expected a text that names nobody, found one formed like a case's title (one party v. another); cite "
    "the case by its number"
)


def is_caption(text: str) -> bool:
    """Whether a text is formed like the title of a case by its parties, of whom one is a person."""
    return bool(_CAPTION.search(unicodedata.normalize("NFKC", text)))


def _public(kind: Any) -> Any:
    reason = why_disclosure(kind) if isinstance(kind, str) else None
    if reason:
        raise PydanticCustomError(FAULT, "{said}", {"said": reason, "where": ()})
    return kind


class PublicSource(Entry):
    """Where the public can read of it."""

    kind: Annotated[Literal["court record", "press", "government"], BeforeValidator(_public)]
    title: Nameless
    """What it is called, without anybody's name."""
    where: Nameless | None = None
    """Where to read it: a citation, a number, a publisher. No link."""
    read: WrittenDay | None = None
    """The day on which somebody read it."""

    @model_validator(mode="after")
    def _may_be_cited(self) -> Self:
        for key in ("title", "where"):
            text = getattr(self, key)
            reason = why_disclosure(text) if text else None
            if reason:
                raise fault((key,), reason)
            if text and is_caption(text):
                raise fault((key,), CAPTION)
            if text and unicodedata.normalize("NFKC", text)[0] in "=+-@\t\r":
                raise fault(
                    (key,),
                    f"expected a text that begins with a letter or a digit, found {text[0]!r}: a spreadsheet "
                    "would take it for a formula; change it",
                )
        return self


class Registered(Entry):
    """One person's part in one public proceeding, by case number and role."""

    id: Name
    """How the register refers to it."""
    jurisdiction: Country
    court: ToCourt
    """A court or authority of the books of law."""
    case_number: CaseNumber
    role: Role
    person: int = Field(default=1, ge=1, le=9999)
    """Which of several persons of one role in one case, counted from 1."""
    stage: Stage
    offences: list[ToProvision] = Field(min_length=1)
    """Provisions of the books of law."""
    status: Status
    acts_from: WrittenDay | None = None
    """When the acts began, as the court or the charge has it."""
    acts_to: WrittenDay | None = None
    opened: WrittenDay
    decided: WrittenDay | None = None
    next_date: WrittenDay | None = None
    outcome: Result | None = None
    sentence: Sentence | None = None
    source: PublicSource
    note: Nameless | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of it."""
        return self.status in {"final", "discontinued"}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if is_caption(self.case_number):
            raise fault(("case_number",), CAPTION)
        self._ordered("acts_to", self.acts_from, self.acts_to, "when the acts began")
        self._ordered("opened", self.acts_from, self.opened, "when the acts began")
        self._ordered("decided", self.opened, self.decided, "when it was opened")
        self._ordered("next_date", self.opened, self.next_date, "when it was opened")
        self._ordered("next_date", self.decided, self.next_date, "when it was decided")
        return self

    @model_validator(mode="after")
    def _agreeing(self) -> Self:
        if (self.outcome is None) != (self.decided is None):
            missing, there = ("outcome", "decided") if self.outcome is None else ("decided", "outcome")
            raise fault((there,), f"expected {missing} beside {there}, found none; add it")
        if self.outcome and self.status == "open":
            raise fault(
                ("status",),
                "expected under appeal, final, discontinued or unknown where there is an outcome, found "
                "'open'; change it",
            )
        if self.status == "final" and self.outcome is None:
            raise fault(("status",), "expected an outcome where it is final, found none; add it")
        if self.is_over and self.next_date is not None:
            raise fault(
                ("next_date",), f"expected none where it is {self.status}, found a day; remove one of the two"
            )
        if self.sentence and self.outcome not in SENTENCED:
            raise fault(
                ("sentence",),
                "expected a sentence only where a court convicted or changed one, found the outcome "
                f"{self.outcome or 'none'}; correct one of the two",
            )
        reason = why_disclosure(self.note) if self.note else None
        if reason:
            raise fault(("note",), reason)
        return self

    def _ordered(self, key: str, before: Day | None, after: Day | None, what: str) -> None:
        if before and after and after.surely_before(before):
            raise fault(
                (key,),
                f"expected a day from {before} on, {what}, found {after}; correct one of the two",
            )


__all__ = ["PERSONAL", "SENTENCED", "PublicSource", "Registered", "Result", "Stage", "Status"]
