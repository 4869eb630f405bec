"""What the inputs of new blocks spend, and what their outputs pay to, found in a ledger.

For a few blocks at a time. A whole chain is joined otherwise (``spends.py``, ``join.py``).
"""

from __future__ import annotations

import numpy as np

from clew.build.batches import Parsed
from clew.build.join import address_rows
from clew.build.rows import Rows, require_addresses
from clew.build.spends import REASONS, SpendFault
from clew.build.spill import set_aside
from clew.kernels import join as join_kernel
from clew.kernels import lookup
from clew.kernels import spends as spend_kernel
from clew.ledger.columns import Array, search
from clew.ledger.derived import expand
from clew.ledger.ledger import Ledger
from clew.schema import (
    END_BYTES,
    FLAG_COINBASE,
    HEAD_BYTES,
    NO_ADDRESS,
    NO_OUTPUT,
    NULLDATA,
    PAYLOAD_STRIDE,
    TAIL_BYTES,
    UNSPENT,
    WITNESS_UNKNOWN,
)


class Spending:
    """The inputs of a batch, resolved in the ledger that ends right before it."""

    def __init__(self, ledger: Ledger, parsed: Parsed, unspendable: int) -> None:
        self.ledger = ledger
        columns = parsed.columns
        self.columns = columns
        self.outputs = ledger.counts["outputs"]
        self.made = columns.txid.view(np.uint64).reshape(-1, 4)
        self.used = columns.previous_txid.view(np.uint64).reshape(-1, 4)
        self.owner = np.repeat(np.arange(len(columns.offset)), np.diff(columns.first_input))
        self.real = (columns.flags[self.owner] & FLAG_COINBASE) == 0
        self.dead = (columns.script_type == NULLDATA) | (columns.oversize != 0)
        self.dead[:unspendable] = True
        self.spent: Array = np.full(len(self.owner), NO_OUTPUT, np.int64)

    def resolve(self) -> tuple[Array, Array, SpendFault | None]:
        """As ``SpendTable.resolve`` answers."""
        first, last = self._transactions()
        index = self.columns.previous_index.astype(np.int64)
        faults = np.zeros(len(self.owner), np.int64)
        faults[self.real & (first < 0)] = spend_kernel.NO_SUCH_TRANSACTION
        found = np.flatnonzero(self.real & (first >= 0))
        faults[found[index[found] >= last[found] - first[found]]] = spend_kernel.NO_SUCH_OUTPUT
        found = np.flatnonzero(self.real & (faults == 0))
        self.spent[found] = first[found] + index[found]
        faults[found[~self._is_open(self.spent[found])]] = spend_kernel.SPENT_ALREADY
        faults[self._again(found)] = spend_kernel.SPENT_ALREADY
        replaced = self._replaced()
        bad = np.flatnonzero(faults)
        if len(bad):
            row = int(bad[0])
            return (
                self.spent,
                replaced,
                SpendFault(row, REASONS[self._precisely(row, int(faults[row]), first)]),
            )
        return self.spent, replaced, None

    def _transactions(self) -> tuple[Array, Array]:
        """First output of the transaction that each input names, and one past its last; -1 for none."""
        first, last = (np.full(len(self.owner), -1, np.int64) for _ in range(2))
        places, rows = _same_rows(self.made, self.used)
        # Only what comes earlier can be spent; of several of one id the latest counts.
        earlier = rows < self.owner[places]
        inside = np.full(len(self.owner), -1, np.int64)
        np.maximum.at(inside, places[earlier], rows[earlier])
        new = np.flatnonzero(self.real & (inside >= 0))
        starts = self.columns.first_output
        first[new], last[new] = (starts[inside[new] + at] + self.outputs for at in (0, 1))
        rest = np.flatnonzero(self.real & (inside < 0))
        ids = self._in_ledger(self.used[rest])
        old = ids >= 0
        first[rest[old]], last[rest[old]] = self.ledger.output_ranges(ids[old])
        return first, last

    def _in_ledger(self, txids: Array) -> Array:
        """The latest transaction of the ledger with each id (uint64, rows of 4); -1 for none."""
        found = np.full(len(txids), -1, np.int64)
        places, ids = self.ledger.derived.candidates_of("transaction", txids[:, 0])
        held = self.ledger.column("transactions.txid")[ids].view(np.uint64).reshape(-1, 4)
        same = (held == txids[places]).all(axis=1)
        np.maximum.at(found, places[same], ids[same])
        return found

    def _is_open(self, outputs: Array) -> Array:
        """Which outputs can be spent, as far as earlier batches decide."""
        open_ = np.empty(len(outputs), np.bool_)
        old = outputs < self.outputs
        open_[old] = self.ledger.column("spends.spent_by")[outputs[old]] == UNSPENT
        open_[~old] = ~self.dead[outputs[~old] - self.outputs]
        return open_

    def _again(self, rows: Array) -> Array:
        """Inputs among ``rows`` that spend what an earlier one of the batch has spent."""
        order = rows[np.argsort(self.spent[rows], kind="stable")]
        spent = self.spent[order]
        again: Array = order[1:][spent[1:] == spent[:-1]]
        return again

    def _precisely(self, row: int, fault: int, first: Array) -> int:
        """The fault as the table of unspent outputs would tell it: it forgets what is spent whole."""
        if fault != spend_kernel.SPENT_ALREADY:
            return fault
        page = int(self.columns.previous_index[row]) // spend_kernel.PAGE * spend_kernel.PAGE
        start = int(first[row]) + page
        earlier = self.spent[:row]
        begin, end = int(first[row]), start + spend_kernel.PAGE
        transaction = (
            self.ledger.outputs_in(self.ledger.transaction_of_output(begin)).stop
            if begin < self.outputs
            else int(
                self.columns.first_output[
                    np.searchsorted(self.columns.first_output, begin - self.outputs, "right")
                ]
            )
            + self.outputs
        )
        outputs = np.arange(start, min(end, transaction))
        left = self._is_open(outputs) & ~np.isin(outputs, earlier)
        return fault if left.any() else spend_kernel.NO_SUCH_TRANSACTION

    def _replaced(self) -> Array:
        """First output of the earlier transaction that each one replaces, or NOTHING; int64."""
        replaced = np.full(len(self.made), spend_kernel.NOTHING, np.int64)
        old = self._in_ledger(self.made)
        places, rows = _same_rows(self.made, self.made)
        twice = np.full(len(self.made), -1, np.int64)
        np.maximum.at(twice, places[rows < places], rows[rows < places])
        for row in np.flatnonzero((old >= 0) | (twice >= 0)).tolist():
            if twice[row] >= 0:
                first, last = (
                    int(self.columns.first_output[twice[row] + at]) + self.outputs for at in (0, 1)
                )
            else:
                span = self.ledger.outputs_in(int(old[row]))
                first, last = span.start, span.stop
            outputs = np.arange(first, last)
            spent = self.spent[self.owner < row]
            if (self._is_open(outputs) & ~np.isin(outputs, spent)).any():
                replaced[row] = first
        return replaced


