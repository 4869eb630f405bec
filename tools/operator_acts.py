"""The acts of a simulated operator, as the truth of an economy tells them, for ``tools/pattern_rates.py``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clew.accuracy.economy import read_table
from clew.analysis.patterns.pattern import DAY, WITHIN_HOURS

CASHED = ("own cash-out", "nominee cash-out")


@dataclass(frozen=True)
class Acts:
    """The operator's acts: rows of ``concealment``, and what each spent, made and left."""

    rows: list[dict[str, Any]]
    spent: dict[int, set[tuple[int, int]]]
    made: dict[int, set[tuple[int, int]]]
    rest: dict[int, set[tuple[int, int]]]


def acts_of(folder: Path) -> Acts:
    """The acts in the truth of an economy."""
    columns = ("act", "kind", "tx", "time", "since", "amount")
    rows = read_table(folder, "concealment", columns).to_pylist()
    found: dict[str, dict[int, set[tuple[int, int]]]] = {"spent": {}, "made": {}, "rest": {}}
    for each in read_table(folder, "concealment_coins", ("act", "side", "tx", "vout")).to_pylist():
        found[each["side"]].setdefault(each["act"], set()).add((each["tx"], each["vout"]))
    return Acts(rows, **found)


def long_peels(acts: Acts) -> set[int]:
    """Peels that stand in chains of three or more transactions, each spending what the one before left."""
    peels = [act["act"] for act in acts.rows if act["kind"] == "peel"]
    maker = {coin: number for number in peels for coin in acts.made[number]}
    before = {number: {maker[coin] for coin in acts.spent[number] if coin in maker} for number in peels}
    chains: dict[int, list[int]] = {}
    for number in peels:
        earlier = next(iter(before[number]), -1)
        chain = chains.get(earlier, [])
        chain.append(number)
        chains[number] = chain
    return {number for number, chain in chains.items() if len(chain) >= 3}


def _chained(acts: Acts, kind: str) -> list[list[int]]:
    """Every row of acts of a kind, each spending what the one before made; from each first to each last."""
    numbers = [act["act"] for act in acts.rows if act["kind"] == kind]
    spender = {coin: number for number in numbers for coin in acts.spent[number]}
    after = {
        number: sorted({spender[coin] for coin in acts.made[number] if coin in spender}) for number in numbers
    }
    begun = set(numbers) - {each for some in after.values() for each in some}
    rows, whole = [[number] for number in sorted(begun)], []
    while rows:
        row = rows.pop()
        rows += [[*row, each] for each in after[row[-1]]]
        if not after[row[-1]]:
            whole.append(row)
    return whole


def quick_hops(acts: Acts) -> set[int]:
    """Hops that are among three in a row, the first and the last within the hours."""
    time = {act["act"]: act["time"] for act in acts.rows}
    return {
        hop
        for row in _chained(acts, "layer")
        for three in zip(row, row[1:], row[2:], strict=False)
        if time[three[2]] - time[three[0]] <= WITHIN_HOURS * 3600
        for hop in three
    }


def sums(acts: Acts, least: int = 1) -> list[int]:
    """Transactions that pay coins in below a threshold, the last ones too, where so many did or more."""
    tx = {act["act"]: act["tx"] for act in acts.rows}
    cashed = {
        coin: act["act"] for act in acts.rows if act["kind"] in CASHED for coin in acts.spent[act["act"]]
    }
    found = []
    for row in _chained(acts, "structure"):
        sums = [tx[each] for each in row]
        sums += [tx[cashed[coin]] for coin in acts.made[row[-1]] if coin in cashed]
        found += sums if len(sums) >= least else []
    return found


def consolidations(acts: Acts) -> list[int]:
    """Sweeps of five coins or more into one whose coin a cash-out spends within thirty days."""
    cashed = {
        coin: act["time"] for act in acts.rows if act["kind"] in CASHED for coin in acts.spent[act["act"]]
    }
    found = []
    for act in acts.rows:
        if act["kind"] != "sweep" or len(acts.spent[act["act"]]) < 5:
            continue
        soon = [cashed[coin] - act["time"] <= 30 * DAY for coin in acts.made[act["act"]] if coin in cashed]
        if any(soon):
            found.append(int(act["tx"]))
    return found
