"""Real transactions as the plain forms of rules see them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clew.bitcoin.block import parse_block
from clew.bitcoin.script import classify
from clew.heuristics.plain import Input, Output, Transaction
from clew.schema import NO_ADDRESS, NULLDATA

Seen = Callable[[bytes], tuple[int, int, bytes]]


def numbered() -> Seen:
    """A function from scripts to script type, address number and payload's head; numbers as they come."""
    ids: dict[tuple[int, bytes], int] = {}

    def seen(script: bytes) -> tuple[int, int, bytes]:
        kind, *address = classify(script)
        if kind == NULLDATA:
            return kind, NO_ADDRESS, b""
        known: Any = (address[0], address[1])
        return kind, ids.setdefault(known, len(ids)), bytes(known[1][:20])

    return seen


def _input(seen: Seen, script: bytes, value: int) -> Input:
    kind, address, _ = seen(script)
    return Input(address, kind, value)


def _output(seen: Seen, script: bytes, value: int) -> Output:
    kind, address, head = seen(script)
    return Output(value, kind, address, head=head)


def shown(each: dict[str, Any]) -> Transaction:
    """A transaction of the Esplora API."""
    seen = numbered()
    paid = [each["prevout"] for each in each["vin"]]
    return Transaction(
        tuple(_input(seen, bytes.fromhex(one["scriptpubkey"]), one["value"]) for one in paid),
        tuple(_output(seen, bytes.fromhex(one["scriptpubkey"]), one["value"]) for one in each["vout"]),
        height=each["status"]["block_height"],
    )


def esplora(shared_data: Path) -> dict[str, Transaction]:
    """Every stored transaction of the Esplora API: a file's name, or an id."""
    found = {}
    for file in sorted((shared_data / "esplora").glob("*.json")):
        stored = json.loads(file.read_text())
        if isinstance(stored, dict) and "vin" in stored:
            found[file.stem] = shown(stored)
        elif isinstance(stored, list):
            found |= {each["txid"]: shown(each) for each in stored if "vin" in each}
    return found


def block(shared_data: Path, height: int) -> list[Transaction]:
    """The transactions of a real block, but its coinbase, with what they spend."""
    zstandard = pytest.importorskip("zstandard", reason="reading .zst needs the package zstandard")
    folder = shared_data / "blocks" / "with-prevouts"
    with (folder / f"mainnet-{height}.spent-outputs.json.zst").open("rb") as compressed:
        listed = json.loads(zstandard.ZstdDecompressor().stream_reader(compressed).read())
    spent = iter([each["txout"] for each in listed])
    seen = numbered()
    return [
        Transaction(
            tuple(
                _input(seen, bytes.fromhex(one["script_pubkey"]), one["value"])
                for _, one in zip(each.inputs, spent, strict=False)
            ),
            tuple(_output(seen, one.script, one.value) for one in each.outputs),
            height=height,
        )
        for each in parse_block((folder / f"mainnet-{height}.raw").read_bytes()).transactions[1:]
    ]
