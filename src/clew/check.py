"""Check a trace of money against a node's block files: python check.py TRACE.json --against BLOCKS_DIR

One file, the standard library, nothing of the program that makes traces. It computes a trace (docs/trace.md)
again from blocks and lists each difference: a figure, a stop, a branch left out. Exit code 0: none, 2: some.
"""

import argparse
import hashlib
import heapq
import json
import re
import sys
from collections import Counter, defaultdict, namedtuple
from pathlib import Path
from typing import Any

POLICIES = "poison|haircut|fifo|lifo|seniority|juniority|tiho"
ENDS = "source|unspendable|overwritten|service|holder|hops|value|unspent|coinbase|time|coinjoin|fee"
GIVEN = {"service": "script", "holder": "script", "coinjoin": "txid"}
COINBASE = bytes(32) + b"\xff" * 4
_MAIN = "f9beb4d9", "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f", 0xFFFF << 208
_TEST = "0b110907", "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943", 0xFFFF << 208
_TEST4 = "1c163f28", "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043", 0xFFFF << 208
_SIGNET = "0a03cf40", "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6", 0x377AE << 216
_REGTEST = "fabfb5da", "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206", 0x7FFFFF << 232
# Magic, first block, easiest target. On other networks work is not done with SHA-256.
NETWORKS = {"main": _MAIN, "testnet3": _TEST, "testnet4": _TEST4, "signet": _SIGNET, "regtest": _REGTEST}
NETWORKS |= {"bitcoincash": _MAIN, "bitcoincash-regtest": _REGTEST}
NOT_CHECKED = [
    "given services, unknown holders, coinjoins (tags, entities, rules): if they are so, if one is missing",
    "if the sources are all that was asked for and no more; snapshot, rules, examiner, purpose, names, time",
    "the chain's own rules: difficulty of targets, scripts, signatures, witnesses, what coinbases may make",
]
NOT_QUICK = "blocks not read: if they spend what is said to be unspent, or spent too late or by a coinjoin"
# The form of a trace: objects, lists of one form, and kinds: number, anything, or a pattern; ? is or null.
KINDS = {"hash": "[0-9a-f]{64}", "coin": r"[0-9a-f]{64}:(0|[1-9]\d{0,8})", "way": "forward|backward"}
KINDS |= {"text": "(?s:.*)", "script": "(sha256:|hash160:)?([0-9a-f]{2})*", "format": "clew trace 1"}
KINDS |= {"network": "|".join(NETWORKS), "policy": POLICIES, "end": ENDS}
FORM = json.loads("""{"format": "format", "network": "network", "tip": {"height": "number", "hash": "hash"},
"snapshot": "text", "rule_set": "text", "rules": ["any"], "examiner": "text?", "purpose": "text?", "made":
"text?", "digest": "hash", "parameters": {"direction": "way", "policies": ["policy"], "hops": "number?",
"height": "number?", "least": "number", "asked": ["text"]}, "given": {"services": [{"script": "script",
"address": "text?", "entity": "number", "label": "text?", "tags": ["any"]}], "holders": [{"script": "script",
"address": "text?", "entity": "number", "why": ["text"]}], "coinjoins": [{"txid": "hash", "rule": "text"}]},
"sources": [{"coin": "coin", "value": "number"}], "transactions": [{"txid": "hash", "height": "number",
"time": "number"}], "traces": [{"policy": "policy", "sources": [{"coin": "coin", "end": "end?"}], "steps":
[{"txid": "hash", "in": [{"coin": "coin", "taint": "number?", "by": "any"}], "fee": "any", "out": [{"coin":
"coin", "taint": "number?", "by": "any", "hop": "number", "end": "end?"}]}], "ends": [{"end": "end", "coins":
"number", "taint": "number?"}], "books": [{"hop": "number", "in": "number?", "out": "number?", "fee":
"number?", "ended": "number?"}]}]}""")
Finding = namedtuple("Finding", "where expected found")
Transaction = namedtuple("Transaction", "txid place time spent made")  # Place: height, number in the block.


class Unusable(Exception):  # noqa: N818
    """The trace or the block files cannot be checked; the text says why, in one line."""


