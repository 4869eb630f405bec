"""Reads the truth beside an economy back, as far as it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from clew.errors import UsageError
from clew.simulate.economy.truth import dictionary, parquet
from clew.simulate.economy.truth.dictionary import TOTALS, TRUTH

PARTS = ("tx", "txid", "vout", "value", "height", "time", "address")
"""Columns of every table of outputs."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One output to the service. Actors by name; None where there is nobody, or nothing."""

    txid: str
    vout: int
    value: int
    height: int
    time: int
    address: str
    purpose: str
    label: str | None
    """``visible`` or ``invisible`` on the ledger; None for a purchase."""
    payer: str | None
    """Who meant to pay."""
    source: str | None
    """Whose coins were spent: the payer, or an exchange that paid for them."""
    account: int | None
    member: str | None
    """Who uses the account that it credits."""
    country: str | None
    route: str | None
    usd: Decimal
    krw: Decimal


@dataclass(frozen=True, slots=True)
class CashOut:
    """One output of the operator's to an account at a custodian. Actors by name."""

    txid: str
    vout: int
    value: int
    height: int
    time: int
    address: str
    custodian: str
    holder: str
    is_own: bool
    is_direct: bool
    """Whether it spends coins that lay where the service was paid."""
    usd: Decimal
    krw: Decimal


@dataclass(frozen=True, slots=True)
class Origin:
    """A coin at which the way back of a payment leaves the payer's hands. Actors by name."""

    payment: tuple[str, int]
    """The payment's output."""
    txid: str
    vout: int
    value: int
    """How much of the payment comes of it."""
    sender: str
    custodian: str | None
    """Who paid it out, if it is a withdrawal."""
    customer: str | None
    hops: int
    is_joined: bool
    """Whether a coinjoin lies between."""
    through: str | None
    """A custodian who held the coins between, so that no coin leads on."""


