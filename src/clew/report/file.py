"""The report's file: set whole in memory, written beside its place, then moved there."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from clew.errors import ReportError, StorageError
from clew.report.answers import DEFAULT_LIMIT, ReportAnswers
from clew.report.document import Document


def write_report(path: Path, answers: ReportAnswers, *, limit: int = DEFAULT_LIMIT) -> None:
    """Write the report on ``answers`` to ``path``, which ends in ``.pdf`` or ``.html``.

    ``limit`` bounds the rows of each printed table; 0 prints all. A file already there is replaced only by a
    whole new one. The same answers give the same bytes. Raises ReportError if the place or the
    ending is wrong, the answers do not belong together, or ``clew[report]`` is not installed;
    StorageError if the disk refuses.
    """
    path = Path(path)
    setter = setter_of(path)
    if not path.parent.is_dir():
        raise ReportError(f"cannot write {path}: there is no folder {path.parent}; make it first")
    if path.is_dir():
        raise ReportError(f"cannot write {path}: it is a folder; name a file in it")
    if limit < 0:
        raise ReportError(f"expected a limit of 0 (all rows) or more, found {limit}")
    answers.check()
    try:
        from clew.report.chapters import document

        content = setter(document(answers, version=version(), limit=limit))
    except ImportError as error:
        raise ReportError(
            f"a report needs the package {error.name}, which is not installed: pip install 'clew[report]'"
        ) from error
    replace(path, content)


def setter_of(path: Path) -> Callable[[Document], bytes]:
    """What sets the kind of file that the name asks for. Raises ReportError for another ending."""
    from clew.report.html import html
    from clew.report.pdf import pdf

    setters = {".pdf": pdf, ".html": html}
    setter = setters.get(path.suffix.lower())
    if setter is None:
        found = f"'{path.suffix}'" if path.suffix else "no ending"
        raise ReportError(f"cannot write {path}: expected a name that ends in .pdf or .html, found {found}")
    return setter


def replace(path: Path, content: bytes) -> None:
    """Write beside, flush to the disk, then take the place in one step. Raises StorageError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with beside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError(f"cannot write {path}: {reason}; what was there before is untouched") from error


def version() -> str:
    """The version of Clew that is installed."""
    try:
        return installed("clew")
    except PackageNotFoundError:
        return "(not installed)"
