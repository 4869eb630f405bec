"""From parsed blocks to rows: ids, spends, addresses, and the digest of each block's rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np

from clew.build.addresses import AddressBook
from clew.build.batches import Parsed
from clew.build.spends import SpendBook, SpendFault
from clew.engine.local import LocalEngine
from clew.errors import BadBlockError
from clew.kernels import spends as spend_kernel
from clew.ledger.blocksource import BlockSource
from clew.ledger.digest import BEFORE_GENESIS, rows_digest
from clew.ledger.tables import Array
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS, NULLDATA, ROW_TABLES

Rows: TypeAlias = dict[str, dict[str, Array]]
"""Columns by table and name."""

MEDIAN_BLOCKS = 11


class RowMaker:
    """Makes the rows of one batch after the other; keeps what later blocks refer to."""

    def __init__(self, files: BlockSource, engine: LocalEngine) -> None:
        self.files = files
        self.engine = engine
        self.addresses = AddressBook()
        self.spends = SpendBook()
        self.counts = {table.name: 0 for table in ROW_TABLES}
        self.digest = BEFORE_GENESIS
        self._times: deque[int] = deque(maxlen=MEDIAN_BLOCKS)

    def restore(self, rows: Any, counts: Mapping[str, int], digest: bytes) -> None:
        """Go on after rows that an earlier run wrote: ``rows(name)`` gives a column."""
        self.counts.update(counts)
        self.digest = digest
        self._times.extend(np.asarray(rows("blocks.time")[-MEDIAN_BLOCKS:]).tolist())
        tails = {name: np.asarray(rows(f"address_tails.{name}")) for name in ("address", "length", "tail")}
        self.addresses.restore(np.asarray(rows("addresses.type")), np.asarray(rows("addresses.head")), tails)
        self.spends.restore(rows, self.counts)

    def make(self, parsed: Parsed) -> Rows:
        """The rows of a batch, all tables. Raises BadBlockError where an input spends nothing."""
        columns, counts = parsed.columns, self.counts
        transactions, outputs = counts["transactions"], counts["outputs"]
        self._require_room(transactions + len(columns.offset))
        dead = self._dead_outputs(parsed)
        if parsed.nodes[0].height == 0:
            columns.spendable[: int(parsed.batch.transaction_base[1])] = 0
        spent, replaced, fault = self.spends.resolve(
            parsed.batch, columns, (transactions, outputs), np.flatnonzero(dead) + outputs, self.engine
        )
        if fault:
            raise self._bad_input(parsed, fault)
        addresses, firsts, new = self.addresses.resolve(columns, self.engine)
        lost = np.flatnonzero(replaced != spend_kernel.NOTHING)
        rows: Rows = {
            "blocks": self._blocks(parsed, firsts),
            "transactions": {
                "txid": columns.txid.reshape(-1, 32),
                "first_output": columns.first_output[:-1] + outputs,
                "first_input": columns.first_input[:-1] + counts["inputs"],
                **{
                    name: getattr(columns, name)
                    for name in ("offset", "size", "base_size", "version", "lock_time", "flags")
                },
            },
            "outputs": {"value": columns.value, "script_type": columns.script_type, "address": addresses},
            "inputs": {"spent_output": spent, "sequence": columns.sequence},
            **new,
            "overwritten": {
                "transaction": replaced[lost],
                "by": (lost + transactions).astype(np.uint32),
            },
            "unspendable": {
                "output": np.flatnonzero(dead & (columns.script_type != NULLDATA)) + outputs,
            },
        }
        rows["block_digests"] = {"digest": self._digests(parsed, rows)}
        for name, made in rows.items():
            self.counts[name] += len(next(iter(made.values())))
        return rows

    def _require_room(self, transactions: int) -> None:
        if transactions > MAX_TRANSACTIONS or self.counts["addresses"] > NO_ADDRESS - (1 << 24):
            raise BadBlockError(
                f"expected at most {MAX_TRANSACTIONS} transactions and addresses, found more; "
                "this version of the ledger cannot hold the chain"
            )

    def _dead_outputs(self, parsed: Parsed) -> Array:
        """Which outputs nobody can spend, by row."""
        columns = parsed.columns
        dead: Array = (columns.script_type == NULLDATA) | (columns.oversize != 0)
        if parsed.nodes[0].height == 0:
            dead[: int(parsed.batch.output_base[1])] = True
        return dead

    def _blocks(self, parsed: Parsed, firsts: Array) -> dict[str, Array]:
        headers = [node.frame for node in parsed.nodes]
        bases = parsed.batch
        return {
            "hash": _bytes32(node.hash for node in parsed.nodes),
            "version": np.array([header.version for header in headers], np.int32),
            "merkle_root": _bytes32(header.merkle_root for header in headers),
            "time": np.array([header.time for header in headers], np.uint32),
            "bits": np.array([header.bits for header in headers], np.uint32),
            "nonce": np.array([header.nonce for header in headers], np.uint32),
            "median_time": np.array([self._median(header.time) for header in headers], np.uint32),
            "work": _bytes32(node.work.to_bytes(32, "big") for node in parsed.nodes),
            "size": (bases.ends - bases.starts).astype(np.uint32),
            "base_size": self._base_sizes(parsed),
            "first_transaction": (bases.transaction_base[:-1] + self.counts["transactions"]).astype(
                np.uint32
            ),
            "first_output": bases.output_base[:-1] + self.counts["outputs"],
            "first_input": bases.input_base[:-1] + self.counts["inputs"],
            "first_address": (
                np.searchsorted(firsts, bases.output_base[:-1]) + self.counts["addresses"]
            ).astype(np.uint32),
        }

    def _base_sizes(self, parsed: Parsed) -> Array:
        """Block sizes without witnesses: the whole less what its transactions save."""
        batch, columns = parsed.batch, parsed.columns
        saved = np.add.reduceat(
            columns.size.astype(np.int64) - columns.base_size, batch.transaction_base[:-1]
        )
        sizes: Array = (batch.ends - batch.starts - saved).astype(np.uint32)
        return sizes

    def _median(self, time: int) -> int:
        self._times.append(time)
        return sorted(self._times)[len(self._times) // 2]

    def _digests(self, parsed: Parsed, rows: Rows) -> Array:
        """Rolling digests of the batch's blocks, uint8 (blocks, 32)."""
        blocks = len(parsed.nodes)
        edges = _edges(parsed, rows, self.counts)
        parts: list[bytes] = [b""] * blocks

        def one_part(first: int, last: int) -> None:
            for block in range(first, last):
                parts[block] = rows_digest(
                    {
                        table: {
                            name: data[edges[table][block] : edges[table][block + 1]]
                            for name, data in columns.items()
                        }
                        for table, columns in rows.items()
                    }
                )

        self.engine.over(one_part, blocks)
        digests = []
        for part in parts:
            self.digest = sha256(self.digest + part).digest()
            digests.append(self.digest)
        return _bytes32(digests)

    def _bad_input(self, parsed: Parsed, fault: SpendFault) -> BadBlockError:
        columns, batch = parsed.columns, parsed.batch
        transaction = int(np.searchsorted(columns.first_input, fault.input, "right")) - 1
        block = int(np.searchsorted(batch.transaction_base, transaction, "right")) - 1
        node = parsed.nodes[block]
        txid = columns.txid[32 * transaction : 32 * transaction + 32].tobytes()[::-1].hex()
        spent = columns.previous_txid[32 * fault.input : 32 * fault.input + 32].tobytes()[::-1].hex()
        number = fault.input - int(columns.first_input[transaction])
        output = int(columns.previous_index[fault.input])
        return BadBlockError(
            f"{self.files.where(node.frame)}: height {node.height}: input {number} of transaction {txid} "
            f"spends output {output} of {spent}, but {fault.reason}; this is no valid chain: take it from a "
            "node that has checked it"
        )


def _bytes32(values: Any) -> Array:
    joined = b"".join(values)
    return np.frombuffer(joined, np.uint8).reshape(-1, 32)


def _edges(parsed: Parsed, rows: Rows, counts: Mapping[str, int]) -> dict[str, Any]:
    """For each table, where each block's rows begin in the batch, and where the last one's end."""
    batch = parsed.batch
    new_addresses = np.append(
        rows["blocks"]["first_address"].astype(np.int64) - counts["addresses"], len(rows["addresses"]["type"])
    )
    first_output = batch.output_base + counts["outputs"]
    return {
        "blocks": np.arange(len(parsed.nodes) + 1),
        "transactions": batch.transaction_base,
        "outputs": batch.output_base,
        "inputs": batch.input_base,
        "addresses": new_addresses,
        "address_tails": np.searchsorted(
            rows["address_tails"]["address"].astype(np.int64), new_addresses + counts["addresses"]
        ),
        "overwritten": np.searchsorted(
            rows["overwritten"]["by"].astype(np.int64), batch.transaction_base + counts["transactions"]
        ),
        "unspendable": np.searchsorted(rows["unspendable"]["output"], first_output),
    }
