"""The script kernel against the plain rules."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from clew.bitcoin import script as plain
from clew.bitcoin.block import parse_block
from clew.bitcoin.script import push
from clew.kernels.hashes import new_work
from clew.kernels.jit import JIT
from clew.kernels.scripts import classify
from clew.schema import MULTISIG, NONSTANDARD, PUBKEY, SCRIPT_TYPES
from clew.schema import PAYLOAD_STRIDE as STRIDE
from kernels.running import EXAMPLES
from kernels.scripts import KEY_SIZES, SIZES, edited, key, long_push, multisig, number, scripts, with_bytes

WORK = new_work()
BEFORE = b"\xae\x6a\x51"
"""Stands before a script in the buffer, so that nothing but its own bytes may count."""


def kernel_classify(script: bytes, after: bytes = b"") -> tuple[int, int, bytes]:
    """What the kernel says; the payload's row must be zero beyond the payload."""
    data = np.frombuffer(BEFORE + script + after, np.uint8)
    out = np.zeros(3 * STRIDE, np.uint8)
    kind, address, length = classify(data, len(BEFORE), len(script), WORK, out, STRIDE)
    row = out[STRIDE:].tobytes()
    assert not any(row[length:])
    assert not out[:STRIDE].any()
    return kind, address, row[:length]


def require_same(script: bytes) -> int:
    expected = plain.classify(script)
    assert kernel_classify(script) == expected
    for after in (b"\xae\xae", b"\xac", b"\x51\xae", bytes(70)):
        assert kernel_classify(script, after) == expected
    return expected[0]


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(scripts)
def test_scripts_near_the_templates(script: bytes) -> None:
    require_same(script)


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(edited())
def test_templates_with_one_byte_amiss(script: bytes) -> None:
    require_same(script)


EXACT = {
    "pubkey": push(key(2, 33, 5)) + b"\xac",
    "long pubkey": push(key(7, 65, 5)) + b"\xac",
    "pubkeyhash": bytes.fromhex("76a914") + bytes(20) + bytes.fromhex("88ac"),
    "scripthash": bytes.fromhex("a914") + bytes(20) + b"\x87",
    "one of one": multisig(1, 1, [push(key(2, 33, 5))], (0, 0), b"\xae"),
    "two of three": multisig(2, 3, [push(key(4, 65, 5))] * 3, (0, 0), b"\xae"),
    "seventeen of twenty": multisig(17, 20, [push(key(3, 33, 5))] * 20, (0, 0), b"\xae"),
    "v0 key": b"\x00" + push(bytes(20)),
    "v0 script": b"\x00" + push(bytes(32)),
    "taproot": b"\x51" + push(bytes(32)),
    "anchor": bytes.fromhex("51024e73"),
    "v16": b"\x60" + push(bytes(40)),
    "data": b"\x6a" + push(b"text"),
}


@pytest.mark.parametrize("name", EXACT)
def test_every_single_byte_change_of_a_template(name: str) -> None:
    script = EXACT[name]
    assert require_same(script) != NONSTANDARD
    step = 1 if JIT and len(script) < 200 else 17
    for at in range(0, len(script), 1 if len(script) < 200 else 7):
        for byte in range(0, 256, step):
            changed = script[:at] + bytes([byte]) + script[at + 1 :]
            assert kernel_classify(changed) == plain.classify(changed)
        require_same(script[:at])
        require_same(script[:at] + script[at + 1 :])
    for byte in range(256):
        require_same(script + bytes([byte]))
        require_same(bytes([byte]) + script)


def test_every_head_and_length_of_a_key() -> None:
    for head in range(256):
        for size in (32, 33, 34, 64, 65, 66):
            script = push(key(head, size, 1)) + b"\xac"
            assert (require_same(script) == PUBKEY) is (KEY_SIZES.get(head) == size)
            require_same(multisig(1, 1, [push(key(head, size, 1))], (0, 0), b"\xae"))


def test_every_count_of_a_multisig() -> None:
    found = Counter(
        require_same(multisig(required, stated, [push(key(2, 33, 1))] * total, (0, 0), b"\xae"))
        for total in range(23)
        for stated in range(max(0, total - 1), total + 2)
        for required in (0, 1, 2, 15, 16, 17, 20, 21, stated - 1, stated, stated + 1)
        if required >= 0
    )
    assert found[MULTISIG] > 90
    assert found[NONSTANDARD] > 100


@pytest.mark.parametrize("form", range(5))
@pytest.mark.parametrize("value", [0, 1, 2, 16, 17, 20, 21])
def test_forms_of_the_numbers_of_a_multisig(value: int, form: int) -> None:
    pushes = [push(key(2, 33, 1))] * value
    require_same(number(value, form) + b"".join(pushes) + number(value, 0) + b"\xae")
    require_same(number(1, 0) + b"".join(pushes) + number(value, form) + b"\xae")


@pytest.mark.parametrize("width", [0, 1, 2, 4])
def test_forms_of_the_keys_of_a_multisig(width: int) -> None:
    script = multisig(1, 2, [long_push(key(2, 33, 1), width), push(key(4, 65, 1))], (0, 0), b"\xae")
    assert require_same(script) == MULTISIG
    for end in range(len(script)):
        require_same(script[:end])
        require_same(script[:end] + b"\xae")
    # A length that no script can have, and one that would be negative in 32 bits.
    for length in ("4cff", "4dffff", "4effffff7f", "4effffffff"):
        require_same(b"\x51" + bytes.fromhex(length) + key(2, 33, 1) + b"\x51\xae")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("head", [b"", b"\x6a", b"\x51" + push(key(2, 33, 1))])
def test_long_scripts(size: int, head: bytes) -> None:
    require_same(with_bytes(size, head))
    require_same(with_bytes(size - 1, head) + b"\xae")


def test_short_scripts() -> None:
    require_same(b"")
    for first in range(256):
        require_same(bytes([first]))
        for second in range(0, 256, 1 if JIT else 15):
            require_same_once(bytes([first, second]))


def test_every_witness_program() -> None:
    for opcode in (0x00, *range(0x4F, 0x63)):
        for size in range(44):
            require_same(bytes([opcode]) + push(bytes(size)))
            require_same(bytes([opcode]) + push(bytes(range(size))))


def test_every_output_script_of_real_blocks(shared_data: Path) -> None:
    files = [*(shared_data / "blocks").glob("*/*.raw")]
    if not JIT:
        files = [file for file in files if file.stat().st_size < 60_000]
    seen: set[bytes] = set()
    for file in files:
        for transaction in parse_block(file.read_bytes()).transactions:
            seen.update(output.script for output in transaction.outputs)
    found = Counter(SCRIPT_TYPES[kind] for kind in map(require_same_once, seen))
    assert sum(found.values()) > (30_000 if JIT else 100)
    if JIT:
        assert set(found) >= {"pubkeyhash", "scripthash", "multisig", "nulldata", "witness_v1_taproot"}


def require_same_once(script: bytes) -> int:
    expected = plain.classify(script)
    assert kernel_classify(script) == expected
    return expected[0]
