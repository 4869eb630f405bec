"""The second opinion on a ledger: its own files, and the blocks that it was made from.

Nothing here shares code with what builds a ledger: blocks are read by the plain parser.
"""

from clew.verify.against import Compared, against
from clew.verify.findings import Finding, Findings, Step
from clew.verify.own import OwnFiles, check_own

__all__ = ["Compared", "Finding", "Findings", "OwnFiles", "Step", "against", "check_own"]
