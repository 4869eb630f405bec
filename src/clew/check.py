"""Check a trace of money against a node's block files: one file, Python's standard library, nothing else.

    python check.py TRACE.json --against BLOCKS_DIR [--quick] [--json]

Reads the trace (docs/trace.md says what it holds) and the block files, computes every trace again from
the blocks, and lists each difference: an altered figure, another stop, a branch left out. Written apart
from the program that makes traces. Exit code 0: all agrees; 2: something differs or cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import heapq
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "clew trace 1"
POLICIES = "poison", "haircut", "fifo", "lifo", "seniority", "juniority", "tiho"
ENDS = "source unspendable overwritten service holder hops value unspent coinbase time coinjoin fee".split()
COINBASE = bytes(32) + b"\xff" * 4
LISTED = 40
_MAIN = "f9beb4d9", "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f", (1 << 224) - 1
_REGTEST = "fabfb5da", "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206", (1 << 255) - 1
NETWORKS = {  # Magic, first block, easiest target.
    "main": _MAIN,
    "bitcoincash": _MAIN,
    "testnet3": ("0b110907", "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943", _MAIN[2]),
    "testnet4": ("1c163f28", "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043", _MAIN[2]),
    "signet": (
        "0a03cf40",
        "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
        0x377AE << 216,
    ),
    "regtest": _REGTEST,
    "bitcoincash-regtest": _REGTEST,
}
NOT_CHECKED = [
    "given services, unknown holders and coinjoins (tags, entities, rules): whether they are so, or one is missing",
    "whether the sources are all that was asked for, and no more; snapshot, rules, examiner, purpose, names, time",
    "the chain's own rules: difficulty of targets, scripts, signatures, witnesses, what coinbases may make",
]
NOT_QUICK = "unread blocks: whether they spend what is said to be unspent, or spent too late or by a coinjoin"


class Unusable(Exception):  # noqa: N818
    """The trace or the block files cannot be checked; the text says why, in one line."""


class Finding(NamedTuple):
    """One difference: where in the file, what follows from the blocks, what the file says."""

    where: str
    expected: str
    found: str


# The trace file. Forms: n number, h hash, c coin, s script, t text, x anything; with ? also null.

_TEXTS = {"h": "[0-9a-f]{64}", "c": r"[0-9a-f]{64}:(0|[1-9]\d{0,8})", "s": "([0-9a-f]{2})*", "t": "(?s:.*)"}
SHAPE = json.loads("""{
"format": "t", "network": "t", "tip": {"height": "n", "hash": "h"}, "snapshot": "t", "rule_set": "t",
"rules": ["x"], "examiner": "t?", "purpose": "t?", "made": "t?", "digest": "h",
"parameters": {"direction": "t", "policies": ["t"], "hops": "n?", "height": "n?", "least": "n", "asked": ["t"]},
"sources": [{"coin": "c", "value": "n"}], "transactions": [{"txid": "h", "height": "n", "time": "n"}],
"given": {"services": [{"script": "s", "address": "t?", "entity": "n?", "label": "t?", "tags": ["x"]}],
          "holders": [{"script": "s", "address": "t?", "entity": "n?", "why": ["t"]}],
          "coinjoins": [{"txid": "h", "rule": "t"}]},
"traces": [{"policy": "t", "sources": [{"coin": "c", "end": "t?"}],
            "steps": [{"txid": "h", "in": [{"coin": "c", "taint": "n?", "by": "x"}], "fee": "x",
                       "out": [{"coin": "c", "taint": "n?", "by": "x", "hop": "n", "end": "t?"}]}],
            "ends": [{"end": "t", "coins": "n", "taint": "n?"}],
            "books": [{"hop": "n", "in": "n?", "out": "n?", "fee": "n?", "ended": "n?"}]}]}""")


def _require(value: Any, form: Any, where: str) -> None:
    if isinstance(form, list) and isinstance(value, list):
        for place, each in enumerate(value):
            _require(each, form[0], f"{where}[{place}]")
    elif isinstance(form, dict) and isinstance(value, dict):
        if wrong := value.keys() ^ form.keys():
            raise Unusable(f"{where}: expected keys {', '.join(form)}; missing or unknown: {sorted(wrong)}")
        for key in form:
            _require(value[key], form[key], f"{where}.{key}")
    else:
        number = type(value) is int and 0 <= value < 1 << 63
        text = (
            isinstance(value, str) and isinstance(form, str) and re.fullmatch(_TEXTS.get(form[0], ""), value)
        )
        if not (form == "x" or (value is None and form[1:] == "?") or (number if form[0] == "n" else text)):
            raise Unusable(f"{where}: expected another kind of value (docs/trace.md), found {_short(value)}")


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else f"{text[:97]}..."


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [key for key, _ in pairs]
    if len(set(names)) < len(names):
        raise Unusable(f"expected each key once, found {max(names, key=names.count)!r} again")
    return dict(pairs)


def read_trace(path: Path) -> dict[str, Any]:
    """The trace in a file, its form checked. Raises Unusable."""
    try:
        trace: dict[str, Any] = json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=_once)
        if not isinstance(trace, dict) or trace.get("format") != FORMAT:
            raise Unusable(f'expected an object with "format": "{FORMAT}", found {_short(trace)}')
        _require(trace, SHAPE, "trace")
        if trace["network"] not in NETWORKS:
            raise Unusable(
                f"network: expected one of {', '.join(NETWORKS)}, found {_short(trace['network'])}"
            )
        if trace["parameters"]["direction"] not in ("forward", "backward"):
            raise Unusable("parameters.direction: expected forward or backward, found another")
    except OSError as error:
        raise Unusable(f"{path}: expected a trace file, found: {error.strerror or error}") from None
    except (ValueError, RecursionError, Unusable) as error:
        raise Unusable(f"{path}: not a trace that can be checked: {' '.join(str(error).split())}") from None
    return trace


def digest(trace: dict[str, Any]) -> str:
    """SHA-256 of the trace without its digest, as docs/trace.md says."""
    rest = {key: value for key, value in trace.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# Block files. A coin is 36 bytes: the id of the transaction that made it, and its index.


def sha256d(data: bytes) -> bytes:
    """Double SHA-256."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def target(head: bytes) -> int:
    """The number that a header's hash must not exceed; -1 where it states none that is possible."""
    length, digits = head[75], int.from_bytes(head[72:75], "little")
    number = digits << 8 * (length - 3) if length >= 3 else digits >> 8 * (3 - length)
    return -1 if digits & 0x800000 or number >= 1 << 256 else number


