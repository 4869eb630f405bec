"""The ledger for other programs: SQL over its columns, and Parquet."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from clew.errors import UsageError


def needed(package: str) -> Any:
    """Import DuckDB or pyarrow. Raises UsageError that says how to install them where they are missing."""
    try:
        # DuckDB reads the ledger through pyarrow, so both are there or nothing works.
        import_module("pyarrow.dataset")
        return import_module(package)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"this needs the package {error.name}, which is not installed; "
            'install it with: pip install "clew[sql]"'
        ) from error


__all__ = ["needed"]
