"""The curve secp256k1: public keys and signatures, computed by libsecp256k1.

Needs the package coincurve (extra ``signed``). Nothing here is chance: nonces come from RFC 6979 and, for
Schnorr signatures, from BIP 340 without auxiliary randomness.
"""

from __future__ import annotations

from typing import Any

from clew.bitcoin.sighash import tagged_hash
from clew.errors import UsageError

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""How many points the curve has; private keys are numbers below it (SEC 2)."""

_COMPRESSED = 258
_UNCOMPRESSED = 2
_LONGEST_DER = 72
_LOW = 0x80


class Curve:
    """libsecp256k1. Raises UsageError where coincurve is not installed."""

    def __init__(self) -> None:
        try:
            # The package's own classes compute three points where one is asked for.
            from coincurve._libsecp256k1 import ffi, lib
            from coincurve.context import GLOBAL_CONTEXT
        except ImportError as error:
            raise UsageError(
                "signed chains need the package coincurve, which is not installed;"
                ' install it with: pip install "clew[signed]"'
            ) from error
        self._ffi: Any = ffi
        self._lib: Any = lib
        self._context: Any = GLOBAL_CONTEXT.ctx

    def public_key(self, secret: bytes, *, compressed: bool = True) -> bytes:
        """The public key of a private one (32 bytes): 33 bytes, or 65. Raises ValueError for no key."""
        point = self._ffi.new("secp256k1_pubkey *")
        if not self._lib.secp256k1_ec_pubkey_create(self._context, point, secret):
            raise ValueError("a private key is a number from 1 to the curve's order less one")
        length = 33 if compressed else 65
        written, size = self._ffi.new("unsigned char[]", length), self._ffi.new("size_t *", length)
        form = _COMPRESSED if compressed else _UNCOMPRESSED
        self._lib.secp256k1_ec_pubkey_serialize(self._context, written, size, point, form)
        return bytes(self._ffi.buffer(written))

    def ecdsa(self, secret: bytes, digest: bytes, *, low_r: bool = False) -> bytes:
        """A DER signature of a 32-byte hash, 70 bytes or 71, rarely fewer; s is always low.

        ``low_r``: signs until r is low too and the signature one byte shorter, with the nonces that Bitcoin
        Core tries in turn (``CKey::Sign`` in its ``key.cpp``, since version 0.17).
        """
        signature, compact = self._ffi.new("secp256k1_ecdsa_signature *"), self._ffi.new("unsigned char[64]")
        entropy = self._ffi.NULL
        tried = 0
        while True:
            signed = self._lib.secp256k1_ecdsa_sign(
                self._context, signature, digest, secret, self._ffi.NULL, entropy
            )
            if not signed:
                raise ValueError("a private key is a number from 1 to the curve's order less one")
            if not low_r:
                break
            self._lib.secp256k1_ecdsa_signature_serialize_compact(self._context, compact, signature)
            if compact[0] < _LOW:
                break
            tried += 1
            entropy = self._ffi.new("unsigned char[32]", tried.to_bytes(32, "little"))
        written = self._ffi.new("unsigned char[]", _LONGEST_DER)
        size = self._ffi.new("size_t *", _LONGEST_DER)
        self._lib.secp256k1_ecdsa_signature_serialize_der(self._context, written, size, signature)
        return bytes(self._ffi.buffer(written, size[0]))

    def schnorr(self, secret: bytes, digest: bytes) -> bytes:
        """A BIP 340 signature of a 32-byte hash, 64 bytes."""
        pair, written = self._ffi.new("secp256k1_keypair *"), self._ffi.new("unsigned char[64]")
        if not self._lib.secp256k1_keypair_create(self._context, pair, secret):
            raise ValueError("a private key is a number from 1 to the curve's order less one")
        self._lib.secp256k1_schnorrsig_sign32(self._context, written, digest, pair, self._ffi.NULL)
        return bytes(self._ffi.buffer(written))


def tweaked(secret: bytes, public_key: bytes) -> bytes:
    """The private key behind a taproot output that has no script (BIP 341, BIP 86).

    ``public_key``: the compressed one of ``secret``. Taproot knows only keys with even y: of an odd one it
    is the negative that counts.
    """
    number = int.from_bytes(secret, "big")
    if public_key[0] == 3:
        number = ORDER - number
    tweak = int.from_bytes(tagged_hash("TapTweak", public_key[1:]), "big")
    return ((number + tweak) % ORDER).to_bytes(32, "big")
