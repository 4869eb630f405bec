"""Run the parser's kernels on raw blocks, and the plain parser, and compare what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from clew.bitcoin.block import Block, check_merkle_root, check_witness, parse_block
from clew.bitcoin.networks import BITCOIN, Network
from clew.errors import BadBlockError, ParseError
from clew.kernels import parse, structure
from clew.kernels.jit import JIT
from clew.kernels.lookup import SEED
from clew.schema import PAYLOAD_STRIDE as STRIDE
from naive.columns import NaiveColumns

EXAMPLES = 100 if JIT else 40
"""How many generated blocks a test takes: as plain Python a kernel takes its time."""

WIDTHS = {
    "transactions": {
        "txid": (np.uint8, 32),
        "offset": (np.uint32, 1),
        "size": (np.uint32, 1),
        "base_size": (np.uint32, 1),
        "version": (np.uint32, 1),
        "lock_time": (np.uint32, 1),
        "flags": (np.uint8, 1),
        "spendable": (np.uint32, 1),
    },
    "outputs": {
        "value": (np.int64, 1),
        "script_type": (np.uint8, 1),
        "oversize": (np.uint8, 1),
        "address_type": (np.uint8, 1),
        "payload_length": (np.uint8, 1),
        "payload": (np.uint8, STRIDE),
        "key": (np.uint64, 1),
    },
    "inputs": {
        "previous_txid": (np.uint8, 32),
        "previous_index": (np.uint32, 1),
        "sequence": (np.uint32, 1),
        "signing": (np.uint8, 1),
    },
}

STRUCTURE, HASHES, SOUND = "structure", "hashes", "sound"


class Read(NamedTuple):
    """What the kernels make of blocks: fault codes, and columns if the structure of all is sound."""

    faults: list[int]
    places: list[int]
    columns: parse.Columns | None


def room(transactions: int, outputs: int, inputs: int) -> parse.Columns:
    """Columns full of rubbish, so that a value that is never written is seen."""
    counts = {"transactions": transactions, "outputs": outputs, "inputs": inputs}
    made: dict[str, Any] = {
        name: np.full(width * counts[table] * np.dtype(dtype).itemsize, 0xA5, np.uint8).view(dtype)
        for table, columns in WIDTHS.items()
        for name, (dtype, width) in columns.items()
    }
    for name, end in (("first_output", outputs), ("first_input", inputs)):
        made[name] = np.full(transactions + 1, end, np.int64)
    return parse.Columns(**made)


def form_of(network: Network) -> structure.Form:
    """How the network writes its blocks, as kernels take it."""
    return structure.Form(
        network.max_money,
        network.has_witness_programs,
        network.auxpow_chain is not None,
        network.mweb,
        network.tokens,
        network.forkid,
    )


def count(raws: Sequence[bytes], network: Network = BITCOIN) -> tuple[Any, Any, Any, Any, Any]:
    """The blocks in one buffer that ends where the last one does; starts, ends, counts, faults."""
    data = np.frombuffer(b"".join(raws), np.uint8).copy()
    ends = np.cumsum([len(raw) for raw in raws], dtype=np.int64)
    starts = ends - np.array([len(raw) for raw in raws], np.int64)
    counts, faults = np.full((len(raws), 3), -7, np.int64), np.full((len(raws), 2), -7, np.int64)
    structure.count(data, starts, ends, 0, len(raws), form_of(network), counts, faults)
    return data, starts, ends, counts, faults


def read(raws: Sequence[bytes], segwit: Sequence[bool], pieces: int = 1, network: Network = BITCOIN) -> Read:
    """Count the blocks; where all have a sound structure, fill, in so many pieces."""
    data, starts, ends, counts, faults = count(raws, network)
    if faults[:, 0].any():
        return Read(faults[:, 0].tolist(), faults[:, 1].tolist(), None)
    bases = np.zeros((3, len(raws) + 1), np.int64)
    np.cumsum(counts.T, axis=1, out=bases[:, 1:])
    columns = room(*bases[:, -1].tolist())
    batch = parse.Batch(data, starts, ends, np.array(segwit, np.uint8), SEED, *bases, form_of(network))
    found = np.zeros((len(raws), 2), np.int64)
    for piece in range(pieces):
        first, last = len(raws) * piece // pieces, len(raws) * (piece + 1) // pieces
        parse.fill(batch, columns, first, last, found)
    return Read(found[:, 0].tolist(), found[:, 1].tolist(), columns)


def kernel_verdict(raw: bytes, segwit: bool, network: Network = BITCOIN) -> tuple[str, parse.Columns | None]:
    """What the kernels say of one block."""
    found = read([raw], [segwit], network=network)
    if found.columns is None:
        return STRUCTURE, None
    return (HASHES if found.faults[0] else SOUND), found.columns


def plain_verdict(raw: bytes, segwit: bool, network: Network = BITCOIN) -> tuple[str, Block | None]:
    """What the plain parser says of one block."""
    try:
        block = parse_block(raw, network=network)
    except ParseError:
        return STRUCTURE, None
    try:
        check_merkle_root(block)
        check_witness(block, segwit)
    except BadBlockError:
        return HASHES, block
    return SOUND, block


def require_same_columns(columns: parse.Columns, blocks: Sequence[Block], network: Network = BITCOIN) -> None:
    """That each field of each transaction, input and output is the same in both."""
    naive = NaiveColumns(blocks, network).rows
    assert set(naive) == set(columns._fields)
    for name, found in columns._asdict().items():
        expected = naive[name]
        if expected and isinstance(expected[0], bytes):
            assert found.tobytes() == b"".join(expected), name
        else:
            assert found.tolist() == expected, name


def require_agreement(raw: bytes, segwit: bool, network: Network = BITCOIN) -> str:
    """That both parsers say the same of a block, field by field if it can be read; returns what."""
    found, columns = kernel_verdict(raw, segwit, network)
    expected, block = plain_verdict(raw, segwit, network)
    assert found == expected
    if columns is not None:
        assert block is not None
        require_same_columns(columns, [block], network)
    return found
