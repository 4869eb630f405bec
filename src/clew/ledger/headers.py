"""The tree of headers, and the best chain in it: the one with most work; of equals, the lower hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from clew.bitcoin.block import work
from clew.ledger.frames import Frame


@dataclass
class Node:
    """A block known by its header: where copies of it lie, and once connected its height and the
    total work up to it."""

    copies: list[Frame]
    height: int = -1
    work: int = -1
    children: list[Node] = field(default_factory=list)

    @property
    def frame(self) -> Frame:
        """The copy in use."""
        return self.copies[0]

    @property
    def hash(self) -> bytes:
        """Block hash, in wire order."""
        return self.copies[0].hash


@dataclass(frozen=True)
class Stem:
    """A block that a tree can grow from without being in the files: its height and total work."""

    height: int
    work: int


class HeaderTree:
    """All framed blocks, connected to the genesis block or to blocks that are already in a ledger."""

    def __init__(
        self, frames: Iterable[Frame], genesis: bytes, known: Callable[[bytes], Stem | None] = lambda _: None
    ) -> None:
        self.nodes: dict[bytes, Node] = {}
        self.duplicates = 0
        for frame in frames:
            node = self.nodes.get(frame.hash)
            if node is None:
                self.nodes[frame.hash] = Node([frame])
            else:
                node.copies.append(frame)
                self.duplicates += 1
        self.connected: list[Node] = []
        self._connect(genesis, known)

    def _connect(self, genesis: bytes, known: Callable[[bytes], Stem | None]) -> None:
        roots: list[Node] = []
        for node in self.nodes.values():
            parent = self.nodes.get(node.frame.previous)
            if node.hash == genesis:
                node.height, node.work = 0, work(node.frame.bits)
                roots.append(node)
            elif parent is not None:
                parent.children.append(node)
            elif stem := known(node.frame.previous):
                node.height, node.work = stem.height + 1, stem.work + work(node.frame.bits)
                roots.append(node)
        while roots:
            node = roots.pop()
            self.connected.append(node)
            for child in node.children:
                child.height, child.work = node.height + 1, node.work + work(child.frame.bits)
                roots.append(child)

    def best(self) -> Node | None:
        """The connected block with most work; of equals, the one with the lower hash."""
        return max(
            self.connected,
            key=lambda node: (node.work, -int.from_bytes(node.hash, "little")),
            default=None,
        )

    def chain(self, tip: Node) -> list[Node]:
        """Blocks from where the tree begins up to ``tip``, in order of height."""
        path = [tip]
        while (parent := self.nodes.get(path[-1].frame.previous)) and path[-1].height > 0:
            path.append(parent)
        path.reverse()
        return path

    def orphans(self) -> list[Node]:
        """Blocks whose ancestors are not all there, oldest header time first."""
        loose = (node for node in self.nodes.values() if node.height < 0)
        return sorted(loose, key=lambda node: node.frame.time)

    def loose_roots(self) -> Sequence[Node]:
        """The orphans whose own parent is missing, oldest header time first."""
        return [node for node in self.orphans() if node.frame.previous not in self.nodes]


def by_hash(frames: Iterable[Frame]) -> Mapping[bytes, Frame]:
    """Frames by block hash, the first of each."""
    found: dict[bytes, Frame] = {}
    for frame in frames:
        found.setdefault(frame.hash, frame)
    return found
