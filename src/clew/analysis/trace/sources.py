"""Which coins a trace starts from, by what was named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from clew.analysis.absorbed import Absorbed
from clew.analysis.sources import entries, find_entry
from clew.errors import NotFoundError, UsageError
from clew.ledger.columns import Array, distinct
from clew.ledger.ledger import Ledger, expand
from clew.schema import MAX_TRANSACTIONS

_HASH_DIGITS = 64
_ENTITY = "entity:"


@dataclass(frozen=True)
class Sources:
    """The coins that a trace starts from: ``outputs`` (ids, ascending, int64) and ``values`` (satoshi).

    ``asked`` is what was named, ``without_value`` how many coins named hold nothing and are left out.
    ``entities`` are those named as such, ``beside`` those of addresses that were named.
    """

    outputs: Array
    values: Array
    asked: tuple[str, ...]
    without_value: int
    entities: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()

    @property
    def value(self) -> int:
        """What the coins hold together, in satoshi."""
        return sum(self.values.tolist())


def find_coins(
    ledger: Ledger,
    arguments: Iterable[str],
    lines: Iterable[str] | None = None,
    histories: dict[int, Absorbed] | None = None,
) -> Sources:
    """The coins that ``arguments`` name: ``txid:vout`` an output; ``txid`` the outputs of a transaction; an
    address or ``entity:ID`` the coins that came to them from outside; ``@file.csv`` or ``-`` a list of these.

    Addresses and entities are taken together: what their own transactions pay back to them is no source.
    Raises AddressError, NotFoundError or UsageError, also where no coin named holds anything.
    """
    outputs: list[int] = []
    addresses: list[int] = []
    entities: list[int] = []
    asked: list[str] = []
    histories = {} if histories is None else histories
    wrong: list[UsageError] = []
    for entry in entries(arguments, lines):
        asked.append(entry.text)
        try:
            _place(ledger, entry.text, outputs, addresses, entities, histories)
        except UsageError as error:
            if not entry.place:
                raise
            wrong.append(type(error)(f"{entry.place}: {error}"))
    if wrong:
        more = f"; and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
        raise type(wrong[0])(f"{wrong[0]}{more}")
    if not asked:
        raise UsageError("expected at least one txid:vout, txid, address, entity:ID, @file or -; found none")
    found = np.array(outputs, np.int64)
    owners, beside = (_owners(ledger, each) for each in (entities, addresses))
    if addresses or entities:
        owned = np.array(addresses, np.int64)
        if entities:
            owned = np.concatenate([owned, ledger.members_of(owners).astype(np.int64)])
        found = np.concatenate([found, arrivals(ledger, distinct(owned))])
    found = distinct(found)
    values = ledger.column("outputs.value")[found]
    full = values > 0
    if not full.any():
        names = ", ".join(asked[:3]) + (f" and {len(asked) - 3:,} more" if len(asked) > 3 else "")
        raise NotFoundError(
            f"{names}: a source without money: {_why(len(found))}; name an output, transaction, address or "
            "entity that received some"
        )
    left_out = int((~full).sum())
    named = tuple(owners.tolist()), tuple(beside.tolist())
    return Sources(found[full], values[full], tuple(asked), left_out, *named)


def _owners(ledger: Ledger, addresses: list[int]) -> Array:
    """The entities of some addresses, distinct and ascending; int64."""
    owners: Array = distinct(ledger.column("entities.entity")[np.array(addresses, np.int64)]).astype(np.int64)
    return owners


def _why(coins: int) -> str:
    return "every coin named holds 0 satoshi" if coins else "no coin came to it from outside"


def _place(
    ledger: Ledger,
    text: str,
    outputs: list[int],
    addresses: list[int],
    entities: list[int],
    histories: dict[int, Absorbed],
) -> None:
    """Put what a text names into one of the lists. Raises AddressError, NotFoundError or UsageError."""
    txid, colon, index = text.partition(":")
    if len(txid) == _HASH_DIGITS and not colon:
        outputs.extend(ledger.outputs_in(ledger.find_transaction(text)))
    elif len(txid) == _HASH_DIGITS:
        if not (index.isascii() and index.isdigit() and len(index) <= 10):
            raise UsageError(f"{text!r}: expected txid:vout, the number of an output after the colon")
        outputs.append(ledger.find_output(txid, int(index)))
    elif text.startswith(_ENTITY):
        number = find_entry(ledger, text, histories)
        if not 0 <= number < ledger.counts["addresses"]:
            raise NotFoundError(f"entity {number}: no entity has this id at this tip")
        entities.append(number)
    else:
        addresses.append(find_entry(ledger, text, histories))


def arrivals(ledger: Ledger, addresses: Array) -> Array:
    """The outputs that some addresses (distinct, ascending) got by transactions that were not theirs alone.

    These are the ones none of whose inputs were theirs, and mixed ones.
    """
    outputs = ledger.outputs_of_addresses(addresses)
    made_in = ledger.transactions_of_outputs(outputs)
    spent_by = ledger.column("spends.spent_by")[outputs]
    spenders, inputs = np.unique(spent_by[spent_by < MAX_TRANSACTIONS], return_counts=True)
    spenders = spenders.astype(np.int64)
    starts, ends = ledger.input_ranges(spenders)
    own = spenders[inputs == ends - starts]
    coins: Array = outputs[~np.isin(made_in, own)]
    return coins


def coins_spent_by(ledger: Ledger, transactions: Array) -> tuple[Array, Array]:
    """The inputs of ``transactions`` (int64): their rows, and the outputs that they spend."""
    starts, ends = ledger.input_ranges(transactions)
    rows = expand(starts, ends - starts)
    return rows, ledger.column("inputs.spent_output")[rows]


__all__ = ["Sources", "arrivals", "coins_spent_by", "find_coins"]
