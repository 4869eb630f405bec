"""Rules: what they answer, how they combine, and which there are.

A rule looks at a range of transactions and answers *no*, *unknown* or *yes* for each. Rules
combine with ``&``, ``|`` and ``~`` as in three-valued logic (Kleene 1952): an unknown stays
unknown unless the other side settles it.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

from clew.kernels.rules import YES

Answers: TypeAlias = npt.NDArray[np.int8]
"""One answer per transaction."""

Question: TypeAlias = Callable[[Any], Answers]
"""From a range of transactions (``kernels.rules.Transactions``) to answers."""

RULES: dict[str, Heuristic] = {}
"""Named rules, by name."""


@dataclass(frozen=True)
class Heuristic:
    """A rule, or several combined. ``source`` is the SHA-256 of the code that defines it."""

    name: str
    version: int
    ask: Question
    source: str = ""
    doc: str = ""

    def __call__(self, transactions: Any) -> Answers:
        """Answers for a range of transactions."""
        return self.ask(transactions)

    def __and__(self, other: Heuristic) -> Heuristic:
        return Heuristic(
            f"({self.name} & {other.name})", 0, lambda rows: np.minimum(self.ask(rows), other.ask(rows))
        )

    def __or__(self, other: Heuristic) -> Heuristic:
        return Heuristic(
            f"({self.name} | {other.name})", 0, lambda rows: np.maximum(self.ask(rows), other.ask(rows))
        )

    def __invert__(self) -> Heuristic:
        return Heuristic(f"~{self.name}", 0, lambda rows: (YES - self.ask(rows)).astype(np.int8))

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a rule is neither true nor false: combine rules with &, | and ~, not with and, or, not"
        )


def heuristic(name: str, version: int, *parts: Any) -> Callable[[Question], Heuristic]:
    """Register a rule under ``name``; ``parts`` are the modules whose source also defines it.

    The function's docstring is the rule's documentation for users.
    """

    def register(ask: Question) -> Heuristic:
        source = hashlib.sha256()
        for part in (ask, *parts):
            source.update(inspect.getsource(part).encode())
        rule = Heuristic(name, version, ask, source.hexdigest(), inspect.getdoc(ask) or "")
        RULES[name] = rule
        return rule

    return register
