"""Bytes as they lie in a block: little-endian numbers and compact sizes, read with their place known."""

from __future__ import annotations

from clew.errors import ParseError

MAX_SIZE = 0x02000000
"""Largest compact size that Bitcoin Core reads (``MAX_SIZE`` in its ``serialize.h``)."""


def compact_size(number: int) -> bytes:
    """``number`` as a compact size: 1, 3, 5 or 9 bytes, always the shortest form."""
    if number < 0xFD:
        return number.to_bytes(1, "little")
    if number <= 0xFFFF:
        return b"\xfd" + number.to_bytes(2, "little")
    if number <= 0xFFFFFFFF:
        return b"\xfe" + number.to_bytes(4, "little")
    return b"\xff" + number.to_bytes(8, "little")


class Reader:
    """Reads forward through ``data`` and knows where it stands.

    ``subject`` says what the bytes should be ("block"), ``where`` where they came from, and
    ``part`` which part is being read; all three are for messages only.
    """

    def __init__(self, data: bytes, subject: str, where: str = "") -> None:
        self.data = data
        self.subject = subject
        self.where = where
        self.part = ""
        self.position = 0

    def error(self, expected: str, found: str, at: int | None = None) -> ParseError:
        """A ParseError for byte ``at``; without it, for the byte to be read next."""
        part = f" in {self.part}" if self.part else ""
        source = f" ({self.where})" if self.where else ""
        return ParseError(
            f"not a {self.subject}: expected {expected}, found {found},{part} at byte"
            f" {self.position if at is None else at} of the {self.subject}{source};"
            " take it from another copy"
        )

    def take(self, count: int, what: str) -> bytes:
        """The next ``count`` bytes. Raises ParseError where fewer are left."""
        end = self.position + count
        if end > len(self.data):
            left = len(self.data) - self.position
            raise self.error(f"{count} bytes of {what}", f"the end after {left}")
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def unsigned(self, width: int, what: str) -> int:
        """The next ``width`` bytes as a little-endian number from 0."""
        return int.from_bytes(self.take(width, what), "little")

    def signed(self, width: int, what: str) -> int:
        """The next ``width`` bytes as a little-endian number in two's complement."""
        return int.from_bytes(self.take(width, what), "little", signed=True)

    def compact_size(self, what: str) -> int:
        """The compact size that comes next, in its shortest form and at most MAX_SIZE.

        As Bitcoin Core's ``ReadCompactSize``. Raises ParseError.
        """
        start = self.position
        first = self.unsigned(1, what)
        if first < 0xFD:
            return first
        number = self.unsigned({0xFD: 2, 0xFE: 4, 0xFF: 8}[first], what)
        if number > MAX_SIZE:
            raise self.error(f"{what} of at most {MAX_SIZE}", str(number), start)
        if len(compact_size(number)) != self.position - start:
            raise self.error(f"{what} in its shortest form", f"{number} in a longer one", start)
        return number

    def finish(self) -> None:
        """Raises ParseError where bytes are left over."""
        left = len(self.data) - self.position
        if left:
            raise self.error("its end", f"{left} more bytes")
