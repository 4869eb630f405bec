"""All patterns, in the order in which they are told."""

from __future__ import annotations

from clew.analysis.patterns.accounts import accounts
from clew.analysis.patterns.coinjoin_passage import coinjoin_passage
from clew.analysis.patterns.consolidation import consolidation
from clew.analysis.patterns.dormancy import dormancy
from clew.analysis.patterns.fanning import fanning
from clew.analysis.patterns.layering import layering
from clew.analysis.patterns.pattern import Pattern
from clew.analysis.patterns.peeling import peeling
from clew.analysis.patterns.round_trip import round_trip
from clew.analysis.patterns.under_threshold import under_threshold

PATTERNS: tuple[Pattern, ...] = (
    peeling,
    fanning,
    under_threshold,
    layering,
    dormancy,
    coinjoin_passage,
    round_trip,
    consolidation,
    accounts,
)

__all__ = ["PATTERNS"]
