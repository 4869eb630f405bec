"""What a bulk chain is made of, counted while it is made."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from clew.kernels.made_blocks import FIRST_OWNERS
from clew.kernels.made_coins import (
    BUSY,
    COINJOINS,
    INPUTS,
    LETTERS,
    NUMBERS,
    OUTPUTS,
    OWNERS,
    TRANSACTIONS,
    WITNESS,
    Coins,
)
from clew.kernels.made_scripts import CODE_BITS, KEY_65, KINDS, RETURN
from clew.simulate.bulk.stock import RESERVED_NUMBERS
from clew.simulate.frames import Coinbase

COMMITMENT_BYTES = 36
"""Marker, flag and reserved value of a coinbase that commits to witnesses."""

CROWDED = 20_000


@dataclass(frozen=True)
class Composition:
    """Counts over a whole chain.

    ``size`` in bytes of block files. The genesis block and coinbases are counted, coinbases' inputs
    are not. ``addresses``: different ones that were paid. ``owners``: who holds them; a mining pool
    is one. ``unspent``: outputs, those of coinbases that are not yet mature included, without
    OP_RETURN. ``output_kinds`` and ``input_kinds``: by name. ``ages``: inputs that spend an output
    of the same block, of the one before, 2 to 3, 4 to 7, … blocks before.
    """

    size: int
    files: int
    blocks: int
    transactions: int
    inputs: int
    outputs: int
    addresses: int
    owners: int
    unspent: int
    witness_bytes: int
    coinjoins: int
    inscriptions: int
    most_inputs: int
    crowded_blocks: int
    output_kinds: dict[str, int]
    input_kinds: dict[str, int]
    ages: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """Counts and what follows from them, for JSON."""
        each = self.transactions
        return {
            **asdict(self),
            "bytes_per_transaction": self.size / each,
            "inputs_per_transaction": self.inputs / each,
            "outputs_per_transaction": self.outputs / each,
            "witness_share": self.witness_bytes / self.size,
            "op_return_share": self.output_kinds[KINDS[RETURN]] / self.outputs,
        }


class Tally:
    """Counts what is not counted with the transactions: the genesis block, and coinbases."""

    def __init__(self) -> None:
        self._kinds = [0] * len(KINDS)
        self._kinds[KEY_65] = 1
        self._codes: set[int] = set()
        self._commitments = 0
        self._most_inputs = 0
        self._crowded = 0

    def add(self, coinbase: Coinbase, code: int, inputs: int) -> None:
        """Count a block: its coinbase, which pays to address ``code``, and the inputs of its others."""
        self._kinds[code & 15] += 1
        self._codes.add(code)
        if coinbase.has_witness:
            self._kinds[RETURN] += 1
            self._commitments += 1
        self._most_inputs = max(self._most_inputs, inputs)
        self._crowded += inputs > CROWDED

    def composition(self, coins: Coins, height: int, size: int, files: int) -> Composition:
        """All that was made up to ``height``."""
        count = [int(each) for each in coins.count]
        kinds = [int(each) + more for each, more in zip(coins.by_kind, self._kinds, strict=False)]
        spent = [int(each) for each in coins.by_kind[16 : 16 + len(KINDS)]]
        outputs = count[OUTPUTS] + height + self._commitments + 1
        addresses = count[NUMBERS] - RESERVED_NUMBERS + len(self._codes) + count[BUSY].bit_count() + 1
        return Composition(
            size=size,
            files=files,
            blocks=height + 1,
            transactions=count[TRANSACTIONS] + height + 1,
            inputs=count[INPUTS],
            outputs=outputs,
            addresses=addresses,
            owners=count[OWNERS] - FIRST_OWNERS + len({code >> CODE_BITS for code in self._codes}),
            unspent=outputs - kinds[RETURN] - count[INPUTS],
            witness_bytes=count[WITNESS] + COMMITMENT_BYTES * self._commitments,
            coinjoins=count[COINJOINS],
            inscriptions=count[LETTERS],
            most_inputs=self._most_inputs,
            crowded_blocks=self._crowded,
            output_kinds=dict(zip(KINDS, kinds, strict=True)),
            input_kinds=dict(zip(KINDS, spent, strict=True)),
            ages=_ages(coins),
        )


def _ages(coins: Coins) -> dict[str, int]:
    names = ["0", "1", *(f"{1 << bits - 1} to {(1 << bits) - 1}" for bits in range(2, len(coins.ages)))]
    return {name: int(found) for name, found in zip(names, coins.ages, strict=True) if found}
