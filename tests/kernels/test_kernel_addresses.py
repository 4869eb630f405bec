"""The texts of whole arrays of addresses against the plain twin, which writes one at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.bitcoin.address import decode, encode
from clew.bitcoin.networks import NETWORKS, Network, network
from clew.bitcoin.script import ANCHOR_PROGRAM, classify
from clew.errors import AddressError
from clew.kernels import addresses
from clew.kernels.jit import JIT
from clew.schema import (
    ANCHOR,
    NONSTANDARD,
    NULLDATA,
    PAYLOAD_BYTES,
    PAYLOAD_LENGTH,
    PAYLOAD_STRIDE,
    PUBKEY,
    PUBKEYHASH,
    SCRIPT_TYPES,
    SCRIPTHASH,
    SCRIPTHASH32,
    WITNESS_UNKNOWN,
    WITNESS_V1_TAPROOT,
)
from kernels.running import EXAMPLES

Address = tuple[int, bytes]
ON_BITCOIN = ("main", "testnet3", "testnet4", "regtest")
MANY = 2_000 if JIT else 200
TYPES = [kind for kind in range(len(SCRIPT_TYPES)) if kind not in (PUBKEY, NULLDATA)]


def form_of(on: Network) -> addresses.Form:
    return addresses.form(on.pubkeyhash_prefix, on.scripthash_prefix, on.bech32_prefix, on.cashaddr_prefix)


def arrays(rows: Sequence[Address], behind: int = 0xA5) -> tuple[Any, Any, Any]:
    """Types, payloads with rubbish behind them, lengths."""
    payloads = np.full((len(rows), PAYLOAD_STRIDE), behind, np.uint8)
    for row, (_, payload) in enumerate(rows):
        payloads[row, : len(payload)] = np.frombuffer(payload, np.uint8)
    types = np.array([kind for kind, _ in rows], np.uint8)
    return types, payloads, np.array([len(payload) for _, payload in rows], np.uint8)


def listed(made: addresses.Texts) -> list[str]:
    assert made.data.dtype == np.uint8
    assert made.offsets.dtype == np.int64
    assert made.offsets[0] == 0
    assert made.offsets[-1] == len(made.data)
    data, edges = made.data.tobytes().decode("ascii"), made.offsets.tolist()
    return [data[start:end] for start, end in pairwise(edges)]


def kernel_texts(rows: Sequence[Address], on: Network) -> list[str]:
    types, payloads, lengths = arrays(rows)
    return listed(addresses.texts(types, payloads, form_of(on), lengths))


def is_written(kind: int, payload: bytes, on: Network) -> bool:
    try:
        encode(kind, payload, on)
    except ValueError:
        return False
    return True


def require_same(rows: Sequence[Address], on: Network) -> None:
    assert kernel_texts(rows, on) == [encode(*row, on) for row in rows]


def drawn(kind: int, count: int, dice: np.random.Generator) -> list[Address]:
    """Addresses of one type; a quarter of them have zeros in front, as base 58 shows them."""
    rows = []
    for row in range(count):
        size = PAYLOAD_LENGTH.get(kind) or int(dice.integers(3, 42))
        payload = ANCHOR_PROGRAM if kind == ANCHOR else dice.bytes(size)
        if kind == WITNESS_UNKNOWN:
            payload = bytes([int(dice.integers(1, 17))]) + payload[1:]
        elif row % 4 == 0 and kind != ANCHOR:
            zeros = int(dice.integers(1, size + 1))
            payload = bytes(zeros) + payload[zeros:]
        rows.append((kind, payload))
    return rows


# Payloads that are all of one byte, or begin with zeros, are where number systems go wrong.
payloads_ = st.one_of(
    st.binary(max_size=PAYLOAD_BYTES + 2),
    st.builds(lambda zeros, rest: bytes(zeros) + rest, st.integers(0, 20), st.binary(max_size=21)),
    st.builds(lambda byte, size: bytes([byte]) * size, st.integers(0, 255), st.sampled_from([2, 20, 32, 41])),
    st.just(ANCHOR_PROGRAM),
)


@st.composite
def fitting(draw: st.DrawFn) -> Address:
    """An address that some network writes."""
    kind = draw(st.sampled_from(TYPES))
    if kind == ANCHOR:
        return kind, ANCHOR_PROGRAM
    payload = draw(payloads_)
    if kind == WITNESS_UNKNOWN:
        return kind, bytes([draw(st.integers(1, 16))]) + payload[:40].ljust(2, b"\x07")
    return kind, payload.ljust(PAYLOAD_LENGTH[kind], b"\x5a")[: PAYLOAD_LENGTH[kind]]


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(st.lists(fitting(), max_size=12), st.sampled_from([*NETWORKS.values()]))
def test_addresses_of_all_types_mixed(rows: list[Address], on: Network) -> None:
    require_same([row for row in rows if is_written(*row, on)], on)


@settings(max_examples=5 * EXAMPLES, deadline=None)
@given(
    st.one_of(
        fitting(),
        st.tuples(st.integers(0, len(SCRIPT_TYPES) - 1), payloads_),
        st.tuples(
            st.just(WITNESS_UNKNOWN), st.builds(lambda v, p: bytes([v]) + p, st.integers(0, 18), payloads_)
        ),
    ),
    st.sampled_from([*NETWORKS.values()]),
)
def test_what_the_twin_refuses_is_refused(row: Address, on: Network) -> None:
    good = (NONSTANDARD, bytes(32))
    if is_written(*row, on):
        require_same([good, row, good], on)
    else:
        with pytest.raises(ValueError, match=f"row 1 has type {row[0]} and a payload of {len(row[1])} bytes"):
            kernel_texts([good, row, good], on)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        # What has a type of its own is no unknown witness.
        (WITNESS_UNKNOWN, b"\x01" + ANCHOR_PROGRAM),
        (WITNESS_UNKNOWN, b"\x01" + bytes(32)),
        (WITNESS_UNKNOWN, b"\x00" + bytes(20)),
        (WITNESS_UNKNOWN, b"\x11" + bytes(20)),
        (WITNESS_UNKNOWN, b"\x02" + bytes(41)),
        (WITNESS_UNKNOWN, b"\x02\x00"),
        (WITNESS_UNKNOWN, b""),
        (ANCHOR, b"\x4e\x74"),
        (ANCHOR, b"\x4f\x73"),
        (SCRIPTHASH32, bytes(32)),
        (SCRIPTHASH, bytes(32)),
    ],
)
def test_the_edges_of_types(kind: int, payload: bytes) -> None:
    main = network("main")
    assert not is_written(kind, payload, main)
    with pytest.raises(ValueError, match=f"row 0 has type {kind} and"):
        kernel_texts([(kind, payload)], main)


@pytest.mark.parametrize("name", NETWORKS)
def test_many_of_each_type(name: str) -> None:
    on, dice = network(name), np.random.default_rng(7)
    count = MANY if name in ON_BITCOIN else MANY // 10
    rows = [row for kind in TYPES for row in drawn(kind, count, dice) if is_written(*row, on)]
    assert len({kind for kind, _ in rows}) == (9 if on.has_witness_programs else 5 if on.tokens else 4)
    places = dice.permutation(len(rows)).tolist()
    require_same([rows[place] for place in places], on)


@pytest.mark.parametrize("name", ["main", "regtest", "litecoin", "dogecoin"])
@pytest.mark.parametrize("fill", [b"\x00", b"\x01", b"\xff"])
def test_every_number_of_zeros_in_front(name: str, fill: bytes) -> None:
    rows = [
        (kind, bytes(zeros) + fill * (20 - zeros)) for kind in (PUBKEYHASH, SCRIPTHASH) for zeros in range(21)
    ]
    require_same(rows, network(name))


def test_every_length_of_a_witness_program() -> None:
    rows = [
        (WITNESS_UNKNOWN, bytes([version]) + bytes([byte]) * size)
        for version in (1, 2, 15, 16)
        for size in range(2, 41)
        for byte in (0, 0x4E, 0xFF)
        if not (version == 1 and size == 32)
    ]
    require_same(rows, network("regtest"))


# src/test/data/key_io_valid.json of Bitcoin Core: text, script, chain.
PUBLISHED = [
    ("1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo", "76a914a31c06bd463e3923bc1aadbde48b16976c08071788ac", "main"),
    ("36j4NfKv6Akva9amjWrLG6MuSQym1GuEmm", "a914373b819a068f32b7a6b38b6b38729647cfde01c287", "main"),
    ("mzK2FFDEhxqHcmrJw1ysqFkVyhUULo45hZ", "76a914ce28b26c57472737f5c3561a1761185bd8589a4388ac", "testnet4"),
    ("2NC2hEhe28ULKAJkW5MjZ3jtTMJdvXmByvK", "a914ce0bba75891ff9ec60148d4bd4a09ee2dc5c933187", "testnet4"),
    ("mfhE6jAUwjUDNZhaX1PAsDTKfneQF2Nshc", "76a91401f15a4cc063dae4f4d56b89bfbc8bcc9ae5387c88ac", "regtest"),
    ("2MxFajLApXpYk4VodBSZSt7rw8y4ryABkfA", "a91436e9f191e0b75036a77f65e2eaa4752443233fbe87", "regtest"),
    ("bc1qvyq0cc6rahyvsazfdje0twl7ez82ndmuac2lhv", "00146100fc6343edc8c874496cb2f5bbfec88ea9b77c", "main"),
    (
        "bc1qyucykdlhp62tezs0hagqury402qwhk589q80tqs5myh3rxq34nwqhkdhv7",
        "002027304b37f70e94bc8a0fbf500e0c957a80ebda87280ef58214d92f119811acdc",
        "main",
    ),
    (
        "bc1p83n3au0rjylefxq2nc2xh2y4jzz4pm6zxj4mw5pagdjjr2a9f36s6jjnnu",
        "51203c671ef1e3913f94980a9e146ba895908550ef4234abb7503d436521aba54c75",
        "main",
    ),
    ("bc1z2rksukkjr8", "520250ed", "main"),
    ("tb1rgv5m6uvdk3kc7qsuz0c79v88ycr5w4wa", "53104329bd718db46d8f021c13f1e2b0e726", "testnet4"),
    (
        "tb1p35n52jy6xkm4wd905tdy8qtagrn73kqdz73xe4zxpvq9t3fp50aqk3s6gz",
        "51208d2745489a35b75734afa2da43817d40e7e8d80d17a26cd4460b0055c521a3fa",
        "testnet4",
    ),
    (
        "bcrt1qdavt4j2sd7dlhqsavtnfxvzppw6k7qy97tmnu9",
        "00146f58bac9506f9bfb821d62e69330410bb56f0085",
        "regtest",
    ),
    (
        "bcrt1sx6p8njlx7h9mc2agz4yg82dzne23050ncq72cneeecez2pst8mahn8xecsf8g6hzx94420",
        "6028368279cbe6f5cbbc2ba8154883a9a29e5517d1f3c03cac4f39ce3225060b3efb799cd9c412746ae2",
        "regtest",
    ),
    # Pay-to-anchor as Bitcoin Core writes it, and the hash of twenty zero bytes.
    ("bc1pfeessrawgf", "51024e73", "main"),
    ("1111111111111111111114oLvT2", "76a914" + 20 * "00" + "88ac", "main"),
    # The CashAddr specification, "Larger test vectors".
    (
        "bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2",
        "76a914f5bf48b397dae70be82b3cca4793f8eb2b6cdac988ac",
        "bitcoincash",
    ),
]


@pytest.mark.parametrize("name", ["main", "testnet4", "regtest", "bitcoincash"])
def test_published_addresses(name: str) -> None:
    on = network(name)
    chosen = [(text, classify(bytes.fromhex(script), on)[1:]) for text, script, at in PUBLISHED if at == name]
    assert kernel_texts([row for _, row in chosen], on) == [text for text, _ in chosen]


def test_real_addresses_are_written_back(shared_data: Path) -> None:
    main, known = network("main"), []
    for text in json.loads((shared_data / "tags" / "ofac-sdn-xbt-2025-12-04.json").read_bytes()):
        try:
            known.append((text, decode(text, main)))
        except AddressError:
            # One entry of the list is an address of another currency.
            continue
    assert len(known) == 516
    assert kernel_texts([row for _, row in known], main) == [text for text, _ in known]


def test_lengths_follow_from_types() -> None:
    on, dice = network("main"), np.random.default_rng(3)
    rows = [
        row for kind in TYPES for row in drawn(kind, 3, dice) if kind not in (WITNESS_UNKNOWN, SCRIPTHASH32)
    ]
    types, payloads, lengths = arrays(rows)
    expected = listed(addresses.texts(types, payloads, form_of(on), lengths))
    assert listed(addresses.texts(types, payloads[:, :32], form_of(on))) == expected
    narrow = types == PUBKEYHASH
    found = listed(addresses.texts(types[narrow].astype(np.int32), payloads[narrow, :20], form_of(on)))
    assert found == [text for text, is_one in zip(expected, narrow, strict=True) if is_one]
    types[-1] = WITNESS_UNKNOWN
    with pytest.raises(ValueError, match=f"row {len(rows) - 1} has type {WITNESS_UNKNOWN}"):
        addresses.texts(types, payloads, form_of(on))


def test_arrays_that_fit_nothing() -> None:
    form, row = form_of(network("main")), np.zeros((1, 20), np.uint8)
    for kind in (-1, len(SCRIPT_TYPES), 1 << 40, NULLDATA, PUBKEY):
        with pytest.raises(ValueError, match=f"row 0 has type {kind}"):
            addresses.texts(np.array([kind]), row, form)
    for kind, length in ((PUBKEYHASH, 21), (PUBKEYHASH, -20), (PUBKEYHASH, 276), (WITNESS_UNKNOWN, 41)):
        with pytest.raises(ValueError, match="no address"):
            addresses.texts(np.array([kind]), row, form, np.array([length]))
    # A payload may not go on into the next row.
    with pytest.raises(ValueError, match="row 0 has type 8"):
        addresses.texts(np.full(2, WITNESS_V1_TAPROOT), np.zeros((2, 20), np.uint8), form)
    for payloads in (row[0], row.astype(np.int64), np.zeros((2, 20), np.uint8)):
        with pytest.raises(ValueError, match="expected a row of uint8 payload for each type"):
            addresses.texts(np.array([PUBKEYHASH]), payloads, form)
    with pytest.raises(ValueError, match="expected 1 lengths"):
        addresses.texts(np.array([PUBKEYHASH]), row, form, np.array([20, 20]))


def test_nothing_to_write() -> None:
    for width in (0, 20):
        empty = np.zeros((0, width), np.uint8)
        made = addresses.texts(np.zeros(0, np.uint8), empty, form_of(network("main")))
        assert listed(made) == []
        assert made.offsets.tolist() == [0]


def test_arrow_takes_the_texts_as_they_are() -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra sql is not installed")
    on, dice = network("regtest"), np.random.default_rng(5)
    rows = [row for kind in TYPES for row in drawn(kind, 20, dice) if is_written(*row, on)]
    types, payloads, lengths = arrays(rows)
    made = addresses.texts(types, payloads, form_of(on), lengths)
    expected = [encode(*row, on) for row in rows]
    text = pa.py_buffer(made.data)
    assert text.address == made.data.ctypes.data
    large = pa.LargeStringArray.from_buffers(len(rows), pa.py_buffer(made.offsets), text)
    small = pa.StringArray.from_buffers(len(rows), pa.py_buffer(made.offsets.astype(np.int32)), text)
    for array in (large, small):
        array.validate(full=True)
        assert array.to_pylist() == expected
