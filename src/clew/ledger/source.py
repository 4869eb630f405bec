"""Where the blocks of a ledger were found: a scan of the block files, and what it means.

What is kept of it lies in the ledger's ``source`` folder, outside every digest, and only saves
reading the same files again.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from clew.bitcoin.block import check_block, parse_block
from clew.bitcoin.networks import NETWORKS, network
from clew.errors import BadBlockError, ClewError, MissingBlockError, ParseError, WrongNetworkError
from clew.ledger.blockfiles import BlockFile, BlockFiles, find_blocks_folder
from clew.ledger.blocksource import BlockSource
from clew.ledger.frames import FileScan, Frame, Skipped
from clew.ledger.headers import HeaderTree, Node, Stem, by_hash
from clew.ledger.ledger import Ledger
from clew.ledger.manifest import Tip
from clew.ledger.nodeaddress import is_address
from clew.ledger.work import WorkCheck

FOLDER = "source"
FILES = frozenset({"frames", "frames.json", "frames.new", "frames.json.new"})
"""What may lie in that folder."""

UNSETTLED = 150
"""Blocks at a ledger's tip that are looked at anew in each run, as all are that it does not have."""

_FRESH_NS = 10_000_000_000
"""A file changed less than this before it was scanned may change again within its time stamp."""

_FRAME = np.dtype(
    [("hash", "u1", 32), ("header", "u1", 80), ("offset", "<i8"), ("length", "<u4"), ("cut", "u1")]
)


@dataclass(frozen=True)
class Chain:
    """The best chain that the files hold, and what else lies in them.

    ``blocks`` run from the first one that the files hold upwards. ``waiting`` are blocks whose
    ancestors are missing, older than the tip and so of no consequence.
    """

    blocks: tuple[Node, ...]
    stale: int
    duplicates: int
    skipped: tuple[Skipped, ...]
    cut: tuple[Frame, ...]
    waiting: int

    @property
    def tip(self) -> Node:
        """The last block."""
        return self.blocks[-1]


def default_magic(name: str) -> bytes:
    """The magic of a network by name. Raises UsageError."""
    return network(name).magic


def works_on_scrypt(name: str) -> bool:
    """Whether a network's blocks prove scrypt work. Raises UsageError."""
    return network(name).scrypt


def open_files(folder: Path | None, network_name: str, magic: bytes | None = None) -> BlockFiles:
    """The block files of a blocks folder or node data folder (default: the node's usual one).

    Raises NoBlockFilesError, BlockFileError, and UsageError for a network that does not exist.
    """
    chosen = network(network_name)
    return BlockFiles(find_blocks_folder(folder, chosen), chosen, magic)


def scan(
    files: BlockSource,
    cache: Path | None = None,
    step: Callable[[int, int], None] | None = None,
    have: Sequence[Any] = (),
) -> list[FileScan]:
    """Scan every file, taking from ``cache`` those that have not changed since.

    ``step(done, total)`` is told how many files are passed, or of a node how many headers. ``have``
    are the hashes of blocks that rows know, by height. Nothing is written. Raises BlockFileError, and
    NodeError where a node is asked.
    """
    listed = files.headers(have, step)
    if listed is not None:
        return [listed]
    assert isinstance(files, BlockFiles)
    scans: list[FileScan] = []
    # Blocks far below the ledger's tip need not be looked at again; what leaves them is connected to them.
    settled = have[: max(0, len(have) - UNSETTLED)]
    remembered = _Memory.load(cache, files, settled) if cache else _Memory({})
    for file in files.files.values():
        scans.append(remembered.recall(file) or files.scan(file.number))
        if step:
            step(len(scans), len(files.files))
    return scans


