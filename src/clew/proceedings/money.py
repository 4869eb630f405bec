"""Amounts of money in files of law and of cases: a number and its currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_AMOUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?) ([A-Z]{3})")


@dataclass(frozen=True)
class Money:
    """An exact amount in one currency (ISO 4217 code, or BTC)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"


def money_of(value: Any) -> Money:
    """An amount as it is written in a file. Raises ValueError for anything else."""
    if isinstance(value, Money):
        return value
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError("an amount and its currency as in 30,000,000 KRW")
    return Money(Decimal(found[1].replace(",", "")), found[2])


WrittenMoney = Annotated[
    Money,
    BeforeValidator(money_of),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9][0-9,]*(\.[0-9]+)? [A-Z]{3}$"}),
]
"""An amount in a file."""
