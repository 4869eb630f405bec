"""Blocks out of a block file, for files without obfuscation and in chain order."""

from __future__ import annotations

from pathlib import Path


def read_frames(path: Path) -> list[bytes]:
    """The bytes of each block of a file: magic, length, block, and so on to the end."""
    data = path.read_bytes()
    blocks = []
    position = 0
    while position < len(data):
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        blocks.append(data[position + 8 : position + 8 + length])
        position += 8 + length
    return blocks
