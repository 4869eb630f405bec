"""Questions in SQL, put to DuckDB over the ledger's files.

Only reading is possible: one SELECT at a time, on a database in memory that may not touch a file, the
network, or its own settings. Tables are those of ``relations``; functions turn what the ledger holds
into what people read, and back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from clew.errors import ClewError, UsageError
from clew.interop import needed
from clew.interop.relations import relations
from clew.ledger.ledger import Ledger
from clew.schema import (
    NO_ADDRESS,
    NO_OUTPUT,
    OVERWRITTEN,
    SCRIPT_TYPES,
    SIGNING_BITS,
    UNSPENDABLE,
    UNSPENT,
)

_ROWS_AT_ONCE = 2_000
_LISTEN_EVERY = 0.2
"""Seconds after which Ctrl-C is looked for, where a system cannot wake who waits."""

_GIB = 1 << 30
HASH_BYTES = 32

_bits = ", ".join(
    f"CASE WHEN bits & {1 << place} <> 0 THEN '{name}' END" for place, name in enumerate(SIGNING_BITS)
)

MACROS = (
    f"unspent() AS {UNSPENT}::UINTEGER",
    f"overwritten() AS {OVERWRITTEN}::UINTEGER",
    f"unspendable() AS {UNSPENDABLE}::UINTEGER",
    f"no_address() AS {NO_ADDRESS}::UINTEGER",
    f"no_output() AS {NO_OUTPUT}::BIGINT",
    f"signing_text(bits) AS concat_ws(' ', {_bits})",
    "utc(seconds) AS make_timestamp(seconds::BIGINT * 1000000)",
    "btc(satoshi) AS satoshi::DECIMAL(29, 0) * 0.00000001::DECIMAL(9, 8)",
)
"""What stands for numbers with a meaning, and how times and amounts are shown."""


@dataclass(frozen=True)
class Found:
    """The answer to a question: its columns, each with DuckDB's name of its type, and its rows, once."""

    columns: tuple[tuple[str, str], ...]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def ask(
    ledger: Ledger, question: str, *, memory: float | None = None, threads: int | None = None
) -> Iterator[Found]:
    """Put one SELECT to a ledger.

    ``memory``: GiB that DuckDB may use, four fifths of the machine's where it is None. Raises UsageError
    where the question cannot be asked or answered, or DuckDB is not installed.
    """
    duckdb = needed("duckdb")
    raised: list[ClewError] = []
    with _spoken(duckdb, raised):
        connection = _connected(duckdb, ledger, memory, threads, raised)
    with ThreadPoolExecutor(1) as worker:

        def run(work: Callable[..., Any], *given: Any) -> Any:
            with _spoken(duckdb, raised):
                return _interruptible(worker.submit(work, *given), connection)

        try:
            run(_require_reading, duckdb, connection, question)
            run(connection.execute, question)
            columns = tuple((each[0], str(each[1])) for each in connection.description)
            yield Found(columns, _rows(lambda: run(connection.fetchmany, _ROWS_AT_ONCE)))
        finally:
            connection.abort()
            connection.close()


def _interruptible(work: Future[Any], connection: Any) -> Any:
    """What a worker's task gives. Ctrl-C is for the main thread, which waits here, and ends the task.

    If DuckDB ran in the main thread, Python would raise it in the midst of a scan, which nobody expects.
    """
    try:
        while not work.done():
            wait([work], timeout=_LISTEN_EVERY)
    except BaseException:
        while not work.done():
            connection.interrupt()
            wait([work], timeout=_LISTEN_EVERY)
        raise
    return work.result()


