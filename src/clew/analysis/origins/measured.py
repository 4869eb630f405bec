"""How often routes of the two best grades were wrong where the truth is known; see docs/origins.md."""

from __future__ import annotations

ERROR = (
    "A route graded direct or own wallet: how often such routes are wrong is measured on simulated "
    "economies, see docs/origins.md; that is no probability for the case at hand."
)

__all__ = ["ERROR"]
