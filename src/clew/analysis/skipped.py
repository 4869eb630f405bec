"""What a set of rules did not join, though a model of change gave it to who paid, and why."""

from __future__ import annotations

from typing import Any

from clew.analysis.answer import list_status
from clew.analysis.rows import Rows, page
from clew.errors import UsageError
from clew.ledger.control import STRICT
from clew.ledger.ledger import Ledger
from clew.ledger.sets import NamedSet, seen_by_set
from clew.schema import SKIP_REASONS

_MILLION = 1_000_000


def skipped(ledger: Ledger, name: str, *, limit: int = 0, offset: int = 0) -> dict[str, Any]:
    """The links that the set called ``name`` skipped, and the cannot-links that it overruled, as its record
    has them: by transaction, overruled ones last.

    ``chance`` is the stated probability that ``a``, who paid, and ``b``, who was paid, are one. Raises
    UsageError where the ledger holds no such set, or holds it as of another tip.
    """
    if name == STRICT:
        raise UsageError(f"{STRICT}: expected another set, since {STRICT} states no chance and skips nothing")
    seen = seen_by_set(ledger, name)
    control = seen.control
    assert isinstance(control, NamedSet)
    total = int(control.manifest.counts["skipped"])
    part = page(total, limit, offset)
    names = ("a", "b", "transaction", "chance", "reason")
    columns = (control.column(f"skipped.{each}")[part].tolist() for each in names)
    rows = Rows(seen)
    shown = [
        {
            "a": rows.address(a),
            "b": rows.address(b),
            **rows.moment(transaction),
            "chance": chance / _MILLION,
            "reason": SKIP_REASONS[reason],
        }
        for a, b, transaction, chance, reason in zip(*columns, strict=True)
    ]
    return {
        "name": name,
        "height": seen.tip.height,
        "tip": seen.tip.hash,
        "skipped": shown,
        **list_status(len(shown), total),
    }


__all__ = ["skipped"]
