"""An answer, set as a page."""

from __future__ import annotations

from clew.report.answers import ReportAnswers, Traced
from clew.report.file import write_report

__all__ = ["ReportAnswers", "Traced", "write_report"]
