"""The write wing: from block files to a ledger."""

from clew.build.compact import Compaction, compact
from clew.build.follow import Advance, follow
from clew.build.pipeline import index
from clew.build.summary import Progress, Summary

__all__ = ["Advance", "Compaction", "Progress", "Summary", "compact", "follow", "index"]