def remember(files: BlockSource, scans: list[FileScan], folder: Path) -> None:
    """Keep the scan of each file for next time, in ``folder``; of a node nothing. Raises OSError."""
    if not isinstance(files, BlockFiles):
        return
    folder.mkdir(parents=True, exist_ok=True)
    now = time.time_ns()
    stated = []
    parts = []
    for file, found in zip(files.files.values(), scans, strict=True):
        rows = _packed(found) if found.packed is None else found.packed
        parts.append(rows)
        stated.append(
            {
                "number": file.number,
                "size": file.size,
                "changed": file.changed if now - file.changed > _FRESH_NS else None,
                "frames": len(rows),
                "skipped": [[each.offset, each.length, each.reason] for each in found.skipped],
            }
        )
    whole = np.concatenate(parts) if parts else np.zeros(0, _FRAME)
    data = whole.tobytes()
    _replace(folder / "frames", data)
    index = {
        "magic": files.magic.hex(),
        "key": files.key.hex(),
        "folder": str(files.folder),
        "frames": sha256(data).hexdigest(),
        "files": stated,
    }
    _replace(folder / "frames.json", json.dumps({**index, "checksum": _checksum(index)}).encode())


def _packed(found: FileScan) -> Any:
    rows = np.zeros(len(found.frames) + len(found.cut), _FRAME)
    for row, frame in zip(rows, (*found.frames, *found.cut), strict=True):
        row["hash"] = np.frombuffer(frame.hash, np.uint8)
        row["header"] = np.frombuffer(frame.header, np.uint8)
        row["offset"], row["length"] = frame.offset, frame.length
    rows["cut"][len(found.frames) :] = 1
    return rows


def _checksum(index: dict[str, Any]) -> str:
    return sha256(json.dumps(index, sort_keys=True).encode()).hexdigest()


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


