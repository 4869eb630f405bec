"""Real blocks: from the first coins that were ever spent, forward and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clew import check
from clew.bitcoin.block import Block, parse_block
from naive.frames import read_frames
from naive.trace import Question, trace

FIRST_SPENT = "0437cd7f8525ceed2324359c2d0ba26006d92d856a9c20fa0241106ee5a597c9:0"
"""The coinbase of block 9, of which 10 BTC were paid to somebody in block 170."""


@pytest.fixture(scope="module")
def real(shared_data: Path) -> list[Block]:
    return [
        parse_block(raw) for raw in read_frames(shared_data / "blocks" / "mainnet-0-4312" / "blk00000.dat")
    ]


@pytest.mark.parametrize("folder", ["mainnet-0-4312", "mainnet-0-4312-xor"])
def test_from_the_coin_of_block_9(real: list[Block], shared_data: Path, folder: str) -> None:
    told = trace(real, [FIRST_SPENT], Question(), "main")
    assert told["transactions"][0] == {
        "txid": "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
        "height": 170,
        "time": 1231731025,
    }
    blocks = check.Blocks(shared_data / "blocks" / folder, "main")
    assert len(blocks.chain) == 4313
    assert check.examine(told, blocks) == []
    assert check.examine(told, blocks, quick=True) == []
    step = told["traces"][2]["steps"][0]["out"][0]
    assert (step["taint"], step["end"]) == (10 * 100_000_000, "unspent")


def test_where_the_coins_of_a_late_payment_came_from(real: list[Block], shared_data: Path) -> None:
    payments = [each for block in real for each in block.transactions[1:]]
    names = [f"{payments[-1].txid[::-1].hex()}:{vout}" for vout in range(len(payments[-1].outputs))]
    told: dict[str, Any] = trace(real, names, Question(forward=False), "main")
    assert told["traces"][0]["steps"]
    assert told["traces"][0]["ends"][-1]["end"] == "coinbase"
    blocks = check.Blocks(shared_data / "blocks" / "mainnet-0-4312-xor", "main")
    assert check.examine(told, blocks) == []
    assert check.examine(told, blocks, quick=True) == []
