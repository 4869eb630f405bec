"""The words of a PDF that typst made, read without a library: only what such files hold is understood."""

from __future__ import annotations

import re
import zlib

_STREAM = re.compile(rb"(?s)(\d+) 0 obj\s*<<(?:(?!endobj).)*?>>\s*stream\r?\n(.*?)\r?\nendstream")
_OBJECT = re.compile(rb"(?s)(\d+) 0 obj\s*(<<.*?)endobj")
_INNER = rb"(?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*"
"""Within a string brackets may stand bare, where each has its other."""
_SHOWN = re.compile(
    rb"(?s)/(f\d+) [\d.]+ Tf|\[((?:\(" + _INNER + rb"\)|[^\]()])*)\]\s*TJ"
    rb"|(<[0-9A-Fa-f]+>|\(" + _INNER + rb"\))\s*Tj"
)
_STRING = re.compile(rb"(?s)\((" + _INNER + rb")\)|<([0-9A-Fa-f]+)>")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def words_of(pdf: bytes) -> str:
    """All text that the pages show, in the order in which they show it; line breaks are lost."""
    streams = {int(number): _inflated(data) for number, data in _STREAM.findall(pdf)}
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    found = []
    for page in objects.values():
        content = re.search(rb"/Contents (\d+) 0 R", page)
        if content is None:
            continue
        elsewhere = re.search(rb"/Resources (\d+) 0 R", page)
        resources = page if elsewhere is None else objects[int(elsewhere[1])]
        fonts = {}
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources):
            table = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
            assert table is not None
            fonts[name] = _letters(streams[int(table[1])])
        found.append(_shown(streams[int(content[1])], fonts))
    assert found, "no page was read"
    return " ".join(found)


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return data


def _letters(table: bytes) -> dict[int, str]:
    """What each glyph stands for, by a map to Unicode."""
    found: dict[int, str] = {}
    for part in re.findall(rb"(?s)beginbfchar(.*?)endbfchar", table):
        for glyph, text in re.findall(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", part):
            found[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for part in re.findall(rb"(?s)beginbfrange(.*?)endbfrange", table):
        for first, last, text in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", part):
            start = ord(bytes.fromhex(text.decode()).decode("utf-16-be"))
            for place, glyph in enumerate(range(int(first, 16), int(last, 16) + 1)):
                found[glyph] = chr(start + place)
    return found


def _shown(page: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    found: list[str] = []
    letters: dict[int, str] = {}
    for font, several, alone in _SHOWN.findall(page):
        if font:
            letters = fonts[font]
            continue
        parts = _STRING.findall(several or alone)
        raw = b"".join(bytes.fromhex(code.decode()) if code else _plain(text) for text, code in parts)
        found.append("".join(letters[raw[at] << 8 | raw[at + 1]] for at in range(0, len(raw), 2)))
    return "".join(found)


def _plain(text: bytes) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 8) & 255]) if code.isdigit() else _ESCAPES.get(code, code)

    return re.sub(rb"(?s)\\([0-7]{1,3}|.)", one, text)


__all__ = ["words_of"]
