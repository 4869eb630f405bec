"""The slow twin of the build: a whole ledger from raw blocks, with dictionaries and lists.

Written to be obviously right. It checks no proof of work, only that each block follows the one
before and that inputs spend what is there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clew.bitcoin.block import Block, parse_block, work
from clew.bitcoin.hashes import hash160
from clew.bitcoin.networks import network
from clew.bitcoin.script import classify, spending_script
from clew.bitcoin.signatures import signing
from clew.build.links import rules_in_force
from clew.errors import BadBlockError
from clew.heuristics import known_keys
from clew.heuristics.plain import Input, Output, Transaction
from clew.heuristics.rulesets import STRICT
from clew.ledger import manifest as manifests
from clew.ledger.digest import block_digest, content_digest
from clew.ledger.keys import address_key, bucket_bits, bucket_of, transaction_key
from clew.ledger.ledger import Ledger
from clew.ledger.manifest import Base, Manifest, Piece, Rule, Tip
from clew.ledger.segments import Sums
from clew.ledger.tables import TableWriter
from clew.schema import (
    BASE_TABLES,
    END_BYTES,
    FLAG_COINBASE,
    FLAG_SORTED_INPUTS,
    FLAG_SORTED_OUTPUTS,
    FLAG_WITNESS,
    HEAD_BYTES,
    LINK_TABLES,
    MANY_OUTPUTS,
    MAX_SCRIPT_SIZE,
    NO_ADDRESS,
    NO_OUTPUT,
    NULLDATA,
    OVERWRITTEN,
    PUBKEYHASH,
    ROW_TABLES,
    SCRIPTHASH,
    TABLES,
    TAIL_BYTES,
    UNSPENDABLE,
    UNSPENT,
    WITNESS_UNKNOWN,
    WITNESS_V0_KEYHASH,
    YES,
    Table,
    table,
)

RULES = tuple(Rule(rule["name"], rule["version"], "00" * 32) for rule in rules_in_force())
"""What forms the entities. A real build states the digests of its rules' sources here."""

SPARSE_TABLES = (
    ("address_tails", "address", "addresses"),
    ("address_ends", "address", "addresses"),
    ("overwritten", "by", "transactions"),
    ("unspendable", "output", "outputs"),
)
"""Tables without a row per block: their name, the column they are ordered by, and what that counts."""

RARE_TABLES = {column.rare for each in TABLES for column in each.columns if column.rare}
"""Tables that are written with the columns whose rare numbers they hold."""


