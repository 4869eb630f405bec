"""Scores of several economies as one: sums, intervals, and what fails everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from clew.accuracy.failures import EXAMPLES, Failure
from clew.accuracy.figures import ADDRESSES, Figure, Key, Tally
from clew.accuracy.intervals import draws, resampled, wilson
from clew.accuracy.score import Score
from clew.accuracy.truth import RANKS
from clew.errors import UsageError
from clew.ledger.columns import Array

NOTHING = Tally(0, 0)
FORMAT = 1
"""Version of the form in which a validation is kept."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """A figure over all economies, and of each in the order of ``Validation.economies``.

    ``wilson``: the interval as if all items were independent, where each is right or wrong;
    ``resampled``: the one of resampled worlds, where there are two economies or more. Both hold 95 %.
    """

    key: Key
    each: tuple[Tally, ...]
    bases: tuple[Tally, ...] | None
    wilson: Interval | None
    resampled: Interval | None

    @property
    def tally(self) -> Tally:
        """The sum over economies."""
        return sum(self.each, NOTHING)

    @property
    def base(self) -> Tally | None:
        """The sum of base rates; None for none."""
        return None if self.bases is None else sum(self.bases, NOTHING)

    @property
    def interval(self) -> Interval | None:
        """The more cautious of the two: from the lower of their lower ends to the higher of their upper."""
        both = [each for each in (self.wilson, self.resampled) if each is not None]
        return (min(low for low, _ in both), max(high for _, high in both)) if both else None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        whole = Figure(self.key, self.tally, self.base).as_dict()
        return {
            **whole,
            "wilson": None if self.wilson is None else list(self.wilson),
            "resampled": None if self.resampled is None else list(self.resampled),
            "each": [[each.hits, each.of] for each in self.each],
            "bases": None if self.bases is None else [[each.hits, each.of] for each in self.bases],
        }


class Validation:
    """What was scored of which economies; all of one rank, by the same rules.

    ``economies``: each one's truth, counts and what was left out of it, plain values.
    """

    def __init__(self, scores: Sequence[Score]) -> None:
        if not scores:
            raise UsageError("expected at least one score, found none")
        self.scores = tuple(scores)
        self.rank = int(scores[0].source["rank"])
        self._check()
        self.economies: tuple[dict[str, Any], ...] = tuple(
            {"truth": each.source, "counts": each.counts, "left_out": _left_out(each.left_out)}
            for each in scores
        )
        self.subjects = _subjects(scores)

    def _check(self) -> None:
        ranks = sorted({int(each.source["rank"]) for each in self.scores})
        if len(ranks) > 1:
            said = " and ".join(f"{rank} ({RANKS[rank]})" for rank in ranks)
            raise UsageError(f"expected truths of one rank, found {said}; score each rank alone")
        seen: dict[str, str] = {}
        for each in self.scores:
            tip = str(each.source["tip"])
            if tip in seen:
                raise UsageError(
                    f"{each.source['name']}: expected each economy once, found the chain of {seen[tip]} again"
                )
            seen[tip] = str(each.source["name"])

    @property
    def worlds(self) -> tuple[str, ...]:
        """The worlds, each once, in order."""
        return tuple(dict.fromkeys(str(each.source["world"]) for each in self.scores))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every figure that any economy has, in the order in which they first come."""
        tables = [{each.key: each for each in score.figures} for score in self.scores]
        keys = dict.fromkeys(key for table in tables for key in table)
        weights = draws([score.source["world"] for score in self.scores]) if len(tables) > 1 else None
        return tuple(_row(key, [table.get(key) for table in tables], weights) for key in keys)

    @cached_property
    def _by_key(self) -> dict[Key, Row]:
        return {replace(row.key, form="share"): row for row in self.rows}

    def row(
        self, about: str, subject: str, measure: str, control: str = "", by: str = "", group: str = ""
    ) -> Row | None:
        """The figure of this name; None where nothing was counted."""
        return self._by_key.get(Key(about, subject, measure, control, by, group))

    def part(
        self, about: str, subject: str, measure: str, control: str = "", by: str = ""
    ) -> tuple[Row, ...]:
        """The figures of each class of a parting."""
        wanted = (about, subject, measure, control, by)
        return tuple(
            row
            for row in self.rows
            if (row.key.about, row.key.subject, row.key.measure, row.key.control, row.key.by) == wanted
        )

    def by_world(self, row: Row) -> Iterator[tuple[str, Tally]]:
        """A figure of each world, over its seeds."""
        for world in self.worlds:
            mine = [
                each
                for score, each in zip(self.scores, row.each, strict=True)
                if score.source["world"] == world
            ]
            yield world, sum(mine, NOTHING)

    @cached_property
    def failures(self) -> tuple[dict[str, Any], ...]:
        """Ways to fail over all economies, the most frequent of each rule first; plain values."""
        found: dict[tuple[str, ...], list[tuple[int, Failure]]] = {}
        for place, score in enumerate(self.scores):
            for each in score.failures:
                name = (each.about, each.subject, each.what, each.form, each.model)
                found.setdefault(name, []).append((place, each))
        rows = [
            {
                **{name: getattr(each[0][1], name) for name in ("about", "subject", "what", "form", "model")},
                "count": sum(failure.count for _, failure in each),
                "examples": [
                    {"economy": place, "id": example}
                    for place, failure in each
                    for example in failure.examples
                ][:EXAMPLES],
            }
            for each in found.values()
        ]
        order = list(dict.fromkeys((row["about"], row["subject"], row["what"]) for row in rows))
        rows.sort(key=lambda row: (order.index((row["about"], row["subject"], row["what"])), -row["count"]))
        return tuple(rows)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; ``from_dict`` reads them back."""
        return {
            "format": FORMAT,
            "rank": self.rank,
            "rank_means": RANKS[self.rank],
            "economies": list(self.economies),
            "subjects": list(self.subjects),
            "figures": [row.as_dict() for row in self.rows],
            "failures": list(self.failures),
        }

    @staticmethod
    def from_dict(kept: Mapping[str, Any]) -> Validation:
        """What ``as_dict`` gave, read back. Raises UsageError for anything else."""
        try:
            if kept["format"] != FORMAT:
                raise UsageError(
                    f"expected a validation of form {FORMAT}, found {kept['format']!r}; validate again"
                )
            return Validation([_score(kept, place) for place in range(len(kept["economies"]))])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise UsageError(
                f"expected what clew validate wrote as JSON, found something else ({type(error).__name__}: "
                f"{error}); validate again"
            ) from None


def _row(key: Key, figures: Sequence[Figure | None], weights: Array | None) -> Row:
    each = tuple(NOTHING if figure is None else figure.tally for figure in figures)
    has_base = any(figure is not None and figure.base is not None for figure in figures)
    bases = tuple(NOTHING if figure is None or figure.base is None else figure.base for figure in figures)
    whole = sum(each, NOTHING)
    # Parts that are summed are shares of items where every part is whole.
    is_share = key.form == "share" or (key.about == ADDRESSES and whole.hits == whole.of)
    exact = wilson(int(whole.hits), int(whole.of)) if is_share else None
    by_world = None if weights is None else resampled([t.hits for t in each], [t.of for t in each], weights)
    return Row(key, each, bases if has_base else None, exact, by_world)


def _left_out(left_out: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"what": what, "count": count} for what, count in sorted(left_out.items())]


def _subjects(scores: Sequence[Score]) -> tuple[dict[str, Any], ...]:
    """Rules, sets and models, each once. Raises UsageError where two economies had other versions."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for score in scores:
        for each in score.subjects:
            known = found.setdefault((each["kind"], each["name"]), each)
            if known != each:
                raise UsageError(
                    f"{score.source['name']}: expected {each['name']} in the version of the other economies "
                    f"({_version(known)}), found {_version(each)}; index and score all by the same rules"
                )
    return tuple(found.values())


