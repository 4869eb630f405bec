"""How to reach a node that the user names, and how to prove to it that one may ask.

A password never stands on the command line, where every user of the machine can read it: it is
read from the node's cookie file, or from a file that holds ``user:password``.
"""

from __future__ import annotations

import os
import stat
from base64 import b64encode
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from clew.bitcoin.networks import Network
from clew.errors import NodeError, UsageError

RPC, REST = "rpc", "rest"
KINDS = (RPC, REST)
CONNECTIONS = 8
"""Connections held at once. A node works on 4 to 16 requests at a time, and lets 16 to 64 wait."""

PORTS = {
    "main": 8332,
    "testnet3": 18332,
    "testnet4": 48332,
    "signet": 38332,
    "regtest": 18443,
    "litecoin": 9332,
    "litecoin-regtest": 19443,
    "dogecoin": 22555,
    "dogecoin-regtest": 18332,
    "bitcoincash": 8332,
    "bitcoincash-regtest": 18443,
}
"""The usual ports for RPC and REST of Bitcoin Core, Litecoin Core, Dogecoin Core and Bitcoin Cash Node
(``src/chainparamsbase.cpp`` of each)."""

_LONGEST_SECRET = 4096


@dataclass(frozen=True)
class NodeAddress:
    """A node's address: ``kind`` is ``rpc`` or ``rest``; ``url`` is http://HOST[:PORT].

    ``cookie`` is the node's cookie file, ``user_file`` one that holds ``user:password``; both for RPC
    only. Without either, the cookie of a node on this machine is looked for in its usual place.
    Raises UsageError.
    """

    kind: str
    url: str
    cookie: Path | None = None
    user_file: Path | None = None
    connections: int = CONNECTIONS

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"--from: expected rpc or rest, found {self.kind!r}; choose one of them")
        self._split()
        named = [name for name, file in (("cookie", self.cookie), ("user-file", self.user_file)) if file]
        if len(named) > 1:
            raise UsageError("--rpc-cookie and --rpc-user-file: expected one of them, found both; name one")
        if named and self.kind == REST:
            raise UsageError(
                f"--rpc-{named[0]}: expected with --from rpc only, found with --from rest, which asks for no "
                "password; leave it out"
            )
        if self.connections < 1:
            raise UsageError(f"expected at least 1 connection, found {self.connections}")

    def _split(self) -> tuple[str, int | None]:
        """Host and port; never shows more of the address than that, since it may hold a password."""
        given = f"--from {self.kind}"
        try:
            parts = urlsplit(self.url if "://" in self.url else f"http://{self.url}")
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if "@" in self.url:
            raise UsageError(
                f"{given}: expected an address without user and password, found one with them, which others "
                "on this machine can read; put user:password into a file of your own and name it with "
                "--rpc-user-file"
            )
        proper = all("!" <= letter <= "~" for letter in self.url)
        if parts.scheme != "http" or not host or not proper or port == 0:
            raise UsageError(
                f"{given}: expected http://HOST:PORT, as in http://127.0.0.1:8332, found something else; "
                "a node speaks plain HTTP, so reach one on another machine through a tunnel"
            )
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise UsageError(
                f"{given}: expected http://HOST:PORT and nothing after it, found more; leave that out"
            )
        return host, port

    @property
    def host(self) -> str:
        """Host name or address, without brackets."""
        return self._split()[0]

    def port(self, network: Network) -> int:
        """The port; without one in the address, the network's usual one."""
        return self._split()[1] or PORTS[network.name]

    def shown(self, network: Network) -> str:
        """The address for people, with its port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port(network)}"

    @property
    def is_here(self) -> bool:
        """True where the address surely means this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def authorization(self, network: Network) -> str | None:
        """The header that proves who asks, read anew from its file: a node makes a new cookie at each
        start. None for REST. Raises NodeError."""
        if self.kind == REST:
            return None
        secret = self._secret(network)
        return f"Basic {b64encode(secret).decode('ascii')}"

    def _secret(self, network: Network) -> bytes:
        if self.user_file:
            _require_private(self.user_file)
            return _first_line(self.user_file, "--rpc-user-file", "name a file that holds user:password")
        if self.cookie:
            return _first_line(self.cookie, "--rpc-cookie", "name the file .cookie of the node that runs")
        # Late, since the command line reads addresses and no arrays.
        from clew.ledger.blockfiles import usual_data_folder

        usual = usual_data_folder(network) / network.data_folder / ".cookie"
        if not self.is_here or not usual.exists():
            tried = f"no cookie in {usual}" if self.is_here else "none for a node on another machine"
            raise NodeError(
                f"{self.shown(network)}: expected a cookie or user file for the node, found {tried}; name "
                "its .cookie with --rpc-cookie, or a file that holds user:password with --rpc-user-file"
            )
        return _first_line(usual, "cookie", "name another with --rpc-cookie")


def is_address(origin: str) -> bool:
    """True where what a ledger was made from is a node's address, and no folder."""
    return origin.startswith("http://")


def _first_line(file: Path, what: str, remedy: str) -> bytes:
    try:
        with open(file, "rb") as opened:
            line = opened.read(_LONGEST_SECRET).partition(b"\n")[0].rstrip(b"\r")
    except OSError as error:
        raise NodeError(
            f"{file}: expected a file that can be read ({what}), found: {error.strerror}; {remedy}"
        ) from None
    if b":" not in line or len(line) == _LONGEST_SECRET:
        raise NodeError(
            f"{file}: expected user:password on its first line ({what}), found something else; {remedy}"
        )
    return line


def _require_private(file: Path) -> None:
    """Raise NodeError where anybody on the machine can read the file."""
    if os.name != "posix":
        return
    try:
        mode = file.stat().st_mode
    except OSError:
        return
    if stat.S_ISREG(mode) and mode & stat.S_IROTH:
        raise NodeError(
            f"{file}: expected a file that only you can read (--rpc-user-file), found one that everybody "
            f"can; run: chmod 600 {file}"
        )
