"""Prices of a moment, cross rates and totals, against a slow twin."""

from __future__ import annotations

import sqlite3
import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import NotALedgerError, StorageError, UsageError
from clew.reference.prices import DAY, PRICE, PRICES, RATES, PriceFile, Series
from clew.reference.pricestore import FILE_NAME, Prices
from clew.reference.valuation import Valuation, total_of
from naive import prices as naive

T0 = 18_262 * DAY
"""2020-01-01."""

money = st.decimals("0.01", "200000", places=2).map(str)
table = st.dictionaries(st.integers(0, 40), money, min_size=1, max_size=12)
rate_table = st.dictionaries(st.integers(0, 45), st.decimals("0.5", "2000", places=4).map(str), min_size=1)


def series(currency: str, rows: dict[int, str], resolution: int = DAY) -> Series:
    kept = sorted(rows)
    times = np.array([T0 + resolution * each for each in kept], np.int64)
    return Series(currency, resolution, (PRICE,), times, tuple(rows[each] for each in kept))


def file(*known: Series, kind: str = PRICES, source: str = "somebody", digest: str = "00") -> PriceFile:
    return PriceFile("t.csv", digest, kind, source, known)


def store(folder: str | Path, *files: PriceFile) -> Prices:
    for each in files:
        Prices(Path(folder)).add(each, "tests", "2026-01-01")
    return Prices(Path(folder))


