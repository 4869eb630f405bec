"""Writes blocks into ``blk*.dat`` files as Bitcoin Core does, and what they spend into ``rev*.dat``.

A frame is the network's magic, the block's size as 4 little-endian bytes, and the block. A file
that the next frame would fill to its maximum is closed. The file in use is allocated ahead in
whole chunks, which read as zeros. With a key, byte ``i`` of a file is XORed with byte ``i mod 8``
of the key (Bitcoin Core 28 and later); the space allocated ahead stays zero on disk.

The undo record of a block lies in the file of the same number as the block's, in order of connection: magic,
size, data, checksum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from clew.bitcoin.networks import Network
from clew.bitcoin.undo import undo_checksum, write_undo
from clew.simulate.connection import connections

CORE_FILE_BYTES = 128 << 20
"""Bitcoin Core's maximum size of a block file."""

CORE_CHUNK_BYTES = 16 << 20
"""How far ahead Bitcoin Core allocates a block file."""

CORE_UNDO_CHUNK_BYTES = 1 << 20
"""How far ahead Bitcoin Core allocates an undo file."""

XOR_KEY_BYTES = 8
NO_KEY = bytes(XOR_KEY_BYTES)


def write_block_files(
    folder: Path,
    raw_blocks: Sequence[bytes],
    *,
    network: Network,
    xor_key: bytes | None = None,
    max_file_size: int = CORE_FILE_BYTES,
    preallocate: int = 0,
    order: Iterable[int] | None = None,
    undo: bool = False,
) -> list[Path]:
    """Writes blocks as frames, in ``order`` (indices of ``raw_blocks``, which may repeat or lack some).

    ``xor_key`` of 8 bytes is written to ``xor.dat`` and applied; all zeros is what a node has whose
    folder is older than obfuscation; None leaves ``xor.dat`` out. ``max_file_size`` in bytes: a
    frame that would reach it starts another file. ``preallocate``: the last file is padded with
    zeros to a multiple of so many bytes. ``undo``: the undo files too, of a node at which the blocks
    arrived in this order; see ``connections`` for what it raises. Returns the block files. Raises
    ValueError for a key of another length, and OSError.
    """
    if xor_key is not None and len(xor_key) != XOR_KEY_BYTES:
        raise ValueError(f"xor key: expected {XOR_KEY_BYTES} bytes, found {len(xor_key)}")
    arrival = list(range(len(raw_blocks)) if order is None else order)
    files: list[bytearray] = [bytearray()]
    lies_in: dict[int, int] = {}
    for index in arrival:
        framed = frame(raw_blocks[index], network)
        if files[-1] and len(files[-1]) + len(framed) >= max_file_size:
            files.append(bytearray())
        files[-1] += framed
        lies_in.setdefault(index, len(files) - 1)
    undo_files = _undo_files(raw_blocks, arrival, lies_in, network) if undo else {}
    folder.mkdir(parents=True, exist_ok=True)
    key = xor_key or NO_KEY
    if xor_key is not None:
        (folder / "xor.dat").write_bytes(xor_key)
    last = len(files) - 1
    for number, content in undo_files.items():
        chunk = min(preallocate, CORE_UNDO_CHUNK_BYTES) if number == last else 0
        _write(folder / f"rev{number:05d}.dat", content, key, chunk)
    paths = [folder / f"blk{number:05d}.dat" for number in range(len(files))]
    for number, (path, content) in enumerate(zip(paths, files, strict=True)):
        _write(path, content, key, preallocate if number == last else 0)
    return paths


def _undo_files(
    raw_blocks: Sequence[bytes], arrival: Sequence[int], lies_in: dict[int, int], network: Network
) -> dict[int, bytearray]:
    files: dict[int, bytearray] = {}
    for each in connections(raw_blocks, arrival):
        record = undo_frame(write_undo(each.spent), each.block.header.previous, network)
        files.setdefault(lies_in[each.index], bytearray()).extend(record)
    return files


def _write(path: Path, content: bytes | bytearray, key: bytes, chunk: int) -> None:
    ahead = -len(content) % chunk if chunk else 0
    path.write_bytes(obfuscate(bytes(content), key) + bytes(ahead))


def undo_frame(data: bytes, previous: bytes, network: Network) -> bytes:
    """An undo record's data behind magic and size, before its checksum; ``previous``: its block's parent."""
    return network.magic + len(data).to_bytes(4, "little") + data + undo_checksum(previous, data)


def frame(raw: bytes, network: Network) -> bytes:
    """One block behind magic and size."""
    return network.magic + len(raw).to_bytes(4, "little") + raw


def obfuscate(data: bytes, key: bytes, position: int = 0) -> bytes:
    """Bytes that stand at ``position`` in their file, XORed with the key; the same call undoes it."""
    if not any(key) or not data:
        return data
    start = position % len(key)
    repeated = (key[start:] + key * (len(data) // len(key) + 1))[: len(data)]
    mixed = int.from_bytes(data, "little") ^ int.from_bytes(repeated, "little")
    return mixed.to_bytes(len(data), "little")
