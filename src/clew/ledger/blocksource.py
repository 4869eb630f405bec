"""Where blocks come from: a folder of block files, or a node that is asked for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from clew.bitcoin.networks import Network
from clew.ledger.frames import FileScan, Frame
from clew.ledger.headers import Node


class BlockSource(Protocol):
    """What a build needs of a source: the headers first, then the blocks of the best chain in order.

    A frame says where a block lies: ``file`` and ``offset`` mean something to its source alone.
    """

    @property
    def network(self) -> Network:
        """The network of its blocks."""

    @property
    def origin(self) -> str:
        """The folder or the address, as a ledger remembers it and as people read it."""

    @property
    def remedy(self) -> str:
        """What to do about a block that is damaged."""

    def name(self, number: int) -> str:
        """A file's name for people."""

    def where(self, frame: Frame) -> str:
        """Where a block lies, for the start of a message."""

    def mark(self) -> object:
        """A value that is another one as soon as there is something new; None where that cannot be told."""

    def headers(self, have: Sequence[Any], step: Callable[[int, int], None] | None) -> FileScan | None:
        """Every header that may belong to the best chain, where a source knows without being searched;
        None where its files are to be scanned.

        ``have`` are the hashes of the blocks that rows know, by height; what is below the last of them
        that is still in the chain may be left out. ``step(done, total)`` is told of headers.
        """

    def in_order(self, nodes: Sequence[Node]) -> Iterator[Node]:
        """The same blocks one after the other, each as soon as its frame states its length."""

    def read_into(self, number: int, offset: int, buffer: Any) -> int:
        """Fill ``buffer``, uint8, with a block; returns the bytes there were, fewer where it is cut."""

    def read(self, number: int, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes of a block."""

    def blank_end(self, frame: Frame) -> str:
        """``sure`` or ``likely`` where a block's end is not written yet; else an empty string."""

    def require_some(self, frames: int) -> None:
        """Raise the error that fits where no block at all was found."""

    def stop(self) -> None:
        """End whatever is being fetched ahead, at once; nothing is read after that."""

    def close(self) -> None:
        """Let go of files and connections."""