def _require(value: Any, form: Any, where: str) -> None:
    if isinstance(form, list | dict) and type(value) is type(form):
        if isinstance(form, dict) and (wrong := {*value} ^ {*form}):
            raise Unusable(f"{where}: expected keys {', '.join(form)}; missing or unknown: {sorted(wrong)}")
        for key in form if isinstance(form, dict) else range(len(value)):
            _require(value[key], form[key] if isinstance(form, dict) else form[0], f"{where}.{key}")
    elif form != "any" and not (value is None and str(form)[-1] == "?"):
        kind = form.rstrip("?") if isinstance(form, str) else "list" if isinstance(form, list) else "object"
        number = kind == "number" and type(value) is int and 0 <= value < 1 << 63
        if not number and not (isinstance(value, str) and re.fullmatch(KINDS.get(kind, "(?!)"), value)):
            raise Unusable(f"{where}: expected {kind} {KINDS.get(kind, '')}, found {json.dumps(value)[:80]}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(made := dict(pairs)) < len(pairs):
        raise Unusable(f"expected each key once, found one again among {', '.join(made)}")
    return made


def read_trace(path: Path) -> dict[str, Any]:
    """The trace in a file, its form checked. Raises Unusable."""
    try:
        trace: dict[str, Any] = json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=_once)
        _require(trace, FORM, "trace")
    except (OSError, ValueError, RecursionError, Unusable) as error:
        raise Unusable(f"{path}: no trace that can be checked: {' '.join(str(error).split())}") from None
    return trace


def _sha256d(data: bytes) -> bytes:
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
        row = [_sha256d(row[n] + row[n + 1]) for n in range(0, len(row), 2)]
    return row[0]


def _size(raw: bytes, at: int) -> tuple[int, int]:
    if (first := raw[at]) < 253:
        return first, at + 1
    end = at + (3 if first == 253 else 5 if first == 254 else 9)
    return int.from_bytes(raw[at + 1 : end], "little"), end


def read_block(raw: bytes) -> Any:
    """Each transaction's id, the coins it spends (36 bytes: id and index), where its outputs begin."""
    count, at = _size(raw, 80)
    for _ in range(count):
        start, marked = at, raw[at + 4] == 0
        body = at + (6 if marked else 4)
        inputs, at = _size(raw, body)
        spent = []
        for _ in range(inputs):
            spent.append(raw[at : at + 36])
            length, at = (raw[at + 36], at + 37) if raw[at + 36] < 253 else _size(raw, at + 36)
            at += length + 4
        outputs = at
        number, at = _size(raw, at)
        for _ in range(number):
            length, at = (raw[at + 8], at + 9) if raw[at + 8] < 253 else _size(raw, at + 8)
            at += length
        end = at
        for _ in range(inputs if marked else 0):
            items, at = _size(raw, at)
            for _ in range(items):
                length, at = _size(raw, at)
                at += length
        at += 4
        yield _sha256d(raw[start : start + 4] + raw[body:end] + raw[at - 4 : at]), spent, outputs
    if at != len(raw):
        raise ValueError("bytes are missing or left")


