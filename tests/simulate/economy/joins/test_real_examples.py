"""Rounds look like real ones that an explorer shows."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simulate.economy.joins.lived import Lived
from simulate.economy.joins.test_coinjoin_rounds import standard

KINDS = {"v0_p2wpkh": "p2wpkh", "v1_p2tr": "p2tr", "p2pkh": "p2pkh", "p2sh": "p2sh"}


def real(folder: Path, name: str) -> dict[str, Any]:
    found = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def sides(found: dict[str, Any]) -> tuple[list[int], list[int], set[str], set[str]]:
    inputs = [each["prevout"] for each in found["vin"]]
    return (
        [each["value"] for each in inputs],
        [each["value"] for each in found["vout"]],
        {KINDS[each["scriptpubkey_type"]] for each in inputs},
        {KINDS[each["scriptpubkey_type"]] for each in found["vout"]},
    )


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        ("joinmarket-coinjoin", "joinmarket"),
        ("wabisabi-coinjoin", "wabisabi"),
        ("whirlpool-coinjoin", "whirlpool"),
    ],
)
def test_version_lock_and_scripts_are_those_of_a_real_one(
    lived: Lived, example: Path, name: str, protocol: str
) -> None:
    found = real(example, name)
    _, _, spent, made = sides(found)
    locked = found["locktime"] > 0
    for _, transaction in lived.rounds(protocol):
        assert transaction.version == found["version"]
        assert (transaction.lock > 0) == locked
        assert {transaction.sequence} == {each["sequence"] for each in found["vin"]}
        assert {each.kind for each in transaction.inputs} <= spent
        # A taker may pay to any script.
        assert {each.kind for each in transaction.outputs if each.purpose != "equal"} <= made


def test_a_real_wabisabi_round_has_the_same_order_and_denominations(lived: Lived, example: Path) -> None:
    inputs, outputs, _, _ = sides(real(example, "wabisabi-coinjoin"))
    assert inputs == sorted(inputs, reverse=True)
    assert outputs == sorted(outputs, reverse=True)
    share = sum(map(standard, outputs)) / len(outputs)
    mine = [
        sum(standard(each.value) for each in transaction.outputs) / len(transaction.outputs)
        for _, transaction in lived.rounds("wabisabi")
    ]
    assert abs(sum(mine) / len(mine) - share) < 0.1
    times = Counter(value for value in outputs if standard(value))
    alone = sum(count == 1 for count in times.values()) / len(times)
    mine = []
    for _, transaction in lived.rounds("wabisabi"):
        counts = Counter(each.value for each in transaction.outputs if standard(each.value))
        mine.append(sum(count == 1 for count in counts.values()) / len(counts))
    assert abs(sum(mine) / len(mine) - alone) < 0.1


def test_a_real_whirlpool_mix_has_the_same_pool_and_shares(lived: Lived, example: Path) -> None:
    inputs, outputs, _, _ = sides(real(example, "whirlpool-coinjoin"))
    assert len(inputs) == len(outputs) == 5
    pool = outputs[0]
    assert set(outputs) == {pool}
    assert sorted(set(inputs)) == [pool, pool + 10_000]
    for _, transaction in lived.rounds("whirlpool"):
        mixed = transaction.outputs[0].value
        assert all(each.value >= mixed for each in transaction.inputs)
        assert transaction.fee == sum(each.value - mixed for each in transaction.inputs)


def test_a_real_joinmarket_round_has_the_same_books(lived: Lived, example: Path) -> None:
    """Inputs of one side are its equal output and change, and what it earned or paid."""
    inputs, outputs, _, _ = sides(real(example, "joinmarket-coinjoin"))
    value = Counter(outputs).most_common(1)[0][0]
    changes = sorted(each for each in outputs if each != value)
    gains = sorted(value + change - put for put, change in zip(sorted(inputs), changes, strict=True))
    assert gains[0] < 0 <= gains[1] < value // 100
    for part, transaction in lived.rounds("joinmarket"):
        amount = Counter(each.value for each in transaction.outputs).most_common(1)[0][0]
        for actor in {each.actor for each in part.inputs}:
            put = sum(lived.state.value(each.coin) for each in part.inputs if each.actor == actor)
            change = sum(
                lived.state.value(each.coin)
                for each in part.outputs
                if each.actor == actor and each.kind == "change"
            )
            assert amount + change - put < amount // 100 + 1_000


def test_real_dust_is_as_small(lived: Lived, example: Path) -> None:
    _, outputs, _, _ = sides(real(example, "dust-attack-555"))
    assert len(outputs) == 2
    dust = {
        each.value for attack in lived.of_form("dust") for each in attack.outputs if each.purpose == "dust"
    }
    assert min(dust) - 10 <= min(outputs) <= max(dust)
