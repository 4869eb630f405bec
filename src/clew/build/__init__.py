"""The write wing: from block files to a ledger."""

from clew.build.follow import Advance, follow
from clew.build.pipeline import index
from clew.build.summary import Progress, Summary

__all__ = ["Advance", "Progress", "Summary", "follow", "index"]
