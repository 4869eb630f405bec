from __future__ import annotations

from dataclasses import dataclass

import pytest

from clew.cli.progress import Display, Pace


@dataclass(frozen=True)
class Step:
    stage: str
    done: int
    total: int
    unit: str
    height: int | None = None


class Watch:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_time_left() -> None:
    watch = Watch()
    pace = Pace(watch)
    assert pace.see(Step("fill", 0, 10**9, "bytes", 0)) == "0 bytes of 1.0 GB, block 0"
    watch.now += 2
    said = pace.see(Step("fill", 500_000_000, 10**9, "bytes", 3_000))
    assert said == "500.0 MB of 1.0 GB, block 3,000, 250.0 MB/s, 1,500 blocks/s, 2.0 s left"
    watch.now += 2
    assert pace.see(Step("fill", 10**9, 10**9, "bytes", 6_000)).endswith("250.0 MB/s, 1,500 blocks/s")


def test_speed_is_told_from_the_first_batch_on() -> None:
    """Since the stage said that it began, before there was any block."""
    watch = Watch()
    pace = Pace(watch)
    assert pace.see(Step("blocks", 0, 10**9, "bytes")) == "0 bytes of 1.0 GB"
    watch.now += 2
    assert pace.see(Step("blocks", 500_000_000, 10**9, "bytes", 2_999)) == (
        "500.0 MB of 1.0 GB, block 2,999, 250.0 MB/s, 1,500 blocks/s, 2.0 s left"
    )


def test_a_new_stage_starts_anew() -> None:
    watch = Watch()
    pace = Pace(watch)
    pace.see(Step("fill", 0, 100, "blocks", 0))
    watch.now += 1
    assert pace.see(Step("fill", 50, 100, "blocks", 50)) == (
        "50 blocks of 100 blocks, block 50, 50 blocks/s, 1.0 s left"
    )
    assert pace.see(Step("spends", 40, 100, "outputs")) == "40 outputs of 100 outputs"
    watch.now += 10
    assert pace.see(Step("spends", 60, 100, "outputs")).endswith("2 outputs/s, 20 s left")


def test_without_a_terminal_a_plain_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    with Display(watch) as display:
        for second in range(0, 31, 1):
            watch.now = 100.0 + second
            display(Step("fill", second * 10**6, 40 * 10**6, "bytes", second))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "fill: 25 % (10.0 MB of 40.0 MB, block 10, 1.0 MB/s, 1 blocks/s, 30 s left)",
        "fill: 50 % (20.0 MB of 40.0 MB, block 20, 1.0 MB/s, 1 blocks/s, 20 s left)",
        "fill: 75 % (30.0 MB of 40.0 MB, block 30, 1.0 MB/s, 1 blocks/s, 10 s left)",
    ]


def test_a_total_of_nothing_is_no_division(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    with Display(watch) as display:
        watch.now += 20
        display(Step("headers", 0, 0, "bytes"))
    assert capsys.readouterr().err == "headers: (0 bytes of 0 bytes)\n"