class Truth:
    """What answers about an economy's service are compared with; read when asked for. Values in satoshi.

    An entity found from ``seed_addresses`` is a lower bound of ``controlled``: accounts that were never
    swept, or swept alone, are joined to nothing.
    """

    def __init__(self, folder: Path, totals: dict[str, Any]) -> None:
        self.folder = folder
        self.totals = totals
        """All of totals.json."""

    def table(self, name: str, columns: Iterable[str] | None = None, filters: Any = None) -> Any:
        """Columns of a table (None: all) as an Arrow table; ``filters`` as ``pyarrow.parquet`` takes them.

        Raises UsageError for a table or column that there is not, and where the file cannot be read.
        """
        return _read(self.folder, name, columns, filters)

    @property
    def seed_addresses(self) -> tuple[str, ...]:
        """Addresses of the service from which an inquiry starts."""
        return tuple(self.totals["service"]["seed_addresses"])

    @property
    def seed_address(self) -> str:
        """The first of these: it was paid, and swept if any was."""
        if not self.seed_addresses:
            raise UsageError(
                "nobody ever paid the service of this economy: take another seed, or more blocks"
            )
        return self.seed_addresses[0]

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """Everybody's name, by number."""
        return tuple(self.table("actors", ["name"])["name"].to_pylist())

    @cached_property
    def operator(self) -> int:
        """The number of the service's operator."""
        return self.actors.index(self.totals["service"]["operator"])

    @cached_property
    def given_addresses(self) -> frozenset[str]:
        """Every account address that the service gave out, most of them never paid."""
        return frozenset(self.table("accounts", ["address"])["address"].to_pylist())

    @cached_property
    def paid_addresses(self) -> frozenset[str]:
        """Those of them that were paid from outside."""
        given = self.table("accounts", ["address"], [("is_paid", "==", True)])["address"].to_pylist()
        return frozenset(given) & {each.address for each in self.payments}

    @cached_property
    def controlled_used(self) -> frozenset[str]:
        """Every address of the operator, on whatever wallet, that was ever paid: all of them on the chain."""
        filters = [("actor", "==", self.operator), ("outputs", ">", 0)]
        found = self.table("addresses", ["address"], filters)["address"].to_pylist()
        return frozenset(each for each in found if each is not None)

    @cached_property
    def controlled(self) -> frozenset[str]:
        """Every address of the operator, accounts that nobody paid among them."""
        own = self.table("addresses", ["address"], [("actor", "==", self.operator)])["address"].to_pylist()
        return self.given_addresses | {each for each in own if each is not None}

    @cached_property
    def payments(self) -> tuple[Payment, ...]:
        """Every payment to the service from outside, look-alikes included, in chain order."""
        return tuple(self._payments(own=False))

    @cached_property
    def own_transfers(self) -> tuple[Payment, ...]:
        """The operator's own money coming to the service's addresses: no payments, though a ledger whose
        entity is incomplete may show some as such."""
        return tuple(self._payments(own=True))

    @cached_property
    def cash_outs(self) -> tuple[CashOut, ...]:
        """Every payment of the operator into an account at a custodian, in chain order."""
        names = self.actors
        rows = self.table("cash_outs").to_pylist()
        return tuple(
            CashOut(
                **{name: row[name] for name in (*PARTS[1:], "is_own", "is_direct", "usd", "krw")},
                custodian=names[row["custodian"]],
                holder=names[row["holder"]],
            )
            for row in rows
        )

    @cached_property
    def origins(self) -> tuple[Origin, ...]:
        """Where the coins of every payment to the service came from."""
        names = self.actors
        coins = self.table("payments", ["txid", "vout"]).to_pylist()
        return tuple(
            Origin(
                payment=(coins[row["payment"]]["txid"], coins[row["payment"]]["vout"]),
                **{name: row[name] for name in ("txid", "vout", "value", "hops", "is_joined")},
                sender=names[row["sender"]],
                custodian=_name(names, row["custodian"]),
                customer=_name(names, row["customer"]),
                through=_name(names, row["through"]),
            )
            for row in self.table("origins").to_pylist()
        )

    @property
    def received(self) -> int:
        """Sum of ``payments``."""
        return int(self.totals["service"]["received"])

    @property
    def swept(self) -> int:
        """Value of coins of accounts that the operator has moved."""
        return int(self.totals["service"]["swept"])

    @property
    def held(self) -> int:
        """Unspent at the service's addresses at the tip."""
        return int(self.totals["service"]["held"])

    @cached_property
    def cashed_out(self) -> dict[str, int]:
        """Sum of ``cash_outs`` by custodian."""
        return _sums(self.cash_outs)

    @cached_property
    def cashed_out_direct(self) -> dict[str, int]:
        """Those of them that spent coins at the service's own addresses, by custodian."""
        return _sums(each for each in self.cash_outs if each.is_direct)

    def _payments(self, *, own: bool) -> Iterator[Payment]:
        names = self.actors
        for row in self.table("payments", None, [("is_own", "==", own)]).to_pylist():
            yield Payment(
                **{
                    name: row[name]
                    for name in (*PARTS[1:], "purpose", "label", "account", "country", "route")
                },
                usd=row["usd"],
                krw=row["krw"],
                payer=_name(names, row["payer"]),
                source=_name(names, row["source"]),
                member=_name(names, row["member"]),
            )


def read(folder: Path) -> Truth:
    """The truth of an economy; ``folder`` is the economy's, or its ``truth`` folder.

    Raises UsageError, in one line, where there is none.
    """
    parquet.require()
    inside = folder / TRUTH if (folder / TRUTH).is_dir() else folder
    try:
        totals = json.loads((inside / TOTALS).read_text(encoding="utf-8"))
        totals["service"]["seed_addresses"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise UsageError(
            f"no truth in {folder}: expected {TOTALS} and the tables of a simulated economy, found {reason};"
            " name the folder that clew simulate economy made"
        ) from None
    return Truth(inside, totals)


def _read(folder: Path, name: str, columns: Iterable[str] | None, filters: Any) -> Any:
    from pyarrow import ArrowException
    from pyarrow import parquet as files

    try:
        known = dictionary.table(name)
        wanted = [known.column(each).name for each in columns] if columns is not None else None
    except KeyError as error:
        raise UsageError(
            f"expected a table of truth and its columns, found {error.args[0]}; tables are"
            f" {', '.join(each.name for each in dictionary.TABLES)}"
        ) from None
    path = parquet.file_of(folder, known)
    try:
        return files.read_table(path, columns=wanted, filters=filters)
    except (OSError, ArrowException) as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(
            f"{path}: expected the table {name} of a simulated economy, found that it cannot be read"
            f" ({told}); simulate it again"
        ) from None


def _name(names: tuple[str, ...], number: int | None) -> str | None:
    return None if number is None else names[number]


def _sums(cash_outs: Iterable[CashOut]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for each in cash_outs:
        sums[each.custodian] = sums.get(each.custodian, 0) + each.value
    return dict(sorted(sums.items()))
