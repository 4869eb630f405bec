"""Measures the patterns of concealment on economies, and writes docs/patterns.md.

    python tools/pattern_rates.py ECONOMY LEDGER [ECONOMY LEDGER ...] [-o docs/patterns.md]

An economy is a folder that ``clew simulate economy`` made, a ledger the one of its blocks with the tags of
its custodians. For each pattern it is counted which of the operator's acts stand in a finding, and how many
entities of people, merchants and other ordinary actors show one.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clew.accuracy.economy import read_economy, read_table
from clew.analysis.patterns.pattern import DAY, DORMANT_DAYS, Measures
from clew.analysis.patterns.question import sorted_findings
from clew.analysis.patterns.registry import PATTERNS
from clew.analysis.patterns.scene import Reach, Scene, scene_of
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger, open_ledger

ORDINARY = ("person", "merchant", "exchange", "gambling", "pool")
SAMPLE = 150
"""Entities of each kind that are asked about at most in a world."""
CASHED = ("own cash-out", "nominee cash-out")
FOLLOWED = ("sweep", "forward", "peel", "split", "mix", "swap", "own transfer", *CASHED, "expense")


@dataclass
class Tally:
    """What was counted: (found, of) by what; and (showing, asked) by kind of actor and pattern."""

    recall: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    followed: dict[str, list[int]] = field(default_factory=dict)
    alarms: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    operators: Counter[str] = field(default_factory=Counter)
    worlds: list[str] = field(default_factory=list)

    def add(self, counts: dict[Any, list[int]], what: Any, is_found: bool) -> None:
        """Count one more."""
        pair = counts.setdefault(what, [0, 0])
        pair[0] += is_found
        pair[1] += 1


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


def by_pattern(scene: Scene) -> dict[str, set[int]]:
    """Transactions that stand in findings, by pattern."""
    found: dict[str, set[int]] = {}
    for pattern in PATTERNS:
        there = [each.transactions for each in sorted_findings(pattern, scene, Measures())]
        found[pattern.name] = {each for some in there for each in some}
    return found


def measure(folder: Path, ledger: Ledger, tally: Tally) -> None:
    """Count one economy."""
    truth = read_economy(folder, ledger)
    inside = folder / "truth" if (folder / "truth").is_dir() else folder
    totals = json.loads((inside / "totals.json").read_text(encoding="utf-8"))
    tally.worlds.append(f"{totals['world']} (seed {totals['seed']}, {totals['blocks']:,} blocks)")
    service = np.unique(ledger.column("entities.entity")[truth.service_addresses[:1]])
    scene = scene_of(ledger, service, Reach())
    _operator(scene, acts_of(inside), tally)
    for kind in ORDINARY:
        for entity in _sample(ledger, truth, kind).tolist():
            there = by_pattern(scene_of(ledger, np.array([entity]), Reach()))
            for name, transactions in there.items():
                tally.add(tally.alarms, (kind, name), bool(transactions))


def _operator(scene: Scene, acts: Acts, tally: Tally) -> None:
    found = by_pattern(scene)
    spending = set(np.union1d(scene.acts, scene.shared).tolist())
    for name, transactions in found.items():
        tally.operators[name] += bool(transactions)
    peels = _long_peels(acts)
    for act in acts.rows:
        kind, number, tx = act["kind"], act["act"], act["tx"]
        if kind in FOLLOWED:
            tally.add(tally.followed, kind, tx in spending)
        if kind == "peel":
            tally.add(tally.recall, ("peeling chain", "peels"), tx in found["peeling chain"])
            if number in peels:
                what = ("peeling chain", "peels that stand in a chain of three or more")
                tally.add(tally.recall, what, tx in found["peeling chain"])
        elif kind == "split" and len(acts.made[number]) >= 3:
            tally.add(tally.recall, ("division", "splits into three parts or more"), tx in found["division"])
        elif kind == "wait" and act["time"] - act["since"] >= DORMANT_DAYS * DAY:
            what = ("dormancy, then movement", f"rests of {DORMANT_DAYS} days or more, then spent")
            spender = _spender(scene, acts.made[number])
            if spender is not None:
                tally.add(tally.recall, what, spender in found["dormancy, then movement"])
        elif kind == "mix":
            tally.add(
                tally.recall, ("coinjoin passage", "passages into coinjoins"), _mixed(scene, acts, act, found)
            )
        elif kind in CASHED:
            what = ("several accounts fed by one flow", "payments into accounts")
            tally.add(tally.recall, what, tx in found["several accounts fed by one flow"])
    for tx in _consolidations(scene, acts):
        what = ("consolidation before cash-out", "sweeps of five coins or more, cashed out within 30 days")
        tally.add(tally.recall, what, tx in found["consolidation before cash-out"])


def _mixed(scene: Scene, acts: Acts, act: dict[str, Any], found: dict[str, set[int]]) -> bool:
    """Whether the transaction of the act, or one that spends what it made ready, is found."""
    after = {_spender(scene, {coin}) for coin in acts.made[act["act"]]}
    return bool(({act["tx"]} | after) & found["coinjoin passage"])


def _long_peels(acts: Acts) -> set[int]:
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


def _spender(scene: Scene, coins: set[tuple[int, int]]) -> int | None:
    transaction, vout = next(iter(coins))
    return scene.spender(int(scene.ledger.column("transactions.first_output")[transaction]) + vout)


def _consolidations(scene: Scene, acts: Acts) -> list[int]:
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


def _sample(ledger: Ledger, truth: Any, kind: str) -> Array:
    """Entities of actors of a kind, the one of most addresses of each actor; evenly chosen."""
    entities = np.asarray(ledger.column("entities.entity")).astype(np.int64)
    actors = [number for number, each in enumerate(truth.kinds) if each == kind]
    found = []
    for actor in actors:
        mine = entities[truth.actor == actor]
        if len(mine):
            names, counts = np.unique(mine, return_counts=True)
            found.append(int(names[int(counts.argmax())]))
    chosen = np.unique(np.array(found, np.int64))
    step = max(1, -(-len(chosen) // SAMPLE))
    return chosen[::step]


def page(tally: Tally) -> str:
    """The page, from the patterns and what was counted."""
    lines = [_HEAD, ""]
    for pattern in PATTERNS:
        lines += [f"## {pattern.name.capitalize()}", "", pattern.doc, "", "What looks the same:", ""]
        lines += [*(f"- {each}" for each in pattern.innocent), ""]
    lines += ["## What was measured", "", _HOW.format(worlds=", ".join(tally.worlds)), ""]
    lines += ["| pattern | of the operator's | in a finding | of | share |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {what} | {found} | {of} | {_share(found, of)} |"
        for (name, what), (found, of) in sorted(tally.recall.items(), key=_in_order)
    ]
    lines += ["", _FOLLOWED, "", "| act | followed | of | share |", "|---|---|---|---|"]
    there = [(kind, tally.followed[kind]) for kind in FOLLOWED if kind in tally.followed]
    lines += [f"| {kind} | {found} | {of} | {_share(found, of)} |" for kind, (found, of) in there]
    lines += ["", _ALARMS, ""]
    kinds = [kind for kind in ORDINARY if any(kind == each for each, _ in tally.alarms)]
    asked = {kind: max(of for (each, _), (_, of) in tally.alarms.items() if each == kind) for kind in kinds}
    heads = [f"{kind} ({asked[kind]})" for kind in kinds]
    lines += [f"| pattern | service ({len(tally.worlds)}) | {' | '.join(heads)} |"]
    lines += ["|---" * (len(kinds) + 2) + "|"]
    for pattern in PATTERNS:
        cells = [_share(tally.operators[pattern.name], len(tally.worlds))]
        cells += [_share(*tally.alarms[kind, pattern.name]) for kind in kinds]
        lines += [f"| {pattern.name} | {' | '.join(cells)} |"]
    return "\n".join([*lines, "", _END, ""])


def _in_order(item: tuple[Any, Any]) -> int:
    return [pattern.name for pattern in PATTERNS].index(item[0][0])


def _share(found: int, of: int) -> str:
    return f"{100 * found / of:.1f} %" if of else "none"


_HEAD = """# Patterns of concealment