def _same_rows(made: Array, used: Array) -> tuple[Array, Array]:
    """Pairs of equal rows (uint64, 4 each): place in ``used``, row of ``made``; int64."""
    order = np.argsort(made[:, 0], kind="stable")
    keys = made[order, 0]
    first = np.searchsorted(keys, used[:, 0])
    lengths = np.searchsorted(keys, used[:, 0], "right") - first
    places = np.repeat(np.arange(len(used)), lengths)
    rows = order[expand(first, lengths)]
    same = (made[rows] == used[places]).all(axis=1)
    return places[same], rows[same]


class Paying:
    """The outputs of a batch, and the addresses that the ledger before it knows."""

    def __init__(self, ledger: Ledger, parsed: Parsed) -> None:
        self.ledger = ledger
        self.columns = parsed.columns
        self.seed = parsed.batch.seed
        self.payloads = parsed.columns.payload.reshape(-1, PAYLOAD_STRIDE)

    def resolve(self) -> tuple[Array, Rows]:
        """Rows where new addresses appear first (int64, ascending), and the rows that tell of addresses."""
        outputs = len(self.columns.value)
        firsts = self._firsts(outputs)
        distinct = np.unique(firsts[firsts >= 0])
        known = self._known(distinct)
        new = distinct[known < 0]
        first = self.ledger.counts["addresses"]
        require_addresses(first + len(new))
        known[known < 0] = first + np.arange(len(new))
        ids = np.full(outputs, NO_ADDRESS, np.uint32)
        paid = firsts >= 0
        ids[paid] = known[np.searchsorted(distinct, firsts[paid])]
        rows = address_rows(
            first, self.columns.address_type[new], self.columns.payload_length[new], self.payloads[new]
        )
        rows["outputs"] = {"address": ids}
        return new, rows

    def _firsts(self, outputs: int) -> Array:
        """The row at which each output's address appears first in the batch; -1 for none; int64."""
        records = set_aside(self.columns, 1)
        firsts = np.full(outputs, -1, np.int64)
        short, long = (int(each) for each in records.counts[:, 0])
        for count, rows_at, length in (
            (join_kernel.SHORT_WORDS, 0, short),
            (join_kernel.LONG_WORDS, short * (1 + join_kernel.SHORT_WORDS), long),
        ):
            slices = join_kernel.Slices(
                records.words, *(np.array([each]) for each in (rows_at, rows_at + length, length, 0))
            )
            room = join_kernel.Room(
                np.zeros(1 << max(4, (2 * length).bit_length()), np.uint64),
                np.empty(count * length, np.uint32),
                np.empty(length, np.uint8),
                np.empty(length, np.int64),
            )
            low, high = np.empty(length, np.uint32), np.empty(length, np.uint8)
            join_kernel.join(slices, count, self.seed, 30, room, low, high)
            rows = records.words[rows_at : rows_at + length].astype(np.int64) & join_kernel.ROW_MASK
            firsts[rows] = low
        return firsts

    def _known(self, rows: Array) -> Array:
        """Ids of the addresses that outputs ``rows`` pay to, -1 where they are new; int64."""
        ledger = self.ledger
        types, lengths = self.columns.address_type[rows], self.columns.payload_length[rows]
        payloads = self.payloads[rows]
        keys = np.empty(len(rows), np.uint64)
        lookup.payload_keys(payloads.reshape(-1), types, lookup.SEED, keys)
        places, ids = ledger.derived.candidates_of("address", keys)
        same = ledger.column("addresses.type")[ids] == types[places]
        same &= (ledger.column("addresses.head")[ids] == payloads[places, :HEAD_BYTES]).all(axis=1)
        places, ids = places[same], ids[same]
        end = HEAD_BYTES + TAIL_BYTES
        same = self._parts_agree(
            "address_tails", "tail", ids, payloads[places, HEAD_BYTES:end], lengths[places] > HEAD_BYTES
        )
        with_end = types[places] == WITNESS_UNKNOWN
        same &= self._parts_agree(
            "address_ends", "end", ids, payloads[places, end : end + END_BYTES], with_end
        )
        same &= self._parts_agree("address_ends", "length", ids, lengths[places], with_end)
        known = np.full(len(rows), -1, np.int64)
        known[places[same]] = ids[same]
        return known

    def _parts_agree(self, table: str, part: str, ids: Array, wanted: Array, has: Array) -> Array:
        """Where the part of a payload that ``table`` holds is the one wanted, or none is wanted or held."""
        owners = self.ledger.column(f"{table}.address")
        if not len(owners):
            none: Array = ~has
            return none
        at = np.minimum(search(owners, ids), len(owners) - 1)
        held = owners[at] == ids
        agree: Array = held == has
        both = np.flatnonzero(held & has)
        found = self.ledger.column(f"{table}.{part}")[at[both]]
        same = found == wanted[both]
        agree[both] = same if same.ndim == 1 else same.all(axis=1)
        return agree
