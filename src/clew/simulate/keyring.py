"""Keys that open what they lock: the same for the same seed, in every process.

A key has a number or a name. The first numbers are keys that everybody knows: number 1 is private key 1.
Locks of keys are those of ``clew.simulate.locks``, with points of the curve in place of filler.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from clew import schema
from clew.bitcoin.hashes import sha256
from clew.bitcoin.script import address_script
from clew.errors import UsageError
from clew.simulate.curve import ORDER, Curve, tweaked
from clew.simulate.locks import (
    KNOWN_KEY,
    Lock,
    pay_to_anchor,
    pay_to_anyone,
    pay_to_hashed_multisig,
    pay_to_multisig,
    pay_to_nested,
    pay_to_pubkey,
    pay_to_pubkeyhash,
    pay_to_witness,
    pay_to_witness_anyone,
    pay_to_witness_multisig,
)

Who = int | str
"""A key's number or name."""

KNOWN_KEYS = 16
"""Numbers below this one are known to everybody: the number is the private key, 0 stands for 1 too."""

KEPT = 1 << 16
"""Keys and locks that are kept in memory, so as not to be computed again."""

SINGLE_TYPES = {
    "p2pk": schema.PUBKEY,
    "p2pkh": schema.PUBKEYHASH,
    "p2sh-p2wpkh": schema.SCRIPTHASH,
    "p2wpkh": schema.WITNESS_V0_KEYHASH,
    "p2tr": schema.WITNESS_V1_TAPROOT,
}
"""Script type of each kind of lock that one key opens, by the names of ``locks.SINGLE_KEY``."""


class Keyring:
    """Private keys out of a seed. Raises UsageError where coincurve is not installed.

    ``low_r``: a chain's signatures are made as Bitcoin Core makes them since version 0.17.
    """

    def __init__(self, seed: str, *, low_r: bool = False) -> None:
        self.curve = Curve()
        self.low_r = low_r
        self._seed = seed
        self._named: dict[bytes, Who] = {KNOWN_KEY: 1}
        self._public = lru_cache(KEPT)(self._make_public)
        self._lock = lru_cache(KEPT)(self._make_lock)

    def secret(self, who: Who) -> bytes:
        """A private key, 32 bytes."""
        if isinstance(who, str):
            secret = sha256(f"{self._seed}/name {who}".encode())
        elif who < KNOWN_KEYS:
            return max(1, int(who)).to_bytes(32, "big")
        else:
            secret = sha256(f"{self._seed}/number {who}".encode())
        while not 0 < int.from_bytes(secret, "big") < ORDER:
            secret = sha256(secret)
        return secret

    def public(self, who: Who, *, compressed: bool = True) -> bytes:
        """A public key, 33 bytes; 65 as wallets before 2012 wrote it. The keyring takes note of names."""
        return self._public(who, compressed)

    def output_key(self, who: Who) -> bytes:
        """The key in a taproot output that has no script, 32 bytes (BIP 86)."""
        return self.curve.public_key(tweaked(self.secret(who), self.public(who)))[1:]

    def lock(self, owner: Who, kind: str = "p2pkh") -> Lock:
        """The lock of an owner; ``kind`` is a name of ``locks.SINGLE_KEY``."""
        return self.lock_of(SINGLE_TYPES[kind], (owner,))

    def lock_of(
        self, script_type: int, keys: tuple[Who, ...] = (), *, needed: int = 1, compressed: bool = True
    ) -> Lock:
        """The lock of a script type (code into ``schema.SCRIPT_TYPES``) that ``needed`` of the keys open.

        A script hash of one key is P2SH-P2WPKH, of several a multisig; without keys a nonstandard lock is
        bare OP_TRUE and a witness script hash that of OP_TRUE; an anchor has none. Raises UsageError for
        what nobody can spend.
        """
        return self._lock(script_type, keys, needed, compressed)

    def secrets(self, what: Lock) -> tuple[bytes, ...]:
        """The private keys that open a lock of named keys, as many as it needs.

        Raises UsageError for a lock of other keys.
        """
        known = [self._named[key] for key in what.keys if key in self._named][: what.needed]
        if len(known) < what.needed:
            raise UsageError(
                f"expected {what.needed} of this keyring's keys in the lock {what.script.hex()}, found"
                f" {len(known)}; make it with the keyring's lock() or public()"
            )
        return tuple(map(self.secret, known))

    def _make_public(self, who: Who, compressed: bool) -> bytes:
        made = self.curve.public_key(self.secret(who), compressed=compressed)
        if isinstance(who, str) or who < KNOWN_KEYS:
            self._named[made] = who
        return made

    def _make_lock(self, script_type: int, keys: tuple[Who, ...], needed: int, compressed: bool) -> Lock:
        public = [self.public(who, compressed=compressed) for who in keys]
        if not keys:
            return _keyless(script_type)
        if len(keys) > 1 or script_type in (schema.MULTISIG, schema.WITNESS_V0_SCRIPTHASH):
            return _of_several(script_type, needed, public)
        if script_type == schema.WITNESS_V1_TAPROOT:
            script = address_script(script_type, self.output_key(keys[0]))
            return Lock(script_type, script, tuple(public))
        if script_type not in _OF_ONE:
            raise _nobody(script_type, len(keys))
        return _OF_ONE[script_type](public[0])


_OF_ONE = {
    schema.PUBKEY: pay_to_pubkey,
    schema.PUBKEYHASH: pay_to_pubkeyhash,
    schema.SCRIPTHASH: pay_to_nested,
    schema.WITNESS_V0_KEYHASH: pay_to_witness,
}


def _keyless(script_type: int) -> Lock:
    if script_type == schema.ANCHOR:
        return pay_to_anchor()
    if script_type == schema.NONSTANDARD:
        return pay_to_anyone()
    if script_type == schema.WITNESS_V0_SCRIPTHASH:
        return pay_to_witness_anyone()
    raise _nobody(script_type, 0)


def _of_several(script_type: int, needed: int, keys: Sequence[bytes]) -> Lock:
    if script_type == schema.MULTISIG:
        return pay_to_multisig(needed, keys)
    if script_type == schema.SCRIPTHASH:
        return pay_to_hashed_multisig(needed, keys)
    if script_type == schema.WITNESS_V0_SCRIPTHASH:
        return pay_to_witness_multisig(needed, keys)
    raise _nobody(script_type, len(keys))


def _nobody(script_type: int, keys: int) -> UsageError:
    return UsageError(
        f"expected a script type that {keys} keys can open, found {schema.SCRIPT_TYPES[script_type]}"
    )
