"""Measures of values and fees."""

from __future__ import annotations

from likeness.chains import Scene, Seen
from likeness.measure import BINARY, Measure, between, labels, of_each, yes
from likeness.scripts import paid
from likeness.tally import Marks

COIN = 100_000_000
ROUND_DIGITS = 3
"""Most digits of a round amount, zeros at its end not counted; the same whatever a coin is worth."""

LEAST_ROUND = 100_000
"""Satoshi below which an amount is neither round nor not."""

_BITCOIN = (
    (1e-5, "under 0.00001"), (1e-4, "0.00001-"), (1e-3, "0.0001-"), (1e-2, "0.001-"), (0.1, "0.01-"),
    (1, "0.1-"), (10, "1-"), (100, "10-"),
)  # fmt: skip
_FORTUNE = "100 and more"
_DOLLARS = (
    (0.1, "under 0.1"), (1, "0.1-"), (10, "1-"), (100, "10-"), (1000, "100-"), (10_000, "1,000-"),
    (100_000, "10,000-"),
)  # fmt: skip
_RICHES = "100,000 and more"
_RATES = ((0.25, "under 1/4"), (0.5, "1/4-"), (0.8, "1/2-"), (1.25, "0.8-"), (2, "1.25-"), (4, "2-"))
_DEAR = "4 and more"


def _bitcoin(scene: Scene, seen: Seen) -> Marks:
    for value in paid(seen):
        yield from between(value / COIN * scene.scale, _BITCOIN, _FORTUNE)


def _dollars(scene: Scene, seen: Seen) -> Marks:
    if scene.dollars is not None:
        for value in paid(seen):
            yield from between(value / COIN * scene.dollars, _DOLLARS, _RICHES)


def is_round(value: int) -> bool:
    """Whether an amount, in satoshi, has three digits at most but for zeros at its end."""
    return len(str(value).rstrip("0")) <= ROUND_DIGITS


def _round(_: Scene, seen: Seen) -> Marks:
    for value in paid(seen):
        if value >= LEAST_ROUND:
            yield from yes(is_round(value))


def _fees(scene: Scene) -> Marks:
    rates = fee_rates(scene)
    if not rates:
        return
    middle = sorted(rates)[len(rates) // 2]
    for rate in rates:
        yield from between(rate / middle if middle else 1, _RATES, _DEAR)


def fee_rates(scene: Scene) -> list[float]:
    """Satoshi per virtual byte of each transaction whose fee is known."""
    return [seen.fee / seen.vsize for seen in scene.seen if seen.fee is not None]


MEASURES = (
    of_each("bitcoin", "Output values, real bitcoin", "outputs", labels(_BITCOIN, _FORTUNE), _bitcoin),
    of_each("dollars", "Output values, dollars of the day", "outputs", labels(_DOLLARS, _RICHES), _dollars),
    of_each("round", "Output values of three digits at most", "outputs", BINARY, _round),
    Measure(
        "fees", "Fee rate, of the block's median", "transactions", labels(_RATES, _DEAR), _fees, coins=True
    ),
)
