"""Named sets of rules that make entities."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from clew.errors import RuleError, UsageError
from clew.heuristics.coinjoin.coinjoin import PROTOCOL_COINJOIN, coinjoin
from clew.heuristics.coinjoin.equal_output import equal_output_coinjoin
from clew.heuristics.coinjoin.payjoin import payjoin
from clew.heuristics.multi_input import multi_input
from clew.heuristics.registry import CONTROL, TRANSACTION, Heuristic
from clew.heuristics.same_key import same_key

JOINT: Heuristic = equal_output_coinjoin | PROTOCOL_COINJOIN
"""What change rules say nothing of: a round may have more outputs of one value than payers."""

STRICT: Heuristic = multi_input & ~coinjoin
"""Multi-input with coinjoins left out. Together with addresses of the same key: the set for exhibits."""

STRICT_RULES: tuple[Heuristic, ...] = (multi_input, same_key, *STRICT.leaves[1:])
"""The rules that the set rests on; a link's rule number counts here."""

MULTI_INPUT, SAME_KEY = 0, 1
"""Rule numbers of links."""

MILLION = 1_000_000
MUST_LINK, CANNOT_LINK = 999_000, 10_000
"""Millionths: at or above the first an output is the payer's, at or below the second it is not."""
LARGE_ENTITY = 1_000
"""Addresses from which on two entities are not joined by change alone."""
MOST_INPUTS = 9
"""Inputs of a transaction whose change is looked at: sweeps of many coins are seldom payments."""

NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True)
class RuleSet:
    """Which rules put addresses under one control.

    ``linking`` says of which transactions all inputs are under one control. ``change``: a file with a
    model of change, whose outputs are joined, too, within constraints; None to leave change out.
    ``must_link`` and ``cannot_link`` are millionths; ``large`` is a number of addresses. Change is not
    looked at in transactions of more than ``most_inputs`` inputs, nor where ``doubted`` does not say no.
    Raises RuleError for a name that is none, UsageError for thresholds that contradict each other.
    """

    name: str
    linking: Heuristic
    change: Path | None = None
    must_link: int = MUST_LINK
    cannot_link: int = CANNOT_LINK
    large: int = LARGE_ENTITY
    most_inputs: int = MOST_INPUTS
    doubted: Heuristic | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise RuleError(
                f"rule set {self.name!r}: expected a name of up to 32 small letters, digits, - and _, "
                "a letter first; choose another"
            )
        if not isinstance(self.linking, Heuristic) or self.linking.about != TRANSACTION:
            raise RuleError(
                f"rule set {self.name}: expected linking to be a rule about transactions; mend it"
            )
        if not 0 <= self.cannot_link <= self.must_link <= MILLION:
            raise UsageError(
                "thresholds: expected 0 <= cannot-link <= must-link <= 1, found cannot-link "
                f"{self.cannot_link / MILLION:g} and must-link {self.must_link / MILLION:g}; change them"
            )
        for name, least in (("large", self.large), ("most_inputs", self.most_inputs)):
            if least < 1:
                raise UsageError(f"{name}: expected at least 1, found {least}; change it")
        if self.doubted is not None and self.doubted.about != TRANSACTION:
            raise RuleError(
                f"rule set {self.name}: expected doubted to be a rule about transactions; mend it"
            )

    @property
    def may_serve_exhibits(self) -> bool:
        """Only strict may."""
        return self.name == STRICT_SET_NAME

    @property
    def rules(self) -> tuple[Heuristic, ...]:
        """The rules that the set rests on, in order; those of its links first."""
        return STRICT_RULES if self.linking is STRICT else self.linking.leaves

    @property
    def has_own_links(self) -> bool:
        """Whether its transactions are linked otherwise than the ledger's own record has it."""
        return self.linking is not STRICT


STRICT_SET_NAME = "strict"
MODEL = Path(__file__).parent / "change" / "model.json"
"""The model of change that comes with Clew."""

STRICT_SET = RuleSet(STRICT_SET_NAME, STRICT)
"""The default, and the only one for exhibits. Its entities are the ledger's own."""
EXTENDED = RuleSet("extended", STRICT, MODEL, doubted=payjoin)
"""Strict, and change at stated probability: for leads."""
SETS: dict[str, RuleSet] = {each.name: each for each in (STRICT_SET, EXTENDED)}
"""The sets that come with Clew, by name."""


def set_of(name: str, rules: tuple[Heuristic, ...]) -> RuleSet:
    """A set of a file's rules: a transaction links its inputs where one of those of kind CONTROL says yes,
    and none of strict's coinjoin detectors does.

    Raises RuleError where no rule is about transactions and of kind CONTROL.
    """
    mine = [rule for rule in rules if rule.kind == CONTROL and rule.about == TRANSACTION]
    if not mine:
        raise RuleError(
            f"rule set {name}: expected a rule about transactions of kind CONTROL, or a RULESET; found "
            "neither"
        )
    return RuleSet(name, reduce(lambda one, other: one | other, mine) & ~coinjoin)


__all__ = [
    "EXTENDED",
    "MODEL",
    "MULTI_INPUT",
    "SAME_KEY",
    "SETS",
    "STRICT",
    "STRICT_RULES",
    "STRICT_SET",
    "RuleSet",
    "set_of",
]
