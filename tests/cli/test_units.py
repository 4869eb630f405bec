from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.cli.units import Clock, btc, duration, number, plural, size
from clew.errors import UsageError
from clew.schema import MAX_MONEY


@pytest.mark.parametrize(
    ("satoshi", "text"),
    [
        (0, "0.00000000"),
        (1, "0.00000001"),
        (-1, "-0.00000001"),
        (-150_000_000, "-1.50000000"),
        (1_000_000_000, "10.00000000"),
        (21_560_000_000_000, "215,600.00000000"),
        (None, "-"),
    ],
)
def test_amounts(satoshi: int | None, text: str) -> None:
    assert btc(satoshi) == text


@given(st.integers(-MAX_MONEY, MAX_MONEY))
def test_an_amount_is_exact(satoshi: int) -> None:
    assert Decimal(btc(satoshi).replace(",", "")) * 100_000_000 == satoshi


def test_counts_sizes_and_durations() -> None:
    assert (number(7300), number(None)) == ("7,300", "-")
    assert (plural(1, "address", "addresses"), plural(0, "block")) == ("1 address", "0 blocks")
    assert (size(999), size(1_000_018), size(850e9)) == ("999 bytes", "1.0 MB", "850.0 GB")
    assert [duration(s) for s in (0.25, 12.4, 59.9, 61, 3725)] == [
        "0.2 s", "12 s", "60 s", "1 min 1 s", "1 h 2 min",
    ]  # fmt: skip


def test_times_of_the_first_payment_between_two_people() -> None:
    assert Clock().label == "block time (UTC)"
    assert Clock().text(1231731025) == "2009-01-12 03:30:25"
    assert Clock("UTC").text(1231731025) == "2009-01-12 03:30:25"
    assert Clock("Asia/Seoul").text(1231731025) == "2009-01-12 12:30:25 +0900"
    assert Clock("Asia/Seoul").label == "block time (Asia/Seoul)"
    assert Clock().text(None) == "-"
    assert Clock().text(2**32 - 1) == "2106-02-07 06:28:15"


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    berlin = Clock("Europe/Berlin")
    assert berlin.text(1256430600) == "2009-10-25 02:30:00 +0200"
    assert berlin.text(1256430600 + 3600) == "2009-10-25 02:30:00 +0100"


@pytest.mark.parametrize(
    "name", ["Mars", "Europe", "../../etc/passwd", "/etc/passwd", " ", "a\0b", "é" * 300]
)
def test_a_zone_that_nobody_knows(name: str) -> None:
    with pytest.raises(UsageError, match="expected the name of a time zone"):
        Clock(name)
