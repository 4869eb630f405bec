"""The table of keys that everybody knows: made again by its tool, and checked against published facts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clew.bitcoin.address import encode
from clew.bitcoin.networks import network
from clew.heuristics.known_keys import TABLE, heads, payloads
from clew.schema import PUBKEYHASH, SCRIPTHASH, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT

TOOL = Path(__file__).resolve().parents[2] / "tools" / "known_keys.py"


def addresses() -> set[str]:
    return {encode(kind, payload, network("main")) for kind, payload in payloads()}


@pytest.mark.parametrize(
    "address",
    [
        # Of the number 1: uncompressed, compressed, nested, witness.
        "1EHNa6Q4Jz2uvNExL497mE43ikXhwF6kZm",
        "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH",
        "3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        # "correct horse battery staple".
        "1JwSSubhmg6iPtRjtyqhUYYH7bZg3Lfy1T",
    ],
)
def test_addresses_that_are_known_far_and_wide(address: str) -> None:
    assert address in addresses()


def test_keys_of_people_are_not_in_it() -> None:
    assert "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa" not in addresses()


def test_each_form_is_there_as_often_as_the_others() -> None:
    kinds = [kind for kind, _ in payloads()]
    keys = kinds.count(WITNESS_V1_TAPROOT)
    # The numbers just below the order have the points of small ones, mirrored.
    assert keys + 16 > 300
    for kind in (PUBKEYHASH, SCRIPTHASH, WITNESS_V0_KEYHASH):
        assert kinds.count(kind) == 2 * (keys + 16)
    assert len(TABLE.read_text("utf-8").splitlines()) >= keys + 1
    assert (heads().word[1:] >= heads().word[:-1]).all()


def test_the_tool_makes_this_table() -> None:
    pytest.importorskip("coincurve", reason="the extra simulate is not installed")
    done = subprocess.run([sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
