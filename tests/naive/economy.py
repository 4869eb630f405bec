"""Keys, locks and filler of unsigned economies in plain Python: the slow twin of ``economy_scripts``."""

from __future__ import annotations

from collections.abc import Sequence

from clew import schema
from clew.bitcoin.transaction import Transaction
from clew.kernels.economy_scripts import Keys
from clew.kernels.economy_state import (
    ANCHOR,
    ANYONE,
    CHANNEL,
    DATA,
    MULTISIG,
    P2PK,
    P2PKH,
    P2PKH_LONG,
    P2SH_MULTISIG,
    P2SH_P2WPKH,
    P2TR,
    P2WPKH,
    P2WSH_MULTISIG,
    WITNESS_ANYONE,
)
from clew.simulate.economy.plain import Spending
from clew.simulate.locks import (
    Lock,
    opened,
    pay_to_anchor,
    pay_to_anyone,
    pay_to_hashed_multisig,
    pay_to_multisig,
    pay_to_nested,
    pay_to_nobody,
    pay_to_pubkey,
    pay_to_pubkeyhash,
    pay_to_taproot,
    pay_to_witness,
    pay_to_witness_anyone,
    pay_to_witness_multisig,
)
from clew.simulate.signing import Unlocked

MASK = 0xFFFFFFFF


def mixed(word: int) -> int:
    """PCG's RXS M XS permutation of the 32-bit words."""
    word = (word * 747796405 + 2891336453) & MASK
    word = (((word >> ((word >> 28) + 4)) ^ word) * 277803737) & MASK
    return (word >> 22) ^ word


class Filler:
    """Makes locks and what opens them out of the same table of salts."""

    def __init__(self, keys: Keys) -> None:
        self._salts = [int(each) for each in keys.salts]
        self._known = [bytes(row) for row in keys.known]

    def words(self, count: int, salt: int, number: int) -> bytes:
        """``count`` words of filler."""
        return b"".join(
            mixed((number + self._salts[(salt + each) % 64]) & MASK).to_bytes(4, "little")
            for each in range(count)
        )

    def key(self, number: int, *, long: bool = False) -> bytes:
        """A serialised public key."""
        if number < len(self._known):
            known = self._known[number]
            return known if long else bytes([2 + (known[64] & 1)]) + known[1:33]
        x = self.words(8, 0, number)
        return b"\x04" + x + self.words(8, 8, number) if long else bytes([2 + (x[0] & 1)]) + x

    def lock(self, kind: int, key: int) -> Lock:
        """The lock of a kind with the key of this number and those after it."""
        if kind == DATA:
            return pay_to_nobody(self.words(8, 16, key))
        if kind in (ANCHOR, ANYONE, WITNESS_ANYONE):
            made = {ANCHOR: pay_to_anchor, ANYONE: pay_to_anyone, WITNESS_ANYONE: pay_to_witness_anyone}
            return made[kind]()
        three = [self.key(key + each) for each in range(3)]
        if kind == MULTISIG:
            return pay_to_multisig(2, three)
        if kind == P2SH_MULTISIG:
            return pay_to_hashed_multisig(2, three)
        if kind in (P2WSH_MULTISIG, CHANNEL):
            return pay_to_witness_multisig(2, three[: 2 if kind == CHANNEL else 3])
        single = {
            P2PK: pay_to_pubkey,
            P2PKH: pay_to_pubkeyhash,
            P2PKH_LONG: pay_to_pubkeyhash,
            P2SH_P2WPKH: pay_to_nested,
            P2WPKH: pay_to_witness,
            P2TR: pay_to_taproot,
        }
        return single[kind](self.key(key, long=kind == P2PKH_LONG))

    def unlock(self, draft: Transaction, spent: Sequence[Spending], *, low_r: bool) -> list[Unlocked]:
        """Filler in the form of what each input must bring."""
        assert len(draft.inputs) == len(spent)
        return [self._open(each, low_r) for each in spent]

    def _open(self, each: Spending, low_r: bool) -> Unlocked:
        if each.lock.script_type == schema.WITNESS_V1_TAPROOT:
            end = b"" if each.how == 1 else bytes([each.how])
            return b"", (self.words(16, 41, each.number) + end,)
        signatures = [
            self.signature(4 * each.number + number, low_r, each.how) for number in range(each.lock.needed)
        ]
        return opened(each.lock, signatures)

    def signature(self, number: int, low_r: bool, how: int) -> bytes:
        """A DER signature's outer form; r has 33 bytes in half of those that are not ground."""
        long = not low_r and mixed((number + self._salts[24]) & MASK) & 1
        r, s = bytearray(self.words(8, 25, number)), bytearray(self.words(8, 33, number))
        r[0] = r[0] | 0x80 if long else r[0] & 0x3F | 0x40
        s[0] = s[0] & 0x3F | 0x40
        whole = (b"\x00" if long else b"") + bytes(r)
        body = b"\x02" + bytes([len(whole)]) + whole + b"\x02\x20" + bytes(s)
        return b"\x30" + bytes([len(body)]) + body + bytes([how])
