"""Keys that everybody knows: the public keys of the secrets 1 to 15, computed on secp256k1 (SEC 2)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.bitcoin.undo import FIELD_PRIME
from clew.simulate.keyring import KNOWN_KEYS

_X = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798
_Y = 0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8


def known_keys() -> npt.NDArray[np.uint8]:
    """The uncompressed public keys, uint8 (KNOWN_KEYS, 65)."""
    points = [(_X, _Y)]
    while len(points) < KNOWN_KEYS - 1:
        points.append(_sum(points[-1], (_X, _Y)))
    rows = [b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big") for x, y in [points[0], *points]]
    return np.frombuffer(b"".join(rows), np.uint8).reshape(KNOWN_KEYS, 65)


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    if one == other:
        slope = 3 * one[0] * one[0] * pow(2 * one[1], -1, FIELD_PRIME)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, FIELD_PRIME)
    x = (slope * slope - one[0] - other[0]) % FIELD_PRIME
    return x, (slope * (one[0] - x) - one[1]) % FIELD_PRIME
