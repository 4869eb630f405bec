"""A schedule of acts as ``clew patterns --json`` writes it, checked before anything is proposed from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from clew.errors import UsageError

TODO = "make it with clew patterns ADDR --value CUR --limit 0 --json"
MOST_SATOSHI = 2_100_000_000_000_000
_KEYS: dict[str, type] = {
    "txid": str,
    "time": int,
    "act": str,
    "amount": int,
    "is_own": bool,
    "findings": list,
}


@dataclass(frozen=True)
class Act:
    """What one transaction did towards one destination."""

    txid: str
    time: int
    """Of the block's header, Unix seconds."""
    kind: str
    amount: int
    """Satoshi."""
    is_own: bool
    """Whether the coins stayed with those asked about."""
    candidates: tuple[int, ...]
    """Numbers of the candidates that its transaction stands in."""
    values: dict[str, Decimal | None]
    """What it was worth, by currency; None where a price is missing."""


@dataclass(frozen=True)
class Schedule:
    """All acts in chain order."""

    acts: tuple[Act, ...]
    patterns: tuple[str, ...]
    """Of each candidate, the name of its pattern."""
    currencies: tuple[str, ...]
    digest: str
    """SHA-256 of the whole answer as JSON with sorted keys and no spaces, in UTF-8."""

    def pattern(self, act: Act) -> str | None:
        """The pattern of the first candidate that an act stands in; None where it stands in none."""
        return self.patterns[act.candidates[0]] if act.candidates else None


def schedule_of(answer: Mapping[str, Any]) -> Schedule:
    """The schedule in an answer. Raises UsageError where it is another answer, cut, or of another form."""
    if not isinstance(answer, Mapping) or answer.get("question") != "patterns":
        found = answer.get("question") if isinstance(answer, Mapping) else type(answer).__name__
        raise UsageError(f"expected the JSON of clew patterns, found {found!r}; {TODO}")
    acts, findings = answer.get("schedule"), answer.get("findings")
    if not isinstance(acts, list) or not isinstance(findings, list):
        raise UsageError(f"expected a schedule and findings in the JSON of clew patterns, found none; {TODO}")
    for name in ("schedule", "findings"):
        _whole(answer, name)
    patterns = tuple(str(each.get("pattern")) if isinstance(each, Mapping) else "" for each in findings)
    currencies = _currencies(answer)
    read = tuple(_act(each, number, len(patterns), currencies) for number, each in enumerate(acts))
    return Schedule(read, patterns, currencies, digest_of(answer))


def digest_of(answer: Mapping[str, Any]) -> str:
    """SHA-256 of an answer, whatever the order of its keys and the spaces between them."""
    text = json.dumps(answer, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _whole(answer: Mapping[str, Any], name: str) -> None:
    lists = answer.get("lists")
    status = lists.get(name) if isinstance(lists, Mapping) else None
    if not isinstance(status, Mapping):
        raise UsageError(f"lists.{name}: expected how much of the list is there, found nothing; {TODO}")
    if status.get("status") == "cut":
        raise UsageError(
            f"lists.{name}: expected every row, found {status.get('shown')} of {status.get('found')}; {TODO}"
        )


def _currencies(answer: Mapping[str, Any]) -> tuple[str, ...]:
    parameters = answer.get("parameters")
    value = parameters.get("value") if isinstance(parameters, Mapping) else None
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _act(row: Any, number: int, candidates: int, currencies: tuple[str, ...]) -> Act:
    where = f"schedule[{number}]"
    if not isinstance(row, Mapping):
        raise UsageError(f"{where}: expected an act, found {type(row).__name__}; {TODO}")
    for key, kind in _KEYS.items():
        found = row.get(key)
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise UsageError(
                f"{where}.{key}: expected a value of type {kind.__name__}, found {found!r}; {TODO}"
            )
    if not 0 <= row["amount"] <= MOST_SATOSHI:
        raise UsageError(
            f"{where}.amount: expected 0 to {MOST_SATOSHI:,} satoshi, found {row['amount']:,}; {TODO}"
        )
    if any(not isinstance(each, int) or not 0 <= each < candidates for each in row["findings"]):
        raise UsageError(
            f"{where}.findings: expected numbers of candidates below {candidates}, "
            f"found {row['findings']}; {TODO}"
        )
    return Act(
        txid=row["txid"],
        time=row["time"],
        kind=row["act"],
        amount=row["amount"],
        is_own=row["is_own"],
        candidates=tuple(row["findings"]),
        values=_values(row, where, currencies),
    )


def _values(row: Mapping[str, Any], where: str, currencies: tuple[str, ...]) -> dict[str, Decimal | None]:
    listed = row.get("values", [])
    values: dict[str, Decimal | None] = dict.fromkeys(currencies)
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, Mapping) or each.get("currency") not in values:
            raise UsageError(
                f"{where}.values: expected a value in {', '.join(currencies)}, found {each!r}; {TODO}"
            )
        if each.get("value") is None:
            continue
        try:
            values[each["currency"]] = Decimal(str(each["value"]))
        except InvalidOperation as error:
            raise UsageError(
                f"{where}.values: expected a decimal number, found {each['value']!r}; {TODO}"
            ) from error
    return values


__all__ = ["Act", "Schedule", "digest_of", "schedule_of"]