class NaiveLedger:
    """Rows of all tables as lists of values, by ``table.column``; grows block by block."""

    def __init__(self, network_name: str) -> None:
        self.network = network(network_name)
        tables = (*ROW_TABLES, *LINK_TABLES, *BASE_TABLES)
        self.rows: dict[str, list[Any]] = {f"{t.name}.{c.name}": [] for t in tables for c in t.columns}
        self.total_work = 0
        self.previous = bytes(32)
        self.unspent: dict[tuple[bytes, int], int] = {}
        self.latest: dict[bytes, int] = {}
        self.address_ids: dict[tuple[int, bytes], int] = {}
        self.entities = 0

    def add(self, name: str, **values: Any) -> None:
        """Append one row to the table called ``name``."""
        assert set(values) == {column.name for column in table(name).columns}
        for column, value in values.items():
            self.rows[f"{name}.{column}"].append(value)

    def count(self, name: str) -> int:
        """Rows of a table so far."""
        return len(self.rows[f"{name}.{table(name).columns[0].name}"])

    # Rows

    def add_block(self, block: Block) -> None:
        """Append a block's rows. Raises BadBlockError where it does not follow, or spends amiss."""
        header = block.header
        height = self.count("blocks")
        if header.previous != self.previous:
            raise BadBlockError(f"height {height}: parent {header.previous[::-1].hex()} is not the tip")
        self.previous = header.hash
        self.total_work += work(header.bits)
        times = [*self.rows["blocks.time"][-10:], header.time]
        before = {name: self.count(name) for name in ("transactions", "outputs", "inputs", "addresses")}
        self.add(
            "blocks",
            hash=header.hash,
            version=header.version,
            merkle_root=header.merkle_root,
            time=header.time,
            bits=header.bits,
            nonce=header.nonce,
            median_time=sorted(times)[len(times) // 2],
            work=self.total_work.to_bytes(32, "big"),
            size=block.size,
            base_size=block.base_size,
            trailing=block.size - block.transactions[-1].offset - block.transactions[-1].size,
            first_transaction=before["transactions"],
            first_output=before["outputs"],
            first_input=before["inputs"],
            first_address=before["addresses"],
        )
        for transaction in block.transactions:
            self.add_transaction(transaction, height)

    def add_transaction(self, transaction: Any, height: int) -> None:
        """Append a transaction with its inputs and outputs, and spend what it spends."""
        number = self.count("transactions")
        flags = (
            FLAG_COINBASE * transaction.is_coinbase
            + FLAG_WITNESS * transaction.has_witness
            + FLAG_SORTED_INPUTS * transaction.has_sorted_inputs
            + FLAG_SORTED_OUTPUTS * transaction.has_sorted_outputs
        )
        self.add(
            "transactions",
            txid=transaction.txid,
            first_output=self.count("outputs"),
            first_input=self.count("inputs"),
            offset=transaction.offset,
            base_size=transaction.base_size,
            version=transaction.version,
            lock_time=transaction.lock_time,
            flags=flags,
        )
        for each in transaction.inputs:
            spent = NO_OUTPUT
            if not each.spends_nothing:
                key = (each.previous_txid, each.previous_index)
                if key not in self.unspent:
                    raise BadBlockError(f"height {height}: {key[0][::-1].hex()}:{key[1]} is not unspent")
                spent = self.unspent.pop(key)
                self.rows["spends.spent_by"][spent] = number
            self.add(
                "inputs", spent_output=spent, sequence=each.sequence, signing=signing(each, self.network)
            )
        self.overwrite(transaction.txid, number)
        for index, output in enumerate(transaction.outputs):
            script_type, address_type, payload = classify(output.script, self.network)
            address = NO_ADDRESS if script_type == NULLDATA else self.address(address_type, payload)
            size = len(spending_script(output.script, self.network))
            dead = script_type == NULLDATA or size > MAX_SCRIPT_SIZE or height == 0
            if not dead:
                self.unspent[transaction.txid, index] = self.count("outputs")
            if dead and script_type != NULLDATA:
                self.add("unspendable", output=self.count("outputs"))
            self.add("outputs", value=output.value, script_type=script_type, address=address)
            self.add("spends", spent_by=UNSPENDABLE if dead else UNSPENT)

    def overwrite(self, txid: bytes, number: int) -> None:
        """Take away what an earlier transaction of the same id left unspent."""
        lost = [key for key in self.unspent if key[0] == txid] if txid in self.latest else []
        for key in lost:
            self.rows["spends.spent_by"][self.unspent.pop(key)] = OVERWRITTEN
        if lost:
            self.add("overwritten", transaction=self.latest[txid], by=number)
        self.latest[txid] = number

    def address(self, address_type: int, payload: bytes) -> int:
        """Id of an address, a new one if it is new."""
        key = (address_type, payload)
        if key not in self.address_ids:
            number = self.address_ids[key] = self.count("addresses")
            self.add("addresses", type=address_type, head=payload[:HEAD_BYTES].ljust(HEAD_BYTES, b"\0"))
            head_and_tail = HEAD_BYTES + TAIL_BYTES
            if len(payload) > HEAD_BYTES:
                tail = payload[HEAD_BYTES:head_and_tail].ljust(TAIL_BYTES, b"\0")
                self.add("address_tails", address=number, tail=tail)
            if address_type == WITNESS_UNKNOWN:
                end = payload[head_and_tail:].ljust(END_BYTES, b"\0")
                self.add("address_ends", address=number, length=len(payload), end=end)
        return self.address_ids[key]

    # What follows from the rows

    def derive(self) -> None:
        """Fill the derived tables."""
        self.link()
        self.post()
        self.unite()
        self.look_up("transaction", [transaction_key(txid) for txid in self.rows["transactions.txid"]])
        self.look_up("address", [address_key(*key) for key in self.address_ids])
        hashes = {
            number: address_key(SCRIPTHASH, hash160(b"\x00\x14" + payload))
            for number, (kind, payload) in enumerate(self.address_ids)
            if kind in (PUBKEYHASH, WITNESS_V0_KEYHASH)
        }
        self.look_up("nested", list(hashes.values()), list(hashes), bucket_bits(len(self.address_ids)))

    def span(self, number: int, name: str) -> range:
        """Rows of outputs or inputs of a transaction."""
        starts = [*self.rows[f"transactions.first_{name}"], self.count(f"{name}s")]
        return range(starts[number], starts[number + 1])

    def link(self) -> None:
        """Ask the rules about every transaction, and record each reason."""
        known = known_keys.payloads()
        for number, (kind, payload) in enumerate(self.address_ids):
            # The ledger keeps twenty bytes at hand, and so do the rules.
            if any(kind == other and payload[:HEAD_BYTES] == each[:HEAD_BYTES] for other, each in known):
                self.add("known_keys", address=number)
        found = [(*each, 0) for each in self.links_by_inputs()]
        found += [(*each, 1) for each in self.links_by_keys()]
        for a, b, transaction, rule in sorted(found, key=lambda each: (each[2], each[1])):
            self.add("links", a=a, b=b, transaction=transaction, rule=rule)

    def links_by_keys(self) -> Iterator[tuple[int, int, int]]:
        """Each address with the oldest one of its key, at the transaction that pays it first."""
        oldest: dict[bytes, int] = {}
        starts, paid = self.rows["transactions.first_output"], self.rows["outputs.address"]
        for number, (kind, payload) in enumerate(self.address_ids):
            if kind in (PUBKEYHASH, WITNESS_V0_KEYHASH):
                around = hash160(b"\x00\x14" + payload)
            elif kind == SCRIPTHASH:
                around = payload
            else:
                continue
            older = oldest.setdefault(around, number)
            known = {older, number}.intersection(self.rows["known_keys.address"])
            if older != number and not known:
                yield older, number, bisect_right(starts, paid.index(number)) - 1

    def links_by_inputs(self) -> Iterator[tuple[int, int, int]]:
        """Addresses that pay the inputs of one transaction, where the rules take them for one party's."""
        output_starts = [*self.rows["transactions.first_output"], self.count("outputs")]
        input_starts = [*self.rows["transactions.first_input"], self.count("inputs")]
        known = set(self.rows["known_keys.address"])
        most = -1
        for number in range(self.count("transactions")):
            outputs = []
            for row in range(output_starts[number], output_starts[number + 1]):
                value, kind, address = (
                    self.rows[f"outputs.{name}"][row] for name in ("value", "script_type", "address")
                )
                fresh = address != NO_ADDRESS and address > most
                most = address if fresh else most
                outputs.append(Output(value, kind, address, fresh))
            inputs = []
            for row in range(input_starts[number], input_starts[number + 1]):
                spent = self.rows["inputs.spent_output"][row]
                if spent != NO_OUTPUT:
                    value, kind, address = (
                        self.rows[f"outputs.{name}"][spent] for name in ("value", "script_type", "address")
                    )
                    sequence, bits = (self.rows[f"inputs.{name}"][row] for name in ("sequence", "signing"))
                    inputs.append(Input(address, kind, value, sequence, bits, address in known))
            seen = Transaction(
                tuple(inputs),
                tuple(outputs),
                version=self.rows["transactions.version"][number],
                lock_time=self.rows["transactions.lock_time"][number],
                flags=self.rows["transactions.flags"][number],
                base_size=self.rows["transactions.base_size"][number],
            )
            if STRICT.one(seen) == YES:
                owners = [each.address for each in inputs]
                for other in sorted(set(owners) - {owners[0]}):
                    yield owners[0], other, number

    def post(self) -> None:
        """List the outputs of each address."""
        postings: dict[int, list[int]] = {number: [] for number in range(len(self.address_ids))}
        for output, address in enumerate(self.rows["outputs.address"]):
            if address != NO_ADDRESS:
                postings[address].append(output)
        self.add("posting_starts", start=0)
        for outputs in postings.values():
            for output in outputs:
                self.add("postings", output=output)
            self.add("posting_starts", start=self.count("postings"))

    def unite(self) -> None:
        """Join linked addresses; an entity is known by its smallest."""
        groups = {number: {number} for number in range(len(self.address_ids))}
        for a, b in zip(self.rows["links.a"], self.rows["links.b"], strict=True):
            if groups[a] is not groups[b]:
                joined = groups[a] | groups[b]
                for member in joined:
                    groups[member] = joined
        self.list_busy()
        for number, group in groups.items():
            self.add("entities", entity=min(group))
            if number == min(group):
                self.list_entity(number, sorted(group))

    def list_busy(self) -> None:
        """List the sums of addresses with many outputs."""
        starts, values = self.rows["posting_starts.start"], self.rows["outputs.value"]
        for address in range(len(self.address_ids)):
            outputs = self.rows["postings.output"][starts[address] : starts[address + 1]]
            if len(outputs) < MANY_OUTPUTS:
                continue
            by = {output: self.rows["spends.spent_by"][output] for output in outputs}
            sums = {
                mark: sum(values[output] for output in outputs if by[output] == mark)
                for mark in (UNSPENT, OVERWRITTEN, UNSPENDABLE)
            }
            received = sum(values[output] for output in outputs)
            self.add(
                "busy_addresses",
                address=address,
                outputs=len(outputs),
                received=received % 2**64,
                received_high=received // 2**64,
                balance=sums[UNSPENT],
                overwritten=sums[OVERWRITTEN],
                unspendable=sums[UNSPENDABLE],
                last=max((each for each in by.values() if each not in sums), default=UNSPENT),
            )

    def list_entity(self, number: int, group: list[int]) -> None:
        """List the members of an entity of several, and the sums of one with many outputs."""
        self.entities += 1
        if len(group) > 1:
            self.add("entity_list", entity=number, start=self.count("members"), size=len(group))
            for member in group:
                self.add("members", address=member)
        starts, listed = self.rows["posting_starts.start"], self.rows["postings.output"]
        outputs = [output for each in group for output in listed[starts[each] : starts[each + 1]]]
        if len(outputs) >= MANY_OUTPUTS:
            values, spent_by = self.rows["outputs.value"], self.rows["spends.spent_by"]
            received = sum(values[output] for output in outputs)
            self.add(
                "totals",
                entity=number,
                outputs=len(outputs),
                received=received % 2**64,
                received_high=received // 2**64,
                balance=sum(values[output] for output in outputs if spent_by[output] == UNSPENT),
            )

    def look_up(
        self, subject: str, keys: Sequence[int], ids: Sequence[int] | None = None, bits: int | None = None
    ) -> None:
        """Group ids (those of the keys' places, where none are given) by the bucket of their key."""
        bits = bucket_bits(len(keys)) if bits is None else bits
        numbers = range(len(keys)) if ids is None else ids
        entries = sorted((*bucket_of(key, bits), number) for number, key in zip(numbers, keys, strict=True))
        entries.sort(key=lambda entry: (entry[0], entry[2]))
        for _, fingerprint, number in entries:
            self.add(f"{subject}_lookup", id=number, fingerprint=fingerprint)
        buckets = [entry[0] for entry in entries]
        for bucket in range((1 << bits) + 1):
            self.add(f"{subject}_buckets", start=bisect_right(buckets, bucket - 1))

    # Files

    def columns(self, of: Table, start: int, end: int) -> dict[str, Any]:
        """Rows ``start`` to ``end`` of a table, as arrays of logical values."""
        found = {}
        for column in of.columns:
            values = self.rows[f"{of.name}.{column.name}"][start:end]
            if column.width > 1:
                found[column.name] = np.frombuffer(b"".join(values), np.uint8).reshape(-1, column.width)
            else:
                found[column.name] = np.array(values, column.dtype)
        return found

    def digest_blocks(self) -> bytes:
        """Fill ``block_digests``, and return the last."""
        edges: dict[str, list[int]] = {"blocks": list(range(self.count("blocks") + 1))}
        for name in ("transactions", "outputs", "inputs", "addresses"):
            first = f"blocks.first_{'address' if name == 'addresses' else name[:-1]}"
            edges[name] = [*self.rows[first], self.count(name)]
        for name, key, owner in SPARSE_TABLES:
            inside = self.rows[f"{name}.{key}"]
            edges[name] = [bisect_right(inside, bound - 1) for bound in edges[owner]]
        digest = bytes(32)
        for height in range(self.count("blocks")):
            rows = {
                each.name: self.columns(each, *edges[each.name][height : height + 2])
                for each in ROW_TABLES
                if each.logical
            }
            content = content_digest(rows)
            digest = block_digest(digest, content, rows)
            self.add("block_digests", content=content, digest=digest)
        return digest

    def write(self, folder: Path) -> None:
        """Write all tables and the manifest, as a build that has just committed."""
        digest = self.digest_blocks()
        counts: dict[str, int] = {}
        checked = {}
        for name, tables in (("rows", ROW_TABLES), ("links", LINK_TABLES), ("base", BASE_TABLES)):
            writer = TableWriter(folder / name, tables, {})
            for each in tables:
                if each.name not in RARE_TABLES:
                    writer.append(each.name, self.columns(each, 0, self.count(each.name)))
            writer.close()
            counts |= writer.counts
            checked[name] = writer.checked
        blocks = self.count("blocks")
        held = {t.name: counts[t.name] for t in (*ROW_TABLES, *LINK_TABLES)}
        unspent = sum(self.rows["outputs.value"][output] for output in self.unspent.values())
        manifests.write(
            folder,
            Manifest(
                network=self.network.name,
                magic=self.network.magic.hex(),
                tip=Tip(blocks - 1, self.previous[::-1].hex(), f"{self.total_work:064x}"),
                counts=held,
                rows=(Piece("rows", dict.fromkeys(held, 0), checked["rows"]),),
                links=(Piece("links", {t.name: 0 for t in LINK_TABLES}, checked["links"]),),
                base=Base(
                    "base",
                    blocks,
                    {t.name: counts[t.name] for t in BASE_TABLES},
                    checked["base"],
                    Sums(self.entities, len(self.unspent), unspent),
                ),
                digest=digest.hex(),
                rules=RULES,
            ),
        )


def build_ledger(folder: Path, blocks: Sequence[bytes], network_name: str = "main") -> Ledger:
    """Write the ledger of raw blocks, in chain order from the genesis block on, and open it."""
    naive = NaiveLedger(network_name)
    for height, raw in enumerate(blocks):
        naive.add_block(parse_block(raw, where=f"height {height}", network=naive.network))
    naive.derive()
    naive.write(folder)
    return Ledger(folder)
