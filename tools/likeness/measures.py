"""Everything that is measured from bytes."""

from __future__ import annotations

from likeness import amounts, habits, relations, scripts, shapes

MEASURES = (
    *shapes.MEASURES,
    *scripts.MEASURES,
    *amounts.MEASURES,
    *habits.MEASURES,
    *relations.MEASURES,
)
"""All measures, in the order in which they are told."""
