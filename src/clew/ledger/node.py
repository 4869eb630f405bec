"""The line to a node: plain HTTP to the one address that the user has named, and to no other.

The only file of Clew that opens network connections. No redirect is followed, no proxy of the
environment is used, and no name is looked up but that of the node itself. An answer counts once it
is there to its stated end.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    IncompleteRead,
    RemoteDisconnected,
)
from typing import TypeVar

from clew.errors import NodeAwayError, NodeError

T = TypeVar("T")

RETRY_AFTER = (0.1, 0.3, 1.0, 3.0, 6.0)
"""Seconds before each new attempt once a node that did answer no longer does."""

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 60.0
"""How long a node may say nothing: it may be busy with a block."""

ANSWER_SECONDS = 300.0
"""How long one answer may take to come in, however slowly it drips."""

_PIECE = 1 << 18
_BUSY = b"Work queue depth exceeded"


class LaterError(Exception):
    """An answer that a later attempt may better; the text says what was found."""


class RefusedError(NodeError):
    """A call that the node does not have, or forbids to this user."""


class Line:
    """Requests to one node, from several threads at once, each on a connection that is kept.

    ``authorize`` gives the header that proves who asks, or None; it is asked again where the node no
    longer takes what it gave.
    """

    def __init__(self, host: str, port: int, shown: str, authorize: Callable[[], str | None]) -> None:
        self.shown = shown
        self._host, self._port = host, port
        self._authorize = authorize
        self._authorization: str | None = None
        self._has_answered = False
        self._idle: list[HTTPConnection] = []
        self._all: set[HTTPConnection] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def ask(self, path: str, body: bytes | None, most: int, understand: Callable[[int, bytes], T]) -> T:
        """Send ``body`` (None: a GET) and give what ``understand`` makes of status and answer.

        ``most`` is the largest answer in bytes. ``understand`` raises LaterError for what may be better
        another time. Raises NodeAwayError after a bounded number of attempts, NodeError where asking
        again does not help.
        """
        waits = iter(RETRY_AFTER)
        while True:
            try:
                answer = understand(*self._admitted(path, body, most))
            except LaterError as error:
                found = str(error)
            except (OSError, HTTPException) as error:
                found = _said(error)
            else:
                self._has_answered = True
                return answer
            self._require_open()
            # One that never answered is not there, or another program.
            wait = next(waits, None) if self._has_answered else None
            if wait is None:
                tries = f" ({len(RETRY_AFTER) + 1} attempts)" if self._has_answered else ""
                raise NodeAwayError(
                    f"{self.shown}: expected an answer of a node, found: {found}{tries}; check that it runs, "
                    "is ready and answers at this address (server=1, rpcport, rpcallowip), then run the "
                    "command again"
                )
            self._stopping.wait(wait)
            self._require_open()

    def _require_open(self) -> None:
        if self._stopping.is_set():
            raise NodeAwayError(f"{self.shown}: stopped while the node was asked; run the command again")

    def _admitted(self, path: str, body: bytes | None, most: int) -> tuple[int, bytes]:
        """Status and answer of a request that the node has let in."""
        if self._authorization is None:
            self._authorization = self._authorize()
        used = self._authorization
        status, answer = self._exchange(path, body, most, used)
        if status == 401:
            # A node that was started again has another cookie.
            self._authorization = self._authorize()
            if self._authorization != used:
                status, answer = self._exchange(path, body, most, self._authorization)
        if status == 401:
            raise NodeError(
                f"{self.shown}: expected to be let in, found that the node does not take this user and "
                "password (401); name its .cookie with --rpc-cookie, or a file with user:password with "
                "--rpc-user-file"
            )
        if status == 403:
            raise RefusedError(
                f"{self.shown}: expected to be let in, found that the node forbids it (403); allow this "
                "machine with rpcallowip, and this user the calls with rpcwhitelist"
            )
        if 300 <= status < 400:
            raise NodeError(
                f"{self.shown}: expected an answer, found that it points elsewhere ({status}); only the "
                "address given is asked, so name the node's own with --from"
            )
        if status == 503 or (status >= 500 and _BUSY in answer[:200]):
            raise LaterError(f"{readable(answer) or 'busy'} ({status})")
        return status, answer

    def _exchange(
        self, path: str, body: bytes | None, most: int, authorization: str | None
    ) -> tuple[int, bytes]:
        headers = {"Authorization": authorization} if authorization else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        while True:
            connection = self._take()
            kept = connection.sock is not None
            try:
                answer = self._on(connection, path, body, most, headers)
            except BaseException as error:
                self._drop(connection)
                # A node closes connections that were idle; that is no failure of this request.
                if kept and isinstance(error, (RemoteDisconnected, BrokenPipeError, ConnectionResetError)):
                    self._require_open()
                    continue
                raise
            with self._lock:
                self._idle.append(connection)
            return answer

    def _on(
        self, connection: HTTPConnection, path: str, body: bytes | None, most: int, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        is_open = connection.sock is not None
        if not is_open:
            connection.connect()
            connection.sock.settimeout(SILENCE_SECONDS)
            # Whoever stops meanwhile has not seen this socket.
            self._require_open()
        connection.request("GET" if body is None else "POST", path, body, dict(headers))
        response = connection.getresponse()
        try:
            return response.status, self._whole(response, most)
        finally:
            response.close()

    def _whole(self, response: HTTPResponse, most: int) -> bytes:
        """The answer to its stated end. Raises HTTPException where it breaks off or states none."""
        stated = response.length
        if stated is None and not response.chunked and response.status == 200:
            raise HTTPException("an answer that does not state its length")
        until = time.monotonic() + ANSWER_SECONDS
        parts: list[bytes] = []
        size = 0
        while True:
            if max(size, stated or 0) > most:
                raise NodeError(
                    f"{self.shown}: expected an answer of at most {most:,} bytes, found a longer one; check "
                    "that the address is a Bitcoin node's"
                )
            part = response.read1(_PIECE)
            if not part:
                break
            parts.append(part)
            size += len(part)
            if time.monotonic() > until:
                raise TimeoutError(f"an answer that took longer than {ANSWER_SECONDS:.0f} seconds")
        if stated is not None and size != stated:
            raise IncompleteRead(b"", stated - size)
        return b"".join(parts)

    def _take(self) -> HTTPConnection:
        with self._lock:
            self._require_open()
            if self._idle:
                return self._idle.pop()
            connection = HTTPConnection(self._host, self._port, timeout=CONNECT_SECONDS)
            self._all.add(connection)
            return connection

    def _drop(self, connection: HTTPConnection) -> None:
        with self._lock:
            self._all.discard(connection)
        connection.close()

    def stop(self) -> None:
        """Break off what is being asked, in whatever thread, and ask nothing more."""
        self._stopping.set()
        with self._lock:
            for connection in self._all:
                if connection.sock is not None:
                    with suppress(OSError):
                        connection.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close all connections, once nothing is being asked."""
        self.stop()
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
            self._idle.clear()


def _said(error: Exception) -> str:
    """What went wrong, in words."""
    if isinstance(error, IncompleteRead):
        return "an answer that broke off"
    if isinstance(error, RemoteDisconnected):
        return "the connection closed without an answer"
    if isinstance(error, HTTPException):
        return f"an answer that is no HTTP ({type(error).__name__}: {readable(str(error).encode())})"
    if isinstance(error, TimeoutError):
        return str(error) if "answer" in str(error) else "no answer in time"
    strerror = getattr(error, "strerror", None)
    return str(strerror or error or type(error).__name__)


def readable(answer: bytes) -> str:
    """The start of an answer as one printable line."""
    text = " ".join(answer[:120].decode("ascii", "replace").split())
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)
