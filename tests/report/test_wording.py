from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.report.wording import btc, count, day, moment


@given(st.integers(0, 21_000_000 * 100_000_000))
def test_btc_is_exact(value: int) -> None:
    whole, rest = btc(value).replace(",", "").split(".")
    assert len(rest) == 8
    assert int(whole + rest) == value


def test_btc_groups_and_signs() -> None:
    assert btc(123_456_700_000_000) == "1,234,567.00000000"
    assert btc(-1) == "−0.00000001"


@pytest.mark.parametrize(("number", "text"), [(0, "0 entities"), (1, "1 entity"), (7_300, "7,300 entities")])
def test_count(number: int, text: str) -> None:
    assert count(number, "entity", "entities") == text


def test_times_are_utc() -> None:
    assert moment(1_231_731_025) == "2009-01-12 03:30:25"
    assert day(1_231_731_025) == "2009-01-12"
    assert day(4_294_967_295) == "2106-02-07"