def _rows(more: Callable[[], list[tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
    while found := more():
        yield from found


def _connected(
    duckdb: Any, ledger: Ledger, memory: float | None, threads: int | None, raised: list[ClewError]
) -> Any:
    from clew.interop.arrow import Scanned

    config: dict[str, Any] = {
        # Nothing is written, not even what does not fit into memory.
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
    }
    if memory is not None:
        config["memory_limit"] = f"{int(memory * _GIB)}B"
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(":memory:", config=config)
    for name, relation in relations(ledger).items():
        connection.register(name, Scanned(relation))
    _add_names(connection, ledger)
    _add_functions(connection, ledger, raised)
    for macro in MACROS:
        connection.execute(f"CREATE MACRO {macro}").fetchall()
    for setting in (
        "enable_progress_bar = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}").fetchall()
    return connection


def _add_names(connection: Any, ledger: Ledger) -> None:
    """Two tables of what codes mean: ``script_types`` and ``rules``."""
    import pyarrow as pa

    rules = ledger.rules
    types = {"code": pa.array(range(len(SCRIPT_TYPES)), pa.uint8()), "name": pa.array(SCRIPT_TYPES)}
    connection.register("script_types", pa.table(types))
    named = {
        "code": pa.array(range(len(rules)), pa.uint8()),
        "name": pa.array([rule.name for rule in rules], pa.string()),
        "version": pa.array([rule.version for rule in rules], pa.int32()),
    }
    connection.register("rules", pa.table(named))


def _add_functions(connection: Any, ledger: Ledger, raised: list[ClewError]) -> None:
    def told(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def call(value: Any) -> Any:
            try:
                return function(value)
            except ClewError as error:
                raised.append(error)
                raise

        return call

    def address_text(address: int | None) -> str | None:
        if address is None:
            return None
        if address != NO_ADDRESS and not 0 <= address < ledger.counts["addresses"]:
            raise UsageError(f"address_text({address}): the ledger has addresses 0 to {_last(ledger)}")
        return ledger.address_text(address)

    def outputs_of(address: int) -> list[int]:
        if not 0 <= address < ledger.counts["addresses"]:
            raise UsageError(f"outputs_of({address}): the ledger has addresses 0 to {_last(ledger)}")
        found: list[int] = ledger.outputs_of(address).tolist()
        return found

    def wire_hash(text: str) -> bytes:
        if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
            raise UsageError(f"wire_hash({text!r}): expected {2 * HASH_BYTES} hexadecimal digits")
        return bytes.fromhex(text)[::-1]

    for function, given, gives in (
        (address_text, "BIGINT", "VARCHAR"),
        (ledger.find_address, "VARCHAR", "BIGINT"),
        (ledger.find_transaction, "VARCHAR", "BIGINT"),
        (outputs_of, "BIGINT", "BIGINT[]"),
        (wire_hash, "VARCHAR", "BLOB"),
    ):
        name = {"find_address": "address_id", "find_transaction": "transaction_id"}.get(
            function.__name__, function.__name__
        )
        # That of no address is NULL, which else a function may not answer.
        nulls = "special" if function is address_text else "default"
        connection.create_function(name, told(function), [given], gives, null_handling=nulls)
    connection.create_function("hex_hash", _hex_hashes, ["BLOB"], "VARCHAR", type="arrow")


def _last(ledger: Ledger) -> int:
    return ledger.counts["addresses"] - 1


def _hex_hashes(hashes: Any) -> Any:
    """Hashes in wire order as people write them: reversed, in hex. All at once where none is absent."""
    import pyarrow as pa
    from pyarrow import compute

    blobs = hashes.combine_chunks() if isinstance(hashes, pa.ChunkedArray) else hashes
    lengths = set(compute.binary_length(blobs).unique().to_pylist())
    if lengths != {HASH_BYTES}:
        return pa.array(
            [None if blob is None else blob[::-1].hex() for blob in blobs.to_pylist()], pa.string()
        )
    wire = np.frombuffer(b"".join(blobs.to_pylist()), np.uint8).reshape(-1, HASH_BYTES)
    text = wire[:, ::-1].tobytes().hex().encode()
    starts = np.arange(len(wire) + 1, dtype=np.int32) * (2 * HASH_BYTES)
    return pa.StringArray.from_buffers(len(wire), pa.py_buffer(starts), pa.py_buffer(text))


_EXPLAIN = re.compile(r"^\s*explain\b(\s+analyze\b)?(\s*\([^)]*\))?", re.IGNORECASE)


def _require_reading(duckdb: Any, connection: Any, question: str) -> None:
    """Raise UsageError unless the text is one SELECT, or one to be explained."""
    statements = connection.extract_statements(question)
    if len(statements) != 1:
        raise UsageError(f"expected one SQL statement, found {len(statements)}; ask one question at a time")
    kind = statements[0].type
    if kind == duckdb.StatementType.EXPLAIN:
        inner = connection.extract_statements(_EXPLAIN.sub("", statements[0].query.strip(), count=1))
        kind = inner[0].type if len(inner) == 1 else kind
    if kind != duckdb.StatementType.SELECT:
        raise UsageError(f"expected a SELECT, found {kind.name}; clew sql only reads, and only the ledger")


@contextmanager
def _spoken(duckdb: Any, raised: list[ClewError]) -> Iterator[None]:
    """Turns DuckDB's errors into one line."""
    try:
        yield
    except duckdb.Error as error:
        if raised:
            raise raised[-1] from None
        raise UsageError(_one_line(duckdb, error)) from error


def _one_line(duckdb: Any, error: Exception) -> str:
    said = " ".join(str(error).partition("\n\nLINE ")[0].split())
    if isinstance(error, duckdb.OutOfMemoryException):
        said = said.partition(" Database is launched")[0]
        return f"SQL: {said}; give DuckDB more with --memory, or ask for less"
    if isinstance(error, duckdb.PermissionException):
        return f"SQL: {said}; clew sql only reads, and only the ledger"
    return f"SQL: {said}"


__all__ = ["MACROS", "Found", "ask"]
