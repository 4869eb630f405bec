"""The ledger's tables as Parquet files, one for each, for other tools."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clew.analysis.attribution import snapshot_of
from clew.errors import StorageError, UsageError
from clew.interop import needed
from clew.interop.relations import Relation, relations
from clew.ledger.ledger import Ledger
from clew.schema import VERSION

ROWS_PER_GROUP = 1 << 20
"""Rows of a row group: what is held in memory at a time, and what readers skip by statistics."""


@dataclass(frozen=True)
class Step:
    """How far an export is."""

    stage: str
    done: int
    total: int
    unit: str = "rows"
    height: int | None = None


@dataclass(frozen=True)
class Exported:
    """A file that was written: its table, path, rows and bytes."""

    table: str
    path: Path
    rows: int
    bytes: int


def export(
    ledger: Ledger,
    folder: str | Path,
    tables: Sequence[str] | None = None,
    progress: Callable[[Step], None] | None = None,
) -> list[Exported]:
    """Write tables (None: all) as ``TABLE.parquet`` into a new or empty folder, all of them or none.

    They are written beside the folder and take its name at the end. Raises UsageError where a table is
    not known or the folder is not empty, StorageError where the disk fails.
    """
    needed("pyarrow.parquet")
    folder = Path(folder)
    chosen = _chosen(relations(ledger), tables)
    _require_empty(folder)
    made = folder.absolute().with_name(f".{folder.absolute().name}.{uuid.uuid4().hex[:8]}.unfinished")
    try:
        with _disk(made):
            made.mkdir(parents=True)
        written = [_write(ledger, each, made, progress or _unseen) for each in chosen]
        with _disk(folder):
            if folder.is_dir():
                folder.rmdir()
            os.replace(made, folder)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(made)
        raise
    return [Exported(each.table, folder / each.path.name, each.rows, each.bytes) for each in written]


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            f"{path}: cannot be written ({reason}); nothing was exported; make room, or name another folder"
        ) from error


def _unseen(_: Step) -> None:
    pass


def _chosen(known: dict[str, Relation], tables: Sequence[str] | None) -> list[Relation]:
    if tables is None:
        return list(known.values())
    for name in tables:
        if name not in known:
            raise UsageError(
                f"table {name!r}: expected one or more of {', '.join(known)}, with commas between"
            )
    return [known[name] for name in dict.fromkeys(tables)]


def _require_empty(folder: Path) -> None:
    try:
        is_taken = folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir())))
    except OSError as error:
        raise StorageError(f"{folder}: cannot be read ({error.strerror}); name another folder") from error
    if is_taken:
        raise UsageError(
            f"{folder}: expected an empty folder or none, found something in its place; name another folder"
        )


def _write(ledger: Ledger, relation: Relation, folder: Path, progress: Callable[[Step], None]) -> Exported:
    from pyarrow import parquet

    from clew.interop.arrow import record_batches, schema_of

    path = folder / f"{relation.name}.parquet"
    schema = schema_of(relation, _about(ledger))
    rows, held, waiting = 0, 0, []
    with _disk(path):
        # Values repeat seldom; where they do not, a dictionary would only cost time.
        options: dict[str, Any] = {"compression": "zstd", "use_dictionary": False}
        options["column_encoding"] = dict.fromkeys(relation.ascending, "DELTA_BINARY_PACKED")
        with parquet.ParquetWriter(path, schema, **options) as writer:
            for batch in record_batches(relation, schema):
                waiting.append(batch)
                held += len(batch)
                if held >= ROWS_PER_GROUP:
                    _flush(writer, waiting, schema)
                    held = 0
                rows += len(batch)
                progress(Step(f"writing {relation.name}", rows, max(rows, relation.rows)))
            _flush(writer, waiting, schema)
        with open(path, "rb+") as file:
            os.fsync(file.fileno())
        return Exported(relation.name, path, rows, path.stat().st_size)


def _flush(writer: Any, waiting: list[Any], schema: Any) -> None:
    import pyarrow as pa

    if waiting:
        table = pa.Table.from_batches(waiting, schema)
        writer.write_table(table, row_group_size=max(len(table), 1))
        waiting.clear()


def _about(ledger: Ledger) -> dict[str, str]:
    """What the rows rest on, for each file to carry."""
    tip = {"height": ledger.tip.height, "hash": ledger.tip.hash, "work": ledger.tip.work}
    return {
        "clew_schema": str(VERSION),
        "network": ledger.network.name,
        "tip": json.dumps(tip),
        "digest": ledger.manifest.digest,
        "snapshot": snapshot_of(ledger),
    }


__all__ = ["Exported", "Step", "export"]