def merkle_root(row: list[bytes]) -> bytes:
    """Root over transaction ids; empty where ids repeat so that a shorter list has it (CVE-2012-2459)."""
    while len(row) > 1:
        if any(row[n] == row[n + 1] for n in range(0, len(row) - 1, 2)):
            return b""
        row = [*row, row[-1]] if len(row) % 2 else row
        row = [sha256d(row[n] + row[n + 1]) for n in range(0, len(row), 2)]
    return row[0]


def _size(raw: bytes, at: int) -> tuple[int, int]:
    if (first := raw[at]) < 253:
        return first, at + 1
    end = at + (3 if first == 253 else 5 if first == 254 else 9)
    return int.from_bytes(raw[at + 1 : end], "little"), end


def read_block(raw: bytes) -> Iterator[tuple[bytes, list[bytes], int]]:
    """Each transaction's id, the coins it spends, and where its outputs begin."""
    count, at = _size(raw, 80)
    for _ in range(count):
        start, marked = at, raw[at + 4] == 0
        body = at + (6 if marked else 4)
        inputs, at = _size(raw, body)
        spent = []
        for _ in range(inputs):
            spent.append(raw[at : at + 36])
            length = raw[at + 36]
            length, at = (length, at + 37) if length < 253 else _size(raw, at + 36)
            at += length + 4
        outputs = at
        number, at = _size(raw, at)
        for _ in range(number):
            length = raw[at + 8]
            length, at = (length, at + 9) if length < 253 else _size(raw, at + 8)
            at += length
        end = at
        for _ in range(inputs if marked else 0):
            items, at = _size(raw, at)
            for _ in range(items):
                length, at = _size(raw, at)
                at += length
        at += 4
        yield sha256d(raw[start : start + 4] + raw[body:end] + raw[at - 4 : at]), spent, outputs
    if at != len(raw):
        raise ValueError("bytes are missing or left")


