"""Nodes that are not ready, that refuse, or that are not the one asked for; and nobody else is asked."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from build.nodeprocess import KINDS, NodeProcess, fails, fetched
from build.nodes import (
    digest,
    lively,
)
from clew.bitcoin.networks import NETWORKS
from clew.build import Progress, index
from clew.errors import (
    NodeAwayError,
    NodeError,
    UsageError,
    WrongNetworkError,
)
from clew.ledger.blockfiles import usual_data_folder
from clew.ledger.ledger import Ledger
from clew.ledger.nodeaddress import NodeAddress
from clew.ledger.source import behind

pytestmark = pytest.mark.usefixtures("quick_line")


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
    usual = usual_data_folder(NETWORKS["regtest"]) / "regtest" / ".cookie"
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
    bitcoin = {"main": 8332, "testnet3": 18332, "testnet4": 48332, "signet": 38332, "regtest": 18443}
    forks = {"litecoin": 9332, "dogecoin": 22555, "bitcoincash": 8332}
    regtests = {"litecoin-regtest": 19443, "dogecoin-regtest": 18332, "bitcoincash-regtest": 18443}
    assert ports == bitcoin | forks | regtests
    six = NodeAddress("rest", "http://[::1]:1234/")
    assert (six.host, six.shown(NETWORKS["main"]), six.is_here) == ("::1", "http://[::1]:1234", True)
    assert not NodeAddress("rpc", "http://localhost.example.org").is_here
    with pytest.raises(UsageError, match="--rpc-cookie and --rpc-user-file"):
        NodeAddress("rpc", "localhost", room, room)
    with pytest.raises(UsageError, match="asks for no password"):
        NodeAddress("rest", "localhost", room)
    with pytest.raises(UsageError, match="expected rpc or rest"):
        NodeAddress("grpc", "localhost")
