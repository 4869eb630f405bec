"""Lines that break, answers that are none, and runs that are stopped in the middle of them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from build.nodeprocess import KINDS, NodeProcess, fails, fetched
from build.nodes import (
    built,
    digest,
    lively,
    node,
)
from build.processes import PROJECT
from clew.bitcoin.hashes import sha256d
from clew.build import Progress, index
from clew.errors import (
    BadBlockError,
    MissingBlockError,
    NodeAwayError,
    NodeError,
    StoppedError,
)
from clew.ledger import node as line
from clew.ledger.nodeaddress import NodeAddress
from clew.simulate.chain import Chain

pytestmark = pytest.mark.usefixtures("quick_line")


# Lines that break.


@pytest.mark.parametrize("via", KINDS)
def test_lines_that_drop_are_taken_up_again(served: NodeProcess, room: Path, expected: str, via: str) -> None:
    served.set(break_off=9, from_block=5)

    def hang_up(step: Progress) -> None:
        if step.stage == "blocks" and step.done:
            served.set(hang_up=2)

    fetched(room / "ledger", served, via, batch_bytes=30_000, progress=hang_up)
    assert digest(room / "ledger") == expected


@pytest.mark.parametrize("via", KINDS)
def test_a_full_queue_is_waited_for(served: NodeProcess, room: Path, expected: str, via: str) -> None:
    def fill(step: Progress) -> None:
        if step.stage == "blocks" and step.done == 0:
            served.set(busy=5)

    served.set(delay=0.01)
    fetched(room / "ledger", served, via, progress=fill)
    assert digest(room / "ledger") == expected


@pytest.mark.parametrize("via", KINDS)
def test_a_transfer_that_never_ends_well(served: NodeProcess, room: Path, via: str) -> None:
    served.set(break_off=10**9)
    fails(NodeAwayError, room / "ledger", served, "broke off", "(4 attempts)", via=via)


def test_what_came_before_the_line_went_dead_is_kept(served: NodeProcess, room: Path, expected: str) -> None:
    ledger = room / "ledger"
    served.set(from_block=30, break_off=10**9)
    with pytest.raises(NodeAwayError, match="broke off"):
        fetched(ledger, served, batch_bytes=20_000)
    given = served.told()["blocks_given"]
    served.set(break_off=0)
    summary = fetched(ledger, served)
    assert summary.resumed_from is not None
    assert summary.resumed_from > 10
    assert served.told()["blocks_given"] - given == 40 - summary.resumed_from
    assert digest(ledger) == expected


@pytest.mark.parametrize("via", KINDS)
@pytest.mark.parametrize("wrong", ["short", "flip", "swap"])
def test_bytes_that_are_not_the_block(
    served: NodeProcess, room: Path, expected: str, via: str, wrong: str
) -> None:
    """What comes to its stated end is still checked: by its hash, its form, its Merkle root."""
    ledger = room / "ledger"
    fetched(ledger, served, via, until=10)
    served.set(**{wrong: True})
    kind = NodeError if wrong == "swap" else BadBlockError
    words = {"swap": "found bytes that hash to", "short": "is damaged", "flip": "is damaged"}[wrong]
    fails(kind, ledger, served, words, via=via)
    served.set(**{wrong: False})
    fetched(ledger, served, via)
    assert digest(ledger) == expected


@pytest.mark.parametrize("via", KINDS)
def test_answers_that_are_no_node_s(served: NodeProcess, room: Path, via: str) -> None:
    ledger = room / "ledger"
    for raw in ("\x00\x01garbage\r\n\r\n", "HTTP/9 what\r\n\r\n", "SSH-2.0-OpenSSH\r\n"):
        served.set(raw=raw)
        fails(NodeAwayError, ledger, served, "no HTTP", via=via)
    json = '{"result": {"chain": 7}, "error": null, "id": 0}'
    served.set(raw=f"HTTP/1.1 200 OK\r\nContent-Length: {len(json)}\r\n\r\n{json}")
    fails(NodeError, ledger, served, "what a node says of its chain", via=via)
    served.set(raw=f"HTTP/1.1 200 OK\r\nContent-Length: {len(json) - 9}\r\n\r\n{json}")
    fails(NodeAwayError, ledger, served, "no JSON", via=via)
    nested = "[" * 50_000
    served.set(raw=f"HTTP/1.1 200 OK\r\nContent-Length: {len(nested)}\r\n\r\n{nested}")
    fails(NodeAwayError, ledger, served, "no JSON", via=via)
    served.set(raw=f"HTTP/1.1 200 OK\r\n\r\n{json}")
    fails(NodeAwayError, ledger, served, "does not state its length", via=via)
    served.set(raw="HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    fails(NodeError, ledger, served, "a longer one", via=via)
    served.set(raw="", long=True)
    fails(NodeError, ledger, served, "a longer one", via=via)
    served.set(long=False, no_length=True)
    fails(NodeAwayError, ledger, served, "does not state its length", via=via)


def test_an_answer_that_never_comes(served: NodeProcess, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "SILENCE_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = NodeAddress("rest", f"127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(NodeAwayError, match="no answer in time"):
            index(room / "ledger", network="regtest", node=address)


def test_an_answer_that_drips(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "ANSWER_SECONDS", 0.3)
    with socket.socket() as slow:
        slow.bind(("127.0.0.1", 0))
        slow.listen()

        def drip() -> None:
            there, _ = slow.accept()
            with there:
                there.recv(4096)
                there.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(40):
                    try:
                        there.sendall(b" ")
                    except OSError:
                        return
                    time.sleep(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        address = NodeAddress("rest", f"127.0.0.1:{slow.getsockname()[1]}")
        with pytest.raises(NodeAwayError, match="took longer than"):
            index(room / "ledger", network="regtest", node=address)
        thread.join()


def test_headers_without_work(room: Path) -> None:
    chain = lively(5)
    last = chain.raw_blocks[-1]
    nonce = next(
        made for made in range(1000)
        if not _works(last[:76] + made.to_bytes(4, "little"))
    )  # fmt: skip
    bad = last[:76] + nonce.to_bytes(4, "little") + last[80:]
    with NodeProcess(room / "node", [*chain.raw_blocks[:-1], bad]) as process:
        fails(NodeError, room / "ledger", process, "whose hash meets their target")


def _works(header: bytes) -> bool:
    return int.from_bytes(sha256d(header), "little") < 0x7FFFFF << 232


@pytest.mark.parametrize("via", KINDS)
def test_pruned(served: NodeProcess, room: Path, blocks: Sequence[bytes], expected: str, via: str) -> None:
    served.set(pruned=20)
    shown = Chain().blocks[0].header.hash[::-1].hex()
    fails(MissingBlockError, room / "ledger", served, "pruned data", "prune=0", shown, via=via)
    ledger = room / "later"
    built(ledger, node(room / "blocks", blocks), until=25)
    fetched(ledger, served, via)
    assert digest(ledger) == expected


# Stopped and killed.


@pytest.mark.skipif(os.name != "posix", reason="signals are of another kind there")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_or_stopped_it_goes_on(served: NodeProcess, room: Path, expected: str, how: int) -> None:
    program = """
