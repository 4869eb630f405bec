"""A node as far as blocks go, as a process of its own: JSON-RPC with a cookie, and REST.

    python node_server.py BLOCKS COOKIE

``BLOCKS`` holds blocks, each behind its size as 4 little-endian bytes. The port is printed first.
``POST /control`` changes what it does, by the names in ``SETTINGS``; ``GET /control`` tells what was
asked. Written from Bitcoin Core's documents (``doc/JSON-RPC-interface.md``, ``doc/REST-interface.md``).
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = {
    "chain": "regtest",
    "active": None,  # heights of the active chain as places in BLOCKS; without it: all
    "known": None,  # the places that the node has at all
    "ibd": False,
    "headers": None,
    "warmup": False,
    "pruned": 0,  # the first height that is kept
    "tips": [],  # places of last blocks of other chains
    "tips_forbidden": False,
    "delay": 0.0,  # seconds that a block takes
    "status": 0,  # instead of an answer
    "location": "",
    "raw": "",  # instead of any HTTP
    "break_off": 0,  # so many blocks are cut in the middle of their transfer
    "from_block": 0,  # what is wrong with blocks begins after so many
    "hang_up": 0,  # so many requests get no answer
    "short": False,  # blocks end early, and say so
    "flip": False,  # a bit of each block's transactions is another
    "swap": False,  # another block than the one asked for
    "no_length": False,
    "long": False,  # an answer without an end in sight
    "busy": 0,  # so many requests find the queue full
    "then_active": None,  # the chain after the first call for headers
    "methods": None,
}


def sha256d(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def read_blocks(path: Path) -> list[bytes]:
    data, blocks, at = path.read_bytes(), [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        blocks.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return blocks


class Node:
    def __init__(self, blocks_file: Path, cookie: Path) -> None:
        self.lock = threading.Lock()
        self.settings = dict(SETTINGS)
        self.blocks_file = blocks_file
        self.cookie = cookie
        self.secret = ""
        self.renew_cookie()
        self.reload()
        self.asked: dict[str, int] = {}
        self.users: set[str] = set()
        self.under_way = self.most_under_way = self.connections = self.blocks_given = 0

    def renew_cookie(self) -> None:
        self.secret = f"__cookie__:{time.time_ns():x}"
        self.cookie.write_text(self.secret)

    def reload(self) -> None:
        self.blocks = read_blocks(self.blocks_file)
        self.places = {sha256d(block[:80])[::-1].hex(): place for place, block in enumerate(self.blocks)}
        self.hashes = {place: shown for shown, place in self.places.items()}

    def active(self) -> list[int]:
        chosen = self.settings["active"]
        return list(range(len(self.blocks))) if chosen is None else chosen

    def after_headers(self) -> None:
        if self.settings["then_active"] is not None:
            self.settings["active"], self.settings["then_active"] = self.settings["then_active"], None

    def take(self, name: str) -> bool:
        """Use up one of so many misdeeds."""
        with self.lock:
            left = self.settings[name]
            self.settings[name] = max(0, left - 1)
            return left > 0


class RpcError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body go out together, as a node's do.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    node: Node

    def setup(self) -> None:
        super().setup()
        with self.node.lock:
            self.node.connections += 1

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.serve(b"")

    def do_POST(self) -> None:
        self.serve(self.rfile.read(int(self.headers["Content-Length"])))

    def serve(self, body: bytes) -> None:
        node = self.node
        if self.path == "/control":
            return self.control(body)
        settings = node.settings
        if settings["raw"]:
            self.wfile.write(settings["raw"].encode())
            self.close_connection = True
            return None
        if settings["status"]:
            return self.answer(settings["status"], b"", location=settings["location"])
        if node.take("hang_up"):
            self.close_connection = True
            return None
        if node.take("busy"):
            return self.answer(503, b"Work queue depth exceeded")
        if settings["long"]:
            return self.endless()
        try:
            return self.rest() if self.command == "GET" else self.rpc(body)
        except BrokenPipeError:
            self.close_connection = True
            return None

    def control(self, body: bytes) -> None:
        node = self.node
        if body:
            changes = json.loads(body)
            if changes.pop("reload", False):
                node.reload()
            if changes.pop("new_cookie", False):
                node.renew_cookie()
            unknown = set(changes) - set(SETTINGS)
            assert not unknown, unknown
            node.settings.update(changes)
        told = {
            "asked": node.asked, "most_under_way": node.most_under_way, "connections": node.connections,
            "blocks_given": node.blocks_given, "users": sorted(node.users),
        }  # fmt: skip
        self.answer(200, json.dumps(told).encode())

    def answer(self, status: int, data: bytes, kind: str = "text/plain", location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if location:
            self.send_header("Location", location)
        if self.node.settings["no_length"]:
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def endless(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for _ in range(10_000):
                self.wfile.write(b"10000\r\n" + bytes(65_536) + b"\r\n")
        except OSError:
            self.close_connection = True

    def break_off(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        self.close_connection = True

    def count(self, name: str) -> None:
        with self.node.lock:
            self.node.asked[name] = self.node.asked.get(name, 0) + 1

    # What a node knows.

    def info(self) -> dict[str, Any]:
        node, active = self.node, self.node.active()
        self.count("info")
        return {
            "chain": node.settings["chain"], "blocks": len(active) - 1,
            "headers": node.settings["headers"] or len(active) - 1,
            "bestblockhash": node.hashes[active[-1]], "initialblockdownload": node.settings["ibd"],
            "pruned": bool(node.settings["pruned"]),
        }  # fmt: skip

    def hash_at(self, height: object) -> str:
        self.count("hash")
        active = self.node.active()
        if not isinstance(height, int) or not 0 <= height < len(active):
            raise RpcError(-8, "Block height out of range")
        return self.node.hashes[active[height]]

    def place(self, shown: str) -> int:
        place = self.node.places.get(shown)
        if place is None:
            raise RpcError(-5, "Block not found")
        return place

    def block(self, shown: str) -> bytes:
        node, settings = self.node, self.node.settings
        self.count("block")
        place = self.place(shown)
        if place in node.active() and node.active().index(place) < settings["pruned"]:
            raise RpcError(-1, "Block not available (pruned data)")
        with node.lock:
            node.under_way += 1
            node.most_under_way = max(node.most_under_way, node.under_way)
        time.sleep(settings["delay"])
        with node.lock:
            node.under_way -= 1
            node.blocks_given += 1
            begun = node.blocks_given > settings["from_block"]
        data = node.blocks[place]
        if begun and settings["swap"]:
            return node.blocks[place - 1]
        if begun and settings["short"]:
            return data[:-1]
        if begun and settings["flip"]:
            return data[:-30] + bytes([data[-30] ^ 1]) + data[-29:]
        return data

    # JSON-RPC.

    def rpc(self, body: bytes) -> None:
        node = self.node
        given = self.headers.get("Authorization", "")
        secret = base64.b64decode(given.removeprefix("Basic ")).decode()
        if secret not in (node.secret, "alice:pass:word"):
            return self.answer(401, b"")
        node.users.add(secret.partition(":")[0])
        asked = json.loads(body)
        if isinstance(asked, list):
            return self.answer(200, json.dumps([self.call(each) for each in asked]).encode())
        if asked["method"] == "getchaintips" and node.settings["tips_forbidden"]:
            return self.answer(403, b"")
        found = self.call(asked)
        status = 200 if found["error"] is None else 404 if found["error"]["code"] == -32601 else 500
        data = json.dumps(found).encode() + b"\n"
        begun = node.blocks_given > node.settings["from_block"]
        if asked["method"] == "getblock" and begun and node.take("break_off"):
            return self.break_off(data)
        return self.answer(status, data, "application/json")

    def call(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            if self.node.settings["warmup"]:
                raise RpcError(-28, "Loading block index…")
            result = self.result(asked["method"], asked["params"])
        except RpcError as error:
            return {"result": None, "error": {"code": error.code, "message": str(error)}, "id": asked["id"]}
        return {"result": result, "error": None, "id": asked["id"]}

    def result(self, method: str, said: list[Any]) -> Any:
        methods = self.node.settings["methods"]
        if methods is not None and method not in methods:
            raise RpcError(-32601, "Method not found")
        if method == "getblockchaininfo":
            return self.info()
        if method == "getblockhash":
            return self.hash_at(said[0])
        if method == "getblockheader":
            self.count("header")
            found = self.node.blocks[self.place(said[0])][:80].hex()
            self.node.after_headers()
            return found
        if method == "getblock" and said[1] == 0:
            return self.block(said[0]).hex()
        if method == "getchaintips":
            active = self.node.active()
            tips = [{"height": len(active) - 1, "hash": self.node.hashes[active[-1]], "branchlen": 0,
                     "status": "active"}]  # fmt: skip
            for place, height, status in self.node.settings["tips"]:
                tips.append({"height": height, "hash": self.node.hashes[place], "branchlen": 1,
                             "status": status})  # fmt: skip
            return tips
        raise RpcError(-32601, "Method not found")

    # REST.

    def rest(self) -> None:
        node = self.node
        if "Authorization" in self.headers:
            return self.answer(400, b"no password is asked for here")
        if node.settings["warmup"]:
            return self.answer(503, b"Service temporarily unavailable: Loading block index\r\n")
        try:
            data = self.resource()
        except RpcError as error:
            text = {-1: "HASH not available (pruned data)", -5: "HASH not found"}.get(error.code, str(error))
            return self.answer(404, f"{text}\r\n".encode())
        if data is None:
            return self.answer(404, b"")
        begun = node.blocks_given > node.settings["from_block"]
        if self.path.startswith("/rest/block/") and begun and node.take("break_off"):
            return self.break_off(data)
        return self.answer(200, data, "application/octet-stream")

    def resource(self) -> bytes | None:
        parts = self.path.partition(".")[0].split("/")[1:]
        methods = self.node.settings["methods"]
        if methods is not None and parts[1] not in methods:
            return None
        if self.path == "/rest/chaininfo.json":
            return json.dumps(self.info()).encode()
        if not self.path.endswith(".bin"):
            return None
        if parts[1] == "blockhashbyheight":
            return bytes.fromhex(self.hash_at(int(parts[2])))[::-1]
        if parts[1] == "block":
            return self.block(parts[2])
        if parts[1] == "headers":
            self.count("header")
            count, place, active = int(parts[2]), self.place(parts[3]), self.node.active()
            if not 1 <= count <= 2000:
                raise RpcError(-8, f"Header count out of range: {count}")
            if place not in active:
                return b""
            first = active.index(place)
            found = b"".join(self.node.blocks[each][:80] for each in active[first : first + count])
            self.node.after_headers()
            return found
        return None


if __name__ == "__main__":
    Handler.node = Node(Path(sys.argv[1]), Path(sys.argv[2]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