def _version(subject: Mapping[str, Any]) -> str:
    rules = ", ".join(f"{each['name']} {each['version']}" for each in subject["rules"])
    return " ".join(each for each in (rules or str(subject["version"]), subject["stated"]) if each)


def _score(kept: Mapping[str, Any], place: int) -> Score:
    """One economy's score out of what is kept of all."""
    economy = kept["economies"][place]
    figures = []
    for row in kept["figures"]:
        hits, of = row["each"][place]
        base = None if row["bases"] is None else Tally(*row["bases"][place])
        key = Key(*(row[name] for name in Key.__dataclass_fields__))
        figures.append(Figure(key, Tally(hits, of), base))
    failures = [
        Failure(
            **{name: row[name] for name in ("about", "subject", "what", "form", "model")},
            count=row["count"] if place == 0 else 0,
            examples=tuple(each["id"] for each in row["examples"] if each["economy"] == place),
        )
        for row in kept["failures"]
        if place == 0 or any(each["economy"] == place for each in row["examples"])
    ]
    return Score(
        source=dict(economy["truth"]),
        left_out={each["what"]: each["count"] for each in economy["left_out"]},
        counts=dict(economy["counts"]),
        subjects=tuple(kept["subjects"]),
        figures=tuple(figures),
        failures=tuple(failures),
    )


__all__ = ["Row", "Validation"]
