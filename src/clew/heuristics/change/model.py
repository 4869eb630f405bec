"""Change as probability: what a model makes of the rules' votes, in whole numbers.

A model is a sum of decision trees over the votes of the change rules and a few features of the output, a
table that turns the sum into a chance in millionths, and the rule that a transaction has one change at
most: where the chances of its outputs add up to more than one, each is divided by their sum. It is trained
elsewhere (``clew train``); here are whole numbers only, so that its answers are the same bytes everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.errors import RuleError
from clew.heuristics.registry import source_of
from clew.heuristics.transactions import Transactions

Array = npt.NDArray[Any]

FORMAT = 1
MILLION = 1_000_000
_TREES = ("feature", "threshold", "left", "right", "leaf", "roots")
_MOST = 1 << 31
_CODE = tuple(f"clew.kernels.{name}" for name in ("change", "features", "traits", "trees"))


@dataclass(frozen=True)
class ChangeModel:
    """A model of change. ``inputs`` names its columns; ``trees`` as in kernels/trees.py; a score of at
    least ``scores[i]`` has a chance of ``chances[i]`` millionths; ``recipe`` says how it was made.
    Raises RuleError where these do not fit together."""

    version: int
    inputs: tuple[str, ...]
    trees: Mapping[str, Sequence[int]]
    scores: tuple[int, ...]
    chances: tuple[int, ...]
    recipe: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        nodes, leaves = len(self.trees["feature"]), len(self.trees["leaf"])

        def require(fits: bool, what: str) -> None:
            if not fits:
                raise RuleError(f"model of change: expected {what}; train it again with clew train")

        for name in _TREES:
            require(all(-_MOST <= each < _MOST for each in self.trees[name]), f"numbers of 32 bits as {name}")
        require(len({len(self.trees[name]) for name in _TREES[:4]}) == 1, "as many of each part of a node")
        require(all(0 <= each < len(self.inputs) for each in self.trees["feature"]), "features that it names")
        for name in ("left", "right"):
            # A child comes after its node, so that every way down ends.
            ways = enumerate(self.trees[name])
            require(all(node < child < nodes or 0 > child >= -leaves for node, child in ways), "trees")
        require(all(-leaves <= root < max(nodes, 1) for root in self.trees["roots"]), "roots of trees")
        require(len(self.scores) == len(self.chances) > 0, "a chance for each score")
        require(list(self.scores) == sorted(set(self.scores)), "ascending scores")
        require(list(self.chances) == sorted(self.chances), "chances that do not fall")
        require(self.chances[0] >= 0 and self.chances[-1] <= MILLION, "chances from 0 to 1,000,000")

    @classmethod
    def read(cls, path: Path) -> ChangeModel:
        """The model in a file. Raises RuleError where it is none, or its digest is another."""
        try:
            found = json.loads(path.read_text("utf-8"))
            if found.pop("clew_change_model") != FORMAT:
                raise RuleError(f"{path}: expected a model of change of format {FORMAT}; train it again")
            digest = found.pop("digest")
            inputs, scores, chances = (tuple(found[name]) for name in ("inputs", "scores", "chances"))
            model = cls(found["version"], inputs, found["trees"], scores, chances, found["recipe"])
        except RuleError as error:
            raise RuleError(f"{path}: {error}") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            said = " ".join(str(error).split())
            raise RuleError(
                f"{path}: expected a model of change as clew train writes it, found something else ({said}); "
                "name another file"
            ) from error
        if digest != model.digest:
            raise RuleError(
                f"{path}: expected digest {model.digest}, found {digest}; the file was changed after it was "
                "trained: train it again, or take the original"
            )
        return model

    @property
    def stated(self) -> dict[str, Any]:
        """All of it but the digest, as plain values."""
        return {
            "clew_change_model": FORMAT,
            "version": self.version,
            "inputs": list(self.inputs),
            "trees": {name: [int(each) for each in self.trees[name]] for name in _TREES},
            "scores": list(self.scores),
            "chances": list(self.chances),
            "recipe": dict(self.recipe),
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it, as hex."""
        text = json.dumps(self.stated, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()

    @property
    def source(self) -> str:
        """SHA-256 (hex) of the model and of the code that makes its columns and evaluates it."""
        from clew.heuristics.rulesets import JOINT

        rules = sorted(map(str, Path(__file__).parent.glob("*.py")))
        return sha256(f"{self.digest}{JOINT.source}{source_of([*rules, *_CODE])}".encode()).hexdigest()

    def text(self) -> str:
        """The file's text: one line per part."""
        parts = {**self.stated, "digest": self.digest}
        lines = [f"{json.dumps(name)}: {json.dumps(part, sort_keys=True)}" for name, part in parts.items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @cached_property
    def _arrays(self) -> Any:
        from clew.kernels.trees import Trees

        return Trees(*(np.array(self.trees[name], np.int32) for name in _TREES))

    def score(self, rows: Array) -> Array:
        """The sum of leaves of each row (int16, rows x inputs); int64."""
        from clew.kernels import trees

        found = np.empty(len(rows), np.int64)
        trees.score(self._arrays, np.ascontiguousarray(rows, np.int16), found)
        return found

    def calibrated(self, scores: Array) -> Array:
        """The chance of each score by itself, in millionths; int64."""
        place = np.searchsorted(np.array(self.scores, np.int64), scores, "right") - 1
        return np.array(self.chances, np.int64)[np.maximum(place, 0)]

    def chances_of(self, transactions: Transactions) -> tuple[Array, Array]:
        """Which outputs may be change (bool), and how likely each is (int64, millionths; 0 for others)."""
        from clew.kernels import trees

        candidate, rows = columns(transactions, self.inputs)
        chances = np.zeros(transactions.outputs, np.int64)
        chances[candidate] = self.calibrated(self.score(rows))
        trees.share(transactions.first_output, candidate, chances, MILLION)
        return candidate, chances


def columns(transactions: Transactions, wanted: Sequence[str] | None = None) -> tuple[Array, Array]:
    """Which outputs may be change (bool), and the columns that a model looks at, one row for each of
    these (int16). Raises RuleError where a column is wanted that there is none of."""
    from clew.heuristics.change.votes import votes

    found = votes(transactions)
    whole = np.concatenate([found.answers, found.features], axis=1, dtype=np.int16, casting="same_kind")
    if wanted is not None and tuple(wanted) != column_names():
        places = {name: place for place, name in enumerate(column_names())}
        missing = [name for name in wanted if name not in places]
        if missing:
            raise RuleError(
                f"model of change: expected columns that this version of Clew has, found {missing[0]!r}; "
                "train it again with clew train"
            )
        whole = whole[:, [places[name] for name in wanted]]
    return found.candidates, whole[found.candidates]


def column_names() -> tuple[str, ...]:
    """The names of the columns: rules, then features."""
    from clew.heuristics.change.votes import FEATURES, rule_names

    return (*rule_names(), *FEATURES)


__all__ = ["MILLION", "ChangeModel", "column_names", "columns"]
