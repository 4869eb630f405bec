"""The policies by name, and why a coin's way ends."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from clew import schema
from clew.errors import UsageError

POLICIES: dict[str, int] = {
    "poison": schema.POISON,
    "haircut": schema.HAIRCUT,
    "fifo": schema.FIFO,
    "lifo": schema.LIFO,
    "seniority": schema.SENIORITY,
    "juniority": schema.JUNIORITY,
    "tiho": schema.TIHO,
}
"""The number by which kernels know each policy."""

POISON, HAIRCUT = "poison", "haircut"
DEFAULT = ("fifo", "haircut")

ENDS: tuple[str | None, ...] = (
    None, "source", "unspendable", "overwritten", "service", "holder", "hops", "value", "unspent", "coinbase",
    "time", "coinjoin",
)  # fmt: skip
"""Why a coin ends, by the number that kernels give it; None: it goes on."""

FEE = "fee"

NAMED = ("service", "source")
"""Ends that say whose the money is: a service's, or a source's again. All others are unattributed."""


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The policies named, each once, in the order first named. Raises UsageError."""
    asked = [part.strip().lower() for name in names for part in name.split(",") if part.strip()]
    if not asked:
        raise UsageError(f"expected at least one policy of {', '.join(POLICIES)}; found none")
    for name in asked:
        if name not in POLICIES:
            near = get_close_matches(name, POLICIES, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"policy {name!r}: expected one of {', '.join(POLICIES)}{meant}")
    return tuple(dict.fromkeys(asked))


__all__ = ["DEFAULT", "ENDS", "FEE", "HAIRCUT", "NAMED", "POISON", "POLICIES", "chosen"]
