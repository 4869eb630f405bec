"""Proof of work where it is dear to check: on the scrypt networks, by sample or of every block.

A scrypt hash takes a thousand times as long as the hash that names a block, so the scan of the files
takes frames at their places for blocks. Made-up ones can only be the end of the best chain, or a branch
of it, since a block names its parent by hash: both are checked always, and of the rest a sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

from clew.bitcoin.block import check_proof_of_work, read_head
from clew.bitcoin.networks import Network
from clew.bitcoin.wire import Reader
from clew.errors import BadBlockError, ParseError
from clew.ledger.frames import HEADER_BYTES, Frame
from clew.ledger.headers import Node, Stem

SAMPLE = 1_000
"""Blocks drawn of those that are new."""

EDGE = 10
"""Blocks checked at the end of the chain, and after a place where it has a branch."""

_HEAD_BYTES = 4_096
"""Enough for most AuxPoWs."""


def proves_work(header: bytes, length: int, read: Callable[[int], bytes], network: Network) -> bool:
    """Whether a block's header meets its target, or its AuxPoW's parent does for it.

    ``length`` is the block's, and ``read`` gives up to so many of its first bytes.
    """
    size = HEADER_BYTES
    if network.auxpow_chain is not None:
        size = min(length, _HEAD_BYTES)
    while True:
        data = header if size == HEADER_BYTES else read(size)
        try:
            head, auxpow = read_head(Reader(data, "block"), network)
            check_proof_of_work(head, network, auxpow)
        except ParseError:
            if size < length:
                size = length
                continue
            return False
        except BadBlockError:
            return False
        return head.serialise() == header


class WorkCheck:
    """Checks the work of a chain's blocks, each once, on ``threads`` threads.

    ``proves`` tells of one frame. With ``every`` all blocks of the files are checked, else those that
    are new to the ledger, by sample.
    """

    def __init__(
        self,
        network: Network,
        proves: Callable[[Frame], bool],
        *,
        every: bool = False,
        threads: int = 1,
    ) -> None:
        self.network = network
        self.every = every
        self.threads = threads
        self.left_out: list[Frame] = []
        self._proves = proves
        self._proven: dict[bytes, bool] = {}
        self._new = 0
        self._seed = ""

    def unproven(
        self, blocks: Sequence[Node], known: Callable[[bytes], Stem | None], name: Callable[[Frame], str]
    ) -> list[Node]:
        """The first block picked that lacks its work, with all that build on it; empty if none does.

        Raises BadBlockError where blocks after it have theirs: then it was damaged, not made up.
        ``known`` tells of blocks that the ledger has, ``name`` says where a frame lies.
        """
        if not self.network.scrypt:
            return []
        picked = self._pick(blocks, known)
        wrong = next((number for number, fits in self._check(blocks, picked) if not fits), None)
        if wrong is None:
            return []
        after = range(wrong + 1, min(wrong + 1 + EDGE, len(blocks)))
        if any(fits for _, fits in self._check(blocks, after)):
            node = blocks[wrong]
            raise BadBlockError(
                f"{name(node.frame)}: expected the proof of work of block "
                f"{node.hash[::-1].hex()} at height {node.height}, found that its scrypt hash, or the AuxPoW "
                "that stands for it, does not meet its target, though blocks after it have theirs; copy the "
                "file from the node again"
            )
        self.left_out.append(blocks[wrong].frame)
        return list(_with_descendants(blocks[wrong]))

    def made_up(self, frames: Iterable[Frame], known: Callable[[bytes], Stem | None]) -> set[bytes]:
        """Hashes of frames whose parent is neither there nor ``known``, and which lack their work.

        A missing block of the chain shows by one that needs it; what nobody has worked for shows nothing.
        """
        if not self.network.scrypt:
            return set()
        by_parent: dict[bytes, list[Frame]] = {}
        there = set()
        for frame in frames:
            by_parent.setdefault(frame.previous, []).append(frame)
            there.add(frame.hash)
        found: set[bytes] = set()
        # A genesis block has no parent and needs none.
        loose = [each for each in by_parent if each not in there and any(each) and known(each) is None]
        while loose:
            for frame in by_parent.get(loose.pop(), ()):
                if frame.hash not in found and not self._proves(frame):
                    found.add(frame.hash)
                    self.left_out.append(frame)
                    loose.append(frame.hash)
        return found

    @property
    def notice(self) -> str:
        """What was checked, for people; empty where there was nothing to choose."""
        if not self._new or self.every:
            return ""
        return (
            f"checked the scrypt work of {len(self._proven):,} of {self._new:,} new blocks: the last, those "
            f"after branches, and a sample drawn with seed {self._seed}; --check work checks all"
        )

    def _pick(self, blocks: Sequence[Node], known: Callable[[bytes], Stem | None]) -> list[int]:
        new = range(len(blocks))
        if self.every:
            return list(new)
        # What the ledger has is the chain's beginning.
        first = next((number for number in new if known(blocks[number].hash) is None), len(blocks))
        self._new = len(blocks) - first
        self._seed = blocks[-1].hash[::-1].hex()
        picked = set(range(max(first, len(blocks) - EDGE), len(blocks)))
        for number in range(max(first, 1), len(blocks)):
            if len(blocks[number - 1].children) > 1:
                picked.update(range(number, min(number + EDGE, len(blocks))))
        if self._new <= SAMPLE:
            picked.update(range(first, len(blocks)))
        else:
            for draw in range(SAMPLE):
                drawn = sha256(f"{self._seed} {draw}".encode()).digest()
                picked.add(first + int.from_bytes(drawn[:8], "big") % self._new)
        return sorted(picked)

    def _check(self, blocks: Sequence[Node], numbers: Sequence[int]) -> Iterator[tuple[int, bool]]:
        left = [blocks[number] for number in numbers if blocks[number].hash not in self._proven]
        if self.threads > 1 and len(left) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                found = list(pool.map(self._has_work, left, chunksize=1))
        else:
            found = [self._has_work(node) for node in left]
        self._proven.update((node.hash, fits) for node, fits in zip(left, found, strict=True))
        for number in numbers:
            yield number, self._proven[blocks[number].hash]

    def _has_work(self, node: Node) -> bool:
        """Whether a copy of the block shows its work; that copy is then the one in use."""
        for frame in node.copies:
            if self._proves(frame):
                node.copies.remove(frame)
                node.copies.insert(0, frame)
                return True
        return False


def _with_descendants(node: Node) -> Iterator[Node]:
    rest = [node]
    while rest:
        each = rest.pop()
        yield each
        rest.extend(each.children)
