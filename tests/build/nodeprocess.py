"""A node in a process of its own, to be asked for blocks and told how to misbehave."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from build.nodes import contents, unchanged
from clew.build import Summary, index
from clew.errors import ClewError
from clew.ledger.nodeaddress import NodeAddress

KINDS = ("rpc", "rest")
SERVER = Path(__file__).with_name("node_server.py")


class NodeProcess:
    """The process; ``settings`` as in ``node_server.SETTINGS``. A context manager."""

    def __init__(self, folder: Path, blocks: Sequence[bytes], **settings: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file, self.cookie = folder / "blocks.bin", folder / ".cookie"
        self._write(blocks)
        self.process = subprocess.Popen(
            [sys.executable, str(SERVER), str(self.file), str(self.cookie)], stdout=subprocess.PIPE
        )
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"
        if settings:
            self.set(**settings)

    def _write(self, blocks: Sequence[bytes]) -> None:
        self.file.write_bytes(b"".join(len(each).to_bytes(4, "little") + each for each in blocks))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """End the process, in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def set(self, **settings: Any) -> dict[str, Any]:
        """Change what it does; returns what it was asked so far."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", "/control", json.dumps(settings))
            found: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return found

    def told(self) -> dict[str, Any]:
        """What it was asked."""
        return self.set()

    def blocks(self, blocks: Sequence[bytes], **settings: Any) -> None:
        """Give it other blocks."""
        self._write(blocks)
        self.set(reload=True, **settings)

    def address(self, kind: str = "rpc", **how: Any) -> NodeAddress:
        """How to reach it."""
        if kind == "rpc" and "user_file" not in how:
            how = {"cookie": self.cookie, **how}
        return NodeAddress(kind, self.url, **how)


def fetched(ledger: Path, process: NodeProcess, kind: str = "rpc", **how: Any) -> Summary:
    """Index from the process, on regtest unless ``how`` says otherwise."""
    address = process.address(kind, **how.pop("address", {}))
    return index(ledger, network=how.pop("network", "regtest"), node=address, **how)


def fails(kind: type[ClewError], ledger: Path, process: NodeProcess, *words: str, **how: Any) -> str:
    """The one line of an error; the ledger is byte for byte as it was."""
    before = contents(ledger)
    with pytest.raises(kind) as caught:
        fetched(ledger, process, how.pop("via", "rpc"), **how)
    message = str(caught.value)
    assert kind in type(caught.value).__mro__[:2], caught.value
    assert "\n" not in message
    assert process.url in message
    for word in words:
        assert word in message, f"{word!r} is not in: {message}"
    unchanged(ledger, before)
    return message