class Blocks:
    """The best chain in a folder of block files. Headers are kept in memory, blocks are read one by one."""

    def __init__(self, folder: Path, network: str) -> None:
        (magic, genesis, self.limit), self.folder = NETWORKS[network], folder
        self.magic, self.genesis, self.read_bytes = bytes.fromhex(magic), bytes.fromhex(genesis)[::-1], 0
        self.heads: dict[bytes, bytes] = {}
        self.copies: dict[bytes, list[tuple[Path, int, int]]] = defaultdict(list)
        try:
            key = folder / "xor.dat"
            self.key = key.read_bytes() if key.exists() else bytes(8)
            paths = sorted(each for each in folder.iterdir() if re.fullmatch(r"blk\d+\.dat", each.name))
            if not paths or len(self.key) != 8:
                raise Unusable(f"{folder}: expected a node's blk*.dat files, and 8 bytes in xor.dat if any")
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
        key = (self.key[at % 8 :] + self.key * (len(data) // 8 + 1))[: len(data)]
        return (int.from_bytes(data, "little") ^ int.from_bytes(key, "little")).to_bytes(len(data), "little")

    def _list(self, path: Path, size: int) -> None:
        """Note every block whose header has its work done; step over whatever else the file holds."""
        at = 0
        while at + 88 < size:
            head = self._read(path, at, 88)
            length, header, name = int.from_bytes(head[4:8], "little"), head[8:], _sha256d(head[8:])
            works = int.from_bytes(name, "little") <= target(header) <= self.limit or name == self.genesis
            if head[:4] == self.magic and 80 < length <= size - at - 8 and works:
                self.heads[name] = header
                self.copies[name].append((path, at + 8, length))
                end = at + 8 + length
                if end == size or self._read(path, end, 4) == self.magic:
                    at = end
                    continue
            # No block, or one that may state a wrong length: look for the next one from here on.
            at, found = at + 1, 0
            while at < size and (found := (window := self._read(path, at, 1 << 20)).find(self.magic)) < 0:
                at += max(1, len(window) - 3)
            at += max(found, 0)

    def _best(self) -> list[bytes]:
        """Hashes of the chain with most work; of equal ones, that whose last block has the lower hash."""
        children, stack, best = defaultdict(list), [(self.genesis, 0)], (0, 0, b"")
        for name, head in self.heads.items():
            children[head[4:36]].append(name)
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
        raise Unusable(f"{path}: block {height} ({name[::-1].hex()}) is damaged; copy it from the node again")


def _coin(text: str) -> bytes:
    return bytes.fromhex(text[:64])[::-1] + int(text[65:] or 0).to_bytes(4, "little")


def _text(coin: bytes) -> str:
    return f"{coin[31::-1].hex()}:{int.from_bytes(coin[32:], 'little')}"


class Facts:
    """What the blocks up to the trace's tip say of what it names, and of nothing else."""

    def __init__(self, trace: dict[str, Any], blocks: Blocks, quick: bool) -> None:
        self.blocks, self.quick, tip = blocks, quick, trace["tip"]["height"]
        self.rules, self.forward = trace["parameters"], trace["parameters"]["direction"] == "forward"
        self.given = {end: {row[name] for row in trace["given"][f"{end}s"]} for end, name in GIVEN.items()}
        self.keyed = any(each.startswith("hash160") for each in self.given["service"] | self.given["holder"])
        self.reached: dict[str, set[str]] = {end: set() for end in GIVEN}
        self.found: dict[bytes, dict[tuple[int, int], Transaction]] = {}
        self.spends: dict[bytes, dict[tuple[int, int], bytes]] = defaultdict(dict)
        rows = [*trace["transactions"], *(row for each in trace["traces"] for row in each["steps"])]
        named = [_coin(each["coin"]) for each in trace["sources"]]
        self.cited, self.named, times = {_coin(row["txid"])[:32] for row in rows}, set(named), Counter(named)
        self.wanted, self.watched = self.cited | {coin[:32] for coin in named}, set(named)
        heights, seen = sorted({row["height"] for row in trace["transactions"] if row["height"] <= tip}), -1
        high, self.stops = heights[-1] if quick and heights else 0, quick and len(self.named) == len(named)
        self._scan(heights)
        while seen != (seen := len(self.wanted) + len(self.watched)):  # Again if a stated height was wrong.
            self._scan([*range(high, -1, -1), *range(high + 1, tip + 1)])
        self.sources = []
        for number, coin in enumerate(named):  # A coin named twice was made twice (BIP 30), in that order.
            makers = sorted(self.found.get(coin[:32], {}).items())[-times[coin] :][:1]
            self.sources += [(number, coin, tx) for _, tx in makers if coin in tx.made]
            times[coin] -= 1

    def _scan(self, heights: list[int]) -> None:
        """Read blocks, and keep what is wanted of them, and where watched coins are spent."""
        for height in heights:
            if self.stops and len(self.found) == len(self.wanted):
                return
            raw, read = self.blocks.block(height)
            for number, (txid, spent, at) in enumerate(read):
                for coin in self.watched.intersection(spent):
                    self.spends[coin][height, number] = txid
                if txid in self.wanted:
                    made, seconds, place = {}, int.from_bytes(raw[68:72], "little"), (height, number)
                    count, at = _size(raw, at)
                    for index in range(count):
                        value, (length, start) = raw[at : at + 8], _size(raw, at + 8)
                        at, coin = start + length, txid + index.to_bytes(4, "little")
                        made[coin] = int.from_bytes(value, "little"), raw[start:at]
                    self.found.setdefault(txid, {})[place] = Transaction(txid, place, seconds, spent, made)
                if txid in self.cited:
                    self.wanted |= {coin[:32] for coin in spent if coin != COINBASE}
                    self.watched |= made.keys()

    def end(self, coin: bytes, tx: Transaction, amount: int, hop: int, said: Any, source: bool) -> Any:
        """How a tainted coin ends, or None; and the transaction into which it goes on: place and id."""
        script, late, given, forward = tx.made[coin][1], self.rules["height"], self.given, self.forward
        again = min((place for place in self.found[tx.txid] if place > tx.place), default=None)
        spent = min((place for place in self.spends.get(coin, ()) if place > tx.place), default=None)
        place, txid = (spent, self.spends[coin][spent]) if forward and spent else (tx.place, tx.txid)
        unseen = said if self.quick and forward and not spent else None
        names = {script.hex(), f"sha256:{hashlib.sha256(script).hexdigest()}"}
        if self.keyed and script[-1:] == b"\xac" and script[:1] in (b"\x21", b"\x41"):  # Pay to a public key.
            key = hashlib.sha256(script[1:-1]).digest()
            names.add(f"hash160:{hashlib.new('ripemd160', key).hexdigest()}")
        marks = {end: (names if end != "coinjoin" else {txid[::-1].hex()}) & given[end] for end in GIVEN}
        ends = [
            ("source", not source and coin in self.named),
            ("unspendable", forward and (script[:1] == b"\x6a" or len(script) > 10_000 or not any(tx.place))),
            ("overwritten", (again and not (spent and spent < again)) or unseen == "overwritten"),
            ("service", not source and marks["service"]),
            ("holder", not source and marks["holder"]),
            ("hops", hop == self.rules["hops"]),
            ("value", amount < self.rules["least"]),
            (unseen if unseen in ("time", "coinjoin") else "unspent", forward and not spent),
            ("coinbase", not forward and COINBASE in tx.spent),
            ("time", late is not None and (place[0] > late if forward else place[0] < late)),
            ("coinjoin", marks["coinjoin"]),
        ]
        end = next((name for name, holds in ends if holds), "")
        if end in marks:
            self.reached[end] |= self.given[end] if unseen == end else marks[end]
        return end or None, place, txid


def apportion(amount: int, weights: list[int]) -> list[int]:
    """Shares in proportion, rounded down; what is left goes one each to the largest remainders."""
    whole = max(1, sum(weights))
    made = [amount * weight // whole for weight in weights]
    for n in sorted(range(len(made)), key=lambda n: -(amount * weights[n] % whole))[: amount - sum(made)]:
        made[n] += 1
    return made


def shares(line: list[Any]) -> dict[int, int]:
    """Satoshi of each source in a coin's taint, which is a list of segments: source (-1: clean), satoshi."""
    by: dict[int, int] = defaultdict(int)
    for source, amount in line:
        by[source] += amount
    return {source: by[source] for source in sorted(by) if source >= 0 and by[source]}


def spread(policy: str, before: list[tuple[int, list[Any]]], after: list[int]) -> list[list[Any]]:
    """The taint of the parts out, given by their values, from the parts in, given by value and taint."""
    made: list[list[Any]] = [[] for _ in after]
    if policy in ("fifo", "lifo"):
        parts = before if policy == "lifo" else before[::-1]
        line = [piece for value, taint in parts for piece in reversed(taint or [(-1, value)])]
        for value, cut in zip(after, made, strict=True):
            while value:
                source, length = line.pop()
                if length > value:
                    line.append((source, length - value))
                cut.append((source, min(length, value)))
                value -= cut[-1][1]
    elif policy != "poison":
        left = shares([piece for _, taint in before for piece in taint])
        rest, amounts = sum(left.values()), [0] * len(after)
        for n in sorted(range(len(after)), key=lambda n: {"tiho": -after[n], "juniority": -n}.get(policy, n)):
            amounts[n] = min(rest, after[n])
            rest -= amounts[n]
        for n, amount in enumerate(apportion(sum(left.values()), after) if policy == "haircut" else amounts):
            made[n] = list(zip(left, apportion(amount, list(left.values())), strict=True))
            left = {source: left[source] - share for source, share in made[n] if left[source] > share}
    return made


def follow(facts: Facts, policy: str, said: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """A trace under one policy as the blocks give it, and the branches that the file leaves out."""
    poison, forward, columns = policy == "poison", facts.forward, ("in", "out", "fee", "ended")
    held: dict[Any, dict[bytes, Any]] = defaultdict(dict)
    books: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(columns, 0))
    queue: list[Any] = []
    tally, steps, sources, omitted = {end: [0, 0] for end in ENDS.split("|")}, [], [], []

    def settle(coin: bytes, tx: Transaction, line: list[Any], hop: int, source: bool = False) -> Any:
        taint = sum(shares(line).values())
        amount = tx.made[coin][0] if poison else taint or -1
        end, place, txid = facts.end(coin, tx, amount, hop, said.get(_text(coin)), source)
        if end:
            tally[end] = [tally[end][0] + 1, tally[end][1] + taint]
            return end
        if not held[place]:
            heapq.heappush(queue, (place if forward else (-place[0], -place[1]), place, txid))
        held[place][coin] = line, hop

    def told(line: list[Any]) -> dict[str, Any]:
        by = None if poison else [[source, amount] for source, amount in shares(line).items()]
        return {"taint": None if by is None else sum(amount for _, amount in by), "by": by}

    for number, coin, tx in facts.sources:
        sources.append({"coin": _text(coin), "end": settle(coin, tx, [(number, tx.made[coin][0])], 0, True)})
    while queue:
        _, place, txid = heapq.heappop(queue)
        going, found = held.pop(place), facts.found.get(txid, {}).get(place)
        if found is None or txid not in facts.cited:
            branch = f"a step of {txid[::-1].hex()} in block {place[0]} for {', '.join(map(_text, going))}"
            omitted.append(Finding(f"traces.{policy}.steps", branch, "none: a branch is left out"))
            continue
        known = {coin: facts.found[coin[:32]] for coin in found.spent}
        makers = {coin: txs[max(each for each in txs if each < place)] for coin, txs in known.items()}
        spent = [(coin, tx.made[coin][0]) for coin, tx in makers.items()]
        made = [(coin, value) for coin, (value, _) in found.made.items()]
        made.append((b"", sum(value for _, value in spent) - sum(value for _, value in made)))
        ins, outs = (spent, made) if forward else (made, spent)
        low = min(hop for _, hop in going.values())
        entries = [{"coin": _text(coin), **told(going[coin][0])} for coin, _ in ins if coin in going]
        books[low]["in"] += sum(entry["taint"] or 0 for entry in entries)
        step = {"txid": txid[::-1].hex(), "in": entries, "out": [], "fee": None}
        pairs = [(value, going[coin][0] if coin in going else []) for coin, value in ins]
        for (coin, _), line in zip(outs, spread(policy, pairs, [value for _, value in outs]), strict=True):
            row, taint = told(line), sum(shares(line).values())
            end = settle(coin, makers.get(coin, found), line, low + 1) if coin and (poison or taint) else None
            if not coin:
                step["fee"] = row
                tally["fee"] = [tally["fee"][0] + (poison or taint > 0), tally["fee"][1] + taint]
            elif poison or taint:
                step["out"].append({"coin": _text(coin), **row, "hop": low + 1, "end": end})
            books[low]["out" if coin else "fee"] += taint
            books[low]["ended"] += taint if end else 0
        steps.append(step)
    ends = [{"end": end, "coins": n, "taint": None if poison else t} for end, (n, t) in tally.items() if n]
    rows = [{"hop": hop, **(dict.fromkeys(columns) if poison else books[hop])} for hop in sorted(books)]
    return {"policy": policy, "sources": sources, "steps": steps, "ends": ends, "books": rows}, omitted


def _rows(side: list[Any]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for each in side:
        name = str(next(each[key] for key in ("txid", "coin", "script", "end", "hop") if key in each))
        while name in rows:
            name += " again"
        rows[name] = each
    return rows


def compare(expected: Any, found: Any, where: str) -> list[Finding]:
    """Every difference between what the blocks give and what the file says."""
    made, lists = [], isinstance(expected, list) and isinstance(found, list)
    if lists and all(isinstance(each, dict) for each in expected + found):
        expected, found = _rows(expected), _rows(found)
        if expected.keys() == found.keys() and [*expected] != [*found]:
            made.append(Finding(where, f"this order: {', '.join(expected)}", ", ".join(found)))
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in {**expected, **found}:
            made += compare(expected.get(key, "nothing"), found.get(key, "nothing"), f"{where}.{key}")
    elif json.dumps(expected) != json.dumps(found):
        made.append(Finding(where, json.dumps(expected)[:200], json.dumps(found)[:200]))
    return made


def examine(trace: dict[str, Any], blocks: Blocks, quick: bool = False) -> list[Finding]:
    """Everything in a trace that differs from the blocks. Raises Unusable."""
    tip, high, where = trace["tip"], len(blocks.chain) - 1, blocks.folder
    if tip["height"] > high:
        raise Unusable(f"{where}: expected blocks up to {tip['height']}, found them up to {high}; copy more")
    rest = {key: trace[key] for key in trace if key != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    made = compare(digest, trace["digest"], "digest")
    made += compare(blocks.chain[tip["height"]][::-1].hex(), tip["hash"], "tip.hash")
    made += compare(trace["parameters"]["policies"], [each["policy"] for each in trace["traces"]], "traces")
    facts = Facts(trace, blocks, quick)
    cited: dict[Any, Transaction] = {}
    for each in trace["traces"]:
        coins = [*(out for row in each["steps"] for out in row["out"]), *each["sources"]]
        right, omitted = follow(facts, each["policy"], {coin["coin"]: coin["end"] for coin in coins})
        if omitted:  # Sums over what is left would differ, too, and say nothing new.
            right |= {"ends": each["ends"], "books": each["books"]}
        made += omitted + compare(right, each, f"traces.{each['policy']}")
        for row in right["steps"]:
            cited |= facts.found[_coin(row["txid"])[:32]]
    at = sorted(cited.items())
    rows = [{"txid": _text(tx.txid)[:64], "height": place[0], "time": tx.time} for place, tx in at]
    made += compare(rows, trace["transactions"], "transactions")
    order = sorted((tx.place, int.from_bytes(coin[32:], "little"), coin, tx) for _, coin, tx in facts.sources)
    rows = [{"coin": _text(coin), "value": tx.made[coin][0]} for *_, coin, tx in order]
    made += compare(rows, trace["sources"], "sources")
    for end, name in GIVEN.items():
        rows = [{name: row[name]} for row in trace["given"][f"{end}s"]]
        made += compare([{name: each} for each in sorted(facts.reached[end])], rows, f"given.{end}s")
    return made


def report(file: Path, folder: Path, quick: bool = False, reader: Any = Blocks) -> dict[str, Any]:
    """What was checked, what was not, and what was found, as plain values. Raises Unusable."""
    trace = read_trace(file)
    blocks = reader(folder, trace["network"])
    try:
        found = examine(trace, blocks, quick)
    except (LookupError, ValueError) as error:
        raise Unusable(f"{folder}: expected a valid chain, found one that breaks off: {error}") from None
    answer = {"network": trace["network"], "tip": trace["tip"], "policies": trace["parameters"]["policies"]}
    answer |= {"transactions": len(trace["transactions"]), "headers": len(blocks.heads), "found": len(found)}
    answer |= {"bytes": blocks.read_bytes, "unchecked": NOT_CHECKED + [NOT_QUICK] * quick}
    return answer | {"findings": [each._asdict() for each in found[:40]]}


def _main() -> int:
    parser = argparse.ArgumentParser(description="Check a trace of money against a node's block files.")
    parser.add_argument("trace", type=Path)
    parser.add_argument("--against", type=Path, required=True, metavar="BLOCKS_DIR")
    parser.add_argument("--quick", action="store_true", help="do not search all blocks for spent coins")
    asked = parser.parse_args()
    try:
        answer = report(asked.trace, asked.against, asked.quick)
    except Unusable as error:
        parser.exit(2, f"error: {error}\n")
    print(json.dumps(answer, indent=1))
    return 2 if answer["found"] else 0


if __name__ == "__main__":
    sys.exit(_main())