@given(table, st.sampled_from([60, 3600, DAY]), st.lists(st.integers(-DAY, 42 * DAY), max_size=20))
def test_the_price_of_a_moment_is_that_of_the_row_that_holds(
    rows: dict[int, str], resolution: int, moments: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        known = Valuation(store(folder, file(series("USD", rows, resolution))), "USD")
        plain = [(T0 + resolution * number, price) for number, price in rows.items()]
        for moment in [*moments, *(number * resolution for number in rows)]:
            quote = known.at(T0 + moment)
            expected = naive.holding(plain, resolution, T0 + moment)
            assert (None if quote.price is None else str(quote.price)) == expected
            assert (quote.missing is None) == (expected is not None)


@given(table, rate_table, rate_table, st.integers(0, 10**14), st.lists(st.integers(0, 45), max_size=8))
def test_a_cross_rate_is_that_of_the_day_or_the_last_before(
    rows: dict[int, str], usd: dict[int, str], krw: dict[int, str], satoshi: int, days: list[int]
) -> None:
    rates = file(series("KRW", krw), series("USD", usd), kind=RATES)
    with tempfile.TemporaryDirectory() as folder:
        known = store(folder, file(series("USD", rows)), rates)
        for code in ("KRW", "EUR"):
            valuation = Valuation(known, code)
            for day in {*days, *rows}:
                quote = valuation.at(T0 + day * DAY + 5)
                found = naive.rated({"USD": usd, "KRW": krw}, ("USD", code), day)
                if day not in rows or found is None:
                    assert quote.worth(satoshi) is None
                    assert quote.missing is not None
                    assert quote.missing.startswith("no price" if day not in rows else "no rate")
                    continue
                assert quote.rate_day == T0 + found[0] * DAY
                assert str(quote.worth(satoshi)) == naive.worth(satoshi, rows[day], found[1], found[2])


@given(table, st.lists(st.tuples(st.integers(0, 41), st.integers(0, 21 * 10**14)), max_size=30))
def test_totals_to_the_last_digit(rows: dict[int, str], amounts: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        known = Valuation(store(folder, file(series("USD", rows))), "USD")
        total = total_of(known, [(T0 + day * DAY, satoshi) for day, satoshi in amounts])
    priced = [(day, satoshi) for day, satoshi in amounts if day in rows]
    each = [Fraction(naive.worth(satoshi, rows[day])) for day, satoshi in priced]
    assert Fraction(total.value) == sum(each, Fraction(0))
    assert (total.valued, total.missing) == (len(priced), len(amounts) - len(priced))
    assert total.satoshi_missing == sum(satoshi for day, satoshi in amounts if day not in rows)


def test_finer_tables_come_first_then_newer_ones(tmp_path: Path) -> None:
    day, hour = series("USD", {0: "1.00", 1: "2.00"}), series("USD", {5: "3.00"}, 3600)
    newer = file(series("USD", {0: "4.00"}), source="other", digest="01")
    known = store(tmp_path, file(day, source="day"), file(hour, source="hour"), newer)
    usd = Valuation(known, "USD")
    assert [str(usd.at(T0 + 3600 * hours).price) for hours in (0, 5, 6, 24)] == [
        "4.00",
        "3.00",
        "4.00",
        "2.00",
    ]
    only = Valuation(known, "USD", "day")
    assert [str(only.at(T0 + 3600 * hours).price) for hours in (0, 5, 24)] == ["1.00", "1.00", "2.00"]
    known.withdraw(3, "2026", "wrong")
    assert str(Valuation(Prices(tmp_path), "USD").at(T0).price) == "1.00"
    assert [each.withdrawn for each in Prices(tmp_path).imports] == [None, None, "2026"]


def test_fields_of_a_row_and_the_span_of_its_day(tmp_path: Path) -> None:
    fields = ("price", "open", "high", "low", "close")
    times = np.array([T0, T0 + DAY, T0 + 2 * DAY], np.int64)
    known = store(tmp_path, file(Series("USD", DAY, fields, times, (",5,9,4,6", "7,5,9,4,6", ",,9,4,6"))))
    usd = Valuation(known, "USD")
    assert [(usd.at(int(t)).field, str(usd.at(int(t)).price)) for t in times] == [
        ("open", "5"), ("price", "7"), ("close", "6"),
    ]  # fmt: skip
    assert (usd.at(T0).high(10**8), usd.at(T0).low(10**8)) == (Decimal("9.00"), Decimal("4.00"))


def test_a_finer_table_tells_the_span_of_a_day(tmp_path: Path) -> None:
    known = store(tmp_path, file(series("USD", {0: "5", 1: "9", 23: "4", 24: "99"}, 3600)))
    quote = Valuation(known, "USD").at(T0)
    assert quote.span == (Decimal(9), Decimal(4))
    assert Valuation(store(tmp_path / "none"), "USD").at(T0).missing == (
        "no table of prices: clew prices import brings one in"
    )


def test_the_digest_is_that_of_what_is_in_force_in_its_order(tmp_path: Path) -> None:
    one, two = file(series("USD", {0: "1"}), digest="01"), file(series("USD", {0: "2"}), digest="02")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert store(tmp_path).digest is None
    assert not (tmp_path / FILE_NAME).exists()
    forward, backward = store(tmp_path / "a", one, two), store(tmp_path / "b", two, one)
    assert forward.digest != backward.digest
    alone = store(tmp_path, one).digest
    backward.withdraw(1, "2026", None)
    assert Prices(tmp_path / "b").digest == alone


def test_what_is_written_stays(tmp_path: Path) -> None:
    known = store(tmp_path, file(series("USD", {0: "1"})))
    with sqlite3.connect(tmp_path / FILE_NAME) as base, pytest.raises(sqlite3.IntegrityError):
        base.execute("UPDATE series SET rows = 2")
    known.withdraw(1, "2026", None)
    with pytest.raises(StorageError, match="nothing was imported"):
        known.withdraw(1, "2026", None)
    with pytest.raises(UsageError, match="none; clew prices list"):
        Prices(tmp_path).find(known.imports[0].id)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be read", b"SQLite format 3\0"])
def test_a_damaged_file_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(NotALedgerError, match="import the prices again"):
        _ = Prices(tmp_path).digest


def test_damaged_rows_are_one_line(tmp_path: Path) -> None:
    store(tmp_path, file(series("USD", {0: "1", 1: "2"})))
    with sqlite3.connect(tmp_path / FILE_NAME) as base:
        base.execute("DROP TRIGGER prices_series_UPDATE")
        base.execute("UPDATE series SET times = zeroblob(8)")
    with pytest.raises(NotALedgerError, match="import the prices again"):
        Prices(tmp_path).series("USD")
