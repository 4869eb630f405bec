"""What a node is asked: its chain, headers by height, blocks by hash; by JSON-RPC, or by REST.

Source: Bitcoin Core, ``doc/JSON-RPC-interface.md``, ``doc/REST-interface.md``, ``src/rpc/protocol.h``.
Hashes are in wire order here, and reversed hex on the line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from clew.errors import MissingBlockError, NodeError
from clew.ledger.frames import HEADER_BYTES, LARGEST_BLOCK
from clew.ledger.node import LaterError, Line, RefusedError, readable

_SLACK = 1 << 16
"""Room in an answer for all but what was asked for."""

_METHOD_NOT_FOUND, _IN_WARMUP, _INVALID_PARAMETER = -32601, -28, -8

CHAINS = {
    "main": "main", "test": "testnet3", "testnet4": "testnet4", "signet": "signet", "regtest": "regtest",
}  # fmt: skip
"""Networks by the name that a node gives its chain."""


class MovedError(NodeError):
    """The node's best chain changed while it was read: begin again."""


@dataclass(frozen=True)
class ChainInfo:
    """What a node says of its chain. ``network`` is Clew's name, or the node's where Clew has none.

    ``height`` and ``hash`` are those of the last block; ``headers`` the height that its headers reach.
    """

    network: str
    height: int
    hash: bytes
    headers: int
    is_syncing: bool
    is_pruned: bool


class Calls(Protocol):
    """The questions, however they are sent. All raise NodeError and its kinds."""

    most_headers: int
    """How many headers one call may ask for."""

    def info(self) -> ChainInfo:
        """The chain as it is now."""

    def hash_at(self, height: int) -> bytes:
        """Hash of a block of the best chain. Raises MovedError where there is none."""

    def headers(self, first: int, count: int) -> list[bytes]:
        """Headers of the best chain from a height on, 80 bytes each. Raises MovedError."""

    def header(self, block: bytes) -> bytes:
        """One header by its hash."""

    def block(self, block: bytes) -> bytes:
        """A block by its hash, as the node gives it. Raises MissingBlockError where it is pruned."""

    def rivals(self, height: int) -> list[bytes]:
        """Last blocks of other chains that are as high, and that the node has whole."""


class Rpc:
    """JSON-RPC over POST."""

    most_headers = 1000

    def __init__(self, line: Line) -> None:
        self._line = line

    def info(self) -> ChainInfo:
        """getblockchaininfo."""
        return _chain_info(self._call("getblockchaininfo"), self._line.shown)

    def hash_at(self, height: int) -> bytes:
        """getblockhash."""
        return self._bytes(self._call("getblockhash", height), 32)[::-1]

    def headers(self, first: int, count: int) -> list[bytes]:
        """getblockhash and getblockheader, a batch of each."""
        heights = range(first, first + count)
        hashes = self._batch("getblockhash", [(height,) for height in heights])
        found = self._batch("getblockheader", [(each, False) for each in hashes])
        return [self._bytes(each, HEADER_BYTES) for each in found]

    def header(self, block: bytes) -> bytes:
        """getblockheader."""
        return self._bytes(self._call("getblockheader", block[::-1].hex(), False), HEADER_BYTES)

    def block(self, block: bytes) -> bytes:
        """getblock, as hex."""
        return self._bytes(self._call("getblock", block[::-1].hex(), 0, most=2 * LARGEST_BLOCK))

    def rivals(self, height: int) -> list[bytes]:
        """getchaintips: those that were left for another, not those found invalid."""
        tips = self._call("getchaintips", most=1 << 24)
        if not isinstance(tips, list):
            raise _strange(self._line.shown, "a list of chain tips", tips)
        return [
            self._bytes(tip.get("hash"), 32)[::-1]
            for tip in tips
            if isinstance(tip, dict)
            and tip.get("height") == height
            and tip.get("status") in ("valid-fork", "valid-headers")
        ]

    def _call(self, method: str, *parameters: object, most: int = 0) -> Any:
        body = _request(0, method, parameters)

        def understand(status: int, answer: bytes) -> Any:
            return self._result(_json(status, answer), 0)

        return self._line.ask("/", json.dumps(body).encode(), most + _SLACK, understand)

    def _batch(self, method: str, calls: Sequence[tuple[object, ...]]) -> list[Any]:
        body = [_request(number, method, parameters) for number, parameters in enumerate(calls)]

        def understand(status: int, answer: bytes) -> list[Any]:
            found = _json(status, answer)
            if isinstance(found, dict):
                # A refusal of the whole comes alone.
                self._result(found, None)
            if not isinstance(found, list) or len(found) != len(calls):
                raise LaterError(f"an answer to other calls than were made: {readable(answer)}")
            found.sort(key=lambda each: each["id"] if isinstance(each, dict) and _is_id(each) else -1)
            return [self._result(each, number) for number, each in enumerate(found)]

        return self._line.ask("/", json.dumps(body).encode(), 512 * len(calls) + _SLACK, understand)

    def _result(self, answer: Any, number: int | None) -> Any:
        if not isinstance(answer, dict) or not ("result" in answer or answer.get("error")):
            raise LaterError(f"an answer that is none of a node's: {readable(json.dumps(answer).encode())}")
        error = answer.get("error")
        if not error:
            if answer.get("id") != number:
                raise LaterError("an answer to another call than was made")
            return answer["result"]
        code = error.get("code") if isinstance(error, dict) else None
        said = readable(str(error.get("message") if isinstance(error, dict) else error).encode())
        shown = self._line.shown
        if code == _IN_WARMUP:
            raise LaterError(f"the node is starting: {said}")
        if code == _INVALID_PARAMETER and "out of range" in said:
            raise MovedError(f"{shown}: expected a block at each height up to the tip, found: {said}")
        if "pruned" in said:
            raise _pruned(shown, said)
        if code == _METHOD_NOT_FOUND:
            raise RefusedError(f"{shown}: expected a Bitcoin node, found: {said}; check the address")
        raise NodeError(
            f"{shown}: expected an answer, found the error {code}: {said}; see the node's debug.log, then "
            "run the command again"
        )

    def _bytes(self, found: Any, length: int | None = None) -> bytes:
        try:
            data = bytes.fromhex(found)
        except (TypeError, ValueError):
            raise _strange(self._line.shown, "hex digits", found) from None
        if length is not None and len(data) != length:
            raise _strange(self._line.shown, f"{length} bytes in hex", found)
        return data