class Blocks:
    """The best chain in a folder of block files. Headers are kept in memory, blocks are read one by one."""

    def __init__(self, folder: Path, network: str) -> None:
        magic, genesis, self.limit = NETWORKS[network]
        self.magic, self.genesis, self.read_bytes = bytes.fromhex(magic), bytes.fromhex(genesis)[::-1], 0
        self.heads: dict[bytes, bytes] = {}
        self.copies: dict[bytes, list[tuple[Path, int, int]]] = defaultdict(list)
        try:
            key = folder / "xor.dat"
            self.key = key.read_bytes() if key.exists() else bytes(8)
            paths = sorted(each for each in folder.iterdir() if re.fullmatch(r"blk\d+\.dat", each.name))
            if not paths or len(self.key) != 8:
                raise Unusable(
                    f"{folder}: expected blk*.dat files of a node, and 8 bytes in xor.dat if there"
                )
            for path in paths:
                self._list(path, path.stat().st_size)
        except OSError as error:
            raise Unusable(f"{folder}: expected a node's block files, found: {error.strerror}") from None
        if self.genesis not in self.heads:
            raise Unusable(f"{folder}: expected blocks of {network} from its first on, found no first")
        self.chain = self._best()

    def _read(self, path: Path, at: int, count: int) -> bytes:
        with path.open("rb") as file:
            file.seek(at)
            data = file.read(count)
        if not any(self.key):
            return data
        key = (self.key[at % 8 :] + self.key * (len(data) // 8 + 1))[: len(data)]
        return (int.from_bytes(data, "little") ^ int.from_bytes(key, "little")).to_bytes(len(data), "little")

    def _list(self, path: Path, size: int) -> None:
        """Note every block whose header has its work done; step over whatever else the file holds."""
        at = 0
        while at + 88 < size:
            head = self._read(path, at, 88)
            length, header, name = int.from_bytes(head[4:8], "little"), head[8:], sha256d(head[8:])
            works = int.from_bytes(name, "little") <= target(header) <= self.limit or name == self.genesis
            if head[:4] == self.magic and 80 < length <= size - at - 8 and works:
                self.heads[name] = header
                self.copies[name].append((path, at + 8, length))
                end = at + 8 + length
                if end == size or self._read(path, end, 4) == self.magic:
                    at = end
                    continue
            # No block, or one that may state a wrong length: look for the next one from here on.
            at, found = at + 1, -1
            while at < size and found < 0:
                window = self._read(path, at, 1 << 20)
                found = window.find(self.magic)
                at += found if found >= 0 else max(1, len(window) - 3)

    def _best(self) -> list[bytes]:
        """Hashes of the chain with most work; of equal ones, that whose last block has the lower hash."""
        children = defaultdict(list)
        for name, head in self.heads.items():
            children[head[4:36]].append(name)
        stack, best = [(self.genesis, 0)], (0, 0, b"")
        while stack:
            name, work = stack.pop()
            work += (1 << 256) // (target(self.heads[name]) + 1)
            best = max(best, (work, -int.from_bytes(name, "little"), name))
            stack += [(child, work) for child in children[name]]
        chain = [best[2]]
        while chain[-1] != self.genesis:
            chain.append(self.heads[chain[-1]][4:36])
        return chain[::-1]

    def block(self, height: int) -> tuple[bytes, list[tuple[bytes, list[bytes], int]]]:
        """A block and its transactions: those that its header names by their Merkle root. Raises Unusable."""
        name = self.chain[height]
        for path, at, length in self.copies[name]:
            raw = self._read(path, at, length)
            self.read_bytes += length
            try:
                read = list(read_block(raw))
            except (IndexError, ValueError):
                continue
            first = [place for place, each in enumerate(read) if COINBASE in each[1]] == [0]
            if first and merkle_root([each[0] for each in read]) == self.heads[name][36:68]:
                return raw, read
        where = self.copies[name][0][0]
        raise Unusable(
            f"{where}: block {height} ({name[::-1].hex()}) is damaged; copy the file from the node again"
        )


Place = tuple[int, int]


class Transaction(NamedTuple):
    """A transaction on the chain; its place is height and number in the block."""

    txid: bytes
    place: Place
    time: int
    spent: list[bytes]
    made: dict[bytes, tuple[int, bytes]]


class Part(NamedTuple):
    """A tainted coin: taint by source, the same as segments (source or None, satoshi), and its hop."""

    by: dict[int, int]
    line: list[tuple[int | None, int]]
    hop: int


def _coin(text: str) -> bytes:
    return bytes.fromhex(text[:64])[::-1] + int(text[65:] or 0).to_bytes(4, "little")


def _text(coin: bytes) -> str:
    return f"{coin[31::-1].hex()}:{int.from_bytes(coin[32:], 'little')}"


class Facts:
    """What the blocks up to the trace's tip say of what it names, and of nothing else."""

    def __init__(
        self, trace: dict[str, Any], blocks: Blocks, quick: bool, step: Callable[[int], None]
    ) -> None:
        self.blocks, self.quick, self.step, tip = blocks, quick, step, trace["tip"]["height"]
        self.rules, self.forward = trace["parameters"], trace["parameters"]["direction"] == "forward"
        fields = (("service", "script"), ("holder", "script"), ("coinjoin", "txid"))
        self.given = {key: {each[name] for each in trace["given"][f"{key}s"]} for key, name in fields}
        self.reached: dict[str, set[str]] = {key: set() for key in self.given}
        self.found: dict[bytes, dict[Place, Transaction]] = {}
        self.spends: dict[bytes, dict[Place, bytes]] = defaultdict(dict)
        rows = [*trace["transactions"], *(row for each in trace["traces"] for row in each["steps"])]
        self.cited = {_coin(each["txid"])[:32] for each in rows}
        named = [_coin(each["coin"]) for each in trace["sources"]]
        heights = sorted({each["height"] for each in trace["transactions"] if each["height"] <= tip})
        wanted = self.cited | {each[:32] for each in named}
        self.stops = quick and len(set(named)) == len(named)
        self._scan(heights, wanted, set())
        high, before = heights[-1] if quick and heights else 0, -1
        while True:  # Twice, and once more where a transaction is in another block than stated.
            cited = [each for txid in self.cited for each in self.found.get(txid, {}).values()]
            wanted |= {coin[:32] for each in cited for coin in each.spent if coin != COINBASE}
            watched = {*named, *(coin for each in cited for coin in each.made)} if self.forward else set()
            for each in cited:
                for coin in watched.intersection(each.spent):
                    self.spends[coin][each.place] = each.txid
            if before == len(wanted) + len(watched):
                break
            before = len(wanted) + len(watched)
            self._scan([*range(high, -1, -1), *range(high + 1, tip + 1)], wanted, watched)
        # A coin that is named twice was made twice (BIP 30), and is named in that order.
        makers = [
            sorted(self.found.get(coin[:32], {}).items())[-named[n:].count(coin) :]
            for n, coin in enumerate(named)
        ]
        self.sources = [
            (n, coin, makers[n][0][1])
            for n, coin in enumerate(named)
            if makers[n] and coin in makers[n][0][1].made
        ]
        self.named = set(named)

    def _scan(self, heights: Iterable[int], wanted: set[bytes], watched: set[bytes]) -> None:
        for height in heights:
            if self.stops and len(self.found) == len(wanted):
                return
            self.step(height)
            raw, read = self.blocks.block(height)
            for number, (txid, spent, at) in enumerate(read):
                if txid in wanted:
                    place, made = (height, number), {}
                    count, at = _size(raw, at)
                    for index in range(count):
                        length, start = _size(raw, at + 8)
                        value = int.from_bytes(raw[at : at + 8], "little")
                        made[txid + index.to_bytes(4, "little")] = value, raw[start : start + length]
                        at = start + length
                    now = int.from_bytes(raw[68:72], "little")
                    self.found.setdefault(txid, {})[place] = Transaction(txid, place, now, spent, made)
                if not watched.isdisjoint(spent):
                    for coin in watched.intersection(spent):
                        self.spends[coin][height, number] = txid

    def maker(self, coin: bytes, before: Place) -> Transaction:
        """What made a coin that is spent at a place."""
        return self.found[coin[:32]][max(place for place in self.found[coin[:32]] if place < before)]

    def end(self, coin: bytes, tx: Transaction, part: Part, poison: bool, said: Any, source: bool) -> Any:
        """How a tainted coin ends, or None; and the transaction into which it goes on: place and id."""
        value, script = tx.made[coin]
        again = min((place for place in self.found[tx.txid] if place > tx.place), default=None)
        spent = min((place for place in self.spends.get(coin, ()) if place > tx.place), default=None)
        place, txid = (spent, self.spends[coin][spent]) if self.forward and spent else (tx.place, tx.txid)
        unseen = said if self.quick and self.forward and not spent else None
        late, taint = self.rules["height"], sum(part.by.values())
        marks = {"service": script.hex(), "holder": script.hex(), "coinjoin": txid[::-1].hex()}
        rows = [
            ("source", not source and coin in self.named),
            (
                "unspendable",
                self.forward and (script[:1] == b"\x6a" or len(script) > 10_000 or tx.place == (0, 0)),
            ),
            ("overwritten", (again and not (spent and spent < again)) or unseen == "overwritten"),
            ("service", not source and marks["service"] in self.given["service"]),
            ("holder", not source and marks["holder"] in self.given["holder"]),
            ("hops", part.hop == self.rules["hops"]),
            ("value", value < self.rules["least"] if poison else taint < max(1, self.rules["least"])),
            (unseen if unseen in ("time", "coinjoin") else "unspent", self.forward and not spent),
            ("coinbase", not self.forward and COINBASE in tx.spent),
            ("time", late is not None and (place[0] > late if self.forward else place[0] < late)),
            ("coinjoin", marks["coinjoin"] in self.given["coinjoin"]),
        ]
        end = next((name for name, holds in rows if holds), None)
        if unseen == end == "coinjoin":
            self.reached[end] |= self.given[end]
        elif end in marks:
            self.reached[end].add(marks[end])
        return end, place, txid


# The policies.


def apportion(amount: int, weights: list[int]) -> list[int]:
    """Shares in proportion, rounded down; what is left goes one each to the largest remainders."""
    whole = max(1, sum(weights))
    shares = [amount * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: -(amount * weights[n] % whole))
    for n in order[: amount - sum(shares)]:
        shares[n] += 1
    return shares


def spread(policy: str, before: list[tuple[int, Part | None]], after: list[int], hop: int) -> list[Part]:
    """What the parts out get, given by their values, from the parts in, given by value and taint."""
    made, left = [], defaultdict(int)
    if policy in ("fifo", "lifo"):
        parts = before if policy == "lifo" else before[::-1]
        line = [piece for value, part in parts for piece in (part.line[::-1] if part else [(None, value)])]
        for value in after:
            made.append(Part(defaultdict(int), [], hop))
            while value:
                source, length = line.pop()
                if length > value:
                    line.append((source, length - value))
                made[-1].line.append((source, min(length, value)))
                value -= min(length, value)
                if source is not None:
                    made[-1].by[source] += made[-1].line[-1][1]
        return made
    for source, amount in (item for _, part in before if part for item in part.by.items()):
        left[source] += amount
    rest, taints = sum(left.values()), [0] * len(after)
    order = sorted(range(len(after)), key=lambda n: {"tiho": -after[n], "juniority": -n}.get(policy, n))
    for n in order:
        taints[n] = min(rest, after[n])
        rest -= taints[n]
    for taint in apportion(sum(left.values()), after) if policy == "haircut" else taints:
        names = sorted(left)
        by = dict(zip(names, apportion(taint, [left[name] for name in names]), strict=True))
        left = {name: left[name] - by[name] for name in names if left[name] > by[name]}
        made.append(Part({name: amount for name, amount in by.items() if amount}, [], hop))
    return made


def follow(facts: Facts, policy: str, said: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """A trace under one policy as the blocks give it, and the branches that the file leaves out."""
    poison, forward, names = policy == "poison", facts.forward, ("in", "out", "fee", "ended")
    held: dict[Place, dict[bytes, Part]] = defaultdict(dict)
    queue: list[tuple[Place, Place, bytes]] = []
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    books: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    steps, sources, omitted = [], [], []

    def settle(coin: bytes, tx: Transaction, part: Part, source: bool = False) -> str | None:
        end, place, txid = facts.end(coin, tx, part, poison, said.get(_text(coin)), source)
        if end:
            tally[end] = [tally[end][0] + 1, tally[end][1] + sum(part.by.values())]
        elif coin not in held[place]:
            if not held[place]:
                heapq.heappush(queue, (place if forward else (-place[0], -place[1]), place, txid))
            held[place][coin] = part
        return end

    def told(part: Part) -> dict[str, Any]:
        by = sorted([source, amount] for source, amount in part.by.items())
        return {"taint": None if poison else sum(part.by.values()), "by": None if poison else by}

    for number, coin, tx in facts.sources:
        value = tx.made[coin][0]
        part = Part({number: value}, [(number, value)], 0)
        sources.append({"coin": _text(coin), "end": settle(coin, tx, part, source=True)})
    while queue:
        _, place, txid = heapq.heappop(queue)
        going, tx = held.pop(place), facts.found.get(txid, {}).get(place)
        if tx is None or txid not in facts.cited:
            branch = f"a step of {txid[::-1].hex()} in block {place[0]} for {', '.join(map(_text, going))}"
            omitted.append(Finding(f"traces.{policy}.steps", branch, "none: a branch is left out"))
            continue
        makers = {coin: facts.maker(coin, place) for coin in tx.spent}
        spent = [(coin, makers[coin].made[coin][0]) for coin in tx.spent]
        outs = [(coin, value) for coin, (value, _) in tx.made.items()]
        outs.append((b"", sum(value for _, value in spent) - sum(value for _, value in outs)))
        before, after = (spent, outs) if forward else (outs, spent)
        low = min(part.hop for part in going.values())
        pairs = [(value, going.get(coin)) for coin, value in before]
        step = {"txid": txid[::-1].hex(), "in": [], "out": [], "fee": None}
        step["in"] = [{"coin": _text(coin), **told(going[coin])} for coin, _ in before if coin in going]
        books[low]["in"] += sum(sum(part.by.values()) for part in going.values())
        for (coin, _), part in zip(after, spread(policy, pairs, [n for _, n in after], low + 1), strict=True):
            taint = sum(part.by.values())
            if not coin:
                step["fee"] = told(part)
                tally["fee"] = [tally["fee"][0] + (poison or taint > 0), tally["fee"][1] + taint]
                books[low]["fee"] += taint
            elif poison or taint:
                end = settle(coin, makers.get(coin, tx), part)
                step["out"].append({"coin": _text(coin), **told(part), "hop": part.hop, "end": end})
                books[low]["out"] += taint
                books[low]["ended"] += taint if end else 0
        steps.append(step)
    ends = [
        {"end": end, "coins": tally[end][0], "taint": None if poison else tally[end][1]}
        for end in ENDS
        if tally[end][0]
    ]
    rows = [{"hop": hop, **(dict.fromkeys(names) if poison else books[hop])} for hop in sorted(books)]
    return {"policy": policy, "sources": sources, "steps": steps, "ends": ends, "books": rows}, omitted


# The comparison.


def _rows(side: Any) -> Any:
    """A list of objects as an object, by what names each."""
    if not isinstance(side, list) or not any(isinstance(each, dict) for each in side):
        return side
    rows: dict[str, Any] = {}
    for each in side:
        name = str(
            next((each[key] for key in ("txid", "coin", "script", "end", "hop", "policy") if key in each), "")
        )
        rows[f"{name} again" if name in rows else name] = each
    return rows


def compare(expected: Any, found: Any, where: str) -> list[Finding]:
    """Every difference between what the blocks give and what the file says."""
    left, right = _rows(expected), _rows(found)
    if not isinstance(left, dict) or not isinstance(right, dict):
        same = json.dumps(expected) == json.dumps(found)
        return [] if same else [Finding(where, _short(expected), _short(found))]
    made = []
    if isinstance(found, list) and left.keys() == right.keys() and [*left] != [*right]:
        made.append(Finding(where, f"this order: {_short([*left])}", _short([*right])))
    for key in [*left, *(key for key in right if key not in left)]:
        made += compare(left.get(key, "nothing"), right.get(key, "nothing"), f"{where}.{key}")
    return made


def examine(
    trace: dict[str, Any], blocks: Blocks, quick: bool = False, step: Callable[[int], None] = lambda _: None
) -> list[Finding]:
    """Everything in a trace that differs from the blocks. Raises Unusable."""
    tip, policies = trace["tip"], [each["policy"] for each in trace["traces"]]
    if tip["height"] >= len(blocks.chain):
        raise Unusable(
            f"expected blocks up to the trace's tip, {tip['height']}, found them up to {len(blocks.chain) - 1}"
        )
    made = compare(digest(trace), trace["digest"], "digest")
    made += compare(blocks.chain[tip["height"]][::-1].hex(), tip["hash"], "tip.hash")
    made += compare(trace["parameters"]["policies"], policies, "traces")
    facts = Facts(trace, blocks, quick, step)
    cited: dict[Place, Transaction] = {}
    for each in trace["traces"]:
        if each["policy"] not in POLICIES:
            raise Unusable(f"traces: expected of {', '.join(POLICIES)}, found {_short(each['policy'])}")
        coins = [*each["sources"], *(out for row in each["steps"] for out in row["out"])]
        right, omitted = follow(facts, each["policy"], {coin["coin"]: coin["end"] for coin in coins})
        if omitted:  # Sums over what is left would differ, too, and say nothing new.
            right |= {"ends": each["ends"], "books": each["books"]}
        made += omitted + compare(right, each, f"traces.{each['policy']}")
        for row in right["steps"]:
            cited |= facts.found[_coin(row["txid"])[:32]]
    rows = [
        {"txid": cited[place].txid[::-1].hex(), "height": place[0], "time": cited[place].time}
        for place in sorted(cited)
    ]
    made += compare(rows, trace["transactions"], "transactions")
    order = sorted((tx.place, int.from_bytes(coin[32:], "little"), coin, tx) for _, coin, tx in facts.sources)
    made += compare(
        [{"coin": _text(coin), "value": tx.made[coin][0]} for *_, coin, tx in order],
        trace["sources"],
        "sources",
    )
    for key, name in (("service", "script"), ("holder", "script"), ("coinjoin", "txid")):
        reached = [{name: each} for each in sorted(facts.reached[key])]
        made += compare(reached, [{name: each[name]} for each in trace["given"][f"{key}s"]], f"given.{key}s")
    return made


def report(
    trace_file: Path, folder: Path, quick: bool = False, step: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """What was checked, what was not, and what was found, as plain values. Raises Unusable."""
    trace = read_trace(trace_file)
    blocks = Blocks(folder, trace["network"])
    found = examine(trace, blocks, quick, step)
    return {
        "trace": str(trace_file), "against": str(folder), "network": trace["network"], "tip": trace["tip"],
        "headers": len(blocks.heads), "bytes": blocks.read_bytes, "transactions": len(trace["transactions"]),
        "policies": trace["parameters"]["policies"], "not_checked": NOT_CHECKED + [NOT_QUICK] * quick,
        "findings": [each._asdict() for each in found[:LISTED]], "shown": len(found[:LISTED]), "found": len(found),
    }  # fmt: skip


def lines(answer: dict[str, Any]) -> Iterator[str]:
    """What ``report`` gives, for people."""
    yield f"{answer['trace']}: {answer['transactions']} transactions, {', '.join(answer['policies'])}"
    yield f"checked against {answer['headers']} headers and {answer['bytes'] / 1e6:.1f} MB of blocks in {answer['against']}"
    yield from (f"not checked: {each}" for each in answer["not_checked"])
    for each in answer["findings"]:
        yield f"differs: {each['where']}: expected {each['expected']}, found {each['found']}"
    more = f", of which {answer['shown']} are shown" if answer["shown"] < answer["found"] else ""
    yield (
        f"{answer['found']} differences found{more}"
        if answer["found"]
        else "all of it follows from the blocks"
    )


def main() -> int:
    """Check the trace that the command line names; returns the exit code."""
    parser = argparse.ArgumentParser(description="Check a trace of money against a node's block files.")
    parser.add_argument("trace", type=Path)
    parser.add_argument("--against", type=Path, required=True, metavar="BLOCKS_DIR")
    parser.add_argument(
        "--quick", action="store_true", help="do not search all blocks for what spends a coin"
    )
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    try:
        answer = report(asked.trace, asked.against, asked.quick)
    except Unusable as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(answer, indent=1) if asked.json else "\n".join(lines(answer)))
    return 2 if answer["found"] else 0


if __name__ == "__main__":
    sys.exit(main())
