"""Facts that somebody asserts, each with its source; several claims of one figure stand side by side."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from clew.proceedings.days import WrittenDay
from clew.proceedings.nameless import Nameless
from clew.proceedings.references import ToClaim, ToFigure, ToSource
from clew.written.entry import Entry, Name, fault
from clew.written.prose import why_named

Mark = Literal["read", "memory", "inferred"]
"""``read``: in the source named. ``memory``: from memory, to be verified. ``inferred``: concluded by us."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Source(Entry):
    """Where a fact comes from."""

    kind: Literal[
        "statute",
        "treaty",
        "judgment",
        "indictment",
        "government",
        "police",
        "press",
        "study",
        "vendor",
        "notes",
    ]
    title: str = Field(min_length=1)
    """What it is called, as one would cite it."""
    where: str | None = None
    """Where to read it: a citation, a number, a publisher. No link."""
    read: WrittenDay | None = None
    """The day on which somebody read it."""
    digest: Digest | None = None
    """SHA-256 of the text that was read, in hexadecimal."""
    note: str | None = None

    @model_validator(mode="after")
    def _names_nobody(self) -> Self:
        # Judgments, statutes and treaties are cited by the titles that they have.
        if self.kind not in {"judgment", "statute", "treaty"}:
            for key in ("title", "where", "note"):
                text = getattr(self, key)
                if text and why_named(text):
                    raise fault(
                        (key,),
                        "expected a text that names nobody, found one that may; say what it is, by which "
                        "office, and from when",
                    )
        return self


class Sourced(Entry):
    """Something that a source says."""

    source: ToSource
    """A name among ``sources``."""
    mark: Mark
    """``read``, ``memory`` or ``inferred``."""
    unverified: list[str] = Field(default_factory=list)
    """Keys of this entry that are from memory although the rest was read."""
    note: Nameless | None = None
    """What to keep in mind."""

    @property
    def is_verified(self) -> bool:
        """Whether all of it was read in its source."""
        return self.mark == "read" and not self.unverified


class Figure(Entry):
    """A figure of which several claims may stand side by side."""

    title: Nameless
    title_ko: Nameless | None = None
    unit: Nameless
    """What is counted: accounts, payments, persons, or a currency's code."""


class Claim(Sourced):
    """One assertion of a figure."""

    name: Name
    figure: ToFigure
    """A name among ``figures``."""
    value: int
    date: WrittenDay
    """When it was asserted, or the day that it speaks of."""
    scope: Nameless
    """What the figure covers."""


class Decision(Entry):
    """A person's decision about a figure. Decisions are appended; the last one counts, all are kept."""

    figure: ToFigure
    takes: ToClaim | None = None
    """The claim that is used from now on; none where the claims stay side by side."""
    by: Nameless
    """Who decided: a role and a case number, or an office."""
    when: WrittenDay
    why: Nameless
