"""A figure of accuracy: of so many, so many; and who else it has to be read with."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Form = Literal["share", "mean"]

PAIRS, ADDRESSES, ENTITIES, LINKS = "pairs", "addresses", "entities", "links"
SERVICE, COLLISIONS, JOINT = "service", "collisions", "joint"
CHANGE, COINJOIN = "change", "coinjoin"

ACTOR, WALLET = "actor", "wallet"
"""The two notions of control: whoever owns, and one set of keys spent by one software."""


@dataclass(frozen=True, slots=True)
class Tally:
    """``hits`` of ``of``; hits are whole numbers but where parts of one are summed (B-cubed, losses)."""

    hits: float
    of: float

    @property
    def rate(self) -> float | None:
        """Hits of each; None where there is nothing to count."""
        return self.hits / self.of if self.of else None

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.hits + other.hits, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Key:
    """What a figure says.

    ``about``: the kind of conclusion; ``subject``: the rule or rule set; ``measure``: such as precision;
    ``control``: ACTOR or WALLET where it matters; ``by`` and ``group``: a part of the whole, such as
    wallets of one size. ``form`` is ``share`` where each of what is counted is right or wrong, so that
    Wilson's interval is meant, and ``mean`` where parts are summed.
    """

    about: str
    subject: str
    measure: str
    control: str = ""
    by: str = ""
    group: str = ""
    form: Form = "share"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one economy. ``base``: what would be so without the rule, where that has a meaning."""

    key: Key
    tally: Tally
    base: Tally | None = None

    def named(self, subject: str) -> Figure:
        """The same, of another rule or set."""
        return replace(self, key=replace(self.key, subject=subject))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            **asdict(self.key),
            "hits": _plain(self.tally.hits),
            "of": _plain(self.tally.of),
            "rate": self.tally.rate,
            "base_hits": None if self.base is None else _plain(self.base.hits),
            "base_of": None if self.base is None else _plain(self.base.of),
        }

    @staticmethod
    def from_dict(row: dict[str, Any]) -> Figure:
        """What ``as_dict`` gave, read back. Raises KeyError and TypeError for something else."""
        key = Key(*(row[name] for name in Key.__dataclass_fields__))
        base = None if row["base_of"] is None else Tally(row["base_hits"], row["base_of"])
        return Figure(key, Tally(row["hits"], row["of"]), base)


def _plain(value: float) -> float | int:
    """Whole numbers as such."""
    return int(value) if float(value).is_integer() else float(value)
