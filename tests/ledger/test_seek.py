"""Many addresses found at once are those found one by one."""

from __future__ import annotations

import numpy as np
import pytest

from clew.bitcoin.script import (
    address_script,
    multisig_script,
    nulldata_script,
    pubkey_script,
    witness_script,
)
from clew.ledger.ledger import Ledger
from clew.ledger.seek import payload_row, seek_addresses
from clew.schema import (
    NO_ADDRESS,
    PAYLOAD_STRIDE,
    SCRIPTHASH,
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
)
from naive.chain import GENESIS_KEY, Chain, address_of, address_of_script, key_hash
from naive.ledger import build_ledger

NAMES = ("a", "b", "c")
NEVER = bytes(32)


def scripts() -> list[bytes]:
    twenty, whole = key_hash("x"), key_hash("x") + key_hash("y")[:12]
    return [
        address_script(SCRIPTHASH, twenty),
        address_script(WITNESS_V0_KEYHASH, twenty),
        address_script(WITNESS_V0_SCRIPTHASH, whole),
        address_script(WITNESS_V1_TAPROOT, whole),
        # The same first 20 bytes as the one before, and the same program under another version.
        address_script(WITNESS_V1_TAPROOT, whole[:20] + bytes(12)),
        witness_script(2, whole),
        witness_script(3, whole + key_hash("z")[:8]),
        witness_script(16, whole[:2]),
        multisig_script(1, [GENESIS_KEY, GENESIS_KEY[:1] + GENESIS_KEY[1:]]),
        pubkey_script(GENESIS_KEY),
        bytes([0x51]),
        nulldata_script(b"x"),
    ]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    chain = Chain()
    for number, to in enumerate([*NAMES, *scripts()]):
        chain.mine([(to, 1 + number)])
    return build_ledger(tmp_path_factory.mktemp("seek"), chain.raw, "regtest")


def texts(ledger: Ledger) -> list[str]:
    return [str(ledger.address_text(number)) for number in range(ledger.counts["addresses"])]


def asked(ledger: Ledger, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rows = [payload_row(text, ledger.network) for text in texts]
    types = np.array([address_type for address_type, _ in rows], np.uint8)
    payloads = np.frombuffer(b"".join(row for _, row in rows), np.uint8).reshape(-1, PAYLOAD_STRIDE)
    return types, payloads


def test_every_address_is_found(ledger: Ledger) -> None:
    known = texts(ledger)
    assert len(known) == 14
    found = seek_addresses(ledger, *asked(ledger, known))
    assert found.dtype == np.uint32
    assert found.tolist() == [ledger.find_address(text) for text in known] == [*range(len(known))]
    backwards = seek_addresses(ledger, *asked(ledger, known[::-1]))
    assert backwards.tolist() == found.tolist()[::-1]
    assert ledger.find_payloads(*asked(ledger, known)).tolist() == found.tolist()


def test_an_address_that_was_never_paid_is_not_found(ledger: Ledger) -> None:
    whole = key_hash("x") + key_hash("y")[:12]
    unseen = [
        address_of("nobody"),
        address_of_script(address_script(WITNESS_V0_SCRIPTHASH, whole[:31] + b"\0")),
        address_of_script(address_script(WITNESS_V0_KEYHASH, key_hash("y"))),
        address_of_script(witness_script(2, whole[:31])),
        address_of_script(witness_script(4, whole)),
        "script:" + NEVER.hex(),
    ]
    assert seek_addresses(ledger, *asked(ledger, unseen)).tolist() == [NO_ADDRESS] * len(unseen)
    mixed = [unseen[0], address_of("b"), unseen[1]]
    assert seek_addresses(ledger, *asked(ledger, mixed)).tolist() == [
        NO_ADDRESS, ledger.find_address(address_of("b")), NO_ADDRESS,
    ]  # fmt: skip


def test_nothing_is_asked(ledger: Ledger) -> None:
    empty = np.empty(0, np.uint8), np.empty((0, PAYLOAD_STRIDE), np.uint8)
    assert seek_addresses(ledger, *empty).tolist() == []


def test_the_past_has_not_seen_what_came_later(ledger: Ledger) -> None:
    then = ledger.at(2)
    found = seek_addresses(then, *asked(ledger, [address_of(name) for name in NAMES]))
    assert found.tolist() == [1, 2, NO_ADDRESS]


def test_a_payload_row_ends_with_its_length(ledger: Ledger) -> None:
    _, row = payload_row(address_of("a"), ledger.network)
    assert (row[:20], row[20:47], row[47], len(row)) == (key_hash("a"), bytes(27), 20, PAYLOAD_STRIDE)
