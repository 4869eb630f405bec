"""The slow twin of the fill: the columns of parsed blocks, value by value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clew.bitcoin.block import Block, Transaction
from clew.bitcoin.networks import BITCOIN, Network
from clew.bitcoin.script import classify, spending_script
from clew.bitcoin.signatures import signing
from clew.ledger.keys import address_key
from clew.schema import (
    FLAG_COINBASE,
    FLAG_SORTED_INPUTS,
    FLAG_SORTED_OUTPUTS,
    FLAG_WITNESS,
    MAX_SCRIPT_SIZE,
    NULLDATA,
)

PAYLOAD_ROOM = 48
"""Bytes of a payload's row, zero-padded."""


class NaiveColumns:
    """Lists by column name; ``first_output`` and ``first_input`` have one entry more."""

    def __init__(self, blocks: Sequence[Block], network: Network = BITCOIN) -> None:
        self.network = network
        self.rows: dict[str, list[Any]] = {"first_output": [0], "first_input": [0]}
        for block in blocks:
            for index, transaction in enumerate(block.transactions):
                self._add_transaction(transaction, index)

    def _add(self, **values: Any) -> None:
        for name, value in values.items():
            self.rows.setdefault(name, []).append(value)

    def _add_transaction(self, transaction: Transaction, index: int) -> None:
        spendable = [
            output
            for output in transaction.outputs
            if classify(output.script, self.network)[0] != NULLDATA
            and len(spending_script(output.script, self.network)) <= MAX_SCRIPT_SIZE
        ]
        self._add(
            txid=transaction.txid,
            offset=transaction.offset,
            size=transaction.size,
            base_size=transaction.base_size,
            version=transaction.version,
            lock_time=transaction.lock_time,
            flags=FLAG_COINBASE * (index == 0)
            + FLAG_WITNESS * transaction.has_witness
            + FLAG_SORTED_INPUTS * transaction.has_sorted_inputs
            + FLAG_SORTED_OUTPUTS * transaction.has_sorted_outputs,
            spendable=len(spendable),
            first_output=self.rows["first_output"][-1] + len(transaction.outputs),
            first_input=self.rows["first_input"][-1] + len(transaction.inputs),
        )
        for each in transaction.inputs:
            self._add(
                previous_txid=each.previous_txid,
                previous_index=each.previous_index,
                sequence=each.sequence,
                signing=signing(each, self.network),
            )
        for output in transaction.outputs:
            script_type, address_type, payload = classify(output.script, self.network)
            self._add(
                value=output.value,
                script_type=script_type,
                oversize=len(spending_script(output.script, self.network)) > MAX_SCRIPT_SIZE,
                address_type=address_type,
                payload_length=len(payload),
                payload=payload.ljust(PAYLOAD_ROOM, b"\0"),
                key=address_key(address_type, payload),
            )
