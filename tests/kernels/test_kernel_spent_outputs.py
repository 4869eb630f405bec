"""Two real blocks with the outputs that they spend: through the parser, the table and the join, and back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from clew.bitcoin.block import Block, Input, Output, Transaction, parse_block
from clew.bitcoin.script import classify
from clew.build.spends import SpendTable
from clew.kernels import spends as kernel
from clew.kernels.parse import Columns
from clew.schema import FLAG_COINBASE, NO_ADDRESS, NO_OUTPUT
from clew.schema import PAYLOAD_STRIDE as STRIDE
from kernels.blocks import block_of, coinbase
from kernels.engines import ENGINES
from kernels.joining import Joining
from kernels.running import read

pytestmark = pytest.mark.jit_only

HEIGHTS = [367891, 866342]
ENGINE = ENGINES["three threads"]
UNKNOWN = Output(0, b"\x51")
"""Stands for an output that is not spent here, of which nothing is known."""


def spent_outputs(shared_data: Path, height: int) -> list[Output]:
    """The outputs that the inputs of a block spend, in their order; none for its coinbase."""
    zstandard = pytest.importorskip("zstandard", reason="reading .zst needs the package zstandard")
    file = shared_data / "blocks" / "with-prevouts" / f"mainnet-{height}.spent-outputs.json.zst"
    with file.open("rb") as compressed:
        listed = json.loads(zstandard.ZstdDecompressor().stream_reader(compressed).read())
    found = [each["txout"] for each in listed]
    return [Output(each["value"], bytes.fromhex(each["script_pubkey"])) for each in found]


def real_block(shared_data: Path, height: int) -> Block:
    raw = (shared_data / "blocks" / "with-prevouts" / f"mainnet-{height}.raw").read_bytes()
    return parse_block(raw)


def earlier(block: Block, spent: list[Output]) -> tuple[Block, list[bytes]]:
    """A block that makes what the real one spends, and the ids its transactions stand for."""
    own = {each.txid for each in block.transactions}
    made: dict[bytes, dict[int, Output]] = {}
    inputs = [each for transaction in block.transactions[1:] for each in transaction.inputs]
    for each, output in zip(inputs, spent, strict=True):
        if each.previous_txid not in own:
            made.setdefault(each.previous_txid, {})[each.previous_index] = output
    later = [
        Transaction.build(
            [Input(b"\7" * 32, number)], [outputs.get(index, UNKNOWN) for index in range(max(outputs) + 1)]
        )
        for number, outputs in enumerate(made.values())
    ]
    return block_of([coinbase([UNKNOWN]), *later]), [b"\1" * 32, *made]


def columns_of(block: Block) -> Columns:
    # Whether BIP 141 holds does not matter to what is read, and block 367891 is of before.
    found = read([block.serialise()], [any(each.has_witness for each in block.transactions)])
    assert found.faults == [0]
    assert found.columns is not None
    return found.columns


class Ids:
    """What the table and the join make of the two blocks, one after the other, and all outputs in one row."""

    def __init__(self, first: Columns, second: Columns) -> None:
        spends = SpendTable()
        outputs = 0
        batches = []
        for columns in (first, second):
            self.spent, replaced, fault = spends.resolve(columns, outputs, 0, ENGINE)
            assert fault is None
            assert (replaced == kernel.NOTHING).all()
            batches.append((outputs, columns))
            outputs += len(columns.value)
        join = Joining(batches, 4)
        self.distinct = join.find_firsts()
        assert join.mark() == self.distinct
        self.addresses = [*join.number(0).ids.tolist(), *join.number(1).ids.tolist()]
        self.values = [*first.value.tolist(), *second.value.tolist()]
        self.payloads = np.concatenate([first.payload, second.payload]).reshape(-1, STRIDE)
        self.kinds = [
            (int(script_type), int(address_type), int(length))
            for columns in (first, second)
            for script_type, address_type, length in zip(
                columns.script_type, columns.address_type, columns.payload_length, strict=True
            )
        ]


def resolved(block: Block, spent: list[Output]) -> tuple[Ids, Columns]:
    """What is known after the block, and its columns."""
    before, txids = earlier(block, spent)
    first, second = columns_of(before), columns_of(block)
    # Of the transactions before only the ids are known, and nothing of what they spent.
    first.txid[:] = np.frombuffer(b"".join(txids), np.uint8)
    first.flags[:] |= FLAG_COINBASE
    return Ids(first, second), second


@pytest.mark.parametrize("height", HEIGHTS)
def test_each_input_finds_the_output_that_it_spends(shared_data: Path, height: int) -> None:
    spent = spent_outputs(shared_data, height)
    ids, columns = resolved(real_block(shared_data, height), spent)
    assert ids.spent[0] == NO_OUTPUT
    assert len(ids.spent) == len(set(ids.spent.tolist())) == len(spent) + 1
    by_address: dict[tuple[int, bytes], set[int]] = {}
    for output, expected in zip(ids.spent[1:].tolist(), spent, strict=True):
        script_type, address_type, payload = classify(expected.script)
        assert ids.values[output] == expected.value
        assert ids.kinds[output] == (script_type, address_type, len(payload))
        assert ids.payloads[output].tobytes() == payload.ljust(STRIDE, b"\0")
        by_address.setdefault((address_type, payload), set()).add(ids.addresses[output])
    # One address is one id, and one id is one address.
    numbers = [number for each in by_address.values() for number in each]
    assert len(numbers) == len(set(numbers)) == len(by_address) > 500
    assert NO_ADDRESS not in numbers
    # Some were made in the same block.
    assert int(ids.spent[1:].max()) >= len(ids.values) - len(columns.value)


@pytest.mark.parametrize("height", HEIGHTS)
def test_what_is_not_paid_out_is_claimed_by_the_coinbase(shared_data: Path, height: int) -> None:
    ids, columns = resolved(real_block(shared_data, height), spent_outputs(shared_data, height))
    own = int(columns.first_output[1])
    claimed, paid = int(columns.value[:own].sum()), int(columns.value[own:].sum())
    fees = sum(ids.values[output] for output in ids.spent[1:].tolist()) - paid
    assert fees > 0
    assert claimed == (5_000_000_000 >> height // 210_000) + fees
