"""Rules: what they answer, how they combine, and which there are.

A rule looks at a range of transactions and answers *no*, *unknown* or *yes* for each of them, or for
each of their outputs. Rules combine with ``&``, ``|`` and ``~`` as in three-valued logic (Kleene
1952): an unknown stays unknown unless the other side settles it.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

from clew.errors import RuleError
from clew.heuristics.plain import Transaction
from clew.heuristics.transactions import Transactions
from clew.schema import UNKNOWN, YES

Answers: TypeAlias = npt.NDArray[np.int8]
"""One answer per transaction, or per output: NO, UNKNOWN or YES of the schema."""

Question: TypeAlias = Callable[[Transactions], Answers]
"""From a range of transactions to answers."""

PlainQuestion: TypeAlias = Callable[[Transaction], Any]
"""The same for one transaction in plain Python: an answer, or a list of one per output."""

TRANSACTION, OUTPUT, ADDRESS = "transaction", "output", "address"
"""What a rule answers about."""

CONTROL, COINJOIN, LOOKALIKE, CHANGE, OTHER = "control", "coinjoin", "lookalike", "change", "other"
"""What a rule is for: one control, several owners, what looks like several owners and is not, change."""

RULES: dict[str, Heuristic] = {}
"""Named rules, by name."""


@dataclass(frozen=True)
class Heuristic:
    """A rule, or several combined.

    ``about`` is TRANSACTION, OUTPUT or ADDRESS; ``plain`` the same rule for one transaction, without
    arrays; ``code`` what defines it, whose SHA-256 is ``source``.
    """

    name: str
    version: int
    ask: Question
    about: str = TRANSACTION
    kind: str = OTHER
    plain: PlainQuestion | None = None
    doc: str = ""
    code: tuple[str, ...] = field(default=(), repr=False)
    parts: tuple[Heuristic, ...] = field(default=(), repr=False)
    looks_ahead: bool = False
    """Whether it looks at who spent an output, so that its answers hold up to a tip, which is to be
    stored beside them (``Transactions.tip_height``)."""

    def __call__(self, transactions: Transactions) -> Answers:
        """Answers for a range. Raises RuleError, which names the rule and the block, for a rule that
        raises, or whose answers have another shape or other values than they must."""
        if self.parts:
            return self.ask(transactions)
        try:
            return self._checked(self.ask(transactions), transactions)
        except (KeyboardInterrupt, MemoryError, RuleError):
            raise
        except Exception as error:
            raise RuleError(
                f"rule {self.name}: {_one_line(error)} at {self._where(transactions)}; nothing was kept; "
                "mend the rule"
            ) from error

    def _where(self, transactions: Transactions) -> str:
        """The first block of a range for which the rule raises."""
        for block in transactions.by_block():
            try:
                self.ask(block)
            except Exception:
                return f"block {int(block.height[0])}"
        heights = transactions.height
        return f"blocks {int(heights[0])} to {int(heights[-1])} together" if len(heights) else "no block"

    def _checked(self, answers: Any, transactions: Transactions) -> Answers:
        rows = transactions.outputs if self.about == OUTPUT else len(transactions)
        wanted = f"rule {self.name}: expected {rows} answers (one per {self.about}, int8: 0, 1 or 2)"
        if not isinstance(answers, np.ndarray) or answers.dtype != np.int8 or answers.shape != (rows,):
            found = (
                f"{answers.dtype} of shape {answers.shape}"
                if isinstance(answers, np.ndarray)
                else type(answers).__name__
            )
            raise RuleError(f"{wanted}, found {found}; mend the rule")
        if len(answers) and not (int(answers.min()) >= 0 and int(answers.max()) <= YES):
            wrong = int(answers[(answers < 0) | (answers > YES)][0])
            raise RuleError(f"{wanted}, found {wrong} in {_span(transactions)}; mend the rule")
        return answers

    def one(self, transaction: Transaction) -> Any:
        """What the rule says of one transaction: an answer, or a list of one per output.

        Raises RuleError for a rule without a plain form.
        """
        if self.plain is None:
            raise RuleError(f"rule {self.name}: it answers ranges only, expected a plain form, too")
        return self.plain(transaction)

    @cached_property
    def source(self) -> str:
        """SHA-256 of the code that defines the rule, or of its parts' and how they combine."""
        digest = hashlib.sha256(self.name.encode())
        for part in self.parts:
            digest.update(part.source.encode())
        for text in self.code:
            digest.update(_text(text))
        return digest.hexdigest()

    @property
    def leaves(self) -> tuple[Heuristic, ...]:
        """The registered rules that it is combined from, each once, in order."""
        if not self.parts:
            return (self,)
        return tuple(dict.fromkeys(leaf for part in self.parts for leaf in part.leaves))

    def __hash__(self) -> int:
        return hash((self.name, self.version))

    def __and__(self, other: Heuristic) -> Heuristic:
        return _combined("&", np.minimum, min, self, other)

    def __or__(self, other: Heuristic) -> Heuristic:
        return _combined("|", np.maximum, max, self, other)

    def __invert__(self) -> Heuristic:
        def plain(transaction: Transaction) -> Any:
            answer = self.one(transaction)
            return [YES - each for each in answer] if isinstance(answer, list) else YES - answer

        return Heuristic(
            f"~{self.name}",
            0,
            lambda rows: (YES - self(rows)).astype(np.int8),
            self.about,
            self.kind,
            plain,
            parts=(self,),
            looks_ahead=self.looks_ahead,
        )

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a rule is neither true nor false: combine rules with &, | and ~, not with and, or, not"
        )


