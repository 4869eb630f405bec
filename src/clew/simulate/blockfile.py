"""Writes blocks into ``blk*.dat`` files as Bitcoin Core does.

A frame is the network's magic, the block's size as 4 little-endian bytes, and the block. A file
that the next frame would fill to its maximum is closed. The file in use is allocated ahead in
whole chunks, which read as zeros. With a key, byte ``i`` of a file is XORed with byte ``i mod 8``
of the key (Bitcoin Core 28 and later); the space allocated ahead stays zero on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from clew.bitcoin.networks import Network

CORE_FILE_BYTES = 128 << 20
"""Bitcoin Core's maximum size of a block file."""

CORE_CHUNK_BYTES = 16 << 20
"""How far ahead Bitcoin Core allocates a block file."""

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
) -> list[Path]:
    """Writes blocks as frames, in ``order`` (indices of ``raw_blocks``, which may repeat or lack some).

    ``xor_key`` of 8 bytes is written to ``xor.dat`` and applied; all zeros is what a node has whose
    folder is older than obfuscation; None leaves ``xor.dat`` out. ``max_file_size`` in bytes: a
    frame that would reach it starts another file. ``preallocate``: the last file is padded with
    zeros to a multiple of so many bytes. Returns the block files. Raises ValueError for a key of
    another length, and OSError.
    """
    if xor_key is not None and len(xor_key) != XOR_KEY_BYTES:
        raise ValueError(f"xor key: expected {XOR_KEY_BYTES} bytes, found {len(xor_key)}")
    files: list[bytearray] = [bytearray()]
    for index in range(len(raw_blocks)) if order is None else order:
        framed = frame(raw_blocks[index], network)
        if files[-1] and len(files[-1]) + len(framed) >= max_file_size:
            files.append(bytearray())
        files[-1] += framed
    folder.mkdir(parents=True, exist_ok=True)
    if xor_key is not None:
        (folder / "xor.dat").write_bytes(xor_key)
    paths = []
    for number, content in enumerate(files):
        path = folder / f"blk{number:05d}.dat"
        ahead = -len(content) % preallocate if preallocate and number == len(files) - 1 else 0
        path.write_bytes(obfuscate(bytes(content), xor_key or NO_KEY) + bytes(ahead))
        paths.append(path)
    return paths


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
