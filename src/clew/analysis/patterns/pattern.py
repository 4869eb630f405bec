"""What a pattern is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from inspect import cleandoc

from clew.analysis.defaults import DORMANT_DAYS, WITHIN_HOURS
from clew.analysis.patterns.scene import Scene
from clew.analysis.patterns.threshold import ONE_COIN, Threshold
from clew.errors import UsageError

DAY = 86_400


@dataclass(frozen=True)
class Measures:
    """What an analyst may set: the threshold under which sums are kept, days that a coin has
    rested before it counts as dormant, hours within which coins pass quickly."""

    threshold: Threshold = ONE_COIN
    dormant_days: int = DORMANT_DAYS
    within_hours: int = WITHIN_HOURS

    def check(self) -> None:
        """Raises UsageError for what nothing can be measured by."""
        for name, value, unit in (
            ("dormant-days", self.dormant_days, "day"),
            ("within-hours", self.within_hours, "hour"),
        ):
            if value < 1:
                raise UsageError(f"{name}: expected 1 {unit} or more, found {value}")


@dataclass(frozen=True)
class Finding:
    """A candidate: transactions in the order of the pattern, the sum it is about, and figures by name.

    ``value`` is in satoshi; ``figures`` are whole numbers, each with its unit in the pattern's ``units``.
    ``ends`` says how a chain of transactions ends, where the pattern is one.
    """

    transactions: tuple[int, ...]
    value: int
    figures: dict[str, int]
    ends: str | None = None


@dataclass(frozen=True)
class Pattern:
    """A pattern: its name and version, what it looks for, and what innocent things look the same.

    ``find`` yields what it finds in a scene; its docstring is the user's documentation.
    """

    name: str
    version: int
    rule: str
    innocent: tuple[str, ...]
    find: Callable[[Scene, Measures], Iterable[Finding]]
    units: dict[str, str] = field(default_factory=dict)

    @property
    def doc(self) -> str:
        """Its documentation."""
        return cleandoc(self.find.__doc__ or "")


__all__ = ["DAY", "DORMANT_DAYS", "WITHIN_HOURS", "Finding", "Measures", "Pattern"]
