"""Amounts as scenarios write them: satoshi as a number, or BTC as text."""

from __future__ import annotations

import re
from typing import TypeAlias

from clew.errors import UsageError
from clew.simulate.chain import COIN

Amount: TypeAlias = "int | str"
"""``30_000_000`` satoshi, or ``"0.3"`` BTC."""

_BTC = re.compile(r"(\d{1,8})(?:\.(\d{1,8}))?")


def satoshi(amount: Amount) -> int:
    """The amount in satoshi. Raises UsageError for what is none; a float is none, since it may be inexact."""
    if isinstance(amount, int) and not isinstance(amount, bool) and amount >= 0:
        return amount
    found = _BTC.fullmatch(amount) if isinstance(amount, str) else None
    if found is None:
        raise UsageError(
            f"expected satoshi as a number such as 30_000_000, or BTC as text such as '0.3', found {amount!r}"
        )
    return int(found[1]) * COIN + int((found[2] or "").ljust(8, "0"))


def btc(value: int) -> str:
    """Satoshi as BTC, without zeros at the end."""
    whole, part = divmod(value, COIN)
    return f"{whole}.{part:08d}".rstrip("0").rstrip(".")
