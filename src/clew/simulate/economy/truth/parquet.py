"""Truth tables as Parquet files whose bytes follow from their rows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from clew.errors import UsageError
from clew.simulate.economy.truth.columns import Column, Table
from clew.simulate.economy.truth.sources import Source, Texts, Words, length

ROWS_PER_GROUP = 1 << 18
"""Rows of a row group; always the same, for the bytes' sake."""


def file_of(folder: Path, table: Table) -> Path:
    """Where a table lies."""
    return folder / f"{table.name}.parquet"


def require() -> None:
    """Raises UsageError where the package that writes and reads tables is missing."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"truth tables need the package {error.name}, which is not installed: pip install"
            " 'clew[simulate]'"
        ) from error


def write(folder: Path, table: Table, sources: Mapping[str, Source]) -> int:
    """Write a table into an existing folder; returns its rows. Raises OSError.

    ``sources``: each column that the dictionary declares. Nothing in the file tells of time or machine,
    but it names the version of the package that wrote it.
    """
    import pyarrow as pa
    from pyarrow import parquet

    names = [column.name for column in table.columns]
    if list(sources) != names:
        raise AssertionError(f"{table.name}: columns {list(sources)}, declared are {names}")
    rows = {name: length(source) for name, source in sources.items()}
    if len(set(rows.values())) != 1:
        raise AssertionError(f"{table.name}: columns of different lengths: {rows}")
    count = rows[names[0]]
    schema = schema_of(table)
    with parquet.ParquetWriter(
        file_of(folder, table),
        schema,
        compression="zstd",
        compression_level=1,
        # Other columns seldom repeat within a group, or are packed as well without a list of values.
        use_dictionary=[column.name for column in table.columns if column.words],
        store_schema=False,
    ) as writer:
        writer.add_key_value_metadata({"table": table.name, "meaning": table.doc})
        for start in range(0, max(count, 1), ROWS_PER_GROUP):
            end = min(start + ROWS_PER_GROUP, count)
            arrays = [
                _part(column, sources[column.name], start, end).cast(field.type)
                for column, field in zip(table.columns, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=ROWS_PER_GROUP)
    return count


def schema_of(table: Table) -> Any:
    """The Arrow schema of a table."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
        "money": pa.decimal128(18, 2),
    }
    fields = [pa.field(each.name, types[each.type], nullable=bool(each.empty)) for each in table.columns]
    return pa.schema(fields)


def _part(column: Column, source: Source, start: int, end: int) -> Any:
    """Rows ``start`` to ``end`` of a column as an Arrow array."""
    import pyarrow as pa

    if isinstance(source, Texts):
        return source.values.take(_places(column, source.rows[start:end]))
    if isinstance(source, Words):
        return pa.DictionaryArray.from_arrays(
            _places(column, source.codes[start:end]), pa.array(source.names, pa.string())
        )
    values = source[start:end]
    if column.type == "money":
        return pa.array(
            [None if cents < 0 else Decimal(int(cents)).scaleb(-2) for cents in values], pa.decimal128(18, 2)
        )
    return _places(column, values) if column.type != "bool" else pa.array(values)


def _places(column: Column, values: Any) -> Any:
    """Whole numbers; those below zero stand for nothing."""
    import pyarrow as pa

    values = np.asarray(values, np.int64)
    missing = values < 0
    if not column.empty and missing.any():
        raise AssertionError(f"column {column.name} is empty in row {int(missing.argmax())}")
    return pa.array(values, mask=missing) if column.empty else pa.array(values)
