"""Locks are of the type they say, and filler that unlocks them has the right form."""

from __future__ import annotations

import pytest

from clew import schema
from clew.bitcoin.hashes import hash160, sha256
from clew.bitcoin.script import classify, instructions
from clew.simulate.dice import Dice
from clew.simulate.locks import (
    SIGHASH_ALL,
    SIGHASH_ANYONECANPAY,
    SIGHASH_DEFAULT,
    SIGHASH_NONE,
    SIGHASH_SINGLE,
    SINGLE_KEY,
    Lock,
    anything,
    input_vsize,
    key,
    lock,
    output_vsize,
    pay_to_multisig,
    pay_to_nobody,
    pay_to_witness_multisig,
    unlock,
)

KEYS = [key(name) for name in ("one", "two", "three")]
ALL = [
    *(lock("someone", kind) for kind in SINGLE_KEY),
    pay_to_multisig(2, KEYS),
    pay_to_witness_multisig(2, KEYS),
    pay_to_nobody(b"a hash of something"),
]


@pytest.mark.parametrize("made", ALL, ids=lambda made: schema.SCRIPT_TYPES[made.script_type])
def test_a_lock_is_of_the_type_it_says(made: Lock) -> None:
    assert classify(made.script)[0] == made.script_type


def test_names_stand_for_locks() -> None:
    assert lock("alice") == lock("alice")
    assert lock("alice").script != lock("bob").script
    assert lock("alice", "p2pk").keys == lock("alice", "p2tr").keys
    assert classify(lock("alice", "p2pk").script)[1:] == classify(lock("alice").script)[1:]


def test_what_unlocks_a_hash_is_hashed_in_it() -> None:
    dice = Dice("unlock")
    script, witness = unlock(lock("alice"), dice)
    assert hash160(script[-33:]) == classify(lock("alice").script)[2]
    assert witness == ()

    nested = lock("alice", "p2sh-p2wpkh")
    script, witness = unlock(nested, dice)
    assert hash160(script[1:]) == classify(nested.script)[2]
    assert hash160(witness[1]) == script[3:]

    vault = pay_to_witness_multisig(2, KEYS)
    script, witness = unlock(vault, dice)
    assert script == b""
    assert sha256(witness[-1]) == classify(vault.script)[2]
    assert len(witness) == 4


@pytest.mark.parametrize("kind", SINGLE_KEY)
def test_stated_sizes_are_about_right(kind: str) -> None:
    made = lock("someone", kind)
    script, witness = unlock(made, Dice(kind))
    stack = sum(len(item) + 1 for item in witness) + 1 if witness else 0
    real = 41 + len(script) + stack / 4
    assert abs(input_vsize(made) - real) < 3
    assert output_vsize(made) == 9 + len(made.script)


def test_a_signature_has_the_outer_form_of_one() -> None:
    dice = Dice("signatures")
    for _ in range(20):
        signature = unlock(lock("alice", "p2wpkh"), dice)[1][0]
        assert len(signature) in (71, 72)
        assert signature[0] == 0x30
        assert signature[1] == len(signature) - 3
        assert signature[-1] == 1


def test_any_script_can_be_a_lock() -> None:
    assert anything(b"\x51").script_type == schema.NONSTANDARD
    assert anything(bytes.fromhex("51024e73")).script_type == schema.ANCHOR
    assert unlock(anything(b"\x51"), Dice("x")) == (b"", ())


@pytest.mark.parametrize("hash_type", [SIGHASH_ALL, SIGHASH_NONE, SIGHASH_SINGLE | SIGHASH_ANYONECANPAY])
def test_a_signature_says_what_it_commits_to(hash_type: int) -> None:
    def last_bytes(made: Lock, given: int | None) -> list[int]:
        script, witness = unlock(made, Dice("types"), given)
        stack = [data for _, data in instructions(script) or []] + list(witness)
        return [item[-1] for item in stack if item[:1] == b"\x30" and len(item) in (71, 72)]

    for made in (lock("a", "p2pk"), lock("a"), lock("a", "p2wpkh"), lock("a", "p2sh-p2wpkh")):
        assert last_bytes(made, hash_type) == [hash_type]
        assert last_bytes(made, None) == [SIGHASH_ALL]
    for made in (pay_to_multisig(2, KEYS), pay_to_witness_multisig(2, KEYS)):
        assert last_bytes(made, hash_type) == [hash_type] * 2


def test_a_taproot_signature_says_so_in_one_byte_more() -> None:
    made = lock("a", "p2tr")
    [plain], [said] = (unlock(made, Dice("types"), given)[1] for given in (None, 0x83))
    assert (len(plain), len(said), said[-1]) == (64, 65, 0x83)
    assert unlock(made, Dice("types"), SIGHASH_DEFAULT)[1] == (plain,)