import sys
from pathlib import Path
from clew.build import bulk, index
from clew.errors import StoppedError
from clew.ledger.nodeaddress import NodeAddress
bulk.COMMIT_SECONDS = 0
def progress(step):
    if step.stage == "blocks" and step.done >= 12:
        print(step.height, flush=True)
try:
    index(Path(sys.argv[1]), network="regtest", batch_bytes=3000, progress=progress,
          node=NodeAddress("rpc", sys.argv[2], Path(sys.argv[3])))
except StoppedError as error:
    sys.exit(str(error))
"""
    served.set(delay=0.1)
    ledger = room / "ledger"
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, str(ledger), served.url, str(served.cookie)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
    )  # fmt: skip
    assert process.stdout
    process.stdout.readline()
    before = time.monotonic()
    process.send_signal(how)
    _, err = process.communicate(timeout=30)
    if how == signal.SIGINT:
        assert re.search(r"stopped at height \d+; run the same command again", err), err
        assert time.monotonic() - before < 5
    given = served.told()["blocks_given"]
    served.set(delay=0.0)
    summary = fetched(ledger, served)
    assert digest(ledger) == expected
    assert summary.resumed_from is not None
    assert served.told()["blocks_given"] - given < 41


def test_stopped_while_the_node_says_nothing(served: NodeProcess, room: Path) -> None:
    """Ctrl-C does not wait for an answer that is under way."""
    served.set(delay=30)

    def interrupt() -> None:
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    before = time.monotonic()
    with pytest.raises(StoppedError):
        fetched(room / "ledger", served)
    assert time.monotonic() - before < 5
    thread.join()
