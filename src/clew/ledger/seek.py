"""Many addresses found at once, by type and payload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clew.bitcoin.address import decode
from clew.bitcoin.networks import Network
from clew.ledger.columns import Array
from clew.ledger.keys import KEY_FACTOR, KEY_SEED
from clew.schema import HEAD_BYTES, MULTISIG, NO_ADDRESS, NONSTANDARD, PAYLOAD_STRIDE, packed

if TYPE_CHECKING:
    from clew.ledger.ledger import Ledger


def seek_addresses(ledger: Ledger, types: Array, payloads: Array) -> Array:
    """Ids of the addresses with these types (u1) and payloads (u1, n by 48); u4, in that order.

    The last byte of a payload row is its length, the rest beyond that zero. NO_ADDRESS where no output
    up to the tip pays to it. A script known by its hash alone (NONSTANDARD) may be a bare multisig.
    """
    found = _seek(ledger, types, payloads)
    open_ = np.flatnonzero((types == NONSTANDARD) & (found == NO_ADDRESS))
    found[open_] = _seek(ledger, np.full(len(open_), MULTISIG, np.uint8), payloads[open_])
    return found


def payload_row(text: str, network: Network) -> tuple[int, bytes]:
    """Type and payload row (48 bytes, the last its length) of an address, seen on the chain or not.

    Raises AddressError.
    """
    address_type, payload = decode(text, network)
    return address_type, packed(payload)


def _seek(ledger: Ledger, types: Array, payloads: Array) -> Array:
    found = np.full(len(types), NO_ADDRESS, np.uint32)
    lengths = payloads[:, -1]
    bare = payloads.copy()
    bare[:, -1] = 0
    places, ids = ledger.derived.candidates_of("address", _keys(types, bare))
    seen = ids < ledger.counts["addresses"]
    places, ids = places[seen], ids[seen]
    fits = ledger.column("addresses.type")[ids] == types[places]
    fits &= (ledger.column("addresses.head")[ids] == bare[places, :HEAD_BYTES]).all(axis=1)
    places, ids = places[fits], ids[fits]
    long = lengths[places] > HEAD_BYTES
    found[places[~long]] = ids[~long]
    for place, address in zip(places[long].tolist(), ids[long].tolist(), strict=True):
        if ledger.address_payload(address)[1] == bare[place, : lengths[place]].tobytes():
            found[place] = address
    return found


def _keys(types: Array, payloads: Array) -> Array:
    """Keys as of ``clew.ledger.keys.address_key``, of many at once; u8."""
    words = np.ascontiguousarray(payloads).view("<u8").astype(np.uint64)
    keys = np.uint64(KEY_SEED) ^ types.astype(np.uint64)
    for column in range(PAYLOAD_STRIDE // 8):
        keys = (keys ^ words[:, column]) * np.uint64(KEY_FACTOR)
        keys ^= keys >> np.uint64(32)
    return keys


__all__ = ["payload_row", "seek_addresses"]
