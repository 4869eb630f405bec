"""Ways to run the command: its output in a pipe, or on a terminal."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from accuracy.economy import scored
from clew.cli import program
from cli.process import PATIENCE, PROGRAM, UNSET, Ended, Run, surroundings
from naive.ledger import build_ledger


@pytest.fixture(scope="session")
def clew() -> Run:
    """Runs clew with arguments, its output in a pipe."""

    def run(*arguments: object, env: Mapping[str, str] | None = None, stdin: str = "") -> Ended:
        done = subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env=surroundings(env),
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def inside() -> Run:
    """Runs clew as ``clew`` does, but within this process, which is quicker."""

    def run(*arguments: object, env: Mapping[str, str] | None = None, stdin: str = "") -> Ended:
        changes: dict[str, str | None] = {**dict.fromkeys(UNSET), **(env or {})}
        done = CliRunner().invoke(program, [*map(str, arguments)], input=stdin, env=changes)
        assert done.exception is None or isinstance(done.exception, SystemExit), done
        return Ended(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def terminal() -> Run:
    """Runs clew with arguments on a terminal of its own: what both streams write comes together."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

    def run(*arguments: object, env: Mapping[str, str] | None = None, columns: int = 80) -> Ended:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=surroundings({"COLUMNS": str(columns), **(env or {})}),
        )
        os.close(theirs)
        with os.fdopen(ours, "rb") as reader:
            text = _all_of(reader.fileno())
        return Ended(process.wait(PATIENCE), text.replace("\r\n", "\n"), "")

    return run


def _all_of(descriptor: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts).decode("utf-8")


@pytest.fixture(scope="session")
def early_chain(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of the main network's first 300 blocks, made by the slow twin."""
    data = (shared_data / "blocks" / "odd" / "blk00000.dat").read_bytes()
    folder = tmp_path_factory.mktemp("early") / "ledger"
    build_ledger(folder, list(_frames(data)), "main")
    return folder


def _frames(data: bytes) -> Iterator[bytes]:
    """Blocks in a plain block file, which holds them in order and nothing else."""
    start = 0
    while start < len(data):
        size = int.from_bytes(data[start + 4 : start + 8], "little")
        yield data[start + 8 : start + 8 + size]
        start += 8 + size


__all__ = ["scored"]
