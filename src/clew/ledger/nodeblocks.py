"""A node as a source of blocks: its headers first, then each block by its hash, several at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from clew.bitcoin.block import target
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import NETWORKS, Network, network
from clew.errors import (
    BadBlockError,
    MissingBlockError,
    NodeAwayError,
    NodeError,
    WrongNetworkError,
)
from clew.ledger.frames import HEADER_BYTES, LARGEST_BLOCK, SMALLEST_BLOCK, FileScan, Frame
from clew.ledger.headers import Node
from clew.ledger.node import Line, RefusedError
from clew.ledger.nodeaddress import RPC, NodeAddress
from clew.ledger.nodecalls import Calls, ChainInfo, MovedError, Rest, Rpc

AHEAD_BYTES = 64 << 20
"""Most bytes of blocks that are held, or under way, before they are asked for."""

CHAIN_ATTEMPTS = 5
"""How often the headers are read anew because the chain changed meanwhile."""

LONGEST_RIVAL = 100
"""How far a rival chain of the same height is followed back."""


class NodeBlocks:
    """The blocks of a running node: a BlockSource. One file, number 0; a frame's offset is its place in
    the list of headers, and its length is 0 until the block is there.

    ``until`` is the last height that is wanted, which a node that is still syncing may have already.
    """

    remedy = "the node gives what is not in the chain; check the node"

    def __init__(self, address: NodeAddress, network_name: str, until: int | None = None) -> None:
        self.network: Network = network(network_name)
        self.origin = address.shown(self.network)
        self._until = until
        self._connections = address.connections
        self._line = Line(
            address.host,
            address.port(self.network),
            self.origin,
            lambda: address.authorization(self.network),
        )
        self._calls: Calls = Rpc(self._line) if address.kind == RPC else Rest(self._line)
        self._frames: list[Frame] = []
        self._held: dict[int, bytes] = {}
        self._ahead: Ahead | None = None

    def name(self, number: int) -> str:
        """The node's address."""
        return self.origin

    def where(self, frame: Frame) -> str:
        """The node's address: it is asked by hash, which messages name anyway."""
        return self.origin

    def mark(self) -> object:
        """Hash of the node's last block. Raises NodeError."""
        return self._info().hash

    def blank_end(self, frame: Frame) -> str:
        """Never: a node gives whole blocks."""
        return ""

    def require_some(self, frames: int) -> None:
        """Nothing: without a header at all there has been an error already."""

    def stop(self) -> None:
        """Break off what is being asked."""
        self._line.stop()
        if self._ahead:
            self._ahead.stop()

    def close(self) -> None:
        """Close the connections."""
        self.stop()
        if self._ahead:
            self._ahead.join()
        self._line.close()

    def headers(self, have: Sequence[Any], step: Callable[[int, int], None] | None) -> FileScan:
        """Headers of the node's best chain from the last block on that is also in ``have``, and those
        of chains as high; their work done, each after its parent.

        Raises NodeError, and WrongNetworkError for another chain than the one asked for.
        """
        for _ in range(CHAIN_ATTEMPTS):
            with suppress(MovedError):
                self._frames = self._read_headers(have, step or (lambda done, total: None))
                return FileScan(tuple(self._frames), (), ())
        raise NodeAwayError(
            f"{self.origin}: expected headers of one chain, found that the node's best chain changed each of "
            f"{CHAIN_ATTEMPTS} times they were read; run the command again when the node is in step"
        )

    def _info(self) -> ChainInfo:
        info = self._calls.info()
        if info.network != self.network.name:
            hint = f"; use --network {info.network}" if info.network in NETWORKS else ""
            raise WrongNetworkError(
                f"{self.origin}: expected a node of {self.network.name}, found one of {info.network}{hint}"
            )
        return info

    def _read_headers(self, have: Sequence[Any], step: Callable[[int, int], None]) -> list[Frame]:
        info = self._info()
        if info.is_syncing and (self._until is None or self._until > info.height):
            up_to = f", or index what is there with --until {info.height}" if info.height else ""
            raise NodeAwayError(
                f"{self.origin}: expected a node that is in step, found one that is still syncing (block "
                f"{info.height:,} of {info.headers:,}); wait until it has caught up{up_to}"
            )
        first = self._last_shared(have, info.height)
        most = self._calls.most_headers
        parts = [(at, min(most, info.height + 1 - at)) for at in range(first, info.height + 1, most)]
        headers: list[bytes] = []
        with ThreadPoolExecutor(self._connections, "clew-headers") as pool:
            try:
                for part in pool.map(lambda part: self._calls.headers(*part), parts):
                    headers += part
                    step(len(headers), info.height + 1 - first)
            except KeyboardInterrupt:
                # Calls that are under way need not be waited for.
                self._line.stop()
                raise
        frames: list[Frame] = []
        for header in headers:
            frame = self._frame(header, len(frames))
            if frames and frame.previous != frames[-1].hash:
                raise MovedError("headers of two chains")
            frames.append(frame)
        genesis = self.network.genesis_hash
        if first == 0 and frames[0].hash != genesis:
            raise WrongNetworkError(
                f"{self.origin}: expected the genesis block {genesis[::-1].hex()} of {self.network.name}, "
                f"found {frames[0].hash[::-1].hex()}; name the network with --network, or another node"
            )
        moved = first and frames[0].hash != bytes(have[first])
        if moved or frames[-1].hash != info.hash:
            raise MovedError("another chain than the one begun with")
        return self._with_rivals(frames, have, info)

    def _last_shared(self, have: Sequence[Any], height: int) -> int:
        """The last height, of those in ``have``, at which the node has the same block; 0 without any."""

        def shared(at: int) -> bool:
            return self._calls.hash_at(at) == bytes(have[at])

        above = min(len(have), height + 1)
        step = 1
        # The fork is nearly always just below the tip: look there first, then further and further down.
        below = above - 1
        while below > 0 and not shared(below):
            above, below = below, max(0, below - step)
            step *= 2
        while above - below > 1:
            middle = (above + below) // 2
            if shared(middle):
                below = middle
            else:
                above = middle
        return max(below, 0)

    def _frame(self, header: bytes, place: int) -> Frame:
        """A header whose work is done. Raises NodeError."""
        found = sha256d(header)
        try:
            most = target(int.from_bytes(header[72:76], "little"))
        except BadBlockError:
            most = 0
        if most > self.network.pow_limit or int.from_bytes(found, "little") > most:
            raise NodeError(
                f"{self.origin}: expected headers whose hash meets their target, found {found[::-1].hex()}; "
                "check that the address is that of a Bitcoin node of this network"
            )
        return Frame(found, header, 0, place, 0)

    def _with_rivals(self, frames: list[Frame], have: Sequence[Any], info: ChainInfo) -> list[Frame]:
        """Add the chains that are as high as the best one: of equal work the lower hash wins here, and
        the first seen at the node."""
        first = info.height + 1 - len(frames)
        places = {frame.hash: place for place, frame in enumerate(frames)}
        try:
            tips = self._calls.rivals(info.height)
        except RefusedError:
            return frames
        for tip in tips:
            branch: list[Frame] = []
            block, height = tip, info.height
            while block not in places and len(branch) < LONGEST_RIVAL and height > 0:
                frame = self._frame(self._calls.header(block), -1)
                if frame.hash != block:
                    raise self._another(block, frame.hash)
                branch.append(frame)
                block, height = frame.previous, height - 1
                if height < min(first, len(have)) and bytes(have[height]) == block:
                    break
            else:
                if block not in places:
                    continue
            for frame in reversed(branch):
                places[frame.hash] = len(frames)
                frames.append(replace(frame, offset=len(frames)))
        return frames

    def in_order(self, nodes: Sequence[Node]) -> Iterator[Node]:
        """The same blocks, fetched ahead on several connections; each then states its length, and is
        held until ``read_into`` takes it."""
        self._held.clear()
        ahead = self._ahead = Ahead([node.frame for node in nodes], self._fetch, self._connections)
        try:
            for node in nodes:
                data = ahead.take()
                node.copies[0] = replace(node.frame, length=len(data))
                self._held[node.frame.offset] = data
                yield node
        finally:
            ahead.stop()

    def read_into(self, number: int, offset: int, buffer: Any) -> int:
        """Copy a block into ``buffer``; its length. What was taken already is fetched anew."""
        data = self._held.pop(offset, None) or self._fetch(self._frames[offset])
        size = min(len(data), len(buffer))
        buffer[:size] = np.frombuffer(data, np.uint8, size)
        return size

    def read(self, number: int, offset: int, length: int) -> bytes:
        """The first ``length`` bytes of a block."""
        return self._fetch(self._frames[offset])[:length]

    def _fetch(self, frame: Frame) -> bytes:
        """The bytes of a block, which begin with its header. Raises NodeError, MissingBlockError."""
        try:
            data = self._calls.block(frame.hash)
        except MissingBlockError as error:
            found, _, remedy = str(error).partition("; ")
            raise MissingBlockError(f"{found}: {frame.hash[::-1].hex()}; {remedy}") from None
        if data[:HEADER_BYTES] != frame.header:
            raise self._another(frame.hash, sha256d(data[:HEADER_BYTES]))
        if not SMALLEST_BLOCK <= len(data) <= LARGEST_BLOCK:
            raise NodeError(
                f"{self.origin}: expected block {frame.hash[::-1].hex()} of {SMALLEST_BLOCK} to "
                f"{LARGEST_BLOCK:,} bytes, found {len(data):,}; {self.remedy}"
            )
        return data

    def _another(self, asked: bytes, found: bytes) -> NodeError:
        return NodeError(
            f"{self.origin}: expected block {asked[::-1].hex()}, found bytes that hash to "
            f"{found[::-1].hex()}; check that the address is a Bitcoin node's, then run the command again"
        )


