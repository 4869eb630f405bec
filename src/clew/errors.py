"""The one error tree. Every message says what was expected, what was found, where, and what to do.

ClewError                     exit code 2, one line on the terminal
├── UsageError                the question itself cannot be asked
│   ├── AddressError          mistyped, of another network, or not an address
│   └── NotFoundError         well formed, but this ledger has never seen it
├── BlockFileError            the node's files
│   ├── NoBlockFilesError     no such folder, or nothing in it
│   ├── WrongNetworkError     another network's magic or genesis block
│   ├── MissingBlockError     the chain needs a block that is not there (pruned, lost, cut off)
│   └── BadBlockError         a block that fails a check
│       └── ParseError        bytes that are not a block (raised by the plain parser)
├── NodeError                 the node that is asked for blocks, and what it answers
│   └── NodeAwayError         not there, starting, syncing or silent: later it may answer
├── LedgerError               the ledger's own files
│   ├── NotALedgerError       a folder that is something else, or damaged
│   ├── LedgerVersionError    written by another version of Clew
│   ├── LedgerInUseError      another process is writing it
│   └── StorageError          disk full, read-only, or failing
├── RuleError                 a rule that cannot be read, that raises, or whose answers are none
├── DifferenceError           a ledger differs from its files' checksums or from the block files
├── ReportError               a report that cannot be written
└── StoppedError              stopped by Ctrl-C; what was committed stays
"""

from __future__ import annotations


class ClewError(Exception):
    """Base of every error that Clew raises on purpose."""

    exit_code = 2


class UsageError(ClewError):
    """The question cannot be asked this way."""


class AddressError(UsageError):
    """An address that is mistyped, of another network, or no address at all."""


class NotFoundError(UsageError):
    """Well formed, but never seen on this chain up to the ledger's tip."""


class BlockFileError(ClewError):
    """Something about the node's block files."""


class NoBlockFilesError(BlockFileError):
    """No such folder, or no ``blk*.dat`` in it."""


class WrongNetworkError(BlockFileError):
    """The block files belong to another network."""


class MissingBlockError(BlockFileError):
    """The best chain needs a block that the folder does not hold whole."""


class BadBlockError(BlockFileError):
    """A block that fails a check: proof of work, parent, Merkle root, witness, structure."""


class ParseError(BadBlockError):
    """Bytes that are not a well-formed block or transaction."""


class NodeError(ClewError):
    """A node that does not let us in, or answers what no node of this chain would."""


class NodeAwayError(NodeError):
    """A node that cannot be reached, is starting or syncing, or has dropped the line."""


class LedgerError(ClewError):
    """Something about the ledger's own files."""


class NotALedgerError(LedgerError):
    """A folder that is not a ledger, or one whose files are damaged."""


class LedgerVersionError(LedgerError):
    """A ledger written by a version of Clew with another file format."""


class LedgerInUseError(LedgerError):
    """Another process is writing this ledger."""


class StorageError(LedgerError):
    """The disk is full, read-only, or failing."""


class RuleError(ClewError):
    """A rule that cannot be read, or whose answers are none."""


class DifferenceError(ClewError):
    """A ledger is not what it is compared with."""


class ReportError(ClewError):
    """A report that cannot be written."""


class StoppedError(ClewError):
    """Stopped by the user; everything committed before stays."""
