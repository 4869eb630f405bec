"""A range of transactions, as rules see it: columns that are read when a rule first asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from clew.heuristics import plain
from clew.schema import (
    FLAG_COINBASE,
    HEAD_BYTES,
    MAX_TRANSACTIONS,
    NO_ADDRESS,
    NO_OUTPUT,
    UNSPENT,
)

Array: TypeAlias = npt.NDArray[Any]


class Transactions:
    """Some transactions of a ledger, in chain order; everything else about them is read when asked for.

    ``column`` gives a ledger's column by name (``outputs.value``), ``counts`` how many transactions,
    outputs and inputs it has; ``number`` (int64, ascending) which transactions. Arrays by input and by
    output are in order of transactions; ``first_input`` and ``first_output`` say where each one's begin.
    ``tip_height``: the last block that counts; an output spent later is unspent. The ledger's tip
    unless told.
    """

    def __init__(
        self,
        column: Callable[[str], Any],
        counts: Mapping[str, int],
        number: Array | range,
        *,
        tip_height: int | None = None,
    ) -> None:
        self._column = column
        self._counts = counts
        self._span = number if isinstance(number, range) else None
        self._tip = tip_height
        self.number: Array = np.asarray(number, np.int64)
        self.traits: Array | None = None
        """How each transaction of the ledger was made, by number; None: worked out when asked for."""
        self.kept: dict[str, Any] = {}
        """What rules work out once for several of them, by name."""

    def __len__(self) -> int:
        return len(self.number)

    def some(self, rows: Array) -> Transactions:
        """Those at ``rows`` (ascending places in this range). What is known of inputs is handed on."""
        others = self._others(self.number[rows])
        known = [name for name in _BY_INPUT if name in self.__dict__]
        if known:
            first = self.first_input[:-1][rows]
            lengths = self.first_input[1:][rows] - first
            before = np.cumsum(lengths) - lengths
            inside = np.repeat(first - before, lengths) + np.arange(lengths.sum())
            for name in known:
                others.__dict__[name] = self.__dict__[name][inside]
        return others

    def _others(self, number: Array) -> Transactions:
        others = Transactions(self._column, self._counts, number, tip_height=self._tip)
        others.traits = self.traits
        return others

    @property
    def tip_height(self) -> int:
        """The height up to which it is known who spent an output; an answer that looks ahead holds
        at this height."""
        if self._tip is not None:
            return self._tip
        return len(self._column("blocks.first_transaction")) - 1

    def by_block(self) -> Iterator[Transactions]:
        """The same, block by block."""
        edges = np.flatnonzero(np.diff(self.height)) + 1
        for part in np.split(np.arange(len(self)), edges):
            if len(part):
                yield self.some(part)

    def know_spent(self, address: Array, script_type: Array, value: Array | None = None) -> None:
        """State what the inputs spend, where looking it up would be slow: uint32, uint8 and int64, by
        input."""
        self.__dict__ |= {"spent_address": address, "spent_type": script_type}
        if value is not None:
            self.__dict__["spent_value"] = value

    # By transaction

    def _of_transactions(self, name: str) -> Array:
        column = self._column(f"transactions.{name}")
        found: Array = column[self._span.start : self._span.stop] if self._span else column[self.number]
        return found

    @cached_property
    def height(self) -> Array:
        """Height of the block; int64."""
        first = np.asarray(self._column("blocks.first_transaction"))
        found: Array = np.searchsorted(first, self.number.astype(first.dtype), "right") - 1
        return found

    @cached_property
    def version(self) -> Array:
        """Transaction version; uint32."""
        return self._of_transactions("version")

    @cached_property
    def lock_time(self) -> Array:
        """Lock time; uint32."""
        return self._of_transactions("lock_time")

    @cached_property
    def flags(self) -> Array:
        """FLAG_COINBASE, FLAG_WITNESS, FLAG_SORTED_INPUTS and FLAG_SORTED_OUTPUTS; uint8."""
        return self._of_transactions("flags")

    @cached_property
    def base_size(self) -> Array:
        """Bytes without witness; uint32."""
        return self._of_transactions("base_size")

    @cached_property
    def size(self) -> Array:
        """Bytes with witness; uint32."""
        return self._of_transactions("size")

    @cached_property
    def weight(self) -> Array:
        """Weight units (BIP 141); int64."""
        found: Array = 3 * self.base_size.astype(np.int64) + self.size
        return found

    @cached_property
    def is_coinbase(self) -> Array:
        """Whether it is its block's coinbase; bool."""
        found: Array = (self.flags & FLAG_COINBASE) != 0
        return found

    @cached_property
    def fee(self) -> Array:
        """Satoshi left to the miner, 0 for a coinbase; int64."""
        paid = (
            np.add.reduceat(self.spent_value, self.first_input[:-1]) if len(self) else np.empty(0, np.int64)
        )
        made = np.add.reduceat(self.value, self.first_output[:-1]) if len(self) else np.empty(0, np.int64)
        found: Array = np.where(self.is_coinbase, 0, paid - made)
        return found

    # Where inputs and outputs begin

    def _edges(self, side: str) -> tuple[Array, Array]:
        """First row of each transaction's inputs or outputs, and one past its last; int64."""
        total = self._counts["transactions"]
        column = self._column(f"transactions.first_{side}")
        if self._span is not None:
            stop = min(self._span.stop + 1, total)
            edges = column[self._span.start : stop].astype(np.int64)
            if stop == self._span.stop:
                edges = np.append(edges, self._counts[f"{side}s"])
            return edges[:-1], edges[1:]
        last = self.number + 1 == total
        ends = column[np.where(last, 0, self.number + 1)].astype(np.int64)
        return column[self.number].astype(np.int64), np.where(last, self._counts[f"{side}s"], ends)

    def _rows(self, side: str) -> tuple[Array, slice | Array]:
        first, last = self._edges(side)
        starts = np.zeros(len(self) + 1, np.int64)
        np.cumsum(last - first, out=starts[1:])
        if self._span is not None:
            return starts, slice(int(first[0]), int(last[-1])) if len(first) else slice(0, 0)
        return starts, np.repeat(first - starts[:-1], last - first) + np.arange(starts[-1])

    @cached_property
    def _input_rows(self) -> tuple[Array, slice | Array]:
        return self._rows("input")

    @cached_property
    def _output_rows(self) -> tuple[Array, slice | Array]:
        return self._rows("output")

    @cached_property
    def first_input(self) -> Array:
        """Where each transaction's inputs begin in this range, and one more; int64."""
        return self._input_rows[0]

    @cached_property
    def first_output(self) -> Array:
        """Where each transaction's outputs begin in this range, and one more; int64."""
        return self._output_rows[0]

    @property
    def input_span(self) -> tuple[int, int]:
        """The first of a contiguous range's input ids, and one past the last."""
        rows = self._input_rows[1]
        assert isinstance(rows, slice)
        return rows.start, rows.stop

    @property
    def _output_span(self) -> tuple[int, int]:
        rows = self._output_rows[1]
        assert isinstance(rows, slice)
        return rows.start, rows.stop

    @property
    def inputs(self) -> int:
        """How many inputs there are, those of coinbases counted."""
        return int(self.first_input[-1])

    @property
    def outputs(self) -> int:
        """How many outputs there are."""
        return int(self.first_output[-1])

    # By input

    @cached_property
    def spent_output(self) -> Array:
        """The output it spends; NO_OUTPUT for a coinbase; int64."""
        found: Array = self._column("inputs.spent_output")[self._input_rows[1]]
        return found

    def _of_spent(self, name: str, dtype: str, nothing: int) -> Array:
        none = self.spent_output == NO_OUTPUT
        found: Array = self._column(f"outputs.{name}")[np.where(none, 0, self.spent_output)].astype(dtype)
        found[none] = nothing
        return found

    @cached_property
    def spent_address(self) -> Array:
        """Address it spends from; NO_ADDRESS for a coinbase; uint32."""
        return self._of_spent("address", "<u4", NO_ADDRESS)

    @cached_property
    def spent_type(self) -> Array:
        """Script type of the output it spends; 0 for a coinbase; uint8."""
        return self._of_spent("script_type", "u1", 0)

    @cached_property
    def spent_value(self) -> Array:
        """Satoshi it spends; 0 for a coinbase; int64."""
        return self._of_spent("value", "<i8", 0)

    @cached_property
    def sequence(self) -> Array:
        """Sequence number; uint32."""
        found: Array = self._column("inputs.sequence")[self._input_rows[1]]
        return found

    @cached_property
    def signing(self) -> Array:
        """What its signatures cover and how they look, see the schema; uint8."""
        found: Array = self._column("inputs.signing")[self._input_rows[1]]
        return found

    @cached_property
    def known_keys(self) -> Array:
        """Addresses of the ledger whose private keys everybody knows; uint32, ascending."""
        try:
            return np.array(self._column("known_keys.address")[:], np.uint32)
        except KeyError:
            return np.empty(0, np.uint32)

    @cached_property
    def is_known_key(self) -> Array:
        """Whether everybody knows the private key of the address it spends from; bool."""
        known = self.known_keys
        if not len(known):
            return np.zeros(self.inputs, np.bool_)
        place = np.minimum(np.searchsorted(known, self.spent_address), len(known) - 1)
        found: Array = known[place] == self.spent_address
        return found

    # By output

    @cached_property
    def output(self) -> Array:
        """Output ids; int64."""
        rows = self._output_rows[1]
        return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows

    @cached_property
    def value(self) -> Array:
        """Satoshi; int64."""
        found: Array = self._column("outputs.value")[self._output_rows[1]]
        return found

    @cached_property
    def script_type(self) -> Array:
        """Code into SCRIPT_TYPES; uint8."""
        found: Array = self._column("outputs.script_type")[self._output_rows[1]]
        return found

    @cached_property
    def address(self) -> Array:
        """Address that is paid; NO_ADDRESS for OP_RETURN; uint32."""
        return np.array(self._column("outputs.address")[self._output_rows[1]], np.uint32)

    @cached_property
    def head(self) -> Array:
        """First 20 bytes of what the address commits to, zeros without one; uint8, (outputs, 20)."""
        none = self.address == NO_ADDRESS
        found: Array = np.array(self._column("addresses.head")[np.where(none, 0, self.address)])
        found[none] = 0
        return found

    @cached_property
    def is_fresh(self) -> Array:
        """Whether no output before it paid its address, in this transaction neither; bool.

        Addresses are numbered as they first appear, so the outputs from the block's start tell.
        """
        if self._span is not None and len(self):
            return self._fresh(int(self.height[0]), *self._output_span)
        found = np.zeros(self.outputs, bool)
        blocks = np.unique(self.height)
        edges = np.searchsorted(self.height, np.append(blocks, blocks[-1] + 1) if len(blocks) else [])
        for place, height in enumerate(blocks.tolist()):
            mine = slice(int(self.first_output[edges[place]]), int(self.first_output[edges[place + 1]]))
            ids = self.output[mine]
            if len(ids):
                found[mine] = self._fresh(height, int(ids[0]), int(ids[-1]) + 1)[ids - ids[0]]
        return found

    def _fresh(self, height: int, first: int, last: int) -> Array:
        """The same of outputs ``first`` to ``last``, the first of them in the block at ``height``."""
        start = int(self._column("blocks.first_output")[height])
        known = int(self._column("blocks.first_address")[height])
        # Nobody's address becomes 0 by the addition of 1, which passes no other.
        paid = np.asarray(self._column("outputs.address")[start:last]) + np.uint32(1)
        most = np.maximum.accumulate(np.append(np.uint32(known), paid))
        found: Array = paid > most[:-1]
        return found[first - start :]

    @cached_property
    def spent_by(self) -> Array:
        """Who spent it up to ``tip_height``, as in the schema; uint32."""
        found: Array = np.asarray(self._column("spends.spent_by")[self._output_rows[1]])
        starts = self._column("blocks.first_transaction")
        if self.tip_height + 1 < len(starts):
            late = (found >= starts[self.tip_height + 1]) & (found < MAX_TRANSACTIONS)
            found = np.where(late, np.uint32(UNSPENT), found)
        return found

    @cached_property
    def spenders(self) -> Transactions:
        """The transactions that spend any of these outputs."""
        spent = self.spent_by[self.spent_by < MAX_TRANSACTIONS]
        return self._others(np.unique(spent).astype(np.int64))

    @cached_property
    def spender_row(self) -> Array:
        """Where each output's spender stands in ``spenders``, or -1; int64."""
        found: Array = np.searchsorted(self.spenders.number, self.spent_by.astype(np.int64))
        return np.where(self.spent_by < MAX_TRANSACTIONS, found, -1)

    # One by one, and from such

    def one(self, row: int, *, with_spenders: bool = False) -> plain.Transaction:
        """The transaction at ``row`` of this range in plain Python."""
        return self.some(np.array([row]))._single(with_spenders)

    def _single(self, with_spenders: bool) -> plain.Transaction:
        coinbase = bool(self.is_coinbase[0])
        inputs = zip(
            self.spent_address.tolist(),
            self.spent_type.tolist(),
            self.spent_value.tolist(),
            self.sequence.tolist(),
            self.signing.tolist(),
            self.is_known_key.tolist(),
            strict=True,
        )
        spenders: list[plain.Transaction | None] = [None] * self.outputs
        if with_spenders:
            spenders = [self.spenders.one(row) if row >= 0 else None for row in self.spender_row.tolist()]
        outputs = zip(
            self.value.tolist(),
            self.script_type.tolist(),
            self.address.tolist(),
            self.is_fresh.tolist(),
            self.spent_by.tolist(),
            spenders,
            map(bytes, self.head),
            strict=True,
        )
        return plain.Transaction(
            () if coinbase else tuple(plain.Input(*each) for each in inputs),
            tuple(plain.Output(*each) for each in outputs),
            **{
                name: int(getattr(self, name)[0])
                for name in ("height", "version", "lock_time", "flags", "size", "base_size")
            },
        )


