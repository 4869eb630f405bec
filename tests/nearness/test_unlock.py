"""What inputs tell, held against the coins that they spend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from clew.simulate.economy.course import Course
from likeness.chains import Scene
from likeness.eras import read
from likeness.scripts import script_type
from likeness.unlock import KINDS, Unlocked, unlocked
from nearness.made import spend

TYPES = {
    "p2pk": {"pubkey"},
    "p2pkh": {"pubkeyhash"},
    "bare multisig": {"multisig"},
    "p2sh multisig": {"scripthash"},
    "p2sh-p2wpkh": {"scripthash"},
    "p2sh-p2wsh": {"scripthash"},
    "p2sh other": {"scripthash"},
    "p2wpkh": {"witness_v0_keyhash"},
    "p2wsh": {"witness_v0_scripthash"},
    "p2tr": {"witness_v1_taproot"},
    "other": {"anchor", "nonstandard", "witness_unknown", "witness_v0_scripthash"},
}


def check(scene: Scene) -> Counter[str]:
    """Holds every input of a scene against its coin; returns kinds."""
    kinds: Counter[str] = Counter()
    for seen in scene.seen:
        assert seen.coins is not None
        for told, coin in zip(seen.inputs, seen.coins, strict=True):
            if not coin.script:
                continue
            assert told.script in (None, coin.script), (seen.tx.txid[::-1].hex(), told)
            assert script_type(coin.script) in TYPES[told.kind], (seen.tx.txid[::-1].hex(), told)
            kinds[told.kind] += 1
    return kinds


@pytest.mark.parametrize(("height", "inputs"), [(367_891, 817), (866_342, 7_972)])
def test_real_inputs_tell_the_script_that_they_spend(shared_data: Path, height: int, inputs: int) -> None:
    kinds = check(read(shared_data, height))
    assert kinds.total() == inputs
    assert kinds["p2pkh"] > 500


def test_simulated_inputs_tell_the_script_that_they_spend(course: Course, scenes: Sequence[Scene]) -> None:
    kinds: Counter[str] = Counter()
    for scene in scenes:
        kinds += check(scene)
    assert {"p2pkh", "p2sh multisig", "p2sh-p2wpkh", "p2wpkh", "p2wsh"} <= set(kinds)


def test_what_is_not_known_is_other() -> None:
    assert unlocked(spend(1)) == Unlocked("other")
    assert unlocked(spend(1, script=b"\x76")) == Unlocked("other")
    assert unlocked(spend(1, script=b"\x4d\xff\xff")) == Unlocked("other")
    assert unlocked(spend(1, script=b"\1x", items=[b"y"])) == Unlocked("other")
    assert set(TYPES) == set(KINDS)


def test_taproot_is_known_by_its_stack() -> None:
    control = b"\xc1" + bytes(32)
    assert unlocked(spend(1, items=[bytes(64)])).kind == "p2tr"
    assert unlocked(spend(1, items=[bytes(65), b"\x50annex"])).kind == "p2tr"
    assert unlocked(spend(1, items=[b"script", control + bytes(64)])).kind == "p2tr"
    assert unlocked(spend(1, items=[b"x", control + bytes(1)])).kind == "p2wsh"