class _Memory:
    """Scans of an earlier run, by file number."""

    def __init__(self, known: dict[int, tuple[dict[str, Any], FileScan]]) -> None:
        self.known = known

    @classmethod
    def load(cls, folder: Path, files: BlockFiles, settled: Any) -> _Memory:
        try:
            index = json.loads((folder / "frames.json").read_text("utf-8"))
            checksum = index.pop("checksum")
            data = (folder / "frames").read_bytes()
            frames = np.frombuffer(data, _FRAME)
            same = (checksum, index["magic"], index["key"], index["folder"], index["frames"]) == (
                _checksum(index),
                files.magic.hex(),
                files.key.hex(),
                str(files.folder),
                sha256(data).hexdigest(),
            )
            if not same or sum(entry["frames"] for entry in index["files"]) != len(frames):
                return cls({})
            return cls(_unpack(index["files"], frames, _is_in(frames["hash"], settled)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            # It only saves time; without it everything is read again.
            return cls({})

    def recall(self, file: BlockFile) -> FileScan | None:
        entry, found = self.known.get(file.number, ({}, None))
        same = found and (entry["size"], entry["changed"]) == (file.size, file.changed)
        return found if same else None


def _unpack(
    stated: list[dict[str, Any]], rows: Any, settled: Any
) -> dict[int, tuple[dict[str, Any], FileScan]]:
    known = {}
    start = 0
    for entry in stated:
        number = entry["number"]
        mine = rows[start : start + entry["frames"]]
        left = mine[~settled[start : start + entry["frames"]] | (mine["cut"] != 0)]
        start += entry["frames"]
        frames = [
            Frame(
                row["hash"].tobytes(), row["header"].tobytes(), number, int(row["offset"]), int(row["length"])
            )
            for row in left
        ]
        whole = len(left) - int(left["cut"].sum())
        skipped = tuple(Skipped(number, *each) for each in entry["skipped"])
        known[number] = entry, FileScan(tuple(frames[:whole]), tuple(frames[whole:]), skipped, True, mine)
    return known


def _is_in(hashes: Any, held: Any) -> Any:
    """Which of ``hashes`` (uint8, n x 32) are among ``held``; a mask."""
    if not len(held) or not len(hashes):
        return np.zeros(len(hashes), np.bool_)
    ours, theirs = np.ascontiguousarray(held), np.ascontiguousarray(hashes)
    # The first bytes in wire order are the ones that proof of work leaves random.
    starts, wanted = ours.view("<u8")[:, 0], theirs.view("<u8")[:, 0]
    order = np.argsort(starts)
    places = order[np.minimum(np.searchsorted(starts, wanted, sorter=order), len(order) - 1)]
    mask: Any = (ours[places] == theirs).all(axis=1)
    return mask


def best_chain(
    files: BlockSource,
    scans: list[FileScan],
    *,
    known: Callable[[bytes], Stem | None] = lambda _: None,
    known_tip: int = -1,
    until: int | None = None,
    without: Collection[bytes] = (),
) -> Chain:
    """The best chain in the files.

    ``known`` tells of blocks that a ledger already has (``known_tip``: its height), from which the
    files may go on where earlier ones are gone. ``without``: hashes of blocks to leave out.
    Raises MissingBlockError where a block is missing that the best chain seems to need, unless
    ``until`` asks for no more than is there; WrongNetworkError where the files start from another
    genesis block, or go on with another network's chain; and what ``BlockFiles.require_some`` raises.
    """
    frames = [frame for found in scans for frame in found.frames]
    cut = tuple(frame for found in scans for frame in found.cut)
    skipped = tuple(piece for found in scans for piece in found.skipped)
    files.require_some(len(frames) + len(cut))
    left = [frame for frame in frames if frame.hash not in without] if without else frames
    tree = HeaderTree(left, files.network.genesis_hash, known)
    _require_genesis(files, tree)
    best = tree.best()
    orphans = tree.orphans()
    newest = orphans[-1].frame.time if orphans else -1
    if best is None or (newest > best.frame.time and (until is None or until > best.height)):
        raise _missing(files, tree, best, known_tip, cut, skipped)
    blocks = tuple(tree.chain(best))
    _require_fork(files, blocks)
    stale = len(tree.connected) - len(blocks)
    return Chain(blocks, stale, tree.duplicates, skipped, cut, len(orphans))


def finished_chain(
    files: BlockSource,
    scans: list[FileScan],
    *,
    known: Callable[[bytes], Stem | None] = lambda _: None,
    known_tip: int = -1,
    until: int | None = None,
    check: WorkCheck | None = None,
) -> tuple[Chain, tuple[Node, ...]]:
    """The best chain whose last block is written to its end, and the blocks left out for that.

    Parameters and errors as for ``best_chain``; BlockFileError where a file cannot be read, and what
    ``check`` raises. What it finds without work is left out.
    """
    check = check or work_check(files)
    unfinished: dict[bytes, Node] = {}
    unproven = check.made_up((frame for found in scans for frame in found.frames), known)
    while True:
        without = unproven.union(unfinished)
        chain = best_chain(files, scans, known=known, known_tip=known_tip, until=until, without=without)
        if all(_is_unfinished(files, frame, chain.tip.height) for frame in chain.tip.copies):
            unfinished[chain.tip.hash] = chain.tip
            continue
        lacking = check.unproven(chain.blocks, known, files.where)
        if not lacking:
            return chain, tuple(unfinished.values())
        unproven.update(node.hash for node in lacking)


def work_check(files: BlockSource, *, every: bool = False, threads: int = 1) -> WorkCheck:
    """What checks the work of blocks in ``files``: by sample, or with ``every`` of all."""
    proves = files.proves_work if isinstance(files, BlockFiles) else lambda frame: True
    return WorkCheck(files.network, proves, every=every, threads=threads)


def _is_unfinished(files: BlockSource, frame: Frame, height: int) -> bool:
    """True where a copy of a block ends in space that is allocated but not written yet."""
    blank = files.blank_end(frame)
    if not blank:
        return False
    try:
        block = parse_block(files.read(frame.file, frame.offset, frame.length), network=files.network)
    except ParseError:
        return True
    try:
        check_block(block, files.network, height=height)
    except BadBlockError:
        # A coinbase alone may end in many zeros of its own: its witness.
        return blank == "sure" or len(block.transactions) > 1
    return False


def is_better(tip: Node, than: Tip | None) -> bool:
    """Has the chain that ends in ``tip`` more work than a ledger's, or as much and the lower hash?"""
    if than is None:
        return True
    ours = int.from_bytes(bytes.fromhex(than.hash), "big")
    return (tip.work, -int.from_bytes(tip.hash, "little")) > (int(than.work, 16), -ours)


def shared_blocks(chain: Chain, hashes: Any) -> int:
    """How many blocks of a ledger, from the first on, are also in the chain; ``hashes`` by height."""
    shared = min(len(hashes), chain.blocks[0].height)
    for node in chain.blocks:
        if node.height >= len(hashes) or hashes[node.height].tobytes() != node.hash:
            break
        shared = node.height + 1
    return shared


def _require_genesis(files: BlockSource, tree: HeaderTree) -> None:
    for node in tree.loose_roots():
        if node.frame.previous == bytes(32):
            # Networks that share a genesis block are told apart later.
            names = [each.name for each in NETWORKS.values() if each.genesis_hash == node.hash]
            of = f" of {' or '.join(names)}" if names else ""
            raise WrongNetworkError(
                f"{files.where(node.frame)}: expected the genesis "
                f"block {files.network.genesis_hash[::-1].hex()} of {files.network.name}, found "
                f"{node.hash[::-1].hex()}{of}; name the network with --network"
            )


def _require_fork(files: BlockSource, blocks: Sequence[Node]) -> None:
    """That the chain goes on with this network's own block where another network parted."""
    fork = files.network.fork
    if fork is None or not blocks[0].height <= fork.height <= blocks[-1].height:
        return
    node = blocks[fork.height - blocks[0].height]
    if node.hash != fork.hash:
        rival = NETWORKS[fork.rival]
        theirs = rival.fork is not None and rival.fork.hash == node.hash
        hint = f"use --network {rival.name}" if theirs else "name the network with --network"
        raise WrongNetworkError(
            f"{files.where(node.frame)}: expected block "
            f"{fork.hash[::-1].hex()} of {files.network.name} at height {fork.height}, found "
            f"{node.hash[::-1].hex()}{f' of {rival.name}' if theirs else ''}; {hint}"
        )


def _missing(
    files: BlockSource,
    tree: HeaderTree,
    best: Node | None,
    known_tip: int,
    cut: tuple[Frame, ...],
    skipped: tuple[Skipped, ...],
) -> MissingBlockError:
    """Say which block is missing, and as far as can be told, why."""
    height = known_tip + 1 if best is None else best.height + 1
    if not isinstance(files, BlockFiles):
        return MissingBlockError(
            f"{files.origin}: expected a chain up from the genesis block, found none at height {height}; "
            f"{files.remedy}"
        )
    roots = tree.loose_roots()
    # The branch that reaches furthest is the one that the chain needs.
    wanted = max(roots, key=_newest) if roots else None
    lost = by_hash(cut).get(wanted.frame.previous) if wanted else by_hash(cut).get(files.network.genesis_hash)
    if lost is not None:
        path = files.files[lost.file].path
        return MissingBlockError(
            f"{path}: offset {lost.offset}: expected {lost.length} bytes of block {lost.hash[::-1].hex()} at "
            f"height {height}, found {files.files[lost.file].size - lost.offset}: the file is cut off in a "
            f"block that the chain needs; copy the file again{_or_until(height)}"
        )
    numbers = list(files.files)
    if numbers[0] > 0 or len(numbers) <= numbers[-1]:
        gap = next(number for number in range(numbers[-1] + 2) if number not in files.files)
        return MissingBlockError(
            f"{files.folder}: the first missing height is {height}: blk{gap:05d}.dat is not there (a pruned "
            f"node, or an incomplete copy); Clew needs every block file from the first on{_or_until(height)}"
        )
    if wanted is None:
        return MissingBlockError(
            f"{files.folder}: expected whole blocks, found only one that is cut off; "
            "copy the files from the node again"
        )
    broken = next((piece for piece in skipped if "header" in piece.reason or "states" in piece.reason), None)
    hint = ""
    if broken:
        hint = f"; {files.name(broken.file)} holds {broken.reason} at offset {broken.offset}"
    return MissingBlockError(
        f"{files.files[wanted.frame.file].path}: offset {wanted.frame.offset}: block "
        f"{wanted.hash[::-1].hex()} needs its parent {wanted.frame.previous[::-1].hex()}, which no file "
        f"holds whole (first missing height {height}{hint}); if the node is still downloading, run again "
        f"later, else copy the files again{_or_until(height)}"
    )


def _or_until(height: int) -> str:
    return f", or index what is there with --until {height - 1}" if height else ""


def _newest(root: Node) -> int:
    newest = root.frame.time
    rest = list(root.children)
    while rest:
        node = rest.pop()
        newest = max(newest, node.frame.time)
        rest.extend(node.children)
    return newest


def known_blocks(hashes: Any, work: Any) -> Callable[[bytes], Stem | None]:
    """What rows know of a block, its height and total work: columns ``hash`` and ``work`` of ``blocks``."""
    starts: list[Any] = []

    def find(block: bytes) -> Stem | None:
        if not starts:
            # The first bytes in wire order are the ones that proof of work leaves random.
            starts.append(np.ascontiguousarray(np.asarray(hashes)).reshape(-1, 32).view("<u8")[:, 0].copy())
        for height in np.flatnonzero(starts[0] == int.from_bytes(block[:8], "little")).tolist():
            if hashes[height].tobytes() == block:
                return Stem(height, int.from_bytes(work[height].tobytes(), "big"))
        return None

    return find


def behind(ledger: Ledger) -> dict[str, Any]:
    """How far the ledger is behind the block files that it was made from.

    Keys: ``folder``, ``status`` (``searched`` or ``not searched``), ``reason`` (why not, else None),
    ``node_height``, ``blocks_behind`` (blocks of the best chain that the ledger lacks),
    ``blocks_to_undo`` (blocks of the ledger that are no longer in it).
    """
    folder = ledger.manifest.blocks_folder
    answer: dict[str, Any] = {
        "folder": folder,
        "status": "not searched",
        "reason": None,
        "node_height": None,
        "blocks_behind": None,
        "blocks_to_undo": None,
    }
    if is_address(folder):
        reason = f"the ledger was made from the node at {folder}, which only clew index and clew follow ask"
        return {**answer, "reason": reason}
    try:
        files = open_files(Path(folder), ledger.network.name, bytes.fromhex(ledger.manifest.magic))
        try:
            scans = scan(files, Path(ledger.path) / FOLDER)
            known = known_blocks(ledger.column("blocks.hash"), ledger.column("blocks.work"))
            chain, _ = finished_chain(files, scans, known=known, known_tip=ledger.tip.height)
        finally:
            files.close()
    except ClewError as error:
        return {**answer, "reason": str(error)}
    hashes = ledger.column("blocks.hash")
    if not is_better(chain.tip, ledger.tip):
        # The files hold nothing better than the ledger; a ledger ahead of them is not behind.
        return {
            **answer,
            "status": "searched",
            "node_height": chain.tip.height,
            "blocks_behind": 0,
            "blocks_to_undo": 0,
        }
    shared = shared_blocks(chain, hashes)
    return {
        **answer,
        "status": "searched",
        "node_height": chain.tip.height,
        "blocks_behind": chain.tip.height + 1 - shared,
        "blocks_to_undo": len(hashes) - shared,
    }
