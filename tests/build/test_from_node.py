"""A ledger from a running node: the same as from its files, whatever the node does meanwhile."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from build.nodeprocess import NodeProcess
from build.nodes import (
    built,
    contents,
    digest,
    framed,
    lively,
    lively_blocks,
    node,
    raw_node,
    spend,
    spendable,
    truth,
    unchanged,
)
from build.processes import PROJECT
from build.test_reorganise import branch
from clew.bitcoin.hashes import sha256d
from clew.bitcoin.networks import NETWORKS
from clew.build import Progress, index
from clew.errors import (
    BadBlockError,
    ClewError,
    MissingBlockError,
    NodeAwayError,
    NodeError,
    StoppedError,
    UsageError,
    WrongNetworkError,
)
from clew.ledger import node as line
from clew.ledger import nodeblocks
from clew.ledger.blockfiles import usual_data_folder
from clew.ledger.ledger import Ledger
from clew.ledger.nodeaddress import NodeAddress
from clew.ledger.nodecalls import Rest, Rpc
from clew.ledger.source import behind
from clew.simulate.chain import Chain
from clew.simulate.locks import lock

KINDS = ("rpc", "rest")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "RETRY_AFTER", (0.01, 0.02, 0.03))


@pytest.fixture(scope="module")
def blocks() -> tuple[bytes, ...]:
    return lively_blocks()


@pytest.fixture(scope="module")
def expected(blocks: Sequence[bytes], tmp_path_factory: pytest.TempPathFactory) -> str:
    return truth(tmp_path_factory.mktemp("naive") / "ledger", blocks)


@pytest.fixture
def served(room: Path, blocks: Sequence[bytes]) -> Iterator[NodeProcess]:
    with NodeProcess(room / "node", blocks) as process:
        yield process


def fetched(ledger: Path, process: NodeProcess, kind: str = "rpc", **how: Any) -> Any:
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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch_bytes", [1, 20_000, None])
def test_the_same_ledger(
    served: NodeProcess,
    room: Path,
    blocks: Sequence[bytes],
    expected: str,
    kind: str,
    batch_bytes: int | None,
) -> None:
    summary = fetched(room / "ledger", served, kind, batch_bytes=batch_bytes)
    assert digest(room / "ledger") == expected
    assert summary.folder == served.url
    assert summary.bytes_read == sum(map(len, blocks))
    assert (summary.added_blocks, summary.notices) == (len(blocks), ())


@pytest.mark.parametrize("kind", KINDS)
def test_real_blocks(shared_data: Path, room: Path, kind: str) -> None:
    folder = shared_data / "blocks" / "mainnet-0-4312"
    data, real = (folder / "blk00000.dat").read_bytes(), []
    at = 0
    while at + 8 < len(data) and data[at : at + 4] == bytes.fromhex("f9beb4d9"):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        real.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    index(room / "files", folder)
    with NodeProcess(room / "node", real, chain="main") as process:
        steps: list[Progress] = []
        fetched(room / "ledger", process, kind, network="main", progress=steps.append)
        told = process.told()
    assert digest(room / "ledger") == digest(room / "files")
    assert {(step.done, step.total, step.unit) for step in steps if step.stage == "blocks"} >= {
        (0, 4313, "blocks"), (4313, 4313, "blocks")
    }  # fmt: skip
    assert told["connections"] <= 10  # eight, and two by which the test speaks to it
    assert told["users"] == (["__cookie__"] if kind == "rpc" else [])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_not_asked_again(
    served: NodeProcess, room: Path, blocks: Sequence[bytes], expected: str, kind: str
) -> None:
    ledger = room / "ledger"
    fetched(ledger, served, kind, until=30)
    before = served.told()
    summary = fetched(ledger, served, kind)
    after = served.told()
    assert digest(ledger) == expected
    assert summary.added_blocks == 10
    asked = {name: after["asked"][name] - before["asked"][name] for name in after["asked"]}
    assert asked["block"] == 10
    assert asked["header"] <= 11
    assert fetched(ledger, served, kind).added_blocks == 0
    assert served.told()["asked"]["block"] == after["asked"]["block"]


def test_files_and_node_by_turns(
    served: NodeProcess, room: Path, blocks: Sequence[bytes], expected: str
) -> None:
    ledger = room / "ledger"
    built(ledger, node(room / "blocks", blocks), until=15)
    fetched(ledger, served, until=25)
    built(ledger, room / "blocks", until=30)
    fetched(ledger, served, "rest")
    assert digest(ledger) == expected
    assert built(ledger, room / "blocks").added_blocks == 0


def test_blocks_are_fetched_side_by_side(served: NodeProcess, room: Path, expected: str) -> None:
    served.set(delay=0.05)
    fetched(room / "ledger", served, address={"connections": 6})
    assert digest(room / "ledger") == expected
    assert 3 <= served.told()["most_under_way"] <= 6


def test_no_more_is_held_than_there_is_room_for(
    served: NodeProcess, room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodeblocks, "AHEAD_BYTES", 1)
    served.set(delay=0.01)
    fetched(room / "ledger", served)
    assert digest(room / "ledger") == expected
    assert served.told()["most_under_way"] == 1


def test_headers_come_in_parts(
    served: NodeProcess, room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for calls, kind in ((Rpc, "rpc"), (Rest, "rest")):
        monkeypatch.setattr(calls, "most_headers", 7)
        fetched(room / kind, served, kind)
        assert digest(room / kind) == expected


# Chains that change.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("undone", [1, 2, 7, 30])
def test_a_reorganisation_between_runs(room: Path, kind: str, undone: int) -> None:
    chain = lively(30)
    rival = branch(chain, 30 - undone, undone + 1)
    every = [*chain.raw_blocks, *rival.raw_blocks[31 - undone :]]
    ledger = room / "ledger"
    with NodeProcess(room / "node", chain.raw_blocks) as process:
        fetched(ledger, process, kind)
        active = [*range(31 - undone), *range(31, len(every))]
        process.blocks(every, active=active)
        summary = fetched(ledger, process, kind)
    assert (summary.rolled_back, summary.added_blocks) == (undone, undone + 1)
    assert digest(ledger) == truth(room / "naive", rival.raw_blocks)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reorganisation_while_headers_are_read(
    room: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rpc, "most_headers", 10)
    monkeypatch.setattr(Rest, "most_headers", 10)
    chain = lively(30)
    rival = branch(chain, 17, 14)
    every = [*chain.raw_blocks, *rival.raw_blocks[18:]]
    active = [*range(18), *range(31, len(every))]
    with NodeProcess(room / "node", every, active=list(range(31)), then_active=active) as process:
        # One after the other, so that the first part comes from the old chain and the next from the new.
        fetched(room / "ledger", process, kind, address={"connections": 1})
    assert digest(room / "ledger") == truth(room / "naive", rival.raw_blocks)


def test_a_reorganisation_while_blocks_are_read(room: Path) -> None:
    """Blocks are asked for by hash: the run ends on the chain that it began with, the next one moves."""
    chain = lively(30)
    rival = branch(chain, 17, 14)
    every = [*chain.raw_blocks, *rival.raw_blocks[18:]]
    active = [*range(18), *range(31, len(every))]
    with NodeProcess(room / "node", every, active=list(range(31))) as process:

        def move(step: Progress) -> None:
            if step.stage == "blocks":
                process.set(active=active)

        fetched(room / "ledger", process, progress=move)
        assert digest(room / "ledger") == truth(room / "naive", chain.raw_blocks)
        assert fetched(room / "ledger", process).rolled_back == 13
    assert digest(room / "ledger") == truth(room / "naive again", rival.raw_blocks)


def test_of_equal_chains_the_same_one_as_from_files(room: Path) -> None:
    """The node keeps the first it has seen; from files it is the one with the lower hash."""
    chain = lively(20)
    rivals = [branch(chain, 20 - length, length) for length in (1, 3)]
    every = list(chain.raw_blocks)
    tips = []
    for rival, length in zip(rivals, (1, 3), strict=True):
        every += rival.raw_blocks[21 - length :]
        tips.append([len(every) - 1, 20, "valid-headers" if length == 1 else "valid-fork"])
    built(room / "files", raw_node(room / "blocks", b"".join(framed(every))))
    with NodeProcess(room / "node", every, active=list(range(21)), tips=tips) as process:
        fetched(room / "new", process)
        assert digest(room / "new") == digest(room / "files")
        fetched(room / "grown", process, until=19)
        fetched(room / "grown", process)
        assert digest(room / "grown") == digest(room / "files")
        assert fetched(room / "grown", process).added_blocks == 0
        # One that does not tell of other chains: then its own.
        process.set(tips_forbidden=True)
        fetched(room / "own", process)
        assert digest(room / "own") == truth(room / "naive", chain.raw_blocks)


def test_a_node_that_is_behind(served: NodeProcess, room: Path, expected: str) -> None:
    fetched(room / "ledger", served)
    served.set(active=list(range(20)))
    summary = fetched(room / "ledger", served)
    assert digest(room / "ledger") == expected
    assert any("end at height 19" in notice for notice in summary.notices)


# Nodes that are not ready, and that refuse.


def test_still_syncing(served: NodeProcess, room: Path, expected: str) -> None:
    served.set(ibd=True, headers=900_000)
    words = ("still syncing", "block 40 of 900,000", "--until 40")
    for via in KINDS:
        fails(NodeAwayError, room / "ledger", served, *words, via=via)
        fails(NodeAwayError, room / "ledger", served, *words, via=via, until=41)
    assert not (room / "ledger").exists()
    assert fetched(room / "ledger", served, until=40).tip.height == 40
    assert digest(room / "ledger") == expected


@pytest.mark.parametrize("via", KINDS)
def test_warming_up(served: NodeProcess, room: Path, via: str) -> None:
    served.set(warmup=True)
    fails(NodeAwayError, room / "ledger", served, "Loading block index", "is ready", via=via)


def test_who_may_ask(served: NodeProcess, room: Path, expected: str) -> None:
    wrong = room / "wrong"
    wrong.write_text("alice:guess\n")
    wrong.chmod(0o600)
    fails(NodeError, room / "ledger", served, "401", "--rpc-cookie", address={"user_file": wrong})
    right = room / "right"
    right.write_text("alice:pass:word\n")
    right.chmod(0o644)
    with pytest.raises(NodeError, match="chmod 600") as caught:
        fetched(room / "ledger", served, address={"user_file": right})
    assert "pass:word" not in str(caught.value)
    right.chmod(0o600)
    fetched(room / "ledger", served, address={"user_file": right})
    assert digest(room / "ledger") == expected
    assert served.told()["users"] == ["alice"]
    right.write_text("no colon here")
    with pytest.raises(NodeError, match="expected user:password on its first line"):
        fetched(room / "ledger", served, address={"user_file": right})
    with pytest.raises(NodeError, match=r"none.*cannot|expected a file that can be read"):
        fetched(room / "ledger", served, address={"cookie": room / "none"})


def test_the_usual_cookie_is_for_this_machine_alone(
    served: NodeProcess, room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(room / "home"))
    monkeypatch.setenv("APPDATA", str(room / "home"))
    with pytest.raises(NodeError, match="found no cookie in"):
        index(room / "ledger", network="regtest", node=NodeAddress("rpc", served.url))
    usual = usual_data_folder() / "regtest" / ".cookie"
    usual.parent.mkdir(parents=True)
    usual.write_text(served.cookie.read_text())
    index(room / "ledger", network="regtest", node=NodeAddress("rpc", served.url))
    assert digest(room / "ledger") == expected
    with pytest.raises(NodeError, match="none for a node on another machine"):
        index(room / "other", network="regtest", node=NodeAddress("rpc", "http://192.0.2.1:18443"))


def test_a_node_that_was_started_again_has_another_cookie(
    served: NodeProcess, room: Path, expected: str
) -> None:
    served.set(delay=0.01)

    def renew(step: Progress) -> None:
        if step.stage == "blocks" and step.done == 0:
            served.set(new_cookie=True)

    fetched(room / "ledger", served, progress=renew)
    assert digest(room / "ledger") == expected


def test_refusals(served: NodeProcess, room: Path) -> None:
    served.set(status=403)
    fails(NodeError, room / "ledger", served, "403", "rpcallowip")
    served.set(status=404)
    fails(NodeError, room / "ledger", served, "rest=1", via="rest")
    served.set(status=0, methods=["getbestblock"])
    fails(NodeError, room / "ledger", served, "Method not found")
    fails(NodeError, room / "ledger", served, "rest=1", via="rest")


def test_nobody_is_there(served: NodeProcess, room: Path) -> None:
    served.end()
    fails(NodeAwayError, room / "ledger", served, "refused", "server=1")
    assert not (room / "ledger").exists()


def test_another_network(served: NodeProcess, room: Path) -> None:
    served.set(chain="test")
    fails(WrongNetworkError, room / "ledger", served, "a node of regtest", "--network testnet3")
    served.set(chain="liquidv1")
    message = fails(WrongNetworkError, room / "ledger", served, "found one of liquidv1", via="rest")
    assert "--network" not in message


def test_another_genesis(room: Path) -> None:
    chain = lively(3)
    with NodeProcess(room / "node", chain.raw_blocks[1:]) as process:
        fails(WrongNetworkError, room / "ledger", process, "expected the genesis block")


# Only to that address.


def test_redirects_are_not_followed(served: NodeProcess, room: Path) -> None:
    with socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.1", 0))
        elsewhere.listen()
        elsewhere.setblocking(False)
        served.set(status=302, location=f"http://127.0.0.1:{elsewhere.getsockname()[1]}/")
        for via in KINDS:
            fails(NodeError, room / "ledger", served, "points elsewhere (302)", via=via)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


def test_no_proxy_and_no_other_name(
    served: NodeProcess, room: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    reached: set[tuple[str, int]] = set()
    looked_up: set[str] = set()
    connect, resolve = socket.create_connection, socket.getaddrinfo

    def connecting(address: tuple[str, int], *rest: Any, **how: Any) -> socket.socket:
        reached.add(address)
        return connect(address, *rest, **how)

    def resolving(host: str, *rest: Any, **how: Any) -> Any:
        looked_up.add(host)
        return resolve(host, *rest, **how)

    monkeypatch.setattr(socket, "create_connection", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", resolving)
    index(room / "ledger", network="regtest", node=served.address())
    assert digest(room / "ledger") == expected
    assert reached == {("127.0.0.1", served.port)}
    assert looked_up == {"127.0.0.1"}


def test_a_node_is_asked_only_where_it_is_named(served: NodeProcess, room: Path) -> None:
    fetched(room / "ledger", served, until=20)
    told = served.told()
    with pytest.raises(UsageError, match="named again"):
        index(room / "ledger")
    found = behind(Ledger(room / "ledger"))
    assert (found["status"], found["folder"]) == ("not searched", served.url)
    assert served.url in found["reason"]
    assert served.told()["asked"] == told["asked"]


SECRET = "hunter2"


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{SECRET}@127.0.0.1:8332",
        f"user:{SECRET}@127.0.0.1:8332",
        f"http://{SECRET}@127.0.0.1",
        f"http://127.0.0.1:8332/{SECRET}",
        f"http://127.0.0.1:8332?password={SECRET}",
        f"https://127.0.0.1:8332#{SECRET}",
        f"ftp://{SECRET}",
        f"http://127.0.0.1:{SECRET}",
        "http://",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:8332\r\nHost: else",
        "http://a b",
        "",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    for kind in KINDS:
        with pytest.raises(UsageError) as caught:
            NodeAddress(kind, url)
        assert SECRET not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_addresses(room: Path) -> None:
    ports = {name: NodeAddress("rpc", "localhost").port(each) for name, each in NETWORKS.items()}
    assert ports == {"main": 8332, "testnet3": 18332, "testnet4": 48332, "signet": 38332, "regtest": 18443}
    six = NodeAddress("rest", "http://[::1]:1234/")
    assert (six.host, six.shown(NETWORKS["main"]), six.is_here) == ("::1", "http://[::1]:1234", True)
    assert not NodeAddress("rpc", "http://localhost.example.org").is_here
    with pytest.raises(UsageError, match="--rpc-cookie and --rpc-user-file"):
        NodeAddress("rpc", "localhost", room, room)
    with pytest.raises(UsageError, match="asks for no password"):
        NodeAddress("rest", "localhost", room)
    with pytest.raises(UsageError, match="expected rpc or rest"):
        NodeAddress("grpc", "localhost")


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
from clew.build import index, pipeline
from clew.errors import StoppedError
from clew.ledger.nodeaddress import NodeAddress
pipeline.COMMIT_SECONDS = 0
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


def test_a_large_block_over_many_pieces(room: Path) -> None:
    """A block of megabytes, as hex and as bytes."""
    chain = Chain()
    chain.mine(lock("miner"), count=2)
    outputs: list[Any] = [(bytes([0x6A, 0x4D, 0xFF, 0xFF]) + bytes(0xFFFF), 0)] * 14
    spend(chain, spendable(chain)[:1], outputs)
    chain.mine(lock("miner"))
    assert len(chain.raw_blocks[-1]) > 900_000
    with NodeProcess(room / "node", chain.raw_blocks) as process:
        for kind in KINDS:
            fetched(room / kind, process, kind)
            assert digest(room / kind) == truth(room / f"naive {kind}", chain.raw_blocks)
