"""Builds in processes of their own: to be held, interrupted, killed, or run as somebody else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 60
"""Seconds after which a process is given up."""

PROGRAM = """
import json, os, sys
os.umask(0)
said = json.loads(sys.argv[1])
import clew.build
from clew.build import bulk
from clew.errors import ClewError
from pathlib import Path
if said["user"]:
    os.setgid(said["user"])
    os.setuid(said["user"])
    os.environ["NUMBA_CACHE_DIR"] = "/nonexistent"
bulk.COMMIT_SECONDS = said["commit_seconds"]
waited = False
def progress(step):
    global waited
    here = step.stage == said["wait_stage"] and (step.height or 0) >= said["wait_height"]
    if here and not waited:
        waited = True
        print("waiting", flush=True)
        sys.stdin.readline()
try:
    clew.build.index(Path(said["ledger"]), Path(said["blocks"]), network="regtest", until=said["until"],
                     batch_bytes=said["batch_bytes"], progress=progress)
except ClewError as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(2)
"""


class Child:
    """A process that indexes; it waits at the first step of ``wait_stage`` from ``wait_height`` on."""

    def __init__(
        self,
        ledger: Path,
        blocks: Path,
        *,
        until: int | None = None,
        wait_stage: str = "",
        wait_height: int = 0,
        batch_bytes: int | None = None,
        commit_seconds: float = 30,
        user: int = 0,
    ) -> None:
        said = {
            "ledger": str(ledger), "blocks": str(blocks), "until": until, "wait_stage": wait_stage,
            "wait_height": wait_height, "batch_bytes": batch_bytes, "commit_seconds": commit_seconds,
            "user": user,
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM, json.dumps(said)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
        )  # fmt: skip
        self.err = ""
        self.code: int | None = None

    def wait(self) -> None:
        """Wait until it waits."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if line != "waiting\n":
            raise AssertionError(line + self.end() + self.err)

    def end(self) -> str:
        """Let it run to its end; returns what it printed."""
        out, self.err = self.process.communicate("\n", timeout=PATIENCE)
        self.code = self.process.returncode
        return out

    def go_on(self) -> None:
        """Let it run to its end."""
        self.end()

    def interrupt(self) -> str:
        """Ctrl-C; returns what it printed."""
        self.process.send_signal(signal.SIGINT)
        return self.end()

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.end()


@contextmanager
def holding(ledger: Path, blocks: Path, stage: str, until: int | None = None) -> Iterator[Child]:
    """A process that holds a ledger, waiting in the middle of its work."""
    child = Child(ledger, blocks, until=until, wait_stage=stage)
    try:
        child.wait()
        yield child
    finally:
        if child.code is None:
            child.kill()
