"""Heights named by a height or by a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from clew.errors import UsageError
from clew.ledger.ledger import Ledger

Moment = int | str | None
"""A height, as a number or in digits; a day in UTC, as ``2018-03-31``; or None for no limit."""


def first_height(ledger: Ledger, moment: Moment) -> int | None:
    """The height of the first block from a moment on; one above the tip where there is none yet.

    A day begins with the first block whose median time past, which never runs backwards, lies in it or
    later. Raises UsageError for what is neither a height nor a day.
    """
    if moment is None or (height := _height(moment)) is not None:
        return None if moment is None else height
    return _blocks_before(ledger, _day(str(moment)))


def last_height(ledger: Ledger, moment: Moment) -> int | None:
    """The height of the last block up to a moment, the end of a day included.

    Raises UsageError for what is neither, and for a day before the first block.
    """
    if moment is None or (height := _height(moment)) is not None:
        return None if moment is None else height
    day = _day(str(moment))
    before = _blocks_before(ledger, day + timedelta(days=1)) if day < date.max else ledger.tip.height + 1
    if not before:
        raise UsageError(f"{moment}: no block is that old; the first one is later")
    return before - 1


def _height(moment: int | str) -> int | None:
    text = str(moment).strip()
    if not (text.isascii() and text.isdigit()):
        return None
    if len(text) > 9:
        raise UsageError(f"{text}: expected a block height of up to 9 digits")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text!r}: expected a block height, such as 170000, or a day, such as 2018-03-31"
        ) from None


def _blocks_before(ledger: Ledger, day: date) -> int:
    seconds = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    return int(
        np.searchsorted(np.asarray(ledger.column("blocks.median_time")).astype(np.int64), int(seconds))
    )


__all__ = ["Moment", "first_height", "last_height"]