class Ahead:
    """Fetches blocks in order on threads of its own, and holds at most AHEAD_BYTES of them.

    A block under way counts as the largest there may be. The next one wanted is always under way or
    there, so that waiting for room cannot stop everything.
    """

    def __init__(self, frames: Sequence[Frame], fetch: Callable[[Frame], bytes], connections: int) -> None:
        self._frames = frames
        self._fetch = fetch
        self._changed = threading.Condition()
        self._begun = self._taken = 0
        self._under_way = self._bytes = 0
        self._there: dict[int, bytes | Exception] = {}
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._work, name=f"clew-node-{number}", daemon=True)
            for number in range(min(connections, len(frames)))
        ]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while (place := self._next()) is not None:
            found: bytes | Exception
            try:
                found = self._fetch(self._frames[place])
            except Exception as error:
                found = error
            with self._changed:
                self._under_way -= 1
                self._there[place] = found
                if isinstance(found, bytes):
                    self._bytes += len(found)
                else:
                    # What comes after it is of no use.
                    self._stopped = True
                self._changed.notify_all()

    def _next(self) -> int | None:
        with self._changed:
            while not self._stopped and self._begun < len(self._frames):
                room = AHEAD_BYTES - self._bytes - self._under_way * LARGEST_BLOCK
                if room >= LARGEST_BLOCK or self._begun == self._taken:
                    self._under_way += 1
                    self._begun += 1
                    return self._begun - 1
                self._changed.wait()
            return None

    def take(self) -> bytes:
        """The next block, once it is there. Raises what fetching it raised."""
        with self._changed:
            while self._taken not in self._there:
                if self._stopped and not self._under_way:
                    # An earlier one failed to come, or nothing more is wanted.
                    raise self._failure()
                self._changed.wait()
            found = self._there.pop(self._taken)
            if isinstance(found, Exception):
                raise found
            self._taken += 1
            self._bytes -= len(found)
            self._changed.notify_all()
            return found

    def _failure(self) -> Exception:
        failures = (each for each in self._there.values() if isinstance(each, Exception))
        return next(failures, NodeAwayError("stopped while blocks were fetched; run the command again"))

    def stop(self) -> None:
        """Begin no more blocks."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait until none is under way."""
        for thread in self._threads:
            thread.join()
