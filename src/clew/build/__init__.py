"""The write wing: from block files to a ledger."""

from clew.build.pipeline import Progress, Summary, index

__all__ = ["Progress", "Summary", "index"]
