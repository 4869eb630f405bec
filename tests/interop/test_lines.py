"""YAML that keeps its lines, and texts that are none."""

from __future__ import annotations

import pytest

from clew.interop.lines import BadTextError, Mapping, as_plain, decoded, read_yaml


def test_values_stay_as_they_are_written() -> None:
    root = read_yaml("a: NO\nb: 0x1F\nc: 2022-11-16\nd: ~\ne: ''\nf: [1, x]\ng: {h: yes}\n")
    assert isinstance(root, Mapping)
    assert as_plain(root) == {
        "a": "NO", "b": "0x1F", "c": "2022-11-16", "d": None, "e": "", "f": ["1", "x"], "g": {"h": "yes"},
    }  # fmt: skip
    assert (root.lines["a"], root.lines["g"], root.values["g"].line) == (1, 7, 7)
    assert (root.text("a"), root.text("f"), root.text("none")) == ("NO", None, None)


def test_a_key_that_is_written_twice_is_noted() -> None:
    root = read_yaml("a: 1\nb: 2\na: 3\n")
    assert root.twice == [("a", 3)]


def test_an_empty_text_is_nothing() -> None:
    assert read_yaml("") is None
    assert read_yaml("# a comment\n") is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: [1\nc: 2\n", 3, "not readable as YAML"),
        ("a: 1\n\tb: 2\n", 2, "not readable as YAML"),
        ("a: 1\n---\nb: 1\n", 2, "expected a single document"),
        ("a:\n  ? [x]\n  : 1\n", 2, "expected a name before the colon"),
        ("a: \x01\n", 1, "not readable as YAML"),
        ("[" * 60 + "]" * 60, 1, "nested too deeply"),
        ("[" * 3000 + "]" * 3000, 1, "maximum nesting depth|nested too deeply"),
        ("a: &a [*a]\n", 1, "not readable as YAML"),
        ("a: *b\n", 1, "undefined alias"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(BadTextError, match=said) as caught:
        read_yaml(text)
    assert caught.value.line == line


def test_aliases_that_swell_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(BadTextError, match="too large"):
        read_yaml("\n".join(lines))
    assert as_plain(read_yaml("\n".join(lines[:2])))["a1"] == [["x"] * 10] * 10


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xd8\xff\xe0 JFIF", "a JPEG image"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"title: x\n\0", "a zero byte"),
        (b"title: caf\xe9\n", "found byte 0xe9"),
    ],
)
def test_what_is_no_text_is_not_read(data: bytes, said: str) -> None:
    with pytest.raises(BadTextError, match=said):
        decoded(data)


def test_encodings() -> None:
    assert decoded(b"\xef\xbb\xbfa") == "a"
    assert decoded("aé".encode("utf-16")) == "aé"
    assert decoded(b"caf\xe9", "cp1252") == "café"
    with pytest.raises(BadTextError, match="no such encoding"):
        decoded(b"a", "klingon")