class Given(Transactions):
    """Transactions that no ledger need have, for trying a rule on."""

    def __init__(self, given: Sequence[plain.Transaction], *, tip_height: int | None = None) -> None:
        tip = max((each.height for each in given), default=0) if tip_height is None else tip_height
        super().__init__(_no_column, {}, np.arange(len(given)), tip_height=tip)
        self._given = tuple(given)
        inputs = [each.inputs or (_NOTHING,) for each in given]
        outputs = [output for each in given for output in each.outputs]
        found = {id(each.spender): each.spender for each in outputs if each.spender}
        self._spenders = tuple(found.values())
        places = {key: place for place, key in enumerate(found)}
        self.__dict__ |= {
            "first_input": np.cumsum([0, *map(len, inputs)]),
            "first_output": np.cumsum([0, *(len(each.outputs) for each in given)]),
            "is_coinbase": np.array([each.is_coinbase for each in given], bool),
            "spender_row": np.array([places.get(id(each.spender), -1) for each in outputs], np.int64),
        }
        rows = (([each for row in inputs for each in row], _BY_INPUT), (outputs, _BY_OUTPUT))
        heads = b"".join(each.head.ljust(HEAD_BYTES, b"\0") for each in outputs)
        self.__dict__["head"] = np.frombuffer(heads, np.uint8).reshape(-1, HEAD_BYTES)
        for some, names in (*rows, (given, _BY_TRANSACTION)):
            for name, (field, dtype) in names.items():
                self.__dict__[name] = np.array([getattr(each, field) for each in some], dtype)
        known = {each.address for each in rows[0][0] if each.is_known_key}
        self.__dict__["known_keys"] = np.array(sorted(known), np.uint32)

    def some(self, rows: Array) -> Transactions:
        """Those at ``rows``."""
        return Given([self._given[row] for row in np.asarray(rows).tolist()], tip_height=self._tip)

    @cached_property
    def spenders(self) -> Transactions:
        """The transactions that spend any of these outputs."""
        return Given(self._spenders, tip_height=self._tip)

    def one(self, row: int, *, with_spenders: bool = False) -> plain.Transaction:
        """The transaction at ``row``, as it was given."""
        return self._given[row]


_NOTHING = plain.Input(NO_ADDRESS, 0, 0, signing=0)
_BY_TRANSACTION = {
    **{name: (name, "<u4") for name in ("version", "lock_time", "size", "base_size")},
    "height": ("height", "<i8"),
    "flags": ("flags", "u1"),
}
_BY_INPUT = {
    "spent_address": ("address", "<u4"),
    "spent_type": ("script_type", "u1"),
    "spent_value": ("value", "<i8"),
    "sequence": ("sequence", "<u4"),
    "signing": ("signing", "u1"),
    "is_known_key": ("is_known_key", "?"),
}
_BY_OUTPUT = {
    **{name: (name, dtype) for name, dtype in (("value", "<i8"), ("script_type", "u1"), ("address", "<u4"))},
    "is_fresh": ("is_fresh", "?"),
    "spent_by": ("spent_by", "<u4"),
}


def _no_column(name: str) -> Any:
    raise KeyError(name)


__all__ = ["Given", "Transactions"]
