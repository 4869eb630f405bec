"""What the public page says, in English and in Korean: every sentence stands in ``phrases.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from clew.proceedings.days import ONE_DAY, Day, Term
from clew.proceedings.money import Money

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")


@dataclass(frozen=True)
class Text:
    """A text, and its language where it is not the page's own."""

    said: str
    lang: Language | None = None

    def __str__(self) -> str:
        return self.said


@cache
def phrases() -> dict[str, dict[str, str]]:
    """All phrases by key and language."""
    import yaml

    text = files("clew.report.public").joinpath("phrases.yaml").read_text("utf-8")
    return {str(key): each for key, each in yaml.safe_load(text).items()}


@dataclass(frozen=True)
class Voice:
    """One language, and how it writes days, terms, money and numbers."""

    lang: Language

    def __call__(self, key: str, **values: object) -> str:
        """A phrase, filled in. Raises KeyError for an unknown one or a missing value."""
        return phrases()[key][self.lang].format(**values)

    def knows(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return key in phrases()

    def either(self, english: str, korean: str | None) -> Text:
        """A text of a file in this language, or the English one, marked as English."""
        if self.lang == "ko":
            return Text(korean) if korean else Text(english, "en")
        return Text(english)

    def day(self, day: date | Day) -> str:
        """A day, as precisely as it is known."""
        if isinstance(day, date):
            return self("day.full", day=day.day, **self._month_of(day))
        if day.is_exact:
            return self.day(day.first)
        if day.first == date.min:
            return self("day.before", day=self.day(day.last + ONE_DAY))
        if day.last == date.max:
            return self("day.after", day=self.day(day.first - ONE_DAY))
        if day.first.month != day.last.month:
            return self("day.year", year=day.first.year)
        return self.month(day.first)

    def month(self, day: date) -> str:
        """The month of a day."""
        return self("day.month", **self._month_of(day))

    def _month_of(self, day: date) -> dict[str, object]:
        return {"month": self(f"month.{day.month}"), "number": day.month, "year": day.year}

    def term(self, term: Term) -> str:
        """A term of years, months or days."""
        if term.is_life:
            return self("term.life")
        if term.days:
            return self._counted(term.days, "day")
        if term.months % 12:
            return self._counted(term.months, "month")
        return self._counted(term.months // 12, "year")

    def _counted(self, number: int, word: str) -> str:
        return self(f"term.{word}") if number == 1 else self(f"term.{word}s", n=f"{number:,}")

    def money(self, money: Money) -> str:
        """An amount and its currency."""
        unit = self(f"unit.{money.currency}") if self.knows(f"unit.{money.currency}") else money.currency
        return f"{money.amount:,}{'' if self.lang == 'ko' and unit != money.currency else ' '}{unit}"

    def category(self, column: str, category: str) -> Text:
        """A category of a column: a phrase, a month, or the word itself."""
        if self.knows(f"{column}.{category}"):
            return Text(self(f"{column}.{category}"))
        if column == "next":
            for side in ("before", "after"):
                if category.startswith(f"{side} "):
                    return Text(self(f"next.{side}", month=self.month(_first(category[len(side) + 1 :]))))
            return Text(self.month(_first(category)))
        return self.either(category, None)


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


__all__ = ["LANGUAGES", "Language", "Text", "Voice", "phrases"]
