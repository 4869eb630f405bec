"""A node's view of blocks that arrive in some order: which it connects, when, and what they spend.

A block is connected once its ancestors are there and its branch has more work than the one followed so far;
of two branches with equal work the one that was whole first is followed. What a block spends is noted the
first time that it is connected, and stays noted when it is given up again (Bitcoin Core,
``ReceivedBlockTransactions`` and ``ActivateBestChain`` in ``validation.cpp``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clew.bitcoin.block import NULL_HASH, Block, Input, parse_block, work
from clew.bitcoin.undo import Spent, SpentCoin

Outpoint = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Connection:
    """A block that was connected. ``index`` is its place among those that were given."""

    index: int
    block: Block
    spent: Spent


@dataclass(frozen=True, slots=True)
class _Linked:
    """A block whose ancestors are there, too. ``work``: of all of them."""

    index: int
    block: Block
    height: int
    work: int

    @property
    def hash(self) -> bytes:
        return self.block.header.hash


def connections(raw_blocks: Sequence[bytes], order: Iterable[int] | None = None) -> list[Connection]:
    """The blocks that a node connects, in the order in which it first does.

    ``order``: how they arrive, as indices of ``raw_blocks``. The genesis block is the node's own and not
    connected. Raises ValueError for a block that spends what is not there, ParseError for bytes that are
    no block.
    """
    node = _Node()
    for index in range(len(raw_blocks)) if order is None else order:
        node.receive(index, parse_block(raw_blocks[index]))
    return node.connected


class _Node:
    def __init__(self) -> None:
        self.connected: list[Connection] = []
        self._linked: dict[bytes, _Linked] = {}
        self._waiting: dict[bytes, list[tuple[int, Block]]] = defaultdict(list)
        self._seen: set[bytes] = set()
        self._tip: _Linked | None = None
        self._noted: dict[bytes, Spent] = {}
        self._coins: dict[Outpoint, SpentCoin] = {}

    def receive(self, index: int, block: Block) -> None:
        """Take a block in, and follow the branch that is best now."""
        if block.header.hash in self._seen:
            return
        self._seen.add(block.header.hash)
        if block.header.previous != NULL_HASH and block.header.previous not in self._linked:
            self._waiting[block.header.previous].append((index, block))
            return
        best = self._tip
        for linked in self._link(index, block):
            if best is None or linked.work > best.work:
                best = linked
        if best is not None and best is not self._tip:
            self._follow(best)

    def _link(self, index: int, block: Block) -> Iterator[_Linked]:
        """The block, and those that waited for it."""
        queue = [(index, block)]
        for index, block in queue:
            parent = self._linked.get(block.header.previous)
            height, before = (parent.height + 1, parent.work) if parent else (0, 0)
            linked = _Linked(index, block, height, before + work(block.header.bits))
            self._linked[linked.hash] = linked
            queue += self._waiting.pop(linked.hash, [])
            yield linked

    def _follow(self, best: _Linked) -> None:
        old, new = self._tip, best
        path = []
        while old is None or new.hash != old.hash:
            if old is not None and old.height >= new.height:
                self._disconnect(old)
                old = self._linked[old.block.header.previous]
            else:
                path.append(new)
                if new.height == 0:
                    break
                new = self._linked[new.block.header.previous]
        for each in reversed(path):
            self._connect(each)
        self._tip = best

    def _connect(self, linked: _Linked) -> None:
        if linked.height == 0:
            return
        spent = []
        for number, each in enumerate(linked.block.transactions):
            if number:
                spent.append(tuple(self._take(entry, linked) for entry in each.inputs))
            for vout, output in enumerate(each.outputs):
                made = SpentCoin(linked.height, not number, output.value, output.script)
                self._coins[each.txid, vout] = made
        if linked.hash not in self._noted:
            self._noted[linked.hash] = tuple(spent)
            self.connected.append(Connection(linked.index, linked.block, tuple(spent)))

    def _take(self, entry: Input, linked: _Linked) -> SpentCoin:
        coin = self._coins.pop((entry.previous_txid, entry.previous_index), None)
        if coin is None:
            named = f"{entry.previous_txid[::-1].hex()}:{entry.previous_index}"
            raise ValueError(
                f"block at height {linked.height} spends {named}, which is not there:"
                " no node connects it, and it has no undo record"
            )
        return coin

    def _disconnect(self, linked: _Linked) -> None:
        spent = ((), *self._noted[linked.hash])
        for each, coins in zip(reversed(linked.block.transactions), reversed(spent), strict=True):
            for vout in range(len(each.outputs)):
                self._coins.pop((each.txid, vout), None)
            if coins:
                for entry, coin in zip(each.inputs, coins, strict=True):
                    self._coins[entry.previous_txid, entry.previous_index] = coin