class Rest:
    """REST over GET; a node answers there if it was started with ``rest=1``."""

    most_headers = 2000

    def __init__(self, line: Line) -> None:
        self._line = line

    def info(self) -> ChainInfo:
        """chaininfo."""

        def understand(status: int, answer: bytes) -> Any:
            self._require(status, answer)
            return _json(status, answer)

        return _chain_info(self._line.ask("/rest/chaininfo.json", None, _SLACK, understand), self._line.shown)

    def hash_at(self, height: int) -> bytes:
        """blockhashbyheight."""
        found = self._get(f"/rest/blockhashbyheight/{height}.bin", 32)
        if len(found) != 32:
            raise _strange(self._line.shown, "a hash of 32 bytes", f"{len(found)} bytes")
        return found

    def headers(self, first: int, count: int) -> list[bytes]:
        """headers, from the hash at a height on."""
        found = self._headers(self.hash_at(first), count)
        if len(found) != count:
            raise MovedError(f"{self._line.shown}: expected {count} headers, found {len(found)}")
        return found

    def header(self, block: bytes) -> bytes:
        """headers, one of them."""
        found = self._headers(block, 1)
        if not found:
            raise MovedError(f"{self._line.shown}: expected header {block[::-1].hex()}, found none")
        return found[0]

    def block(self, block: bytes) -> bytes:
        """block, as bytes."""
        return self._get(f"/rest/block/{block[::-1].hex()}.bin", LARGEST_BLOCK)

    def rivals(self, height: int) -> list[bytes]:
        """None: REST tells of the best chain alone."""
        return []

    def _headers(self, first: bytes, count: int) -> list[bytes]:
        found = self._get(f"/rest/headers/{count}/{first[::-1].hex()}.bin", count * HEADER_BYTES)
        if len(found) % HEADER_BYTES:
            raise _strange(self._line.shown, f"headers of {HEADER_BYTES} bytes", f"{len(found)} bytes")
        return [found[start : start + HEADER_BYTES] for start in range(0, len(found), HEADER_BYTES)]

    def _get(self, path: str, most: int) -> bytes:
        def understand(status: int, answer: bytes) -> bytes:
            self._require(status, answer)
            return answer

        # What is wrong is said in a line of text that may be longer than what was asked for.
        return self._line.ask(path, None, most + _SLACK, understand)

    def _require(self, status: int, answer: bytes) -> None:
        if status == 200:
            return
        shown, said = self._line.shown, readable(answer)
        if "pruned" in said:
            raise _pruned(shown, said)
        if "out of range" in said:
            raise MovedError(f"{shown}: expected a block at each height up to the tip, found: {said}")
        if status == 404 and not said.endswith("not found"):
            raise NodeError(
                f"{shown}: expected the REST interface, found none (404 {said}); start the node with rest=1, "
                "or use --from rpc"
            )
        raise NodeError(
            f"{shown}: expected an answer, found {status} {said}; see the node's debug.log, then run the "
            "command again"
        )


def _request(number: int, method: str, parameters: Sequence[object]) -> dict[str, object]:
    return {"jsonrpc": "1.0", "id": number, "method": method, "params": list(parameters)}


def _is_id(answer: dict[str, Any]) -> bool:
    return type(answer.get("id")) is int


def _json(status: int, answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        raise LaterError(f"an answer that is no JSON ({status}): {readable(answer)}") from None


def _chain_info(found: Any, shown: str) -> ChainInfo:
    kinds = {"chain": str, "blocks": int, "headers": int, "bestblockhash": str}
    if not isinstance(found, dict) or not all(type(found.get(key)) is kind for key, kind in kinds.items()):
        raise _strange(shown, "what a node says of its chain", found)
    try:
        best = bytes.fromhex(found["bestblockhash"])[::-1]
    except ValueError:
        best = b""
    if len(best) != 32 or not 0 <= found["blocks"] < 1 << 32:
        raise _strange(shown, "the height and hash of a block", found["bestblockhash"])
    return ChainInfo(
        network=CHAINS.get(found["chain"], readable(found["chain"].encode())),
        height=found["blocks"],
        hash=best,
        headers=found["headers"],
        is_syncing=found.get("initialblockdownload") is True,
        is_pruned=found.get("pruned") is True,
    )


def _strange(shown: str, expected: str, found: object) -> NodeError:
    return NodeError(
        f"{shown}: expected {expected}, found {readable(str(found).encode())!r}; check that the address is a "
        "Bitcoin node's"
    )


def _pruned(shown: str, said: str) -> MissingBlockError:
    return MissingBlockError(
        f"{shown}: expected a block of the best chain, found that the node has deleted it ({said}); ask a "
        "node that keeps all blocks (prune=0)"
    )
