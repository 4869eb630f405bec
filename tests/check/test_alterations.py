"""Traces altered in one figure, or with something left out, and sealed again: each is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from check.chains import Made
from clew import check
from naive import trace as naive

TRACES = 50
OF_EACH = 20
"""50 traces altered in 20 ways each: 1,000."""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """Traces with something in them, and the blocks of each."""
    made: list[Case] = []
    seed = 0
    while len(made) < TRACES:
        seed += 1
        case = Case(seed, tmp_path_factory.mktemp("blocks"))
        if max(len(each["steps"]) for each in case.told["traces"]) > 2:
            made.append(case)
    return made


class Case:
    """A chain, a question, and the right answer."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.made = Made(seed, blocks=8)
        self.sources, self.question = self.made.question()
        self.told = naive.trace(self.made.blocks, self.sources, self.question)
        self.blocks = check.Blocks(self.made.write(folder), "regtest")

    def finds(self, told: dict[str, Any]) -> bool:
        """Whether the checker says that something is wrong."""
        try:
            return bool(check.examine(told, self.blocks))
        except check.Unusable:
            return True


def test_a_thousand_alterations_are_found(cases: list[Case]) -> None:
    tried = 0
    kinds = set()
    for number, case in enumerate(cases):
        rng = Random(number)
        assert not case.finds(case.told)
        for _ in range(OF_EACH):
            told = deepcopy(case.told)
            kinds.add(alter(told, rng))
            told = naive.seal(told)
            assert told["digest"] != case.told["digest"]
            assert case.finds(told)
            tried += 1
    assert tried == 1000
    assert kinds >= {
        "value",
        "height",
        "time",
        "coin",
        "txid",
        "end",
        "taint",
        "by",
        "hop",
        "coins",
        "in",
        "fee",
    }
    assert kinds >= {"out", "ended", "hash", "script"}


def test_a_figure_that_is_altered_and_not_sealed_again_is_found(cases: list[Case]) -> None:
    rng = Random(1)
    for case in cases:
        told = deepcopy(case.told)
        told["purpose"] = "another"
        assert check.examine(told, case.blocks)[0].where == "digest"
        alter(told, rng)
        assert case.finds(told)


def alter(told: dict[str, Any], rng: Random) -> str:
    """Change one digit, coin, id or end of a trace; says which key it was."""
    places = list(figures(told))
    # Kinds of figures in turn, since coins would outnumber the rest.
    key = rng.choice(sorted({key for key, _, _ in places}))
    _, holder, index = rng.choice([place for place in places if place[0] == key])
    before = holder[index]
    while holder[index] == before:
        holder[index] = (
            _other(before, rng) if key != "end" else rng.choice([None, *check.ENDS.split("|")[:-1]])
        )
    return key


def _other(before: Any, rng: Random) -> Any:
    text = str(before)
    place = rng.choice([n for n, each in enumerate(text) if each != ":"])
    digits = "0123456789" if isinstance(before, int) or ":" in text[:place] else "0123456789abcdef"
    after = text[:place] + rng.choice(digits) + text[place + 1 :]
    return int(after) if isinstance(before, int) else after


def figures(told: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Every figure that follows from the blocks: what it is called, and where it stands."""
    yield from _leaves(told["tip"])
    yield from _leaves(told["sources"])
    yield from _leaves(told["transactions"])
    yield from _leaves(told["traces"])
    for kind in ("services", "holders"):
        for each in told["given"][kind]:
            yield "script", each, "script"
    for each in told["given"]["coinjoins"]:
        yield "txid", each, "txid"


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any, Any]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        called = key if isinstance(key, str) else name
        if isinstance(inner, dict | list):
            yield from _leaves(inner, called)
        elif called != "policy" and (inner is not None or called == "end"):
            yield called, value, key


def test_a_thousand_omissions_are_found(cases: list[Case]) -> None:
    tried: dict[str, int] = {}
    for number, case in enumerate(cases):
        rng = Random(number)
        for _ in range(OF_EACH):
            told = None
            while told is None:
                omit = rng.choice([_coin, _step, _row, _branch, _branch, _unmade])
                told = omit(case, rng)
            told = naive.seal(told)
            assert told["digest"] != case.told["digest"]
            assert case.finds(told)
            tried[omit.__name__] = tried.get(omit.__name__, 0) + 1
    assert sum(tried.values()) == 1000
    assert len(tried) == 5
    assert min(tried.values()) > 50


Told = dict[str, Any]
Omission = Callable[[Case, Random], "Told | None"]


def _coin(case: Case, rng: Random) -> Told | None:
    """A coin out of a step."""
    told = deepcopy(case.told)
    rows = [step[side] for each in told["traces"] for step in each["steps"] for side in ("in", "out")]
    row = rng.choice([row for row in rows if row])
    row.pop(rng.randrange(len(row)))
    return told


def _step(case: Case, rng: Random) -> Told | None:
    """A step out of a trace."""
    told = deepcopy(case.told)
    steps = rng.choice([each["steps"] for each in told["traces"] if each["steps"]])
    steps.pop(rng.randrange(len(steps)))
    return told


def _row(case: Case, rng: Random) -> Told | None:
    """A transaction, a source, an end, a row of the books, a whole trace."""
    told = deepcopy(case.told)
    each = rng.choice(told["traces"])
    row = rng.choice(
        [
            told["transactions"],
            told["sources"],
            told["traces"],
            *(each[k] for k in ("sources", "ends", "books")),
        ]
    )
    if not row:
        return None
    row.pop(rng.randrange(len(row)))
    return told


def _branch(case: Case, rng: Random) -> Told | None:
    """A coin that goes on is said to end, and all that comes of it is gone: the sums are right again."""
    steps, coins = naive.lay_out(case.made.blocks)
    out = [
        coin for each in case.told["traces"] for step in each["steps"] for coin in (*step["in"], *step["out"])
    ]
    coin = coins[rng.choice(out)["coin"]][-1]
    if case.question.forward:
        coin.spender = None
    else:
        coin.maker.coinbase = True
    return _forged(case, steps, coins)


def _unmade(case: Case, rng: Random) -> Told | None:
    """A coin is left out, and its satoshi are said to be fee."""
    steps, coins = naive.lay_out(case.made.blocks)
    out = [coin for each in case.told["traces"] for step in each["steps"] for coin in step["out"]]
    if not case.question.forward or not out:
        return None
    coin = coins[rng.choice(out)["coin"]][-1]
    coin.maker.makes.remove(coin)
    return _forged(case, steps, coins)


def _forged(case: Case, steps: list[naive.Step], coins: dict[str, list[naive.Coin]]) -> Told | None:
    told = naive.trace(case.made.blocks, case.sources, case.question, world=(steps, coins))
    return told if told != case.told else None
