"""Files of attributions in any form that is known: found, read, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from clew.errors import UsageError
from clew.interop import ofac, tagcsv, tagpack
from clew.interop.lines import BadTextError, decoded, read_yaml
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.interop.values import Values
from clew.reference.tags import BAD_FILE, Finding, Pack

ENDINGS = (".yaml", ".yml", ".json", ".csv", ".tsv", ".txt")
"""What files are called that a folder is searched for."""

IMPORTERS = {
    "tagpack": "tagpack 1", "actorpack": "actorpack 1", "vocabulary": "vocabulary 1", "ofac": "ofac 1",
    "list": "list 1", "csv": "csv 1",
}  # fmt: skip
"""What reads each format, and its version. A new version reads the same file in another way."""


class Step(Protocol):
    """Told how many files of how many were read."""

    def __call__(self, done: int, total: int) -> None:
        """Note it."""


@dataclass(frozen=True)
class _Opened:
    """A file whose kind is known, and what reads the rest of it once all vocabularies are."""

    words: frozenset[str]
    read: partial[Pack]
    takes_values: bool = False


def find(paths: Iterable[Path]) -> list[Path]:
    """The files that are named, and those in the folders that are; each once, by name in a folder.

    Raises UsageError for a path that is not there, and where there is no file at all.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if _is_meant(each.relative_to(path)))
            found.update(dict.fromkeys(each for each in inside if each.is_file()))
        elif path.exists():
            found[path] = None
        else:
            raise UsageError(f"{path}: no such file or folder; name a pack, or a folder of packs")
    if not found:
        raise UsageError(f"expected files of tags ({', '.join(ENDINGS)}), found none in the folders named")
    return [*found]


def _is_meant(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS and not any(part.startswith(".") for part in path.parts)


def read(
    paths: Sequence[Path], subjects: Subjects, form: Form, words: Iterable[str] = (), step: Step | None = None
) -> list[Pack]:
    """The packs of some files, in their order; what is wrong stands in their findings.

    ``words``: concepts that are known besides the shipped. Those of vocabularies among the files are
    known too. Raises UsageError for a form that cannot be.
    """
    opened: list[_Opened | Pack] = []
    for path in paths:
        try:
            opened.append(_open(path, subjects, form))
        except BadTextError as error:
            opened.append(_bad(path, error.line, str(error)))
        except OSError as error:
            opened.append(_bad(path, 1, f"it cannot be read: {error.strerror or error}"))
    known = {*words}.union(*(each.words for each in opened if isinstance(each, _Opened)))
    values = Values(known)
    tagcsv.checked(form.constants, values)
    packs = []
    for path, each in zip(paths, opened, strict=True):
        packs.append(each if isinstance(each, Pack) else _finished(path, each, values))
        if step:
            step(len(packs), len(paths))
    return packs


def _finished(path: Path, opened: _Opened, values: Values) -> Pack:
    try:
        pack = opened.read(values=values) if opened.takes_values else opened.read()
        return replace(pack, file=path.name)
    except BadTextError as error:
        return _bad(path, error.line, str(error))


def _bad(path: Path, line: int, reason: str) -> Pack:
    return Pack(str(path), "", "", findings=(Finding(str(path), line, BAD_FILE, reason),))


def _open(path: Path, subjects: Subjects, form: Form) -> _Opened:
    data = path.read_bytes()
    file, digest = str(path), sha256(data).hexdigest()
    ending = path.suffix.lower()
    if ending in (".yaml", ".yml"):
        root = read_yaml(decoded(data))
        kind = tagpack.kind_of(root)
        if kind == tagpack.VOCABULARY:
            return _Opened(
                frozenset(tagpack.words_of(root)), partial(tagpack.read_vocabulary, root, file, digest)
            )
        if kind == tagpack.ACTORPACK:
            return _Opened(frozenset(), partial(tagpack.read_actorpack, root, file, digest), True)
        return _Opened(frozenset(), partial(tagpack.read_tagpack, root, file, digest, subjects), True)
    if ending == ".json":
        text = decoded(data, form.encoding)
        return _Opened(frozenset(), partial(_json, text, file, digest, subjects, form), True)
    text, table = tagcsv.table_of(data, form)
    if not form.columns and ofac.is_sdn(text):
        return _Opened(frozenset(), partial(_sdn, text, file, digest, subjects, form), True)
    if not form.columns and table.is_words:
        pack = tagcsv.read_words(table, file, digest)
        return _Opened(frozenset(each.id for each in pack.concepts), partial(lambda: pack))
    return _Opened(frozenset(), partial(tagcsv.read_csv, table, file, digest, subjects, form=form), True)


def _json(text: str, file: str, digest: str, subjects: Subjects, form: Form, values: Values) -> Pack:
    return ofac.read_json(text, file, digest, subjects, tagcsv.checked(form.constants, values))


def _sdn(text: str, file: str, digest: str, subjects: Subjects, form: Form, values: Values) -> Pack:
    return ofac.read_sdn(text, file, digest, subjects, tagcsv.checked(form.constants, values))


__all__ = ["ENDINGS", "IMPORTERS", "Step", "find", "read"]
