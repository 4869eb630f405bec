"""The judge of a chain: libbitcoinkernel, the consensus code of Bitcoin Core, on regtest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clew.bitcoin.transaction import Output, Transaction
from clew.bitcoin.undo import Spent, SpentCoin
from clew.simulate.blockfile import NO_KEY

try:
    import pbk
    from pbk.script import PrecomputedTransactionData
except ImportError:
    pbk = None

THREADS = 2


@dataclass(frozen=True)
class Verdict:
    """What the judge holds for the best chain. ``tip``: its hash, in wire order."""

    height: int
    tip: bytes
    spent: tuple[Spent, ...]
    """The undo data of each block, by height; the genesis block has none."""
    refused: dict[bytes, str]
    """Blocks that were not taken in, by hash, and the kind of rule that they break."""
    folder: Path
    """Its block and undo files."""


def need_judge() -> None:
    """Skips the test where the package is missing."""
    if pbk is None:
        pytest.skip("libbitcoinkernel is not here: pip install py-bitcoinkernel==0.1.0a5 (Linux on x86-64)")


def judge(
    blocks: Sequence[bytes], folder: Path, *, key: bytes = NO_KEY, order: Iterable[int] | None = None
) -> Verdict:
    """Hands all headers to the judge, and the blocks in ``order`` (indices; as they are, without).

    The first block must be the genesis block, which it knows. ``folder`` is where it keeps its files,
    obfuscated by ``key``.
    """
    need_judge()
    files = folder / "blocks"
    files.mkdir(parents=True)
    (files / "xor.dat").write_bytes(key)
    refused: dict[bytes, str] = {}

    def checked(_: Any, block: Any, state: Any) -> None:
        if state.validation_mode != pbk.ValidationMode.VALID:
            refused[bytes(block.block_hash)] = state.block_validation_result.name

    context = pbk.make_context(validation_callbacks=pbk.ValidationInterfaceCallbacks(block_checked=checked))
    options = pbk.ChainstateManagerOptions(context, str(folder), str(files))
    options.update_block_tree_db_in_memory(True)
    options.update_chainstate_db_in_memory(True)
    options.set_worker_threads_num(THREADS)
    manager = pbk.ChainstateManager(options)
    for raw in blocks[1:]:
        manager.process_block_header(pbk.BlockHeader(raw[:80]))
    for index in range(1, len(blocks)) if order is None else order:
        try:
            # That it returns True says only that the block is new.
            manager.process_block(pbk.Block(blocks[index]))
        except pbk.ProcessBlockException:
            # Wrong whatever the chain; the callback has told.
            continue
    entries = list(manager.get_active_chain().block_tree_entries)
    spent = ((), *(_spent(manager.block_spent_outputs[entry]) for entry in entries[1:]))
    return Verdict(entries[-1].height, bytes(entries[-1].block_hash), spent, refused, files)


def opens(transaction: Transaction, spent: Sequence[Output], index: int) -> bool:
    """Whether the judge lets this input spend what it spends; ``spent``: the outputs of all inputs."""
    need_judge()
    made = pbk.Transaction(transaction.serialise())
    outputs = [pbk.TransactionOutput(pbk.ScriptPubkey(each.script), each.value) for each in spent]
    known = PrecomputedTransactionData(made, outputs)
    script, value = pbk.ScriptPubkey(spent[index].script), spent[index].value
    return bool(script.verify(value, made, known, index, pbk.ScriptVerificationFlags.ALL))


def _spent(record: Any) -> Spent:
    return tuple(
        tuple(
            SpentCoin(
                coin.confirmation_height,
                coin.is_coinbase,
                coin.output.amount,
                bytes(coin.output.script_pubkey),
            )
            for coin in each.coins
        )
        for each in record.transactions
    )