Made by `tools/pattern_rates.py`; do not edit it by hand.

`clew patterns ADDR...` looks for the patterns below in what the entity of ADDR did, and in what those did
that only it ever paid. What it finds are *candidates*. A pattern shows how coins moved; innocent people move
coins in the same way, and each pattern says which. None shows an intention, and there is no score of anybody.

Where others' money comes in, at services, unknown holders and coinjoins, nothing is followed."""

_HOW = """Measured on simulated economies whose truth is known, with the tags of all their custodians:
{worlds}. The operator of the service was asked about by one address of it. These economies were looked at
while the rules were written, and their operators do what their worlds say: the shares say how well the
rules fit such operators, not how often real ones are found. To measure again, for each world:

```
clew simulate economy --era 2015 --seed 61 --blocks 1500 --people 300 --payments 600 --payers 300 \\
  --accounts 500 -o economy
clew index economy/blocks --network regtest --ledger ledger
clew tags import --ledger ledger economy/tagpacks/custodians.actorpack.yaml \\
  economy/tagpacks/exchanges-100.yaml economy/tagpacks/service-seeds.yaml
python tools/pattern_rates.py economy ledger
```"""

_FOLLOWED = """How many of the operator's acts are in the schedule at all. The others lie behind a coinjoin, a
service that pays other coins back, or an address that others paid, too; or were done with coins of accounts
that no rule joins to the address asked about:"""

_ALARMS = """How many of those asked about show a pattern: the service, and entities of ordinary actors, the
largest of each. What ordinary actors show is innocent:"""

_END = """A pattern that many ordinary actors show says little by itself. Layering in short time and round
trips are no habit of these operators; splitting under a threshold needs one that applied, which no world
has."""


def main() -> None:
    """Measure, and write the page or print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="ECONOMY LEDGER")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    if len(given.folders) % 2:
        parser.error("expected an economy and a ledger, or several such pairs")
    tally = Tally()
    for folder, path in zip(given.folders[::2], given.folders[1::2], strict=True):
        measure(folder, open_ledger(path), tally)
    if given.output:
        given.output.write_text(page(tally), encoding="utf-8")
    else:
        print(page(tally))


if __name__ == "__main__":
    main()
