"""What a whole build would take: memory, disk, volume read and written, time.

Computed from the tables as the schema declares them and from what the build holds, for a chain of
a given size and composition. Shares that no schema states are those of the made chains
(``clew simulate bulk``), and named here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clew.build.base import LISTS_SHARE, MEMBERS_SHARE, PER_ADDRESS, SPENDS_SHARE
from clew.build.memory import Memory
from clew.build.payers import OUTPUT_BYTES
from clew.build.spends import FULLEST, GROWTH
from clew.errors import NoBlockFilesError
from clew.kernels import join, spends
from clew.ledger import source
from clew.ledger.columns import column_files
from clew.schema import TABLES

GIB = 1 << 30
GB = 1_000_000_000

MAIN_CHAIN: dict[str, int] = {
    "bytes": 850 * GB,
    "blocks": 930_000,
    "transactions": 1_400_000_000,
    "outputs": 3_900_000_000,
    "inputs": 3_600_000_000,
    "addresses": 1_500_000_000,
}
"""The main chain in late 2026, in round numbers."""

SHARES: dict[str, tuple[str, float]] = {
    "address_tails": ("addresses", 0.35),
    "address_ends": ("addresses", 0.0001),
    "overwritten": ("blocks", 0.00001),
    "unspendable": ("outputs", 0.000001),
    "large_values": ("outputs", 0.001),
    "rare_versions": ("transactions", 0.0001),
    "rare_sequences": ("inputs", 0.005),
    "links": ("addresses", 0.65),
    "known_keys": ("addresses", 0.000001),
    "nested_lookup": ("addresses", 0.7),
    "postings": ("outputs", 0.95),
    "members": ("addresses", 0.75),
    "entity_list": ("addresses", 0.12),
    "totals": ("addresses", 0.0005),
    "busy_addresses": ("addresses", 0.0005),
}
"""Rows of tables for each row of another."""

UNSPENT_TRANSACTIONS = 0.085
"""Slots of the table of unspent outputs for each transaction: 100 to 125 million of 1.4 thousand million."""

LONG = 0.3
"""Outputs whose payload is longer than 20 bytes."""

CORE_SECONDS = 4.6
"""Processor time for a GB of block files, in seconds of one core that has SHA instructions."""

DRIVES: dict[str, float] = {"hdd": 0.16 * GB, "ssd": 0.5 * GB}
"""Bytes a second, read or written in order: a hard disk, and an SSD behind SATA."""


@dataclass(frozen=True)
class Plan:
    """Bytes, and seconds by drive. ``source`` says where the counts are from; ``memory_by`` what is held
    at the peak of each stage."""

    counts: Mapping[str, int]
    source: str
    memory: int
    memory_by: Mapping[str, int]
    ledger: int
    ledger_by: Mapping[str, int]
    disk_peak: int
    read: int
    written: int
    seconds: Mapping[str, float]

    @property
    def share(self) -> float:
        """The ledger's size for each byte of block files."""
        return self.ledger / self.counts["bytes"]


