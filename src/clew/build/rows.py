"""From parsed blocks to rows: everything but what tells of addresses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from clew.build.batches import Parsed
from clew.build.spends import SpendFault
from clew.errors import BadBlockError
from clew.kernels.spends import NOTHING
from clew.ledger.blocksource import BlockSource
from clew.ledger.columns import Array
from clew.ledger.digest import content_digest
from clew.schema import MAX_TRANSACTIONS, NO_ADDRESS, NULLDATA

Rows: TypeAlias = dict[str, dict[str, Array]]
"""Columns by table and name."""

MEDIAN_BLOCKS = 11
COUNTED = ("blocks", "transactions", "outputs", "inputs")


class RowMaker:
    """Makes the rows of one batch after the other; knows how many came before.

    ``counts`` are the rows before, by table; ``times`` the header times of the last blocks before.
    """

    def __init__(self, files: BlockSource, counts: Mapping[str, int], times: Iterable[int]) -> None:
        self.files = files
        self.counts = {name: int(counts.get(name, 0)) for name in COUNTED}
        self._times: deque[int] = deque(times, maxlen=MEDIAN_BLOCKS)

    def unspendable(self, parsed: Parsed) -> int:
        """How many of a batch's first outputs nobody can spend, since the genesis block made them."""
        return int(parsed.batch.output_base[1]) if parsed.nodes[0].height == 0 else 0

    def make(
        self, parsed: Parsed, spent: Array, replaced: Array, earlier: Callable[[int, bytes], int]
    ) -> Rows:
        """The rows of a batch, logical tables, without columns that tell of addresses.

        ``spent`` and ``replaced`` as ``SpendTable.resolve`` gives them; ``earlier`` finds the id of an
        earlier transaction by its first output, and compares its txid.
        """
        columns, counts = parsed.columns, self.counts
        self._require_room(counts["transactions"] + len(columns.offset))
        dead = columns.oversize != 0
        dead[: self.unspendable(parsed)] = True
        dead &= columns.script_type != NULLDATA
        lost = np.flatnonzero(replaced != NOTHING)
        ids = [earlier(int(replaced[row]), columns.txid[32 * row : 32 * row + 32].tobytes()) for row in lost]
        rows: Rows = {
            "blocks": self._blocks(parsed),
            "transactions": {
                "txid": columns.txid.reshape(-1, 32),
                "first_output": columns.first_output[:-1] + counts["outputs"],
                "first_input": columns.first_input[:-1] + counts["inputs"],
                **{
                    name: getattr(columns, name)
                    for name in ("offset", "base_size", "version", "lock_time", "flags")
                },
            },
            "outputs": {"value": columns.value, "script_type": columns.script_type},
            "inputs": {"spent_output": spent, "sequence": columns.sequence, "signing": columns.signing},
            "overwritten": {
                "transaction": np.array(ids, np.uint32),
                "by": (lost + counts["transactions"]).astype(np.uint32),
            },
            "unspendable": {"output": np.flatnonzero(dead) + counts["outputs"]},
        }
        for name in COUNTED:
            counts[name] += len(next(iter(rows[name].values())))
        return rows

    def _require_room(self, transactions: int) -> None:
        if transactions > MAX_TRANSACTIONS:
            raise BadBlockError(
                f"expected at most {MAX_TRANSACTIONS} transactions, found more; "
                "this version of the ledger cannot hold the chain"
            )

    def _blocks(self, parsed: Parsed) -> dict[str, Array]:
        headers = [node.frame for node in parsed.nodes]
        bases, columns = parsed.batch, parsed.columns
        sizes = bases.ends - bases.starts
        last = bases.transaction_base[1:] - 1
        saved = np.add.reduceat(
            columns.size.astype(np.int64) - columns.base_size, bases.transaction_base[:-1]
        )
        trailing = sizes - columns.offset[last] - columns.size[last]
        return {
            "hash": bytes32(node.hash for node in parsed.nodes),
            "version": np.array([header.version for header in headers], np.int32),
            "merkle_root": bytes32(header.merkle_root for header in headers),
            "time": np.array([header.time for header in headers], np.uint32),
            "bits": np.array([header.bits for header in headers], np.uint32),
            "nonce": np.array([header.nonce for header in headers], np.uint32),
            "median_time": np.array([self._median(header.time) for header in headers], np.uint32),
            "work": bytes32(node.work.to_bytes(32, "big") for node in parsed.nodes),
            "size": sizes.astype(np.uint32),
            # Up to the last transaction's end, less what transactions save without their witnesses.
            "base_size": (sizes - trailing - saved).astype(np.uint32),
            "trailing": trailing.astype(np.uint32),
            "first_transaction": (bases.transaction_base[:-1] + self.counts["transactions"]).astype(
                np.uint32
            ),
            "first_output": bases.output_base[:-1] + self.counts["outputs"],
            "first_input": bases.input_base[:-1] + self.counts["inputs"],
        }

    def _median(self, time: int) -> int:
        self._times.append(time)
        return sorted(self._times)[len(self._times) // 2]

    def bad_input(self, parsed: Parsed, fault: SpendFault) -> BadBlockError:
        """The error for an input that spends nothing."""
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


def require_addresses(addresses: int) -> None:
    """Raise BadBlockError where there are more addresses than ids."""
    if addresses >= NO_ADDRESS:
        raise BadBlockError(
            f"expected fewer than {NO_ADDRESS} addresses, found more; this version of the ledger cannot "
            "hold the chain"
        )


def content_digests(rows: Rows) -> Array:
    """``content_digest`` of each block of a batch's rows; uint8 (blocks, 32)."""
    edges = block_edges(rows)
    return bytes32(
        content_digest(
            {
                table: {
                    name: data[edges[table][block] : edges[table][block + 1]]
                    for name, data in columns.items()
                }
                for table, columns in rows.items()
            }
        )
        for block in range(len(rows["blocks"]["hash"]))
    )


def block_edges(rows: Rows) -> dict[str, Sequence[int]]:
    """For each table of a batch's rows, where each block's begin, and where the last one's end."""
    blocks = rows["blocks"]
    edges: dict[str, Sequence[int]] = {"blocks": list(range(len(blocks["hash"]) + 1))}
    ids: dict[str, Array] = {}
    for name, key in (
        ("transactions", "first_transaction"),
        ("outputs", "first_output"),
        ("inputs", "first_input"),
    ):
        starts = blocks[key].astype(np.int64)
        ids[name] = np.append(starts, starts[0] + len(next(iter(rows[name].values()))))
        edges[name] = (ids[name] - starts[0]).tolist()
    for name, key, owner in (("overwritten", "by", "transactions"), ("unspendable", "output", "outputs")):
        edges[name] = np.searchsorted(rows[name][key].astype(np.int64), ids[owner]).tolist()
    return edges


def bytes32(values: Iterable[bytes]) -> Array:
    """Hashes as rows; uint8 (hashes, 32)."""
    return np.frombuffer(b"".join(values), np.uint8).reshape(-1, 32)