def _combined(sign: str, arrays: Any, plainly: Any, left: Heuristic, right: Heuristic) -> Heuristic:
    """Two rules as one. What one says of a transaction, it says of each output where the other asks so."""
    if ADDRESS in (left.about, right.about):
        raise RuleError(f"({left.name} {sign} {right.name}): a rule about addresses does not combine")
    about = OUTPUT if OUTPUT in (left.about, right.about) else TRANSACTION

    def spread(rule: Heuristic, rows: Transactions) -> Answers:
        answers = rule(rows)
        if about == OUTPUT and rule.about == TRANSACTION:
            return np.repeat(answers, np.diff(rows.first_output))
        return answers

    def plain(transaction: Transaction) -> Any:
        sides = [rule.one(transaction) for rule in (left, right)]
        if about == TRANSACTION:
            return plainly(*sides)
        count = len(transaction.outputs)
        lists = [side if isinstance(side, list) else [side] * count for side in sides]
        return [plainly(*pair) for pair in zip(*lists, strict=True)]

    return Heuristic(
        f"({left.name} {sign} {right.name})",
        0,
        lambda rows: arrays(spread(left, rows), spread(right, rows)),
        about,
        left.kind if left.kind == right.kind else OTHER,
        plain,
        parts=(left, right),
        looks_ahead=left.looks_ahead or right.looks_ahead,
    )


def heuristic(
    name: str,
    version: int,
    *,
    about: str = TRANSACTION,
    kind: str = OTHER,
    plain: PlainQuestion | None = None,
    code: Iterable[str] = (),
    looks_ahead: bool = False,
) -> Callable[[Question], Heuristic]:
    """Register a rule under ``name``. The function's docstring is the rule's documentation for users.

    ``code`` names modules (``clew.kernels.coinjoins``) that define it beside the function's own file;
    they are not imported for that. ``looks_ahead``: whether it looks at who spent an output.
    """

    def register(ask: Question) -> Heuristic:
        own = inspect.getsourcefile(ask) or ""
        doc = inspect.getdoc(ask) or ""
        if not doc:
            raise RuleError(f"rule {name}: expected a docstring that says what it answers, found none")
        if name in RULES and RULES[name].code[:1] != (own,):
            raise RuleError(f"rule {name}: this name is taken; choose another")
        rule = Heuristic(name, version, ask, about, kind, plain, doc, (own, *code), looks_ahead=looks_ahead)
        RULES[name] = rule
        return rule

    return register


def source_of(code: Iterable[str]) -> str:
    """SHA-256 (hex) of the texts of files, or of modules, that are not imported for that."""
    digest = hashlib.sha256()
    for each in code:
        digest.update(_text(each))
    return digest.hexdigest()


def _text(source: str) -> bytes:
    """The text of a file, or of a module that is not imported for that."""
    path = Path(source)
    if not path.is_absolute():
        spec = find_spec(source)
        if spec is None or not spec.origin:
            raise RuleError(f"{source}: expected a module that defines a rule, found none")
        path = Path(spec.origin)
    return path.read_bytes()


def _one_line(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _span(transactions: Transactions) -> str:
    heights = transactions.height
    return f"blocks {int(heights[0])} to {int(heights[-1])}"


__all__ = ["ADDRESS", "CHANGE", "COINJOIN", "CONTROL", "LOOKALIKE", "OTHER", "OUTPUT", "RULES", "TRANSACTION"]
__all__ += ["UNKNOWN", "YES", "Answers", "Heuristic", "Question", "heuristic"]