def counts_for(size: int) -> dict[str, int]:
    """A chain of ``size`` bytes with the main chain's composition."""
    return {name: max(1, count * size // MAIN_CHAIN["bytes"]) for name, count in MAIN_CHAIN.items()} | {
        "bytes": size
    }


def rows_of(counts: Mapping[str, int]) -> dict[str, int]:
    """Rows of every table of a chain with these counts."""
    rows = {name: int(counts[of] * share) for name, (of, share) in SHARES.items()}
    rows |= {name: counts[name] for name in ("blocks", "transactions", "outputs", "inputs", "addresses")}
    rows |= {"block_digests": counts["blocks"], "spends": counts["outputs"], "entities": counts["addresses"]}
    rows["posting_starts"] = counts["addresses"] + 1
    for subject in ("transaction", "address"):
        entries = counts["transactions" if subject == "transaction" else "addresses"]
        rows[f"{subject}_lookup"] = entries
        rows[f"{subject}_buckets"] = entries // 6
    rows["nested_buckets"] = rows["address_buckets"]
    return rows


def for_folder(folder: Path | None, network: str, memory: float | None, threads: int | None) -> Plan:
    """The plan for the block files in ``folder`` (default: the node's usual one), by their size.

    Where none is named and none is there: for the main chain. ``memory`` GiB (default: half of the
    machine's). Raises NoBlockFilesError for a folder that is named, UsageError.
    """
    room, cores = Memory.of(memory).bytes, threads or os.cpu_count() or 1
    try:
        files = source.open_files(folder, network)
    except NoBlockFilesError:
        if folder is not None:
            raise
        return plan(MAIN_CHAIN, room, cores, "the main chain of late 2026, in round numbers")
    size = sum(file.size for file in files.files.values())
    files.close()
    return plan(counts_for(size), room, cores, "as those of the main chain are composed")


def plan(counts: Mapping[str, int], memory: int, threads: int, where: str = "as stated") -> Plan:
    """What a build of a chain with ``counts`` takes with ``memory`` bytes on ``threads`` threads."""
    rows = rows_of(counts)
    tables = {
        table.name: sum(
            rows[table.name] * dtype.itemsize * width
            for column in table.columns
            for _, dtype, width in column_files(table, column)
        )
        for table in TABLES
    }
    groups = {
        group: sum(tables[table.name] for table in TABLES if table.group == group)
        for group in ("rows", "links", "base")
    }
    ledger = sum(tables.values())
    paid = rows["postings"]
    spill = (
        int(paid * (4 * (1 + join.SHORT_WORDS) * (1 - LONG) + 4 * (1 + join.LONG_WORDS) * LONG)) + 5 * paid
    )
    held = memory_by(counts, memory, threads)
    payers = OUTPUT_BYTES * counts["inputs"] if counts["outputs"] * OUTPUT_BYTES > memory * 2 // 5 else 0
    read, written = _volume(counts, tables, groups, spill, payers, memory * 2 // 5)
    busy = counts["bytes"] / GB * CORE_SECONDS / threads
    return Plan(
        counts=counts,
        source=where,
        memory=max(held.values()),
        memory_by=held,
        ledger=ledger,
        ledger_by=tables,
        # What was set aside stays until the first commit.
        disk_peak=ledger + spill + payers,
        read=read,
        written=written,
        seconds={name: max(busy, (read + written) / rate) for name, rate in DRIVES.items()},
    )


def memory_by(counts: Mapping[str, int], memory: int, threads: int) -> dict[str, int]:
    """Bytes of anonymous memory at the peak of each stage."""
    batch = Memory(memory).batch_bytes(threads)
    # A thread's blocks, and columns of those under way and waiting to be written.
    batches = threads * batch + (threads + 5) * batch * 2 // 3
    slots = int(counts["transactions"] * UNSPENT_TRANSACTIONS)
    # At worst it has just grown, and the smaller one is still there.
    full = int(slots * 8 * spends.WORDS / FULLEST)
    table = int(full * (1 + GROWTH))
    addresses, room = counts["addresses"], memory * 2 // 5
    largest = max(counts["outputs"] // 512, 1) * 60
    together = PER_ADDRESS * addresses <= memory * 2 // 5
    outputs = counts["outputs"]
    # What is made, and what is written meanwhile.
    postings = 4 * addresses + 2 * min(room // LISTS_SHARE, 5 * outputs)
    entities = 8 * addresses + 2 * min(room // MEMBERS_SHARE, 4 * addresses)
    return {
        "blocks": batches + (table if 2 * full * GROWTH <= memory else 0),
        "addresses": counts["outputs"] // 8 + counts["outputs"] // 16 + threads * largest,
        "spends, postings, look-ups": max(postings, 2 * min(room // SPENDS_SHARE, 4 * outputs)),
        "links and entities": entities + (postings if together else 0),
    }


def _volume(
    counts: Mapping[str, int],
    tables: Mapping[str, int],
    groups: Mapping[str, int],
    spill: int,
    payers: int,
    room: int,
) -> tuple[int, int]:
    """Bytes read and written, counting each pass over a column as often as memory makes it."""
    outputs, inputs, addresses = counts["outputs"], counts["inputs"], counts["addresses"]

    def passes(size: int, share: int = LISTS_SHARE) -> int:
        return -(-size // max(1, room // share))

    spent, paid = 5 * inputs, 4 * outputs
    read = counts["bytes"] + 2 * spill
    read += passes(4 * outputs, SPENDS_SHARE) * spent + outputs
    read += (1 + passes(16 * (outputs + addresses))) * paid
    read += (1 + passes(6 * counts["transactions"])) * tables["transactions"] // 2
    read += (1 + passes(6 * addresses)) * tables["addresses"]
    read += paid + tables["outputs"] + spent
    turns = passes(OUTPUT_BYTES * outputs, SPENDS_SHARE) if payers else 0
    read += turns * (spent + payers) + payers
    read += tables["outputs"] + tables["spends"] + tables["posting_starts"]
    return read, groups["rows"] + groups["links"] + groups["base"] + spill + turns * payers


__all__ = ["GB", "GIB", "MAIN_CHAIN", "Plan", "counts_for", "for_folder", "plan", "rows_of"]
