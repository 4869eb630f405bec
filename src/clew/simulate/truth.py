"""What is true of a simulated economy: who owned what, who paid whom and why.

The tables are CSV files in the economy's ``truth`` folder. Hashes are reversed hexadecimal, as
people write them; values are satoshi.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from clew.errors import UsageError

PURPOSES: dict[str, str] = {
    "purchase": "a person pays for an account of their own at the service",
    "gift": "a person pays for somebody else's account; the ledger cannot show it",
    "dust": "a stranger sends a worthless amount to addresses they have seen",
    "refund": "an exchange sends a rejected deposit back to the address it came from",
    "change": "the operator's private wallet has its change sent to the service: own money",
    "sweep": "the operator moves coins within the service, or from account to account: own money",
    "cash-out": "the operator pays into an account at an exchange, in his own or another's name",
}
"""Every purpose in payments.csv, explained."""

OUTSIDE = ("purchase", "gift", "dust", "refund")
"""Purposes of payments that reach the service from outside its operator's control."""

OWN = ("change", "sweep")
"""Purposes of the operator's own money coming to the service's addresses."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whose an address is. ``user``: the customer or member to whom its owner gave it."""

    address: str
    wallet: str
    actor: str
    role: str
    user: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One output: to the service, or out of it to an exchange."""

    txid: str
    vout: int
    value: int
    height: int
    purpose: str
    payer: str
    """Who meant to pay: a person, also where an exchange did it for them."""
    source: str
    """Whose coins were spent: the payer, or the exchange that paid for them."""
    payee: str
    address: str
    account: str
    """Whose account it credits: a member of the service, or a customer of the exchange."""
    route: str
    """How it came: exchange, wallet, coinjoin; of a cash-out: direct or peel."""


@dataclass(frozen=True, slots=True)
class JoinedCoin:
    """An input or output of a coinjoin, and whose it is. ``side`` is input, equal or change."""

    txid: str
    height: int
    side: str
    index: int
    value: int
    participant: str
    address: str


@dataclass(frozen=True)
class Records:
    """Every table of the truth."""

    addresses: tuple[Address, ...]
    payments: tuple[Payment, ...]
    coinjoins: tuple[JoinedCoin, ...]
    totals: dict[str, Any]


@dataclass(frozen=True)
class Truth:
    """What an answer about the service is compared with. Values in satoshi.

    An entity found from ``seed_address`` is a lower bound of ``controlled``: the accounts that were
    never swept, or swept alone, are joined to nothing.
    """

    seed_address: str
    """One address of the service that was paid and swept."""
    given_addresses: frozenset[str]
    """Every account address that the service gave out, most of them never paid."""
    paid_addresses: frozenset[str]
    """Those of them that were paid from outside."""
    controlled: frozenset[str]
    """Every address of the operator, on whatever wallet; all that an entity may rightly contain."""
    payments: tuple[Payment, ...]
    """Every payment to the service from outside, look-alikes (gift, dust, refund) included."""
    own_transfers: tuple[Payment, ...]
    """The operator's own money coming to the service's addresses: no payments, though a ledger
    whose entity is incomplete may show some as such."""
    cash_outs: tuple[Payment, ...]
    received: int
    """Sum of ``payments``."""
    swept: int
    """Value of account coins that the operator has moved."""
    held: int
    """Unspent at the service's addresses at the tip."""
    cashed_out: dict[str, int]
    """Sum of ``cash_outs`` by exchange."""
    cashed_out_direct: dict[str, int]
    """Those of them that spent the service's own addresses, not a peeling chain's, by exchange."""
    totals: dict[str, Any]
    """All of totals.json."""


Row = TypeVar("Row", Address, Payment, JoinedCoin)


def write(folder: Path, records: Records) -> None:
    """Writes the tables into an existing folder. Raises OSError."""
    _write_table(folder / "addresses.csv", Address, records.addresses)
    _write_table(folder / "payments.csv", Payment, records.payments)
    _write_table(folder / "coinjoins.csv", JoinedCoin, records.coinjoins)
    text = json.dumps(records.totals, indent=2, sort_keys=True) + "\n"
    (folder / "totals.json").write_bytes(text.encode())


def read_records(folder: Path) -> Records:
    """The tables as they were written; ``folder`` is the economy's, or its ``truth`` folder.

    Raises UsageError if there is no truth in it.
    """
    inside = folder / "truth" if (folder / "truth").is_dir() else folder
    try:
        totals = json.loads((inside / "totals.json").read_text(encoding="utf-8"))
        return Records(
            _read_table(inside / "addresses.csv", Address),
            _read_table(inside / "payments.csv", Payment),
            _read_table(inside / "coinjoins.csv", JoinedCoin),
            totals,
        )
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"no truth in {folder}: expected the tables of a simulated economy, found {error};"
            " name the folder that was simulated into"
        ) from None


def read(folder: Path) -> Truth:
    """What to compare answers about the service with. Raises UsageError as ``read_records``."""
    return summarise(read_records(folder))


def summarise(records: Records) -> Truth:
    """The part of the truth that is about the service and its operator."""
    totals = records.totals
    operator = totals["service"]["operator"]
    given = {each.address for each in records.addresses if each.role == "account"}
    outside = tuple(each for each in records.payments if each.purpose in OUTSIDE)
    cash_outs = tuple(each for each in records.payments if each.purpose == "cash-out")
    return Truth(
        seed_address=totals["service"]["seed_address"],
        given_addresses=frozenset(given),
        paid_addresses=frozenset(each.address for each in outside if each.address in given),
        controlled=frozenset(each.address for each in records.addresses if each.actor == operator),
        payments=outside,
        own_transfers=tuple(each for each in records.payments if each.purpose in OWN),
        cash_outs=cash_outs,
        received=sum(each.value for each in outside),
        swept=totals["service"]["swept"],
        held=totals["service"]["held"],
        cashed_out=sum_by_payee(cash_outs),
        cashed_out_direct=sum_by_payee(each for each in cash_outs if each.route == "direct"),
        totals=totals,
    )


def sum_by_payee(payments: Iterable[Payment]) -> dict[str, int]:
    """Satoshi by payee, payees in alphabetical order."""
    sums: dict[str, int] = {}
    for each in payments:
        sums[each.payee] = sums.get(each.payee, 0) + each.value
    return dict(sorted(sums.items()))


def _write_table(path: Path, kind: type[Row], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [each.name for each in fields(kind)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def _read_table(path: Path, kind: type[Row]) -> tuple[Row, ...]:
    numbers = {each.name for each in fields(kind) if each.type in (int, "int")}
    rows: list[Row] = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values: dict[str, Any] = {
                name: int(text) if name in numbers else text for name, text in row.items()
            }
            rows.append(kind(**values))
    return tuple(rows)
