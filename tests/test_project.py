"""What the project's own files promise: pinned packages, whole licence, documents that name no host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[1]


def wanted() -> list[Requirement]:
    """Every requirement of pyproject.toml, whatever needs it."""
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [
        declared["build-system"]["requires"],
        declared["project"]["dependencies"],
        *declared["project"]["optional-dependencies"].values(),
        *declared["dependency-groups"].values(),
    ]
    return [Requirement(each) for group in groups for each in group]


def locked() -> dict[str, list[str]]:
    """Versions by package, one for each kind of machine, as the lock file pins them."""
    text = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE):
        versions.setdefault(name, []).append(version)
    return versions


def test_the_lock_file_pins_what_is_wanted() -> None:
    versions = locked()
    for requirement in wanted():
        assert requirement.name in versions, f"{requirement.name} is not in requirements.lock: make lock"
        for version in versions[requirement.name]:
            assert requirement.specifier.contains(version), f"{requirement.name} {version}: make lock"


def test_every_pin_has_a_hash_and_no_line_names_a_host() -> None:
    text = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(pins) == sum(map(len, locked().values()))
    assert [pin.split(" ")[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert "://" not in text
    assert "--index" not in text


def test_the_licence_is_whole() -> None:
    text = (PROJECT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert [int(number) for number in re.findall(r"^   (\d)\. [A-Z]", text, re.MULTILINE)] == list(
        range(1, 10)
    )
    assert "END OF TERMS AND CONDITIONS" in text


def test_decisions_are_numbered_and_titled_alike() -> None:
    notes = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
    assert notes
    numbers = [note.name[:4] for note in notes]
    assert len(set(numbers)) == len(numbers)
    for note in notes:
        text = note.read_text(encoding="utf-8")
        assert text.startswith(f"# {note.name[:4]} "), note.name
        for part in ("**Context.**", "**Why.**", "**Rejected.**"):
            assert part in text, f"{note.name} lacks {part}"
        assert "**Decision" in text, note.name


def test_links_in_documents_lead_somewhere() -> None:
    for document in (*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")):
        for link in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (document.parent / link).exists(), f"{document.name} links to {link}"
