"""Writes all that lies beside an economy's blocks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clew.errors import UsageError
from clew.kernels.economy_state import A_USER, NONE
from clew.simulate.economy.actors.service import Service
from clew.simulate.economy.seeds import seed_addresses
from clew.simulate.economy.truth import (
    accounts,
    chain_tables,
    coinjoin_tables,
    parquet,
    prices,
    readme,
    service_tables,
    society_tables,
    tagpacks,
)
from clew.simulate.economy.truth.dictionary import TABLES, TOTALS, TRUTH, table
from clew.simulate.economy.truth.order import Laid, lay
from clew.simulate.economy.truth.sources import Source, Texts, shown
from clew.simulate.economy.truth.sources import addresses as address_texts
from clew.simulate.economy.truth.totals import Known, totals

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course
    from clew.simulate.economy.record import Record

TAGPACKS, PRICES, README = "tagpacks", "prices.csv", "README.md"

Columns = Mapping[str, Source]


def write(folder: Path, course: Course, record: Record, *, seed: int, signed: bool = False) -> dict[str, Any]:
    """Write tables, totals, prices, tags and README into an economy's folder; returns the totals.

    ``course`` has run; ``record`` is what writing its blocks gave back. The same economy gives the same
    bytes. Raises OSError, and UsageError where the package for Parquet is missing.
    """
    parquet.require()
    laid = lay(course, record)
    service = service_of(course)
    texts = address_texts(record.types, record.payloads)
    known_seeds = np.array(seed_addresses(course, int(course.world.tags.seeds)), np.int64)
    made = Maker(course, laid, service, texts)
    known = Known(
        course, laid, service, made.payments, texts.take(known_seeds).to_pylist(), len(made.unpaid.numbers)
    )
    for name in (TRUTH, TAGPACKS):
        (folder / name).mkdir()
    rows = _write_tables(folder / TRUTH, made)
    sums = totals(known, seed=seed, signed=signed)
    (folder / TRUTH / TOTALS).write_bytes((json.dumps(sums, indent=2) + "\n").encode())
    prices.write(folder / PRICES, course.calendar)
    tags = tagpacks.write(folder / TAGPACKS, course, laid, texts, known_seeds)
    (folder / README).write_bytes(readme.describe(course.world, sums, rows, tags).encode())
    return sums


def service_of(course: Course) -> Service:
    """The service of an economy. Raises UsageError where there is none."""
    for each in course.actors:
        if isinstance(each, Service):
            return each
    raise UsageError(
        "expected an economy with a service, found none: found the service before the economy runs"
    )


class Maker:
    """Makes the columns of each table, by its name."""

    def __init__(self, course: Course, laid: Laid, service: Service, texts: Any) -> None:
        self._course, self._laid, self._service = course, laid, service
        self._txids = shown(laid.record.txids)
        self._texts = Texts(texts, np.arange(len(texts)))
        self.payments = service_tables.payments_in_order(course, laid, service)
        self.unpaid = accounts.unpaid_accounts(course, service)

    def columns(self, name: str) -> Columns:
        """The columns of a table."""
        course, laid, txids, texts = self._course, self._laid, self._txids, self._texts
        operator = self._service.actor
        makers: dict[str, Callable[[], Columns]] = {
            "actors": lambda: society_tables.actors(course),
            "joint_owners": lambda: society_tables.joint_owners(course),
            "wallets": lambda: society_tables.wallets(course, laid),
            "addresses": lambda: society_tables.addresses(laid, texts, self._users()),
            "blocks": lambda: chain_tables.blocks(course, laid),
            "transactions": lambda: chain_tables.transactions(laid, txids),
            "outputs": lambda: chain_tables.outputs(laid, txids, texts),
            "inputs": lambda: chain_tables.inputs(laid, txids),
            "changes": lambda: chain_tables.changes(laid, txids, texts),
            "coinjoins": lambda: coinjoin_tables.coinjoins(course, laid, txids, texts),
            "customers": lambda: service_tables.customers(course, laid),
            "accounts": lambda: accounts.accounts(laid, texts.values, self._service, self.unpaid),
            "payments": lambda: service_tables.payments(course, laid, txids, texts, self.payments, operator),
            "origins": lambda: service_tables.origins(course, laid, txids, self.payments),
            "cash_outs": lambda: service_tables.cash_outs(course, laid, txids, texts),
            "concealment": lambda: service_tables.concealment(course, laid, txids),
            "concealment_coins": lambda: service_tables.concealment_coins(course, laid, txids),
        }
        return makers[name]()

    def _users(self) -> Any:
        """For whom each address was made: an account's address for its member."""
        users = self._laid.address[:, A_USER].copy()
        for each in self._service.accounts:
            if each.address != NONE:
                users[each.address] = each.member
        return users


def _write_tables(folder: Path, made: Maker) -> dict[str, int]:
    """Write every table, two at a time; returns the rows of each."""

    def put(name: str) -> int:
        return parquet.write(folder, table(name), made.columns(name))

    with ThreadPoolExecutor(2) as pool:
        return dict(
            zip([each.name for each in TABLES], pool.map(put, [each.name for each in TABLES]), strict=True)
        )
